#include "loan_step.h"
#include "operations.h"

#include "posting.h"

/*
 * loan-reschedule: what is owed is planned anew, in so many instalments from
 * a date on, perhaps at another rate.  The plan before stays readable.
 *
 * Unpaid interest is due with the first new instalment, without interest on
 * it; with capital=yes it becomes principal:
 *
 *     debit   loan                   the interest
 *     credit  interest.receivable    the same
 *
 * which a loan that does not accrue may not do: it would make income of what
 * nobody pays.  Late interest stays due.  The loan is past due no more, but
 * if it did not accrue it does so again only after three instalments were
 * paid (loan_standing_is_current).  Grace, months of interest only and a
 * balloon were the first plan's; the product's method stays.
 */

struct anew {
    struct loan_step step;
    struct loan_standing standing;
    struct loan_plan plan;
    bool capital;
};

static void check(struct context *c, const struct operation *op,
    const struct anew *a)
{
    const struct loan_reschedule_fields *f = &op->as.loan_reschedule;
    const struct loan *loan = &a->step.before;

    loan_need_pools(c, &a->step.subject, &a->step.pools);
    loan_need_phase(c, loan, LOAN_OPEN);
    if (f->count == 0 || f->count > LOAN_ROWS_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "count");
    if (f->first.days <= a->step.subject.book->date.days)
        context_refuse(c, STATUS_WRONG_DATE, "first");
    if (loan_undisbursed(loan) > 0)
        context_refuse(c, STATUS_TRANCHES_LEFT, "loan");
    if (a->capital && loan->non_accrual)
        context_refuse(c, STATUS_NOT_ACCRUING, "capital");
}

static void plan_anew(struct context *c, const struct operation *op,
    struct anew *a)
{
    const struct loan_reschedule_fields *f = &op->as.loan_reschedule;
    const struct loan_standing *standing = &a->standing;
    int64_t capital = a->capital ? standing->interest : 0;
    struct loan_plan *plan = &a->plan;

    *plan = (struct loan_plan){
        .loan = a->step.before.index,
        .number = standing->plan.number + 1,
        .made = c->index,
        .why = LOAN_PLAN_RESCHEDULED,
        .yearly = OPERATION_HAS(op, loan_reschedule, rate)
            ? f->rate
            : standing->plan.yearly,
        .start = standing->date,
        .has_first_due = true,
        .first_due = f->first,
        .instalments = (uint16_t)f->count,
        .carried = standing->interest - capital,
        .principal_paid = a->step.before.principal_paid,
        .accrued = standing->earned,
        .capitalised = standing->capitalised + capital,
        .tranche_count = 1,
        .tranches = { { standing->date, standing->principal + capital } },
    };
    /* Less than was paid, if that was ahead of what was earned: the rest
     * counts in the new plan. */
    plan->interest_paid = plan->accrued - plan->capitalised - plan->carried;
}

static void refuse(
    struct context *c, const struct operation *op, enum schedule_result result)
{
    switch (result) {
    case SCHEDULE_MADE:
        return;
    case SCHEDULE_NOT_AMORTISING:
    case SCHEDULE_TOO_COARSE:
        context_refuse(c, STATUS_NOT_AMORTISING, "count");
        return;
    case SCHEDULE_BAD_RATE:
        if (OPERATION_HAS(op, loan_reschedule, rate))
            context_refuse(c, STATUS_BAD_VALUE, "rate");
        else
            context_refuse(c, STATUS_NO_SCHEDULE, "loan");
        return;
    case SCHEDULE_BAD_DATES:
    case SCHEDULE_NO_WORKED_DAY:
        context_refuse(c, STATUS_WRONG_DATE, "first");
        return;
    case SCHEDULE_BAD_WEIGHTS: /* it falls in months without any */
        context_refuse(c, STATUS_NO_SCHEDULE, "first");
        return;
    case SCHEDULE_BAD_COUNT:
    case SCHEDULE_BAD_AMOUNT:
    case SCHEDULE_BAD_TRANCHE:
    case SCHEDULE_BAD_BALLOON:
    case SCHEDULE_BAD_RULE:
    case SCHEDULE_OVERFLOW:
        context_refuse(c, STATUS_NO_SCHEDULE, "loan");
        return;
    }
}

static void check_plan(
    struct context *c, const struct operation *op, struct anew *a)
{
    struct instalment rows[LOAN_ROWS_MAX];
    size_t count;
    enum schedule_result result =
        loan_plan_settle(c->state, &a->step.before, &a->plan);

    if (result == SCHEDULE_MADE)
        result = loan_plan_rows(
            &a->step.before, &a->plan, rows, LOAN_ROWS_MAX, &count);
    refuse(c, op, result);
}

/* The loan after it. */
static void apply(struct anew *a)
{
    struct loan *loan = &a->step.subject.loan;

    loan_step_accrue(loan, &a->standing);
    loan->accrued = (struct interest){ a->plan.accrued, 0 };
    loan->capitalised = a->plan.capitalised;
    loan->plans = a->plan.number;
    loan_earn(loan);
}

void loan_reschedule(struct context *c, const struct operation *op)
{
    const struct loan_reschedule_fields *f = &op->as.loan_reschedule;
    struct anew a;

    c->own_scope = true;
    if (!loan_step_open(c, f->loan, &a.step))
        return;
    a.capital = OPERATION_HAS(op, loan_reschedule, capital) && f->capital;
    check(c, op, &a);
    if (context_refused(c))
        return;
    if (!loan_standing_on(c->state, &a.step.before,
            a.step.subject.book->date, a.step.subject.book->date,
            &a.standing)) {
        (void)context_fail(c->ledger, "a loan cannot be worked out");
        return;
    }
    plan_anew(c, op, &a);
    check_plan(c, op, &a);
    if (context_refused(c))
        return;
    apply(&a);
    loan_step_plan(c, &a.step);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    loan_plan_put(c->state, &a.plan);
    loan_step_keep(c, &a.step, false);
    posting_commit(c, op->verb);
}
