/*
 * The threads that check signatures: the one cost that dwarfs all others
 * (40 us each).  Requests go in from the loop and come back to it; in what
 * order is no matter, since each connection's requests stay in its queue.
 *
 * The loop's thread is one of those that check: when it has nothing else to
 * do it takes one order at a time, or a few when several wait; when there are
 * many it leaves them to the workers, which take shares of them.  So no more
 * threads are at work than there are processors, and the loop need not wait
 * for its turn to run: a thread that wakes up may wait for milliseconds until
 * one that works is made to stop.  Orders with a body it leaves to the
 * others, for these take longer than the sockets should wait.
 */
#ifndef POSITO_DAEMON_VERIFIER_H
#define POSITO_DAEMON_VERIFIER_H

#include "bell.h"
#include "request.h"

struct verifier;

struct verifier_options {
    unsigned workers;
    unsigned key_multiples; /* keys: protocol/checker.h; 0: libsodium alone */
    const struct hash *ledger; /* its id; copied */
    struct bell *bell; /* rings when there is something to collect */
};

int verifier_open(struct verifier **, const struct verifier_options *,
    struct failure *) WARN_UNUSED_RESULT;

/* Waits for the checks that are under way; the others come back unchecked
 * by verifier_collect before.  NULL is harmless. */
void verifier_close(struct verifier *);

/* ---- the loop's ---- */

/* Hand over a request with its keys; it is CHECKING until collected. */
void verifier_submit(struct verifier *, struct request *);

/* Wake as many workers as there is work for, besides the loop: after the
 * last submit. */
void verifier_start(struct verifier *);

/* Check an order, or a few, on this thread.  False: there is none for it. */
bool verifier_help(struct verifier *);

/* The next checked request, READY; NULL: none now. */
struct request *verifier_collect(struct verifier *);

/* Requests submitted and not collected; those of them without a body, which
 * are checked in a moment. */
size_t verifier_count(const struct verifier *);
size_t verifier_short_count(const struct verifier *);

/* What one of those takes on the loop's thread, of late. */
int64_t verifier_check_us(const struct verifier *);

/* Check it here, on the calling thread: when it is the only one there is,
 * waking a worker would cost as much as the check. */
void verifier_check_here(struct verifier *, struct request *);

/* No more checks: workers end, requests not begun stay unchecked and are
 * collected as they are. */
void verifier_stop(struct verifier *);

#endif
