/*
 * Repayment schedules: published tables, the exactness of the level
 * instalment, and each method by hand.
 */
#include "schedule_fixture.h"

#include "../ledger/apr.h"
#include "../ledger/wide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static struct loan loan;

/* ---- published tables ---- */

/* 1,000.00 at 20 % a year in 12 months; 10,000.00 at 12 % (the operations'
 * list of published examples). */
static void the_two_level_tables_come_out(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_LEVEL, 100000, "0.2", 12);
    loan_make(&loan);
    for (size_t i = 0; i < 11; i++)
        assert_int_equal(loan.rows[i].total, 9263);
    assert_int_equal(loan.rows[5].closing, 52479);
    assert_int_equal(loan.rows[11].total, 9268);
    assert_int_equal(loan_interest(&loan), 11161);
    assert_int_equal(loan.rows[0].due.days, loan_day("2026-02-15").days);
    assert_int_equal(loan.rows[11].due.days, loan_day("2027-01-15").days);

    loan_begin(&loan, SCHEDULE_LEVEL, 1000000, "0.12", 12);
    loan_make(&loan);
    for (size_t i = 0; i < 11; i++)
        assert_int_equal(loan.rows[i].total, 88849);
    assert_int_equal(loan.rows[11].total, 88847);
    assert_int_equal(loan_interest(&loan), 66186);
}

/* Level instalments of tables printed on the web, looked up 2026-11-25:
 * amounts, rates, months and payments as printed there. */
static void other_printed_instalments_come_out(void **state)
{
    (void)state;
    static const struct {
        int64_t principal;
        const char *yearly;
        uint16_t months;
        int64_t payment;
    } printed[] = {
        {15000000, "0.03625", 360, 68408}, /* a theory-of-interest course */
        {4710000, "0.1061", 360, 43472},   /* "Loan Amortization" sheet */
        {4500000, "0.0107", 60, 77058},    /* an amortisation calculator */
        {20300000, "0.03", 60, 364764},
        {1500000, "0.2", 96, 31430},
    };
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        loan_begin(&loan, SCHEDULE_LEVEL, printed[i].principal,
            printed[i].yearly, printed[i].months);
        loan_make(&loan);
        assert_int_equal(loan.rows[0].total, printed[i].payment);
    }
    /* the course's first ten balances */
    static const int64_t balances[] = {14976905, 14953740, 14930505, 14907200,
        14883824, 14860377, 14836861, 14813273, 14789614, 14765883};
    loan_begin(&loan, SCHEDULE_LEVEL, 15000000, "0.03625", 360);
    loan_make(&loan);
    for (size_t i = 0; i < 10; i++) /* it does not round interest */
        assert_in_range(loan.rows[i].closing - balances[i] + 2, 0, 4);
}

/* Apache Fineract's scenarios "EMI calculation" (TestRail C3154, C3155,
 * C3157, C3158, C3159): from 2024-01-01, by 360/30 or by 365 and
 * actual days; the level total, the last one, the interest of all. */
static void the_scenarios_of_fineract_come_out(void **state)
{
    (void)state;
    static const struct {
        int64_t principal;
        const char *yearly;
        uint16_t rows, period;
        bool in_days;
        enum daycount rule;
        int64_t level, last, interest;
    } printed[] = {
        {10000, "0.12", 6, 1, false, DAYCOUNT_30_360, 1725, 1728, 353},
        {10000, "0.094822", 6, 1, false, DAYCOUNT_30_360, 1713, 1713, 278},
        {10000, "0.12", 3, 2, false, DAYCOUNT_30_360, 3468, 3467, 403},
        {10000, "0.094822", 6, 14, true, DAYCOUNT_ACT_360, 1688, 1690, 130},
        {10000, "0.12", 6, 1, false, DAYCOUNT_ACT_365, 1725, 1728, 353},
    };
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        loan_begin(&loan, SCHEDULE_LEVEL, printed[i].principal,
            printed[i].yearly, printed[i].rows);
        loan.tranches[0].date = loan.terms.start = loan_day("2024-01-01");
        loan.terms.basis = SCHEDULE_DAYS;
        loan.terms.rule = printed[i].rule;
        loan.terms.period_in_days = printed[i].in_days;
        loan.terms.period = printed[i].period;
        loan.terms.rounding = ROUND_HALF_EVEN;
        loan_make(&loan);
        assert_int_equal(loan.rows[0].total, printed[i].level);
        assert_int_equal(loan.rows[loan.count - 1].total, printed[i].last);
        assert_int_equal(loan_interest(&loan), printed[i].interest);
    }
    /* C3159, row by row */
    static const int64_t interest[] = {102, 80, 69, 50, 35, 17};
    static const int64_t closing[] = {8377, 6732, 5076, 3401, 1711, 0};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(loan.rows[i].interest, interest[i]);
        assert_int_equal(loan.rows[i].closing, closing[i]);
    }
}

