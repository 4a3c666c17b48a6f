/*
 * The transfers and deposits of a journal, as ledger and hledger read
 * them:
 *
 *     2026-03-02 transfer
 *         us:share:m0000017  USD 0.55
 *         us:share:m0000042  USD -0.55
 */
#ifndef POSITO_TOOLS_BENCH_EXPORT_H
#define POSITO_TOOLS_BENCH_EXPORT_H

#include <posito/failure.h>

#include <stdint.h>
#include <stdio.h>

/* Print all; *count is their number.  0, or -1: the journal does not read,
 * or moves money by other verbs. */
int bench_export(const char *folder, FILE *out, uint64_t *count,
    struct failure *) WARN_UNUSED_RESULT;

#endif
