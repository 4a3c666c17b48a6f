/*
 * The ledger's operations on shares, pools, parties and books: what each
 * does, and every status it can answer.  Holds, keys, reversals, batches
 * and founding have files of their own.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../ledger/record.h"
#include "../protocol/admit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- what is accepted ---- */

static void test_money_moves(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" },
        { "ana",
            "deposit member=m2 via=bank amount=USD50.00 purpose=F memo=a%20b",
            "ok" },
        { "ana", "withdraw member=m1 via=la amount=USD10.00 purpose=I",
            "ok" },
        { "ana", "withdraw member=m2 via=bank amount=USD0.01 purpose=I",
            "ok" },
        { "ana", "transfer from=m1 to=m2 amount=USD15.50 purpose=I", "ok" },
        { "ana", "transfer from=m2 to=c1 amount=USD1.00 purpose=C", "ok" },
        { "ana", "contribute member=m1 club=c1 amount=USD20.00 purpose=C",
            "ok" },
        { "fed", "pool-lend from=c1 to=zac amount=USD15.00 purpose=C",
            "ok" },
        { "fed", "pool-lend from=zac to=c1 amount=USD5.00 purpose=C", "ok" },
        { "club", "pool-redeem member=m1 club=c1 amount=USD8.00 purpose=C",
            "ok" },
        { "board",
            "journal-entry post=us/us/expense.other/USD:3.00,"
            "us/bank/nostro/USD:-2.00,us/us/suspense/USD:-1.00 reason=rent",
            "ok" },
    };
    static const struct ledger_balance balances[] = {
        { "us/m1/share/USD", "62.50" },
        { "us/m2/share/USD", "64.49" },
        { "us/c1/share/USD", "1.00" },
        { "us/c1/pool/USD", "2.00" },
        { "us/zac/pool/USD", "10.00" },
        { "us/la/drawer/USD", "90.00" },
        { "us/bank/nostro/USD", "47.99" },
        { "us/us/expense.other/USD", "3.00" },
        { "us/us/suspense/USD", "1.00" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
    ledger_table_balances(f, balances, sizeof balances / sizeof balances[0]);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
}

/* Two books in one entry, each in balance, and the MXN of the other. */
static void test_journal_entry_across_books(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "board",
            "journal-entry post=us/us/due.from/USD:7.00,"
            "us/us/income.fee/USD:-7.00,mx/mx/expense.other/USD:7.00,"
            "mx/mx/due.to/USD:-7.00 reason=services",
            "ok" },
        { "xana", "deposit member=x1 via=zo amount=MXN500.00 purpose=F",
            "ok" },
        { "board",
            "journal-entry post=us/us/due.from/USD:7.00,"
            "mx/mx/due.to/USD:-7.00 reason=one-sided",
            "not-balanced post" },
        { "us.board",
            "journal-entry post=us/us/due.from/USD:7.00,"
            "us/us/income.fee/USD:-7.00,mx/mx/expense.other/USD:7.00,"
            "mx/mx/due.to/USD:-7.00 reason=services",
            "out-of-scope post" },
    };
    static const struct ledger_balance balances[] = {
        { "us/us/due.from/USD", "7.00" },
        { "mx/mx/due.to/USD", "7.00" },
        { "mx/x1/share/MXN", "500.00" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
    ledger_table_balances(f, balances, sizeof balances / sizeof balances[0]);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
}

/* ---- what is refused ---- */

/* Each breaks one rule; nothing may come of any of them. */
static const struct ledger_row refused_lines[] = {
    /* currencies and kinds */
    { "ana", "deposit member=m1 via=la amount=EUR1.00 purpose=I",
        "unknown-currency amount" },
    { "aud", "deposit member=m1 via=la amount=EUR1.00 purpose=I",
        "unknown-currency amount" },
    { "aud", "deposit member=m1 via=la amount=USD1.00 purpose=I",
        "wrong-kind" },
    { "op", "transfer from=m1 to=m2 amount=USD1.00 purpose=I",
        "wrong-kind" },
    { "board", "deposit member=m1 via=la amount=USD1.00 purpose=I",
        "wrong-kind" },
    { "ana", "pool-lend from=c1 to=zac amount=USD1.00 purpose=C",
        "wrong-kind" },
    { "ana",
        "journal-entry post=us/us/due.from/USD:7.00,"
        "us/us/income.fee/USD:-7.00 reason=x",
        "wrong-kind" },
    { "ana", "day-close book=us date=2026-11-23",
        "wrong-kind" },
    /* scope */
    { "xana", "deposit member=m1 via=la amount=USD1.00 purpose=I",
        "out-of-scope via" },
    { "tc1", "deposit member=m1 via=la amount=USD1.00 purpose=I",
        "out-of-scope via" },
    { "tc1", "transfer from=m1 to=n1 amount=USD1.00 purpose=I",
        "out-of-scope to" },
    { "tc1", "transfer from=n1 to=m1 amount=USD1.00 purpose=I",
        "out-of-scope from" },
    { "fed", "pool-lend from=c3 to=zac2 amount=USD1.00 purpose=C",
        "out-of-scope from" },
    { "club", "pool-redeem member=n1 club=c2 amount=USD1.00 purpose=C",
        "out-of-scope club" },
    { "us.board", "day-close book=mx date=2026-11-23",
        "out-of-scope book" },
    { "us.board", "party-close party=x1 reason=x",
        "out-of-scope party" },
    { "fed", "party-freeze party=o1 block=all order=x",
        "out-of-scope party" },
    { "xana", "party-open party=new kind=office book=us country=US",
        "out-of-scope book" },
    { "fed",
        "party-open party=new kind=club book=us parent=zac2 country=US",
        "out-of-scope parent" },
    /* own account: m4 owns the key club */
    { "club", "pool-redeem member=m4 club=c1 amount=USD1.00 purpose=C",
        "own-account member" },
    { "club", "contribute member=m4 club=c1 amount=USD1.00 purpose=C",
        "own-account member" },
    /* limits: the row for the key lim */
    { "lim", "deposit member=m1 via=la amount=USD100.01 purpose=I",
        "over-limit amount" },
    { "lim", "deposit member=m9 via=la amount=USD100.01 purpose=I",
        "over-limit amount" },
    /* whom */
    { "ana",
        "party-open party=new kind=office book=es country=US",
        "unknown-book book" },
    { "board", "day-close book=es date=2026-11-23",
        "unknown-book book" },
    { "board",
        "journal-entry post=es/us/due.from/USD:7.00,"
        "us/us/income.fee/USD:-7.00 reason=x",
        "unknown-book post" },
    { "ana", "deposit member=m9 via=la amount=USD1.00 purpose=I",
        "unknown-party member" },
    { "ana", "deposit member=m1 via=l9 amount=USD1.00 purpose=I",
        "unknown-party via" },
    { "ana", "withdraw member=m9 via=la amount=USD1.00 purpose=I",
        "unknown-party member" },
    { "ana", "transfer from=m9 to=m1 amount=USD1.00 purpose=I",
        "unknown-party from" },
    { "ana", "transfer from=m1 to=m9 amount=USD1.00 purpose=I",
        "unknown-party to" },
    { "ana", "contribute member=m1 club=c9 amount=USD1.00 purpose=C",
        "unknown-party club" },
    { "fed", "pool-lend from=c9 to=zac amount=USD1.00 purpose=C",
        "unknown-party from" },
    { "fed", "pool-lend from=c1 to=zac9 amount=USD1.00 purpose=C",
        "unknown-party to" },
    { "board", "party-close party=m9 reason=x",
        "unknown-party party" },
    { "sup", "party-freeze party=m9 block=all order=x",
        "unknown-party party" },
    { "sup", "party-unfreeze party=m9 order=x",
        "unknown-party party" },
    { "ana",
        "party-open party=new kind=member book=us parent=c9 country=US",
        "unknown-party parent" },
    { "board",
        "journal-entry post=us/m9/suspense/USD:7.00,"
        "us/us/income.fee/USD:-7.00 reason=x",
        "unknown-party post" },
    { "ana", "deposit member=la via=la amount=USD1.00 purpose=I",
        "wrong-party member" },
    { "ana", "deposit member=m1 via=m2 amount=USD1.00 purpose=I",
        "wrong-party via" },
    { "ana", "transfer from=m1 to=ana amount=USD1.00 purpose=I",
        "own-account to" },
    { "ana", "transfer from=m1 to=sup amount=USD1.00 purpose=I",
        "wrong-party to" },
    { "ana", "contribute member=m1 club=c2 amount=USD1.00 purpose=C",
        "wrong-party club" },
    { "ana", "contribute member=c1 club=zac amount=USD1.00 purpose=C",
        "wrong-party club" },
    { "fed", "pool-lend from=c1 to=c2 amount=USD1.00 purpose=C",
        "wrong-party to" },
    { "fed", "pool-lend from=zac to=zac amount=USD1.00 purpose=C",
        "wrong-party to" },
    { "board",
        "journal-entry post=us/m1/suspense/USD:7.00,"
        "us/us/income.fee/USD:-7.00 reason=x",
        "wrong-party post" },
    { "sup", "party-close party=us reason=x", "wrong-party party" },
    { "ana", "party-open party=new kind=house book=us country=US",
        "wrong-party kind" },
    { "ana",
        "party-open party=new kind=office book=us parent=zac country=US",
        "wrong-party parent" },
    { "ana",
        "party-open party=new kind=member book=us parent=zac country=US",
        "wrong-party parent" },
    { "ana", "party-open party=new kind=member book=us country=US",
        "missing-field parent" },
    { "ana",
        "party-open party=m1 kind=member book=us parent=c1 country=US",
        "name-taken party" },
    { "ana", "party-open party=us kind=office book=us country=US",
        "name-taken party" },
    { "ana", "party-open party=all kind=office book=us country=US",
        "name-taken party" },
    { "any",
        "party-open party=new kind=member book=us parent=cx country=US",
        "other-book parent" },
    /* accounts */
    { "ana", "transfer from=m1 to=m1 amount=USD1.00 purpose=I",
        "same-account to" },
    { "any", "transfer from=m1 to=x1 amount=USD1.00 purpose=I",
        "other-book to" },
    { "any", "deposit member=m1 via=zo amount=USD1.00 purpose=I",
        "other-book member" },
    { "board",
        "journal-entry post=us/mx/due.from/USD:7.00,"
        "mx/mx/due.to/USD:-7.00 reason=x",
        "other-book post" },
    { "board",
        "journal-entry post=us/m1/share/USD:7.00,"
        "us/us/income.fee/USD:-7.00 reason=x",
        "control-role post" },
    { "board", "day-close book=us date=2026-11-22",
        "wrong-date date" },
    { "board", "day-close book=us date=2026-11-24",
        "wrong-date date" },
    { "sup", "party-unfreeze party=m1 order=x", "not-frozen party" },
    { "sup", "party-close party=c1 reason=x", "not-empty party" },
    { "sup", "party-close party=m4 reason=x", "not-empty party" },
    /* how much */
    { "ana", "withdraw member=m1 via=la amount=USD0.01 purpose=I",
        "insufficient-funds member" },
    { "ana", "transfer from=m1 to=m2 amount=USD0.01 purpose=I",
        "insufficient-funds from" },
    { "ana", "contribute member=m1 club=c1 amount=USD0.01 purpose=C",
        "insufficient-funds member" },
    { "fed", "pool-lend from=c1 to=zac amount=USD0.01 purpose=C",
        "insufficient-funds from" },
    { "club", "pool-redeem member=m1 club=c1 amount=USD0.01 purpose=C",
        "insufficient-funds club" },
    { "board",
        "journal-entry post=us/us/expense.other/USD:3.00,"
        "us/bank/nostro/USD:-3.00 reason=x",
        "insufficient-funds post" },
    { "board",
        "journal-entry post=us/us/expense.other/USD:3.00,"
        "us/us/suspense/USD:-2.00 reason=x",
        "not-balanced post" },
    { "board",
        "journal-entry post=us/us/expense.other/USD:3.00,"
        "us/us/suspense/MXN:-3.00 reason=x",
        "not-balanced post" },
    { "nobody", "transfer from=m1 to=m2 amount=USD1.00 purpose=I",
        "unknown-key by" },
    { "ana", "transfer from=m1 to=m2 amount=USD0.00 purpose=I",
        "amount-not-positive amount" },
};

static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    struct hash before = ledger_fixture_snapshot(f);
    struct hash after;

    ledger_table_send(
        f, refused_lines, sizeof refused_lines / sizeof refused_lines[0]);
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(ledger_size(f->ledger), 1);
}

