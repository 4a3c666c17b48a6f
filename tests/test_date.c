/*
 * Dates and instants: every day of the range against an independent
 * count, and every misspelling refused.
 */
#include <posito/date.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "random_operation.h"

#define FIRST_DAY (-25567)
#define LAST_DAY 376199

static void assert_date(struct date date, const char *expected)
{
    struct buffer text = buffer_empty();
    date_append(&text, date);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.data, expected, text.length);
    buffer_free(&text);
}

static struct date date_read(const char *text)
{
    struct date date;
    assert_true(date_parse(bytes_text(text), &date));
    return date;
}

/* Day after day by hand, from 1900-01-01, a Monday. */
static void every_day_follows_the_one_before(void **state)
{
    (void)state;
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
        30, 31 };
    int year = 1900, month = 1, day = 1, weekday = 0;
    for (int32_t days = FIRST_DAY; days <= LAST_DAY; days++) {
        struct date date = { days }, back;
        int y, m, d;
        char text[40];
        date_split(date, &y, &m, &d);
        assert_true(y == year && m == month && d == day);
        assert_int_equal(date_of(year, month, day).days, days);
        assert_true(date_exists(year, month, day));
        assert_int_equal(date_weekday(date), weekday);
        (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
        assert_date(date, text);
        assert_true(date_parse(bytes_text(text), &back));
        assert_int_equal(back.days, days);

        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        int length = lengths[month - 1] + (leap && month == 2 ? 1 : 0);
        weekday = (weekday + 1) % 7;
        if (++day > length) {
            assert_false(date_exists(year, month, day));
            day = 1;
            month++;
        }
        if (month > 12) {
            month = 1;
            year++;
        }
    }
    assert_int_equal(year, 3000);
}

static void days_beyond_the_range_still_split(void **state)
{
    (void)state;
    int year, month, day;
    date_split((struct date){ INT32_MIN }, &year, &month, &day);
    assert_true(month >= 1 && month <= 12 && day >= 1 && day <= 31);
    date_split((struct date){ -719529 }, &year, &month, &day);
    assert_true(year == -1 && month == 12 && day == 31);
    assert_int_equal(date_of(-1, 12, 31).days, -719529);
    assert_int_equal(date_weekday((struct date){ 0 }), 3);
    assert_int_equal(date_weekday((struct date){ -4 }), 6);
}

static void other_dates_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "2026-11-2", "2026-11-233",
        "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31",
        "2026-02-29", "2100-02-29", "1899-12-31", "3000-01-01", "0000-00-00",
        "2026/11/23", "2026-11/23", "2026-1--23", "26-11-2026", "2026-11-2x",
        "2026-1:-23", "202 -11-23", "-026-11-23", "+026-11-23", "2026-+1-23",
        "20261123  ", "2026-11-23Z" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct date date = { 42 };
        if (date_parse(bytes_text(bad[i]), &date))
            fail_msg("\"%s\"", bad[i]);
        assert_int_equal(date.days, 42);
    }
    assert_int_equal(date_read("2000-02-29").days, 11016);
    assert_int_equal(date_read("2024-02-29").days, 19782);
    assert_false(date_exists(2026, 0, 1));
    assert_false(date_exists(2026, 13, 1));
}

static void days_are_added_within_the_range(void **state)
{
    (void)state;
    struct date out = { 7 };
    assert_true(date_add_days(date_read("2026-12-31"), 1, &out));
    assert_date(out, "2027-01-01");
    assert_true(date_add_days(date_read("2024-03-01"), -1, &out));
    assert_date(out, "2024-02-29");
    assert_true(date_add_days(date_read("2999-12-30"), 1, &out));
    assert_false(date_add_days(date_read("2999-12-31"), 1, &out));
    assert_false(date_add_days(date_read("1900-01-01"), -1, &out));
    assert_false(date_add_days(date_read("2999-12-31"), INT32_MAX, &out));
    assert_false(date_add_days(date_read("1900-01-01"), INT32_MIN, &out));
    assert_date(out, "2999-12-31");
}

