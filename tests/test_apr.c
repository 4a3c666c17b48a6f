/*
 * The annual percentage rate against the worked examples of Regulation Z,
 * 12 CFR 1026, appendix J (c), and what must hold for any transaction.
 */
#include "../ledger/apr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

#define FLOWS_MAX 400

static struct cash_flow advances[FLOWS_MAX];
static struct cash_flow payments[FLOWS_MAX];
static struct cash_flows flows = {advances, 0, payments, 0};

static struct date day(const char *text)
{
    struct date date = {0};

    assert_true(date_parse(bytes_text(text), &date));
    return date;
}

static void advance(const char *date, int64_t minor)
{
    advances[flows.advance_count++] = (struct cash_flow){day(date), minor};
}

/* count payments, months or days apart. */
static void pay(
    const char *from, int count, int64_t minor, int months, int days)
{
    for (int i = 0; i < count; i++) {
        struct date date;

        assert_true(date_add_months(day(from), i * months, &date));
        payments[flows.payment_count++] =
            (struct cash_flow){{date.days + i * days}, minor};
    }
}

static void begin(const char *date, int64_t minor)
{
    flows.advance_count = flows.payment_count = 0;
    advance(date, minor);
}

static void assert_apr(
    enum apr_period period, uint32_t many, uint64_t hundredths)
{
    struct apr apr;

    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_FOUND);
    assert_int_equal(apr.unit.period, period);
    assert_int_equal(apr.unit.many, many);
    assert_int_equal(apr.hundredths, hundredths);
}

/* ---- (c)(1): single advance, otherwise regular ---- */

static void c1_regular_with_or_without_odd_first_period(void **state)
{
    (void)state;
    /* (i) monthly */
    begin("1978-01-10", 500000);
    pay("1978-02-10", 24, 23000, 1, 0);
    assert_apr(APR_MONTH, 1, 969);
    /* (ii) monthly, long first period */
    begin("1978-02-10", 600000);
    pay("1978-04-01", 36, 20000, 1, 0);
    assert_apr(APR_MONTH, 1, 1182);
    /* (iii) semimonthly, short first period */
    begin("1978-02-23", 500000);
    for (int i = 0; i < 12; i++) {
        struct date first, half;
        assert_true(date_add_months(day("1978-03-01"), i, &first));
        assert_true(date_add_months(day("1978-03-16"), i, &half));
        payments[flows.payment_count++] = (struct cash_flow){first, 21917};
        payments[flows.payment_count++] = (struct cash_flow){half, 21917};
    }
    assert_apr(APR_SEMIMONTH, 1, 1034);
    /* (iv) quarterly, long first period */
    begin("1978-05-23", 1000000);
    pay("1978-10-01", 40, 38500, 3, 0);
    assert_apr(APR_MONTH, 3, 897);
    /* (v) weekly, long first period */
    begin("1978-03-20", 50000);
    pay("1978-04-21", 30, 1760, 0, 7);
    assert_apr(APR_WEEK, 1, 1496);
}

/* ---- (c)(2) to (c)(4): odd first and final payments ---- */

static void c2_odd_first_payment(void **state)
{
    (void)state;
    begin("1978-01-10", 500000);
    pay("1978-02-10", 1, 25000, 1, 0);
    pay("1978-03-10", 23, 23000, 1, 0);
    assert_apr(APR_MONTH, 1, 1008);
    /* every 4 weeks, long first period */
    begin("1978-03-18", 40000);
    pay("1978-04-20", 1, 3950, 0, 28);
    pay("1978-05-18", 11, 3831, 0, 28);
    assert_apr(APR_WEEK, 4, 2850);
}

static void c3_odd_final_payment(void **state)
{
    (void)state;
    begin("1978-01-10", 500000);
    pay("1978-02-10", 23, 23000, 1, 0);
    pay("1980-01-10", 1, 28000, 1, 0);
    assert_apr(APR_MONTH, 1, 1050);
    /* every 2 weeks, short first period */
    begin("1978-04-03", 20000);
    pay("1978-04-11", 19, 950, 0, 14);
    pay("1979-01-02", 1, 3000, 0, 14);
    assert_apr(APR_WEEK, 2, 1222);
}

