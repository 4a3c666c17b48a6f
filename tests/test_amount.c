/*
 * Money, rates, rounding and the sharing out of an amount.
 */
#include <posito/amount.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

__extension__ typedef __int128 wide;

static void assert_text(struct buffer *text, const char *expected)
{
    assert_false(text->failed);
    assert_int_equal(text->length, strlen(expected));
    assert_memory_equal(text->data, expected, text->length);
    buffer_free(text);
}

static void currencies_have_codes_and_digits(void **state)
{
    (void)state;
    enum currency currency;
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        const char *code = currency_code((enum currency)i);
        assert_int_equal(strlen(code), 3);
        assert_true(currency_parse(bytes_text(code), &currency));
        assert_int_equal(currency, i);
    }
    assert_int_equal(currency_digits(CURRENCY_USD), 2);
    assert_int_equal(currency_digits(CURRENCY_MXN), 2);
    assert_int_equal(currency_digits(CURRENCY_JPY), 0);
    assert_int_equal(currency_digits(CURRENCY_KWD), 3);
    assert_int_equal(CURRENCY_USD, 0); /* the numbers are on disk */
    assert_int_equal(CURRENCY_MXN, 1);
    assert_int_equal(CURRENCY_KWD, 10);
    static const char *const bad[] = { "", "US", "USDX", "usd", "XXX" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(currency_parse(bytes_text(bad[i]), &currency));
}

static const struct {
    const char *text;
    int64_t minor;
    enum currency currency;
} spelled[] = {
    { "USD25.00", 2500, CURRENCY_USD },
    { "USD0.00", 0, CURRENCY_USD },
    { "USD0.01", 1, CURRENCY_USD },
    { "USD-0.01", -1, CURRENCY_USD },
    { "MXN-1197.30", -119730, CURRENCY_MXN },
    { "JPY25", 25, CURRENCY_JPY },
    { "JPY0", 0, CURRENCY_JPY },
    { "JPY-7", -7, CURRENCY_JPY },
    { "KWD0.001", 1, CURRENCY_KWD },
    { "KWD12.345", 12345, CURRENCY_KWD },
    { "USD9999999999999.99", AMOUNT_CAP, CURRENCY_USD },
    { "USD-9999999999999.99", -AMOUNT_CAP, CURRENCY_USD },
    { "JPY999999999999999", AMOUNT_CAP, CURRENCY_JPY },
    { "KWD999999999999.999", AMOUNT_CAP, CURRENCY_KWD },
};

static void amounts_have_one_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        struct amount amount = { 1, CURRENCY_NIO };
        struct buffer text = buffer_empty();
        assert_int_equal(
            amount_parse(bytes_text(spelled[i].text), &amount),
            AMOUNT_SPELLED);
        assert_true(amount.minor == spelled[i].minor);
        assert_int_equal(amount.currency, spelled[i].currency);
        amount_append(&text, amount);
        assert_text(&text, spelled[i].text);

        text = buffer_empty();
        amount_append_digits(&text, amount);
        amount.minor = 1;
        assert_int_equal(amount_parse_digits(buffer_bytes(&text),
                             spelled[i].currency, &amount),
            AMOUNT_SPELLED);
        assert_true(amount.minor == spelled[i].minor);
        assert_text(&text, spelled[i].text + 3);
    }
}

