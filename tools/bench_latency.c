#include "bench_latency.h"

#include "bench_result.h"

#include <stdio.h>
#include <stdlib.h>

void bench_latency_add(struct bench_latency *latency, int64_t ns)
{
    if (latency->count == latency->capacity) {
        size_t capacity = latency->capacity == 0 ? 4096
                                                 : 2 * latency->capacity;
        int64_t *list = realloc(latency->list, capacity * sizeof *list);
        if (list == NULL) {
            (void)fputs("posito-bench: out of memory\n", stderr);
            abort();
        }
        latency->list = list;
        latency->capacity = capacity;
    }
    latency->list[latency->count++] = ns;
}

void bench_latency_free(struct bench_latency *latency)
{
    free(latency->list);
    *latency = (struct bench_latency){0};
}

static int ascending(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* The smallest value that so many of a thousand are not above. */
static double at_thousandth(
    const struct bench_latency *latency, size_t thousandths)
{
    size_t rank = (latency->count * thousandths + 999) / 1000;
    return (double)latency->list[rank == 0 ? 0 : rank - 1] / 1e3;
}

void bench_latency_tell(
    struct bench_latency *latency, struct bench_result *result)
{
    if (latency->count == 0)
        return;
    qsort(latency->list, latency->count, sizeof *latency->list, ascending);
    bench_got(result, "p50_us", at_thousandth(latency, 500));
    bench_got(result, "p99_us", at_thousandth(latency, 990));
    bench_got(result, "p999_us", at_thousandth(latency, 999));
    bench_got(result, "max_us", at_thousandth(latency, 1000));
}
