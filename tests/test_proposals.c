/*
 * Proposals: what waits, who may sign it, how it ends, what it then does.
 */
#include "quorum_fixture.h"

#include "../ledger/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define LARGE "transfer from=m1 to=m2 amount=USD600.00 purpose=I"

static void send(struct ledger_fixture *f, const char *key, const char *line)
{
    (void)ledger_fixture_send(f, key, "%s", line);
}

static void expect_effects(struct ledger_fixture *f, const char *text)
{
    char found[2000];

    (void)snprintf(found, sizeof found, "%.*s",
        (int)f->decision.effects.length,
        f->decision.effects.length > 0
            ? (const char *)f->decision.effects.data
            : "");
    assert_string_equal(found, text);
}

static void expect_balance(
    struct ledger_fixture *f, const char *account, int64_t minor)
{
    assert_int_equal(ledger_fixture_balance(f, account), minor);
}

/* Above the band it waits and posts nothing; the second key carries it
 * out; a reversal takes that entry back, not the one that proposed. */
static void test_waits_then_posts(void **state)
{
    struct ledger_fixture *f = *state;

    send(f, "ana", "transfer from=m1 to=m2 amount=USD500.00 purpose=I");
    assert_int_equal(f->decision.proposal, PROPOSAL_NONE);
    send(f, "ana", "transfer from=m2 to=m1 amount=USD500.00 purpose=I");
    send(f, "ana", LARGE); /* 4 */
    quorum_fixture_open(f, 2, 1);
    expect_effects(
        f, "+ proposal until=2026-11-30T16:00:04.000Z need=2\n");
    expect_balance(f, "us/m1/share/USD", 100000);
    expect_balance(f, "us/m2/share/USD", 0);
    send(f, "bea", "approve proposal=4"); /* 5 */
    quorum_fixture_ended(f, PROPOSAL_DONE);
    expect_effects(f,
        "+ effect proposal=4\n"
        "+ us/m1/share/USD 600.00\n"
        "+ us/m2/share/USD -600.00\n");
    expect_balance(f, "us/m2/share/USD", 60000);
    ledger_table_send(f,
        (const struct ledger_row[]){
            { "sup", "reverse entry=4 reason=x", "not-reversible entry" },
            /* a reversal takes the keys of what it reverses */
            { "sup", "reverse entry=5 reason=x", "ok" }, /* 6 */
            { "bea", "approve proposal=6", "ok" },
            { "sup", "reverse entry=5 reason=x", "already-reversed entry" },
            { "bea", "approve proposal=4", "proposal-ended proposal" },
        },
        5);
    expect_balance(f, "us/m2/share/USD", 0);
}

/* Every refusal of approve, reject and withdraw-proposal. */
static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", LARGE, "ok" }, /* 2 */
        { "bea", "approve proposal=1", "unknown-proposal proposal" },
        { "bea", "approve proposal=99", "unknown-proposal proposal" },
        { "ana", "approve proposal=2", "own-proposal proposal" },
        { "ana", "reject proposal=2 reason=x", "own-proposal proposal" },
        { "board", "approve proposal=2", "wrong-kind" },
        { "aud", "approve proposal=2", "wrong-kind" },
        { "mex", "approve proposal=2", "out-of-scope proposal" },
        { "mex", "reject proposal=2 reason=x", "out-of-scope proposal" },
        { "bea", "withdraw-proposal proposal=2",
            "not-own-proposal proposal" },
        { "bea", "reject proposal=2 reason=not%20today", "ok" },
        { "sup", "approve proposal=2", "proposal-ended proposal" },
        { "ana", LARGE, "ok" }, /* 4 */
        { "ana", "withdraw-proposal proposal=4", "ok" },
        { "bea", "reject proposal=4 reason=x", "proposal-ended proposal" },
        { "ana", "withdraw-proposal proposal=4", "proposal-ended proposal" },
        { "ana", "withdraw-proposal proposal=9",
            "unknown-proposal proposal" },
        /* own account: m3 owns c1.t; m1 does not */
        { "ana", "transfer from=m1 to=m3 amount=USD600.00 purpose=I",
            "ok" }, /* 6 */
        { "c1.t", "approve proposal=6", "own-account proposal" },
        { "c1.t", "reject proposal=6 reason=x", "own-account proposal" },
        { "c2.t", "approve proposal=6", "ok" },
        /* nonsense never waits */
        { "ana", "transfer from=m1 to=m9 amount=USD600.00 purpose=I",
            "unknown-party to" },
        { "ana", "transfer from=m1 to=m2 amount=USD600.00 purpose=I",
            "insufficient-funds from" },
        { "ana", "transfer from=m3 to=m1 amount=USD901.00 purpose=I",
            "over-limit amount" },
        { "board", LARGE, "wrong-kind" },
    };

    ledger_table_send(f, rows, COUNT(rows));
    expect_balance(f, "us/m3/share/USD", 60000);
}

