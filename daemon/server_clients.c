#include "server_inside.h"

#include "log.h"

#include "../protocol/answer.h"

#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

/* Clients taken in at once, before others have their turn. */
#define ACCEPT_MAX 32

static _Noreturn void out_of_memory(void)
{
    const struct failure failure = {"out of memory"};
    log_fatal(&failure);
}

static void drop(struct server *server, struct connection *c)
{
    pipeline_forget(server->pipeline, c);
    TAILQ_REMOVE(&server->clients, c, all);
    server->client_count--;
    pipeline_set_connections(server->pipeline, server->client_count);
    connection_close(c);
}

/* ---- input ---- */

static void end_input(struct server *server, struct connection *c)
{
    if (c->state == CONNECTION_LINGERING) {
        drop(server, c);
        return;
    }
    connection_end(c);
    pipeline_touch(server->pipeline, c);
}

static void on_readable(int socket, short what, void *argument)
{
    struct connection *c = argument;
    struct server *server = c->owner;
    struct request_list list = {NULL, NULL, 0};
    (void)socket;
    (void)what;
    switch (connection_read(
        c, server->scratch, sizeof server->scratch, server->config, &list)) {
    case INPUT_SOME:
        if (list.count == 0 && c->held.length == 0)
            return;
        pipeline_arrived(server->pipeline, c, &list);
        break;
    case INPUT_END:
        end_input(server, c);
        break;
    case INPUT_LOST:
        drop(server, c);
        break;
    case INPUT_FAILED:
        out_of_memory();
    }
    server_wake(server);
}

static void on_writable(int socket, short what, void *argument)
{
    struct connection *c = argument;
    struct server *server = c->owner;
    (void)socket;
    (void)what;
    pipeline_touch(server->pipeline, c);
    server_wake(server);
}

/* ---- new clients ---- */

/* One line to a client there is no place for.  If it does not fit into the
 * socket's empty buffer, nothing is lost. */
static void turn_away(struct server *server, int client)
{
    const struct fault fault = {.status = STATUS_TOO_MANY};
    char memory[256];
    struct buffer line = buffer_over(memory, sizeof memory);
    answer_no(&line, &fault, 0, LANGUAGE_EN);
    if (!line.failed)
        (void)!send(client, line.data, line.length,
            MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)shutdown(client, SHUT_WR);
    (void)close(client);
    if (!server->refusing)
        log_warning("%zu connections, the most there may be: others are "
                    "turned away", server->client_count);
    server->refusing = true;
}

static void take_in(struct server *server, int client)
{
    struct connection *c = connection_open(server->base, client, on_readable,
        on_writable, server, &server->bodies);
    if (c == NULL)
        out_of_memory();
    TAILQ_INSERT_TAIL(&server->clients, c, all);
    server->client_count++;
    server->refusing = false;
    pipeline_set_connections(server->pipeline, server->client_count);
    connection_watch(c, server->config, false);
}

void server_accept(int socket, short what, void *argument)
{
    struct server *server = argument;
    (void)socket;
    (void)what;
    for (int i = 0; i < ACCEPT_MAX; i++) {
        bool exhausted;
        int client = listener_accept(server->listener, &exhausted);
        if (exhausted) {
            /* The tick listens again. */
            log_warning("no more descriptors: no clients are taken in");
            (void)event_del(server->accepting);
        }
        if (client < 0)
            return;
        if (server->client_count >= server->config->max_connections)
            turn_away(server, client);
        else
            take_in(server, client);
    }
}

/* ---- after a step ---- */

/* Take up bytes that were held back, now that there is room. */
static bool resume(struct server *server, struct connection *c)
{
    struct request_list list = {NULL, NULL, 0};
    if (connection_resume(c, server->config, &list) != 0)
        out_of_memory();
    if (list.count == 0)
        return false;
    pipeline_arrived(server->pipeline, c, &list);
    return true;
}

static bool settle(struct server *server, struct connection *c)
{
    uint64_t limit = server->config->output_bytes;
    bool was_full = outbox_pending(&c->outbox) >= limit;
    bool more = false;
    if (!connection_send(c)) {
        drop(server, c);
        return false;
    }
    if (was_full && outbox_pending(&c->outbox) < limit) {
        pipeline_touch(server->pipeline, c);
        more = c->requests.count > 0;
    }
    if (resume(server, c))
        more = true;
    if (connection_is_done(c)) {
        if (c->end_of_input) {
            drop(server, c);
            return false;
        }
        connection_linger(c);
    }
    connection_watch(
        c, server->config, pipeline_crowded(server->pipeline));
    return more;
}

bool server_settle(struct server *server)
{
    struct connection *c;
    bool more = false;
    while ((c = pipeline_next_touched(server->pipeline)) != NULL)
        if (settle(server, c))
            more = true;
    return more;
}

/* ---- deadlines and the end ---- */

void server_check_deadlines(struct server *server)
{
    int64_t now_ms = clock_ms();
    struct connection *c = TAILQ_FIRST(&server->clients);
    while (c != NULL) {
        struct connection *next = TAILQ_NEXT(c, all);
        switch (connection_overdue(c, server->config, now_ms)) {
        case OVERDUE_NOT:
            break;
        case OVERDUE_SLOW:
            pipeline_dismiss(server->pipeline, c, STATUS_TOO_SLOW);
            server_wake(server);
            break;
        case OVERDUE_LOST:
            drop(server, c);
            break;
        }
        c = next;
    }
}

/* Nothing is due to it, neither an answer nor the end of one. */
static bool is_at_rest(const struct connection *c)
{
    return c->requests.count == 0 && outbox_pending(&c->outbox) == 0 &&
           c->state != CONNECTION_LINGERING;
}

void server_dismiss_all(struct server *server)
{
    struct connection *c = TAILQ_FIRST(&server->clients);
    while (c != NULL) {
        struct connection *next = TAILQ_NEXT(c, all);
        if (is_at_rest(c))
            drop(server, c);
        else if (c->state != CONNECTION_LINGERING)
            pipeline_stop(server->pipeline, c);
        c = next;
    }
}

void server_drop_all(struct server *server)
{
    struct connection *c;
    while ((c = TAILQ_FIRST(&server->clients)) != NULL)
        drop(server, c);
}
