/*
 * Saves the state while a replay goes on, on a thread of its own: what the
 * checkpointer does for a serving daemon, without clients to wait for.
 *
 *     saver_begin   freezes what was written so far
 *        ...        state_flush on the saver's thread; the replay goes on
 *     saver_end     waits for it, thaws
 */
#ifndef POSITO_DAEMON_SAVER_H
#define POSITO_DAEMON_SAVER_H

#include "../ledger/state.h"

#include <pthread.h>

/* All zero: nothing is under way. */
struct saver {
    struct state *state;
    uint64_t size; /* entries that it covers; the owner's, carried along */
    bool running;
    pthread_t thread;
    int result;
    struct failure failure;
};

/* Nothing may be under way.  0, or -1. */
int saver_begin(struct saver *, struct state *, uint64_t size,
    struct failure *) WARN_UNUSED_RESULT;

/* Harmless if nothing is under way.  0, or -1: it was not saved. */
int saver_end(struct saver *, struct failure *) WARN_UNUSED_RESULT;

#endif
