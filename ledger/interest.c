#include "interest.h"

#include "wide.h"

/* Trailing zeros cost room in the product. */
static struct rate shortened(struct rate rate)
{
    while (rate.scale > 0 && rate.digits % 10 == 0) {
        rate.digits /= 10;
        rate.scale--;
    }
    return rate;
}

bool interest_of(int64_t principal, struct rate yearly,
    struct year_fraction part, struct interest *out)
{
    struct rate rate = shortened(yearly);
    wide above;
    wide below;
    wide rest;
    wide parts;

    if (principal < 0 || rate.digits < 0 || rate.scale > RATE_SCALE_MAX ||
        part.numerator < 0 || part.denominator <= 0 ||
        !wide_times(principal, rate.digits, &above) ||
        !wide_times(above, part.numerator, &above) ||
        !wide_times(wide_power_of_ten(rate.scale), part.denominator, &below))
        return false;
    if (above / below >= INT64_MAX ||
        !wide_times(above % below, INTEREST_PARTS, &rest))
        return false;
    parts = wide_divide(rest, below, ROUND_HALF_EVEN);
    out->minor = (int64_t)(above / below + parts / INTEREST_PARTS);
    out->parts = (int64_t)(parts % INTEREST_PARTS);
    return true;
}

bool interest_add(struct interest a, struct interest b, struct interest *out)
{
    int64_t parts = a.parts + b.parts;
    int64_t minor;

    if (!minor_add(a.minor, b.minor, &minor) ||
        !minor_add(minor, parts / INTEREST_PARTS, &minor))
        return false;
    *out = (struct interest){minor, parts % INTEREST_PARTS};
    return true;
}

bool interest_subtract(
    struct interest a, struct interest b, struct interest *out)
{
    bool borrow = a.parts < b.parts;

    if (a.minor < b.minor || (a.minor == b.minor && borrow))
        return false;
    *out = (struct interest){a.minor - b.minor - borrow,
        a.parts - b.parts + (borrow ? INTEREST_PARTS : 0)};
    return true;
}

bool interest_round(struct interest interest, enum rounding rounding,
    int64_t unit, int64_t *minor)
{
    wide parts = (wide)interest.minor * INTEREST_PARTS + interest.parts;
    wide units;

    if (unit < 1)
        return false;
    units = wide_divide(parts, (wide)unit * INTEREST_PARTS, rounding);
    if (units > INT64_MAX / unit)
        return false;
    *minor = (int64_t)units * unit;
    return true;
}

static bool accrued_by(const struct interest_period *period, int64_t principal,
    struct date day, struct interest *out)
{
    struct year_fraction part;

    return daycount_fraction(
               period->rule, period->start, day, period->terms, &part) &&
           interest_of(principal, period->yearly, part, out);
}

bool interest_between(const struct interest_period *period, int64_t principal,
    struct date from, struct date to, struct interest *out)
{
    struct interest before;
    struct interest after;

    return from.days <= to.days &&
           accrued_by(period, principal, from, &before) &&
           accrued_by(period, principal, to, &after) &&
           interest_subtract(after, before, out);
}

bool interest_late(const struct interest_period *period, int64_t overdue,
    uint16_t grace_days, struct date today, struct interest *out)
{
    if (today.days - period->start.days <= (int32_t)grace_days) {
        *out = (struct interest){0, 0};
        return true;
    }
    return interest_between(period, overdue, period->start, today, out);
}
