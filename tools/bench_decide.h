/*
 * Deciding alone: batches of transfers in this process, with no socket, no
 * journal and no second thread.  What it counts is the main thread's work
 * in the daemon, and all that a replay does beside decoding.
 */
#ifndef POSITO_TOOLS_BENCH_DECIDE_H
#define POSITO_TOOLS_BENCH_DECIDE_H

#include <posito/failure.h>

#include <stddef.h>
#include <stdint.h>

/*
 * Found a ledger with so many members in a folder that is empty or not
 * there, decide `batches` batches of `lines` transfers between members
 * drawn evenly, and print what processor time the hash of a body, decoding
 * it and deciding it took, each alone and a line, which others on the machine do not change as much as the clock.  The state
 * is saved after enrolment and after half of the batches, which is not
 * timed.  0, or -1.
 */
int bench_decide(const char *folder, uint64_t members, size_t batches,
    size_t lines, struct failure *) WARN_UNUSED_RESULT;

#endif
