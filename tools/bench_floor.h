/*
 * The floor: what the machine does when nobody keeps a ledger.  Everything
 * else is measured against these.
 *
 *     verify      crypto_sign_verify_detached of a line of 200 bytes, by
 *                 so many threads; us is the processor's time for one,
 *                 which a busy machine does not lengthen much
 *     leaf        the hash of a leaf of 200 bytes, one thread
 *     echo        a line of 200 bytes to another thread over the loopback
 *                 and 64 bytes back, one at a time
 *     fdatasync   of an overwrite of so many bytes of blocks that were
 *                 written with zeros before, in the folder's file system
 */
#ifndef POSITO_TOOLS_BENCH_FLOOR_H
#define POSITO_TOOLS_BENCH_FLOOR_H

#include <posito/failure.h>

#include <stddef.h>

/* Measure each for so many milliseconds and print the results.  folder
 * is where a file of 16 MiB may be made and removed.  0, or -1. */
int bench_floor(const char *folder, int each_ms, struct failure *)
    WARN_UNUSED_RESULT;

/* A file of zeros in the folder, without a name, synced: to be overwritten.
 * Its descriptor, or -1. */
#define BENCH_ZEROS_BYTES ((size_t)16 << 20)
int bench_zeros_open(const char *folder, struct failure *)
    WARN_UNUSED_RESULT;

#endif