static void months_keep_the_day_or_the_last_one(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int32_t months;
        const char *to;
    } rows[] = {
        { "2026-01-15", 1, "2026-02-15" },
        { "2026-01-31", 1, "2026-02-28" },
        { "2024-01-31", 1, "2024-02-29" },
        { "2026-01-31", 3, "2026-04-30" },
        { "2024-02-29", 12, "2025-02-28" },
        { "2024-02-29", 48, "2028-02-29" },
        { "2026-12-01", 1, "2027-01-01" },
        { "2026-01-31", -1, "2025-12-31" },
        { "2026-03-31", -13, "2025-02-28" },
        { "2026-11-23", 0, "2026-11-23" },
        { "1900-01-01", 13199, "2999-12-01" },
        { "2999-12-31", -13199, "1900-01-31" },
        { "1900-01-01", 13200, NULL },
        { "2999-12-31", -13200, NULL },
        { "2026-01-01", INT32_MAX, NULL },
        { "2026-01-01", INT32_MIN, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date out = { 7 };
        bool good = date_add_months(
            date_read(rows[i].from), rows[i].months, &out);
        assert_int_equal(good, rows[i].to != NULL);
        if (good)
            assert_date(out, rows[i].to);
        else
            assert_int_equal(out.days, 7);
    }
}

/* ---- instants ---- */

static void assert_instant(int64_t ms, const char *expected)
{
    struct instant back;
    struct buffer text = buffer_empty();
    instant_append(&text, (struct instant){ ms });
    assert_int_equal(text.length, INSTANT_LENGTH);
    assert_memory_equal(text.data, expected, INSTANT_LENGTH);
    assert_true(instant_parse(buffer_bytes(&text), &back));
    assert_true(back.ms == ms);
    buffer_free(&text);
}

static void instants_have_golden_spellings(void **state)
{
    (void)state;
    assert_instant(0, "1970-01-01T00:00:00.000Z");
    assert_instant(INT64_C(1795472423123), "2026-11-23T22:20:23.123Z");
    assert_instant(INT64_C(951782399999), "2000-02-28T23:59:59.999Z");
    assert_instant(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
    assert_instant(INT64_C(32503679999999), "2999-12-31T23:59:59.999Z");
}

/* Against the C library's gmtime. */
static void instants_agree_with_the_system(void **state)
{
    (void)state;
    struct random_source source = { 5 };
    for (unsigned i = 0; i < 50000; i++) {
        int64_t ms =
            (int64_t)random_below(&source, UINT64_C(32503680000000));
        time_t seconds = (time_t)(ms / 1000);
        struct tm tm;
        char text[40], whole[60];
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_int_equal(
            strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm), 19);
        (void)snprintf(whole, sizeof whole, "%s.%03dZ", text, (int)(ms % 1000));
        assert_instant(ms, whole);
        assert_int_equal(
            instant_date((struct instant){ ms }).days, seconds / 86400);
    }
}

static void other_instants_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "2026-11-23",
        "2026-11-23T22:20:23Z", "2026-11-23T22:20:23.12Z",
        "2026-11-23T22:20:23.1234Z", "2026-11-23t22:20:23.123Z",
        "2026-11-23T22:20:23.123z", "2026-11-23 22:20:23.123Z",
        "2026-11-23T22:20:23,123Z", "2026-11-23T22-20:23.123Z",
        "2026-11-23T22:20-23.123Z", "2026-11-23T24:00:00.000Z",
        "2026-11-23T22:60:23.123Z", "2026-11-23T22:20:60.123Z",
        "2026-11-23T2x:20:23.123Z", "2026-11-23T22:x0:23.123Z",
        "2026-11-23T22:20:-3.123Z", "2026-11-23T22:20:23.1x3Z",
        "1969-12-31T23:59:59.999Z", "3000-01-01T00:00:00.000Z",
        "2026-02-29T00:00:00.000Z", "2026-11-23T22:20:23.123+" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct instant instant = { 42 };
        if (instant_parse(bytes_text(bad[i]), &instant))
            fail_msg("\"%s\"", bad[i]);
        assert_true(instant.ms == 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(days_beyond_the_range_still_split),
        cmocka_unit_test(other_dates_are_refused),
        cmocka_unit_test(days_are_added_within_the_range),
        cmocka_unit_test(months_keep_the_day_or_the_last_one),
        cmocka_unit_test(instants_have_golden_spellings),
        cmocka_unit_test(instants_agree_with_the_system),
        cmocka_unit_test(other_instants_are_refused),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
