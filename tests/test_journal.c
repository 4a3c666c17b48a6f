/*
 * The journal's files: append, walk, read, and folders that are not as they
 * should be.
 */
#include "../ledger/entry.h"
#include "../ledger/journal.h"
#include "../ledger/journal_inside.h"
#include "../ledger/pace.h"
#include "journal_maker.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SEGMENT 65536
#define FIRST_SEGMENT "00000000000000000000.posito"
#define ORIGIN "example.org/journal"

/* ---- helpers ---- */

static int take_any(
    void *context, const struct group *group, struct failure *failure)
{
    (void)group;
    (void)failure;
    ++*(size_t *)context;
    return 0;
}

/* Open and recover; the number of groups replayed, or -1. */
static int open_journal(const char *folder, const struct journal_maker *maker,
    uint64_t segment, struct journal **journal, struct failure *failure)
{
    size_t groups = 0;
    struct journal_options options = {
        .folder = folder, .segment_bytes = segment};
    struct journal_recovery recovery = {
        .key = &maker->key, .replay = take_any, .context = &groups};
    merkle_clear(&recovery.tree);
    memset(failure, 0, sizeof *failure);
    if (journal_open(journal, &options, failure) != 0)
        return -1;
    if (journal_recover(*journal, &recovery, failure) != 0) {
        journal_close(*journal);
        *journal = NULL;
        return -1;
    }
    return (int)groups;
}

static void append_group(struct journal *journal,
    struct journal_maker *maker, uint64_t entries, size_t bytes,
    struct buffer *all)
{
    struct buffer group = buffer_empty();
    struct failure failure = {.text = ""};
    uint64_t first = maker->tree.size;
    journal_maker_group(maker, entries, bytes, &group);
    if (journal_prepare(journal, &failure) != 0 ||
        journal_append(journal, first, buffer_bytes(&group), &failure) != 0)
        fail_msg("%s", failure.text);
    if (all != NULL)
        buffer_append(all, buffer_bytes(&group));
    buffer_free(&group);
}

/* ---- golden bytes ---- */

static void golden_segment(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct failure failure;
    struct buffer groups = buffer_empty();
    struct buffer found = buffer_empty();
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    assert_int_equal(
        open_journal(folder, &maker, SEGMENT, &journal, &failure), 0);
    assert_true(journal_empty(journal));
    append_group(journal, &maker, 5, 0, &groups);
    append_group(journal, &maker, 1, 0, &groups);
    assert_false(journal_empty(journal));
    assert_int_equal(journal_bytes(journal), groups.length);
    maker_read_file(folder, FIRST_SEGMENT, &found);
    assert_int_equal(found.length, SEGMENT);
    assert_memory_equal(found.data, groups.data, groups.length);
    for (size_t i = groups.length; i < SEGMENT; i++)
        assert_int_equal(found.data[i], 0);
    journal_close(journal);
    buffer_free(&groups);
    buffer_free(&found);
    maker_remove_folder(folder);
}

/* ---- append, walk, read ---- */

/* All groups from first on, one after the other. */
static void walk_all(
    struct journal *journal, uint64_t first, struct buffer *out)
{
    struct failure failure = {.text = ""};
    struct group group;
    struct journal_walk *walk =
        journal_walk_open(journal, first, &failure);
    if (walk == NULL)
        fail_msg("%s", failure.text);
    buffer_clear(out);
    enum walk_result result;
    while ((result = journal_walk_next(walk, &group, &failure)) ==
        WALK_GROUP)
        buffer_append(out, group.all);
    if (result != WALK_END)
        fail_msg("%s", failure.text);
    journal_walk_close(walk);
}

static void check_entries(struct journal *journal, uint64_t size)
{
    struct failure failure = {.text = ""};
    struct buffer out = buffer_empty();
    for (uint64_t index = 0; index < size; index++) {
        struct entry entry;
        buffer_clear(&out);
        if (journal_read(journal, index, &out, &failure) != 0)
            fail_msg("%s", failure.text);
        struct bytes rest = buffer_bytes(&out);
        assert_true(entry_next(&rest, &entry));
        assert_int_equal(rest.length, 0);
        assert_int_equal(entry.index, index);
    }
    buffer_clear(&out);
    assert_int_equal(journal_read(journal, size, &out, &failure), -1);
    assert_int_equal(out.length, 0);
    buffer_free(&out);
}

