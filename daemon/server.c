#include "server_inside.h"

#include "log.h"
#include "textfile.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#define TICK_MS 250

/* A client that does not take its last answers cannot hold up a stop for
 * longer than this. */
#define STOP_MS 10000

/* ---- the turn ---- */

void server_wake(struct server *server)
{
    /* It comes after the callbacks of this round, so that a group is made
     * of all that has arrived. */
    event_active(server->turn, EV_TIMEOUT, 1);
}

static void set_timer(struct event *timer, int64_t us)
{
    const struct timeval wait = {us / 1000000, us % 1000000};
    (void)event_add(timer, &wait);
}

static void check_stopped(struct server *server)
{
    if (clock_ms() - server->stop_ms >= STOP_MS)
        server_drop_all(server);
    if (server->client_count == 0 && pipeline_idle(server->pipeline))
        (void)event_base_loopbreak(server->base);
}

static void on_turn(int socket, short what, void *argument)
{
    struct server *server = argument;
    (void)socket;
    (void)what;
    bell_attend(&server->bell);
    bool more = pipeline_step(server->pipeline);
    if (server_settle(server))
        more = true;
    if (pipeline_help(server->pipeline))
        more = true;
    if (!more && bell_rest(&server->bell))
        more = true;
    int64_t wait_us = more ? 0 : pipeline_wait_us(server->pipeline);
    if (wait_us >= 0)
        set_timer(server->turn, wait_us);
    server_plan_promise(server);
    if (server->stopping)
        check_stopped(server);
}

static void on_bell(int socket, short what, void *argument)
{
    struct server *server = argument;
    (void)socket;
    (void)what;
    bell_answer(&server->bell);
    server_wake(server);
}

/* ---- signals ---- */

static void on_stop(int number, short what, void *argument)
{
    struct server *server = argument;
    (void)what;
    /* A second signal does not shorten the finishing. */
    if (server->stopping)
        return;
    log_info("stopping on signal %d, %zu connections", number,
        server->client_count);
    server->stopping = true;
    server->stop_ms = clock_ms();
    (void)event_del(server->accepting);
    listener_close(server->listener);
    server_dismiss_all(server);
    server_wake(server);
}

static void on_hangup(int number, short what, void *argument)
{
    (void)number;
    (void)what;
    (void)argument;
    log_reopen();
}

/* ---- opening ---- */

static struct event *add(struct event *event)
{
    if (event != NULL && event_add(event, NULL) == 0)
        return event;
    if (event != NULL)
        event_free(event);
    return NULL;
}

static int open_events(struct server *server, struct failure *failure)
{
    struct event_base *base = server->base;
    static const struct timeval tick = {TICK_MS / 1000, TICK_MS % 1000 * 1000};
    server->accepting = add(event_new(base, server->listener->socket,
        EV_READ | EV_PERSIST, server_accept, server));
    server->ringing = add(event_new(
        base, server->bell.file, EV_READ | EV_PERSIST, on_bell, server));
    server->signals[0] = add(evsignal_new(base, SIGTERM, on_stop, server));
    server->signals[1] = add(evsignal_new(base, SIGINT, on_stop, server));
    server->signals[2] = add(evsignal_new(base, SIGHUP, on_hangup, server));
    server->turn = event_new(base, -1, 0, on_turn, server);
    server->promising = event_new(base, -1, 0, server_promise, server);
    server->tick = event_new(base, -1, EV_PERSIST, server_tick, server);
    if (server->accepting == NULL || server->ringing == NULL ||
        server->signals[0] == NULL || server->signals[1] == NULL ||
        server->signals[2] == NULL || server->turn == NULL ||
        server->promising == NULL || server->tick == NULL ||
        event_add(server->tick, &tick) != 0)
        return failure_set(failure, "out of memory for events");
    return 0;
}

static struct event_base *new_base(const struct config *config)
{
    struct event_config *how = event_config_new();
    struct event_base *base;
    if (how == NULL)
        return NULL;
    /* Only a delay shorter than a millisecond needs the dearer timers. */
    if (config->group_delay_us > 0)
        (void)event_config_set_flag(how, EVENT_BASE_FLAG_PRECISE_TIMER);
    (void)event_config_set_flag(how, EVENT_BASE_FLAG_NOLOCK);
    base = event_base_new_with_config(how);
    event_config_free(how);
    return base;
}

static int open_parts(struct server *server, struct failure *failure)
{
    if (bell_open(&server->bell, failure) != 0 ||
        pipeline_open(&server->pipeline, server->storage, server->config,
            &server->bell, failure) != 0)
        return -1;
    server->base = new_base(server->config);
    if (server->base == NULL)
        return failure_set(failure, "cannot start libevent");
    if (open_events(server, failure) != 0)
        return -1;
    return server_check_disk(server, failure);
}

/* Clients may come; the port is told in a file. */
static int open_door(struct server *server, struct failure *failure)
{
    char text[16];
    struct buffer port = buffer_over(text, sizeof text);
    buffer_decimal(&port, server->listener->port);
    buffer_char(&port, '\n');
    if (listener_listen(server->listener, failure) != 0)
        return -1;
    return textfile_replace(server->storage->folder->path, "port",
        buffer_bytes(&port), failure);
}

int server_open(struct server **out, const struct config *config,
    struct storage *storage, struct listener *listener,
    struct failure *failure)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return failure_set(failure, "out of memory");
    server->config = config;
    server->storage = storage;
    server->listener = listener;
    server->bell.file = -1;
    server->bodies.limit = config->waiting_bytes / 2;
    TAILQ_INIT(&server->clients);
    clock_watch_start(&server->watch);
    if (open_parts(server, failure) == 0 && open_door(server, failure) == 0) {
        *out = server;
        return 0;
    }
    server_close(server);
    *out = NULL;
    return -1;
}

static void free_event(struct event *event)
{
    if (event != NULL)
        event_free(event);
}

void server_close(struct server *server)
{
    if (server == NULL)
        return;
    server_drop_all(server);
    pipeline_close(server->pipeline);
    free_event(server->accepting);
    free_event(server->ringing);
    free_event(server->turn);
    free_event(server->tick);
    free_event(server->promising);
    for (size_t i = 0; i < 3; i++)
        free_event(server->signals[i]);
    if (server->base != NULL)
        event_base_free(server->base);
    bell_close(&server->bell);
    free(server);
}

/* ---- running ---- */

/* Everybody has gone and all is durable: save the state. */
static int finish(struct server *server, struct failure *failure)
{
    struct buffer note = buffer_empty();
    int result =
        textfile_remove(server->storage->folder->path, "port", failure);
    buffer_append(&note, pipeline_note(server->pipeline));
    pipeline_close(server->pipeline);
    server->pipeline = NULL;
    if (note.failed)
        result = failure_set(failure, "out of memory");
    if (result == 0)
        result = storage_finish(
            server->storage, buffer_bytes(&note), failure);
    buffer_free(&note);
    return result;
}

int server_run(struct server *server, struct failure *failure)
{
    if (event_base_dispatch(server->base) < 0)
        return failure_set(failure, "libevent failed");
    return finish(server, failure);
}
