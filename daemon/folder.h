/*
 * The data folder.
 *
 *     journal/       segments: the truth
 *     state/         LMDB: can be rebuilt from the journal
 *     log.key        key that signs checkpoints; mode 0600 or 0400
 *     genesis        founding line and its body; read once
 *     positod.conf   options; may be missing
 *     checkpoint     newest checkpoint that was announced: a journal
 *                    shorter than this is not the one we served
 *     stopped        the checkpoint of a clean stop; gone while it runs
 *     lock           held with flock while it runs; has its process id
 *     port           where it listens; gone when it does not
 *     positod.log    the log of a daemon in the background
 */
#ifndef POSITO_DAEMON_FOLDER_H
#define POSITO_DAEMON_FOLDER_H

#include <posito/failure.h>
#include <posito/keyfile.h>

#include <limits.h>

struct folder {
    char path[PATH_MAX]; /* absolute, without a slash at its end */
    int lock;            /* -1: not held */
};

/* 0, or -1: not there, not a folder, not ours to enter. */
int folder_open(struct folder *, const char *path, struct failure *)
    WARN_UNUSED_RESULT;

/* At most one daemon a folder.  0, or -1: another one holds it. */
int folder_lock(struct folder *, struct failure *) WARN_UNUSED_RESULT;

/* Also gives the lock back. */
void folder_close(struct folder *);

/* path/name into out, cut if it is too long, which open then refuses. */
struct folder_path {
    char text[PATH_MAX + 64];
};
struct folder_path folder_file(const struct folder *, const char *name);

/*
 * Read log.key.  0, or -1: missing, readable to others, sealed, or not a
 * key.  The caller calls keyfile_forget.
 */
int folder_log_key(const struct folder *, struct keyfile *, struct failure *)
    WARN_UNUSED_RESULT;

/* Bytes that may still be written.  0, or -1. */
int folder_free_bytes(const struct folder *, uint64_t *, struct failure *)
    WARN_UNUSED_RESULT;

#endif
