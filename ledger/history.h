/*
 * History: which entries posted to an account, in order, without scanning
 * the journal.
 *
 * References stand in blocks of 16; the n-th posting of an account (from 0)
 * is reference n % 16 of block n / 16.  A block begins with the account's
 * sides before its first posting, so the balance after any entry is found
 * by finding its block and reading at most 16 entries.  Control totals have
 * no history.
 *
 * The last block stands in the account's own record, behind the account: a
 * posting reads and writes one record.  When it is full and the next
 * posting comes, it goes to a record of its own, whose key begins with that
 * posting: such records come in the order of their keys, at the table's
 * end, and are never touched again.  However long a history is, then, a
 * posting costs the same, and a save writes only what is new.
 *
 * To find old blocks, each names two that went before: the last one, and
 * the one whose number has one bit less (n & (n - 1)); the account names
 * the newest and all that follow from it by dropping bits.  So any block is
 * a few records away, about twice the logarithm of their number.
 *
 * Of a block's references the first is written in full and each other one
 * as what it adds to the one before, mostly 2 to 4 bytes (FORMAT.md).
 */
#ifndef POSITO_LEDGER_HISTORY_H
#define POSITO_LEDGER_HISTORY_H

#include "account.h"

#define HISTORY_BLOCK 16U

struct history_reference {
    uint64_t entry; /* below 2^40 */
    uint32_t line;  /* of a batch's body, from 1; 0: the entry itself */
};

struct history_block {
    uint32_t number;
    int64_t debits; /* of the account before the block's first posting */
    int64_t credits;
    size_t count; /* 1 to HISTORY_BLOCK */
    struct history_reference list[HISTORY_BLOCK];
};

/* Of an account with so many postings: blocks in records of their own, and
 * references in the account's record. */
uint32_t history_full_blocks(uint64_t postings);
size_t history_open_references(uint64_t postings);

/* False if there is no such block or storage failed. */
bool history_load(struct state *, const struct account_id *, uint32_t number,
    struct history_block *) WARN_UNUSED_RESULT;

/*
 * For the checker.  A record of TABLE_HISTORY: does it have the right shape,
 * and are the two blocks there that it names?  And are those there that an
 * account names?
 */
bool history_check_block(struct state *, struct bytes key, struct bytes value,
    struct account_id *, struct history_block *) WARN_UNUSED_RESULT;
bool history_check_account(struct state *, const struct account_id *)
    WARN_UNUSED_RESULT;

/*
 * Store an account after a posting, with the reference to it.  before is
 * the account as it was before the posting: its count says where the
 * reference goes, its sides begin a new block.  place: of the account.
 */
void history_post(struct state *, const struct account_id *,
    struct state_place *place, const struct account *before,
    const struct account *after, struct history_reference);

/*
 * Find the last posting made by an entry at or before `at`.  On true,
 * *block holds it as reference *count - 1, so that the first *count
 * references of the block, added to its header, give the account's sides
 * after entry `at`.  False if the account had no posting by then (or
 * storage failed).
 */
bool history_find_at(struct state *, const struct account_id *, uint64_t at,
    struct history_block *block, size_t *count) WARN_UNUSED_RESULT;

#endif
