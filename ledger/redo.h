/*
 * The redo file: what a save is about to write to LMDB.
 *
 * A disk that is told to make a large transaction durable answers nobody
 * else meanwhile, not even the journal's few bytes.  So a large save goes
 * to LMDB in small transactions with rests between them; and that it is all
 * or nothing all the same, everything it writes is in this file first, made
 * durable in small pieces too.  Each small transaction names the file's
 * mark, the last one names none.  Whoever opens a state that names a mark
 * writes the whole file to it once more, which changes nothing twice: a
 * record has the same value however often it is written.
 *
 * The layout is in FORMAT.md, "A save in parts".
 */
#ifndef POSITO_LEDGER_REDO_H
#define POSITO_LEDGER_REDO_H

#include "pace.h"
#include "state.h"

/* ---- writing ---- */

struct redo;

/* Begin the folder's redo file anew; what it said before is gone.  After
 * each piece rest is called with the time that the disk was busy with it; it
 * and the pace may be NULL.  NULL: failed. */
typedef void redo_rest(void *context, int64_t busy_us);
struct redo *redo_begin(const char *folder, const struct pace *, redo_rest *,
    void *context, struct failure *);

/* Sticky: a failure shows at the end.  A deleted record has no value. */
void redo_put(struct redo *, enum table, struct bytes key, struct bytes value);
void redo_delete(struct redo *, enum table, struct bytes key);

/* 0: it is durable, and *mark, not 0, stands for just these records.  Frees
 * the redo in both cases. */
int redo_end(struct redo *, uint64_t *mark, struct failure *)
    WARN_UNUSED_RESULT;

/* It is needed no more. */
int redo_clear(const char *folder, struct failure *) WARN_UNUSED_RESULT;

/* ---- reading ---- */

/* One of its records; value NULL: deleted. */
typedef void redo_each(void *context, enum table, struct bytes key,
    const struct bytes *value);

/* Read the file with that mark, which is checked whole before the first
 * record is shown.  0, or -1: there is none, or it is not what was
 * written. */
int redo_read(const char *folder, uint64_t mark, redo_each *, void *context,
    struct failure *) WARN_UNUSED_RESULT;

#endif
