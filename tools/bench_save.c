#include "bench_save.h"

#include "bench_cell.h"
#include "bench_watch.h"

#include <posito/client.h>

#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No more lines are made for one run, however fast the daemon is. */
#define LINES_MAX 30000000.0
/* Of what is played; a save that is due can begin after each. */
#define PIECES 4
#define OTHERS_PER_SECOND 250
#define OTHERS_BATCHES_PER_SECOND 400
#define OTHERS_LINES 100

/* ---- batches that last ---- */

/* How fast is it, so that enough is made and not too much? */
static int probe(struct bench_ledger *ledger, struct bench_draw *draw,
    int length_ms, double *per_second)
{
    struct bench_plan plan = bench_plan_empty();
    struct bench_played played;
    bench_plan_many(&plan, ledger, draw,
        (size_t)length_ms * 120 / 1000 + 2, 10000);
    struct bench_play play = {.address = ledger->address,
        .plan = &plan,
        .count = plan.count,
        .connections = 8,
        .window = 2,
        .limit_ms = length_ms};
    int result = bench_play(&play, &played, &ledger->failure);
    bench_plan_free(&plan);
    if (result != 0)
        return -1;
    *per_second = (double)played.units * 1e9 / (double)played.took_ns;
    bench_latency_free(&played.latency);
    return 0;
}

static void tell_sustained(struct bench_cell *cell,
    const struct bench_watch *watch, const struct bench_weighing *weighing,
    uint64_t transfers)
{
    double took = (double)cell->played.took_ns;
    struct bench_result out = bench_result("sustained batches", "posito");
    bench_at(&out, "accounts", (int64_t)cell->ledger->members);
    bench_at(&out, "lines", 10000);
    bench_got(&out, "seconds", took / 1e9);
    bench_got(&out, "saves", (double)bench_watch_saves(watch));
    bench_got(
        &out, "saving", (double)bench_watch_saving_ns(watch) / took);
    bench_cell_tell(cell, &out);
    bench_weigh_tell(weighing, transfers, &out);
    bench_result_print(&out);
}

static int play_watched(struct bench_cell *cell, struct bench_watch **watch)
{
    if (bench_watch_start(watch, cell->ledger) != 0 ||
        bench_cell_play(cell) != 0)
        return -1;
    if (bench_watch_stop(*watch) == 0)
        return 0;
    bench_latency_free(&cell->played.latency);
    return -1;
}

int bench_sustained(struct bench_ledger *ledger, int length_ms)
{
    char save[32];
    const char *const options[] = {save, NULL};
    struct bench_draw draw = bench_draw(
        ledger->members, randombytes_random(), false);
    struct bench_plan plan = bench_plan_empty();
    struct bench_watch *watch = NULL;
    struct bench_weighing weighing;
    double rate = 0;
    (void)snprintf(save, sizeof save, "save-ms=%d",
        length_ms >= 400 ? length_ms / 8 : 20);
    struct bench_cell cell = {.ledger = ledger,
        .play = {.plan = &plan,
            .connections = 8,
            .window = 2,
            .limit_ms = length_ms / PIECES},
        .pieces = PIECES};
    int result = bench_ledger_warm(ledger);
    if (result == 0)
        result = bench_weigh_start(ledger, &weighing, options);
    if (result == 0)
        result = probe(ledger, &draw, length_ms / 15 + 10, &rate);
    if (result == 0) {
        double lines = rate * length_ms / 1e3 * 1.5;
        bench_plan_many(&plan, ledger, &draw,
            (size_t)((lines < LINES_MAX ? lines : LINES_MAX) / 10000) + 8,
            10000);
        cell.play.count = plan.count;
        result = play_watched(&cell, &watch);
    }
    uint64_t transfers = result == 0 ? cell.played.units : 0;
    if (result == 0) {
        /* What the probe moved was weighed as well. */
        transfers += (uint64_t)(rate * (length_ms / 15 + 10) / 1e3);
        result = bench_weigh_end(ledger, &weighing);
        if (result == 0)
            tell_sustained(&cell, watch, &weighing, transfers);
        else
            bench_latency_free(&cell.played.latency);
    }
    bench_ledger_kill(ledger);
    bench_watch_free(watch);
    bench_plan_free(&plan);
    return result;
}

/* ---- what others wait for ---- */

struct moment {
    int64_t since, until;
};

/* A client of its own thread, at a fixed rate. */
struct other {
    const char *asks;
    struct bench_plan plan;
    struct bench_play play;
    struct bench_played played;
    struct failure failure;
    struct moment *moments; /* as many as it has requests */
    size_t count;
    pthread_t thread;
    bool started;
    int result;
};

static void note(void *context, int64_t since, int64_t now)
{
    struct other *other = context;
    if (other->count < other->play.count)
        other->moments[other->count++] = (struct moment){since, now};
}

