#include "state.h"

#include "state_layers.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * A state of up to this many records is read through when it is opened,
 * a matter of tenths of a second: some damage to LMDB's own pages shows
 * only in the totals.  A larger one is read through for its digest.
 */
#define CHECK_AT_OPEN 500000

/* Records read from disk are kept in memory up to this many bytes. */
#define CACHE_BYTES ((size_t)32 << 20)

/* ---- failures ---- */

bool state_failed(const struct state *state)
{
    return state->failed ||
           atomic_load_explicit(&state->flush_failed, memory_order_acquire);
}

const struct failure *state_failure(const struct state *state)
{
    if (!state->failed && state_failed(state))
        return &state->flush_failure;
    return &state->failure;
}

void state_fail(struct state *state, const struct failure *failure)
{
    failure_set(&state->failure, "%s", failure->text);
    state->failed = true;
}

int state_fail_text(struct state *state, const char *text)
{
    failure_set(&state->failure, "state: %s", text);
    state->failed = true;
    return -1;
}

/* ---- opening ---- */

static int check_at_open(struct store *store, struct failure *failure)
{
    if (store_totals(store).records > CHECK_AT_OPEN)
        return 0;
    struct store_record record;
    enum store_result result = STORE_FAILED;
    struct store_walk *walk = store_walk_open_all(store, failure);
    if (walk != NULL)
        do
            result = store_walk_next(walk, &record, failure);
        while (result == STORE_FOUND);
    store_walk_close(walk);
    return result == STORE_NONE ? 0 : -1;
}

int state_open(struct state **out, const struct state_options *options,
    struct failure *failure)
{
    *out = NULL;
    if (sodium_init() < 0)
        return failure_set(failure, "state: libsodium does not start");
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return failure_set(failure, "state: out of memory");
    randombytes_buf(state->seed.data, sizeof state->seed.data);
    state->undo.log = buffer_empty();
    state->aside.log = buffer_empty();
    state->active = overlay_new();
    state->spare = overlay_new();
    state->cache = overlay_new();
    int result = 0;
    if (state->active == NULL || state->spare == NULL ||
        state->cache == NULL)
        result = failure_set(failure, "state: out of memory");
    if (result == 0)
        result = store_open(&state->store, options, failure);
    if (result == 0)
        result = check_at_open(state->store, failure);
    if (result == 0)
        *out = state;
    else
        state_close(state);
    return result;
}

void state_close(struct state *state)
{
    if (state == NULL)
        return;
    store_close(state->store);
    overlay_free(state->draft);
    overlay_free(state->active);
    overlay_free(state->under);
    overlay_free(state->frozen);
    overlay_free(state->spare);
    overlay_free(state->cache);
    buffer_free(&state->undo.log);
    buffer_free(&state->aside.log);
    free(state);
}

/* ---- reading ---- */

static bool key_fits(struct bytes key)
{
    return key.length >= 1 && key.length <= STATE_KEY_MAX;
}

static bool get_stored(struct state *state, const struct overlay_name *name,
    struct bytes *value)
{
    struct failure failure = {.text = ""};
    enum store_result result = store_get(
        state->store, name->table, name->key, value, &failure);
    if (result == STORE_FAILED)
        state_fail(state, &failure);
    if (result != STORE_FOUND)
        return false;
    /* A full cache is emptied by the next write, not here: the caller may
     * hold views into it. */
    if (overlay_bytes(state->cache) < CACHE_BYTES)
        (void)overlay_put(state->cache, name, *value);
    return true;
}

bool state_get(struct state *state, enum table table, struct bytes key,
    struct bytes *value)
{
    if (state_failed(state) || !key_fits(key))
        return false;
    struct overlay_name name = overlay_name(&state->seed, table, key);
    const struct overlay_record *record =
        overlay_find(state_top(state), &name);
    if (record == NULL && state_top(state) != state->active)
        record = overlay_find(state->active, &name);
    if (record == NULL && state->under != NULL)
        record = overlay_find(state->under, &name);
    if (record == NULL && state->frozen != NULL)
        record = overlay_find(state->frozen, &name);
    if (record == NULL)
        record = overlay_find(state->cache, &name);
    if (record == NULL)
        return get_stored(state, &name, value);
    if (overlay_deleted(record))
        return false;
    *value = overlay_value(record);
    return true;
}

