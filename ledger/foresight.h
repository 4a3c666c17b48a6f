/*
 * Foresight: before the lines of a batch are decided, the records that they
 * will read are found, those of many lines side by side.
 *
 * A lookup waits for memory several times; the processor waits for many
 * addresses as fast as for one, if it is told of them early.  So lines go
 * through stages, a few of them at a time, and between two stages of one
 * group the others have theirs:
 *
 *     1  where the directory may have its names
 *     2  where the slots of its parties are      3  the parties
 *     4  where the slots of its accounts are     5  the accounts
 *     6  where the accounts end; then its lines are decided
 *
 * Whom the directory knows (directory.h) skips what lies between: there his
 * account is found in the second stage.
 *
 * What is found is kept for the decision, which uses it if nothing was
 * written to it meanwhile and else looks for itself: foresight changes no
 * decision.  It only reads.
 */
#ifndef POSITO_LEDGER_FORESIGHT_H
#define POSITO_LEDGER_FORESIGHT_H

#include "account.h"
#include "record.h"

struct context;
struct order;

#define FORESIGHT_STAGES 6
#define FORESIGHT_LINES 8 /* of a group */
#define FORESIGHT_NAMES (2 * FORESIGHT_LINES)

/* A party named in a line, and the account that the line will post to. */
struct foreseen {
    const struct ident *name; /* in the line's operation, by its address */
    enum role role;
    enum currency currency;
    uint32_t hash; /* of name and currency; if there is a directory */
    struct state_place party_place;
    struct state_place account_place;

    uint64_t version; /* of the parties, for what follows; 0: not found */
    struct account_id id;
    uint32_t number; /* of the party */
    uint8_t book;
    bool calm;   /* it is neither closed, frozen nor in succession */
    bool listed; /* the directory said so */
};

struct foreseen_group {
    size_t starts[FORESIGHT_LINES + 1]; /* each line's names in list */
    size_t end;
    struct foreseen list[FORESIGHT_NAMES];
};

struct foresight {
    struct foreseen_group groups[FORESIGHT_STAGES]; /* by number, round */
    const struct foreseen *line; /* names of the line being decided */
    size_t names;
};

/* Line i (from 0) of the order's body is decided next: after line 0 the
 * others, one by one. */
void foresight_line(struct context *, size_t i);

/* At most FORESIGHT_LINES orders without a body are decided next: all the
 * stages at once, side by side for all of them.  Nothing is kept. */
void foresight_orders(
    struct context *, const struct order *const *orders, size_t count);

/* Nothing is foreseen any more. */
void foresight_end(struct context *);

/* The place of a party named in the line that is decided; all zero if it
 * was not foreseen. */
struct state_place foresight_party(
    const struct context *, const struct ident *name);

/* What was foreseen of an account; NULL: nothing. */
const struct foreseen *foresight_account(
    const struct context *, const struct account_id *);

#endif