static const struct {
    const char *text;
    enum amount_spelling spelling;
} refused[] = {
    { "", AMOUNT_MISSPELLED },
    { "US", AMOUNT_MISSPELLED },
    { "USD", AMOUNT_MISSPELLED },
    { "USD-", AMOUNT_MISSPELLED },
    { "25.00", AMOUNT_MISSPELLED },
    { "25.00USD", AMOUNT_MISSPELLED },
    { "usd25.00", AMOUNT_MISSPELLED },
    { "Usd25.00", AMOUNT_MISSPELLED },
    { "USD 25.00", AMOUNT_MISSPELLED },
    { "USD25.00 ", AMOUNT_MISSPELLED },
    { "USD+5.00", AMOUNT_MISSPELLED },
    { "USD--5.00", AMOUNT_MISSPELLED },
    { "USD025.00", AMOUNT_MISSPELLED },
    { "USD00.00", AMOUNT_MISSPELLED },
    { "USD-025.00", AMOUNT_MISSPELLED },
    { "USD-0.00", AMOUNT_MISSPELLED },
    { "USD-0", AMOUNT_MISSPELLED },
    { "JPY-0", AMOUNT_MISSPELLED },
    { "USD.50", AMOUNT_MISSPELLED },
    { "USD5.", AMOUNT_MISSPELLED },
    { "USD5.0.0", AMOUNT_MISSPELLED },
    { "USD5,00", AMOUNT_MISSPELLED },
    { "USD1,000.00", AMOUNT_MISSPELLED },
    { "USD5.0x", AMOUNT_MISSPELLED },
    { "USD5e2", AMOUNT_MISSPELLED },
    { "USD5/00", AMOUNT_MISSPELLED },
    { "USD:.00", AMOUNT_MISSPELLED },
    { "USD0x5.00", AMOUNT_MISSPELLED },
    { "XYZ", AMOUNT_MISSPELLED },
    { "XYZ05.00", AMOUNT_MISSPELLED },
    { "USD25", AMOUNT_WRONG_DIGITS },
    { "USD25.0", AMOUNT_WRONG_DIGITS },
    { "USD25.000", AMOUNT_WRONG_DIGITS },
    { "USD0", AMOUNT_WRONG_DIGITS },
    { "JPY25.00", AMOUNT_WRONG_DIGITS },
    { "KWD25.00", AMOUNT_WRONG_DIGITS },
    { "USD99999999999999999999999", AMOUNT_WRONG_DIGITS },
    { "USD10000000000000.00", AMOUNT_ABOVE_CAP },
    { "USD-10000000000000.00", AMOUNT_ABOVE_CAP },
    { "JPY1000000000000000", AMOUNT_ABOVE_CAP },
    { "JPY18446744073709551617", AMOUNT_ABOVE_CAP },
    { "JPY340282366920938463463374607431768211457", AMOUNT_ABOVE_CAP },
    { "KWD1000000000000.000", AMOUNT_ABOVE_CAP },
    { "XYZ25.00", AMOUNT_OTHER_CURRENCY },
    { "XYZ25", AMOUNT_OTHER_CURRENCY },
    { "XAU-1.5", AMOUNT_OTHER_CURRENCY },
};

static void other_amounts_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct amount amount = { 42, CURRENCY_NIO };
        enum amount_spelling spelling =
            amount_parse(bytes_text(refused[i].text), &amount);
        if (spelling != refused[i].spelling)
            fail_msg("\"%s\": %d", refused[i].text, (int)spelling);
        assert_true(amount.minor == 42 && amount.currency == CURRENCY_NIO);
    }
    struct amount amount;
    assert_int_equal(
        amount_parse_digits(bytes_text("USD5.00"), CURRENCY_USD, &amount),
        AMOUNT_MISSPELLED);
    assert_int_equal(
        amount_parse_digits(bytes_text(""), CURRENCY_USD, &amount),
        AMOUNT_MISSPELLED);
    assert_int_equal(
        amount_parse_digits(bytes_text("5"), CURRENCY_USD, &amount),
        AMOUNT_WRONG_DIGITS);
}

/* Balances may be beyond the cap: they are written all the same. */
static void extreme_amounts_are_written(void **state)
{
    (void)state;
    struct buffer text = buffer_empty();
    amount_append(&text, (struct amount){ INT64_MIN, CURRENCY_USD });
    assert_text(&text, "USD-92233720368547758.08");
    text = buffer_empty();
    amount_append(&text, (struct amount){ INT64_MAX, CURRENCY_JPY });
    assert_text(&text, "JPY9223372036854775807");
}

/* What parses is written as it was, over random damage. */
static void amounts_are_inverses(void **state)
{
    (void)state;
    struct random_source source = { 6 };
    static const char alphabet[] = "001925-.+ ";
    size_t accepted = 0;
    for (unsigned i = 0; i < 300000; i++) {
        char text[3 + 8];
        struct amount amount;
        size_t length = 3 + random_below(&source, sizeof text - 2);
        memcpy(text, currency_code((enum currency)random_below(
            &source, CURRENCY_COUNT)), 3);
        for (size_t k = 3; k < length; k++)
            text[k] = alphabet[random_below(&source, sizeof alphabet - 1)];
        if (amount_parse(bytes_of(text, length), &amount) != AMOUNT_SPELLED)
            continue;
        struct buffer again = buffer_empty();
        accepted++;
        amount_append(&again, amount);
        assert_true(bytes_equal(buffer_bytes(&again), bytes_of(text, length)));
        buffer_free(&again);
    }
    assert_true(accepted > 1000);
}

