#include "loan_standing.h"

#include <string.h>

/* ---- rows ---- */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t not_below_zero(int64_t minor)
{
    return minor > 0 ? minor : 0;
}

static bool make_rows(const struct loan *loan, struct loan_standing *out)
{
    struct instalment rows[LOAN_ROWS_MAX];
    struct interest earned;

    if (loan_plan_rows(loan, &out->plan, rows, LOAN_ROWS_MAX, &out->count) !=
            SCHEDULE_MADE ||
        !loan_plan_accrued(loan, &out->plan, rows, out->count,
            out->accrued_to, &earned) ||
        !minor_add(earned.minor, out->plan.accrued - out->plan.carried,
            &earned.minor))
        return false;
    out->accrued = earned;
    for (size_t i = 0; i < out->count; i++)
        out->rows[i] = (struct loan_row){ .planned = rows[i] };
    return true;
}

/* The oldest row first. */
static void share_paid(const struct loan *loan, struct loan_standing *out)
{
    int64_t principal = loan->principal_paid - out->plan.principal_paid;
    int64_t interest = loan->interest_paid - out->plan.interest_paid;

    out->capitalised = out->plan.capitalised;
    for (size_t i = 0; i < out->count; i++) {
        struct loan_row *row = &out->rows[i];

        row->principal_paid = smaller(principal, row->planned.principal);
        row->interest_paid = smaller(interest, row->planned.interest);
        principal -= row->principal_paid;
        interest -= row->interest_paid;
        if (row->planned.due.days <= out->accrued_to.days)
            out->capitalised += row->planned.capitalised;
        if (row->planned.due.days <= out->date.days)
            out->due = i + 1;
    }
}

static int64_t unpaid_principal(const struct loan_row *row)
{
    return row->planned.principal - row->principal_paid;
}

static int64_t unpaid_interest(const struct loan_row *row)
{
    return row->planned.interest - row->interest_paid;
}

/* ---- what is due and overdue ---- */

static void look_at_rows(struct loan_standing *out)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct loan_row *row = &out->rows[i];
        int64_t unpaid = unpaid_principal(row) + unpaid_interest(row);

        if (i < out->due) {
            out->principal_due += unpaid_principal(row);
            out->interest_due += unpaid_interest(row);
        }
        if (unpaid == 0 || out->has_next)
            continue;
        out->has_next = true;
        out->next = row->planned.due;
        out->next_amount = unpaid;
        out->days = ageing_days(row->planned.due, out->date);
        if (out->days > 0)
            out->overdue_since = row->planned.due;
    }
}

/* Late interest since it was last counted. */
static bool add_late(const struct loan *loan, struct loan_standing *out)
{
    struct interest_period period = {
        .yearly = loan->terms.late,
        .rule = product_daycount(loan->terms.daycount),
    };

    out->late_accrued = loan->late_accrued;
    for (size_t i = 0; i < out->count; i++) {
        const struct loan_row *row = &out->rows[i];
        struct date from = row->planned.due;
        struct interest more;

        if (from.days < loan->accrued_to.days)
            from = loan->accrued_to;
        if (unpaid_principal(row) == 0 || from.days >= out->accrued_to.days)
            continue;
        period.start = row->planned.due;
        if (!interest_between(&period, unpaid_principal(row), from,
                out->accrued_to, &more) ||
            !interest_add(out->late_accrued, more, &out->late_accrued))
            return false;
    }
    return true;
}

/* ---- what is owed ---- */

static bool sum_up(const struct loan *loan, struct loan_standing *out)
{
    enum rounding rounding = product_rounding(loan->terms.rounding);
    int64_t late;

    if (!interest_round(out->accrued, rounding, 1, &out->earned) ||
        !interest_round(out->late_accrued, rounding, 1, &late))
        return false;
    out->principal =
        loan_principal(loan) + out->capitalised - loan->capitalised;
    out->interest = not_below_zero(
        out->earned - out->capitalised - loan->interest_paid);
    out->late = not_below_zero(late - loan->late_paid);
    return minor_add(out->principal, out->interest, &out->payoff) &&
        minor_add(out->payoff, out->late, &out->payoff);
}

bool loan_standing_on(struct state *state, const struct loan *loan,
    struct date date, struct date earned, struct loan_standing *out)
{
    memset(out, 0, sizeof *out);
    out->date = date;
    out->accrued_to =
        earned.days < loan->accrued_to.days ? loan->accrued_to : earned;
    if (loan->plans == 0 ||
        !loan_plan_find(state, loan->index, loan->plans, &out->plan) ||
        !make_rows(loan, out))
        return false;
    share_paid(loan, out);
    look_at_rows(out);
    return add_late(loan, out) && sum_up(loan, out);
}

bool loan_standing_is_current(
    const struct loan *loan, const struct loan_standing *standing)
{
    size_t paid = 0;

    if (standing->days > 0)
        return false;
    if (!loan->non_accrual || standing->plan.why != LOAN_PLAN_RESCHEDULED)
        return true;
    while (paid < standing->due &&
        unpaid_principal(&standing->rows[paid]) == 0 &&
        unpaid_interest(&standing->rows[paid]) == 0)
        paid++;
    return paid >= LOAN_SUSTAINED_ROWS || paid == standing->count;
}

/* ---- income ---- */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void loan_earn(struct loan *loan)
{
    int64_t settled = loan->interest_paid + loan->capitalised;
    int64_t all = larger(loan->accrued.minor, settled) +
        larger(loan->late_accrued.minor, loan->late_paid);
    int64_t paid = settled + loan->late_paid;
    bool ended = loan_phase_has_ended(loan->phase);

    loan->earned = loan->non_accrual || ended ? paid : all;
    loan->receivable = loan->earned - paid;
    loan->memo = loan->non_accrual && !ended ? all - paid : 0;
}
