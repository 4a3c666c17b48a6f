/*
 * Groups on their way from the journal to the ledger at a start: one thread
 * reads, verifies and decodes them while the other decides.
 *
 *     the journal's thread                  the ledger's thread
 *     readahead_put, group by group  ---->  readahead_take, readahead_done
 *     readahead_end                  ---->  NULL: there are no more
 *       waits until all are done     <----  readahead_done, or _abandon
 *
 * Bounded: whoever puts waits while more than READAHEAD_BYTES of groups are
 * inside.
 */
#ifndef POSITO_DAEMON_READAHEAD_H
#define POSITO_DAEMON_READAHEAD_H

#include "../ledger/ledger.h"

/* Decoded, a group takes up to ten times its bytes. */
#define READAHEAD_BYTES ((size_t)2 << 20)

struct readahead;

struct ahead_entry {
    struct entry entry;
    struct order order;
};

/* A verified group, copied and decoded. */
struct ahead {
    struct ahead *next;
    uint64_t first;
    struct buffer bytes;
    struct ahead_entry *entries;
    size_t count;
};

struct readahead *readahead_new(void); /* NULL: out of memory */
void readahead_free(struct readahead *); /* NULL is harmless */

/* Copy a group that was verified (journal_check_group), decode its orders
 * and pass it on.  0; -1: failed, or abandoned by the other side. */
int readahead_put(struct readahead *, const struct group *, struct failure *)
    WARN_UNUSED_RESULT;

/* No more will be put, and there are waiters until all is done: 0; -1: the
 * other side has abandoned it. */
int readahead_end(struct readahead *) WARN_UNUSED_RESULT;

/* The putting side ends, in whatever way; safe to call twice. */
void readahead_close(struct readahead *);

/* The next group; waits for it.  NULL: none will come. */
struct ahead *readahead_take(struct readahead *);

/* It was replayed; it is freed. */
void readahead_done(struct readahead *, struct ahead *);

/* The taking side gives up: what is inside is dropped, nothing more is
 * accepted. */
void readahead_abandon(struct readahead *);

#endif
