#include "journal_inside.h"

#include <sodium.h>
#include <stdlib.h>

_Static_assert(sizeof((struct seals *)0)->key == crypto_onetimeauth_KEYBYTES &&
        JOURNAL_SEAL_BYTES == crypto_onetimeauth_BYTES,
    "a seal is a Poly1305 tag");

void journal_seals_open(struct seals *seals)
{
    crypto_onetimeauth_keygen(seals->key);
    seals->list = NULL;
}

void journal_seals_close(struct seals *seals)
{
    free(seals->list);
    seals->list = NULL;
}

static struct seal *seal_of(const struct seals *seals, uint64_t index)
{
    return &seals->list[index % JOURNAL_SEALS];
}

const struct seal *journal_seals_find(
    const struct seals *seals, uint64_t index)
{
    const struct seal *seal;

    if (seals->list == NULL)
        return NULL;
    seal = seal_of(seals, index);
    return seal->length > 0 && seal->index == index ? seal : NULL;
}

void journal_seals_put(
    struct seals *seals, const struct seal *where, struct bytes entry)
{
    struct seal *seal;

    if (entry.length < JOURNAL_SEALED)
        return;
    /* Without memory, entries are checked anew each time. */
    if (seals->list == NULL)
        seals->list = calloc(JOURNAL_SEALS, sizeof *seals->list);
    if (seals->list == NULL)
        return;
    seal = seal_of(seals, where->index);
    *seal = *where;
    seal->length = entry.length;
    (void)crypto_onetimeauth(
        seal->tag, entry.data, entry.length, seals->key);
}

bool journal_seal_fits(const struct seals *seals, const struct seal *seal,
    struct bytes entry)
{
    return seal->length == entry.length &&
        crypto_onetimeauth_verify(
            seal->tag, entry.data, entry.length, seals->key) == 0;
}
