/*
 * Schedules: tranches, prepayments, holidays, and what is refused.
 */
#include "schedule_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static struct loan loan;

/* ---- tranches ---- */

/* 6,000.00 on the first day, 4,000.00 in the second period: interest on each
 * from its own day; what is left is planned anew. */
static void each_tranche_bears_from_its_day(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_LEVEL, 600000, "0.12", 12);
    loan.terms.tranche_count = 2;
    loan.tranches[1] = (struct tranche){loan_day("2026-03-01"), 400000};
    loan_make(&loan);
    assert_int_equal(loan.rows[0].total, 53309); /* 6,000 in 12 */
    assert_int_equal(loan.rows[0].closing, 552691);
    /* 55.27 and 14 days of 28 of 40.00 */
    assert_int_equal(loan.rows[1].interest, 7527);
    assert_int_equal(loan.rows[1].disbursed, 400000);
    for (size_t i = 2; i < 11; i++)
        assert_int_equal(loan.rows[i].total, loan.rows[1].total);
    assert_in_range(loan.rows[11].total - loan.rows[1].total + 50, 0, 100);

    /* by days: 6,000.00 at 2.00 a day, 4,000.00 at 1.33 1/3 */
    loan.terms.interest_only = 2;
    loan.terms.basis = SCHEDULE_DAYS;
    loan.terms.rule = DAYCOUNT_ACT_360;
    loan_make(&loan);
    assert_int_equal(loan.rows[0].interest, 31 * 200);
    assert_int_equal(loan.rows[1].interest, 28 * 200 + 1867);
    assert_int_equal(loan.rows[2].opening, 1000000);
}

static void tranches_out_of_order_are_refused(void **state)
{
    (void)state;
    size_t count;

    static const char *const dates[] = {"2026-01-14", "2027-01-15"};
    for (size_t i = 0; i < 2; i++) {
        loan_begin(&loan, SCHEDULE_LEVEL, 600000, "0.12", 12);
        loan.terms.tranche_count = 2;
        loan.tranches[1] = (struct tranche){loan_day(dates[i]), 400000};
        assert_int_equal(schedule_make(&loan.terms, loan.rows, 600, &count),
            SCHEDULE_BAD_TRANCHE);
    }
    loan_begin(&loan, SCHEDULE_LEVEL, 600000, "0.12", 12);
    loan.tranches[0].date = loan_day("2026-02-15"); /* on the due date */
    assert_int_equal(schedule_make(&loan.terms, loan.rows, 600, &count),
        SCHEDULE_BAD_TRANCHE);
    loan.tranches[0].date = loan_day("2026-02-14");
    loan_make(&loan);
    loan.tranches[0].minor = 0;
    assert_int_equal(schedule_make(&loan.terms, loan.rows, 600, &count),
        SCHEDULE_BAD_TRANCHE);
    loan.terms.tranche_count = 0;
    assert_int_equal(schedule_make(&loan.terms, loan.rows, 600, &count),
        SCHEDULE_BAD_TRANCHE);
}

/* ---- planned anew ---- */

static struct loan old;

static void begin_rest(enum schedule_method method)
{
    loan_begin(&old, method, 1000000, "0.12", 12);
    loan_make(&old);
}

static enum schedule_result replan(uint16_t gone, const char *date,
    int64_t balance, int64_t interest_owed, int64_t instalment)
{
    struct schedule_rest rest = {
        gone, loan.tranches, 1, interest_owed, instalment};
    enum schedule_result result;

    loan = (struct loan){.tranches = {{loan_day(date), balance}}};
    loan.terms.tranches = loan.tranches;
    loan.terms.tranche_count = 1;
    result = schedule_replan(
        &old.terms, &rest, loan.rows, SCHEDULE_ROWS_MAX, &loan.count);
    if (result == SCHEDULE_MADE)
        loan_check(&loan);
    return result;
}

/* With nothing prepaid, the rest is the rest. */
static void the_rest_of_a_plan_is_the_plan(void **state)
{
    (void)state;
    for (int method = SCHEDULE_LEVEL; method <= SCHEDULE_BULLET; method++) {
        begin_rest((enum schedule_method)method);
        old.terms.flat_base = method == SCHEDULE_FLAT ? 1000000 : 0;
        assert_int_equal(
            replan(5, "2026-06-15", old.rows[4].closing, 0, 0), SCHEDULE_MADE);
        assert_int_equal(loan.count, 7);
        for (size_t i = 0; i < 7; i++) {
            assert_int_equal(loan.rows[i].due.days, old.rows[i + 5].due.days);
            if (i < 6)
                assert_in_range(
                    loan.rows[i].total - old.rows[i + 5].total + 1, 0, 2);
        }
    }
}