static void sums_tell_of_overflow(void **state)
{
    (void)state;
    int64_t out = 42;
    assert_false(minor_add(INT64_MAX, 1, &out));
    assert_false(minor_add(INT64_MIN, -1, &out));
    assert_false(minor_subtract(INT64_MIN, 1, &out));
    assert_false(minor_subtract(0, INT64_MIN, &out));
    assert_true(out == 42);
    assert_true(minor_add(INT64_MAX, INT64_MIN, &out) && out == -1);
    assert_true(minor_add(INT64_MAX - 1, 1, &out) && out == INT64_MAX);
    assert_true(minor_subtract(-1, INT64_MIN, &out) && out == INT64_MAX);
    assert_true(minor_subtract(3, 5, &out) && out == -2);
}

/* ---- rates ---- */

static void rates_have_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t digits;
        unsigned scale;
    } good[] = {
        { "0", 0, 0 }, { "1", 1, 0 }, { "12.27", 1227, 2 },
        { "0.01", 1, 2 }, { "0.000000000001", 1, 12 }, { "10", 10, 0 },
        { "999999999999999999", RATE_DIGITS_MAX, 0 },
        { "999999.999999999999", RATE_DIGITS_MAX, 12 },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct rate rate;
        struct buffer text = buffer_empty();
        assert_true(rate_parse(bytes_text(good[i].text), &rate));
        assert_true(rate.digits == good[i].digits);
        assert_int_equal(rate.scale, good[i].scale);
        rate_append(&text, rate);
        assert_text(&text, good[i].text);
    }
    static const char *const bad[] = { "", "-1", "+1", ".5", "5.", "1.0",
        "12.270", "0.0", "00", "01", "00.5", "1.2.3", "1e5", " 1", "1 ",
        "1,5", "0.0000000000001", "1000000000000000000",
        "9999999.999999999999", "-0", "1/3" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct rate rate = { 42, 1 };
        if (rate_parse(bytes_text(bad[i]), &rate))
            fail_msg("\"%s\"", bad[i]);
        assert_true(rate.digits == 42 && rate.scale == 1);
    }
    struct buffer text = buffer_empty();
    rate_append(&text, (struct rate){ 12000, 3 });
    assert_text(&text, "12");
    text = buffer_empty();
    rate_append(&text, (struct rate){ 0, 5 });
    assert_text(&text, "0");
}

/* Columns: the amount times one half; rounded half even, half away from
 * zero, down, up. */
static void halves_round_four_ways(void **state)
{
    (void)state;
    static const int64_t rows[][5] = {
        { 0, 0, 0, 0, 0 }, { 1, 0, 1, 0, 1 }, { 2, 1, 1, 1, 1 },
        { 3, 2, 2, 1, 2 }, { 5, 2, 3, 2, 3 }, { 7, 4, 4, 3, 4 },
        { -1, 0, -1, 0, -1 }, { -3, -2, -2, -1, -2 },
        { -5, -2, -3, -2, -3 }, { -7, -4, -4, -3, -4 },
        { -2, -1, -1, -1, -1 },
    };
    static const enum rounding ways[] = { ROUND_HALF_EVEN, ROUND_HALF_AWAY,
        ROUND_DOWN, ROUND_UP };
    const struct rate half = { 5, 1 };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t way = 0; way < 4; way++) {
            int64_t out = 99;
            assert_true(
                minor_times_rate(rows[i][0], half, ways[way], &out));
            assert_true(out == rows[i][way + 1]);
            assert_true(
                minor_times_ratio(rows[i][0], 1, 2, ways[way], &out));
            assert_true(out == rows[i][way + 1]);
        }
}

/* OPERATIONS.md, "Numbers that must come out": 100.00 x 12.27 = 1,227.00
 * MXN; excise of 1 % on 282.00 is 2.82; provisions by ageing. */
static void published_examples_come_out(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        struct rate rate;
        int64_t result;
    } rows[] = {
        { 10000, { 1227, 2 }, 122700 },
        { 28200, { 1, 2 }, 282 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t out;
        assert_true(minor_times_rate(
            rows[i].amount, rows[i].rate, ROUND_HALF_AWAY, &out));
        assert_true(out == rows[i].result);
    }
    static const struct {
        int64_t amount;
        struct rate rate;
    } provisions[] = { { 5984698, { 33, 4 } }, { 8272, { 88, 3 } },
        { 2882, { 286, 3 } }, { 842, { 638, 3 } }, { 1100, { 902, 3 } } };
    int64_t sum = 0;
    for (size_t i = 0; i < 5; i++) {
        int64_t out;
        /* in thousandths, so that only the sum is rounded */
        assert_true(minor_times_rate(provisions[i].amount * 1000,
            provisions[i].rate, ROUND_HALF_AWAY, &out));
        assert_true(minor_add(sum, out, &sum));
    }
    assert_true((sum + 500) / 1000 == 22831);
}

