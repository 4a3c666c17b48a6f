/*
 * The state against a plain sorted list of records: what is read, scanned,
 * rolled back, flushed, found again after a restart, and its digest.
 */
#include "../ledger/state.h"
#include "../ledger/state_layers.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "random_operation.h"
#include "scratch.h"

/* ---- the model: a sorted array ---- */

#define MODEL_MAX 4096

struct model_record {
    enum table table;
    uint8_t key[STATE_KEY_MAX];
    size_t key_length;
    uint8_t value[STATE_VALUE_MAX];
    size_t length;
};

struct model {
    struct model_record *records[MODEL_MAX]; /* never changed, only shared */
    size_t count;
};

static struct bytes model_key(const struct model_record *record)
{
    return bytes_of(record->key, record->key_length);
}

static struct bytes model_value(const struct model_record *record)
{
    return bytes_of(record->value, record->length);
}

static size_t model_place(
    const struct model *model, enum table table, struct bytes key)
{
    size_t low = 0;
    size_t high = model->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct model_record *record = model->records[middle];
        int order = record->table != table
                        ? (record->table < table ? -1 : 1)
                        : bytes_compare(model_key(record), key);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct model_record *model_get(
    const struct model *model, enum table table, struct bytes key)
{
    size_t at = model_place(model, table, key);
    if (at == model->count || model->records[at]->table != table ||
        !bytes_equal(model_key(model->records[at]), key))
        return NULL;
    return model->records[at];
}

/* Records are made once and freed at the end: models share them. */
struct model_memory {
    struct model_record **made;
    size_t count;
    size_t room;
};

static struct model_record *model_make(struct model_memory *memory,
    enum table table, struct bytes key, struct bytes value)
{
    if (memory->count == memory->room) {
        memory->room = memory->room * 2 + 64;
        memory->made = realloc(
            memory->made, memory->room * sizeof(struct model_record *));
        assert_non_null(memory->made);
    }
    struct model_record *record = malloc(sizeof *record);
    assert_non_null(record);
    memory->made[memory->count++] = record;
    record->table = table;
    record->key_length = key.length;
    record->length = value.length;
    memcpy(record->key, key.data, key.length);
    if (value.length > 0)
        memcpy(record->value, value.data, value.length);
    return record;
}

static void model_free(struct model_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++)
        free(memory->made[i]);
    free(memory->made);
}

static void model_delete(
    struct model *model, enum table table, struct bytes key)
{
    size_t at = model_place(model, table, key);
    if (model_get(model, table, key) == NULL)
        return;
    memmove(model->records + at, model->records + at + 1,
        (model->count - at - 1) * sizeof *model->records);
    model->count--;
}

static void model_put(struct model *model, struct model_record *record)
{
    model_delete(model, record->table, model_key(record));
    size_t at = model_place(model, record->table, model_key(record));
    assert_true(model->count < MODEL_MAX);
    memmove(model->records + at + 1, model->records + at,
        (model->count - at) * sizeof *model->records);
    model->records[at] = record;
    model->count++;
}

/* The digest as state.h defines it, from the model alone. */
static struct hash model_digest(const struct model *model)
{
    struct buffer out = buffer_empty();
    for (size_t i = 0; i < model->count; i++) {
        const struct model_record *record = model->records[i];
        buffer_u8(&out, (uint8_t)record->table);
        buffer_u16(&out, (uint16_t)record->key_length);
        buffer_append(&out, model_key(record));
        buffer_u32(&out, (uint32_t)record->length);
        buffer_append(&out, model_value(record));
    }
    assert_false(out.failed);
    struct hash hash = hash_of(buffer_bytes(&out));
    buffer_free(&out);
    return hash;
}

/* ---- the two side by side ---- */

#define MARKS 4

