/*
 * What savings have earned: dividends of a period and the annual
 * percentage yield they come to.
 */
#ifndef POSITO_LEDGER_YIELD_H
#define POSITO_LEDGER_YIELD_H

#include "report.h"

/* Hundredths of a percent; no yield above is told. */
#define YIELD_MAX 1000000U

/*
 * 100 x [(1 + I/P)^(365/days) - 1], rounded to two decimals (Regulation DD,
 * appendix A), where P is the average daily balance: balance_days / days.
 * False if there is none to tell.  In whole numbers of 64 bits, not in
 * floating point: the same on every machine.
 */
bool yield_annual(int64_t interest, int64_t balance_days, int32_t days,
    uint64_t *hundredths) WARN_UNUSED_RESULT;

struct yield {
    int64_t dividend; /* posted in the period, before tax; 0: none */
    int64_t tax;      /* withheld of it */
    bool has_annual;
    uint64_t annual; /* hundredths of a percent */
};

/* Of a share from one date to another, as report_statement. */
int yield_of_period(struct ledger *, const struct ident *who,
    const struct account_name *, struct date from, struct date to,
    struct yield *, enum status *) WARN_UNUSED_RESULT;

#endif
