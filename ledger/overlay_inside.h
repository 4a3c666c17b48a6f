/*
 * Inside an overlay: its structs, and what every lookup runs through,
 * inline.  Part of overlay.h, which says what it means.
 */
#ifndef POSITO_LEDGER_OVERLAY_INSIDE_H
#define POSITO_LEDGER_OVERLAY_INSIDE_H

#include "prefetch.h"

#include <string.h>

/*
 * References are places in the arena in units of 8 bytes; 0 means none.
 * 32 bits of them reach 32 GiB.
 */
#define OVERLAY_UNIT 8
#define OVERLAY_FIRST 1
#define OVERLAY_CHUNK_UNITS ((uint32_t)1 << 18) /* 2 MiB */
#define OVERLAY_CHUNK_BYTES ((size_t)OVERLAY_CHUNK_UNITS * OVERLAY_UNIT)

/* Slots stand in pieces of a large page, or in one that is smaller. */
#define OVERLAY_PIECE_SHIFT 18
#define OVERLAY_PIECE_SLOTS ((size_t)1 << OVERLAY_PIECE_SHIFT)

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
    struct overlay *next; /* of those to be freed: state_layers.h */
    uint64_t **slots; /* pieces */
    size_t slot_mask; /* slots are a power of two */
    size_t slots_used;
    size_t records;
    uint8_t **chunks;
    size_t chunks_made;
    size_t chunks_room; /* of the array chunks */
    uint32_t next_unit; /* first free place of the arena */
    uint32_t heads[TABLE_COUNT];
};

static inline struct overlay_record *overlay_record_at(
    const struct overlay *overlay, uint32_t reference)
{
    uint8_t *chunk = overlay->chunks[reference / OVERLAY_CHUNK_UNITS];
    size_t offset = (size_t)(reference % OVERLAY_CHUNK_UNITS) * OVERLAY_UNIT;
    return (struct overlay_record *)(void *)(chunk + offset);
}

static inline bool overlay_has_name(
    const struct overlay_record *record, const struct overlay_name *name)
{
    return record->table == name->table &&
           record->key_length == name->key.length &&
           memcmp(record->bytes, name->key.data, name->key.length) == 0;
}

static inline uint64_t *overlay_slot_at(
    const struct overlay *overlay, size_t at)
{
    return &overlay->slots[at >> OVERLAY_PIECE_SHIFT]
                          [at & (OVERLAY_PIECE_SLOTS - 1)];
}

/* The slot that holds the name, or the free one where it would stand. */
static inline uint64_t *overlay_slot(
    const struct overlay *overlay, const struct overlay_name *name)
{
    size_t at = name->hash & overlay->slot_mask;
    for (;; at = (at + 1) & overlay->slot_mask) {
        uint64_t *slot = overlay_slot_at(overlay, at);
        if (*slot == 0)
            return slot;
        if ((uint32_t)(*slot >> 32) == name->hash &&
            overlay_has_name(
                overlay_record_at(overlay, (uint32_t)*slot), name))
            return slot;
    }
}

/* Many layers have no record of a table at all: no need to look. */
static inline struct overlay_record *overlay_find_held(
    const struct overlay *overlay, const struct overlay_name *name)
{
    if (overlay->heads[name->table] == 0)
        return NULL;
    uint64_t slot = *overlay_slot(overlay, name);
    return slot == 0 ? NULL : overlay_record_at(overlay, (uint32_t)slot);
}

static inline uint32_t overlay_place(
    const struct overlay *overlay, const struct overlay_name *name)
{
    return (uint32_t)*overlay_slot(overlay, name);
}

static inline uint32_t overlay_end(const struct overlay *overlay)
{
    return overlay->next_unit;
}

static inline struct overlay_name overlay_name_of(
    const struct overlay_record *record, uint32_t hash)
{
    return (struct overlay_name){
        .table = (enum table)record->table,
        .key = bytes_of(record->bytes, record->key_length),
        .hash = hash,
    };
}

static inline const struct overlay_record *overlay_look(
    const struct overlay *overlay, const struct overlay_name *name)
{
    const struct overlay_record *record = overlay_find_held(overlay, name);
    if (record == NULL || record->presence == PRESENCE_NONE)
        return NULL;
    return record;
}

static inline bool overlay_usable(const struct overlay_record *record)
{
    return !record->moved && record->presence == PRESENCE_VALUE;
}

static inline size_t overlay_room(const struct overlay_record *record)
{
    return record->room;
}

static inline bool overlay_present(const struct overlay_record *record)
{
    return record->presence != PRESENCE_NONE;
}

static inline struct bytes overlay_key(const struct overlay_record *record)
{
    return bytes_of(record->bytes, record->key_length);
}

static inline struct bytes overlay_value(const struct overlay_record *record)
{
    return bytes_of(record->bytes + record->key_length, record->length);
}

static inline bool overlay_deleted(const struct overlay_record *record)
{
    return record->presence == PRESENCE_DELETED;
}

/* The lines of memory from there to the byte `last`, or three of them. */
static inline void overlay_prefetch_bytes(const void *start, size_t last)
{
    const uint8_t *bytes = start;
    prefetch(bytes);
    if (last >= 64 && last < 128)
        prefetch(bytes + 64);
    if (last >= 64)
        prefetch(bytes + last);
}

static inline struct overlay_record *overlay_prefetch(
    const struct overlay *overlay, enum table table, uint32_t hash,
    size_t last)
{
    size_t at = hash & overlay->slot_mask;
    if (overlay->heads[table] == 0)
        return NULL;
    for (;; at = (at + 1) & overlay->slot_mask) {
        uint64_t slot = *overlay_slot_at(overlay, at);
        if (slot == 0)
            return NULL;
        if ((uint32_t)(slot >> 32) != hash)
            continue;
        struct overlay_record *record =
            overlay_record_at(overlay, (uint32_t)slot);
        overlay_prefetch_bytes(record, last);
        return record;
    }
}

static inline void overlay_prefetch_slot(
    const struct overlay *overlay, enum table table, uint32_t hash)
{
    if (overlay->heads[table] != 0)
        prefetch(overlay_slot_at(overlay, hash & overlay->slot_mask));
}

static inline void overlay_amend(struct overlay_record *record,
    struct bytes head, struct bytes more)
{
    uint8_t *value = record->bytes + record->key_length;
    if (head.length > 0)
        memcpy(value, head.data, head.length);
    if (more.length > 0)
        memcpy(value + record->length, more.data, more.length);
    record->length = (uint16_t)(record->length + more.length);
}

static inline void overlay_cut(
    struct overlay_record *record, size_t length)
{
    record->length = (uint16_t)length;
}

#endif
