/*
 * The ordinary transfer: what batches are mostly made of, decided in one
 * go.
 *
 * A transfer is ordinary if no rule has more to say about it than its sums:
 * between two shares of one book that were posted to before and that today
 * already counts for, parties that are neither closed, frozen nor in
 * succession, a signer who may do it without looking at limits of a day or
 * at who stands above whom, and enough in the share it leaves.  It is
 * accepted and written just as posting.c would.  Everything else, and so
 * every refusal, is left to the general way: this one only ever says yes.
 *
 * Control totals are kept here from line to line and stored when something
 * else could read them.
 *
 * A test decides the same batches with and without it and compares every
 * byte (tests/test_plain.c); who adds a rule for transfers adds what it
 * looks at to is_ordinary, or leaves it to the general way there.
 */
#ifndef POSITO_LEDGER_ORDINARY_H
#define POSITO_LEDGER_ORDINARY_H

#include "record.h"

#include "account.h"
#include "directory.h"

struct context;
struct operation;

/* Of the batch being decided. */
struct ordinary {
    bool possible;  /* for this signer */
    struct directory *directory; /* to be used now; NULL: none */
    bool has_total; /* of the shares posted to last, not stored yet */
    struct account_id total_id;
    struct account total;
};

/* A batch begins: see whether its signer's transfers can be ordinary. */
void ordinary_begin(struct context *);

/* The directory, if it can be used now, is that of the present state. */
void ordinary_open_directory(struct context *);

/* True: it was ordinary, is accepted and written.  False: nothing is. */
bool ordinary_transfer(struct context *, const struct operation *);

/* Store the control total, before anything else looks at it. */
void ordinary_settle(struct context *);

#endif
