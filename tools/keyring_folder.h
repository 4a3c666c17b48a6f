/*
 * A folder of key files, FOLDER/keys/NAME.key.
 */
#ifndef POSITO_TOOLS_KEYRING_FOLDER_H
#define POSITO_TOOLS_KEYRING_FOLDER_H

#include <posito/failure.h>
#include <posito/keyfile.h>

/* Read an open (unsealed) key of the folder.  0, or -1. */
int keyring_folder_open(const char *folder, const char *name,
    struct keyfile *, struct failure *) WARN_UNUSED_RESULT;

#endif
