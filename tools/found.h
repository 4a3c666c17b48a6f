/*
 * Founding a ledger: from a text that names currencies, books, parties and
 * keys to the signed genesis that positod starts from.
 *
 *     FOLDER/genesis          the signed line and its body
 *     FOLDER/log.key          the daemon's key, which signs checkpoints
 *     FOLDER/keys/NAME.key    a file a key-add line
 *
 * The text has a line an operation, typed as on the command line.  A
 * key-add line without public= and proof= gets them from its key's file,
 * which is made if it is not there; with both it is taken as it is (its
 * owner made the proof elsewhere, for the id of no ledger).
 *
 *     currency code=USD digits=2
 *     book book=us country=US date=2026-11-23
 *     party-open party=zac kind=federation book=us country=US
 *     key-add key=zac.tres kind=federation.treasurer owner=zac country=US
 *         scope=all                                       (on one line)
 */
#ifndef POSITO_TOOLS_FOUND_H
#define POSITO_TOOLS_FOUND_H

#include <posito/failure.h>
#include <posito/hash.h>
#include <posito/ident.h>
#include <posito/keyfile.h>
#include <posito/status.h>

struct founding {
    const char *folder; /* made if it is not there */
    const char *origin; /* the log's name in its checkpoints */
    struct bytes text;
    const struct ident *founder; /* whose key signs; NULL: the first
                                    key-add that may found */
    enum language language;

    /* Open the key file at path, made if it is not there.  0, or -1. */
    int (*open_key)(void *context, const char *path, const struct ident *,
        struct keyfile *, struct failure *);
    void *context;
};

/*
 * Write the three kinds of file; genesis last, and only after it was
 * decided by the ledger's own rules.  A genesis that is there already is
 * never overwritten.  *ledger is the new ledger's id.  0, or -1 with what
 * is wrong in *failure.
 */
int found_write(const struct founding *, struct hash *ledger,
    struct failure *) WARN_UNUSED_RESULT;

/* The same with open key files: for demonstrations and tests. */
int found_ledger(const char *folder, const char *origin, struct bytes text,
    const struct ident *founder, struct failure *) WARN_UNUSED_RESULT;

#endif