static void *run_other(void *context)
{
    struct other *other = context;
    other->result = bench_play(
        &other->play, &other->played, &other->failure);
    if (other->result == 0)
        bench_latency_free(&other->played.latency);
    return NULL;
}

static int start_other(struct other *other, struct bench_ledger *ledger)
{
    other->moments = calloc(other->plan.count, sizeof *other->moments);
    other->play = (struct bench_play){.address = ledger->address,
        .plan = &other->plan,
        .count = other->plan.count,
        .connections = 4,
        .per_second = OTHERS_PER_SECOND,
        .login = ledger,
        .answered = note,
        .context = other};
    if (other->moments == NULL ||
        pthread_create(&other->thread, NULL, run_other, other) != 0)
        return failure_set(&ledger->failure, "cannot start a client");
    other->started = true;
    return 0;
}

static int end_other(struct other *other, struct bench_ledger *ledger)
{
    if (!other->started)
        return 0;
    (void)pthread_join(other->thread, NULL);
    other->started = false;
    if (other->result != 0)
        ledger->failure = other->failure;
    return other->result;
}

static void free_other(struct other *other)
{
    bench_plan_free(&other->plan);
    free(other->moments);
}

static void tell_other(const struct other *other,
    const struct bench_watch *watch, uint64_t accounts, bool saving)
{
    struct bench_latency latency = {0};
    for (size_t i = 0; i < other->count; i++)
        if (bench_watch_met(watch, other->moments[i].since,
                other->moments[i].until) == saving)
            bench_latency_add(&latency,
                other->moments[i].until - other->moments[i].since);
    struct bench_result out = bench_result("beside batches", "posito");
    bench_at(&out, "accounts", (int64_t)accounts);
    bench_at_text(&out, "one", other->asks);
    bench_at_text(&out, "saving", saving ? "yes" : "no");
    bench_got(&out, "requests", (double)latency.count);
    bench_got(&out, "refused", (double)other->played.refused);
    bench_latency_tell(&latency, &out);
    bench_got(&out, "saves", (double)bench_watch_saves(watch));
    bench_latency_free(&latency);
    bench_result_print(&out);
}

static int play_with_others(struct bench_cell *cell,
    struct bench_watch **watch, struct other others[2])
{
    int result = bench_watch_start(watch, cell->ledger);
    for (size_t i = 0; result == 0 && i < 2; i++)
        result = start_other(&others[i], cell->ledger);
    bool played = result == 0 && bench_cell_play(cell) == 0;
    if (!played)
        result = -1;
    for (size_t i = 0; i < 2; i++)
        if (end_other(&others[i], cell->ledger) != 0)
            result = -1;
    if (result == 0)
        result = bench_watch_stop(*watch);
    if (result != 0 && played)
        bench_latency_free(&cell->played.latency);
    return result;
}

static void tell_beside(struct bench_cell *cell,
    const struct bench_watch *watch, const struct other others[2])
{
    for (size_t i = 0; i < 4; i++)
        tell_other(&others[i / 2], watch, cell->ledger->members, i % 2 == 0);
    double took = (double)cell->played.took_ns;
    struct bench_result out = bench_result("the batches beside", "posito");
    bench_at(&out, "accounts", (int64_t)cell->ledger->members);
    bench_at(&out, "lines", OTHERS_LINES);
    bench_got(&out, "saves", (double)bench_watch_saves(watch));
    bench_got(
        &out, "saving", (double)bench_watch_saving_ns(watch) / took);
    bench_cell_tell(cell, &out);
    bench_result_print(&out);
}

int bench_others(struct bench_ledger *ledger, int length_ms)
{
    char save[32];
    const char *const options[] = {save, NULL};
    struct bench_draw draw = bench_draw(
        ledger->members, randombytes_random(), false);
    struct bench_plan plan = bench_plan_empty();
    struct other others[2] = {
        {.asks = "transfer", .plan = bench_plan_empty()},
        {.asks = "balance", .plan = bench_plan_empty()}};
    struct bench_watch *watch = NULL;
    size_t requests = (size_t)length_ms * OTHERS_PER_SECOND / 1000 + 1;
    (void)snprintf(save, sizeof save, "save-ms=%d",
        length_ms >= 400 ? length_ms / 8 : 20);
    int result = bench_ledger_warm(ledger);
    if (result == 0)
        result = bench_ledger_start(ledger, options);
    if (result == 0) {
        bench_ledger_settle(ledger);
        bench_plan_many(&plan, ledger, &draw,
            (size_t)length_ms * OTHERS_BATCHES_PER_SECOND / 1000 + 2,
            OTHERS_LINES);
        bench_plan_singles(&others[0].plan, ledger, &draw, requests);
        bench_plan_balances(&others[1].plan, &draw, requests);
        struct bench_cell cell = {.ledger = ledger,
            .play = {.plan = &plan,
                .count = plan.count,
                .connections = 2,
                .per_second = OTHERS_BATCHES_PER_SECOND,
                .limit_ms = length_ms / PIECES},
            .pieces = PIECES};
        result = play_with_others(&cell, &watch, others);
        if (result == 0)
            tell_beside(&cell, watch, others);
    }
    if (result == 0)
        result = bench_ledger_stop(ledger);
    bench_ledger_kill(ledger);
    bench_watch_free(watch);
    for (size_t i = 0; i < 2; i++)
        free_other(&others[i]);
    bench_plan_free(&plan);
    return result;
}

