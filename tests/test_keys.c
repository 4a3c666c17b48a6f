/*
 * Keys and policy: adding, revoking, rotating; who may sign what.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../ledger/permission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const char deposit_1[] =
    "deposit member=m1 via=la amount=USD1.00 purpose=I";

/* Add the key `name`; rest: from kind= on. */
static enum status add_key(struct ledger_fixture *f, const char *signer,
    const char *name, const char *rest)
{
    char line[400];

    (void)snprintf(line, sizeof line, "key-add key=%s public=%s %s", name,
        ledger_fixture_public(name), rest);
    return ledger_fixture_prove(f, signer, name, line);
}

static enum status rotate(struct ledger_fixture *f, const char *signer,
    const char *name, const char *new_name)
{
    char line[400];

    (void)snprintf(line, sizeof line, "key-rotate key=%s public=%s", name,
        ledger_fixture_public(new_name));
    return ledger_fixture_prove(f, signer, new_name, line);
}

static void test_add(void **state)
{
    struct ledger_fixture *f = *state;
    uint64_t version = ledger_keys_version(f->ledger);
    struct public_key key;
    struct ident name = ident_of("new");

    assert_false(ledger_find_key(f->ledger, &name, &key));
    assert_int_equal(add_key(f, "board", "new",
                         "kind=teller owner=sup country=US scope=c1 "
                         "limit=MXN5.00,USD2.00 daily=USD3.00"),
        STATUS_ACCEPTED);
    assert_true(ledger_find_key(f->ledger, &name, &key));
    assert_memory_equal(
        key.data, ledger_fixture_secret("new").data + 32, 32);
    assert_int_equal(ledger_keys_version(f->ledger), version + 1);
    assert_int_equal(ledger_fixture_send(f, "ana", "%s", deposit_1),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "new",
                         "transfer from=m1 to=m2 amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "new",
                         "transfer from=m2 to=m1 amount=USD2.01 purpose=I"),
        STATUS_OVER_LIMIT);
    assert_int_equal(ledger_fixture_send(f, "new",
                         "transfer from=m2 to=m1 amount=MXN5.01 purpose=I"),
        STATUS_OVER_LIMIT);
    assert_int_equal(ledger_fixture_send(f, "new",
                         "transfer from=m2 to=n1 amount=USD1.00 purpose=I"),
        STATUS_OUT_OF_SCOPE);
    /* sup owns it now, too: not to be closed */
    ledger_fixture_check_replay(f);
}

static void test_add_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct {
        const char *signer;
        const char *name;
        const char *rest;
        const char *answer;
    } rows[] = {
        { "ana", "new", "kind=teller owner=sup country=US scope=us",
            "wrong-kind" },
        { "club", "new", "kind=teller owner=sup country=US scope=c1",
            "wrong-kind" },
        { "us.board", "new", "kind=teller owner=sup country=US scope=all",
            "out-of-scope scope" },
        { "us.board", "new", "kind=teller owner=sup country=US scope=mx",
            "out-of-scope scope" },
        { "us.board", "new", "kind=teller owner=sup country=US scope=x1",
            "out-of-scope scope" },
        { "us.board", "new", "kind=teller owner=x1 country=US scope=us",
            "out-of-scope owner" },
        { "fed", "new", "kind=teller owner=m1 country=US scope=us",
            "out-of-scope scope" },
        { "fed", "new", "kind=teller owner=m1 country=US scope=c3",
            "out-of-scope scope" },
        { "fed", "new", "kind=teller owner=sup country=US scope=c1",
            "out-of-scope owner" },
        { "board", "new", "kind=teller owner=m9 country=US scope=us",
            "unknown-party owner" },
        { "board", "new", "kind=teller owner=sup country=US scope=m9",
            "unknown-party scope" },
        { "board", "ana", "kind=teller owner=sup country=US scope=us",
            "name-taken key" },
        { "board", "new",
            "kind=teller owner=sup country=US scope=us limit=JPY5",
            "unknown-currency limit" },
        { "board", "new",
            "kind=teller owner=sup country=US scope=us daily=EUR5.00",
            "unknown-currency daily" },
        /* and what is just allowed */
        { "us.board", "n1", "kind=teller owner=sup country=US scope=us",
            "ok" },
        { "fed", "n2", "kind=teller owner=m1 country=US scope=c1", "ok" },
        { "fed", "n3", "kind=teller owner=zac country=US scope=zac", "ok" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        (void)add_key(f, rows[i].signer, rows[i].name, rows[i].rest);
        ledger_table_answer(f, rows[i].answer, rows[i].rest);
    }
    /* proved by another key */
    assert_int_equal(ledger_fixture_prove(f, "board", "other",
                         "key-add key=new "
                         "public=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "
                         "kind=teller owner=sup country=US scope=us"),
        STATUS_BAD_PROOF);
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "party-close party=m4 reason=x"), STATUS_NOT_EMPTY);
    assert_int_equal(ledger_fixture_send(f, "board",
                         "key-revoke key=club reason=x"), STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "party-close party=m4 reason=x"), STATUS_ACCEPTED);
    (void)add_key(
        f, "board", "n4", "kind=teller owner=m4 country=US scope=us");
    ledger_table_answer(f, "party-closed owner", "closed owner");
    (void)add_key(
        f, "board", "n4", "kind=teller owner=sup country=US scope=m4");
    ledger_table_answer(f, "party-closed scope", "closed scope");
}

