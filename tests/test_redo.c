/*
 * Saves in parts: the redo file byte by byte, and a process that is killed
 * anywhere in a save: whoever opens the state then finds it as it was
 * before or as it was to be, whole.
 */
#include "random_operation.h"
#include "scratch.h"

#include "../ledger/redo.h"
#include "../ledger/store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the file ---- */

#define RECORDS 50

struct seen {
    size_t records;
    size_t deleted;
};

static struct bytes key_of(uint32_t number, uint8_t memory[8])
{
    memset(memory, 0, 8);
    memory[0] = (uint8_t)(number >> 8);
    memory[1] = (uint8_t)number;
    return bytes_of(memory, 2 + number % 7);
}

static struct bytes value_of(uint32_t number, uint8_t memory[64])
{
    memset(memory, (int)number, 64);
    return bytes_of(memory, number % 64);
}

static void see(void *context, enum table table, struct bytes key,
    const struct bytes *value)
{
    struct seen *seen = context;
    uint32_t number = (uint32_t)seen->records++;
    uint8_t key_memory[8];
    uint8_t memory[64];
    assert_int_equal(table, number % TABLE_COUNT);
    assert_true(bytes_equal(key, key_of(number, key_memory)));
    if (number % 5 == 0) {
        assert_null(value);
        seen->deleted++;
    } else {
        assert_true(bytes_equal(*value, value_of(number, memory)));
    }
}

static uint64_t write_file(const char *folder, uint32_t records)
{
    struct failure failure = {.text = ""};
    uint64_t mark = 0;
    struct redo *redo = redo_begin(folder, NULL, NULL, NULL, &failure);
    assert_non_null(redo);
    for (uint32_t i = 0; i < records; i++) {
        uint8_t key_memory[8];
        uint8_t memory[64];
        enum table table = (enum table)(i % TABLE_COUNT);
        if (i % 5 == 0)
            redo_delete(redo, table, key_of(i, key_memory));
        else
            redo_put(redo, table, key_of(i, key_memory),
                value_of(i, memory));
    }
    assert_int_equal(redo_end(redo, &mark, &failure), 0);
    assert_true(mark != 0);
    return mark;
}

static int read_back(
    const char *folder, uint64_t mark, struct seen *seen, bool *told)
{
    struct failure failure = {.text = ""};
    *seen = (struct seen){0};
    int result = redo_read(folder, mark, see, seen, &failure);
    *told = strstr(failure.text, "made again from the journal") != NULL;
    return result;
}

static void what_is_written_is_read(void **unused)
{
    (void)unused;
    char folder[PATH_MAX];
    struct seen seen;
    bool told;
    scratch_make(folder);
    assert_int_equal(read_back(folder, 1, &seen, &told), -1);
    assert_true(told);
    uint64_t mark = write_file(folder, RECORDS);
    assert_int_equal(read_back(folder, mark, &seen, &told), 0);
    assert_int_equal(seen.records, RECORDS);
    assert_int_equal(seen.deleted, RECORDS / 5);
    assert_int_equal(read_back(folder, mark + 1, &seen, &told), -1);
    assert_true(told && seen.records == 0);
    /* A shorter one after a longer one. */
    uint64_t other = write_file(folder, RECORDS / 2);
    assert_true(other != mark);
    assert_int_equal(read_back(folder, other, &seen, &told), 0);
    assert_int_equal(seen.records, RECORDS / 2);
    assert_int_equal(read_back(folder, mark, &seen, &told), -1);
    scratch_remove(folder);
}

static void nothing_else_is_taken_for_it(void **unused)
{
    (void)unused;
    char folder[PATH_MAX];
    char path[PATH_MAX];
    struct seen seen;
    bool told;
    scratch_make(folder);
    scratch_join(path, folder, "data.redo");
    uint64_t mark = write_file(folder, RECORDS);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    for (off_t at = 0; at < status.st_size; at++) {
        uint8_t byte = 0;
        int file = open(path, O_RDWR);
        assert_true(file >= 0 && pread(file, &byte, 1, at) == 1);
        byte ^= 0x10;
        assert_int_equal(pwrite(file, &byte, 1, at), 1);
        assert_int_equal(read_back(folder, mark, &seen, &told), -1);
        assert_true(told && seen.records == 0);
        byte ^= 0x10;
        assert_int_equal(pwrite(file, &byte, 1, at), 1);
        (void)close(file);
    }
    for (off_t length = status.st_size - 1; length >= 0; length--) {
        assert_int_equal(truncate(path, length), 0);
        assert_int_equal(read_back(folder, mark, &seen, &told), -1);
        assert_true(told && seen.records == 0);
    }
    scratch_remove(folder);
}

