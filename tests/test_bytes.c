/*
 * Views, the sticky cursor, the sticky buffer, decimal numbers.
 */
#include <posito/bytes.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT(buffer) buffer_bytes(&(buffer))

static void assert_bytes(struct bytes got, const char *expected)
{
    assert_int_equal(got.length, strlen(expected));
    assert_memory_equal(got.data, expected, got.length);
}

static void empty_views_are_equal(void **state)
{
    (void)state;
    struct bytes none = bytes_of(NULL, 0);
    assert_non_null(none.data);
    assert_true(bytes_equal(none, bytes_text("")));
    assert_true(bytes_equal((struct bytes){ NULL, 0 }, none));
    assert_int_equal(bytes_compare(none, (struct bytes){ NULL, 0 }), 0);
    assert_int_equal(bytes_of(NULL, 9).length, 0);
}

static void views_compare_as_memcmp(void **state)
{
    (void)state;
    assert_true(bytes_compare(bytes_text("ab"), bytes_text("abc")) < 0);
    assert_true(bytes_compare(bytes_text("b"), bytes_text("abc")) > 0);
    assert_true(bytes_compare(bytes_text("\xff"), bytes_text("a")) > 0);
    assert_int_equal(bytes_compare(bytes_text("ab"), bytes_text("ab")), 0);
    assert_false(bytes_equal_text(bytes_text("ab"), "abc"));
    assert_false(bytes_equal_text(bytes_text("abc"), "abd"));
    assert_true(bytes_start_with(bytes_text("abc"), "ab"));
    assert_true(bytes_start_with(bytes_text("abc"), ""));
    assert_false(bytes_start_with(bytes_text("ab"), "abc"));
    assert_false(bytes_start_with(bytes_text("ab"), "b"));
}

static void lines_are_split_at_feeds(void **state)
{
    (void)state;
    struct bytes rest = bytes_text("one\n\ntail");
    struct bytes line = bytes_text("before");
    assert_true(bytes_next_line(&rest, &line));
    assert_bytes(line, "one");
    assert_true(bytes_next_line(&rest, &line));
    assert_bytes(line, "");
    assert_false(bytes_next_line(&rest, &line));
    assert_bytes(line, "");
    assert_bytes(rest, "tail");
    rest = bytes_of(NULL, 0);
    assert_false(bytes_next_line(&rest, &line));
}

static void numbers_have_golden_bytes(void **state)
{
    (void)state;
    static const uint8_t golden[] = {
        0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xcd, 0xab, 0x89,
        0x67, 0x45, 0x23, 0x01, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x01, 0x23, 0x45, 0x67, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
        0xcd, 0xef,
    };
    struct buffer buffer = buffer_empty();
    buffer_u8(&buffer, 0x01);
    buffer_u16(&buffer, 0x4523);
    buffer_u32(&buffer, 0xcdab8967);
    buffer_u64(&buffer, UINT64_C(0x0123456789abcdef));
    buffer_i64(&buffer, -2);
    buffer_be32(&buffer, 0x01234567);
    buffer_be64(&buffer, UINT64_C(0x0123456789abcdef));
    assert_false(buffer.failed);
    assert_int_equal(buffer.length, sizeof golden);
    assert_memory_equal(buffer.data, golden, sizeof golden);

    struct cursor cursor = cursor_open(TEXT(buffer));
    assert_int_equal(cursor_u8(&cursor), 0x01);
    assert_int_equal(cursor_u16(&cursor), 0x4523);
    assert_int_equal(cursor_u32(&cursor), 0xcdab8967);
    assert_true(cursor_u64(&cursor) == UINT64_C(0x0123456789abcdef));
    assert_true(cursor_i64(&cursor) == -2);
    assert_int_equal(cursor_be32(&cursor), 0x01234567);
    assert_false(cursor_done(&cursor));
    assert_true(cursor_be64(&cursor) == UINT64_C(0x0123456789abcdef));
    assert_true(cursor_done(&cursor));
    buffer_free(&buffer);
}

static void cursor_sticks_to_its_first_failure(void **state)
{
    (void)state;
    uint8_t copy[3] = { 9, 9, 9 };
    struct cursor cursor = cursor_open(bytes_text("\x01\x02\x03"));
    assert_int_equal(cursor_u8(&cursor), 1);
    assert_int_equal(cursor_u32(&cursor), 0);
    assert_true(cursor.failed);
    assert_int_equal(cursor_u8(&cursor), 0);
    assert_int_equal(cursor_take(&cursor, 1).length, 0);
    cursor_copy(&cursor, copy, sizeof copy);
    assert_int_equal(copy[0] | copy[1] | copy[2], 0);
    assert_false(cursor_done(&cursor));

    cursor = cursor_open((struct bytes){ NULL, 0 });
    assert_true(cursor_done(&cursor));
    assert_int_equal(cursor_take(&cursor, SIZE_MAX).length, 0);
    assert_false(cursor_done(&cursor));
}

static void cursor_takes_views_and_copies(void **state)
{
    (void)state;
    char copy[2];
    struct cursor cursor = cursor_open(bytes_text("abcde"));
    assert_bytes(cursor_take(&cursor, 3), "abc");
    cursor_copy(&cursor, copy, 0);
    cursor_copy(&cursor, copy, 2);
    assert_memory_equal(copy, "de", 2);
    assert_true(cursor_done(&cursor));
}

static void buffer_grows_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct buffer buffer = buffer_empty();
    assert_int_equal(TEXT(buffer).length, 0);
    for (unsigned i = 0; i < 100000; i++)
        buffer_u8(&buffer, (uint8_t)(i % 251));
    assert_false(buffer.failed);
    assert_int_equal(buffer.length, 100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(buffer.data[i], i % 251);
    buffer_free(&buffer);
    buffer_free(&buffer);
    assert_null(buffer.data);
    buffer_text(&buffer, "again");
    assert_bytes(TEXT(buffer), "again");
    buffer_free(&buffer);
}