/* Groups of all sizes over many segments, closed and opened on the way. */
static void what_was_appended_is_there(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 3000, 0, 40000, 0, 200000, 64000, 0};
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct failure failure;
    struct buffer all = buffer_empty();
    struct buffer found = buffer_empty();
    size_t start[65] = {0};
    uint64_t first[65] = {0};
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    for (size_t i = 0; i < 64; i++) {
        if (i % 16 == 0)
            assert_int_equal(open_journal(folder, &maker, SEGMENT, &journal,
                                 &failure),
                i);
        append_group(
            journal, &maker, 1 + i * 7 % 13, sizes[i % 8], &all);
        start[i + 1] = all.length;
        first[i + 1] = maker.tree.size;
        if (i % 16 == 15 && i != 63)
            journal_close(journal);
    }
    check_entries(journal, maker.tree.size);
    for (size_t i = 0; i <= 64; i++) {
        walk_all(journal, first[i], &found);
        assert_int_equal(found.length, all.length - start[i]);
        assert_memory_equal(
            found.data, all.data + start[i], found.length);
    }
    journal_close(journal);
    buffer_free(&all);
    buffer_free(&found);
    maker_remove_folder(folder);
}

/* Entries are found through the places remembered for a long segment: as
 * they were appended, and as they are found again later. */
static void long_segments_are_searched(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct failure failure;
    struct journal_options options = {.folder = folder, .read_only = true};
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    assert_int_equal(
        open_journal(folder, &maker, 8 << 20, &journal, &failure), 0);
    for (int i = 0; i < 150; i++)
        append_group(
            journal, &maker, 3, i % 3 == 0 && i < 90 ? 70000 : 0, NULL);
    check_entries(journal, maker.tree.size);
    uint64_t bytes = journal_bytes(journal);
    assert_in_range(bytes, 30 * 70000, 8 << 20);
    journal_close(journal);
    assert_int_equal(
        open_journal(folder, &maker, 8 << 20, &journal, &failure), 150);
    check_entries(journal, maker.tree.size);
    assert_int_equal(journal_bytes(journal), bytes);
    journal_close(journal);
    assert_int_equal(journal_open(&journal, &options, &failure), 0);
    assert_int_equal(journal_bytes(journal), bytes);
    check_entries(journal, maker.tree.size);
    journal_close(journal);
    maker_remove_folder(folder);
}

/* An auditor sees the same, without recovery, and writes nothing. */
static void read_only_sees_the_same(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct journal *second;
    struct failure failure;
    struct buffer all = buffer_empty();
    struct buffer found = buffer_empty();
    struct journal_options options = {.folder = folder, .read_only = true};
    struct journal_recovery recovery = {.key = &maker.key};
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    assert_int_equal(
        open_journal(folder, &maker, SEGMENT, &journal, &failure), 0);
    for (int i = 0; i < 20; i++)
        append_group(journal, &maker, 3, i % 4 == 3 ? 30000 : 0, &all);
    assert_int_equal(journal_open(&second, &options, &failure), 0);
    walk_all(second, 0, &found);
    assert_int_equal(found.length, all.length);
    assert_memory_equal(found.data, all.data, all.length);
    assert_true(journal_bytes(second) >= all.length);
    check_entries(second, maker.tree.size);
    assert_int_equal(journal_genesis(second, &found, &failure), 0);
    assert_int_equal(journal_recover(second, &recovery, &failure), -1);
    journal_close(second);

    /* A second writer is turned away. */
    options.read_only = false;
    memset(&failure, 0, sizeof failure);
    assert_int_equal(journal_open(&second, &options, &failure), -1);
    assert_non_null(strstr(failure.text, "another program"));
    journal_close(journal);
    buffer_free(&all);
    buffer_free(&found);
    maker_remove_folder(folder);
}

static void a_walk_begins_where_a_group_does(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct failure failure;
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    assert_int_equal(
        open_journal(folder, &maker, SEGMENT, &journal, &failure), 0);
    assert_null(journal_walk_open(journal, 1, &failure));
    for (int i = 0; i < 3; i++)
        append_group(journal, &maker, 3, 0, NULL);
    for (uint64_t first = 0; first < 12; first++) {
        struct journal_walk *walk =
            journal_walk_open(journal, first, &failure);
        assert_int_equal(walk != NULL, first % 3 == 0 && first <= 9);
        journal_walk_close(walk);
    }
    journal_close(journal);
    maker_remove_folder(folder);
}

