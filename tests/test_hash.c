/*
 * SHA-256 against the published examples and against libsodium's.
 */
#include <posito/encoding.h>
#include <posito/hash.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "random_operation.h"

/* NIST, "SHA-256" examples of FIPS 180-4 (csrc.nist.gov): one block, two
 * blocks; the empty one from the CAVP short messages. */
static const char *const examples[][2] = {
    { "",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void assert_hash(struct hash got, const char *hex)
{
    struct hash expected;
    assert_true(hex_decode(bytes_text(hex), expected.data, 32));
    assert_memory_equal(got.data, expected.data, 32);
    assert_true(hash_equal(&got, &expected));
}

static void published_examples_come_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        assert_hash(hash_of(bytes_text(examples[i][0])), examples[i][1]);
}

/* A million times "a": the third example of FIPS 180-2 appendix B. */
static void long_input_comes_in_pieces(void **state)
{
    (void)state;
    char piece[1000];
    struct hasher *hasher = hasher_new();
    memset(piece, 'a', sizeof piece);
    assert_non_null(hasher);
    for (int i = 0; i < 1000; i++) {
        hasher_add(hasher, bytes_of(piece, sizeof piece));
        hasher_add(hasher, bytes_of(NULL, 0));
    }
    assert_hash(hasher_end(hasher),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    hasher_free(NULL);
    hasher_free(hasher_new());
}

static void parts_are_one_after_the_other(void **state)
{
    (void)state;
    struct random_source source = { 4 };
    for (unsigned i = 0; i < 5000; i++) {
        uint8_t data[300];
        struct hash expected;
        size_t length = random_below(&source, sizeof data);
        size_t first = random_below(&source, length + 1);
        size_t second = first + random_below(&source, length - first + 1);
        random_bytes(&source, data, length);
        crypto_hash_sha256(expected.data, data, length);
        struct hash whole = hash_of(bytes_of(data, length));
        struct hash parts = hash_of_parts(bytes_of(data, first),
            bytes_of(data + first, second - first),
            bytes_of(data + second, length - second));
        assert_true(hash_equal(&whole, &expected));
        assert_true(hash_equal(&parts, &expected));
    }
}

static void hashes_differ_in_any_byte(void **state)
{
    (void)state;
    struct hash a = hash_of(bytes_text("a"));
    for (size_t i = 0; i < 32; i++) {
        struct hash b = a;
        assert_true(hash_equal(&a, &b));
        b.data[i] ^= 1;
        assert_false(hash_equal(&a, &b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_examples_come_out),
        cmocka_unit_test(long_input_comes_in_pieces),
        cmocka_unit_test(parts_are_one_after_the_other),
        cmocka_unit_test(hashes_differ_in_any_byte),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
