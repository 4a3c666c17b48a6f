#include "bench_result.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t bench_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t bench_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

/* The first line of /proc/stat: cpu user nice system idle iowait irq softirq
 * steal ..., in ticks. */
int64_t bench_busy_ns(void)
{
    unsigned long long part[8] = {0};
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return 0;
    int found = fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu",
        &part[0], &part[1], &part[2], &part[3], &part[4], &part[5], &part[6],
        &part[7]);
    (void)fclose(file);
    if (found != 8)
        return 0;
    unsigned long long ticks =
        part[0] + part[1] + part[2] + part[5] + part[6] + part[7];
    return (int64_t)ticks * (1000000000 / sysconf(_SC_CLK_TCK));
}

static void add(
    struct json_object *to, const char *name, struct json_object *value)
{
    if (value == NULL || json_object_object_add(to, name, value) != 0) {
        (void)fputs("posito-bench: out of memory\n", stderr);
        abort();
    }
}

struct bench_result bench_result(const char *work, const char *who)
{
    struct bench_result result = {json_object_new_object(),
        json_object_new_object(), json_object_new_object()};
    add(result.all, "work", json_object_new_string(work));
    add(result.all, "who", json_object_new_string(who));
    add(result.all, "at", result.at);
    add(result.all, "got", result.got);
    return result;
}

void bench_at(struct bench_result *result, const char *name, int64_t value)
{
    add(result->at, name, json_object_new_int64(value));
}

void bench_at_text(
    struct bench_result *result, const char *name, const char *value)
{
    add(result->at, name, json_object_new_string(value));
}

void bench_got(struct bench_result *result, const char *name, double value)
{
    char text[64];
    if (!isfinite(value))
        return; /* JSON has no word for it */
    /* As many digits as anybody reads. */
    (void)snprintf(text, sizeof text, "%.*f", value < 100 ? 3 : 1, value);
    add(result->got, name, json_object_new_double_s(value, text));
}

void bench_result_print(struct bench_result *result)
{
    (void)puts(json_object_to_json_string_ext(
        result->all, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    (void)fflush(stdout);
    (void)json_object_put(result->all);
    *result = (struct bench_result){NULL, NULL, NULL};
}
