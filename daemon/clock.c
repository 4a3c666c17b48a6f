#include "clock.h"

#include <time.h>

/* 2999-12-31T23:59:59.999Z, the last instant that can be spelled. */
#define INSTANT_LAST_MS INT64_C(32503679999999)

static int64_t read_us(clockid_t which)
{
    struct timespec now = {0};
    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct instant clock_now(void)
{
    int64_t ms = read_us(CLOCK_REALTIME) / 1000;
    if (ms < 0)
        ms = 0;
    if (ms > INSTANT_LAST_MS)
        ms = INSTANT_LAST_MS;
    return (struct instant){ms};
}

int64_t clock_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

void clock_watch_start(struct clock_watch *watch)
{
    watch->offset_ms = clock_now().ms - clock_ms();
}

int64_t clock_watch_step(struct clock_watch *watch)
{
    int64_t offset_ms = clock_now().ms - clock_ms();
    int64_t back_ms = watch->offset_ms - offset_ms;
    watch->offset_ms = offset_ms;
    return back_ms > CLOCK_STEP_BACK_MS ? back_ms : 0;
}
