/*
 * Who is at the other end of a connection, and the verbs about that:
 * hello, login, language, quit.
 */
#ifndef POSITO_DAEMON_PEER_H
#define POSITO_DAEMON_PEER_H

#include "../ledger/ledger.h"
#include "../protocol/sign.h"

struct peer {
    enum language language;
    bool challenged; /* challenge waits for its login */
    struct challenge challenge;
    bool logged_in;
    struct ident key;
    struct public_key public_key; /* the key had when it logged in */
};

void peer_open(struct peer *);

/* True if the key that logged in still is what it was: not replaced. */
bool peer_holds(const struct peer *, struct ledger *);

/*
 * Answer a verb of the connection (not quit's closing, which is the caller's).
 * 0, or -1: storage failed.
 */
int peer_answer(struct peer *, struct ledger *,
    const struct operation *, struct instant now, struct buffer *out)
    WARN_UNUSED_RESULT;

/* A refusal in the peer's language. */
void peer_refuse(
    const struct peer *, struct buffer *out, enum status, const char *field);

#endif
