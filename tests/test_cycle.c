/*
 * Days, months and years that end: in order, once, and what they post.
 */
#include "cycle_fixture.h"

#include "../ledger/context.h"
#include "../ledger/cycle.h"
#include "../ledger/report.h"

#include <posito/encoding.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_months_in_order(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row early[] = {
        { "sup", "month-close book=us month=2026-11", "period-open month" },
        { "sup", "month-close book=us month=2026-10",
            "period-closed month" },
        { "sup", "month-close book=us month=2027-01", "period-open month" },
        { "sup", "month-close book=mx month=2026-11", "out-of-scope book" },
        { "ana", "month-close book=us month=2026-11", "wrong-kind" },
        { "sup", "month-close book=es month=2026-11", "unknown-book book" },
    };
    static const struct ledger_row late[] = {
        { "sup", "month-close book=us month=2026-12", "wrong-date month" },
        { "sup", "month-close book=us month=2026-11", "ok" },
        { "sup", "month-close book=us month=2026-11",
            "period-closed month" },
        { "sup", "month-close book=us month=2026-12", "ok" },
        { "sup", "month-close book=us month=2027-01", "period-open month" },
    };

    ledger_table_send(f, early, sizeof early / sizeof *early);
    cycle_fixture_close_until(f, "us", "2027-01-04");
    ledger_table_send(f, late, sizeof late / sizeof *late);
    cycle_fixture_check(f);
}

/* A value date lies in the open day's past, not in a closed month. */
static void test_value_dates(void **state)
{
    struct ledger_fixture *f = *state;
#define ENTRY                                                  \
    "journal-entry post=us/bank/nostro/USD:1.00,us/us/income.fee/USD:-1.00 " \
    "value=%s reason=late"
    static const struct {
        const char *date;
        const char *answer;
    } rows[] = {
        { "2026-12-01", "ok" },
        { "2026-12-02", "wrong-date value" },
        { "2026-11-22", "wrong-date value" },
        { "2026-11-30", "ok" },
    };

    cycle_fixture_close_until(f, "us", "2026-12-01");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)ledger_fixture_send(f, "board", ENTRY, rows[i].date);
        ledger_table_answer(f, rows[i].answer, rows[i].date);
    }
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    (void)ledger_fixture_send(f, "board", ENTRY, "2026-11-30");
    ledger_table_answer(f, "period-closed value", "2026-11-30");
    CYCLE_SEND(f, "board", ENTRY, "2026-12-01");
#undef ENTRY
    cycle_fixture_check(f);
}

/* What a closed month posted cannot be reversed. */
static void test_not_reversible(void **state)
{
    struct ledger_fixture *f = *state;

    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    (void)ledger_fixture_send(f, "sup", "reverse entry=%llu reason=no",
        (unsigned long long)f->decision.index);
    ledger_table_answer(f, "not-reversible entry", "reverse");
}

/* ---- years ---- */

static void close_months(struct ledger_fixture *f, int from, int to)
{
    for (int month = from; month <= to; month++)
        CYCLE_SEND(f, "sup", "month-close book=us month=%04d-%02d",
            month / 12, month % 12 + 1);
}

#define MONTH(year, month) ((year)*12 + (month)-1)

/*
 * 2026: income 100.00 + 20.50, expense 30.25: a surplus of 90.25, of which
 * 0.1 is 9.025 = 9.03 for the reserve.  The 7.00 of January stay income of
 * the new year.
 */
static void test_year(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row early[] = {
        { "board", "journal-entry post=us/bank/nostro/USD:120.50,"
                   "us/us/income.interest/USD:-100.00,"
                   "us/us/income.fee/USD:-20.50 reason=income", "ok" },
        { "board", "journal-entry post=us/us/expense.other/USD:30.25,"
                   "us/bank/nostro/USD:-30.25 reason=rent", "ok" },
        { "board", "journal-entry post=us/us/expense.other/MXN:5.00,"
                   "us/us/suspense/MXN:-5.00 reason=pesos", "ok" },
        { "board", "year-close book=us year=2026", "period-open year" },
        { "board", "year-close book=us year=2025", "period-closed year" },
        { "sup", "year-close book=us year=2026", "wrong-kind" },
        { "us.board", "year-close book=mx year=2026", "out-of-scope book" },
    };
    static const struct ledger_row late[] = {
        { "board", "journal-entry post=us/bank/nostro/USD:7.00,"
                   "us/us/income.fee/USD:-7.00 reason=january", "ok" },
        { "board", "year-close book=us year=2026 reserve=0.1", "ok" },
        { "board", "year-close book=us year=2026", "period-closed year" },
        { "board", "year-close book=us year=2027", "period-open year" },
    };
    static const struct ledger_balance after[] = {
        { "us/us/income.interest/USD", "0.00" },
        { "us/us/income.fee/USD", "7.00" },
        { "us/us/expense.other/USD", "0.00" },
        { "us/us/expense.other/MXN", "0.00" },
        { "us/us/reserve/USD", "9.03" },
        { "us/us/undivided/USD", "81.22" },
        { "us/us/undivided/MXN", "-5.00" },
    };

    ledger_table_send(f, early, sizeof early / sizeof *early);
    cycle_fixture_close_until(f, "us", "2027-01-04");
    (void)ledger_fixture_send(f, "board", "year-close book=us year=2026");
    ledger_table_answer(f, "period-open year", "year-close");
    close_months(f, MONTH(2026, 11), MONTH(2026, 12));
    (void)ledger_fixture_send(
        f, "board", "year-close book=us year=2026 reserve=1.1");
    ledger_table_answer(f, "bad-value reserve", "year-close");
    ledger_table_send(f, late, sizeof late / sizeof *late);
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    cycle_fixture_check(f);
}

