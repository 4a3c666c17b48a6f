#include "connection.h"

#include "clock.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long a client has to read the last answer and close. */
#define LINGER_MS 2000

/* ---- opening and closing ---- */

struct connection *connection_open(struct event_base *base, int socket,
    connection_callback *readable, connection_callback *writable,
    void *owner, struct inbox_budget *budget)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        (void)close(socket);
        return NULL;
    }
    connection->owner = owner;
    connection->socket = socket;
    connection->held = buffer_empty();
    peer_open(&connection->peer);
    inbox_open(&connection->inbox, budget);
    outbox_open(&connection->outbox);
    connection->active_ms = clock_ms();
    connection->readable =
        event_new(base, socket, EV_READ | EV_PERSIST, readable, connection);
    connection->writable =
        event_new(base, socket, EV_WRITE | EV_PERSIST, writable, connection);
    if (connection->readable == NULL || connection->writable == NULL) {
        connection_close(connection);
        return NULL;
    }
    return connection;
}

void connection_close(struct connection *connection)
{
    if (connection->readable != NULL)
        event_free(connection->readable);
    if (connection->writable != NULL)
        event_free(connection->writable);
    (void)close(connection->socket);
    inbox_close(&connection->inbox);
    outbox_close(&connection->outbox);
    buffer_free(&connection->held);
    free(connection);
}

/* ---- input ---- */

static size_t room(
    const struct connection *connection, const struct config *config)
{
    size_t count = connection->requests.count;
    return count < config->queue_requests
               ? (size_t)config->queue_requests - count
               : 0;
}

/* bytes may be a view of held. */
static int feed(struct connection *connection, struct bytes *bytes,
    const struct config *config, struct request_list *list)
{
    if (inbox_feed(&connection->inbox, bytes, clock_ms(), list,
            room(connection, config)) != 0)
        return -1;
    if (list->count > 0)
        connection->active_ms = clock_ms();
    return 0;
}

enum connection_input connection_read(struct connection *connection,
    void *memory, size_t size, const struct config *config,
    struct request_list *list)
{
    ssize_t got = recv(connection->socket, memory, size, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return INPUT_SOME;
    if (got < 0)
        return INPUT_LOST;
    if (got == 0) {
        connection->end_of_input = true;
        return INPUT_END;
    }
    if (connection->state != CONNECTION_OPEN)
        return INPUT_SOME;
    struct bytes bytes = bytes_of(memory, (size_t)got);
    if (feed(connection, &bytes, config, list) != 0)
        return INPUT_FAILED;
    buffer_append(&connection->held, bytes);
    return connection->held.failed ? INPUT_FAILED : INPUT_SOME;
}

int connection_resume(struct connection *connection,
    const struct config *config, struct request_list *list)
{
    struct bytes bytes = buffer_bytes(&connection->held);
    if (bytes.length == 0 || connection->state != CONNECTION_OPEN)
        return 0;
    if (feed(connection, &bytes, config, list) != 0)
        return -1;
    if (bytes.length == 0)
        buffer_free(&connection->held);
    else
        buffer_drop_front(
            &connection->held, connection->held.length - bytes.length);
    return 0;
}

/* ---- what libevent watches ---- */

static void set_event(struct event *event, short what, bool wanted)
{
    bool there = event_pending(event, what, NULL) != 0;
    if (wanted && !there)
        (void)event_add(event, NULL);
    if (!wanted && there)
        (void)event_del(event);
}

static bool wants_input(const struct connection *connection,
    const struct config *config, bool crowded)
{
    if (connection->end_of_input)
        return false;
    if (connection->state == CONNECTION_LINGERING)
        return true;
    if (connection->state != CONNECTION_OPEN || connection->held.length > 0 ||
        outbox_pending(&connection->outbox) >= config->output_bytes)
        return false;
    return connection->requests.count == 0 ||
           (!crowded && room(connection, config) > 0 &&
               connection->request_bytes < config->queue_bytes);
}

void connection_watch(struct connection *connection,
    const struct config *config, bool crowded)
{
    bool reads = wants_input(connection, config, crowded);
    bool read = event_pending(connection->readable, EV_READ, NULL) != 0;
    /* Time in which we did not listen is not the client's. */
    if (reads && !read && connection->inbox.since_ms != 0)
        connection->inbox.since_ms = clock_ms();
    set_event(connection->readable, EV_READ, reads);
    set_event(connection->writable, EV_WRITE,
        outbox_ready(&connection->outbox) > 0);
}

/* ---- output ---- */

bool connection_send(struct connection *connection)
{
    bool moved;
    enum outbox_result result =
        outbox_send(&connection->outbox, connection->socket, &moved);
    if (moved)
        connection->active_ms = clock_ms();
    if (result == OUTBOX_SENT)
        connection->blocked_ms = 0;
    else if (moved || connection->blocked_ms == 0)
        connection->blocked_ms = clock_ms();
    return result != OUTBOX_LOST;
}

void connection_end(struct connection *connection)
{
    if (connection->state == CONNECTION_OPEN)
        connection->state = CONNECTION_ENDING;
}

bool connection_is_done(const struct connection *connection)
{
    return connection->state == CONNECTION_ENDING &&
           connection->requests.count == 0 &&
           outbox_pending(&connection->outbox) == 0;
}

void connection_linger(struct connection *connection)
{
    connection->state = CONNECTION_LINGERING;
    connection->linger_ms = clock_ms();
    (void)shutdown(connection->socket, SHUT_WR);
}

/* ---- deadlines ---- */

static bool is_over(int64_t since_ms, uint64_t limit_ms, int64_t now_ms)
{
    return since_ms != 0 && now_ms - since_ms >= (int64_t)limit_ms;
}

/* Between requests, with nothing due to it. */
static bool is_idle(const struct connection *connection)
{
    return connection->requests.count == 0 &&
           connection->inbox.since_ms == 0 &&
           connection->held.length == 0 &&
           outbox_pending(&connection->outbox) == 0;
}

enum connection_overdue connection_overdue(
    const struct connection *connection, const struct config *config,
    int64_t now_ms)
{
    const struct inbox *inbox = &connection->inbox;
    bool listening =
        event_pending(connection->readable, EV_READ, NULL) != 0;
    if (is_over(connection->blocked_ms, config->unread_ms, now_ms))
        return OVERDUE_LOST;
    if (connection->state == CONNECTION_LINGERING)
        return is_over(connection->linger_ms, LINGER_MS, now_ms)
                   ? OVERDUE_LOST
                   : OVERDUE_NOT;
    if (connection->state != CONNECTION_OPEN)
        return OVERDUE_NOT;
    uint64_t limit_ms =
        inbox->state == INBOX_BODY ? config->body_ms : config->line_ms;
    if (listening && is_over(inbox->since_ms, limit_ms, now_ms))
        return OVERDUE_SLOW;
    if (is_idle(connection) &&
        is_over(connection->active_ms, config->idle_ms, now_ms))
        return OVERDUE_SLOW;
    return OVERDUE_NOT;
}
