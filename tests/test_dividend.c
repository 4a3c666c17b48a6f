/*
 * Dividends: who gets how much of what was declared.
 */
#include "cycle_fixture.h"

#include "../ledger/context.h"
#include "../ledger/cycle.h"
#include "../ledger/earning.h"
#include "../ledger/yield.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* Earnings to share out: 1,000.00 of income in the house's book. */
static void earn(struct ledger_fixture *f)
{
    CYCLE_SEND(f, "board",
        "journal-entry post=us/bank/nostro/USD:1000.00,"
        "us/us/income.interest/USD:-1000.00 reason=interest");
}

/*
 * November 2026 has 30 days; the 23rd is the first of the book.
 *
 *     m1   100.00 from the 23rd on                 8 x 10,000 =  80,000
 *     m2   300.00 from the 25th, 100.00 of it
 *          taken out on the 30th (a Monday)  5 x 30,000 + 20,000 = 170,000
 *     m3   nothing until December                                 0
 *                                                       together 250,000
 *     10.00 shared out: m1 3.20, m2 6.80
 */
static void test_hand_computed(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_balance before[] = {
        { "us/us/expense.dividend/USD", "10.00" },
        { "us/us/dividend.payable/USD", "10.00" },
    };
    static const struct ledger_balance after[] = {
        { "us/m1/share/USD", "103.20" },
        { "us/m2/share/USD", "206.80" },
        { "us/m3/share/USD", "500.00" },
        { "us/us/dividend.payable/USD", "0.00" },
        { "us/us/isr/USD", "0.00" },
    };

    earn(f);
    CYCLE_SEND(
        f, "ana", "deposit member=m1 via=bank amount=USD100.00 purpose=I");
    cycle_fixture_close_until(f, "us", "2026-11-25");
    CYCLE_SEND(
        f, "ana", "deposit member=m2 via=bank amount=USD300.00 purpose=I");
    cycle_fixture_close_until(f, "us", "2026-11-30");
    CYCLE_SEND(
        f, "ana", "withdraw member=m2 via=bank amount=USD100.00 purpose=I");
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD10.00 basis=daily");
    ledger_table_balances(f, before, sizeof before / sizeof *before);
    cycle_fixture_close_until(f, "us", "2026-12-02");
    CYCLE_SEND(
        f, "ana", "deposit member=m3 via=bank amount=USD500.00 purpose=I");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    assert_true(bytes_equal_text(f->decision.effects,
        "+ us/us/dividend.payable/USD 10.00\n"
        "+ us/m1/share/USD -3.20\n"
        "+ us/m2/share/USD -6.80\n"));
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    cycle_fixture_check(f);
}

/* Several postings of a day count by the last balance of it. */
static void test_end_of_day(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_balance after[] = {
        { "us/m1/share/USD", "101.00" },
        { "us/m2/share/USD", "101.00" },
    };

    earn(f);
    CYCLE_SEND(
        f, "ana", "deposit member=m1 via=bank amount=USD900.00 purpose=I");
    CYCLE_SEND(
        f, "ana", "deposit member=m2 via=bank amount=USD100.00 purpose=I");
    CYCLE_SEND(
        f, "ana", "withdraw member=m1 via=bank amount=USD800.00 purpose=I");
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD2.00 basis=average");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    cycle_fixture_check(f);
}

/* An average daily balance below the minimum earns nothing: of m1 that is
 * 8 x 100.00 / 30 = 26.66, of m2 8 x 93.75 / 30 = 25.00. */
