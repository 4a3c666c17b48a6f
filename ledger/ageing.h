/*
 * Ageing of loans: days past due, buckets, provisions, portfolio at risk.
 *
 * A table is data: up to 16 buckets, each from a number of days past due to
 * the day before the next bucket's, with the rate of its provision.  A
 * bucket "0" holds what is current, "1 to 7 days" begins at 1.  Days past
 * due are counted from the oldest instalment that is not fully paid: none on
 * its due date, one on the day after.
 *
 * A loan's provision is its balance x its bucket's rate, rounded once, half
 * away from zero.  The provision of a whole portfolio by bucket is the exact
 * sum over the buckets, rounded once.  (The published table of five buckets
 * that sums to 22,831 in thousands comes out either way.)
 */
#ifndef POSITO_LEDGER_AGEING_H
#define POSITO_LEDGER_AGEING_H

#include <posito/amount.h>
#include <posito/date.h>

#define AGEING_BUCKETS_MAX 16

struct ageing_bucket {
    uint16_t from; /* days past due */
    struct rate rate;
};

struct ageing_table {
    size_t count;
    struct ageing_bucket buckets[AGEING_BUCKETS_MAX];
};

/* Begins at 0 days; ascending; no rate above 1; none below the one before
 * it, unless all are zero. */
bool ageing_is_sound(const struct ageing_table *);

/* 0 if nothing was due before today. */
uint32_t ageing_days(struct date oldest_unpaid, struct date today);

/* The index of the bucket of so many days past due. */
size_t ageing_bucket_of(const struct ageing_table *, uint32_t days);

/* Of one loan.  False on overflow. */
bool ageing_provision(const struct ageing_table *, uint32_t days,
    int64_t balance, int64_t *provision) WARN_UNUSED_RESULT;

/* Of the balances of all buckets; one balance a bucket, none negative.
 * False on overflow. */
bool ageing_total(const struct ageing_table *, const int64_t *balances,
    int64_t *provision) WARN_UNUSED_RESULT;

/*
 * Portfolio at risk: balances of loans more than `days` days past due (30:
 * PAR30) over all balances, in hundredths of a percent, halves up; charged
 * off loans are in neither (CGAP, Definitions of Selected Financial Terms,
 * 2003).  Buckets that begin at or before `days` are not at risk.  False if
 * there is no portfolio or on overflow.
 */
bool ageing_at_risk(const struct ageing_table *, const int64_t *balances,
    uint32_t days, uint32_t *hundredths) WARN_UNUSED_RESULT;

/* ---- tables by country ---- */

/*
 * Mexico, consumer loans of sociedades financieras populares: Annex D, I,
 * of the CNBV's general provisions for entidades de ahorro y crédito
 * popular: share of principal and interest, by days of arrears.  Type II:
 * borrowers in a marginal zone.
 */
extern const struct ageing_table ageing_mx_consumer;
extern const struct ageing_table ageing_mx_consumer_marginal;

/*
 * United States: delinquency as the NCUA's Call Report 5300 shows it (30 to
 * 59 days, 60 to 89, 90 to 179, 180 to 359, 360 and more; up to 2021 60 to
 * 179 were one).  The NCUA prescribes no rates: they are zero here, for the
 * credit union to set.
 */
extern const struct ageing_table ageing_us_5300;

/* Interest no longer accrues from so many days past due (both countries;
 * 12 CFR 741 appendix B: 90 days or more). */
#define AGEING_NON_ACCRUAL_DAYS 90

#endif
