/*
 * Interest in parts of 10^-12, rounded once; accrual by day.
 */
#include "../ledger/interest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static struct rate rate(const char *text)
{
    struct rate out = {0};

    assert_true(rate_parse(bytes_text(text), &out));
    return out;
}

static struct date day(const char *text)
{
    struct date date = {0};

    assert_true(date_parse(bytes_text(text), &date));
    return date;
}

static void interest_is_exact_to_its_parts(void **state)
{
    (void)state;
    struct interest out;

    /* 1,000.00 at 20 %, a month: 16.666... */
    assert_true(
        interest_of(100000, rate("0.2"), (struct year_fraction){1, 12}, &out));
    assert_int_equal(out.minor, 1666);
    assert_int_equal(out.parts, 666666666667);
    /* 0.01 at 6 %, a day of 365: 0.000164383561643... */
    assert_true(
        interest_of(1, rate("0.06"), (struct year_fraction){1, 365}, &out));
    assert_int_equal(out.minor, 0);
    assert_int_equal(out.parts, 164383562);
    /* the largest amount at the finest rate that fits */
    assert_true(interest_of(AMOUNT_CAP, rate("0.123456789012"),
        (struct year_fraction){31, 366}, &out));
    assert_int_equal(out.minor, 10456722566590);
    /* parts that round up to a whole unit */
    assert_true(interest_of(1, (struct rate){999999999999, 12},
        (struct year_fraction){999999999999, 1000000000000}, &out));
    assert_int_equal(out.minor, 0);
    assert_true(
        interest_of(0, rate("0.5"), (struct year_fraction){1, 1}, &out));
    assert_int_equal(out.minor + out.parts, 0);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct interest out = {7, 7};
    struct year_fraction year = {1, 1};

    assert_false(interest_of(-1, rate("0.1"), year, &out));
    assert_false(
        interest_of(AMOUNT_CAP, (struct rate){RATE_DIGITS_MAX, 0}, year, &out));
    assert_false(interest_of(AMOUNT_CAP, (struct rate){RATE_DIGITS_MAX, 12},
        (struct year_fraction){INT64_MAX, 1}, &out));
    assert_false(
        interest_of(1, rate("0.1"), (struct year_fraction){1, 0}, &out));
    assert_false(
        interest_of(1, rate("0.1"), (struct year_fraction){-1, 1}, &out));
    assert_int_equal(out.minor, 7);
    assert_false(interest_add((struct interest){INT64_MAX, 1},
        (struct interest){0, INTEREST_PARTS - 1}, &out));
    assert_false(interest_subtract(
        (struct interest){1, 0}, (struct interest){1, 1}, &out));
    int64_t minor;
    assert_false(
        interest_round((struct interest){1, 0}, ROUND_DOWN, 0, &minor));
    assert_false(
        interest_round((struct interest){INT64_MAX, 1}, ROUND_UP, 1, &minor));
}

static void sums_carry_their_parts(void **state)
{
    (void)state;
    struct interest sum;

    assert_true(interest_add((struct interest){1, 600000000000},
        (struct interest){2, 500000000000}, &sum));
    assert_int_equal(sum.minor, 4);
    assert_int_equal(sum.parts, 100000000000);
    assert_true(
        interest_subtract(sum, (struct interest){2, 500000000000}, &sum));
    assert_int_equal(sum.minor, 1);
    assert_int_equal(sum.parts, 600000000000);
}

static void rounding_is_once_and_to_the_unit(void **state)
{
    (void)state;
    static const struct {
        struct interest interest;
        enum rounding rounding;
        int64_t unit, minor;
    } known[] = {
        {{2, 500000000000}, ROUND_HALF_EVEN, 1, 2},
        {{3, 500000000000}, ROUND_HALF_EVEN, 1, 4},
        {{2, 500000000000}, ROUND_HALF_AWAY, 1, 3},
        {{2, 499999999999}, ROUND_HALF_AWAY, 1, 2},
        {{2, 999999999999}, ROUND_DOWN, 1, 2},
        {{2, 1}, ROUND_UP, 1, 3},
        {{124, 999999999999}, ROUND_HALF_AWAY, 50, 100},
        {{125, 0}, ROUND_HALF_AWAY, 50, 150},
        {{125, 0}, ROUND_HALF_EVEN, 50, 100},
        {{100, 1}, ROUND_UP, 50, 150},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int64_t minor;
        assert_true(interest_round(
            known[i].interest, known[i].rounding, known[i].unit, &minor));
        assert_int_equal(minor, known[i].minor);
    }
}

/* Under every rule the days of a period sum to the period's interest. */
static void days_sum_to_the_period(void **state)
{
    (void)state;
    struct random_source random = {5};

    for (int i = 0; i < 400; i++) {
        struct date start = {(int32_t)random_below(&random, 20000)};
        struct date end = {
            start.days + 1 + (int32_t)random_below(&random, 370)};
        struct daycount_terms terms = {start, 3, false, end};
        struct interest_period period = {
            {1 + (int64_t)random_below(&random, 900000), 6},
            (enum daycount)(i % DAYCOUNT_COUNT), &terms, start};
        int64_t principal = (int64_t)random_below(&random, 100000000);
        struct interest sum = {0, 0};
        struct interest whole, part;
        bool made = true;

        assert_true(interest_between(&period, principal, start, end, &whole));
        for (struct date d = start; d.days < end.days; d.days++) {
            /* AFB can fall back where a leap day enters a longer period */
            made = made &&
                   interest_between(&period, principal, d,
                       (struct date){d.days + 1}, &part) &&
                   interest_add(sum, part, &sum);
        }
        if (period.rule != DAYCOUNT_ACT_ACT_AFB)
            assert_true(made);
        if (!made)
            continue;
        assert_int_equal(sum.minor, whole.minor);
        assert_int_equal(sum.parts, whole.parts);
    }
}

/* 1,000.00 overdue at 36 % a year by act/360: 1.00 a day; up to the days of
 * grace nothing, then from the due date. */
static void late_interest_begins_after_its_grace(void **state)
{
    (void)state;
    struct interest_period period = {
        rate("0.36"), DAYCOUNT_ACT_360, NULL, day("2026-01-31")};
    struct interest late;

    assert_true(interest_late(&period, 100000, 3, day("2026-01-15"), &late));
    assert_int_equal(late.minor, 0);
    assert_true(interest_late(&period, 100000, 3, day("2026-02-03"), &late));
    assert_int_equal(late.minor, 0);
    assert_true(interest_late(&period, 100000, 3, day("2026-02-04"), &late));
    assert_int_equal(late.minor, 400);
    assert_int_equal(late.parts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interest_is_exact_to_its_parts),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(sums_carry_their_parts),
        cmocka_unit_test(rounding_is_once_and_to_the_unit),
        cmocka_unit_test(days_sum_to_the_period),
        cmocka_unit_test(late_interest_begins_after_its_grace),
    };
    return cmocka_run_group_tests_name("interest", tests, NULL, NULL);
}
