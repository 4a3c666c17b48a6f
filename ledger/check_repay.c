#include "check_loan_life.h"

#include <inttypes.h>
#include <string.h>

/*
 * What a repayment pays, worked out unit after unit of what is owed, in the
 * order that the product says.
 */

#define ENTRY "entry %" PRIu64

struct paying {
    struct check_debt debt;
    int64_t left; /* of the payment */
    int64_t principal;
    int64_t interest;
    int64_t late;
    bool late_taken;
};

static int fault(struct check *check, const char *what)
{
    return check_fail(check, ENTRY " %s", check->entry.index, what);
}

static void move(struct paying *p, int64_t *owed, int64_t *paid)
{
    int64_t minor = *owed < p->left ? *owed : p->left;

    *owed -= minor;
    p->left -= minor;
    *paid += minor;
}

static bool is_owed(const struct paying *p, size_t row)
{
    return p->debt.unpaid_interest[row] > 0 ||
        p->debt.unpaid_principal[row] > 0;
}

/* An instalment: l late, i interest, p principal, in that order. */
static void pay_row(struct paying *p, size_t row, const char *order)
{
    bool late = is_owed(p, row) && !p->late_taken;

    for (; *order != '\0'; order++) {
        if (*order == 'l' && late)
            move(p, &p->debt.late_owed, &p->late);
        if (*order == 'i')
            move(p, &p->debt.unpaid_interest[row], &p->interest);
        if (*order == 'p')
            move(p, &p->debt.unpaid_principal[row], &p->principal);
    }
    p->late_taken |= late;
}

static void pay_due(struct paying *p, enum loan_order order)
{
    static const char *const orders[] = {
        [LOAN_ORDER_STANDARD] = "lip",
        [LOAN_ORDER_PRINCIPAL] = "pil",
        [LOAN_ORDER_INTEREST] = "",
    };

    if (order == LOAN_ORDER_INTEREST) {
        move(p, &p->debt.late_owed, &p->late);
        for (size_t i = 0; i < p->debt.due; i++)
            pay_row(p, i, "i");
        for (size_t i = 0; i < p->debt.due; i++)
            pay_row(p, i, "p");
        return;
    }
    for (size_t i = 0; i < p->debt.due; i++)
        pay_row(p, i, orders[order]);
    /* Late interest of instalments that are paid themselves. */
    if (!p->late_taken)
        move(p, &p->debt.late_owed, &p->late);
}

static void pay_ahead(struct paying *p, enum loan_order order)
{
    int64_t owed = p->debt.principal;

    p->late_taken = true;
    for (size_t i = p->debt.due; i < p->debt.count; i++)
        pay_row(p, i, order == LOAN_ORDER_PRINCIPAL ? "pi" : "ip");
    p->interest += p->left;
    p->left = 0;
    if (p->principal > owed) {
        p->interest += p->principal - owed;
        p->principal = owed;
    }
}

/* ---- a plan of the rest ---- */

/* The instalment to keep: that of the last row but one. */
static int64_t kept(const struct paying *p, const struct check_loan *loan,
    const struct loan_plan *old)
{
    size_t count = p->debt.count;

    if (old->fixed != 0)
        return old->fixed;
    if (count < 2 || count - 2 < p->debt.due)
        return 0;
    return p->debt.rows[count - 2].principal +
        (loan->loan.terms.method == LOAN_METHOD_LEVEL
                ? p->debt.rows[count - 2].interest
                : 0);
}

static uint16_t rest_of(size_t rows, size_t gone)
{
    return (uint16_t)(rows > gone ? rows - gone : 0);
}

static int64_t flat_base(const struct loan_plan *old)
{
    int64_t sum = old->flat_base;

    for (size_t i = old->flat_base > 0 ? 1 : 0; i < old->tranche_count; i++)
        sum += old->tranches[i].minor;
    return sum;
}

