/*
 * Key files on the disk and passphrases from the terminal.
 */
#ifndef POSITO_TOOLS_KEYSTORE_H
#define POSITO_TOOLS_KEYSTORE_H

#include <posito/failure.h>
#include <posito/ident.h>
#include <posito/keyfile.h>
#include <posito/status.h>

#define PASSPHRASE_MAX 1023 /* bytes */

/* Where a passphrase comes from. */
struct passphrase_source {
    const char *file; /* its first line; NULL or "": ask on the terminal */
    bool none;        /* leave new keys open */
    enum language language;
};

/*
 * Read a key file; if it is sealed, get the passphrase (three tries on a
 * terminal).  0, or -1.  Forget it with keyfile_forget.
 */
int keystore_open(const char *path, const struct passphrase_source *,
    struct keyfile *, struct failure *) WARN_UNUSED_RESULT;

/* A fresh key.  name: an ident, or a log's origin. */
void keystore_generate(struct keyfile *, struct bytes name);

/*
 * Write a key to a new file that only its owner can read.  The passphrase
 * is asked twice on a terminal.  An existing file is never overwritten.
 */
int keystore_create(const char *path, const struct keyfile *,
    const struct passphrase_source *, struct failure *) WARN_UNUSED_RESULT;

#endif
