/*
 * What the files of the state share: its layers.  Internal.
 *
 *     active   what is written now         owner
 *     frozen   what is being flushed       owner and flush read it
 *     cache    what was read from disk     owner; emptied by a thaw
 *     store    LMDB                        owner reads, flush writes
 *
 * A record in a higher layer hides those below it.
 */
#ifndef POSITO_LEDGER_STATE_LAYERS_H
#define POSITO_LEDGER_STATE_LAYERS_H

#include "overlay.h"
#include "store.h"

#include <stdatomic.h>

struct state {
    struct store *store;
    struct overlay_seed seed;
    struct overlay *active;
    struct overlay *frozen; /* NULL: nothing is frozen */
    struct overlay *spare;  /* the memory of the next frozen one */
    struct overlay *cache;

    struct buffer undo; /* see state.c */
    size_t marks;       /* that are open */

    bool failed;
    struct failure failure;

    /* Written by the thread that flushes, read by the owner. */
    atomic_bool flushed;
    atomic_bool flush_failed;
    struct failure flush_failure;
};

/* Remember that the state failed, if failure says something new. */
void state_fail(struct state *, const struct failure *);

#endif
