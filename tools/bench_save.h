/*
 * What the daemon does for longer than a cell lasts: batches while the
 * state is saved again and again, what others wait for meanwhile, and a
 * state that is larger than the memory.
 * 0, or -1 with the reason in ledger->failure; the daemon does not run
 * afterwards.
 */
#ifndef POSITO_TOOLS_BENCH_SAVE_H
#define POSITO_TOOLS_BENCH_SAVE_H

#include "bench_ledger.h"

/*
 * Batches of 10,000 for so long, in quarters: what was sent is awaited after
 * each, and a save is due after every third of it, or sooner by its size:
 * more often than the daemon does it by itself in so short a time.  How many
 * were seen to end is told: a rate with none is none that lasts.
 */
int bench_sustained(struct bench_ledger *, int length_ms)
    WARN_UNUSED_RESULT;

/*
 * Batches of 1,000 over two connections, one at a time on each, and beside
 * them a client that sends single transfers and one that asks for balances,
 * at a fixed rate.  Whether the state is being saved is asked of the daemon
 * every two milliseconds.  Told apart are requests that met a save anywhere
 * between when they were due and their answer, and those that met none.
 */
int bench_others(struct bench_ledger *, int length_ms) WARN_UNUSED_RESULT;

/*
 * Batches of 10,000 for so long, by a daemon whose memory somebody has
 * limited to so many bytes, less than its state's file; then the trial
 * balance, which must sum to zero, and a clean stop.  options: of the
 * daemon, up to NULL.
 */
int bench_confined(struct bench_ledger *, int length_ms, uint64_t limit,
    const char *const *options) WARN_UNUSED_RESULT;

#endif
