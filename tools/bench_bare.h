/*
 * The bare server: what a line costs that is verified and made durable
 * before it is answered, when nobody keeps a ledger.  No accounts, no rules,
 * no journal to read again: for each line of 200 bytes, one signature of such
 * a line is verified, the line is written and synced together with all that
 * wait, and 64 bytes go back.  A thread a processor reads and verifies, each
 * its share of the connections; one more writes, syncs and answers.  The
 * driver is the one our daemon has.
 *
 * So this is the floor for clients who each wait for their answer: raw
 * verification and fdatasync leave out what the system takes for sockets,
 * threads and disk.
 */
#ifndef POSITO_TOOLS_BENCH_BARE_H
#define POSITO_TOOLS_BENCH_BARE_H

#include <posito/failure.h>

/* Measure it for so many milliseconds and print the result.  folder is where
 * a file of 16 MiB may be made and removed.  0, or -1. */
int bench_bare(const char *folder, unsigned connections, int each_ms,
    struct failure *) WARN_UNUSED_RESULT;

#endif
