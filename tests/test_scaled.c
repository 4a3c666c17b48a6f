/*
 * Numbers of 128 binary digits, and whole numbers divided and rounded.
 */
#include "../ledger/scaled.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

/* A whole number, spelled. */
static uwide number(const char *digits)
{
    uwide value = 0;

    for (; *digits != '\0'; digits++)
        value = value * 10 + (unsigned)(*digits - '0');
    return value;
}

static void assert_wide(uwide value, const char *expected)
{
    uwide other = number(expected);

    assert_int_equal((uint64_t)(value >> 64), (uint64_t)(other >> 64));
    assert_int_equal((uint64_t)value, (uint64_t)other);
}

/* value x 10^30, to the nearest. */
static void assert_30_digits(struct scaled value, const char *expected)
{
    uwide digits;

    assert_true(scaled_nearest(
        scaled_times(
            value, scaled_of(number("1000000000000000000000000000000"))),
        &digits));
    assert_wide(digits, expected);
}

static void known_values_to_the_last_digit(void **state)
{
    (void)state;
    /* 1/3, 2/3 and 1/7 */
    assert_30_digits(scaled_ratio(1, 3), "333333333333333333333333333333");
    assert_30_digits(scaled_ratio(2, 3), "666666666666666666666666666667");
    assert_30_digits(scaled_ratio(1, 7), "142857142857142857142857142857");
    /* (1 + 1/10)^10 and (1 + 1/100)^100: finite decimals */
    assert_30_digits(scaled_power(scaled_ratio(11, 10), 10),
        "2593742460100000000000000000000");
    assert_30_digits(scaled_power(scaled_ratio(101, 100), 100),
        "2704813829421526093267194710808");
    /* 1.0025^-480: by decimal arithmetic with 60 digits */
    assert_30_digits(scaled_over(scaled_of(1),
                         scaled_power(scaled_ratio(10025, 10000), 480)),
        "301645589539272783041382255769");
}

static void zero_and_one_behave(void **state)
{
    (void)state;
    struct scaled zero = scaled_of(0);
    struct scaled one = scaled_of(1);
    uwide out;

    assert_int_equal(scaled_compare(zero, zero), 0);
    assert_true(scaled_compare(zero, one) < 0);
    assert_true(scaled_compare(one, zero) > 0);
    assert_int_equal(scaled_compare(scaled_plus(zero, one), one), 0);
    assert_int_equal(scaled_compare(scaled_minus(one, one), zero), 0);
    assert_int_equal(scaled_compare(scaled_minus(one, scaled_of(2)), zero), 0);
    assert_int_equal(scaled_compare(scaled_times(zero, one), zero), 0);
    assert_int_equal(scaled_compare(scaled_over(zero, one), zero), 0);
    assert_int_equal(scaled_compare(scaled_power(zero, 0), one), 0);
    assert_true(scaled_nearest(zero, &out));
    assert_wide(out, "0");
    assert_true(scaled_nearest(scaled_ratio(1, 2), &out));
    assert_wide(out, "1");
    assert_true(scaled_nearest(scaled_ratio(49, 100), &out));
    assert_wide(out, "0");
    assert_true(scaled_nearest(scaled_ratio(1, 1000), &out));
    assert_wide(out, "0");
    assert_false(scaled_nearest(scaled_power(scaled_of(2), 127), &out));
    assert_true(scaled_nearest(scaled_power(scaled_of(2), 125), &out));
    assert_wide(out, "42535295865117307932921825928971026432");
}

/* Sums, products and quotients of whole numbers that fit are exact. */
static void whole_numbers_stay_exact(void **state)
{
    (void)state;
    struct random_source random = {7};

    for (int i = 0; i < 20000; i++) {
        uint64_t a = random_next(&random) >> random_below(&random, 64);
        uint64_t b = (random_next(&random) >> random_below(&random, 63)) | 1;
        uwide product;
        uwide sum;

        a = a >> 2;
        b = (b >> 2) | 1;
        assert_true(
            scaled_nearest(scaled_times(scaled_of(a), scaled_of(b)), &product));
        assert_true(product == (uwide)a * b);
        assert_true(scaled_nearest(
            scaled_over(scaled_of((uwide)a * b), scaled_of(b)), &sum));
        assert_true(sum == a);
        assert_true(
            scaled_nearest(scaled_plus(scaled_of(a), scaled_of(b)), &sum));
        assert_true(sum == (uwide)a + b);
        assert_int_equal(
            scaled_compare(scaled_of(a), scaled_of(b)), (a > b) - (a < b));
        if (a >= b) {
            assert_true(
                scaled_nearest(scaled_minus(scaled_of(a), scaled_of(b)), &sum));
            assert_true(sum == a - b);
        }
    }
}

/* (2^127 + 1)(2^127 + 2^126) = 2^254 + 2^253 + 2^127 + 2^126: its 128
 * highest bits end in the highest bit of the lower half. */
static void the_last_bit_of_a_product_is_kept(void **state)
{
    (void)state;
    uwide half = (uwide)1 << 127;
    struct scaled product =
        scaled_times(scaled_of(half + 1), scaled_of(half + half / 2));

    assert_true(product.mantissa == half + half / 2 + 1);
    assert_int_equal(product.exponent, 127);
}

static void division_rounds_four_ways(void **state)
{
    (void)state;
    static const struct {
        int above, below, even, away, down, up;
    } known[] = {
        {0, 3, 0, 0, 0, 0},
        {5, 2, 2, 3, 2, 3},
        {7, 2, 4, 4, 3, 4},
        {7, 3, 2, 2, 2, 3},
        {8, 3, 3, 3, 2, 3},
        {9, 3, 3, 3, 3, 3},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        wide a = known[i].above;
        wide b = known[i].below;
        assert_true(wide_divide(a, b, ROUND_HALF_EVEN) == known[i].even);
        assert_true(wide_divide(a, b, ROUND_HALF_AWAY) == known[i].away);
        assert_true(wide_divide(a, b, ROUND_DOWN) == known[i].down);
        assert_true(wide_divide(a, b, ROUND_UP) == known[i].up);
    }
    wide out = 1;
    assert_false(
        wide_times(wide_power_of_ten(20), wide_power_of_ten(19), &out));
    assert_true(out == 1);
    assert_true(wide_times(wide_power_of_ten(19), wide_power_of_ten(19), &out));
    assert_true(out == wide_power_of_ten(38));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values_to_the_last_digit),
        cmocka_unit_test(zero_and_one_behave),
        cmocka_unit_test(whole_numbers_stay_exact),
        cmocka_unit_test(the_last_bit_of_a_product_is_kept),
        cmocka_unit_test(division_rounds_four_ways),
    };
    return cmocka_run_group_tests_name("scaled", tests, NULL, NULL);
}
