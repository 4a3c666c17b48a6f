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

/* Of the cache, for who does not say. */
#define CACHE_BYTES ((size_t)64 << 20)

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
    randombytes_buf(&state->seed, sizeof state->seed);
    state->epoch = 1;
    state->layer = 1;
    state_changed_all(state);
    state->undo.log = buffer_empty();
    state->other.log = buffer_empty();
    state->aside = overlay_new();
    state->before = overlay_new();
    state->active = overlay_new();
    state->spare = overlay_new();
    state->cache = cache_new(
        options->cache_bytes > 0 ? options->cache_bytes : CACHE_BYTES);
    atomic_init(&state->hurried, false);
    int result = 0;
    if (state->aside == NULL || state->before == NULL ||
        state->active == NULL || state->spare == NULL ||
        state->cache == NULL)
        result = failure_set(failure, "state: out of memory");
    if (result == 0)
        result = store_open(&state->store, options, failure);
    if (result == 0)
        result = state_redo(state, failure);
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
    overlay_free(state->aside);
    overlay_free(state->before);
    overlay_free(state->active);
    overlay_free(state->frozen);
    overlay_free(state->saved);
    overlay_free(state->spare);
    state_free_worn(state);
    cache_free(state->cache);
    buffer_free(&state->undo.log);
    buffer_free(&state->other.log);
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
    cache_add(state->cache, name, *value);
    return true;
}

/* What the active layer said before the draft that is hidden. */
static const struct overlay_record *find_before(
    const struct state *state, const struct overlay_name *name)
{
    const struct overlay_record *record =
        overlay_find_held(state->before, name);
    if (record == NULL)
        return overlay_look(state->active, name);
    return overlay_present(record) ? record : NULL;
}

/* What the layers below the one that is written say, without the cache;
 * NULL: nothing. */
static const struct overlay_record *find_below(
    const struct state *state, const struct overlay_name *name)
{
    const struct overlay_record *record = NULL;
    if (state->hidden)
        record = find_before(state, name);
    if (record == NULL && state->frozen != NULL)
        record = overlay_look(state->frozen, name);
    if (record == NULL && state->saved != NULL)
        record = overlay_look(state->saved, name);
    return record;
}

static bool get_below(struct state *state, const struct overlay_name *name,
    struct bytes *value)
{
    const struct overlay_record *record = find_below(state, name);
    if (record == NULL)
        return cache_get(state->cache, name, value) ||
               get_stored(state, name, value);
    if (overlay_deleted(record))
        return false;
    *value = overlay_value(record);
    return true;
}

static bool get_named(struct state *state, const struct overlay_name *name,
    struct bytes *value)
{
    const struct overlay_record *record =
        overlay_look(state_top(state), name);
    if (record == NULL)
        return get_below(state, name, value);
    if (overlay_deleted(record))
        return false;
    *value = overlay_value(record);
    return true;
}

bool state_get(struct state *state, enum table table, struct bytes key,
    struct bytes *value)
{
    if (state_failed(state) || !key_fits(key))
        return false;
    struct overlay_name name = overlay_name(&state->seed, table, key);
    return get_named(state, &name, value);
}

/* ---- places ---- */

/* The name, its hash computed once for the place. */
static struct overlay_name place_name(const struct state *state,
    enum table table, struct bytes key, struct state_place *place)
{
    if (!place->hashed) {
        struct overlay_name name = overlay_name(&state->seed, table, key);
        place->hash = name.hash;
        place->hashed = true;
        return name;
    }
    return (struct overlay_name){
        .table = table, .key = key, .hash = place->hash};
}

static bool place_is_good(
    const struct state *state, const struct state_place *place)
{
    return place->epoch == state->epoch && !state->plain &&
           overlay_usable(place->record);
}

/* Look it up in the layer that is written. */
static bool place_find(const struct state *state,
    const struct overlay_name *name, struct state_place *place)
{
    place->record = overlay_find_held(state_top(state), name);
    place->epoch = place->record != NULL ? state->epoch : 0;
    return place->record != NULL && overlay_usable(place->record);
}

void state_foresee(struct state *state, enum table table, struct bytes key,
    struct state_place *place)
{
    if (key_fits(key) && !state->plain) {
        uint32_t hash = place_name(state, table, key, place).hash;
        overlay_prefetch_slot(state_top(state), table, hash);
        if (state->frozen != NULL)
            overlay_prefetch_slot(state->frozen, table, hash);
        if (state->saved != NULL)
            overlay_prefetch_slot(state->saved, table, hash);
        cache_prefetch_slot(state->cache, hash);
    }
}

/* Where state_foresee_record has seen a record of that hash. */
enum foreseen_where {
    FORESEEN_NOWHERE,
    FORESEEN_ON_TOP, /* in the layer that is written; while the epoch lasts */
    FORESEEN_BELOW,  /* in another layer; both while stamp_below lasts */
    FORESEEN_IN_CACHE
};