static void a_prepayment_makes_fewer_rows_or_smaller_ones(void **state)
{
    (void)state;
    begin_rest(SCHEDULE_LEVEL);
    int64_t left = old.rows[4].closing - 300000;

    /* the same number of rows: 7 instead of 7, smaller */
    assert_int_equal(replan(5, "2026-06-15", left, 0, 0), SCHEDULE_MADE);
    assert_int_equal(loan.count, 7);
    assert_true(loan.rows[0].total < old.rows[5].total);
    for (size_t i = 1; i < 6; i++)
        assert_int_equal(loan.rows[i].total, loan.rows[0].total);
    /* the same instalment: fewer rows, the last one smaller */
    assert_int_equal(replan(5, "2026-06-15", left, 0, 88849), SCHEDULE_MADE);
    assert_int_equal(loan.count, 4);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(loan.rows[i].total, 88849);
    assert_true(loan.rows[3].total < 88849);
    /* within a period: 15 days of 30 already paid for */
    assert_int_equal(replan(5, "2026-06-30", left, 0, 88849), SCHEDULE_MADE);
    assert_int_equal(loan.rows[0].interest, (left + 100) / 200);
    /* interest owed comes on top of the first row */
    assert_int_equal(replan(5, "2026-06-30", left, 777, 88849), SCHEDULE_MADE);
    assert_int_equal(loan.rows[0].total, 88849 + 777);
    /* equal principal */
    begin_rest(SCHEDULE_EQUAL_PRINCIPAL);
    assert_int_equal(replan(6, "2026-07-15", 200000, 0, 83333), SCHEDULE_MADE);
    assert_int_equal(loan.count, 3);
    assert_int_equal(loan.rows[2].principal, 200000 - 2 * 83333);
}

static void an_instalment_that_does_not_pay_its_interest_is_refused(
    void **state)
{
    (void)state;
    begin_rest(SCHEDULE_LEVEL);
    /* 5,000.00 bear 50.00 a month */
    assert_int_equal(
        replan(5, "2026-06-15", 500000, 0, 5000), SCHEDULE_NOT_AMORTISING);
    assert_int_equal(
        replan(5, "2026-06-15", 500000, 0, 4999), SCHEDULE_NOT_AMORTISING);
    assert_int_equal(replan(5, "2026-06-15", 500000, 0, 5001), SCHEDULE_MADE);
    assert_int_equal(loan.count, 7); /* the last one pays all that is left */
    assert_true(loan.rows[6].principal > 490000);
    assert_int_equal(
        replan(12, "2027-01-15", 500000, 0, 0), SCHEDULE_BAD_COUNT);
    assert_int_equal(
        replan(5, "2026-06-14", 500000, 0, 0), SCHEDULE_BAD_TRANCHE);
    assert_int_equal(
        replan(5, "2026-07-15", 500000, 0, 0), SCHEDULE_BAD_TRANCHE);
    assert_int_equal(
        replan(5, "2026-06-15", 500000, -1, 0), SCHEDULE_BAD_AMOUNT);
}

static void grace_that_has_begun_goes_on(void **state)
{
    (void)state;
    static const char *const dates[] = {"2026-02-15", "2026-03-15",
        "2026-04-15", "2026-05-15", "2026-06-15", "2026-07-15"};
    loan_begin(&old, SCHEDULE_LEVEL, 1000000, "0.12", 12);
    old.terms.grace = 3;
    old.terms.grace_kind = GRACE_INTEREST_PAID;
    old.terms.interest_only = 2;
    loan_make(&old);
    for (uint16_t gone = 1; gone < 7; gone++) {
        assert_int_equal(
            replan(gone, dates[gone - 1], old.rows[gone - 1].closing, 0, 0),
            SCHEDULE_MADE);
        for (size_t i = 0; i < loan.count && i + gone < 5; i++)
            assert_int_equal(loan.rows[i].principal, 0);
        if (gone < 5)
            assert_true(loan.rows[5 - gone].principal > 0);
    }
}

/* ---- dates ---- */

static bool is_weekend(void *calendar, struct date date)
{
    (void)calendar;
    return date_weekday(date) >= 5;
}

static bool is_never_worked(void *calendar, struct date date)
{
    (void)calendar;
    (void)date;
    return true;
}

