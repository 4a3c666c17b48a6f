/*
 * The threads for what no client waits for.  One of them writes the state's
 * changed records to LMDB, now and then, which takes seconds.  The other
 *
 *   - fills the next journal segment with zeros before it is needed;
 *   - writes the newest checkpoint to the file `checkpoint`: a start
 *     refuses a journal that does not come up to it.
 *
 *     owner (the loop)                        the first thread
 *     checkpointer_step: freeze
 *     ... until what was frozen is durable
 *     checkpointer_step               ---->   state_flush
 *     checkpointer_collect: thaw      <----   bell
 *
 * The state in LMDB is never ahead of the journal.  A failure ends the
 * daemon.
 *
 * The journal's syncs wait while the disk takes what others have given it.
 * So a save is written in parts with rests between them (state_flush), and a
 * segment by the megabyte: a million accounts under batches at full speed
 * had a p99 of 490 ms beside a save in one piece, 20 to 30 ms in parts, and
 * 9 to 17 ms beside no save at all.
 */
#ifndef POSITO_DAEMON_CHECKPOINTER_H
#define POSITO_DAEMON_CHECKPOINTER_H

#include "bell.h"

#include "../ledger/ledger.h"

struct checkpointer;

struct checkpointer_options {
    struct ledger *ledger;
    struct state *state;
    struct journal *journal;
    const char *folder; /* the data folder; borrowed */
    struct bell *bell;  /* rings when a flush has ended */
    uint64_t save_bytes;
    uint64_t save_ms;
    uint64_t covered; /* entries in the saved state */
};

int checkpointer_open(struct checkpointer **,
    const struct checkpointer_options *, struct failure *)
    WARN_UNUSED_RESULT;

/* Waits for what is under way, thaws.  NULL is harmless. */
void checkpointer_close(struct checkpointer *);

/* Thaw what was flushed meanwhile, if what was saved before is already
 * part of the cache: checkpointer_tend sees to that. */
void checkpointer_collect(struct checkpointer *);

/*
 * A bit of state_tend: what was saved becomes part of the cache, memory
 * goes back, and after the start the parties and accounts are read ahead.
 * busy: something else is to be done, so this gets about a quarter of the
 * time; else a tenth of a millisecond.  True: there is more to do.
 */
bool checkpointer_tend(struct checkpointer *, bool busy);

/*
 * Go on by what is possible now.  hold: nothing can be frozen, because the
 * ledger has an open group or is in the middle of a long decision.
 * durable: entries in the journal.
 */
void checkpointer_step(
    struct checkpointer *, bool hold, uint64_t durable);

/* Memory would grow without bound: nothing more is to be decided before
 * the open group is closed and the flush that is under way has ended. */
bool checkpointer_full(const struct checkpointer *);

/* Entries that the saved state covers. */
uint64_t checkpointer_covered(const struct checkpointer *);

/* From the freeze until what was frozen is thawed again. */
bool checkpointer_saving(const struct checkpointer *);

/*
 * The journal has grown to that checkpoint: have it written to the file,
 * and have the next segment prepared.  Called when idle, or every second
 * under load.
 */
void checkpointer_promise(struct checkpointer *, struct bytes note);

#endif
