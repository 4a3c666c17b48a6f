#include "check_inside.h"

#include "cycle.h"
#include "layout.h"
#include "operations.h"

#include <posito/encoding.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY "entry %" PRIu64
#define NAME "%.*s"
#define NAME_OF(name) (int)(name).length, (const char *)(name).data

/* ---- lines as text ---- */

struct bytes check_value(struct bytes line, const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i + length + 2 <= line.length; i++) {
        const uint8_t *end;
        struct bytes rest;

        if (line.data[i] != ' ' || line.data[i + 1 + length] != '=' ||
            memcmp(line.data + i + 1, key, length) != 0)
            continue;
        rest = bytes_after(line, i + length + 2);
        end = rest.length == 0 ? NULL : memchr(rest.data, ' ', rest.length);
        return bytes_of(
            rest.data, end == NULL ? rest.length : (size_t)(end - rest.data));
    }
    return bytes_of(NULL, 0);
}

bool check_has_verb(struct bytes line, const char *verb)
{
    return bytes_start_with(line, verb) &&
        bytes_start_with(bytes_after(line, strlen(verb)), " ");
}

/* The party that a line names with a key.  0, or -1. */
static int named_party(struct check *check, struct bytes line,
    const char *key, struct party *out)
{
    struct bytes text = check_value(line, key);
    struct ident name;

    if (!ident_parse(text, &name))
        return check_fail(check, ENTRY " has no ident in %s=",
            check->entry.index, key);
    if (check_find_party(check, &name, out) != 0)
        return -1;
    if (out->number == 0 || out->number > check->counters.parties)
        return check_fail(check,
            ENTRY " names party " NAME " before it was opened",
            check->entry.index, NAME_OF(text));
    return 0;
}

/* The book that a line names.  NULL after a fault. */
static struct book *named_book(struct check *check, struct bytes line)
{
    struct bytes text = check_value(line, "book");

    for (uint32_t i = 0; i < check->counters.books; i++)
        if (bytes_equal(ident_bytes(&check->books[i].name), text))
            return &check->books[i];
    (void)check_fail(check, ENTRY " names book " NAME ", which is none",
        check->entry.index, NAME_OF(text));
    return NULL;
}

/* ---- parties ---- */

int check_party_begin(struct check *check)
{
    struct counters counters;
    uint64_t parties;
    uint64_t keys;

    meta_counters(check->state, &counters);
    if (check_record_each(check, TABLE_PARTY, NULL, &parties) != 0 ||
        check_record_each(check, TABLE_KEY, NULL, &keys) != 0)
        return -1;
    /* Before memory is asked for by what may be any number. */
    if (parties != counters.parties || keys != counters.keys)
        return check_fail(check,
            "the state counts %" PRIu32 " parties and %" PRIu32
            " keys, and has %" PRIu64 " and %" PRIu64,
            counters.parties, counters.keys, parties, keys);
    check->parties =
        calloc((size_t)counters.parties + 1, sizeof *check->parties);
    check->keys = calloc((size_t)counters.keys + 1, sizeof *check->keys);
    if (check->parties == NULL || check->keys == NULL)
        return check_fail(check, "out of memory");
    return 0;
}

int check_party_opened(struct check *check, struct bytes name, uint8_t book,
    uint32_t parent, struct party *out)
{
    struct counters stored;
    struct ident ident;
    struct bytes kept;
    uint8_t key[8];

    meta_counters(check->state, &stored);
    if (check->counters.parties == stored.parties)
        return check_fail(check,
            "the state counts %" PRIu32 " parties, the journal more",
            stored.parties);
    check->counters.parties++;
    layout_put_be32(key, check->counters.parties);
    if (!ident_parse(name, &ident) ||
        !record_find_party(check->state, &ident, out) ||
        out->number != check->counters.parties || out->book != book ||
        out->parent != parent || out->opened != check->entry.index)
        return check_fail(check, "party " NAME " is not as it was opened",
            NAME_OF(name));
    if (!state_get(
            check->state, TABLE_PARTY_NUMBER, bytes_of(key, 4), &kept) ||
        !bytes_equal(kept, name))
        return check_fail(check, "party %" PRIu32 " is not called " NAME,
            out->number, NAME_OF(name));
    if (parent == 0)
        return 0;
    layout_put_be32(key, parent);
    layout_put_be32(key + 4, out->number);
    if (!state_get(check->state, TABLE_CHILD, bytes_of(key, 8), &kept))
        return check_fail(check, "party " NAME " is not kept as a dependant",
            NAME_OF(name));
    check->parties[parent].open_children++;
    check->children++;
    return 0;
}

