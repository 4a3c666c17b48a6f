/*
 * Random operations from a seed, for tests that must hold for every one,
 * and a comparison field by field.
 */
#ifndef POSITO_TESTS_RANDOM_OPERATION_H
#define POSITO_TESTS_RANDOM_OPERATION_H

#include "../protocol/codec.h"

/* SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere. */
struct random_source {
    uint64_t state;
};

uint64_t random_next(struct random_source *);
uint64_t random_below(struct random_source *, uint64_t limit); /* limit > 0 */
void random_bytes(struct random_source *, void *out, size_t length);
struct ident random_ident(struct random_source *);

struct random_operation {
    struct operation op;
    uint8_t memory[3072]; /* what the views in op point into */
    size_t used;
};

/*
 * Any operation of the verb that can stand in place; its line is at most
 * 4,095 bytes long.  Names, accounts and signatures are random: it can be
 * spelled, but no ledger would take it.
 */
void random_operation_make(struct random_source *, enum verb,
    enum codec_place, struct random_operation *);

/* Whether an operation of the verb can stand in place. */
bool random_operation_stands(enum verb, enum codec_place);

/* The same verb, tail, present fields, and values of the present fields. */
bool operation_same(const struct operation *, const struct operation *);

#endif
