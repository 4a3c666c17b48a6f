#include "scaled.h"
#include "schedule_inside.h"

/* What is level is taken to this part of the smallest unit before it is
 * rounded. */
#define LEVEL_PARTS UINT64_C(1000000000)

/* ---- the annuity ---- */

/* 1 + the rate of a whole period. */
static bool growth_of(const struct plan *plan, size_t row, struct scaled *out)
{
    struct rate rate = plan->terms->yearly;
    struct date begin = row == 0 ? plan->begin : plan->rows[row - 1].due;
    struct year_fraction part;
    wide above;
    wide below;

    if (!schedule_part(plan, row, begin, plan->rows[row].due, &part) ||
        !wide_times(rate.digits, part.numerator, &above) ||
        !wide_times(wide_power_of_ten(rate.scale), part.denominator, &below) ||
        __builtin_add_overflow(above, below, &above))
        return false;
    *out = scaled_ratio((uwide)above, (uwide)below);
    return true;
}

/* What is owed on the row's due date if it grew unpaid: the balance, plus
 * the row's own interest. */
static struct scaled grown(const struct plan *plan)
{
    struct scaled interest =
        scaled_of((uwide)plan->exact.minor * (uwide)INTEREST_PARTS +
                  (uwide)plan->exact.parts);

    return scaled_plus(scaled_of((uwide)plan->balance),
        scaled_over(interest, scaled_of((uwide)INTEREST_PARTS)));
}

static enum schedule_result round_level(struct plan *plan, struct scaled level)
{
    const struct schedule_terms *terms = plan->terms;
    uwide parts;
    wide units;

    if (!scaled_nearest(scaled_times(level, scaled_of(LEVEL_PARTS)), &parts) ||
        parts > (uwide)AMOUNT_CAP * LEVEL_PARTS)
        return SCHEDULE_OVERFLOW;
    units = wide_divide(
        (wide)parts, (wide)terms->unit * (wide)LEVEL_PARTS, terms->rounding);
    if (units > AMOUNT_CAP / terms->unit)
        return SCHEDULE_OVERFLOW;
    plan->level = (int64_t)units * terms->unit;
    return SCHEDULE_MADE;
}

enum schedule_result schedule_level(struct plan *plan, size_t row)
{
    struct scaled owed = grown(plan);
    struct scaled annuity = scaled_of(1);

    for (size_t i = row + 1; i <= plan->last; i++) {
        struct scaled growth;

        if (!growth_of(plan, i, &growth))
            return SCHEDULE_BAD_RATE;
        owed = scaled_times(owed, growth);
        annuity = scaled_plus(scaled_times(annuity, growth), scaled_of(1));
    }
    owed = scaled_minus(owed, scaled_of((uwide)plan->terms->balloon));
    return round_level(plan, scaled_over(owed, annuity));
}

/* ---- principal shared out ---- */

uint32_t schedule_weight(const struct plan *plan, size_t row)
{
    return plan->terms->weights == NULL ? 1 : plan->terms->weights[row];
}

/* From this row on, the present balance by the weights of the rows left. */
static void plan_shares(struct plan *plan, size_t row)
{
    plan->share_base = plan->balance - plan->terms->balloon;
    plan->share_weights = 0;
    for (size_t i = row; i <= plan->last; i++)
        plan->share_weights += schedule_weight(plan, i);
    plan->is_planned = true;
}

enum schedule_result schedule_share(
    struct plan *plan, size_t row, int64_t *principal)
{
    const struct schedule_terms *terms = plan->terms;
    wide product;
    wide units;

    if (terms->fixed > 0) {
        *principal = terms->fixed;
        return SCHEDULE_MADE;
    }
    if (!plan->is_planned)
        plan_shares(plan, row);
    if (plan->share_base < 0)
        return SCHEDULE_BAD_BALLOON;
    if (!wide_times(plan->share_base, schedule_weight(plan, row), &product))
        return SCHEDULE_OVERFLOW;
    units = wide_divide(
        product, (wide)plan->share_weights * terms->unit, terms->rounding);
    *principal = (int64_t)(units * terms->unit);
    return SCHEDULE_MADE;
}