/* Checked again at the moment of effect; nothing changes, it stays open. */
static void test_no_longer_allowed(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "bea", LARGE, "ok" }, /* 2 */
        { "sup", "withdraw member=m1 via=la amount=USD450.00 purpose=I",
            "ok" },
        { "ana", "approve proposal=2", "insufficient-funds from" },
        { "sup", "deposit member=m1 via=la amount=USD450.00 purpose=I",
            "ok" },
        { "sup", "party-freeze party=m2 block=in order=x", "ok" },
        { "ana", "approve proposal=2", "party-frozen to" },
        { "sup", "party-unfreeze party=m2 order=x", "ok" },
        { "ana", "approve proposal=2", "ok" },
    };

    ledger_table_send(f, rows, COUNT(rows));
    quorum_fixture_ended(f, PROPOSAL_DONE);
    expect_balance(f, "us/m2/share/USD", 60000);
}

/* To the millisecond: at `until` it has lapsed. */
static void test_lapse(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t made;

    made = f->clock.ms;
    send(f, "ana", LARGE); /* 2 */
    send(f, "ana", LARGE); /* 3, a second later */
    f->clock.ms = made + INT64_C(7) * 86400000 - 1;
    send(f, "bea", "approve proposal=2");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    f->clock.ms = made + 1000 + INT64_C(7) * 86400000;
    send(f, "bea", "approve proposal=3");
    ledger_table_answer(f, "proposal-ended proposal", "at until");
    assert_int_equal(ledger_size(f->ledger), 5);
    f->clock.ms = made + 1000 + INT64_C(7) * 86400000;
    send(f, "bea", "deposit member=m1 via=la amount=USD1.00 purpose=I");
    expect_effects(f, "+ lapse proposal=3\n");
    /* policy says one day here */
    made = f->clock.ms;
    send(f, "ana", "party-open party=n9 kind=member book=us parent=c2 "
                   "country=US"); /* 6 */
    quorum_fixture_open(f, 2, 1);
    f->clock.ms = made + 86400000;
    send(f, "bea", "approve proposal=6");
    ledger_table_answer(f, "proposal-ended proposal", "one day");
}

/* The same bytes again get the first answer again. */
static void again(struct ledger_fixture *f)
{
    struct buffer line = buffer_empty();
    struct decision first = f->decision;
    uint64_t size = ledger_size(f->ledger);

    buffer_append(&line, buffer_bytes(&f->line));
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                         buffer_bytes(&f->body)), STATUS_ACCEPTED);
    assert_true(f->decision.repeated);
    assert_int_equal(f->decision.index, first.index);
    assert_int_equal(f->decision.proposal, first.proposal);
    assert_int_equal(f->decision.need, first.need);
    assert_int_equal(f->decision.have, first.have);
    assert_int_equal(f->decision.counted, first.counted);
    assert_int_equal(f->decision.accepted, first.accepted);
    assert_int_equal(ledger_size(f->ledger), size);
    buffer_free(&line);
}

static void test_again(void **state)
{
    struct ledger_fixture *f = *state;

    send(f, "ana", LARGE); /* 2 */
    again(f);
    send(f, "bea", "approve proposal=2");
    again(f);
    send(f, "ana", "transfer from=m2 to=m1 amount=USD550.00 purpose=I");
    send(f, "bea", "reject proposal=4 reason=x");
    again(f);
    send(f, "zac.t", "pool-lend from=c1 to=zac amount=USD1.00 purpose=C");
    ledger_table_answer(f, "insufficient-funds from", "empty pool");
    send(f, "bea", "contribute member=m1 club=c1 amount=USD10.00 purpose=C");
    send(f, "zac.t", "pool-lend from=c1 to=zac amount=USD1.00 purpose=C");
    send(f, "c1.t", "approve proposal=7");
    quorum_fixture_open(f, 3, 2);
    again(f);
    send(f, "zac.t", "withdraw-proposal proposal=7");
    again(f);
}

