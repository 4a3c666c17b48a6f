#include "state.h"

#include "prefetch.h"
#include "state_layers.h"

/* Records whose memory is fetched side by side. */
#define SIDE_BY_SIDE 16

/* What every transfer looks up. */
static const enum table warmed[] = {TABLE_ACCOUNT, TABLE_PARTY};
#define WARMED (sizeof warmed / sizeof warmed[0])

/* ---- from what was saved into the cache ---- */

/* Tables that grow at their end and are seldom read again. */
static bool is_only_written(enum table table)
{
    return table == TABLE_ORDER_ID || table == TABLE_TREE ||
           table == TABLE_HISTORY;
}

static void pour_record(
    struct state *state, const struct overlay_found *found)
{
    const struct overlay_record *record = found->record;
    const struct overlay_name name = {
        .table = (enum table)record->table,
        .key = overlay_key(record),
        .hash = found->hash,
    };
    if (!overlay_present(record))
        return;
    if (overlay_deleted(record) || is_only_written(name.table))
        cache_forget(state->cache, &name);
    else
        cache_put(state->cache, &name, overlay_value(record));
}

/* False: all is poured, and `saved` is gone. */
static bool pour_some(struct state *state)
{
    struct overlay_found found[SIDE_BY_SIDE];
    size_t count = overlay_walk(
        state->saved, &state->saved_place, found, SIDE_BY_SIDE);
    for (size_t i = 0; i < count; i++) {
        prefetch(found[i].record);
        cache_prefetch_slot(state->cache, found[i].hash);
    }
    for (size_t i = 0; i < count; i++)
        (void)cache_prefetch(state->cache, found[i].hash, 0);
    for (size_t i = 0; i < count; i++)
        pour_record(state, &found[i]);
    if (count > 0)
        return true;
    state->epoch++;
    state_give_layer(state, state->saved);
    state->saved = NULL;
    return false;
}

void state_pour_saved(struct state *state)
{
    while (state->saved != NULL)
        (void)pour_some(state);
}

bool state_thaw_waits(const struct state *state)
{
    return state->saved != NULL;
}

/* ---- memory that goes back ---- */

void state_wear_out(struct state *state, struct overlay *layer)
{
    layer->next = state->worn;
    state->worn = layer;
}

static void free_some(struct state *state)
{
    struct overlay *layer = state->worn;
    struct overlay *next = layer->next;
    if (!overlay_free_part(layer))
        state->worn = next;
}

void state_free_worn(struct state *state)
{
    while (state->worn != NULL)
        free_some(state);
}

/* ---- from the disk into the cache ---- */

void state_warm(struct state *state)
{
    state->warming = (struct state_warming){.on = true};
}

bool state_warming(const struct state *state)
{
    return state->warming.on;
}

uint64_t state_warmed(const struct state *state)
{
    return state->warming.records;
}

static void warm_records(
    struct state *state, const struct store_record *records, int count)
{
    struct overlay_name names[SIDE_BY_SIDE];
    struct bytes known;
    for (int i = 0; i < count; i++) {
        names[i] = overlay_name(
            &state->seed, records[i].table, records[i].key);
        cache_prefetch_slot(state->cache, names[i].hash);
    }
    for (int i = 0; i < count; i++)
        if (!cache_get(state->cache, &names[i], &known))
            cache_add(state->cache, &names[i], records[i].value);
}

/* What is read is as of the last thaw, as is what the cache says; `saved`,
 * which is younger than the cache's part, hides both. */
static void warm_some(struct state *state)
{
    struct state_warming *warming = &state->warming;
    struct store_record records[SIDE_BY_SIDE];
    struct failure failure = {.text = ""};
    int count = store_read_on(state->store, warmed[warming->table],
        bytes_of(warming->key, warming->key_length), records, SIDE_BY_SIDE,
        &failure);
    if (count < 0) {
        state_fail(state, &failure);
        return;
    }
    warm_records(state, records, count);
    warming->records += (uint64_t)count;
    if (count == SIDE_BY_SIDE) {
        struct bytes last = records[count - 1].key;
        memcpy(warming->key, last.data, last.length);
        warming->key_length = last.length;
        return;
    }
    warming->key_length = 0;
    warming->on = ++warming->table < WARMED;
}

/* ---- all of it ---- */

bool state_tend(struct state *state, size_t records)
{
    if (state_failed(state))
        return false;
    cache_make_room(state->cache);
    for (size_t done = 0; done < records; done += SIDE_BY_SIDE) {
        if (state->saved != NULL)
            (void)pour_some(state);
        else if (state->worn != NULL)
            free_some(state);
        else if (state->warming.on && !cache_is_full(state->cache))
            warm_some(state);
        else
            break;
    }
    state->warming.on &= !cache_is_full(state->cache);
    return state->saved != NULL || state->worn != NULL || state->warming.on;
}
