#include "disclosure.h"
#include "loan.h"
#include "operations.h"
#include "posting.h"
#include "project_record.h"

/*
 * loan-disburse pays a loan out, whole or the next tranche:
 *
 *     debit   loan of the borrower        the tranche
 *     credit  share, or nostro            less the fee
 *     credit  income.fee of the house     the fee
 *
 * With the first tranche the loan has its plan; a later one is added to the
 * plan that is then current.  Interest runs from each tranche's own day.
 */

struct payout {
    struct loan_subject subject;
    struct loan_tranche tranche;
    struct loan_plan plan;
    int64_t fee;
};

/* The tranche's name must be the next one's. */
static void check_name(struct context *c, const struct operation *op,
    const struct loan_tranche *tranche)
{
    bool named = OPERATION_HAS(op, loan_disburse, milestone);

    if (named != (tranche->name.length != 0)) {
        context_refuse(c,
            named ? STATUS_TRANCHE_ORDER : STATUS_MISSING_FIELD,
            "milestone");
        return;
    }
    if (named &&
        !ident_equal(&tranche->name, &op->as.loan_disburse.milestone))
        context_refuse(c, STATUS_TRANCHE_ORDER, "milestone");
}

/* A project's milestone must have been reached. */
static void check_reached(struct context *c, const struct payout *p)
{
    struct milestone milestone;

    if (p->subject.loan.project == 0 || p->tranche.name.length == 0)
        return;
    if (!project_record_milestone(c->state, p->subject.loan.project,
            &p->tranche.name, &milestone) ||
        milestone.reached == 0)
        context_refuse(c, STATUS_MILESTONE_NOT_REACHED, "milestone");
}

static bool find_tranche(struct context *c, const struct operation *op,
    struct payout *p)
{
    const struct loan_disburse_fields *f = &op->as.loan_disburse;
    const struct loan *loan = &p->subject.loan;

    if (loan_phase_has_ended(loan->phase)) {
        context_refuse(c, STATUS_LOAN_ENDED, "loan");
        return false;
    }
    if (loan->phase == LOAN_APPLIED ||
        loan->tranches_paid == loan->tranches) {
        context_refuse(c, STATUS_WRONG_PHASE, "loan");
        return false;
    }
    if (!loan_find_tranche(c->state, loan->index,
            (uint8_t)(loan->tranches_paid + 1), &p->tranche)) {
        (void)context_fail(c->ledger, "a loan lacks a tranche");
        return false;
    }
    check_name(c, op, &p->tranche);
    check_reached(c, p);
    if (f->amount.currency != loan->terms.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
    if (f->amount.minor != p->tranche.amount)
        context_refuse(c, STATUS_OTHER_AMOUNT, "amount");
    return true;
}

/* ---- the plan ---- */

static bool find_plan(struct context *c, struct payout *p)
{
    const struct loan *loan = &p->subject.loan;

    if (loan->plans == 0) {
        p->plan = loan_plan_first(loan, p->subject.book->date);
        p->plan.made = c->index;
        return true;
    }
    if (loan_plan_find(c->state, loan->index, loan->plans, &p->plan))
        return true;
    (void)context_fail(c->ledger, "a loan has no plan");
    return false;
}

static void check_plan(struct context *c, struct payout *p)
{
    const struct loan *loan = &p->subject.loan;
    struct instalment rows[LOAN_ROWS_MAX];
    enum schedule_result result = SCHEDULE_MADE;
    size_t count;

    loan_plan_add_tranche(
        &p->plan, p->subject.book->date, p->tranche.amount);
    if (loan->plans == 0)
        result = loan_plan_settle(c->state, loan, &p->plan);
    if (result == SCHEDULE_MADE)
        result = loan_plan_rows(
            loan, &p->plan, rows, LOAN_ROWS_MAX, &count);
    loan_refuse_schedule(c, result);
}

/* ---- legs ---- */

/* What is withheld of this tranche: of all paid out so far, less what was
 * withheld before, so that parts come to the same as the whole. */
static bool find_fee(struct context *c, struct payout *p)
{
    const struct loan *loan = &p->subject.loan;
    int64_t all;

    if (!disclosure_fee(
            &loan->terms, loan->disbursed + p->tranche.amount, &all)) {
        context_refuse(c, STATUS_NO_SCHEDULE, "product");
        return false;
    }
    p->fee = all - loan->fee_withheld;
    if (p->fee >= p->tranche.amount)
        context_refuse(c, STATUS_NO_SCHEDULE, "product");
    return p->fee < p->tranche.amount;
}

static enum role way_out(const struct party *to)
{
    return to->kind == PARTY_CORRESPONDENT ? ROLE_NOSTRO : ROLE_SHARE;
}

static void plan_legs(struct context *c, const struct operation *op,
    const struct payout *p)
{
    const struct loan_disburse_fields *f = &op->as.loan_disburse;
    enum currency currency = p->subject.loan.terms.currency;
    struct amount amount = { p->tranche.amount, currency };
    struct amount received = { p->fee - p->tranche.amount, currency };
    struct amount fee = { -p->fee, currency };
    struct party to;

    posting_add_party(c, &p->subject.borrower, ROLE_LOAN, amount, "loan");
    if (context_party(c, &f->to, "to", &to))
        posting_add_party(c, &to, way_out(&to), received, "to");
    if (p->fee > 0)
        (void)posting_add(
            c, &p->subject.book->name, ROLE_INCOME_FEE, fee, "loan");
}

/* ---- loan-disburse ---- */

static void keep(struct context *c, struct payout *p)
{
    struct loan *loan = &p->subject.loan;
    struct loan_pools before;
    struct loan_pools pools;

    loan_read_pools(c->state, loan->index, &before);
    pools = before;
    p->tranche.paid = c->index;
    p->tranche.before = loan->last;
    p->tranche.date = p->subject.book->date;
    loan_put_tranche(c->state, &p->tranche);
    if (loan->plans == 0) {
        loan->plans = 1;
        loan->opened = p->tranche.date;
        loan->accrued_to = p->tranche.date;
        loan_enter(loan, LOAN_OPEN, c->index);
    }
    loan_plan_put(c->state, &p->plan);
    loan->tranches_paid++;
    loan->disbursed += p->tranche.amount;
    loan->fee_withheld += p->fee;
    /* What is held was promised before: no leg of a pool changes. */
    loan_share_plan(c, loan, &pools, "loan");
    loan_share_keep(c, loan, &before, &pools);
    loan_put(c->state, loan, c->index);
}

void loan_disburse(struct context *c, const struct operation *op)
{
    struct payout p = { .fee = 0 };

    if (!loan_subject_find(c, op->as.loan_disburse.loan, &p.subject))
        return;
    if (!find_tranche(c, op, &p) || !find_plan(c, &p) || !find_fee(c, &p))
        return;
    check_plan(c, &p);
    plan_legs(c, op, &p);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    keep(c, &p);
    posting_commit(c, op->verb);
}

/* ---- reversal ---- */

/* The loan and its last tranche, which the reversed entry must have paid. */
static bool find_paid(struct context *c, const struct posting_list *list,
    struct loan *loan, struct loan_tranche *tranche)
{
    if (loan_find(c->state, list->operation.as.loan_disburse.loan, loan) &&
        loan_find_tranche(
            c->state, loan->index, loan->tranches_paid, tranche))
        return true;
    return false;
}

void loan_check_undo_disburse(
    struct context *c, const struct posting_list *list, uint64_t entry)
{
    struct loan loan;
    struct loan_tranche tranche;

