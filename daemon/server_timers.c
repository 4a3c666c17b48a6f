#include "server_inside.h"

#include "log.h"

#include <event2/event.h>
#include <inttypes.h>

#define DISK_MS 1000

/* The checkpoint is written when the journal has not grown for so long, */
#define PROMISE_IDLE_MS 20
/* or when so long has passed since the last time. */
#define PROMISE_MOST_MS 1000

/* ---- the disk ---- */

int server_check_disk(struct server *server, struct failure *failure)
{
    const struct config *config = server->config;
    uint64_t free_bytes;
    server->disk_ms = clock_ms();
    if (folder_free_bytes(
            server->storage->folder, &free_bytes, failure) != 0)
        return -1;
    bool read_only = free_bytes < config->disk_low;
    if (read_only && !server->read_only)
        log_error("the disk has %" PRIu64 " MiB left, less than disk-low: "
                  "only questions are answered", free_bytes >> 20);
    if (!read_only && server->read_only)
        log_warning("the disk has room again: orders are taken");
    server->read_only = read_only;
    pipeline_set_read_only(server->pipeline, read_only);
    return 0;
}

/* ---- the promise ---- */

static void wait_ms(struct event *timer, int64_t ms)
{
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    (void)event_add(timer, &wait);
}

void server_plan_promise(struct server *server)
{
    if (pipeline_durable(server->pipeline) == server->promised ||
        evtimer_pending(server->promising, NULL))
        return;
    server->seen = pipeline_durable(server->pipeline);
    wait_ms(server->promising, PROMISE_IDLE_MS);
}

void server_promise(int socket, short what, void *argument)
{
    struct server *server = argument;
    uint64_t durable = pipeline_durable(server->pipeline);
    (void)socket;
    (void)what;
    if (durable == server->seen ||
        clock_ms() - server->promised_ms >= PROMISE_MOST_MS) {
        pipeline_promise(server->pipeline);
        server->promised = durable;
        server->promised_ms = clock_ms();
    }
    server_plan_promise(server);
}

/* ---- the tick ---- */

static void check_clock(struct server *server)
{
    int64_t back_ms = clock_watch_step(&server->watch);
    if (back_ms > 0)
        log_error("the clock was set back by %" PRId64 " s: the ledger's "
                  "time stands still until it has caught up; check NTP",
            back_ms / 1000);
}

void server_tick(int socket, short what, void *argument)
{
    struct server *server = argument;
    struct failure failure = {{0}};
    (void)socket;
    (void)what;
    server_check_deadlines(server);
    check_clock(server);
    if (clock_ms() - server->disk_ms >= DISK_MS &&
        server_check_disk(server, &failure) != 0)
        log_fatal(&failure);
    if (!server->stopping && !event_pending(server->accepting, EV_READ, NULL))
        (void)event_add(server->accepting, NULL);
    server_wake(server);
}
