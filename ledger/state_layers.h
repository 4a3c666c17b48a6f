/*
 * What the files of the state share: its layers.  Internal.
 *
 *     aside    what is written while a     owner; says nothing otherwise
 *              draft is hidden
 *     before   what active said before     owner; says nothing without a
 *              the draft                   draft
 *     active   what is written             owner
 *     frozen   what is being flushed       owner and flush read it
 *     saved    what was flushed last       owner; poured into the cache
 *     cache    what was read from disk     owner; see cache.h
 *     store    LMDB                        owner reads, flush writes
 *
 * A record in a higher layer hides those below it.  The cache says what the
 * disk says, as it was at the last thaw, or nothing.  So no write has to
 * tell it anything: what was written since hides it, and when that has been
 * flushed it is `saved`, which hides the cache until the last of it was
 * poured there, a little at a time (state_tend).
 *
 * A draft writes to the active layer like everybody, so that it costs no
 * more than that; the undo log remembers what was there.  Only when the
 * draft is hidden, or has written much since, is that looked through for
 * what each record said at first, which is put into `before`: there a
 * record that says nothing has meant that active said nothing.  `aside` and
 * `before` lie over active while the draft is hidden, and only then.  To
 * keep a draft is to forget all this, whatever its size; to drop it is to
 * write back what `before` says.
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
    struct overlay *aside;
    struct overlay *before;
    struct overlay *active;
    struct overlay *frozen; /* NULL: nothing is frozen */
    struct overlay *saved;  /* NULL: nothing to pour into the cache */
    size_t saved_place;     /* how far it was: see overlay_walk */
    struct overlay *spare;  /* memory for the next one; NULL: none */
    struct overlay *worn;   /* to be freed in parts, by their next */
    struct cache *cache;
    struct state_warming warming;

    /* Another layer is written, or the one that is was cleared: what was
     * found before (struct state_place) is to be looked up again. */
    uint64_t epoch;
    uint64_t changes[TABLE_COUNT]; /* see state_version */
    uint64_t layer; /* another number when active is another layer */
    bool plain;                   /* see state_set_plain */

    bool drafting;
    bool hidden;    /* the draft: it is neither read nor written */
    size_t noted;   /* of the draft's log: so much of it is in before */
    uint64_t changes_before[TABLE_COUNT]; /* when the draft began */

    struct undo {
        struct buffer log; /* see undo_entry */
        size_t marks;      /* that are open */
    } undo;
    struct undo other; /* of the draft while it is hidden, or the reverse */

    bool failed;
    struct failure failure;

    /* Written by the thread that flushes, read by the owner. */
    atomic_bool flushed;
    atomic_bool flush_failed;
    const struct pace *pace; /* NULL: no rests */
    atomic_bool hurried; /* see state_hurry; the other way round */
    struct failure flush_failure;
};

/* Remember that the state failed, if failure says something new. */
void state_fail(struct state *, const struct failure *);
int state_fail_text(struct state *, const char *); /* always -1 */

/* What can be read of every table may have changed. */
static inline void state_changed_all(struct state *state)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        state->changes[i]++;
}

/* Pages of LMDB that a part of a save may change, in bytes, at most. */
#define STATE_PART_BYTES ((size_t)64 << 20)

/* At open: finish a save that was interrupted.  state_flush.c */
int state_redo(struct state *, struct failure *) WARN_UNUSED_RESULT;

/* The layer that is written. */
static inline struct overlay *state_top(const struct state *state)
{
    return state->hidden ? state->aside : state->active;
}

/* Must a write be put into the undo log? */
static inline bool state_logs(const struct state *state)
{
    return state->undo.marks > 0 || (state->drafting && !state->hidden);
}

/*
 * While state_logs, each write first appends what its record said: the
 * value, if there was one, or as much of it as the write goes over, and an
 * undo_entry.  Records stay where they are
 * as long as the layer is written, so the entry says which it is; one that
 * moved has an entry of its own.  A mark is the length of the log.
 */
enum undo_kind {
    UNDO_NOTHING, /* the record said nothing */
    UNDO_DELETED,
    UNDO_VALUE, /* what is kept */
    UNDO_AMEND, /* a value of that length, which began with what is kept */
    UNDO_MOVE   /* from `old` */
};

struct undo_entry {
    struct overlay_record *record;
    struct overlay_record *old;
    uint32_t hash;
    uint16_t length;
    uint16_t kept; /* bytes before the entry */
    uint8_t kind;
};

/* The entry that ends at *end, and the value it has; *end is then where it
 * begins. */
static inline struct undo_entry state_undo_entry(
    const struct buffer *log, size_t *end, struct bytes *value)
{
    struct undo_entry entry;
    *end -= sizeof entry;
    memcpy(&entry, log->data + *end, sizeof entry);
    *end -= entry.kept;
    *value = bytes_of(log->data + *end, entry.kept);
    return entry;
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