/* ---- a state larger than the memory ---- */

/* What is in the cache already would be free of charge. */
static void forget_cached(const struct bench_ledger *ledger)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/state/data.mdb", ledger->folder);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    (void)fsync(file);
    (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    (void)close(file);
}

/* One batch after the other is made and played, so that the driver, whose
 * memory is limited as well, needs little itself. */
static int confine(
    struct bench_ledger *ledger, int64_t until, struct bench_played *all)
{
    struct bench_draw draw = bench_draw(
        ledger->members, randombytes_random(), false);
    int result = 0;
    while (result == 0 && (all->units == 0 || bench_now_ns() < until)) {
        struct bench_plan plan = bench_plan_empty();
        struct bench_played played;
        bench_plan_batches(&plan, ledger, &draw, 8, 10000);
        struct bench_play play = {.address = ledger->address,
            .plan = &plan,
            .count = plan.count,
            .connections = 4,
            .window = 2};
        result = bench_play(&play, &played, &ledger->failure);
        if (result == 0) {
            all->units += played.units;
            all->refused += played.refused;
            all->took_ns += played.took_ns;
            bench_latency_free(&played.latency);
        }
        bench_plan_free(&plan);
    }
    return result;
}

/* "row total=USD debits=USD1.00 credits=USD1.00": all that was given is
 * what was taken. */
static int check_trial(struct bench_ledger *ledger)
{
    struct client *client = NULL;
    struct ident name = ident_of("teller0");
    struct buffer answer = buffer_empty();
    enum status status = STATUS_ACCEPTED;
    char debits[64], credits[64];
    int result = client_connect(
        &client, ledger->address, 60000, &ledger->failure);
    if (result == 0)
        result = client_login(client, &name, &ledger->tellers[0].secret,
            &status, &ledger->failure);
    if (result == 0)
        result = client_ask(client, bytes_text("trial book=us"),
            bytes_of("", 0), &answer, &status, &ledger->failure);
    buffer_char(&answer, '\0');
    const char *total = answer.failed ? NULL
                                      : strstr((const char *)answer.data,
                                            "row total=USD ");
    if (result == 0 &&
        (total == NULL ||
            sscanf(total, "row total=USD debits=%63s credits=%63s", debits,
                credits) != 2 ||
            strcmp(debits, credits) != 0))
        result = failure_set(&ledger->failure,
            "the trial balance does not sum: %.200s",
            answer.failed ? "" : (const char *)answer.data);
    buffer_free(&answer);
    client_close(client);
    return result;
}

int bench_confined(struct bench_ledger *ledger, int length_ms,
    uint64_t limit, const char *const *options)
{
    struct bench_played all = {0};
    struct bench_weighing weighing;
    struct bench_usage usage = {0};
    forget_cached(ledger);
    int result = bench_weigh_start(ledger, &weighing, options);
    if (result == 0)
        result = confine(
            ledger, bench_now_ns() + (int64_t)length_ms * 1000000, &all);
    if (result == 0)
        result = check_trial(ledger);
    if (result == 0)
        result = bench_ledger_usage(ledger, &usage);
    /* It works only if what was changed could be saved as well. */
    if (result == 0)
        result = bench_weigh_end(ledger, &weighing);
    if (result == 0 && all.refused > 0)
        result = failure_set(&ledger->failure, "a batch was refused");
    if (result == 0) {
        struct bench_result out = bench_result("larger than memory", "posito");
        bench_at(&out, "accounts", (int64_t)ledger->members);
        bench_got(&out, "per_second",
            (double)all.units * 1e9 / (double)all.took_ns);
        bench_got(&out, "transfers", (double)all.units);
        bench_got(&out, "state_mib",
            (double)weighing.after.state_file_bytes / (1 << 20));
        bench_got(&out, "limit_mib", (double)limit / (1 << 20));
        bench_got(&out, "resident_mib",
            (double)usage.resident_bytes / (1 << 20));
        bench_got(&out, "start_seconds", weighing.start_seconds);
        bench_result_print(&out);
    }
    bench_ledger_kill(ledger);
    return result;
}
