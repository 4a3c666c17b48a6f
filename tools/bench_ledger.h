/*
 * A ledger to measure: founded in a folder, its members enrolled with
 * 100,000.00 each, kept for the next run; and the daemon that serves it,
 * with what it takes of the machine.
 */
#ifndef POSITO_TOOLS_BENCH_LEDGER_H
#define POSITO_TOOLS_BENCH_LEDGER_H

#include <posito/failure.h>
#include <posito/keyfile.h>

#include <sys/types.h>

#define BENCH_TELLERS 4

struct bench_ledger {
    char folder[4000];
    char address[64];
    uint64_t members;
    pid_t daemon; /* 0: not running */
    struct hash id;
    struct keyfile tellers[BENCH_TELLERS];
    struct failure failure;
};

/*
 * Found and enrol, unless that was done before to the end; where a run for
 * as many members was interrupted, this one goes on (and the members of its
 * last step may have twice the money).  The daemon does not run afterwards.
 * 0, or -1.
 */
int bench_ledger_prepare(struct bench_ledger *, const char *folder,
    uint64_t members) WARN_UNUSED_RESULT;

/* Open one that was prepared, whatever its size. */
int bench_ledger_open(struct bench_ledger *, const char *folder)
    WARN_UNUSED_RESULT;

/*
 * Start positod on a free port of the loopback.  options: "name=value" up
 * to NULL, or NULL.  The daemon ends with this program, whatever ends it.
 */
int bench_ledger_start(struct bench_ledger *, const char *const *options)
    WARN_UNUSED_RESULT;
/* Wait, for 90 s at most, until it has read ahead what it reads ahead after
 * a start: a server that has been up for a minute is what is measured. */
void bench_ledger_settle(struct bench_ledger *);

/* Wait until its memory is the same for a fifth of a second: pages are made
 * ready and given back in the background.  At most two seconds. */
void bench_ledger_steady(struct bench_ledger *);
/* SIGTERM and wait for the clean end. */
int bench_ledger_stop(struct bench_ledger *) WARN_UNUSED_RESULT;
/* SIGKILL and reap; harmless when it does not run. */
void bench_ledger_kill(struct bench_ledger *);

/*
 * Have the system read the state's file, so that a measurement does not
 * begin with what the last one, or whoever used the memory since, left of
 * it.  A state that is larger than the memory stays cold.
 */
int bench_ledger_warm(struct bench_ledger *) WARN_UNUSED_RESULT;

/* A number kept in a file of that name in its folder.  False: none. */
bool bench_ledger_note(const struct bench_ledger *, const char *name,
    uint64_t *number);
int bench_ledger_take_note(struct bench_ledger *, const char *name,
    uint64_t number) WARN_UNUSED_RESULT;

/* ---- what it takes ---- */

struct bench_usage {
    int64_t cpu_ns;        /* of all its threads, user and system */
    uint64_t memory_bytes; /* resident and its own: not of mapped files */
    uint64_t resident_bytes;
};
int bench_ledger_usage(struct bench_ledger *, struct bench_usage *)
    WARN_UNUSED_RESULT;

struct bench_size {
    uint64_t journal_bytes; /* used, without what is allocated ahead */
    uint64_t state_bytes;   /* of the state's pages that hold records */
    uint64_t state_file_bytes; /* of its file: free pages too */
};
/* Of a ledger whose daemon does not run. */
int bench_ledger_size(struct bench_ledger *, struct bench_size *)
    WARN_UNUSED_RESULT;

/* Have the system write what it keeps back of the folder's file system. */
void bench_ledger_sync(const struct bench_ledger *);
/* Bytes written so far to the block device that the folder lies on, by all.
 * False if it lies on none (an overlay, a memory file system). */
bool bench_ledger_device(const struct bench_ledger *, uint64_t *bytes);

#endif
