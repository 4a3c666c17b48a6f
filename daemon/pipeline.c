#include "pipeline_inside.h"

#include "clock.h"
#include "log.h"
#include "thread.h"

#include <stdlib.h>
#include <unistd.h>

/* A group of so many is worth its sync and its checkpoint's signature; of
 * more under way, a larger one: this part of them. */
#define GROUP_ENOUGH 16
#define GROUP_PART 16

/* A group of at most so many is synced on the loop's thread, while a sync takes
 * no longer than so many microseconds; else one of one alone. */
#define HERE_COUNT 8
#define HERE_US 500

/* Flooded from so many short requests being checked on, until there are so
 * few: of clients who wait for one answer each there are hardly as many. */
#define FLOOD_BEGINS 1024
#define FLOOD_ENDS 256

/* While there is a long decision, the state is tended so often. */
#define TEND_US 2000

_Noreturn void pipeline_fail(const struct pipeline *pipeline)
{
    const struct failure memory = {"out of memory"};
    const struct state *state = pipeline->storage->state;
    if (ledger_failed(pipeline->ledger))
        log_fatal(ledger_failure(pipeline->ledger));
    log_fatal(state_failed(state) ? state_failure(state) : &memory);
}

/* ---- opening ---- */

static unsigned worker_count(const struct config *config)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (config->workers > 0)
        return (unsigned)config->workers;
    if (processors < 1)
        return 1;
    return processors > 64 ? 64 : (unsigned)processors;
}

static int open_threads(
    struct pipeline *pipeline, struct bell *bell, struct failure *failure)
{
    struct storage *storage = pipeline->storage;
    const struct config *config = pipeline->config;
    const struct commit_options commit = {
        .ledger = storage->ledger,
        .journal = storage->journal,
        .secret = storage->secret,
        .bell = bell,
        .group_count = config->group_count,
        .group_bytes = config->group_bytes,
        .delay_us = config->group_delay_us,
    };
    const struct checkpointer_options checkpointer = {
        .ledger = storage->ledger,
        .state = storage->state,
        .journal = storage->journal,
        .folder = storage->folder->path,
        .bell = bell,
        .save_bytes = config_save_bytes(config),
        .save_ms = config->save_ms,
        .covered = storage->covered,
    };
    if (commit_open(&pipeline->commit, &commit, failure) != 0 ||
        checkpointer_open(
            &pipeline->checkpointer, &checkpointer, failure) != 0)
        return -1;
    if (decider_open(&pipeline->decider, storage->ledger, bell, failure) != 0)
        return -1;
    struct verifier_options verifier = {
        .workers = worker_count(config),
        .key_multiples = (unsigned)config->key_multiples,
        .ledger = ledger_id(storage->ledger),
        .bell = bell,
    };
    return verifier_open(&pipeline->verifier, &verifier, failure);
}

int pipeline_open(struct pipeline **out, struct storage *storage,
    const struct config *config, struct bell *bell, struct failure *failure)
{
    struct pipeline *pipeline = calloc(1, sizeof *pipeline);
    if (pipeline == NULL)
        return failure_set(failure, "out of memory");
    pipeline->storage = storage;
    pipeline->ledger = storage->ledger;
    pipeline->config = config;
    pipeline->fresh_end = &pipeline->fresh;
    pipeline->job.answer = buffer_empty();
    pipeline->wait_us = -1;
    pipeline->idle = true;
    pipeline->started_ms = clock_ms();
    TAILQ_INIT(&pipeline->ready);
    TAILQ_INIT(&pipeline->waiting);
    TAILQ_INIT(&pipeline->touched);
    *out = pipeline;
    if (open_threads(pipeline, bell, failure) == 0)
        return 0;
    pipeline_close(pipeline);
    *out = NULL;
    return -1;
}

