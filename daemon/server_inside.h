/*
 * What the files of server share.
 */
#ifndef POSITO_DAEMON_SERVER_INSIDE_H
#define POSITO_DAEMON_SERVER_INSIDE_H

#include "server.h"

#include "bell.h"
#include "clock.h"
#include "pipeline.h"

/* Bytes read from a socket at once. */
#define READ_BYTES 65536

TAILQ_HEAD(client_list, connection);

struct server {
    const struct config *config;
    struct storage *storage;
    struct listener *listener;
    struct bell bell;
    struct pipeline *pipeline;

    struct event_base *base;
    struct event *accepting;
    struct event *ringing;   /* the bell */
    struct event *turn;      /* server_turn, after the callbacks of a round */
    struct event *tick;      /* every TICK_MS */
    struct event *promising; /* see server_timers.c */
    struct event *signals[3];

    struct client_list clients;
    size_t client_count;
    struct inbox_budget bodies;
    bool refusing;     /* the last client was one too many: told once */
    bool stopping;
    int64_t stop_ms;   /* when stopping began */

    struct clock_watch watch;
    bool read_only;
    int64_t disk_ms;   /* when the disk was looked at last */
    uint64_t promised; /* entries in the file checkpoint */
    uint64_t seen;     /* durable entries when it was looked at last */
    int64_t promised_ms;

    uint8_t scratch[READ_BYTES];
};

/* ---- server.c ---- */

/* Have server_turn called once the callbacks of this round are done. */
void server_wake(struct server *);

/* ---- server_clients.c ---- */

/* Take in clients that are waiting to be. */
void server_accept(int socket, short what, void *server);

/* After a step: send, watch, end, what was touched.  True if requests
 * arrived meanwhile. */
bool server_settle(struct server *);

/* Tell who is late, and close who does not listen. */
void server_check_deadlines(struct server *);

/* The daemon stops: refuse what is not decided. */
void server_dismiss_all(struct server *);
void server_drop_all(struct server *);

/* ---- server_timers.c ---- */

void server_tick(int socket, short what, void *server);
void server_promise(int socket, short what, void *server);

/* The journal may have grown: see to it that it is promised. */
void server_plan_promise(struct server *);

/* Look at the disk.  0, or -1: too little to start with. */
int server_check_disk(struct server *, struct failure *) WARN_UNUSED_RESULT;

#endif