static void due_dates_keep_their_day(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_LEVEL, 100000, "0.1", 4);
    loan.terms.start = loan.tranches[0].date = loan_day("2026-01-31");
    loan_make(&loan);
    assert_int_equal(loan.rows[0].due.days, loan_day("2026-02-28").days);
    assert_int_equal(loan.rows[1].due.days, loan_day("2026-03-31").days);
    assert_int_equal(loan.rows[2].due.days, loan_day("2026-04-30").days);
    loan.terms.has_first_due = true;
    loan.terms.first_due = loan_day("2026-03-10");
    loan_make(&loan);
    assert_int_equal(loan.rows[3].due.days, loan_day("2026-06-10").days);
    /* the first period is longer by days */
    loan.terms.basis = SCHEDULE_DAYS;
    loan.terms.rule = DAYCOUNT_ACT_365;
    loan_make(&loan);
    assert_int_equal(loan.rows[0].interest, 1041); /* 38 days */
}

static void due_dates_move_to_worked_days(void **state)
{
    (void)state;
    static const struct {
        enum schedule_shift shift;
        const char *first, *second;
    } known[] = {
        {SHIFT_NONE, "2026-02-28", "2026-03-31"}, /* a Saturday */
        {SHIFT_NEXT, "2026-03-02", "2026-03-31"},
        {SHIFT_NEXT_IN_MONTH, "2026-02-27", "2026-03-31"},
        {SHIFT_PREVIOUS, "2026-02-27", "2026-03-31"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        loan_begin(&loan, SCHEDULE_BULLET, 100000, "0.1", 2);
        loan.terms.start = loan.tranches[0].date = loan_day("2026-01-31");
        loan.terms.is_holiday = is_weekend;
        loan.terms.shift = known[i].shift;
        loan.terms.basis = SCHEDULE_DAYS;
        loan.terms.rule = DAYCOUNT_ACT_365;
        loan_make(&loan);
        assert_int_equal(loan.rows[0].due.days, loan_day(known[i].first).days);
        assert_int_equal(loan.rows[1].due.days, loan_day(known[i].second).days);
        /* the days that one period wins the other one loses */
        assert_in_range(loan_interest(&loan), 1615, 1617);
    }
    size_t count;
    loan.terms.is_holiday = is_never_worked;
    assert_int_equal(schedule_make(&loan.terms, loan.rows, 600, &count),
        SCHEDULE_NO_WORKED_DAY);
    loan.terms.shift = SHIFT_NONE;
    loan_make(&loan);
}

/* ---- refusals ---- */

static void assert_refused(enum schedule_result expected)
{
    size_t count;

    assert_int_equal(
        schedule_make(&loan.terms, loan.rows, SCHEDULE_ROWS_MAX, &count),
        expected);
    loan_begin(&loan, SCHEDULE_LEVEL, 100000, "0.12", 12);
}

static void what_cannot_be_planned_is_refused(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_LEVEL, 100000, "0.12", 12);
    loan.terms.instalments = 0;
    assert_refused(SCHEDULE_BAD_COUNT);
    loan.terms.instalments = SCHEDULE_ROWS_MAX + 1;
    assert_refused(SCHEDULE_BAD_COUNT);
    loan.terms.grace = 6;
    loan.terms.interest_only = 6;
    assert_refused(SCHEDULE_BAD_COUNT);
    loan.terms.unit = 0;
    assert_refused(SCHEDULE_BAD_AMOUNT);
    loan.terms.fee = -1;
    assert_refused(SCHEDULE_BAD_AMOUNT);
    loan.terms.fixed = AMOUNT_CAP + 1;
    assert_refused(SCHEDULE_BAD_AMOUNT);
    loan.terms.yearly = (struct rate){1001, 0};
    assert_refused(SCHEDULE_BAD_RATE);
    loan.terms.yearly = (struct rate){1, 13};
    assert_refused(SCHEDULE_BAD_RATE);
    loan.terms.period = 0;
    assert_refused(SCHEDULE_BAD_DATES);
    loan.terms.period = 1200;
    assert_refused(SCHEDULE_BAD_DATES);
    loan.terms.has_first_due = true;
    loan.terms.first_due = loan.terms.start;
    assert_refused(SCHEDULE_BAD_DATES);
    loan.tranches[0].minor = AMOUNT_CAP + 1;
    assert_refused(SCHEDULE_BAD_TRANCHE);
    loan.terms.balloon = 100001;
    assert_refused(SCHEDULE_BAD_BALLOON);
    loan.terms.balloon = -1;
    assert_refused(SCHEDULE_BAD_BALLOON);
    loan.terms.method = SCHEDULE_BULLET;
    loan.terms.balloon = 1;
    assert_refused(SCHEDULE_BAD_BALLOON);
    static const uint32_t none[12] = {0};
    loan.terms.weights = none;
    assert_refused(SCHEDULE_BAD_WEIGHTS);
    loan.terms.method = SCHEDULE_SEASONAL;
    assert_refused(SCHEDULE_BAD_WEIGHTS);
    loan.terms.method = SCHEDULE_SEASONAL;
    loan.terms.weights = none;
    assert_refused(SCHEDULE_BAD_WEIGHTS);
    loan.terms.basis = SCHEDULE_DAYS;
    loan.terms.rule = DAYCOUNT_ACT_ACT_ICMA;
    assert_refused(SCHEDULE_BAD_RULE);
    /* rounded to 100.00, an instalment of 88.85 ends it early; rounded down
     * it is nothing */
    loan.terms.unit = 10000;
    loan.terms.rounding = ROUND_UP;
    assert_refused(SCHEDULE_TOO_COARSE);
    loan.terms.unit = 10000;
    loan.terms.rounding = ROUND_DOWN;
    assert_refused(SCHEDULE_NOT_AMORTISING);
    loan.tranches[0].minor = AMOUNT_CAP;
    loan.terms.grace_kind = GRACE_CAPITALISED;
    loan.terms.grace = 1;
    assert_refused(SCHEDULE_OVERFLOW);
    /* over the room */
    size_t count;
    assert_int_equal(
        schedule_make(&loan.terms, loan.rows, 11, &count), SCHEDULE_BAD_COUNT);
}