/* Two years closed late, one after the other, in the third: each carries
 * its own. */
static void test_years_late(void **state)
{
    struct ledger_fixture *f = *state;
    static const char income[] =
        "journal-entry post=us/bank/nostro/USD:%d.00,"
        "us/us/income.fee/USD:-%d.00 reason=income";
    static const struct ledger_row rows[] = {
        { "board", "year-close book=us year=2027", "wrong-date year" },
        { "board", "year-close book=us year=2026 reserve=0.5", "ok" },
        { "board", "year-close book=us year=2027", "ok" },
    };
    static const struct ledger_balance after[] = {
        { "us/us/income.fee/USD", "4.00" },
        { "us/us/reserve/USD", "50.00" },
        { "us/us/undivided/USD", "80.00" },
    };

    f->quick = true;
    CYCLE_SEND(f, "board", income, 100, 100);
    cycle_fixture_close_until(f, "us", "2027-06-01");
    CYCLE_SEND(f, "board", income, 30, 30);
    cycle_fixture_close_until(f, "us", "2028-01-03");
    CYCLE_SEND(f, "board", income, 4, 4);
    close_months(f, MONTH(2026, 11), MONTH(2027, 12));
    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    f->quick = false;
    cycle_fixture_check(f);
}

/* ---- seals ---- */

static void test_seals(void **state)
{
    struct ledger_fixture *f = *state;
    struct hash digest = ledger_fixture_digest(f);
    char text[48] = "";
    struct buffer out = buffer_over(text, sizeof text - 1);
    unsigned long long size = ledger_size(f->ledger);
    struct seal seal;

    base64_append(&out, bytes_of(digest.data, sizeof digest.data));
    (void)ledger_fixture_send(
        f, "sup", "day-close book=us date=2026-11-23 sealed=%llu", size);
    ledger_table_answer(f, "missing-field digest", "no digest");
    (void)ledger_fixture_send(
        f, "sup", "day-close book=us date=2026-11-23 digest=%s", text);
    ledger_table_answer(f, "missing-field sealed", "no size");
    (void)ledger_fixture_send(f, "sup",
        "day-close book=us date=2026-11-23 sealed=%llu digest=%s", size,
        text);
    ledger_table_answer(f, "missing-field format", "no format");
    (void)ledger_fixture_send(
        f, "sup", "day-close book=us date=2026-11-23 format=5");
    ledger_table_answer(f, "missing-field digest", "a format alone");
    (void)ledger_fixture_send(f, "sup",
        "day-close book=us date=2026-11-23 sealed=%llu digest=%s format=5",
        size + 1, text);
    ledger_table_answer(f, "beyond-end sealed", "too far");
    (void)ledger_fixture_send(f, "sup",
        "day-close book=us date=2026-11-23 sealed=%llu digest=%s format=0",
        size, text);
    ledger_table_answer(f, "bad-value format", "no such format");
    (void)ledger_fixture_send(f, "sup",
        "day-close book=us date=2026-11-23 sealed=%llu digest=%s "
        "format=4294967296",
        size, text);
    ledger_table_answer(f, "bad-value format", "no number of a format");
    CYCLE_SEND(f, "sup",
        "day-close book=us date=2026-11-23 sealed=%llu digest=%s format=5",
        size, text);
    assert_true(cycle_find_seal(f->state, size, &seal));
    assert_true(hash_equal(&seal.digest, &digest));
    assert_int_equal(seal.format, 5);
    assert_int_equal(seal.entry, size);
    /* The other book's close may repeat it, not contradict it. */
    CYCLE_SEND(f, "board",
        "day-close book=mx date=2026-11-23 sealed=%llu digest=%s format=5",
        size, text);
    (void)ledger_fixture_send(f, "board",
        "day-close book=mx date=2026-11-24 sealed=%llu digest=%s format=5",
        size, ledger_fixture_public("board"));
    ledger_table_answer(f, "bad-value digest", "another digest");
    (void)ledger_fixture_send(f, "board",
        "day-close book=mx date=2026-11-24 sealed=%llu digest=%s format=6",
        size, text);
    ledger_table_answer(f, "bad-value digest", "another format");
    cycle_fixture_check(f);
}

/* ---- a year, every day closed ---- */

#define YEAR_SEED 1999

struct year {
    struct ledger_fixture *f;
    unsigned members;
    uint64_t seed;
};

static unsigned pick(struct year *year, unsigned below)
{
    year->seed = year->seed * UINT64_C(6364136223846793005) + 1;
    return (unsigned)(year->seed >> 33) % below;
}

