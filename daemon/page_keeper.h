/*
 * The keeper of the reserve of large pages (pages.h): a thread that touches
 * pages before they are needed, so that nobody who decides waits for that.
 */
#ifndef POSITO_DAEMON_PAGE_KEEPER_H
#define POSITO_DAEMON_PAGE_KEEPER_H

#include <posito/failure.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct page_keeper {
    pthread_t thread;
    bool on;
};

/* save_bytes: what a layer of changed records may come to; as much is kept
 * of what the last one gave back.  0, or -1. */
int page_keeper_start(struct page_keeper *, uint64_t save_bytes,
    struct failure *) WARN_UNUSED_RESULT;

void page_keeper_stop(struct page_keeper *); /* harmless when zero */

#endif
