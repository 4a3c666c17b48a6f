/*
 * What the ledger hands to the journal and reads back: groups, entries,
 * proofs, replays, and the state after a restart.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../ledger/history.h"
#include "../ledger/posting.h"
#include "../protocol/admit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void deposit(struct ledger_fixture *f, const char *member)
{
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=%s via=la amount=USD1.00 purpose=I",
                         member), STATUS_ACCEPTED);
}

static void test_entry_bytes(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer out = buffer_empty();
    struct buffer expected = buffer_empty();
    struct entry entry;

    deposit(f, "m1");
    buffer_text(&expected, "1 2026-11-23T16:00:01.000Z 2026-11-23\n");
    buffer_append(&expected, buffer_bytes(&f->line));
    buffer_char(&expected, '\n');
    assert_int_equal(ledger_entry(f->ledger, 1, &out, &entry), 0);
    assert_true(bytes_equal(buffer_bytes(&out), buffer_bytes(&expected)));
    assert_true(bytes_equal(entry.leaf, buffer_bytes(&expected)));
    buffer_free(&out);
    buffer_free(&expected);
}

static void test_groups(void **state)
{
    struct ledger_fixture *f = *state;
    struct bytes rest;
    struct bytes header;
    struct checkpoint checkpoint;
    struct hash root;
    struct entry entry;
    char expected[80];
    size_t start;

    assert_int_equal(ledger_group_count(f->ledger), 1);
    ledger_fixture_close_group(f);
    assert_int_equal(ledger_group_count(f->ledger), 0);
    start = f->groups.length;
    deposit(f, "m1");
    deposit(f, "m2");
    assert_int_equal(ledger_group_count(f->ledger), 2);
    ledger_fixture_close_group(f);
    rest = bytes_of(f->groups.data + start, f->groups.length - start);
    assert_true(bytes_next_line(&rest, &header));
    (void)snprintf(
        expected, sizeof expected, "group 1 2 %zu", rest.length);
    assert_true(bytes_equal_text(header, expected));
    assert_true(entry_next(&rest, &entry));
    assert_true(entry_next(&rest, &entry));
    assert_int_equal(entry.index, 2);
    assert_int_equal(checkpoint_open(rest, ledger_log_key(f->ledger),
                         &checkpoint), NOTE_VALID);
    root = merkle_root(ledger_tree(f->ledger));
    assert_int_equal(checkpoint.size, 3);
    assert_memory_equal(&checkpoint.root, &root, sizeof root);
}

/* Entries are read whether their group is open, closed or durable. */
static void test_entries_at_every_stage(void **state)
{
    struct ledger_fixture *f = *state;
    struct secret_key log = ledger_fixture_secret("log");
    struct buffer group = buffer_empty();
    struct buffer out = buffer_empty();
    struct entry entry;
    uint64_t first;

    ledger_fixture_close_group(f); /* 0: durable */
    deposit(f, "m1");
    deposit(f, "m2");
    assert_int_equal(
        ledger_close_group(f->ledger, &log, &group, &first), 0);
    assert_int_equal(first, 1); /* 1, 2: being synced */
    deposit(f, "m3");           /* 3: open */
    for (uint64_t i = 0; i < 4; i++) {
        buffer_clear(&out);
        assert_int_equal(ledger_entry(f->ledger, i, &out, &entry), 0);
        assert_int_equal(entry.index, i);
    }
    /* Durable up to 2 only: the archive of this test has entry 0 alone. */
    ledger_durable(f->ledger, 1);
    buffer_clear(&out);
    assert_int_equal(ledger_entry(f->ledger, 2, &out, &entry), 0);
    assert_int_equal(ledger_group_count(f->ledger), 1);
    /* An index that nobody has is our failure, not an answer. */
    assert_int_equal(ledger_entry(f->ledger, 4, &out, &entry), -1);
    assert_true(ledger_failed(f->ledger));
    buffer_free(&group);
    buffer_free(&out);
}

