#include "check_loan_life.h"

#include <inttypes.h>
#include <string.h>

/*
 * What a loan owes on a day.  The table of instalments and the counting of
 * days are pure arithmetic with tests of their own; which of it was earned,
 * is due or is unpaid is found here in another way than the ledger does:
 * row by row backwards from the last one that was settled.
 */

#define ENTRY "entry %" PRIu64

static int fault(struct check *check, const char *what)
{
    return check_fail(check, ENTRY " %s", check->entry.index, what);
}

static const struct loan_plan *plan_of(const struct check_loan *loan)
{
    return &loan->plans[loan->plan_count - 1];
}

/* ---- parts of a year ---- */

/* What part of a year lies between two days of a row's period. */
static bool part(const struct loan *loan, struct date begin, struct date due,
    struct date from, struct date to, struct year_fraction *out)
{
    static const struct {
        int64_t above;
        int64_t below;
    } periods[] = {
        [LOAN_PERIOD_MONTH] = { 1, 12 },
        [LOAN_PERIOD_BIMESTER] = { 2, 12 },
        [LOAN_PERIOD_QUARTER] = { 3, 12 },
        [LOAN_PERIOD_HALF_YEAR] = { 6, 12 },
        [LOAN_PERIOD_YEAR] = { 12, 12 },
        [LOAN_PERIOD_WEEK] = { 1, 52 },
        [LOAN_PERIOD_FORTNIGHT] = { 2, 52 },
        [LOAN_PERIOD_HALF_MONTH] = { 15, 360 },
    };
    static const struct daycount_terms none;

    if (loan->terms.daycount != LOAN_DAYCOUNT_MONTHS)
        return daycount_fraction(product_daycount(loan->terms.daycount),
            from, to, &none, out);
    *out = year_fraction_of(
        periods[loan->terms.every].above * (to.days - from.days),
        periods[loan->terms.every].below * (due.days - begin.days));
    return true;
}

static bool add_piece(const struct check_loan *loan, struct date begin,
    struct date due, int64_t minor, struct date from, struct date to,
    struct interest *sum)
{
    struct year_fraction fraction;
    struct interest piece;

    if (from.days >= to.days)
        return true;
    return part(&loan->loan, begin, due, from, to, &fraction) &&
        interest_of(minor, plan_of(loan)->yearly, fraction, &piece) &&
        interest_add(*sum, piece, sum);
}

/* ---- what was earned ---- */

bool check_loan_due(const struct loan *loan, const struct loan_plan *plan,
    int row, struct date *out)
{
    static const struct {
        bool in_days;
        int many;
    } periods[] = {
#define X(symbol, name, in_days, many) { in_days, many },
        LOAN_PERIODS(X)
#undef X
    };
    int many = periods[loan->terms.every].many *
        (plan->has_first_due ? row : row + 1);

    *out = plan->has_first_due ? plan->first_due : plan->start;
    if (!periods[loan->terms.every].in_days)
        return date_add_months(*out, many, out);
    out->days += many;
    return true;
}

static bool begin_of(const struct check_loan *loan,
    const struct check_debt *debt, size_t row, struct date *out)
{
    const struct loan_plan *plan = plan_of(loan);

    if (row > 0) {
        *out = debt->rows[row - 1].due;
        return true;
    }
    *out = plan->start;
    if (plan->passed == 0)
        return true;
    if (!check_loan_due(&loan->loan, plan, plan->passed - 1, out))
        return false;
    out->days += plan->begin_shift;
    return true;
}

/* Interest of a row's period on what was owed before it and on tranches. */
static bool count_row(const struct check_loan *loan,
    const struct check_debt *debt, size_t row, struct interest *sum)
{
    const struct loan_plan *plan = plan_of(loan);
    struct date due = debt->rows[row].due;
    struct date to = due.days < debt->to.days ? due : debt->to;
    bool flat = loan->loan.terms.method == LOAN_METHOD_FLAT;
    int64_t before = 0;
    struct date begin;
    bool good = begin_of(loan, debt, row, &begin);

    for (size_t i = 0; flat && i < plan->tranche_count; i++)
        if (plan->tranches[i].date.days < begin.days)
            before += i == 0 && plan->flat_base > 0
                ? plan->flat_base
                : plan->tranches[i].minor;
    good = good &&
        add_piece(loan, begin, due, flat ? before : debt->rows[row].opening,
            begin, to, sum);
    for (size_t i = 0; good && i < plan->tranche_count; i++) {
        const struct tranche *tranche = &plan->tranches[i];
        bool first = flat && i == 0 && plan->flat_base > 0;

        if (tranche->date.days < due.days &&
            (row == 0 || tranche->date.days >= begin.days))
            good = add_piece(loan, begin, due,
                first ? plan->flat_base : tranche->minor, tranche->date, to,
                sum);
    }
    return good;
}

static bool is_settled(const struct instalment *row)
{
    return row->total != 0 || row->capitalised != 0;
}

