/*
 * What the files of the journal share.  Only ledger/journal*.c include it.
 */
#ifndef POSITO_LEDGER_JOURNAL_INSIDE_H
#define POSITO_LEDGER_JOURNAL_INSIDE_H

#include "journal.h"
#include "journal_file.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- framing: journal_group.c ---- */

/* "group FIRST COUNT BYTES" and its LF, at their longest. */
#define JOURNAL_HEADER_MAX 69

struct group_header {
    uint64_t first;
    uint64_t count;
    uint64_t bytes;  /* of the entries and the note */
    size_t length;   /* of the header line with its LF */
};

/* False if text does not begin with a header in its one spelling. */
bool journal_group_header(struct bytes text, struct group_header *)
    WARN_UNUSED_RESULT;

/* Header to end of note, for one group exactly as long as text. */
bool journal_group_split(struct bytes text, struct group *)
    WARN_UNUSED_RESULT;

/* Where the note at the end of text begins; false if there is none.  Only
 * its line structure is looked at. */
bool journal_group_note(struct bytes text, size_t *start) WARN_UNUSED_RESULT;

/* The size a note states in its second line, unverified. */
bool journal_group_note_size(struct bytes note, uint64_t *size)
    WARN_UNUSED_RESULT;

/* ---- segments ---- */

#define SEGMENT_NAME_MAX 32
#define SEGMENT_NEXT "next.posito" /* prepared: zeros, synced */
#define SEGMENT_PREPARE "prepare.tmp"
#define SEGMENT_APPEND "append.tmp"
#define SEGMENT_REWRITE "rewrite.tmp"

/* Places a segment's groups begin at, one for so many bytes at least. */
#define PLACE_DISTANCE (64U << 10)

struct place {
    uint64_t first;
    uint64_t offset;
};

struct places {
    struct place *list;
    size_t count;
    size_t capacity;
};

/* Add a place if it is far enough from the last one.  False: no memory. */
bool journal_places_add(struct places *, uint64_t first, uint64_t offset)
    WARN_UNUSED_RESULT;

struct segment {
    uint64_t first;
    uint64_t size; /* of the file */
    bool indexed;  /* places covers all that is durable */
    struct places places;
};

/*
 * Large entries that were read before: where they are, and a seal of their
 * bytes.  Whoever reads one again reads these bytes alone; and if the seal
 * fits they are those whose roots were compared then, so they are not hashed
 * again, which takes ten times as long.  A byte that went bad since breaks
 * the seal, and then the entry is read and checked as if for the first time.
 *
 * A seal is a Poly1305 tag (RFC 8439, 2.5) under a key of this process,
 * which nobody sees, as they see no tag: two texts of up to 128 MiB have the
 * same with a chance below 2^-79.
 */
#define JOURNAL_SEALED ((size_t)4 << 10) /* bytes that are large */
#define JOURNAL_SEALS 16384U /* so many; a newer one takes its place */
#define JOURNAL_SEAL_BYTES 16

struct seal {
    uint64_t index;  /* of the entry */
    uint64_t offset; /* in segment `number` */
    size_t number;
    size_t length; /* 0: none here */
    uint8_t tag[JOURNAL_SEAL_BYTES];
};

struct seals {
    struct seal *list; /* by index, round; NULL: none yet */
    uint8_t key[32];
};

/*
 * The group read last, with the place of each of its entries: whoever reads
 * one entry mostly reads its neighbours next (a statement, the checker, a
 * follower).
 */
struct desk {
    pthread_mutex_t lock; /* held over a whole read */
    struct buffer text;   /* header to end of note */
    struct group group;   /* views into text; count 0: nothing here */
    size_t number;        /* of its segment */
    uint64_t offset;      /* of its header there */
    size_t *offsets;      /* of the first `known` entries, in text */
    size_t known;         /* entries that were looked for, and found */
    size_t next;          /* where the one after them begins, in text */
    size_t capacity;
    struct seals seals;
};

struct journal {
    struct desk desk;
    const struct journal_calls *calls;
    uint64_t segment_bytes;
    bool read_only;
    int folder;

    /* Guards what readers and the appender share; never held over a call
     * that may block on the disk but the folder's listing at open. */
    pthread_mutex_t lock;
    struct segment *segments;
    size_t count;
    bool ready;     /* recovered: size and tail are known */
    uint64_t size;  /* entries that are durable */
    uint64_t tail;  /* end of the last group, in the last segment */
    bool failed;    /* sticky, with the first failure's text */
    struct failure failure;

    /* The appender's alone. */
    int file; /* last segment, for writing; -1: none */