    if (!find_paid(c, list, &loan, &tranche) || tranche.paid != entry ||
        loan.last != entry)
        context_refuse(c, STATUS_LOAN_WENT_ON, "entry");
}

/* The plan without its last tranche; none is left without its first. */
static void shorten_plan(struct context *c, struct loan *loan,
    const struct loan_tranche *tranche)
{
    struct loan_plan plan;
    struct tranche *last;

    if (!loan_plan_find(c->state, loan->index, loan->plans, &plan)) {
        (void)context_fail(c->ledger, "a loan has no plan");
        return;
    }
    last = &plan.tranches[plan.tranche_count - 1];
    last->minor -= tranche->amount;
    if (last->minor == 0)
        plan.tranche_count--;
    if (plan.tranche_count > 0) {
        loan_plan_put(c->state, &plan);
        return;
    }
    loan_plan_remove(c->state, loan->index, loan->plans);
    loan->plans = 0;
    loan->opened = (struct date){ 0 };
    loan->accrued_to = (struct date){ 0 };
    loan_enter(loan, LOAN_APPROVED, c->index);
}

void loan_undo_disburse(
    struct context *c, const struct posting_list *list)
{
    struct loan loan;
    struct loan_tranche tranche;
    struct loan_pools before;
    struct loan_pools pools;
    uint64_t last;
    int64_t fee;

    if (!find_paid(c, list, &loan, &tranche)) {
        (void)context_fail(c->ledger, "a tranche that was paid is gone");
        return;
    }
    loan_read_pools(c->state, loan.index, &before);
    pools = before;
    last = tranche.before;
    loan.tranches_paid--;
    loan.disbursed -= tranche.amount;
    if (disclosure_fee(&loan.terms, loan.disbursed, &fee))
        loan.fee_withheld = fee;
    shorten_plan(c, &loan, &tranche);
    tranche.paid = 0;
    tranche.before = 0;
    tranche.date = (struct date){ 0 };
    loan_put_tranche(c->state, &tranche);
    loan_share_plan(c, &loan, &pools, "entry");
    loan_share_keep(c, &loan, &before, &pools);
    loan_put_back(c->state, &loan, c->index, last);
}
