/*
 * Records of what members have told the house: who gets their savings, how
 * money that arrives for them is split, and what of theirs was taken as
 * unclaimed property.  Layouts in bytes stand in FORMAT.md.
 *
 * Views of parts are valid until the next write to the state.
 */
#ifndef POSITO_LEDGER_MEMBER_H
#define POSITO_LEDGER_MEMBER_H

#include "record.h"

struct context;

/*
 * Longest PARTS value whose rates sum to one: sixteen of a name, a colon
 * and `0.` with twelve digits, joined by commas.
 */
#define MEMBER_PARTS_MAX \
    (16 * (IDENT_LENGTH_MAX + 1 + 2 + RATE_SCALE_MAX) + 15)

/* Refuse a party that is no member, is closed or in succession, out of the
 * signer's scope, or the signer's own. */
void member_need(
    struct context *, const struct party *, const char *field);

/* ---- beneficiaries ---- */

struct beneficiaries {
    uint64_t entry;          /* that set them */
    struct hash designation; /* commitment to the signed form */
    struct bytes parts;      /* labels and rates, as part.h says */
};

bool member_find_beneficiaries(struct state *, uint32_t party,
    struct beneficiaries *) WARN_UNUSED_RESULT;
void member_put_beneficiaries(
    struct state *, uint32_t party, const struct beneficiaries *);

/* ---- the rule for what arrives ---- */

struct split {
    uint64_t entry;     /* that set it */
    struct bytes parts; /* destinations and rates: split.h */
};

/* False if all goes to the share. */
bool member_find_split(struct state *, uint32_t party, struct split *)
    WARN_UNUSED_RESULT;
void member_put_split(struct state *, uint32_t party, const struct split *);
void member_remove_split(struct state *, uint32_t party);

/* ---- successions ---- */

/* A round of payments that is not over: see succession.c. */
struct round {
    uint64_t entry; /* of the first payment */
    int64_t amount; /* that is shared out */
    uint32_t paid;  /* set of 1 << place of a beneficiary */
};

bool member_find_round(struct state *, uint32_t party, enum currency,
    struct round *) WARN_UNUSED_RESULT;
void member_put_round(
    struct state *, uint32_t party, enum currency, const struct round *);
void member_remove_round(struct state *, uint32_t party, enum currency);

/* ---- unclaimed property ---- */

struct claim {
    int64_t minor;  /* kept for the party, above zero */
    uint64_t since; /* entry that first took of it */
};

bool member_find_claim(struct state *, uint32_t party, enum currency,
    struct claim *) WARN_UNUSED_RESULT;
void member_put_claim(
    struct state *, uint32_t party, enum currency, const struct claim *);
void member_remove_claim(struct state *, uint32_t party, enum currency);

#endif
