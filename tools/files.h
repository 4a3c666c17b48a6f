/*
 * Whole small files.
 */
#ifndef POSITO_TOOLS_FILES_H
#define POSITO_TOOLS_FILES_H

#include <posito/bytes.h>
#include <posito/failure.h>

#include <sys/types.h>

/* Append the file's bytes, at most limit of them; more is a failure.
 * path "-" is the standard input. */
int files_read(const char *path, size_t limit, struct buffer *out,
    struct failure *) WARN_UNUSED_RESULT;

/*
 * Make a new file and sync it.  A file that is there already is a failure
 * and stays as it is; a file that could not be written whole is removed.
 */
int files_create(const char *path, mode_t mode, struct bytes,
    struct failure *) WARN_UNUSED_RESULT;

bool files_exists(const char *path);

/* Make the folder, and those above it, unless they are there. */
int files_make_folder(const char *path, mode_t mode, struct failure *)
    WARN_UNUSED_RESULT;

/* Remove a folder of ours with everything in it. */
void files_remove_folder(const char *path);

/* folder/name into path; false if it does not fit. */
bool files_join(char *path, size_t size, const char *folder,
    const char *name) WARN_UNUSED_RESULT;

#endif