static void products_tell_of_overflow(void **state)
{
    (void)state;
    int64_t out = 42;
    const struct rate two = { 2, 0 };
    const struct rate one = { 1, 0 };
    const struct rate odd = { 1, RATE_SCALE_MAX + 1 };
    const struct rate largest = { RATE_DIGITS_MAX, RATE_SCALE_MAX };
    assert_false(minor_times_rate(INT64_MAX, two, ROUND_DOWN, &out));
    assert_false(minor_times_rate(INT64_MIN, two, ROUND_DOWN, &out));
    assert_false(minor_times_rate(INT64_MIN, largest, ROUND_DOWN, &out));
    assert_false(minor_times_rate(1, odd, ROUND_DOWN, &out));
    assert_false(minor_times_ratio(1, 1, 0, ROUND_DOWN, &out));
    assert_false(minor_times_ratio(1, 1, -1, ROUND_DOWN, &out));
    assert_false(minor_times_ratio(INT64_MIN, -1, 1, ROUND_DOWN, &out));
    assert_false(
        minor_times_ratio(INT64_MIN, INT64_MIN, INT64_MAX, ROUND_UP, &out));
    assert_true(out == 42);
    assert_true(minor_times_rate(INT64_MIN, one, ROUND_DOWN, &out));
    assert_true(out == INT64_MIN);
    assert_true(minor_times_ratio(
        INT64_MAX, INT64_MAX, INT64_MAX, ROUND_HALF_EVEN, &out));
    assert_true(out == INT64_MAX);
    assert_true(minor_times_ratio(INT64_MIN, 1, INT64_MAX, ROUND_UP, &out));
    assert_true(out == -2);
}

/* The definition of each rounding, over random products. */
static void rounding_is_the_nearest_or_the_side(void **state)
{
    (void)state;
    struct random_source source = { 7 };
    for (unsigned i = 0; i < 100000; i++) {
        int64_t minor = (int64_t)random_next(&source) >> random_below(
            &source, 62);
        int64_t top = (int64_t)random_next(&source) >> random_below(
            &source, 62);
        int64_t bottom = 1 + (int64_t)(random_next(&source) >> (1 +
            random_below(&source, 62)));
        wide exact = (wide)minor * top; /* over bottom */
        enum rounding way = (enum rounding)(i % 4);
        int64_t out;
        if (bottom <= 0 ||
            !minor_times_ratio(minor, top, bottom, way, &out))
            continue;
        wide error = (wide)out * bottom - exact; /* over bottom */
        wide size = error < 0 ? -error : error;
        bool outward = exact < 0 ? error < 0 : error > 0;
        assert_true(size < bottom);
        if (way == ROUND_DOWN)
            assert_true(error == 0 || !outward);
        if (way == ROUND_UP)
            assert_true(error == 0 || outward);
        if (way == ROUND_HALF_EVEN) {
            assert_true(size * 2 <= bottom);
            assert_true(size * 2 != bottom || out % 2 == 0);
        }
        if (way == ROUND_HALF_AWAY) {
            assert_true(size * 2 <= bottom);
            assert_true(size * 2 != bottom || outward);
        }
    }
}

/* ---- sharing out ---- */

