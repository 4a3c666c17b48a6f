#include "loan_step.h"
#include "operations.h"

#include "posting.h"

/*
 * revolve: principal repaid of a project's loan becomes money to lend again
 * (recuperados), each pool's part in its own fund.
 *
 *     debit   pool, each    its part
 *     credit  fund, each    the same
 *
 * Up to the principal of the pools that was repaid and not yet revolved.
 * The key must reach every pool that takes part.
 */

/* A loan charged off gave nothing back by that. */
static int64_t repaid(const struct loan *loan)
{
    return loan->principal_paid < loan->disbursed ? loan->principal_paid
                                                  : loan->disbursed;
}

static void check(struct context *c, const struct operation *op,
    const struct loan_step *step)
{
    const struct revolve_fields *f = &op->as.revolve;
    const struct loan *loan = &step->before;

    if (loan->project == 0 || step->pools.count == 0)
        context_refuse(c, STATUS_NOT_REVOLVING, "loan");
    if (f->amount.currency != loan->terms.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
    if (f->amount.minor > repaid(loan) - loan->revolved)
        context_refuse(c, STATUS_ABOVE_REPAID, "amount");
}

void revolve_revolve(struct context *c, const struct operation *op)
{
    struct loan_step step;

    if (!loan_step_open(c, op->as.revolve.loan, &step))
        return;
    check(c, op, &step);
    if (context_refused(c))
        return;
    step.subject.loan.revolved += op->as.revolve.amount.minor;
    loan_step_plan(c, &step);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    loan_step_keep(c, &step, true);
    posting_commit(c, op->verb);
}
