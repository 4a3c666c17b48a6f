/*
 * Histories against a list: accounts with thousands of postings, several
 * postings by one entry, blocks found by number and by entry, the chain
 * from block to block, and how few records that takes.
 */
#include "random_operation.h"
#include "scratch.h"

#include "../ledger/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POSTINGS 6000
#define ACCOUNTS 3

struct model {
    struct account_id id;
    struct account account;
    struct history_reference list[POSTINGS];
    int64_t debits[POSTINGS]; /* before each */
    int64_t credits[POSTINGS];
};

struct past {
    char folder[PATH_MAX];
    struct state *state;
    struct random_source random;
    struct model *accounts;
    uint64_t entry;
};

static void post(struct past *p, struct model *m, uint32_t line)
{
    struct account after;
    struct state_place place = { 0 };
    int64_t minor = (int64_t)random_below(&p->random, 2000) - 1000;
    uint64_t n = m->account.postings;

    if (n == POSTINGS)
        return;
    /* One comes to debits, one to credits that the short form has no room
     * for. */
    if ((m == &p->accounts[1] && minor > 0) ||
        (m == &p->accounts[2] && minor < 0))
        minor *= (int64_t)1 << 30;
    m->list[n] = (struct history_reference){ p->entry, line };
    m->debits[n] = m->account.debits;
    m->credits[n] = m->account.credits;
    after = m->account;
    assert_true(account_post(&after, minor, p->entry));
    history_post(
        p->state, &m->id, &place, &m->account, &after, m->list[n]);
    m->account = after;
}

/* What is held or locked has the record written in its wide form, and in
 * the short one again when it is no more. */
static void hold(struct past *p, struct model *m)
{
    int64_t minor = (int64_t)random_below(&p->random, 3);

    m->account.debits_held = minor;
    if (account_earns(&m->id)) {
        m->account.since.days = (int32_t)random_below(&p->random, 40000);
        m->account.locked = (int64_t)random_below(&p->random, 2);
        m->account.balance_days -= minor;
    }
    account_store(p->state, &m->id, &m->account);
}

static void expect_block(
    struct past *p, const struct model *m, const struct history_block *block)
{
    uint64_t first = (uint64_t)block->number * HISTORY_BLOCK;
    uint64_t left = m->account.postings - first;

    (void)p;
    assert_int_equal(
        block->count, left < HISTORY_BLOCK ? left : HISTORY_BLOCK);
    assert_int_equal(block->debits, m->debits[first]);
    assert_int_equal(block->credits, m->credits[first]);
    for (size_t i = 0; i < block->count; i++) {
        assert_int_equal(block->list[i].entry, m->list[first + i].entry);
        assert_int_equal(block->list[i].line, m->list[first + i].line);
    }
}

static void expect_all(struct past *p, const struct model *m)
{
    struct history_block block;
    struct account account;
    uint32_t blocks =
        (uint32_t)((m->account.postings + HISTORY_BLOCK - 1) / HISTORY_BLOCK);

    assert_int_equal(history_full_blocks(m->account.postings) +
            (history_open_references(m->account.postings) > 0),
        blocks);
    if (account_load(p->state, &m->id, &account))
        assert_memory_equal(&account, &m->account, sizeof account);
    else
        assert_int_equal(blocks, 0);
    if (blocks == 0)
        return;
    assert_true(history_check_account(p->state, &m->id));
    for (uint32_t i = 0; i < blocks; i++) {
        assert_true(history_load(p->state, &m->id, i, &block));
        assert_int_equal(block.number, i);
        expect_block(p, m, &block);
    }
    assert_false(history_load(p->state, &m->id, blocks, &block));
}

static void expect_at(struct past *p, const struct model *m, uint64_t at)
{
    struct history_block block;
    uint64_t by_then = 0;
    size_t count;

    while (by_then < m->account.postings && m->list[by_then].entry <= at)
        by_then++;
    assert_int_equal(
        history_find_at(p->state, &m->id, at, &block, &count), by_then > 0);
    if (by_then == 0)
        return;
    expect_block(p, m, &block);
    assert_int_equal((uint64_t)block.number * HISTORY_BLOCK + count, by_then);
}

