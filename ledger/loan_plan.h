/*
 * Plans of a loan: the terms from which its rows are made, again and again
 * the same (schedule.h).
 *
 * Plan 1 comes with the first tranche; a reschedule or a prepayment that
 * changes the rest makes the next one.  Earlier plans stay, to be compared.
 * A later tranche is added to the current plan.  What a book's calendar
 * said when a plan was made stays with it: each row's due date is kept as
 * its distance from the day it would have without holidays.
 */
#ifndef POSITO_LEDGER_LOAN_PLAN_H
#define POSITO_LEDGER_LOAN_PLAN_H

#include "loan_record.h"

/* Why a plan was made.  The number is on disk: append, never reorder. */
enum loan_plan_why {
    LOAN_PLAN_FIRST,
    LOAN_PLAN_PREPAID,
    LOAN_PLAN_RESCHEDULED,
    LOAN_PLAN_WHYS
};

struct loan_plan {
    uint64_t loan;
    uint32_t number; /* from 1 */
    uint64_t made;   /* entry */
    struct rate yearly;
    struct date start;
    bool has_first_due;
    struct date first_due;
    uint16_t instalments;
    uint16_t passed;
    uint16_t grace;
    uint16_t interest_only;
    int64_t balloon;
    int64_t fixed;
    int64_t carried;
    int64_t flat_base;
    /* The loan's figures when the plan was made; 0 in the first one.  What
     * was paid ahead of what had been earned counts as paid in the plan. */
    enum loan_plan_why why;
    int64_t principal_paid;
    int64_t interest_paid;
    int64_t accrued; /* rounded; what is carried is in it */
    int64_t capitalised;
    /* Of a first plan the loan's tranches; of a later one first the balance
     * and the day from which it bears interest, then tranches since. */
    uint8_t tranche_count;
    struct tranche tranches[LOAN_TRANCHES_MAX + 1];
    int8_t begin_shift;           /* days, of the last row that has passed */
    int8_t shifts[LOAN_ROWS_MAX]; /* of each row */
};

bool loan_plan_find(struct state *, uint64_t loan, uint32_t number,
    struct loan_plan *) WARN_UNUSED_RESULT;
bool loan_plan_parse(struct bytes key, struct bytes value,
    struct loan_plan *) WARN_UNUSED_RESULT; /* for scans of TABLE_LOAN_PLAN */
void loan_plan_append(struct buffer *, const struct loan_plan *);
void loan_plan_put(struct state *, const struct loan_plan *);
void loan_plan_remove(struct state *, uint64_t loan, uint32_t number);

/* The first plan of a loan as it was applied for, without tranches. */
struct loan_plan loan_plan_first(const struct loan *, struct date start);

/* The tranche at the end; there is room. */
void loan_plan_add_tranche(
    struct loan_plan *, struct date, int64_t minor);

/* Set the shifts of a new plan from what the book's calendar says now; but
 * begin_shift is the caller's, from the plan before. */
enum schedule_result loan_plan_settle(struct state *, const struct loan *,
    struct loan_plan *) WARN_UNUSED_RESULT;

/*
 * The rows of a plan; room for LOAN_ROWS_MAX is always enough.  Of a plan
 * that is kept the result is SCHEDULE_MADE, since it was when it was made.
 */
enum schedule_result loan_plan_rows(const struct loan *,
    const struct loan_plan *, struct instalment *rows, size_t room,
    size_t *count) WARN_UNUSED_RESULT;

/* What rows have earned from the plan's begin to a date, capitalised interest
 * and what was carried into the plan included: schedule_accrued.  False on
 * overflow. */
bool loan_plan_accrued(const struct loan *, const struct loan_plan *,
    const struct instalment *rows, size_t count, struct date,
    struct interest *) WARN_UNUSED_RESULT;

/*
 * The canonical text of rows, whose SHA-256 is the schedule's hash: a line
 * each, ended by LF,
 *
 *     DATE PRINCIPAL INTEREST FEE TOTAL
 *
 * with amounts as postings spell them.
 */
void loan_plan_text(struct buffer *, enum currency,
    const struct instalment *rows, size_t count);

#endif
