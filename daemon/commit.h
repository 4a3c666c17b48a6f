/*
 * Group commit: the ledger's open group is closed, its checkpoint signed,
 * written to the journal and synced by one thread, while the next group
 * gathers.
 *
 *     owner (the loop)                     syncer
 *     ledger_decide ...
 *     commit_step: close the group  ---->  checkpoint_sign_text
 *     ledger_decide ...                    journal_append
 *     ledger_decide ...                       (write, fdatasync)
 *     commit_collect: it is durable <----  bell
 *
 * A failure ends the daemon from whichever thread meets it, before anyone
 * is answered.
 */
#ifndef POSITO_DAEMON_COMMIT_H
#define POSITO_DAEMON_COMMIT_H

#include "bell.h"

#include "../ledger/ledger.h"

struct commit;

struct commit_options {
    struct ledger *ledger;
    struct journal *journal;
    const struct secret_key *secret; /* the log's; borrowed */
    struct bell *bell; /* rings when a group is durable */
    uint64_t group_count; /* bounds of a group */
    uint64_t group_bytes;
    uint64_t delay_us;
};

/* The ledger's entries are all in the journal. */
int commit_open(struct commit **, const struct commit_options *,
    struct failure *) WARN_UNUSED_RESULT;

/* Waits for the group that is being synced.  NULL is harmless. */
void commit_close(struct commit *);

/* Entries in the journal, and the checkpoint of that size: a view that
 * lives until the next commit_collect or commit_step. */
uint64_t commit_durable(const struct commit *);
struct bytes commit_note(const struct commit *);

/* The open group has reached a bound: nothing more is to be decided until
 * it was handed over. */
bool commit_full(const struct commit *);

/* No group open, none being synced. */
bool commit_idle(const struct commit *);

/* Has a group become durable since the last call? */
bool commit_collect(struct commit *);

/* A call of commit_collect or commit_step would get on: a group has become
 * durable, or the open one (if there is one) can be handed over. */
bool commit_waits_for_owner(const struct commit *, bool open);

/* What writing and syncing a group takes, of late. */
int64_t commit_sync_us(const struct commit *);

/*
 * Hand the open group over, if there is one and the syncer is free and its
 * time has come.  A small one of at most `here` entries is synced on this
 * thread and is durable on return.  True if a group was closed, so that no
 * group is open now.
 */
bool commit_step(struct commit *, uint64_t here);

/* Microseconds until the open group's time comes; -1: nothing waits. */
int64_t commit_wait_us(const struct commit *);

#endif
