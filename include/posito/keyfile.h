/*
 * Key files: the text that keeps a secret key, sealed with a passphrase or
 * (a daemon's log key, a demonstration's) open.
 *
 *     posito-key v1
 *     name la.ana
 *     public BASE64
 *     secret BASE64                           open: the 32-byte seed
 *
 *     posito-key v1
 *     name la.ana
 *     public BASE64
 *     sealed argon2id OPS MEMORY SALT NONCE   numbers decimal, rest base64
 *     secret BASE64                           seed in crypto_secretbox
 *
 * Sealed with Argon2id (crypto_pwhash, MODERATE: about 0.7 s and 256 MiB)
 * and XSalsa20-Poly1305.  Pure: the caller reads and writes the file.
 */
#ifndef POSITO_KEYFILE_H
#define POSITO_KEYFILE_H

#include <posito/note.h>

#define KEYFILE_TEXT_MAX 1024

struct keyfile {
    char name[NOTE_NAME_MAX + 1]; /* a key's ident, or a log's origin */
    struct public_key public_key;
    struct secret_key secret; /* zeros while still sealed */
    bool sealed; /* whether the file has the secret sealed */
};

enum keyfile_verdict {
    KEYFILE_OPEN,
    KEYFILE_NEEDS_PASSPHRASE, /* sealed, and passphrase was NULL */
    KEYFILE_WRONG_PASSPHRASE,
    KEYFILE_MALFORMED,
    KEYFILE_NO_MEMORY /* Argon2id needs 256 MiB */
};

/*
 * passphrase NULL: none at hand; an open file needs none.  The public key
 * must be that of the secret, else the file is MALFORMED.  name, public_key
 * and sealed are filled in with every verdict but MALFORMED.
 */
enum keyfile_verdict keyfile_read(
    struct bytes text, const char *passphrase, struct keyfile *)
    WARN_UNUSED_RESULT;

/* passphrase NULL: leave it open.  0, or -1 if out of memory.  The caller
 * wipes the text of an open file after use. */
int keyfile_write(struct buffer *text, const struct keyfile *,
    const char *passphrase) WARN_UNUSED_RESULT;

/* Overwrite the secret. */
void keyfile_forget(struct keyfile *);

#endif
