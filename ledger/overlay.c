#include "overlay.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * References are places in the arena in units of 8 bytes; 0 means none.
 * 32 bits of them reach 32 GiB.
 */
#define UNIT 8
#define CHUNK_UNITS ((uint32_t)1 << 17) /* 1 MiB */
#define SLOTS_AT_FIRST 1024

enum presence { PRESENCE_NONE, PRESENCE_DELETED, PRESENCE_VALUE };

struct overlay_record {
    uint32_t next;   /* the record of the same table made before this one */
    uint16_t room;   /* bytes a value may have here */
    uint16_t length; /* bytes the value has */
    uint8_t table;
    uint8_t key_length;
    uint8_t presence;
    uint8_t moved; /* the record is elsewhere; this is unused space */
    uint8_t bytes[]; /* the key, then the value */
};

/* A slot holds the hash in its upper half, the reference in its lower. */
struct overlay {
    uint64_t *slots;
    size_t slot_mask; /* slots are a power of two */
    size_t slots_used;
    size_t records;
    uint8_t **chunks;
    size_t chunks_made;
    size_t chunks_room; /* of the array chunks */
    uint32_t next_unit; /* first free place of the arena */
    uint32_t heads[TABLE_COUNT];
};

/* ---- names ---- */

struct overlay_name overlay_name(
    const struct overlay_seed *seed, enum table table, struct bytes key)
{
    uint8_t out[crypto_shorthash_BYTES];
    crypto_shorthash(out, key.data, key.length, seed->data);
    uint32_t hash;
    memcpy(&hash, out, sizeof hash);
    /* The tables' keys have much in common: part them. */
    hash += (uint32_t)table * 0x9E3779B1u;
    return (struct overlay_name){.table = table, .key = key, .hash = hash};
}

/* ---- the arena ---- */

static struct overlay_record *record_at(
    const struct overlay *overlay, uint32_t reference)
{
    uint8_t *chunk = overlay->chunks[reference / CHUNK_UNITS];
    size_t offset = (size_t)(reference % CHUNK_UNITS) * UNIT;
    return (struct overlay_record *)(void *)(chunk + offset);
}

static int add_chunk(struct overlay *overlay)
{
    if (overlay->chunks_made == overlay->chunks_room) {
        size_t room = overlay->chunks_room * 2 + 8;
        uint8_t **chunks =
            realloc(overlay->chunks, room * sizeof *overlay->chunks);
        if (chunks == NULL)
            return -1;
        overlay->chunks = chunks;
        overlay->chunks_room = room;
    }
    uint8_t *chunk = malloc((size_t)CHUNK_UNITS * UNIT);
    if (chunk == NULL)
        return -1;
    overlay->chunks[overlay->chunks_made++] = chunk;
    return 0;
}

/* Place for that many bytes, within one chunk; 0: out of memory. */
static uint32_t arena_take(struct overlay *overlay, size_t bytes)
{
    uint32_t units = (uint32_t)((bytes + UNIT - 1) / UNIT);
    uint32_t at = overlay->next_unit;
    if (at % CHUNK_UNITS + units > CHUNK_UNITS)
        at = (at / CHUNK_UNITS + 1) * CHUNK_UNITS;
    if (at > UINT32_MAX - 2 * CHUNK_UNITS)
        return 0;
    if (at / CHUNK_UNITS >= overlay->chunks_made && add_chunk(overlay) != 0)
        return 0;
    overlay->next_unit = at + units;
    return at;
}

/* ---- making and clearing ---- */

void overlay_clear(struct overlay *overlay)
{
    memset(overlay->slots, 0, (overlay->slot_mask + 1) * sizeof(uint64_t));
    memset(overlay->heads, 0, sizeof overlay->heads);
    overlay->slots_used = 0;
    overlay->records = 0;
    overlay->next_unit = 1;
}

struct overlay *overlay_new(void)
{
    struct overlay *overlay = calloc(1, sizeof *overlay);
    if (overlay == NULL)
        return NULL;
    overlay->slots = calloc(SLOTS_AT_FIRST, sizeof *overlay->slots);
    if (overlay->slots == NULL) {
        free(overlay);
        return NULL;
    }
    overlay->slot_mask = SLOTS_AT_FIRST - 1;
    overlay->next_unit = 1;
    return overlay;
}

void overlay_free(struct overlay *overlay)
{
    if (overlay == NULL)
        return;
    for (size_t i = 0; i < overlay->chunks_made; i++)
        free(overlay->chunks[i]);
    free(overlay->chunks);
    free(overlay->slots);
    free(overlay);
}

/* ---- the slots ---- */

static uint64_t slot_of(uint32_t hash, uint32_t reference)
{
    return (uint64_t)hash << 32 | reference;
}

