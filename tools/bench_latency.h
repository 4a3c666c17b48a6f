/*
 * Latencies of one measurement, all of them kept, so that a percentile is
 * the value that was there and not a bucket's edge.
 */
#ifndef POSITO_TOOLS_BENCH_LATENCY_H
#define POSITO_TOOLS_BENCH_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct bench_result;

struct bench_latency {
    int64_t *list; /* nanoseconds; owned */
    size_t count, capacity;
};

/* Aborts if out of memory. */
void bench_latency_add(struct bench_latency *, int64_t ns);
void bench_latency_free(struct bench_latency *);

/* Add p50_us, p99_us, p999_us and max_us.  Sorts the list.  Nothing if it
 * is empty. */
void bench_latency_tell(struct bench_latency *, struct bench_result *);

#endif
