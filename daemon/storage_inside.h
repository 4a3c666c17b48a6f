/*
 * What the files of storage share.
 */
#ifndef POSITO_DAEMON_STORAGE_INSIDE_H
#define POSITO_DAEMON_STORAGE_INSIDE_H

#include "storage.h"

/* A founding text: the genesis line, LF, its body. */
struct genesis_text {
    struct buffer text;
    struct bytes line; /* without LF; views into text */
    struct bytes body;
};

/*
 * Read FOLDER/genesis.  *found is false if there is none.  Release with
 * buffer_free(&genesis->text).  0, or -1.
 */
int genesis_read(const struct folder *, struct genesis_text *, bool *found,
    struct failure *) WARN_UNUSED_RESULT;

/* The log's name and key that a genesis line states.  0, or -1: it does
 * not decode, or is of a later version. */
int genesis_log_key(struct bytes line, struct note_key *, struct failure *)
    WARN_UNUSED_RESULT;

/* Decide the genesis, and write and sync the first group. */
int genesis_found(struct storage *, const struct genesis_text *,
    struct failure *) WARN_UNUSED_RESULT;

/*
 * Replay the journal past the state, against what was promised; make it
 * ready for appends.
 */
int recovery_do(struct storage *, const struct note_key *, struct failure *)
    WARN_UNUSED_RESULT;

#endif
