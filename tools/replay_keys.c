#include "replay_keys.h"

#include "../protocol/codec.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct named_key {
    struct ident name;
    struct public_key key;
};

struct replay_keys {
    atomic_uint references;
    struct named_key *list; /* in order of the names */
    size_t count;
};

struct replay_keys *replay_keys_new(void)
{
    struct replay_keys *keys = calloc(1, sizeof *keys);
    if (keys != NULL)
        atomic_init(&keys->references, 1);
    return keys;
}

struct replay_keys *replay_keys_hold(struct replay_keys *keys)
{
    (void)atomic_fetch_add(&keys->references, 1);
    return keys;
}

void replay_keys_drop(struct replay_keys *keys)
{
    if (keys == NULL || atomic_fetch_sub(&keys->references, 1) != 1)
        return;
    free(keys->list);
    free(keys);
}

/* Place of the name, or where it belongs. */
static size_t find_place(
    const struct replay_keys *keys, const struct ident *name, bool *there)
{
    size_t low = 0;
    size_t high = keys->count;
    *there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = bytes_compare(
            ident_bytes(&keys->list[middle].name), ident_bytes(name));
        if (order == 0) {
            *there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool put_key(struct replay_keys *keys, const struct ident *name,
    const struct public_key *key)
{
    bool there;
    size_t place = find_place(keys, name, &there);
    if (!there) {
        struct named_key *list =
            realloc(keys->list, (keys->count + 1) * sizeof *list);
        if (list == NULL)
            return false;
        memmove(list + place + 1, list + place,
            (keys->count - place) * sizeof *list);
        keys->list = list;
        keys->count++;
    }
    keys->list[place] = (struct named_key){*name, *key};
    return true;
}

static struct replay_keys *copy_of(const struct replay_keys *old)
{
    struct replay_keys *keys = replay_keys_new();
    if (keys == NULL || old->count == 0)
        return keys;
    keys->list = malloc(old->count * sizeof *keys->list);
    if (keys->list == NULL) {
        replay_keys_drop(keys);
        return NULL;
    }
    memcpy(keys->list, old->list, old->count * sizeof *keys->list);
    keys->count = old->count;
    return keys;
}

/* The name and the key that a line brings; false if it brings none. */
static bool read_line(
    struct bytes line, struct ident *name, struct public_key *key)
{
    struct operation op;
    struct fault fault;
    if (!codec_decode(line, CODEC_REQUEST, &op, &fault) &&
        !codec_decode(line, CODEC_GENESIS, &op, &fault))
        return false;
    if (op.verb == VERB_KEY_ADD) {
        *name = op.as.key_add.key;
        *key = op.as.key_add.public_key;
        return true;
    }
    if (op.verb == VERB_KEY_ROTATE) {
        *name = op.as.key_rotate.key;
        *key = op.as.key_rotate.public_key;
        return true;
    }
    return false;
}

bool replay_keys_learn(struct replay_keys **keys, struct bytes entries)
{
    static const char start[] = "\nkey-";
    struct replay_keys *fresh = NULL;
    struct ident name;
    struct public_key key;
    struct bytes rest = entries;
    while (rest.length > 0) {
        const uint8_t *at =
            memmem(rest.data, rest.length, start, sizeof start - 1);
        struct bytes line;
        if (at == NULL)
            break;
        rest = bytes_after(rest, (size_t)(at - rest.data) + 1);
        struct bytes after = rest;
        if (!bytes_next_line(&after, &line) ||
            !read_line(line, &name, &key))
            continue;
        if (fresh == NULL)
            fresh = copy_of(*keys);
        if (fresh == NULL || !put_key(fresh, &name, &key)) {
            replay_keys_drop(fresh);
            return false;
        }
    }
    if (fresh != NULL) {
        replay_keys_drop(*keys);
        *keys = fresh;
    }
    return true;
}

bool replay_keys_find(
    void *context, const struct ident *name, struct public_key *out)
{
    const struct replay_keys *keys = context;
    bool there;
    size_t place = find_place(keys, name, &there);
    if (there)
        *out = keys->list[place].key;
    return there;
}
