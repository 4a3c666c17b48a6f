#include "bench_work.h"

#include "bench_cell.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any daemon decides in the time a cell is played: one at a time,
 * on many connections, with many under way on each. */
#define ONES_PER_MS 8
#define SINGLES_PER_MS 70
#define PIPELINED_PER_MS 150
#define BATCH_LINES_PER_MS 1200
#define MIXED_PER_MS 30
/* Of a plan at once, so that a body costs memory only once. */
#define PLAN_BYTES_MAX ((size_t)256 << 20)

static uint64_t seed(void)
{
    return randombytes_random();
}

/* ---- transfers signed each ---- */

static int closed_single(struct bench_ledger *ledger, struct bench_draw *draw,
    const char *who, unsigned connections, unsigned window, int each_ms,
    uint64_t *transfers)
{
    struct bench_plan plan = bench_plan_empty();
    size_t per_ms = window > 1 ? PIPELINED_PER_MS
                    : connections > 1 ? SINGLES_PER_MS
                                      : ONES_PER_MS;
    bench_plan_singles(&plan, ledger, draw, per_ms * (size_t)each_ms);
    struct bench_cell cell = {.ledger = ledger,
        .play = {.plan = &plan,
            .count = plan.count,
            .connections = connections,
            .window = window,
            .limit_ms = each_ms}};
    int result = bench_cell_play(&cell);
    bench_plan_free(&plan);
    if (result != 0)
        return -1;
    *transfers += cell.played.units;
    struct bench_result out = bench_result("single", who);
    bench_at(&out, "connections", connections);
    bench_at(&out, "window", window);
    bench_cell_tell(&cell, &out);
    bench_result_print(&out);
    return 0;
}

static int open_single(struct bench_ledger *ledger, struct bench_draw *draw,
    int per_second, int each_ms)
{
    struct bench_plan plan = bench_plan_empty();
    bench_plan_singles(&plan, ledger, draw,
        (size_t)per_second * (size_t)each_ms / 1000 + 1);
    struct bench_cell cell = {.ledger = ledger,
        .play = {.plan = &plan,
            .count = plan.count,
            .connections = 64,
            .per_second = per_second}};
    int result = bench_cell_play(&cell);
    bench_plan_free(&plan);
    if (result != 0)
        return -1;
    struct bench_result out = bench_result("single at a fixed rate", "posito");
    bench_at(&out, "due_per_second", per_second);
    bench_cell_tell(&cell, &out);
    bench_result_print(&out);
    return 0;
}

/* Ends a run of the daemon and tells what it cost on disk. */
static int weigh_end(struct bench_ledger *ledger,
    struct bench_weighing *weighing, const char *kind, uint64_t transfers)
{
    if (bench_weigh_end(ledger, weighing) != 0)
        return -1;
    struct bench_result out = bench_result("disk", "posito");
    bench_at_text(&out, "transfers", kind);
    bench_at(&out, "accounts", (int64_t)ledger->members);
    bench_weigh_tell(weighing, transfers, &out);
    bench_result_print(&out);
    return 0;
}

static int singles(struct bench_ledger *ledger, const char *who,
    const char *const *options, unsigned connections, int each_ms)
{
    struct bench_draw draw = bench_draw(ledger->members, seed(), false);
    struct bench_weighing weighing;
    uint64_t transfers = 0;
    int result = bench_weigh_start(ledger, &weighing, options);
    for (unsigned window = 1; result == 0 && window <= 64; window *= 64)
        result = closed_single(ledger, &draw, who, connections, window,
            each_ms, &transfers);
    if (result == 0)
        result = weigh_end(ledger, &weighing, "signed each", transfers);
    bench_ledger_kill(ledger);
    return result;
}

int bench_singles(
    struct bench_ledger *ledger, unsigned connections, int each_ms)
{
    return singles(ledger, "posito", NULL, connections, each_ms);
}

int bench_multiples(
    struct bench_ledger *ledger, unsigned connections, int each_ms)
{
    static const char *const options[] = {"key-multiples=512", NULL};
    return singles(
        ledger, BENCH_MULTIPLES, options, connections, each_ms);
}

int bench_rates(struct bench_ledger *ledger, int each_ms)
{
    static const int rates[] = {1000, 4000, 8000, 12000};
    struct bench_draw draw = bench_draw(ledger->members, seed(), false);
    int result = bench_ledger_start(ledger, NULL);
    for (size_t i = 0; result == 0 && i < 4; i++)
        result = open_single(ledger, &draw, rates[i], each_ms);
    if (result == 0)
        result = bench_ledger_stop(ledger);
    bench_ledger_kill(ledger);
    return result;
}

/* ---- batches ---- */

