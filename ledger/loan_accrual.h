/*
 * What a month-close does to the loans of a book, in one walk over them:
 *
 *   - interest is earned through the month's last day
 *   - interest of a row of capitalised grace becomes principal
 *   - a loan 90 days past due on that day accrues no more: what was
 *     receivable is taken out of income and goes on in interest.memo
 *   - one that is current again accrues again
 *   - the allowance of each is brought to its bucket's rate of principal and
 *     receivable interest, by days past due on that day
 *
 * Days past due are looked at with what was paid by the time the month is
 * closed.  A loan paid out after the month is left as it is.
 *
 *     loan, interest.receivable, interest.memo    of each borrower, the sum
 *                                     of all his or her loans
 *     income.interest, interest.memo, allowance, expense.provision
 *                                     of the house, the sum of all
 *
 * An entry posts to an account once: currencies come in their order, in
 * each the borrowers in that of their numbers.
 */
#ifndef POSITO_LEDGER_LOAN_ACCRUAL_H
#define POSITO_LEDGER_LOAN_ACCRUAL_H

#include "context.h"

struct loan_change;

struct loan_accrual {
    const struct book *book;
    struct date end; /* the first day after the month */
    size_t count;
    size_t room;
    struct loan_change *list; /* by currency, borrower, loan */
};

/* Work out what changes.  Refuses BALANCE_OVERFLOW.  Free it either way. */
void loan_accrual_open(struct loan_accrual *, struct context *,
    const struct book *, uint32_t month);
void loan_accrual_free(struct loan_accrual *);

/* Post and keep it; nothing can be refused any more. */
void loan_accrual_post(struct loan_accrual *, struct context *);

#endif
