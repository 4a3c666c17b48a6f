#include "cache.h"

#include "pages.h"

#include <stdlib.h>

/* Chunks are large pages, unless there would be less than so many. */
#define CHUNKS_MIN 16
#define CHUNK_SHIFT_MIN 12U

#define BUCKETS_AT_FIRST 16

/* Two records a bucket: those not split yet have nearly twice as many, and a
 * bucket has eight slots. */
#define BUCKETS_FULL(records, buckets) ((records) > 2 * (buckets))

/* Records that move up behind what was written while one takes its place;
 * the next one has to go, used or not. */
#define MOVED_MOST 32U

_Static_assert(sizeof(struct cache_bucket) == 64, "a line of the processor");

/* ---- making ---- */

static size_t chunk_bytes(const struct cache *cache)
{
    return (size_t)1 << cache->chunk_shift;
}

static size_t bucket_pages(const struct cache *cache)
{
    size_t bytes = cache->bucket_most * sizeof *cache->buckets;
    return (bytes + PAGES_LARGE - 1) / PAGES_LARGE * PAGES_LARGE;
}

static void *chunk_make(const struct cache *cache)
{
    if (chunk_bytes(cache) < PAGES_LARGE)
        return malloc(chunk_bytes(cache));
    /* A chunk is a piece at most; the first one may be all there is. */
    return cache->chunks_made > 0 ? pages_piece_take()
                                  : pages_take(PAGES_LARGE, false);
}

static void chunk_free(const struct cache *cache, size_t number)
{
    void *chunk = cache->chunks[number];
    if (chunk_bytes(cache) < PAGES_LARGE)
        free(chunk);
    else if (number > 0)
        pages_piece_give(chunk);
    else
        pages_give(chunk, PAGES_LARGE);
}

struct cache *cache_new(size_t bytes)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    if (bytes < CACHE_BYTES_MIN)
        bytes = CACHE_BYTES_MIN;
    if (bytes > CACHE_BYTES_MAX)
        bytes = CACHE_BYTES_MAX;
    cache->bytes = bytes;
    cache->chunk_shift = CHUNK_SHIFT_MIN;
    while (cache->chunk_shift < 21 &&
           chunk_bytes(cache) * 2 * CHUNKS_MIN <= bytes)
        cache->chunk_shift++;
    cache->spare = chunk_bytes(cache) / 256;
    if (cache->spare < chunk_bytes(cache) / 2 && cache->spare < 2048)
        cache->spare = 2048;
    cache->chunks_most = bytes >> cache->chunk_shift;
    cache->chunks = calloc(cache->chunks_most, sizeof *cache->chunks);
    cache->ends = calloc(cache->chunks_most, sizeof *cache->ends);
    /* Room for a quarter of the bytes is only reserved. */
    cache->bucket_most = bytes / 4 / sizeof *cache->buckets;
    cache->bucket_count = BUCKETS_AT_FIRST;
    cache->bucket_mask = BUCKETS_AT_FIRST - 1;
    cache->buckets =
        pages_take(bucket_pages(cache), chunk_bytes(cache) == PAGES_LARGE);
    if (cache->chunks != NULL && cache->ends != NULL &&
        cache->buckets != NULL)
        return cache;
    cache_free(cache);
    return NULL;
}

void cache_free(struct cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < cache->chunks_made; i++)
        chunk_free(cache, i);
    pages_give(cache->buckets, bucket_pages(cache));
    free(cache->chunks);
    free(cache->ends);
    free(cache);
}

size_t cache_records(const struct cache *cache)
{
    return cache->records;
}

size_t cache_bound(const struct cache *cache)
{
    return cache->bytes;
}

size_t cache_bytes(const struct cache *cache)
{
    return (cache->chunks_made << cache->chunk_shift) +
           cache->bucket_count * sizeof *cache->buckets;
}

bool cache_is_full(const struct cache *cache)
{
    return cache->round;
}

uint64_t cache_turns(const struct cache *cache)
{
    return cache->turns;
}

/* ---- buckets ---- */

static uint64_t slot_of(const struct cache *cache, uint32_t hash,
    struct cache_place place)
{
    size_t at = (place.chunk << cache->chunk_shift) + place.at;
    return (uint64_t)hash << 32 | (at / CACHE_UNIT + 1);
}

