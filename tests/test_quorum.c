/*
 * Quorums: how many keys, of which kinds, on which side of the border, and
 * whether the clubs are the majority; and what changes when policy does.
 */
#include "quorum_fixture.h"

#include "../ledger/permission.h"
#include "../ledger/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

#define LARGE "transfer from=m1 to=m2 amount=USD600.00 purpose=I"
#define ENTRY                                      \
    "journal-entry post=us/us/due.from/USD:7.00,"  \
    "us/us/income.fee/USD:-7.00 reason=x"

static void send(struct ledger_fixture *f, const char *key, const char *line)
{
    (void)ledger_fixture_send(f, key, "%s", line);
}

static void refused(
    struct ledger_fixture *f, const char *key, const char *line,
    const char *answer)
{
    send(f, key, line);
    ledger_table_answer(f, answer, line);
}

/* One key in each country: two in the same are not enough. */
static void test_both_sides(void **state)
{
    struct ledger_fixture *f = *state;

    send(f, "fed.us", ENTRY); /* 2 */
    quorum_fixture_open(f, 2, 1);
    send(f, "board", "approve proposal=2");
    quorum_fixture_open(f, 2, 2);
    assert_int_equal(ledger_fixture_balance(f, "us/us/due.from/USD"), 0);
    send(f, "fed.mx", "approve proposal=2");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    assert_int_equal(ledger_fixture_balance(f, "us/us/due.from/USD"), 700);
    send(f, "fed.mx", ENTRY); /* 5 */
    quorum_fixture_open(f, 2, 1);
    send(f, "fed.us", "approve proposal=5");
    quorum_fixture_ended(f, PROPOSAL_DONE);
}

/* What the table itself asks of projects: two keys, one on each side. */
static void test_projects_by_default(void **state)
{
    struct ledger_fixture *f = *state;

    send(f, "fed.us", "agreement-set agreement=alone from=2026-11-01 "
                      "parts=club:1");
    quorum_fixture_open(f, 2, 1);
    send(f, "board", "approve proposal=2");
    quorum_fixture_open(f, 2, 2);
    send(f, "fed.mx", "approve proposal=2"); /* 4 */
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "c1.t", "project-register project=red book=us club=c1 "
                    "agreement=alone category=trade place=Jerez "
                    "budget=USD9.00 milestones=a:1");
    assert_int_equal(f->decision.status, STATUS_ACCEPTED);
    send(f, "c1.t", "pledge project=red level=club from=c1 "
                    "amount=USD9.00 until=2026-12-01");
    send(f, "board", "receive project=red level=club from=c1 via=bank "
                     "amount=USD9.00");
    assert_int_equal(f->decision.status, STATUS_ACCEPTED);
    send(f, "c1.t", "milestone project=red milestone=a "
                    "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    quorum_fixture_open(f, 2, 1); /* 8 */
    send(f, "board", "approve proposal=8");
    quorum_fixture_open(f, 2, 2);
    /* It waits: nothing is released yet. */
    refused(f, "c1.t", "draw project=red amount=USD9.00 via=bank "
                       "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
                       "Hh8=", "above-milestones amount");
    send(f, "fed.mx", "approve proposal=8");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "c1.t", "draw project=red amount=USD9.00 via=bank "
                    "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
                    "Hh8="); /* 11 */
    quorum_fixture_open(f, 2, 1);
    send(f, "c2.t", "approve proposal=11");
    quorum_fixture_open(f, 2, 2);
    send(f, "fed.mx", "approve proposal=11");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    assert_int_equal(ledger_fixture_balance(f, "us/red.c1/trust/USD"), 0);
}