/* ---- killed in a save ---- */

#define KEYS 20000
#define CHANGED 6000
#define ROUNDS 60

/* Of round r: keys that are a multiple of it away from it are changed or
 * deleted by it. */
static bool is_changed(uint32_t key, uint32_t round)
{
    return (key * 2654435761U + round) % KEYS < CHANGED;
}

static void change(struct state *state, uint32_t round)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        uint32_t value[20] = {round, key};
        struct bytes name = bytes_of(&key, sizeof key);
        if (!is_changed(key, round))
            continue;
        if ((key + round) % 11 == 0)
            state_delete(state, TABLE_ACCOUNT, name);
        else
            state_put(state, TABLE_ACCOUNT, name,
                bytes_of(value, sizeof value));
    }
    state_put(state, TABLE_META, bytes_text("round"),
        bytes_of(&round, sizeof round));
}

static struct state *open_at(const char *path)
{
    struct failure failure = {.text = ""};
    struct state *state;
    const struct state_options options = {
        .folder = path, .map_bytes = 64 << 20};
    if (state_open(&state, &options, &failure) != 0)
        fail_msg("%s", failure.text);
    return state;
}

/* In a process of its own: change, then save slowly. */
static void save_in_child(const char *path, uint32_t round, int ready)
{
    struct failure failure = {.text = ""};
    struct state *state = open_at(path);
    change(state, round);
    if (state_freeze(state) != 0 || write(ready, "", 1) != 1)
        _exit(1);
    _exit(state_flush(state, &failure) == 0 ? 0 : 1);
}

/* Begin a save in a child and kill it after so many microseconds. */
static void save_and_kill(const char *path, uint32_t round, long us)
{
    int pipes[2];
    char byte = 0;
    int status;
    struct timespec time = {us / 1000000, us % 1000000 * 1000};
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        save_in_child(path, round, pipes[1]);
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    (void)nanosleep(&time, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    (void)close(pipes[0]);
    (void)close(pipes[1]);
}

/* The round that a key was changed by last, up to one; 0: none. */
static uint32_t last_change(uint32_t key, const bool *came, uint32_t round)
{
    while (round > 0 && !(came[round] && is_changed(key, round)))
        round--;
    return round;
}

static uint32_t round_of(struct state *state)
{
    struct bytes value;
    uint32_t round = 0;
    if (state_get(state, TABLE_META, bytes_text("round"), &value))
        memcpy(&round, value.data, sizeof round);
    return round;
}

/* Exactly what the rounds that came have made. */
static void expect_rounds(
    struct state *state, const bool *came, uint32_t round)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        uint32_t last = last_change(key, came, round);
        uint32_t said[2];
        struct bytes value;
        bool found = state_get(state, TABLE_ACCOUNT,
            bytes_of(&key, sizeof key), &value);
        assert_int_equal(found, last != 0 && (key + last) % 11 != 0);
        if (!found)
            continue;
        memcpy(said, value.data, sizeof said);
        assert_int_equal(said[0], last);
        assert_int_equal(said[1], key);
    }
    assert_false(state_failed(state));
}

static off_t size_of(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat status;
    scratch_join(path, folder, name);
    return stat(path, &status) == 0 ? status.st_size : 0;
}

