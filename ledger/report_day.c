#include "report_inside.h"

/* day-close refuses a longer step (day.c). */
#define STEP_MAX 31

bool report_day_next(struct ledger *ledger, const struct book *book,
    struct date from, struct date *date, uint64_t *first)
{
    if (from.days < book->first.days)
        from = book->first;
    for (int32_t step = 0; step <= STEP_MAX; step++) {
        *date = (struct date){ from.days + step };
        if (date->days > book->date.days)
            return false;
        if (record_find_day(ledger->state, book->number, *date, first))
            return true;
    }
    return false;
}

bool report_day_last(struct ledger *ledger, const struct book *book,
    struct date date, uint64_t *last)
{
    struct date next;
    uint64_t first;

    if (date.days < book->first.days)
        return false;
    /* The entry that opened the next day is not 0: that one is genesis. */
    if (report_day_next(ledger, book, (struct date){ date.days + 1 }, &next,
            &first))
        *last = first - 1;
    else
        *last = ledger_size(ledger) - 1;
    return true;
}

/* Is the date a business date of the book, and the entry one of its? */
static bool is_day_of(struct ledger *ledger, const struct book *book,
    struct date date, uint64_t entry)
{
    uint64_t first;
    uint64_t last;

    return record_find_day(ledger->state, book->number, date, &first) &&
        report_day_last(ledger, book, date, &last) && first <= entry &&
        entry <= last;
}

struct date report_day_at(struct ledger *ledger, const struct book *book,
    uint64_t entry, struct date hint)
{
    struct date low = book->first;
    struct date high = book->date;

    if (is_day_of(ledger, book, hint, entry))
        return hint;
    /* low is a business date that began at or before the entry; none
     * after high did. */
    while (low.days < high.days) {
        int32_t middle = low.days + (high.days - low.days + 1) / 2;
        struct date found;
        uint64_t first;

        if (report_day_next(ledger, book, (struct date){ middle }, &found,
                &first) &&
            first <= entry)
            low = found;
        else
            high.days = middle - 1;
    }
    return low;
}

int report_last_entry_of(struct ledger *ledger, const struct ident *name,
    struct date date, uint64_t *at, bool *any, enum status *status)
{
    const struct book *book = context_find_book(ledger, name);

    *any = false;
    *status = STATUS_ACCEPTED;
    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (date.days > book->date.days)
        *status = STATUS_BEYOND_END;
    else
        *any = report_day_last(ledger, book, date, at);
    return report_end(ledger);
}
