#include "state.h"

#include "redo.h"
#include "prefetch.h"
#include "state_layers.h"

#include <stdlib.h>

/* So few records are written at once: the disk is busy for as long as with
 * a part of a large save. */
#define WHOLE_MOST 256

/* Records of a part: as many as keep the disk busy for about that long. */
#define PART_FIRST 256
#define PART_LEAST 32
#define PART_MOST (STATE_PART_BYTES / 4096)
#define PART_US 2500

#define FLUSH_AHEAD 8
#define SIDE_BY_SIDE 16

/* ---- resting ---- */

void state_set_pace(struct state *state, const struct pace *pace)
{
    state->pace = pace;
}

void state_hurry(struct state *state, bool hurry)
{
    atomic_store_explicit(&state->hurried, hurry, memory_order_relaxed);
}

/* Others have the disk for a while. */
static void rest(void *context, int64_t busy_us)
{
    const struct state *state = context;
    if (!atomic_load_explicit(&state->hurried, memory_order_relaxed))
        pace_rest(state->pace, busy_us);
}

/* ---- transactions ---- */

/* A save on its way to LMDB. */
struct flush {
    struct state *state;
    struct store_write *write;
    struct failure *failure;
    uint64_t mark; /* of the redo file; 0: all in one transaction */
    size_t written; /* in this part */
    size_t part;    /* records of one */
};

static int begin(struct flush *flush)
{
    flush->written = 0;
    flush->write = store_write_open(flush->state->store, flush->failure);
    return flush->write != NULL ? 0 : -1;
}

/* The last one names no redo file. */
static int commit(struct flush *flush, bool last)
{
    const struct pace *pace = flush->state->pace;
    int64_t began = pace_now_us(pace);
    store_write_name_redo(flush->write, last ? 0 : flush->mark);
    if (store_write_commit(flush->write, flush->failure) != 0)
        return -1;
    if (last)
        return 0;
    int64_t busy = pace_now_us(pace) - began;
    if (busy > PART_US && flush->part > PART_LEAST)
        flush->part /= 2;
    else if (pace != NULL && busy < PART_US / 2 && flush->part < PART_MOST)
        flush->part *= 2;
    rest(flush->state, busy);
    return begin(flush);
}

static int write_record(
    struct flush *flush, const struct overlay_record *record)
{
    enum table table = (enum table)record->table;
    if (flush->mark != 0 && flush->written == flush->part &&
        commit(flush, false) != 0)
        return -1;
    flush->written++;
    if (overlay_deleted(record))
        store_write_delete(flush->write, table, overlay_key(record));
    else
        store_write_put(flush->write, table, overlay_key(record),
            overlay_value(record));
    return 0;
}

static int write_table(
    struct flush *flush, const struct overlay *frozen, enum table table)
{
    struct overlay_list list;
    int result = 0;
    if (overlay_list(frozen, table, bytes_of(NULL, 0), &list) != 0) {
        store_write_abort(flush->write);
        return failure_set(flush->failure, "state: out of memory");
    }
    for (size_t i = 0; i < list.count && result == 0; i++) {
        /* In order of the keys they are all over the memory. */
        if (i + FLUSH_AHEAD < list.count) {
            const uint8_t *ahead =
                (const uint8_t *)list.items[i + FLUSH_AHEAD].record;
            prefetch(ahead);
            prefetch(ahead + 64);
            prefetch(ahead + 128);
        }
        result = write_record(flush, list.items[i].record);
    }
    free(list.items);
    return result;
}

static int write_all(struct flush *flush, const struct overlay *frozen)
{
    if (begin(flush) != 0)
        return -1;
    for (enum table table = 0; table < TABLE_COUNT; table++)
        if (write_table(flush, frozen, table) != 0)
            return -1;
    return commit(flush, true);
}

/* ---- the redo file ---- */

static int write_redo(struct state *state, const struct overlay *frozen,
    uint64_t *mark, struct failure *failure)
{
    struct overlay_found found[SIDE_BY_SIDE];
    size_t place = 0;
    size_t count;
    struct redo *redo =
        redo_begin(store_folder(state->store), state->pace, rest, state,
            failure);
    if (redo == NULL)
        return -1;
    do {
        count = overlay_walk(frozen, &place, found, SIDE_BY_SIDE);
        for (size_t i = 0; i < count; i++)
            prefetch(found[i].record);
        for (size_t i = 0; i < count; i++) {
            const struct overlay_record *record = found[i].record;
            if (!overlay_present(record))
                continue;
            if (overlay_deleted(record))
                redo_delete(
                    redo, (enum table)record->table, overlay_key(record));
            else
                redo_put(redo, (enum table)record->table,
                    overlay_key(record), overlay_value(record));
        }
    } while (count > 0);
    return redo_end(redo, mark, failure);
}

static void redo_record(void *context, enum table table, struct bytes key,
    const struct bytes *value)
{
    struct store_write *write = context;
    if (value == NULL)
        store_write_delete(write, table, key);
    else
        store_write_put(write, table, key, *value);
}

int state_redo(struct state *state, struct failure *failure)
{
    uint64_t mark = store_totals(state->store).redo;
    const char *folder = store_folder(state->store);
    if (mark == 0)
        return 0;
    struct store_write *write = store_write_open(state->store, failure);
    if (write == NULL)
        return -1;
    if (redo_read(folder, mark, redo_record, write, failure) != 0) {
        store_write_abort(write);
        return -1;
    }
    store_write_name_redo(write, 0);
    if (store_write_commit(write, failure) != 0 ||
        store_renew(state->store, failure) != 0)
        return -1;
    return redo_clear(folder, failure);
}

/* ---- all of it ---- */

static int flush_all(struct state *state, struct failure *failure)
{
    const struct overlay *frozen = state->frozen;
    struct flush flush = {
        .state = state, .failure = failure, .part = PART_FIRST};
    if (overlay_records(frozen) == 0)
        return 0;
    if (store_is_temporary(state->store) ||
        overlay_records(frozen) <= WHOLE_MOST)
        return write_all(&flush, frozen);
    if (write_redo(state, frozen, &flush.mark, failure) != 0 ||
        write_all(&flush, frozen) != 0)
        return -1;
    return redo_clear(store_folder(state->store), failure);
}

int state_flush(struct state *state, struct failure *failure)
{
    if (state->frozen == NULL || atomic_load(&state->flushed))
        return 0;
    if (!atomic_load(&state->flush_failed)) {
        if (flush_all(state, &state->flush_failure) == 0) {
            atomic_store(&state->flushed, true);
            return 0;
        }
        atomic_store_explicit(
            &state->flush_failed, true, memory_order_release);
    }
    /* A flush that failed is not tried again. */
    return failure_set(failure, "%s", state->flush_failure.text);
}
