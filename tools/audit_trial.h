/*
 * The trial balance of every book, as the auditor prints it.
 */
#ifndef POSITO_TOOLS_AUDIT_TRIAL_H
#define POSITO_TOOLS_AUDIT_TRIAL_H

#include "../ledger/ledger.h"

#include <stdio.h>

/*
 * Print a table for each book: role, debits, credits and balance in each
 * currency, with the sums.  False if the debits of a book and currency are
 * not its credits, or storage failed; says which.
 */
bool audit_trial(struct ledger *, struct state *, FILE *);

#endif
