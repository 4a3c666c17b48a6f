/*
 * Inside a cache: its structs, and what every lookup runs through, inline.
 * Part of cache.h, which says what it means.
 */
#ifndef POSITO_LEDGER_CACHE_INSIDE_H
#define POSITO_LEDGER_CACHE_INSIDE_H

#include "prefetch.h"

#include <string.h>

#define CACHE_UNIT 8
#define CACHE_SLOTS 8

struct cache_record {
    uint32_t hash;
    uint16_t room;   /* bytes a value may have here */
    uint16_t length; /* bytes it has */
    uint8_t table;
    uint8_t key_length;
    uint8_t live;    /* not forgotten */
    uint8_t used;    /* read since the hand came by */
    uint8_t bytes[]; /* the key, then the value */
};

/* The hash in the upper half; in the lower the place in the ring, in units,
 * and one: all zero is a free slot. */
struct cache_bucket {
    uint64_t slots[CACHE_SLOTS];
};

/* A place in the ring: in a chunk, bytes from its start. */
struct cache_place {
    size_t chunk;
    size_t at;
};

struct cache {
    struct cache_bucket *buckets;
    size_t bucket_count;
    size_t bucket_mask; /* of the smallest power of two not below that */
    size_t bucket_most; /* room for so many was reserved */
    uint8_t **chunks;
    size_t *ends; /* of what was written into each */
    size_t chunks_made;
    size_t chunks_most;
    unsigned chunk_shift; /* a chunk has 2 to this many bytes */
    size_t spare;         /* room to keep free for cache_add */
    size_t bytes;         /* the bound */
    struct cache_place write;
    struct cache_place hand; /* in the chunk of write, or the next one */
    bool round;              /* the hand goes round */
    size_t records;
    size_t live_bytes;
    uint64_t turns;
    uint64_t changes; /* see cache_changes */
    unsigned victim; /* of the next bucket that is full */
};

static inline struct cache_bucket *cache_bucket_of(
    const struct cache *cache, uint32_t hash)
{
    size_t at = hash & cache->bucket_mask;
    if (at >= cache->bucket_count)
        at &= cache->bucket_mask >> 1;
    return &cache->buckets[at];
}

static inline struct cache_record *cache_record_at(
    const struct cache *cache, uint64_t slot)
{
    size_t at = ((size_t)(uint32_t)slot - 1) * CACHE_UNIT;
    size_t mask = ((size_t)1 << cache->chunk_shift) - 1;
    return (struct cache_record *)(void *)(cache->chunks[at >>
                                               cache->chunk_shift] +
                                           (at & mask));
}

static inline bool cache_has_name(
    const struct cache_record *record, const struct overlay_name *name)
{
    return record->table == name->table &&
           record->key_length == name->key.length &&
           memcmp(record->bytes, name->key.data, name->key.length) == 0;
}

/* NULL: there is none. */
static inline struct cache_record *cache_find(
    const struct cache *cache, const struct overlay_name *name)
{
    const struct cache_bucket *bucket = cache_bucket_of(cache, name->hash);
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        uint64_t slot = bucket->slots[i];
        if ((uint32_t)(slot >> 32) != name->hash || slot == 0)
            continue;
        struct cache_record *record = cache_record_at(cache, slot);
        if (cache_has_name(record, name))
            return record;
    }
    return NULL;
}

static inline struct bytes cache_use(struct cache_record *record)
{
    if (!record->used)
        record->used = 1;
    return bytes_of(record->bytes + record->key_length, record->length);
}

static inline uint64_t cache_changes(const struct cache *cache)
{
    return cache->changes;
}

static inline bool cache_get(struct cache *cache,
    const struct overlay_name *name, struct bytes *value)
{
    struct cache_record *record = cache_find(cache, name);
    if (record == NULL)
        return false;
    *value = cache_use(record);
    return true;
}

/* Bytes that can be written where write stands. */
static inline size_t cache_room(const struct cache *cache)
{
    if (cache->round && cache->hand.chunk == cache->write.chunk)
        return cache->hand.at - cache->write.at;
    return ((size_t)1 << cache->chunk_shift) - cache->write.at;
}

void cache_free_some(struct cache *, size_t bytes); /* the slow way of: */

static inline void cache_make_room(struct cache *cache)
{
    if (cache->round && cache_room(cache) < cache->spare)
        cache_free_some(cache, cache->spare);
}

static inline void cache_prefetch_slot(
    const struct cache *cache, uint32_t hash)
{
    prefetch(cache_bucket_of(cache, hash));
}

static inline struct cache_record *cache_prefetch(
    const struct cache *cache, uint32_t hash, size_t last)
{
    const struct cache_bucket *bucket = cache_bucket_of(cache, hash);
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        uint64_t slot = bucket->slots[i];
        if ((uint32_t)(slot >> 32) != hash || slot == 0)
            continue;
        struct cache_record *record = cache_record_at(cache, slot);
        overlay_prefetch_bytes(record, last);
        return record;
    }
    return NULL;
}

#endif