static bool record_has_name(
    const struct overlay_record *record, const struct overlay_name *name)
{
    return record->table == name->table &&
           record->key_length == name->key.length &&
           memcmp(record->bytes, name->key.data, name->key.length) == 0;
}

/* The slot that holds the name, or the free one where it would stand. */
static size_t slot_find(
    const struct overlay *overlay, const struct overlay_name *name)
{
    size_t at = name->hash & overlay->slot_mask;
    for (;; at = (at + 1) & overlay->slot_mask) {
        uint64_t slot = overlay->slots[at];
        if (slot == 0)
            return at;
        if ((uint32_t)(slot >> 32) == name->hash &&
            record_has_name(record_at(overlay, (uint32_t)slot), name))
            return at;
    }
}

static int slots_double(struct overlay *overlay)
{
    size_t count = (overlay->slot_mask + 1) * 2;
    uint64_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL)
        return -1;
    for (size_t i = 0; i <= overlay->slot_mask; i++) {
        uint64_t slot = overlay->slots[i];
        if (slot == 0)
            continue;
        size_t at = (size_t)(slot >> 32) & (count - 1);
        while (slots[at] != 0)
            at = (at + 1) & (count - 1);
        slots[at] = slot;
    }
    free(overlay->slots);
    overlay->slots = slots;
    overlay->slot_mask = count - 1;
    return 0;
}

/* ---- records ---- */

static struct overlay_record *record_find(
    const struct overlay *overlay, const struct overlay_name *name)
{
    uint64_t slot = overlay->slots[slot_find(overlay, name)];
    return slot == 0 ? NULL : record_at(overlay, (uint32_t)slot);
}

const struct overlay_record *overlay_find(
    const struct overlay *overlay, const struct overlay_name *name)
{
    const struct overlay_record *record = record_find(overlay, name);
    if (record == NULL || record->presence == PRESENCE_NONE)
        return NULL;
    return record;
}

/* A record with room for a value, not yet in any slot; 0: no memory. */
static uint32_t record_make(
    struct overlay *overlay, const struct overlay_name *name, size_t room)
{
    size_t fixed = sizeof(struct overlay_record) + name->key.length;
    uint32_t reference = arena_take(overlay, fixed + room);
    if (reference == 0)
        return 0;
    size_t rounded = (fixed + room + UNIT - 1) / UNIT * UNIT;
    struct overlay_record *record = record_at(overlay, reference);
    *record = (struct overlay_record){
        .next = overlay->heads[name->table],
        .room = (uint16_t)(rounded - fixed),
        .table = (uint8_t)name->table,
        .key_length = (uint8_t)name->key.length,
        .presence = PRESENCE_NONE,
    };
    memcpy(record->bytes, name->key.data, name->key.length);
    overlay->heads[name->table] = reference;
    return reference;
}

/*
 * The record of the name with room for a value of that length: the one
 * there is, a larger one in its place, or a new one.  NULL: no memory.
 */
static struct overlay_record *record_with_room(
    struct overlay *overlay, const struct overlay_name *name, size_t length)
{
    if (overlay->slots_used + 1 > (overlay->slot_mask + 1) / 4 * 3 &&
        slots_double(overlay) != 0)
        return NULL;
    size_t at = slot_find(overlay, name);
    struct overlay_record *old = NULL;
    size_t room = length;
    if (overlay->slots[at] != 0) {
        old = record_at(overlay, (uint32_t)overlay->slots[at]);
        if (length <= old->room)
            return old;
        /* What grew once will grow again. */
        room = length + length / 2;
        if (room > STATE_VALUE_MAX)
            room = STATE_VALUE_MAX;
    }
    uint32_t reference = record_make(overlay, name, room);
    if (reference == 0)
        return NULL;
    struct overlay_record *record = record_at(overlay, reference);
    if (old == NULL) {
        overlay->slots_used++;
    } else {
        record->presence = old->presence;
        old->moved = 1;
    }
    overlay->slots[at] = slot_of(name->hash, reference);
    return record;
}

static void record_set_presence(struct overlay *overlay,
    struct overlay_record *record, enum presence presence)
{
    if (record->presence != PRESENCE_NONE)
        overlay->records--;
    if (presence != PRESENCE_NONE)
        overlay->records++;
    record->presence = (uint8_t)presence;
}

const struct overlay_record *overlay_put(struct overlay *overlay,
    const struct overlay_name *name, struct bytes value)
{
    struct overlay_record *record =
        record_with_room(overlay, name, value.length);
    if (record == NULL)
        return NULL;
    if (value.length > 0)
        memmove(record->bytes + record->key_length, value.data, value.length);
    record->length = (uint16_t)value.length;
    record_set_presence(overlay, record, PRESENCE_VALUE);
    return record;
}

