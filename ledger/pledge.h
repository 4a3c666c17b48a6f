/*
 * Pledges: what a club, federation or funder binds itself to give to a
 * project.  A pledge is memo: no money moves.
 *
 *     debit source's pledge   credit project's commitment   what is open
 *
 * and the opposite for what is received, withdrawn or lapses.
 */
#ifndef POSITO_LEDGER_PLEDGE_H
#define POSITO_LEDGER_PLEDGE_H

#include "pledge_record.h"
#include "project.h"

/* What the level may still pledge by the caps of a year; AMOUNT_CAP if
 * there is none. */
int64_t pledge_room(struct state *, const struct project *,
    const struct project_level *, uint32_t year);

/* Let a level's sums and its use of a year's cap grow or shrink. */
void pledge_count(struct state *, const struct project *,
    struct project_level *, uint32_t year, int64_t change);

/* The source of a giver at a level.  NULL: there is none. */
struct source *pledge_source(
    struct sources *, const struct ident *level, uint32_t giver);

/*
 * Before a book's new day: what lapsed, and what waited and finds room.
 * book->date is that day.  Nothing is refused.
 */
void pledge_begin_day(struct context *, const struct book *);

#endif