static void test_minimum(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=bank amount=USD100.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m2 via=bank amount=USD93.75 purpose=I",
            "ok" },
        { "ana", "deposit member=m3 via=bank amount=USD93.74 purpose=I",
            "ok" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD3.10 "
                   "basis=daily minimum=USD25.00", "bad-value minimum" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD3.10 "
                   "basis=average minimum=MXN25.00",
            "other-currency minimum" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD3.10 "
                   "basis=average minimum=USD30.00", "nobody-earns month" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD3.10 "
                   "basis=average minimum=USD25.00", "ok" },
    };
    static const struct ledger_balance after[] = {
        { "us/m1/share/USD", "101.60" }, /* 3.10 x 100 / 193.75 */
        { "us/m2/share/USD", "95.25" },
        { "us/m3/share/USD", "93.74" },
    };

    earn(f);
    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    cycle_fixture_check(f);
}

/* The rate of the month's last day; 12.5 % of 3.20 = 0.40, of 6.80 = 0.85;
 * half a cent is rounded away from zero: 12.5 % of 0.04 = 0.005 = 0.01. */
static void test_tax(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "board", "tax-withhold book=us rate=0.2 from=2026-11-01", "ok" },
        { "board", "tax-withhold book=us rate=0.125 from=2026-11-30", "ok" },
        { "board", "tax-withhold book=us rate=0.5 from=2026-12-01", "ok" },
        { "board", "tax-withhold book=us rate=1.01 from=2026-12-01",
            "bad-value rate" },
        { "sup", "tax-withhold book=us rate=0.1 from=2026-12-01",
            "wrong-kind" },
        { "us.board", "tax-withhold book=mx rate=0.1 from=2026-12-01",
            "out-of-scope book" },
        { "board", "tax-withhold book=us rate=0.1 from=2026-10-31",
            "period-closed from" },
        { "ana", "deposit member=m1 via=bank amount=USD320.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m2 via=bank amount=USD680.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m3 via=bank amount=USD4.00 purpose=I",
            "ok" },
        { "board", "dividend-declare book=us month=2026-11 "
                   "amount=USD10.04 basis=daily", "ok" },
    };
    static const struct ledger_balance after[] = {
        { "us/m1/share/USD", "322.80" },
        { "us/m2/share/USD", "685.95" },
        { "us/m3/share/USD", "4.03" },
        { "us/us/isr/USD", "1.26" },
        { "us/us/dividend.payable/USD", "0.00" },
    };

    earn(f);
    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    (void)ledger_fixture_send(
        f, "board", "tax-withhold book=us rate=0.1 from=2026-11-30");
    ledger_table_answer(f, "period-closed from", "tax-withhold");
    cycle_fixture_check(f);
}

static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "board", "dividend-declare book=us month=2026-11 amount=USD1.00 "
                   "basis=daily", "above-earnings amount" },
        { "board", "journal-entry post=us/bank/nostro/USD:50.00,"
                   "us/us/undivided/USD:-30.00,us/us/income.fee/USD:-20.00 "
                   "reason=interest", "ok" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD1.00 "
                   "basis=daily", "nobody-earns month" },
        { "ana", "deposit member=m1 via=bank amount=USD100.00 purpose=I",
            "ok" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD50.01 "
                   "basis=daily", "above-earnings amount" },
        { "board", "dividend-declare book=us month=2026-10 amount=USD1.00 "
                   "basis=daily", "period-closed month" },
        { "board", "dividend-declare book=us month=2026-12 amount=USD1.00 "
                   "basis=daily", "wrong-date month" },
        { "ana", "dividend-declare book=us month=2026-11 amount=USD1.00 "
                 "basis=daily", "wrong-kind" },
        { "us.board", "dividend-declare book=mx month=2026-11 "
                      "amount=MXN1.00 basis=daily", "out-of-scope amount" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD50.00 "
                   "basis=daily", "ok" },
        { "board", "dividend-declare book=us month=2026-11 amount=USD0.01 "
                   "basis=daily", "already-declared month" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    cycle_fixture_check(f);
}

/* Whoever left before the month was closed earns nothing; if that leaves
 * nobody, the dividend goes back to where it came from. */
