/*
 * The records of books, parties, keys, policy, holds and the small tables:
 * their structs, and how each is found and kept.  Layouts in bytes stand in
 * FORMAT.md.  Accounts and their history have files of their own.
 *
 * Finders return false if there is no such record or if storage failed;
 * the kernel asks state_failed before it lets anything leave.
 */
#ifndef POSITO_LEDGER_RECORD_H
#define POSITO_LEDGER_RECORD_H

#include "account.h"

#include <posito/operation.h>

/* ---- books ---- */

#define RECORD_BOOKS_MAX 32

struct book {
    uint8_t number; /* in the order of genesis, from 0 */
    struct ident name;
    enum country country;
    struct date date;  /* the open business date */
    struct date first; /* the first one */
    uint32_t house;    /* number of the party of the same name */
    uint32_t open_month; /* the first not closed, as cycle.h counts them */
    uint32_t open_year;  /* likewise */
};

bool record_find_book(struct state *, uint8_t number, struct book *)
    WARN_UNUSED_RESULT;
void record_put_book(struct state *, const struct book *);

/* ---- parties ---- */

struct party {
    uint32_t number; /* from 1; 0: none */
    struct ident name;
    enum party_kind kind;
    uint8_t book;    /* number */
    uint32_t parent; /* number; 0: none */
    enum country country;
    bool frozen_out; /* nothing may leave its accounts */
    bool frozen_in;  /* nothing may enter them */
    bool closed;
    bool in_succession; /* its owner has died: see succession.c */
    uint32_t open_children; /* parties below it that are not closed */
    uint32_t keys;          /* unrevoked keys it owns */
    uint64_t opened;        /* entry */
    bool has_identity;
    struct hash identity; /* salted commitment */
};

bool record_find_party(struct state *, const struct ident *, struct party *)
    WARN_UNUSED_RESULT;
/* The same with its place. */
bool record_find_party_at(struct state *, const struct ident *,
    struct state_place *, struct party *) WARN_UNUSED_RESULT;
bool record_find_party_number(struct state *, uint32_t, struct party *)
    WARN_UNUSED_RESULT;

/* The party's record alone. */
void record_put_party(struct state *, const struct party *);

/* The record, its number and its place below its parent. */
void record_add_party(struct state *, const struct party *);

/* ---- keys ---- */

enum scope_kind { SCOPE_ALL, SCOPE_BOOK, SCOPE_PARTY };

struct scope {
    enum scope_kind kind;
    uint32_t number; /* of the book or party; 0 with SCOPE_ALL */
};

struct signing_key {
    uint32_t number; /* from 1 */
    struct ident name;
    uint32_t owner; /* party */
    enum key_kind kind;
    enum country country;
    struct scope scope;
    struct public_key public_key; /* the present one */
    struct amounts limit;
    struct amounts daily;
    uint64_t added; /* entry */
    bool revoked;
    uint64_t revoked_at; /* entry */
};

bool record_find_key(struct state *, const struct ident *,
    struct signing_key *) WARN_UNUSED_RESULT;
bool record_parse_key(struct bytes name, struct bytes value,
    struct signing_key *) WARN_UNUSED_RESULT; /* for scans of TABLE_KEY */
void record_put_key(struct state *, const struct signing_key *);

/* ---- policy ---- */

/* Who must sign a verb for amounts above a level: n of m. */
struct quorum {
    enum verb verb;
    bool banded; /* false: for all amounts, and where there is none */
    struct amount over;
    uint8_t need;   /* distinct keys */
    uint8_t each;   /* of them in each country */
    bool clubs;     /* the clubs must be the majority */
    uint8_t lapse;  /* days that a proposal waits */
    uint32_t kinds; /* set of KIND_BIT that count */

    /* Of a reversal, never kept: so many at least are of these kinds. */
    uint8_t core_need;
    uint32_t core;
};

bool record_parse_quorum(struct bytes key, struct bytes value,
    struct quorum *) WARN_UNUSED_RESULT; /* for scans of TABLE_POLICY */
void record_put_quorum(struct state *, const struct quorum *);

/* ---- holds ---- */

/*
 *      placed
 *        |
 *      OPEN --capture of a part, rest=keep--> OPEN
 *        |
 *        +-- captured whole, or rest=release --> CAPTURED
 *        +-- release --> RELEASED
 *        +-- the ledger's time reaches until --> EXPIRED
 *
 * An ended hold is kept, so that its name answers HOLD_ENDED for ever.
 */
enum hold_phase { HOLD_OPEN, HOLD_CAPTURED, HOLD_RELEASED, HOLD_EXPIRED };

struct hold {
    uint64_t index; /* entry that placed it: its name */
    enum hold_phase phase;
    struct account_id from; /* would be debited */
    struct account_id to;   /* would be credited */
    int64_t placed;
    int64_t left; /* still held; 0 once ended */
    struct instant until;
    enum purpose purpose;
    uint32_t key; /* that placed it */
};

bool record_find_hold(struct state *, uint64_t index, struct hold *)
    WARN_UNUSED_RESULT;
bool record_parse_hold(struct bytes key, struct bytes value, struct hold *)
    WARN_UNUSED_RESULT; /* for scans of TABLE_HOLD */

/* Also keeps TABLE_EXPIRY: a row while it is open, none afterwards. */
void record_put_hold(struct state *, const struct hold *);

/* A key of TABLE_EXPIRY. */
bool record_parse_expiry(struct bytes key, struct instant *until,
    uint64_t *index) WARN_UNUSED_RESULT;

/* ---- small tables ---- */

/* What contributor has in the pool; 0 if none. */
int64_t record_stake(struct state *, uint32_t pool, uint32_t contributor,
    enum currency);
void record_put_stake(struct state *, uint32_t pool, uint32_t contributor,
    enum currency, int64_t); /* 0 removes the record */

/* What the key moved on a business date, kept for keys with daily=. */
int64_t record_usage(
    struct state *, uint32_t key, enum currency, struct date);
void record_put_usage(
    struct state *, uint32_t key, enum currency, struct date, int64_t);

/* First entry index of a book's business date. */
bool record_find_day(struct state *, uint8_t book, struct date,
    uint64_t *first) WARN_UNUSED_RESULT;
void record_put_day(
    struct state *, uint8_t book, struct date, uint64_t first);

/*
 * Walk a book's days: the first one on or after `from`, with its first
 * entry.  False if there is none.
 */
bool record_next_day(struct state *, uint8_t book, struct date from,
    struct date *, uint64_t *first) WARN_UNUSED_RESULT;

/* Entry that reversed this entry or line of a batch (0: the entry). */
bool record_find_reversal(struct state *, uint64_t entry, uint32_t line,
    uint64_t *reversing) WARN_UNUSED_RESULT;
void record_put_reversal(
    struct state *, uint64_t entry, uint32_t line, uint64_t reversing);

#endif
