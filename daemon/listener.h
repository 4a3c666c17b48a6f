/*
 * The socket that clients connect to.
 */
#ifndef POSITO_DAEMON_LISTENER_H
#define POSITO_DAEMON_LISTENER_H

#include <posito/failure.h>

#include <stdbool.h>

struct listener {
    int socket;    /* -1: closed */
    unsigned port; /* the one it got */
    char address[64]; /* "127.0.0.1:7733", "[::1]:7733" */
    bool loopback;
};

/*
 * Bind to "ADDRESS:PORT"; ADDRESS is numeric, in brackets for IPv6, or
 * localhost.  Nobody can connect yet.  0, or -1: not an address, or taken.
 */
int listener_bind(struct listener *, const char *where, struct failure *)
    WARN_UNUSED_RESULT;

/* 0, or -1: not an address. */
int listener_check(const char *where, struct failure *) WARN_UNUSED_RESULT;

/* From now on clients can connect. */
int listener_listen(struct listener *, struct failure *) WARN_UNUSED_RESULT;

/*
 * The next client's socket, non-blocking; -1 if there is none now.
 * *exhausted: there is one, but no descriptor or memory for it.
 */
int listener_accept(struct listener *, bool *exhausted);

void listener_close(struct listener *);

#endif
