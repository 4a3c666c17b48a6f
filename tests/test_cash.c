/*
 * Cash of a person and day: what is reported and what is not, told by the
 * entries' effects and by the question; limits; batches.  The stories are
 * in tests/scenarios/cash-report.txt.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../ledger/cash.h"
#include "../ledger/check.h"
#include "../ledger/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void send(struct ledger_fixture *f, const char *key, const char *line)
{
    const struct ledger_row row = { key, line, "ok" };

    ledger_table_send(f, &row, 1);
}

/* The last entry's effects are a report of that total, or none at all. */
static void expect_report(struct ledger_fixture *f, const char *report)
{
    char line[128] = "";

    if (report[0] != '\0')
        (void)snprintf(line, sizeof line, "+ report %s\n", report);
    if (!bytes_equal_text(f->decision.effects, line))
        fail_msg("effects are %.*s, not %s", (int)f->decision.effects.length,
            (const char *)f->decision.effects.data, line);
}

static void finish(struct ledger_fixture *f)
{
    struct failure failure = { "" };

    if (check_ledger(f->ledger, &failure) != 0)
        fail_msg("%s", failure.text);
    ledger_fixture_check_replay(f);
}

/* 31 CFR 1010.311 and .313: more than 10,000; in and out apart; all
 * branches together. */
static void only_above_the_threshold(void **state)
{
    static const struct {
        const char *line;
        const char *report;
    } rows[] = {
        { "deposit member=m1 via=la amount=USD10000.00 purpose=I", "" },
        { "deposit member=m2 via=la amount=USD10000.01 purpose=I",
            "party=m2 direction=in date=2026-11-23 total=USD10000.01" },
        { "deposit member=m3 via=la amount=USD6000.00 purpose=I", "" },
        { "deposit member=m3 via=la amount=USD4500.00 purpose=I",
            "party=m3 direction=in date=2026-11-23 total=USD10500.00" },
        { "deposit member=n1 via=la amount=USD6000.00 purpose=I", "" },
        { "withdraw member=n1 via=la amount=USD5000.00 purpose=I", "" },
        { "deposit member=n2 via=bank amount=USD90000.00 purpose=I", "" },
        { "withdraw member=n2 via=la amount=USD10000.01 purpose=I",
            "party=n2 direction=out date=2026-11-23 total=USD10000.01" },
        { "deposit member=o1 via=la amount=MXN900000.00 purpose=I", "" },
    };
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        send(f, "ana", rows[i].line);
        expect_report(f, rows[i].report);
    }
    finish(f);
}

static void a_batch_reports_each_line(void **state)
{
    struct ledger_fixture *f = *state;

    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         "deposit member=m1 via=la amount=USD9000.00 "
                         "purpose=I\n"
                         "deposit member=m1 via=la amount=USD1001.00 "
                         "purpose=I\n"
                         "withdraw member=m1 via=la amount=USD99999.00 "
                         "purpose=I\n"),
        STATUS_ACCEPTED);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ report party=m1 direction=in date=2026-11-23 total=USD10001.00\n"
        "+ accepted=2 refused=1\n"
        "- 3 insufficient-funds\n"));
    finish(f);
}

struct seen {
    size_t count;
    struct cash_row last;
};

static void see(void *context, const struct cash_row *row)
{
    struct seen *seen = context;

    seen->count++;
    seen->last = *row;
}

static enum status ask(struct ledger_fixture *f, const char *who,
    const char *book, struct date date, struct seen *seen)
{
    struct ident asker = ident_of(who);
    struct ident name = ident_of(book);
    enum status status;

    *seen = (struct seen){ 0 };
    assert_int_equal(report_cash(f->ledger, &asker, &name, date, see, seen,
                         &status),
        0);
    return status;
}

static void the_question_lists_what_was_reported(void **state)
{
    struct ledger_fixture *f = *state;
    struct date day = date_of(2026, 11, 23);
    struct seen seen;

    send(f, "ana", "deposit member=m1 via=la amount=USD10000.00 purpose=I");
    send(f, "ana", "deposit member=m2 via=la amount=USD10000.01 purpose=I");
    send(f, "ana", "deposit member=m2 via=la amount=USD1.00 purpose=I");
    assert_int_equal(ask(f, "aud", "us", day, &seen), STATUS_ACCEPTED);
    assert_int_equal(seen.count, 1);
    assert_true(bytes_equal_text(ident_bytes(&seen.last.party), "m2"));
    assert_true(seen.last.in);
    assert_true(seen.last.total.minor == 1000101);
    assert_int_equal(seen.last.entry, 2);
    /* Reversed, it stays in the list with what is left. */
    send(f, "sup", "reverse entry=2 reason=x");
    assert_int_equal(ask(f, "aud", "us", day, &seen), STATUS_ACCEPTED);
    assert_int_equal(seen.count, 1);
    assert_true(seen.last.total.minor == 100);
    assert_int_equal(ask(f, "aud", "mx", day, &seen), STATUS_ACCEPTED);
    assert_int_equal(seen.count, 0);
    assert_int_equal(ask(f, "us.board", "mx", day, &seen),
        STATUS_OUT_OF_SCOPE);
    assert_int_equal(ask(f, "aud", "es", day, &seen), STATUS_UNKNOWN_BOOK);
    finish(f);
}

/* A withdrawal that others still have to sign may wait for a supervisor. */
static void a_supervisor_among_the_signers(void **state)
{
    static const struct ledger_row rows[] = {
        { "board", "policy-set verb=withdraw over=USD100.00 need=2 "
                   "kinds=teller,supervisor", "ok" },
        { "us.board", "limit-set limit=withdraw-daily book=us "
                      "amount=USD50.00", "ok" },
        { "ana", "deposit member=m1 via=la amount=USD900.00 purpose=I",
            "ok" },
        { "ana", "withdraw member=m1 via=la amount=USD50.01 purpose=I",
            "over-member-limit amount" },
        { "ana", "withdraw member=m1 via=la amount=USD200.00 purpose=I",
            "ok" },
        { "any", "approve proposal=4", "over-member-limit amount" },
        { "sup", "approve proposal=4", "ok" },
    };
    struct ledger_fixture *f = *state;

    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(ledger_fixture_balance(f, "us/m1/share/USD"), 70000);
    finish(f);
}

static void weekends_and_holidays_count_later(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct {
        int day;
        int counts;
    } rows[] = { { 23, 23 }, { 25, 25 }, { 26, 27 }, { 27, 27 }, { 28, 30 },
        { 29, 30 }, { 30, 30 } };

    send(f, "us.board", "calendar-set book=us date=2026-11-26 open=no");
    send(f, "us.board", "calendar-set book=us date=2026-11-28 open=yes");
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(
            cash_date(f->state, 0, date_of(2026, 11, rows[i].day)).days,
            date_of(2026, 11, rows[i].counts).days);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(only_above_the_threshold),
        LEDGER_TEST(a_batch_reports_each_line),
        LEDGER_TEST(the_question_lists_what_was_reported),
        LEDGER_TEST(a_supervisor_among_the_signers),
        LEDGER_TEST(weekends_and_holidays_count_later),
    };

    return cmocka_run_group_tests_name("cash", tests, NULL, NULL);
}