/* 1,200.00 flat at 1 % a month: 12 x 112.00, APR 21.46 %. */
static void the_flat_table_comes_out(void **state)
{
    (void)state;
    struct cash_flow advance;
    struct cash_flow payments[12];
    struct cash_flows flows = {&advance, 1, payments, 12};
    struct apr apr;

    loan_begin(&loan, SCHEDULE_FLAT, 120000, "0.12", 12);
    loan_make(&loan);
    advance = (struct cash_flow){loan.terms.start, 120000};
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(loan.rows[i].principal, 10000);
        assert_int_equal(loan.rows[i].interest, 1200);
        assert_int_equal(loan.rows[i].total, 11200);
        payments[i] = (struct cash_flow){loan.rows[i].due, loan.rows[i].total};
    }
    assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_FOUND);
    assert_int_equal(apr.hundredths, 2146);
}

/* ---- the level instalment is exact ---- */

/* What is owed after all periods, in 10^-parts, if half-units are paid each
 * period: falls as more is paid.  In whole numbers. */
static wide owed_at_end(int64_t principal, int64_t rate_digits, int64_t rate_of,
    int periods, int64_t halves)
{
    wide fine = wide_power_of_ten(16);
    wide owed = principal * fine * 2;

    for (int i = 0; i < periods; i++) {
        owed += owed / rate_of * rate_digits;
        owed -= halves * fine;
    }
    return owed;
}

static void level_is_right_to_the_cent(void **state)
{
    (void)state;
    struct random_source random = {31};
    int made = 0;

    for (int i = 0; i < 400; i++) {
        bool large = i % 4 == 0;
        int64_t principal =
            large ? INT64_C(10000000000000) - i
                  : 100000 + (int64_t)random_below(&random, 1000000000);
        uint16_t periods =
            large ? 480 : (uint16_t)(1 + random_below(&random, 480));
        int64_t digits = (int64_t)random_below(&random, 360); /* of 0.1 % */
        enum schedule_result result;

        loan_begin(&loan, SCHEDULE_LEVEL, principal, "0", periods);
        loan.terms.yearly = (struct rate){digits, 3};
        result = schedule_make(
            &loan.terms, loan.rows, SCHEDULE_ROWS_MAX, &loan.count);
        /* Where interest grows half a unit to more than the principal, no
         * level instalment ends on the last row. */
        if (result == SCHEDULE_TOO_COARSE || result == SCHEDULE_NOT_AMORTISING)
            continue;
        assert_int_equal(result, SCHEDULE_MADE);
        loan_check(&loan);
        made++;
        if (periods == 1)
            continue;
        int64_t level = loan.rows[0].total;
        /* level - 1/2 pays too little, level + 1/2 too much; but for what
         * the check itself loses, far below the effect of a unit */
        wide under =
            owed_at_end(principal, digits, 12000, periods, 2 * level - 1);
        wide over =
            owed_at_end(principal, digits, 12000, periods, 2 * level + 1);
        wide lost = (under - over) / 1000000000;
        assert_true(under >= -lost && over <= lost);
        for (size_t k = 0; k + 1 < loan.count; k++)
            assert_int_equal(loan.rows[k].total, level);
    }
    assert_true(made > 360);
}

