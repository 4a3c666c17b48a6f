#include "checkpointer.h"

#include "clock.h"
#include "disk_pace.h"
#include "log.h"
#include "thread.h"
#include "textfile.h"

#include <inttypes.h>
#include <stdlib.h>

/* Pending records may outgrow save-bytes by this factor while a flush is
 * under way, or the group is open. */
#define PENDING_FACTOR 4

/* Time for tending the state: of a busy loop a quarter, between these two;
 * and how many records it does between two looks at the clock.  The sooner
 * it is done the fewer records are looked up on the disk. */
#define TEND_IDLE_US 100
#define TEND_LEAST_US 20
#define TEND_MOST_US 500
#define TEND_PART 3
#define TEND_RECORDS 32

enum saving {
    SAVING_NOTHING,
    SAVING_FROZEN,   /* waits for the journal */
    SAVING_FLUSHING, /* the thread's */
    SAVING_FLUSHED   /* to be thawed */
};

struct checkpointer {
    struct checkpointer_options options;
    uint64_t covered;
    uint64_t frozen_size;
    int64_t saved_ms; /* when nothing was pending last */
    int64_t opened_ms;
    int64_t tended_us; /* when tending ended last */
    _Atomic enum saving saving;

    pthread_mutex_t lock;
    pthread_cond_t work;
    bool want_flush;    /* under lock */
    bool want_writing;  /* under lock: of a segment, and of the note */
    bool stopping;      /* under lock */
    struct buffer note; /* under lock; empty: none to write */
    pthread_t threads[2];
    size_t started;
};

/* ---- the thread ---- */

static void flush_state(struct checkpointer *checkpointer)
{
    struct failure failure = {{0}};
    if (state_flush(checkpointer->options.state, &failure) != 0)
        log_fatal(&failure);
    atomic_store(&checkpointer->saving, SAVING_FLUSHED);
    bell_ring(checkpointer->options.bell);
}

static void prepare_segment(struct checkpointer *checkpointer)
{
    struct failure failure = {{0}};
    if (journal_prepare(checkpointer->options.journal, &failure) != 0)
        log_fatal(&failure);
}

static void write_promise(
    struct checkpointer *checkpointer, struct bytes note)
{
    struct failure failure = {{0}};
    if (textfile_replace(checkpointer->options.folder, "checkpoint", note,
            &failure) != 0)
        log_fatal(&failure);
}

/* Wait until *want, and take it; false: it is to end, and nothing is wanted.
 * Locked. */
static bool await(struct checkpointer *checkpointer, bool *want)
{
    while (!*want && !checkpointer->stopping)
        (void)pthread_cond_wait(&checkpointer->work, &checkpointer->lock);
    bool wanted = *want;
    *want = false;
    return wanted;
}

static void *run_flusher(void *argument)
{
    struct checkpointer *checkpointer = argument;
    thread_step_back(THREAD_SAVES);
    pthread_mutex_lock(&checkpointer->lock);
    while (await(checkpointer, &checkpointer->want_flush)) {
        pthread_mutex_unlock(&checkpointer->lock);
        flush_state(checkpointer);
        pthread_mutex_lock(&checkpointer->lock);
    }
    pthread_mutex_unlock(&checkpointer->lock);
    return NULL;
}

static void *run_writer(void *argument)
{
    struct checkpointer *checkpointer = argument;
    thread_step_back(THREAD_SAVES);
    pthread_mutex_lock(&checkpointer->lock);
    while (await(checkpointer, &checkpointer->want_writing)) {
        struct buffer note = checkpointer->note;
        checkpointer->note = buffer_empty();
        pthread_mutex_unlock(&checkpointer->lock);
        prepare_segment(checkpointer);
        /* Without memory the old promise stands a little longer. */
        if (note.length > 0 && !note.failed)
            write_promise(checkpointer, buffer_bytes(&note));
        buffer_free(&note);
        pthread_mutex_lock(&checkpointer->lock);
    }
    pthread_mutex_unlock(&checkpointer->lock);
    return NULL;
}

/* ---- the owner's ---- */

int checkpointer_open(struct checkpointer **out,
    const struct checkpointer_options *options, struct failure *failure)
{
    struct checkpointer *checkpointer = calloc(1, sizeof *checkpointer);
    if (checkpointer == NULL)
        return failure_set(failure, "out of memory");
    checkpointer->options = *options;
    checkpointer->covered = options->covered;
    state_set_pace(options->state, &disk_pace);
    journal_set_pace(options->journal, &disk_pace);
    checkpointer->saved_ms = clock_ms();
    checkpointer->opened_ms = checkpointer->saved_ms;
    checkpointer->tended_us = clock_us();
    checkpointer->note = buffer_empty();
    state_warm(options->state);
    (void)pthread_mutex_init(&checkpointer->lock, NULL);
    (void)pthread_cond_init(&checkpointer->work, NULL);
    static void *(*const run[2])(void *) = {run_flusher, run_writer};
    int number = 0;
    while (checkpointer->started < 2 && number == 0) {
        number = thread_start(&checkpointer->threads[checkpointer->started],
            run[checkpointer->started], checkpointer);
        if (number == 0)
            checkpointer->started++;
    }
    *out = checkpointer;
    if (number == 0)
        return 0;
    checkpointer_close(checkpointer);
    *out = NULL;
    return failure_set_errno(failure, number, "cannot start a thread");
}

static void thaw(struct checkpointer *checkpointer)
{
    state_thaw(checkpointer->options.state);
    checkpointer->covered = checkpointer->frozen_size;
    atomic_store(&checkpointer->saving, SAVING_NOTHING);
}

