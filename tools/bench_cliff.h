/*
 * Cost as work grows, of the "growth" results: each beside the next smaller
 * one of its kind, and falls of the rate by more than a quarter by name.
 */
#ifndef POSITO_TOOLS_BENCH_CLIFF_H
#define POSITO_TOOLS_BENCH_CLIFF_H

#include "bench_summary.h"

#include <stdint.h>

struct json_object;

struct bench_step {
    const struct bench_measure *measure;
    const char *grows; /* "accounts"; borrowed from the measure */
    uint64_t value;
    bool first; /* of its kind: the next two say nothing */
    uint64_t from; /* the next smaller one */
    double ratio; /* of the rate to that one's */
    double rate;
    bool noisy; /* others had more than 0.1 of a core in either */
};

#define BENCH_STEPS_MAX 128
/* In order of what grows, and ascending. */
size_t bench_steps(const struct bench_summary *,
    struct bench_step list[BENCH_STEPS_MAX]);

/* The rate fell by more than a quarter. */
bool bench_step_falls(const struct bench_step *);

/* A table, and the falls below it. */
void bench_cliff_print(const struct bench_summary *);
/* The falls: [{"grows":,"from":,"to":,"ratio":,"noisy":}]. */
struct json_object *bench_cliff_json(const struct bench_summary *);
/* growth-accounts.dat and so on, for the chart. */
int bench_cliff_write(const struct bench_summary *, const char *folder,
    struct failure *) WARN_UNUSED_RESULT;

#endif
