/*
 * Requests made and signed beforehand, so that the driver does not measure
 * itself: one run of bytes, and where each request begins in it.
 */
#ifndef POSITO_TOOLS_BENCH_ORDER_H
#define POSITO_TOOLS_BENCH_ORDER_H

#include "bench_ledger.h"

#include <posito/bytes.h>

struct bench_request {
    size_t start;   /* in the text; the next one's start is its end */
    uint32_t units; /* what it counts for: a batch, its lines */
};

struct bench_plan {
    struct buffer text;
    struct bench_request *list; /* count of them, and one for the end */
    size_t count, capacity;
};

/* All that add to a plan abort if out of memory. */
struct bench_plan bench_plan_empty(void);
void bench_plan_free(struct bench_plan *);

/* Add one request of any protocol: complete bytes, with their last LF. */
void bench_plan_add(struct bench_plan *, struct bytes, uint32_t units);

/* ---- which accounts ---- */

/*
 * Members drawn at random: evenly, or by Zipf's law with exponent 0.99
 * (Gray et al., "Quickly generating billion-record synthetic databases",
 * 1994), where the most frequent of 100,000 has 8 % of the draws.
 */
struct bench_draw {
    uint64_t members;
    uint64_t random; /* state; not 0 */
    bool skewed;
    double zeta, eta, alpha, half; /* Gray's constants */
    uint8_t *touched; /* a bit a member, counted below; NULL: not kept */
    uint64_t touched_count;
};

struct bench_draw bench_draw(uint64_t members, uint64_t seed, bool skewed);
uint64_t bench_draw_below(struct bench_draw *, uint64_t below);
void bench_draw_pair(struct bench_draw *, uint64_t *from, uint64_t *to);

/* ---- requests of ours ---- */

/* Members [first, first + count): two batches, their names, their money. */
void bench_plan_enrol(struct bench_plan *, const struct bench_ledger *,
    uint64_t first, uint64_t count);

/* count transfers, signed each. */
void bench_plan_singles(struct bench_plan *, const struct bench_ledger *,
    struct bench_draw *, size_t count);

/* count batches of so many transfers. */
void bench_plan_batches(struct bench_plan *, const struct bench_ledger *,
    struct bench_draw *, size_t count, size_t lines);

/* The same where count is large: bodies of a million lines in all are made,
 * and then signed again in turn. */
void bench_plan_many(struct bench_plan *, const struct bench_ledger *,
    struct bench_draw *, size_t count, size_t lines);

/* count questions for a balance. */
void bench_plan_balances(
    struct bench_plan *, struct bench_draw *, size_t count);

/* count requests as a counter makes them: of ten, seven ask a balance,
 * one the last ten postings, two are signed transfers. */
void bench_plan_mixed(struct bench_plan *, const struct bench_ledger *,
    struct bench_draw *, size_t count);

/* Sign the line by the teller of that number, and add it with its body. */
void bench_plan_signed(struct bench_plan *, const struct bench_ledger *,
    struct buffer *line, struct bytes body, uint32_t units);

#endif
