/*
 * Buckets, provisions, portfolio at risk.
 */
#include "../ledger/ageing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

/* A published ageing table: 5,984,698 at 0.33 %, 8,272 at 8.8 %, 2,882 at
 * 28.6 %, 842 at 63.8 %, 1,100 at 90.2 % come to 22,831 (thousands). */
static const struct ageing_table published = {
    5, {{0, {33, 4}}, {1, {88, 3}}, {31, {286, 3}}, {61, {638, 3}},
           {91, {902, 3}}}};
static const int64_t balances[] = {5984698, 8272, 2882, 842, 1100};

static void the_published_table_comes_out(void **state)
{
    (void)state;
    int64_t total;
    int64_t sum = 0;

    assert_true(ageing_is_sound(&published));
    assert_true(ageing_total(&published, balances, &total));
    assert_int_equal(total, 22831);
    /* each bucket rounded by itself: the same sum */
    static const int64_t each[] = {19750, 728, 824, 537, 992};
    for (size_t i = 0; i < published.count; i++) {
        int64_t part;
        assert_true(ageing_provision(
            &published, published.buckets[i].from, balances[i], &part));
        assert_int_equal(part, each[i]);
        sum += part;
    }
    assert_int_equal(sum, 22831);
    /* exact: 22,831.0874 */
    int64_t fine[5];
    for (size_t i = 0; i < 5; i++)
        fine[i] = balances[i] * 10000;
    assert_true(ageing_total(&published, fine, &total));
    assert_int_equal(total, 228310874);
}

static void days_begin_the_day_after(void **state)
{
    (void)state;
    struct date due = date_of(2026, 2, 28);

    assert_int_equal(ageing_days(due, date_of(2026, 2, 1)), 0);
    assert_int_equal(ageing_days(due, due), 0);
    assert_int_equal(ageing_days(due, date_of(2026, 3, 1)), 1);
    assert_int_equal(ageing_days(due, date_of(2026, 5, 29)), 90);
}

static void buckets_have_their_first_and_last_day(void **state)
{
    (void)state;
    static const struct {
        uint32_t days;
        size_t bucket;
    } known[] = {
        {0, 0},
        {1, 1},
        {7, 1},
        {8, 2},
        {30, 2},
        {31, 3},
        {60, 3},
        {61, 4},
        {90, 4},
        {91, 5},
        {120, 5},
        {121, 6},
        {180, 6},
        {181, 7},
        {40000, 7},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(ageing_bucket_of(&ageing_mx_consumer, known[i].days),
            known[i].bucket);
    static const uint32_t edges[] = {
        29, 30, 59, 60, 89, 90, 179, 180, 359, 360};
    static const size_t us[] = {0, 1, 1, 2, 2, 3, 3, 4, 4, 5};
    for (size_t i = 0; i < sizeof us / sizeof *us; i++)
        assert_int_equal(ageing_bucket_of(&ageing_us_5300, edges[i]), us[i]);
}

/* CNBV, entidades de ahorro y crédito popular, Annex D, I: 1,000.00 in each
 * bucket. */
static void the_tables_of_mexico_come_out(void **state)
{
    (void)state;
    static const uint32_t days[] = {0, 7, 30, 60, 90, 120, 180, 181};
    static const int64_t type1[] = {10, 40, 150, 300, 500, 750, 900, 1000};
    static const int64_t type2[] = {10, 10, 40, 300, 600, 800, 900, 1000};

    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        int64_t provision;
        assert_true(
            ageing_provision(&ageing_mx_consumer, days[i], 100000, &provision));
        assert_int_equal(provision, type1[i] * 100);
        assert_true(ageing_provision(
            &ageing_mx_consumer_marginal, days[i], 100000, &provision));
        assert_int_equal(provision, type2[i] * 100);
    }
}

static void shipped_tables_are_sound(void **state)
{
    (void)state;
    assert_true(ageing_is_sound(&ageing_mx_consumer));
    assert_true(ageing_is_sound(&ageing_mx_consumer_marginal));
    assert_true(ageing_is_sound(&ageing_us_5300));
}

static void unsound_tables_are_told(void **state)
{
    (void)state;
    struct ageing_table table = published;

    table.count = 0;
    assert_false(ageing_is_sound(&table));
    table.count = AGEING_BUCKETS_MAX + 1;
    assert_false(ageing_is_sound(&table));
    table = published;
    table.buckets[0].from = 1;
    assert_false(ageing_is_sound(&table));
    table = published;
    table.buckets[2].from = 1;
    assert_false(ageing_is_sound(&table));
    table = published;
    table.buckets[4].rate = (struct rate){1001, 3};
    assert_false(ageing_is_sound(&table));
    table.buckets[4].rate = (struct rate){1, 0};
    assert_true(ageing_is_sound(&table));
    table.buckets[3].rate = (struct rate){1, 1};
    assert_false(ageing_is_sound(&table));
}

static void portfolio_at_risk_counts_late_buckets(void **state)
{
    (void)state;
    static const int64_t some[] = {900, 50, 0, 30, 20};
    static const int64_t none[] = {0, 0, 0, 0, 0};
    uint32_t hundredths;

    assert_true(ageing_at_risk(&published, some, 30, &hundredths));
    assert_int_equal(hundredths, 500); /* 50 of 1,000 */
    assert_true(ageing_at_risk(&published, some, 0, &hundredths));
    assert_int_equal(hundredths, 1000);
    assert_true(ageing_at_risk(&published, some, 90, &hundredths));
    assert_int_equal(hundredths, 200);
    assert_true(ageing_at_risk(&published, balances, 30, &hundredths));
    assert_int_equal(hundredths, 8); /* 4,824 of 5,997,794: 0.0804 % */
    assert_false(ageing_at_risk(&published, none, 30, &hundredths));
}

static void overflow_is_told(void **state)
{
    (void)state;
    int64_t large[] = {INT64_MAX, INT64_MAX, 0, 0, 0};
    int64_t total;
    uint32_t hundredths;

    assert_false(ageing_at_risk(&published, large, 30, &hundredths));
    large[1] = -1;
    assert_false(ageing_total(&published, large, &total));
    assert_false(ageing_at_risk(&published, large, 30, &hundredths));
}

/* The exact sum is within half a unit a bucket of the rounded parts. */
static void total_and_parts_agree(void **state)
{
    (void)state;
    struct random_source random = {23};

    for (int i = 0; i < 2000; i++) {
        int64_t some[8];
        int64_t total;
        int64_t sum = 0;
        for (size_t k = 0; k < 8; k++) {
            int64_t part;
            some[k] = (int64_t)random_below(&random, 100000000000);
            assert_true(ageing_provision(&ageing_mx_consumer,
                ageing_mx_consumer.buckets[k].from, some[k], &part));
            assert_true(part >= 0 && part <= some[k]);
            sum += part;
        }
        assert_true(ageing_total(&ageing_mx_consumer, some, &total));
        assert_in_range(total - sum + 4, 0, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_table_comes_out),
        cmocka_unit_test(days_begin_the_day_after),
        cmocka_unit_test(buckets_have_their_first_and_last_day),
        cmocka_unit_test(the_tables_of_mexico_come_out),
        cmocka_unit_test(shipped_tables_are_sound),
        cmocka_unit_test(unsound_tables_are_told),
        cmocka_unit_test(portfolio_at_risk_counts_late_buckets),
        cmocka_unit_test(overflow_is_told),
        cmocka_unit_test(total_and_parts_agree),
    };
    return cmocka_run_group_tests_name("ageing", tests, NULL, NULL);
}
