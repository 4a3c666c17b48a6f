#include "state.h"

#include "state_layers.h"

#include <stdlib.h>
#include <string.h>

/*
 * Merges what memory says, copied at open, with a walk over the disk.  The
 * walk has a transaction of its own, so a flush and a thaw meanwhile do not
 * change what is seen: whatever was frozen at open is in the copy and hides
 * the same records on disk, flushed or not.
 */
struct state_scan {
    struct state *state;
    struct buffer memory; /* see memory_append */
    size_t next;          /* in memory: the entry that comes next */
    struct store_walk *walk;
    struct store_record stored; /* the record that comes next on disk */
    enum store_result stored_result;
};

struct memory_entry {
    size_t length; /* of the value */
    size_t key_length;
    bool deleted;
};

/* One record: a memory_entry, its key, its value. */
static void memory_append(
    struct buffer *memory, const struct overlay_record *record)
{
    struct bytes key = overlay_key(record);
    struct bytes value = overlay_value(record);
    struct memory_entry entry = {.length = value.length,
        .key_length = key.length,
        .deleted = overlay_deleted(record)};
    buffer_append(memory, bytes_of(&entry, sizeof entry));
    buffer_append(memory, key);
    buffer_append(memory, value);
}

/* The record that comes next in memory; false: none is left. */
static bool memory_next(const struct state_scan *scan,
    struct memory_entry *entry, struct bytes *key, struct bytes *value)
{
    if (scan->next == scan->memory.length)
        return false;
    const uint8_t *at = scan->memory.data + scan->next;
    memcpy(entry, at, sizeof *entry);
    *key = bytes_of(at + sizeof *entry, entry->key_length);
    *value = bytes_of(key->data + key->length, entry->length);
    return true;
}

static void memory_skip(
    struct state_scan *scan, const struct memory_entry *entry)
{
    scan->next += sizeof *entry + entry->key_length + entry->length;
}

/* Layers in memory: aside and before, if a draft is hidden; active; frozen. */
#define LAYERS_MAX 4

/* The list whose next record comes first; of several with one key, the
 * uppermost.  LAYERS_MAX: all are at their ends. */
static size_t first_of(const struct overlay_list lists[LAYERS_MAX],
    const size_t places[LAYERS_MAX])
{
    size_t first = LAYERS_MAX;
    for (size_t i = 0; i < LAYERS_MAX; i++)
        if (places[i] < lists[i].count &&
            (first == LAYERS_MAX ||
                overlay_item_compare(&lists[i].items[places[i]],
                    &lists[first].items[places[first]]) < 0))
            first = i;
    return first;
}

/* Merge ordered lists; of records with one key the uppermost stays. */
static void memory_merge(
    struct buffer *memory, const struct overlay_list lists[LAYERS_MAX])
{
    size_t places[LAYERS_MAX] = {0};
    size_t first;
    while ((first = first_of(lists, places)) < LAYERS_MAX) {
        const struct overlay_item *item = &lists[first].items[places[first]];
        memory_append(memory, item->record);
        for (size_t i = LAYERS_MAX; i-- > 0;)
            if (places[i] < lists[i].count &&
                overlay_item_compare(
                    &lists[i].items[places[i]], item) == 0)
                places[i]++;
    }
}

/* Active's records that the hidden draft has written: `before` says what
 * they said, or that they said nothing. */
static void leave_out_drafted(
    const struct state *state, enum table table, struct overlay_list *active)
{
    size_t left = 0;
    for (size_t i = 0; i < active->count; i++) {
        struct overlay_name name = overlay_name(
            &state->seed, table, overlay_key(active->items[i].record));
        if (overlay_find_held(state->before, &name) == NULL)
            active->items[left++] = active->items[i];
    }
    active->count = left;
}

static int memory_copy(struct state_scan *scan, const struct state *state,
    enum table table, struct bytes prefix)
{
    const struct overlay *layers[LAYERS_MAX] = {
        state->hidden ? state->aside : NULL,
        state->hidden ? state->before : NULL,
        state->active,
        state->frozen,
    };
    struct overlay_list lists[LAYERS_MAX] = {{.items = NULL, .count = 0}};
    int result = 0;
    for (size_t i = 0; i < LAYERS_MAX && result == 0; i++)
        if (layers[i] != NULL)
            result = overlay_list(layers[i], table, prefix, &lists[i]);
    if (state->hidden && result == 0)
        leave_out_drafted(state, table, &lists[2]);
    if (result == 0)
        memory_merge(&scan->memory, lists);
    for (size_t i = 0; i < LAYERS_MAX; i++)
        free(lists[i].items);
    return result != 0 || scan->memory.failed ? -1 : 0;
}

static void stored_advance(struct state_scan *scan)
{
    struct failure failure = {.text = ""};
    scan->stored_result =
        store_walk_next(scan->walk, &scan->stored, &failure);
    if (scan->stored_result == STORE_FAILED)
        state_fail(scan->state, &failure);
}

struct state_scan *state_scan_open(
    struct state *state, enum table table, struct bytes prefix)
{
    struct failure failure = {.text = ""};
    if (state_failed(state))
        return NULL;
    struct state_scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL) {
        failure_set(&failure, "state: out of memory");
        goto failed;
    }
    if (prefix.length > STATE_KEY_MAX) {
        failure_set(&failure, "state: a prefix is too long");
        goto failed;
    }
    scan->state = state;
    scan->memory = buffer_empty();
    if (memory_copy(scan, state, table, prefix) != 0) {
        failure_set(&failure, "state: out of memory");
        goto failed;
    }
    scan->walk = store_walk_open(state->store, table, prefix, &failure);
    if (scan->walk == NULL)
        goto failed;
    stored_advance(scan);
    if (!state->failed)
        return scan;
failed:
    if (failure.text[0] != '\0')
        state_fail(state, &failure);
    state_scan_close(scan);
    return NULL;
}

bool state_scan_next(
    struct state_scan *scan, struct bytes *key, struct bytes *value)
{
    struct memory_entry entry;
    struct bytes found;
    struct bytes said;
    while (!state_failed(scan->state)) {
        bool in_memory = memory_next(scan, &entry, &found, &said);
        bool on_disk = scan->stored_result == STORE_FOUND;
        if (!in_memory && !on_disk)
            return false;
        int order = -1;
        if (!in_memory)
            order = 1;
        else if (on_disk)
            order = bytes_compare(found, scan->stored.key);
        struct store_record stored = scan->stored;
        if (order <= 0)
            memory_skip(scan, &entry);
        if (order >= 0)
            stored_advance(scan);
        if (order <= 0 && entry.deleted)
            continue;
        *key = order <= 0 ? found : stored.key;
        *value = order <= 0 ? said : stored.value;
        return !state_failed(scan->state);
    }
    return false;
}

void state_scan_close(struct state_scan *scan)
{
    if (scan == NULL)
        return;
    store_walk_close(scan->walk);
    buffer_free(&scan->memory);
    free(scan);
}
