/*
 * The daemon's clocks.  The ledger's time comes from clock_now and never
 * from elsewhere; waits and deadlines come from clock_ms, which no one can
 * set.
 */
#ifndef POSITO_DAEMON_CLOCK_H
#define POSITO_DAEMON_CLOCK_H

#include <posito/date.h>

/* UTC, from CLOCK_REALTIME, within what an instant can say. */
struct instant clock_now(void);

/* Milliseconds, and microseconds, that only grow: CLOCK_MONOTONIC. */
int64_t clock_ms(void);
int64_t clock_us(void);

/* What something takes: the mean of the last times, the newer the more. */
struct clock_mean {
    int64_t us;
};

static inline void clock_mean_add(struct clock_mean *mean, int64_t us)
{
    mean->us += (us - mean->us + (us > mean->us ? 15 : -15)) / 16;
}

/* Watches the distance of the two clocks. */
struct clock_watch {
    int64_t offset_ms;
};

#define CLOCK_STEP_BACK_MS 5000

void clock_watch_start(struct clock_watch *);

/* Milliseconds by which UTC was set back since the last call, if that was
 * more than CLOCK_STEP_BACK_MS; else 0. */
int64_t clock_watch_step(struct clock_watch *);

#endif
