#include "loan_step.h"
#include "operations.h"

#include "cash.h"
#include "posting.h"

/*
 * loan-repay: what is due on the day is paid first, by the product's order,
 * the oldest instalment first; all late interest belongs to the oldest one
 * that is owed.  What is more than due:
 *
 *   advance   pays the next instalments as they stand, interest included:
 *             paid early, nothing is planned anew, and what of it was not
 *             earned yet is not given back
 *   shorten   pays the interest earned up to today, then principal; the
 *             rest is planned anew with the same instalment (of level,
 *             equal and flat loans), fewer of them
 *   lower     likewise, with as many instalments, smaller
 *
 * All that is owed today, principal, interest earned and late interest, is
 * the payoff; exactly that ends the loan, whatever `extra` says, and more is
 * refused.
 */

struct repayment {
    struct loan_step step;
    struct loan_standing standing;
    enum loan_extra extra;
    int64_t principal;
    int64_t interest;
    int64_t late;
    int64_t more; /* than was due */
    bool replanned;
    struct loan_plan plan; /* if so */
};

/* ---- the waterfall ---- */

static struct waterfall_row row_owed(const struct loan_row *row)
{
    struct waterfall_row owed = { { 0 } };

    owed.parts[WATERFALL_INTEREST] =
        row->planned.interest - row->interest_paid;
    owed.parts[WATERFALL_PRINCIPAL] =
        row->planned.principal - row->principal_paid;
    return owed;
}

static bool row_is_owed(const struct waterfall_row *row)
{
    return row->parts[WATERFALL_INTEREST] != 0 ||
        row->parts[WATERFALL_PRINCIPAL] != 0;
}

static void take(struct repayment *r, const struct waterfall_row *paid,
    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        r->late += paid[i].parts[WATERFALL_LATE];
        r->interest += paid[i].parts[WATERFALL_INTEREST];
        r->principal += paid[i].parts[WATERFALL_PRINCIPAL];
    }
}

/* Pay rows of the plan from `first` on; late: owed with the oldest. */
static int64_t pay_rows(struct repayment *r, const struct waterfall *order,
    size_t first, size_t end, int64_t late, int64_t payment)
{
    struct waterfall_row owed[LOAN_ROWS_MAX + 1];
    struct waterfall_row paid[LOAN_ROWS_MAX + 1];
    size_t count = 0;
    int64_t left;

    for (size_t i = first; i < end; i++) {
        owed[count] = row_owed(&r->standing.rows[i]);
        count += row_is_owed(&owed[count]);
    }
    if (count == 0)
        owed[count++] = (struct waterfall_row){ { 0 } };
    owed[0].parts[WATERFALL_LATE] = late;
    left = waterfall_split(order, payment, owed, count, paid);
    take(r, paid, count);
    return left;
}

static void pay_due(struct repayment *r, int64_t payment)
{
    const struct loan_standing *standing = &r->standing;
    struct waterfall order =
        product_waterfall(r->step.before.terms.order);

    r->more = pay_rows(
        r, &order, 0, standing->due, standing->late, payment);
}

/* ---- what is more than due ---- */

/* Future rows one after the other, also where the order of what is due goes
 * by component.  Never more principal than is owed: a row may have principal
 * that is still to be capitalised. */
static void pay_ahead(struct repayment *r)
{
    struct waterfall order =
        product_waterfall(r->step.before.terms.order);
    int64_t beyond;

    order.way = WATERFALL_OLDEST;
    r->interest += pay_rows(r, &order, r->standing.due, r->standing.count, 0,
        r->more);
    beyond = r->principal - r->standing.principal;
    if (beyond > 0) {
        r->principal -= beyond;
        r->interest += beyond;
    }
}

/* What a plan of the rest keeps; 0: nothing.  The last row but one tells:
 * it is neither the one that absorbs nor one with interest that waited. */