static void what_does_not_follow_is_not_appended(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct buffer group = buffer_empty();
    for (int variant = 0; variant < 4; variant++) {
        struct failure failure;
        maker_folder(folder);
        journal_maker_start(&maker, ORIGIN);
        assert_int_equal(
            open_journal(folder, &maker, SEGMENT, &journal, &failure), 0);
        append_group(journal, &maker, 2, 0, NULL);
        buffer_clear(&group);
        journal_maker_group(&maker, 1, 0, &group);
        struct bytes bytes = buffer_bytes(&group);
        uint64_t first = variant == 0 ? 1 : 2;
        if (variant == 1)
            bytes.length--;
        if (variant == 2)
            bytes.data++, bytes.length--;
        if (variant == 3)
            bytes = bytes_text("");
        assert_int_equal(
            journal_append(journal, first, bytes, &failure), -1);
        /* And then nothing more is. */
        assert_int_equal(journal_append(journal, 2, buffer_bytes(&group),
                             &failure),
            -1);
        journal_close(journal);
        assert_int_equal(
            open_journal(folder, &maker, SEGMENT, &journal, &failure), 1);
        journal_close(journal);
        maker_remove_folder(folder);
    }
    buffer_free(&group);
}

/* ---- many threads ---- */

struct reading {
    struct journal *journal;
    pthread_mutex_t lock;
    uint64_t size; /* durable; UINT64_MAX: stop */
    bool wrong;
};

static void *read_at_random(void *context)
{
    struct reading *reading = context;
    struct buffer out = buffer_empty();
    uint64_t seed = (uint64_t)(uintptr_t)&out;
    for (;;) {
        struct failure failure = {.text = ""};
        struct entry entry;
        (void)pthread_mutex_lock(&reading->lock);
        uint64_t size = reading->size;
        (void)pthread_mutex_unlock(&reading->lock);
        if (size == UINT64_MAX)
            break;
        if (size == 0)
            continue;
        uint64_t index = maker_random(&seed) % size;
        buffer_clear(&out);
        bool wrong =
            journal_read(reading->journal, index, &out, &failure) != 0;
        struct bytes rest = buffer_bytes(&out);
        wrong = wrong || !entry_next(&rest, &entry) || entry.index != index;
        if (wrong) {
            (void)pthread_mutex_lock(&reading->lock);
            reading->wrong = true;
            (void)pthread_mutex_unlock(&reading->lock);
        }
    }
    buffer_free(&out);
    return NULL;
}

static void *prepare_always(void *context)
{
    struct reading *reading = context;
    for (;;) {
        struct failure failure = {.text = ""};
        (void)pthread_mutex_lock(&reading->lock);
        bool stop = reading->size == UINT64_MAX;
        (void)pthread_mutex_unlock(&reading->lock);
        if (stop)
            return NULL;
        if (journal_prepare(reading->journal, &failure) != 0) {
            (void)pthread_mutex_lock(&reading->lock);
            reading->wrong = true;
            (void)pthread_mutex_unlock(&reading->lock);
        }
    }
}

static void readers_see_what_is_durable(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct failure failure;
    struct reading reading = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[3];
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    assert_int_equal(
        open_journal(folder, &maker, SEGMENT, &reading.journal, &failure),
        0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL,
                             i == 2 ? prepare_always : read_at_random,
                             &reading),
            0);
    for (int i = 0; i < 120; i++) {
        append_group(reading.journal, &maker, 1 + (uint64_t)i % 5,
            i % 7 == 0 ? 20000 : 0, NULL);
        (void)pthread_mutex_lock(&reading.lock);
        reading.size = maker.tree.size;
        (void)pthread_mutex_unlock(&reading.lock);
    }
    (void)pthread_mutex_lock(&reading.lock);
    reading.size = UINT64_MAX;
    (void)pthread_mutex_unlock(&reading.lock);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_false(reading.wrong);
    journal_close(reading.journal);
    maker_remove_folder(folder);
}

/* ---- folders ---- */

