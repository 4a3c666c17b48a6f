/*
 * The table of the speed to reach: what was aimed at, what was measured in
 * this run, and whether it was reached.
 */
#ifndef POSITO_TOOLS_BENCH_TARGET_H
#define POSITO_TOOLS_BENCH_TARGET_H

#include "bench_summary.h"

enum bench_verdict {
    BENCH_REACHED,
    BENCH_NOT_REACHED,
    BENCH_NOT_MEASURED /* a peer is not there, or only BENCH_LONG does it */
};

struct bench_target {
    const char *work;
    const char *to_reach;
    char measured[240];
    char why[400];  /* what else was measured says of it; or empty */
    char ratio[48]; /* measured to what it is held against */
    enum bench_verdict verdict;
    bool noisy; /* others had more than 0.1 of a core meanwhile */
};

#define BENCH_TARGETS_MAX 32

/* How many there are; always the same rows. */
size_t bench_targets(const struct bench_summary *,
    struct bench_target list[BENCH_TARGETS_MAX]);

const char *bench_verdict_text(enum bench_verdict);

#endif
