#include "bench_cell.h"

#include <math.h>

/* Add a piece to what was played before it. */
static void add_piece(
    struct bench_played *all, struct bench_played *piece)
{
    for (size_t i = 0; i < piece->latency.count; i++)
        bench_latency_add(&all->latency, piece->latency.list[i]);
    bench_latency_free(&piece->latency);
    all->requests += piece->requests;
    all->units += piece->units;
    all->refused += piece->refused;
    all->driver_ns += piece->driver_ns;
}

static int play_pieces(struct bench_cell *cell)
{
    struct failure *failure = &cell->ledger->failure;
    struct bench_play play = cell->play;
    int64_t began = bench_now_ns();
    for (unsigned i = 0; i < (cell->pieces > 0 ? cell->pieces : 1); i++) {
        struct bench_played piece;
        if (bench_play(&play, &piece, failure) != 0) {
            bench_latency_free(&cell->played.latency);
            return -1;
        }
        play.first += piece.requests;
        play.count -= piece.requests;
        add_piece(&cell->played, &piece);
        /* Connecting for the first piece is not counted, as ever. */
        if (i == 0)
            began = bench_now_ns() - piece.took_ns;
    }
    cell->played.took_ns = bench_now_ns() - began;
    return 0;
}

int bench_cell_play(struct bench_cell *cell)
{
    cell->play.address = cell->ledger->address;
    cell->played = (struct bench_played){0};
    cell->busy_ns = bench_busy_ns();
    if (bench_ledger_usage(cell->ledger, &cell->before) != 0 ||
        play_pieces(cell) != 0)
        return -1;
    if (bench_ledger_usage(cell->ledger, &cell->after) != 0) {
        bench_latency_free(&cell->played.latency);
        return -1;
    }
    cell->busy_ns = bench_busy_ns() - cell->busy_ns;
    return 0;
}

void bench_cell_tell(struct bench_cell *cell, struct bench_result *result)
{
    struct bench_played *played = &cell->played;
    double took = (double)played->took_ns;
    double units = played->units > 0 ? (double)played->units : 1;
    double daemon = (double)(cell->after.cpu_ns - cell->before.cpu_ns);
    bench_got(result, "per_second", (double)played->units * 1e9 / took);
    bench_latency_tell(&played->latency, result);
    bench_got(result, "refused", (double)played->refused);
    bench_got(result, "cpu_us", daemon / 1e3 / units);
    bench_got(result, "daemon_cores", daemon / took);
    bench_got(result, "driver_cores", (double)played->driver_ns / took);
    bench_got(result, "others_cores",
        ((double)cell->busy_ns - daemon - (double)played->driver_ns) / took);
    bench_got(result, "memory_mib",
        (double)cell->after.memory_bytes / (1 << 20));
    bench_got(result, "resident_mib",
        (double)cell->after.resident_bytes / (1 << 20));
    bench_latency_free(&played->latency);
}

/* ---- the disk ---- */

int bench_weigh_start(struct bench_ledger *ledger,
    struct bench_weighing *weighing, const char *const *options)
{
    *weighing = (struct bench_weighing){.device_bytes = (double)NAN};
    if (bench_ledger_size(ledger, &weighing->before) != 0)
        return -1;
    bench_ledger_sync(ledger);
    if (!bench_ledger_device(ledger, &weighing->device_before))
        weighing->device_before = UINT64_MAX;
    int64_t began = bench_now_ns();
    if (bench_ledger_start(ledger, options) != 0)
        return -1;
    weighing->start_seconds = (double)(bench_now_ns() - began) / 1e9;
    bench_ledger_settle(ledger);
    return 0;
}

int bench_weigh_end(
    struct bench_ledger *ledger, struct bench_weighing *weighing)
{
    uint64_t device;
    if (bench_ledger_stop(ledger) != 0)
        return -1;
    bench_ledger_sync(ledger);
    if (bench_ledger_device(ledger, &device) &&
        weighing->device_before != UINT64_MAX)
        weighing->device_bytes = (double)(device - weighing->device_before);
    if (bench_ledger_size(ledger, &weighing->after) != 0)
        return -1;
    weighing->journal_bytes = (double)weighing->after.journal_bytes -
                              (double)weighing->before.journal_bytes;
    weighing->state_bytes = (double)weighing->after.state_bytes -
                            (double)weighing->before.state_bytes;
    return 0;
}

void bench_weigh_tell(const struct bench_weighing *weighing,
    uint64_t transfers, struct bench_result *out)
{
    double count = transfers > 0 ? (double)transfers : 1;
    double grown = weighing->journal_bytes +
                   (weighing->state_bytes > 0 ? weighing->state_bytes : 0);
    bench_got(out, "journal_bytes", weighing->journal_bytes / count);
    bench_got(out, "state_bytes", weighing->state_bytes / count);
    bench_got(out, "bytes",
        (weighing->journal_bytes + weighing->state_bytes) / count);
    bench_got(out, "device_bytes", weighing->device_bytes / count);
    bench_got(out, "amplification", weighing->device_bytes / grown);
    bench_got(out, "journal_mib",
        (double)weighing->after.journal_bytes / (1 << 20));
    bench_got(out, "state_mib",
        (double)weighing->after.state_file_bytes / (1 << 20));
}
