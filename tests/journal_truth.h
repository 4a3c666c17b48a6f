/*
 * A journal whose every group is known, and a start of it that fails the
 * test if it replays anything else.
 */
#ifndef POSITO_TESTS_JOURNAL_TRUTH_H
#define POSITO_TESTS_JOURNAL_TRUTH_H

#include "journal_maker.h"

#define TRUTH_SEGMENT 8192 /* size of segments */
#define TRUTH_GROUPS_MAX 32
#define FIRST_SEGMENT "00000000000000000000.posito"

struct truth {
    struct journal_maker maker;
    struct buffer group[TRUTH_GROUPS_MAX];
    uint64_t end[TRUTH_GROUPS_MAX]; /* entries up to and with the group */
    struct merkle tree[TRUTH_GROUPS_MAX];
    size_t count;
    char folder[MAKER_PATH_MAX];
};

/* No group yet, and an empty folder; truth_end removes it. */
void truth_start(struct truth *);
void truth_end(struct truth *);

/* One more group; see journal_maker_group. */
void truth_add(struct truth *, uint64_t entries, size_t bytes);

/* Three groups, and a fourth of several sectors; all fit one segment. */
void truth_four_groups(struct truth *);

/* How many groups make size entries; fails the test if no group ends
 * there. */
size_t truth_groups(const struct truth *, uint64_t size);

/* The first groups one after the other, then zeros up to size. */
void truth_segment(const struct truth *, size_t groups, size_t size,
    struct buffer *out);

struct start {
    const struct journal_calls *calls; /* NULL: the system's, unsynced */
    uint64_t promised;
    bool clean;
    const struct merkle *from; /* what the state covers; NULL: nothing */
    bool forked; /* groups of another history may be replayed first */
    struct journal *journal; /* out: NULL if refused */
    uint64_t size;           /* out: entries */
    uint64_t dropped;        /* out: bytes */
    struct failure failure;  /* out: why it was refused */
};

/* Open and recover.  False: refused.  Fails the test if a group that is
 * not the truth's is replayed, or less than promised is accepted. */
bool truth_open(const struct truth *, struct start *);
bool truth_open_and_close(const struct truth *, struct start *);

/* POSITO_LONG is set. */
bool truth_is_long(void);

#endif