static bool earn(const struct check_loan *loan, struct check_debt *debt)
{
    const struct loan_plan *plan = plan_of(loan);
    struct interest *sum = &debt->accrued;
    size_t settled = 0; /* rows up to and with the last one settled */
    size_t passed = 0;
    bool carried = plan->carried != 0;

    while (passed < debt->count &&
        debt->rows[passed].due.days <= debt->to.days)
        passed++;
    for (size_t i = 0; i < passed; i++) {
        if (!is_settled(&debt->rows[i]))
            continue;
        settled = i + 1;
        if (debt->rows[i].total != 0)
            carried = false;
    }
    *sum = (struct interest){ plan->accrued -
            (carried ? 0 : plan->carried), 0 };
    for (size_t i = 0; i < settled; i++)
        sum->minor += debt->rows[i].interest + debt->rows[i].capitalised;
    for (size_t i = settled; i < debt->count && i <= passed; i++)
        if (!(loan->loan.terms.grace == LOAN_GRACE_FREE &&
                i < plan->grace) &&
            !count_row(loan, debt, i, sum))
            return false;
    return true;
}

/* ---- what is unpaid ---- */

static void leave_unpaid(int64_t *unpaid, size_t count, int64_t paid)
{
    for (size_t i = 0; i < count && paid > 0; i++) {
        int64_t less = paid < unpaid[i] ? paid : unpaid[i];

        unpaid[i] -= less;
        paid -= less;
    }
}

static void find_unpaid(
    const struct check_loan *loan, struct date date, struct check_debt *debt)
{
    const struct loan_plan *plan = plan_of(loan);

    debt->capitalised = plan->capitalised;
    for (size_t i = 0; i < debt->count; i++) {
        const struct instalment *row = &debt->rows[i];

        debt->unpaid_interest[i] = row->interest;
        debt->unpaid_principal[i] = row->principal;
        debt->due += row->due.days <= date.days;
        if (row->due.days <= debt->to.days)
            debt->capitalised += row->capitalised;
    }
    leave_unpaid(debt->unpaid_interest, debt->count,
        loan->loan.interest_paid - plan->interest_paid);
    leave_unpaid(debt->unpaid_principal, debt->count,
        loan->loan.principal_paid - plan->principal_paid);
    for (size_t i = debt->count; i-- > 0;)
        if (debt->unpaid_interest[i] + debt->unpaid_principal[i] > 0)
            debt->days = date.days - debt->rows[i].due.days;
    if (debt->days < 0)
        debt->days = 0;
}

/* Late interest of a row since the day it was counted to. */
static bool add_late(const struct loan *loan, const struct check_debt *debt,
    size_t row, struct interest *sum)
{
    enum daycount rule = product_daycount(loan->terms.daycount);
    struct date due = debt->rows[row].due;
    struct date from = loan->accrued_to;
    struct year_fraction before = { 0, 1 };
    struct year_fraction after;
    struct interest less;
    struct interest more;

    if (debt->unpaid_principal[row] == 0 || due.days >= debt->to.days)
        return true;
    if (from.days > due.days &&
        !daycount_fraction(rule, due, from, NULL, &before))
        return false;
    return daycount_fraction(rule, due, debt->to, NULL, &after) &&
        interest_of(debt->unpaid_principal[row], loan->terms.late, before,
            &less) &&
        interest_of(debt->unpaid_principal[row], loan->terms.late, after,
            &more) &&
        interest_subtract(more, less, &more) &&
        interest_add(*sum, more, sum);
}

static int64_t above_zero(int64_t minor)
{
    return minor > 0 ? minor : 0;
}

static int owe(struct check *check, const struct loan *loan,
    struct check_debt *debt)
{
    enum rounding rounding = product_rounding(loan->terms.rounding);
    int64_t late;

    if (!interest_round(debt->accrued, rounding, 1, &debt->earned) ||
        !interest_round(debt->late, rounding, 1, &late))
        return fault(check, "makes a loan owe too much");
    debt->principal = loan->disbursed + debt->capitalised -
        loan->principal_paid - loan->charged_off;
    debt->interest = above_zero(
        debt->earned - debt->capitalised - loan->interest_paid);
    debt->late_owed = above_zero(late - loan->late_paid);
    return 0;
}

int check_debt_find(struct check *check, const struct check_loan *loan,
    struct date date, struct date to, struct check_debt *debt)
{
    memset(debt, 0, sizeof *debt);
    debt->to = to.days > loan->loan.accrued_to.days ? to
                                                    : loan->loan.accrued_to;
    debt->late = loan->loan.late_accrued;
    if (loan->plan_count == 0 ||
        loan_plan_rows(&loan->loan, plan_of(loan), debt->rows, LOAN_ROWS_MAX,
            &debt->count) != SCHEDULE_MADE ||
        !earn(loan, debt))
        return fault(check, "is about a loan without a table of payments");
    find_unpaid(loan, date, debt);
    for (size_t i = 0; i < debt->count; i++)
        if (!add_late(&loan->loan, debt, i, &debt->late))
            return fault(check, "makes late interest too large");
    return owe(check, &loan->loan, debt);
}

bool check_debt_is_current(
    const struct check_loan *loan, const struct check_debt *debt)
{
    size_t paid = 0;

    for (size_t i = 0; i < debt->due; i++)
        paid += paid == i &&
            debt->unpaid_interest[i] + debt->unpaid_principal[i] == 0;
    if (debt->days > 0)
        return false;
    return !loan->loan.non_accrual ||
        plan_of(loan)->why != LOAN_PLAN_RESCHEDULED || paid >= 3 ||
        paid == debt->count;
}
