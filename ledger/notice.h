/*
 * Notice: how long before a contributor takes money out of a club's pool
 * somebody must be told.  Layouts in bytes stand in FORMAT.md.
 *
 *     pool-notice     the club's own rule, in days; 0 ends it
 *     redeem-notice   a contributor gives notice of an amount
 *     pool-redeem     cites it with notice=, and takes from what is left
 *
 * A notice is named by its entry and due so many calendar days after the
 * business date it was given on, by the rule of that moment: a rule that
 * changes later changes no notice.  One that is used up is kept, because a
 * reversal gives back what a redemption took.
 */
#ifndef POSITO_LEDGER_NOTICE_H
#define POSITO_LEDGER_NOTICE_H

#include "context.h"

#define NOTICE_DAYS_MAX 365U

/* ---- records ---- */

struct notice {
    uint64_t index; /* entry that gave it: its name */
    uint32_t pool;  /* party */
    uint32_t contributor;
    struct amount left; /* that may still be taken out by it */
    struct date due;    /* first date it may be cited */
};

/* The days that a pool asks for; 0: it has no rule. */
uint32_t notice_days(struct state *, uint32_t pool);

bool notice_find(struct state *, uint64_t index, struct notice *)
    WARN_UNUSED_RESULT;
bool notice_parse(struct bytes key, struct bytes value, struct notice *)
    WARN_UNUSED_RESULT; /* for scans of TABLE_NOTICE */

/* ---- a plan that takes money out of a pool ---- */

/* The plan redeems, and cites that notice; NULL: none. */
void notice_plan(struct context *, const uint64_t *index);

/* Refuses NOTICE_NEEDED, UNKNOWN_NOTICE, NOTICE_NOT_DUE, ABOVE_NOTICE; a
 * reversal never. */
void notice_check(struct context *);

/* Take from what is left, or give back what a reversed redemption took. */
void notice_commit(struct context *);

/* ---- verbs ---- */

void notice_set_rule(struct context *, const struct operation *);
void notice_give(struct context *, const struct operation *);

#endif