static void shares_of_known_cases(void **state)
{
    (void)state;
    static const struct {
        int64_t total;
        size_t count;
        int64_t weights[5];
        int64_t parts[5];
    } rows[] = {
        { 100, 3, { 1, 1, 1 }, { 34, 33, 33 } }, /* ties: the earlier one */
        { 101, 3, { 1, 1, 1 }, { 34, 34, 33 } },
        { 0, 2, { 1, 2 }, { 0, 0 } },
        { 1, 3, { 0, 0, 5 }, { 0, 0, 1 } },
        { 10, 4, { 0, 1, 0, 2 }, { 0, 3, 0, 7 } },
        { 5, 1, { 9 }, { 5 } },
        /* three for one: club, federal, state, municipal */
        { 16823670, 4, { 1, 1, 1, 1 },
            { 4205918, 4205918, 4205917, 4205917 } },
        /* "Alabama paradox" in Wikipedia, and in electowiki: one more to
         * share out, and a part shrinks */
        { 10, 3, { 6, 6, 2 }, { 4, 4, 2 } },
        { 11, 3, { 6, 6, 2 }, { 5, 5, 1 } },
        { 323, 4, { 567, 385, 42, 6 }, { 183, 124, 14, 2 } },
        { 324, 4, { 567, 385, 42, 6 }, { 184, 125, 13, 2 } },
        { INT64_MAX, 2, { INT64_C(1) << 61, INT64_C(1) << 61 },
            { INT64_MAX / 2 + 1, INT64_MAX / 2 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t parts[5] = { 0 };
        assert_true(minor_allocate(
            rows[i].total, rows[i].weights, rows[i].count, parts));
        for (size_t k = 0; k < rows[i].count; k++)
            if (parts[k] != rows[i].parts[k])
                fail_msg("row %zu part %zu: %lld", i, k,
                    (long long)parts[k]);
    }
}

static void other_shares_are_refused(void **state)
{
    (void)state;
    static const struct {
        int64_t total;
        size_t count;
        int64_t weights[2];
    } rows[] = {
        { 1, 0, { 1, 1 } },
        { 1, 2, { 0, 0 } },
        { 1, 2, { 1, -1 } },
        { 1, 2, { -1, 5 } },
        { -1, 2, { 1, 1 } },
        { 1, 2, { INT64_C(1) << 62, 1 } },
        { 1, 2, { INT64_MAX, INT64_MAX } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t parts[2] = { 42, 43 };
        assert_false(minor_allocate(
            rows[i].total, rows[i].weights, rows[i].count, parts));
        assert_true(parts[0] == 42 && parts[1] == 43);
    }
}

/* Hamilton's method as it is told: floors, then one unit each to the
 * largest remainder that has none yet, the earlier one of equals. */
static void allocate_naively(
    int64_t total, const int64_t *weights, size_t count, int64_t *parts)
{
    wide sum = 0;
    int64_t left = total;
    bool given[40] = { false };
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++) {
        parts[i] = (int64_t)((wide)total * weights[i] / sum);
        left -= parts[i];
    }
    for (; left > 0; left--) {
        size_t best = count;
        for (size_t i = 0; i < count; i++)
            if (!given[i] &&
                (best == count || (wide)total * weights[i] % sum >
                        (wide)total * weights[best] % sum))
                best = i;
        assert_true(best < count);
        given[best] = true;
        parts[best]++;
    }
}

static void shares_sum_to_the_total(void **state)
{
    (void)state;
    struct random_source source = { 8 };
    for (unsigned i = 0; i < 10000; i++) {
        int64_t weights[40], parts[40], naive[40];
        size_t count = 1 + random_below(&source, 40);
        unsigned shift = 8 + (unsigned)random_below(&source, 56);
        int64_t sum = 0, shared = 0;
        for (size_t k = 0; k < count; k++) {
            weights[k] = (int64_t)(random_next(&source) >> shift);
            if (random_below(&source, 5) == 0 || weights[k] > (INT64_C(1)
                    << 62) - sum)
                weights[k] = 0;
            if (k > 0 && random_below(&source, 4) == 0 &&
                weights[k - 1] <= (INT64_C(1) << 62) - sum)
                weights[k] = weights[k - 1]; /* equal remainders */
            sum += weights[k];
        }
        int64_t total = (int64_t)(random_next(&source) >> (1 +
            random_below(&source, 63)));
        bool good = minor_allocate(total, weights, count, parts);
        assert_int_equal(good, sum > 0);
        if (!good)
            continue;
        allocate_naively(total, weights, count, naive);
        for (size_t k = 0; k < count; k++) {
            assert_true(parts[k] == naive[k]);
            assert_true(weights[k] > 0 || parts[k] == 0);
            shared += parts[k];
        }
        assert_true(shared == total);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(currencies_have_codes_and_digits),
        cmocka_unit_test(amounts_have_one_spelling),
        cmocka_unit_test(other_amounts_are_refused),
        cmocka_unit_test(extreme_amounts_are_written),
        cmocka_unit_test(amounts_are_inverses),
        cmocka_unit_test(sums_tell_of_overflow),
        cmocka_unit_test(rates_have_one_spelling),
        cmocka_unit_test(halves_round_four_ways),
        cmocka_unit_test(published_examples_come_out),
        cmocka_unit_test(products_tell_of_overflow),
        cmocka_unit_test(rounding_is_the_nearest_or_the_side),
        cmocka_unit_test(shares_of_known_cases),
        cmocka_unit_test(other_shares_are_refused),
        cmocka_unit_test(shares_sum_to_the_total),
    };
    return cmocka_run_group_tests_name("amount", tests, NULL, NULL);
}
