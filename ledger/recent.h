/*
 * The newest entries, kept until the journal has them for good: those of
 * groups being synced, then those of the open group.
 */
#ifndef POSITO_LEDGER_RECENT_H
#define POSITO_LEDGER_RECENT_H

#include <posito/bytes.h>

struct recent {
    uint64_t first;       /* index of the oldest one kept */
    uint64_t group_first; /* of the open group's first */
    uint64_t end;         /* index the next one will have */
    struct buffer bytes;  /* of all entries kept */
    uint64_t base;        /* starts[] of bytes' first byte */
    uint64_t *starts;     /* where each begins; one more: where all end */
    size_t capacity;
};

/* All zero but for the index of the entry to come. */
void recent_open(struct recent *, uint64_t next);
void recent_free(struct recent *);

/* The caller has appended one whole entry to ->bytes: take it in.  False:
 * out of memory. */
bool recent_add(struct recent *) WARN_UNUSED_RESULT;

/* View of an entry; empty if it is not kept.  Until the next change. */
struct bytes recent_find(const struct recent *, uint64_t index);

/* All bytes of the open group. */
struct bytes recent_group(const struct recent *);

/* The open group ends here. */
void recent_close_group(struct recent *);

/* Forget the entries below size; never those of the open group. */
void recent_forget(struct recent *, uint64_t size);

#endif
