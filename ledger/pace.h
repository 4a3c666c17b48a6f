/*
 * The pace of work on a disk that others wait for: after each piece the disk
 * is left to them for as long as the piece took.  The ledger has no clock;
 * whoever runs it gives it one for this (the daemon: disk_pace.h), or none: then it works
 * without rests.
 */
#ifndef POSITO_LEDGER_PACE_H
#define POSITO_LEDGER_PACE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct pace {
    int64_t (*now_us)(void);      /* that only grows */
    void (*rest_us)(int64_t us);
};

/* No rest is longer: a slow disk would make the work endless. */
#define PACE_REST_US 10000

static inline int64_t pace_now_us(const struct pace *pace)
{
    return pace != NULL ? pace->now_us() : 0;
}

/* The pace of a piece of work, until somebody waits for its end. */
struct pacing {
    const struct pace *pace; /* NULL: no rests */
    atomic_bool hurried;     /* no more rests */
};

/* Rest after a piece that took so long. */
static inline void pace_rest(const struct pace *pace, int64_t busy_us)
{
    if (pace != NULL && busy_us > 0)
        pace->rest_us(busy_us < PACE_REST_US ? busy_us : PACE_REST_US);
}

/* The same; NULL: no rests. */
static inline void pacing_rest(struct pacing *pacing, int64_t busy_us)
{
    if (pacing != NULL &&
        !atomic_load_explicit(&pacing->hurried, memory_order_relaxed))
        pace_rest(pacing->pace, busy_us);
}

#endif
