#include "commit.h"

#include "clock.h"
#include "log.h"
#include "thread.h"

#include <stdlib.h>

/* A larger group is not written on the loop's thread. */
#define HERE_BYTES ((size_t)64 << 10)

enum syncer_state {
    SYNCER_FREE,
    SYNCER_WORKING, /* group and first are the syncer's */
    SYNCER_DONE     /* durable, not yet collected */
};

struct commit {
    struct commit_options options;
    struct note_key key;       /* the log's */
    uint64_t durable;
    struct buffer note;        /* of durable */
    int64_t opened_us;         /* when the open group was first seen; 0 */
    struct buffer group;       /* being signed and synced */
    size_t text;               /* where its checkpoint's text begins */
    uint64_t first;            /* its first entry */
    uint64_t size;             /* of the ledger at its end */
    int64_t took_us;           /* to write and sync it */
    struct clock_mean sync;    /* of such times; the owner's */
    _Atomic enum syncer_state state; /* set to WORKING under lock */
    bool stopping;             /* under lock */
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_t thread;
    bool started;
};

/* ---- the syncer ---- */

static void append_group(struct commit *commit)
{
    struct failure failure = {{0}};
    int64_t began_us = clock_us();
    checkpoint_sign_text(&commit->group, commit->text, &commit->key,
        commit->options.secret);
    if (commit->group.failed) {
        (void)failure_set(&failure, "out of memory");
        log_fatal(&failure);
    }
    if (journal_append(commit->options.journal, commit->first,
            buffer_bytes(&commit->group), &failure) != 0)
        log_fatal(&failure);
    commit->took_us = clock_us() - began_us;
}

static void *run_syncer(void *argument)
{
    struct commit *commit = argument;
    pthread_mutex_lock(&commit->lock);
    for (;;) {
        while (atomic_load(&commit->state) != SYNCER_WORKING &&
               !commit->stopping)
            pthread_cond_wait(&commit->work, &commit->lock);
        if (atomic_load(&commit->state) != SYNCER_WORKING)
            break;
        pthread_mutex_unlock(&commit->lock);
        append_group(commit);
        atomic_store(&commit->state, SYNCER_DONE);
        bell_ring(commit->options.bell);
        pthread_mutex_lock(&commit->lock);
    }
    pthread_mutex_unlock(&commit->lock);
    return NULL;
}

static int start_syncer(struct commit *commit, struct failure *failure)
{
    int number = thread_start(&commit->thread, run_syncer, commit);
    if (number != 0)
        return failure_set_errno(failure, number, "cannot start a thread");
    commit->started = true;
    return 0;
}

/* ---- the owner's ---- */

/* The newest checkpoint, signed again: the same bytes as in the journal,
 * since Ed25519 gives one message one signature. */
static int sign_note(struct commit *commit)
{
    struct ledger *ledger = commit->options.ledger;
    struct checkpoint checkpoint = {.size = commit->durable};
    struct bytes origin = bytes_text(ledger_origin(ledger));
    struct buffer name =
        buffer_over(checkpoint.origin, sizeof checkpoint.origin - 1);
    buffer_append(&name, origin);
    checkpoint.root = merkle_root(ledger_tree(ledger));
    buffer_clear(&commit->note);
    checkpoint_append_note(&commit->note, &checkpoint, &commit->key,
        commit->options.secret);
    return commit->note.failed || name.failed ? -1 : 0;
}

int commit_open(struct commit **out, const struct commit_options *options,
    struct failure *failure)
{
    struct commit *commit = calloc(1, sizeof *commit);
    if (commit == NULL)
        return failure_set(failure, "out of memory");
    commit->options = *options;
    commit->key = *ledger_log_key(options->ledger);
    commit->note = buffer_empty();
    commit->group = buffer_empty();
    commit->durable = ledger_size(options->ledger);
    (void)pthread_mutex_init(&commit->lock, NULL);
    (void)pthread_cond_init(&commit->work, NULL);
    *out = commit;
    if (sign_note(commit) != 0)
        (void)failure_set(failure, "out of memory");
    else if (start_syncer(commit, failure) == 0)
        return 0;
    commit_close(commit);
    *out = NULL;
    return -1;
}

