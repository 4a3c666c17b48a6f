/*
 * posito catch-up book=BOOK to=DATE: the days that were missed.
 *
 * Each day is closed by a signed day-close of its own, from the book's open
 * day on, until DATE or, if that is no worked day, the first worked day
 * after it is the open one.  The calendar is the ledger's: it says which
 * day a day-close opens, and how many there are until then.  The first
 * refusal ends it; run again, it goes on where it stopped.
 */
#ifndef POSITO_TOOLS_CATCH_UP_H
#define POSITO_TOOLS_CATCH_UP_H

#include "session.h"

/* words: book=, to=, in any order.  ACCEPTED when the day is open; REFUSED
 * if a day could not be closed, or waits for another signature. */
enum outcome catch_up_run(
    struct session *, const char *const *words, size_t count);

#endif