struct pair {
    char folder[PATH_MAX];
    char path[PATH_MAX];
    uint64_t map_bytes;
    uint64_t cache_bytes;
    uint64_t turns; /* of the caches' hands, before the last opening */
    struct random_source random;
    struct state *state;
    struct model_memory memory;
    struct model now;
    struct model flushed; /* what a restart would find */
    struct model frozen;
    bool is_frozen;
    size_t marks;
    size_t mark[MARKS];
    struct model marked[MARKS];
    struct state_scan *scan;
    struct model scanned; /* the model as it was when the scan was opened */
    size_t scan_next;
    enum table scan_table;
    struct bytes scan_prefix;
    uint8_t scan_prefix_data[4];
};

static uint32_t below(struct pair *pair, uint32_t limit)
{
    return (uint32_t)random_below(&pair->random, limit);
}

static void assert_works(const struct state *state)
{
    if (state_failed(state))
        fail_msg("%s", state_failure(state)->text);
}

static void pair_open(struct pair *pair)
{
    struct failure failure = {.text = ""};
    /* A cache that ages all the time. */
    struct state_options options = {.folder = pair->path,
        .map_bytes = pair->map_bytes,
        .cache_bytes = pair->cache_bytes};
    if (state_open(&pair->state, &options, &failure) != 0)
        fail_msg("%s", failure.text);
}

static struct pair *pair_new(uint64_t seed)
{
    struct pair *pair = calloc(1, sizeof *pair);
    assert_non_null(pair);
    scratch_make(pair->folder);
    scratch_join(pair->path, pair->folder, "state");
    pair->map_bytes = 128 << 20;
    pair->cache_bytes = CACHE_BYTES_MIN;
    pair->random.state = seed;
    pair_open(pair);
    return pair;
}

static void pair_free(struct pair *pair)
{
    state_scan_close(pair->scan);
    state_close(pair->state);
    scratch_remove(pair->folder);
    model_free(&pair->memory);
    free(pair);
}

/* Three tables and some hundreds of keys: 1 to 4 letters of 5, now and
 * then long ones. */
static struct bytes random_key(struct pair *pair, uint8_t data[64])
{
    size_t length = 1 + below(pair, 4);
    for (size_t i = 0; i < length; i++)
        data[i] = (uint8_t)(below(pair, 20) == 0 ? 0xFF : below(pair, 5));
    if (below(pair, 10) == 0) {
        memset(data + length, 'x', STATE_KEY_MAX - length);
        length = STATE_KEY_MAX;
    }
    return bytes_of(data, length);
}

static enum table random_table(struct pair *pair)
{
    static const enum table tables[] = {
        TABLE_META, TABLE_ACCOUNT, TABLE_TREE};
    return tables[below(pair, 3)];
}

static void step_put(struct pair *pair)
{
    uint8_t key_data[64];
    uint8_t value_data[STATE_VALUE_MAX];
    struct bytes key = random_key(pair, key_data);
    enum table table = random_table(pair);
    size_t length = below(pair, below(pair, 8) == 0 ? 1025 : 40);
    random_bytes(&pair->random, value_data, length);
    struct bytes value = bytes_of(value_data, length);
    if (below(pair, 8) == 0 && !state_get(pair->state, table, key, &value))
        value = bytes_of(NULL, 0); /* otherwise a view of itself */
    model_put(&pair->now, model_make(&pair->memory, table, key, value));
    state_put(pair->state, table, key, value);
}

static void step_delete(struct pair *pair)
{
    uint8_t data[64];
    struct bytes key = random_key(pair, data);
    enum table table = random_table(pair);
    model_delete(&pair->now, table, key);
    state_delete(pair->state, table, key);
}

static void assert_same(struct state *state,
    const struct model_record *expected, enum table table, struct bytes key)
{
    struct bytes value;
    bool found = state_get(state, table, key, &value);
    assert_int_equal(found, expected != NULL);
    if (found)
        assert_true(bytes_equal(value, model_value(expected)));
}

static void step_get(struct pair *pair)
{
    uint8_t data[64];
    struct bytes key = random_key(pair, data);
    enum table table = random_table(pair);
    assert_same(
        pair->state, model_get(&pair->now, table, key), table, key);
}

