/*
 * Seals: digests of the state that somebody signed in a day-close.  A first
 * walk over the journal finds the sizes they are about, the replay computes
 * its own digest at each, and the seals that the state keeps at the end are
 * held against them.  Of a state that lays its records out otherwise this
 * program cannot compute the digest: such seals are counted, and accuse
 * nobody.
 */
#ifndef POSITO_TOOLS_REPLAY_SEALS_H
#define POSITO_TOOLS_REPLAY_SEALS_H

#include "../ledger/ledger.h"

struct replay_seal {
    uint64_t size;
    bool computed;
    struct hash digest; /* our own */
};

/* All zero at first. */
struct replay_seals {
    struct replay_seal *list; /* in order of size, each once */
    size_t count;
    size_t room;
    size_t next; /* the first not computed */
};

/* Collect the sizes.  0, or -1: memory.  A journal that cannot be read to
 * its end is found out by the replay. */
int replay_seals_find(struct replay_seals *, struct journal *,
    struct failure *) WARN_UNUSED_RESULT;

/* Compute the digest if the ledger's size is one that is sealed.  0, or -1. */
int replay_seals_reach(struct replay_seals *, struct ledger *,
    struct state *, struct failure *) WARN_UNUSED_RESULT;

struct replay_seals_found {
    uint64_t fitting;
    uint64_t foreign; /* of another format: not computed */
};

/* Hold the seals against the digests.  0, or -1 with the entry of the first
 * that does not fit in *failure. */
int replay_seals_check(const struct replay_seals *, struct state *,
    struct replay_seals_found *, struct failure *) WARN_UNUSED_RESULT;

void replay_seals_free(struct replay_seals *);

#endif
