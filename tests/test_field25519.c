/*
 * The numbers under the checking of signatures, against OpenSSL's: random
 * ones and such whose limbs are as large as field25519.h allows, or the same
 * number spelled in another way.
 */
#include "../protocol/field25519.h"

#include <openssl/bn.h>
#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROUNDS 3000

/* The largest limb of each kind. */
#define NARROW ((UINT64_C(1) << 51) + (UINT64_C(1) << 18) - 1)
#define WIDE ((UINT64_C(1) << 54) - 1)
#define TAKEN_AWAY ((UINT64_C(1) << 53) - 76)

static BN_CTX *bn;
static BIGNUM *p;

/* ---- numbers ---- */

/* The same ones in each run. */
static uint64_t random_u64(void)
{
    static uint64_t count;
    uint8_t seed[randombytes_SEEDBYTES] = {0};
    uint64_t value;
    memcpy(seed, &count, sizeof count);
    count++;
    randombytes_buf_deterministic(&value, sizeof value, seed);
    return value;
}

/* Up to a limb, often at its ends or at the bits that are carried. */
static uint64_t random_limb(uint64_t most)
{
    switch (random_u64() % 6) {
    case 0:
        return most;
    case 1:
        return most - random_u64() % 4;
    case 2:
        return random_u64() % 2;
    case 3:
        return FIELD_LIMB_MASK + random_u64() % 2;
    default:
        return random_u64() % (most + 1);
    }
}

static struct field random_field(uint64_t most)
{
    struct field a;
    for (int i = 0; i < 5; i++)
        a.limb[i] = random_limb(most);
    return a;
}

static struct field all_limbs(uint64_t limb)
{
    return (struct field){{limb, limb, limb, limb, limb}};
}

static BIGNUM *number(struct field a)
{
    BIGNUM *sum = BN_new();
    BIGNUM *limb = BN_new();
    assert_true(sum != NULL && limb != NULL);
    BN_zero(sum);
    for (int i = 4; i >= 0; i--) {
        assert_int_equal(BN_lshift(sum, sum, FIELD_LIMB_BITS), 1);
        assert_int_equal(BN_set_word(limb, a.limb[i]), 1);
        assert_int_equal(BN_add(sum, sum, limb), 1);
    }
    BN_free(limb);
    return sum;
}

static void expect_narrow(struct field a, const char *what)
{
    for (int i = 0; i < 5; i++)
        if (a.limb[i] > NARROW)
            fail_msg(
                "%s: limb %d is %llx", what, i, (unsigned long long)a.limb[i]);
}

/* Is a the number modulo p?  Frees it. */
static void expect(struct field a, BIGNUM *wanted, const char *what)
{
    uint8_t spelled[32];
    uint8_t right[32];
    assert_int_equal(BN_nnmod(wanted, wanted, p, bn), 1);
    assert_int_equal(BN_bn2lebinpad(wanted, right, 32), 32);
    field_spell(a, spelled);
    if (memcmp(spelled, right, 32) != 0)
        fail_msg("%s: %s", what, BN_bn2hex(wanted));
    assert_int_equal(field_is_zero(a), BN_is_zero(wanted));
    assert_int_equal(field_is_odd(a), BN_is_odd(wanted));
    BN_free(wanted);
}

static BIGNUM *product(struct field a, struct field b)
{
    BIGNUM *one = number(a);
    BIGNUM *other = number(b);
    assert_int_equal(BN_mul(one, one, other, bn), 1);
    BN_free(other);
    return one;
}

/* ---- arithmetic ---- */

static void check_product(struct field a, struct field b)
{
    struct field times = field_times(a, b);
    struct field square = field_square(a);
    expect_narrow(times, "a product");
    expect_narrow(square, "a square");
    expect(times, product(a, b), "a product");
    expect(square, product(a, a), "a square");
}

static void test_products(void **state)
{
    (void)state;
    check_product(all_limbs(WIDE), all_limbs(WIDE));
    check_product(all_limbs(NARROW), all_limbs(WIDE));
    for (int i = 0; i < 5; i++) {
        struct field one = all_limbs(0);
        one.limb[i] = WIDE;
        for (int j = 0; j < 5; j++) {
            struct field other = all_limbs(0);
            other.limb[j] = WIDE;
            check_product(one, other);
        }
    }
    for (int i = 0; i < ROUNDS; i++)
        check_product(random_field(WIDE), random_field(WIDE));
}

static void check_sums(struct field a, struct field b)
{
    BIGNUM *sum = number(a);
    BIGNUM *difference = number(a);
    BIGNUM *other = number(b);
    assert_int_equal(BN_add(sum, sum, other), 1);
    assert_int_equal(BN_sub(difference, difference, other), 1);
    expect(field_plus(a, b), sum, "a sum");
    expect(field_minus(a, b), difference, "a difference");
    BN_free(other);
}

static void test_sums(void **state)
{
    (void)state;
    check_sums(all_limbs(WIDE), all_limbs(TAKEN_AWAY));
    check_sums(all_limbs(0), all_limbs(TAKEN_AWAY));
    check_sums(all_limbs(0), all_limbs(0));
    for (int i = 0; i < ROUNDS; i++)
        check_sums(random_field(WIDE), random_field(TAKEN_AWAY));
    /* As the header says of them: what a product may take. */
    struct field two = field_plus(all_limbs(NARROW), all_limbs(NARROW));
    assert_true(two.limb[0] < UINT64_C(1) << 53);
    struct field wide = field_minus(two, all_limbs(0));
    for (int i = 0; i < 5; i++)
        assert_true(wide.limb[i] <= WIDE);
    wide = field_minus(all_limbs(0), two);
    for (int i = 0; i < 5; i++)
        assert_true(wide.limb[i] <= WIDE);
}