/* The slot that says this; there must be one. */
static uint64_t *slot_find(const struct cache *cache, uint64_t slot)
{
    struct cache_bucket *bucket =
        cache_bucket_of(cache, (uint32_t)(slot >> 32));
    size_t i = 0;
    while (bucket->slots[i] != slot)
        i++;
    return &bucket->slots[i];
}

/* One more, with what is its of the bucket that it is split from. */
static void add_bucket(struct cache *cache)
{
    size_t added = cache->bucket_count;
    if (!BUCKETS_FULL(cache->records, added) ||
        added == cache->bucket_most ||
        cache_bytes(cache) + sizeof *cache->buckets > cache->bytes)
        return;
    if (added > cache->bucket_mask)
        cache->bucket_mask = cache->bucket_mask * 2 + 1;
    struct cache_bucket *from =
        &cache->buckets[added & (cache->bucket_mask >> 1)];
    struct cache_bucket *into = &cache->buckets[added];
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        uint64_t slot = from->slots[i];
        bool moves = slot != 0 && ((slot >> 32) & cache->bucket_mask) == added;
        into->slots[i] = moves ? slot : 0;
        from->slots[i] = moves ? 0 : slot;
    }
    cache->bucket_count++;
}

/* ---- records ---- */

static size_t record_bytes(size_t key_length, size_t room)
{
    size_t bytes = sizeof(struct cache_record) + key_length + room;
    return (bytes + CACHE_UNIT - 1) / CACHE_UNIT * CACHE_UNIT;
}

static size_t bytes_of_record(const struct cache_record *record)
{
    return record_bytes(record->key_length, record->room);
}

/* The record of the slot is gone from the ring, not from its bucket. */
static void record_end(struct cache *cache, struct cache_record *record)
{
    record->live = 0;
    cache->records--;
    cache->live_bytes -= bytes_of_record(record);
}

static void record_remove(struct cache *cache, struct cache_record *record)
{
    struct cache_bucket *bucket = cache_bucket_of(cache, record->hash);
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        if (bucket->slots[i] != 0 &&
            cache_record_at(cache, bucket->slots[i]) == record)
            bucket->slots[i] = 0;
    record_end(cache, record);
}

/* A slot of the bucket, if need be another's. */
static uint64_t *slot_take(struct cache *cache, uint32_t hash)
{
    struct cache_bucket *bucket = cache_bucket_of(cache, hash);
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        if (bucket->slots[i] == 0)
            return &bucket->slots[i];
    uint64_t *slot = &bucket->slots[cache->victim++ % CACHE_SLOTS];
    record_end(cache, cache_record_at(cache, *slot));
    return slot;
}

/* ---- the ring ---- */

/* To the next chunk; at the bound, to the first one again.  False: there is
 * no memory for even two. */
static bool next_chunk(struct cache *cache)
{
    size_t arena = (cache->chunks_made + 1) << cache->chunk_shift;
    size_t buckets = cache->bucket_count * sizeof *cache->buckets;
    void *chunk = NULL;
    if (cache->chunks_made < cache->chunks_most &&
        arena + buckets <= cache->bytes - cache->bytes / 16)
        chunk = chunk_make(cache);
    if (chunk == NULL && cache->chunks_made < 2)
        return false;
    if (cache->chunks_made > 0)
        cache->ends[cache->write.chunk] = cache->write.at;
    if (chunk != NULL) {
        cache->chunks[cache->chunks_made] = chunk;
        cache->write = (struct cache_place){.chunk = cache->chunks_made++};
        return true;
    }
    cache->round = true;
    cache->write = (struct cache_place){.chunk = 0};
    cache->hand = cache->write;
    return true;
}

/* Is it to stay when the hand comes by?  As long as a quarter of the ring
 * is what was left behind, that is enough to be had. */
static bool stays(const struct cache *cache, const struct cache_record *record)
{
    size_t arena = cache->chunks_made << cache->chunk_shift;
    return record->used || cache->live_bytes < arena / 4 * 3;
}