/* ---- scans ---- */

static bool in_scan(const struct pair *pair, size_t at)
{
    return at < pair->scanned.count &&
           pair->scanned.records[at]->table == pair->scan_table &&
           pair->scanned.records[at]->key_length >=
               pair->scan_prefix.length &&
           memcmp(pair->scanned.records[at]->key, pair->scan_prefix_data,
               pair->scan_prefix.length) == 0;
}

static void scan_begin(struct pair *pair)
{
    size_t length = below(pair, 3);
    for (size_t i = 0; i < length; i++)
        pair->scan_prefix_data[i] = (uint8_t)below(pair, 5);
    pair->scan_prefix = bytes_of(pair->scan_prefix_data, length);
    pair->scan_table = random_table(pair);
    pair->scanned = pair->now;
    pair->scan_next =
        model_place(&pair->now, pair->scan_table, pair->scan_prefix);
    pair->scan =
        state_scan_open(pair->state, pair->scan_table, pair->scan_prefix);
    assert_non_null(pair->scan);
}

/* One record further; closes the scan at its end. */
static void scan_step(struct pair *pair)
{
    struct bytes key;
    struct bytes value;
    bool found = state_scan_next(pair->scan, &key, &value);
    assert_int_equal(found, in_scan(pair, pair->scan_next));
    if (found) {
        const struct model_record *record =
            pair->scanned.records[pair->scan_next++];
        assert_true(bytes_equal(key, model_key(record)));
        assert_true(bytes_equal(value, model_value(record)));
        return;
    }
    assert_works(pair->state);
    assert_false(state_scan_next(pair->scan, &key, &value));
    state_scan_close(pair->scan);
    pair->scan = NULL;
}

static void step_scan(struct pair *pair)
{
    if (pair->scan == NULL)
        scan_begin(pair);
    for (uint32_t steps = below(pair, 30); steps > 0; steps--)
        if (pair->scan != NULL)
            scan_step(pair);
}

/* ---- marks, flushes, restarts ---- */

static void step_mark(struct pair *pair)
{
    if (pair->marks < MARKS && below(pair, 2) == 0) {
        pair->marked[pair->marks] = pair->now;
        pair->mark[pair->marks++] = state_mark(pair->state);
    } else if (pair->marks > 0) {
        pair->marks--;
        if (below(pair, 2) == 0) {
            state_rollback(pair->state, pair->mark[pair->marks]);
            pair->now = pair->marked[pair->marks];
        } else {
            state_release(pair->state, pair->mark[pair->marks]);
        }
    }
}

static void pair_flush(struct pair *pair)
{
    struct failure failure = {.text = ""};
    if (state_flush(pair->state, &failure) != 0)
        fail_msg("%s", failure.text);
    pair->flushed = pair->frozen;
}

static void step_save(struct pair *pair)
{
    if (!pair->is_frozen && pair->marks == 0) {
        assert_int_equal(state_freeze(pair->state), 0);
        pair->frozen = pair->now;
        pair->is_frozen = true;
    } else if (pair->is_frozen) {
        pair_flush(pair);
        if (below(pair, 2) == 0)
            return; /* flushed, thawed by a later step */
        state_thaw(pair->state);
        pair->is_frozen = false;
    }
}

static void step_reopen(struct pair *pair)
{
    state_scan_close(pair->scan);
    pair->scan = NULL;
    pair->turns += cache_turns(pair->state->cache);
    state_close(pair->state);
    pair->state = NULL;
    pair_open(pair);
    pair->now = pair->flushed;
    pair->marks = 0;
    pair->is_frozen = false;
}

/* Now and then everything there is to do, else a part of it. */
static void step_tend(struct pair *pair)
{
    if (below(pair, 4) == 0)
        state_warm(pair->state);
    size_t records = below(pair, 300);
    while (state_tend(pair->state, records) && below(pair, 4) == 0)
        records += 100;
}

