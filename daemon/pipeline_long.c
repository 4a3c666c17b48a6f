#include "pipeline_inside.h"

#include "decide.h"
#include "log.h"

#include "../protocol/codec.h"

#include <inttypes.h>

/* Longer than this, and the log has a line about it. */
#define LOGGED_US 100000

/* ---- which ---- */

static bool try_takes_long(struct ledger *ledger, struct bytes line)
{
    struct order order = {.line = line};
    return codec_decode(
               line, CODEC_TRY, &order.operation, &order.fault) &&
           ledger_takes_long(ledger, &order);
}

/* A question that decides something, only to see what would happen. */
static bool question_takes_long(
    struct ledger *ledger, const struct operation *op)
{
    if (op->verb == VERB_TRY)
        return try_takes_long(ledger, op->as.try.line);
    if (op->verb == VERB_PROPOSAL)
        return ledger_proposal_takes_long(ledger, op->as.proposal.proposal);
    return operation_row(op->verb)->flags & FLAG_LONG;
}

bool pipeline_takes_long(
    struct pipeline *pipeline, const struct request *request)
{
    if (request->is_order)
        return ledger_takes_long(pipeline->ledger, &request->order);
    return question_takes_long(pipeline->ledger, &request->order.operation);
}

bool pipeline_long_blocked(const struct pipeline *pipeline)
{
    return decider_busy(pipeline->decider);
}

bool pipeline_is_deciding(const struct connection *c)
{
    return c->requests.first != NULL &&
           c->requests.first->state == REQUEST_DECIDING;
}

/* ---- the decider's thread ---- */

static int decide_long(void *argument)
{
    struct long_job *job = argument;
    return decide_order(job->ledger, job->request, job->now,
        job->peer.language, &job->answer);
}

static int answer_long(void *argument)
{
    struct long_job *job = argument;
    const struct service_facts none = {.durable = 0};
    const struct question question = {
        .ledger = job->ledger,
        .peer = &job->peer,
        .op = &job->request->order.operation,
        .facts = &none,
        .now = job->now,
        .out = &job->answer,
    };
    return question_answer(&question);
}

/* ---- the loop's ---- */

void pipeline_begin_long(
    struct pipeline *pipeline, struct connection *c, struct instant now)
{
    struct long_job *job = &pipeline->job;
    struct request *request = c->requests.first;
    request->state = REQUEST_DECIDING;
    job->request = request;
    job->ledger = pipeline->ledger;
    job->size = ledger_size(pipeline->ledger);
    job->now = now;
    job->peer = c->peer;
    buffer_clear(&job->answer);
    decider_start(pipeline->decider,
        request->is_order ? decide_long : answer_long, job,
        request->is_order);
}

static void log_long(
    const struct request *request, const struct decider_outcome *outcome)
{
    if (outcome->us >= LOGGED_US)
        log_info("%s decided in %" PRId64 " ms, gave way %u times",
            operation_row(request->order.operation.verb)->verb,
            outcome->us / 1000, outcome->given_way);
}

void pipeline_collect_long(struct pipeline *pipeline)
{
    struct long_job *job = &pipeline->job;
    struct request *request = job->request;
    struct decider_outcome outcome;
    if (!decider_collect(pipeline->decider, &outcome))
        return;
    if (outcome.result != 0 || job->answer.failed)
        pipeline_fail(pipeline);
    log_long(request, &outcome);
    job->request = NULL;
    request->state = REQUEST_READY;
    struct connection *c = request->connection;
    if (c == NULL) {
        request_free(request);
        return;
    }
    buffer_append(&c->outbox.bytes, buffer_bytes(&job->answer));
    pipeline_finish_first(pipeline, c);
    if (pipeline->stopping)
        pipeline_stop(pipeline, c);
    else
        pipeline_make_ready(pipeline, c);
}
