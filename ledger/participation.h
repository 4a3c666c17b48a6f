/*
 * Participation: how any cumulative figure of a loan is shared over the
 * pools that fund it.  Pure arithmetic.
 *
 * Smallest units are given out one by one, each to the pool that is
 * furthest behind its part of all given out with it; among equals to the
 * earlier one.  So the shares of a total depend on the total alone, they
 * sum to it, and none falls when the total grows: what happens to a loan
 * may be split into any number of events, and may be taken back, and no
 * unit is lost or made.  (Largest remainders of totals can fall: the
 * Alabama paradox.)
 *
 * Parts are ten-thousandths, so after at most 10,000 units each pool has
 * its part exactly, and the giving out begins anew.
 */
#ifndef POSITO_LEDGER_PARTICIPATION_H
#define POSITO_LEDGER_PARTICIPATION_H

#include <posito/part.h>

#define PARTICIPATION_WHOLE 10000
#define PARTICIPATION_MAX PARTS_MAX

/* The part a rate is: above zero, at most one, at most four digits after
 * the point.  False if it is no such rate. */
bool participation_of_rate(struct rate, uint16_t *part) WARN_UNUSED_RESULT;

/*
 * The shares of a total (at least 0).  False if the parts do not sum to
 * PARTICIPATION_WHOLE, or count is 0 or above PARTICIPATION_MAX; then
 * shares is unchanged.
 */
bool participation_split(int64_t total, const uint16_t *parts, size_t count,
    int64_t *shares) WARN_UNUSED_RESULT;

#endif
