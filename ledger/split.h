/*
 * A member's standing rule for money that arrives from a correspondent:
 * payroll, a remittance, a transfer from abroad.
 *
 *     pool:0.25,share:0.75
 *
 * Where a part can go is one table, in split.c.  Without a rule all of it
 * goes to the share.  Parts are by largest remainder, among equals the name
 * that comes first (minor_allocate).
 *
 *     arrive    debit via's nostro    credit member's share
 *                                     credit club's pool, with a stake
 */
#ifndef POSITO_LEDGER_SPLIT_H
#define POSITO_LEDGER_SPLIT_H

#include "posting.h"

/*
 * Of the postings that an `arrive` left, and its line: the stake that went
 * with them.  False if they do not fit the line.
 */
bool split_read_stake(struct ledger *, struct posting_list *)
    WARN_UNUSED_RESULT;

#endif
