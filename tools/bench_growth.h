/*
 * Cost as work grows: one thing grows, all else stays.  Each measurement is
 * a run of the daemon of its own, weighed:
 *
 *     accounts     batches of 10,000 over ledgers of so many members
 *     postings     batches of 1,000 over a ledger with so many behind it
 *     questions    balances, histories and transfers over the same
 *     connections  transfers signed each, one at a time on so many
 *     lines        batches of so many, 8 connections
 *
 * 0, or -1 with the reason in ledger->failure; the daemon does not run
 * afterwards.
 */
#ifndef POSITO_TOOLS_BENCH_GROWTH_H
#define POSITO_TOOLS_BENCH_GROWTH_H

#include "bench_ledger.h"

/* value: so many; for accounts, postings and questions it is what the
 * ledger is known to have. */
int bench_growth(struct bench_ledger *, const char *grows, uint64_t value,
    int each_ms) WARN_UNUSED_RESULT;

/*
 * A ledger with so many members and at least so many lines of batches
 * behind it: founded if it is not there, and continued where an earlier run
 * stopped, for `seconds` at most (0: to the end).  *lines: what it has now.
 * Tells the time it took, if anything was left to do.
 */
int bench_grow(struct bench_ledger *, const char *folder, uint64_t members,
    uint64_t wanted, uint64_t seconds, uint64_t *lines) WARN_UNUSED_RESULT;

#endif