/* ---- undo ----
 *
 * While a mark is open, each write first appends what the layer that is
 * written said about the record: its key, its value, and an undo_entry by
 * which both are found from the end.  A mark is the length of the log.
 */

struct undo_entry {
    uint32_t hash;
    uint16_t length; /* of the value */
    uint8_t key_length;
    uint8_t table;
    bool known; /* the layer said something */
    bool deleted;
};

static int undo_record(struct state *state, const struct overlay_name *name)
{
    const struct overlay_record *record =
        overlay_find(state_top(state), name);
    struct buffer *log = &state->undo.log;
    struct undo_entry entry = {
        .hash = name->hash,
        .key_length = (uint8_t)name->key.length,
        .table = (uint8_t)name->table,
        .known = record != NULL,
    };
    buffer_append(log, name->key);
    if (record != NULL) {
        entry.deleted = overlay_deleted(record);
        struct bytes value = overlay_value(record);
        entry.length = (uint16_t)value.length;
        buffer_append(log, value);
    }
    buffer_append(log, bytes_of(&entry, sizeof entry));
    return log->failed ? state_fail_text(state, "out of memory") : 0;
}

/* Undo the last write.  It needs no memory: the record was there. */
static void undo_last(struct state *state)
{
    struct overlay *top = state_top(state);
    struct buffer *log = &state->undo.log;
    struct undo_entry entry;
    size_t end = log->length - sizeof entry;
    memcpy(&entry, log->data + end, sizeof entry);
    size_t start = end - entry.length - entry.key_length;
    struct bytes value =
        bytes_of(log->data + end - entry.length, entry.length);
    struct overlay_name name = {
        .table = (enum table)entry.table,
        .key = bytes_of(log->data + start, entry.key_length),
        .hash = entry.hash,
    };
    const struct overlay_record *record = NULL;
    if (!entry.known)
        overlay_forget(top, &name);
    else if (entry.deleted)
        record = overlay_delete(top, &name);
    else
        record = overlay_put(top, &name, value);
    if (entry.known && record == NULL)
        state_fail_text(state, "out of memory");
    buffer_truncate(log, start);
}

size_t state_mark(struct state *state)
{
    state->undo.marks++;
    return state->undo.log.length;
}

bool state_rollback_part(struct state *state, size_t mark, size_t most)
{
    for (; most > 0 && !state_failed(state) && state->undo.log.length > mark;
         most--)
        undo_last(state);
    if (!state_failed(state) && state->undo.log.length > mark)
        return true;
    state_release(state, mark);
    return false;
}

void state_rollback(struct state *state, size_t mark)
{
    (void)state_rollback_part(state, mark, SIZE_MAX);
}

void state_release(struct state *state, size_t mark)
{
    (void)mark;
    if (state->undo.marks > 0)
        state->undo.marks--;
    if (state->undo.marks == 0)
        buffer_clear(&state->undo.log);
}

/* ---- writing ---- */

/* False: the state failed, or fails because of this key. */
static bool write_allowed(struct state *state, struct bytes key)
{
    if (state_failed(state))
        return false;
    if (!key_fits(key))
        state_fail_text(state, "a key is empty or too long");
    return !state->failed;
}

static void write_done(
    struct state *state, const struct overlay_record *record)
{
    if (record == NULL)
        state_fail_text(state, "out of memory");
    if (overlay_bytes(state->cache) >= CACHE_BYTES)
        overlay_clear(state->cache);
}

void state_put(struct state *state, enum table table, struct bytes key,
    struct bytes value)
{
    if (!write_allowed(state, key))
        return;
    if (value.length > STATE_VALUE_MAX) {
        state_fail_text(state, "a value is too long");
        return;
    }
    struct overlay_name name = overlay_name(&state->seed, table, key);
    if (state->undo.marks > 0 && undo_record(state, &name) != 0)
        return;
    write_done(state, overlay_put(state_top(state), &name, value));
}

void state_delete(struct state *state, enum table table, struct bytes key)
{
    if (!write_allowed(state, key))
        return;
    struct overlay_name name = overlay_name(&state->seed, table, key);
    if (state->undo.marks > 0 && undo_record(state, &name) != 0)
        return;
    write_done(state, overlay_delete(state_top(state), &name));
}

