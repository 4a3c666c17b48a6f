/*
 * Dormant shares: those that nobody has moved for long.
 *
 * A share keeps the business date of its last activity: the last line that
 * its owner is behind (FLAG_ACTIVITY in operations.def), or the posting
 * that opened it.  Of such a line the first share among its accounts is the
 * one that orders it: whose deposit, withdrawal, lock it is, or from which
 * a transfer, contribution or hold takes.
 *
 *     ACTIVE --dormant months after the last activity--> DORMANT
 *     DORMANT --unclaimed months after it--> UNCLAIMED
 *     DORMANT, UNCLAIMED --reactivate--> ACTIVE
 *
 * The state is never stored: it is the last activity, the book's periods
 * and its open date.  Nothing but `reactivate` (or other periods) makes a
 * dormant share active: what is credited to it leaves its date as it was.
 */
#ifndef POSITO_LEDGER_DORMANCY_H
#define POSITO_LEDGER_DORMANCY_H

#include "record.h"

struct context;
struct leg;
struct ledger;

#define DORMANCY_MONTHS_MAX 240

/* A book's periods in months; both 0: nothing is ever dormant. */
struct dormancy {
    uint8_t dormant;
    uint8_t unclaimed;
};

/* All zero if none were set. */
struct dormancy dormancy_find(struct state *, uint8_t book);

enum dormancy_state {
    DORMANCY_ACTIVE,
    DORMANCY_DORMANT,
    DORMANCY_UNCLAIMED /* dormant too */
};

/* Of a share of that book that was posted to, on the book's open date. */
enum dormancy_state dormancy_of(
    const struct ledger *, uint8_t book, const struct account *);

/*
 * Bring the activity of a leg's account, `after`, up to the plan, and
 * refuse DORMANT if a dormant share orders what takes from it, IN_SUCCESSION
 * if a member's does who has died.  A capture is of what was ordered when
 * the hold was placed, and is not refused.
 */
void dormancy_leg(struct context *, struct leg *);

#endif