void commit_close(struct commit *commit)
{
    if (commit == NULL)
        return;
    pthread_mutex_lock(&commit->lock);
    commit->stopping = true;
    (void)pthread_cond_signal(&commit->work);
    pthread_mutex_unlock(&commit->lock);
    if (commit->started)
        (void)pthread_join(commit->thread, NULL);
    (void)pthread_cond_destroy(&commit->work);
    (void)pthread_mutex_destroy(&commit->lock);
    buffer_free(&commit->note);
    buffer_free(&commit->group);
    free(commit);
}

uint64_t commit_durable(const struct commit *commit)
{
    return commit->durable;
}

struct bytes commit_note(const struct commit *commit)
{
    return buffer_bytes(&commit->note);
}

bool commit_full(const struct commit *commit)
{
    const struct ledger *ledger = commit->options.ledger;
    return ledger_group_count(ledger) >= commit->options.group_count ||
           ledger_group_bytes(ledger) >= commit->options.group_bytes;
}

bool commit_idle(const struct commit *commit)
{
    return ledger_group_count(commit->options.ledger) == 0 &&
           atomic_load(&commit->state) == SYNCER_FREE;
}

static void set_durable(struct commit *commit)
{
    commit->durable = commit->size;
    clock_mean_add(&commit->sync, commit->took_us);
    buffer_clear(&commit->note);
    buffer_append(&commit->note,
        bytes_after(buffer_bytes(&commit->group), commit->text));
    ledger_durable(commit->options.ledger, commit->durable);
    if (commit->note.failed || ledger_failed(commit->options.ledger)) {
        const struct failure memory = {"out of memory"};
        log_fatal(commit->note.failed ? &memory
                                      : ledger_failure(commit->options.ledger));
    }
}

bool commit_collect(struct commit *commit)
{
    if (atomic_load(&commit->state) != SYNCER_DONE)
        return false;
    set_durable(commit);
    atomic_store(&commit->state, SYNCER_FREE);
    return true;
}

bool commit_waits_for_owner(const struct commit *commit, bool open)
{
    enum syncer_state state = atomic_load(&commit->state);
    return state == SYNCER_DONE || (open && state == SYNCER_FREE);
}

static void close_group(struct commit *commit)
{
    struct ledger *ledger = commit->options.ledger;
    buffer_clear(&commit->group);
    if (ledger_close_group_unsigned(ledger, &commit->group, &commit->first,
            &commit->text) != 0)
        log_fatal(ledger_failure(ledger));
    commit->size = ledger_size(ledger);
    commit->opened_us = 0;
}

int64_t commit_wait_us(const struct commit *commit)
{
    if (ledger_group_count(commit->options.ledger) == 0 ||
        commit->opened_us == 0)
        return -1;
    int64_t left = commit->opened_us + (int64_t)commit->options.delay_us -
                   clock_us();
    return left > 0 ? left : 0;
}

/* Has the open group gathered for as long as it should? */
static bool is_due(struct commit *commit)
{
    if (commit->options.delay_us == 0 || commit_full(commit))
        return true;
    if (commit->opened_us == 0)
        commit->opened_us = clock_us();
    return commit_wait_us(commit) == 0;
}

int64_t commit_sync_us(const struct commit *commit)
{
    return commit->sync.us;
}

bool commit_step(struct commit *commit, uint64_t here)
{
    uint64_t count = ledger_group_count(commit->options.ledger);
    if (count == 0 || atomic_load(&commit->state) != SYNCER_FREE ||
        !is_due(commit))
        return false;
    close_group(commit);
    if (count <= here && commit->group.length <= HERE_BYTES) {
        append_group(commit);
        set_durable(commit);
        return true;
    }
    pthread_mutex_lock(&commit->lock);
    atomic_store(&commit->state, SYNCER_WORKING);
    pthread_mutex_unlock(&commit->lock);
    /* Not under the lock, which the syncer would wake up only to wait for. */
    (void)pthread_cond_signal(&commit->work);
    return true;
}
