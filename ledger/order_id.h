/*
 * The ids that orders were accepted under: a key uses an id once, and who
 * sends an order again is told what it did the first time.
 *
 * An id of its own record takes 48 bytes of LMDB, of which it needs 14.
 * So those that begin alike stand together, in the leaves of a trie over
 * their hexadecimal digits.  An id begins with its time: a leaf that is
 * full is divided by the next digit, which at first is a finer time, and
 * new ones come at the table's end.  Layout: FORMAT.md, "Ids of orders".
 *
 * What is returned is as record.h says: the kernel asks state_failed
 * before it lets anything leave.
 */
#ifndef POSITO_LEDGER_ORDER_ID_H
#define POSITO_LEDGER_ORDER_ID_H

#include "state.h"

#include <posito/ident.h>

/* Entry that an order was accepted as; key: the number of its signer's. */
bool order_id_find(struct state *, uint32_t key, const struct ulid *,
    uint64_t *index) WARN_UNUSED_RESULT;

/* Not one that is there.  Entries come in order, each higher. */
void order_id_put(
    struct state *, uint32_t key, const struct ulid *, uint64_t index);

/*
 * How many there are.  False: the records do not hang together, and *why
 * says what is wrong with which (it is not freed); or storage failed.
 */
bool order_id_count(struct state *, uint64_t *count, const char **why)
    WARN_UNUSED_RESULT;

#endif
