#include "report_inside.h"

#define HISTORY_ROWS_MAX 1000U
#define STATEMENT_ROWS_MAX 100000U

/* Reads an account's postings forward from the start of some block. */
struct trail {
    const struct report_subject *subject;
    struct report_reader *reader;
    enum side normal;
    struct history_block block;
    int64_t balance; /* after the posting read last */
    struct date hint;
};

static int64_t on_normal_side(const struct trail *trail, int64_t minor)
{
    return trail->normal == SIDE_DEBIT ? minor : -minor;
}

static void enter_block(struct trail *trail)
{
    trail->balance = on_normal_side(
        trail, trail->block.debits - trail->block.credits);
}

/* Load a block and stand before its first posting.  0, or -1. */
static int load_block(
    struct trail *trail, struct ledger *ledger, uint32_t number)
{
    if (!history_load(
            ledger->state, &trail->subject->id, number, &trail->block))
        return context_fail(ledger, "a block of an account's history is gone");
    enter_block(trail);
    return 0;
}

static int trail_open(struct trail *trail, struct ledger *ledger,
    const struct report_subject *subject)
{
    *trail = (struct trail){
        .subject = subject,
        .reader = report_reader_new(ledger),
        .normal = role_row(account_id_role(&subject->id))->normal,
        .hint = subject->book->date,
    };
    return trail->reader == NULL ? -1 : 0;
}

/* Read posting number i of the block; the one before it was read last. */
static int read_row(struct trail *trail, size_t i, struct history_row *row)
{
    struct history_reference reference = trail->block.list[i];
    struct report_reader *reader = trail->reader;
    int64_t minor;

    if (report_reader_amount(
            reader, &trail->subject->id, reference, &minor) != 0)
        return -1;
    trail->balance += on_normal_side(trail, minor);
    *row = (struct history_row){
        .entry = reference.entry,
        .line = reference.line,
        .time = reader->entry.time,
        .date = reader->entry.date,
        .verb = reader->postings.operation.verb,
        .amount = on_normal_side(trail, minor),
        .balance = trail->balance,
    };
    /* The entry's date is that of the first book it touched. */
    row->date = report_day_at(reader->ledger, trail->subject->book,
        row->entry, row->date);
    return 0;
}

/* ---- newest first ---- */

static int newest_first(struct ledger *ledger, struct trail *trail,
    size_t count, uint64_t limit, report_row *each, void *context)
{
    struct history_row rows[HISTORY_BLOCK];

    for (;;) {
        enter_block(trail);
        for (size_t i = 0; i < count; i++)
            if (read_row(trail, i, &rows[i]) != 0)
                return -1;
        for (; count > 0 && limit > 0; limit--)
            each(context, &rows[--count]);
        if (limit == 0 || trail->block.number == 0)
            return 0;
        if (load_block(trail, ledger, trail->block.number - 1) != 0)
            return -1;
        count = trail->block.count;
    }
}

int report_history(struct ledger *ledger, const struct ident *who,
    const struct account_name *name, uint64_t before, uint64_t limit,
    report_row *each, void *context, enum status *status)
{
    struct report_subject subject;
    struct trail trail;
    size_t count;
    int result = 0;

    if (!report_subject(ledger, who, name, &subject, status))
        return report_end(ledger);
    if (limit > HISTORY_ROWS_MAX)
        *status = STATUS_BAD_RANGE;
    if (*status != STATUS_ACCEPTED || limit == 0 || before == 0)
        return report_end(ledger);
    if (trail_open(&trail, ledger, &subject) != 0)
        return -1;
    if (history_find_at(
            ledger->state, &subject.id, before - 1, &trail.block, &count))
        result = newest_first(ledger, &trail, count, limit, each, context);
    report_reader_free(trail.reader);
    return result == 0 ? report_end(ledger) : -1;
}

/* ---- from date to date ---- */

/* Number of the account's postings made before an entry. */
static uint64_t postings_before(struct ledger *ledger,
    const struct report_subject *subject, uint64_t entry)
{
    struct history_block block;
    size_t count;

    if (entry == 0 ||
        !history_find_at(
            ledger->state, &subject->id, entry - 1, &block, &count))
        return 0;
    return (uint64_t)block.number * HISTORY_BLOCK + count;
}

/* Postings [from, to) of the account. */
struct span {
    uint64_t from;
    uint64_t to;
};

/* False with *status: the dates are in no order or not there yet. */
static bool find_span(struct ledger *ledger,
    const struct report_subject *subject, struct date from, struct date to,
    struct span *span, enum status *status)
{
    struct date day;
    uint64_t first;
    uint64_t last;

    *span = (struct span){ 0, 0 };
    if (to.days < from.days)
        *status = STATUS_BAD_RANGE;
    else if (from.days > subject->book->date.days)
        *status = STATUS_BEYOND_END;
    if (*status != STATUS_ACCEPTED)
        return false;
    /* Asked for a whole month in its middle: up to today. */
    if (to.days > subject->book->date.days)
        to = subject->book->date;
    if (!report_day_last(ledger, subject->book, to, &last))
        return true;
    /* from is not after the open day, so there is a day. */
    if (!report_day_next(ledger, subject->book, from, &day, &first))
        first = last + 1;
    /* Between two business dates there may be none: an empty span. */
    if (first > last)
        first = last + 1;
    span->from = postings_before(ledger, subject, first);
    span->to = postings_before(ledger, subject, last + 1);
    if (span->to - span->from > STATEMENT_ROWS_MAX)
        *status = STATUS_BAD_RANGE;
    return *status == STATUS_ACCEPTED;
}

/* Read the span.  The postings before it, from the start of their block on,
 * lead to the opening balance. */
static int oldest_first(struct ledger *ledger, struct trail *trail,
    struct span span, int64_t *opening, report_row *each, void *context)
{
    uint64_t at = span.from == 0 ? 0 : span.from - 1;

    at -= at % HISTORY_BLOCK;
    for (; at < span.to || at < span.from; at++) {
        struct history_row row;
        size_t place = (size_t)(at % HISTORY_BLOCK);

        if (place == 0 &&
            load_block(trail, ledger, (uint32_t)(at / HISTORY_BLOCK)) != 0)
            return -1;
        if (at == span.from)
            *opening = trail->balance;
        if (place >= trail->block.count)
            return context_fail(ledger, "an account's history is too short");
        if (read_row(trail, place, &row) != 0)
            return -1;
        if (at >= span.from)
            each(context, &row);
    }
    if (span.from == span.to)
        *opening = trail->balance;
    return 0;
}

int report_statement(struct ledger *ledger, const struct ident *who,
    const struct account_name *name, struct date from, struct date to,
    int64_t *opening, int64_t *closing, report_row *each, void *context,
    enum status *status)
{
    struct report_subject subject;
    struct trail trail;
    struct span span;
    int result;

    *opening = 0;
    *closing = 0;
    if (!report_subject(ledger, who, name, &subject, status) ||
        !find_span(ledger, &subject, from, to, &span, status))
        return report_end(ledger);
    if (trail_open(&trail, ledger, &subject) != 0)
        return -1;
    result = oldest_first(ledger, &trail, span, opening, each, context);
    *closing = trail.balance;
    report_reader_free(trail.reader);
    return result == 0 ? report_end(ledger) : -1;
}