/* Another number after anything below the layer that is written may have
 * been moved or changed. */
static uint64_t stamp_below(const struct state *state)
{
    return state->epoch + cache_changes(state->cache);
}

/* Of keys whose length is not asked: an account's or its history's. */
#define STATE_FORESEEN_KEY 12

void state_foresee_record(struct state *state, enum table table,
    struct state_place *place, size_t last)
{
    size_t bytes = sizeof(struct overlay_record) + STATE_FORESEEN_KEY + last;
    uint32_t hash = place->hash;
    struct overlay_record *record;
    place->where = FORESEEN_NOWHERE;
    if (!place->hashed || state->hidden)
        return;
    record = overlay_prefetch(state_top(state), table, hash, bytes);
    place->where = record != NULL ? FORESEEN_ON_TOP : FORESEEN_BELOW;
    if (record == NULL && state->frozen != NULL)
        record = overlay_prefetch(state->frozen, table, hash, bytes);
    if (record == NULL && state->saved != NULL)
        record = overlay_prefetch(state->saved, table, hash, bytes);
    place->foreseen = record;
    if (record == NULL) {
        place->foreseen = cache_prefetch(state->cache, hash, bytes);
        place->where = place->foreseen != NULL ? FORESEEN_IN_CACHE
                                               : FORESEEN_NOWHERE;
    }
    place->stamp = place->where == FORESEEN_ON_TOP ? state->epoch
                                                   : stamp_below(state);
}

/* The record foreseen in the layer that is written becomes the place. */
static bool place_take(const struct state *state,
    const struct overlay_name *name, struct state_place *place)
{
    struct overlay_record *record = place->foreseen;
    if (place->where != FORESEEN_ON_TOP || place->stamp != state->epoch ||
        state->plain || !overlay_usable(record) ||
        !overlay_has_name(record, name))
        return false;
    place->record = record;
    place->epoch = state->epoch;
    return true;
}

/* What was foreseen below the layer that is written, if it still stands and
 * has that name. */
static bool get_foreseen(const struct state *state,
    const struct overlay_name *name, const struct state_place *place,
    struct bytes *value)
{
    if (place->where < FORESEEN_BELOW ||
        place->stamp != stamp_below(state))
        return false;
    if (place->where == FORESEEN_IN_CACHE) {
        struct cache_record *record = place->foreseen;
        *value = cache_use(record);
        return cache_has_name(record, name);
    }
    const struct overlay_record *record = place->foreseen;
    *value = overlay_value(record);
    return overlay_has_name(record, name) && overlay_usable(record);
}

uint64_t state_version(const struct state *state, enum table table)
{
    return state->changes[table];
}

uint64_t state_layer(const struct state *state)
{
    return state->hidden || state->plain ? 0 : state->layer;
}

size_t state_cache_bytes(const struct state *state)
{
    return cache_bound(state->cache);
}

uint32_t state_hash(const struct state *state, enum table table,
    struct bytes key, struct state_place *place)
{
    return place_name(state, table, key, place).hash;
}

uint32_t state_keep(
    const struct state *state, const struct state_place *place)
{
    if (state->hidden || !place_is_good(state, place))
        return 0;
    struct overlay_name name = overlay_name_of(place->record, place->hash);
    return overlay_place(state->active, &name);
}

void state_recall(struct state *state, enum table table, struct bytes key,
    uint32_t kept, size_t last, struct state_place *place)
{
    struct overlay_record *record = overlay_record_at(state->active, kept);
    (void)place_name(state, table, key, place);
    overlay_prefetch_bytes(
        record, sizeof *record + STATE_FORESEEN_KEY + last);
    place->foreseen = record;
    place->where = FORESEEN_ON_TOP;
    place->stamp = state->epoch;
}

void state_set_plain(struct state *state)
{
    state->plain = true;
}

bool state_get_at(struct state *state, enum table table, struct bytes key,
    struct state_place *place, struct bytes *value)
{
    if (state_failed(state))
        return false;
    if (!place_is_good(state, place)) {
        if (!key_fits(key))
            return false;
        struct overlay_name name = place_name(state, table, key, place);
        if (!place_take(state, &name, place) &&
            !place_find(state, &name, place))
            return (place->record == NULL ||
                       !overlay_present(place->record)) &&
                   (get_foreseen(state, &name, place, value) ||
                       get_below(state, &name, value));
    }
    *value = overlay_value(place->record);
    return true;
}

/* ---- undo: see state_layers.h ---- */

