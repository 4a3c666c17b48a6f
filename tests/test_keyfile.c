/*
 * Key files: golden bytes, round trips, and everything that is not one.
 * Key: RFC 8032, 7.1, TEST 1.
 */
#include <posito/encoding.h>
#include <posito/keyfile.h>

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RFC_SEED \
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define RFC_PUBLIC \
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static const char golden_open[] =
    "posito-key v1\n"
    "name la.ana\n"
    "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "secret nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n";

/* The same key under "correct horse", sealed with the least Argon2id takes
 * (1 pass, 8,192 bytes), salt 16 x 01, nonce 24 x 02. */
static const char golden_sealed_text[] =
    "posito-key v1\n"
    "name la.ana\n"
    "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "sealed argon2id 1 8192 AQEBAQEBAQEBAQEBAQEBAQ== "
    "AgICAgICAgICAgICAgICAgICAgICAgIC\n"
    "secret "
    "ZmpWDh84KzryEPpaQ1SH0rTdSQR3ldZxvUIc7yyVhQXwEkr5hxoxsFkQ4ejMzcWq\n";

/* That text from the primitives of libsodium. */
static void golden_sealed(struct buffer *out)
{
    uint8_t salt[crypto_pwhash_SALTBYTES];
    uint8_t nonce[crypto_secretbox_NONCEBYTES];
    uint8_t key[crypto_secretbox_KEYBYTES];
    uint8_t seed[32];
    uint8_t box[48];
    memset(salt, 1, sizeof salt);
    memset(nonce, 2, sizeof nonce);
    assert_true(hex_decode(bytes_text(RFC_SEED), seed, sizeof seed));
    assert_int_equal(crypto_pwhash(key, sizeof key, "correct horse", 13,
                         salt, 1, 8192, crypto_pwhash_ALG_ARGON2ID13),
        0);
    (void)crypto_secretbox_easy(box, seed, sizeof seed, nonce, key);
    buffer_text(out,
        "posito-key v1\nname la.ana\n"
        "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "sealed argon2id 1 8192 ");
    base64_append(out, bytes_of(salt, sizeof salt));
    buffer_char(out, ' ');
    base64_append(out, bytes_of(nonce, sizeof nonce));
    buffer_text(out, "\nsecret ");
    base64_append(out, bytes_of(box, sizeof box));
    buffer_char(out, '\n');
}

static void check_key(const struct keyfile *file)
{
    uint8_t seed[32];
    uint8_t public_key[32];
    assert_true(hex_decode(bytes_text(RFC_SEED), seed, sizeof seed));
    assert_true(hex_decode(
        bytes_text(RFC_PUBLIC), public_key, sizeof public_key));
    assert_string_equal(file->name, "la.ana");
    assert_memory_equal(file->public_key.data, public_key, 32);
    assert_memory_equal(file->secret.data, seed, 32);
    assert_memory_equal(file->secret.data + 32, public_key, 32);
}

static bool has_no_secret(const struct keyfile *file)
{
    return sodium_is_zero(file->secret.data, sizeof file->secret.data) == 1;
}

static void test_open_golden(void **state)
{
    struct keyfile file;
    struct buffer text = buffer_empty();
    (void)state;
    assert_int_equal(
        keyfile_read(bytes_text(golden_open), NULL, &file), KEYFILE_OPEN);
    check_key(&file);
    assert_false(file.sealed);
    assert_int_equal(keyfile_write(&text, &file, NULL), 0);
    assert_int_equal(text.length, sizeof golden_open - 1);
    assert_memory_equal(text.data, golden_open, text.length);
    /* An open file needs no passphrase; one does no harm. */
    assert_int_equal(
        keyfile_read(bytes_text(golden_open), "x", &file), KEYFILE_OPEN);
    keyfile_forget(&file);
    assert_true(has_no_secret(&file));
    buffer_free(&text);
}

static void test_sealed_golden(void **state)
{
    struct keyfile file;
    struct buffer text = buffer_empty();
    (void)state;
    golden_sealed(&text);
    assert_int_equal(text.length, sizeof golden_sealed_text - 1);
    assert_memory_equal(text.data, golden_sealed_text, text.length);
    struct bytes bytes = buffer_bytes(&text);
    assert_int_equal(
        keyfile_read(bytes, NULL, &file), KEYFILE_NEEDS_PASSPHRASE);
    assert_true(file.sealed);
    assert_string_equal(file.name, "la.ana");
    assert_true(has_no_secret(&file));
    assert_int_equal(keyfile_read(bytes, "correct horsf", &file),
        KEYFILE_WRONG_PASSPHRASE);
    assert_true(has_no_secret(&file));
    assert_string_equal(file.name, "la.ana");
    assert_int_equal(
        keyfile_read(bytes, "correct horse", &file), KEYFILE_OPEN);
    check_key(&file);
    buffer_free(&text);
}

/* What this program seals, it opens, with MODERATE's strength. */
static void test_round_trip(void **state)
{
    struct keyfile file;
    struct keyfile again;
    struct buffer text = buffer_empty();
    (void)state;
    assert_int_equal(
        keyfile_read(bytes_text(golden_open), NULL, &file), KEYFILE_OPEN);
    assert_int_equal(keyfile_write(&text, &file, "año nuevo"), 0);
    assert_true(text.length <= KEYFILE_TEXT_MAX);
    assert_non_null(memmem(text.data, text.length,
        "\nsealed argon2id 3 268435456 ", 29));
    assert_null(memmem(text.data, text.length, "nWGxne/9WmC6hEr0", 16));
    assert_int_equal(
        keyfile_read(buffer_bytes(&text), "ano nuevo", &again),
        KEYFILE_WRONG_PASSPHRASE);
    assert_int_equal(
        keyfile_read(buffer_bytes(&text), "año nuevo", &again),
        KEYFILE_OPEN);
    check_key(&again);
    assert_true(again.sealed);
    buffer_free(&text);
}

static void test_log_name(void **state)
{
    struct keyfile file;
    struct keyfile again;
    struct buffer text = buffer_empty();
    (void)state;
    assert_int_equal(
        keyfile_read(bytes_text(golden_open), NULL, &file), KEYFILE_OPEN);
    memset(file.name, 'o', NOTE_NAME_MAX);
    assert_int_equal(keyfile_write(&text, &file, NULL), 0);
    assert_int_equal(
        keyfile_read(buffer_bytes(&text), NULL, &again), KEYFILE_OPEN);
    assert_string_equal(again.name, file.name);
    buffer_free(&text);
}

/* Every shorter text is refused, and every longer one. */
static void refuse_cuts(struct bytes text, const char *passphrase)
{
    struct keyfile file;
    uint8_t memory[KEYFILE_TEXT_MAX + 1];
    for (size_t length = 0; length < text.length; length++)
        assert_int_equal(keyfile_read(bytes_of(text.data, length),
                             passphrase, &file),
            KEYFILE_MALFORMED);
    memcpy(memory, text.data, text.length);
    for (unsigned c = 0; c < 256; c++) {
        memory[text.length] = (uint8_t)c;
        assert_int_equal(keyfile_read(bytes_of(memory, text.length + 1),
                             passphrase, &file),
            KEYFILE_MALFORMED);
    }
}

static void test_cuts(void **state)
{
    struct buffer text = buffer_empty();
    (void)state;
    golden_sealed(&text);
    refuse_cuts(bytes_text(golden_open), NULL);
    refuse_cuts(buffer_bytes(&text), "correct horse");
    buffer_free(&text);
}

/* No flipped bit gives a key; but the name is only a label. */
static void refuse_flips(struct bytes text, const char *passphrase)
{
    struct keyfile file;
    uint8_t memory[KEYFILE_TEXT_MAX];
    const uint8_t *name = memmem(text.data, text.length, "la.ana", 6);
    assert_non_null(name);
    for (size_t i = 0; i < text.length; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(memory, text.data, text.length);
            memory[i] ^= (uint8_t)(1U << bit);
            enum keyfile_verdict verdict = keyfile_read(
                bytes_of(memory, text.length), passphrase, &file);
            if (text.data + i >= name && text.data + i < name + 6)
                continue;
            assert_true(verdict == KEYFILE_MALFORMED ||
                        verdict == KEYFILE_WRONG_PASSPHRASE ||
                        verdict == KEYFILE_NO_MEMORY);
            assert_true(has_no_secret(&file));
        }
    }
}

