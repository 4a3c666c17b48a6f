/*
 * Drawers: the tills of an office, each a party below it.
 *
 *     closed --drawer-open--> open by a key --drawer-close--> closed
 *
 * Cash goes through an open drawer by the key that opened it; a supervisor
 * may count and close anybody's, so that a drawer whose teller is gone can
 * be closed.  A count compares the pieces with what the books say; closing
 * also posts the difference to the house's expense.overshort at once:
 *
 *     too much    debit drawer    credit expense.overshort
 *     too little  debit expense.overshort    credit drawer
 *
 * An office with drawers takes cash through them only.  One without keeps
 * a cash box of its own, the drawer account of the office itself.
 */
#ifndef POSITO_LEDGER_DRAWER_H
#define POSITO_LEDGER_DRAWER_H

#include "record.h"

struct context;

/* An open drawer; a closed one has no record. */
struct drawer {
    uint32_t party;
    uint32_t key;     /* that opened it */
    uint64_t opened;  /* entry */
    uint64_t counted; /* entry that last counted it; 0: none */
};

bool drawer_find(struct state *, uint32_t party, struct drawer *)
    WARN_UNUSED_RESULT;
bool drawer_parse(struct bytes key, struct bytes value, struct drawer *)
    WARN_UNUSED_RESULT; /* for scans of TABLE_DRAWER */

/*
 * May the plan's legs move cash in drawers as they do?  Refuses
 * DRAWER_NEEDED, DRAWER_NOT_OPEN and NOT_YOUR_DRAWER.  counter: a member's
 * cash, which only the drawer's own key may move, and which an office that
 * has drawers takes nowhere else.
 */
void drawer_check(struct context *, bool counter);

#endif
