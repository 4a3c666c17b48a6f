/*
 * Records in memory, by table and key: what lies over LMDB until it is
 * flushed.
 *
 * A hash table with open addressing over an arena that only grows.  A
 * record never moves while its value fits, so the views this module hands
 * out stay readable until overlay_clear; but a put changes the bytes under
 * a view of the same record.
 *
 * Clients choose the names that become keys, and must not be able to choose
 * many that fall together.  The hash is NH, that of UMAC (RFC 4418), with
 * random words that are drawn when the state is opened (struct
 * overlay_seed): whatever two different keys are chosen by one who does not
 * know those, they have the same 128 bits of sum with a probability of
 * 2^-64.  A keyed multiplication then makes 32 bits of them.  Who could see
 * hashes might work the words out, which he could not from SipHash; but
 * nothing that leaves depends on a hash or on the order of the slots, only
 * the time of a lookup does, beside which an answer takes the time of a
 * signature or of a sync.  It costs a tenth of SipHash.
 *
 * Memory: in pieces of 2 MiB, of large pages if the system has them.  A
 * record takes 12 bytes and key and value, rounded up to 8, and 8 bytes in
 * 1/3 to 3/4 of the slots; a record that outgrew its room leaves it unused
 * until overlay_clear.  Lookups of an overlay nobody writes to may run in
 * several threads.
 */
#ifndef POSITO_LEDGER_OVERLAY_H
#define POSITO_LEDGER_OVERLAY_H

#include "state.h"

struct overlay;
struct overlay_record;

/* All random. */
struct overlay_seed {
    uint64_t words[10]; /* for the length and a key of STATE_KEY_MAX */
    uint64_t mix[2];
};

/* A key with its hash: computed once, looked up in several overlays that
 * share the seed.  The key is borrowed, at most STATE_KEY_MAX bytes. */
struct overlay_name {
    enum table table;
    struct bytes key;
    uint32_t hash;
};

struct overlay_name overlay_name(
    const struct overlay_seed *, enum table, struct bytes key);

struct overlay *overlay_new(void);      /* NULL: out of memory */
/* With slots for so many records: they need not be put in order anew as it
 * grows, which takes tens of milliseconds if there are millions. */
struct overlay *overlay_new_for(size_t records);
void overlay_free(struct overlay *);    /* NULL is harmless */

/* Free it in parts, since the system takes long to take back much memory at
 * once: each call gives back about 2 MiB.  False: it is gone. */
bool overlay_free_part(struct overlay *);

/* Forget every record, keep the memory for the next ones. */
void overlay_clear(struct overlay *);

/* The record, which may be one that says "deleted"; NULL: says nothing. */
const struct overlay_record *overlay_find(
    const struct overlay *, const struct overlay_name *);

/* The same, inline. */
static inline const struct overlay_record *overlay_look(
    const struct overlay *, const struct overlay_name *);

/*
 * Write a value of at most STATE_VALUE_MAX bytes, or that the record is
 * deleted.  NULL: out of memory, nothing changed.  Writing what a record
 * held before, or "deleted" to a record that exists, needs no memory.  The
 * value may be a view of any record.
 */
const struct overlay_record *overlay_put(
    struct overlay *, const struct overlay_name *, struct bytes value);
const struct overlay_record *overlay_delete(
    struct overlay *, const struct overlay_name *);

/* As if it had never been put or deleted here. */
void overlay_forget(struct overlay *, const struct overlay_name *);

/* ---- records held ----
 *
 * The record of a name, found once and then written without being looked
 * up again.  It is good until overlay_clear, but not once it moved, which
 * it does when a longer value is put.
 */

/*
 * The record with room for a value of that length; one that is made, or
 * must move, gets `wish` bytes if those are more, or, if wish is 0, half as
 * much again when it grows.  A record just made says nothing yet.  *moved
 * is the one it was until now, or NULL.  NULL: out of memory.
 */
