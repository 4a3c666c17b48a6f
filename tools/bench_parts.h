/*
 * Parts of the daemon's work, each alone, so that what is not reached has
 * its measured reason beside it:
 *
 *     state's file  so many records put in order, in one synced transaction,
 *                  into a state's file with two records an account, as a save
 *                  does it (store.h: LMDB and its checksums); keys of 16 and
 *                  values of 100 bytes, about a party's and an account's
 *     random read  of memory with 128 bytes an account, one after the other:
 *                  where each lies is known only when the one before was read
 *     signed text  of the newest entries of a journal: what the client signed
 *                  (the line with its signature, the body), what the ledger
 *                  adds to it (head, effects)
 *
 * Deciding and decoding alone is bench_decide's, an echo bench_floor's.
 */
#ifndef POSITO_TOOLS_BENCH_PARTS_H
#define POSITO_TOOLS_BENCH_PARTS_H

#include <posito/failure.h>

#include <stddef.h>
#include <stdint.h>

/* folder: made and removed.  0, or -1. */
int bench_store(const char *folder, uint64_t accounts, size_t records,
    struct failure *) WARN_UNUSED_RESULT;

/* For so many milliseconds.  0, or -1: out of memory, or no account. */
int bench_random_reads(uint64_t accounts, int each_ms, struct failure *)
    WARN_UNUSED_RESULT;

/* kind: of the transfers in that ledger's journal.  Its daemon does not
 * run.  0, or -1. */
int bench_signed_text(const char *folder, const char *kind,
    struct failure *) WARN_UNUSED_RESULT;

#endif
