/*
 * The folder of a store: made beside its final name, then renamed, so that
 * a power cut leaves the whole folder or none.
 */
#ifndef POSITO_LEDGER_STORE_FOLDER_H
#define POSITO_LEDGER_STORE_FOLDER_H

#include <posito/failure.h>

#include <limits.h>
#include <stdbool.h>

#define STORE_FILE "data.mdb"
#define STORE_LOCK_FILE "lock.mdb"
#define STORE_REDO_FILE "data.redo"

enum store_folder {
    STORE_FOLDER_FAILED = -1,
    STORE_FOLDER_TO_MAKE, /* not there, or an empty folder */
    STORE_FOLDER_MADE     /* holds data.mdb */
};

/* A folder that holds other things but no data.mdb is refused. */
enum store_folder store_folder_look(const char *folder, struct failure *)
    WARN_UNUSED_RESULT;

/* Remove what a power cut left of folders in the making: the siblings named
 * folder.new-XXXXXX.  0, or -1. */
int store_folder_clear(const char *folder, struct failure *)
    WARN_UNUSED_RESULT;

/* Make an empty folder to fill; its path is written to fresh. */
int store_folder_begin(const char *folder, char fresh[PATH_MAX],
    struct failure *) WARN_UNUSED_RESULT;

/* Sync the filled folder (unless the state is temporary), give it its name
 * and sync that. */
int store_folder_finish(const char *folder, const char *fresh, bool sync,
    struct failure *) WARN_UNUSED_RESULT;

/* Remove a store's files and the folder.  0, or -1. */
int store_folder_remove(const char *folder, struct failure *);

/* The path of a file in the folder; -1 if it is too long. */
int store_folder_path(char path[PATH_MAX], const char *folder,
    const char *name, struct failure *) WARN_UNUSED_RESULT;

#endif
