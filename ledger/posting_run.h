/*
 * A run of postings to the accounts of one role and currency of a book,
 * however many: each account is written at once, their control total at the
 * end.  The caller has checked that the total cannot overflow, which no
 * account of it then can, and that the entry balances.
 */
#ifndef POSITO_LEDGER_POSTING_RUN_H
#define POSITO_LEDGER_POSTING_RUN_H

#include "context.h"

struct posting_run {
    struct context *context;
    const struct book *book;
    enum role role;
    enum currency currency;
    struct account_id control;
    struct account total;
};

void posting_run_begin(struct posting_run *, struct context *,
    const struct book *, enum role, enum currency);

/* Would credits that come to so much overflow the total? */
bool posting_run_fits(const struct posting_run *, int64_t credits);

/* Credit or debit an account; write it, its history and its effect line.
 * Pauses: see context_pause. */
void posting_run_credit(
    struct posting_run *, const struct party *, int64_t minor);
void posting_run_debit(
    struct posting_run *, const struct party *, int64_t minor);

void posting_run_end(struct posting_run *);

#endif
