#include "pipeline_inside.h"

#include "clock.h"
#include "decide.h"

#include "../protocol/answer.h"
#include "../protocol/codec.h"

/* Requests of one connection decided in a row, and in a step: after that
 * others have their turn, and the sockets theirs. */
#define ROW_MAX 64
#define STEP_MAX 1024

/* Bytes that a follow writes in a row. */
#define FOLLOW_BYTES ((size_t)256 << 10)

enum served {
    SERVED,        /* answered */
    SERVED_PART,   /* a follow has written something, and will again */
    SERVED_LATER,  /* it waits for the journal, the workers or the client */
    SERVED_BLOCKED /* it waits until a group, a flush or a long decision has
                      ended */
};

static struct service_facts facts_of(const struct pipeline *pipeline)
{
    return (struct service_facts){
        .durable = commit_durable(pipeline->commit),
        .note = commit_note(pipeline->commit),
        .covered = checkpointer_covered(pipeline->checkpointer),
        .saving = checkpointer_saving(pipeline->checkpointer),
        .connections = pipeline->connections,
        .uptime_ms = clock_ms() - pipeline->started_ms,
    };
}

/* It is answered when the decider has worked on it. */
static enum served begin_long(
    struct pipeline *pipeline, struct connection *c)
{
    if (pipeline_long_blocked(pipeline))
        return SERVED_BLOCKED;
    pipeline_begin_long(pipeline, c, clock_now());
    return SERVED_LATER;
}

static enum served serve_order(struct pipeline *pipeline,
    struct connection *c, struct request *request)
{
    if (pipeline->read_only) {
        peer_refuse(&c->peer, &c->outbox.bytes, STATUS_READ_ONLY, "");
        return SERVED;
    }
    if (commit_full(pipeline->commit) ||
        checkpointer_full(pipeline->checkpointer) ||
        decider_busy(pipeline->decider))
        return SERVED_BLOCKED;
    if (pipeline_takes_long(pipeline, request))
        return begin_long(pipeline, c);
    if (decide_order(pipeline->ledger, request, clock_now(),
            c->peer.language, &c->outbox.bytes) != 0)
        pipeline_fail(pipeline);
    return SERVED;
}

/* follow is served in parts; it stays the first request until its end. */
static enum served serve_follow(struct pipeline *pipeline,
    struct connection *c, const struct question *question)
{
    bool superseded = c->requests.count > 1 || c->end_of_input;
    uint64_t durable = question->facts->durable;
    if (!c->follow.on && follow_begin(&c->follow, question) != 0)
        pipeline_fail(pipeline);
    if (!c->follow.on)
        return SERVED;
    if (!follow_has_more(&c->follow, durable, superseded)) {
        pipeline_make_waiting(pipeline, c);
        return SERVED_LATER;
    }
    if (follow_step(&c->follow, question, FOLLOW_BYTES, superseded) != 0)
        pipeline_fail(pipeline);
    return c->follow.on ? SERVED_PART : SERVED;
}

/* Must the question wait for the journal to have all that is decided? */
static bool must_wait(struct pipeline *pipeline, struct connection *c,
    const struct operation *op)
{
    if (!question_waits(op->verb) || c->follow.on)
        return false;
    if (c->waits_for == 0)
        c->waits_for = ledger_size(pipeline->ledger);
    if (commit_durable(pipeline->commit) >= c->waits_for)
        return false;
    pipeline_make_waiting(pipeline, c);
    return true;
}

static enum served serve_question(
    struct pipeline *pipeline, struct connection *c, struct request *request)
{
    struct operation *op = &request->order.operation;
    struct service_facts facts = facts_of(pipeline);
    const struct question question = {
        .ledger = pipeline->ledger,
        .peer = &c->peer,
        .op = op,
        .facts = &facts,
        .now = clock_now(),
        .out = &c->outbox.bytes,
    };
    int result;
    if (!codec_decode(
            request->line, CODEC_REQUEST, op, &request->order.fault)) {
        answer_no(question.out, &request->order.fault, 0, c->peer.language);
        return SERVED;
    }
    if (must_wait(pipeline, c, op))
        return SERVED_LATER;
    if (op->verb == VERB_FOLLOW)
        return serve_follow(pipeline, c, &question);
    if (pipeline_takes_long(pipeline, request))
        return begin_long(pipeline, c);
    if (operation_row(op->verb)->class == CLASS_OF_SESSION)
        result = peer_answer(
            &c->peer, pipeline->ledger, op, question.now, question.out);
    else
        result = question_answer(&question);
    if (result != 0)
        pipeline_fail(pipeline);
    if (op->verb == VERB_QUIT)
        request->last = true;
    return SERVED;
}

void pipeline_finish_first(struct pipeline *pipeline, struct connection *c)
{
    bool last = c->requests.first->last;
    pipeline_seal(pipeline, c);
    pipeline_drop_first(pipeline, c);
    if (!last)
        return;
    pipeline_drop_all(pipeline, c);
    connection_end(c);
}

/* Answer the connection's first request, if it can be now. */
static enum served serve(struct pipeline *pipeline, struct connection *c)
{
    struct request *request = c->requests.first;
    enum served served = SERVED;
    if (request == NULL || request->state != REQUEST_READY ||
        outbox_pending(&c->outbox) >= pipeline->config->output_bytes)
        return SERVED_LATER;
    if (request->fault.status != STATUS_ACCEPTED)
        answer_no(
            &c->outbox.bytes, &request->fault, 0, c->peer.language);
    else if (request->is_order)
        served = serve_order(pipeline, c, request);
    else
        served = serve_question(pipeline, c, request);
    if (served == SERVED_PART)
        pipeline_seal(pipeline, c);
    if (served == SERVED)
        pipeline_finish_first(pipeline, c);
    return served;
}

/* Serve a row of the connection's requests.  *left: how many the step may
 * still serve.  True if the connection could go on at once. */
static bool serve_row(
    struct pipeline *pipeline, struct connection *c, size_t *left,
    bool *blocked)
{
    for (size_t i = 0; i < ROW_MAX && *left > 0; i++) {
        enum served served = serve(pipeline, c);
        if (served == SERVED_LATER)
            return false;
        if (served == SERVED_BLOCKED) {
            *blocked = true;
            return false;
        }
        (*left)--;
        if (served == SERVED_PART)
            return true;
    }
    return true;
}

/* Connections that wait for a group or a flush stay in the list, for the
 * next step. */
bool pipeline_serve(struct pipeline *pipeline)
{
    struct connection_list blocked = TAILQ_HEAD_INITIALIZER(blocked);
    struct connection *c;
    size_t left = STEP_MAX;
    while (left > 0 && (c = TAILQ_FIRST(&pipeline->ready)) != NULL) {
        bool is_blocked = false;
        TAILQ_REMOVE(&pipeline->ready, c, ready);
        c->is_ready = false;
        if (serve_row(pipeline, c, &left, &is_blocked))
            pipeline_make_ready(pipeline, c);
        if (is_blocked) {
            TAILQ_INSERT_TAIL(&blocked, c, ready);
            c->is_ready = true;
        }
    }
    bool more = !TAILQ_EMPTY(&pipeline->ready);
    TAILQ_CONCAT(&pipeline->ready, &blocked, ready);
    return more;
}