/* Every exact half is decided by the rounding, whatever the digits. */
static void halves_of_the_instalment_are_seen(void **state)
{
    (void)state;
    static const struct {
        enum rounding rounding;
        int64_t level;
    } known[] = {
        {ROUND_HALF_AWAY, 13},
        {ROUND_HALF_EVEN, 12},
        {ROUND_DOWN, 12},
        {ROUND_UP, 13},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        loan_begin(&loan, SCHEDULE_LEVEL, 50, "0", 4); /* 12.5 each */
        loan.terms.rounding = known[i].rounding;
        loan_make(&loan);
        assert_int_equal(loan.rows[0].total, known[i].level);
    }
    /* 1,050.00 at 5 % a period of a year, 2: 564.695... ; at a unit of 1.00
     * with rounding up */
    loan_begin(&loan, SCHEDULE_LEVEL, 105000, "0.05", 2);
    loan.terms.period = 12;
    loan.terms.unit = 100;
    loan.terms.rounding = ROUND_UP;
    loan_make(&loan);
    assert_int_equal(loan.rows[0].total, 56500);
    assert_int_equal(loan.rows[1].total, 56438);
}

/* ---- the methods by hand ---- */

static void equal_principal(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_EQUAL_PRINCIPAL, 100000, "0.12", 3);
    loan_make(&loan);
    static const int64_t principal[] = {33333, 33333, 33334};
    static const int64_t interest[] = {1000, 667, 333};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(loan.rows[i].principal, principal[i]);
        assert_int_equal(loan.rows[i].interest, interest[i]);
    }
}

static void flat_brings_its_interest_to_the_rounded_sum(void **state)
{
    (void)state;
    /* 1,000.00 at 10 %: 8.33 a month, 100.00 in all */
    loan_begin(&loan, SCHEDULE_FLAT, 100000, "0.1", 12);
    loan_make(&loan);
    assert_int_equal(loan.rows[0].interest, 833);
    assert_int_equal(loan.rows[11].interest, 837);
    assert_int_equal(loan_interest(&loan), 10000);
    assert_int_equal(loan.rows[0].principal, 8333);
    assert_int_equal(loan.rows[11].principal, 8337);
}

static void bullet(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_BULLET, 100000, "0.12", 3);
    loan_make(&loan);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(loan.rows[i].interest, 1000);
    assert_int_equal(loan.rows[1].principal, 0);
    assert_int_equal(loan.rows[2].principal, 100000);
    /* one row of a year: all at the end */
    loan_begin(&loan, SCHEDULE_BULLET, 100000, "0.12", 1);
    loan.terms.period = 12;
    loan_make(&loan);
    assert_int_equal(loan.rows[0].total, 112000);
}

static void interest_only_then_level(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_LEVEL, 1000000, "0.12", 15);
    loan.terms.interest_only = 3;
    loan_make(&loan);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(loan.rows[i].total, 10000);
        assert_int_equal(loan.rows[i].closing, 1000000);
    }
    assert_int_equal(loan.rows[3].total, 88849);
    assert_int_equal(loan.rows[14].total, 88847);
}

static void a_balloon_is_due_with_the_last(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_LEVEL, 1000000, "0.12", 12);
    loan.terms.balloon = 400000;
    loan_make(&loan);
    /* 6,000.00 amortised, and 40.00 interest on the balloon a month:
     * 533.0927 + 40 */
    assert_int_equal(loan.rows[0].total, 57309);
    assert_int_equal(loan.rows[10].closing > 400000, 1);
    assert_in_range(loan.rows[11].total, 457300, 457320);
    loan_begin(&loan, SCHEDULE_EQUAL_PRINCIPAL, 1000000, "0.12", 4);
    loan.terms.balloon = 400000;
    loan_make(&loan);
    assert_int_equal(loan.rows[2].principal, 150000);
    assert_int_equal(loan.rows[3].principal, 550000);
    loan.terms.balloon = 1000000; /* interest only, then all */
    loan_make(&loan);
    assert_int_equal(loan.rows[2].principal, 0);
    assert_int_equal(loan.rows[3].principal, 1000000);
}