/* A folder of three segments; their names come back. */
static void three_segments(char folder[MAKER_PATH_MAX],
    struct journal_maker *maker, char names[3][40])
{
    struct journal *journal;
    struct failure failure;
    maker_folder(folder);
    journal_maker_start(maker, ORIGIN);
    assert_int_equal(
        open_journal(folder, maker, SEGMENT, &journal, &failure), 0);
    for (int i = 0; i < 3; i++) {
        (void)snprintf(names[i], 40, "%020llu.posito",
            (unsigned long long)maker->tree.size);
        append_group(journal, maker, 4, 0, NULL);
        append_group(journal, maker, 2, 63000, NULL);
    }
    journal_close(journal);
}

static void segment_path(char *path, const char *folder, const char *name)
{
    (void)snprintf(path, MAKER_PATH_MAX * 2, "%s/%s", folder, name);
}

static void must_not_start(const char *folder,
    const struct journal_maker *maker, const char *reason)
{
    struct journal *journal;
    struct failure failure;
    struct journal_options options = {.folder = folder, .read_only = true};
    if (open_journal(folder, maker, SEGMENT, &journal, &failure) != -1)
        fail_msg("started: %s", reason);
    if (strstr(failure.text, reason) == NULL)
        fail_msg("%s: %s", reason, failure.text);

    /* An auditor is told too, at the latest by the walk. */
    memset(&failure, 0, sizeof failure);
    if (journal_open(&journal, &options, &failure) != 0)
        return;
    struct group group;
    struct journal_walk *walk = journal_walk_open(journal, 0, &failure);
    assert_non_null(walk);
    enum walk_result result;
    do
        result = journal_walk_next(walk, &group, &failure);
    while (result == WALK_GROUP);
    assert_int_equal(result, WALK_BROKEN);
    journal_walk_close(walk);
    journal_close(journal);
}

enum spoiling {
    FIRST_GONE,
    MIDDLE_GONE,
    FOREIGN_FILE,
    EMPTY_FILE,
    EARLIER_NAME,
    NO_FIRST_GROUP,
    STRAY_BYTE,
    NO_GROUP
};

static void spoil_folder(
    const char *folder, char names[3][40], enum spoiling what)
{
    char path[MAKER_PATH_MAX * 2];
    char other[MAKER_PATH_MAX * 2];
    struct buffer data = buffer_empty();
    maker_read_file(folder, names[what == STRAY_BYTE ? 1 : 2], &data);
    segment_path(path, folder, names[what == FIRST_GONE ? 0 : 1]);
    segment_path(other, folder, "00000000000000000003.posito");
    switch (what) {
    case FIRST_GONE:
    case MIDDLE_GONE:
        assert_int_equal(unlink(path), 0);
        break;
    case FOREIGN_FILE:
        maker_write_file(folder, "notes.txt", bytes_text("x"));
        break;
    case EMPTY_FILE:
        maker_write_file(folder, names[2], bytes_text(""));
        break;
    case EARLIER_NAME:
        assert_int_equal(rename(path, other), 0);
        break;
    case NO_FIRST_GROUP:
        memset(data.data, 0, 512);
        maker_write_file(folder, names[2], buffer_bytes(&data));
        break;
    case STRAY_BYTE:
        data.data[data.length - 1] = 'x';
        maker_write_file(folder, names[1], buffer_bytes(&data));
        break;
    case NO_GROUP:
        memset(data.data, 0, data.length);
        maker_write_file(
            folder, "00000000000000000018.posito", buffer_bytes(&data));
        break;
    }
    buffer_free(&data);
}

/* ---- the next segment ---- */

static int64_t paced_now;
static unsigned rests;

/* Each look at the clock finds it 3 ms later. */
static int64_t paced_now_us(void)
{
    return paced_now += 3000;
}

static void paced_rest_us(int64_t us)
{
    assert_int_equal(us, 3000);
    rests++;
}

/* Asked for once a segment, when an eighth of it is full; made by the megabyte,
 * with a rest after each. */