/* What try says of a line that would wait, and of a proposal. */
static void test_try(void **state)
{
    struct ledger_fixture *f = *state;
    static const char postings[] = "+ us/m1/share/USD 600.00\n"
                                   "+ us/m2/share/USD -600.00\n";
    struct decision d;

    assert_int_equal(
        ledger_fixture_try(f, "ana", "%s", LARGE), STATUS_ACCEPTED);
    quorum_fixture_open(f, 2, 1);
    expect_effects(f, postings);
    assert_int_equal(ledger_size(f->ledger), 2);
    send(f, "ana", LARGE);
    assert_int_equal(
        ledger_try_proposal(f->ledger, 2, f->clock, &d), 0);
    assert_int_equal(d.status, STATUS_ACCEPTED);
    assert_true(bytes_equal_text(d.effects, postings));
    assert_int_equal(ledger_fixture_try(f, "bea", "approve proposal=2"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.proposal, PROPOSAL_DONE);
    expect_balance(f, "us/m1/share/USD", 100000);
    assert_int_equal(
        ledger_try_proposal(f->ledger, 1, f->clock, &d), 0);
    assert_int_equal(d.status, STATUS_UNKNOWN_PROPOSAL);
}

static void keep_row(void *context, const struct history_row *row)
{
    struct history_row *rows = context;

    assert_true(row->line >= 1 && row->line <= 4);
    rows[row->line - 1] = *row;
}

/* The history names the lines of the batch that was carried out. */
static void expect_history(struct ledger_fixture *f)
{
    struct history_row rows[4] = { { 0 } };
    struct account_name name;
    struct ident who = ident_of("aud");
    enum status status;

    assert_true(
        account_name_parse(bytes_text("us/m2/share/USD"), &name));
    assert_int_equal(report_history(f->ledger, &who, &name, UINT64_MAX, 10,
                         keep_row, rows, &status), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(rows[0].entry, 4);
    assert_int_equal(rows[0].verb, VERB_TRANSFER);
    assert_int_equal(rows[0].amount, 60000);
    assert_int_equal(rows[3].amount, -5000);
    assert_int_equal(rows[3].balance, 55000);
}

/* A batch waits as a whole; its lines are decided when it takes effect. */
static void test_batch(void **state)
{
    struct ledger_fixture *f = *state;
    static const char lines[] =
        "transfer from=m1 to=m2 amount=USD600.00 purpose=I\n"
        "transfer from=m1 to=n1 amount=USD400.00 purpose=F\n"
        "transfer from=m1 to=n1 amount=USD0 purpose=F\n"
        "transfer from=m2 to=n1 amount=USD50.00 purpose=F\n";

    (void)ledger_fixture_batch(f, "bea", "each", lines); /* 2 */
    quorum_fixture_open(f, 2, 1);
    assert_false(f->decision.counted);
    expect_balance(f, "us/m2/share/USD", 0);
    send(f, "sup", "withdraw member=m1 via=la amount=USD100.00 purpose=I");
    send(f, "sup", "approve proposal=2"); /* 4 */
    quorum_fixture_ended(f, PROPOSAL_DONE);
    assert_true(f->decision.counted);
    assert_int_equal(f->decision.accepted, 2);
    assert_int_equal(f->decision.refused, 2);
    expect_balance(f, "us/m1/share/USD", 30000);
    expect_balance(f, "us/m2/share/USD", 55000);
    expect_balance(f, "us/n1/share/USD", 5000);
    expect_history(f);
    ledger_fixture_close_group(f);
    ledger_table_send(f,
        (const struct ledger_row[]){
            { "sup", "reverse entry=4 line=2 reason=x",
                "unknown-entry line" },
            { "sup", "reverse entry=2 line=1 reason=x",
                "unknown-entry line" },
            { "sup", "reverse entry=4 line=4 reason=x", "ok" },
            { "sup", "reverse entry=4 line=1 reason=x", "ok" }, /* 6 */
            { "ana", "approve proposal=6", "ok" },
        },
        5);
    expect_balance(f, "us/m1/share/USD", 90000);
    /* all: the first refused line refuses it, also when it would take
     * effect */
    (void)ledger_fixture_batch(f, "bea", "all",
        "transfer from=m1 to=m2 amount=USD600.00 purpose=I\n"
        "transfer from=m1 to=n1 amount=USD301.00 purpose=F\n");
    assert_int_equal(f->decision.status, STATUS_LINE_REFUSED);
    assert_int_equal(f->decision.line, 2);
    (void)ledger_fixture_batch(f, "bea", "all",
        "transfer from=m1 to=m2 amount=USD600.00 purpose=I\n"
        "transfer from=m1 to=n1 amount=USD300.00 purpose=F\n"); /* 8 */
    quorum_fixture_open(f, 2, 1);
    send(f, "sup", "withdraw member=m1 via=la amount=USD1.00 purpose=I");
    send(f, "sup", "approve proposal=8");
    assert_int_equal(f->decision.status, STATUS_LINE_REFUSED);
    assert_int_equal(f->decision.line, 2);
    assert_int_equal(f->decision.line_status, STATUS_INSUFFICIENT);
    expect_balance(f, "us/m1/share/USD", 89900);
}

/* Records take their name from the entry that made them. */
static void test_hold(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "fed.us", "policy-set verb=hold need=2 kinds=teller,supervisor",
            "ok" }, /* 2 */
        { "fed.mx", "approve proposal=2", "ok" },
        { "ana",
            "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD8.00 "
            "until=2026-12-01T00:00:00.000Z purpose=F",
            "ok" }, /* 4 */
        { "bea", "release hold=4", "unknown-hold hold" },
        { "bea", "approve proposal=4", "ok" }, /* 5 */
        { "bea", "capture hold=5 amount=USD3.00 rest=keep", "ok" },
    };

    ledger_table_send(f, rows, COUNT(rows));
    expect_balance(f, "us/m2/share/USD", 300);
    assert_int_equal(
        ledger_fixture_available(f, "us/m1/share/USD"), 99200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUORUM_TEST(test_waits_then_posts),
        QUORUM_TEST(test_refusals),
        QUORUM_TEST(test_no_longer_allowed),
        QUORUM_TEST(test_lapse),
        QUORUM_TEST(test_again),
        QUORUM_TEST(test_try),
        QUORUM_TEST(test_batch),
        QUORUM_TEST(test_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
