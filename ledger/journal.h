/*
 * The journal: groups of entries in preallocated segment files.
 *
 * A group is what was synced at once:
 *
 *     group FIRST COUNT BYTES LF     BYTES: from here to the note's end
 *     entries                        COUNT of them, from index FIRST on
 *     checkpoint note                tree of FIRST + COUNT leaves
 *
 * A segment is named by the index of its first entry, is filled with zeros
 * and synced before use, and is immutable once full.  See FORMAT.md for
 * every byte and for the crash cases.
 *
 * What a group says is believed only if its entries are well-formed, have
 * the right indices, and give the root that its note states and the log's
 * key signed.
 */
#ifndef POSITO_LEDGER_JOURNAL_H
#define POSITO_LEDGER_JOURNAL_H

#include <posito/failure.h>
#include <posito/merkle.h>
#include <posito/note.h>

struct journal;

struct journal_calls; /* journal_file.h: the calls that change the disk */

struct journal_options {
    const char *folder;     /* holds the segments */
    uint64_t segment_bytes; /* size of new segments; 0: 64 MiB */
    bool read_only;         /* an auditor's: nothing is written or locked */
    const struct journal_calls *calls; /* NULL: the system's */
};

/*
 * Open the folder (made unless read_only) and list its segments.  Nothing
 * is verified yet.  0, or -1: a foreign file name, a gap, not readable,
 * in use by another writer.  (Read-only, a gap is found by the walk.)
 */
int journal_open(struct journal **, const struct journal_options *,
    struct failure *) WARN_UNUSED_RESULT;
void journal_close(struct journal *); /* NULL is harmless */

/* No segment at all: nothing was founded here. */
bool journal_empty(const struct journal *);

/* The first entry's line and body, unverified: to learn the log's key. */
int journal_genesis(struct journal *, struct buffer *entry, struct failure *)
    WARN_UNUSED_RESULT;

/* ---- reading in order ---- */

struct group {
    uint64_t first;
    uint64_t count;
    struct bytes entries;
    struct bytes note;
    struct bytes all; /* header to end of note */
};

/*
 * Walk over groups from the one that begins at index first (which must be
 * the first of a group: 0, or a size some checkpoint had).  Only framing
 * is checked.
 */
struct journal_walk;
struct journal_walk *journal_walk_open(struct journal *, uint64_t first,
    struct failure *); /* NULL: failure, or no group begins there */

enum walk_result {
    WALK_GROUP,  /* *group is set; views live until the next call */
    WALK_END,    /* zeros to the end of the last segment */
    WALK_BROKEN, /* bytes that are no group, a segment that does not follow,
                    or an unfinished last group; *failure says where */
    WALK_FAILED  /* the file could not be read */
};
enum walk_result journal_walk_next(
    struct journal_walk *, struct group *, struct failure *)
    WARN_UNUSED_RESULT;
void journal_walk_close(struct journal_walk *); /* NULL is harmless */

/* Where the walk stands: "entry 17 (00000000000000000000.posito, byte 812)",
 * the group it returned last or could not read. */
void journal_walk_where(const struct journal_walk *, struct buffer *);

/*
 * Bytes from where the walk stands to the last one that is not zero, if it
 * stands in the last segment.  After WALK_BROKEN: what an unfinished last
 * group amounts to, which a running or a crashed daemon may leave.  0: none,
 * or not in the last segment, or not readable.
 */
uint64_t journal_walk_trailing(struct journal_walk *);

/*
 * Check one group against the tree before it: entries well-formed and
 * numbered from tree->size on, root and size as in the note, note signed
 * by key.  On success the tree has grown by the group.  0, or -1 with the
 * entry and the check named in *failure (tree is then undefined).
 */
int journal_check_group(const struct group *, struct merkle *tree,
    const struct note_key *, struct failure *) WARN_UNUSED_RESULT;

/* ---- recovery: what a daemon does at start ---- */

struct journal_recovery {
    struct merkle tree;        /* in: at from; out: at the journal's end */
    const struct note_key *key;
    uint64_t promised;         /* a size some stored checkpoint or the state
                                  has seen: a shorter journal is refused */
    bool clean; /* in: the last stop was clean and the state covers all;
                   disregarded if groups past tree.size are found */

    /* Called for each verified group past tree.size, in order.  0, or -1
     * with *failure set. */
    int (*replay)(void *context, const struct group *, struct failure *);

    /* Called when all is verified and before anything on the disk is
     * changed.  0, or -1 with *failure set; NULL: nothing to say. */
    int (*replayed)(void *context, struct failure *);
    void *context;

    uint64_t dropped_bytes; /* out: length of an unfinished last group */
};

/*
 * Verify and replay everything past recovery->tree.size, then make the
 * journal ready for appends.  An unfinished last group (torn by a crash
 * before it was acknowledged) is dropped; after an unclean stop the last
 * segment is rewritten and synced, since cached bytes are not trusted.
 * Refused, never repaired: a bad group followed by a valid one, a last
 * group that is damaged although it was written whole, a journal shorter
 * than promised, non-zero bytes after the end.
 */
int journal_recover(struct journal *, struct journal_recovery *,
    struct failure *) WARN_UNUSED_RESULT;

/* ---- appending: one thread, the syncer's ---- */

/*
 * Write one whole group and sync it.  0 means durable.  After -1 the
 * journal takes nothing more: the caller stops the daemon.
 */
int journal_append(struct journal *, uint64_t first, struct bytes group,
    struct failure *) WARN_UNUSED_RESULT;

/* journal_prepare then leaves the disk to others half of the time.  It is
 * borrowed; to be set before. */
struct pace;
void journal_set_pace(struct journal *, const struct pace *);

/* Is it time for journal_prepare?  True once a segment.  Any thread. */
bool journal_wants_next(struct journal *);

/*
 * Preallocate the next segment ahead of need, if it is not there yet and
 * an eighth of the present one is full.  Any one other thread; takes some tenths
 * of a second, half of which the disk is left to others, unless an append
 * waits for the segment.
 */
int journal_prepare(struct journal *, struct failure *) WARN_UNUSED_RESULT;

/* ---- reading single entries: any thread ---- */

/*
 * Append the whole durable entry (leaf and attached lines) to out; split it
 * with entry_next.  0; -1 with failure set if it could not be read or the
 * bytes there are no such entry.
 */
int journal_read(struct journal *, uint64_t index, struct buffer *out,
    struct failure *) WARN_UNUSED_RESULT;

/* Hash of its leaf; body and effects after it are not looked at. */
int journal_leaf(struct journal *, uint64_t index, struct hash *out,
    struct failure *) WARN_UNUSED_RESULT;

/* Bytes of all segments up to the last one that is not zero. */
uint64_t journal_bytes(struct journal *);

#endif