static void test_nobody_left(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_balance after[] = {
        { "us/us/dividend.payable/USD", "0.00" },
        { "us/us/expense.dividend/USD", "0.00" },
    };

    earn(f);
    CYCLE_SEND(
        f, "ana", "deposit member=n1 via=bank amount=USD100.00 purpose=I");
    cycle_fixture_close_until(f, "us", "2026-11-25");
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD2.00 basis=daily");
    CYCLE_SEND(
        f, "ana", "withdraw member=n1 via=bank amount=USD100.00 purpose=I");
    CYCLE_SEND(f, "sup", "party-close party=n1 reason=left");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    cycle_fixture_check(f);
}

/* ---- annual percentage yield ---- */

/* Regulation DD, appendix A, as OPERATIONS.md quotes it: 61.68 on 1,000 in
 * 365 days is 6.17 %; 30.37 on 1,000 in 182 days is 6.18 %. */
static void test_published_yields(void **state)
{
    static const struct {
        int64_t interest;
        int64_t principal;
        int32_t days;
        uint64_t yield;
    } rows[] = {
        { 6168, 100000, 365, 617 },
        { 3037, 100000, 182, 618 },
        { 0, 100000, 31, 0 },
        { 100000, 100000, 365, 10000 },
        { 5, 100000, 365, 1 },  /* 0.005 % */
        { 4, 100000, 365, 0 },  /* 0.004 % */
    };
    uint64_t yield;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(yield_annual(rows[i].interest,
            rows[i].principal * rows[i].days, rows[i].days, &yield));
        assert_int_equal(yield, rows[i].yield);
    }
    assert_false(yield_annual(1, 0, 365, &yield));
    assert_false(yield_annual(100000, 1, 1, &yield));
}

