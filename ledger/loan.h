/*
 * What the operations on loans share: the loan a line names, what its
 * pools have held, what secures it.
 */
#ifndef POSITO_LEDGER_LOAN_H
#define POSITO_LEDGER_LOAN_H

#include "context.h"
#include "loan_plan.h"

/* A loan as a line names it. */
struct loan_subject {
    struct loan loan;
    struct party borrower;
    const struct book *book;
};

/* Refuses UNKNOWN_LOAN.  False if it cannot be looked at further.  Says
 * nothing of the key's scope. */
bool loan_subject_find(struct context *, uint64_t index,
    struct loan_subject *) WARN_UNUSED_RESULT;

/* Refuse unless the loan is at that step: LOAN_ENDED if it has ended, else
 * WRONG_PHASE. */
void loan_need_phase(
    struct context *, const struct loan *, enum loan_phase);

/* Refuse OUT_OF_SCOPE unless the key reaches the borrower; OWN_ACCOUNT if
 * the borrower owns the key. */
void loan_need_borrower(struct context *, const struct loan_subject *);

/*
 * The same for what clubs decide together: the key must reach one of the
 * loan's pools, or where it has none the borrower.
 */
void loan_need_pools(struct context *, const struct loan_subject *,
    const struct loan_pools *);

/* Refuse what a schedule's result says: NOT_AMORTISING, WRONG_DATE (first),
 * BAD_VALUE (the field it is about) or NO_SCHEDULE. */
void loan_refuse_schedule(struct context *, enum schedule_result);

/* Take product, count, first, grace, only, balloon and weights of a line of
 * loan-apply into a loan of the book; refuses what loan-apply refuses of
 * them.  Also for a schedule that is only looked at. */
bool loan_take_terms(struct context *, const struct operation *,
    const struct book *, struct loan *) WARN_UNUSED_RESULT;

/*
 * Bring the pools' shares to what the loan's figures now say, and add to the
 * plan what that changes in what they have held.  The pool's account may
 * have a leg already.  `pools` has the new shares; keep them when accepted.
 */
void loan_share_plan(struct context *, const struct loan *now,
    struct loan_pools *pools, const char *field);

/* The two halves of it: the shares, and what they change in what is held. */
void loan_share_of(
    struct context *, const struct loan *now, struct loan_pools *pools);
void loan_share_hold(struct context *, const struct loan *,
    const struct loan_pools *before, const struct loan_pools *now,
    const char *field);

/* Keep the shares and the exposures; `before` are the pools as they were
 * read. */
void loan_share_keep(struct context *, const struct loan *,
    const struct loan_pools *before, const struct loan_pools *now);

/* What of a pool is held for the loan. */
int64_t loan_pool_held(const struct loan_pool *);

/* Add to the plan that nothing secures the loan any more; keep that. */
void loan_free_plan(struct context *, const struct loan *,
    const struct loan_securities *, const char *field);
void loan_free_keep(struct context *, const struct loan_securities *);

/* Does a loan that has not ended need the party: as its borrower, guarantor
 * or owner of what is held? */
bool loan_needs_party(struct state *, uint32_t party);

#endif