void pipeline_close(struct pipeline *pipeline)
{
    struct request *request;
    if (pipeline == NULL)
        return;
    if (pipeline->verifier != NULL) {
        verifier_stop(pipeline->verifier);
        while ((request = verifier_collect(pipeline->verifier)) != NULL)
            request_free(request);
    }
    verifier_close(pipeline->verifier);
    decider_close(pipeline->decider);
    request_free(pipeline->job.request);
    buffer_free(&pipeline->job.answer);
    commit_close(pipeline->commit);
    checkpointer_close(pipeline->checkpointer);
    while ((request = pipeline->fresh) != NULL) {
        pipeline->fresh = request->next_job;
        request_free(request);
    }
    keycopy_release(pipeline->keys);
    free(pipeline);
}

/* ---- checking signatures ---- */

/* Have a copy of the present keys; another one when they have changed. */
static void copy_keys(struct pipeline *pipeline)
{
    if (pipeline->keys == NULL ||
        keycopy_version(pipeline->keys) !=
            ledger_keys_version(pipeline->ledger)) {
        keycopy_release(pipeline->keys);
        pipeline->keys = keycopy_make(pipeline->ledger);
    }
    if (pipeline->keys == NULL || ledger_failed(pipeline->ledger))
        pipeline_fail(pipeline);
}

/* A check has ended. */
static void take_checked(struct pipeline *pipeline, struct request *request)
{
    pipeline->gathered++;
    if (request->out_of_memory)
        pipeline_fail(pipeline);
    if (request->connection == NULL)
        request_free(request);
    else
        pipeline_make_ready(pipeline, request->connection);
}

/* One order in flight is checked here: a worker would take as long to
 * wake as the check takes.  Not a batch, which would hold up the loop. */
static bool is_alone(const struct pipeline *pipeline)
{
    return pipeline->fresh_count == 1 &&
           verifier_count(pipeline->verifier) == 0 &&
           pipeline->fresh->body.length == 0;
}

/* By the copy of the keys. */
static void check_fresh(struct pipeline *pipeline)
{
    bool alone = is_alone(pipeline);
    struct request *next = pipeline->fresh;
    pipeline->fresh = NULL;
    pipeline->fresh_end = &pipeline->fresh;
    pipeline->fresh_count = 0;
    while (next != NULL) {
        struct request *request = next;
        next = request->next_job;
        if (request->connection == NULL) {
            request_free(request);
            continue;
        }
        request->keys = keycopy_share(pipeline->keys);
        if (alone) {
            verifier_check_here(pipeline->verifier, request);
            take_checked(pipeline, request);
        } else {
            verifier_submit(pipeline->verifier, request);
        }
    }
    verifier_start(pipeline->verifier);
}

/* Has it a single operation that the ledger will be asked to decide? */
static bool is_foreseeable(const struct request *request)
{
    return request->connection != NULL && request->body.length == 0 &&
           request->fault.status == STATUS_ACCEPTED &&
           request->order.fault.status == STATUS_ACCEPTED;
}

static void collect_checked(struct pipeline *pipeline)
{
    struct request *request;
    while ((request = verifier_collect(pipeline->verifier)) != NULL)
        take_checked(pipeline, request);
}

/* The same, and what they will read is fetched from memory, for some of them
 * side by side. */
static void collect_foreseeing(struct pipeline *pipeline)
{
    const struct order *orders[LEDGER_FORESEEN];
    struct request *request;
    size_t count = 0;
    while ((request = verifier_collect(pipeline->verifier)) != NULL) {
        if (is_foreseeable(request))
            orders[count++] = &request->order;
        take_checked(pipeline, request);
        if (count == LEDGER_FORESEEN) {
            ledger_foresee(pipeline->ledger, orders, count);
            count = 0;
        }
    }
    if (count > 1)
        ledger_foresee(pipeline->ledger, orders, count);
}

/* ---- the journal has grown ---- */

/* Does anything of the connection still wait for the journal? */
static bool still_waits(
    const struct pipeline *pipeline, const struct connection *c)
{
    return outbox_withheld(&c->outbox) || c->follow.on ||
           c->waits_for > commit_durable(pipeline->commit);
}