/* When several would fit, the earlier one of the status table. */
static void test_precedence(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        /* 300 < 301 < 401 */
        { "aud", "transfer from=m1 to=m9 amount=USD1.00 purpose=I",
            "wrong-kind" },
        { "xana", "transfer from=m9 to=m1 amount=USD1.00 purpose=I",
            "out-of-scope to" },
        /* 302 < 303 < 401 */
        { "lim", "transfer from=ana to=m9 amount=USD200.00 purpose=I",
            "own-account from" },
        { "lim", "transfer from=m1 to=m9 amount=USD200.00 purpose=I",
            "over-limit amount" },
        /* 401 < 500 */
        { "ana", "transfer from=m1 to=m9 amount=USD1.00 purpose=I",
            "unknown-party to" },
        /* 403 < 409 < 500 */
        { "ana", "transfer from=sup to=sup amount=USD1.00 purpose=I",
            "wrong-party from" },
        { "ana", "transfer from=m1 to=m1 amount=USD1.00 purpose=I",
            "same-account to" },
        /* 411 < 500 */
        { "any", "transfer from=m1 to=x1 amount=USD1.00 purpose=I",
            "other-book to" },
        /* 400 < 404 */
        { "ana", "party-open party=m1 kind=office book=es country=US",
            "unknown-book book" },
        /* 107 < 404 */
        { "ana", "party-open party=m1 kind=member book=us country=US",
            "missing-field parent" },
        /* 412 < 501 */
        { "board",
            "journal-entry post=us/m1/share/USD:7.00,"
            "us/us/income.fee/USD:-6.00 reason=x",
            "control-role post" },
        /* 200 < 300 */
        { "aud", "key-revoke key=nobody reason=x", "unknown-key key" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
}

static void test_pool_stakes(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m2 via=la amount=USD100.00 purpose=I",
            "ok" },
        { "ana", "contribute member=m1 club=c1 amount=USD10.00 purpose=C",
            "ok" },
        { "ana", "contribute member=m2 club=c1 amount=USD20.00 purpose=C",
            "ok" },
        { "club", "pool-redeem member=m1 club=c1 amount=USD10.01 purpose=C",
            "above-stake amount" },
        { "club", "pool-redeem member=m3 club=c1 amount=USD0.01 purpose=C",
            "above-stake amount" },
        { "club", "pool-redeem member=m1 club=c1 amount=USD10.00 purpose=C",
            "ok" },
        { "club", "pool-redeem member=m1 club=c1 amount=USD0.01 purpose=C",
            "above-stake amount" },
        { "fed", "pool-lend from=c1 to=zac amount=USD15.00 purpose=C",
            "ok" },
        { "club", "pool-redeem member=m2 club=c1 amount=USD5.01 purpose=C",
            "insufficient-funds club" },
        { "fed", "pool-lend from=zac to=c2 amount=USD1.00 purpose=C",
            "above-stake amount" },
        { "fed", "pool-lend from=zac to=c1 amount=USD15.01 purpose=C",
            "insufficient-funds from" },
        { "fed", "pool-lend from=zac to=c1 amount=USD15.00 purpose=C",
            "ok" },
        { "club", "pool-redeem member=m2 club=c1 amount=USD20.00 purpose=C",
            "ok" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
    ledger_fixture_check_replay(f);
}

static void test_freeze(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m2 via=la amount=USD100.00 purpose=I",
            "ok" },
        { "ana", "party-freeze party=m1 block=out order=C-1",
            "wrong-kind" },
        { "sup", "party-freeze party=m1 block=out order=C-1", "ok" },
        { "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=I",
            "party-frozen from" },
        { "ana", "transfer from=m2 to=m1 amount=USD1.00 purpose=I", "ok" },
        { "sup", "party-freeze party=m1 block=in order=C-2", "ok" },
        { "ana", "transfer from=m2 to=m1 amount=USD1.00 purpose=I",
            "party-frozen to" },
        { "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=I",
            "party-frozen from" },
        { "sup", "party-close party=m1 reason=x", "party-frozen party" },
        { "sup", "party-unfreeze party=m1 order=C-3", "ok" },
        { "ana", "transfer from=m1 to=m2 amount=USD1.00 purpose=I", "ok" },
        { "sup", "party-freeze party=m1 block=in order=C-4", "ok" },
        { "ana", "withdraw member=m1 via=la amount=USD1.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m1 via=la amount=USD1.00 purpose=I",
            "party-frozen member" },
        /* cash: money out of a drawer is a credit */
        { "sup", "party-freeze party=la block=out order=C-5", "ok" },
        { "ana", "withdraw member=m2 via=la amount=USD1.00 purpose=I",
            "party-frozen via" },
        { "ana", "deposit member=m2 via=la amount=USD1.00 purpose=I",
            "ok" },
        { "sup", "party-freeze party=m2 block=all order=C-6", "ok" },
        { "ana", "deposit member=m2 via=la amount=USD1.00 purpose=I",
            "party-frozen member" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
    ledger_fixture_check_replay(f);
}

static void test_open_and_close(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "fed", "party-open party=c9 kind=club book=us parent=zac "
                 "country=US",
            "ok" },
        { "ana", "party-open party=m9 kind=member book=us parent=c9 "
                 "country=MX "
                 "identity=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "ok" },
        { "ana", "deposit member=m9 via=la amount=USD1.00 purpose=I",
            "ok" },
        { "sup", "party-close party=c9 reason=x", "not-empty party" },
        { "sup", "party-close party=m9 reason=x", "not-empty party" },
        { "ana", "contribute member=m9 club=c9 amount=USD1.00 purpose=C",
            "ok" },
        { "sup", "party-close party=m9 reason=x", "not-empty party" },
        { "fed", "pool-redeem member=m9 club=c9 amount=USD1.00 purpose=C",
            "ok" },
        { "ana", "withdraw member=m9 via=la amount=USD1.00 purpose=I",
            "ok" },
        { "sup", "party-close party=m9 reason=x", "ok" },
        { "sup", "party-close party=m9 reason=x", "party-closed party" },
        { "sup", "party-freeze party=m9 block=all order=x",
            "party-closed party" },
        { "ana", "deposit member=m9 via=la amount=USD1.00 purpose=I",
            "party-closed member" },
        { "ana", "party-open party=m9 kind=member book=us parent=c9 "
                 "country=MX",
            "name-taken party" },
        { "sup", "party-close party=c9 reason=x", "ok" },
        { "ana", "party-open party=m10 kind=member book=us parent=c9 "
                 "country=MX",
            "party-closed parent" },
        { "board", "party-open party=pj kind=project book=us country=MX",
            "wrong-kind" },
        { "ana", "party-open party=pj kind=project book=us country=MX",
            "wrong-party kind" },
        { "ana", "party-open party=pj.club kind=source book=us country=MX",
            "wrong-party kind" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
    ledger_fixture_check_replay(f);
}

static void test_limits(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "lim", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" },
        { "lim", "deposit member=m1 via=la amount=USD100.00 purpose=I",
            "ok" },
        { "lim", "deposit member=m1 via=la amount=USD50.01 purpose=I",
            "over-daily-limit amount" },
        { "lim", "transfer from=m1 to=m2 amount=USD50.00 purpose=I", "ok" },
        { "lim", "transfer from=m1 to=m2 amount=USD0.01 purpose=I",
            "over-daily-limit amount" },
        /* no limit was set for pesos */
        { "lim", "deposit member=m1 via=la amount=MXN9000.00 purpose=I",
            "ok" },
        { "sup", "day-close book=us date=2026-11-23",
            "ok" },
        { "lim", "transfer from=m1 to=m2 amount=USD0.01 purpose=I", "ok" },
        { "lim", "transfer from=m1 to=m2 amount=USD100.01 purpose=I",
            "over-limit amount" },
    };

    ledger_table_send(f, rows, sizeof rows / sizeof rows[0]);
    assert_int_equal(ledger_fixture_balance(f, "us/m2/share/USD"), 5001);
    ledger_fixture_check_replay(f);
}

/* The cap keeps a line below 10^15; sides stop at 2^63 - 1. */
static void test_overflow(void **state)
{
    struct ledger_fixture *f = *state;
    int accepted = 0;
    enum status status;

    f->quick = true;
    do {
        status = ledger_fixture_send(f, "board",
            "journal-entry post=us/us/expense.other/USD:9999999999999.99,"
            "us/us/suspense/USD:-9999999999999.99 reason=x");
        accepted += status == STATUS_ACCEPTED;
    } while (status == STATUS_ACCEPTED && accepted < 10000);
    /* floor((2^63 - 1) / (10^15 - 1)) */
    assert_int_equal(accepted, 9223);
    assert_int_equal(status, STATUS_BALANCE_OVERFLOW);
    assert_true(
        ledger_fixture_balance(f, "us/us/suspense/USD") == 9223 * AMOUNT_CAP);
}

static void test_business_dates(void **state)
{
    struct ledger_fixture *f = *state;
    struct date date;
    uint64_t first;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(
        f->decision.date.days, date_of(2026, 11, 23).days);
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "day-close book=us date=2026-11-23"),
        STATUS_ACCEPTED);
    assert_int_equal(
        f->decision.date.days, date_of(2026, 11, 23).days);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(
        f->decision.date.days, date_of(2026, 11, 24).days);
    /* The other book's day is still open. */
    assert_int_equal(ledger_fixture_send(f, "xana",
                         "deposit member=x1 via=zo amount=MXN1.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(
        f->decision.date.days, date_of(2026, 11, 23).days);
    assert_true(record_find_day(
        f->state, 0, date_of(2026, 11, 24), &first));
    assert_int_equal(first, 3);
    assert_true(record_next_day(
        f->state, 0, date_of(2026, 11, 24), &date, &first));
    assert_int_equal(date.days, date_of(2026, 11, 24).days);
    assert_false(record_next_day(
        f->state, 0, date_of(2026, 12, 1), &date, &first));
}

