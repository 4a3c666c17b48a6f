/*
 * Records on disk, by table and key: LMDB, with what it lacks.
 *
 *   - a checksum in every value, so that rot is a failure, not an answer;
 *   - a look at the neighbours before a record is said to be absent;
 *   - the number of records and the sum of their checksums, kept by every
 *     write and compared by every walk over everything;
 *   - creation that survives a power cut at any moment.
 *
 * The layout is in FORMAT.md, "The state".  This is the only module that
 * includes lmdb.h.  One open store per folder and process; not after fork.
 *
 * Threads: store_write_* may run in one thread while another one reads.
 */
#ifndef POSITO_LEDGER_STORE_H
#define POSITO_LEDGER_STORE_H

#include "state.h"

/* Of the layout of all records, the kernel's too.  Another number: folders of
 * the old one are refused, and made again from the journal. */
#define STORE_FORMAT 5U

struct store;

/* As state_open.  The options' folder is copied. */
int store_open(struct store **, const struct state_options *,
    struct failure *) WARN_UNUSED_RESULT;

/* Removes the folder if it was temporary.  NULL is harmless. */
void store_close(struct store *);

enum store_result { STORE_FAILED = -1, STORE_NONE, STORE_FOUND };

/*
 * Read as of the last store_renew (or open).  *value is valid until the
 * next renew.  The key has 1 to STATE_KEY_MAX bytes.
 */
enum store_result store_get(struct store *, enum table, struct bytes key,
    struct bytes *value, struct failure *) WARN_UNUSED_RESULT;

struct store_record {
    enum table table;
    struct bytes key;
    struct bytes value;
};

/*
 * The records of the table behind that key, in order, at most so many; from
 * the table's first one on if the key is empty.  How many, or -1; less than
 * most at the table's end.  Views as of store_get.
 */
int store_read_on(struct store *, enum table, struct bytes after,
    struct store_record *, int most, struct failure *) WARN_UNUSED_RESULT;

/* See what was written meanwhile.  0, or -1. */
int store_renew(struct store *, struct failure *) WARN_UNUSED_RESULT;

/* ---- walks, in order of table and key ---- */

/*
 * A walk sees the store as it was at open, for as long as it lives; views
 * live until close.  It keeps the pages it sees from being used again, so
 * its life should be short.  NULL: failed.
 */
struct store_walk;
struct store_walk *store_walk_open(
    struct store *, enum table, struct bytes prefix, struct failure *);

/*
 * Over every record.  Before STORE_NONE at its end, count and sum of what
 * was seen are compared with those kept.
 */
struct store_walk *store_walk_open_all(struct store *, struct failure *);

enum store_result store_walk_next(struct store_walk *,
    struct store_record *, struct failure *) WARN_UNUSED_RESULT;
void store_walk_close(struct store_walk *); /* NULL is harmless */

/* ---- writing: one transaction ---- */

/*
 * Sticky: after the first failure nothing more is written and the commit
 * fails with the first reason.  A failed commit is not repeated: from then
 * on every write to this store fails, for what is on disk is not known.
 */
struct store_write;
struct store_write *store_write_open(
    struct store *, struct failure *); /* NULL: failed */
void store_write_put(
    struct store_write *, enum table, struct bytes key, struct bytes value);
void store_write_delete(struct store_write *, enum table, struct bytes key);

/* It is a part of a larger write, or the last one if mark is 0: redo.h. */
void store_write_name_redo(struct store_write *, uint64_t mark);

/* 0: written and synced.  -1: failed.  Frees the write in both cases. */
int store_write_commit(struct store_write *, struct failure *)
    WARN_UNUSED_RESULT;

/* Nothing was written.  Frees the write; NULL is harmless. */
void store_write_abort(struct store_write *);

/* What a write says; after a commit, what the next reader will see. */
struct store_totals {
    uint64_t transaction; /* LMDB's number of the write, from 1 on */
    uint64_t records;
    uint64_t sum; /* of the records' checksums, modulo 2^64 */
    uint64_t redo; /* mark of the redo file that has the rest; 0: whole */
};

/* As they were given to open. */
const char *store_folder(const struct store *);
bool store_is_temporary(const struct store *);

/* As of the last renew. */
struct store_totals store_totals(const struct store *);

/* Bytes of pages the file had at the last renew; of those that held records
 * (the rest is free, for what is written next); of each. */
uint64_t store_pages_bytes(const struct store *);
uint64_t store_used_bytes(const struct store *);
uint64_t store_page_bytes(const struct store *);

/* Memory for changed pages that a write has at most: with more than this
 * LMDB writes some of them before the commit. */
uint64_t store_write_bytes_most(const struct store *);

#endif
