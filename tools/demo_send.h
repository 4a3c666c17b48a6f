/*
 * How the demonstration's files send what they sign: orders of many keys
 * over one connection, several under way at once.
 *
 * All return 0, or -1 with *failure: the daemon refused what had to be
 * accepted, or could not be reached.
 */
#ifndef POSITO_TOOLS_DEMO_SEND_H
#define POSITO_TOOLS_DEMO_SEND_H

#include "demo_plan.h"

struct client;

struct play {
    struct demo_plan *plan;
    const char *folder; /* keys lie open in folder/keys */
    struct client *client;
    struct failure *failure;
    uint64_t orders;  /* signed lines accepted */
    uint64_t lines;   /* lines in their bodies */
    size_t under_way; /* answers still to be read */
    uint64_t index;   /* of the entry answered last */
    uint64_t early;   /* the term share that will be closed early */
    uint64_t notice;  /* the notice that will be redeemed */
};

/* Wait until at most so many answers are still to be read. */
int demo_send_drain(struct play *, size_t leave) WARN_UNUSED_RESULT;

/* Sign the line as the key `by` and send it. */
int demo_send_buffer(struct play *, const char *by, struct buffer *line)
    WARN_UNUSED_RESULT;
int demo_send(struct play *, const char *by, const char *format, ...)
    PRINTF_LIKE(3, 4) WARN_UNUSED_RESULT;

/* The same, and wait for it: play->index is its entry. */
int demo_send_now(struct play *, const char *by, const char *format, ...)
    PRINTF_LIKE(3, 4) WARN_UNUSED_RESULT;

/* What needs two signatures: proposed by one key, approved by another. */
int demo_send_two(struct play *, const char *by, const char *second,
    const char *format, ...) PRINTF_LIKE(4, 5) WARN_UNUSED_RESULT;

/* One batch, all its lines or none; clears them. */
int demo_send_batch(struct play *, const char *by, struct buffer *lines)
    WARN_UNUSED_RESULT;

#endif