static void step_digest(struct pair *pair)
{
    struct hash digest;
    struct failure failure = {.text = ""};
    assert_int_equal(state_digest(pair->state, &digest, &failure), 0);
    struct hash expected = model_digest(&pair->flushed);
    assert_true(hash_equal(&digest, &expected));
}

static void check_all(struct pair *pair)
{
    for (size_t i = 0; i < pair->now.count; i++) {
        const struct model_record *record = pair->now.records[i];
        assert_same(pair->state, record, record->table, model_key(record));
    }
}

static void random_step(struct pair *pair)
{
    uint32_t what = below(pair, 10000);
    if (what < 4500)
        step_put(pair);
    else if (what < 6000)
        step_delete(pair);
    else if (what < 9000)
        step_get(pair);
    else if (what < 9300)
        step_scan(pair);
    else if (what < 9930)
        step_mark(pair);
    else if (what < 9980)
        step_save(pair);
    else if (what < 9985)
        step_tend(pair);
    else if (what < 9990)
        step_digest(pair);
    else if (what < 9995)
        check_all(pair);
    else
        step_reopen(pair);
    assert_works(pair->state);
}

static bool is_long(void)
{
    const char *value = getenv("POSITO_LONG");
    return value != NULL && strcmp(value, "1") == 0;
}

static void random_steps_agree_with_a_sorted_list(void **state)
{
    (void)state;
    size_t rounds = is_long() ? 10 : 1;
    for (uint64_t seed = 1; seed <= rounds; seed++) {
        struct pair *pair = pair_new(seed);
        for (size_t i = 0; i < 200000; i++)
            random_step(pair);
        check_all(pair);
        assert_true(pair->turns + cache_turns(pair->state->cache) > 500);
        pair_free(pair);
    }
}

/* ---- the digest ---- */

static void put_text(
    struct state *state, enum table table, const char *key, const char *value)
{
    state_put(state, table, bytes_text(key), bytes_text(value));
}

static void assert_digest(struct state *state, const char *hex)
{
    struct failure failure = {.text = ""};
    struct hash hash;
    char text[65];
    assert_int_equal(state_digest(state, &hash, &failure), 0);
    for (size_t i = 0; i < sizeof hash.data; i++)
        snprintf(text + 2 * i, 3, "%02x", hash.data[i]);
    assert_string_equal(text, hex);
}

static void save(struct state *state)
{
    struct failure failure = {.text = ""};
    if (state_save(state, &failure) != 0)
        fail_msg("%s", failure.text);
}

static void a_digest_is_sha256_of_the_records(void **unused)
{
    (void)unused;
    static const uint8_t child[] = {0, 0, 0, 1, 0, 0, 0, 2};
    static const uint8_t party[] = {1, 2, 3};
    static const uint8_t expected[] = {
        2, 5, 0, 'm', '1', '0', '4', '2', 3, 0, 0, 0, 1, 2, 3,
        4, 8, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0};
    struct pair *pair = pair_new(1);
    struct state *state = pair->state;
    assert_digest(state, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934c"
                         "a495991b7852b855");
    state_put(state, TABLE_CHILD, bytes_of(child, sizeof child),
        bytes_of(NULL, 0));
    state_put(state, TABLE_PARTY, bytes_text("m1042"),
        bytes_of(party, sizeof party));
    save(state);
    assert_digest(state, "0c1188b70426650abe25ef8a353497472857fb4233dcc510"
                         "432e4b367f560915");
    struct hash hash;
    struct hash by_hand = hash_of(bytes_of(expected, sizeof expected));
    struct failure failure = {.text = ""};
    assert_int_equal(state_digest(state, &hash, &failure), 0);
    assert_true(hash_equal(&hash, &by_hand));
    pair_free(pair);
}

