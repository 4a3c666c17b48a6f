/*
 * Reversals: the opposite of an entry or of a line of a batch, once.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../ledger/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static int64_t stake(
    struct ledger_fixture *f, const char *pool, const char *contributor)
{
    struct ident pool_name = ident_of(pool);
    struct ident contributor_name = ident_of(contributor);
    struct party a;
    struct party b;

    assert_true(record_find_party(f->state, &pool_name, &a));
    assert_true(record_find_party(f->state, &contributor_name, &b));
    return record_stake(f->state, a.number, b.number, CURRENCY_USD);
}

/* Each reversible verb, then all of them taken back, newest first. */
static void test_every_verb(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" }, /* 1 */
        { "ana", "withdraw member=m1 via=la amount=USD10.00 purpose=I",
            "ok" }, /* 2 */
        { "ana", "transfer from=m1 to=m2 amount=USD20.00 purpose=I",
            "ok" }, /* 3 */
        { "ana", "contribute member=m1 club=c1 amount=USD30.00 purpose=C",
            "ok" }, /* 4 */
        { "fed", "pool-lend from=c1 to=zac amount=USD25.00 purpose=C",
            "ok" }, /* 5 */
        { "club", "pool-redeem member=m1 club=c1 amount=USD5.00 purpose=C",
            "ok" }, /* 6 */
        { "ana",
            "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD8.00 "
            "until=2026-12-01T00:00:00.000Z purpose=F",
            "ok" }, /* 7 */
        { "ana", "capture hold=7 amount=USD3.00 rest=release",
            "ok" }, /* 8 */
        { "board",
            "journal-entry post=us/us/due.from/USD:7.00,"
            "us/us/income.fee/USD:-7.00,mx/mx/expense.other/USD:7.00,"
            "mx/mx/due.to/USD:-7.00 reason=x",
            "ok" }, /* 9 */
    };
    static const struct ledger_row back[] = {
        { "sup", "reverse entry=9 reason=x", "out-of-scope entry" },
        { "xsup", "reverse entry=9 reason=x", "ok" },
        { "sup", "reverse entry=8 reason=x", "ok" },
        { "sup", "reverse entry=6 reason=x", "ok" },
        { "sup", "reverse entry=5 reason=x", "ok" },
        { "sup", "reverse entry=4 reason=x", "ok" },
        { "sup", "reverse entry=3 reason=x", "ok" },
        { "sup", "reverse entry=2 reason=x", "ok" },
        { "sup", "reverse entry=1 reason=x", "ok" },
    };
    static const char *const accounts[] = {
        "us/m1/share/USD", "us/m2/share/USD", "us/c1/pool/USD",
        "us/zac/pool/USD", "us/la/drawer/USD", "us/us/due.from/USD",
        "mx/mx/due.to/USD", "us/us/income.fee/USD",
    };

    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(stake(f, "c1", "m1"), 2500);
    assert_int_equal(stake(f, "zac", "c1"), 2500);
    ledger_fixture_close_group(f); /* some are read from the archive */
    ledger_table_send(f, back, COUNT(back));
    assert_true(bytes_equal_text(f->decision.effects,
        "+ us/la/drawer/USD -100.00\n+ us/m1/share/USD 100.00\n"));
    for (size_t i = 0; i < COUNT(accounts); i++)
        assert_int_equal(ledger_fixture_balance(f, accounts[i]), 0);
    assert_int_equal(stake(f, "c1", "m1"), 0);
    assert_int_equal(stake(f, "zac", "c1"), 0);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
}

