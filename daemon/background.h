/*
 * Going into the background: the caller's process stays until the start
 * has succeeded or was refused, and exits with what came of it.
 */
#ifndef POSITO_DAEMON_BACKGROUND_H
#define POSITO_DAEMON_BACKGROUND_H

#include <posito/failure.h>

struct background {
    int pipe; /* to the waiting process; -1: none */
};

/* Fork, before any thread, lock or map.  Returns in the child only; the
 * parent waits for background_ready, or for the child's end, and exits. */
int background_start(struct background *, struct failure *)
    WARN_UNUSED_RESULT;

/* The start has succeeded: let the parent go, and let go of its terminal.
 * Harmless in the foreground. */
void background_ready(struct background *);

#endif
