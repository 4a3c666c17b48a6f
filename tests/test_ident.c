/*
 * Names of parties, books and keys; ULIDs.
 */
#include <posito/ident.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_operation.h"

static void idents_of_the_grammar_are_taken(void **state)
{
    (void)state;
    static const char *const good[] = { "a", "0", "us", "m1042", "la.ana",
        "a-b", "a.-.b", "9lives", "abcdefghijklmnopqrstuvwxyz01234" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct ident ident;
        memset(&ident, 0xff, sizeof ident);
        assert_true(ident_parse(bytes_text(good[i]), &ident));
        assert_true(bytes_equal_text(ident_bytes(&ident), good[i]));
        for (size_t k = ident.length; k < IDENT_LENGTH_MAX; k++)
            assert_int_equal(ident.text[k], 0);
    }
}

static void other_idents_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", ".", "-", ".a", "-a", "a.", "a-",
        "A", "aB", "a b", "a_b", "a/b", "a:b", "a,b", "a=b", "\xc3\xb1",
        "a\x80z", "a\n", "abcdefghijklmnopqrstuvwxyz012345" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ident ident = ident_of("kept");
        if (ident_parse(bytes_text(bad[i]), &ident))
            fail_msg("\"%s\"", bad[i]);
        assert_true(bytes_equal_text(ident_bytes(&ident), "kept"));
    }
    struct ident ident;
    assert_false(ident_parse(bytes_of("a\0b", 3), &ident));
}

/* Each single byte stands where the grammar lets it, nowhere else. */
static void idents_are_checked_byte_by_byte(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        struct ident ident;
        bool outer = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bool inner = outer || c == '.' || c == '-';
        uint8_t text[3] = { (uint8_t)c, 'x', 'x' };
        assert_int_equal(ident_parse(bytes_of(text, 3), &ident), outer);
        memcpy(text, "xxx", 3);
        text[1] = (uint8_t)c;
        assert_int_equal(ident_parse(bytes_of(text, 3), &ident), inner);
        memcpy(text, "xxx", 3);
        text[2] = (uint8_t)c;
        assert_int_equal(ident_parse(bytes_of(text, 3), &ident), outer);
        assert_int_equal(ident_parse(bytes_of(text + 2, 1), &ident), outer);
    }
}

static void idents_compare(void **state)
{
    (void)state;
    struct ident a = ident_of("ana"), b = ident_of("anb");
    struct ident longer = ident_of("anab"), again = ident_of("ana");
    assert_true(ident_equal(&a, &again));
    assert_false(ident_equal(&a, &b));
    assert_false(ident_equal(&a, &longer));
}

/* ---- ULIDs ---- */

static void assert_ulid(const struct ulid *ulid, const char *expected)
{
    struct buffer text = buffer_empty();
    ulid_append(&text, ulid);
    assert_true(bytes_equal_text(buffer_bytes(&text), expected));
    buffer_free(&text);
}

/* The time of the specification's example: 1469918176385 is 01ARYZ6S41. */
static void ulid_fits_the_specification(void **state)
{
    (void)state;
    static const uint8_t zeros[10] = { 0 };
    static const uint8_t counted[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
    struct ulid ulid = ulid_make(UINT64_C(1469918176385), zeros);
    assert_ulid(&ulid, "01ARYZ6S410000000000000000");
    ulid = ulid_make(0, counted);
    assert_ulid(&ulid, "0000000000041061050R3GG28A");
    ulid = ulid_make(UINT64_C(0xffffffffffff), zeros);
    assert_ulid(&ulid, "7ZZZZZZZZZ0000000000000000");
    assert_true(ulid_parse(bytes_text("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), &ulid));
    for (size_t i = 0; i < sizeof ulid.data; i++)
        assert_int_equal(ulid.data[i], 0xff);
    assert_true(ulid_parse(bytes_text("00000000000000000000000001"), &ulid));
    for (size_t i = 0; i < sizeof ulid.data; i++)
        assert_int_equal(ulid.data[i], i == 15);
}

static void other_ulids_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "",
        "01ARYZ6S41000000000000000",   /* 25 */
        "01ARYZ6S4100000000000000000", /* 27 */
        "81ARYZ6S410000000000000000",  /* more than 128 bits */
        "Z1ARYZ6S410000000000000000",
        "01aRYZ6S410000000000000000",  /* lower case */
        "01IRYZ6S410000000000000000",  /* letters Crockford leaves out */
        "01LRYZ6S410000000000000000",
        "01ORYZ6S410000000000000000",
        "01URYZ6S410000000000000000",
        "01ARYZ6S41-000000000000000",
        "01ARYZ6S41000000000000000\x80" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ulid ulid = { { 7 } };
        if (ulid_parse(bytes_text(bad[i]), &ulid))
            fail_msg("\"%s\"", bad[i]);
        assert_int_equal(ulid.data[0], 7);
    }
    struct ulid ulid;
    assert_false(
        ulid_parse(bytes_of("01ARYZ6S41\0" "000000000000000", 26), &ulid));
}

static void ulids_are_inverses_and_keep_the_order(void **state)
{
    (void)state;
    struct random_source source = { 3 };
    struct ulid last = { { 0 } };
    uint8_t last_text[ULID_LENGTH];
    memset(last_text, '0', sizeof last_text);
    for (unsigned i = 0; i < 20000; i++) {
        struct ulid ulid, back;
        struct buffer text = buffer_empty();
        random_bytes(&source, ulid.data, sizeof ulid.data);
        ulid_append(&text, &ulid);
        assert_int_equal(text.length, ULID_LENGTH);
        assert_true(ulid_parse(buffer_bytes(&text), &back));
        assert_memory_equal(ulid.data, back.data, sizeof ulid.data);
        int bytes = memcmp(ulid.data, last.data, sizeof ulid.data);
        int texts = memcmp(text.data, last_text, ULID_LENGTH);
        assert_int_equal(bytes < 0, texts < 0);
        last = ulid;
        memcpy(last_text, text.data, ULID_LENGTH);
        buffer_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idents_of_the_grammar_are_taken),
        cmocka_unit_test(other_idents_are_refused),
        cmocka_unit_test(idents_are_checked_byte_by_byte),
        cmocka_unit_test(idents_compare),
        cmocka_unit_test(ulid_fits_the_specification),
        cmocka_unit_test(other_ulids_are_refused),
        cmocka_unit_test(ulids_are_inverses_and_keep_the_order),
    };
    return cmocka_run_group_tests_name("ident", tests, NULL, NULL);
}
