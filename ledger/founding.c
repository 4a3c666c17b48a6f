#include "cycle.h"
#include "operations.h"
#include "permission.h"

#include <string.h>

/*
 * Founding: the first line of all and its body.  Nobody's permission is
 * asked, since nobody has any yet; the line is signed by a key that its own
 * body names.  A refused line refuses the founding; ledger_decide has set
 * a mark.
 */

/* ---- lines of the body ---- */

void founding_currency(struct context *c, const struct operation *op)
{
    const struct currency_fields *f = &op->as.currency;
    uint32_t bit = UINT32_C(1) << f->code;

    /* operations_check_currencies looks at amounts only, so this line is
     * not refused for a currency that is not kept yet. */
    if (c->ledger->founding.currencies & bit)
        context_refuse(c, STATUS_NAME_TAKEN, "code");
    if (f->digits != currency_digits(f->code))
        context_refuse(c, STATUS_WRONG_DIGITS, "digits");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    c->ledger->founding.currencies |= bit;
}

/* The book's own party: income, expense and what is between books. */
static uint32_t open_house(struct context *c, const struct book *book)
{
    struct party house = {
        .number = ++c->ledger->counters.parties,
        .name = book->name,
        .kind = PARTY_HOUSE,
        .book = book->number,
        .country = book->country,
        .opened = c->index,
    };

    record_add_party(c->state, &house);
    return house.number;
}

void founding_book(struct context *c, const struct operation *op)
{
    const struct book_fields *f = &op->as.book;
    struct counters *counters = &c->ledger->counters;
    struct party other;
    struct book *book;

    if (record_find_party(c->state, &f->book, &other) ||
        bytes_equal_text(ident_bytes(&f->book), "all"))
        context_refuse(c, STATUS_NAME_TAKEN, "book");
    if (counters->books == RECORD_BOOKS_MAX)
        context_refuse(c, STATUS_BODY_TOO_LARGE, "book");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    book = &c->ledger->books[counters->books];
    *book = (struct book){
        .number = (uint8_t)counters->books,
        .name = f->book,
        .country = f->country,
        .date = f->date,
        .first = f->date,
        .open_month = cycle_month_of(f->date),
        .open_year = cycle_month_of(f->date) / CYCLE_MONTHS,
    };
    counters->books++;
    book->house = open_house(c, book);
    meta_put_counters(c->state, counters);
    record_put_book(c->state, book);
    record_put_day(c->state, book->number, book->date, c->index);
    context_touch(c, book);
}

/* ---- genesis ---- */

static void check_head(struct context *c, const struct operation *op)
{
    const struct genesis_fields *f = &op->as.genesis;
    const struct order *order = c->order;
    struct note_key key;

    if (f->version != LEDGER_VERSION)
        context_refuse(c, STATUS_BAD_VALUE, "version");
    if (f->chart != CHART_VERSION)
        context_refuse(c, STATUS_BAD_VALUE, "chart");
    if (!note_key_make(&key, f->origin, NOTE_LOG, &f->log))
        context_refuse(c, STATUS_BAD_VALUE, "origin");
    if (!public_key_valid(&f->log))
        context_refuse(c, STATUS_BAD_POINT, "log");
    if (order->body_status == STATUS_ACCEPTED &&
        f->lines != order->line_count)
        context_refuse(c, STATUS_BAD_BODY, "lines");
}

/* What the lines need to know already; the rest is kept at the end. */
static void begin(struct context *c, const struct genesis_fields *f)
{
    struct founding *founding = &c->ledger->founding;

    *founding = (struct founding){
        .version = (uint32_t)f->version,
        .chart = (uint32_t)f->chart,
        .id = hash_of(c->order->line),
        .log = f->log,
    };
    memcpy(founding->origin, f->origin.data, f->origin.length);
}

/* False if a line was refused. */
static bool decide_lines(struct context *c)
{
    for (size_t i = 0; i < c->order->line_count; i++) {
        context_clear(c);
        if (c->order->line_status[i] != STATUS_ACCEPTED)
            context_refuse(c, c->order->line_status[i], NULL);
        else
            operations_decide(c, &c->order->lines[i]);
        if (context_refused(c)) {
            c->bad_line = i + 1;
            c->bad_line_status = c->status;
            c->status = STATUS_LINE_REFUSED;
            return false;
        }
    }
    return true;
}

static void check_signer(struct context *c, const struct ident *by)
{
    if (!record_find_key(c->state, by, &c->key)) {
        context_refuse(c, STATUS_UNKNOWN_KEY, "by");
        return;
    }
    if (c->check_signer &&
        memcmp(&c->key.public_key, &c->order->signer,
            sizeof c->key.public_key) != 0)
        context_refuse(c, STATUS_BAD_SIGNATURE, "sig");
    if (!(operation_row(VERB_GENESIS)->kinds >> c->key.kind & 1U))
        context_refuse(c, STATUS_WRONG_KIND, "by");
}

/* The body's line that last set policy for a verb, from 1; 0: none did. */
static uint64_t policy_line(const struct order *order, enum verb verb)
{
    for (size_t i = order->line_count; i > 0; i--)
        if (order->lines[i - 1].verb == VERB_POLICY_SET &&
            order->lines[i - 1].as.policy_set.verb == verb)
            return i;
    return 0;
}

/* Whoever founds a ledger must be able to govern it. */
static void check_government(struct context *c)
{
    enum verb lacking;

    if (!key_somebody_governs(c, 0)) {
        context_refuse(c, STATUS_LAST_KEY, "lines");
        return;
    }
    if (context_refused(c) ||
        permission_can_govern(c->ledger, 0, &lacking))
        return;
    c->bad_line = policy_line(c->order, lacking);
    if (c->bad_line == 0) {
        context_refuse(c, STATUS_BAD_POLICY, "lines");
        return;
    }
    context_refuse(c, STATUS_LINE_REFUSED, "need");
    c->bad_line_status = STATUS_BAD_POLICY;
}

void founding_genesis(struct context *c, const struct operation *op)
{
    struct ledger *ledger = c->ledger;

    check_head(c, op);
    if (context_refused(c))
        return;
    begin(c, &op->as.genesis);
    if (!decide_lines(c))
        return;
    context_clear(c);
    check_signer(c, &op->by);
    if (ledger->founding.currencies == 0)
        context_refuse(c, STATUS_UNKNOWN_CURRENCY, "lines");
    if (ledger->counters.books == 0)
        context_refuse(c, STATUS_UNKNOWN_BOOK, "lines");
    check_government(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    meta_put_founding(c->state, &ledger->founding);
    ledger->founded = true;
}
