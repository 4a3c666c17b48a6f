/*
 * Matching: how a draw is shared over the sources of a project so that
 * nobody's money goes first.  Pure arithmetic; exact in 128 bits.
 *
 * Of all that was drawn so far, T, the part of a source with weight w of W
 * is T x w / W.  What it has paid less than that is its deficit.  A draw is
 * given out cent by cent, each to the source with the largest deficit; among
 * equals to the one opened earlier.  (It is computed at once, not cent by
 * cent.)  So:
 *
 *   - the payments sum to the draw, and none is below zero;
 *   - while weights stay, no source has paid more than T x w / W rounded up,
 *     since only a source that is behind is asked for a cent;
 *   - when all is drawn, T = W, each has paid exactly w;
 *   - a source that came later, or lost weight less than others, catches up
 *     first, whatever was paid before it came.
 *
 * Why not simply the largest remainder?  On each draw by itself, errors add
 * up: three equal sources and draws of one cent would all be paid by the
 * first.  On the total, a source's part can fall when the total grows (the
 * Alabama paradox), and nobody can be asked for less than nothing.
 */
#ifndef POSITO_LEDGER_MATCHING_H
#define POSITO_LEDGER_MATCHING_H

#include <posito/amount.h>

/* Most sources a project has. */
#define MATCHING_SOURCES_MAX 20

struct matching_source {
    int64_t weight; /* 0 to AMOUNT_CAP: pledged or received */
    int64_t paid;   /* 0 to AMOUNT_CAP: in all draws before */
};

/*
 * What each source pays of a draw (above zero, at most AMOUNT_CAP).  False
 * if the sources are not as said, or all weights are zero; then pays is
 * unchanged.
 */
bool matching_draw(const struct matching_source *, size_t count,
    int64_t amount, int64_t *pays) WARN_UNUSED_RESULT;

/*
 * What each source gets back of an amount: in proportion to what it has
 * left, largest remainder, so that no source gets more than it has; the
 * whole of it if the amount is all there is.  False if amount is above the
 * sum of what is left.
 */
bool matching_return(const int64_t *left, size_t count, int64_t amount,
    int64_t *shares) WARN_UNUSED_RESULT;

/* A whole, in the unit that parts of milestones are counted in. */
#define MATCHING_WHOLE INT64_C(1000000000000)

/* A rate of at most one in that unit. */
int64_t matching_part(struct rate);

/* How much of the weights the milestones reached release: rounded down. */
int64_t matching_limit(int64_t weights, int64_t reached);

#endif
