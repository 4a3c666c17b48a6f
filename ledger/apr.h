/*
 * The annual percentage rate of closed-end credit: Regulation Z, 12 CFR
 * 1026, appendix J, actuarial method.
 *
 * The rate of a unit-period solves the general equation (b)(8); times the
 * number of unit-periods in a year it is the annual percentage rate (b)(1).
 * It is computed to 10^-8 of a percent and disclosed to two decimals, halves
 * up (the rounding of the 10^-8 decides what is a half).
 *
 * Time, (b)(3) to (b)(5).  The term begins on the first advance, or on the
 * first payment if that is sooner.  A flow lies whole unit-periods and an
 * odd fraction after the begin:
 *
 *   month      full months back from the flow's date to not before the
 *              begin; odd days / 30.                        12 a year
 *   2 to 11 months, semimonth
 *              days = 30 x full months back + days left; divided by
 *              30 x months, or by 15.            12 / months, or 24 a year
 *   week, n weeks; day, n days
 *              days, divided by 7n or n.          52 / n; 365 / n a year
 *   year       full years back; full months left / 12, or if days are left,
 *              all days left / 365.                          1 a year
 *   term       (single advance, single payment, below a year) one period;
 *              12 / months a year if they are whole, else 365 / days.
 *
 * Months are measured to the same day of the month.  A series (all advances,
 * or all payments) that always falls on the last day of its month is
 * measured from last day to last day; one on the 29th, 30th or 31st has the
 * last day where there is none, (b)(3)(iv).
 */
#ifndef POSITO_LEDGER_APR_H
#define POSITO_LEDGER_APR_H

#include "discount.h"

#include <posito/date.h>

struct cash_flow {
    struct date date;
    int64_t minor; /* above 0 */
};

/* Dates ascend in each; both have at least one. */
struct cash_flows {
    const struct cash_flow *advances; /* less prepaid finance charges */
    size_t advance_count;
    const struct cash_flow *payments;
    size_t payment_count;
};

enum apr_period {
    APR_DAY, /* in ascending length: (b)(4) prefers the smaller */
    APR_WEEK,
    APR_SEMIMONTH,
    APR_MONTH,
    APR_YEAR,
    APR_TERM
};

struct apr_unit {
    enum apr_period period;
    uint32_t many; /* days, weeks or months of a unit-period; else 1 */
};

struct apr {
    struct apr_unit unit;
    uint64_t exact;      /* 10^-8 of a percent */
    uint64_t hundredths; /* of a percent, as disclosed */
};

/*
 * The unit-period, (b)(4): the common period (one that occurs more than
 * once) that occurs most often between advances or between payments,
 * counting the one from the begin of the term to the first of them; the
 * smaller of two as frequent; at most a year.  Without any, the average
 * period, rounded to the nearest standard interval (a day, weeks, a
 * semimonth, months, a year), the lower one of two as near.
 */
struct apr_unit apr_unit_of(const struct cash_flows *);

/* Whole unit-periods and the odd part from the term's begin to a date that
 * is measured by itself (no series). */
void apr_measure(struct apr_unit, struct date begin, struct date date,
    uint32_t *whole, uint32_t *odd, uint32_t *odd_of);

/*
 * The annual percentage rate.  unit may be NULL: apr_unit_of.  Give it where
 * minor irregularities of 1026.17(c)(4) are disregarded, or where another
 * unit-period was agreed.
 */
enum discount_result apr_of(const struct cash_flows *,
    const struct apr_unit *unit, struct apr *) WARN_UNUSED_RESULT;

#endif