static void test_revoke(void **state)
{
    struct ledger_fixture *f = *state;
    uint64_t version = ledger_keys_version(f->ledger);
    static const struct ledger_row rows[] = {
        { "sup", "key-revoke key=ana reason=x", "wrong-kind" },
        { "board", "key-revoke key=nobody reason=x", "unknown-key key" },
        { "us.board", "key-revoke key=xana reason=x", "out-of-scope key" },
        { "us.board", "key-revoke key=any reason=x", "out-of-scope key" },
        { "us.board", "key-revoke key=board reason=x", "out-of-scope key" },
        { "fed", "key-revoke key=ana reason=x", "out-of-scope key" },
        { "ana", "deposit member=m1 via=la amount=USD1.00 purpose=I",
            "ok" },
        { "us.board", "key-revoke key=ana reason=x", "ok" },
        { "ana", "deposit member=m1 via=la amount=USD1.00 purpose=I",
            "key-revoked by" },
        { "us.board", "key-revoke key=ana reason=x", "key-revoked key" },
        { "board", "key-revoke key=us.board reason=x", "ok" },
        { "board", "key-revoke key=board reason=x", "last-key key" },
        /* fed governs, but reaches no whole book */
        { "board", "key-revoke key=fed reason=x", "ok" },
        { "board", "key-revoke key=board reason=x", "last-key key" },
    };

    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(ledger_keys_version(f->ledger), version + 3);
    assert_int_equal(ledger_fixture_try(f, "ana", "%s", deposit_1),
        STATUS_KEY_REVOKED);
    ledger_fixture_check_replay(f);
}

/* A key by the name of `name` signs with the secret of `with`. */
static enum status send_as(struct ledger_fixture *f, const char *name,
    const struct public_key *signer)
{
    struct order order;
    enum status status;

    /* Make a line that is right but for its signer. */
    f->quick = true;
    (void)ledger_fixture_send(f, name, "%s", deposit_1);
    ledger_fixture_admit(
        f, &order, buffer_bytes(&f->line), bytes_of(NULL, 0));
    order.signer = *signer;
    order.operation.id.data[15]++;
    assert_int_equal(
        ledger_decide(f->ledger, &order, f->clock, &f->decision), 0);
    status = f->decision.status;
    f->quick = false;
    return status;
}

static void test_rotate(void **state)
{
    struct ledger_fixture *f = *state;
    uint64_t version = ledger_keys_version(f->ledger);
    struct ident ana = ident_of("ana");
    struct public_key old_key;
    struct public_key new_key;

    assert_true(ledger_find_key(f->ledger, &ana, &old_key));
    /* somebody else's, as no governor */
    assert_int_equal(rotate(f, "sup", "ana", "ana'"), STATUS_WRONG_KIND);
    assert_int_equal(rotate(f, "fed", "ana", "ana'"), STATUS_OUT_OF_SCOPE);
    assert_int_equal(rotate(f, "board", "nobody", "x"), STATUS_UNKNOWN_KEY);
    /* its own */
    assert_int_equal(rotate(f, "ana", "ana", "ana'"), STATUS_ACCEPTED);
    assert_true(ledger_find_key(f->ledger, &ana, &new_key));
    assert_memory_equal(
        new_key.data, ledger_fixture_secret("ana'").data + 32, 32);
    assert_int_equal(ledger_keys_version(f->ledger), version + 1);
    assert_int_equal(ledger_fixture_send(f, "ana", "%s", deposit_1),
        STATUS_BAD_SIGNATURE);
    /* A line whose signature was checked with the old key meanwhile. */
    assert_int_equal(send_as(f, "ana", &old_key), STATUS_BAD_SIGNATURE);
    assert_int_equal(send_as(f, "ana", &new_key), STATUS_ACCEPTED);
    /* by a governor, back */
    assert_int_equal(rotate(f, "board", "ana", "ana"), STATUS_ACCEPTED);
    assert_int_equal(
        ledger_fixture_send(f, "ana", "%s", deposit_1), STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "board",
                         "key-revoke key=ana reason=x"), STATUS_ACCEPTED);
    assert_int_equal(rotate(f, "board", "ana", "ana'"), STATUS_KEY_REVOKED);
}