void checkpointer_close(struct checkpointer *checkpointer)
{
    if (checkpointer == NULL)
        return;
    state_hurry(checkpointer->options.state, true);
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->stopping = true;
    if (atomic_load(&checkpointer->saving) == SAVING_FROZEN) {
        atomic_store(&checkpointer->saving, SAVING_FLUSHING);
        checkpointer->want_flush = true;
    }
    (void)pthread_cond_broadcast(&checkpointer->work);
    pthread_mutex_unlock(&checkpointer->lock);
    for (size_t i = 0; i < checkpointer->started; i++)
        (void)pthread_join(checkpointer->threads[i], NULL);
    if (atomic_load(&checkpointer->saving) == SAVING_FLUSHED)
        thaw(checkpointer);
    (void)pthread_cond_destroy(&checkpointer->work);
    (void)pthread_mutex_destroy(&checkpointer->lock);
    buffer_free(&checkpointer->note);
    free(checkpointer);
}

/* Are there enough changed records, or old enough ones? */
static bool is_due(struct checkpointer *checkpointer)
{
    const struct state *state = checkpointer->options.state;
    int64_t now_ms = clock_ms();
    if (state_pending_records(state) == 0) {
        checkpointer->saved_ms = now_ms;
        return false;
    }
    return state_is_due(state, checkpointer->options.save_bytes) ||
           now_ms - checkpointer->saved_ms >=
               (int64_t)checkpointer->options.save_ms;
}

static void freeze(struct checkpointer *checkpointer)
{
    struct state *state = checkpointer->options.state;
    ledger_settle(checkpointer->options.ledger);
    if (state_freeze(state) != 0) {
        const struct failure memory = {"out of memory"};
        log_fatal(state_failed(state) ? state_failure(state) : &memory);
    }
    checkpointer->frozen_size = ledger_size(checkpointer->options.ledger);
    checkpointer->saved_ms = clock_ms();
    atomic_store(&checkpointer->saving, SAVING_FROZEN);
}

static void start_flush(struct checkpointer *checkpointer)
{
    atomic_store(&checkpointer->saving, SAVING_FLUSHING);
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->want_flush = true;
    (void)pthread_cond_broadcast(&checkpointer->work);
    pthread_mutex_unlock(&checkpointer->lock);
}

static void start_writing(struct checkpointer *checkpointer)
{
    pthread_mutex_lock(&checkpointer->lock);
    checkpointer->want_writing = true;
    (void)pthread_cond_broadcast(&checkpointer->work);
    pthread_mutex_unlock(&checkpointer->lock);
}

void checkpointer_collect(struct checkpointer *checkpointer)
{
    if (atomic_load(&checkpointer->saving) == SAVING_FLUSHED &&
        !state_thaw_waits(checkpointer->options.state))
        thaw(checkpointer);
}

static int64_t tend_us(const struct checkpointer *checkpointer, int64_t now)
{
    int64_t us = (now - checkpointer->tended_us) / TEND_PART;
    if (us < TEND_LEAST_US)
        return TEND_LEAST_US;
    return us < TEND_MOST_US ? us : TEND_MOST_US;
}

bool checkpointer_tend(struct checkpointer *checkpointer, bool busy)
{
    struct state *state = checkpointer->options.state;
    bool warming = state_warming(state);
    int64_t now = clock_us();
    int64_t until = now + (busy ? tend_us(checkpointer, now) : TEND_IDLE_US);
    bool more = true;
    while (more && now < until) {
        more = state_tend(state, TEND_RECORDS);
        now = clock_us();
    }
    checkpointer->tended_us = now;
    if (warming && !state_warming(state))
        log_info("%" PRIu64 " parties and accounts are in memory, %" PRId64
                 " ms after the start",
            state_warmed(state), clock_ms() - checkpointer->opened_ms);
    /* What waited to be thawed can be, with the next step. */
    return more || (atomic_load(&checkpointer->saving) == SAVING_FLUSHED &&
                       !state_failed(state));
}

void checkpointer_step(
    struct checkpointer *checkpointer, bool hold, uint64_t durable)
{
    if (atomic_load(&checkpointer->saving) == SAVING_NOTHING &&
        !hold && is_due(checkpointer))
        freeze(checkpointer);
    if (atomic_load(&checkpointer->saving) == SAVING_FROZEN &&
        checkpointer->frozen_size <= durable)
        start_flush(checkpointer);
    state_hurry(
        checkpointer->options.state, checkpointer_full(checkpointer));
    if (journal_wants_next(checkpointer->options.journal))
        start_writing(checkpointer);
}

bool checkpointer_full(const struct checkpointer *checkpointer)
{
    const struct state *state = checkpointer->options.state;
    uint64_t save_bytes = checkpointer->options.save_bytes;
    /* Whatever makes it full makes it due, so this ends: when the open group
     * is closed it is frozen, and when what is frozen is saved so is this. */
    return state_pending_bytes(state) / PENDING_FACTOR > save_bytes ||
           state_flush_bytes(state) / STATE_FLUSH_FACTOR > save_bytes;
}

uint64_t checkpointer_covered(const struct checkpointer *checkpointer)
{
    return checkpointer->covered;
}

bool checkpointer_saving(const struct checkpointer *checkpointer)
{
    return atomic_load(&checkpointer->saving) != SAVING_NOTHING;
}

void checkpointer_promise(
    struct checkpointer *checkpointer, struct bytes note)
{
    pthread_mutex_lock(&checkpointer->lock);
    buffer_clear(&checkpointer->note);
    buffer_append(&checkpointer->note, note);
    checkpointer->want_writing = true;
    (void)pthread_cond_broadcast(&checkpointer->work);
    pthread_mutex_unlock(&checkpointer->lock);
}
