/*
 * Disclosure: what a loan costs, told before anybody is bound.
 *
 * Worked out as if the whole loan were paid out on one day, its fee
 * withheld: the table of payments, the annual percentage rate (apr.h), the
 * total annual cost (cat.h), the finance charge (all interest and fees) and
 * the total of payments.  Where tranches come later, all of it is an
 * estimate on the side of what costs more: 12 CFR 1026.17(c)(2).
 */
#ifndef POSITO_LEDGER_DISCLOSURE_H
#define POSITO_LEDGER_DISCLOSURE_H

#include "loan_plan.h"

enum disclosure_result {
    DISCLOSURE_MADE,
    DISCLOSURE_NO_SCHEDULE, /* *schedule says why */
    DISCLOSURE_NO_RATE      /* no rate can be told, or a sum is too large */
};

/* rows has room for LOAN_ROWS_MAX. */
enum disclosure_result disclosure_make(struct state *, const struct loan *,
    struct date, struct instalment *rows, size_t *count,
    struct loan_disclosure *, enum schedule_result *schedule)
    WARN_UNUSED_RESULT;

/* What is withheld of a loan when so much of it is paid out in all; false
 * on overflow. */
bool disclosure_fee(const struct product_terms *, int64_t disbursed,
    int64_t *fee) WARN_UNUSED_RESULT;

#endif
