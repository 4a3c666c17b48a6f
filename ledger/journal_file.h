/*
 * Files of the journal: the few calls that change the disk, behind an
 * interface so that a test can fail or record each of them, and a reader
 * with a bounded window.
 *
 * No call is tried a second time after an error but a write that EINTR
 * stopped before its first byte; a short write is continued.  In
 * particular a failed sync is final: the kernel may have dropped the pages
 * and would say yes the next time.
 */
#ifndef POSITO_LEDGER_JOURNAL_FILE_H
#define POSITO_LEDGER_JOURNAL_FILE_H

#include "pace.h"

#include <posito/bytes.h>
#include <posito/failure.h>

#include <sys/types.h>

/* Each returns -1 with errno set if it failed. */
struct journal_calls {
    void *context;
    /* A descriptor for reading and writing; create: a new file. */
    int (*open)(void *context, int folder, const char *name, bool create);
    ssize_t (*write)(void *context, int file, const void *data,
        size_t length, uint64_t offset);
    int (*sync)(void *context, int file);      /* data and size */
    int (*sync_data)(void *context, int file); /* data of written blocks */
    int (*rename)(
        void *context, int folder, const char *from, const char *to);
    int (*remove)(void *context, int folder, const char *name);
    int (*sync_folder)(void *context, int folder);
};

const struct journal_calls *journal_file_system(void);

/* All below: 0, or -1 with *failure set; name is for its text. */

int journal_file_write(const struct journal_calls *, int file,
    const char *name, struct bytes data, uint64_t offset, struct failure *)
    WARN_UNUSED_RESULT;

/* Zeros from offset up to size, synced bit by bit on the way so that other
 * syncs do not wait long behind this one; with a pace they also have the
 * disk for themselves half of the time.  pacing may be NULL. */
int journal_file_zero(const struct journal_calls *, int file,
    const char *name, uint64_t offset, uint64_t size, struct pacing *,
    struct failure *)
    WARN_UNUSED_RESULT;

int journal_file_sync(const struct journal_calls *, int file,
    const char *name, struct failure *) WARN_UNUSED_RESULT;

/* Rename within the folder and sync the folder. */
int journal_file_move(const struct journal_calls *, int folder,
    const char *from, const char *to, struct failure *) WARN_UNUSED_RESULT;

/* ---- reading ---- */

struct journal_reader {
    bool open;
    int file;
    char name[32];
    uint64_t size;  /* of the file */
    uint64_t start; /* offset of the window */
    uint8_t *data;
    size_t length;
    size_t capacity;
};

/* Harmless on a zeroed reader; a reader is closed before it is opened
 * again, but keeps its memory until journal_reader_free. */
int journal_reader_open(struct journal_reader *, int folder,
    const char *name, struct failure *) WARN_UNUSED_RESULT;
void journal_reader_close(struct journal_reader *);
void journal_reader_free(struct journal_reader *);

/*
 * View of length bytes at offset, or of those there are up to limit (at
 * most the file's size).  At least `ahead` bytes are read at once when the
 * window has to move.  The view lives until the next call.
 */
int journal_reader_view(struct journal_reader *, uint64_t offset,
    size_t length, size_t ahead, uint64_t limit, struct bytes *,
    struct failure *) WARN_UNUSED_RESULT;

/* The first byte from offset on that is not zero, or limit. */
int journal_reader_skip_zeros(struct journal_reader *, uint64_t offset,
    uint64_t limit, uint64_t *found, struct failure *) WARN_UNUSED_RESULT;

/* The end of the last byte before limit that is not zero, not below
 * offset. */
int journal_reader_trim_zeros(struct journal_reader *, uint64_t offset,
    uint64_t limit, uint64_t *found, struct failure *) WARN_UNUSED_RESULT;

#endif
