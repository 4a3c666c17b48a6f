/*
 * The auditor's replay: from a journal alone, without daemon and network,
 * to the state, with everything checked.
 *
 *     main thread                            workers
 *     reads groups, copies chunks  ------->  split into entries; numbers;
 *     applies entries in order:    <-------  signatures, proofs, bodies;
 *     permissions, balances,                 the log's note of each group
 *     effects, bytes, tree root
 *
 * What is trusted: nothing but the id of the ledger, if it is pinned, and
 * the checkpoints that are given.  Without a pin the journal is consistent
 * in itself; that it is the right one is for the reader of its id to say.
 *
 * The workers check signatures with the keys that the journal has named so
 * far, as protocol/checker.h says.  Where another key turns out to be in
 * force, the main thread checks again.
 */
#ifndef POSITO_TOOLS_REPLAY_H
#define POSITO_TOOLS_REPLAY_H

#include "../ledger/ledger.h"
#include "replay_seals.h"

/* Checkpoints one may hold the journal against. */
#define REPLAY_PINS_MAX 16

struct replay_progress {
    uint64_t entries;
    uint64_t signatures;
    uint64_t bytes;       /* of the journal, read so far */
    uint64_t total_bytes; /* 0: not known */
};

struct replay_options {
    const char *folder;       /* the journal's */
    const char *state_folder; /* where the state is rebuilt; NULL: in a
                                 temporary folder that is removed */
    unsigned threads;         /* that check signatures; 0: a core each */
    bool libsodium; /* each signature by it alone: protocol/checker.h */
    const struct hash *ledger; /* the id it must have; NULL: any */

    /* Signed checkpoints that the journal must reach and agree with. */
    struct {
        const char *name; /* for the message */
        struct bytes note;
    } pins[REPLAY_PINS_MAX];
    size_t pin_count;

    uint64_t digest_at; /* also the digest after this many entries; 0: none */

    /* Called now and then on the calling thread; NULL: not. */
    void (*progress)(void *context, const struct replay_progress *);
    void *context;
};

struct replay;

/*
 * Read and check all of it.  0, or -1 with the first fault in *failure:
 * "entry 17: the signature by la.ana does not fit the line".  *out is set
 * either way (NULL if it could not begin) and is closed by the caller.
 */
int replay_run(struct replay **out, const struct replay_options *,
    struct failure *) WARN_UNUSED_RESULT;
void replay_close(struct replay *); /* NULL is harmless */

struct replay_result {
    uint64_t entries;
    uint64_t groups;
    uint64_t signatures;
    uint64_t by_libsodium; /* of these: the others by key_multiples.h alone */
    uint64_t bytes;
    struct replay_seals_found seals; /* signed digests of the state */
    struct hash root;
    struct hash digest;         /* of the state at the end */
    bool has_digest_at;         /* a group ended there */
    struct hash digest_at;
};

const struct replay_result *replay_result(const struct replay *);

/* The rebuilt ledger and its state; NULL before genesis. */
struct ledger *replay_ledger(struct replay *);
struct state *replay_state(struct replay *);

#endif