/* Proofs over 700 entries: heights below, at and above a stored level. */
static void test_proofs(void **state)
{
    struct ledger_fixture *f = *state;
    struct merkle_source source;
    struct merkle_path path;
    struct hash root;
    struct hash now;

    f->quick = true;
    while (ledger_size(f->ledger) < 700)
        deposit(f, ledger_size(f->ledger) % 2 ? "m1" : "m2");
    ledger_fixture_close_group(f);
    source = ledger_tree_source(f->ledger);
    now = merkle_root(ledger_tree(f->ledger));
    assert_int_equal(merkle_root_at(&source, 700, &root), 0);
    assert_memory_equal(&root, &now, sizeof root);
    for (uint64_t index = 0; index < 700; index += 37) {
        struct entry entry;
        struct bytes all = buffer_bytes(&f->entries[index]);
        struct hash leaf;

        assert_true(entry_next(&all, &entry));
        leaf = merkle_leaf(entry.leaf);
        assert_int_equal(
            merkle_prove_inclusion(&source, index, 700, &path), 0);
        assert_true(merkle_check_inclusion(&leaf, index, 700, &path, &now));
    }
    for (uint64_t old = 1; old <= 700; old += 51) {
        assert_int_equal(merkle_root_at(&source, old, &root), 0);
        assert_int_equal(
            merkle_prove_consistency(&source, old, 700, &path), 0);
        assert_true(
            merkle_check_consistency(old, &root, 700, &now, &path));
    }
    /* The newest leaves are read once, however many ask. */
    uint64_t reads;
    assert_int_equal(merkle_root_at(&source, 699, &root), 0);
    reads = f->reads;
    for (uint64_t old = 513; old < 700; old++)
        assert_int_equal(merkle_root_at(&source, old, &root), 0);
    assert_in_range(f->reads, reads, reads + 1);
}

/* ---- replay ---- */

static void test_replay_finds_differences(void **state)
{
    struct ledger_fixture *f = *state;
    struct failure failure = { "" };
    struct ledger_fixture copy;
    struct buffer changed = buffer_empty();
    struct entry entry;
    struct order order;
    struct bytes all;

    deposit(f, "m1");
    ledger_fixture_close_group(f);
    ledger_fixture_open(&copy);

    /* Entry 1 without entry 0. */
    all = buffer_bytes(&f->entries[1]);
    assert_true(entry_next(&all, &entry));
    assert_int_equal(admit_unchecked(&order, entry.line, entry.body), 0);
    assert_int_equal(
        ledger_replay(copy.ledger, &entry, &order, &failure), -1);
    assert_string_equal(
        failure.text, "entry 1 comes where entry 0 should");
    admit_free(&order);

    all = buffer_bytes(&f->entries[0]);
    assert_true(entry_next(&all, &entry));
    assert_int_equal(admit_unchecked(&order, entry.line, entry.body), 0);
    assert_int_equal(
        ledger_replay(copy.ledger, &entry, &order, &failure), 0);
    admit_free(&order);

    /* An effect that the rules do not give. */
    buffer_append(&changed, buffer_bytes(&f->entries[1]));
    buffer_text(&changed, "+ us/m1/share/USD -1.00\n");
    all = buffer_bytes(&changed);
    assert_true(entry_next(&all, &entry));
    assert_int_equal(admit_unchecked(&order, entry.line, entry.body), 0);
    failure.text[0] = '\0';
    assert_int_equal(
        ledger_replay(copy.ledger, &entry, &order, &failure), -1);
    assert_string_equal(failure.text,
        "entry 1: the rules give other bytes, from line 3 on");
    admit_free(&order);
    buffer_free(&changed);
    ledger_fixture_close(&copy);
}

static void test_replay_finds_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    struct failure failure = { "" };
    struct buffer all = buffer_empty();
    struct buffer line = buffer_empty();
    struct bytes view;
    struct entry entry;
    struct order order;
    size_t leaf;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m1 via=la amount=USD1.00 purpose=I"),
        STATUS_INSUFFICIENT);
    buffer_append(&line, buffer_bytes(&f->line));
    entry_append(&all, 1, f->clock, date_of(2026, 11, 23),
        buffer_bytes(&line), bytes_of(NULL, 0), bytes_of(NULL, 0), &leaf);
    view = buffer_bytes(&all);
    assert_true(entry_next(&view, &entry));
    assert_int_equal(admit_unchecked(&order, entry.line, entry.body), 0);
    assert_int_equal(
        ledger_replay(f->ledger, &entry, &order, &failure), -1);
    assert_string_equal(failure.text,
        "entry 1: the rules refuse its line: insufficient-funds (member)");
    admit_free(&order);
    buffer_free(&all);
    buffer_free(&line);
}

static void open_party(struct ledger_fixture *f, int number)
{
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "party-open party=p%d kind=member book=us "
                         "parent=c1 country=US", number), STATUS_ACCEPTED);
}

