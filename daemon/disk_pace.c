#include "disk_pace.h"

#include "clock.h"

#include <time.h>

static void rest_us(int64_t us)
{
    const struct timespec time = {us / 1000000, us % 1000000 * 1000};
    (void)nanosleep(&time, NULL);
}

const struct pace disk_pace = {.now_us = clock_us, .rest_us = rest_us};
