/*
 * Small whole files, read bounded and replaced so that a crash leaves the
 * old contents or the new ones, never a mixture.
 */
#ifndef POSITO_DAEMON_TEXTFILE_H
#define POSITO_DAEMON_TEXTFILE_H

#include <posito/bytes.h>
#include <posito/failure.h>

/* Append the file to out; at most limit bytes.  *found is false, and that
 * is no failure, if there is none.  0, or -1. */
int textfile_read(const char *path, size_t limit, struct buffer *out,
    bool *found, struct failure *) WARN_UNUSED_RESULT;

/* Write folder/name through a temporary file: synced, renamed, and the
 * folder synced.  Any thread, but one at a time for each name. */
int textfile_replace(const char *folder, const char *name, struct bytes,
    struct failure *) WARN_UNUSED_RESULT;

/* Remove folder/name, if it is there, and sync the folder. */
int textfile_remove(const char *folder, const char *name, struct failure *)
    WARN_UNUSED_RESULT;

#endif