/* The ledger's time never goes back. */
static void test_time(void **state)
{
    struct ledger_fixture *f = *state;
    struct instant later;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
    later = f->decision.time;
    f->clock.ms -= 3600000;
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_true(f->decision.time.ms == later.ms);
    assert_true(ledger_time(f->ledger).ms == later.ms);
    ledger_fixture_check_replay(f);
}

/* ---- the same line again ---- */

static void copy_line(struct ledger_fixture *f, struct buffer *out)
{
    *out = buffer_empty();
    buffer_append(out, buffer_bytes(&f->line));
}

static void test_idempotency(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer first;
    struct instant time;
    struct hash before;
    struct hash after;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD9.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.index, 1);
    time = f->decision.time;
    copy_line(f, &first);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m1 via=la amount=USD9.00 purpose=I"),
        STATUS_ACCEPTED);
    before = ledger_fixture_snapshot(f);
    for (int durable = 0; durable < 2; durable++) {
        assert_int_equal(ledger_fixture_again(f, buffer_bytes(&first),
                             bytes_of(NULL, 0)), STATUS_ACCEPTED);
        assert_true(f->decision.repeated);
        assert_int_equal(f->decision.index, 1);
        assert_true(f->decision.time.ms == time.ms);
        ledger_fixture_close_group(f);
    }
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
    /* Even after the key was revoked. */
    assert_int_equal(ledger_fixture_send(f, "board",
                         "key-revoke key=ana reason=left"), STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&first),
                         bytes_of(NULL, 0)), STATUS_ACCEPTED);
    assert_true(f->decision.repeated);
    buffer_free(&first);
}

