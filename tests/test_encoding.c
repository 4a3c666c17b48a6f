/*
 * Base64, hexadecimal, UTF-8 and free text: published vectors, one
 * spelling each, and every misspelling refused.
 */
#include <posito/encoding.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static void assert_buffer(const struct buffer *buffer, const char *expected)
{
    assert_false(buffer->failed);
    assert_int_equal(buffer->length, strlen(expected));
    assert_memory_equal(buffer_bytes(buffer).data, expected, buffer->length);
}

/* RFC 4648 section 10. */
static void base64_fits_the_rfc(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "+/+/" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer text = buffer_empty();
        uint8_t out[8] = { 0 };
        size_t length = strlen(rows[i][0]);
        base64_append(&text, bytes_text(rows[i][0]));
        assert_buffer(&text, rows[i][1]);
        assert_int_equal(text.length, BASE64_LENGTH(length));
        assert_true(base64_decode(bytes_text(rows[i][1]), out, length));
        assert_memory_equal(out, rows[i][0], length + 1);
        buffer_clear(&text);
        buffer_char(&text, '>');
        assert_true(base64_decode_any(bytes_text(rows[i][1]), &text));
        assert_int_equal(text.length, length + 1);
        assert_memory_equal(text.data + 1, rows[i][0], length);
        buffer_free(&text);
    }
}

static void base64_refuses_other_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        { "Zh==", 1 }, /* non-zero trailing bits */
        { "Zm9=", 2 },
        { "Zg", 1 },   /* no padding */
        { "Zg=", 1 },
        { "Zg===", 1 },
        { "Zg=A", 1 },
        { "Z===", 1 },
        { "====", 1 },
        { "Zg==", 2 }, /* another length than asked for */
        { "Zm8=", 1 },
        { "Zm8=", 3 },
        { "Zm9v", 2 },
        { "Zg==Zg==", 4 },
        { "Zm 9v", 3 },
        { "Zm9v\n", 3 },
        { "Zm9-", 3 }, /* the alphabet for addresses */
        { "Zm9_", 3 },
        { "Zm9\x80", 3 },
        { "Zm9\xff", 3 },
        { "", 1 },
        { "A", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t out[8];
        if (base64_decode(bytes_text(rows[i].text), out, rows[i].length))
            fail_msg("\"%s\" as %zu bytes", rows[i].text, rows[i].length);
    }
    static const char *const any[] = { "Zh==", "Zg", "Z===", "====", "Zg=A",
        "Zg==Zg==", "Zm9-", "=", "A", "AAAAA" };
    for (size_t i = 0; i < sizeof any / sizeof *any; i++) {
        struct buffer out = buffer_empty();
        if (base64_decode_any(bytes_text(any[i]), &out))
            fail_msg("\"%s\"", any[i]);
        assert_int_equal(out.length, 0);
        buffer_free(&out);
    }
}

/* Of every four characters exactly the canonical ones decode. */
static void base64_last_quantum_is_unique(void **state)
{
    (void)state;
    size_t accepted = 0;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            uint8_t out;
            const uint8_t text[4] = { (uint8_t)a, (uint8_t)b, '=', '=' };
            struct buffer again = buffer_empty();
            if (!base64_decode(bytes_of(text, 4), &out, 1))
                continue;
            accepted++;
            base64_append(&again, bytes_of(&out, 1));
            assert_memory_equal(again.data, text, 4);
            buffer_free(&again);
        }
    assert_int_equal(accepted, 256);
}

/* Every byte in every place of three groups of four. */
static void base64_takes_its_digits_everywhere(void **state)
{
    (void)state;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t place = 0; place < 12; place++)
        for (unsigned c = 0; c < 256; c++) {
            uint8_t text[12], out[9];
            memcpy(text, "Zm9vYmFyYmF6", 12);
            text[place] = (uint8_t)c;
            bool taken = base64_decode(bytes_of(text, 12), out, 9);
            if (taken != (c != 0 && strchr(digits, (int)c) != NULL))
                fail_msg("byte %u in place %zu", c, place);
        }
}

static void base64_and_hex_are_inverses(void **state)
{
    (void)state;
    struct random_source source = { 1 };
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t data[100], back[100];
        struct buffer text = buffer_empty();
        size_t length = random_below(&source, sizeof data);
        random_bytes(&source, data, length);
        base64_append(&text, bytes_of(data, length));
        assert_true(base64_decode(buffer_bytes(&text), back, length));
        assert_memory_equal(data, back, length);
        buffer_clear(&text);
        hex_append(&text, bytes_of(data, length));
        assert_true(hex_decode(buffer_bytes(&text), back, length));
        assert_memory_equal(data, back, length);
        buffer_free(&text);
    }
}

static void encoders_fail_in_a_full_buffer(void **state)
{
    (void)state;
    char memory[4];
    struct buffer out = buffer_over(memory, 3);
    base64_append(&out, bytes_text("foo"));
    assert_true(out.failed);
    out = buffer_over(memory, 2);
    assert_false(base64_decode_any(bytes_text("Zm9v"), &out));
    assert_true(out.failed);
    out = buffer_over(memory, 2);
    assert_false(text_decode(bytes_text("abc"), &out));
    assert_true(out.failed);
}

static void hex_has_lower_case_only(void **state)
{
    (void)state;
    uint8_t out[2] = { 0 };
    struct buffer text = buffer_empty();
    hex_append(&text, bytes_text("\xa0\x0f"));
    assert_buffer(&text, "a00f");
    buffer_free(&text);
    assert_true(hex_decode(bytes_text("a09f"), out, 2));
    assert_int_equal(out[0], 0xa0);
    assert_int_equal(out[1], 0x9f);
    static const char *const bad[] = { "A09f", "a09", "a09f0", "a09g", "a0 f",
        "a0:f", "a0/f", "", "a0`f" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(hex_decode(bytes_text(bad[i]), out, 2));
}

/* ---- UTF-8 ---- */

/* What is well-formed, by encoding each scalar value: an independent way. */
static size_t encode_scalar(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = length; i > 1; i--, c >>= 6)
        out[i - 1] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(leads[length] | c);
    return length;
}

