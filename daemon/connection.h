/*
 * One client: its socket, what came in and is unfinished, its requests
 * that wait for their answers, and answers on their way out.
 *
 *     OPEN --- end of input, quit, a fault ---> ENDING
 *       |                                          | all is answered and sent
 *       |                                          v
 *       |                                      LINGERING
 *       |                                          | the client closed, or
 *       |                                          v  LINGER_MS are over
 *       +--- lost, does not read --------------> closed and freed
 *
 * LINGERING: our side is shut; what still comes in is dropped.  Closing a
 * socket over unread bytes would reset it, and the client could lose the
 * answers it has not read yet.
 */
#ifndef POSITO_DAEMON_CONNECTION_H
#define POSITO_DAEMON_CONNECTION_H

#include "config.h"
#include "follow.h"
#include "inbox.h"
#include "outbox.h"

#include <sys/queue.h>

enum connection_state {
    CONNECTION_OPEN,
    CONNECTION_ENDING,
    CONNECTION_LINGERING
};

struct event;
struct event_base;

struct connection {
    TAILQ_ENTRY(connection) all;     /* the server's */
    TAILQ_ENTRY(connection) ready;   /* the pipeline's, each with its flag */
    TAILQ_ENTRY(connection) waiting;
    TAILQ_ENTRY(connection) touched;
    bool is_ready;   /* may have something to decide */
    bool is_waiting; /* something waits for the journal */
    bool is_touched; /* may have something to send, or room to read */

    void *owner; /* the server */
    enum connection_state state;
    int socket;
    bool end_of_input;
    struct event *readable;
    struct event *writable;

    struct peer peer;
    struct inbox inbox;
    struct buffer held; /* bytes read that the queue had no room for */
    struct request_list requests; /* not answered yet, oldest first */
    size_t request_bytes;
    uint64_t waits_for;   /* entries the first request waits for; 0: none */
    struct follow follow; /* the first request, if it is that */
    struct outbox outbox;

    int64_t active_ms;  /* last sign of life */
    int64_t blocked_ms; /* since when the client takes no answer; 0 */
    int64_t linger_ms;  /* since when LINGERING */
};

/* What libevent calls; the argument is the connection. */
typedef void connection_callback(int socket, short what, void *connection);

/* Takes the socket, which is non-blocking.  NULL: out of memory, and the
 * socket is closed. */
struct connection *connection_open(struct event_base *, int socket,
    connection_callback *readable, connection_callback *writable,
    void *owner, struct inbox_budget *);

/* Frees everything but its requests, which are the pipeline's to forget. */
void connection_close(struct connection *);

enum connection_input {
    INPUT_SOME, /* *list has what was finished, perhaps nothing */
    INPUT_END,  /* the client has shut its side */
    INPUT_LOST, /* the connection is gone */
    INPUT_FAILED /* out of memory */
};

/* Read once; memory is any scratch area. */
enum connection_input connection_read(struct connection *,
    void *memory, size_t size, const struct config *, struct request_list *)
    WARN_UNUSED_RESULT;

/* Go on with the bytes that were held back.  0, or -1: out of memory. */
int connection_resume(struct connection *, const struct config *,
    struct request_list *) WARN_UNUSED_RESULT;

/*
 * Let libevent watch for what is wanted now: input if there is room for
 * it, and room for output if there is some.  crowded: all connections
 * together have too much waiting, so who has a request waiting stays out.
 */
void connection_watch(
    struct connection *, const struct config *, bool crowded);

/* Send what may leave.  False: the client is gone. */
bool connection_send(struct connection *) WARN_UNUSED_RESULT;

/* Nothing more is read: after the answers it ends. */
void connection_end(struct connection *);

/* All is said: shut our side. */
bool connection_is_done(const struct connection *);
void connection_linger(struct connection *);

enum connection_overdue {
    OVERDUE_NOT,
    OVERDUE_SLOW, /* to be told too-slow and ended */
    OVERDUE_LOST  /* to be closed */
};
enum connection_overdue connection_overdue(
    const struct connection *, const struct config *, int64_t now_ms);

#endif
