/*
 * Inside the checker: loans as the journal tells of them.
 *
 * Each loan is followed through its entries by rules of this checker's own;
 * at the end every record must be, byte for byte, what came of them.
 */
#ifndef POSITO_LEDGER_CHECK_LOAN_H
#define POSITO_LEDGER_CHECK_LOAN_H

#include "check_inside.h"
#include "concentration.h"
#include "loan_plan.h"

struct check_loan {
    struct loan loan;
    struct loan_tranche tranches[LOAN_TRANCHES_MAX];
    size_t tranches_kept; /* records; loan.tranches may be cut down */
    struct loan_pools pools;
    struct loan_security *securities;
    size_t security_count;
    struct loan_plan *plans;
    size_t plan_count;
    uint64_t *entries;
    size_t entry_count;
    struct loan step; /* before its last step that can be taken back */
    uint64_t step_entry; /* that step; 0: none */
};

struct check_loans {
    struct check_loan *list; /* by index, ascending */
    size_t count;
    struct product *products;
    size_t product_count;
    struct concentration_limit *limits;
    size_t limit_count;
    struct tallies expected; /* postings of the entry at hand */
};

/* Room for one more of that size; NULL: out of memory. */
void *check_loan_room(
    struct check *, void *list, size_t count, size_t size);

/* All of them, made if there are none yet; NULL: out of memory. */
struct check_loans *check_loan_all(struct check *);

/* The loan applied for by that entry; NULL, and said, if there is none. */
struct check_loan *check_loan_find(struct check *, uint64_t index);

/* The entry at hand is a step of the loan. */
int check_loan_step(struct check *, struct check_loan *)
    WARN_UNUSED_RESULT;

/*
 * What of a total a pool has when all units were given out one by one,
 * each to the one with the largest deficit.
 */
int check_loan_share(struct check *, const struct loan_pools *,
    int64_t total, int64_t *shares) WARN_UNUSED_RESULT;

/* A rate of at most one, in units of 10^-12: rates have no finer digits. */
#define CHECK_LOAN_WHOLE INT64_C(1000000000000)
int64_t check_loan_part(struct rate);

/* Give the pools their shares of the loan's figures. */
int check_loan_share_out(struct check *, struct check_loan *)
    WARN_UNUSED_RESULT;

/* ---- steps: check_lent.c ---- */

int check_loan_approve(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;
int check_loan_decline(struct check *, uint64_t index) WARN_UNUSED_RESULT;
int check_loan_pay_out(struct check *, const struct loan_disburse_fields *)
    WARN_UNUSED_RESULT;

/* The tranche that this entry paid out comes back. */
int check_loan_take_back(struct check *, uint64_t entry) WARN_UNUSED_RESULT;

/* ---- steps after that: check_loan_life.c ---- */

int check_loan_life(struct check *, const struct operation *,
    enum verb reversed) WARN_UNUSED_RESULT;

#endif