/* Harvests in the 6th and 12th month, 1 : 3; interest waits, simple. */
static void seasons(void **state)
{
    (void)state;
    static const uint32_t weights[12] = {[5] = 1, [11] = 3};
    loan_begin(&loan, SCHEDULE_SEASONAL, 1000000, "0.12", 12);
    loan.terms.weights = weights;
    loan.terms.fee = 500;
    loan_make(&loan);
    for (size_t i = 0; i < 12; i++)
        if (i != 5 && i != 11)
            assert_int_equal(loan.rows[i].total, 0);
    assert_int_equal(loan.rows[5].principal, 250000);
    assert_int_equal(loan.rows[5].interest, 60000);
    assert_int_equal(loan.rows[5].fee, 500);
    assert_int_equal(loan.rows[11].principal, 750000);
    assert_int_equal(loan.rows[11].interest, 45000);
    /* trailing zeros make no rows */
    static const uint32_t early[12] = {[2] = 7, [3] = 7};
    loan.terms.weights = early;
    loan_make(&loan);
    assert_int_equal(loan.count, 4);
}

/* ---- grace ---- */

static void grace_of_four_kinds(void **state)
{
    (void)state;
    /* paid: as interest only */
    loan_begin(&loan, SCHEDULE_LEVEL, 1000000, "0.12", 14);
    loan.terms.grace = 2;
    loan.terms.fee = 100;
    loan.terms.grace_kind = GRACE_INTEREST_PAID;
    loan_make(&loan);
    assert_int_equal(loan.rows[0].total, 10100);
    assert_int_equal(loan.rows[2].total, 88949);
    /* capitalised: 10,000 x 1.01^2 = 10,201.00; instalment 906.35 */
    loan.terms.grace_kind = GRACE_CAPITALISED;
    loan_make(&loan);
    assert_int_equal(loan.rows[0].total, 0);
    assert_int_equal(loan.rows[0].capitalised, 10000);
    assert_int_equal(loan.rows[1].capitalised, 10100);
    assert_int_equal(loan.rows[2].opening, 1020100);
    assert_int_equal(loan.rows[2].total, 90635 + 100);
    /* carried: 200.00, without interest on it, with the first after */
    loan.terms.grace_kind = GRACE_CARRIED;
    loan_make(&loan);
    assert_int_equal(loan.rows[1].total, 0);
    assert_int_equal(loan.rows[2].interest, 30000);
    assert_int_equal(loan.rows[2].total, 88849 + 20000 + 100);
    assert_int_equal(loan.rows[3].total, 88949);
    /* free */
    loan.terms.grace_kind = GRACE_FREE;
    loan_make(&loan);
    assert_int_equal(loan.rows[1].total, 0);
    assert_int_equal(loan.rows[2].total, 88949);
    assert_int_equal(loan_interest(&loan), 66186);
}

/* ---- day counts ---- */

static void periods_by_days(void **state)
{
    (void)state;
    loan_begin(&loan, SCHEDULE_BULLET, 36500000, "0.1", 3);
    loan.terms.basis = SCHEDULE_DAYS;
    loan.terms.rule = DAYCOUNT_ACT_365;
    loan_make(&loan); /* 31, 28, 31 days at 100.00 a day */
    assert_int_equal(loan.rows[0].interest, 310000);
    assert_int_equal(loan.rows[1].interest, 280000);
    assert_int_equal(loan.rows[2].interest, 310000);
    loan.terms.rule = DAYCOUNT_30_360;
    loan_make(&loan);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(loan.rows[i].interest, 304167);
    /* weeks: of 52, or of 7 days */
    loan.terms.period_in_days = true;
    loan.terms.period = 7;
    loan.terms.rule = DAYCOUNT_ACT_360;
    loan_make(&loan);
    assert_int_equal(loan.rows[2].interest, 70972);
    loan.terms.basis = SCHEDULE_EQUAL;
    loan_make(&loan);
    assert_int_equal(loan.rows[2].interest, 70192);
    loan.terms.period = 15;
    loan_make(&loan);
    assert_int_equal(loan.rows[2].interest, 152083);
    loan.terms.period = 10;
    loan_make(&loan);
    assert_int_equal(loan.rows[2].interest, 100000);
}

/* ---- what holds for any terms ---- */

