/*
 * Repayment schedules: from a loan's terms to what is due on which day.
 *
 * A row is one instalment.  Its interest is counted on what was owed at the
 * period's begin, and on each tranche from its own day; it is exact to
 * 10^-12 of the smallest unit (interest.h) and rounded once, to the smallest
 * unit.  The last row absorbs the rounding: principal sums to what was
 * disbursed and capitalised, and the last closing is zero.
 *
 * Methods
 *   LEVEL            every total the same but the last (an annuity):
 *                    A = (balance x product of all (1 + i) - balloon)
 *                        / sum over the rows of the product of (1 + i) of
 *                          the rows after,
 *                    i being the rate x the row's part of a year; computed
 *                    with 128 binary digits (scaled.h), taken to 10^-9 of
 *                    the smallest unit, then rounded once to `unit`.
 *   EQUAL_PRINCIPAL  every principal the same but the last.
 *   FLAT             principal likewise; interest on what was disbursed,
 *                    however much is repaid; the last row brings the sum of
 *                    the interest to the rounded sum.
 *   BULLET           interest each period, all principal at the last.
 *   SEASONAL         principal by weights; in a row of weight zero nothing
 *                    is due, its interest is due with the next row that has
 *                    a weight, without interest on it.
 *
 * "Interest only, then level" is LEVEL with interest_only rows; "balloon" is
 * LEVEL, EQUAL_PRINCIPAL or SEASONAL with a balloon, principal that is due
 * with the last row on top of its instalment.
 *
 * Precision of A: at 600 rows fewer than 2,500 truncated operations, each
 * losing less than 2^-127 of the value, so A is right to 2^-115 of itself:
 * for 10^15 smallest units an error below 10^-19.  Only a true value that
 * close to a half of 10^-9 could round otherwise than the exact one, and
 * one within 10^-9 of a half of `unit` is taken for that half.
 *
 * Two kinds of terms have no level schedule and are refused rather than
 * bent.  Rounding the instalment by half a unit adds or takes half a unit
 * times ((1 + i)^n - 1) / i by the end; where that is more than the last
 * instalment, the loan would end before its last row (SCHEDULE_TOO_COARSE)
 * or never (SCHEDULE_NOT_AMORTISING): decades at a high rate, or a coarse
 * unit.  And by days, where the level instalment is less than the interest
 * of a month of 31 days (SCHEDULE_NOT_AMORTISING).
 */
#ifndef POSITO_LEDGER_SCHEDULE_H
#define POSITO_LEDGER_SCHEDULE_H

#include "interest.h"

#define SCHEDULE_ROWS_MAX 600
#define SCHEDULE_TRANCHES_MAX 64

/* The numbers will be on disk: append, never reorder. */
enum schedule_method {
    SCHEDULE_LEVEL,
    SCHEDULE_EQUAL_PRINCIPAL,
    SCHEDULE_FLAT,
    SCHEDULE_BULLET,
    SCHEDULE_SEASONAL
};

/*
 * What part of a year a period is.  EQUAL: months / 12 whatever the month's
 * length, as printed tables have it; in days: weeks / 52, 15 days / 360,
 * others / 365.  A part of an equal period is its days / the period's days.
 * DAYS: by the day count, from due date to due date.
 */
enum schedule_basis { SCHEDULE_EQUAL, SCHEDULE_DAYS };

/* The first `grace` rows. */
enum schedule_grace {
    GRACE_INTEREST_PAID, /* interest is due, no principal */
    GRACE_CAPITALISED,   /* nothing is due; interest becomes principal */
    GRACE_CARRIED,       /* nothing is due; interest, without interest on it,
                            is due with the first row after */
    GRACE_FREE           /* nothing is due, and no interest is counted */
};

/* What a due date does that falls on a day nobody works.  The dates after
 * it are counted from where it would have been. */
enum schedule_shift {
    SHIFT_NONE,
    SHIFT_NEXT,          /* to the next worked day */
    SHIFT_NEXT_IN_MONTH, /* likewise, but back if that leaves the month */
    SHIFT_PREVIOUS
};

struct tranche {
    struct date date;
    int64_t minor;
};

struct schedule_terms {
    enum schedule_method method;
    struct rate yearly;
    enum schedule_basis basis;
    enum daycount rule; /* where basis is SCHEDULE_DAYS */

    /* What is disbursed: ascending dates, the first one before the first
     * due date.  LEVEL and the methods that share out principal are planned
     * anew from each row in whose period a tranche falls. */
    const struct tranche *tranches;
    size_t tranche_count;