static void test_narrowed(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct field a = random_field((UINT64_C(1) << 63) - 1);
        struct field narrow = field_narrow(a);
        expect_narrow(narrow, "a narrowed number");
        expect(narrow, number(a), "a narrowed number");
    }
}

static void test_inverses(void **state)
{
    (void)state;
    assert_true(field_is_zero(field_inverse(field_of(0))));
    assert_true(field_equal(field_inverse(field_of(1)), field_of(1)));
    for (int i = 0; i < ROUNDS / 10; i++) {
        struct field a = random_field(WIDE);
        BIGNUM *wanted = number(a);
        struct field inverse = field_inverse(a);
        expect_narrow(inverse, "an inverse");
        assert_non_null(BN_mod_inverse(wanted, wanted, p, bn));
        expect(inverse, wanted, "an inverse");
    }
}

/* ---- roots ---- */

/* Euler: a^((p-1)/2) is 1 of a square, p - 1 of another number. */
static bool is_square(struct field above, struct field below)
{
    BIGNUM *a = product(above, below); /* as square as above / below */
    BIGNUM *half = BN_dup(p);
    assert_int_equal(BN_rshift1(half, half), 1);
    assert_int_equal(BN_mod_exp(a, a, half, p, bn), 1);
    bool square = BN_is_one(a) || BN_is_zero(a);
    BN_free(a);
    BN_free(half);
    return square;
}

static void test_roots(void **state)
{
    int squares = 0;
    (void)state;
    for (int i = 0; i < ROUNDS / 5; i++) {
        struct field above = random_field(NARROW);
        struct field below = random_field(NARROW);
        struct field root;
        bool found = field_root(above, below, &root);
        assert_int_equal(found, is_square(above, below));
        squares += found;
        if (found)
            assert_true(
                field_equal(field_times(field_square(root), below), above));
    }
    assert_in_range(squares, ROUNDS / 5 / 3, ROUNDS / 5 * 2 / 3);
    struct field root;
    assert_true(field_root(field_of(0), field_of(3), &root));
    assert_true(field_is_zero(root));
    /* -1 is a square, 2 is none, modulo p. */
    assert_true(
        field_root(field_minus(field_of(0), field_of(1)), field_of(1), &root));
    assert_true(field_is_zero(field_plus(field_square(root), field_of(1))));
    assert_false(field_root(field_of(2), field_of(1), &root));
}

/* ---- spellings ---- */

/* p itself, and p as limbs that are not carried. */
static const struct field spellings_of_p[] = {
    {{FIELD_LIMB_MASK - 18, FIELD_LIMB_MASK, FIELD_LIMB_MASK, FIELD_LIMB_MASK,
        FIELD_LIMB_MASK}},
    {{2 * FIELD_LIMB_MASK - 17, FIELD_LIMB_MASK - 1, FIELD_LIMB_MASK,
        FIELD_LIMB_MASK, FIELD_LIMB_MASK}},
    {{2 * (FIELD_LIMB_MASK - 18), 2 * FIELD_LIMB_MASK, 2 * FIELD_LIMB_MASK,
        2 * FIELD_LIMB_MASK, 2 * FIELD_LIMB_MASK}},
    {{0, 0, 0, 0, 0}},
};

static void test_spellings_of_one_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_true(field_is_zero(spellings_of_p[i]));
        for (uint64_t more = 0; more < 40; more++) {
            struct field a = spellings_of_p[i];
            a.limb[0] += more;
            assert_true(field_equal(a, field_of(more)));
            assert_int_equal(field_is_odd(a), more % 2);
            assert_false(field_equal(a, field_of(more + 1)));
            if (i == 3 || more == 0)
                continue;
            a.limb[0] -= 2 * more; /* below a multiple of p */
            assert_true(field_is_zero(field_plus(a, field_of(more))));
            assert_int_equal(field_is_odd(a), more % 2 == 0);
        }
    }
}

/* 2^255 - 20 + step, as 32 bytes: below p for step 0 alone. */
static void test_parsed(void **state)
{
    (void)state;
    for (unsigned step = 0; step < 20; step++) {
        uint8_t text[32];
        struct field a;
        memset(text, 0xff, sizeof text);
        text[31] = 0x7f;
        text[0] = (uint8_t)(0xec + step);
        assert_int_equal(field_parse(text, &a), step == 0);
        text[31] |= 0x80; /* no part of the number */
        assert_int_equal(field_parse(text, &a), step == 0);
    }
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t text[32];
        uint8_t again[32];
        struct field a;
        for (int j = 0; j < 32; j += 8) {
            uint64_t word = random_u64();
            memcpy(text + j, &word, sizeof word);
        }
        text[31] &= 0x7f;
        BIGNUM *wanted = BN_lebin2bn(text, sizeof text, NULL);
        assert_non_null(wanted);
        assert_true(field_parse(text, &a));
        field_spell(a, again);
        assert_memory_equal(text, again, sizeof text);
        expect(a, wanted, "a parsed number");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_narrowed),
        cmocka_unit_test(test_inverses),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_spellings_of_one_number),
        cmocka_unit_test(test_parsed),
    };
    if (sodium_init() < 0)
        return 1;
    bn = BN_CTX_new();
    if (bn == NULL || BN_hex2bn(&p, "7fffffffffffffffffffffffffffffffffffffff"
                                    "ffffffffffffffffffffffed") == 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    BN_free(p);
    BN_CTX_free(bn);
    return failed;
}
