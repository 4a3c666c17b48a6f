/*
 * What the kernel remembers outside the other tables: TABLE_META.
 */
#ifndef POSITO_LEDGER_META_H
#define POSITO_LEDGER_META_H

#include "state.h"

#include <posito/date.h>
#include <posito/merkle.h>
#include <posito/note.h>

/* "founding": written by genesis, never changed. */
struct founding {
    uint32_t version;
    uint32_t chart;
    uint32_t currencies; /* set of 1 << currency */
    struct hash id;
    struct public_key log;
    char origin[NOTE_NAME_MAX + 1];
};

bool meta_find_founding(struct state *, struct founding *)
    WARN_UNUSED_RESULT;
void meta_put_founding(struct state *, const struct founding *);

/* "counters": how many there are, so that the next gets its number. */
struct counters {
    uint32_t books;
    uint32_t parties;
    uint32_t keys;
    uint64_t keys_version; /* changes of keys */
};

void meta_counters(struct state *, struct counters *); /* zero if none */
void meta_put_counters(struct state *, const struct counters *);

/* "tip": where the journal was when the state was settled. */
struct tip {
    struct instant time;
    struct merkle tree; /* its size is the ledger's size */
};

bool meta_find_tip(struct state *, struct tip *) WARN_UNUSED_RESULT;
void meta_put_tip(struct state *, const struct tip *);

#endif
