/*
 * Days that are worked, and the day that a day-close opens.
 */
#include "cycle_fixture.h"

#include "../ledger/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect_date(
    struct ledger_fixture *f, const char *book, const char *text)
{
    struct date date;

    assert_true(date_parse(bytes_text(text), &date));
    assert_int_equal(cycle_fixture_date(f, book).days, date.days);
}

/* 2026-11-23 is a Monday. */
static void test_weekend(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "sup", "day-close book=us date=2026-11-23", "ok" },
        { "sup", "day-close book=us date=2026-11-24", "ok" },
        { "sup", "day-close book=us date=2026-11-25", "ok" },
        { "sup", "day-close book=us date=2026-11-26", "ok" },
        { "sup", "day-close book=us date=2026-11-27", "ok" },
        { "sup", "day-close book=us date=2026-11-28", "wrong-date date" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    expect_date(f, "us", "2026-11-30");
    expect_date(f, "mx", "2026-11-23");
    cycle_fixture_check(f);
}

/* Thanksgiving is no working day in the one book; a Saturday is in the
 * other. */
static void test_holidays(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "sup", "calendar-set book=us date=2026-11-26 open=no", "ok" },
        { "board", "calendar-set book=mx date=2026-11-28 open=yes", "ok" },
        { "sup", "calendar-set book=mx date=2026-11-28 open=yes",
            "out-of-scope book" },
        { "ana", "calendar-set book=us date=2026-11-27 open=no",
            "wrong-kind" },
        { "sup", "calendar-set book=us date=2026-11-23 open=no",
            "wrong-date date" },
        { "sup", "calendar-set book=us date=2026-11-20 open=no",
            "wrong-date date" },
        { "sup", "calendar-set book=es date=2026-11-27 open=no",
            "unknown-book book" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    cycle_fixture_close_until(f, "us", "2026-11-26");
    expect_date(f, "us", "2026-11-27");
    cycle_fixture_close_until(f, "mx", "2026-11-28");
    expect_date(f, "mx", "2026-11-28");
    cycle_fixture_check(f);
}

/* Said twice, the last word counts, until the day has come. */
static void test_changed_mind(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "sup", "calendar-set book=us date=2026-11-24 open=no", "ok" },
        { "sup", "calendar-set book=us date=2026-11-24 open=yes", "ok" },
        { "sup", "calendar-set book=us date=2026-11-25 open=no", "ok" },
        { "sup", "day-close book=us date=2026-11-23", "ok" },
        { "sup", "day-close book=us date=2026-11-24", "ok" },
        { "sup", "day-close book=us date=2026-11-26", "ok" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    cycle_fixture_check(f);
}

/* A month without a day of work would leave the book without a next day:
 * the close waits until the calendar has one. */
static void test_no_next_day(void **state)
{
    struct ledger_fixture *f = *state;
    struct date date = cycle_fixture_date(f, "us");

    for (int i = 0; i < CALENDAR_STEP_MAX; i++) {
        char text[DATE_LENGTH + 1] = "";
        struct buffer out = buffer_over(text, DATE_LENGTH);

        date.days++;
        date_append(&out, date);
        CYCLE_SEND(
            f, "sup", "calendar-set book=us date=%s open=no", text);
    }
    (void)ledger_fixture_send(f, "sup", "day-close book=us date=2026-11-23");
    ledger_table_answer(f, "wrong-date book", "day-close");
    CYCLE_SEND(f, "sup", "calendar-set book=us date=2026-12-24 open=yes");
    CYCLE_SEND(f, "sup", "day-close book=us date=2026-11-23");
    expect_date(f, "us", "2026-12-24");
    cycle_fixture_check(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_weekend),
        LEDGER_TEST(test_holidays),
        LEDGER_TEST(test_changed_mind),
        LEDGER_TEST(test_no_next_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
