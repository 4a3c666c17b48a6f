/*
 * A step in the life of a loan: its figures change, and what that posts
 * follows from them.
 *
 * From the loan before and after the step:
 *
 *     loan of the borrower        what more or less principal is owed
 *     interest.receivable         what more or less is receivable
 *     income.interest             what more or less is earned
 *     interest.memo               of borrower and house, likewise
 *     allowance                   of the house, likewise
 *     expense.provision           what the allowance grew by, and what of a
 *                                 loss neither pools nor allowance bear
 *     pool, each that takes part  interest, recoveries credited; losses and
 *                                 what goes to its fund debited
 *     expense.dividend            the pools' interest
 *     income.recovery             recovered beyond what pools had lost
 *
 * What the step itself adds (cash) makes the sum zero.  What pools get is a
 * function of cumulative figures:
 *
 *     interest   interest_part x (interest and late interest paid, and, once
 *                all is paid out, what was paid of capitalised interest,
 *                which comes back last), rounded half away from zero
 *     loss       loss_part x what of the pools' money was charged off,
 *                likewise
 *     recovered  what was recovered, up to their loss
 *     revolved   what was revolved
 *
 * each shared out by participation_split.
 */
#ifndef POSITO_LEDGER_LOAN_STEP_H
#define POSITO_LEDGER_LOAN_STEP_H

#include "loan.h"
#include "loan_standing.h"

struct loan_step {
    struct loan_subject subject; /* its loan: as it will be */
    struct loan before;
    struct loan_pools pools_before;
    struct loan_pools pools;
    struct loan_securities freed; /* what secures it no more */
};

/* Find the loan of a line.  Refuses UNKNOWN_LOAN; false if it cannot be
 * looked at further. */
bool loan_step_open(struct context *, uint64_t loan, struct loan_step *)
    WARN_UNUSED_RESULT;

/* Take over what was earned by the standing's date. */
void loan_step_accrue(struct loan *, const struct loan_standing *);

/* Add money that comes in through via= to the plan: a drawer, office or
 * correspondent, or a party whose share pays.  Checks the key's scope. */
void loan_step_pay_in(struct context *, const struct loan_step *,
    const struct ident *via, struct amount);

/* The loan has ended, or its phase is about to: nothing secures it more. */
void loan_step_free(struct context *, struct loan_step *);

/* Add to the plan what follows from the figures. */
void loan_step_plan(struct context *, struct loan_step *);

/* Keep the records; nothing can be refused any more.  reversible: keep what
 * the figures were, too, for the reversal of this step. */
void loan_step_keep(struct context *, struct loan_step *, bool reversible);

#endif
