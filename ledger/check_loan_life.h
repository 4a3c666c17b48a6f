/*
 * Inside the checker: what loans owe, by rules of its own.
 */
#ifndef POSITO_LEDGER_CHECK_LOAN_LIFE_H
#define POSITO_LEDGER_CHECK_LOAN_LIFE_H

#include "check_loan.h"

/* A loan on a day: its table, what of it is unpaid, what is owed. */
struct check_debt {
    size_t count;
    struct instalment rows[LOAN_ROWS_MAX];
    int64_t unpaid_interest[LOAN_ROWS_MAX];
    int64_t unpaid_principal[LOAN_ROWS_MAX];
    size_t due; /* rows */
    struct date to;
    struct interest accrued;
    struct interest late;
    int64_t earned; /* rounded */
    int64_t capitalised;
    int64_t principal; /* owed */
    int64_t interest;
    int64_t late_owed;
    int64_t days; /* past due */
};

/* As of `date`, with interest through the day before `to`. */
int check_debt_find(struct check *, const struct check_loan *,
    struct date date, struct date to, struct check_debt *)
    WARN_UNUSED_RESULT;

/* Is nothing past due, and enough paid since it was rescheduled? */
bool check_debt_is_current(
    const struct check_loan *, const struct check_debt *);

/* The plan's shifts of due dates by the calendar as it is now. */
int check_loan_shifts(struct check *, const struct loan *,
    struct loan_plan *) WARN_UNUSED_RESULT;

/* Due date of the row after so many, before it was shifted. */
bool check_loan_due(const struct loan *, const struct loan_plan *, int row,
    struct date *) WARN_UNUSED_RESULT;

/* Postings that should be: add them, then take off those that are. */
int check_loan_expect(struct check *, const struct loan *,
    enum role role, uint32_t party, int64_t minor) WARN_UNUSED_RESULT;

/* What a loan's and its pools' figures changed by. */
int check_loan_changes(struct check *, const struct check_loan *now,
    const struct check_loan *before) WARN_UNUSED_RESULT;

/* Set what was earned, is receivable and in memo. */
void check_loan_income(struct loan *);

/* Give each pool its interest, loss, recoveries and what was revolved. */
int check_loan_pools(struct check *, struct check_loan *,
    const struct loan *before) WARN_UNUSED_RESULT;

/* Repayments: check_repay.c */
int check_repay(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

/* A new plan in the loan's list, zeroed but for its number. */
struct loan_plan *check_loan_new_plan(struct check *, struct check_loan *);

#endif
