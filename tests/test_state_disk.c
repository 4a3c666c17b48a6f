/*
 * The state and its file: what is read stays in memory, within bounds, and
 * hides nothing; damage that only the totals show; a kill at any moment.
 */
#include "../ledger/state.h"
#include "../ledger/state_layers.h"

#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "random_operation.h"
#include "scratch.h"

struct place {
    char folder[PATH_MAX];
    char path[PATH_MAX];
    uint64_t map_bytes;
    uint64_t cache_bytes;
    struct state *state;
};

static void place_open(struct place *place)
{
    struct failure failure = {.text = ""};
    struct state_options options = {.folder = place->path,
        .map_bytes = place->map_bytes,
        .cache_bytes = place->cache_bytes};
    if (state_open(&place->state, &options, &failure) != 0)
        fail_msg("%s", failure.text);
}

static void place_make(struct place *place)
{
    *place = (struct place){
        .map_bytes = 128 << 20, .cache_bytes = CACHE_BYTES_MIN};
    scratch_make(place->folder);
    scratch_join(place->path, place->folder, "state");
    place_open(place);
}

static void place_reopen(struct place *place)
{
    state_close(place->state);
    place_open(place);
}

static void place_remove(struct place *place)
{
    state_close(place->state);
    scratch_remove(place->folder);
}

static void put_text(
    struct state *state, enum table table, const char *key, const char *value)
{
    state_put(state, table, bytes_text(key), bytes_text(value));
}

static void save(struct state *state)
{
    struct failure failure = {.text = ""};
    if (state_save(state, &failure) != 0)
        fail_msg("%s", failure.text);
}

static void assert_works(const struct state *state)
{
    if (state_failed(state))
        fail_msg("%s", state_failure(state)->text);
}

static bool is_long(void)
{
    const char *value = getenv("POSITO_LONG");
    return value != NULL && strcmp(value, "1") == 0;
}

/* ---- what is read stays ---- */

/* What is read stays in memory; that must not hide what is written. */
static void a_read_record_does_not_hide_a_later_write(void **unused)
{
    (void)unused;
    struct place place;
    place_make(&place);
    struct state *state = place.state;
    struct bytes value;
    put_text(state, TABLE_PARTY, "a", "1");
    save(state);
    assert_true(state_get(state, TABLE_PARTY, bytes_text("a"), &value));
    put_text(state, TABLE_PARTY, "a", "2");
    save(state);
    assert_true(state_get(state, TABLE_PARTY, bytes_text("a"), &value));
    assert_true(bytes_equal_text(value, "2"));
    state_delete(state, TABLE_PARTY, bytes_text("a"));
    assert_false(state_get(state, TABLE_PARTY, bytes_text("a"), &value));
    save(state);
    assert_false(state_get(state, TABLE_PARTY, bytes_text("a"), &value));
    assert_works(state);
    place_remove(&place);
}

static size_t memory_used(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* More is read than the cache's 4 MiB hold: values stay right and stay valid
 * until the next write, and memory stays bounded. */
static void more_is_read_than_the_cache_holds(void **unused)
{
    (void)unused;
    struct place place;
    place_make(&place);
    place.cache_bytes = 4 << 20;
    place_reopen(&place);
    struct state *state = place.state;
    static char text[STATE_VALUE_MAX];
    memset(text, 'v', sizeof text);
    for (uint32_t i = 0; i < 40000; i++) {
        memcpy(text, &i, sizeof i);
        state_put(state, TABLE_PARTY, bytes_of(&i, sizeof i),
            bytes_of(text, sizeof text));
    }
    save(state);
    while (state_tend(state, 1000))
        continue;
    uint32_t zero = 0;
    struct bytes first;
    size_t used = memory_used();
    assert_true(
        state_get(state, TABLE_PARTY, bytes_of(&zero, sizeof zero), &first));
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 40000; i++) {
            struct bytes value;
            assert_true(state_get(
                state, TABLE_PARTY, bytes_of(&i, sizeof i), &value));
            assert_int_equal(value.length, sizeof text);
            assert_memory_equal(value.data, &i, sizeof i);
        }
        if (round == 0)
            assert_memory_equal(first.data, &zero, sizeof zero);
        put_text(state, TABLE_KEY, "write", "the hand may go on");
    }
    assert_true(cache_is_full(state->cache));
    assert_in_range(memory_used(), used, used + (6 << 20));
    place_remove(&place);
}

/* What was written before and after is seen, and nothing is read twice. */
static void parties_and_accounts_are_read_ahead(void **unused)
{
    (void)unused;
    struct place place;
    place_make(&place);
    place.cache_bytes = 16 << 20;
    place_reopen(&place);
    struct state *state = place.state;
    for (uint32_t i = 0; i < 1000; i++) {
        struct bytes key = bytes_of(&i, sizeof i);
        state_put(state, TABLE_PARTY, key, bytes_text("party"));
        state_put(state, TABLE_BOOK, key, bytes_text("book"));
        state_put(state, TABLE_ACCOUNT, key, bytes_text("account"));
    }
    save(state);
    place_reopen(&place);
    state = place.state;
    assert_false(state_tend(state, 100));
    state_warm(state);
    assert_true(state_warming(state));
    uint32_t changed = 900;
    struct bytes key = bytes_of(&changed, sizeof changed);
    struct bytes value;
    assert_true(state_tend(state, 100));
    state_put(state, TABLE_PARTY, key, bytes_text("changed"));
    assert_true(state_tend(state, 1500));
    save(state);
    assert_true(state_thaw_waits(state));
    while (state_tend(state, 100))
        assert_true(state_get(state, TABLE_PARTY, key, &value));
    assert_false(state_thaw_waits(state));
    assert_false(state_warming(state));
    assert_int_equal(state_warmed(state), 2000);
    assert_in_range(cache_records(state->cache), 1900, 2000);
    assert_true(state_get(state, TABLE_PARTY, key, &value));
    assert_true(bytes_equal_text(value, "changed"));
    assert_true(state_get(state, TABLE_ACCOUNT, key, &value));
    assert_true(bytes_equal_text(value, "account"));
    place_remove(&place);
}

