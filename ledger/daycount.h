/*
 * Day counts: what part of a year lies between two dates, exactly.
 *
 * The first date counts, the last one does not.  Each rule's source:
 *
 *   act/365      days / 365, leap years or not ("fixed"): 2006 ISDA
 *                Definitions 4.16(d).
 *   act/360      days / 360: 4.16(e).
 *   30/360       bond basis, 4.16(f): day 31 of the first date becomes 30;
 *                day 31 of the last one becomes 30 if the first is now 30.
 *                February is not adjusted.
 *   30/360us     the same with the end-of-February rules of the NASD and
 *                SIA (Standard Securities Calculation Methods), which
 *                spreadsheets call basis 0: if the first date is February's
 *                last day, it becomes 30, and so does the last date if it is
 *                February's last day too; then the rules of 30/360.
 *   30e/360      Eurobond basis, 4.16(g): day 31 of either becomes 30.
 *   30e/360isda  4.16(h): a month's last day becomes 30, but not the last
 *                date if it is the maturity and falls in February.
 *   act/act      ISDA, 4.16(b): days in leap years / 366 + other days / 365.
 *   act/act.icma ICMA Rule 251: days / (days of the coupon period x periods
 *                a year), summed over the coupon periods touched; periods
 *                run both ways from a coupon date.
 *   act/act.afb  whole years counted back from the last date (28 February
 *                to 29 February where there is one), then the days left / 366
 *                if 29 February is among them, else / 365: ISDA, "EMU and
 *                Market Conventions: Recent Developments" (1998).
 *
 * Additive (the parts of two periods sum to the part of both): act/365,
 * act/360, act/act, act/act.icma.
 */
#ifndef POSITO_LEDGER_DAYCOUNT_H
#define POSITO_LEDGER_DAYCOUNT_H

#include <posito/date.h>

/* The number will be on disk: append, never reorder. */
#define DAYCOUNTS(X)                \
    X(ACT_365, "act/365")           \
    X(ACT_360, "act/360")           \
    X(30_360, "30/360")             \
    X(30_360_US, "30/360us")        \
    X(30E_360, "30e/360")           \
    X(30E_360_ISDA, "30e/360isda")  \
    X(ACT_ACT, "act/act")           \
    X(ACT_ACT_ICMA, "act/act.icma") \
    X(ACT_ACT_AFB, "act/act.afb")

enum daycount {
#define X(name, text) DAYCOUNT_##name,
    DAYCOUNTS(X)
#undef X
        DAYCOUNT_COUNT
};

const char *daycount_name(enum daycount);
bool daycount_parse(struct bytes, enum daycount *) WARN_UNUSED_RESULT;

/* Years, exactly and in lowest terms; the denominator is above 0. */
struct year_fraction {
    int64_t numerator;
    int64_t denominator;
};

/* What some rules need besides the two dates. */
struct daycount_terms {
    struct date coupon;     /* act/act.icma: any date a period begins */
    uint16_t coupon_months; /* act/act.icma: 1, 2, 3, 4, 6 or 12 */
    bool coupon_month_end;  /* act/act.icma: periods begin on last days */
    struct date maturity;   /* 30e/360isda: the date of the last payment */
};

/*
 * The part of a year from one date to another.  terms may be NULL where the
 * rule needs none.  False if the dates descend, if the rule lacks its terms,
 * or if a coupon period leaves the calendar.
 */
bool daycount_fraction(enum daycount, struct date from, struct date to,
    const struct daycount_terms *terms,
    struct year_fraction *) WARN_UNUSED_RESULT;

/* Days by a rule of 30-day months (the numerator over 360). */
int64_t daycount_30(
    enum daycount, struct date from, struct date to, struct date maturity);

struct year_fraction year_fraction_of(int64_t numerator, int64_t denominator);

#endif
