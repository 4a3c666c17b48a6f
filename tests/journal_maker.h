/*
 * Valid journals made of lines that nobody signed: enough for everything
 * that looks at entries, groups and files but not at what lines say.
 * Deterministic: the same calls give the same bytes.
 */
#ifndef POSITO_TESTS_JOURNAL_MAKER_H
#define POSITO_TESTS_JOURNAL_MAKER_H

#include "../ledger/journal.h"

struct journal_maker {
    struct note_key key; /* of the log; its secret follows from the origin */
    struct secret_key secret;
    struct merkle tree; /* of the groups made so far */
};

/* Aborts if the origin is not a note name. */
void journal_maker_start(struct journal_maker *, const char *origin);

/*
 * Append a whole group of count entries to out: deposits; every 3rd entry
 * a capture with effects, every 5th a batch with a body, and the last one
 * padded, if need be, until the group has at least `bytes` bytes.
 */
void journal_maker_group(struct journal_maker *, uint64_t count,
    size_t bytes, struct buffer *out);

/* A new folder under $TMPDIR or /tmp; aborts if there can be none. */
#define MAKER_PATH_MAX 256
void maker_folder(char path[MAKER_PATH_MAX]);

/* Remove the files of a folder, and it. */
void maker_remove_folder(const char *path);
void maker_empty_folder(const char *path);

/* Whole files; abort if they cannot be read or written. */
void maker_read_file(const char *folder, const char *name, struct buffer *);
void maker_write_file(const char *folder, const char *name, struct bytes);

/* A generator with a fixed seed: splitmix64. */
uint64_t maker_random(uint64_t *state);

#endif
