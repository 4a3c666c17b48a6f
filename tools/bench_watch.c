#include "bench_watch.h"

#include "bench_result.h"

#include <posito/client.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVERY_NS (2 * 1000 * 1000)
#define SPANS_MAX 4096

struct span {
    int64_t since, until;
};

struct bench_watch {
    struct bench_ledger *ledger;
    struct client *client;
    struct failure failure; /* the thread's */
    pthread_t thread;
    bool started, broken;
    _Atomic bool stopping;
    bool inside;      /* a save is under way */
    int64_t since;    /* if so */
    int64_t quiet_ns; /* when was asked what was answered with no */
    uint64_t covered;
    size_t saves, count;
    struct span spans[SPANS_MAX];
};

/* The word behind " key=" of an answer's line, or NULL. */
static const char *word_of(const struct buffer *answer, const char *key)
{
    const char *found = memmem(
        answer->data, answer->length, key, strlen(key));
    return found != NULL ? found + strlen(key) : NULL;
}

static void end_span(struct bench_watch *watch, int64_t now)
{
    watch->inside = false;
    if (watch->count < SPANS_MAX)
        watch->spans[watch->count++] = (struct span){watch->since, now};
}

/*
 * A save began at the earliest when the last answer without one was asked
 * for.  One that began and ended between two answers shows only by what
 * the saved state covers; two that follow at once are one span.
 */
static void take(struct bench_watch *watch, bool saving, uint64_t covered,
    int64_t asked, int64_t now)
{
    bool ended = covered != watch->covered;
    if (!watch->inside && (saving || ended)) {
        watch->inside = true;
        watch->since = watch->quiet_ns;
    }
    if (watch->inside && !saving)
        end_span(watch, now);
    if (ended)
        watch->saves++;
    watch->covered = covered;
    if (!saving)
        watch->quiet_ns = asked;
}

static int ask(struct bench_watch *watch, bool first)
{
    struct buffer answer = buffer_empty();
    enum status status;
    int64_t asked = bench_now_ns();
    int result = client_ask(watch->client, bytes_text("status"),
        bytes_of("", 0), &answer, &status, &watch->failure);
    if (result == 0)
        buffer_char(&answer, '\0');
    const char *saving = result == 0 ? word_of(&answer, " saving=") : NULL;
    const char *covered = result == 0 ? word_of(&answer, " covered=") : NULL;
    if (saving != NULL && covered != NULL) {
        uint64_t number = strtoull(covered, NULL, 10);
        if (first) {
            watch->covered = number;
            watch->quiet_ns = asked;
        }
        take(watch, strncmp(saving, "yes", 3) == 0, number, asked,
            bench_now_ns());
    } else if (result == 0) {
        result = failure_set(
            &watch->failure, "the status does not tell about saves");
    }
    buffer_free(&answer);
    return result;
}

static void *run(void *context)
{
    struct bench_watch *watch = context;
    const struct timespec every = {.tv_nsec = EVERY_NS};
    while (!atomic_load(&watch->stopping) && !watch->broken) {
        watch->broken = ask(watch, false) != 0;
        (void)nanosleep(&every, NULL);
    }
    return NULL;
}

static int log_in(struct bench_watch *watch)
{
    struct ident name = ident_of("teller0");
    enum status status;
    if (client_connect(&watch->client, watch->ledger->address, 60000,
            &watch->failure) != 0 ||
        client_login(watch->client, &name,
            &watch->ledger->tellers[0].secret, &status,
            &watch->failure) != 0)
        return -1;
    return status == STATUS_ACCEPTED
               ? 0
               : failure_set(&watch->failure, "the watcher cannot log in");
}

int bench_watch_start(
    struct bench_watch **out, struct bench_ledger *ledger)
{
    struct bench_watch *watch = calloc(1, sizeof *watch);
    *out = watch;
    if (watch == NULL)
        return failure_set(&ledger->failure, "out of memory");
    watch->ledger = ledger;
    if (log_in(watch) == 0 && ask(watch, true) == 0)
        watch->started =
            pthread_create(&watch->thread, NULL, run, watch) == 0;
    if (watch->started)
        return 0;
    ledger->failure = watch->failure;
    bench_watch_free(watch);
    *out = NULL;
    return -1;
}

int bench_watch_stop(struct bench_watch *watch)
{
    if (watch->started) {
        atomic_store(&watch->stopping, true);
        (void)pthread_join(watch->thread, NULL);
        watch->started = false;
        if (watch->inside)
            end_span(watch, bench_now_ns());
    }
    if (watch->broken)
        watch->ledger->failure = watch->failure;
    return watch->broken ? -1 : 0;
}

void bench_watch_free(struct bench_watch *watch)
{
    if (watch == NULL)
        return;
    (void)!bench_watch_stop(watch);
    client_close(watch->client);
    free(watch);
}

size_t bench_watch_saves(const struct bench_watch *watch)
{
    return watch->saves;
}

int64_t bench_watch_saving_ns(const struct bench_watch *watch)
{
    int64_t sum = 0;
    for (size_t i = 0; i < watch->count; i++)
        sum += watch->spans[i].until - watch->spans[i].since;
    return sum;
}

bool bench_watch_met(
    const struct bench_watch *watch, int64_t since, int64_t until)
{
    for (size_t i = 0; i < watch->count; i++)
        if (since <= watch->spans[i].until && until >= watch->spans[i].since)
            return true;
    return false;
}
