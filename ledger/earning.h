/*
 * Balance-days: what a share earns dividends by.
 *
 * A share's balance at the end of a business day counts for that day and
 * for the days not worked that follow it.  An account keeps the sum of its
 * balances over the days of a month so far; it is brought up to date by
 * each posting on a new day, so that closing a month reads no history.
 * Savings that the same party has locked count with its share.
 *
 *     since         the first day not counted yet
 *     balance_days  sum over the days from the first of since's month to
 *                   the one before since
 *
 * A month that ends unclosed is kept in TABLE_EARNING when the account is
 * first posted to afterwards.  Sums saturate at 2^63 - 1: a month-close
 * that would share over such weights is refused.
 */
#ifndef POSITO_LEDGER_EARNING_H
#define POSITO_LEDGER_EARNING_H

#include "account.h"

#include <posito/date.h>

/* A month of an account, kept once it is over. */
struct earning {
    int64_t balance_days;
    int64_t dividend; /* shared out to it, before tax; 0: none yet */
    int64_t tax;      /* withheld of it */
};

bool earning_find(struct state *, const struct account_id *, uint32_t month,
    struct earning *) WARN_UNUSED_RESULT;
bool earning_parse(struct bytes key, struct bytes value, struct account_id *,
    uint32_t *month, struct earning *) WARN_UNUSED_RESULT;
void earning_put(struct state *, const struct account_id *, uint32_t month,
    const struct earning *);

/* Count the days before today with the balance that the account has. */
void earning_move(struct account *, struct date today);

/* Keep the months that end with the account as it was before a posting of
 * today; those before open_month are closed and not needed any more. */
void earning_keep(struct state *, const struct account_id *,
    const struct account *before, struct date today, uint32_t open_month);

/* Balance-days of a month that is not closed; of one that is not over as
 * if nothing more were posted in it. */
int64_t earning_of_month(struct state *, const struct account_id *,
    const struct account *, uint32_t month);

#endif