/* The same records by other ways: order, detours, number of flushes. */
static void a_digest_depends_on_the_records_only(void **unused)
{
    (void)unused;
    struct pair *one = pair_new(1);
    struct pair *other = pair_new(2);
    char key[24];
    for (int i = 0; i < 3000; i++) {
        snprintf(key, sizeof key, "m%d", i);
        put_text(one->state, TABLE_PARTY, key, key);
    }
    save(one->state);
    for (int i = 3499; i >= 0; i--) {
        snprintf(key, sizeof key, "m%d", i);
        put_text(other->state, TABLE_PARTY, key, i % 2 ? key : "other");
        if (i % 500 == 0)
            save(other->state);
    }
    for (int i = 0; i < 3500; i++) {
        snprintf(key, sizeof key, "m%d", i);
        if (i >= 3000)
            state_delete(other->state, TABLE_PARTY, bytes_text(key));
        else
            put_text(other->state, TABLE_PARTY, key, key);
    }
    save(other->state);
    struct hash a;
    struct hash b;
    struct failure failure = {.text = ""};
    assert_int_equal(state_digest(one->state, &a, &failure), 0);
    assert_int_equal(state_digest(other->state, &b, &failure), 0);
    assert_true(hash_equal(&a, &b));
    put_text(other->state, TABLE_PARTY, "m17", "M17");
    save(other->state);
    assert_int_equal(state_digest(other->state, &b, &failure), 0);
    assert_false(hash_equal(&a, &b));
    pair_free(one);
    pair_free(other);
}

/* ---- a flush in another thread ---- */

struct flush_job {
    struct state *state;
    int result;
    struct failure failure;
};

static void *flush_main(void *argument)
{
    struct flush_job *job = argument;
    job->result = state_flush(job->state, &job->failure);
    return NULL;
}

static void a_flush_runs_beside_reads_and_writes(void **unused)
{
    (void)unused;
    struct pair *pair = pair_new(77);
    for (int round = 0; round < 60; round++) {
        struct flush_job job = {.state = pair->state};
        pthread_t thread;
        assert_int_equal(state_freeze(pair->state), 0);
        pair->frozen = pair->now;
        pair->is_frozen = true;
        assert_int_equal(
            pthread_create(&thread, NULL, flush_main, &job), 0);
        for (int i = 0; i < 1500; i++) {
            uint32_t what = below(pair, 100);
            if (what < 50)
                step_put(pair);
            else if (what < 65)
                step_delete(pair);
            else if (what < 96)
                step_get(pair);
            else if (what < 98)
                step_scan(pair);
            else
                step_mark(pair);
            assert_works(pair->state);
        }
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(job.result, 0);
        state_thaw(pair->state);
        pair->flushed = pair->frozen;
        pair->is_frozen = false;
        while (pair->marks > 0)
            state_release(pair->state, pair->mark[--pair->marks]);
        step_digest(pair);
        check_all(pair);
    }
    pair_free(pair);
}

/* ---- pending ---- */

static void pending_counts_what_is_not_flushed(void **unused)
{
    (void)unused;
    struct pair *pair = pair_new(1);
    struct state *state = pair->state;
    assert_int_equal(state_pending_records(state), 0);
    assert_int_equal(state_pending_bytes(state), 0);
    put_text(state, TABLE_PARTY, "a", "1");
    put_text(state, TABLE_PARTY, "b", "1");
    state_delete(state, TABLE_PARTY, bytes_text("c"));
    assert_int_equal(state_pending_records(state), 3);
    assert_in_range(state_pending_bytes(state), 3 * 16, 3 * 64);
    assert_int_equal(state_freeze(state), 0);
    put_text(state, TABLE_PARTY, "a", "2");
    assert_int_equal(state_pending_records(state), 4);
    struct failure failure = {.text = ""};
    assert_int_equal(state_flush(state, &failure), 0);
    assert_int_equal(state_pending_records(state), 4);
    state_thaw(state);
    assert_int_equal(state_pending_records(state), 1);
    size_t mark = state_mark(state);
    put_text(state, TABLE_PARTY, "d", "2");
    state_delete(state, TABLE_PARTY, bytes_text("a"));
    state_rollback(state, mark);
    assert_int_equal(state_pending_records(state), 1);
    save(state);
    assert_int_equal(state_pending_records(state), 0);
    assert_int_equal(state_pending_bytes(state), 0);
    struct bytes value;
    assert_true(state_get(state, TABLE_PARTY, bytes_text("a"), &value));
    assert_true(bytes_equal_text(value, "2"));
    assert_int_equal(state_pending_bytes(state), 0);
    assert_false(state_get(state, TABLE_PARTY, bytes_text("d"), &value));
    pair_free(pair);
}