/* A client whose answer got lost sends the same bytes again, and the key
 * has been rotated since: the first answer again.  With the last character
 * of the line changed it is a bad signature like any other. */
static void test_repeat_after_rotation(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer line = buffer_empty();
    struct entry entry;
    uint64_t index;

    assert_int_equal(
        ledger_fixture_send(f, "ana", "%s", deposit_1), STATUS_ACCEPTED);
    index = f->decision.index;
    assert_int_equal(ledger_entry(f->ledger, index, &line, &entry), 0);
    assert_int_equal(rotate(f, "ana", "ana", "ana'"), STATUS_ACCEPTED);
    struct hash before = ledger_fixture_snapshot(f);
    assert_int_equal(
        ledger_fixture_again(f, entry.line, bytes_of(NULL, 0)),
        STATUS_ACCEPTED);
    assert_true(f->decision.repeated);
    assert_int_equal(f->decision.index, index);
    uint8_t *amount = memmem(line.data, line.length, "USD", 3);
    assert_non_null(amount);
    amount[3] = amount[3] == '9' ? '8' : '9';
    assert_int_equal(
        ledger_fixture_again(f, entry.line, bytes_of(NULL, 0)),
        STATUS_BAD_SIGNATURE);
    struct hash after = ledger_fixture_snapshot(f);
    assert_true(hash_equal(&before, &after));
    buffer_free(&line);
}

static void count_key(void *context, const struct ident *name,
    const struct public_key *key)
{
    size_t *count = context;

    (void)name;
    (void)key;
    (*count)++;
}

static void test_each_key(void **state)
{
    struct ledger_fixture *f = *state;
    size_t count = 0;

    ledger_each_key(f->ledger, count_key, &count);
    assert_int_equal(count, 13);
}

/* ---- policy ---- */

static void test_policy_bands(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "policy-set verb=deposit need=1 kinds=supervisor",
            "wrong-kind" },
        { "board",
            "policy-set verb=deposit over=USD500.00 need=1 kinds=supervisor",
            "ok" },
        { "ana", "deposit member=m1 via=la amount=USD500.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m1 via=la amount=USD500.01 purpose=I",
            "wrong-kind" },
        { "sup", "deposit member=m1 via=la amount=USD500.01 purpose=I",
            "ok" },
        /* another currency has no band */
        { "ana", "deposit member=m1 via=la amount=MXN900.00 purpose=I",
            "ok" },
        /* the narrowest band counts, in whatever order they were set */
        { "board",
            "policy-set verb=deposit over=USD900.00 need=1 kinds=board",
            "ok" },
        { "board",
            "policy-set verb=deposit over=USD700.00 need=1 kinds=teller",
            "ok" },
        { "ana", "deposit member=m1 via=la amount=USD700.01 purpose=I",
            "ok" },
        { "sup", "deposit member=m1 via=la amount=USD700.01 purpose=I",
            "wrong-kind" },
        { "sup", "deposit member=m1 via=la amount=USD900.01 purpose=I",
            "wrong-kind" },
        { "board", "deposit member=m1 via=la amount=USD900.01 purpose=I",
            "ok" },
        /* for all amounts, where there is no band */
        { "board", "policy-set verb=deposit need=1 kinds=supervisor",
            "ok" },
        { "ana", "deposit member=m1 via=la amount=USD1.00 purpose=I",
            "wrong-kind" },
        { "sup", "deposit member=m1 via=la amount=USD1.00 purpose=I",
            "ok" },
        { "ana", "deposit member=m1 via=la amount=USD700.01 purpose=I",
            "ok" },
        /* set again: the band has a new quorum */
        { "board",
            "policy-set verb=deposit over=USD700.00 need=1 "
            "kinds=supervisor each=0 clubs=no",
            "ok" },
        { "ana", "deposit member=m1 via=la amount=USD700.01 purpose=I",
            "wrong-kind" },
        { "ana", "withdraw member=m1 via=la amount=USD600.00 purpose=I",
            "ok" },
        /* lines of a batch, each by its own amount */
    };

    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         "deposit member=m1 via=la amount=USD1.00 purpose=I\n"
                         "transfer from=m1 to=m2 amount=USD1.00 purpose=I\n"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.accepted, 1);
    ledger_fixture_check_replay(f);
}