static int64_t kept_instalment(const struct repayment *r)
{
    const struct loan_standing *standing = &r->standing;
    const struct instalment *row;

    if (r->extra != LOAN_EXTRA_SHORTEN)
        return 0;
    if (standing->plan.fixed > 0)
        return standing->plan.fixed;
    if (standing->count < standing->due + 2)
        return 0;
    row = &standing->rows[standing->count - 2].planned;
    return r->step.before.terms.method == LOAN_METHOD_LEVEL
        ? row->principal + row->interest
        : row->principal;
}

static uint16_t left_of(uint16_t rows, size_t gone)
{
    return rows > gone ? (uint16_t)(rows - gone) : 0;
}

/* The plan of what is owed after `principal` more was paid today. */
static void plan_rest(struct context *c, struct repayment *r)
{
    const struct loan_standing *standing = &r->standing;
    const struct loan_plan *old = &standing->plan;
    struct loan_plan *plan = &r->plan;
    size_t gone = standing->due;
    int64_t disbursed = old->flat_base;

    *plan = *old;
    for (size_t i = old->flat_base > 0; i < old->tranche_count; i++)
        disbursed += old->tranches[i].minor;
    plan->number = old->number + 1;
    plan->made = c->index;
    if (plan->why == LOAN_PLAN_FIRST)
        plan->why = LOAN_PLAN_PREPAID;
    plan->passed = (uint16_t)(old->passed + gone);
    plan->instalments = (uint16_t)(standing->count - gone);
    plan->interest_only = left_of(old->interest_only,
        gone > old->grace ? gone - old->grace : 0);
    plan->grace = left_of(old->grace, gone);
    plan->fixed = kept_instalment(r);
    plan->carried = 0;
    plan->flat_base =
        r->step.before.terms.method == LOAN_METHOD_FLAT ? disbursed : 0;
    if (gone > 0)
        plan->begin_shift = old->shifts[gone - 1];
    plan->tranche_count = 1;
    plan->tranches[0] = (struct tranche){ standing->date,
        standing->principal - r->principal };
    if (plan->balloon > plan->tranches[0].minor)
        plan->balloon = plan->tranches[0].minor;
}

/* What the plan begins with: all that was earned by today is paid, and what
 * was paid ahead of that counts in the plan. */
static void plan_figures(struct repayment *r)
{
    struct loan_plan *plan = &r->plan;

    plan->accrued = r->standing.earned;
    plan->capitalised = r->standing.capitalised;
    plan->principal_paid = r->step.before.principal_paid + r->principal;
    plan->interest_paid = plan->accrued - plan->capitalised;
}

static void pay_principal(struct context *c, struct repayment *r)
{
    struct instalment rows[LOAN_ROWS_MAX];
    int64_t earned = r->standing.interest - r->interest;
    int64_t interest = earned < r->more ? earned : r->more;
    enum schedule_result result;
    size_t count;

    r->interest += interest;
    if (interest == r->more)
        return; /* nothing is left for principal */
    r->principal += r->more - interest;
    r->replanned = true;
    plan_rest(c, r);
    plan_figures(r);
    result = loan_plan_settle(c->state, &r->step.before, &r->plan);
    if (result == SCHEDULE_MADE)
        result = loan_plan_rows(
            &r->step.before, &r->plan, rows, LOAN_ROWS_MAX, &count);
    if (result != SCHEDULE_MADE)
        context_refuse(c, STATUS_NO_SCHEDULE, "extra");
}

/* ---- the whole ---- */

static bool may_shorten(enum loan_method method)
{
    return method == LOAN_METHOD_LEVEL || method == LOAN_METHOD_EQUAL ||
        method == LOAN_METHOD_FLAT;
}

static void pay_off(struct context *c, struct repayment *r)
{
    if (loan_undisbursed(&r->step.before) > 0)
        context_refuse(c, STATUS_TRANCHES_LEFT, "amount");
    r->principal = r->standing.principal;
    r->interest = r->standing.interest;
    r->late = r->standing.late;
}