static void log_undo(
    struct state *state, struct undo_entry entry, struct bytes value)
{
    struct buffer *log = &state->undo.log;
    entry.kept = (uint16_t)value.length;
    if (!buffer_reserve(log, value.length + sizeof entry)) {
        state_fail_text(state, "out of memory");
        return;
    }
    memcpy(log->data + log->length, value.data, value.length);
    log->length += value.length;
    memcpy(log->data + log->length, &entry, sizeof entry);
    log->length += sizeof entry;
}

/* Before the record is written. */
static void undo_record(
    struct state *state, struct overlay_record *record, uint32_t hash)
{
    struct undo_entry entry = {
        .record = record, .hash = hash, .kind = UNDO_NOTHING};
    struct bytes value = bytes_of(NULL, 0);
    if (!state_logs(state))
        return;
    if (overlay_present(record) && overlay_deleted(record)) {
        entry.kind = UNDO_DELETED;
    } else if (overlay_present(record)) {
        value = overlay_value(record);
        entry.kind = UNDO_VALUE;
        entry.length = (uint16_t)value.length;
    }
    log_undo(state, entry, value);
}

/* Undo the last write.  It needs no memory: the record was there. */
static void undo_last(struct state *state)
{
    struct overlay *top = state_top(state);
    struct buffer *log = &state->undo.log;
    size_t end = log->length;
    struct bytes value;
    struct undo_entry entry = state_undo_entry(log, &end, &value);
    state->changes[entry.record->table]++;
    switch ((enum undo_kind)entry.kind) {
    case UNDO_NOTHING:
        overlay_unwrite(top, entry.record);
        break;
    case UNDO_DELETED:
        overlay_write_deleted(top, entry.record);
        break;
    case UNDO_VALUE:
        overlay_write(top, entry.record, value);
        break;
    case UNDO_AMEND:
        overlay_cut(entry.record, entry.length);
        overlay_amend(entry.record, value, bytes_of(NULL, 0));
        break;
    case UNDO_MOVE:
        overlay_move_back(top, entry.hash, entry.record, entry.old);
        break;
    }
    buffer_truncate(log, end);
    if (!state->hidden && state->noted > end)
        state->noted = end;
}

size_t state_mark(struct state *state)
{
    state->undo.marks++;
    return state->undo.log.length;
}

