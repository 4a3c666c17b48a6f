/*
 * Proposals: accepted orders that wait for more signatures.
 *
 * The order's entry names the proposal.  It is decided when it is made, as
 * if it took effect, and taken back, so that nonsense never waits; and
 * again when the last signature comes.  How many keys it needs is policy's
 * word at that moment.  proposal_phase in ledger.h has the diagram.
 */
#ifndef POSITO_LEDGER_PROPOSAL_H
#define POSITO_LEDGER_PROPOSAL_H

#include "context.h"
#include "permission.h"

#include <posito/order.h>

/* ---- records ---- */

struct proposal {
    uint64_t index; /* entry that made it: its name */
    enum proposal_phase phase;
    struct ident by; /* key that proposed it */
    struct instant until;
    uint64_t ended; /* entry that ended it; 0 while it is open */
};

bool proposal_find(struct state *, uint64_t index, struct proposal *)
    WARN_UNUSED_RESULT;
bool proposal_parse(struct bytes key, struct bytes value, struct proposal *)
    WARN_UNUSED_RESULT; /* for scans of TABLE_PROPOSAL */

/* A key of TABLE_LAPSE. */
bool proposal_parse_lapse(struct bytes key, struct instant *until,
    uint64_t *index) WARN_UNUSED_RESULT;

/* Keys that signed an open proposal after its initiator. */
bool proposal_find_approval(struct state *, uint64_t index,
    const struct ident *key, uint64_t *entry) WARN_UNUSED_RESULT;
void proposal_put_approval(
    struct state *, uint64_t index, const struct ident *key, uint64_t entry);
bool proposal_parse_approval(struct bytes key, struct bytes value,
    uint64_t *index, struct ident *name, uint64_t *entry) WARN_UNUSED_RESULT;

/* Call back for each key that approved it, in order of their names. */
void proposal_each_approval(struct state *, uint64_t index,
    void (*each)(void *context, const struct ident *, uint64_t entry),
    void *context);

/* ---- life ---- */

/* Decide c->order, take it back, and let it wait. */
void proposal_make(struct context *, const struct quorum *);

/* The one function that changes a phase. */
void proposal_end(struct context *, struct proposal *, enum proposal_phase);

/* Does one lapse at or before that time?  Keeps next_lapse_ms. */
bool proposal_is_due(struct ledger *, struct instant now);

/* Let those lapse whose time has come, in order of (until, index). */
void proposal_lapse(struct context *);

/* ---- signatures: approval.c ---- */

/* Why this key may not approve the order: a set of APPROVER_...; 0: it
 * may.  Decides it and takes it back. */
uint32_t approval_refusals(
    struct context *, const struct order *, const struct signing_key *);

/* How many keys it needs now, and how many of those that signed count. */
void approval_count(struct context *, const struct proposal *,
    const struct order *, uint32_t *need, uint32_t *have);

/* Decide it as if the last key had signed, for the caller to take back. */
void approval_rehearse(struct context *, uint64_t proposal);

/* ---- the order that waits ---- */

struct waiting {
    struct buffer bytes;
    struct entry entry;
    struct order order; /* decoded; views into bytes */
};

/* Read it from the journal.  0, or -1 with the ledger failed. */
int proposal_load(struct ledger *, uint64_t index, struct waiting *)
    WARN_UNUSED_RESULT;
void proposal_free(struct waiting *);

#endif