    struct pacing pacing; /* of journal_prepare */
    bool wanted; /* the next segment, since the last began; under lock */
    atomic_bool wants_next;

    /* Held while SEGMENT_NEXT is made or used. */
    pthread_mutex_t preparing;
    bool next_ready;
    uint64_t next_size;
};

void journal_segment_name(uint64_t first, char name[SEGMENT_NAME_MAX]);

/* How far groups can reach in a segment: the tail if it is the last one of
 * a journal that is ready, else the file's size.  Caller holds the lock. */
uint64_t journal_limit(const struct journal *, size_t number);

/* The segment that would hold the index.  Caller holds the lock. */
size_t journal_find_segment(const struct journal *, uint64_t index);

/* Remember the first failure and refuse whatever comes later.  Returns -1. */
int journal_fail(struct journal *, const struct failure *);

/* -1 with the remembered failure if there is one, else 0. */
int journal_check_failed(struct journal *, struct failure *);

/* A new file of zeros, synced (its name is not).  Returns the descriptor,
 * or -1. */
int journal_create_zeroed(struct journal *, const char *name, uint64_t size,
    struct pacing *, struct failure *);

/* Remove a left-over file; it need not be there. */
int journal_remove_leftover(
    struct journal *, const char *name, struct failure *);

/* Round up to whole 4,096-byte blocks. */
uint64_t journal_round_up(uint64_t size);

/* ---- finding: journal_read.c ---- */

/*
 * The last remembered place at or before the index, in segment number;
 * builds the segment's places if need be.  Stops quietly at bytes that are
 * no group.
 */
int journal_find_place(struct journal *, struct journal_reader *,
    size_t number, uint64_t index, struct place *, struct failure *)
    WARN_UNUSED_RESULT;

/*
 * Hop from header to header until the group that holds the index.  1 and
 * its header and offset; 0 if the groups end before it (*header.first is
 * then the index after the last one, *offset its place); -1.
 */
int journal_hop(struct journal_reader *, uint64_t limit, uint64_t index,
    struct group_header *, uint64_t *offset, struct places *places,
    struct failure *) WARN_UNUSED_RESULT;

/* ---- the group read last: journal_desk.c ---- */

void journal_desk_open(struct desk *);
void journal_desk_close(struct desk *);

/* Caller holds the desk's lock for these. */

/* Take a whole group in, from that segment and offset.  0, or -1: not a
 * group, or no memory. */
int journal_desk_take(struct desk *, struct bytes text, size_t number,
    uint64_t offset) WARN_UNUSED_RESULT;

/*
 * Append the entry to out.  1; 0 if its group is not here; -1 if the group
 * is, but not that entry.
 */
int journal_desk_read(struct desk *, uint64_t index, struct buffer *out)
    WARN_UNUSED_RESULT;

/* The same, of its leaf's hash: what is attached is not looked at. */
int journal_desk_leaf(struct desk *, uint64_t index, struct hash *out)
    WARN_UNUSED_RESULT;

/* ---- seals: journal_seal.c ---- */

void journal_seals_open(struct seals *);
void journal_seals_close(struct seals *);

/* NULL: it has none. */
const struct seal *journal_seals_find(const struct seals *, uint64_t index);

/* Seal an entry whose roots were compared; of where, index, number and
 * offset are taken.  A small one is left alone. */
void journal_seals_put(
    struct seals *, const struct seal *where, struct bytes entry);

bool journal_seal_fits(
    const struct seals *, const struct seal *, struct bytes entry);

/* ---- walking: journal_walk.c ---- */

struct journal_walk {
    struct journal *journal;
    size_t number;   /* of the segment */
    uint64_t offset; /* of the next group */
    uint64_t first;  /* its first index */
    uint64_t at;     /* offset and first index of the group returned last, */
    uint64_t at_first; /* or of the bytes that could not be read */
    uint64_t limit;
    bool last;
    const char *what; /* why it is broken */
    struct journal_reader reader;
};

/* ---- the tail: journal_tail.c ---- */

/*
 * What stands after the last good group of the last segment.  tail is
 * everything up to the segment's end, and is not all zeros.
 */
struct tail {
    struct bytes bytes;
    uint64_t offset; /* of the tail in its segment */
    uint64_t size;   /* entries before it */
    const struct note_key *key;
};

/*
 * True if the tail is a group that a crash tore while it was written, so
 * that nobody was told "ok" for it.  Otherwise *reason says what it is.
 */
bool journal_tail_torn(const struct tail *, const char **reason);

#endif
