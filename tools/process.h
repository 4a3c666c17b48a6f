/*
 * Starting other programs and waiting for them, bounded in time.
 */
#ifndef POSITO_TOOLS_PROCESS_H
#define POSITO_TOOLS_PROCESS_H

#include <posito/bytes.h>
#include <posito/failure.h>

#include <sys/types.h>

/* argv[0] is the program's path; the last element is NULL.  log: path of a
 * file that gets its output, or NULL to share ours.  0, or -1. */
int process_start(pid_t *, const char *const argv[], const char *log,
    struct failure *) WARN_UNUSED_RESULT;

/* Wait for it.  *code is its exit code, or 128 + the signal that ended it.
 * 0, or -1 if it did not end in time (it goes on). */
int process_wait(pid_t, int timeout_ms, int *code, struct failure *)
    WARN_UNUSED_RESULT;

/* True if it has ended meanwhile (and was reaped). */
bool process_ended(pid_t, int *code);

/* Run to its end.  out, if not NULL, collects its standard output. */
int process_run(const char *const argv[], struct buffer *out, int *code,
    struct failure *) WARN_UNUSED_RESULT;

#endif
