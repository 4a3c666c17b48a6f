#include "schedule.h"

#include "schedule_inside.h"

#define YEARLY_MAX 1000 /* 100,000 % a year */

/* ---- are the terms sound? ---- */

static bool rate_is_sound(struct rate rate)
{
    int64_t most = YEARLY_MAX;

    if (rate.digits < 0 || rate.scale > RATE_SCALE_MAX)
        return false;
    for (unsigned i = 0; i < rate.scale; i++)
        most *= 10;
    return rate.digits <= most;
}

static bool weights_are_sound(const struct schedule_terms *terms)
{
    if (terms->method != SCHEDULE_SEASONAL)
        return terms->weights == NULL;
    if (terms->weights == NULL)
        return false;
    for (size_t i = terms->grace + terms->interest_only; i < terms->instalments;
         i++)
        if (terms->weights[i] > 0)
            return true;
    return false;
}

static bool balloon_is_sound(
    const struct schedule_terms *terms, int64_t disbursed)
{
    if (terms->balloon < 0 || terms->balloon > disbursed)
        return false;
    return terms->balloon == 0 ||
           (terms->method != SCHEDULE_FLAT && terms->method != SCHEDULE_BULLET);
}

/* Their sum, or 0 if they are not as said. */
static int64_t tranches_sum(const struct schedule_terms *terms)
{
    int64_t sum = 0;

    if (terms->tranches == NULL || terms->tranche_count > SCHEDULE_TRANCHES_MAX)
        return 0;
    for (size_t i = 0; i < terms->tranche_count; i++) {
        const struct tranche *tranche = &terms->tranches[i];

        if (tranche->minor <= 0 || tranche->minor > AMOUNT_CAP - sum ||
            (i > 0 && tranche->date.days < tranche[-1].date.days))
            return 0;
        sum += tranche->minor;
    }
    return sum;
}

static bool amounts_are_sound(const struct schedule_terms *terms)
{
    return terms->fee >= 0 && terms->fee <= AMOUNT_CAP && terms->unit >= 1 &&
           terms->unit <= AMOUNT_CAP && terms->fixed >= 0 &&
           terms->fixed <= AMOUNT_CAP && terms->carried >= 0 &&
           terms->carried <= AMOUNT_CAP && terms->flat_base >= 0 &&
           terms->flat_base <= AMOUNT_CAP;
}

static enum schedule_result check(
    const struct schedule_terms *terms, size_t room)
{
    int64_t disbursed = tranches_sum(terms);

    if (terms->instalments == 0 || terms->instalments > room ||
        terms->instalments > SCHEDULE_ROWS_MAX ||
        (uint32_t)terms->grace + terms->interest_only >= terms->instalments)
        return SCHEDULE_BAD_COUNT;
    if (!amounts_are_sound(terms))
        return SCHEDULE_BAD_AMOUNT;
    if (!rate_is_sound(terms->yearly))
        return SCHEDULE_BAD_RATE;
    if (terms->period == 0)
        return SCHEDULE_BAD_DATES;
    if (disbursed == 0)
        return SCHEDULE_BAD_TRANCHE;
    if (!balloon_is_sound(terms, disbursed))
        return SCHEDULE_BAD_BALLOON;
    if (!weights_are_sound(terms))
        return SCHEDULE_BAD_WEIGHTS;
    if (terms->basis == SCHEDULE_DAYS &&
        (terms->rule == DAYCOUNT_ACT_ACT_ICMA || terms->rule >= DAYCOUNT_COUNT))
        return SCHEDULE_BAD_RULE;
    return SCHEDULE_MADE;
}

static bool tranches_are_in_time(const struct plan *plan)
{
    const struct schedule_terms *terms = plan->terms;
    const struct tranche *first = &terms->tranches[0];

    return first->date.days >= plan->begin.days &&
           first->date.days < plan->rows[0].due.days &&
           first[terms->tranche_count - 1].date.days <
               plan->rows[plan->last].due.days;
}

/* ---- a period's interest ---- */

static bool add_piece(struct plan *plan, size_t row, int64_t minor,
    struct date from, struct interest *sum)
{
    struct year_fraction part;
    struct interest piece;

    return schedule_part(plan, row, from, plan->rows[row].due, &part) &&
           interest_of(minor, plan->terms->yearly, part, &piece) &&
           interest_add(*sum, piece, sum);
}

static bool is_free(const struct plan *plan, size_t row)
{
    return plan->terms->grace_kind == GRACE_FREE && row < plan->terms->grace;
}

/* The interest of the row's period, tranches from their own days, and the
 * balance with them. */