/* More than half of those who signed are clubs' treasurers. */
static void test_clubs(void **state)
{
    struct ledger_fixture *f = *state;

    send(f, "bea", "contribute member=m1 club=c1 amount=USD50.00 purpose=C");
    send(f, "zac.t",
        "pool-lend from=c1 to=zac amount=USD10.00 purpose=C"); /* 3 */
    quorum_fixture_open(f, 3, 1);
    send(f, "fed.us", "approve proposal=3");
    quorum_fixture_open(f, 3, 2);
    send(f, "c1.t", "approve proposal=3"); /* three keys, one of a club */
    quorum_fixture_open(f, 3, 3);
    refused(f, "c1.t", "approve proposal=3", "already-approved proposal");
    send(f, "c2.t", "approve proposal=3"); /* two of four: half */
    quorum_fixture_open(f, 3, 4);
    refused(f, "board", "approve proposal=3", "wrong-kind");
    assert_int_equal(ledger_fixture_balance(f, "us/zac/pool/USD"), 0);
    send(f, "c1.t",
        "pool-lend from=c1 to=zac amount=USD10.00 purpose=C"); /* 7 */
    send(f, "c2.t", "approve proposal=7");
    quorum_fixture_open(f, 3, 2);
    send(f, "zac.t", "approve proposal=7"); /* two of three */
    quorum_fixture_ended(f, PROPOSAL_DONE);
    assert_int_equal(ledger_fixture_balance(f, "us/zac/pool/USD"), 1000);
}

/* A key revoked since counts no more; a proposal of such a key waits for
 * nothing. */
static void test_revoked(void **state)
{
    struct ledger_fixture *f = *state;

    send(f, "bea", "contribute member=m1 club=c1 amount=USD50.00 purpose=C");
    send(f, "c1.t",
        "pool-lend from=c1 to=zac amount=USD10.00 purpose=C"); /* 3 */
    send(f, "zac.t", "approve proposal=3");
    quorum_fixture_open(f, 3, 2);
    send(f, "fed.us", "key-revoke key=zac.t reason=lost"); /* 5 */
    quorum_fixture_open(f, 2, 1);
    send(f, "fed.mx", "approve proposal=5");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "c2.t", "approve proposal=3"); /* the third, but one is gone */
    quorum_fixture_open(f, 3, 2);
    refused(f, "zac.t", "approve proposal=3", "key-revoked by");
    send(f, "fed.us", "approve proposal=3");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "ana", LARGE); /* 9 */
    send(f, "fed.us", "key-revoke key=ana reason=left");
    send(f, "fed.mx", "approve proposal=10");
    refused(f, "bea", "approve proposal=9", "key-revoked proposal");
    send(f, "bea", "reject proposal=9 reason=x");
    quorum_fixture_ended(f, PROPOSAL_REJECTED);
}

/* Changing policy takes the quorum in force, and one key more. */
static void test_policy_plus_one(void **state)
{
    struct ledger_fixture *f = *state;

    /* one key for a deposit: two for its policy */
    send(f, "board", "policy-set verb=deposit need=2 kinds=teller"); /* 2 */
    quorum_fixture_open(f, 2, 1);
    refused(f, "sup", "approve proposal=2", "out-of-scope proposal");
    send(f, "fed.us", "approve proposal=2");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "bea", "deposit member=m1 via=la amount=USD1.00 purpose=I");
    quorum_fixture_open(f, 2, 1);
    /* now three */
    send(f, "board", "policy-set verb=deposit need=1 kinds=teller"); /* 5 */
    quorum_fixture_open(f, 3, 1);
    send(f, "fed.us", "approve proposal=5");
    quorum_fixture_open(f, 3, 2);
    send(f, "fed.mx", "approve proposal=5");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    /* the band in force, not the row for all amounts; each= stays */
    send(f, "board",
        "policy-set verb=transfer over=USD700.00 need=1 kinds=board");
    quorum_fixture_open(f, 3, 1);
    send(f, "board",
        "policy-set verb=transfer over=USD100.00 need=1 kinds=board");
    quorum_fixture_open(f, 2, 1);
    send(f, "board",
        "policy-set verb=journal-entry need=1 kinds=board"); /* 10 */
    quorum_fixture_open(f, 3, 1);
    send(f, "fed.us", "approve proposal=10");
    quorum_fixture_open(f, 3, 2);
    send(f, "fed.mx", "approve proposal=10");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "board", ENTRY);
    assert_int_equal(f->decision.proposal, PROPOSAL_NONE);
    /* what policy-set itself needs: two by default, so three */
    send(f, "board",
        "policy-set verb=policy-set need=1 kinds=federation.treasurer,board");
    quorum_fixture_open(f, 3, 1);
}

