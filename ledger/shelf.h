/*
 * Past entries that were read last, whole and checked: reports ask again
 * and again for lines of the same batches and for the effects of the same
 * closes.
 *
 * What is checked when.  An entry comes here from the ledger's memory or
 * from the archive, which checks on every reading that it is well-formed
 * and that body and effects have the roots that its leaf commits to.  The
 * bytes here are that copy in memory; they are not read from disk again
 * and so not checked again.  Once they have left the shelf the next
 * reading checks anew, against the roots or against the journal's seal of
 * the bytes whose roots were compared before: a byte that went bad on the
 * disk is an entry that cannot be read, never another amount.
 *
 * Memory: SHELF_BYTES, beside the entries that are in use.  Small entries
 * have nothing that would be hashed twice, and do not stay.  One thread at
 * a time, as the ledger.
 */
#ifndef POSITO_LEDGER_SHELF_H
#define POSITO_LEDGER_SHELF_H

#include "entry.h"

struct ledger;

#define SHELF_BYTES ((size_t)64 << 20)
#define SHELF_SLOTS 512U
#define SHELF_STAYS ((size_t)4 << 10) /* an entry this large stays */

struct shelved {
    struct entry entry; /* views into bytes */
    struct buffer bytes;
    unsigned users;   /* who hold it now */
    uint64_t used;    /* when it was taken last; 0: the slot is empty */
    uint32_t *lines;  /* offsets of some lines of the body; NULL: not yet */
    uint64_t counted; /* lines of the body, once lines is there */
    uint32_t *sorted; /* offsets of effect lines by their text; NULL */
    size_t effects;   /* of them, once sorted is there */
    unsigned asked;   /* how often for an effect */
};

struct shelf {
    struct shelved *slots; /* SHELF_SLOTS; NULL: none needed yet */
    uint64_t clock;
};

void shelf_free(struct shelf *);

/*
 * An entry, until it is given back; others may be taken meanwhile, and it
 * may be held while the ledger's draft is hidden.  NULL: storage failed, or
 * SHELF_SLOTS are in use.
 */
struct shelved *shelf_take(struct ledger *, uint64_t index);
void shelf_give_back(struct ledger *, struct shelved *); /* NULL: harmless */

/* A line of the body, from 1, with its LF.  False: there is none; or, with
 * the ledger failed, no memory. */
bool shelf_line(struct ledger *, struct shelved *, uint64_t line,
    struct bytes *text) WARN_UNUSED_RESULT;

/* The first effect line that starts with the prefix and goes on, with its
 * LF.  False as above. */
bool shelf_effect(struct ledger *, struct shelved *, struct bytes prefix,
    struct bytes *text) WARN_UNUSED_RESULT;

#endif
