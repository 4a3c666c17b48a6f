/*
 * The thread on which long decisions are made, so that clients are answered
 * meanwhile.
 *
 * Only one thread uses the ledger at a time, the loop's or this one: they
 * hand it to each other.
 *
 *     the loop                             this thread
 *     decider_start
 *     decider_give            ---------->  ledger_draft_begin
 *     waits for events                     work: ledger_decide ...
 *     an event: decider_take               ... comes to a pause:
 *                             <----------      hides the draft
 *     answers questions
 *     decider_give            ---------->      shows it, goes on
 *     ...                                  keeps the draft
 *     decider_take, _collect  <----------  bell
 *
 * It gives way when the loop wants the ledger and it has had it for a
 * while: DECIDER_SLICE_US, or as long as the loop had it last, if that was
 * longer.  So the loop waits hardly longer when little is asked, and the
 * work has half of the time however much is.
 */
#ifndef POSITO_DAEMON_DECIDER_H
#define POSITO_DAEMON_DECIDER_H

#include "bell.h"

#include "../ledger/ledger.h"

#define DECIDER_SLICE_US 1000
#define DECIDER_SLICE_MOST_US 20000

struct decider;

/* The ledger calls the decider's pause until close.  The bell rings when
 * work has ended.  All are borrowed. */
int decider_open(struct decider **, struct ledger *, struct bell *,
    struct failure *) WARN_UNUSED_RESULT;

/* Work under way comes to its end first.  NULL is harmless. */
void decider_close(struct decider *);

/* What is to be done in a draft of the ledger: 0, or -1 if storage failed. */
typedef int decider_work(void *argument);

/*
 * Begin; nothing is under way, and the ledger is the loop's until
 * decider_give.  keep: what it decides is kept, else it is dropped.
 */
void decider_start(
    struct decider *, decider_work *, void *argument, bool keep);

/* Work was started and not collected: no order may be decided, and nothing
 * frozen. */
bool decider_busy(const struct decider *);

/* Whose turn it is now: true, and the loop gets the ledger without waiting,
 * because no work is under way or what was has ended. */
bool decider_is_free(struct decider *);

/* The ledger is the loop's, from here to decider_give.  Both do nothing if
 * no work is under way. */
void decider_take(struct decider *);
void decider_give(struct decider *);

struct decider_outcome {
    void *argument;
    int result;        /* the work's; or -1 if its draft failed */
    int64_t us;        /* from start to end */
    unsigned given_way;
};

/* To be called while the ledger is the loop's.  True, once: it has ended. */
bool decider_collect(struct decider *, struct decider_outcome *)
    WARN_UNUSED_RESULT;

#endif