static void c4_odd_first_and_final_payment(void **state)
{
    (void)state;
    begin("1978-01-10", 500000);
    pay("1978-02-10", 1, 25000, 1, 0);
    pay("1978-03-10", 22, 23000, 1, 0);
    pay("1980-01-10", 1, 28000, 1, 0);
    assert_apr(APR_MONTH, 1, 1090);
    /* every two months, short first period */
    begin("1978-01-10", 800000);
    pay("1978-03-01", 1, 44936, 2, 0);
    pay("1978-05-01", 18, 46500, 2, 0);
    pay("1981-05-01", 1, 20000, 2, 0);
    assert_apr(APR_MONTH, 2, 730);
}

/* ---- (c)(5): single advance, single payment ---- */

static void c5_single_payment(void **state)
{
    (void)state;
    /* (i) less than a year, in days: w = 365/255 */
    begin("1978-01-03", 100000);
    pay("1978-09-15", 1, 108000, 0, 0);
    assert_apr(APR_TERM, 1, 1145);
    /* (ii) less than a year, in whole months: w = 12/3 */
    begin("1978-07-15", 100000);
    pay("1978-10-15", 1, 104400, 0, 0);
    assert_apr(APR_TERM, 1, 1760);
    /* (iii) more than a year, the fraction in whole months */
    begin("1978-01-17", 100000);
    pay("1979-07-17", 1, 113519, 0, 0);
    assert_apr(APR_YEAR, 1, 876);
    /* (iv) exactly two years */
    begin("1978-01-17", 100000);
    pay("1980-01-17", 1, 124000, 0, 0);
    assert_apr(APR_YEAR, 1, 1136);
}

/* ---- (c)(6), (c)(7): complex single and multiple advances ---- */

static void c6_skipped_payments_plus_single_ones(void **state)
{
    (void)state;
    begin("1978-03-03", 735000);
    pay("1978-09-15", 3, 100000, 1, 0);
    pay("1979-03-15", 1, 200000, 1, 0);
    pay("1979-09-15", 3, 75000, 1, 0);
    pay("1980-02-01", 1, 100000, 1, 0);
    /* 10.215443946 by decimal arithmetic with 30 digits */
    struct apr apr;
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_FOUND);
    assert_int_equal(apr.unit.period, APR_MONTH);
    assert_int_equal(apr.exact, 1021544395);
}

/* 24 payments every 4 weeks; one that would be a month's second is two
 * weeks late, and the next are counted from it. */
static void c6_skipped_payments_every_four_weeks(void **state)
{
    (void)state;
    begin("1978-01-25", 213500);
    pay("1978-02-20", 9, 10000, 0, 28);
    pay("1978-11-13", 6, 10000, 0, 28);
    pay("1979-05-14", 6, 10000, 0, 28);
    pay("1979-11-12", 3, 10000, 0, 28);
    assert_apr(APR_WEEK, 4, 1200);
}

static void c6_mortgage_with_varying_payments(void **state)
{
    (void)state;
    static const int64_t a_year[30] = {29181, 30018, 30878, 31761, 32665, 33592,
        34542, 35515, 36512, 37533, 38576, 38542, 38503, 38462, 38417, 38367,
        38313, 38254, 38190, 38120, 38043, 37960, 37868, 37769, 37660, 37542,
        37413, 37272, 37118, 36950};

    begin("1978-04-10", 3968856);
    for (int i = 0; i < 30; i++) {
        struct date first = date_of(1978 + i, 6, 1);
        for (int month = 0; month < 12; month++) {
            struct date date;
            assert_true(date_add_months(first, month, &date));
            payments[flows.payment_count++] =
                (struct cash_flow){date, a_year[i]};
        }
    }
    assert_apr(APR_MONTH, 1, 980);
}