/* ---- damage that only the totals show ---- */

/* Make a leaf page of LMDB forget its last record; false: not a leaf. */
static bool page_forget(const char *path, long page, int by)
{
    uint8_t header[16]; /* number u64, pad u16, flags u16, lower u16, upper */
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, page * 4096, SEEK_SET), 0);
    bool leaf = fread(header, sizeof header, 1, file) == 1 &&
                header[10] == 2 && header[11] == 0;
    if (leaf) {
        header[12] = (uint8_t)(header[12] + by);
        assert_int_equal(fseek(file, page * 4096, SEEK_SET), 0);
        assert_int_equal(fwrite(header, sizeof header, 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
    return leaf;
}

/* The page looks whole and its neighbours stand in order: such a record
 * would be "absent" if the totals were not compared at open. */
static void a_lost_record_is_found_out_at_open(void **unused)
{
    (void)unused;
    struct place place;
    place_make(&place);
    char file[PATH_MAX];
    char key[24];
    scratch_join(file, place.path, "data.mdb");
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "m%d", i);
        put_text(place.state, TABLE_PARTY, key, key);
    }
    save(place.state);
    struct hash before;
    struct hash after;
    struct failure failure = {.text = ""};
    assert_int_equal(state_digest(place.state, &before, &failure), 0);
    int refused = 0;
    state_close(place.state);
    for (long page = 2; page < 40; page++) {
        struct state_options options = {
            .folder = place.path, .map_bytes = place.map_bytes};
        if (!page_forget(file, page, -2))
            continue;
        failure.text[0] = '\0';
        if (state_open(&place.state, &options, &failure) != 0) {
            refused += strstr(failure.text, "do not add up") != NULL;
        } else { /* a page that is not in use */
            assert_int_equal(
                state_digest(place.state, &after, &failure), 0);
            assert_true(hash_equal(&before, &after));
        }
        state_close(place.state);
        place.state = NULL;
        assert_true(page_forget(file, page, 2));
    }
    assert_true(refused >= 5);
    place_remove(&place);
}

/* ---- a kill at any moment ---- */

/* Each save writes one number to 200 records; after a kill all have the
 * same, and not less than the last one that was reported. */
static void save_numbers(const char *path, int report)
{
    struct state *state;
    struct failure failure = {.text = ""};
    struct state_options options = {.folder = path, .map_bytes = 8 << 20};
    if (state_open(&state, &options, &failure) != 0)
        _exit(1);
    struct bytes value;
    uint32_t number = 0;
    if (state_get(state, TABLE_META, bytes_text("number"), &value))
        memcpy(&number, value.data, sizeof number);
    for (;;) {
        number++;
        value = bytes_of(&number, sizeof number);
        state_put(state, TABLE_META, bytes_text("number"), value);
        for (uint32_t i = 0; i < 200; i++)
            state_put(state, TABLE_PARTY, bytes_of(&i, sizeof i), value);
        if (state_save(state, &failure) != 0 ||
            write(report, &number, sizeof number) != sizeof number)
            _exit(2);
    }
}

static uint32_t check_numbers(const char *path, uint32_t reported)
{
    struct state *state;
    struct failure failure = {.text = ""};
    struct state_options options = {.folder = path, .map_bytes = 8 << 20};
    if (state_open(&state, &options, &failure) != 0)
        fail_msg("%s", failure.text);
    struct bytes value;
    uint32_t number = 0;
    if (state_get(state, TABLE_META, bytes_text("number"), &value))
        memcpy(&number, value.data, sizeof number);
    for (uint32_t i = 0; i < 200; i++) {
        bool found = state_get(
            state, TABLE_PARTY, bytes_of(&i, sizeof i), &value);
        assert_int_equal(found, number > 0);
        if (found)
            assert_memory_equal(value.data, &number, sizeof number);
    }
    struct hash hash;
    assert_int_equal(state_digest(state, &hash, &failure), 0);
    state_close(state);
    assert_true(number >= reported);
    return number;
}

static void a_kill_leaves_one_whole_save(void **unused)
{
    (void)unused;
    struct random_source random = {.state = 5};
    char folder[PATH_MAX];
    char path[PATH_MAX];
    scratch_make(folder);
    scratch_join(path, folder, "state");
    uint32_t number = 0;
    for (int round = is_long() ? 1000 : 60; round > 0; round--) {
        int report[2];
        assert_int_equal(pipe(report), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            save_numbers(path, report[1]);
        close(report[1]);
        usleep((useconds_t)random_below(&random, 20000));
        kill(child, SIGKILL);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        while (read(report[0], &number, sizeof number) == sizeof number)
            continue;
        close(report[0]);
        number = check_numbers(path, number);
    }
    assert_true(number > 0);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_record_does_not_hide_a_later_write),
        cmocka_unit_test(more_is_read_than_the_cache_holds),
        cmocka_unit_test(parties_and_accounts_are_read_ahead),
        cmocka_unit_test(a_lost_record_is_found_out_at_open),
        cmocka_unit_test(a_kill_leaves_one_whole_save),
    };
    return cmocka_run_group_tests_name("state on disk", tests, NULL, NULL);
}