size_t state_pending_bytes(const struct state *state)
{
    size_t bytes = overlay_bytes(state->active);
    if (state->under != NULL)
        bytes += overlay_bytes(state->under);
    if (state->frozen != NULL)
        bytes += overlay_bytes(state->frozen);
    return bytes;
}

size_t state_pending_records(const struct state *state)
{
    size_t records = overlay_records(state->active);
    if (state->under != NULL)
        records += overlay_records(state->under);
    if (state->frozen != NULL)
        records += overlay_records(state->frozen);
    return records;
}

uint64_t state_flush_bytes(const struct state *state)
{
    uint64_t there = store_pages_bytes(state->store);
    uint64_t records = overlay_records(state->active);
    if (state->under != NULL)
        records += overlay_records(state->under);
    uint64_t each = records * store_page_bytes(state->store);
    /* Pages that are new hold new records, close together. */
    uint64_t most = there + overlay_bytes(state->active);
    if (state->under != NULL)
        most += overlay_bytes(state->under);
    return each < most ? each : most;
}

bool state_is_due(const struct state *state, uint64_t save_bytes)
{
    return state_pending_bytes(state) >= save_bytes ||
           state_flush_bytes(state) / STATE_FLUSH_FACTOR >= save_bytes;
}

/* ---- to disk ---- */

int state_freeze(struct state *state)
{
    if (state_failed(state))
        return -1;
    if (state->undo.marks > 0)
        return state_fail_text(state, "frozen while a mark is open");
    if (state->draft != NULL)
        return state_fail_text(state, "frozen during a draft");
    if (state->frozen != NULL)
        return state_fail_text(state, "frozen before the last one was thawed");
    (void)state_settle(state, SIZE_MAX);
    if (state->failed)
        return -1;
    struct overlay *fresh = state_take_layer(state);
    if (fresh == NULL)
        return state_fail_text(state, "out of memory");
    state->frozen = state->active;
    state->active = fresh;
    atomic_store(&state->flushed, false);
    return 0;
}

static int flush_table(const struct overlay *frozen, enum table table,
    struct store_write *write)
{
    struct overlay_list list;
    if (overlay_list(frozen, table, bytes_of(NULL, 0), &list) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        const struct overlay_record *record = list.items[i].record;
        if (overlay_deleted(record))
            store_write_delete(write, table, overlay_key(record));
        else
            store_write_put(
                write, table, overlay_key(record), overlay_value(record));
    }
    free(list.items);
    return 0;
}

static int flush_all(
    struct store *store, const struct overlay *frozen, struct failure *failure)
{
    if (overlay_records(frozen) == 0)
        return 0;
    struct store_write *write = store_write_open(store, failure);
    if (write == NULL)
        return -1;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        if (flush_table(frozen, table, write) != 0) {
            store_write_abort(write);
            return failure_set(failure, "state: out of memory");
        }
    return store_write_commit(write, failure);
}

int state_flush(struct state *state, struct failure *failure)
{
    if (state->frozen == NULL || atomic_load(&state->flushed))
        return 0;
    if (!atomic_load(&state->flush_failed)) {
        if (flush_all(
                state->store, state->frozen, &state->flush_failure) == 0) {
            atomic_store(&state->flushed, true);
            return 0;
        }
        atomic_store_explicit(
            &state->flush_failed, true, memory_order_release);
    }
    /* A flush that failed is not tried again. */
    return failure_set(failure, "%s", state->flush_failure.text);
}

void state_thaw(struct state *state)
{
    if (state_failed(state) || state->frozen == NULL)
        return;
    if (!atomic_load(&state->flushed)) {
        state_fail_text(state, "thawed before it was flushed");
        return;
    }
    struct failure failure = {.text = ""};
    if (store_renew(state->store, &failure) != 0) {
        state_fail(state, &failure);
        return;
    }
    overlay_clear(state->cache);
    state_give_layer(state, state->frozen);
    state->frozen = NULL;
}

int state_save(struct state *state, struct failure *failure)
{
    if (state_freeze(state) == 0 && state_flush(state, failure) == 0)
        state_thaw(state);
    if (!state_failed(state))
        return 0;
    return failure_set(failure, "%s", state_failure(state)->text);
}
