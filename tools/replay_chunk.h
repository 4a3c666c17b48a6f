/*
 * A chunk of the journal on its way through the auditor: some whole groups,
 * copied; a worker takes them apart and checks every signature; the main
 * thread applies the entries in order.
 */
#ifndef POSITO_TOOLS_REPLAY_CHUNK_H
#define POSITO_TOOLS_REPLAY_CHUNK_H

#include "../ledger/ledger.h"
#include "replay_keys.h"

/* A chunk is full with this many bytes; a longer group is one by itself. */
#define CHUNK_BYTES ((size_t)128 << 10)

struct chunk_entry {
    struct entry entry;
    struct order order;
};

struct chunk_group {
    size_t start;  /* its bytes within the chunk's */
    size_t header; /* bytes of the header line */
    size_t entries_length;
    size_t length;
    uint64_t first;
    uint64_t count;

    /* Found by the worker: */
    size_t entry_count; /* of the chunk's entries, those of this group */
    bool complete; /* all its entries are well-formed */
    enum note_verdict note_verdict;
    struct checkpoint checkpoint;
};

struct chunk {
    /* Filled in by the main thread: */
    struct buffer bytes;
    struct chunk_group *groups;
    size_t group_count;
    size_t group_capacity;
    struct replay_keys *keys;

    /* Filled in by the worker: */
    struct chunk_entry *entries;
    size_t entry_count;
    size_t entry_capacity;
    uint64_t signatures; /* checked, orders' and the log's */
    bool out_of_memory;
    struct failure fault; /* of the entry after the last one; or none */

    bool checked; /* guarded by the pool's lock */
};

/* What all chunks are checked against. */
struct chunk_rules {
    struct note_key log_key;
    struct hash ledger;
    const struct signature_checker *checker; /* of orders; NULL: libsodium */
};

struct chunk *chunk_new(void);   /* NULL: out of memory */
void chunk_free(struct chunk *); /* NULL is harmless */

/* The keys to check with; takes a reference. */
void chunk_set_keys(struct chunk *, struct replay_keys *);

/* Copy a group; false: out of memory. */
bool chunk_add(struct chunk *, const struct group *) WARN_UNUSED_RESULT;

/*
 * The worker's part: split the groups into entries, check numbers, the
 * log's signature on each note, and every order's signature with the chunk's
 * keys.  Stops at the first malformed entry.
 */
void chunk_check(struct chunk *, const struct chunk_rules *);

#endif
