/*
 * What time does to term shares: a month-close accrues what they have
 * earned, a day-close pays out those whose date has come.
 *
 *     accrual     debit expense.dividend    credit dividend.payable
 *                 what was earned through the month's last day, less what
 *                 had been accrued
 *
 *     maturity    debit share.term          the principal
 *                 debit dividend.payable    what was accrued
 *                 debit expense.dividend    the rest of the interest
 *                 credit isr                the tax withheld
 *                 credit share              the rest
 *
 * An entry posts to an account once: of several term shares that come due
 * together, each account gets the sum.  Currencies come in their order,
 * members in that of their numbers.  It is done by rule: no key's scope or
 * limit is asked, and a frozen party is paid too, since its money stays its
 * own.
 */
#ifndef POSITO_LEDGER_MATURITY_H
#define POSITO_LEDGER_MATURITY_H

#include "certificate.h"
#include "context.h"

/* ---- month-close ---- */

struct accrual {
    const struct book *book;
    struct date end; /* the first day after the month */
    int64_t sums[CURRENCY_COUNT];
};

/* Work out the sums.  Refuses BALANCE_OVERFLOW. */
void accrual_open(struct accrual *, struct context *, const struct book *,
    uint32_t month);

/* Write into each term share what it has accrued.  The sums are posted
 * apart: with a dividend of the same currency, or by accrual_post. */
void accrual_keep(const struct accrual *, struct context *);
void accrual_post(
    const struct accrual *, struct context *, enum currency);

/* ---- day-close ---- */

struct maturity {
    const struct book *book;
    struct date date; /* the day that is opened */
    size_t count;
    size_t room;
    struct certificate *list; /* by currency, party, entry; settled */
};

/* Find those due by the day that is to be opened and what they get.
 * Refuses BALANCE_OVERFLOW.  Free it either way. */
void maturity_open(struct maturity *, struct context *, const struct book *,
    struct date);
void maturity_free(struct maturity *);

/* Pay them.  The book has its new date: the share earns more from then
 * on. */
void maturity_pay(const struct maturity *, struct context *);

#endif
