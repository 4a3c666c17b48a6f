/*
 * How a loan stands on a date: what is due, paid and overdue, and what would
 * pay it off.  Pure, from its record and its current plan; operations,
 * month-close and questions all use it.
 *
 * Interest is earned by the plan's table, whether it is paid on time or not:
 * by a due date what is due by then, between two exactly by days
 * (schedule_accrued).  Overdue principal bears late interest at the loan's
 * late rate instead, from its due date on, by the product's day count (by
 * days of 365 where periods are equal); there is none on interest.
 *
 * What was paid counts for the oldest instalment first, interest and
 * principal apart, so the figures of a row are its part of two sums.
 */
#ifndef POSITO_LEDGER_LOAN_STANDING_H
#define POSITO_LEDGER_LOAN_STANDING_H

#include "loan_plan.h"

/* One instalment of the current plan. */
struct loan_row {
    struct instalment planned;
    int64_t interest_paid;
    int64_t principal_paid;
};

struct loan_standing {
    struct date date;
    struct loan_plan plan;
    size_t count; /* rows of the plan */
    size_t due;   /* of them, due by the date */
    struct loan_row rows[LOAN_ROWS_MAX];

    /* By the date, or by what was accrued already if that is later. */
    struct date accrued_to;
    struct interest accrued;
    struct interest late_accrued;
    int64_t capitalised;

    int64_t earned;    /* accrued, rounded by the product */
    int64_t principal; /* owed, due or not */
    int64_t interest;  /* earned and unpaid, rounded by the product */
    int64_t late;      /* likewise */

    int64_t principal_due; /* of instalments due by the date, unpaid */
    int64_t interest_due;

    uint32_t days;            /* past due */
    struct date overdue_since; /* if days > 0 */

    bool has_next; /* the oldest instalment that is not paid in full */
    struct date next;
    int64_t next_amount; /* what of it is unpaid, late interest apart */

    int64_t payoff; /* all that is owed: nothing is left after it */
};

/*
 * The loan must have its plan.  False if it has none (nothing was paid out
 * yet), or on overflow, which no loan that was approved can reach.
 *
 * date    on which what is due is looked at
 * earned  up to which interest is counted, that day not counted; `date`
 *         itself for whoever pays on a day, the day after for a month's end
 */
bool loan_standing_on(struct state *, const struct loan *, struct date date,
    struct date earned, struct loan_standing *) WARN_UNUSED_RESULT;

/*
 * Is it current again: nothing is past due, and if it was rescheduled while
 * it did not accrue, three instalments since (or all) are due and paid.
 */
#define LOAN_SUSTAINED_ROWS 3
bool loan_standing_is_current(
    const struct loan *, const struct loan_standing *);

/*
 * What the cumulative figures say of income: sets earned, receivable and
 * memo.
 *
 *     accrues         earned = the larger of what was earned (rounded down)
 *                     and what was paid or capitalised, for interest and
 *                     late interest apart; receivable is what of it is
 *                     unpaid
 *     does not        earned = what was paid or capitalised; memo is what
 *                     was earned beyond it
 *     has ended       as the second, without memo
 */
void loan_earn(struct loan *);

#endif