static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" }, /* 1 */
        { "ana", "transfer from=m1 to=m2 amount=USD20.00 purpose=I",
            "ok" }, /* 2 */
        { "ana", "reverse entry=1 reason=x", "wrong-kind" },
        { "sup", "reverse entry=3 reason=x", "unknown-entry entry" },
        { "sup", "reverse entry=999999999999 reason=x",
            "unknown-entry entry" },
        { "sup", "reverse entry=1 line=1 reason=x", "unknown-entry line" },
        { "sup", "reverse entry=1 line=0 reason=x", "unknown-entry line" },
        { "sup", "reverse entry=0 reason=x", "not-reversible entry" },
        { "sup", "reverse entry=0 line=1 reason=x", "unknown-entry line" },
        { "sup", "reverse entry=1 reason=x", "insufficient-funds entry" },
        { "sup", "party-freeze party=m2 block=out order=x", "ok" }, /* 3 */
        { "sup", "reverse entry=3 reason=x", "not-reversible entry" },
        { "sup", "reverse entry=2 reason=x", "party-frozen entry" },
        { "sup", "party-unfreeze party=m2 order=x", "ok" }, /* 4 */
        { "sup", "reverse entry=2 reason=x", "ok" },        /* 5 */
        { "sup", "reverse entry=2 reason=x", "already-reversed entry" },
        { "sup", "reverse entry=5 reason=x", "not-reversible entry" },
        { "sup", "reverse entry=1 reason=x", "ok" }, /* 6 */
        { "ana", "deposit member=m3 via=la amount=USD1.00 purpose=I",
            "ok" }, /* 7 */
        { "ana", "withdraw member=m3 via=la amount=USD1.00 purpose=I",
            "ok" }, /* 8 */
        { "sup", "party-close party=m3 reason=x", "ok" },
        { "sup", "reverse entry=8 reason=x", "party-closed entry" },
    };

    ledger_table_send(f, rows, COUNT(rows));
    ledger_fixture_check_replay(f);
}

/* What was put in and taken out again cannot be unmade from below. */
static void test_stakes(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" }, /* 1 */
        { "ana", "deposit member=m2 via=la amount=USD100.00 purpose=I",
            "ok" }, /* 2 */
        { "ana", "contribute member=m2 club=c1 amount=USD50.00 purpose=C",
            "ok" }, /* 3 */
        { "ana", "contribute member=m1 club=c1 amount=USD30.00 purpose=C",
            "ok" }, /* 4 */
        { "club", "pool-redeem member=m1 club=c1 amount=USD30.00 purpose=C",
            "ok" }, /* 5 */
        { "sup", "reverse entry=4 reason=x", "above-stake entry" },
        { "sup", "reverse entry=5 reason=x", "ok" },
        { "sup", "reverse entry=4 reason=x", "ok" },
    };

    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(stake(f, "c1", "m1"), 0);
    assert_int_equal(ledger_fixture_balance(f, "us/m1/share/USD"), 10000);
    ledger_fixture_check_replay(f);
}

static void test_lines_of_a_batch(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "sup", "reverse entry=1 reason=x", "not-reversible entry" },
        { "sup", "reverse entry=1 line=4 reason=x", "not-reversible line" },
        { "sup", "reverse entry=1 line=5 reason=x", "unknown-entry line" },
        /* refused in the batch: it posted nothing */
        { "sup", "reverse entry=1 line=3 reason=x", "unknown-entry line" },
        { "sup", "reverse entry=1 line=2 reason=x", "ok" },
        { "sup", "reverse entry=1 line=2 reason=x",
            "already-reversed entry" },
        { "sup", "reverse entry=1 line=1 reason=x", "ok" },
    };

    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         "deposit member=m1 via=la amount=USD5.00 purpose=I\n"
                         "transfer from=m1 to=m2 amount=USD2.00 purpose=I\n"
                         "transfer from=m1 to=m2 amount=USD9.00 purpose=I\n"
                         "party-open party=m9 kind=member book=us parent=c1 "
                         "country=US\n"),
        STATUS_ACCEPTED);
    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(ledger_fixture_balance(f, "us/m1/share/USD"), 0);
    assert_int_equal(ledger_fixture_balance(f, "us/m2/share/USD"), 0);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
}

/* A reversal counts against limits by what it moves. */
static void test_limits(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=la amount=USD100.01 purpose=I",
            "ok" }, /* 1, 2 is the key */
    };
    char line[300];

    ledger_table_send(f, rows, COUNT(rows));
    (void)snprintf(line, sizeof line,
        "key-add key=sup2 public=%s kind=supervisor owner=sup country=US "
        "scope=us limit=USD100.00",
        ledger_fixture_public("sup2"));
    assert_int_equal(
        ledger_fixture_prove(f, "board", "sup2", line), STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "sup2",
                         "reverse entry=1 reason=x"), STATUS_OVER_LIMIT);
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "reverse entry=1 reason=x"), STATUS_ACCEPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_every_verb),
        LEDGER_TEST(test_refusals),
        LEDGER_TEST(test_stakes),
        LEDGER_TEST(test_lines_of_a_batch),
        LEDGER_TEST(test_limits),
    };

    return cmocka_run_group_tests_name("reversals", tests, NULL, NULL);
}
