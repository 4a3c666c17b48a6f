/*
 * A payment split over what is owed.
 */
#include "../ledger/waterfall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static struct waterfall waterfall(const char *order, enum waterfall_way way)
{
    struct waterfall out = {.way = way};

    assert_true(waterfall_parse(bytes_text(order), &out));
    assert_int_equal(out.way, way);
    return out;
}

/* cost, fee, late, interest, principal */
static const struct waterfall_row owed[] = {
    {{0, 5, 3, 20, 100}},
    {{0, 5, 0, 18, 102}},
};

static void assert_row(const struct waterfall_row *row, int64_t fee,
    int64_t late, int64_t interest, int64_t principal)
{
    assert_int_equal(row->parts[WATERFALL_COST], 0);
    assert_int_equal(row->parts[WATERFALL_FEE], fee);
    assert_int_equal(row->parts[WATERFALL_LATE], late);
    assert_int_equal(row->parts[WATERFALL_INTEREST], interest);
    assert_int_equal(row->parts[WATERFALL_PRINCIPAL], principal);
}

static void the_oldest_instalment_goes_first(void **state)
{
    (void)state;
    struct waterfall w =
        waterfall("late,fee,interest,principal", WATERFALL_OLDEST);
    struct waterfall_row paid[2];

    assert_int_equal(waterfall_split(&w, 0, owed, 2, paid), 0);
    assert_row(&paid[0], 0, 0, 0, 0);
    assert_int_equal(waterfall_split(&w, 6, owed, 2, paid), 0);
    assert_row(&paid[0], 3, 3, 0, 0);
    assert_int_equal(waterfall_split(&w, 140, owed, 2, paid), 0);
    assert_row(&paid[0], 5, 3, 20, 100);
    assert_row(&paid[1], 5, 0, 7, 0);
    assert_int_equal(waterfall_split(&w, 300, owed, 2, paid), 47);
    assert_row(&paid[1], 5, 0, 18, 102);
}

static void a_component_of_all_goes_first(void **state)
{
    (void)state;
    struct waterfall w =
        waterfall("late,fee,interest,principal", WATERFALL_COMPONENT);
    struct waterfall_row paid[2];

    assert_int_equal(waterfall_split(&w, 40, owed, 2, paid), 0);
    assert_row(&paid[0], 5, 3, 20, 0);
    assert_row(&paid[1], 5, 0, 7, 0);
    assert_int_equal(waterfall_split(&w, 160, owed, 2, paid), 0);
    assert_row(&paid[0], 5, 3, 20, 100);
    assert_row(&paid[1], 5, 0, 18, 9);
}

static void what_the_order_leaves_out_is_not_paid(void **state)
{
    (void)state;
    struct waterfall w = waterfall("principal", WATERFALL_OLDEST);
    struct waterfall_row paid[2];

    assert_int_equal(waterfall_split(&w, 1000, owed, 2, paid), 798);
    assert_row(&paid[0], 0, 0, 0, 100);
    assert_row(&paid[1], 0, 0, 0, 102);
    assert_int_equal(waterfall_split(&w, 1000, owed, 0, paid), 1000);
}

static void orders_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ",", "fee,", ",fee", "fee,fee", "Fee",
        "fee, late", "interests", "cost,fee,late,interest,principal,cost"};
    struct waterfall out;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(waterfall_parse(bytes_text(bad[i]), &out));
    assert_true(
        waterfall_parse(bytes_text("principal,interest,late,fee,cost"), &out));
    assert_int_equal(out.count, WATERFALL_COMPONENT_COUNT);
}

/* Nothing appears or is lost; nobody is paid more than owed; what comes
 * later in the order is paid only when all before it is. */
static void splits_are_whole(void **state)
{
    (void)state;
    struct random_source random = {29};

    for (int i = 0; i < 2000; i++) {
        struct waterfall w = waterfall("cost,late,interest,fee,principal",
            i % 2 == 0 ? WATERFALL_OLDEST : WATERFALL_COMPONENT);
        struct waterfall_row rows[12];
        struct waterfall_row paid[12];
        size_t count = 1 + random_below(&random, 12);
        int64_t payment = (int64_t)random_below(&random, 8000);
        int64_t sum = 0;
        bool short_before = false;
        int64_t left;

        for (size_t r = 0; r < count; r++)
            for (size_t k = 0; k < WATERFALL_COMPONENT_COUNT; k++)
                rows[r].parts[k] = (int64_t)random_below(&random, 200);
        left = waterfall_split(&w, payment, rows, count, paid);
        for (size_t n = 0; n < count * w.count; n++) {
            bool oldest = w.way == WATERFALL_OLDEST;
            size_t r = oldest ? n / w.count : n % count;
            size_t k = w.order[oldest ? n % w.count : n / count];

            assert_true(paid[r].parts[k] >= 0);
            assert_true(paid[r].parts[k] <= rows[r].parts[k]);
            if (short_before)
                assert_int_equal(paid[r].parts[k], 0);
            short_before |= paid[r].parts[k] < rows[r].parts[k];
            sum += paid[r].parts[k];
        }
        assert_int_equal(sum + left, payment);
        if (left > 0)
            assert_false(short_before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_instalment_goes_first),
        cmocka_unit_test(a_component_of_all_goes_first),
        cmocka_unit_test(what_the_order_leaves_out_is_not_paid),
        cmocka_unit_test(orders_that_are_none_are_refused),
        cmocka_unit_test(splits_are_whole),
    };
    return cmocka_run_group_tests_name("waterfall", tests, NULL, NULL);
}