bool state_rollback_part(struct state *state, size_t mark, size_t most)
{
    state->epoch++;
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
    if (!state_logs(state))
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

/*
 * The record of the name in the layer that is written, with room, and with
 * what it says in the log if a mark is open.  NULL: the state failed.
 */
static struct overlay_record *record_to_write(struct state *state,
    const struct overlay_name *name, size_t length, size_t wish)
{
    struct overlay_record *moved;
    struct overlay_record *record =
        overlay_hold(state_top(state), name, length, wish, &moved);
    state->changes[name->table]++;
    if (record == NULL) {
        state_fail_text(state, "out of memory");
        return NULL;
    }
    if (moved != NULL && state_logs(state)) {
        struct undo_entry entry = {
            .record = record,
            .old = moved,
            .hash = name->hash,
            .kind = UNDO_MOVE,
        };
        log_undo(state, entry, bytes_of(NULL, 0));
    }
    return record;
}

static struct overlay_record *put_named(struct state *state,
    const struct overlay_name *name, struct bytes value, size_t wish)
{
    struct overlay_record *record =
        record_to_write(state, name, value.length, wish);
    if (record == NULL)
        return NULL;
    undo_record(state, record, name->hash);
    if (!state->failed)
        overlay_write(state_top(state), record, value);
    /* Here and not in get_stored: the value, too, may be a view into it. */
    cache_make_room(state->cache);
    return record;
}

static bool value_fits(struct state *state, size_t length)
{
    if (length > STATE_VALUE_MAX)
        state_fail_text(state, "a value is too long");
    return !state->failed;
}

void state_put(struct state *state, enum table table, struct bytes key,
    struct bytes value)
{
    if (!write_allowed(state, key) || !value_fits(state, value.length))
        return;
    struct overlay_name name = overlay_name(&state->seed, table, key);
    (void)put_named(state, &name, value, 0);
}

void state_put_at(struct state *state, enum table table, struct bytes key,
    struct state_place *place, struct bytes value, size_t wish)
{
    if (!write_allowed(state, key) || !value_fits(state, value.length))
        return;
    if (place_is_good(state, place) &&
        value.length <= overlay_room(place->record)) {
        state->changes[table]++;
        undo_record(state, place->record, place->hash);
        if (!state->failed)
            overlay_write(state_top(state), place->record, value);
        return;
    }
    struct overlay_name name = place_name(state, table, key, place);
    place->record = put_named(state, &name, value, wish);
    place->epoch = place->record != NULL ? state->epoch : 0;
}

static bool get_named_at(struct state *state,
    const struct overlay_name *name, const struct state_place *place,
    struct bytes *value)
{
    if (overlay_find_held(state_top(state), name) == NULL &&
        get_foreseen(state, name, place, value))
        return true;
    return get_named(state, name, value);
}

/* Amending a record that the layer that is written does not have, or has no
 * room for: what it says is taken over. */
static void amend_copied(struct state *state,
    const struct overlay_name *name, struct state_place *place,
    struct bytes head, struct bytes more, size_t wish)
{
    uint8_t all[STATE_VALUE_MAX];
    struct bytes value = bytes_of(NULL, 0);
    size_t length;
    if (!get_named_at(state, name, place, &value) ||
        value.length < head.length)
        value = head;
    length = value.length + more.length;
    if (state_failed(state) || !value_fits(state, length))
        return;
    memcpy(all, value.data, value.length);
    if (head.length > 0)
        memcpy(all, head.data, head.length);
    if (more.length > 0)
        memcpy(all + value.length, more.data, more.length);
    place->record = put_named(state, name, bytes_of(all, length), wish);
    place->epoch = place->record != NULL ? state->epoch : 0;
}

static void undo_amend(
    struct state *state, const struct state_place *place, size_t head)
{
    struct bytes value = overlay_value(place->record);
    struct undo_entry entry = {
        .record = place->record,
        .hash = place->hash,
        .length = (uint16_t)value.length,
        .kind = UNDO_AMEND,
    };
    if (state_logs(state))
        log_undo(state, entry, bytes_of(value.data, head));
}

static bool can_amend(const struct overlay_record *record, size_t head,
    size_t more)
{
    size_t length = overlay_value(record).length;
    return head <= length && length + more <= overlay_room(record);
}

void state_amend_at(struct state *state, enum table table, struct bytes key,
    struct state_place *place, struct bytes head, struct bytes more,
    size_t wish)
{
    if (!write_allowed(state, key))
        return;
    if (!place_is_good(state, place) ||
        !can_amend(place->record, head.length, more.length)) {
        struct overlay_name name = place_name(state, table, key, place);
        amend_copied(state, &name, place, head, more, wish);
        return;
    }
    state->changes[table]++;
    undo_amend(state, place, head.length);
    if (!state->failed)
        overlay_amend(place->record, head, more);
}

void state_delete(struct state *state, enum table table, struct bytes key)
{
    if (!write_allowed(state, key))
        return;
    struct overlay_name name = overlay_name(&state->seed, table, key);
    struct overlay_record *record = record_to_write(state, &name, 0, 0);
    if (record == NULL)
        return;
    undo_record(state, record, name.hash);
    if (!state->failed)
        overlay_write_deleted(state_top(state), record);
}

size_t state_pending_bytes(const struct state *state)
{
    size_t bytes = overlay_bytes(state->active);
    if (state->frozen != NULL)
        bytes += overlay_bytes(state->frozen);
    return bytes;
}

size_t state_pending_records(const struct state *state)
{
    size_t records = overlay_records(state->active);
    if (state->frozen != NULL)
        records += overlay_records(state->frozen);
    return records;
}

uint64_t state_flush_bytes(const struct state *state)
{
    uint64_t there = store_pages_bytes(state->store);
    uint64_t records = overlay_records(state->active);
    uint64_t each = records * store_page_bytes(state->store);
    /* Pages that are new hold new records, close together. */
    uint64_t most = there + overlay_bytes(state->active);
    if (most > store_write_bytes_most(state->store))
        most = store_write_bytes_most(state->store);
    if (!store_is_temporary(state->store) && most > STATE_PART_BYTES)
        most = STATE_PART_BYTES;
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
    if (state->drafting)
        return state_fail_text(state, "frozen during a draft");
    if (state->frozen != NULL)
        return state_fail_text(state, "frozen before the last one was thawed");
    state_free_worn(state);
    struct overlay *fresh =
        state_take_layer(state, overlay_records(state->active));
    if (fresh == NULL)
        return state_fail_text(state, "out of memory");
    state->frozen = state->active;
    state->active = fresh;
    state->epoch++;
    state->layer++;
    atomic_store(&state->flushed, false);
    return 0;
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
    /* The cache says what the disk says: first before the renewal, then,
     * with what is saved over it, after. */
    state_pour_saved(state);
    if (store_renew(state->store, &failure) != 0) {
        state_fail(state, &failure);
        return;
    }
    state->epoch++;
    state->saved = state->frozen;
    state->saved_place = 0;
    state->frozen = NULL;
}

int state_save(struct state *state, struct failure *failure)
{
    state_hurry(state, true);
    if (state_freeze(state) == 0 && state_flush(state, failure) == 0)
        state_thaw(state);
    if (!state_failed(state))
        return 0;
    return failure_set(failure, "%s", state_failure(state)->text);
}
