/*
 * What the checker adds up: a table of sums by key, in memory.
 */
#ifndef POSITO_LEDGER_TALLY_H
#define POSITO_LEDGER_TALLY_H

#include "record.h"

/* A record's table and key; no key that is summed up is longer. */
#define TALLY_KEY_MAX 13

struct tally_key {
    uint8_t table;
    uint8_t length;
    uint8_t data[TALLY_KEY_MAX];
};

struct tally_key tally_key_of(enum table, struct bytes key);
struct tally_key tally_key_account(const struct account_id *);
struct tally_key tally_key_hold(uint64_t index);
struct tally_key tally_key_stake(
    uint32_t pool, uint32_t contributor, enum currency);
struct tally_key tally_key_usage(uint32_t key, enum currency, struct date);

struct tally {
    struct tally_key key;
    bool used;
    enum hold_phase phase;  /* of a hold */
    int64_t sum;            /* hold: left; stake, usage: the amount */
    struct account account; /* of an account */
};

/* All zero at first. */
struct tallies {
    struct tally *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

/* The tally of that key, made if there is none; valid until the next one is
 * made.  NULL: out of memory. */
struct tally *tally_get(struct tallies *, const struct tally_key *);

/* NULL if there is none. */
const struct tally *tally_find(
    const struct tallies *, const struct tally_key *);

/* The next one from *place on; NULL at the end.  In no order. */
const struct tally *tally_next(const struct tallies *, size_t *place);

void tally_free(struct tallies *);

#endif
