/*
 * A teller's connection, which may go away at any time.
 *
 * An order is signed once, kept in memory and in a file of the user's state
 * folder (teller-KEY-LEDGER.pending), then sent.  It stays there until it
 * was answered: after a lost connection, a daemon that was started again or
 * a terminal that was closed the same bytes are sent again, which the
 * ledger takes once at most.
 */
#ifndef POSITO_TOOLS_TELLER_DESK_H
#define POSITO_TOOLS_TELLER_DESK_H

#include "session.h"

struct teller_desk {
    struct session *session; /* borrowed; its key is open */
    struct buffer pending;   /* the signed order without answer */
    char file[PATH_MAX];     /* where it is kept */
    struct buffer answer;    /* the last one */
    enum status status;      /* of that */
    struct failure failure;
};

/* Connects.  session_need_key came before.  0, or -1. */
int teller_desk_open(struct teller_desk *, struct session *);
void teller_desk_close(struct teller_desk *);

/* Is an order of before without answer? */
bool teller_desk_is_pending(const struct teller_desk *);

/*
 * Ask; order: sign it first, unless an order is pending, which then is what
 * is sent.  0 with answer and status (a refusal too); -1 if there was no
 * answer: ask again, which connects anew.
 */
int teller_desk_ask(struct teller_desk *, struct bytes line, bool order);

#endif