static void c7_construction_loan(void **state)
{
    (void)state;
    begin("1979-04-10", 2000000);
    advance("1979-06-12", 2000000);
    advance("1979-09-18", 2000000);
    pay("1979-12-10", 240, 61236, 1, 0);
    assert_apr(APR_MONTH, 1, 1025);
}

/* Payments that begin before the first advance: the term begins on the
 * first payment.  32.042744678 by decimal arithmetic with 30 digits. */
static void c7_student_loan(void **state)
{
    (void)state;
    begin("1978-09-05", 180000);
    advance("1979-01-05", 100000);
    advance("1979-09-05", 180000);
    advance("1980-01-05", 100000);
    advance("1980-09-05", 180000);
    advance("1981-01-05", 100000);
    advance("1981-09-05", 180000);
    advance("1982-01-05", 100000);
    pay("1978-07-01", 50, 24000, 1, 0);
    struct apr apr;
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_FOUND);
    assert_int_equal(apr.unit.period, APR_MONTH);
    assert_int_equal(apr.exact, 3204274468);
}

/* ---- others ---- */

/* 1,200.00 flat at 1 % a month, 12 x 112.00. */
static void a_flat_loan_discloses_nearly_twice_its_rate(void **state)
{
    (void)state;
    begin("2026-01-15", 120000);
    pay("2026-02-15", 12, 11200, 1, 0);
    assert_apr(APR_MONTH, 1, 2146);
}

/* From the tests of FSharp.Finance.Personal, where each was checked against
 * a spreadsheet: daily, weekly and yearly payments, quarterly with shorter
 * first periods. */
static void other_unit_periods(void **state)
{
    (void)state;
    begin("1978-06-23", 1000000);
    pay("1978-10-01", 40, 38500, 3, 0);
    assert_apr(APR_MONTH, 3, 915);
    begin("1978-07-23", 1000000);
    pay("1978-10-01", 40, 38500, 3, 0);
    assert_apr(APR_MONTH, 3, 932);
    begin("2023-10-26", 100000);
    pay("2023-11-30", 5, 22000, 0, 1);
    assert_apr(APR_DAY, 1, 9415);
    begin("2023-10-28", 100000);
    pay("2023-11-30", 5, 25000, 0, 7);
    assert_apr(APR_WEEK, 1, 17652);
    begin("2023-11-23", 100000);
    pay("2023-11-30", 5, 25000, 0, 7);
    assert_apr(APR_WEEK, 1, 41240);
    begin("2023-11-24", 100000);
    pay("2023-11-30", 5, 25000, 0, 7);
    assert_apr(APR_WEEK, 1, 43430);
    begin("2023-10-26", 100000);
    pay("2023-11-30", 5, 50000, 12, 0);
    assert_apr(APR_YEAR, 1, 7834);
}

/* (b)(3)(iv): last days, and the 30th where February has none; every
 * payment is whole months and the same odd days away. */
