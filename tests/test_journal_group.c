/*
 * Groups: golden bytes, and everything that makes one wrong.
 */
#include "../ledger/entry.h"
#include "../ledger/journal.h"
#include "journal_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST_SEGMENT "00000000000000000000.posito"
#define ORIGIN "example.org/journal"

/* ---- golden bytes ---- */

static void golden_group(void **state)
{
    (void)state;
    struct journal_maker maker;
    struct buffer found = buffer_empty();
    struct buffer expected = buffer_empty();
    journal_maker_start(&maker, ORIGIN);
    journal_maker_group(&maker, 5, 0, &found);
    journal_maker_group(&maker, 1, 0, &found);
    if (getenv("POSITO_GOLDEN") != NULL)
        maker_write_file(
            "tests/golden", "journal-groups.txt", buffer_bytes(&found));
    maker_read_file("tests/golden", "journal-groups.txt", &expected);
    assert_int_equal(found.length, expected.length);
    assert_memory_equal(found.data, expected.data, found.length);
    buffer_free(&found);
    buffer_free(&expected);
}

/* ---- the check of a group ---- */

static struct journal_walk *walk_bytes(
    const char *folder, struct bytes bytes, struct journal **journal)
{
    struct failure failure = {.text = ""};
    struct journal_options options = {.folder = folder, .read_only = true};
    maker_write_file(folder, FIRST_SEGMENT, bytes);
    assert_int_equal(journal_open(journal, &options, &failure), 0);
    struct journal_walk *walk = journal_walk_open(*journal, 0, &failure);
    assert_non_null(walk);
    return walk;
}

/* Walk and check; true only if everything is as it should be. */
static bool audit(const char *folder, struct bytes bytes,
    const struct note_key *key, struct failure *failure)
{
    struct journal *journal;
    struct merkle tree;
    struct group group;
    bool right = true;
    struct journal_walk *walk = walk_bytes(folder, bytes, &journal);
    enum walk_result result = WALK_GROUP;
    merkle_clear(&tree);
    while (right && result == WALK_GROUP) {
        result = journal_walk_next(walk, &group, failure);
        right = result == WALK_END ||
            (result == WALK_GROUP &&
                journal_check_group(&group, &tree, key, failure) == 0);
    }
    journal_walk_close(walk);
    journal_close(journal);
    return right;
}

