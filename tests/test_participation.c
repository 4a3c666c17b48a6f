/*
 * How a loan's figures are shared over its pools: sums are exact, no share
 * falls, and a share never leaves its part by a unit or more.
 */
#include "../ledger/participation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void rates_are_ten_thousandths(void **state)
{
    (void)state;
    static const struct {
        struct rate rate;
        bool fits;
        uint16_t part;
    } rows[] = {
        { { 1, 0 }, true, 10000 },
        { { 5, 1 }, true, 5000 },
        { { 3333, 4 }, true, 3333 },
        { { 1, 4 }, true, 1 },
        { { 33333, 5 }, false, 0 },
        { { 2, 0 }, false, 0 },
        { { 11, 1 }, false, 0 },
        { { 0, 0 }, false, 0 },
        { { RATE_DIGITS_MAX, 0 }, false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint16_t part = 0;
        assert_int_equal(
            participation_of_rate(rows[i].rate, &part), rows[i].fits);
        assert_int_equal(part, rows[i].part);
    }
}

static void parts_must_be_a_whole(void **state)
{
    (void)state;
    uint16_t parts[PARTICIPATION_MAX + 1] = { 5000, 4999 };
    int64_t shares[PARTICIPATION_MAX] = { 7, 7 };
    assert_false(participation_split(100, parts, 2, shares));
    assert_false(participation_split(100, parts, 0, shares));
    assert_false(
        participation_split(100, parts, PARTICIPATION_MAX + 1, shares));
    parts[1] = 5000;
    assert_false(participation_split(-1, parts, 2, shares));
    assert_int_equal(shares[0], 7);
    assert_true(participation_split(0, parts, 2, shares));
    assert_true(shares[0] == 0 && shares[1] == 0);
}

/* By hand: of 0.4, 0.2 and 0.4 the first unit goes to the first one, which
 * is as far behind as the last; the second to the last; the third to the
 * middle one (0.6 behind, the others 0.2); the fourth and fifth to the ones
 * that lack one. */
static void units_go_to_who_is_furthest_behind(void **state)
{
    (void)state;
    static const uint16_t parts[] = { 4000, 2000, 4000 };
    static const int64_t expected[][3] = { { 0, 0, 0 }, { 1, 0, 0 },
        { 1, 0, 1 }, { 1, 1, 1 }, { 2, 1, 1 }, { 2, 1, 2 }, { 3, 1, 2 } };
    for (int64_t total = 0; total < 7; total++) {
        int64_t shares[3];
        assert_true(participation_split(total, parts, 3, shares));
        for (size_t i = 0; i < 3; i++)
            assert_true(shares[i] == expected[total][i]);
    }
}

/* Through more than a round of 10,000 units. */
static void check_steadiness(const uint16_t *parts, size_t count)
{
    int64_t before[PARTICIPATION_MAX] = { 0 };
    for (int64_t total = 0; total <= 20500; total += total < 500 ? 1 : 37) {
        int64_t shares[PARTICIPATION_MAX];
        int64_t sum = 0;
        assert_true(participation_split(total, parts, count, shares));
        for (size_t i = 0; i < count; i++) {
            assert_true(shares[i] >= before[i]);
            /* No more than its part, rounded up. */
            assert_true((shares[i] - 1) * PARTICIPATION_WHOLE <
                total * parts[i]);
            before[i] = shares[i];
            sum += shares[i];
        }
        assert_true(sum == total);
    }
}

static void shares_sum_and_never_fall(void **state)
{
    (void)state;
    static const uint16_t parts[][PARTICIPATION_MAX] = {
        { 10000 },
        { 5000, 5000 },
        { 3333, 3333, 3334 },
        { 1, 9999 },
        { 7000, 100, 2900 },
        { 625, 625, 625, 625, 625, 625, 625, 625, 625, 625, 625, 625, 625,
            625, 625, 625 },
        { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 1301, 1299,
            1653, 1652 },
    };
    static const size_t counts[] = { 1, 2, 3, 2, 3, 16, 16 };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        check_steadiness(parts[i], counts[i]);
}

static void the_largest_amount_is_shared(void **state)
{
    (void)state;
    static const uint16_t parts[] = { 3333, 6667 };
    int64_t shares[2];
    assert_true(participation_split(AMOUNT_CAP, parts, 2, shares));
    assert_true(shares[0] == INT64_C(333300000000000));
    assert_true(shares[0] + shares[1] == AMOUNT_CAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_ten_thousandths),
        cmocka_unit_test(parts_must_be_a_whole),
        cmocka_unit_test(units_go_to_who_is_furthest_behind),
        cmocka_unit_test(shares_sum_and_never_fall),
        cmocka_unit_test(the_largest_amount_is_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
