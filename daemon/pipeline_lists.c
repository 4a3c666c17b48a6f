#include "pipeline_inside.h"

/* ---- lists of connections ---- */

/* Orders wait for the end of a long decision; nothing else does. */
static bool is_order(const struct request *request)
{
    return request != NULL && request->is_order &&
           request->fault.status == STATUS_ACCEPTED;
}

void pipeline_make_ready(struct pipeline *pipeline, struct connection *c)
{
    if (!is_order(c->requests.first))
        pipeline->asked = true;
    if (!c->is_ready)
        TAILQ_INSERT_TAIL(&pipeline->ready, c, ready);
    c->is_ready = true;
}

static void touch(struct pipeline *pipeline, struct connection *c)
{
    if (!c->is_touched)
        TAILQ_INSERT_TAIL(&pipeline->touched, c, touched);
    c->is_touched = true;
}

void pipeline_make_waiting(struct pipeline *pipeline, struct connection *c)
{
    if (!c->is_waiting)
        TAILQ_INSERT_TAIL(&pipeline->waiting, c, waiting);
    c->is_waiting = true;
}

struct connection *pipeline_next_touched(struct pipeline *pipeline)
{
    struct connection *c = TAILQ_FIRST(&pipeline->touched);
    if (c == NULL)
        return NULL;
    TAILQ_REMOVE(&pipeline->touched, c, touched);
    c->is_touched = false;
    return c;
}

void pipeline_touch(struct pipeline *pipeline, struct connection *c)
{
    touch(pipeline, c);
    if (c->requests.count > 0)
        pipeline_make_ready(pipeline, c);
}

/* ---- requests come and go ---- */

static void add_fresh(struct pipeline *pipeline, struct request *request)
{
    request->next_job = NULL;
    *pipeline->fresh_end = request;
    pipeline->fresh_end = &request->next_job;
    pipeline->fresh_count++;
}

void pipeline_arrived(struct pipeline *pipeline, struct connection *c,
    struct request_list *list)
{
    struct request *request;
    while ((request = request_list_take(list)) != NULL) {
        size_t memory = request_memory(request);
        request->connection = c;
        if (request->fault.status != STATUS_ACCEPTED)
            request->state = REQUEST_READY;
        if (request->state == REQUEST_ARRIVED)
            add_fresh(pipeline, request);
        request_list_add(&c->requests, request);
        c->request_bytes += memory;
        pipeline->request_bytes += memory + request_memory_checked(request);
    }
    pipeline_touch(pipeline, c);
}

/* Take the oldest request off its connection. */
static struct request *take_request(
    struct pipeline *pipeline, struct connection *c)
{
    struct request *request = request_list_take(&c->requests);
    size_t memory = request_memory(request);
    c->request_bytes -= memory;
    pipeline->request_bytes -= memory + request_memory_checked(request);
    return request;
}

/* Who still has it in a list frees it when it comes out there. */
static void drop_request(struct request *request)
{
    if (request->state == REQUEST_READY)
        request_free(request);
    else
        request->connection = NULL;
}

void pipeline_drop_first(struct pipeline *pipeline, struct connection *c)
{
    drop_request(take_request(pipeline, c));
    c->follow.on = false;
    c->waits_for = 0;
}

void pipeline_drop_all(struct pipeline *pipeline, struct connection *c)
{
    while (c->requests.count > 0)
        pipeline_drop_first(pipeline, c);
}

void pipeline_forget(struct pipeline *pipeline, struct connection *c)
{
    pipeline_drop_all(pipeline, c);
    if (c->is_ready)
        TAILQ_REMOVE(&pipeline->ready, c, ready);
    if (c->is_waiting)
        TAILQ_REMOVE(&pipeline->waiting, c, waiting);
    if (c->is_touched)
        TAILQ_REMOVE(&pipeline->touched, c, touched);
    c->is_ready = c->is_waiting = c->is_touched = false;
}

/* ---- answers ---- */

void pipeline_seal(struct pipeline *pipeline, struct connection *c)
{
    /* The ledger may be the decider's now; its size is what it was. */
    uint64_t size = decider_busy(pipeline->decider)
                        ? pipeline->job.size
                        : ledger_size(pipeline->ledger);
    if (outbox_seal(&c->outbox, size,
            commit_durable(pipeline->commit)) != 0)
        pipeline_fail(pipeline);
    if (outbox_withheld(&c->outbox))
        pipeline_make_waiting(pipeline, c);
    touch(pipeline, c);
}

void pipeline_dismiss(
    struct pipeline *pipeline, struct connection *c, enum status status)
{
    pipeline_drop_all(pipeline, c);
    peer_refuse(&c->peer, &c->outbox.bytes, status, "");
    connection_end(c);
    pipeline_seal(pipeline, c);
}

void pipeline_stop(struct pipeline *pipeline, struct connection *c)
{
    /* What is being decided is decided, and answered; then this. */
    pipeline->stopping = true;
    if (pipeline_is_deciding(c))
        return;
    for (size_t i = c->requests.count; i > 0; i--)
        peer_refuse(&c->peer, &c->outbox.bytes, STATUS_STOPPING, "");
    pipeline_drop_all(pipeline, c);
    connection_end(c);
    pipeline_seal(pipeline, c);
}
