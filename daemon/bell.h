/*
 * A bell: any thread rings it, the event loop hears it.  Ringing twice
 * before it was answered costs one wake-up, not two.
 */
#ifndef POSITO_DAEMON_BELL_H
#define POSITO_DAEMON_BELL_H

#include <posito/failure.h>

#include <stdatomic.h>
#include <stdbool.h>

struct bell {
    int file; /* an eventfd: readable while the bell rings */
    atomic_bool rung;
};

int bell_open(struct bell *, struct failure *) WARN_UNUSED_RESULT;
void bell_close(struct bell *);

void bell_ring(struct bell *); /* any thread */

/* The loop's: to be called before looking at what it was rung for. */
void bell_answer(struct bell *);

#endif