/*
 * In a large state each changed record may change a page of its own, and
 * the pages of a transaction are in memory until it ends: so it is saved
 * before they are too many.  In a small state there are no more than its
 * pages, and there the records' own bytes decide.
 */
static void a_large_state_is_saved_more_often(void **unused)
{
    (void)unused;
    struct pair *pair = pair_new(1);
    struct state *state = pair->state;
    const uint64_t save_bytes = 64 << 10;
    char key[16];
    char value[101];
    memset(value, 'v', 100);
    value[100] = '\0';
    assert_int_equal(state_flush_bytes(state), 0);
    unsigned small = 0;
    while (!state_is_due(state, save_bytes)) {
        (void)snprintf(key, sizeof key, "k%09u", small++);
        put_text(state, TABLE_PARTY, key, value);
    }
    assert_true(state_pending_bytes(state) >= save_bytes);
    for (unsigned i = small; i < 20000; i++) {
        (void)snprintf(key, sizeof key, "k%09u", i);
        put_text(state, TABLE_PARTY, key, value);
    }
    save(state);
    assert_int_equal(state_flush_bytes(state), 0);
    unsigned large = 0;
    while (!state_is_due(state, save_bytes)) {
        (void)snprintf(key, sizeof key, "k%09u", large++ * 100);
        put_text(state, TABLE_PARTY, key, value);
    }
    assert_int_equal(large, STATE_FLUSH_FACTOR * save_bytes / 4096);
    assert_true(large < small);
    assert_true(state_pending_bytes(state) < save_bytes);
    save(state);
    assert_false(state_is_due(state, save_bytes));
    pair_free(pair);
}

/* ---- failures ---- */

static void assert_failed(struct state *state, const char *start)
{
    struct bytes value;
    struct failure failure = {.text = ""};
    struct hash hash;
    assert_true(state_failed(state));
    if (strncmp(state_failure(state)->text, start, strlen(start)) != 0)
        fail_msg("%s", state_failure(state)->text);
    assert_false(state_get(state, TABLE_PARTY, bytes_text("a"), &value));
    size_t records = state_pending_records(state);
    put_text(state, TABLE_PARTY, "later", "x");
    state_delete(state, TABLE_PARTY, bytes_text("later too"));
    assert_int_equal(state_pending_records(state), records);
    assert_null(state_scan_open(state, TABLE_PARTY, bytes_text("")));
    assert_int_equal(state_freeze(state), -1);
    assert_int_equal(state_save(state, &failure), -1);
    assert_string_equal(failure.text, state_failure(state)->text);
    assert_int_equal(state_digest(state, &hash, &failure), -1);
    state_rollback(state, state_mark(state));
    assert_true(state_failed(state));
}

typedef void (*mistake)(struct state *);

static void put_no_key(struct state *state)
{
    put_text(state, TABLE_PARTY, "", "x");
}

static void delete_no_key(struct state *state)
{
    state_delete(state, TABLE_PARTY, bytes_text(""));
}

static void put_long_key(struct state *state)
{
    static const uint8_t key[STATE_KEY_MAX + 1];
    state_put(state, TABLE_PARTY, bytes_of(key, sizeof key),
        bytes_of(NULL, 0));
}

static void put_long_value(struct state *state)
{
    static const uint8_t value[STATE_VALUE_MAX + 1];
    state_put(state, TABLE_PARTY, bytes_text("a"),
        bytes_of(value, sizeof value));
}