static enum schedule_result open_row(struct plan *plan, size_t row)
{
    const struct schedule_terms *terms = plan->terms;
    struct instalment *out = &plan->rows[row];
    struct date due = out->due;
    bool is_flat = terms->method == SCHEDULE_FLAT;
    struct interest sum = {0, 0};
    struct date begin = row == 0 ? plan->begin : plan->rows[row - 1].due;
    bool fits;

    *out = (struct instalment){.due = due, .opening = plan->balance};
    fits = add_piece(
        plan, row, is_flat ? plan->flat_base : plan->balance, begin, &sum);
    for (; plan->next_tranche < terms->tranche_count; plan->next_tranche++) {
        const struct tranche *tranche = &terms->tranches[plan->next_tranche];
        bool goes_on = terms->flat_base > 0 && plan->next_tranche == 0;

        if (tranche->date.days >= due.days)
            break;
        fits =
            fits && add_piece(plan, row,
                        is_flat && goes_on ? terms->flat_base : tranche->minor,
                        tranche->date, &sum);
        out->disbursed += tranche->minor;
        plan->flat_base += goes_on ? terms->flat_base : tranche->minor;
        plan->is_planned = false;
    }
    plan->balance += out->disbursed;
    plan->exact = is_free(plan, row) ? (struct interest){0, 0} : sum;
    if (!fits)
        return SCHEDULE_BAD_RATE;
    return plan->balance > AMOUNT_CAP ? SCHEDULE_OVERFLOW : SCHEDULE_MADE;
}

/* ---- what is due ---- */

static bool round_minor(
    const struct plan *plan, struct interest interest, int64_t *minor)
{
    return interest_round(interest, plan->terms->rounding, 1, minor) &&
           *minor <= AMOUNT_CAP;
}

/* Interest that waits for a later row. */
static enum schedule_result wait(struct plan *plan)
{
    return interest_add(plan->carried, plan->exact, &plan->carried)
               ? SCHEDULE_MADE
               : SCHEDULE_OVERFLOW;
}

static enum schedule_result capitalise(struct plan *plan, size_t row)
{
    int64_t *minor = &plan->rows[row].capitalised;

    if (!round_minor(plan, plan->exact, minor) ||
        *minor > AMOUNT_CAP - plan->balance)
        return SCHEDULE_OVERFLOW;
    plan->balance += *minor;
    return SCHEDULE_MADE;
}

/* The flat interest of the last row brings the sum to the rounded sum. */
static enum schedule_result flat_interest(
    struct plan *plan, size_t row, int64_t *interest)
{
    if (!interest_add(plan->flat_sum, plan->exact, &plan->flat_sum))
        return SCHEDULE_OVERFLOW;
    if (row == plan->last) {
        if (!round_minor(plan, plan->flat_sum, interest))
            return SCHEDULE_OVERFLOW;
        *interest -= plan->flat_due;
        if (*interest < 0)
            return SCHEDULE_TOO_COARSE;
    }
    plan->flat_due += *interest;
    return SCHEDULE_MADE;
}

/* The row's own interest to *own, with what waited to the row. */
static enum schedule_result due_interest(
    struct plan *plan, size_t row, int64_t *own)
{
    enum schedule_result result = SCHEDULE_MADE;
    int64_t waited;

    if (!round_minor(plan, plan->exact, own) ||
        !round_minor(plan, plan->carried, &waited))
        return SCHEDULE_OVERFLOW;
    if (plan->terms->method == SCHEDULE_FLAT)
        result = flat_interest(plan, row, own);
    plan->carried = (struct interest){0, 0};
    plan->rows[row].interest = *own + waited;
    return result;
}

static enum schedule_result level_principal(
    struct plan *plan, size_t row, int64_t own, int64_t *principal)
{
    const struct schedule_terms *terms = plan->terms;

    if (terms->fixed > 0)
        plan->level = terms->fixed;
    else if (!plan->is_planned) {
        enum schedule_result result = schedule_level(plan, row);
        if (result != SCHEDULE_MADE)
            return result;
    }
    plan->is_planned = true;
    *principal = plan->level - own;
    if (*principal < 0 || (*principal == 0 && terms->balloon == 0))
        return SCHEDULE_NOT_AMORTISING;
    return SCHEDULE_MADE;
}

/* The principal of a row that repays, before the last one. */
static enum schedule_result due_principal(
    struct plan *plan, size_t row, int64_t own)
{
    const struct schedule_terms *terms = plan->terms;
    int64_t *principal = &plan->rows[row].principal;
    enum schedule_result result =
        terms->method == SCHEDULE_LEVEL
            ? level_principal(plan, row, own, principal)
            : schedule_share(plan, row, principal);

