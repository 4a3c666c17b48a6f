/*
 * Terms of loans for the tests of schedules.
 */
#ifndef POSITO_TESTS_SCHEDULE_FIXTURE_H
#define POSITO_TESTS_SCHEDULE_FIXTURE_H

#include "../ledger/schedule.h"

struct loan {
    struct schedule_terms terms;
    struct tranche tranches[4];
    struct instalment rows[SCHEDULE_ROWS_MAX];
    size_t count;
};

/* One tranche on 2026-01-15, monthly, equal periods, halves away from zero,
 * no unit. */
void loan_begin(struct loan *, enum schedule_method, int64_t principal,
    const char *yearly, uint16_t instalments);

struct date loan_day(const char *);

/* Make it; fails the test unless it is made.  Then checks what holds of any
 * schedule: rows join, totals are sums, principal comes to what was
 * disbursed and capitalised, the last closing is zero. */
void loan_make(struct loan *);

/* The same checks of rows already made, which begin with this carried
 * balance. */
void loan_check(const struct loan *);

int64_t loan_interest(const struct loan *);

#endif
