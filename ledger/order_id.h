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

/* ULID and the number of the key, be32. */
#define ORDER_ID_BYTES 20

struct order_id_name {
    uint8_t data[ORDER_ID_BYTES];
};

struct order_id_node {
    unsigned digits; /* that the names in it share; 0: none */
    size_t key_length;
    uint8_t key[ORDER_ID_BYTES + 1];
    struct state_place place;
};

/*
 * Where an id belongs, so that what was not found is put without looking
 * again; what happened to the table meanwhile is noticed.  All zero at
 * first, and this file's own.
 */
struct order_id_place {
    struct order_id_name name;
    uint64_t version;           /* of the table; 0: nothing was looked for */
    struct order_id_node node;  /* a leaf, or what would be one */
    struct order_id_node above; /* the divided node over what would be */
    bool is_leaf;
    uint64_t last; /* entry of the leaf's last id */
};

/* Entry that an order was accepted as; key: the number of its signer's.
 * False: none, *index is as it was, and the place says where it belongs. */
bool order_id_find(struct state *, uint32_t key, const struct ulid *,
    struct order_id_place *, uint64_t *index) WARN_UNUSED_RESULT;

/* One that is there stays as it is.  Entries come in order, each higher than
 * those before.  place: the one it was looked for with, or any other. */
void order_id_put(struct state *, uint32_t key, const struct ulid *,
    struct order_id_place *, uint64_t index);

/*
 * How many there are.  False: the records do not hang together, or storage
 * failed; *why is a constant text that says what is wrong.
 */
bool order_id_count(struct state *, uint64_t *count, const char **why)
    WARN_UNUSED_RESULT;

#endif