static void work_out(
    struct context *c, struct repayment *r, int64_t amount)
{
    if (amount > r->standing.payoff) {
        context_refuse(c, STATUS_ABOVE_DEBT, "amount");
        return;
    }
    if (r->extra == LOAN_EXTRA_SHORTEN &&
        !may_shorten(r->step.before.terms.method))
        context_refuse(c, STATUS_BAD_VALUE, "extra");
    if (amount == r->standing.payoff) {
        pay_off(c, r);
        return;
    }
    pay_due(r, amount);
    if (r->more == 0)
        return;
    if (r->extra == LOAN_EXTRA_ADVANCE)
        pay_ahead(r);
    else
        pay_principal(c, r);
}

/* The loan after it. */
static void apply(struct context *c, struct repayment *r, bool ends)
{
    struct loan *loan = &r->step.subject.loan;

    loan_step_accrue(loan, &r->standing);
    loan->principal_paid += r->principal;
    loan->interest_paid += r->interest;
    loan->late_paid += r->late;
    if (r->replanned) {
        loan->plans = r->plan.number;
        loan->accrued = (struct interest){ r->plan.accrued, 0 };
    }
    if (ends) {
        loan_enter(loan, LOAN_PAID, c->index);
        loan->allowance = 0;
        loan->non_accrual = false;
        loan_step_free(c, &r->step);
    }
}

/* Does it accrue again?  Looked at with the payment in. */
static void look_again(struct context *c, struct repayment *r)
{
    struct loan *loan = &r->step.subject.loan;
    struct loan_standing after;

    if (loan->non_accrual && !r->replanned &&
        loan_standing_on(c->state, loan, r->standing.date,
            r->standing.accrued_to, &after) &&
        loan_standing_is_current(loan, &after))
        loan->non_accrual = false;
    else if (loan->non_accrual && r->replanned &&
        r->plan.why != LOAN_PLAN_RESCHEDULED)
        loan->non_accrual = false; /* all that was due is paid */
    if (!loan->non_accrual)
        loan->non_accrual_from = (struct date){ 0 };
}

static bool open_repayment(
    struct context *c, const struct operation *op, struct repayment *r)
{
    const struct loan_repay_fields *f = &op->as.loan_repay;
    const struct loan *loan = &r->step.subject.loan;

    *r = (struct repayment){ .extra = LOAN_EXTRA_ADVANCE };
    if (OPERATION_HAS(op, loan_repay, extra))
        r->extra = f->extra;
    if (!loan_step_open(c, f->loan, &r->step))
        return false;
    loan_need_borrower(c, &r->step.subject);
    loan_need_phase(c, loan, LOAN_OPEN);
    if (f->amount.currency != loan->terms.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
    if (context_refused(c))
        return false;
    if (!loan_standing_on(c->state, loan, r->step.subject.book->date,
            r->step.subject.book->date, &r->standing)) {
        (void)context_fail(c->ledger, "a loan cannot be worked out");
        return false;
    }
    return true;
}

void loan_repay(struct context *c, const struct operation *op)
{
    const struct loan_repay_fields *f = &op->as.loan_repay;
    struct repayment r;

    c->own_scope = true; /* its pools may be anybody's */
    if (!open_repayment(c, op, &r))
        return;
    work_out(c, &r, f->amount.minor);
    loan_step_pay_in(c, &r.step, &f->via, f->amount);
    if (context_refused(c))
        return;
    apply(c, &r, f->amount.minor == r.standing.payoff);
    look_again(c, &r);
    loan_earn(&r.step.subject.loan);
    loan_step_plan(c, &r.step);
    cash_check(c, op->verb);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    if (r.replanned)
        loan_plan_put(c->state, &r.plan);
    loan_step_keep(c, &r.step, true);
    cash_commit(c, op->verb);
    posting_commit(c, op->verb);
}
