/*
 * A cell of a table: something played against the daemon, and what daemon,
 * driver and all others had of the processors meanwhile: what others had is
 * noise.  A weighing: a whole run of the daemon, and what it cost on disk.
 */
#ifndef POSITO_TOOLS_BENCH_CELL_H
#define POSITO_TOOLS_BENCH_CELL_H

#include "bench_play.h"
#include "bench_result.h"

struct bench_cell {
    struct bench_ledger *ledger; /* its daemon runs */
    struct bench_play play;      /* the address is filled in */
    /* So often everything is awaited before more is sent (0: once), each
     * time after play.limit_ms: while batches come without a break the
     * daemon may find no moment to begin a save that is only due by time. */
    unsigned pieces;
    struct bench_played played;
    struct bench_usage before, after;
    int64_t busy_ns; /* of all cores, by whomever */
};

/* 0, or -1 with the reason in ledger->failure. */
int bench_cell_play(struct bench_cell *) WARN_UNUSED_RESULT;

/* Rate, latencies and the daemon's costs; releases the latencies. */
void bench_cell_tell(struct bench_cell *, struct bench_result *);

/*
 * What a run of the daemon wrote.  device_bytes are sectors that the block
 * device below the folder was given between a sync before and a sync after,
 * by whomever: what others write in that time is in them, and so are the
 * file system's journal and tables.  (What the kernel charges to a process
 * counts whole folios of a file's cache, twenty times what is written.)
 */
struct bench_weighing {
    struct bench_size before, after;
    uint64_t device_before;
    double journal_bytes, state_bytes; /* growth */
    double device_bytes;               /* NAN: no such device */
    double start_seconds;              /* from exec to ready */
};

/* Starts the daemon with these options (NULL: none). */
int bench_weigh_start(struct bench_ledger *, struct bench_weighing *,
    const char *const *options) WARN_UNUSED_RESULT;
/* Stops the daemon, whose last changes are saved then. */
int bench_weigh_end(struct bench_ledger *, struct bench_weighing *)
    WARN_UNUSED_RESULT;
/*
 * bytes, journal_bytes, state_bytes and device_bytes for each transfer;
 * amplification: device bytes for each byte that journal and state grew by;
 * journal_mib and state_mib.
 */
void bench_weigh_tell(const struct bench_weighing *, uint64_t transfers,
    struct bench_result *);

#endif
