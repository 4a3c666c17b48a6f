#include "verifier.h"

#include "../protocol/checker.h"
#include "clock.h"
#include "thread.h"

#include <stdlib.h>

/* When so many wait, all workers take a share of them at once: then nobody
 * waits for a single one, and each turn of the loop or the lock costs. */
#define MANY 128
#define SHARE_MOST 16

/* The loop checks one order of so many at once, and no more than that. */
#define HELP_EACH 32
#define HELP_MOST 4

struct jobs {
    struct request *first;
    struct request *last;
    size_t count;
};

struct verifier {
    struct hash ledger;
    struct checker *checker; /* NULL: libsodium alone */
    struct bell *bell;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct jobs todo;     /* under lock */
    struct jobs done;     /* under lock */
    size_t sleeping;      /* workers; under lock */
    size_t woken;         /* of them, not yet awake; under lock */
    bool stopping;        /* under lock */
    struct jobs prepared; /* the loop's: submitted, not started */
    struct jobs collected; /* the loop's: done, not yet given out */
    size_t count;          /* the loop's */
    size_t short_count;    /* the loop's */
    struct clock_mean check; /* by the loop, of one */
    unsigned workers;
    pthread_t thread[];
};

static void jobs_add(struct jobs *jobs, struct request *request)
{
    request->next_job = NULL;
    if (jobs->last != NULL)
        jobs->last->next_job = request;
    else
        jobs->first = request;
    jobs->last = request;
    jobs->count++;
}

static struct request *jobs_take(struct jobs *jobs)
{
    struct request *request = jobs->first;
    if (request == NULL)
        return NULL;
    jobs->first = request->next_job;
    if (jobs->first == NULL)
        jobs->last = NULL;
    jobs->count--;
    request->next_job = NULL;
    return request;
}

static void jobs_move(struct jobs *to, struct jobs *from)
{
    if (from->first == NULL)
        return;
    if (to->last != NULL)
        to->last->next_job = from->first;
    else
        to->first = from->first;
    to->last = from->last;
    to->count += from->count;
    *from = (struct jobs){NULL, NULL, 0};
}

static bool is_short(const struct request *request)
{
    return request->body.length == 0;
}

/* ---- workers ---- */

/* Until there is work and it is woken for it, or all end.  Locked. */
static void sleep_worker(struct verifier *verifier)
{
    verifier->sleeping++;
    while (verifier->woken == 0 && !verifier->stopping)
        pthread_cond_wait(&verifier->work, &verifier->lock);
    if (verifier->woken > 0)
        verifier->woken--;
}

/* One at a time, unless there are many: what is checked is decided while the
 * next is checked.  Locked. */
static struct jobs take_share(struct verifier *verifier)
{
    struct jobs share = {NULL, NULL, 0};
    size_t most = verifier->todo.count > MANY ? SHARE_MOST : 1;
    while (share.count < most && verifier->todo.first != NULL)
        jobs_add(&share, jobs_take(&verifier->todo));
    return share;
}

static void check_one(struct verifier *verifier, struct request *request)
{
    request_check(request, &verifier->ledger,
        verifier->checker == NULL ? NULL : checker_face(verifier->checker));
}

static void check_all(struct verifier *verifier, const struct jobs *jobs)
{
    for (struct request *request = jobs->first; request != NULL;
         request = request->next_job)
        check_one(verifier, request);
}

static void *run_worker(void *argument)
{
    struct verifier *verifier = argument;
    thread_step_back(THREAD_CHECKS);
    pthread_mutex_lock(&verifier->lock);
    while (!verifier->stopping) {
        struct jobs share = take_share(verifier);
        if (share.count == 0) {
            sleep_worker(verifier);
            continue;
        }
        pthread_mutex_unlock(&verifier->lock);
        check_all(verifier, &share);
        pthread_mutex_lock(&verifier->lock);
        jobs_move(&verifier->done, &share);
        /* The bell may be a system call: nobody waits for the lock over
         * it. */
        pthread_mutex_unlock(&verifier->lock);
        bell_ring(verifier->bell);
        pthread_mutex_lock(&verifier->lock);
    }
    pthread_mutex_unlock(&verifier->lock);
    return NULL;
}

/* ---- the loop's ---- */

static int start_workers(
    struct verifier *verifier, unsigned workers, struct failure *failure)
{
    int number = 0;
    while (verifier->workers < workers && number == 0) {
        number = thread_start(
            &verifier->thread[verifier->workers], run_worker, verifier);
        if (number == 0)
            verifier->workers++;
    }
    if (number != 0)
        return failure_set_errno(failure, number, "cannot start a thread");
    return 0;
}

static int make_checker(
    struct verifier *verifier, unsigned keys, struct failure *failure)
{
    struct checker_rules rules = checker_usual();
    rules.keys = keys;
    verifier->checker = checker_new(&rules);
    if (verifier->checker == NULL)
        return failure_set(failure, "out of memory");
    return 0;
}

