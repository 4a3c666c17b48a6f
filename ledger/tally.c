#include "tally.h"

#include "layout.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 256U

struct tally_key tally_key_of(enum table table, struct bytes key)
{
    struct tally_key out = { .table = (uint8_t)table };

    /* A longer key is none of ours: it finds no tally. */
    out.length = (uint8_t)(key.length > 0xff ? 0xff : key.length);
    if (key.length > 0 && key.length <= sizeof out.data)
        memcpy(out.data, key.data, key.length);
    return out;
}

struct tally_key tally_key_account(const struct account_id *id)
{
    return tally_key_of(TABLE_ACCOUNT, bytes_of(id->data, sizeof id->data));
}

struct tally_key tally_key_hold(uint64_t index)
{
    uint8_t key[8];

    layout_put_be64(key, index);
    return tally_key_of(TABLE_HOLD, bytes_of(key, sizeof key));
}

struct tally_key tally_key_stake(
    uint32_t pool, uint32_t contributor, enum currency currency)
{
    uint8_t key[9];

    layout_put_be32(key, pool);
    layout_put_be32(key + 4, contributor);
    key[8] = (uint8_t)currency;
    return tally_key_of(TABLE_STAKE, bytes_of(key, sizeof key));
}

struct tally_key tally_key_usage(
    uint32_t signer, enum currency currency, struct date date)
{
    uint8_t key[9];

    layout_put_be32(key, signer);
    key[4] = (uint8_t)currency;
    layout_put_be32(
        key + 5, (uint32_t)date.days ^ UINT32_C(0x80000000));
    return tally_key_of(TABLE_USAGE, bytes_of(key, sizeof key));
}

/* Keys are numbers given out by the ledger: nobody can choose them so that
 * they collide. */
static size_t place_of(const struct tally_key *key)
{
    uint64_t hash = (uint64_t)key->table << 8 | key->length;

    for (size_t i = 0; i < sizeof key->data; i++)
        hash = (hash ^ key->data[i]) * UINT64_C(0x100000001b3);
    hash ^= hash >> 32;
    return (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 16);
}

static bool same_key(const struct tally_key *a, const struct tally_key *b)
{
    return a->table == b->table && a->length == b->length &&
        memcmp(a->data, b->data, sizeof a->data) == 0;
}

/* The slot with the key, or the empty one where it belongs. */
static struct tally *find_slot(
    const struct tallies *tallies, const struct tally_key *key)
{
    size_t place = place_of(key);

    for (;; place++) {
        struct tally *slot =
            &tallies->slots[place & (tallies->capacity - 1)];

        if (!slot->used || same_key(&slot->key, key))
            return slot;
    }
}

static bool grow(struct tallies *tallies)
{
    struct tallies larger = { .count = tallies->count };

    larger.capacity =
        tallies->capacity == 0 ? CAPACITY_FIRST : tallies->capacity * 2;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < tallies->capacity; i++)
        if (tallies->slots[i].used)
            *find_slot(&larger, &tallies->slots[i].key) = tallies->slots[i];
    free(tallies->slots);
    *tallies = larger;
    return true;
}

struct tally *tally_get(
    struct tallies *tallies, const struct tally_key *key)
{
    struct tally *slot;

    /* A quarter stays empty, so that searches end soon. */
    if (tallies->count >= tallies->capacity - tallies->capacity / 4 &&
        !grow(tallies))
        return NULL;
    slot = find_slot(tallies, key);
    if (!slot->used) {
        slot->used = true;
        slot->key = *key;
        tallies->count++;
    }
    return slot;
}

const struct tally *tally_find(
    const struct tallies *tallies, const struct tally_key *key)
{
    const struct tally *slot;

    if (tallies->capacity == 0)
        return NULL;
    slot = find_slot(tallies, key);
    return slot->used ? slot : NULL;
}

const struct tally *tally_next(const struct tallies *tallies, size_t *place)
{
    while (*place < tallies->capacity) {
        const struct tally *slot = &tallies->slots[(*place)++];

        if (slot->used)
            return slot;
    }
    return NULL;
}

void tally_free(struct tallies *tallies)
{
    free(tallies->slots);
    *tallies = (struct tallies){ 0 };
}