    /* Due dates: first_due, or one period after start; then a period each,
     * months keeping the day of the month where it exists.  The first period
     * begins on start. */
    struct date start;
    bool has_first_due;
    struct date first_due;
    bool period_in_days;
    uint16_t period; /* months or days, at least 1 */
    uint16_t instalments;
    uint16_t passed; /* due dates already gone: rows begin after them */
    enum schedule_shift shift;
    bool (*is_holiday)(void *calendar, struct date); /* or NULL */
    void *calendar;

    enum schedule_grace grace_kind;
    uint16_t grace;
    uint16_t interest_only; /* rows after the grace */

    int64_t balloon;
    const uint32_t *weights; /* SEASONAL: one a row */
    int64_t fee;             /* in each row in which something is due */

    enum rounding rounding; /* of interest, and of what is level */
    int64_t unit;           /* of the level total or principal; 1: none */

    /* For a plan that goes on (schedule_replan); 0 in a new one. */
    int64_t fixed;     /* the level total or principal, given */
    int64_t carried;   /* interest owed before, due with the first row that
                          has interest due */
    int64_t flat_base; /* FLAT: what interest is counted on */
};

struct instalment {
    struct date due;
    int64_t opening;     /* owed at the period's begin */
    int64_t disbursed;   /* in the period, or on its first day */
    int64_t capitalised; /* interest that became principal on the due date */
    int64_t principal;
    int64_t interest;
    int64_t fee;
    int64_t total;   /* principal + interest + fee */
    int64_t closing; /* opening + disbursed + capitalised - principal */
};

enum schedule_result {
    SCHEDULE_MADE,
    SCHEDULE_BAD_COUNT,      /* no rows, over 600, over the room given, or the
                                grace leaves no row to repay in */
    SCHEDULE_BAD_AMOUNT,     /* a tranche, fee, unit or balance out of range */
    SCHEDULE_BAD_RATE,       /* too large or too fine to be computed exactly */
    SCHEDULE_BAD_DATES,      /* not ascending, or outside the calendar */
    SCHEDULE_BAD_TRANCHE,    /* none, not ascending, after the last due date */
    SCHEDULE_BAD_BALLOON,    /* above the principal, or of another method */
    SCHEDULE_BAD_WEIGHTS,    /* missing, all zero, or of another method */
    SCHEDULE_BAD_RULE,       /* a day count that needs coupon periods */
    SCHEDULE_NO_WORKED_DAY,  /* within 31 days of a due date */
    SCHEDULE_NOT_AMORTISING, /* an instalment does not cover its interest */
    SCHEDULE_TOO_COARSE,     /* rounded to unit, it ends before its last row */
    SCHEDULE_OVERFLOW
};

/*
 * Make the rows; room for at least terms->instalments of them.  *count is
 * set to how many there are: as many as instalments, fewer only if `fixed`
 * is given and repays sooner, or if the last weights are zero.  Unless
 * SCHEDULE_MADE, rows are undefined.
 */
enum schedule_result schedule_make(const struct schedule_terms *,
    struct instalment *rows, size_t room, size_t *count) WARN_UNUSED_RESULT;

/*
 * Plan the rest anew from what is owed: after a prepayment, a missed row, a
 * change of the rate.
 */
struct schedule_rest {
    uint16_t rows_gone;             /* of the old schedule */
    const struct tranche *tranches; /* the first one is the balance that is
                                       owed and the day from which it bears
                                       interest; then those still to come */
    size_t tranche_count;
    int64_t interest_owed; /* up to that day, unpaid */
    int64_t instalment;    /* to keep: the level total (without fee) or
                              principal, fewer rows; 0: keep the number of
                              rows, smaller instalments */
};
enum schedule_result schedule_replan(const struct schedule_terms *old,
    const struct schedule_rest *, struct instalment *rows, size_t room,
    size_t *count) WARN_UNUSED_RESULT;

/*
 * What these rows (as schedule_make made them) have earned from the begin to
 * a date, that day not counted; interest that was capitalised and interest
 * carried into the terms included.
 *
 * By a due date it is what was due by then: the rounded figures of the
 * table.  After the last row in which something was due it is counted
 * exactly, each balance from its own day; so are rows in which nothing is
 * due, whose interest waits.  False on overflow.
 */
bool schedule_accrued(const struct schedule_terms *,
    const struct instalment *rows, size_t count, struct date,
    struct interest *) WARN_UNUSED_RESULT;

/* The due date of a row of these terms, counted from 0 at the first one of
 * the loan (not after `passed`). */
enum schedule_result schedule_due(const struct schedule_terms *, uint32_t index,
    struct date *) WARN_UNUSED_RESULT;

#endif
