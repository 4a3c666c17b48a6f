/*
 * Founding: what genesis needs, and what can be done before it: nothing.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../protocol/admit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct ledger_fixture *f = malloc(sizeof *f);

    assert_non_null(f);
    ledger_fixture_open(f);
    *state = f;
    return 0;
}

#define EMPTY_TEST(function) \
    cmocka_unit_test_setup_teardown(function, setup, ledger_table_teardown)

static const char good_body[] = "currency code=USD digits=2\n"
                                "book book=us country=US date=2026-11-23\n"
                                "party-open party=o kind=officer book=us "
                                "country=US\n"
                                "key board board o all\n"
                                "key board2 board o all\n";

static void make_head(char head[200], const char *version, const char *origin,
    const char *log, const char *chart)
{
    (void)snprintf(head, 200, "version=%s origin=%s log=%s chart=%s", version,
        origin, log, chart);
}

static void good_head(char head[200])
{
    make_head(head, "1", "ledger.example/x", ledger_fixture_public("log"),
        "1");
}

static void test_founded(void **state)
{
    struct ledger_fixture *f = *state;
    char head[200];
    struct hash id;

    good_head(head);
    assert_false(ledger_founded(f->ledger));
    assert_int_equal(ledger_fixture_genesis(f, "board", head, good_body),
        STATUS_ACCEPTED);
    assert_true(ledger_founded(f->ledger));
    assert_int_equal(f->decision.index, 0);
    assert_int_equal(f->decision.date.days, date_of(2026, 11, 23).days);
    assert_int_equal(f->decision.effects.length, 0);
    assert_int_equal(ledger_size(f->ledger), 1);
    assert_string_equal(ledger_origin(f->ledger), "ledger.example/x");
    assert_string_equal(ledger_log_key(f->ledger)->name, "ledger.example/x");
    id = hash_of(buffer_bytes(&f->line));
    assert_memory_equal(ledger_id(f->ledger), &id, sizeof id);
    ledger_fixture_check_replay(f);
}

static void test_before(void **state)
{
    struct ledger_fixture *f = *state;
    struct public_key key;
    struct ident name = ident_of("board");

    assert_false(ledger_find_key(f->ledger, &name, &key));
    assert_int_equal(ledger_fixture_send(f, "board",
                         "day-close book=us date=2026-11-23"),
        STATUS_UNKNOWN_KEY);
    f->quick = true; /* no fault from admission */
    assert_int_equal(ledger_fixture_send(f, "board",
                         "day-close book=us date=2026-11-23"),
        STATUS_UNKNOWN_KEY);
    assert_int_equal(ledger_fixture_try(f, "board",
                         "day-close book=us date=2026-11-23"),
        STATUS_UNKNOWN_KEY);
    assert_int_equal(ledger_size(f->ledger), 0);
}

static void test_again(void **state)
{
    struct ledger_fixture *f = *state;
    char head[200];
    struct buffer line = buffer_empty();
    struct buffer body = buffer_empty();

    good_head(head);
    assert_int_equal(ledger_fixture_genesis(f, "board", head, good_body),
        STATUS_ACCEPTED);
    buffer_append(&line, buffer_bytes(&f->line));
    buffer_append(&body, buffer_bytes(&f->body));
    assert_int_equal(ledger_fixture_genesis(f, "board", head, good_body),
        STATUS_NOT_FOUNDING);
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                         buffer_bytes(&body)), STATUS_ACCEPTED);
    assert_true(f->decision.repeated);
    assert_int_equal(f->decision.index, 0);
    buffer_free(&line);
    buffer_free(&body);
}

