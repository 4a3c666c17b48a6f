/*
 * Simple interest: principal x rate x part of a year, with more digits than
 * money has, rounded once when it is posted.
 *
 * Interest is counted in parts of 10^-12 of the currency's smallest unit
 * (half a part to the even one).  The product itself is exact before that:
 * whole numbers of 128 bits.  A balance that is rounded for posting lies
 * within 10^-12 of the exact one, so a sum closer than that to a half is
 * taken for a half.
 *
 * Daily accrual is the difference between what has accrued by that day and
 * by the day before, both counted from the period's first day; so the days
 * of a period sum exactly to the period's interest under every day count,
 * also those that are not additive.
 */
#ifndef POSITO_LEDGER_INTEREST_H
#define POSITO_LEDGER_INTEREST_H

#include "daycount.h"

#include <posito/amount.h>

#define INTEREST_PARTS INT64_C(1000000000000)

/* minor + parts x 10^-12; neither is negative, parts below 10^12. */
struct interest {
    int64_t minor;
    int64_t parts;
};

/* False if the principal is negative or on overflow: the product of the
 * principal, the rate's digits and the numerator must have 38 digits. */
bool interest_of(int64_t principal, struct rate yearly, struct year_fraction,
    struct interest *) WARN_UNUSED_RESULT;

/* False on overflow, or if b is more than a. */
bool interest_add(
    struct interest a, struct interest b, struct interest *) WARN_UNUSED_RESULT;
bool interest_subtract(
    struct interest a, struct interest b, struct interest *) WARN_UNUSED_RESULT;

/* To a multiple of unit (at least 1).  False on overflow. */
bool interest_round(struct interest, enum rounding, int64_t unit,
    int64_t *minor) WARN_UNUSED_RESULT;

/*
 * What accrues from one day of a period to another, where the period began
 * at `start`.  terms as daycount_fraction.  False as daycount_fraction and
 * interest_of, or if the dates descend.
 */
struct interest_period {
    struct rate yearly;
    enum daycount rule;
    const struct daycount_terms *terms;
    struct date start;
};
bool interest_between(const struct interest_period *, int64_t principal,
    struct date from, struct date to, struct interest *) WARN_UNUSED_RESULT;

/*
 * Late interest on an overdue amount: none up to `grace_days` after the due
 * date; after that, from the due date on (the period's start is the due
 * date).
 */
bool interest_late(const struct interest_period *, int64_t overdue,
    uint16_t grace_days, struct date today,
    struct interest *) WARN_UNUSED_RESULT;

#endif