static void buffer_over_memory_fails_when_full(void **state)
{
    (void)state;
    char memory[6] = "......";
    struct buffer buffer = buffer_over(memory, 5);
    buffer_text(&buffer, "abc");
    buffer_format(&buffer, "%d", 42);
    assert_false(buffer.failed);
    assert_bytes(TEXT(buffer), "abc42");
    buffer_char(&buffer, 'x');
    assert_true(buffer.failed);
    assert_int_equal(memory[5], '.');
    buffer_truncate(&buffer, 0);
    buffer_drop_front(&buffer, 1);
    assert_false(buffer_reserve(&buffer, 0));
    assert_bytes(TEXT(buffer), "abc42");
    buffer_clear(&buffer);
    buffer_char(&buffer, 'y');
    assert_bytes(TEXT(buffer), "y");
    buffer_free(&buffer);
    assert_ptr_equal(buffer.data, memory);
}

static void buffer_refuses_impossible_sizes(void **state)
{
    (void)state;
    struct buffer buffer = buffer_empty();
    buffer_char(&buffer, 'a');
    assert_false(buffer_reserve(&buffer, SIZE_MAX));
    assert_true(buffer.failed);
    buffer_char(&buffer, 'b');
    assert_bytes(TEXT(buffer), "a");
    buffer_free(&buffer);
    assert_false(buffer.failed);
}

static void buffer_reserve_keeps_the_data_in_place(void **state)
{
    (void)state;
    struct buffer buffer = buffer_empty();
    buffer_char(&buffer, 'a');
    assert_true(buffer_reserve(&buffer, 5000));
    const uint8_t *data = buffer.data;
    for (int i = 0; i < 5000; i++)
        buffer_char(&buffer, 'b');
    assert_ptr_equal(buffer.data, data);
    buffer_free(&buffer);
}

static void buffer_can_be_cut_at_both_ends(void **state)
{
    (void)state;
    struct buffer buffer = buffer_empty();
    buffer_drop_front(&buffer, 0);
    buffer_text(&buffer, "abcdef");
    buffer_truncate(&buffer, 5);
    buffer_drop_front(&buffer, 2);
    assert_bytes(TEXT(buffer), "cde");
    buffer_drop_front(&buffer, 3);
    assert_int_equal(buffer.length, 0);
    buffer_free(&buffer);
}

static void numbers_are_written_in_decimal(void **state)
{
    (void)state;
    struct buffer buffer = buffer_empty();
    buffer_decimal(&buffer, 0);
    buffer_char(&buffer, ' ');
    buffer_decimal(&buffer, UINT64_MAX);
    buffer_char(&buffer, ' ');
    buffer_signed_decimal(&buffer, INT64_MIN);
    buffer_char(&buffer, ' ');
    buffer_signed_decimal(&buffer, -1);
    buffer_char(&buffer, ' ');
    buffer_signed_decimal(&buffer, INT64_MAX);
    assert_bytes(TEXT(buffer),
        "0 18446744073709551615 -9223372036854775808 -1 9223372036854775807");
    buffer_clear(&buffer);
    buffer_format(&buffer, "%s %03u", "a", 7U);
    buffer_format(&buffer, "%1000d", 1);
    assert_int_equal(buffer.length, 5 + 1000);
    assert_int_equal(buffer.data[1004], '1');
    buffer_free(&buffer);
}

static void decimals_have_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t limit;
        bool good;
        uint64_t value;
    } rows[] = {
        { "0", 0, true, 0 },
        { "7", 7, true, 7 },
        { "8", 7, false, 0 },
        { "1", 0, false, 0 },
        { "10", 9, false, 0 },
        { "10", 10, true, 10 },
        { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
        { "18446744073709551616", UINT64_MAX, false, 0 },
        { "99999999999999999999", UINT64_MAX, false, 0 },
        { "184467440737095516150", UINT64_MAX, false, 0 },
        { "9223372036854775807", INT64_MAX, true, INT64_MAX },
        { "9223372036854775808", INT64_MAX, false, 0 },
        { "", 9, false, 0 },
        { "00", 9, false, 0 },
        { "01", 9, false, 0 },
        { "+1", 9, false, 0 },
        { "-1", 9, false, 0 },
        { " 1", 9, false, 0 },
        { "1 ", 9, false, 0 },
        { "1.0", 99, false, 0 },
        { "0x1", 99, false, 0 },
        { "1:", 99, false, 0 },
        { "1/", 99, false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t value = 12345;
        bool good =
            bytes_decimal(bytes_text(rows[i].text), rows[i].limit, &value);
        if (good != rows[i].good ||
            value != (rows[i].good ? rows[i].value : 12345))
            fail_msg("\"%s\"", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_views_are_equal),
        cmocka_unit_test(views_compare_as_memcmp),
        cmocka_unit_test(lines_are_split_at_feeds),
        cmocka_unit_test(numbers_have_golden_bytes),
        cmocka_unit_test(cursor_sticks_to_its_first_failure),
        cmocka_unit_test(cursor_takes_views_and_copies),
        cmocka_unit_test(buffer_grows_and_keeps_what_it_has),
        cmocka_unit_test(buffer_over_memory_fails_when_full),
        cmocka_unit_test(buffer_refuses_impossible_sizes),
        cmocka_unit_test(buffer_reserve_keeps_the_data_in_place),
        cmocka_unit_test(buffer_can_be_cut_at_both_ends),
        cmocka_unit_test(numbers_are_written_in_decimal),
        cmocka_unit_test(decimals_have_one_spelling),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