static void vary(struct random_source *random)
{
    static uint32_t weights[SCHEDULE_ROWS_MAX];
    struct schedule_terms *terms = &loan.terms;

    loan_begin(&loan, (enum schedule_method)random_below(random, 5),
        1000000 + (int64_t)random_below(random, 10000000000), "0",
        (uint16_t)(5 + random_below(random, 116)));
    terms->yearly = (struct rate){(int64_t)random_below(random, 8000), 4};
    terms->basis = (enum schedule_basis)random_below(random, 2);
    terms->rule = (enum daycount)random_below(random, DAYCOUNT_COUNT);
    if (terms->rule == DAYCOUNT_ACT_ACT_ICMA)
        terms->rule = DAYCOUNT_ACT_ACT;
    terms->period_in_days = random_below(random, 2) == 0;
    terms->period = (uint16_t)((1 + random_below(random, 3)) *
                               (terms->period_in_days ? 7U : 1U));
    terms->grace_kind = (enum schedule_grace)random_below(random, 4);
    terms->grace = (uint16_t)random_below(random, 3);
    terms->interest_only = (uint16_t)random_below(random, 2);
    terms->rounding = (enum rounding)random_below(random, 4);
    terms->fee = (int64_t)random_below(random, 1000);
    if (terms->method != SCHEDULE_FLAT && terms->method != SCHEDULE_BULLET &&
        random_below(random, 3) == 0)
        terms->balloon =
            (int64_t)random_below(random, (uint64_t)loan.tranches[0].minor / 2);
    if (terms->method == SCHEDULE_SEASONAL) {
        terms->weights = weights;
        for (size_t i = 0; i < terms->instalments; i++)
            weights[i] = (uint32_t)random_below(random, 3);
        weights[terms->instalments - 1] = 1;
    }
    if (random_below(random, 3) == 0) {
        terms->tranche_count = 2;
        loan.tranches[1] = (struct tranche){
            {loan.tranches[0].date.days + (int32_t)random_below(random, 30)},
            1 + (int64_t)random_below(random, 100000000)};
    }
}

static void any_schedule_is_whole(void **state)
{
    (void)state;
    struct random_source random = {37};
    int made = 0;

    for (int i = 0; i < 3000; i++) {
        enum schedule_result result;

        vary(&random);
        result = schedule_make(
            &loan.terms, loan.rows, SCHEDULE_ROWS_MAX, &loan.count);
        if (result == SCHEDULE_MADE) {
            loan_check(&loan);
            made++;
        }
    }
    assert_true(made > 2700);
}

/* The APR of a level loan without fees, at exact equal months, is its rate:
 * the instalments are rounded, so within 0.02 % from 1,000.00 on. */
static void the_apr_of_a_level_loan_is_its_rate(void **state)
{
    (void)state;
    struct random_source random = {41};
    static struct cash_flow payments[SCHEDULE_ROWS_MAX];

    for (int i = 0; i < 40; i++) {
        struct cash_flow advance;
        struct cash_flows flows = {&advance, 1, payments, 0};
        struct apr apr;

        loan_begin(&loan, SCHEDULE_LEVEL,
            1000000 + (int64_t)random_below(&random, 100000000), "0",
            (uint16_t)(6 + random_below(&random, 114)));
        loan.terms.yearly =
            (struct rate){1 + (int64_t)random_below(&random, 60), 2};
        loan_make(&loan);
        advance = (struct cash_flow){loan.terms.start, loan.tranches[0].minor};
        for (size_t k = 0; k < loan.count; k++)
            payments[k] =
                (struct cash_flow){loan.rows[k].due, loan.rows[k].total};
        flows.payment_count = loan.count;
        assert_int_equal(apr_of(&flows, NULL, &apr), DISCOUNT_FOUND);
        assert_int_equal(apr.hundredths, loan.terms.yearly.digits * 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_two_level_tables_come_out),
        cmocka_unit_test(other_printed_instalments_come_out),
        cmocka_unit_test(the_scenarios_of_fineract_come_out),
        cmocka_unit_test(the_flat_table_comes_out),
        cmocka_unit_test(level_is_right_to_the_cent),
        cmocka_unit_test(halves_of_the_instalment_are_seen),
        cmocka_unit_test(equal_principal),
        cmocka_unit_test(flat_brings_its_interest_to_the_rounded_sum),
        cmocka_unit_test(bullet),
        cmocka_unit_test(interest_only_then_level),
        cmocka_unit_test(a_balloon_is_due_with_the_last),
        cmocka_unit_test(seasons),
        cmocka_unit_test(grace_of_four_kinds),
        cmocka_unit_test(periods_by_days),
        cmocka_unit_test(any_schedule_is_whole),
        cmocka_unit_test(the_apr_of_a_level_loan_is_its_rate),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