static void release_waiting(struct pipeline *pipeline)
{
    uint64_t durable = commit_durable(pipeline->commit);
    struct connection *c = TAILQ_FIRST(&pipeline->waiting);
    while (c != NULL) {
        struct connection *next = TAILQ_NEXT(c, waiting);
        outbox_release(&c->outbox, durable);
        pipeline_touch(pipeline, c);
        if (!still_waits(pipeline, c)) {
            TAILQ_REMOVE(&pipeline->waiting, c, waiting);
            c->is_waiting = false;
        }
        c = next;
    }
}

/* ---- the step ---- */

/* Does nothing wait but what is in the open group? */
static bool is_quiet(const struct pipeline *pipeline)
{
    return verifier_count(pipeline->verifier) == 0 &&
           !decider_busy(pipeline->decider) &&
           TAILQ_EMPTY(&pipeline->ready);
}

/*
 * Entries that the open group may have to be synced on this thread: waking
 * another one and being woken by it takes half as long as a quick sync.  More
 * than one only if nothing was under way when the group before was answered:
 * else those clients are about to send again, and are checked meanwhile.
 */
static uint64_t count_synced_here(const struct pipeline *pipeline)
{
    if (!is_quiet(pipeline))
        return 0;
    if (pipeline->overlaps || commit_sync_us(pipeline->commit) > HERE_US)
        return 1;
    return HERE_COUNT;
}

static void note_overlap(struct pipeline *pipeline)
{
    pipeline->overlaps = ledger_group_count(pipeline->ledger) > 0 ||
                         !is_quiet(pipeline);
}

/* Are these all that is under way, and so few that one thread checks them in
 * less time than it takes to sync a group? */
static bool are_few(const struct pipeline *pipeline, size_t count)
{
    return !pipeline->overlaps && count <= GROUP_ENOUGH &&
           (int64_t)count * verifier_check_us(pipeline->verifier) <=
               commit_sync_us(pipeline->commit);
}

/*
 * Are most orders of those under way still being checked?  Then the group
 * waits for half of them: the one half is synced while the other half is
 * checked, and clients who all wait for an answer do not all get it at once,
 * to leave the disk idle together and the processors after that.  Of few it
 * waits for all, since two syncs would take longer than checking the rest.
 * It ends: a check takes no more than a moment, and every one counts,
 * whatever comes of it.
 */
static bool is_gathering(const struct pipeline *pipeline)
{
    size_t under_way = verifier_short_count(pipeline->verifier);
    if (are_few(pipeline, pipeline->gathered + under_way))
        return under_way > 0 && !commit_full(pipeline->commit);
    return pipeline->gathered < GROUP_ENOUGH + under_way / GROUP_PART &&
           pipeline->gathered < under_way &&
           !commit_full(pipeline->commit);
}

/* True if connections that waited for the group can go on. */
static bool hand_group_over(struct pipeline *pipeline)
{
    uint64_t before = commit_durable(pipeline->commit);
    if (is_gathering(pipeline) ||
        !commit_step(pipeline->commit, count_synced_here(pipeline)))
        return false;
    pipeline->gathered = 0;
    if (commit_durable(pipeline->commit) != before) {
        note_overlap(pipeline);
        release_waiting(pipeline);
    }
    return !TAILQ_EMPTY(&pipeline->ready);
}

static void see_flood(struct pipeline *pipeline)
{
    size_t under_way = verifier_short_count(pipeline->verifier);
    bool flooded = under_way >= (pipeline->flooded ? FLOOD_ENDS : FLOOD_BEGINS);
    if (flooded == pipeline->flooded)
        return;
    pipeline->flooded = flooded;
    thread_be_patient(flooded);
}