static void test_bad_heads(void **state)
{
    struct ledger_fixture *f = *state;
    const char *log = ledger_fixture_public("log");
    static const char zero[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    char head[200];

    make_head(head, "2", "ledger.example/x", log, "1");
    (void)ledger_fixture_genesis(f, "board", head, good_body);
    ledger_table_answer(f, "bad-value version", head);
    make_head(head, "1", "ledger.example/x", log, "2");
    (void)ledger_fixture_genesis(f, "board", head, good_body);
    ledger_table_answer(f, "bad-value chart", head);
    make_head(head, "1", "ledger.example/x", zero, "1");
    (void)ledger_fixture_genesis(f, "board", head, good_body);
    ledger_table_answer(f, "bad-public-key log", head);
    assert_false(ledger_founded(f->ledger));
}

/* Each body breaks one rule. */
struct bad_body {
    const char *body;
    const char *signer;
    enum status status;
    uint64_t line;
    enum status line_status;
};

static const struct bad_body bad_bodies[] = {
    { "currency code=USD digits=3\n", "board", STATUS_LINE_REFUSED, 1,
        STATUS_WRONG_DIGITS },
    { "currency code=USD digits=2\ncurrency code=USD digits=2\n",
        "board", STATUS_LINE_REFUSED, 2, STATUS_NAME_TAKEN },
    { "book book=us country=US date=2026-11-23\n"
      "book book=us country=US date=2026-11-23\n",
        "board", STATUS_LINE_REFUSED, 2, STATUS_NAME_TAKEN },
    { "book book=all country=US date=2026-11-23\n", "board",
        STATUS_LINE_REFUSED, 1, STATUS_NAME_TAKEN },
    { "book book=us country=US date=2026-11-31\n", "board",
        STATUS_LINE_REFUSED, 1, STATUS_BAD_VALUE },
    { "deposit member=m1 via=la amount=USD1.00 purpose=I\n", "board",
        STATUS_LINE_REFUSED, 1, STATUS_NOT_IN_A_BODY },
    { "party-open party=o kind=officer book=us country=US\n", "board",
        STATUS_LINE_REFUSED, 1, STATUS_UNKNOWN_BOOK },
    { "policy-set verb=deposit over=USD5.00 need=1 kinds=board\n",
        "board", STATUS_LINE_REFUSED, 1, STATUS_UNKNOWN_CURRENCY },
    { "policy-set verb=deposit need=0 kinds=board\n", "board",
        STATUS_LINE_REFUSED, 1, STATUS_BAD_POLICY },
    { "key board board o us\n", "board", STATUS_LINE_REFUSED, 1,
        STATUS_UNKNOWN_PARTY },
    /* nothing that governs a whole book */
    { "currency code=USD digits=2\n"
      "book book=us country=US date=2026-11-23\n"
      "party-open party=o kind=officer book=us country=US\n"
      "key board board o o\n",
        "board", STATUS_LAST_KEY, 0, STATUS_ACCEPTED },
    /* one key alone, where it takes two */
    { "currency code=USD digits=2\n"
      "book book=us country=US date=2026-11-23\n"
      "party-open party=o kind=officer book=us country=US\n"
      "key board board o all\nkey zac board o us\n"
      "policy-set verb=key-add need=1 kinds=board\n",
        "board", STATUS_BAD_POLICY, 0, STATUS_ACCEPTED },
    { "currency code=USD digits=2\n"
      "policy-set verb=key-revoke need=3 kinds=board\n"
      "book book=us country=US date=2026-11-23\n"
      "party-open party=o kind=officer book=us country=US\n"
      "key board board o all\nkey board2 board o all\n",
        "board", STATUS_LINE_REFUSED, 2, STATUS_BAD_POLICY },
    { "currency code=USD digits=2\n"
      "book book=us country=US date=2026-11-23\n"
      "party-open party=o kind=officer book=us country=US\n"
      "key board board o us\nkey ana teller o us\n",
        "ana", STATUS_WRONG_KIND, 0, STATUS_ACCEPTED },
    { "book book=us country=US date=2026-11-23\n"
      "party-open party=o kind=officer book=us country=US\n"
      "key board board o us\n",
        "board", STATUS_UNKNOWN_CURRENCY, 0, STATUS_ACCEPTED },
    { "currency code=USD digits=2\n"
      "book book=us country=US date=2026-11-23\n",
        "board", STATUS_UNKNOWN_KEY, 0, STATUS_ACCEPTED },
};

/* Signed by a key that may not be there: decide it all the same. */
static void sign_all_the_same(
    struct ledger_fixture *f, struct order *order, const char *signer)
{
    for (size_t i = 0; i < order->line_count; i++)
        if (order->line_status[i] == STATUS_ACCEPTED &&
            order->lines[i].verb == VERB_KEY_ADD)
            memcpy(order->signer.data,
                ledger_fixture_secret(signer).data + 32, 32);
    assert_int_equal(
        ledger_decide(f->ledger, order, f->clock, &f->decision), 0);
}

static void expect_bad_body(
    struct ledger_fixture *f, const char *head, const struct bad_body *bad)
{
    struct order order;

    (void)ledger_fixture_genesis(f, bad->signer, head, bad->body);
    f->quick = true;
    ledger_fixture_admit(
        f, &order, buffer_bytes(&f->line), buffer_bytes(&f->body));
    f->quick = false;
    sign_all_the_same(f, &order, bad->signer);
    if (f->decision.status != bad->status ||
        f->decision.line != bad->line ||
        f->decision.line_status != bad->line_status)
        fail_msg("%s: %s in line %llu: %s", bad->body,
            status_name(f->decision.status),
            (unsigned long long)f->decision.line,
            status_name(f->decision.line_status));
    admit_free(&order);
}

static void test_bad_bodies(void **state)
{
    struct ledger_fixture *f = *state;
    struct hash before = ledger_fixture_snapshot(f);
    struct hash after;
    char head[200];

    good_head(head);
    f->quick = false;
    for (size_t i = 0; i < sizeof bad_bodies / sizeof bad_bodies[0]; i++)
        expect_bad_body(f, head, &bad_bodies[i]);
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
    /* After all these a good one founds as if nothing had been. */
    assert_int_equal(ledger_fixture_genesis(f, "board", head, good_body),
        STATUS_ACCEPTED);
    ledger_fixture_check_replay(f);
}

/* The body is another one than was signed. */
static void test_other_body(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer body = buffer_empty();
    struct buffer line = buffer_empty();
    char head[200];

    make_head(head, "2", "ledger.example/x", ledger_fixture_public("log"),
        "1");
    assert_int_equal(ledger_fixture_genesis(f, "board", head, good_body),
        STATUS_BAD_VALUE);
    good_head(head);
    buffer_append(&body, buffer_bytes(&f->body));
    assert_int_equal(ledger_fixture_genesis(f, "board", head,
                         "currency code=USD digits=3\n"
                         "book book=us country=US date=2026-11-23\n"
                         "party-open party=o kind=officer book=us "
                         "country=US\n"
                         "key board board o us\n"
                         "key board2 board o us\n"),
        STATUS_LINE_REFUSED);
    buffer_append(&line, buffer_bytes(&f->line));
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                         buffer_bytes(&body)), STATUS_BAD_BODY);
    assert_false(ledger_founded(f->ledger));
    assert_int_equal(ledger_fixture_genesis(f, "board", head, good_body),
        STATUS_ACCEPTED);
    buffer_free(&body);
    buffer_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(test_founded),
        EMPTY_TEST(test_before),
        EMPTY_TEST(test_again),
        EMPTY_TEST(test_bad_heads),
        EMPTY_TEST(test_bad_bodies),
        EMPTY_TEST(test_other_body),
    };

    return cmocka_run_group_tests_name("founding", tests, NULL, NULL);
}
