/*
 * Mexico's total annual cost (CAT).
 */
#include "../ledger/cat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

#define FLOWS_MAX 400

static struct cat_flow flows[FLOWS_MAX];

/* An advance at 0 and count equal payments, one a part. */
static size_t regular(int64_t advance, uint32_t count, int64_t payment)
{
    flows[0] = (struct cat_flow){advance, false, 0};
    for (uint32_t i = 1; i <= count; i++)
        flows[i] = (struct cat_flow){payment, true, i};
    return count + 1;
}

/* Without commissions the CAT is the effective yearly rate: identities that
 * need no table. */
static void compounding_is_the_effective_rate(void **state)
{
    (void)state;
    struct cat cat;

    /* one year, one payment: 20 % is 20.0 % */
    flows[0] = (struct cat_flow){100000, false, 0};
    flows[1] = (struct cat_flow){120000, true, 1};
    assert_int_equal(cat_of_parts(flows, 2, 1, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.exact, 2000000000);
    assert_int_equal(cat.tenths, 200);
    /* the same by days */
    flows[1].at = 365;
    assert_int_equal(cat_of_parts(flows, 2, 365, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.exact, 2000000000);
    /* 1 % a month, all at the end of a month: 1.01^12 - 1 = 12.68250301 % */
    flows[1] = (struct cat_flow){101000, true, 1};
    assert_int_equal(cat_of_parts(flows, 2, 12, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.exact, 1268250301);
    assert_int_equal(cat.tenths, 127);
    /* half a year, +10 %: 1.1^2 - 1 = 21 %, exactly */
    flows[1] = (struct cat_flow){110000, true, 6};
    assert_int_equal(cat_of_parts(flows, 2, 12, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.exact, 2100000000);
    /* 1 % a week: 1.01^52 - 1 = 67.76889215 % */
    flows[1] = (struct cat_flow){101000, true, 1};
    assert_int_equal(cat_of_parts(flows, 2, 52, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.exact, 6776889215);
}

/*
 * A published example: "Matemáticas Financieras: Costo Anual Total", a
 * course text that works out Banco de México's formula.  A mortgage of
 * 300,997.13 at 11 % over 15 years, 3,421.12 a month; at first 7,314.23 of
 * commission, 902.99 of appraisal and 309.00 of study; 125.00 a month of
 * charges and insurance: CAT 12.9 %.
 */
static void a_published_mortgage(void **state)
{
    (void)state;
    struct cat cat;
    size_t count = regular(
        30099713 - 731423 - 90299 - 30900, 180, 342112 + 12500);
    assert_int_equal(cat_of_parts(flows, count, 12, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.tenths, 129);
}

/* 20,000.00 over 12 months at 58 %, level instalments of 2,235.35: without
 * a commission 76.2 %; with 5 % kept at the opening 95.6 %.  (By decimal
 * arithmetic with 30 digits, instalments as rounded here.) */
static void an_opening_commission_raises_it(void **state)
{
    (void)state;
    struct cat cat;

    assert_int_equal(
        cat_of_parts(flows, regular(2000000, 12, 223535), 12, &cat),
        DISCOUNT_FOUND);
    assert_int_equal(cat.tenths, 762);
    assert_int_equal(
        cat_of_parts(flows, regular(1900000, 12, 223535), 12, &cat),
        DISCOUNT_FOUND);
    assert_int_equal(cat.tenths, 956);
}

/* The tie of the published decimal goes up. */
static void tenths_round_halves_up(void **state)
{
    (void)state;
    struct cat cat;

    flows[0] = (struct cat_flow){100000, false, 0};
    flows[1] = (struct cat_flow){126850, true, 365};
    assert_int_equal(cat_of_parts(flows, 2, 365, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.exact, 2685000000);
    assert_int_equal(cat.tenths, 269);
    flows[1].minor = 126849;
    assert_int_equal(cat_of_parts(flows, 2, 365, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.tenths, 268);
}

static void dates_are_days_of_365(void **state)
{
    (void)state;
    struct cash_flow advance[2] = {
        {date_of(2026, 1, 1), 60000}, {date_of(2026, 7, 2), 40000}};
    struct cash_flow payment = {date_of(2027, 1, 1), 110000};
    struct cash_flows dated = {advance, 2, &payment, 1};
    struct cat cat;
    struct cat by_parts;

    assert_int_equal(cat_of(&dated, &cat), DISCOUNT_FOUND);
    flows[0] = (struct cat_flow){60000, false, 0};
    flows[1] = (struct cat_flow){40000, false, 182};
    flows[2] = (struct cat_flow){110000, true, 365};
    assert_int_equal(cat_of_parts(flows, 3, 365, &by_parts), DISCOUNT_FOUND);
    assert_int_equal(cat.exact, by_parts.exact);
    dated.payment_count = 0;
    assert_int_equal(cat_of(&dated, &cat), DISCOUNT_BAD_FLOWS);
}

static void impossible_flows_are_refused(void **state)
{
    (void)state;
    struct cat cat;

    assert_int_equal(
        cat_of_parts(flows, regular(100, 1, 99), 12, &cat), DISCOUNT_NEGATIVE);
    assert_int_equal(
        cat_of_parts(flows, regular(100, 1, 200), 0, &cat), DISCOUNT_BAD_FLOWS);
    assert_int_equal(cat_of_parts(flows, regular(100, 1, 200), 367, &cat),
        DISCOUNT_BAD_FLOWS);
    assert_int_equal(cat_of_parts(flows, 1, 12, &cat), DISCOUNT_BAD_FLOWS);
    /* 100 % a day is 2^365: not told */
    assert_int_equal(cat_of_parts(flows, regular(100, 1, 200), 365, &cat),
        DISCOUNT_TOO_HIGH);
    /* doubled in a month: 4095 times, 409,500 % */
    assert_int_equal(
        cat_of_parts(flows, regular(100, 1, 200), 12, &cat), DISCOUNT_FOUND);
    assert_int_equal(cat.tenths, 4095000);
}

/* More paid, or paid sooner, costs more. */
static void it_grows_with_the_cost(void **state)
{
    (void)state;
    struct random_source random = {17};

    for (int i = 0; i < 100; i++) {
        uint32_t count = 1 + (uint32_t)random_below(&random, 104);
        int64_t advance = 100000 + (int64_t)random_below(&random, 1000000);
        int64_t payment =
            advance / count + 10 +
            (int64_t)random_below(&random, (uint64_t)advance / 10);
        struct cat one, more, sooner;
        size_t made = regular(advance, count, payment);

        if (cat_of_parts(flows, made, 52, &one) != DISCOUNT_FOUND)
            continue;
        flows[count].minor += advance / 50;
        if (cat_of_parts(flows, made, 52, &more) == DISCOUNT_FOUND)
            assert_true(more.exact > one.exact);
        flows[count].minor -= advance / 50;
        flows[count].at = count > 1 ? count - 1 : count;
        if (count > 1 &&
            cat_of_parts(flows, made, 52, &sooner) == DISCOUNT_FOUND)
            assert_true(sooner.exact > one.exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compounding_is_the_effective_rate),
        cmocka_unit_test(a_published_mortgage),
        cmocka_unit_test(an_opening_commission_raises_it),
        cmocka_unit_test(tenths_round_halves_up),
        cmocka_unit_test(dates_are_days_of_365),
        cmocka_unit_test(impossible_flows_are_refused),
        cmocka_unit_test(it_grows_with_the_cost),
    };
    return cmocka_run_group_tests_name("cat", tests, NULL, NULL);
}