static void a_killed_save_is_whole_or_not_there(void **unused)
{
    (void)unused;
    struct random_source random = {20261126};
    static bool came[ROUNDS + 1];
    char folder[PATH_MAX];
    char path[PATH_MAX];
    size_t whole = 0;
    size_t redone = 0;
    struct failure failure = {.text = ""};
    scratch_make(folder);
    scratch_join(path, folder, "state");
    struct state *state = open_at(path);
    assert_int_equal(state_save(state, &failure), 0);
    state_close(state);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        save_and_kill(path, round, (long)random_below(&random, 40000));
        bool begun = size_of(path, "data.redo") > 0;
        state = open_at(path);
        came[round] = round_of(state) == round;
        whole += came[round];
        redone += came[round] && begun;
        expect_rounds(state, came, round);
        state_close(state);
    }
    print_message("%zu of %d saves came through, %zu of them again\n", whole,
        ROUNDS, redone);
    assert_in_range(whole, 5, ROUNDS - 1);
    assert_in_range(redone, 3, ROUNDS);
    scratch_remove(folder);
}

/* ---- rests ---- */

static int64_t clock_us;
static int64_t disk_us; /* that each part seems to take */
static unsigned rests;

/* Looked at before and after each piece of work. */
static int64_t tick_us(void)
{
    clock_us += disk_us;
    return clock_us;
}

static void count_rest(int64_t us)
{
    assert_int_equal(us, disk_us < PACE_REST_US ? disk_us : PACE_REST_US);
    rests++;
}

/* Rests while a round is saved on a disk that takes so long for a part. */
static unsigned count_rests(
    struct state *state, uint32_t round, int64_t us, bool hurry)
{
    struct failure failure = {.text = ""};
    rests = 0;
    disk_us = us;
    change(state, round);
    assert_int_equal(state_freeze(state), 0);
    state_hurry(state, hurry);
    assert_int_equal(state_flush(state, &failure), 0);
    state_thaw(state);
    return rests;
}

/* A slow disk gets smaller parts, a fast one larger ones; who hurries does
 * not rest; and a few records are no matter of parts. */
static void saves_rest_between_parts(void **unused)
{
    (void)unused;
    static const struct pace pace = {tick_us, count_rest};
    bool came[5] = {false, true, true, true, true};
    char folder[PATH_MAX];
    char path[PATH_MAX];
    struct failure failure = {.text = ""};
    scratch_make(folder);
    scratch_join(path, folder, "state");
    struct state *state = open_at(path);
    state_set_pace(state, &pace);
    unsigned middle = count_rests(state, 1, 2000, false);
    unsigned slow = count_rests(state, 2, 50000, false);
    unsigned fast = count_rests(state, 3, 100, false);
    assert_in_range(middle, CHANGED / 256 - 2, CHANGED / 256 + 3);
    assert_true(slow > 2 * middle);
    assert_in_range(fast, 2, middle / 2);
    assert_int_equal(count_rests(state, 4, 2000, true), 0);
    expect_rounds(state, came, 4);
    state_put(state, TABLE_PARTY, bytes_text("a"), bytes_text("b"));
    rests = 0;
    assert_int_equal(state_freeze(state), 0);
    state_hurry(state, false);
    assert_int_equal(state_flush(state, &failure), 0);
    state_thaw(state);
    assert_int_equal(rests, 0);
    assert_int_equal(size_of(path, "data.redo"), 0);
    state_close(state);
    scratch_remove(folder);
}

/* A part is there and the redo file is not: nobody takes it for a state. */
static void a_part_alone_is_refused(void **unused)
{
    (void)unused;
    char folder[PATH_MAX];
    char path[PATH_MAX];
    struct failure failure = {.text = ""};
    struct state *state;
    struct store *store;
    scratch_make(folder);
    scratch_join(path, folder, "state");
    const struct state_options options = {
        .folder = path, .map_bytes = 64 << 20};
    assert_int_equal(store_open(&store, &options, &failure), 0);
    struct store_write *write = store_write_open(store, &failure);
    assert_non_null(write);
    store_write_put(write, TABLE_PARTY, bytes_text("a"), bytes_text("b"));
    store_write_name_redo(write, 77);
    assert_int_equal(store_write_commit(write, &failure), 0);
    store_close(store);
    assert_int_equal(state_open(&state, &options, &failure), -1);
    assert_non_null(strstr(failure.text, "a save was interrupted"));
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(nothing_else_is_taken_for_it),
        cmocka_unit_test(a_killed_save_is_whole_or_not_there),
        cmocka_unit_test(saves_rest_between_parts),
        cmocka_unit_test(a_part_alone_is_refused),
    };
    return cmocka_run_group_tests_name("redo", tests, NULL, NULL);
}