static void test_flips(void **state)
{
    struct buffer text = buffer_empty();
    (void)state;
    golden_sealed(&text);
    refuse_flips(bytes_text(golden_open), NULL);
    refuse_flips(buffer_bytes(&text), "correct horse");
    buffer_free(&text);
}

static void test_refused(void **state)
{
    /* sealed line, then whether it is a key file at all */
    static const char *const lines[] = {
        "sealed argon2id 0 8192",
        "sealed argon2id 65 8192",
        "sealed argon2id 01 8192",
        "sealed argon2id 1 8191",
        "sealed argon2id 1 8193",
        "sealed argon2id 1 1073741825",
        "sealed argon2i 1 8192",
        "sealed argon2id 1  8192",
        "sealed argon2id 1",
    };
    struct keyfile file;
    struct buffer text = buffer_empty();
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        buffer_clear(&text);
        buffer_format(&text,
            "posito-key v1\nname la.ana\n"
            "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
            "%s AQEBAQEBAQEBAQEBAQEBAQ== "
            "AgICAgICAgICAgICAgICAgICAgICAgIC\nsecret "
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            "\n",
            lines[i]);
        assert_int_equal(keyfile_read(buffer_bytes(&text), "x", &file),
            KEYFILE_MALFORMED);
    }
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_golden),
        cmocka_unit_test(test_sealed_golden),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_log_name),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_refused),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
