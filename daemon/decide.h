/*
 * A checked order, and the ledger's answer to it.
 */
#ifndef POSITO_DAEMON_DECIDE_H
#define POSITO_DAEMON_DECIDE_H

#include "request.h"

/*
 * Have the ledger decide the order and write the answer.  An order that
 * was accepted before gets the bytes it got then.  0, or -1: storage or
 * memory failed.
 */
int decide_order(struct ledger *, struct request *, struct instant now,
    enum language, struct buffer *out) WARN_UNUSED_RESULT;

#endif