static void utf8_takes_every_scalar_value(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        uint8_t text[4];
        size_t length = encode_scalar(c, text);
        bool surrogate = c >= 0xd800 && c < 0xe000;
        if (utf8_valid(bytes_of(text, length)) == surrogate)
            fail_msg("U+%04X", c);
        if (length > 1 && utf8_valid(bytes_of(text, length - 1)))
            fail_msg("U+%04X cut short", c);
    }
}

static void utf8_refuses_what_is_ill_formed(void **state)
{
    (void)state;
    static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf",
        "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "\xfe", "a\xc3", "\xc3(", "\xe2\x82(", "\xe2(\xa1",
        "\xf0\x9f\x98", "\xf0(\x8c\xbc", "\xc3\xb1\xb1" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (utf8_valid(bytes_text(bad[i])))
            fail_msg("row %zu", i);
    assert_true(utf8_valid(bytes_of(NULL, 0)));
    assert_true(utf8_valid(
        bytes_text("p\xc3\xb3sito \xe2\x80\x94 \xf0\x9f\x8c\xbd")));
}

/* Of all sequences of two bytes, as many as there ought to be. */
static void utf8_counts_pairs(void **state)
{
    (void)state;
    size_t accepted = 0;
    for (unsigned pair = 0; pair < 65536; pair++) {
        const uint8_t text[2] = { (uint8_t)(pair >> 8), (uint8_t)pair };
        accepted += utf8_valid(bytes_of(text, 2));
    }
    assert_int_equal(accepted, 128 * 128 + (0x800 - 0x80));
}

/* ---- free text ---- */

static void text_has_golden_spellings(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "a b", "a%20b" },
        { "100%", "100%25" },
        { "!~", "!~" },
        { "remesa a Jal\xc3\xb3", "remesa%20a%20Jal%C3%B3" },
        { "\xc2\xa0", "%C2%A0" },
        { "=,:/\"", "=,:/\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buffer out = buffer_empty();
        text_encode(&out, bytes_text(rows[i][0]));
        assert_buffer(&out, rows[i][1]);
        assert_true(text_valid(bytes_text(rows[i][1])));
        buffer_clear(&out);
        assert_true(text_decode(bytes_text(rows[i][1]), &out));
        assert_buffer(&out, rows[i][0]);
        buffer_free(&out);
    }
}

static void text_refuses_other_spellings(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",            /* empty */
        "a b",         /* a raw space */
        "a\xc3\xb3",   /* raw bytes above ASCII */
        "a\x7f",
        "a\n",
        "%41",         /* a byte that stands for itself */
        "%7E",
        "%21",
        "%c3%b3",      /* lower-case digits */
        "%C3%b3",
        "%2",          /* cut short */
        "%",
        "a%",
        "%G0",
        "%0G",
        "%C3",         /* ill-formed UTF-8 */
        "%C3a",
        "%80",
        "%ED%A0%80",
        "%C0%80",
        "%FF",
        "%00",         /* controls */
        "%0A",
        "%1F",
        "%7F",
        "%C2%80",
        "%C2%85",
        "%C2%9F",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buffer out = buffer_empty();
        if (text_valid(bytes_text(bad[i])) ||
            text_decode(bytes_text(bad[i]), &out))
            fail_msg("\"%s\"", bad[i]);
        assert_int_equal(out.length, 0);
        buffer_free(&out);
    }
    /* Bytes of other characters that look like those of C2 80-9F. */
    assert_true(text_valid(bytes_text("%C3%82%C3%80")));
    assert_true(text_valid(bytes_text("%E0%A0%80%E2%82%80")));
}

/* What decodes encodes to the same bytes, over random text and damage. */
static void text_has_one_spelling(void **state)
{
    (void)state;
    struct random_source source = { 2 };
    static const char alphabet[] = "%%%%02C38E9AaBb~! 7F";
    size_t accepted = 0;
    for (unsigned i = 0; i < 200000; i++) {
        char text[9];
        size_t length = 1 + random_below(&source, sizeof text);
        struct buffer plain = buffer_empty();
        for (size_t k = 0; k < length; k++)
            text[k] = alphabet[random_below(&source, sizeof alphabet - 1)];
        if (text_decode(bytes_of(text, length), &plain)) {
            struct buffer again = buffer_empty();
            accepted++;
            assert_true(utf8_valid(buffer_bytes(&plain)));
            text_encode(&again, buffer_bytes(&plain));
            assert_true(
                bytes_equal(buffer_bytes(&again), bytes_of(text, length)));
            buffer_free(&again);
        }
        buffer_free(&plain);
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_fits_the_rfc),
        cmocka_unit_test(base64_refuses_other_spellings),
        cmocka_unit_test(base64_last_quantum_is_unique),
        cmocka_unit_test(base64_takes_its_digits_everywhere),
        cmocka_unit_test(base64_and_hex_are_inverses),
        cmocka_unit_test(encoders_fail_in_a_full_buffer),
        cmocka_unit_test(hex_has_lower_case_only),
        cmocka_unit_test(utf8_takes_every_scalar_value),
        cmocka_unit_test(utf8_refuses_what_is_ill_formed),
        cmocka_unit_test(utf8_counts_pairs),
        cmocka_unit_test(text_has_golden_spellings),
        cmocka_unit_test(text_refuses_other_spellings),
        cmocka_unit_test(text_has_one_spelling),
    };
    return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
