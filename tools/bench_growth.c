#include "bench_growth.h"

#include "bench_cell.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* More than any daemon does in the time a cell is played. */
#define LINES_PER_MS 1200U
#define REQUESTS_PER_MS 30U
#define MARK "bench-lines"
/* So many lines are made at once, and the mark is written after them. */
#define GROW_LINES 100000U

static void plan_batches(struct bench_cell *cell, struct bench_plan *plan,
    struct bench_draw *draw, size_t lines, int each_ms)
{
    size_t per_ms = LINES_PER_MS / lines;
    size_t count = (per_ms < REQUESTS_PER_MS ? LINES_PER_MS * (size_t)each_ms
                                                   / lines
                                             : REQUESTS_PER_MS *
                                                   (size_t)each_ms);
    bench_plan_many(plan, cell->ledger, draw, count + 2, lines);
    cell->play.connections = 8;
    cell->play.window = lines >= 10000 ? 2 : 8;
}

static void plan_singles(struct bench_cell *cell, struct bench_plan *plan,
    struct bench_draw *draw, unsigned connections, int each_ms)
{
    bench_plan_singles(plan, cell->ledger, draw,
        (connections == 1 ? REQUESTS_PER_MS / 4 : REQUESTS_PER_MS) *
            (size_t)each_ms);
    cell->play.connections = connections;
    cell->play.window = 1;
}

static void plan_mixed(struct bench_cell *cell, struct bench_plan *plan,
    struct bench_draw *draw, int each_ms)
{
    bench_plan_mixed(plan, cell->ledger, draw,
        REQUESTS_PER_MS * (size_t)each_ms);
    cell->play.connections = 32;
    cell->play.window = 1;
    cell->play.login = cell->ledger;
}

static int make_plan(struct bench_cell *cell, struct bench_plan *plan,
    const char *grows, uint64_t value, int each_ms)
{
    struct bench_draw draw = bench_draw(
        cell->ledger->members, randombytes_random(), false);
    if (strcmp(grows, "accounts") == 0)
        plan_batches(cell, plan, &draw, 10000, each_ms);
    else if (strcmp(grows, "postings") == 0)
        plan_batches(cell, plan, &draw, 1000, each_ms);
    else if (strcmp(grows, "lines") == 0 && value > 0 && value <= 10000)
        plan_batches(cell, plan, &draw, (size_t)value, each_ms);
    else if (strcmp(grows, "questions") == 0)
        plan_mixed(cell, plan, &draw, each_ms);
    else if (strcmp(grows, "entries") == 0)
        plan_singles(cell, plan, &draw, 64, each_ms);
    else if (strcmp(grows, "connections") == 0 && value > 0 &&
             value <= BENCH_CONNECTIONS_MAX)
        plan_singles(cell, plan, &draw, (unsigned)value, each_ms);
    else
        return failure_set(&cell->ledger->failure,
            "%" PRIu64 " %s cannot be played", value, grows);
    cell->play.plan = plan;
    cell->play.count = plan->count;
    cell->play.limit_ms = each_ms;
    return 0;
}

int bench_growth(struct bench_ledger *ledger, const char *grows,
    uint64_t value, int each_ms)
{
    struct bench_cell cell = {.ledger = ledger};
    struct bench_weighing weighing;
    struct bench_plan plan = bench_plan_empty();
    int result = bench_ledger_warm(ledger);
    if (result == 0)
        result = bench_weigh_start(ledger, &weighing, NULL);
    if (result == 0)
        result = make_plan(&cell, &plan, grows, value, each_ms);
    if (result == 0)
        result = bench_cell_play(&cell);
    bench_plan_free(&plan);
    if (result == 0) {
        uint64_t transfers = cell.played.units;
        result = bench_weigh_end(ledger, &weighing);
        struct bench_result out = bench_result("growth", "posito");
        bench_at_text(&out, "grows", grows);
        bench_at(&out, "value", (int64_t)value);
        bench_cell_tell(&cell, &out);
        if (result == 0) {
            bench_got(&out, "start_seconds", weighing.start_seconds);
            bench_weigh_tell(&weighing, transfers, &out);
        }
        bench_result_print(&out);
    }
    bench_ledger_kill(ledger);
    return result;
}

/* ---- ledgers with much behind them ---- */

static int grow_some(
    struct bench_ledger *ledger, struct bench_draw *draw, uint64_t lines)
{
    struct bench_plan plan = bench_plan_empty();
    struct bench_played played;
    bench_plan_batches(
        &plan, ledger, draw, (size_t)(lines + 999) / 1000, 1000);
    struct bench_play play = {.address = ledger->address,
        .plan = &plan,
        .count = plan.count,
        .connections = 4,
        .window = 8};
    int result = bench_play(&play, &played, &ledger->failure);
    bench_plan_free(&plan);
    if (result != 0)
        return -1;
    bench_latency_free(&played.latency);
    return played.refused == 0
               ? 0
               : failure_set(&ledger->failure, "a batch was refused");
}

static void tell_grown(const struct bench_ledger *ledger,
    const struct bench_weighing *weighing, uint64_t before, uint64_t lines,
    double seconds)
{
    struct bench_result out = bench_result("making a long journal", "posito");
    bench_at(&out, "accounts", (int64_t)ledger->members);
    bench_got(&out, "per_second", (double)(lines - before) / seconds);
    bench_got(&out, "seconds", seconds);
    bench_got(&out, "postings", 2 * (double)lines);
    bench_weigh_tell(weighing, lines - before, &out);
    bench_result_print(&out);
}

int bench_grow(struct bench_ledger *ledger, const char *folder,
    uint64_t members, uint64_t wanted, uint64_t seconds, uint64_t *lines)
{
    struct bench_weighing weighing;
    int result = bench_ledger_prepare(ledger, folder, members);
    uint64_t before = 0;
    if (result == 0 && !bench_ledger_note(ledger, MARK, &before))
        before = 0;
    *lines = before;
    if (result != 0 || before >= wanted)
        return result;
    struct bench_draw draw = bench_draw(
        members, randombytes_random(), false);
    int64_t began = bench_now_ns();
    int64_t until = seconds > 0 ? began + (int64_t)seconds * 1000000000
                                : INT64_MAX;
    result = bench_weigh_start(ledger, &weighing, NULL);
    while (result == 0 && *lines < wanted && bench_now_ns() < until) {
        uint64_t some = wanted - *lines < GROW_LINES ? wanted - *lines
                                                     : GROW_LINES;
        some = (some + 999) / 1000 * 1000;
        result = grow_some(ledger, &draw, some);
        if (result == 0)
            result = bench_ledger_take_note(ledger, MARK, *lines += some);
    }
    if (result == 0)
        result = bench_weigh_end(ledger, &weighing);
    if (result == 0)
        tell_grown(ledger, &weighing, before, *lines,
            (double)(bench_now_ns() - began) / 1e9);
    bench_ledger_kill(ledger);
    return result;
}