/* Policy at the moment of effect counts, not that of the proposal. */
static void test_policy_meanwhile(void **state)
{
    struct ledger_fixture *f = *state;

    send(f, "bea", LARGE); /* 2 */
    quorum_fixture_open(f, 2, 1);
    send(f, "board",
        "policy-set verb=transfer over=USD500.00 need=3 "
        "kinds=teller,supervisor"); /* 3 */
    quorum_fixture_open(f, 3, 1);
    send(f, "fed.us", "approve proposal=3");
    send(f, "fed.mx", "approve proposal=3");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "ana", "approve proposal=2");
    quorum_fixture_open(f, 3, 2);
    refused(f, "c2.t", "approve proposal=2", "wrong-kind");
    send(f, "sup", "approve proposal=2");
    quorum_fixture_ended(f, PROPOSAL_DONE);
}

/* Two keys by default, both of those that govern. */
static void test_keys_need_two(void **state)
{
    struct ledger_fixture *f = *state;
    char line[300];

    (void)snprintf(line, sizeof line,
        "key-add key=new public=%s kind=teller owner=bea country=US "
        "scope=us",
        ledger_fixture_public("new"));
    assert_int_equal(ledger_fixture_prove(f, "fed.us", "new", line),
        STATUS_ACCEPTED); /* 2 */
    quorum_fixture_open(f, 2, 1);
    refused(f, "new", "deposit member=m1 via=la amount=USD1.00 purpose=I",
        "unknown-key by");
    send(f, "board", "approve proposal=2");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    send(f, "new", "deposit member=m1 via=la amount=USD1.00 purpose=I");
    assert_int_equal(f->decision.status, STATUS_ACCEPTED);
    /* With two left of those that govern everywhere none may go. */
    send(f, "fed.us", "key-revoke key=board reason=x"); /* 5 */
    send(f, "fed.mx", "approve proposal=5");
    quorum_fixture_ended(f, PROPOSAL_DONE);
    refused(f, "fed.us", "key-revoke key=fed.mx reason=x", "last-key key");
}

/* What has signed, against what is asked. */
static void test_met(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct {
        struct quorum quorum;
        struct signers signers;
        bool met;
    } rows[] = {
        { { .need = 2 }, { .count = 1 }, false },
        { { .need = 2 }, { .count = 2 }, true },
        { { .need = 2, .each = 1 },
            { .count = 2, .countries = { [COUNTRY_US] = 2 } }, false },
        { { .need = 2, .each = 1 },
            { .count = 2,
                .countries = { [COUNTRY_US] = 1, [COUNTRY_MX] = 1 } },
            true },
        { { .need = 4, .each = 2 },
            { .count = 5,
                .countries = { [COUNTRY_US] = 4, [COUNTRY_MX] = 1 } },
            false },
        { { .need = 2, .clubs = true }, { .count = 2, .clubs = 1 }, false },
        { { .need = 2, .clubs = true }, { .count = 2, .clubs = 2 }, true },
        { { .need = 3, .clubs = true }, { .count = 3, .clubs = 2 }, true },
        { { .need = 3, .clubs = true }, { .count = 4, .clubs = 2 }, false },
        /* a reversal: one, then two, of those it takes to do it */
        { { .need = 2, .core_need = 1, .core = KIND_BIT(BOARD) },
            { .count = 3, .of_kind = { [KIND_SUPERVISOR] = 3 } }, false },
        { { .need = 2, .core_need = 1, .core = KIND_BIT(BOARD) },
            { .count = 2,
                .of_kind = { [KIND_SUPERVISOR] = 1, [KIND_BOARD] = 1 } },
            true },
        { { .need = 3, .core_need = 2, .core = KINDS_GOVERN },
            { .count = 3,
                .of_kind = { [KIND_SUPERVISOR] = 2, [KIND_BOARD] = 1 } },
            false },
        { { .need = 3, .core_need = 2, .core = KINDS_GOVERN },
            { .count = 3,
                .of_kind = { [KIND_SUPERVISOR] = 1, [KIND_BOARD] = 1,
                    [KIND_FEDERATION_TREASURER] = 1 } },
            true },
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(permission_met(f->ledger, &rows[i].quorum,
                             &rows[i].signers), rows[i].met);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUORUM_TEST(test_both_sides),
        QUORUM_TEST(test_projects_by_default),
        QUORUM_TEST(test_clubs),
        QUORUM_TEST(test_revoked),
        QUORUM_TEST(test_policy_plus_one),
        QUORUM_TEST(test_policy_meanwhile),
        QUORUM_TEST(test_keys_need_two),
        QUORUM_TEST(test_met),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