static void months_end_where_the_series_does(void **state)
{
    (void)state;
    begin("2025-01-31", 100000);
    pay("2025-02-28", 1, 9000, 1, 0);
    for (int i = 3; i <= 12; i++) {
        static const int last[] = {31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        payments[flows.payment_count++] =
            (struct cash_flow){date_of(2025, i, last[i - 3]), 9000};
    }
    payments[flows.payment_count++] =
        (struct cash_flow){date_of(2026, 1, 31), 9000};
    struct apr by_last, by_tenth;
    assert_int_equal(apr_of(&flows, NULL, &by_last), DISCOUNT_FOUND);
    assert_int_equal(by_last.unit.period, APR_MONTH);
    begin("2025-01-10", 100000);
    pay("2025-02-10", 12, 9000, 1, 0);
    assert_int_equal(apr_of(&flows, NULL, &by_tenth), DISCOUNT_FOUND);
    assert_int_equal(by_last.exact, by_tenth.exact);
    /* the 30th */
    begin("2025-01-30", 100000);
    pay("2025-02-28", 1, 9000, 1, 0);
    for (int i = 3; i <= 12; i++)
        payments[flows.payment_count++] =
            (struct cash_flow){date_of(2025, i, 30), 9000};
    payments[flows.payment_count++] =
        (struct cash_flow){date_of(2026, 1, 30), 9000};
    assert_int_equal(apr_of(&flows, NULL, &by_last), DISCOUNT_FOUND);
    assert_int_equal(by_last.exact, by_tenth.exact);
}

static void the_unit_period_is_as_b4_says(void **state)
{
    (void)state;
    struct apr_unit unit;

    /* no common period: the average, 40 days, is nearest to 6 weeks */
    begin("2026-01-01", 100000);
    pay("2026-01-20", 1, 50000, 0, 0); /* 19 */
    pay("2026-03-22", 1, 60000, 0, 0); /* 61 */
    unit = apr_unit_of(&flows);
    assert_int_equal(unit.period, APR_WEEK);
    assert_int_equal(unit.many, 6);
    /* two as frequent: the smaller */
    begin("2026-01-01", 100000);
    pay("2026-02-01", 2, 10000, 1, 0);
    pay("2026-05-01", 2, 50000, 2, 0);
    unit = apr_unit_of(&flows);
    assert_int_equal(unit.period, APR_MONTH);
    assert_int_equal(unit.many, 1);
    /* never above a year */
    begin("2026-01-01", 100000);
    pay("2028-01-01", 3, 60000, 24, 0);
    unit = apr_unit_of(&flows);
    assert_int_equal(unit.period, APR_YEAR);
    /* four weeks, one of which is also February */
    begin("2026-01-04", 100000);
    pay("2026-02-01", 2, 60000, 0, 28);
    pay("2026-12-31", 1, 60000, 0, 0);
    unit = apr_unit_of(&flows);
    assert_int_equal(unit.period, APR_WEEK);
    assert_int_equal(unit.many, 4);
    /* ten days, more than once */
    begin("2026-01-01", 100000);
    pay("2026-01-11", 12, 10000, 0, 10);
    unit = apr_unit_of(&flows);
    assert_int_equal(unit.period, APR_DAY);
    assert_int_equal(unit.many, 10);
}

/* (b)(5), interval by interval. */
static void intervals_are_measured_as_b5_says(void **state)
{
    (void)state;
    static const struct {
        struct apr_unit unit;
        const char *begin, *date;
        uint32_t whole, odd, odd_of;
    } known[] = {
        {{APR_MONTH, 1}, "1978-02-10", "1978-04-01", 1, 19, 30},
        {{APR_MONTH, 1}, "1978-02-10", "1978-02-10", 0, 0, 30},
        {{APR_MONTH, 1}, "1978-01-01", "1978-01-31", 1, 0, 30},
        {{APR_MONTH, 3}, "1978-05-23", "1978-10-01", 1, 39, 90},
        {{APR_MONTH, 2}, "1978-01-10", "1978-03-01", 0, 52, 60},
        {{APR_SEMIMONTH, 1}, "1978-02-23", "1978-03-01", 0, 6, 15},
        {{APR_SEMIMONTH, 1}, "1978-02-23", "1978-04-16", 3, 6, 15},
        {{APR_WEEK, 1}, "1978-03-20", "1978-04-21", 4, 4, 7},
        {{APR_WEEK, 4}, "1978-03-18", "1978-04-20", 1, 5, 28},
        {{APR_DAY, 1}, "1978-03-18", "1978-04-20", 33, 0, 1},
        {{APR_YEAR, 1}, "1978-01-17", "1979-07-17", 1, 6, 12},
        {{APR_YEAR, 1}, "1978-01-17", "1979-07-18", 1, 182, 365},
        {{APR_YEAR, 1}, "1978-01-17", "1980-01-17", 2, 0, 12},
        {{APR_YEAR, 1}, "2024-01-01", "2024-12-31", 1, 0, 365},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t whole, odd, odd_of;

        apr_measure(known[i].unit, day(known[i].begin), day(known[i].date),
            &whole, &odd, &odd_of);
        assert_int_equal(whole, known[i].whole);
        assert_int_equal(odd, known[i].odd);
        assert_int_equal(odd_of, known[i].odd_of);
    }
}

static void a_given_unit_period_is_used(void **state)
{
    (void)state;
    struct apr_unit month = {APR_MONTH, 1};
    struct apr apr;

    /* dates moved by holidays: no two periods are alike */
    begin("2026-01-15", 100000);
    pay("2026-02-16", 1, 34000, 0, 0);
    pay("2026-03-17", 1, 34000, 0, 0);
    pay("2026-04-15", 1, 34000, 0, 0);
    assert_int_equal(apr_of(&flows, &month, &apr), DISCOUNT_FOUND);
    assert_int_equal(apr.unit.period, APR_MONTH);
    month.many = 0;
    assert_int_equal(apr_of(&flows, &month, &apr), DISCOUNT_BAD_FLOWS);
    month.period = APR_TERM;
    assert_int_equal(apr_of(&flows, &month, &apr), DISCOUNT_BAD_FLOWS);
}

static void impossible_flows_are_refused(void **state)
{
    (void)state;
    struct apr apr;

    begin("2026-01-15", 100000);
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_BAD_FLOWS);
    pay("2026-02-15", 1, 99999, 0, 0);
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_NEGATIVE);
    payments[0].minor = 100000;
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_FOUND);
    assert_int_equal(apr.exact, 0);
    payments[0].minor = 0;
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_BAD_FLOWS);
    payments[0] = (struct cash_flow){day("2026-01-15"), 100001};
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_BAD_FLOWS);
    begin("2026-01-15", 100000);
    pay("2026-02-15", 2, 60000, -1, 0);
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_BAD_FLOWS);
    begin("2026-01-15", 1);
    pay("2026-01-16", 2, 500000000, 0, 1);
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_TOO_HIGH);
    flows.advance_count = 0;
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_BAD_FLOWS);
}

