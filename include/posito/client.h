/*
 * A small client of the line protocol, for programs in C.  Blocking; one
 * connection, one thread.  Nobody needs it: a socket and
 * protocol/FORMAT.md are enough.
 */
#ifndef POSITO_CLIENT_H
#define POSITO_CLIENT_H

#include <posito/failure.h>
#include <posito/operation.h>

struct client;

/* "127.0.0.1:7733", "[::1]:7733" or "localhost:7733". */
#define CLIENT_ADDRESS_DEFAULT "127.0.0.1:7733"

/* Connects and greets.  timeout_ms bounds every wait (0: 10,000). */
int client_connect(struct client **, const char *address, int timeout_ms,
    struct failure *) WARN_UNUSED_RESULT;
void client_close(struct client *); /* NULL is harmless */

/* Bound every wait from now on; negative: none, to follow a journal. */
void client_set_timeout(struct client *, int timeout_ms);

/* From the greeting. */
const struct hash *client_ledger(const struct client *);
const char *client_origin(const struct client *);

/* Log in.  0 and *status, or -1. */
int client_login(struct client *, const struct ident *key,
    const struct secret_key *, enum status *, struct failure *)
    WARN_UNUSED_RESULT;

/*
 * Queue a line (without LF) and, if it has one, its body (every line with
 * its LF).  Sent by client_flush or when an answer is read.
 */
int client_send(struct client *, struct bytes line, struct bytes body,
    struct failure *) WARN_UNUSED_RESULT;
int client_flush(struct client *, struct failure *) WARN_UNUSED_RESULT;

/*
 * Next line of the answers, without LF, valid until the next call.
 * *last is true on a line "ok ..." or "no ...", the end of one answer.
 */
int client_read(struct client *, struct bytes *line, bool *last,
    struct failure *) WARN_UNUSED_RESULT;

/*
 * Send one request and collect its answer into out: all lines with LFs;
 * the last is the verdict.  *status is that of the verdict.
 */
int client_ask(struct client *, struct bytes line, struct bytes body,
    struct buffer *out, enum status *, struct failure *) WARN_UNUSED_RESULT;

/*
 * Finish a line that lacks its tail: append id= (a fresh ULID), by= and
 * sig= for this ledger.
 */
int client_sign(const struct client *, struct buffer *line,
    const struct ident *by, const struct secret_key *, struct failure *)
    WARN_UNUSED_RESULT;

#endif
