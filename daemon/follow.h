/*
 * The question follow: the journal's entries from one on, as they become
 * durable.  It has no end of its own unless to= gave one; the next request
 * of the connection ends it, once it has come to what was durable then.
 */
#ifndef POSITO_DAEMON_FOLLOW_H
#define POSITO_DAEMON_FOLLOW_H

#include "question.h"

struct follow {
    bool on;
    uint64_t next; /* entry */
    uint64_t stop; /* the entry it does not come to; UINT64_MAX: none */
};

/* Begin: follow->on is set, or the refusal was written.  0, or -1. */
int follow_begin(struct follow *, const struct question *)
    WARN_UNUSED_RESULT;

/*
 * Write entries that are durable, until about room bytes are written.
 * superseded: another request waits behind it.  At its end the closing ok
 * is written and follow->on is false.  0, or -1.
 */
int follow_step(struct follow *, const struct question *, size_t room,
    bool superseded) WARN_UNUSED_RESULT;

/* True if a step would write something. */
bool follow_has_more(
    const struct follow *, uint64_t durable, bool superseded);

#endif