static int one_batch_cell(struct bench_ledger *ledger, size_t lines,
    bool skewed, int each_ms, uint64_t *transfers)
{
    struct bench_draw draw = bench_draw(
        ledger->members, seed(), skewed);
    struct bench_plan plan = bench_plan_empty();
    size_t count = (size_t)each_ms * BATCH_LINES_PER_MS / lines;
    size_t most = PLAN_BYTES_MAX / (lines * 64 + 300);
    bench_plan_batches(
        &plan, ledger, &draw, count < 2 ? 2 : count < most ? count : most, lines);
    struct bench_cell cell = {.ledger = ledger,
        .play = {.plan = &plan,
            .count = plan.count,
            .connections = 8,
            .window = lines >= 10000 ? 2 : 8,
            .limit_ms = each_ms}};
    int result = bench_cell_play(&cell);
    bench_plan_free(&plan);
    if (result != 0)
        return -1;
    *transfers += cell.played.units;
    struct bench_result out = bench_result("batch", "posito");
    bench_at(&out, "accounts", (int64_t)ledger->members);
    bench_at(&out, "lines", (int64_t)lines);
    bench_at_text(&out, "drawn", skewed ? "zipf" : "evenly");
    bench_cell_tell(&cell, &out);
    bench_result_print(&out);
    return 0;
}

int bench_batches(struct bench_ledger *ledger, int each_ms)
{
    static const size_t lines[] = {100, 1000, 10000};
    struct bench_weighing weighing;
    uint64_t transfers = 0;
    int result = bench_ledger_warm(ledger);
    if (result == 0)
        result = bench_weigh_start(ledger, &weighing, NULL);
    for (size_t i = 0; result == 0 && i < 6; i++)
        result = one_batch_cell(ledger, lines[i / 2], i % 2 == 1, each_ms,
            &transfers);
    if (result == 0)
        result = weigh_end(ledger, &weighing, "in batches", transfers);
    bench_ledger_kill(ledger);
    return result;
}

/* ---- questions ---- */

int bench_mixed(struct bench_ledger *ledger, int each_ms)
{
    struct bench_draw draw = bench_draw(
        ledger->members, seed(), false);
    struct bench_plan plan = bench_plan_empty();
    struct bench_cell cell = {.ledger = ledger,
        .play = {.plan = &plan,
            .connections = 32,
            .window = 1,
            .limit_ms = each_ms,
            .login = ledger}};
    int result = bench_ledger_start(ledger, NULL);
    if (result == 0) {
        bench_plan_mixed(
            &plan, ledger, &draw, (size_t)each_ms * MIXED_PER_MS);
        cell.play.count = plan.count;
        result = bench_cell_play(&cell);
    }
    if (result == 0) {
        struct bench_result out = bench_result("mixed", "posito");
        bench_at(&out, "connections", 32);
        bench_cell_tell(&cell, &out);
        bench_result_print(&out);
        result = bench_ledger_stop(ledger);
    }
    bench_plan_free(&plan);
    bench_ledger_kill(ledger);
    return result;
}

/* ---- memory and starts ---- */

static int start_timed(struct bench_ledger *ledger, const char *after,
    uint64_t transfers)
{
    int64_t began = bench_now_ns();
    if (bench_ledger_start(ledger, NULL) != 0)
        return -1;
    struct bench_result out = bench_result("start", "posito");
    bench_at_text(&out, "after", after);
    bench_at(&out, "accounts", (int64_t)ledger->members);
    double seconds = (double)(bench_now_ns() - began) / 1e9;
    bench_got(&out, "seconds", seconds);
    if (transfers > 0) {
        bench_got(&out, "transfers_replayed", (double)transfers);
        bench_got(&out, "replayed_per_second", (double)transfers / seconds);
    }
    bench_result_print(&out);
    return bench_ledger_stop(ledger);
}

static void tell_memory(struct bench_cell *cell, const struct bench_draw *draw)
{
    /* Each account with the newest part of its history; the few blocks that
     * become full are left out, so that it is rather too much. */
    double records = (double)draw->touched_count;
    struct bench_result out = bench_result("memory", "posito");
    bench_at(&out, "accounts", (int64_t)cell->ledger->members);
    bench_got(&out, "bytes_per_record",
        ((double)cell->after.memory_bytes -
            (double)cell->before.memory_bytes) / records);
    bench_got(&out, "records", records);
    bench_got(&out, "memory_mib",
        (double)cell->after.memory_bytes / (1 << 20));
    bench_result_print(&out);
}

static int play_unsaved(
    struct bench_ledger *ledger, struct bench_plan *plan,
    const struct bench_draw *draw)
{
    struct bench_cell cell = {.ledger = ledger,
        .play = {.plan = plan,
            .count = plan->count,
            .connections = 1,
            .window = 1}};
    if (bench_cell_play(&cell) != 0)
        return -1;
    bench_latency_free(&cell.played.latency);
    if (cell.played.refused > 0)
        return failure_set(&ledger->failure, "a batch was refused");
    bench_ledger_steady(ledger);
    if (bench_ledger_usage(ledger, &cell.after) != 0)
        return -1;
    tell_memory(&cell, draw);
    return 0;
}

