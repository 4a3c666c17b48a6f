/*
 * History: which entries posted to an account, in order, without scanning
 * the journal.
 *
 * References stand in blocks of 16.  A block begins with the account's
 * sides before its first posting, so the balance after any entry is found
 * by a binary search over the blocks and by reading at most 16 entries.
 * The n-th posting of an account (from 0) is reference n % 16 of block
 * n / 16.  Control totals have no history.
 */
#ifndef POSITO_LEDGER_HISTORY_H
#define POSITO_LEDGER_HISTORY_H

#include "account.h"

#define HISTORY_BLOCK 16U

struct history_reference {
    uint64_t entry;
    uint32_t line; /* of a batch's body, from 1; 0: the entry itself */
};

struct history_block {
    uint32_t number;
    int64_t debits; /* of the account before the block's first posting */
    int64_t credits;
    size_t count; /* 1 to HISTORY_BLOCK */
    struct history_reference list[HISTORY_BLOCK];
};

/* Blocks of an account with so many postings. */
uint32_t history_blocks(uint64_t postings);

/* False if there is no such block or storage failed. */
bool history_load(struct state *, const struct account_id *, uint32_t number,
    struct history_block *) WARN_UNUSED_RESULT;

/* The block that the next posting of an account with so many goes to: its
 * key and number. */
#define HISTORY_KEY_LENGTH (ACCOUNT_ID_LENGTH + 4)
uint32_t history_key(uint8_t key[HISTORY_KEY_LENGTH],
    const struct account_id *, uint64_t postings);

/* The last byte of its value, once it went there. */
size_t history_last(uint64_t postings);

/*
 * Add a reference.  before is the account as it was before the posting:
 * its count says where the reference goes, its sides begin a new block.
 * place: of that block.
 */
void history_append(struct state *, const struct account_id *,
    const struct account *before, struct history_reference);
void history_append_at(struct state *, const struct account_id *,
    const struct account *before, struct history_reference,
    struct state_place *place);

/*
 * Find the last posting made by an entry at or before `at`.  On true,
 * *block holds it as reference *count - 1, so that the first *count
 * references of the block, added to its header, give the account's sides
 * after entry `at`.  False if the account had no posting by then (or
 * storage failed).
 */
bool history_find_at(struct state *, const struct account_id *,
    const struct account *now, uint64_t at, struct history_block *block,
    size_t *count) WARN_UNUSED_RESULT;

#endif
