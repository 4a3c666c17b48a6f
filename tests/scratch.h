/*
 * A folder for a test that goes away again.
 */
#ifndef POSITO_TESTS_SCRATCH_H
#define POSITO_TESTS_SCRATCH_H

#include <limits.h>

/* A new folder under $TMPDIR or /tmp; fails the test if there is none. */
void scratch_make(char path[PATH_MAX]);

/* Remove it with all that is in it. */
void scratch_remove(const char *path);

/* path/name, in a buffer of PATH_MAX bytes. */
void scratch_join(char out[PATH_MAX], const char *path, const char *name);

#endif
