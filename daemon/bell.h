/*
 * Wakes the event loop from other threads.  The loop watches `file` for
 * reading; while it is at work anyway nobody writes to it.
 */
#ifndef POSITO_DAEMON_BELL_H
#define POSITO_DAEMON_BELL_H

#include <posito/failure.h>

#include <stdatomic.h>
#include <stdbool.h>

struct bell {
    int file; /* an eventfd */
    atomic_bool heard; /* the loop is awake, or was woken */
    atomic_bool rung;  /* since the loop began to look */
};

int bell_open(struct bell *, struct failure *) WARN_UNUSED_RESULT;
void bell_close(struct bell *);

/* Any thread: there is something to do.  A system call only if the loop
 * may be asleep. */
void bell_ring(struct bell *);

/* The loop, when `file` is readable. */
void bell_answer(struct bell *);

/* The loop, before it looks what there is to do: until it rests nobody has
 * to wake it. */
void bell_attend(struct bell *);

/* The loop, before it may sleep.  True: something came meanwhile, so it
 * looks again and does not sleep. */
bool bell_rest(struct bell *) WARN_UNUSED_RESULT;

#endif
