/*
 * The state: records by table and key.  Writes go to an in-memory table
 * that lies over LMDB; now and then the table is frozen and a background
 * thread writes it to LMDB, sorted, all of it or nothing.  The journal
 * is the truth; this can always be rebuilt from it.
 *
 *     main thread                        background thread
 *     get / put / delete / scan
 *     state_freeze        ---------->    state_flush
 *     get / put / ... go on
 *     state_thaw          <----------    (flush has returned)
 *
 * Every function but state_flush is for one thread, the owner's.
 *
 * Sticky: after the first failure (storage, memory, a value whose checksum
 * does not fit) reads find nothing and writes do nothing; the owner asks
 * state_failed before it lets anything leave.
 */
#ifndef POSITO_LEDGER_STATE_H
#define POSITO_LEDGER_STATE_H

#include <posito/bytes.h>
#include <posito/failure.h>
#include <posito/hash.h>

/* The number is on disk and in the digest: append, never reorder. */
enum table {
    TABLE_META,         /* name -> what the kernel remembers */
    TABLE_BOOK,         /* number u8 -> book */
    TABLE_PARTY,        /* name -> party */
    TABLE_PARTY_NUMBER, /* number be32 -> name */
    TABLE_CHILD,        /* parent be32, child be32 -> nothing */
    TABLE_KEY,          /* name -> signing key */
    TABLE_POLICY,       /* verb name, 0, currency u8, over be64 -> quorum */
    TABLE_ACCOUNT,      /* account id -> sides, holds, counts, and its
                           newest references */
    TABLE_HISTORY,      /* posting be64, account id, block be32 -> the 16
                           references before that posting */
    TABLE_9,            /* free: until format 3 it was that of orders */
    TABLE_HOLD,         /* entry index be64 -> hold */
    TABLE_EXPIRY,       /* until be64, entry index be64 -> nothing */
    TABLE_USAGE,        /* key number be32, currency u8, date be32 -> used */
    TABLE_STAKE,        /* pool be32, party be32, currency u8 -> amount */
    TABLE_DAY,          /* book u8, date be32 -> first entry index */
    TABLE_REVERSAL,     /* entry index be64, line be32 -> reversing entry */
    TABLE_TREE,         /* height u8, number be64 -> subtree's root */
    TABLE_PROPOSAL,     /* entry index be64 -> proposal */
    TABLE_APPROVAL,     /* proposal be64, key's name -> approving entry */
    TABLE_LAPSE,        /* until be64 ms, proposal be64 -> () */
    TABLE_DRAWER,       /* party be32 -> whose, since when */
    TABLE_CASH,         /* book u8, date be32, party be32, currency u8,
                           direction u8 -> cash of a person and day */
    TABLE_LIMIT,        /* book u8, limit u8, currency u8 -> amount */
    TABLE_CALENDAR,     /* book u8, date be32 -> worked or not */
    TABLE_PERIOD,       /* book u8, month or year, month be32 -> entry */
    TABLE_DIVIDEND,     /* book u8, month be32, currency u8 -> declared */
    TABLE_TAX,          /* book u8, from be32 -> rate */
    TABLE_EARNING,      /* account id, month be32 -> balance-days */
    TABLE_LOCK,         /* entry index be64 -> locked savings */
    TABLE_SEAL,         /* size be64 -> digest signed for it */
    TABLE_TERM_PRODUCT, /* book u8, currency u8, days be32, from be32 ->
                           what a term share pays */
    TABLE_TERM,         /* entry index be64 -> term share */
    TABLE_TERM_DUE,     /* book u8, due be32, entry be64 -> (); open ones */
    TABLE_BENEFICIARY,  /* party be32 -> who gets a member's savings */
    TABLE_SPLIT,        /* party be32 -> rule for money that arrives */
    TABLE_DORMANCY,     /* book u8 -> months without activity */
    TABLE_UNCLAIMED,    /* party be32, currency u8 -> amount, since */
    TABLE_SUCCESSION,   /* party be32, currency u8 -> round of payments */
    TABLE_NOTICE_RULE,  /* pool's party be32 -> days of notice */
    TABLE_NOTICE,       /* entry index be64 -> notice given */
    TABLE_AGREEMENT,    /* name, 0, from be32 -> parts of the levels */
    TABLE_CAP,          /* agreement, 0, level, 0, year be32, per u8,
                           currency u8 -> amount */
    TABLE_CAP_USED,     /* agreement, 0, level, 0, year be32, currency u8
                           -> pledged */
    TABLE_PROJECT,      /* project be32 -> its terms */
    TABLE_PROJECT_LEVEL, /* project be32, level -> budget, pledged */
    TABLE_MILESTONE,    /* project be32, name -> part, reached */
    TABLE_LINK,         /* project be32, other be32, as u8 -> entry */
    TABLE_SOURCE,       /* project be32, source be32 -> sums */
    TABLE_SOURCE_OF,    /* giver be32, source be32 -> nothing */
    TABLE_PLEDGE,       /* entry be64 -> pledge */
    TABLE_PLEDGE_OF,    /* source be32, entry be64 -> nothing */
    TABLE_PLEDGE_DUE,   /* book u8, until be32, entry be64 -> nothing */
    TABLE_PLEDGE_QUEUE, /* book u8, entry be64 -> nothing */
    TABLE_PROJECT_ENTRY, /* project be32, entry be64 -> nothing */
    TABLE_PRODUCT,      /* book u8, name, 0, from be32 -> loan product */
    TABLE_CONCENTRATION, /* pool be32 -> most of it in one place */
    TABLE_LOAN,         /* entry index be64 -> loan */
    TABLE_LOAN_BOOK,    /* book u8, loan be64 -> (); those not ended */
    TABLE_LOAN_PARTY,   /* party be32, loan be64, how u8 -> () */
    TABLE_LOAN_ENTRY,   /* loan be64, entry be64 -> () */
    TABLE_LOAN_PLAN,    /* loan be64, number be32 -> plan */
    TABLE_LOAN_POOL,    /* loan be64, pool be32 -> its part */
    TABLE_LOAN_TRANCHE, /* loan be64, number u8 -> part, when paid */
    TABLE_GUARANTEE,    /* loan be64, party be32 -> amount */
    TABLE_COLLATERAL,   /* loan be64, party be32 -> amount held */
    TABLE_EXPOSURE,     /* pool be32, kind u8, who be32, currency u8 ->
                           what the pool has in loans there */
    TABLE_LOAN_STEP,    /* loan be64 -> its figures before its last step */
    /* The numbers between are free.  An id begins with its time, so that new
       ones come at the table's end, and pages there are filled to the end if
       nothing stands behind them: it is the last table. */
    TABLE_ORDER_ID = 127, /* first digits of ids -> ids, entries */
    TABLE_COUNT
};

