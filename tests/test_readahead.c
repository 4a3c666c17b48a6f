/*
 * Groups on their way to the ledger at a start: they arrive in order and
 * decoded, never more than a bounded number at once, and neither side waits
 * for one that has gone.
 */
#include "../daemon/readahead.h"
#include "../ledger/journal.h"
#include "journal_maker.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GROUPS 24
#define ENTRIES 6
#define GROUP_BYTES (READAHEAD_BYTES / 8)

/* The side that reads, with all that it has to put. */
struct reader {
    struct readahead *line;
    struct journal *journal;
    char folder[MAKER_PATH_MAX];
    atomic_int put;
    int result; /* of readahead_end, or -1 if a put failed */
};

static int count_groups(
    void *context, const struct group *group, struct failure *failure)
{
    (void)context;
    (void)group;
    (void)failure;
    return 0;
}

static void make(struct reader *reader)
{
    struct failure failure = {.text = ""};
    struct journal_maker maker;
    struct journal_recovery recovery = {.replay = count_groups};
    struct journal_options options = {
        .folder = reader->folder, .segment_bytes = 64U << 20};
    memset(reader, 0, sizeof *reader);
    maker_folder(reader->folder);
    journal_maker_start(&maker, "posito.example/test");
    recovery.key = &maker.key;
    merkle_clear(&recovery.tree);
    assert_int_equal(journal_open(&reader->journal, &options, &failure), 0);
    assert_int_equal(
        journal_recover(reader->journal, &recovery, &failure), 0);
    for (unsigned i = 0; i < GROUPS; i++) {
        struct buffer group = buffer_empty();
        uint64_t first = maker.tree.size;
        journal_maker_group(&maker, ENTRIES, GROUP_BYTES, &group);
        assert_int_equal(journal_append(reader->journal, first,
                             buffer_bytes(&group), &failure), 0);
        buffer_free(&group);
    }
    reader->line = readahead_new();
    assert_non_null(reader->line);
}

static void unmake(struct reader *reader)
{
    readahead_free(reader->line);
    journal_close(reader->journal);
    maker_remove_folder(reader->folder);
}

/* Long enough for the reader to come where it has to wait: were it slower,
 * a test would see less, and fail no more for that. */
static void let_it_run(void)
{
    (void)usleep(50000);
}

/* Asserts nothing: it is not the test's thread. */
static void *read_all(void *context)
{
    struct reader *reader = context;
    struct failure failure = {.text = ""};
    struct group group;
    struct journal_walk *walk =
        journal_walk_open(reader->journal, 0, &failure);
    reader->result = -1;
    while (walk != NULL &&
           journal_walk_next(walk, &group, &failure) == WALK_GROUP) {
        if (readahead_put(reader->line, &group, &failure) != 0)
            break;
        (void)atomic_fetch_add(&reader->put, 1);
    }
    journal_walk_close(walk);
    if (atomic_load(&reader->put) == GROUPS)
        reader->result = readahead_end(reader->line);
    readahead_close(reader->line);
    return NULL;
}

static void groups_come_in_order_and_bounded(void **state)
{
    (void)state;
    struct reader reader;
    pthread_t thread;
    uint64_t next = 0;
    size_t taken = 0;
    struct ahead *ahead;
    make(&reader);
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
    while ((size_t)atomic_load(&reader.put) <
        READAHEAD_BYTES / GROUP_BYTES)
        let_it_run();
    let_it_run();
    while ((ahead = readahead_take(reader.line)) != NULL) {
        taken++;
        /* What is inside, the one taken and the one about to be put. */
        size_t put = (size_t)atomic_load(&reader.put) + 1;
        assert_in_range(
            put, taken, taken + READAHEAD_BYTES / GROUP_BYTES + 2);
        assert_int_equal(ahead->first, next);
        assert_int_equal(ahead->count, ENTRIES);
        for (size_t i = 0; i < ahead->count; i++) {
            const struct ahead_entry *at = &ahead->entries[i];
            assert_int_equal(at->entry.index, next++);
            assert_int_equal(at->order.fault.status, STATUS_ACCEPTED);
            assert_int_equal(at->order.line_count > 0,
                at->entry.body.length > 0);
        }
        readahead_done(reader.line, ahead);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(taken, GROUPS);
    assert_int_equal(reader.result, 0);
    unmake(&reader);
}

/* The ledger disagrees with the third group: the reader ends, and is told
 * so. */
static void who_gives_up_is_not_waited_for(void **state)
{
    (void)state;
    struct reader reader;
    pthread_t thread;
    make(&reader);
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
    for (int i = 0; i < 3; i++) {
        struct ahead *ahead = readahead_take(reader.line);
        assert_non_null(ahead);
        if (i == 2)
            readahead_abandon(reader.line);
        readahead_done(reader.line, ahead);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(reader.result, -1);
    assert_in_range(atomic_load(&reader.put), 2, GROUPS - 1);
    unmake(&reader);
}

/* The last group is put, but not yet done: the end waits for it. */
static void the_end_is_after_the_last_group(void **state)
{
    (void)state;
    struct reader reader;
    pthread_t thread;
    struct ahead *ahead;
    int taken = 0;
    make(&reader);
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
    while (taken < GROUPS) {
        ahead = readahead_take(reader.line);
        assert_non_null(ahead);
        if (++taken == GROUPS) {
            let_it_run();
            readahead_abandon(reader.line);
        }
        readahead_done(reader.line, ahead);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&reader.put), GROUPS);
    /* It failed on the last one, and the reader knows. */
    assert_int_equal(reader.result, -1);
    unmake(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_come_in_order_and_bounded),
        cmocka_unit_test(who_gives_up_is_not_waited_for),
        cmocka_unit_test(the_end_is_after_the_last_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