static void the_next_segment_is_wanted_in_time(void **state)
{
    (void)state;
    static const struct pace pace = {paced_now_us, paced_rest_us};
    const uint64_t size = 3 << 20;
    char folder[MAKER_PATH_MAX];
    struct journal_maker maker;
    struct journal *journal;
    struct failure failure = {.text = ""};
    maker_folder(folder);
    journal_maker_start(&maker, ORIGIN);
    assert_int_equal(
        open_journal(folder, &maker, size, &journal, &failure), 0);
    journal_set_pace(journal, &pace);
    rests = 0;
    uint64_t written = 0;
    unsigned wanted = 0;
    while (written < 3 * size) {
        struct buffer group = buffer_empty();
        uint64_t first = maker.tree.size;
        journal_maker_group(&maker, 1, 50000, &group);
        assert_int_equal(journal_append(
                             journal, first, buffer_bytes(&group), &failure),
            0);
        written += group.length;
        buffer_free(&group);
        if (!journal_wants_next(journal))
            continue;
        wanted++;
        assert_false(journal_wants_next(journal));
        /* Ends of segments that a group did not fit into are not written. */
        assert_in_range(written % size, size / 8 - 120000, size / 4);
        assert_int_equal(journal_prepare(journal, &failure), 0);
        assert_int_equal(rests, 3 * wanted);
        /* It is there: nothing more to do. */
        assert_int_equal(journal_prepare(journal, &failure), 0);
        assert_int_equal(rests, 3 * wanted);
    }
    assert_in_range(wanted, 2, 3);
    journal_close(journal);
    maker_remove_folder(folder);
}

/* Nobody rests while somebody waits. */
static void hurried_work_does_not_rest(void **state)
{
    (void)state;
    static const struct pace pace = {paced_now_us, paced_rest_us};
    struct pacing pacing = {.pace = &pace};
    rests = 0;
    pacing_rest(&pacing, 3000);
    assert_int_equal(rests, 1);
    atomic_store(&pacing.hurried, true);
    pacing_rest(&pacing, 3000);
    assert_int_equal(rests, 1);
    atomic_store(&pacing.hurried, false);
    pacing_rest(&pacing, 3000);
    assert_int_equal(rests, 2);
    pacing.pace = NULL;
    pacing_rest(&pacing, 3000);
    pacing_rest(NULL, 3000);
    assert_int_equal(rests, 2);
}

static void folders_that_are_not_whole(void **state)
{
    (void)state;
    static const char *const reasons[] = {
        [FIRST_GONE] = "entries 0 to 5 are missing",
        [MIDDLE_GONE] = "entries 6 to 11 are missing",
        [FOREIGN_FILE] = "foreign file",
        [EMPTY_FILE] = "empty or not a file",
        [EARLIER_NAME] = "begins too early",
        [NO_FIRST_GROUP] = "no crash leaves",
        [STRAY_BYTE] = "bytes that are no group",
        [NO_GROUP] = "a segment without a group",
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        char folder[MAKER_PATH_MAX];
        char names[3][40];
        struct journal_maker maker;
        three_segments(folder, &maker, names);
        spoil_folder(folder, names, (enum spoiling)i);
        must_not_start(folder, &maker, reasons[i]);
        maker_remove_folder(folder);
    }
}

static void names_have_one_spelling(void **state)
{
    (void)state;
    static const char *const names[] = {"0.posito", "00000000000000000000",
        "0000000000000000000x.posito", "99999999999999999999.posito",
        "00000000000000000000.POSITO", "00000000000000000000.posito~",
        ".hidden", "next.posito.tmp"};
    char folder[MAKER_PATH_MAX];
    maker_folder(folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct journal *journal;
        struct failure failure = {.text = ""};
        struct journal_options options = {.folder = folder};
        maker_empty_folder(folder);
        maker_write_file(folder, names[i], bytes_text("x"));
        assert_int_equal(journal_open(&journal, &options, &failure), -1);
        assert_null(journal);
        assert_non_null(strstr(failure.text, names[i]));
    }
    maker_remove_folder(folder);
}

/* A damaged entry is not handed out, and its neighbours are. */
static void a_damaged_entry_is_not_read(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    char names[3][40];
    struct journal_maker maker;
    struct journal *journal;
    struct failure failure = {.text = ""};
    struct buffer data = buffer_empty();
    struct buffer out = buffer_empty();
    struct journal_options options = {.folder = folder, .read_only = true};
    three_segments(folder, &maker, names);
    maker_read_file(folder, names[1], &data);
    char *line = memmem(data.data, data.length, "\n8 2026-", 8);
    assert_non_null(line);
    line[1] = '9';
    maker_write_file(folder, names[1], buffer_bytes(&data));
    assert_int_equal(journal_open(&journal, &options, &failure), 0);
    struct hash leaf, expected;
    struct entry entry;
    assert_int_equal(journal_read(journal, 7, &out, &failure), 0);
    struct bytes all = buffer_bytes(&out);
    assert_true(entry_next(&all, &entry));
    expected = merkle_leaf(entry.leaf);
    assert_int_equal(journal_leaf(journal, 7, &leaf, &failure), 0);
    assert_true(hash_equal(&leaf, &expected));
    buffer_clear(&out);
    assert_int_equal(journal_leaf(journal, 8, &leaf, &failure), -1);
    assert_int_equal(journal_read(journal, 8, &out, &failure), -1);
    assert_int_equal(out.length, 0);
    assert_non_null(strstr(failure.text, "entry 8"));
    journal_close(journal);
    buffer_free(&data);
    buffer_free(&out);
    maker_remove_folder(folder);
}