/* Not one of the free numbers. */
static inline bool table_is_used(enum table table)
{
    return (table <= TABLE_LOAN_STEP && table != TABLE_9) ||
        table == TABLE_ORDER_ID;
}

#define STATE_KEY_MAX 64   /* bytes */
#define STATE_VALUE_MAX 1024

struct state;

struct state_options {
    const char *folder;  /* made if it is not there; holds data.mdb */
    uint64_t map_bytes;  /* LMDB's map: the file never grows beyond it */
    bool temporary;      /* no need to survive: nothing is synced */
    uint64_t cache_bytes; /* for records in memory that are on disk too;
                             0: 64 MiB */
};

/* 0, or -1.  Creation is power-safe: in a temporary folder, then renamed. */
int state_open(struct state **, const struct state_options *,
    struct failure *) WARN_UNUSED_RESULT;

/* What was not flushed is lost (the journal has it).  NULL is harmless. */
void state_close(struct state *);

bool state_failed(const struct state *);
const struct failure *state_failure(const struct state *);

/* *value is valid until the next put, delete, rollback, thaw or tending. */
bool state_get(struct state *, enum table, struct bytes key,
    struct bytes *value) WARN_UNUSED_RESULT;
void state_put(struct state *, enum table, struct bytes key,
    struct bytes value);
