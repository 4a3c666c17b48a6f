#include "schedule_inside.h"

#define SHIFT_DAYS_MAX 31

/* ---- days that nobody works ---- */

static bool is_worked(const struct schedule_terms *terms, struct date date)
{
    return terms->is_holiday == NULL ||
           !terms->is_holiday(terms->calendar, date);
}

static bool step_to_worked(
    const struct schedule_terms *terms, int32_t step, struct date *date)
{
    struct date found = *date;

    for (int i = 0; i <= SHIFT_DAYS_MAX; i++) {
        if (is_worked(terms, found)) {
            *date = found;
            return true;
        }
        if (!date_add_days(found, step, &found))
            return false;
    }
    return false;
}

static int month_of(struct date date)
{
    int year, month, day;

    date_split(date, &year, &month, &day);
    return month;
}

static bool shift(const struct schedule_terms *terms, struct date *date)
{
    struct date nominal = *date;

    switch (terms->shift) {
    case SHIFT_NONE:
        return true;
    case SHIFT_NEXT:
        return step_to_worked(terms, 1, date);
    case SHIFT_NEXT_IN_MONTH:
        if (!step_to_worked(terms, 1, date))
            return false;
        if (month_of(*date) == month_of(nominal))
            return true;
        *date = nominal;
        return step_to_worked(terms, -1, date);
    case SHIFT_PREVIOUS:
        return step_to_worked(terms, -1, date);
    }
    return false;
}

/* ---- due dates ---- */

enum schedule_result schedule_due(
    const struct schedule_terms *terms, uint32_t index, struct date *out)
{
    struct date anchor = terms->has_first_due ? terms->first_due : terms->start;
    uint32_t periods = terms->has_first_due ? index : index + 1;
    uint32_t many;
    bool exists;

    if (__builtin_mul_overflow(periods, (uint32_t)terms->period, &many) ||
        many > INT32_MAX / 2)
        return SCHEDULE_BAD_DATES;
    exists = terms->period_in_days
                 ? date_add_days(anchor, (int32_t)many, out)
                 : date_add_months(anchor, (int32_t)many, out);
    if (!exists)
        return SCHEDULE_BAD_DATES;
    return shift(terms, out) ? SCHEDULE_MADE : SCHEDULE_NO_WORKED_DAY;
}

enum schedule_result schedule_dates(struct plan *plan)
{
    const struct schedule_terms *terms = plan->terms;
    struct date before = terms->start;
    enum schedule_result result;

    if (terms->passed > 0) {
        result = schedule_due(terms, terms->passed - 1U, &before);
        if (result != SCHEDULE_MADE)
            return result;
    }
    plan->begin = before;
    for (size_t i = 0; i < terms->instalments; i++) {
        result = schedule_due(
            terms, (uint32_t)(terms->passed + i), &plan->rows[i].due);
        if (result != SCHEDULE_MADE)
            return result;
        if (plan->rows[i].due.days <= before.days)
            return SCHEDULE_BAD_DATES;
        before = plan->rows[i].due;
    }
    return SCHEDULE_MADE;
}

/* ---- parts of a year ---- */

static struct year_fraction equal_period(const struct schedule_terms *terms)
{
    if (!terms->period_in_days)
        return year_fraction_of(terms->period, 12);
    if (terms->period % 7 == 0)
        return year_fraction_of(terms->period / 7, 52);
    return year_fraction_of(terms->period, terms->period == 15 ? 360 : 365);
}

bool schedule_part(const struct plan *plan, size_t row, struct date from,
    struct date to, struct year_fraction *out)
{
    const struct schedule_terms *terms = plan->terms;
    struct daycount_terms maturity = {
        .maturity = plan->rows[terms->instalments - 1U].due};
    struct date end = plan->rows[row].due;
    struct date begin = row == 0 ? plan->begin : plan->rows[row - 1].due;
    int32_t days = to.days - from.days;

    if (terms->basis == SCHEDULE_DAYS)
        return daycount_fraction(terms->rule, from, to, &maturity, out);
    *out = equal_period(terms);
    if (days != end.days - begin.days)
        *out = year_fraction_of(
            out->numerator * days, out->denominator * (end.days - begin.days));
    return true;
}
