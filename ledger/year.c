#include "operations.h"

#include "cycle.h"
#include "posting.h"
#include "report_inside.h"

/*
 * The end of a year: what income and expense came to by its last entry, and
 * by the close of its last month, goes to undivided earnings, a part of a
 * surplus to the reserve.
 *
 *     income.*     debit     what they came to
 *     expense.*    credit    what they came to
 *     reserve      credit    the surplus x reserve=, rounded half away
 *     undivided    credit    the rest (a loss: debit)
 */

static bool is_result(enum role role)
{
    enum account_class class = role_row(role)->class;

    return class == CLASS_INCOME || class == CLASS_EXPENSE;
}

/* ---- what it came to ---- */

/* Debits less credits of an account after the entry `last`. */
static int64_t sum_at(struct context *c, const struct account_id *id,
    struct report_reader *reader, uint64_t last)
{
    struct account now;
    struct history_block block;
    size_t count;
    int64_t sum;

    if (!account_load(c->state, id, &now) || now.postings == 0)
        return 0;
    if (now.last <= last)
        return now.debits - now.credits;
    if (!history_find_at(c->state, id, last, &block, &count))
        return 0;
    sum = block.debits - block.credits;
    for (size_t i = 0; i < count; i++) {
        int64_t minor;

        if (report_reader_amount(reader, id, block.list[i], &minor) != 0)
            return 0;
        sum += minor; /* the account held it: it cannot overflow */
    }
    return sum;
}

/* What closes of earlier years took from the account after this one's last
 * entry, if they came that late. */
static int64_t taken_later(struct context *c, const struct account_id *id,
    struct report_reader *reader, uint64_t last)
{
    uint8_t book = account_id_book(id);
    uint32_t year = c->ledger->books[book].open_year;
    uint64_t entry;
    int64_t sum = 0;

    while (year-- > 0 &&
        cycle_find_period(c->state, book, PERIOD_YEAR, year * CYCLE_MONTHS,
            &entry) &&
        entry > last) {
        int64_t minor;

        if (report_reader_effect(reader, id, entry, &minor) != 0)
            return 0;
        sum += minor;
    }
    return sum;
}

/* What the close of the year's last month posted to the account: it comes
 * when the next year has begun, and belongs to the one that it is about. */
static int64_t posted_late(struct context *c, const struct account_id *id,
    struct report_reader *reader, uint64_t last)
{
    uint8_t book = account_id_book(id);
    uint32_t month =
        (c->ledger->books[book].open_year + 1) * CYCLE_MONTHS - 1;
    uint64_t entry;
    int64_t minor = 0;

    if (!cycle_find_period(c->state, book, PERIOD_MONTH, month, &entry) ||
        entry <= last ||
        report_reader_effect(reader, id, entry, &minor) != 0)
        return 0;
    return minor;
}

/* The last entry of the year.  Its months are closed, so a later one has
 * been opened. */
static uint64_t last_entry(
    struct context *c, const struct book *book, uint32_t year)
{
    struct date last = {
        cycle_month_first((year + 1) * CYCLE_MONTHS).days - 1
    };
    uint64_t entry;

    return report_day_last(c->ledger, book, last, &entry) ? entry : 0;
}

/* ---- the plan of one currency ---- */

struct closing {
    const struct book *book;
    struct party house;
    struct report_reader *reader;
    uint64_t last;       /* entry of the year */
    struct rate reserve; /* part of a surplus */
};

static void plan_result(struct context *c, const struct closing *closing,
    enum currency currency, int64_t surplus)
{
    struct amount rest = { -surplus, currency };
    struct amount reserve = { 0, currency };

    if (surplus > 0 &&
        minor_times_rate(surplus, closing->reserve, ROUND_HALF_AWAY,
            &reserve.minor))
        rest.minor += reserve.minor;
    reserve.minor = -reserve.minor;
    if (rest.minor != 0)
        posting_add_party(
            c, &closing->house, ROLE_UNDIVIDED, rest, "year");
    if (reserve.minor != 0)
        posting_add_party(
            c, &closing->house, ROLE_RESERVE, reserve, "year");
}

static void plan_currency(struct context *c, const struct closing *closing,
    enum currency currency)
{
    int64_t surplus = 0;

    context_clear(c);
    for (int role = 0; role < ROLE_COUNT; role++) {
        struct account_id id =
            account_id_of(closing->book->number, currency, (enum role)role,
                closing->house.number);
        struct amount back = { 0, currency };

        if (!is_result((enum role)role))
            continue;
        context_pause(c);
        back.minor = -sum_at(c, &id, closing->reader, closing->last) -
            posted_late(c, &id, closing->reader, closing->last) -
            taken_later(c, &id, closing->reader, closing->last);
        if (back.minor == 0)
            continue;
        if (!minor_add(surplus, back.minor, &surplus))
            context_refuse(c, STATUS_BALANCE_OVERFLOW, "year");
        posting_add_party(
            c, &closing->house, (enum role)role, back, "year");
    }
    plan_result(c, closing, currency, surplus);
}

/* ---- deciding ---- */

static void check_year(
    struct context *c, const struct operation *op, const struct book *book)
{
    const struct year_close_fields *f = &op->as.year_close;

    if (f->year < book->open_year)
        context_refuse(c, STATUS_PERIOD_CLOSED, "year");
    else if (f->year >= book->open_month / CYCLE_MONTHS)
        context_refuse(c, STATUS_PERIOD_OPEN, "year");
    else if (f->year > book->open_year)
        context_refuse(c, STATUS_WRONG_DATE, "year");
    if (OPERATION_HAS(op, year_close, reserve) &&
        !cycle_is_part(f->reserve))
        context_refuse(c, STATUS_BAD_VALUE, "reserve");
}

/* Plan every currency; the first pass only looks, the second writes. */
static void each_currency(
    struct context *c, const struct closing *closing, bool write)
{
    for (int i = 0; i < CURRENCY_COUNT; i++) {
        plan_currency(c, closing, (enum currency)i);
        if (write)
            posting_commit_closing(c);
        else
            posting_check_closing(c);
        if (context_refused(c) || ledger_failed(c->ledger))
            return;
    }
    context_clear(c);
}

static void close_year(
    struct context *c, struct book *book, const struct closing *closing)
{
    /* Accepted: nothing below can be refused. */
    context_touch(c, book);
    each_currency(c, closing, true);
    cycle_put_period(c->state, book->number, PERIOD_YEAR,
        book->open_year * CYCLE_MONTHS, c->index);
    book->open_year++;
    record_put_book(c->state, book);
}

void year_close(struct context *c, const struct operation *op)
{
    const struct year_close_fields *f = &op->as.year_close;
    struct book *book = context_book(c, &f->book, "book");
    struct closing closing;

    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    check_year(c, op, book);
    if (context_refused(c))
        return;
    closing = (struct closing){
        .book = book,
        .reader = report_reader_new(c->ledger),
        .last = last_entry(c, book, (uint32_t)f->year),
        .reserve = OPERATION_HAS(op, year_close, reserve)
            ? f->reserve
            : (struct rate){ 0, 0 },
    };
    if (!record_find_party_number(c->state, book->house, &closing.house))
        (void)context_fail(c->ledger, "a book has no house");
    if (closing.reader != NULL && !ledger_failed(c->ledger)) {
        each_currency(c, &closing, false);
        if (!context_refused(c) && !ledger_failed(c->ledger))
            close_year(c, book, &closing);
    }
    report_reader_free(closing.reader);
}