/* A state opened again goes on to the same digest as one never closed. */
static void test_restart(void **state)
{
    struct ledger_fixture *f = *state;
    struct archive archive = ledger_fixture_archive(f);
    struct failure failure = { "" };

    for (int i = 0; i < 300; i++) {
        uint64_t size = ledger_size(f->ledger);

        f->quick = i % 10 != 0;
        if (i % 97 == 0 || i % 97 == 1)
            open_party(f, i); /* its number goes on after the restart */
        else
            deposit(f, i % 3 ? "m1" : "m2");
        if (i % 97 != 0)
            continue;
        (void)ledger_fixture_digest(f);
        ledger_close(f->ledger);
        assert_int_equal(
            ledger_open(&f->ledger, f->state, &archive, &failure), 0);
        assert_int_equal(ledger_size(f->ledger), size + 1);
    }
    ledger_fixture_check_replay(f);
}

/* An entry that cannot be read again is a failure that stays. */
static void test_lost_entry(void **state)
{
    struct ledger_fixture *f = *state;
    struct order order;
    struct buffer line = buffer_empty();

    deposit(f, "m1");
    buffer_append(&line, buffer_bytes(&f->line));
    ledger_fixture_close_group(f);
    buffer_truncate(&f->entries[1], f->entries[1].length - 1);
    ledger_fixture_admit(f, &order, buffer_bytes(&line), bytes_of(NULL, 0));
    assert_int_equal(
        ledger_decide(f->ledger, &order, f->clock, &f->decision), -1);
    assert_string_equal(ledger_failure(f->ledger)->text,
        "entry 1 is not well-formed");
    order.operation.id.data[0]++; /* any other order, too */
    assert_int_equal(
        ledger_decide(f->ledger, &order, f->clock, &f->decision), -1);
    assert_int_equal(ledger_size(f->ledger), 2);
    admit_free(&order);
    buffer_free(&line);
}

/* ---- history ---- */

/* The balance after every entry, from the blocks, is the sum of what the
 * entries' own postings say. */
static void test_history(void **state)
{
    struct ledger_fixture *f = *state;
    struct ident m1 = ident_of("m1");
    struct party party;
    struct account_id id;
    struct account account;
    struct history_block block;
    struct posting_list list;
    struct buffer out = buffer_empty();
    struct entry entry;
    bool found;
    size_t count;

    f->quick = true;
    for (int i = 0; i < 70; i++)
        deposit(f, i % 2 ? "m1" : "m2");
    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         "transfer from=m1 to=m2 amount=USD1.00 purpose=I\n"
                         "transfer from=m1 to=m2 amount=USD99.00 purpose=I\n"
                         "transfer from=m1 to=m2 amount=USD1.00 "
                         "purpose=I\n"),
        STATUS_ACCEPTED);
    assert_true(record_find_party(f->state, &m1, &party));
    id = account_id_of(party.book, CURRENCY_USD, ROLE_SHARE, party.number);
    assert_true(account_load(f->state, &id, &account));
    assert_int_equal(account.postings, 37);
    assert_int_equal(account.opened, 2);
    assert_int_equal(account.last, 71);
    assert_false(
        history_find_at(f->state, &id, 1, &block, &count));
    for (uint64_t at = 2; at <= 70; at++) {
        assert_true(
            history_find_at(f->state, &id, at, &block, &count));
        /* m1 is paid with every even entry */
        assert_int_equal(block.number * HISTORY_BLOCK + count, at / 2);
        assert_int_equal(block.list[count - 1].entry, at / 2 * 2);
        assert_true(block.credits == block.number * HISTORY_BLOCK * 100);
    }
    assert_true(
        history_find_at(f->state, &id, 71, &block, &count));
    assert_int_equal(block.list[count - 1].line, 3);
    assert_int_equal(block.list[count - 2].line, 1);
    assert_int_equal(ledger_entry(f->ledger, 71, &out, &entry), 0);
    assert_int_equal(posting_read(f->ledger, &entry, 3, &list, &found), 0);
    assert_true(found);
    assert_int_equal(list.count, 2);
    assert_true(account_id_equal(&list.list[0].id, &id));
    assert_true(list.list[0].minor == 100);
    assert_int_equal(posting_read(f->ledger, &entry, 2, &list, &found), 0);
    assert_false(found);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_entry_bytes),
        LEDGER_TEST(test_groups),
        LEDGER_TEST(test_entries_at_every_stage),
        LEDGER_TEST(test_proofs),
        LEDGER_TEST(test_replay_finds_differences),
        LEDGER_TEST(test_replay_finds_refusals),
        LEDGER_TEST(test_restart),
        LEDGER_TEST(test_lost_entry),
        LEDGER_TEST(test_history),
    };

    return cmocka_run_group_tests_name("ledger journal", tests, NULL, NULL);
}