static int open_past(void **state)
{
    struct past *p = test_malloc(sizeof *p);
    struct failure failure = { .text = "" };
    char inside[PATH_MAX];
    struct state_options options = { .folder = inside,
        .map_bytes = (uint64_t)1 << 28,
        .temporary = true };

    *p = (struct past){ .random = { 20261126 } };
    scratch_make(p->folder);
    scratch_join(inside, p->folder, "state");
    p->accounts = test_calloc(ACCOUNTS, sizeof *p->accounts);
    for (uint32_t i = 0; i < ACCOUNTS; i++)
        p->accounts[i].id = account_id_of(0, CURRENCY_USD,
            i == 1 ? ROLE_DRAWER : ROLE_SHARE, i + 1);
    if (state_open(&p->state, &options, &failure) != 0)
        fail_msg("%s", failure.text);
    *state = p;
    return 0;
}

static int close_past(void **state)
{
    struct past *p = *state;

    state_close(p->state);
    scratch_remove(p->folder);
    test_free(p->accounts);
    test_free(p);
    return 0;
}

/* Random postings, some taken back, some saved; looked at now and then. */
static void like_a_list(void **state)
{
    struct past *p = *state;
    struct failure failure = { .text = "" };

    for (uint64_t step = 1; step <= POSTINGS; step++) {
        struct model *m = &p->accounts[random_below(&p->random, ACCOUNTS)];
        uint32_t lines = (uint32_t)random_below(&p->random, 4);
        struct model before = *m;
        size_t mark = state_mark(p->state);

        p->entry += 1 +
            random_below(&p->random, step % 50 == 0 ? 1U << 30 : 3);
        if (random_below(&p->random, 4) == 0)
            hold(p, m);
        for (uint32_t line = 0; line <= lines; line++)
            post(p, m,
                random_below(&p->random, 2) == 0
                    ? 0
                    : line + 1 + (uint32_t)random_below(&p->random,
                                     step % 10 == 0 ? 10000000 : 100));
        if (random_below(&p->random, 4) == 0) {
            state_rollback(p->state, mark);
            *m = before;
        } else {
            state_release(p->state, mark);
        }
        if (step % 500 == 0)
            assert_int_equal(state_save(p->state, &failure), 0);
        if (step < 100 || step % 400 == 0)
            for (size_t i = 0; i < ACCOUNTS; i++)
                expect_all(p, &p->accounts[i]);
        expect_at(p, m, random_below(&p->random, p->entry + 2));
    }
    assert_false(state_failed(p->state));
}

/* Every block of the table is one that its account leads to, and the keys
 * come in the order in which blocks were filled. */
static void blocks_are_linked(void **state)
{
    struct past *p = *state;
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;
    size_t blocks = 0;
    size_t expected = 0;

    for (p->entry = 1; p->entry <= 3000; p->entry++)
        post(p, &p->accounts[p->entry % ACCOUNTS], 0);
    for (size_t i = 0; i < ACCOUNTS; i++)
        expected += history_full_blocks(p->accounts[i].account.postings);
    scan = state_scan_open(p->state, TABLE_HISTORY, bytes_of("", 0));
    assert_non_null(scan);
    while (state_scan_next(scan, &key, &value)) {
        struct history_block block;
        struct account_id id;

        assert_true(
            history_check_block(p->state, key, value, &id, &block));
        blocks++;
    }
    state_scan_close(scan);
    assert_int_equal(blocks, expected);
    assert_true(blocks > 150);
}

/* What is not a posting leaves the history alone. */
static void other_changes(void **state)
{
    struct past *p = *state;
    struct model *m = &p->accounts[0];

    for (p->entry = 1; p->entry <= 100; p->entry++) {
        post(p, m, 0);
        m->account.debits_held += 5;
        account_store(p->state, &m->id, &m->account);
    }
    expect_all(p, m);
}

/* ---- bytes ---- */

static void expect_record(
    struct past *p, const struct account_id *id, const char *hex)
{
    struct bytes value;
    char text[2 * STATE_VALUE_MAX + 1] = "";