/* At the rate found, advances and payments are worth the same; 10^-14 more
 * and they are not.  Checked by the actuarial method itself, (a)(2): the
 * balance grows each period and falls by each payment, in whole numbers. */
static void the_balance_ends_within_a_cent(void **state)
{
    (void)state;
    struct random_source random = {3};
    __extension__ typedef __int128 wide;

    for (int i = 0; i < 200; i++) {
        int count = 2 + (int)random_below(&random, 118);
        int64_t principal = 10000 + (int64_t)random_below(&random, 10000000);
        int64_t payment =
            principal / count + 1 +
            (int64_t)random_below(&random, (uint64_t)principal / 20);
        wide balance = (wide)principal * 1000000000;
        struct apr apr;

        begin("2026-03-05", principal);
        pay("2026-04-05", count, payment, 1, 0);
        assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_FOUND);
        for (int k = 0; k < count; k++) {
            balance += balance * (wide)apr.exact / (12 * (wide)10000000000);
            balance -= (wide)payment * 1000000000;
        }
        assert_true(balance < 1000000000 && balance > -1000000000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c1_regular_with_or_without_odd_first_period),
        cmocka_unit_test(c2_odd_first_payment),
        cmocka_unit_test(c3_odd_final_payment),
        cmocka_unit_test(c4_odd_first_and_final_payment),
        cmocka_unit_test(c5_single_payment),
        cmocka_unit_test(c6_skipped_payments_plus_single_ones),
        cmocka_unit_test(c6_skipped_payments_every_four_weeks),
        cmocka_unit_test(c6_mortgage_with_varying_payments),
        cmocka_unit_test(c7_construction_loan),
        cmocka_unit_test(c7_student_loan),
        cmocka_unit_test(a_flat_loan_discloses_nearly_twice_its_rate),
        cmocka_unit_test(other_unit_periods),
        cmocka_unit_test(months_end_where_the_series_does),
        cmocka_unit_test(the_unit_period_is_as_b4_says),
        cmocka_unit_test(intervals_are_measured_as_b5_says),
        cmocka_unit_test(a_given_unit_period_is_used),
        cmocka_unit_test(impossible_flows_are_refused),
        cmocka_unit_test(the_balance_ends_within_a_cent),
    };
    return cmocka_run_group_tests_name("apr", tests, NULL, NULL);
}
