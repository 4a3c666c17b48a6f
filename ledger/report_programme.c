#include "report_project.h"

#include "cycle.h"
#include "report_inside.h"

#include <stdlib.h>
#include <string.h>

/*
 * The programme: all projects of a book, by year and currency.  The list of
 * them is made once and sorted; each row is a run of it, and the totals are
 * the runs of another order.
 */

struct listed {
    uint32_t year;
    struct project terms;
    uint32_t club;
};

struct list {
    struct listed *items;
    size_t count;
    size_t room;
};

static int by_year(const void *a, const void *b)
{
    const struct listed *left = a;
    const struct listed *right = b;

    if (left->year != right->year)
        return left->year < right->year ? -1 : 1;
    if (left->terms.currency != right->terms.currency)
        return left->terms.currency < right->terms.currency ? -1 : 1;
    return left->terms.number < right->terms.number ? -1 : 1;
}

static int by_currency(const void *a, const void *b)
{
    const struct listed *left = a;
    const struct listed *right = b;

    if (left->terms.currency != right->terms.currency)
        return left->terms.currency < right->terms.currency ? -1 : 1;
    return by_year(a, b);
}

static bool add(struct list *list, const struct listed *item)
{
    if (list->count == list->room) {
        size_t room = list->room * 2 + 64;
        struct listed *items = realloc(list->items, room * sizeof *items);

        if (items == NULL)
            return false;
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *item;
    return true;
}

/* The projects of a book that started in those years.  0, or -1. */
static int collect(struct ledger *ledger, uint8_t book, uint32_t from,
    uint32_t to, struct list *list)
{
    struct state_scan *scan =
        state_scan_open(ledger->state, TABLE_PROJECT, bytes_of("", 0));
    struct bytes key;
    struct bytes value;
    bool good = true;

    while (good && scan != NULL && state_scan_next(scan, &key, &value)) {
        struct listed item;
        struct party party;

        if (!project_record_parse(key, value, &item.terms) ||
            !record_find_party_number(
                ledger->state, item.terms.number, &party) ||
            party.book != book)
            continue;
        item.year = cycle_month_of(item.terms.start) / CYCLE_MONTHS;
        item.club = party.parent;
        if (item.year >= from && item.year <= to)
            good = add(list, &item);
    }
    if (scan != NULL)
        state_scan_close(scan);
    return good ? 0
                : context_fail(ledger, "out of memory for a report");
}

/* ---- distinct clubs and places ---- */

static int by_number(const void *a, const void *b)
{
    uint32_t left;
    uint32_t right;

    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return left < right ? -1 : left > right;
}

static int by_place(const void *a, const void *b)
{
    const struct project *const *left = a;
    const struct project *const *right = b;

    return bytes_compare(
        bytes_of((*left)->place, (*left)->place_length),
        bytes_of((*right)->place, (*right)->place_length));
}

/* Neighbours in a sorted array that differ. */
static uint64_t count_distinct(const void *sorted, size_t count, size_t size,
    int (*compare)(const void *, const void *))
{
    const uint8_t *at = sorted;
    uint64_t distinct = count > 0;

    for (size_t i = 1; i < count; i++)
        distinct += compare(at + (i - 1) * size, at + i * size) != 0;
    return distinct;
}

static int count_places(struct ledger *ledger, const struct listed *items,
    size_t count, uint64_t *places)
{
    const struct project **list = calloc(count, sizeof *list);

    if (list == NULL)
        return context_fail(ledger, "out of memory for a report");
    for (size_t i = 0; i < count; i++)
        list[i] = &items[i].terms;
    qsort(list, count, sizeof *list, by_place);
    *places = count_distinct(list, count, sizeof *list, by_place);
    free(list);
    return 0;
}

/* ---- one row ---- */

static bool is_club(struct state *state, uint32_t number)
{
    struct party party;

    return record_find_party_number(state, number, &party) &&
        party.kind != PARTY_FUNDER;
}

/* Add to a level's figure; those beyond the room are in the sum only. */
static bool add_level(struct programme_row *row, const struct ident *name,
    int64_t minor)
{
    size_t i = 0;

    while (i < row->level_count &&
        !ident_equal(&row->levels[i].name, name))
        i++;
    if (i == row->level_count && i < REPORT_LEVELS_MAX) {
        row->levels[i].name = *name;
        row->levels[i].invested = 0;
        row->level_count++;
    }
    return minor_add(row->invested, minor, &row->invested) &&
        (i == REPORT_LEVELS_MAX ||
            minor_add(row->levels[i].invested, minor,
                &row->levels[i].invested));
}

/* clubs has room for the project's club and all its sources. */
static bool add_project(struct ledger *ledger, const struct listed *item,
    struct programme_row *row, uint32_t *clubs, size_t *club_count)
{
    struct sources sources;
    bool fits = true;

    row->projects++;
    row->productive += category_row(item->terms.category)->productive;
    clubs[(*club_count)++] = item->club;
    project_record_sources(ledger->state, item->terms.number, &sources);
    for (size_t i = 0; i < sources.count; i++) {
        const struct source *source = &sources.list[i];

        fits = fits && add_level(row, &source->level, source->drawn);
        if (is_club(ledger->state, source->giver))
            clubs[(*club_count)++] = source->giver;
    }
    return fits && row->invested <= AMOUNT_CAP;
}

static int fill_row(struct ledger *ledger, const struct listed *items,
    size_t count, struct programme_row *row, enum status *status)
{
    uint32_t *clubs =
        calloc(count, (MATCHING_SOURCES_MAX + 1) * sizeof *clubs);
    size_t club_count = 0;

    if (clubs == NULL)
        return context_fail(ledger, "out of memory for a report");
    for (size_t i = 0; i < count; i++)
        if (!add_project(ledger, &items[i], row, clubs, &club_count))
            *status = STATUS_BALANCE_OVERFLOW;
    qsort(clubs, club_count, sizeof *clubs, by_number);
    row->clubs =
        count_distinct(clubs, club_count, sizeof *clubs, by_number);
    free(clubs);
    return count_places(ledger, items, count, &row->places);
}

/* ---- all rows ---- */

struct rows {
    struct ledger *ledger;
    void (*each)(void *context, const struct programme_row *);
    void *context;
    enum status *status;
};

/* A row for each run of the same currency, and of the same year unless all
 * years go together. */
static int each_run(
    const struct rows *rows, const struct list *list, bool all_years)
{
    size_t end;

    for (size_t i = 0; i < list->count; i = end) {
        const struct listed *first = &list->items[i];
        struct programme_row row = {
            .year = all_years ? 0 : first->year,
            .currency = first->terms.currency,
        };

        end = i;
        while (end < list->count &&
            list->items[end].terms.currency == row.currency &&
            (all_years || list->items[end].year == row.year))
            end++;
        if (fill_row(rows->ledger, first, end - i, &row, rows->status) != 0)
            return -1;
        if (*rows->status == STATUS_ACCEPTED)
            rows->each(rows->context, &row);
    }
    return 0;
}

int report_programme(struct ledger *ledger, const struct ident *who,
    const struct ident *book_name, uint32_t from, uint32_t to,
    void (*each)(void *context, const struct programme_row *),
    void *context, enum status *status)
{
    const struct book *book = context_find_book(ledger, book_name);
    struct rows rows = { ledger, each, context, status };
    struct list list = { NULL, 0, 0 };
    struct signing_key key;
    int result;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (from > to)
        *status = STATUS_BAD_RANGE;
    if (*status != STATUS_ACCEPTED || book == NULL)
        return report_end(ledger);
    result = collect(ledger, book->number, from, to, &list);
    if (result == 0 && list.count > 0) {
        qsort(list.items, list.count, sizeof *list.items, by_year);
        result = each_run(&rows, &list, false);
    }
    if (result == 0 && list.count > 0) {
        qsort(list.items, list.count, sizeof *list.items, by_currency);
        result = each_run(&rows, &list, true);
    }
    free(list.items);
    return result == 0 ? report_end(ledger) : -1;
}