static void test_id_reused(void **state)
{
    struct ledger_fixture *f = *state;
    uint64_t id = f->next_id;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD9.00 purpose=I"),
        STATUS_ACCEPTED);
    f->next_id = id;
    f->clock.ms -= 1000;
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD9.01 purpose=I"),
        STATUS_ID_REUSED);
    /* The id is taken for that key only. */
    f->next_id = id;
    f->clock.ms -= 1000;
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "deposit member=m1 via=la amount=USD9.01 purpose=I"),
        STATUS_ACCEPTED);
    /* A refused line leaves its id free. */
    id = f->next_id;
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m2 via=la amount=USD1.00 purpose=I"),
        STATUS_INSUFFICIENT);
    f->next_id = id;
    f->clock.ms -= 1000;
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m2 via=la amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
}

/* ---- try ---- */

static void test_try(void **state)
{
    struct ledger_fixture *f = *state;
    struct hash before;
    struct hash after;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD9.00 purpose=I"),
        STATUS_ACCEPTED);
    before = ledger_fixture_snapshot(f);
    assert_int_equal(ledger_fixture_try(f, "ana",
                         "transfer from=m1 to=m2 amount=USD9.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.index, 2);
    assert_int_equal(f->decision.date.days, date_of(2026, 11, 23).days);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ us/m1/share/USD 9.00\n+ us/m2/share/USD -9.00\n"));
    assert_int_equal(ledger_fixture_try(f, "ana",
                         "transfer from=m1 to=m2 amount=USD9.01 purpose=I"),
        STATUS_INSUFFICIENT);
    assert_int_equal(ledger_fixture_try(f, "aud",
                         "transfer from=m1 to=m2 amount=USD9.00 purpose=I"),
        STATUS_WRONG_KIND);
    assert_int_equal(ledger_fixture_try(f, "ana", "party-open party=m9 "
                         "kind=member book=us parent=c1 country=US"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_try(f, "sup",
                         "day-close book=us date=2026-11-23"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_try(f, "board",
                         "policy-set verb=deposit need=1 kinds=board"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_try(f, "board",
                         "key-revoke key=ana reason=x"), STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_try(f, "nobody",
                         "transfer from=m1 to=m2 amount=USD9.00 purpose=I"),
        STATUS_UNKNOWN_KEY);
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(ledger_size(f->ledger), 2);
    /* What was tried and taken back left nothing in memory either. */
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD9.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.date.days, date_of(2026, 11, 23).days);
    assert_int_equal(ledger_fixture_send(f, "ana", "party-open party=m9 "
                         "kind=member book=us parent=c1 country=US"),
        STATUS_ACCEPTED);
    ledger_fixture_check_replay(f);
}

/* ---- bodies that do not belong ---- */

/* What orders will read is fetched ahead also before the first decision of a
 * ledger, and whatever they name. */
static void test_orders_foreseen(void **state)
{
    struct ledger_fixture *f = *state;
    const struct archive archive = ledger_fixture_archive(f);
    struct order order;
    const struct order *orders[LEDGER_FORESEEN + 1];
    struct failure failure = { "" };
    struct ledger *fresh;
    struct hash before;
    struct hash after;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "transfer from=m1 to=nobody amount=USD1.00 purpose=I"),
        STATUS_UNKNOWN_PARTY);
    ledger_fixture_admit(
        f, &order, buffer_bytes(&f->line), bytes_of(NULL, 0));
    for (size_t i = 0; i <= LEDGER_FORESEEN; i++)
        orders[i] = &order;
    (void)ledger_fixture_digest(f);
    before = ledger_fixture_snapshot(f);
    assert_int_equal(ledger_open(&fresh, f->state, &archive, &failure), 0);
    ledger_foresee(fresh, orders, 0);
    ledger_foresee(fresh, orders, LEDGER_FORESEEN + 1);
    ledger_close(fresh);
    after = ledger_fixture_snapshot(f);
    assert_true(hash_equal(&before, &after));
    admit_free(&order);
}

static void test_body_of_a_line_without(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer line;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m1 via=la amount=USD9.00 purpose=I"),
        STATUS_INSUFFICIENT);
    copy_line(f, &line);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD9.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                         bytes_text("quit\n")), STATUS_BAD_BODY);
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                         bytes_of(NULL, 0)), STATUS_ACCEPTED);
    buffer_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_money_moves),
        LEDGER_TEST(test_journal_entry_across_books),
        LEDGER_TEST(test_refusals),
        LEDGER_TEST(test_precedence),
        LEDGER_TEST(test_pool_stakes),
        LEDGER_TEST(test_freeze),
        LEDGER_TEST(test_open_and_close),
        LEDGER_TEST(test_limits),
        LEDGER_TEST(test_overflow),
        LEDGER_TEST(test_business_dates),
        LEDGER_TEST(test_time),
        LEDGER_TEST(test_idempotency),
        LEDGER_TEST(test_id_reused),
        LEDGER_TEST(test_try),
        LEDGER_TEST(test_orders_foreseen),
        LEDGER_TEST(test_body_of_a_line_without),
    };

    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
