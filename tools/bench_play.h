/*
 * Playing a plan over many connections from one thread, and what came of
 * it.  Knows the answers of our protocol and of Redis.
 *
 * Closed: each connection sends its next requests as soon as it has fewer
 * than `window` open; a request's latency is counted from when it was
 * handed to the system.
 *
 * Open (per_second set): request i is due at i / per_second and its latency
 * is counted from then, however late the driver or the server was, so that
 * a stall is charged to all that had to wait (no coordinated omission).
 */
#ifndef POSITO_TOOLS_BENCH_PLAY_H
#define POSITO_TOOLS_BENCH_PLAY_H

#include "bench_latency.h"
#include "bench_order.h"

#define BENCH_CONNECTIONS_MAX 1024

struct bench_play {
    const char *address; /* "127.0.0.1:port" */
    const struct bench_plan *plan;
    size_t first, count; /* the requests of the plan to play */
    unsigned connections;
    unsigned window;
    double per_second; /* 0: closed */
    int64_t limit_ms;  /* no more is sent then; 0: all is sent */
    const struct bench_ledger *login; /* log in first, as its tellers; or NULL */
    /* Told of each answer, with when its request was due, or sent; or NULL. */
    void (*answered)(void *context, int64_t since, int64_t now);
    void *context;
};

struct bench_played {
    size_t requests; /* answered */
    uint64_t units;  /* of those accepted */
    size_t refused;
    int64_t took_ns;
    int64_t driver_ns; /* processor time of ours */
    struct bench_latency latency;
};

/* Threads may play side by side.  0, or -1: a connection broke, or nothing was answered for a minute. */
int bench_play(const struct bench_play *, struct bench_played *,
    struct failure *) WARN_UNUSED_RESULT;

#endif
