/*
 * Points of the curve, against libsodium's: adding and doubling for all
 * kinds of pairs, spelling, and what is refused as no point's spelling.
 */
#include "../protocol/edwards25519.h"
#include "small_order.h"

#include <posito/encoding.h>

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct text {
    uint8_t data[32];
};

static struct text from_hex(const char *hex)
{
    struct text text;
    assert_true(hex_decode(bytes_text(hex), text.data, 32));
    return text;
}

static struct text spell(struct point p)
{
    struct text text;
    point_spell(&p, text.data);
    return text;
}

static struct point parse(struct text text)
{
    struct point p;
    assert_true(point_parse(text.data, &p));
    return p;
}

static struct addend addend_of(struct point p)
{
    struct addend addend;
    point_addends(&p, 1, &addend);
    return addend;
}

static struct point plus(struct point p, struct point q)
{
    struct addend addend = addend_of(q);
    return point_plus(p, &addend);
}

static struct point minus(struct point p, struct point q)
{
    struct addend addend = addend_of(q);
    return point_minus(p, &addend);
}

/* number times B, as libsodium has it */
static struct text base_times(unsigned number)
{
    struct text text;
    uint8_t scalar[32] = {
        (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16)};
    assert_int_equal(
        crypto_scalarmult_ed25519_base_noclamp(text.data, scalar), 0);
    return text;
}

static void expect_same(struct point p, struct text wanted, const char *what)
{
    struct text text = spell(p);
    if (memcmp(&text, &wanted, sizeof text) != 0)
        fail_msg("%s is another point", what);
}

/* ---- spelling ---- */

static void test_base(void **state)
{
    (void)state;
    /* RFC 8032 5.1, B */
    expect_same(point_base(),
        from_hex("5866666666666666666666666666666666666666666666666666666666"
                 "666666"),
        "B");
    expect_same(point_neutral(), from_hex(small_order[0]), "the neutral point");
}

static void test_spelled_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMALL_POINTS; i++)
        expect_same(parse(from_hex(small_order[i])), from_hex(small_order[i]),
            small_order[i]);
    for (unsigned i = 1; i < 300; i++)
        expect_same(parse(base_times(i)), base_times(i), "a multiple of B");
}

/* Of all y below 2000 and their negatives: half are points, which libsodium
 * can add; the others it refuses, as we do. */
static void test_which_are_points(void **state)
{
    unsigned points = 0;
    (void)state;
    for (unsigned i = 2; i < 2000; i++) {
        struct text text = {{0}};
        struct text sum;
        struct text base = base_times(1);
        struct point p;
        text.data[0] = (uint8_t)i;
        text.data[1] = (uint8_t)(i >> 8);
        text.data[31] = i % 3 == 0 ? 0x80 : 0;
        bool is_point =
            crypto_core_ed25519_add(sum.data, text.data, base.data) == 0;
        assert_int_equal(point_parse(text.data, &p), is_point);
        points += is_point;
        if (is_point)
            expect_same(plus(p, point_base()), sum, "a sum");
    }
    assert_in_range(points, 900, 1100);
}

static void test_misspelled(void **state)
{
    struct text large;
    struct point p;
    (void)state;
    for (size_t i = SMALL_POINTS; i < SMALL_SPELLINGS; i++)
        if (point_parse(from_hex(small_order[i]).data, &p))
            fail_msg("%s was taken", small_order[i]);
    memset(&large, 0xff, sizeof large);
    assert_false(point_parse(large.data, &p));
}

/* ---- adding ---- */

static void check_pair(struct text one, struct text other)
{
    struct point p = parse(one);
    struct point q = parse(other);
    struct text wanted;
    assert_int_equal(
        crypto_core_ed25519_add(wanted.data, one.data, other.data), 0);
    expect_same(plus(p, q), wanted, "a sum");
    assert_int_equal(
        crypto_core_ed25519_sub(wanted.data, one.data, other.data), 0);
    expect_same(minus(p, q), wanted, "a difference");
    expect_same(plus(p, point_negative(q)), wanted, "a sum with -q");
    /* From other z than 1, too. */
    expect_same(minus(plus(p, q), q), one, "p + q - q");
    expect_same(point_double(plus(p, q)),
        spell(plus(plus(point_double(p), q), q)), "2 (p + q)");
}

static void test_pairs(void **state)
{
    struct text all[SMALL_POINTS + 24];
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < SMALL_POINTS; i++)
        all[count++] = from_hex(small_order[i]);
    for (unsigned i = 1; i <= 8; i++) {
        struct text multiple = base_times(i * i * 31);
        struct point p = parse(multiple);
        all[count++] = multiple;
        all[count++] = spell(point_negative(p));
        /* in the whole curve's group */
        all[count++] =
            spell(plus(p, parse(from_hex(small_order[i % SMALL_POINTS]))));
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            check_pair(all[i], all[j]);
}

static void test_doubled(void **state)
{
    struct point p = point_base();
    struct point sum = point_base();
    (void)state;
    for (unsigned i = 1; i < 20; i++) {
        p = point_double(p);
        expect_same(p, base_times(1U << i), "2^i B");
        expect_same(
            point_double(sum), spell(plus(sum, sum)), "a point doubled");
        sum = plus(sum, p);
    }
    for (size_t i = 0; i < SMALL_POINTS; i++) {
        struct point small_one = parse(from_hex(small_order[i]));
        expect_same(point_double(small_one), spell(plus(small_one, small_one)),
            small_order[i]);
        for (int j = 0; j < 3; j++)
            small_one = point_double(small_one);
        expect_same(small_one, from_hex(small_order[0]), "eight times it");
    }
}

/* Many at once are the same as one at a time. */
static void test_addends(void **state)
{
    struct point points[POINT_ADDENDS_MAX];
    struct addend all[POINT_ADDENDS_MAX];
    (void)state;
    points[0] = parse(from_hex(small_order[5]));
    for (size_t i = 1; i < POINT_ADDENDS_MAX; i++)
        points[i] = plus(points[i - 1], point_base());
    for (size_t count = 1; count <= POINT_ADDENDS_MAX; count++) {
        point_addends(points, count, all);
        for (size_t i = 0; i < count; i++)
            expect_same(point_plus(point_neutral(), &all[i]), spell(points[i]),
                "an addend");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_spelled_again),
        cmocka_unit_test(test_which_are_points),
        cmocka_unit_test(test_misspelled),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_doubled),
        cmocka_unit_test(test_addends),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