static void test_statement_yield(void **state)
{
    struct ledger_fixture *f = *state;
    struct ident who = ident_of("aud");
    struct account_name name;
    struct yield yield;
    struct date from = date_of(2026, 11, 23);
    struct date to = date_of(2026, 12, 2);
    enum status status;

    earn(f);
    CYCLE_SEND(f, "board", "tax-withhold book=us rate=0.25 from=2026-11-01");
    CYCLE_SEND(
        f, "ana", "deposit member=m1 via=bank amount=USD1000.00 purpose=I");
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD3.20 basis=daily");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    cycle_fixture_close_until(f, "us", "2026-12-02");
    assert_true(
        account_name_parse(bytes_text("us/m1/share/USD"), &name));
    assert_int_equal(yield_of_period(f->ledger, &who, &name, from, to,
                         &yield, &status), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(yield.dividend, 320);
    assert_int_equal(yield.tax, 80);
    assert_true(yield.has_annual);
    /* P = (8 x 1,000.00 + 2 x 1,002.40) / 10 = 1,000.48;
     * (1 + 3.20 / 1,000.48)^36.5 - 1 = 12.3622 % */
    assert_int_equal(yield.annual, 1236);
    /* Before the month was closed nothing was paid. */
    assert_int_equal(yield_of_period(f->ledger, &who, &name, from,
                         date_of(2026, 11, 30), &yield, &status), 0);
    assert_int_equal(yield.dividend, 0);
    assert_false(yield.has_annual);
}

/* ---- exact sums over many ---- */

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void open_members(struct ledger_fixture *f, unsigned count)
{
    struct buffer lines = buffer_empty();

    for (unsigned i = 0; i < count; i++) {
        buffer_format(&lines,
            "party-open party=p%u kind=member book=us parent=c1 country=US\n",
            i);
        if (i % 1000 != 999 && i + 1 < count)
            continue;
        buffer_char(&lines, '\0');
        assert_int_equal(ledger_fixture_batch(f, "sup", "all",
                             (const char *)lines.data),
            STATUS_ACCEPTED);
        buffer_clear(&lines);
    }
    buffer_free(&lines);
}

static void deposit_all(
    struct ledger_fixture *f, unsigned count, uint64_t *seed)
{
    struct buffer lines = buffer_empty();

    for (unsigned i = 0; i < count; i++) {
        uint64_t minor = next_random(seed) % 1000000 + 1;

        buffer_format(&lines,
            "deposit member=p%u via=bank amount=USD%llu.%02llu purpose=I\n",
            i, (unsigned long long)(minor / 100),
            (unsigned long long)(minor % 100));
        if (i % 1000 != 999 && i + 1 < count)
            continue;
        buffer_char(&lines, '\0');
        assert_int_equal(ledger_fixture_batch(f, "ana", "all",
                             (const char *)lines.data),
            STATUS_ACCEPTED);
        buffer_clear(&lines);
    }
    buffer_free(&lines);
}

/* What was declared leaves dividend.payable to the last cent, whatever the
 * balances; the checker adds each part up again. */
static void test_exact_sums(void **state)
{
    struct ledger_fixture *f = *state;
    uint64_t seed = 20261123;

    f->quick = true;
    earn(f);
    open_members(f, 97);
    CYCLE_SEND(f, "board", "tax-withhold book=us rate=0.07 from=2026-11-01");
    for (int month = 0; month < 6; month++) {
        char text[32];
        char next[32];
        int64_t shares;
        int64_t amount = (int64_t)(next_random(&seed) % 15000 + 1);

        (void)snprintf(text, sizeof text, "%04d-%02d",
            2026 + (10 + month) / 12, (10 + month) % 12 + 1);
        (void)snprintf(next, sizeof next, "%04d-%02d-02",
            2026 + (11 + month) / 12, (11 + month) % 12 + 1);
        deposit_all(f, 97, &seed);
        CYCLE_SEND(f, "board",
            "dividend-declare book=us month=%s amount=USD%lld.%02lld "
            "basis=daily",
            text, (long long)amount / 100, (long long)amount % 100);
        cycle_fixture_close_until(f, "us", next);
        shares = ledger_fixture_balance(f, "us/us/isr/USD");
        CYCLE_SEND(f, "sup", "month-close book=us month=%s", text);
        assert_int_equal(
            ledger_fixture_balance(f, "us/us/dividend.payable/USD"), 0);
        assert_true(ledger_fixture_balance(f, "us/us/isr/USD") >= shares);
    }
    f->quick = false;
    cycle_fixture_check(f);
}

/* ---- time ---- */

/* A hundred thousand members: told, not bound, since machines differ. */
static void test_large(void **state)
{
    struct ledger_fixture *f = *state;
    unsigned count = getenv("POSITO_LONG") != NULL ? 100000 : 2000;
    uint64_t seed = 1;
    struct timespec from;
    struct timespec to;

    f->quick = true;
    CYCLE_SEND(f, "board",
        "journal-entry post=us/bank/nostro/USD:1000000.00,"
        "us/us/income.interest/USD:-1000000.00 reason=interest");
    open_members(f, count);
    deposit_all(f, count, &seed);
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD999999.99 "
        "basis=daily");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    ledger_fixture_close_group(f);
    (void)ledger_fixture_digest(f);
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    print_message("month-close with %u members: %lld ms, %zu bytes\n", count,
        (long long)((to.tv_sec - from.tv_sec) * 1000 +
            (to.tv_nsec - from.tv_nsec) / 1000000),
        f->decision.effects.length);
    assert_int_equal(
        ledger_fixture_balance(f, "us/us/dividend.payable/USD"), 0);
    ledger_table_check_totals(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_hand_computed),
        LEDGER_TEST(test_end_of_day),
        LEDGER_TEST(test_minimum),
        LEDGER_TEST(test_tax),
        LEDGER_TEST(test_refusals),
        LEDGER_TEST(test_nobody_left),
        cmocka_unit_test(test_published_yields),
        LEDGER_TEST(test_statement_yield),
        LEDGER_TEST(test_exact_sums),
        LEDGER_TEST(test_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
