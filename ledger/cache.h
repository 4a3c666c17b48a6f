/*
 * Records read from the disk, kept in memory within a bound: what was used
 * stays, what was not makes room, a few records at a time.
 *
 *     buckets   eight slots, a line of the processor's cache, each a hash
 *               and where the record is.  There are as many buckets as the
 *               records need; one more at a time (linear hashing), so that
 *               nothing is ever put in order anew as a whole
 *     ring      the records, one behind the other in chunks.  When memory is
 *               at its bound the hand goes round: it passes the oldest
 *               records and takes those away that nobody read since it came
 *               by last; the others move up behind what was written
 *
 *        ... newest | free | oldest ...
 *                   ^      ^
 *                 write   hand
 *
 * It may forget any record at any time: a bucket that would get a ninth
 * loses one, about one record in three hundred.  It knows records that are
 * there; it never says that one is not.
 *
 * One thread.  A value is good until cache_put, cache_make_room or
 * cache_forget; cache_add leaves all of them where they are.
 */
#ifndef POSITO_LEDGER_CACHE_H
#define POSITO_LEDGER_CACHE_H

#include "overlay.h"

#define CACHE_BYTES_MIN ((size_t)16 << 10)
#define CACHE_BYTES_MAX ((size_t)30 << 30)

struct cache;

/* Of at most so many bytes, within the two bounds.  NULL: out of memory. */
struct cache *cache_new(size_t bytes);
void cache_free(struct cache *); /* NULL is harmless */

/* False: it knows nothing of it. */
static inline bool cache_get(
    struct cache *, const struct overlay_name *, struct bytes *value);

/* What the disk says of it: put over what was there. */
void cache_put(
    struct cache *, const struct overlay_name *, struct bytes value);

/* The same if there is a place for it without moving others, of a record
 * that it does not know. */
void cache_add(
    struct cache *, const struct overlay_name *, struct bytes value);

void cache_forget(struct cache *, const struct overlay_name *);

/* Before cache_add can go on; cheap if there is nothing to do. */
static inline void cache_make_room(struct cache *);

/* Have the processor fetch the bucket; and then the record, if there is
 * one: where it begins, and its byte `last`.  It is returned, though of its
 * name only the hash was looked at; good until cache_changes has another
 * number. */
struct cache_record;
static inline void cache_prefetch_slot(const struct cache *, uint32_t hash);
static inline struct cache_record *cache_prefetch(
    const struct cache *, uint32_t hash, size_t last);
static inline bool cache_has_name(
    const struct cache_record *, const struct overlay_name *);
static inline struct bytes cache_use(struct cache_record *); /* its value */
static inline uint64_t cache_changes(const struct cache *);

size_t cache_records(const struct cache *);
size_t cache_bytes(const struct cache *); /* that it has from the system */
size_t cache_bound(const struct cache *); /* the most that it may have */

/* What is added from now on takes the place of something; and how often the
 * hand has been all round. */
bool cache_is_full(const struct cache *);
uint64_t cache_turns(const struct cache *);

#include "cache_inside.h"

#endif