int verifier_open(struct verifier **out,
    const struct verifier_options *options, struct failure *failure)
{
    unsigned workers = options->workers;
    struct verifier *verifier = calloc(
        1, sizeof *verifier + workers * sizeof verifier->thread[0]);
    if (verifier == NULL)
        return failure_set(failure, "out of memory");
    verifier->ledger = *options->ledger;
    verifier->bell = options->bell;
    (void)pthread_mutex_init(&verifier->lock, NULL);
    (void)pthread_cond_init(&verifier->work, NULL);
    *out = verifier;
    if ((options->key_multiples == 0 ||
            make_checker(verifier, options->key_multiples, failure) == 0) &&
        start_workers(verifier, workers, failure) == 0)
        return 0;
    verifier_close(verifier);
    *out = NULL;
    return -1;
}

void verifier_submit(struct verifier *verifier, struct request *request)
{
    request->state = REQUEST_CHECKING;
    jobs_add(&verifier->prepared, request);
    verifier->count++;
    if (is_short(request))
        verifier->short_count++;
}

/* How many workers are to be awake for so many requests: the loop is one
 * more, unless some have a body or there are many.  Locked. */
static size_t wanted(const struct verifier *verifier)
{
    size_t most = verifier->workers;
    size_t count = verifier->todo.count;
    if (verifier->short_count == verifier->count && count <= MANY) {
        most--;
        count--;
    }
    return count < most ? count : most;
}

void verifier_start(struct verifier *verifier)
{
    if (verifier->prepared.count == 0)
        return;
    pthread_mutex_lock(&verifier->lock);
    jobs_move(&verifier->todo, &verifier->prepared);
    size_t awake = verifier->workers - verifier->sleeping;
    size_t want = wanted(verifier);
    size_t more = want > awake ? want - awake : 0;
    verifier->sleeping -= more;
    verifier->woken += more;
    pthread_mutex_unlock(&verifier->lock);
    /* Not under the lock, which they would wake up only to wait for. */
    for (; more > 0; more--)
        (void)pthread_cond_signal(&verifier->work);
}

/* What the loop takes at once: one, or a few of many, since all of those
 * wait longer than these take. */
static struct jobs take_short(struct verifier *verifier)
{
    struct jobs taken = {NULL, NULL, 0};
    pthread_mutex_lock(&verifier->lock);
    size_t most = verifier->todo.count / HELP_EACH + 1;
    if (verifier->todo.count > MANY)
        most = 0;
    else if (most > HELP_MOST)
        most = HELP_MOST;
    while (taken.count < most && verifier->todo.first != NULL &&
           is_short(verifier->todo.first))
        jobs_add(&taken, jobs_take(&verifier->todo));
    pthread_mutex_unlock(&verifier->lock);
    return taken;
}

bool verifier_help(struct verifier *verifier)
{
    if (verifier->short_count == 0)
        return false;
    struct jobs taken = take_short(verifier);
    int64_t began_us = clock_us();
    check_all(verifier, &taken);
    bool helped = taken.count > 0;
    if (helped)
        clock_mean_add(&verifier->check,
            (clock_us() - began_us) / (int64_t)taken.count);
    jobs_move(&verifier->collected, &taken);
    return helped;
}

struct request *verifier_collect(struct verifier *verifier)
{
    if (verifier->collected.count == 0 && verifier->count > 0) {
        pthread_mutex_lock(&verifier->lock);
        jobs_move(&verifier->collected, &verifier->done);
        pthread_mutex_unlock(&verifier->lock);
    }
    struct request *request = jobs_take(&verifier->collected);
    if (request == NULL)
        return NULL;
    request->state = REQUEST_READY;
    verifier->count--;
    if (is_short(request))
        verifier->short_count--;
    return request;
}

size_t verifier_count(const struct verifier *verifier)
{
    return verifier->count;
}

size_t verifier_short_count(const struct verifier *verifier)
{
    return verifier->short_count;
}

int64_t verifier_check_us(const struct verifier *verifier)
{
    return verifier->check.us;
}

void verifier_check_here(struct verifier *verifier, struct request *request)
{
    check_one(verifier, request);
    request->state = REQUEST_READY;
}

void verifier_stop(struct verifier *verifier)
{
    pthread_mutex_lock(&verifier->lock);
    verifier->stopping = true;
    (void)pthread_cond_broadcast(&verifier->work);
    pthread_mutex_unlock(&verifier->lock);
    for (unsigned i = 0; i < verifier->workers; i++)
        (void)pthread_join(verifier->thread[i], NULL);
    verifier->workers = 0;
    jobs_move(&verifier->done, &verifier->todo);
    jobs_move(&verifier->done, &verifier->prepared);
}

void verifier_close(struct verifier *verifier)
{
    if (verifier == NULL)
        return;
    verifier_stop(verifier);
    (void)pthread_cond_destroy(&verifier->work);
    (void)pthread_mutex_destroy(&verifier->lock);
    checker_free(verifier->checker);
    free(verifier);
}