void state_delete(struct state *, enum table, struct bytes key);

/*
 * A place: where a record was found, so that it is found again, and
 * written, without looking it up.  All zero at first; it belongs to one
 * table and key, given with every call.  It can be kept as long as one
 * likes: what was written, taken back, frozen or drafted meanwhile is
 * noticed, and then the record is looked up anew.
 */
struct overlay_record;
struct state_place {
    struct overlay_record *record;
    uint64_t epoch; /* of the layers when it was found; 0: not found */
    uint32_t hash;  /* of table and key */
    bool hashed;
    uint8_t where;  /* was the record foreseen: see state.c */
    void *foreseen; /* not compared with the key yet */
    uint64_t stamp; /* it stands while this holds */
};

bool state_get_at(struct state *, enum table, struct bytes key,
    struct state_place *, struct bytes *value) WARN_UNUSED_RESULT;

/* wish: bytes that the value may grow to soon; 0: not known. */
void state_put_at(struct state *, enum table, struct bytes key,
    struct state_place *, struct bytes value, size_t wish);

/*
 * Write head over the value's beginning and add more to its end, in place
 * if there is room.  A record that is not there, or shorter than the head,
 * becomes head and more.
 */
void state_amend_at(struct state *, enum table, struct bytes key,
    struct state_place *, struct bytes head, struct bytes more, size_t wish);

/*
 * A record will be looked up soon: have the processor fetch what says
 * where it is, and then, in a second step, the record's key and the byte
 * `last` of its value.  What is on disk only is not fetched.
 */
void state_foresee(
    struct state *, enum table, struct bytes key, struct state_place *);
void state_foresee_record(
    struct state *, enum table, struct state_place *, size_t last);

/*
 * Another number, and never one of before, after what can be read of the
 * table may have changed; not 0.
 */
uint64_t state_version(const struct state *, enum table);

/*
 * Where a record stands in the layer that is written, to be kept for long:
 * it leads back there while state_layer says the same, unless that is 0.
 * state_keep: of a place that was just read or written; 0: it is elsewhere.
 * state_recall: a place for that table and key, which has the processor
 * fetch the record as state_foresee_record does.  If another record is
 * there by now, that is noticed, and it is looked up.
 */
uint32_t state_keep(const struct state *, const struct state_place *);
void state_recall(struct state *, enum table, struct bytes key,
    uint32_t kept, size_t last, struct state_place *);
uint64_t state_layer(const struct state *);

/* What the cache may have, in bytes: see state_options. */
size_t state_cache_bytes(const struct state *);

/* The hash of table and key, which other tables may be ordered by: it is
 * kept in the place, for when the record is looked up. */
uint32_t state_hash(const struct state *, enum table, struct bytes key,
    struct state_place *);

/* Places are not used: everything is looked up every time.  For tests that
 * compare both ways. */
void state_set_plain(struct state *);

/*
 * Walk over the records of a table whose key starts with prefix, in order
 * of the keys.  Sees the state as it was at open; writing meanwhile is
 * allowed, freezing, flushing and thawing too.  Cost: the table's records
 * in memory plus the records found.  Close it soon: LMDB cannot use the
 * pages again that it sees.
 */
struct state_scan;
struct state_scan *state_scan_open(
    struct state *, enum table, struct bytes prefix); /* NULL: failed */
/* False at the end or after a failure.  Views live until the next call. */
bool state_scan_next(struct state_scan *, struct bytes *key,
    struct bytes *value) WARN_UNUSED_RESULT;
void state_scan_close(struct state_scan *);

/*
 * Undo.  Between a mark and its release, rollback(mark) takes back every
 * write since the mark.  Marks nest; release or roll back the inner first.
 */
size_t state_mark(struct state *);
void state_rollback(struct state *, size_t mark); /* also releases it */
/* The same in parts: the newest `most` writes that are left.  True: there
 * are more, and the mark is still open. */
bool state_rollback_part(struct state *, size_t mark, size_t most);
void state_release(struct state *, size_t mark);

