/*
 * Results of all rounds, put together: each measurement once, with the
 * median and the spread of what came out.
 */
#ifndef POSITO_TOOLS_BENCH_SUMMARY_H
#define POSITO_TOOLS_BENCH_SUMMARY_H

#include <posito/failure.h>

#include <stdbool.h>
#include <stddef.h>

#define BENCH_MEASURES_MAX 512
#define BENCH_NUMBERS_MAX 32
#define BENCH_ROUNDS_MAX 64

struct bench_number { /* one name of got: {} */
    char name[32];
    size_t rounds;
    double value[BENCH_ROUNDS_MAX]; /* ascending */
};

struct bench_measure {
    char work[64];
    char who[32];
    char at[160]; /* its JSON: {"connections":8,"window":1} */
    struct json_object *where; /* the same, parsed; owned */
    size_t count;
    struct bench_number numbers[BENCH_NUMBERS_MAX];
};

struct bench_summary {
    size_t count;
    struct bench_measure list[BENCH_MEASURES_MAX]; /* in order of the file */
};

/* Lines that are no results are a failure.  0, or -1. */
int bench_summary_read(struct bench_summary *, const char *path,
    struct failure *) WARN_UNUSED_RESULT;
void bench_summary_free(struct bench_summary *);

double bench_median(const struct bench_number *);
const struct bench_number *bench_number_find(
    const struct bench_measure *, const char *name); /* or NULL */

/* NULL if it was not measured. */
const struct bench_measure *bench_measure_find(const struct bench_summary *,
    const char *work, const char *who, const char *at);

/* The median of one number of it; NAN if it was not measured. */
double bench_summary_median(const struct bench_summary *, const char *work,
    const char *who, const char *at, const char *name);

#endif
