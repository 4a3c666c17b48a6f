/*
 * Sharing out a dividend: who gets how much of it.
 *
 * The weights are balance-days of the month; the parts sum to the declared
 * amount (largest remainder; among equals the party opened earlier).  A
 * closed party earns nothing.  Of each part the tax in force on the
 * month's last day is withheld, rounded half away from zero.
 *
 *     dividend.payable debit      the declared amount
 *     share            credit     each part without its tax
 *     isr              credit     the taxes
 *     expense.dividend credit     the declared amount, if nobody earns
 *
 * What term shares earn in that month goes from expense.dividend to
 * dividend.payable in the same entry, which posts to an account only once:
 * these two get the sum of both.
 */
#ifndef POSITO_LEDGER_SHARING_H
#define POSITO_LEDGER_SHARING_H

#include "context.h"
#include "cycle.h"

struct sharing {
    const struct book *book;
    struct dividend dividend;
    struct rate rate; /* of tax */
    size_t count;
    size_t room;
    uint32_t *parties; /* that earn, in order of their numbers */
    int64_t *weights;  /* balance-days */
    int64_t *parts;
    int64_t tax; /* of all parts */
    int64_t accrued; /* that term shares earn in the same month and
                        currency: posted with it.  Set by the caller */
};

/* Work out the parts.  Refuses BALANCE_OVERFLOW.  Free it either way. */
void sharing_open(struct sharing *, struct context *, const struct book *,
    const struct dividend *);
void sharing_free(struct sharing *);

/* Post them; nothing can be refused any more. */
void sharing_pay(struct sharing *, struct context *);

/* Does any share earn in that month, as things are? */
bool sharing_anybody(
    struct context *, const struct book *, const struct dividend *);

#endif