/* The record moves up to where is written next. */
static void move_up(struct cache *cache, struct cache_record *record)
{
    size_t bytes = bytes_of_record(record);
    uint64_t *slot = slot_find(
        cache, slot_of(cache, record->hash, cache->hand));
    record->used = 0;
    *slot = slot_of(cache, record->hash, cache->write);
    memmove(cache->chunks[cache->write.chunk] + cache->write.at, record,
        bytes);
    cache->write.at += bytes;
}

/* The hand goes on by one record, in the chunk that is written. */
static void step_hand(struct cache *cache, unsigned *moved)
{
    struct cache_place *hand = &cache->hand;
    if (hand->at == cache->ends[hand->chunk]) {
        hand->chunk = (hand->chunk + 1) % cache->chunks_made;
        hand->at = 0;
        cache->turns += hand->chunk == 0;
        return;
    }
    struct cache_record *record =
        (struct cache_record *)(void *)(cache->chunks[hand->chunk] +
                                        hand->at);
    size_t bytes = bytes_of_record(record);
    if (record->live && stays(cache, record) && *moved < MOVED_MOST) {
        move_up(cache, record);
        (*moved)++;
    } else if (record->live) {
        *slot_find(cache, slot_of(cache, record->hash, *hand)) = 0;
        record_end(cache, record);
    }
    hand->at += bytes;
}

void cache_free_some(struct cache *cache, size_t bytes)
{
    cache->changes++;
    unsigned moved = 0;
    while (cache_room(cache) < bytes) {
        if (cache->hand.chunk == cache->write.chunk) {
            step_hand(cache, &moved);
            continue;
        }
        cache->ends[cache->write.chunk] = cache->write.at;
        cache->write = (struct cache_place){.chunk = cache->hand.chunk};
    }
}

/* ---- putting ---- */

/* still: without moving what is there. */
static bool find_place(struct cache *cache, size_t bytes, bool still)
{
    if ((cache->chunks_made == 0 ||
            (!cache->round && cache_room(cache) < bytes)) &&
        !next_chunk(cache))
        return false;
    if (cache->round && cache_room(cache) < bytes && !still)
        cache_free_some(cache, bytes);
    return cache_room(cache) >= bytes;
}

static void insert(struct cache *cache, const struct overlay_name *name,
    struct bytes value, size_t room, bool still)
{
    size_t key_length = name->key.length;
    size_t bytes = record_bytes(key_length, room);
    if (!find_place(cache, bytes, still))
        return;
    add_bucket(cache);
    *slot_take(cache, name->hash) = slot_of(cache, name->hash, cache->write);
    struct cache_record *record =
        (struct cache_record *)(void *)(cache->chunks[cache->write.chunk] +
                                        cache->write.at);
    *record = (struct cache_record){
        .hash = name->hash,
        .room = (uint16_t)(bytes - sizeof *record - key_length),
        .length = (uint16_t)value.length,
        .table = (uint8_t)name->table,
        .key_length = (uint8_t)key_length,
        .live = 1,
    };
    memcpy(record->bytes, name->key.data, key_length);
    if (value.length > 0)
        memcpy(record->bytes + key_length, value.data, value.length);
    cache->write.at += bytes;
    cache->records++;
    cache->live_bytes += bytes;
}

void cache_put(struct cache *cache, const struct overlay_name *name,
    struct bytes value)
{
    cache->changes++;
    size_t room = value.length;
    struct cache_record *record = cache_find(cache, name);
    if (record != NULL && value.length <= record->room) {
        if (value.length > 0)
            memcpy(record->bytes + record->key_length, value.data,
                value.length);
        record->length = (uint16_t)value.length;
        return;
    }
    if (record != NULL) {
        /* What grew once will grow again. */
        room += room / 2;
        if (room > STATE_VALUE_MAX)
            room = STATE_VALUE_MAX;
        record_remove(cache, record);
    }
    insert(cache, name, value, room, false);
}

void cache_add(struct cache *cache, const struct overlay_name *name,
    struct bytes value)
{
    insert(cache, name, value, value.length, true);
}

void cache_forget(struct cache *cache, const struct overlay_name *name)
{
    cache->changes++;
    struct cache_record *record = cache_find(cache, name);
    if (record != NULL)
        record_remove(cache, record);
}