    assert_true(state_get(p->state, TABLE_ACCOUNT,
        bytes_of(id->data, sizeof id->data), &value));
    for (size_t i = 0; i < value.length; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", value.data[i]);
    assert_string_equal(text, hex);
}

static void post_one(struct past *p, const struct account_id *id,
    struct account *account, int64_t minor, uint64_t entry, uint32_t line)
{
    const struct account before = *account;
    struct state_place place = { 0 };

    assert_true(account_post(account, minor, entry));
    history_post(p->state, id, &place, &before, account,
        (struct history_reference){ entry, line });
}

/* A byte more or less is no record. */
static void spoil_end(struct past *p, const struct account_id *id)
{
    struct bytes key = bytes_of(id->data, sizeof id->data);
    struct bytes value;
    uint8_t copy[STATE_VALUE_MAX] = { 0 };
    size_t length;

    assert_true(state_get(p->state, TABLE_ACCOUNT, key, &value));
    length = value.length;
    memcpy(copy, value.data, length);
    state_put(p->state, TABLE_ACCOUNT, key, bytes_of(copy, length + 1));
    assert_false(history_check_account(p->state, id));
    state_put(p->state, TABLE_ACCOUNT, key, bytes_of(copy, length - 1));
    assert_false(history_check_account(p->state, id));
    state_put(p->state, TABLE_ACCOUNT, key, bytes_of(copy, length));
    assert_true(history_check_account(p->state, id));
}

#define SHORT_SHARE "204e00" "ffffffffffffffff" "214e00"

/* As ledger/FORMAT.md says, worked out by hand. */
static void bytes_of_records(void **state)
{
    struct past *p = *state;
    struct account_id share = account_id_of(0, CURRENCY_USD, ROLE_SHARE, 9);
    struct account_id drawer =
        account_id_of(0, CURRENCY_USD, ROLE_DRAWER, 9);
    struct account account = { .since = { 20000 },
        .balance_days = -1,
        .active = { 20001 } };

    post_one(p, &share, &account, -1000, 7, 3);
    expect_record(p, &share,
        "01" "000000000000" "e80300000000" "01000000" "0700000000"
        "0700000000" SHORT_SHARE "000000000000" "000000000000"
        "0300000700000000");
    post_one(p, &share, &account, 1, 200, 0);
    post_one(p, &share, &account, 1, 200, 300);
    expect_record(p, &share,
        "01" "020000000000" "e80300000000" "03000000" "0700000000"
        "c800000000" SHORT_SHARE "000000000000" "000000000000"
        "0300000700000000" "8203" "01" "ac02");
    assert_true(history_check_account(p->state, &share));
    account.debits_held = 5;
    account_store(p->state, &share, &account);
    expect_record(p, &share,
        "00" "0200000000000000" "e803000000000000" "0500000000000000"
        "0000000000000000" "0300000000000000" "0700000000000000"
        "c800000000000000" "204e0000" "ffffffffffffffff"
        "0000000000000000" "214e0000"
        "0000000000000000" "0000000000000000"
        "0300000700000000" "8203" "01" "ac02");
    assert_true(history_check_account(p->state, &share));
    spoil_end(p, &share);
    account.debits_held = 0;
    account_store(p->state, &share, &account);
    post_one(p, &share, &account, (int64_t)1 << 48, 201, 0);
    expect_record(p, &share,
        "00" "0200000000000100" "e803000000000000" "0000000000000000"
        "0000000000000000" "0400000000000000" "0700000000000000"
        "c900000000000000" "204e0000" "ffffffffffffffff"
        "0000000000000000" "214e0000"
        "0000000000000000" "0000000000000000"
        "0300000700000000" "8203" "01" "ac02" "02");
    account = (struct account){ 0 };
    post_one(p, &drawer, &account, 3, 1, 0);
    expect_record(p, &drawer,
        "01" "030000000000" "000000000000" "01000000" "0100000000"
        "0100000000" "000000000000" "000000000000" "0000000100000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            bytes_of_records, open_past, close_past),
        cmocka_unit_test_setup_teardown(like_a_list, open_past, close_past),
        cmocka_unit_test_setup_teardown(
            blocks_are_linked, open_past, close_past),
        cmocka_unit_test_setup_teardown(
            other_changes, open_past, close_past),
    };

    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
