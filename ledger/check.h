/*
 * The invariant checker: run after every scenario, after every crash, and
 * by the auditor.  It recomputes from the journal what the state says.
 *
 *   each book balances in each currency, posted and control totals
 *   every account's sides equal the sum of its postings in the journal
 *   every held amount is the sum of its open holds, and every open hold
 *     has its expiry record
 *   no account is below zero whose role forbids it
 *   every history block refers to entries that touch the account, in order
 *   the tree's root is that of the journal's leaves
 *   every proposal is open, carried out, rejected, withdrawn or lapsed as
 *     the journal tells, and what was carried out is what was proposed
 *   stakes sum to no more than their pool may hold
 */
#ifndef POSITO_LEDGER_CHECK_H
#define POSITO_LEDGER_CHECK_H

#include "ledger.h"

/* 0, or -1 with the first broken invariant named in *failure. */
int check_ledger(struct ledger *, struct failure *) WARN_UNUSED_RESULT;

#endif
