#include "decider.h"

#include "clock.h"
#include "thread.h"

#include <stdlib.h>

enum turn {
    TURN_LOOP, /* the ledger is the loop's */
    TURN_WORK  /* the ledger is the work's */
};

struct decider {
    struct ledger *ledger;
    struct bell *bell;
    pthread_mutex_t lock;
    pthread_cond_t turned;
    enum turn turn;     /* under lock */
    bool stopping;      /* under lock */
    bool ended;         /* under lock: the work, not yet collected */
    atomic_bool wanted; /* the loop waits for its turn */
    pthread_t thread;
    bool started;

    bool busy;        /* the loop's */
    int64_t taken_us; /* the loop's: when it got its turn */

    /* Of whose turn it is. */
    decider_work *work;
    bool keep;
    int64_t began_us;
    int64_t resumed_us; /* when the work got its turn */
    int64_t slice_us;   /* how long it has it at least */
    struct decider_outcome outcome;
};

/* ---- turns ---- */

/* Pass the ledger on.  Locked. */
static void pass_to(struct decider *decider, enum turn turn)
{
    decider->turn = turn;
    (void)pthread_cond_broadcast(&decider->turned);
}

/* Wait until it is one's turn, or there will be none.  Locked. */
static void await(struct decider *decider, enum turn turn)
{
    while (decider->turn != turn && !decider->stopping)
        (void)pthread_cond_wait(&decider->turned, &decider->lock);
}

/* The ledger's pause, on the work's thread. */
static void give_way(void *context)
{
    struct decider *decider = context;
    if (!atomic_load_explicit(&decider->wanted, memory_order_relaxed) ||
        clock_us() - decider->resumed_us < decider->slice_us)
        return;
    ledger_draft_hide(decider->ledger, true);
    decider->outcome.given_way++;
    (void)pthread_mutex_lock(&decider->lock);
    pass_to(decider, TURN_LOOP);
    await(decider, TURN_WORK);
    (void)pthread_mutex_unlock(&decider->lock);
    decider->resumed_us = clock_us();
    ledger_draft_hide(decider->ledger, false);
}

/* ---- the work's thread ---- */

static void do_work(struct decider *decider)
{
    struct ledger *ledger = decider->ledger;
    struct decider_outcome *outcome = &decider->outcome;
    decider->resumed_us = clock_us();
    ledger_draft_begin(ledger);
    outcome->result =
        ledger_failed(ledger) ? -1 : decider->work(outcome->argument);
    if (decider->keep)
        ledger_draft_keep(ledger);
    else
        ledger_draft_drop(ledger);
    if (ledger_failed(ledger))
        outcome->result = -1;
    outcome->us = clock_us() - decider->began_us;
}

static void *run_thread(void *argument)
{
    struct decider *decider = argument;
    (void)pthread_mutex_lock(&decider->lock);
    for (;;) {
        await(decider, TURN_WORK);
        if (decider->turn != TURN_WORK)
            break;
        (void)pthread_mutex_unlock(&decider->lock);
        do_work(decider);
        (void)pthread_mutex_lock(&decider->lock);
        decider->ended = true;
        pass_to(decider, TURN_LOOP);
        bell_ring(decider->bell);
    }
    (void)pthread_mutex_unlock(&decider->lock);
    return NULL;
}

/* ---- opening and closing ---- */

int decider_open(struct decider **out, struct ledger *ledger,
    struct bell *bell, struct failure *failure)
{
    struct decider *decider = calloc(1, sizeof *decider);
    if (decider == NULL)
        return failure_set(failure, "out of memory");
    decider->ledger = ledger;
    decider->bell = bell;
    atomic_init(&decider->wanted, false);
    (void)pthread_mutex_init(&decider->lock, NULL);
    (void)pthread_cond_init(&decider->turned, NULL);
    int number = thread_start(&decider->thread, run_thread, decider);
    decider->started = number == 0;
    *out = decider;
    if (number == 0) {
        ledger_set_pause(ledger, give_way, decider);
        return 0;
    }
    decider_close(decider);
    *out = NULL;
    return failure_set_errno(failure, number, "cannot start a thread");
}

void decider_close(struct decider *decider)
{
    if (decider == NULL)
        return;
    if (decider->busy) {
        decider_give(decider);
        (void)pthread_mutex_lock(&decider->lock);
        await(decider, TURN_LOOP);
        (void)pthread_mutex_unlock(&decider->lock);
    }
    (void)pthread_mutex_lock(&decider->lock);
    decider->stopping = true;
    (void)pthread_cond_broadcast(&decider->turned);
    (void)pthread_mutex_unlock(&decider->lock);
    if (decider->started)
        (void)pthread_join(decider->thread, NULL);
    ledger_set_pause(decider->ledger, NULL, NULL);
    (void)pthread_cond_destroy(&decider->turned);
    (void)pthread_mutex_destroy(&decider->lock);
    free(decider);
}

/* ---- the loop's ---- */

void decider_start(struct decider *decider, decider_work *work,
    void *argument, bool keep)
{
    decider->work = work;
    decider->keep = keep;
    decider->began_us = clock_us();
    decider->taken_us = decider->began_us;
    decider->outcome = (struct decider_outcome){.argument = argument};
    decider->busy = true;
}

bool decider_busy(const struct decider *decider)
{
    return decider->busy;
}

bool decider_is_free(struct decider *decider)
{
    if (!decider->busy)
        return true;
    (void)pthread_mutex_lock(&decider->lock);
    bool free = decider->turn == TURN_LOOP;
    (void)pthread_mutex_unlock(&decider->lock);
    return free;
}

void decider_take(struct decider *decider)
{
    if (!decider->busy)
        return;
    atomic_store(&decider->wanted, true);
    (void)pthread_mutex_lock(&decider->lock);
    await(decider, TURN_LOOP);
    (void)pthread_mutex_unlock(&decider->lock);
    decider->taken_us = clock_us();
}

static int64_t next_slice(const struct decider *decider)
{
    int64_t us = clock_us() - decider->taken_us;
    if (us < DECIDER_SLICE_US)
        return DECIDER_SLICE_US;
    return us < DECIDER_SLICE_MOST_US ? us : DECIDER_SLICE_MOST_US;
}

void decider_give(struct decider *decider)
{
    if (!decider->busy)
        return;
    atomic_store(&decider->wanted, false);
    (void)pthread_mutex_lock(&decider->lock);
    if (!decider->ended) {
        decider->slice_us = next_slice(decider);
        pass_to(decider, TURN_WORK);
    }
    (void)pthread_mutex_unlock(&decider->lock);
}

bool decider_collect(
    struct decider *decider, struct decider_outcome *outcome)
{
    bool ended;
    if (!decider->busy)
        return false;
    (void)pthread_mutex_lock(&decider->lock);
    ended = decider->ended;
    decider->ended = false;
    (void)pthread_mutex_unlock(&decider->lock);
    if (!ended)
        return false;
    *outcome = decider->outcome;
    decider->busy = false;
    return true;
}
