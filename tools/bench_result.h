/*
 * One measurement as one line of JSON, so that programs, scripts and the
 * report speak of it in the same way:
 *
 *     {"work":"single","who":"posito","at":{"connections":8,"window":1},
 *      "got":{"per_second":25310.2,"p50_us":290.1}}
 *
 * work and at say what was measured, who measured against whom, got what
 * came out.  Lines with equal work, at and who are rounds of one
 * measurement; the report takes their median.
 */
#ifndef POSITO_TOOLS_BENCH_RESULT_H
#define POSITO_TOOLS_BENCH_RESULT_H

#include <posito/attributes.h>

#include <stdint.h>

struct json_object;

struct bench_result {
    struct json_object *all, *at, *got; /* owned through all */
};

/* Aborts if out of memory, as do the functions below: a benchmark has
 * nothing to save. */
struct bench_result bench_result(const char *work, const char *who);
void bench_at(struct bench_result *, const char *name, int64_t value);
void bench_at_text(struct bench_result *, const char *name, const char *value);
/* What is no finite number is left out. */
void bench_got(struct bench_result *, const char *name, double value);

/* Print the line on standard output at once; releases the result. */
void bench_result_print(struct bench_result *);

/* ---- time ---- */

int64_t bench_now_ns(void); /* a clock that only goes forward */
int64_t bench_cpu_ns(void); /* of this process, all its threads */
int64_t bench_busy_ns(void); /* of the machine, all but idle; 10 ms exact */

#endif
