/*
 * What is measured of our own daemon.  Each starts it on a prepared
 * ledger, plays requests signed beforehand, prints results and stops it.
 * Of each cell is told what the daemon, the driver and all others had of
 * the processors: what others had is noise.
 * each_ms: how long a cell of the table is played.  0, or -1 with the
 * reason in ledger->failure; the daemon does not run afterwards.
 */
#ifndef POSITO_TOOLS_BENCH_WORK_H
#define POSITO_TOOLS_BENCH_WORK_H

#include "bench_ledger.h"

/* Transfers signed each, on so many connections: one at a time on each,
 * then with 64 under way on each; with bytes on disk and written for each
 * transfer. */
int bench_singles(struct bench_ledger *, unsigned connections, int each_ms)
    WARN_UNUSED_RESULT;

/* The same by a daemon that keeps multiples of keys; it goes by this name. */
#define BENCH_MULTIPLES "posito, key-multiples"
int bench_multiples(struct bench_ledger *, unsigned connections, int each_ms)
    WARN_UNUSED_RESULT;

/* The same at fixed rates (open), on 64 connections. */
int bench_rates(struct bench_ledger *, int each_ms) WARN_UNUSED_RESULT;

/* Batches of 100, 1,000 and 10,000 transfers, members drawn evenly and by
 * Zipf's law; bytes on disk and written for each transfer. */
int bench_batches(struct bench_ledger *, int each_ms) WARN_UNUSED_RESULT;

/* Balances, histories and signed transfers mixed, on 32 connections. */
int bench_mixed(struct bench_ledger *, int each_ms) WARN_UNUSED_RESULT;

/*
 * Memory for each record changed and not yet saved, by batches of `lines`
 * transfers, `batches` of them; then the time of a start after SIGKILL,
 * which replays them, and of one after a clean stop.
 */
int bench_memory(struct bench_ledger *, size_t batches, size_t lines)
    WARN_UNUSED_RESULT;

/* Fill a journal for auditors: count transfers, signed each or in batches
 * of 1,000; a multiple of 1,000. */
int bench_fill(struct bench_ledger *, size_t count, bool batches)
    WARN_UNUSED_RESULT;

/*
 * Redis at address, by a script that was loaded and has this hash: two
 * balances and a list of transfers; so many clients, one at a time each.
 */
int bench_redis(const char *address, const char *script, unsigned clients,
    uint64_t accounts, int each_ms, struct failure *) WARN_UNUSED_RESULT;

#endif