/*
 * A draft: writes that are seen or not, as a whole.  Between begin and keep
 * or drop all writes and marks belong to it, unless it is hidden: then
 * reads, scans, writes and marks are those of the state without it.  So a
 * long change can stand still while others look at what was before it.
 * They may try something, but what is written while it is hidden must be
 * taken back before it is shown.
 *
 *     begin --> OPEN <--hide--> HIDDEN
 *                |
 *                +-- keep: one step, whatever its size
 *                +-- drop: as if it had not been
 *
 * One at a time.  Out of this order it fails, and so does a beginning or
 * an end while a mark is open, or showing it while a mark is open, or
 * anything is written, that was made when it was hidden.  A scan goes on
 * seeing what could be seen when it was opened.  Nothing is frozen during a
 * draft; thawing is allowed.
 *
 * A draft is written where everything is, so writing and keeping it cost
 * hardly more than without; what costs is to hide it: in proportion to what
 * was written since it was hidden last.  A step does some of that work
 * before, if that is much, and forgets undo memory that is no longer
 * needed: to be called now and then, else hiding may take long.  Records
 * that only a dropped draft had take up memory until the next freeze.
 */
void state_draft_begin(struct state *);
void state_draft_step(struct state *);
void state_draft_hide(struct state *, bool hidden);
void state_draft_keep(struct state *);
void state_draft_drop(struct state *);
bool state_draft_open(const struct state *);

/*
 * What waits to be done in memory, a bit at a time: what was saved becomes
 * part of the cache, memory that is no longer needed goes back, and, if
 * state_warm was called, the parties and accounts on disk are read into the
 * cache until all are there or it is full.  It changes nothing that can be
 * read.  About so many records at once, each a fraction of a microsecond
 * (more if the disk must be read).  True: there is more to do.
 */
bool state_tend(struct state *, size_t records);
void state_warm(struct state *);

/* Is that still under way; and how many it has read. */
bool state_warming(const struct state *);
uint64_t state_warmed(const struct state *);

/* A thaw would have to do first what state_tend has not done yet. */
bool state_thaw_waits(const struct state *);

/* Memory used by records not yet flushed, in bytes; and their count. */
size_t state_pending_bytes(const struct state *);
size_t state_pending_records(const struct state *);

/*
 * Memory that the next flush may take up while it lasts, beside the records
 * themselves: LMDB keeps the pages of a transaction that were changed, and
 * in a large state each record is on another page.  An upper estimate.
 */
uint64_t state_flush_bytes(const struct state *);

/* Is it time to save, so that all of this stays in proportion to
 * save_bytes? */
#define STATE_FLUSH_FACTOR 8U
bool state_is_due(const struct state *, uint64_t save_bytes);

/*
 * Freeze what was written so far.  Not while a mark or a draft is open, nor
 * before the last frozen table was thawed.  0, or -1.
 */
int state_freeze(struct state *) WARN_UNUSED_RESULT;

/*
 * Write the frozen table to LMDB, durably.  Any thread.  A large one goes
 * there in small transactions, so that the disk answers others in between,
 * and is whole or not there for whoever opens the state next (redo.h).
 */
int state_flush(struct state *, struct failure *) WARN_UNUSED_RESULT;

/* With a pace, which is borrowed, a flush leaves the disk to others half of
 * the time, unless it is hurried: because they wait for its end, or nobody
 * else is there.  To be set while nothing is flushed. */
struct pace;
void state_set_pace(struct state *, const struct pace *);
void state_hurry(struct state *, bool);

/* Drop the frozen table after its flush returned 0. */
void state_thaw(struct state *);

/* The three in turn, for those who can wait. */
int state_save(struct state *, struct failure *) WARN_UNUSED_RESULT;

/* The number of the records' layout, on which the digest depends. */
uint32_t state_format(void);

/*
 * SHA-256 over all flushed records in order of table and key, each as
 * table u8, key length u16, key, value length u32, value.  Call when
 * nothing is pending (after state_save) to get the state's digest.
 */
int state_digest(struct state *, struct hash *, struct failure *)
    WARN_UNUSED_RESULT;

#endif