/* A day's business in one batch: who is short of money is refused. */
static void work(struct year *year)
{
    struct buffer lines = buffer_empty();

    for (unsigned i = 0; i < year->members / 10 + 1; i++) {
        unsigned member = pick(year, year->members);
        unsigned cents = pick(year, 50000) + 1;
        const char *verb = pick(year, 3) == 0 ? "withdraw" : "deposit";

        buffer_format(&lines,
            "%s member=p%u via=bank amount=USD%u.%02u purpose=I\n", verb,
            member, cents / 100, cents % 100);
    }
    buffer_char(&lines, '\0');
    assert_int_equal(ledger_fixture_batch(
                         year->f, "ana", "each", (const char *)lines.data),
        STATUS_ACCEPTED);
    buffer_free(&lines);
}

/* A new month has begun: declare and close the one before. */
static void end_month(struct year *year, uint32_t month)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%04u-%02u", month / 12,
        month % 12 + 1);
    CYCLE_SEND(year->f, "board",
        "journal-entry post=us/bank/nostro/USD:900.00,"
        "us/us/income.interest/USD:-900.00 reason=interest");
    CYCLE_SEND(year->f, "board",
        "dividend-declare book=us month=%s amount=USD777.77 basis=daily",
        text);
    CYCLE_SEND(year->f, "sup", "month-close book=us month=%s", text);
}

/* A statement that is being added up. */
struct adding {
    int64_t sum; /* every one of these begins at zero */
    size_t rows;
};

static void add_row(void *context, const struct history_row *row)
{
    struct adding *adding = context;

    adding->sum += row->amount;
    adding->rows++;
    assert_int_equal(row->balance, adding->sum);
}

/* Opening, rows and closing of every member's year; the closing is the
 * balance, and all of them together are the book's shares. */
static void add_statements(struct year *year, struct date from, size_t *rows)
{
    struct ledger *ledger = year->f->ledger;
    struct ident who = ident_of("aud");
    struct account_name name = { .book = ident_of("us"),
        .role = ROLE_SHARE,
        .currency = CURRENCY_USD };
    struct account_id total =
        account_id_of(0, CURRENCY_USD, ROLE_SHARE, ACCOUNT_CONTROL);
    struct account account;
    int64_t all = 0;

    *rows = 0;
    for (unsigned i = 0; i < year->members; i++) {
        struct adding adding = { 0, 0 };
        int64_t opening = 0;
        int64_t closing = 0;
        enum status status = STATUS_ACCEPTED;
        char text[16];

        (void)snprintf(text, sizeof text, "p%u", i);
        name.party = ident_of(text);
        assert_int_equal(report_statement(ledger, &who, &name, from,
                             cycle_fixture_date(year->f, "us"), &opening,
                             &closing, add_row, &adding, &status),
            0);
        assert_int_equal(status, STATUS_ACCEPTED);
        assert_int_equal(opening, 0);
        assert_int_equal(opening + adding.sum, closing);
        all += closing;
        *rows += adding.rows;
    }
    assert_true(account_load(ledger->state, &total, &account));
    assert_int_equal(account.credits - account.debits, all);
}

/* A year of 2,000 members: every day closed, every statement adds up. */
static void test_many_days(void **state)
{
    struct ledger_fixture *f = *state;
    struct year year = { f, 2000, YEAR_SEED };
    int days = 366;
    struct date first = cycle_fixture_date(f, "us");
    size_t rows;
    struct buffer lines = buffer_empty();
    int32_t last = first.days + days;

    f->quick = true;
    CYCLE_SEND(f, "board", "tax-withhold book=us rate=0.1 from=2027-01-01");
    for (unsigned i = 0; i < year.members; i++)
        buffer_format(&lines,
            "party-open party=p%u kind=member book=us parent=c1 country=US\n",
            i);
    buffer_char(&lines, '\0');
    assert_int_equal(ledger_fixture_batch(f, "sup", "all",
                         (const char *)lines.data),
        STATUS_ACCEPTED);
    buffer_free(&lines);
    while (cycle_fixture_date(f, "us").days < last) {
        struct date date = cycle_fixture_date(f, "us");
        char text[DATE_LENGTH + 1] = "";
        struct buffer out = buffer_over(text, DATE_LENGTH);

        work(&year);
        date_append(&out, date);
        CYCLE_SEND(f, "sup", "day-close book=us date=%s", text);
        if (cycle_month_of(cycle_fixture_date(f, "us")) !=
            cycle_month_of(date))
            end_month(&year, cycle_month_of(date));
        if (f->next_id % 64 == 0)
            ledger_fixture_close_group(f);
    }
    CYCLE_SEND(f, "board", "year-close book=us year=2026 reserve=0.2");
    f->quick = false;
    add_statements(&year, first, &rows);
    assert_true(rows > 40000);
    cycle_fixture_check(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_months_in_order),
        LEDGER_TEST(test_value_dates),
        LEDGER_TEST(test_not_reversible),
        LEDGER_TEST(test_year),
        LEDGER_TEST(test_years_late),
        LEDGER_TEST(test_seals),
        LEDGER_TEST(test_many_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