static void test_policy_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "us.board", "policy-set verb=deposit need=1 kinds=board",
            "out-of-scope" },
        { "fed", "policy-set verb=deposit need=1 kinds=board",
            "out-of-scope" },
        { "board", "policy-set verb=deposit need=10 kinds=board",
            "bad-policy need" },
        { "board", "policy-set verb=balance need=2 kinds=board",
            "bad-policy need" },
        { "board", "policy-set verb=approve need=2 kinds=board",
            "bad-policy need" },
        { "board", "policy-set verb=key-add need=3 kinds=board",
            "bad-policy need" },
        { "board", "policy-set verb=deposit need=1 kinds=board lapse=0",
            "bad-policy lapse" },
        { "board", "policy-set verb=deposit need=1 kinds=board lapse=91",
            "bad-policy lapse" },
        { "board", "policy-set verb=deposit need=3 kinds=board each=2",
            "bad-policy each" },
        { "board", "policy-set verb=deposit need=0 kinds=board",
            "bad-policy need" },
        { "board", "policy-set verb=deposit need=1 kinds=board each=2",
            "bad-policy each" },
        { "board", "policy-set verb=deposit need=1 kinds=board clubs=yes",
            "bad-policy clubs" },
        { "board", "policy-set verb=genesis need=1 kinds=board",
            "bad-policy verb" },
        { "board", "policy-set verb=currency need=1 kinds=board",
            "bad-policy verb" },
        { "board", "policy-set verb=hello need=1 kinds=board",
            "bad-policy verb" },
        { "board",
            "policy-set verb=day-close over=USD1.00 need=1 kinds=board",
            "bad-policy over" },
        { "board",
            "policy-set verb=deposit over=EUR1.00 need=1 kinds=board",
            "unknown-currency over" },
        { "board", "policy-set verb=deposit need=1 kinds=operator",
            "bad-policy kinds" },
        { "board", "policy-set verb=deposit need=1 kinds=teller,auditor",
            "bad-policy kinds" },
        { "board", "policy-set verb=key-add need=1 kinds=teller",
            "bad-policy kinds" },
        { "board", "policy-set verb=policy-set need=1 kinds=supervisor",
            "bad-policy kinds" },
    };
    struct hash before = ledger_fixture_snapshot(f);
    struct hash after;

    ledger_table_send(f, rows, COUNT(rows));
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
}

/* A policy read back from the state is the one that was set. */
static void test_policy_after_a_restart(void **state)
{
    struct ledger_fixture *f = *state;
    struct archive archive = ledger_fixture_archive(f);
    struct failure failure = { "" };

    assert_int_equal(ledger_fixture_send(f, "board",
                         "policy-set verb=deposit over=USD0.50 need=1 "
                         "kinds=supervisor"), STATUS_ACCEPTED);
    (void)ledger_fixture_digest(f);
    ledger_close(f->ledger);
    assert_int_equal(
        ledger_open(&f->ledger, f->state, &archive, &failure), 0);
    assert_int_equal(ledger_fixture_send(f, "ana", "%s", deposit_1),
        STATUS_WRONG_KIND);
    assert_int_equal(ledger_fixture_send(f, "sup", "%s", deposit_1),
        STATUS_ACCEPTED);
    ledger_fixture_check_replay(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_add),
        LEDGER_TEST(test_add_refusals),
        LEDGER_TEST(test_revoke),
        LEDGER_TEST(test_rotate),
        LEDGER_TEST(test_repeat_after_rotation),
        LEDGER_TEST(test_each_key),
        LEDGER_TEST(test_policy_bands),
        LEDGER_TEST(test_policy_refusals),
        LEDGER_TEST(test_policy_after_a_restart),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