static void scan_long_prefix(struct state *state)
{
    static const uint8_t prefix[STATE_KEY_MAX + 1];
    assert_null(state_scan_open(
        state, TABLE_PARTY, bytes_of(prefix, sizeof prefix)));
}

static void freeze_marked(struct state *state)
{
    (void)state_mark(state);
    assert_int_equal(state_freeze(state), -1);
}

static void freeze_twice(struct state *state)
{
    assert_int_equal(state_freeze(state), 0);
    assert_int_equal(state_freeze(state), -1);
}

static void thaw_unflushed(struct state *state)
{
    assert_int_equal(state_freeze(state), 0);
    state_thaw(state);
}

static void misuse_fails_for_good(void **unused)
{
    (void)unused;
    static const struct {
        mistake make;
        const char *text;
    } rows[] = {
        {put_no_key, "state: a key is empty or too long"},
        {delete_no_key, "state: a key is empty or too long"},
        {put_long_key, "state: a key is empty or too long"},
        {put_long_value, "state: a value is too long"},
        {scan_long_prefix, "state: a prefix is too long"},
        {freeze_marked, "state: frozen while a mark is open"},
        {freeze_twice, "state: frozen before the last one was thawed"},
        {thaw_unflushed, "state: thawed before it was flushed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair *pair = pair_new(1);
        put_text(pair->state, TABLE_PARTY, "a", "1");
        rows[i].make(pair->state);
        assert_failed(pair->state, rows[i].text);
        pair_free(pair);
    }
}

static void a_full_map_fails_the_flush_for_good(void **unused)
{
    (void)unused;
    struct pair *pair = pair_new(1);
    struct state *state;
    struct failure failure = {.text = ""};
    char path[PATH_MAX];
    scratch_join(path, pair->folder, "small");
    struct state_options options = {.folder = path, .map_bytes = 1 << 20};
    assert_int_equal(state_open(&state, &options, &failure), 0);
    put_text(state, TABLE_PARTY, "a", "kept");
    save(state);
    static const uint8_t value[STATE_VALUE_MAX];
    for (uint32_t i = 0; i < 2000; i++)
        state_put(state, TABLE_TREE, bytes_of(&i, sizeof i),
            bytes_of(value, sizeof value));
    assert_int_equal(state_save(state, &failure), -1);
    assert_non_null(strstr(failure.text, "has used up its map of 1048576"));
    assert_failed(state, "state: ");
    struct failure again = {.text = ""};
    assert_int_equal(state_flush(state, &again), -1);
    assert_string_equal(again.text, failure.text);
    state_close(state);

    /* What has begun is finished, as soon as there is room for it. */
    failure.text[0] = '\0';
    assert_int_equal(state_open(&state, &options, &failure), -1);
    assert_non_null(strstr(failure.text, "has used up its map of 1048576"));
    options.map_bytes = 16 << 20;
    assert_int_equal(state_open(&state, &options, &failure), 0);
    struct bytes got;
    assert_true(state_get(state, TABLE_PARTY, bytes_text("a"), &got));
    assert_true(bytes_equal_text(got, "kept"));
    for (uint32_t i = 0; i < 2000; i++)
        assert_true(state_get(
            state, TABLE_TREE, bytes_of(&i, sizeof i), &got));
    assert_works(state);
    state_close(state);
    pair_free(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_steps_agree_with_a_sorted_list),
        cmocka_unit_test(a_digest_is_sha256_of_the_records),
        cmocka_unit_test(a_digest_depends_on_the_records_only),
        cmocka_unit_test(a_flush_runs_beside_reads_and_writes),
        cmocka_unit_test(pending_counts_what_is_not_flushed),
        cmocka_unit_test(a_large_state_is_saved_more_often),
        cmocka_unit_test(misuse_fails_for_good),
        cmocka_unit_test(a_full_map_fails_the_flush_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
