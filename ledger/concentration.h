/*
 * Concentration: what part of a pool may be in loans in one place, and what
 * is there.  Layouts in bytes stand in FORMAT.md.
 *
 * A pool's exposure to a borrower, to the members of a club (and the club
 * itself and its projects) or to a sector is what of the pool is held for
 * loans there: lent or promised, and not come back.  A limit is a part of
 * the pool's balance at the moment somebody approves another loan.  A
 * balance that falls later breaks no limit: it only hinders new loans.
 */
#ifndef POSITO_LEDGER_CONCENTRATION_H
#define POSITO_LEDGER_CONCENTRATION_H

#include "record.h"

/* The number is on disk: append, never reorder. */
enum concentration {
    CONCENTRATION_BORROWER, /* by number of party */
    CONCENTRATION_CLUB,     /* by number of party */
    CONCENTRATION_SECTOR,   /* by enum category */
    CONCENTRATION_KINDS
};

struct concentration_limit {
    uint32_t pool;
    uint64_t set; /* entry */
    struct rate most[CONCENTRATION_KINDS];
};

/* False: nobody set a limit. */
bool concentration_find(struct state *, uint32_t pool,
    struct concentration_limit *) WARN_UNUSED_RESULT;
bool concentration_parse(struct bytes key, struct bytes value,
    struct concentration_limit *) WARN_UNUSED_RESULT;
void concentration_put(struct state *, const struct concentration_limit *);

/* What of the pool is there; 0 if nothing. */
int64_t concentration_exposure(struct state *, uint32_t pool,
    enum concentration, uint32_t who, enum currency);

/* 0 removes the record. */
void concentration_put_exposure(struct state *, uint32_t pool,
    enum concentration, uint32_t who, enum currency, int64_t);

#endif
