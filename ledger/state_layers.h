/*
 * What the files of the state share: its layers.  Internal.
 *
 *     draft    what a draft writes         owner; there during a draft
 *     active   what is written otherwise   owner
 *     under    active before a draft was   owner; poured into active, then
 *              kept                        gone
 *     frozen   what is being flushed       owner and flush read it
 *     saved    what was flushed last       owner; poured into the cache
 *     cache    what was read from disk     owner; see cache.h
 *     store    LMDB                        owner reads, flush writes
 *
 * A record in a higher layer hides those below it.  The cache says what the
 * disk says, as it was at the last thaw, or nothing.  So no write has to
 * tell it anything: what was written since hides it, and when that has been
 * flushed it is `saved`, which hides the cache until the last of it was
 * poured there, a little at a time (state_tend).  A draft that is
 * kept is poured into the active layer if it is small, or not large and
 * smaller than that.  A large one becomes the active
 * layer, at once; what was active before lies under it, and what only it
 * says is poured up little by little, which changes nothing that can be
 * read.
 */
#ifndef POSITO_LEDGER_STATE_LAYERS_H
#define POSITO_LEDGER_STATE_LAYERS_H

#include "cache.h"
#include "overlay.h"
#include "store.h"

#include <stdatomic.h>

/* How far the cache was filled ahead: see state_warm.c. */
struct state_warming {
    bool on;
    size_t table; /* number in the list of those that are read */
    uint64_t records;
    uint8_t key[STATE_KEY_MAX]; /* the last one that was read */
    size_t key_length;          /* 0: the table has yet to be begun */
};

struct state {
    struct store *store;
    struct overlay_seed seed;
    struct overlay *draft;  /* NULL: no draft */
    struct overlay *active;
    struct overlay *under;  /* NULL: nothing to pour */
    struct overlay *frozen; /* NULL: nothing is frozen */
    struct overlay *saved;  /* NULL: nothing to pour into the cache */
    size_t saved_place;     /* how far it was: see overlay_walk */
    struct overlay *drafts; /* memory for the next draft; NULL: none */
    struct overlay *spare;  /* memory for the next one; NULL: none */
    struct overlay *worn;   /* to be freed in parts, by their next */
    struct cache *cache;
    struct state_warming warming;

    /* Another layer is written, or the one that is was cleared: what was
     * found before (struct state_place) is to be looked up again. */
    uint64_t epoch;
    uint64_t writes[TABLE_COUNT]; /* into each table so far */
    bool plain;                   /* see state_set_plain */

    bool hidden;   /* the draft: it is neither read nor written */
    size_t poured; /* how far under was poured: see overlay_pour */

    struct undo {
        struct buffer log; /* see state.c */
        size_t marks;      /* that are open */
    } undo;
    struct undo aside; /* of the draft while it is hidden, or the reverse */

    bool failed;
    struct failure failure;

    /* Written by the thread that flushes, read by the owner. */
    atomic_bool flushed;
    atomic_bool flush_failed;
    struct failure flush_failure;
};

/* Remember that the state failed, if failure says something new. */
void state_fail(struct state *, const struct failure *);
int state_fail_text(struct state *, const char *); /* always -1 */

/* The layer that is written. */
static inline struct overlay *state_top(const struct state *state)
{
    return state->draft != NULL && !state->hidden ? state->draft
                                                  : state->active;
}

/* Memory for a layer of about so many records, and back; what it said is
 * forgotten.  NULL: none. */
struct overlay *state_take_layer(struct state *, size_t records);
void state_give_layer(struct state *, struct overlay *);

/* The layer is no longer needed: free it in parts, with state_tend. */
void state_wear_out(struct state *, struct overlay *);
void state_free_worn(struct state *); /* all that is left of them */

/* Pour all of `saved` that is left into the cache. */
void state_pour_saved(struct state *);

#endif
