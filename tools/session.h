/*
 * A user at work: settings, the opened key, the connection.  Used for one
 * command and for the interactive mode alike.
 */
#ifndef POSITO_TOOLS_SESSION_H
#define POSITO_TOOLS_SESSION_H

#include "settings.h"
#include "show.h"

#include <posito/client.h>
#include <posito/keyfile.h>

/* What `posito` exits with. */
enum outcome {
    OUTCOME_ACCEPTED = 0,
    OUTCOME_REFUSED = 1,
    OUTCOME_USAGE = 2,
    OUTCOME_FAILED = 3 /* the daemon was not reached, or we failed */
};

struct session {
    const struct settings *settings;
    struct show show;
    struct client *client; /* NULL: not connected */
    bool logged_in;
    bool has_key; /* key and by are filled in */
    struct keyfile key;
    struct ident by;
};

/* settings are borrowed.  Nothing is opened before it is needed. */
void session_begin(struct session *, const struct settings *);
void session_end(struct session *);

/*
 * Read the user's key file; harmless if it was read before.  Tells the user
 * what is wrong and returns the outcome.
 */
enum outcome session_need_key(struct session *);

/* Connect; harmless if connected. */
enum outcome session_need_client(struct session *);

/*
 * Do what the words say: a line of the operation table, built, signed if
 * it is an order, sent, and its answer shown.
 */
enum outcome session_run(
    struct session *, const char *const *words, size_t count);

/*
 * Ask a question, and show nothing unless it fails: the daemon not reached,
 * or the login refused, which leaves answer empty.  Puts the answer in.
 * The line is the whole question; session_ask's has no fields.
 */
enum outcome session_ask_line(struct session *, enum verb,
    struct bytes line, struct buffer *answer);
enum outcome session_ask(
    struct session *, enum verb, struct buffer *answer);

/* Send a finished, signed line as it stands; body may be empty. */
enum outcome session_send(
    struct session *, struct bytes line, struct bytes body);

/* Show a failure and return OUTCOME_FAILED. */
enum outcome session_fail(const struct session *, const struct failure *);

/* Show a fault of usage and return OUTCOME_USAGE. */
enum outcome session_usage(
    const struct session *, enum status, const char *text);

#endif
