/*
 * The days a book works: Monday to Friday, unless calendar-set says
 * otherwise of a date.
 */
#ifndef POSITO_LEDGER_CALENDAR_H
#define POSITO_LEDGER_CALENDAR_H

#include "state.h"

#include <posito/date.h>

/* Most days from one worked day to the next. */
#define CALENDAR_STEP_MAX 31

bool calendar_is_worked(struct state *, uint8_t book, struct date);

/* The first worked day after a date.  False if none of the next 31 is. */
bool calendar_next(struct state *, uint8_t book, struct date after,
    struct date *) WARN_UNUSED_RESULT;

#endif
