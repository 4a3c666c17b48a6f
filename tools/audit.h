/*
 * posito-audit's commands.  Each prints what it found and returns what the
 * program exits with: 0 all is well, 1 a fault was found, 2 wrong usage,
 * 3 it could not be done.
 */
#ifndef POSITO_TOOLS_AUDIT_H
#define POSITO_TOOLS_AUDIT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum audit_exit {
    AUDIT_SOUND = 0,
    AUDIT_FAULT = 1,
    AUDIT_USAGE = 2,
    AUDIT_FAILED = 3
};

#define AUDIT_CHECKPOINTS_MAX 8

struct audit_options {
    const char *words[4]; /* after the command */
    size_t word_count;
    const char *ledger; /* id in base64; NULL: any */
    const char *log;    /* verifier key */
    const char *state_folder;
    const char *checkpoints[AUDIT_CHECKPOINTS_MAX]; /* files */
    size_t checkpoint_count;
    unsigned threads;
    uint64_t digest_at;
    bool libsodium; /* checks each signature, and nobody else */
    bool quiet;
};

/* replay FOLDER; invariants: also the ledger's own checker (check). */
enum audit_exit audit_replay(const struct audit_options *, bool invariants);

/* digest FOLDER: of a stopped daemon's state. */
enum audit_exit audit_digest(const struct audit_options *);

/* receipt FILE --log VKEY [--checkpoint FILE] */
enum audit_exit audit_receipt(const struct audit_options *);

/* consistency FILE OLD NEW --log VKEY */
enum audit_exit audit_consistency(const struct audit_options *);

#endif