static bool step(struct pipeline *pipeline)
{
    see_flood(pipeline);
    pipeline_collect_long(pipeline);
    if (commit_collect(pipeline->commit)) {
        note_overlap(pipeline);
        release_waiting(pipeline);
    }
    checkpointer_collect(pipeline->checkpointer);
    collect_foreseeing(pipeline);
    if (pipeline->fresh != NULL)
        copy_keys(pipeline);
    check_fresh(pipeline);
    bool more = pipeline_serve(pipeline);
    if (hand_group_over(pipeline))
        more = true;
    bool full = checkpointer_full(pipeline->checkpointer);
    checkpointer_step(pipeline->checkpointer,
        ledger_group_count(pipeline->ledger) > 0 ||
            pipeline_long_blocked(pipeline),
        commit_durable(pipeline->commit));
    /* Those that were blocked go on; nothing else would wake them. */
    more |= full && !checkpointer_full(pipeline->checkpointer);
    bool busy = decider_busy(pipeline->decider);
    pipeline->tends =
        checkpointer_tend(pipeline->checkpointer, more || busy);
    return more || (pipeline->tends && !busy);
}

/*
 * A long decision has the ledger.  Would a step get on with it?  Orders are
 * decided after it, whatever else they wait for; to take the ledger from it
 * costs it up to a millisecond of work and both threads a turn.
 */
static bool needs_ledger(struct pipeline *pipeline)
{
    return pipeline->asked || pipeline->stopping ||
           (pipeline->fresh != NULL && pipeline->keys == NULL) ||
           commit_waits_for_owner(pipeline->commit, pipeline->open) ||
           decider_is_free(pipeline->decider) ||
           (pipeline->tends && clock_us() - pipeline->stepped_us >= TEND_US);
}

/* What a step does without the ledger.  The keys that its copy has are those
 * in force until the long decision has ended. */
static void step_beside(struct pipeline *pipeline)
{
    collect_checked(pipeline);
    check_fresh(pipeline);
}

bool pipeline_step(struct pipeline *pipeline)
{
    if (!needs_ledger(pipeline))
        step_beside(pipeline);
    /* That may have brought answers that need no order to be decided. */
    if (!needs_ledger(pipeline))
        return false;
    decider_take(pipeline->decider);
    bool more = step(pipeline);
    pipeline->asked = more;
    pipeline->open = ledger_group_count(pipeline->ledger) > 0;
    pipeline->stepped_us = clock_us();
    pipeline->wait_us = commit_wait_us(pipeline->commit);
    /* To take the ledger from a long decision, it must give way. */
    if (pipeline->tends &&
        (pipeline->wait_us < 0 || pipeline->wait_us > TEND_US))
        pipeline->wait_us = TEND_US;
    pipeline->idle = !decider_busy(pipeline->decider) &&
                     commit_idle(pipeline->commit);
    decider_give(pipeline->decider);
    return more;
}

bool pipeline_help(struct pipeline *pipeline)
{
    return verifier_help(pipeline->verifier);
}

int64_t pipeline_wait_us(const struct pipeline *pipeline)
{
    return pipeline->wait_us;
}

bool pipeline_idle(const struct pipeline *pipeline)
{
    return pipeline->idle;
}

bool pipeline_crowded(const struct pipeline *pipeline)
{
    return pipeline->request_bytes >= pipeline->config->waiting_bytes;
}

uint64_t pipeline_durable(const struct pipeline *pipeline)
{
    return commit_durable(pipeline->commit);
}

struct bytes pipeline_note(const struct pipeline *pipeline)
{
    return commit_note(pipeline->commit);
}

void pipeline_promise(struct pipeline *pipeline)
{
    checkpointer_promise(
        pipeline->checkpointer, commit_note(pipeline->commit));
}

void pipeline_set_connections(struct pipeline *pipeline, size_t count)
{
    pipeline->connections = count;
}

void pipeline_set_read_only(struct pipeline *pipeline, bool read_only)
{
    pipeline->read_only = read_only;
}
