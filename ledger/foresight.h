/*
 * Foresight: before the lines of a batch are decided, the records that a
 * run of them will read are found, all of the run side by side.
 *
 * A lookup waits for memory several times; the processor waits for many
 * addresses as fast as for one, if it is told of them together.  So each
 * step is taken for every name of the run before the next step of any.
 * What is found is kept for the decision, which uses it if nothing was
 * written to it meanwhile and else looks for itself: foresight changes no
 * decision.  It only reads.
 */
#ifndef POSITO_LEDGER_FORESIGHT_H
#define POSITO_LEDGER_FORESIGHT_H

#include "record.h"

struct context;

#define FORESIGHT_LINES 16
#define FORESIGHT_NAMES (2 * FORESIGHT_LINES)

/* A party named in a line, and the account that the line will post to. */
struct foreseen {
    const struct ident *name; /* in the line's operation, by its address */
    struct state_place party_place;
    struct party party;
    uint64_t version; /* of the parties when it was read; 0: not found */
    enum role role;
    enum currency currency;
    struct account_id id;
    struct state_place account_place;
};

struct foresight {
    size_t first; /* line that starts[0] is about */
    size_t lines; /* 0: nothing was foreseen */
    size_t starts[FORESIGHT_LINES + 1]; /* each line's names in list */
    struct foreseen list[FORESIGHT_NAMES];
    size_t at; /* of the line being decided: its names are [at, end) */
    size_t end;
};

/* Line i (from 0) of the order's body is decided next. */
void foresight_line(struct context *, size_t i);

/* Nothing is foreseen any more. */
void foresight_end(struct context *);

/* The party of a name in the line that is decided, which was foreseen and
 * has not been written to since; else NULL. */
const struct party *foresight_party(
    const struct context *, const struct ident *);

/* What was foreseen of an account; NULL: nothing. */
const struct foreseen *foresight_account(
    const struct context *, const struct account_id *);

#endif