static void read_well(struct journal *journal, uint64_t index,
    struct buffer *out)
{
    struct failure failure = {.text = ""};
    struct entry entry;
    buffer_clear(out);
    if (journal_read(journal, index, out, &failure) != 0)
        fail_msg("%s", failure.text);
    struct bytes all = buffer_bytes(out);
    assert_true(entry_next(&all, &entry));
    assert_int_equal(entry.index, index);
    assert_int_equal(all.length, 0);
}

static void read_badly(struct journal *journal, uint64_t index,
    struct buffer *out)
{
    struct failure failure = {.text = ""};
    char name[32];
    buffer_clear(out);
    (void)snprintf(name, sizeof name, "entry %d", (int)index);
    assert_int_equal(journal_read(journal, index, out, &failure), -1);
    assert_int_equal(out->length, 0);
    assert_non_null(strstr(failure.text, name));
}

/* What was read before and went bad since, in whichever byte, is not handed
 * out either: not from the desk's group nor by its seal. */
static void a_sealed_entry_that_went_bad_is_not_read(void **state)
{
    (void)state;
    char folder[MAKER_PATH_MAX];
    char names[3][40];
    struct journal_maker maker;
    struct journal *journal;
    struct failure failure = {.text = ""};
    struct buffer data = buffer_empty();
    struct buffer first = buffer_empty();
    struct buffer out = buffer_empty();
    struct journal_options options = {.folder = folder, .read_only = true};
    three_segments(folder, &maker, names);
    maker_read_file(folder, names[0], &data);
    assert_int_equal(journal_open(&journal, &options, &failure), 0);
    read_well(journal, 5, &first);
    assert_true(first.length > JOURNAL_SEALED);
    uint8_t *there = memmem(data.data, data.length, first.data, first.length);
    assert_non_null(there);
    for (size_t i = 1; i <= 16; i++) {
        uint8_t *byte = there + (first.length - 1) * i / 16;
        read_well(journal, 8, &out); /* another group */
        *byte ^= 1;
        maker_write_file(folder, names[0], buffer_bytes(&data));
        read_badly(journal, 5, &out);
        *byte ^= 1;
        maker_write_file(folder, names[0], buffer_bytes(&data));
        read_well(journal, 8, &out);
        read_well(journal, 5, &out);
        assert_true(bytes_equal(buffer_bytes(&out), buffer_bytes(&first)));
    }
    /* Its bytes are read alone, so what is before them does not matter; of
     * one that was not read yet it does. */
    read_well(journal, 8, &out);
    there = memmem(data.data, data.length, "group 4 2 ", 10);
    assert_non_null(there);
    there[0] ^= 1;
    maker_write_file(folder, names[0], buffer_bytes(&data));
    read_well(journal, 5, &out);
    read_badly(journal, 4, &out);
    journal_close(journal);
    buffer_free(&data);
    buffer_free(&first);
    buffer_free(&out);
    maker_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_segment),
        cmocka_unit_test(what_was_appended_is_there),
        cmocka_unit_test(long_segments_are_searched),
        cmocka_unit_test(read_only_sees_the_same),
        cmocka_unit_test(a_walk_begins_where_a_group_does),
        cmocka_unit_test(what_does_not_follow_is_not_appended),
        cmocka_unit_test(readers_see_what_is_durable),
        cmocka_unit_test(the_next_segment_is_wanted_in_time),
        cmocka_unit_test(hurried_work_does_not_rest),
        cmocka_unit_test(folders_that_are_not_whole),
        cmocka_unit_test(names_have_one_spelling),
        cmocka_unit_test(a_damaged_entry_is_not_read),
        cmocka_unit_test(a_sealed_entry_that_went_bad_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