static int plan_rest(struct check *check, struct check_loan *loan,
    const struct paying *p, bool shorten)
{
    struct loan_plan *plan = check_loan_new_plan(check, loan);
    struct loan_plan old;
    size_t gone = p->debt.due;
    int64_t owed = p->debt.principal - p->principal;

    if (plan == NULL)
        return -1;
    old = plan[-1];
    plan->why = old.why == LOAN_PLAN_RESCHEDULED ? LOAN_PLAN_RESCHEDULED
                                                 : LOAN_PLAN_PREPAID;
    plan->yearly = old.yearly;
    plan->start = old.start;
    plan->has_first_due = old.has_first_due;
    plan->first_due = old.first_due;
    plan->passed = (uint16_t)(old.passed + gone);
    plan->instalments = (uint16_t)(p->debt.count - gone);
    plan->grace = rest_of(old.grace, gone);
    plan->interest_only =
        rest_of(old.grace + (size_t)old.interest_only,
            gone > old.grace ? gone : old.grace);
    plan->balloon = old.balloon < owed ? old.balloon : owed;
    plan->fixed = shorten ? kept(p, loan, &old) : 0;
    if (loan->loan.terms.method == LOAN_METHOD_FLAT)
        plan->flat_base = flat_base(&old);
    plan->begin_shift = gone > 0 ? old.shifts[gone - 1] : old.begin_shift;
    plan->principal_paid = loan->loan.principal_paid + p->principal;
    plan->accrued = p->debt.earned;
    plan->capitalised = p->debt.capitalised;
    plan->interest_paid = p->debt.earned - p->debt.capitalised;
    plan->tranche_count = 1;
    plan->tranches[0] =
        (struct tranche){ check->books[loan->loan.book].date, owed };
    return check_loan_shifts(check, &loan->loan, plan);
}

/* Interest earned by today, then principal.  *anew: planned anew. */
static int pay_principal(struct check *check, struct check_loan *loan,
    struct paying *p, bool shorten, bool *anew)
{
    int64_t earned = p->debt.interest - p->interest;

    move(p, &earned, &p->interest);
    *anew = p->left > 0;
    p->principal += p->left;
    p->left = 0;
    return *anew ? plan_rest(check, loan, p, shorten) : 0;
}

/* ---- the whole ---- */

/* After it: does the loan accrue again? */
static int look_again(struct check *check, struct check_loan *loan,
    const struct paying *p, bool anew)
{
    struct loan *l = &loan->loan;
    struct check_debt debt;
    bool current;

    if (!l->non_accrual)
        return 0;
    if (anew) {
        current = loan->plans[loan->plan_count - 1].why !=
            LOAN_PLAN_RESCHEDULED;
    } else {
        if (check_debt_find(check, loan, check->books[l->book].date,
                p->debt.to, &debt) != 0)
            return -1;
        current = check_debt_is_current(loan, &debt);
    }
    if (current) {
        l->non_accrual = false;
        l->non_accrual_from = (struct date){ 0 };
    }
    return 0;
}

static void end_loan(struct check *check, struct loan *loan)
{
    loan->phase = LOAN_PAID;
    loan->ended = check->entry.index;
    loan->allowance = 0;
    loan->non_accrual = false;
    loan->non_accrual_from = (struct date){ 0 };
}

static int pay(struct check *check, struct check_loan *loan,
    struct paying *p, enum loan_extra extra)
{
    struct loan *l = &loan->loan;
    int64_t whole = p->debt.principal + p->debt.interest + p->debt.late_owed;
    bool ends = p->left == whole;
    bool anew = false;

    if (p->left > whole || (ends && l->committed != l->disbursed))
        return fault(check, "repays more than is owed");
    if (ends) {
        p->principal = p->debt.principal;
        p->interest = p->debt.interest;
        p->late = p->debt.late_owed;
    } else {
        pay_due(p, l->terms.order);
        if (extra == LOAN_EXTRA_ADVANCE)
            pay_ahead(p, l->terms.order);
        else if (p->left > 0 &&
            pay_principal(check, loan, p, extra == LOAN_EXTRA_SHORTEN,
                &anew) != 0)
            return -1;
    }
    l->accrued_to = p->debt.to;
    l->accrued =
        anew ? (struct interest){ p->debt.earned, 0 } : p->debt.accrued;
    l->late_accrued = p->debt.late;
    l->capitalised = p->debt.capitalised;
    l->principal_paid += p->principal;
    l->interest_paid += p->interest;
    l->late_paid += p->late;
    if (ends)
        end_loan(check, l);
    if (look_again(check, loan, p, anew) != 0)
        return -1;
    check_loan_income(l);
    return 0;
}

int check_repay(struct check *check, const struct operation *op)
{
    const struct loan_repay_fields *f = &op->as.loan_repay;
    struct check_loan *loan = check_loan_find(check, f->loan);
    struct paying p;
    struct date date;

    memset(&p, 0, sizeof p);
    if (loan == NULL)
        return -1;
    date = check->books[loan->loan.book].date;
    if (loan->loan.phase != LOAN_OPEN ||
        check_debt_find(check, loan, date, date, &p.debt) != 0)
        return fault(check, "repays a loan that is not open");
    p.left = f->amount.minor;
    return pay(check, loan, &p,
        OPERATION_HAS(op, loan_repay, extra) ? f->extra : LOAN_EXTRA_ADVANCE);
}
