/*
 * Threads that check chunks.  Chunks come back in the order they went in.
 */
#ifndef POSITO_TOOLS_REPLAY_POOL_H
#define POSITO_TOOLS_REPLAY_POOL_H

#include "replay_chunk.h"

struct replay_pool;

/* rules are borrowed.  NULL: threads could not be started. */
struct replay_pool *replay_pool_new(
    unsigned threads, const struct chunk_rules *);

/* Finishes what is being checked, frees all chunks still inside. */
void replay_pool_free(struct replay_pool *); /* NULL is harmless */

/* Whether another chunk may go in: count and bytes are bounded. */
bool replay_pool_has_room(const struct replay_pool *);

/* The pool owns the chunk until replay_pool_take.  Needs room. */
void replay_pool_put(struct replay_pool *, struct chunk *);

/* The oldest chunk, checked; waits for it.  NULL: none is inside. */
struct chunk *replay_pool_take(struct replay_pool *);

#endif