static void every_bit_of_a_group_counts(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct buffer groups = buffer_empty();
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    journal_maker_group(&maker, 5, 0, &groups);
    size_t one = groups.length;
    journal_maker_group(&maker, 1, 0, &groups);
    struct failure failure = {.text = ""};
    assert_true(
        audit(folder, buffer_bytes(&groups), &maker.key, &failure));
    for (size_t bit = 0; bit < groups.length * 8; bit++) {
        memset(&failure, 0, sizeof failure);
        groups.data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        if (audit(folder, buffer_bytes(&groups), &maker.key, &failure))
            fail_msg("bit %zu of byte %zu of %zu", bit % 8, bit / 8, one);
        if (strstr(failure.text, "entr") == NULL &&
            strstr(failure.text, "group") == NULL)
            fail_msg("names no entry: %s", failure.text);
        groups.data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    buffer_free(&groups);
    maker_remove_folder(folder);
}

static void another_log_is_refused(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal_maker other;
    struct buffer groups = buffer_empty();
    struct failure failure = {.text = ""};
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    journal_maker_start(&other, "example.org/other");
    journal_maker_group(&maker, 2, 0, &groups);
    assert_false(
        audit(folder, buffer_bytes(&groups), &other.key, &failure));
    assert_non_null(strstr(failure.text, "entry 1"));
    /* The same name with another key. */
    memcpy(other.key.name, maker.key.name, sizeof other.key.name);
    assert_false(
        audit(folder, buffer_bytes(&groups), &other.key, &failure));
    buffer_free(&groups);
    maker_remove_folder(folder);
}

/* The group of these entries with a checkpoint that the log did sign. */
static void sign_group(struct buffer *out, const struct journal_maker *maker,
    struct bytes entries, uint64_t count, uint64_t size, struct hash root)
{
    struct buffer note = buffer_empty();
    struct checkpoint checkpoint = {.size = size, .root = root};
    memcpy(checkpoint.origin, maker->key.name, sizeof checkpoint.origin);
    checkpoint_append_note(&note, &checkpoint, &maker->key, &maker->secret);
    buffer_clear(out);
    buffer_text(out, "group 0 ");
    buffer_decimal(out, count);
    buffer_char(out, ' ');
    buffer_decimal(out, entries.length + note.length);
    buffer_char(out, '\n');
    buffer_append(out, entries);
    buffer_append(out, buffer_bytes(&note));
    buffer_free(&note);
}

/* Root over the entries whatever they are numbered. */
static struct hash root_of_entries(struct bytes entries)
{
    struct merkle tree;
    struct entry entry;
    merkle_clear(&tree);
    while (entry_next(&entries, &entry)) {
        struct hash leaf = merkle_leaf(entry.leaf);
        merkle_append(&tree, &leaf);
    }
    return merkle_root(&tree);
}

/* What the holder of the log's key signs has to be right all the same. */
static void a_signature_does_not_make_it_right(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct buffer entries = buffer_empty();
    struct buffer made = buffer_empty();
    struct group group;
    struct failure failure = {.text = ""};
    struct journal *journal;
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    journal_maker_group(&maker, 3, 0, &made);
    struct journal_walk *walk =
        walk_bytes(folder, buffer_bytes(&made), &journal);
    assert_int_equal(
        journal_walk_next(walk, &group, &failure), WALK_GROUP);
    buffer_append(&entries, group.entries);
    journal_walk_close(walk);
    journal_close(journal);
    struct bytes three = buffer_bytes(&entries);
    struct hash root = root_of_entries(three);

    sign_group(&made, &maker, three, 3, 3, root);
    assert_true(audit(folder, buffer_bytes(&made), &maker.key, &failure));
    sign_group(&made, &maker, three, 3, 4, root);
    assert_false(audit(folder, buffer_bytes(&made), &maker.key, &failure));
    assert_non_null(strstr(failure.text, "for a tree of 4"));
    memset(&failure, 0, sizeof failure);
    root.data[0] ^= 1;
    sign_group(&made, &maker, three, 3, 3, root);
    assert_false(audit(folder, buffer_bytes(&made), &maker.key, &failure));
    assert_non_null(strstr(failure.text, "do not give the root"));
    memset(&failure, 0, sizeof failure);
    char *second = memmem(three.data, three.length, "\n1 2026-", 8);
    assert_non_null(second);
    second[1] = '7';
    root = root_of_entries(three);
    sign_group(&made, &maker, three, 3, 3, root);
    assert_false(audit(folder, buffer_bytes(&made), &maker.key, &failure));
    assert_non_null(strstr(failure.text, "entry 7 stands where entry 1"));
    buffer_free(&entries);
    buffer_free(&made);
    maker_remove_folder(folder);
}

/* A group is checked against the tree before it, whatever its bytes. */
static void a_group_has_to_follow(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct buffer made = buffer_empty();
    struct group group;
    struct failure failure = {.text = ""};
    struct merkle before;
    struct journal *journal;
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    journal_maker_group(&maker, 3, 0, &made);
    struct journal_walk *walk =
        walk_bytes(folder, buffer_bytes(&made), &journal);
    assert_int_equal(
        journal_walk_next(walk, &group, &failure), WALK_GROUP);
    before = maker.tree;
    assert_int_equal(
        journal_check_group(&group, &before, &maker.key, &failure), -1);
    assert_non_null(strstr(failure.text, "entry 3 should follow"));
    merkle_clear(&before);
    assert_int_equal(
        journal_check_group(&group, &before, &maker.key, &failure), 0);
    assert_memory_equal(&before, &maker.tree, sizeof before);
    journal_walk_close(walk);
    journal_close(journal);
    buffer_free(&made);
    maker_remove_folder(folder);
}

/* A header with a second spelling, a count or a length that is not so. */
static void headers_have_one_spelling(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "group 00 2 %zu\n", "group 0 02 %zu\n", "group 0 2 0%zu\n",
        "group  0 2 %zu\n", "group 0 2 %zu \n", "Group 0 2 %zu\n",
        "group 0 1 %zu\n", "group 0 3 %zu\n", "group 1 2 %zu\n",
        "group 0 2 +%zu\n", "group 0 2 %zu\r\n", "group 0 0 %zu\n",
        "group 0 2 1%zu\n", " group 0 2 %zu\n", "group 0 2 %zu",
        "group 0 18446744073709551615 %zu\n",
        "group 0 2 18446744073709551615\n"};
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct buffer group = buffer_empty();
    struct buffer changed = buffer_empty();
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    journal_maker_group(&maker, 2, 0, &group);
    struct bytes rest = buffer_bytes(&group);
    struct bytes line;
    assert_true(bytes_next_line(&rest, &line));
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct failure failure = {.text = ""};
        const char *hole = strstr(headers[i], "%zu");
        buffer_clear(&changed);
        if (hole == NULL) {
            buffer_text(&changed, headers[i]);
        } else {
            buffer_append(&changed,
                bytes_of(headers[i], (size_t)(hole - headers[i])));
            buffer_decimal(&changed, rest.length);
            buffer_text(&changed, hole + 3);
        }
        buffer_append(&changed, rest);
        if (audit(folder, buffer_bytes(&changed), &maker.key, &failure))
            fail_msg("accepted: %s", headers[i]);
    }
    buffer_free(&group);
    buffer_free(&changed);
    maker_remove_folder(folder);
}

static void an_unfinished_end_is_told(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct group group;
    struct failure failure = {.text = ""};
    struct buffer groups = buffer_empty();
    struct buffer where = buffer_empty();
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    journal_maker_group(&maker, 2, 0, &groups);
    size_t one = groups.length;
    journal_maker_group(&maker, 2, 0, &groups);
    groups.data[one + 100] = 0;
    memset(groups.data + one + 100, 0, groups.length - one - 100);
    struct journal_walk *walk =
        walk_bytes(folder, buffer_bytes(&groups), &journal);
    assert_int_equal(
        journal_walk_next(walk, &group, &failure), WALK_GROUP);
    assert_int_equal(
        journal_walk_next(walk, &group, &failure), WALK_BROKEN);
    assert_int_equal(journal_walk_trailing(walk), 100);
    journal_walk_where(walk, &where);
    buffer_char(&where, '\0');
    assert_non_null(
        strstr((const char *)where.data, "entry 2 (" FIRST_SEGMENT));
    journal_walk_close(walk);
    journal_close(journal);
    buffer_free(&groups);
    buffer_free(&where);
    maker_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_group),
        cmocka_unit_test(every_bit_of_a_group_counts),
        cmocka_unit_test(another_log_is_refused),
        cmocka_unit_test(a_signature_does_not_make_it_right),
        cmocka_unit_test(a_group_has_to_follow),
        cmocka_unit_test(headers_have_one_spelling),
        cmocka_unit_test(an_unfinished_end_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