    if (result != SCHEDULE_MADE)
        return result;
    if (terms->fixed > 0 && *principal >= plan->balance) {
        plan->last = row; /* repaid sooner */
        *principal = plan->balance;
    } else if (*principal > plan->balance - terms->balloon ||
               *principal == plan->balance)
        return SCHEDULE_TOO_COARSE;
    return SCHEDULE_MADE;
}

static bool repays(const struct plan *plan, size_t row)
{
    const struct schedule_terms *terms = plan->terms;

    return row >= (size_t)terms->grace + terms->interest_only &&
           terms->method != SCHEDULE_BULLET;
}

static enum schedule_result pay(struct plan *plan, size_t row)
{
    int64_t own;
    enum schedule_result result = due_interest(plan, row, &own);

    if (result != SCHEDULE_MADE)
        return result;
    if (row == plan->last)
        plan->rows[row].principal = plan->balance;
    else if (repays(plan, row))
        result = due_principal(plan, row, own);
    plan->rows[row].fee = plan->terms->fee;
    return result;
}

/* Is nothing due, and what becomes of the interest? */
static enum schedule_result settle(struct plan *plan, size_t row)
{
    const struct schedule_terms *terms = plan->terms;

    if (row < terms->grace)
        switch (terms->grace_kind) {
        case GRACE_INTEREST_PAID:
            return pay(plan, row);
        case GRACE_CAPITALISED:
            if (terms->method == SCHEDULE_FLAT)
                return wait(plan); /* flat interest bears none */
            return capitalise(plan, row);
        case GRACE_CARRIED:
        case GRACE_FREE:
            return wait(plan);
        }
    if (repays(plan, row) && schedule_weight(plan, row) == 0)
        return wait(plan);
    return pay(plan, row);
}

static enum schedule_result close_row(struct plan *plan, size_t row)
{
    struct instalment *out = &plan->rows[row];

    plan->balance -= out->principal;
    out->closing = plan->balance;
    if (!minor_add(out->principal, out->interest, &out->total) ||
        !minor_add(out->total, out->fee, &out->total) ||
        out->total > AMOUNT_CAP)
        return SCHEDULE_OVERFLOW;
    return SCHEDULE_MADE;
}

/* ---- the whole ---- */

static size_t last_row(const struct plan *plan)
{
    size_t last = plan->terms->instalments - 1U;

    while (schedule_weight(plan, last) == 0)
        last--;
    return last;
}

static enum schedule_result make_rows(struct plan *plan)
{
    enum schedule_result result = SCHEDULE_MADE;

    for (size_t row = 0; row <= plan->last; row++) {
        result = open_row(plan, row);
        if (result == SCHEDULE_MADE)
            result = settle(plan, row);
        if (result == SCHEDULE_MADE)
            result = close_row(plan, row);
        if (result != SCHEDULE_MADE)
            break;
    }
    return result;
}

enum schedule_result schedule_make(const struct schedule_terms *terms,
    struct instalment *rows, size_t room, size_t *count)
{
    struct plan plan = {.terms = terms, .rows = rows};
    enum schedule_result result = check(terms, room);

    if (result == SCHEDULE_MADE)
        result = schedule_dates(&plan);
    if (result != SCHEDULE_MADE)
        return result;
    plan.last = last_row(&plan);
    plan.carried.minor = terms->carried;
    if (!tranches_are_in_time(&plan))
        return SCHEDULE_BAD_TRANCHE;
    result = make_rows(&plan);
    *count = plan.last + 1;
    return result;
}

enum schedule_result schedule_replan(const struct schedule_terms *old,
    const struct schedule_rest *rest, struct instalment *rows, size_t room,
    size_t *count)
{
    struct schedule_terms terms = *old;
    uint16_t gone = rest->rows_gone;

    if (gone >= old->instalments || gone > UINT16_MAX - old->passed)
        return SCHEDULE_BAD_COUNT;
    terms.passed = (uint16_t)(old->passed + gone);
    terms.instalments = (uint16_t)(old->instalments - gone);
    terms.tranches = rest->tranches;
    terms.tranche_count = rest->tranche_count;
    terms.carried = rest->interest_owed;
    terms.fixed = rest->instalment;
    terms.interest_only =
        gone <= old->grace ? old->interest_only
        : gone - old->grace >= old->interest_only
            ? 0
            : (uint16_t)(old->interest_only - (gone - old->grace));
    terms.grace = gone >= old->grace ? 0 : (uint16_t)(old->grace - gone);
    if (old->weights != NULL)
        terms.weights = old->weights + gone;
    return schedule_make(&terms, rows, room, count);
}