int bench_memory(struct bench_ledger *ledger, size_t batches, size_t lines)
{
    static const char *const unsaved[] = {
        "save-bytes=64GiB", "save-ms=86400000", NULL};
    struct bench_draw draw = bench_draw(
        ledger->members, seed(), false);
    struct bench_plan plan = bench_plan_empty();
    draw.touched = calloc(ledger->members / 8 + 1, 1);
    int result = bench_ledger_warm(ledger);
    if (result == 0)
        result = bench_ledger_start(ledger, unsaved);
    if (result == 0) {
        bench_ledger_settle(ledger);
        bench_ledger_steady(ledger);
        bench_plan_batches(&plan, ledger, &draw, batches, lines);
        result = play_unsaved(ledger, &plan, &draw);
    }
    bench_ledger_kill(ledger);
    if (result == 0)
        result = start_timed(ledger, "SIGKILL", batches * lines);
    if (result == 0)
        result = start_timed(ledger, "a clean stop", 0);
    bench_ledger_kill(ledger);
    bench_plan_free(&plan);
    free(draw.touched);
    return result;
}

/* ---- journals for auditors ---- */

static int fill_some(
    struct bench_ledger *ledger, struct bench_draw *draw, bool batches)
{
    struct bench_plan plan = bench_plan_empty();
    struct bench_played played;
    if (batches)
        bench_plan_batches(&plan, ledger, draw, 1, 1000);
    else
        bench_plan_singles(&plan, ledger, draw, 1000);
    struct bench_play play = {.address = ledger->address,
        .plan = &plan,
        .count = plan.count,
        .connections = 8,
        .window = 64};
    int result = bench_play(&play, &played, &ledger->failure);
    if (result == 0) {
        bench_latency_free(&played.latency);
        if (played.refused > 0)
            result = failure_set(&ledger->failure, "a transfer was refused");
    }
    bench_plan_free(&plan);
    return result;
}

int bench_fill(struct bench_ledger *ledger, size_t count, bool batches)
{
    struct bench_draw draw = bench_draw(ledger->members, 1, false);
    struct bench_size before, after;
    int result = bench_ledger_size(ledger, &before);
    if (result == 0)
        result = bench_ledger_start(ledger, NULL);
    for (size_t done = 0; result == 0 && done < count; done += 1000)
        result = fill_some(ledger, &draw, batches);
    if (result == 0)
        result = bench_ledger_stop(ledger);
    bench_ledger_kill(ledger);
    if (result == 0)
        result = bench_ledger_size(ledger, &after);
    if (result == 0 && after.journal_bytes <= before.journal_bytes)
        result = failure_set(&ledger->failure, "the journal did not grow");
    return result;
}

/* ---- Redis ---- */

static void add_word(struct buffer *out, const char *word)
{
    buffer_format(out, "$%zu\r\n%s\r\n", strlen(word), word);
}

static void add_evaluation(
    struct buffer *out, struct bench_draw *draw, const char *script)
{
    char word[40];
    uint64_t from, to;
    bench_draw_pair(draw, &from, &to);
    buffer_text(out, "*6\r\n");
    add_word(out, "EVALSHA");
    add_word(out, script);
    add_word(out, "2");
    (void)snprintf(word, sizeof word, "m%07llu", (unsigned long long)from);
    add_word(out, word);
    (void)snprintf(word, sizeof word, "m%07llu", (unsigned long long)to);
    add_word(out, word);
    (void)snprintf(
        word, sizeof word, "%d", 1 + (int)bench_draw_below(draw, 99));
    add_word(out, word);
}

int bench_redis(const char *address, const char *script, unsigned clients,
    uint64_t accounts, int each_ms, struct failure *failure)
{
    struct bench_draw draw = bench_draw(accounts, seed(), false);
    struct bench_plan plan = bench_plan_empty();
    struct bench_played played;
    struct buffer request = buffer_empty();
    size_t count = (size_t)each_ms * (3 * SINGLES_PER_MS);
    for (size_t i = 0; i < count; i++) {
        add_evaluation(&request, &draw, script);
        bench_plan_add(&plan, buffer_bytes(&request), 1);
        buffer_clear(&request);
    }
    buffer_free(&request);
    struct bench_play play = {.address = address,
        .plan = &plan,
        .count = count,
        .connections = clients,
        .window = 1,
        .limit_ms = each_ms};
    int result = bench_play(&play, &played, failure);
    bench_plan_free(&plan);
    if (result != 0)
        return -1;
    struct bench_result out = bench_result("single", "Redis");
    bench_at(&out, "connections", clients);
    bench_at(&out, "window", 1);
    bench_got(&out, "per_second",
        (double)played.units * 1e9 / (double)played.took_ns);
    bench_got(&out, "refused", (double)played.refused);
    bench_latency_tell(&played.latency, &out);
    bench_latency_free(&played.latency);
    bench_result_print(&out);
    return 0;
}