static void the_largest_plan_fits(void **state)
{
    (void)state;
    loan_begin(
        &loan, SCHEDULE_LEVEL, AMOUNT_CAP / 2, "0.034567", SCHEDULE_ROWS_MAX);
    loan.terms.basis = SCHEDULE_DAYS;
    loan.terms.rule = DAYCOUNT_ACT_ACT;
    loan_make(&loan);
    assert_int_equal(loan.count, SCHEDULE_ROWS_MAX);
}

/* Whatever the terms, an answer; if it is a schedule, a whole one. */
static void extreme_terms_have_an_answer(void **state)
{
    (void)state;
    struct random_source random = {43};
    static uint32_t weights[SCHEDULE_ROWS_MAX];
    int made = 0;

    for (int i = 0; i < 20000; i++) {
        struct schedule_terms *terms = &loan.terms;

        loan_begin(&loan, (enum schedule_method)random_below(&random, 5),
            1 + (int64_t)(random_next(&random) >> random_below(&random, 64)),
            "0", (uint16_t)random_below(&random, 40));
        terms->yearly.digits =
            (int64_t)(random_next(&random) >> (1 + random_below(&random, 63)));
        terms->yearly.scale = (uint8_t)random_below(&random, 13);
        terms->basis = (enum schedule_basis)random_below(&random, 2);
        terms->rule = (enum daycount)random_below(&random, DAYCOUNT_COUNT);
        terms->period_in_days = random_below(&random, 2) == 0;
        terms->period =
            (uint16_t)(random_next(&random) >> random_below(&random, 64));
        terms->passed = (uint16_t)random_below(&random, 3);
        terms->grace_kind = (enum schedule_grace)random_below(&random, 4);
        terms->grace = (uint16_t)random_below(&random, 4);
        terms->rounding = (enum rounding)random_below(&random, 4);
        terms->unit =
            (int64_t)(random_next(&random) >> (1 + random_below(&random, 63)));
        terms->fee = (int64_t)(random_next(&random) >> 15);
        if (random_below(&random, 4) == 0)
            terms->fixed = (int64_t)random_below(&random, AMOUNT_CAP);
        if (random_below(&random, 4) == 0)
            terms->balloon =
                (int64_t)(random_next(&random) >> random_below(&random, 64));
        for (size_t k = 0; k < SCHEDULE_ROWS_MAX; k++)
            weights[k] = (uint32_t)random_next(&random);
        if (terms->method == SCHEDULE_SEASONAL)
            terms->weights = weights;
        if (schedule_make(terms, loan.rows, SCHEDULE_ROWS_MAX, &loan.count) ==
                SCHEDULE_MADE &&
            terms->passed == 0) {
            loan_check(&loan);
            made++;
        }
    }
    assert_true(made > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tranche_bears_from_its_day),
        cmocka_unit_test(tranches_out_of_order_are_refused),
        cmocka_unit_test(the_rest_of_a_plan_is_the_plan),
        cmocka_unit_test(a_prepayment_makes_fewer_rows_or_smaller_ones),
        cmocka_unit_test(
            an_instalment_that_does_not_pay_its_interest_is_refused),
        cmocka_unit_test(grace_that_has_begun_goes_on),
        cmocka_unit_test(due_dates_keep_their_day),
        cmocka_unit_test(due_dates_move_to_worked_days),
        cmocka_unit_test(what_cannot_be_planned_is_refused),
        cmocka_unit_test(the_largest_plan_fits),
        cmocka_unit_test(extreme_terms_have_an_answer),
    };
    return cmocka_run_group_tests_name("schedule rest", tests, NULL, NULL);
}