struct overlay_record *overlay_hold(struct overlay *,
    const struct overlay_name *, size_t length, size_t wish,
    struct overlay_record **moved);

/* Undo the move, while the record says what it said before. */
void overlay_move_back(struct overlay *, uint32_t hash,
    struct overlay_record *, struct overlay_record *old);

/* Put, delete and forget; there is room for the value. */
void overlay_write(
    struct overlay *, struct overlay_record *, struct bytes value);
void overlay_write_deleted(struct overlay *, struct overlay_record *);
void overlay_unwrite(struct overlay *, struct overlay_record *);

/* Write over the value's beginning and add to its end, for which there is
 * room; cut it back. */
static inline void overlay_amend(
    struct overlay_record *, struct bytes head, struct bytes more);
static inline void overlay_cut(struct overlay_record *, size_t length);

/* As overlay_find; also one that says nothing. */
static inline struct overlay_record *overlay_find_held(
    const struct overlay *, const struct overlay_name *);

static inline size_t overlay_room(const struct overlay_record *);
static inline bool overlay_present(const struct overlay_record *); /* not unwritten */
/* It has a value, and has not moved. */
static inline bool overlay_usable(const struct overlay_record *);

/* Have the processor fetch what a lookup will read first; and then the
 * record itself, if there is one: where it begins, and its byte `last`.  It
 * is returned, though of its name only the hash was looked at. */
static inline void overlay_prefetch_slot(
    const struct overlay *, enum table, uint32_t hash);
static inline struct overlay_record *overlay_prefetch(
    const struct overlay *, enum table, uint32_t hash, size_t last);

/*
 * Have the records of `into` say again what `from` says they said: nothing
 * too, if it holds one that says nothing.  Each of them is in `into` and
 * had that value there, so there is room.  They share the seed.
 */
void overlay_restore(struct overlay *into, const struct overlay *from);

/*
 * Where in its overlay the record of that name was made, also one that says
 * nothing; 0: there is none.  What is made or moves later has a higher
 * place, the first one OVERLAY_FIRST, the next one overlay_end.
 */
static inline uint32_t overlay_place(
    const struct overlay *, const struct overlay_name *);
static inline uint32_t overlay_end(const struct overlay *);

/* A record's name; the hash is the caller's to know. */
static inline struct overlay_name overlay_name_of(
    const struct overlay_record *, uint32_t hash);

/* Records in no order: at most count of those after *place, which is 0 at
 * first and is moved on.  How many; 0: there are no more. */
struct overlay_found {
    const struct overlay_record *record;
    uint32_t hash;
};
size_t overlay_walk(const struct overlay *, size_t *place,
    struct overlay_found *, size_t count) WARN_UNUSED_RESULT;

static inline struct bytes overlay_key(const struct overlay_record *);
static inline struct bytes overlay_value(const struct overlay_record *);
static inline bool overlay_deleted(const struct overlay_record *);

size_t overlay_records(const struct overlay *); /* deleted ones count */
size_t overlay_bytes(const struct overlay *);   /* that records take up */
size_t overlay_memory(const struct overlay *);  /* that it has for them */

/*
 * The records of a table whose key starts with prefix, deleted ones too,
 * in the order of their keys.  The array is the caller's to free; the
 * records stay the overlay's.  Reads every record of that table.
 */
struct overlay_list {
    struct overlay_item *items;
    size_t count;
};

struct overlay_item {
    uint64_t start; /* the key's first eight bytes, to compare fast */
    const struct overlay_record *record;
};

/* The order of their keys: less than, equal to or greater than 0. */
int overlay_item_compare(
    const struct overlay_item *, const struct overlay_item *);

/* 0, or -1: out of memory. */
int overlay_list(const struct overlay *, enum table, struct bytes prefix,
    struct overlay_list *) WARN_UNUSED_RESULT;

#include "overlay_inside.h"

#endif
