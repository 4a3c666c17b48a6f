/*
 * Checking with a key's multiples: the published examples, then the sums
 * for scalars at the ends of what digits can be, and signatures that are
 * made to be accepted by whoever leaves out one of the checks.  The judge
 * is libsodium: what it refuses is never accepted, what an honest signer
 * makes always is.
 */
#include "../protocol/key_multiples.h"
#include "small_order.h"

#include <posito/encoding.h>

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scalar {
    uint8_t data[32];
};

/* L = 2^252 + 27742317777372353535851937790883648493 */
static const struct scalar group_order = {{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
    0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10}};

static void from_hex(const char *hex, uint8_t *out, size_t length)
{
    assert_true(hex_decode(bytes_text(hex), out, length));
}

/* A key whose secret scalar is known: A = a B. */
struct signer {
    struct secret_key secret;
    struct public_key key;
    struct scalar a;
    struct key_multiples *multiples;
};

static void signer_open(struct signer *signer, uint8_t number)
{
    uint8_t hash[64];
    uint8_t seed[32] = {number, 7};
    (void)crypto_sign_seed_keypair(signer->key.data, signer->secret.data, seed);
    /* RFC 8032 5.1.5 */
    (void)crypto_hash_sha512(hash, seed, sizeof seed);
    hash[0] &= 0xf8;
    hash[31] = (uint8_t)((hash[31] & 0x7f) | 0x40);
    memset(hash + 32, 0, 32);
    crypto_core_ed25519_scalar_reduce(signer->a.data, hash);
    signer->multiples = key_multiples_new(&signer->key);
    assert_non_null(signer->multiples);
}

static void signer_close(struct signer *signer)
{
    key_multiples_free(signer->multiples);
}

/* Both, which must agree; the verdict. */
static bool check(const struct signer *signer,
    const struct signature *signature, struct bytes message)
{
    bool theirs = signature_check(signature, message, &signer->key);
    bool ours = key_multiples_check(signer->multiples, signature, message);
    if (ours != theirs)
        fail_msg("libsodium says %d, the multiples %d", theirs, ours);
    return ours;
}

/* ---- published ---- */

/* RFC 8032 7.1, tests 1 to 3 */
static const struct {
    const char *key, *message, *signature;
} published[] = {
    {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

static void test_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        struct public_key key;
        struct signature signature;
        uint8_t message[8] = {0};
        size_t length = strlen(published[i].message) / 2;
        from_hex(published[i].key, key.data, 32);
        from_hex(published[i].signature, signature.data, 64);
        from_hex(published[i].message, message, length);
        struct key_multiples *multiples = key_multiples_new(&key);
        assert_non_null(multiples);
        assert_true(key_multiples_check(
            multiples, &signature, bytes_of(message, length)));
        message[length] = 1;
        assert_false(key_multiples_check(
            multiples, &signature, bytes_of(message, length + 1)));
        key_multiples_free(multiples);
    }
}

/* ---- honest ones, and one bit from them ---- */

static void test_honest(void **state)
{
    uint8_t message[600];
    (void)state;
    memset(message, 'x', sizeof message);
    for (uint8_t i = 0; i < 20; i++) {
        struct signer signer;
        signer_open(&signer, i);
        for (size_t length = 0; length < sizeof message; length += 29) {
            struct signature signature;
            struct bytes text = bytes_of(message, length);
            signature_make(&signature, text, &signer.secret);
            assert_true(check(&signer, &signature, text));
        }
        signer_close(&signer);
    }
}

