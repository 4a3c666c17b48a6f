/*
 * What the files of apr.h share: dates measured in months.
 */
#ifndef POSITO_LEDGER_APR_INSIDE_H
#define POSITO_LEDGER_APR_INSIDE_H

#include "apr.h"

#define APR_OWN_DAY 0

/* The day of the month a series is measured to: 31 if its dates are all last
 * days, the greatest day if the others are so only where it is missing, else
 * APR_OWN_DAY, each date's own. */
int apr_series_day(const struct cash_flow *, size_t count);

/* Full months from the begin back from a date, and the days left between the
 * begin and where they start. */
struct apr_months {
    uint32_t months;
    uint32_t days;
};
struct apr_months apr_months_between(
    struct date begin, struct date date, int series_day);

/* Of a date of a series. */
struct apr_position {
    uint32_t whole;
    uint32_t odd;
    uint32_t odd_of;
};
struct apr_position apr_position_of(
    struct apr_unit, struct date begin, struct date date, int series_day);

/* The first advance or payment. */
struct date apr_begin(const struct cash_flows *);

#endif
