/*
 * Journal, state and ledger of a data folder, opened and brought up to
 * date, or founded.
 */
#ifndef POSITO_DAEMON_STORAGE_H
#define POSITO_DAEMON_STORAGE_H

#include "config.h"
#include "folder.h"
#include "page_keeper.h"

#include "../ledger/ledger.h"

struct storage {
    const struct folder *folder; /* borrowed, locked */
    const struct config *config; /* borrowed */
    struct journal *journal;
    struct state *state;
    struct ledger *ledger;
    struct page_keeper keeper;
    struct archive archive;
    struct secret_key *secret; /* the log's, in guarded memory */
    uint64_t covered;          /* entries in the saved state */
    uint64_t replayed;         /* entries decided again at this start */
    uint64_t dropped_bytes;    /* of an unfinished last group */
};

/*
 * Open all; replay what the saved state lacks; found the ledger if there
 * is no journal but a genesis.  0, or -1 with one line that says what is
 * wrong; then nothing is left open.
 */
int storage_open(struct storage *, const struct folder *,
    const struct config *, struct failure *) WARN_UNUSED_RESULT;

/*
 * The end of a clean stop, with everything durable: save the state, and
 * note that it covers the whole journal.
 */
int storage_finish(struct storage *, struct bytes note, struct failure *)
    WARN_UNUSED_RESULT;

void storage_close(struct storage *); /* harmless when zero */

#endif