const struct overlay_record *overlay_delete(
    struct overlay *overlay, const struct overlay_name *name)
{
    struct overlay_record *record = record_with_room(overlay, name, 0);
    if (record == NULL)
        return NULL;
    record->length = 0;
    record_set_presence(overlay, record, PRESENCE_DELETED);
    return record;
}

void overlay_forget(struct overlay *overlay, const struct overlay_name *name)
{
    struct overlay_record *record = record_find(overlay, name);
    if (record != NULL)
        record_set_presence(overlay, record, PRESENCE_NONE);
}

/*
 * In the order of the slots the hashes would come sorted, and as both
 * share them, each record would fall right behind the one before: one run
 * of slots as long as all that was poured.  A stride near the golden
 * section leaves what was poured so far evenly spread at any time, and as
 * it is odd it meets every slot once.
 */
static size_t slot_at_place(const struct overlay *overlay, size_t place)
{
    return (place * 0x9E3779B1u) & overlay->slot_mask;
}

int overlay_pour(struct overlay *into, const struct overlay *from, bool over,
    size_t *place, size_t count)
{
    for (; count > 0 && *place <= from->slot_mask; count--) {
        uint64_t slot = from->slots[slot_at_place(from, (*place)++)];
        if (slot == 0)
            continue;
        const struct overlay_record *record =
            record_at(from, (uint32_t)slot);
        const struct overlay_name name = {
            .table = (enum table)record->table,
            .key = overlay_key(record),
            .hash = (uint32_t)(slot >> 32),
        };
        if (record->presence == PRESENCE_NONE ||
            (!over && overlay_find(into, &name) != NULL))
            continue;
        const struct overlay_record *poured =
            overlay_deleted(record)
                ? overlay_delete(into, &name)
                : overlay_put(into, &name, overlay_value(record));
        if (poured == NULL)
            return -1;
    }
    return *place <= from->slot_mask;
}

struct bytes overlay_key(const struct overlay_record *record)
{
    return bytes_of(record->bytes, record->key_length);
}

struct bytes overlay_value(const struct overlay_record *record)
{
    return bytes_of(record->bytes + record->key_length, record->length);
}

bool overlay_deleted(const struct overlay_record *record)
{
    return record->presence == PRESENCE_DELETED;
}

size_t overlay_records(const struct overlay *overlay)
{
    return overlay->records;
}

size_t overlay_bytes(const struct overlay *overlay)
{
    /* Slots are a third to three quarters full: two for each used one. */
    return (size_t)(overlay->next_unit - 1) * UNIT +
           overlay->slots_used * 2 * sizeof *overlay->slots;
}

size_t overlay_steps(const struct overlay *overlay)
{
    size_t steps = 0;
    for (size_t i = 0; i <= overlay->slot_mask; i++)
        if (overlay->slots[i] != 0) {
            size_t home = (size_t)(overlay->slots[i] >> 32);
            steps += ((i - home) & overlay->slot_mask) + 1;
        }
    return steps;
}

/* ---- lists ---- */

static uint64_t key_start(struct bytes key)
{
    uint64_t start = 0;
    for (size_t i = 0; i < 8; i++)
        start = start << 8 | (i < key.length ? key.data[i] : 0);
    return start;
}

int overlay_item_compare(
    const struct overlay_item *a, const struct overlay_item *b)
{
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return bytes_compare(overlay_key(a->record), overlay_key(b->record));
}

static int item_compare(const void *left, const void *right)
{
    return overlay_item_compare(left, right);
}

static bool record_listed(
    const struct overlay_record *record, struct bytes prefix)
{
    return !record->moved && record->presence != PRESENCE_NONE &&
           record->key_length >= prefix.length &&
           (prefix.length == 0 ||
               memcmp(record->bytes, prefix.data, prefix.length) == 0);
}

int overlay_list(const struct overlay *overlay, enum table table,
    struct bytes prefix, struct overlay_list *list)
{
    size_t room = 0;
    *list = (struct overlay_list){.items = NULL, .count = 0};
    uint32_t at = overlay->heads[table];
    while (at != 0) {
        const struct overlay_record *record = record_at(overlay, at);
        at = record->next;
        if (!record_listed(record, prefix))
            continue;
        if (list->count == room) {
            room = room * 2 + 16;
            void *items = realloc(list->items, room * sizeof *list->items);
            if (items == NULL) {
                free(list->items);
                list->items = NULL;
                return -1;
            }
            list->items = items;
        }
        list->items[list->count++] = (struct overlay_item){
            .start = key_start(overlay_key(record)), .record = record};
    }
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, item_compare);
    return 0;
}
