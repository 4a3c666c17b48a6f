#include "loan_step.h"
#include "operations.h"

#include "cash.h"
#include "posting.h"

/*
 * loan-charge-off: the principal that is owed is lost.  Pools bear their
 * part of what was theirs, the loan's allowance and then expense.provision
 * the rest; what was receivable or in memo is taken out.  Nothing secures
 * the loan any more, and what was not paid out of it is promised no more.
 *
 *     debit   pool, each             its part of the loss
 *     debit   allowance              all that was set aside for this loan
 *     debit   expense.provision      the rest; credit, if that was too much
 *     credit  loan                   the principal
 *
 * loan-recover: money that comes in afterwards, at most what was charged
 * off.  Pools get back first what they lost.
 *
 *     debit   cash or share
 *     credit  pool, each             its part, until its loss is made good
 *     credit  income.recovery        the rest
 */

static bool stands(struct context *c, const struct loan_step *step,
    struct loan_standing *standing)
{
    struct date today = step->subject.book->date;

    if (loan_standing_on(
            c->state, &step->subject.loan, today, today, standing))
        return true;
    (void)context_fail(c->ledger, "a loan cannot be worked out");
    return false;
}

/* The loan after it. */
static void charge_off(
    struct context *c, struct loan_step *step, uint64_t entry)
{
    struct loan *loan = &step->subject.loan;

    loan->charged_off = loan_principal(loan);
    loan->allowance = 0;
    loan->committed = loan->disbursed;
    loan->tranches = loan->tranches_paid;
    loan_step_free(c, step);
    loan_enter(loan, LOAN_CHARGED_OFF, entry);
    loan->non_accrual = false;
    loan->non_accrual_from = (struct date){ 0 };
    loan_earn(loan);
}

void loan_charge_off(struct context *c, const struct operation *op)
{
    struct loan_standing standing;
    struct loan_step step;

    c->own_scope = true; /* clubs decide over what they lent together */
    if (!loan_step_open(c, op->as.loan_charge_off.loan, &step))
        return;
    loan_need_pools(c, &step.subject, &step.pools);
    loan_need_phase(c, &step.subject.loan, LOAN_OPEN);
    if (context_refused(c) || !stands(c, &step, &standing))
        return;
    loan_step_accrue(&step.subject.loan, &standing);
    charge_off(c, &step, c->index);
    loan_step_plan(c, &step);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    loan_step_keep(c, &step, false);
    posting_commit(c, op->verb);
}

/* ---- loan-recover ---- */

static void check_recovery(struct context *c, const struct operation *op,
    const struct loan_step *step)
{
    const struct loan_recover_fields *f = &op->as.loan_recover;
    const struct loan *loan = &step->before;

    loan_need_borrower(c, &step->subject);
    if (loan->phase != LOAN_CHARGED_OFF)
        context_refuse(c,
            loan_phase_has_ended(loan->phase) ? STATUS_LOAN_ENDED
                                              : STATUS_WRONG_PHASE,
            "loan");
    if (f->amount.currency != loan->terms.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
    if (f->amount.minor > loan->charged_off - loan->recovered)
        context_refuse(c, STATUS_ABOVE_LOSS, "amount");
}

void loan_recover(struct context *c, const struct operation *op)
{
    const struct loan_recover_fields *f = &op->as.loan_recover;
    struct loan_step step;

    c->own_scope = true;
    if (!loan_step_open(c, f->loan, &step))
        return;
    check_recovery(c, op, &step);
    loan_step_pay_in(c, &step, &f->via, f->amount);
    if (context_refused(c))
        return;
    step.subject.loan.recovered += f->amount.minor;
    loan_step_plan(c, &step);
    cash_check(c, op->verb);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    loan_step_keep(c, &step, true);
    cash_commit(c, op->verb);
    posting_commit(c, op->verb);
}