static bool same_identity(const struct party *party, struct bytes text)
{
    char memory[48];
    struct buffer encoded = buffer_over(memory, sizeof memory);

    if (!party->has_identity)
        return text.length == 0;
    base64_append(&encoded,
        bytes_of(party->identity.data, sizeof party->identity.data));
    return bytes_equal(text, buffer_bytes(&encoded));
}

static int party_open_line(struct check *check, struct bytes line)
{
    struct bytes name = check_value(line, "party");
    const struct book *book = named_book(check, line);
    struct party parent = { .number = 0 };
    struct party party;

    if (book == NULL)
        return -1;
    if (check_value(line, "parent").length > 0 &&
        named_party(check, line, "parent", &parent) != 0)
        return -1;
    if (check_party_opened(check, name, book->number, parent.number, &party) != 0)
        return -1;
    if (!bytes_equal_text(
            check_value(line, "kind"), party_kind_name(party.kind)) ||
        !bytes_equal_text(
            check_value(line, "country"), country_name(party.country)) ||
        !same_identity(&party, check_value(line, "identity")))
        return check_fail(check,
            "party " NAME " is not what it was opened as", NAME_OF(name));
    return 0;
}

static int freeze_line(struct check *check, struct bytes line)
{
    struct bytes block = check_value(line, "block");
    struct check_party *known;
    struct party party;

    if (named_party(check, line, "party", &party) != 0)
        return -1;
    known = &check->parties[party.number];
    if (!bytes_equal_text(block, block_name(BLOCK_IN)))
        known->frozen_out = true;
    if (!bytes_equal_text(block, block_name(BLOCK_OUT)))
        known->frozen_in = true;
    return 0;
}

static int unfreeze_line(struct check *check, struct bytes line)
{
    struct party party;

    if (named_party(check, line, "party", &party) != 0)
        return -1;
    check->parties[party.number].frozen_out = false;
    check->parties[party.number].frozen_in = false;
    return 0;
}

static int close_line(struct check *check, struct bytes line)
{
    struct party party;

    if (named_party(check, line, "party", &party) != 0)
        return -1;
    check->parties[party.number].closed = true;
    if (party.parent != 0 && party.parent <= check->counters.parties)
        check->parties[party.parent].open_children--;
    return 0;
}

/* ---- books ---- */

/* The book's day begins with this entry. */
static int begin_day(
    struct check *check, struct book *book, struct date date, uint64_t first)
{
    uint64_t kept;

    book->date = date;
    if (!record_find_day(check->state, book->number, book->date, &kept) ||
        kept != first)
        return check_fail(check,
            "the day that begins at entry %" PRIu64
            " of book %.*s is not kept",
            first, (int)book->name.length, book->name.text);
    check->days++;
    return 0;
}

static int day_close_line(struct check *check, struct bytes line)
{
    struct book *book = named_book(check, line);

    if (book == NULL)
        return -1;
    if (check_seal(check, line) != 0 || check_pledge_day(check, book) != 0)
        return -1;
    return begin_day(check, book, check_next_date(check, book),
        check->entry.index + 1);
}

static int calendar_line(struct check *check, struct bytes line)
{
    const struct book *book = named_book(check, line);

    return book == NULL ? -1 : check_calendar(check, book, line);
}

static int dormancy_line(struct check *check, struct bytes line)
{
    const struct book *book = named_book(check, line);

    return book == NULL ? -1 : check_member_dormancy(check, book, line);
}

static int book_line(struct check *check, struct bytes line)
{
    struct bytes name = check_value(line, "book");
    uint32_t number = check->counters.books;
    struct book *book;
    struct book kept;
    struct party house;
    struct date first;

    if (number == RECORD_BOOKS_MAX)
        return check_fail(check, "genesis has too many books");
    book = &check->books[number];
    book->number = (uint8_t)number;
    if (!ident_parse(name, &book->name) ||
        !date_parse(check_value(line, "date"), &first) ||
        !record_find_book(check->state, book->number, &kept))
        return check_fail(check, "book " NAME " has no record",
            NAME_OF(name));
    check->counters.books++;
    if (begin_day(check, book, first, 0) != 0 ||
        check_party_opened(check, name, book->number, 0, &house) != 0)
        return -1;
    book->first = book->date;
    book->house = house.number;
    book->open_month = cycle_month_of(first);
    book->open_year = book->open_month / CYCLE_MONTHS;
    if (house.kind != PARTY_HOUSE || house.country != kept.country ||
        !bytes_equal_text(
            check_value(line, "country"), country_name(kept.country)))
        return check_fail(check, "book " NAME " is not as it was founded",
            NAME_OF(name));
    book->country = kept.country;
    return 0;
}

/* ---- genesis ---- */

static int founding_line(
    struct check *check, struct bytes line, uint32_t *currencies)
{
    enum currency currency;

