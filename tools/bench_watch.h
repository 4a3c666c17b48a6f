/*
 * Watching from a thread of its own whether the daemon is saving its state,
 * through its `status`.
 */
#ifndef POSITO_TOOLS_BENCH_WATCH_H
#define POSITO_TOOLS_BENCH_WATCH_H

#include "bench_ledger.h"

struct bench_watch;

/* The daemon runs.  0, or -1 with the reason in ledger->failure. */
int bench_watch_start(struct bench_watch **, struct bench_ledger *)
    WARN_UNUSED_RESULT;
/* Stop watching; what was seen stays.  0, or -1 if it broke off before. */
int bench_watch_stop(struct bench_watch *) WARN_UNUSED_RESULT;
void bench_watch_free(struct bench_watch *); /* NULL is harmless */

/* Saves that were seen to end. */
size_t bench_watch_saves(const struct bench_watch *);
/* Nanoseconds of the times in which one was, or may have been, under way. */
int64_t bench_watch_saving_ns(const struct bench_watch *);
/* Was one, anywhere between the two? */
bool bench_watch_met(
    const struct bench_watch *, int64_t since, int64_t until);

#endif
