#include "keycopy.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct slot {
    struct ident name; /* length 0: free */
    struct public_key key;
};

/* An open hash table, at most half full, so that a search ends. */
struct keycopy {
    atomic_uint readers;
    uint64_t version;
    size_t count;
    size_t slots; /* a power of two */
    struct slot slot[];
};

/* FNV-1a; names are chosen by those who may add keys, not by strangers. */
static size_t slot_of(const struct ident *name, size_t slots)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < name->length; i++) {
        hash ^= (uint8_t)name->text[i];
        hash *= UINT64_C(1099511628211);
    }
    return (size_t)(hash ^ hash >> 32) & (slots - 1);
}

static void count_key(
    void *context, const struct ident *name, const struct public_key *key)
{
    size_t *count = context;
    (void)name;
    (void)key;
    (*count)++;
}

static void add_key(
    void *context, const struct ident *name, const struct public_key *key)
{
    struct keycopy *copy = context;
    size_t at = slot_of(name, copy->slots);
    if (copy->count >= copy->slots / 2)
        return; /* cannot be: they were counted just before */
    while (copy->slot[at].name.length > 0)
        at = (at + 1) & (copy->slots - 1);
    copy->slot[at] = (struct slot){*name, *key};
    copy->count++;
}

static bool find_key(
    void *context, const struct ident *name, struct public_key *out)
{
    const struct keycopy *copy = context;
    size_t at = slot_of(name, copy->slots);
    while (copy->slot[at].name.length > 0) {
        if (ident_equal(&copy->slot[at].name, name)) {
            *out = copy->slot[at].key;
            return true;
        }
        at = (at + 1) & (copy->slots - 1);
    }
    return false;
}

struct keycopy *keycopy_make(struct ledger *ledger)
{
    size_t count = 0;
    size_t slots = 16;
    ledger_each_key(ledger, count_key, &count);
    while (slots / 2 <= count)
        slots *= 2;
    struct keycopy *copy =
        calloc(1, sizeof *copy + slots * sizeof copy->slot[0]);
    if (copy == NULL)
        return NULL;
    atomic_init(&copy->readers, 1);
    copy->version = ledger_keys_version(ledger);
    copy->slots = slots;
    ledger_each_key(ledger, add_key, copy);
    return copy;
}

uint64_t keycopy_version(const struct keycopy *copy)
{
    return copy->version;
}

struct keycopy *keycopy_share(struct keycopy *copy)
{
    atomic_fetch_add(&copy->readers, 1);
    return copy;
}

void keycopy_release(struct keycopy *copy)
{
    if (copy != NULL && atomic_fetch_sub(&copy->readers, 1) == 1)
        free(copy);
}

struct keyring keycopy_keyring(struct keycopy *copy)
{
    return (struct keyring){.find = find_key, .context = copy};
}