    if (check_has_verb(line, "currency") &&
        currency_parse(check_value(line, "code"), &currency))
        *currencies |= UINT32_C(1) << currency;
    if (check_has_verb(line, "book") && book_line(check, line) != 0)
        return -1;
    if (check_party_line(check, line) != 0)
        return -1;
    return check_key_line(check, line);
}

int check_party_founding(struct check *check)
{
    const struct genesis_fields *f = &check->operation.as.genesis;
    struct bytes body = check->entry.body;
    struct founding founding;
    struct hash id = hash_of(check->entry.line);
    uint32_t currencies = 0;
    struct bytes line;

    if (check->operation.verb != VERB_GENESIS)
        return check_fail(check, "the first entry is no genesis");
    while (bytes_next_line(&body, &line))
        if (founding_line(check, line, &currencies) != 0)
            return -1;
    if (!meta_find_founding(check->state, &founding) ||
        founding.version != f->version || founding.chart != f->chart ||
        founding.currencies != currencies ||
        !hash_equal(&founding.id, &id) ||
        memcmp(&founding.log, &f->log, sizeof founding.log) != 0 ||
        !bytes_equal_text(f->origin, founding.origin))
        return check_fail(check, "the founding is not what genesis says");
    return 0;
}

int check_party_line(struct check *check, struct bytes line)
{
    if (check_has_verb(line, "party-open"))
        return party_open_line(check, line);
    if (check_has_verb(line, "party-freeze"))
        return freeze_line(check, line);
    if (check_has_verb(line, "party-unfreeze"))
        return unfreeze_line(check, line);
    if (check_has_verb(line, "party-close"))
        return close_line(check, line);
    if (check_has_verb(line, "calendar-set"))
        return calendar_line(check, line);
    if (check_has_verb(line, "succession-open"))
        return check_succession_line(check, line, true);
    if (check_has_verb(line, "succession-end"))
        return check_succession_line(check, line, false);
    if (check_has_verb(line, "dormancy-set"))
        return dormancy_line(check, line);
    if (check_has_verb(line, "limit-set"))
        return check_cash_limit(check, line);
    if (check_has_verb(line, "day-close"))
        return day_close_line(check, line);
    return check_project_line(check, line);
}

/* ---- at the end ---- */

static int one_party(
    struct check *check, struct bytes key, struct bytes value)
{
    const struct check_party *known;
    struct ident name;
    struct party party;

    (void)value;
    if (!ident_parse(key, &name) ||
        !record_find_party(check->state, &name, &party) ||
        party.number == 0 || party.number > check->counters.parties)
        return check_fail(
            check, "party " NAME " was never opened", NAME_OF(key));
    known = &check->parties[party.number];
    if (party.frozen_out != known->frozen_out ||
        party.frozen_in != known->frozen_in ||
        party.closed != known->closed ||
        party.in_succession != known->in_succession)
        return check_fail(check,
            "party " NAME " is frozen or closed in the state or in the "
            "journal, but not in both",
            NAME_OF(key));
    if (party.open_children != known->open_children ||
        party.keys != known->keys)
        return check_fail(check,
            "party " NAME " does not have the dependants or keys it counts",
            NAME_OF(key));
    return 0;
}

int check_party_end(struct check *check)
{
    const struct counters *counters = &check->counters;
    struct counters kept;

    meta_counters(check->state, &kept);
    if (kept.books != counters->books || kept.parties != counters->parties ||
        kept.keys != counters->keys ||
        kept.keys_version != counters->keys_version)
        return check_fail(check,
            "the state counts other books, parties or keys than the journal");
    for (uint32_t i = 0; i < counters->books; i++) {
        const struct book *book = &check->books[i];
        struct book now;

        if (!record_find_book(check->state, (uint8_t)i, &now) ||
            !ident_equal(&now.name, &book->name) ||
            now.country != book->country ||
            now.date.days != book->date.days ||
            now.first.days != book->first.days ||
            now.house != book->house ||
            now.open_month != book->open_month ||
            now.open_year != book->open_year)
            return check_fail(check,
                "book %.*s is not as the journal says",
                (int)book->name.length, book->name.text);
    }
    if (check_record_count(
            check, TABLE_BOOK, "books", NULL, counters->books) != 0 ||
        check_record_count(check, TABLE_PARTY, "parties", one_party,
            counters->parties) != 0 ||
        check_record_count(check, TABLE_PARTY_NUMBER, "numbers of parties",
            NULL, counters->parties) != 0 ||
        check_record_count(
            check, TABLE_DAY, "days", NULL, check->days) != 0)
        return -1;
    return check_record_count(
        check, TABLE_CHILD, "dependants", NULL, check->children);
}