static void test_flips(void **state)
{
    struct signer signer;
    struct signature signature;
    uint8_t message[100] = "one hundred bytes";
    struct bytes text = bytes_of(message, sizeof message);
    (void)state;
    signer_open(&signer, 1);
    signature_make(&signature, text, &signer.secret);
    for (unsigned bit = 0; bit < 512; bit++) {
        signature.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(check(&signer, &signature, text));
        signature.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (unsigned bit = 0; bit < 800; bit++) {
        message[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(check(&signer, &signature, text));
        message[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_true(check(&signer, &signature, text));
    signer_close(&signer);
}

/* ---- sums ---- */

/* scalar times a point of the main subgroup; libsodium gives no neutral
 * point, and takes no scalar that would. */
static void multiply(
    uint8_t out[32], const struct scalar *scalar, const uint8_t *point)
{
    struct scalar reduced;
    uint8_t wide[64] = {0};
    memcpy(wide, scalar->data, 32);
    crypto_core_ed25519_scalar_reduce(reduced.data, wide);
    memset(out, 0, 32);
    out[0] = 1;
    if (sodium_is_zero(reduced.data, 32) == 0)
        assert_int_equal(
            crypto_scalarmult_ed25519_noclamp(out, reduced.data, point), 0);
}

static void check_sum(
    const struct signer *signer, const struct scalar *s, const struct scalar *h)
{
    static const struct scalar one = {{1}};
    uint8_t base[32];
    uint8_t left[32];
    uint8_t right[32];
    uint8_t wanted[32];
    uint8_t found[32];
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(base, one.data), 0);
    multiply(left, s, base);
    multiply(right, h, signer->key.data);
    assert_int_equal(crypto_core_ed25519_sub(wanted, left, right), 0);
    key_multiples_sum(signer->multiples, s->data, h->data, found);
    assert_memory_equal(found, wanted, sizeof found);
}

/* Six bits each: all the same digit. */
static struct scalar digits(unsigned digit)
{
    struct scalar scalar = {{0}};
    for (unsigned bit = 0; bit < 253; bit++)
        if ((digit >> bit % 6 & 1) != 0)
            scalar.data[bit / 8] |= (uint8_t)(1U << bit % 8);
    return scalar;
}

static struct scalar power_of_two(unsigned bit)
{
    struct scalar scalar = {{0}};
    scalar.data[bit / 8] = (uint8_t)(1U << bit % 8);
    return scalar;
}

/* L + number, which may be below zero */
static struct scalar near_order(int number)
{
    struct scalar scalar = group_order;
    scalar.data[0] = (uint8_t)(scalar.data[0] + number);
    return scalar;
}

#define EDGES (64 + 4 + 253)

static void list_edges(struct scalar edges[EDGES])
{
    size_t count = 0;
    for (unsigned digit = 0; digit < 64; digit++)
        edges[count++] = digits(digit);
    for (int i = -2; i < 2; i++)
        edges[count++] = near_order(i);
    for (unsigned bit = 0; bit < 253; bit++)
        edges[count++] = power_of_two(bit);
    assert_int_equal(count, EDGES);
}

static void test_sums(void **state)
{
    static struct scalar edges[EDGES];
    static const struct scalar none = {{0}};
    struct signer signer;
    (void)state;
    signer_open(&signer, 3);
    list_edges(edges);
    for (size_t i = 0; i < EDGES; i++) {
        check_sum(&signer, &edges[i], &none);
        check_sum(&signer, &none, &edges[i]);
        check_sum(&signer, &edges[i], &edges[EDGES - 1 - i]);
        check_sum(&signer, &edges[i], &edges[(i * 7 + 5) % EDGES]);
    }
    signer_close(&signer);
}

/* ---- forged by who knows how ---- */

/* h = SHA-512(R, A, message) modulo L */
static struct scalar challenge_of(
    const uint8_t r[32], const struct public_key *key, struct bytes message)
{
    crypto_hash_sha512_state hash;
    uint8_t wide[64];
    struct scalar h;
    (void)crypto_hash_sha512_init(&hash);
    (void)crypto_hash_sha512_update(&hash, r, 32);
    (void)crypto_hash_sha512_update(&hash, key->data, 32);
    (void)crypto_hash_sha512_update(&hash, message.data, message.length);
    (void)crypto_hash_sha512_final(&hash, wide);
    crypto_core_ed25519_scalar_reduce(h.data, wide);
    return h;
}

/* S = r + h a, so that S B - h A = r B; R is whatever was given. */
static void answer_to(struct signature *out, const struct signer *signer,
    const uint8_t big_r[32], const struct scalar *r, struct bytes message)
{
    struct scalar h = challenge_of(big_r, &signer->key, message);
    memcpy(out->data, big_r, 32);
    crypto_core_ed25519_scalar_mul(out->data + 32, h.data, signer->a.data);
    crypto_core_ed25519_scalar_add(out->data + 32, out->data + 32, r->data);
}

/* r = 0: the sum is the neutral point, R spelled so or of small order. */
static void test_small_r(void **state)
{
    static const struct scalar none = {{0}};
    struct bytes text = bytes_text("nobody signed this");
    struct signer signer;
    (void)state;
    signer_open(&signer, 4);
    for (size_t i = 0; i < SMALL_SPELLINGS; i++) {
        struct signature signature;
        uint8_t r[32];
        from_hex(small_order[i], r, 32);
        answer_to(&signature, &signer, r, &none, text);
        assert_false(check(&signer, &signature, text));
    }
    signer_close(&signer);
}

/* R = r B + T, T of small order: who checks eight times the equation, or
 * many at once, accepts it. */
static void test_r_beside_the_subgroup(void **state)
{
    struct bytes text = bytes_text("signed by a crook");
    struct signer signer;
    (void)state;
    signer_open(&signer, 5);
    for (size_t i = 0; i < SMALL_POINTS; i++) {
        struct signature signature;
        struct scalar r = {{9, 8, 7}};
        uint8_t big_r[32];
        uint8_t t[32];
        from_hex(small_order[i], t, 32);
        assert_int_equal(
            crypto_scalarmult_ed25519_base_noclamp(big_r, r.data), 0);
        assert_int_equal(crypto_core_ed25519_add(big_r, big_r, t), 0);
        answer_to(&signature, &signer, big_r, &r, text);
        assert_int_equal(check(&signer, &signature, text), i == 0);
    }
    signer_close(&signer);
}

/* The sum is r B, and R is that but for a bit. */
static void test_r_but_for_a_bit(void **state)
{
    struct bytes text = bytes_text("nearly signed");
    struct scalar r = {{3, 1, 4}};
    struct signer signer;
    struct signature signature;
    uint8_t big_r[32];
    (void)state;
    signer_open(&signer, 10);
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(big_r, r.data), 0);
    answer_to(&signature, &signer, big_r, &r, text);
    assert_true(check(&signer, &signature, text));
    for (unsigned bit = 0; bit < 256; bit++) {
        big_r[bit / 8] ^= (uint8_t)(1U << bit % 8);
        answer_to(&signature, &signer, big_r, &r, text);
        assert_false(check(&signer, &signature, text));
        big_r[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    signer_close(&signer);
}

/* S + L fits the equation as S does. */
static void test_large_s(void **state)
{
    struct bytes text = bytes_text("twice the same");
    struct signer signer;
    struct signature signature;
    (void)state;
    signer_open(&signer, 6);
    signature_make(&signature, text, &signer.secret);
    assert_true(check(&signer, &signature, text));
    sodium_add(signature.data + 32, group_order.data, 32);
    assert_false(check(&signer, &signature, text));
    /* S = L, and L - 1 */
    memcpy(signature.data + 32, group_order.data, 32);
    assert_false(check(&signer, &signature, text));
    signature.data[32]--;
    assert_false(check(&signer, &signature, text));
    memset(signature.data + 32, 0xff, 32);
    assert_false(check(&signer, &signature, text));
    signer_close(&signer);
}

/* No multiples of a key that is not registered: of small order, misspelled,
 * no point, or outside the main subgroup. */
static void test_keys_that_are_none(void **state)
{
    struct signer signer;
    struct public_key key;
    (void)state;
    for (size_t i = 0; i < SMALL_SPELLINGS; i++) {
        from_hex(small_order[i], key.data, 32);
        assert_null(key_multiples_new(&key));
    }
    signer_open(&signer, 7);
    for (size_t i = 1; i < SMALL_POINTS; i++) {
        uint8_t t[32];
        from_hex(small_order[i], t, 32);
        assert_int_equal(
            crypto_core_ed25519_add(key.data, signer.key.data, t), 0);
        assert_null(key_multiples_new(&key));
    }
    memset(key.data, 0xff, sizeof key.data);
    assert_null(key_multiples_new(&key));
    key = (struct public_key){{2}};
    assert_null(key_multiples_new(&key));
    signer_close(&signer);
}

/* Another key's multiples do not do. */
static void test_another_key(void **state)
{
    struct bytes text = bytes_text("mine");
    struct signer mine;
    struct signer other;
    struct signature signature;
    (void)state;
    signer_open(&mine, 8);
    signer_open(&other, 9);
    signature_make(&signature, text, &mine.secret);
    assert_true(check(&mine, &signature, text));
    assert_false(check(&other, &signature, text));
    signer_close(&mine);
    signer_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_honest),
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_small_r),
        cmocka_unit_test(test_r_beside_the_subgroup),
        cmocka_unit_test(test_r_but_for_a_bit),
        cmocka_unit_test(test_large_s),
        cmocka_unit_test(test_keys_that_are_none),
        cmocka_unit_test(test_another_key),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
