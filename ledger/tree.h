/*
 * The journal's tree as the state keeps it: the growing tree in memory and,
 * in TABLE_TREE, the roots of full subtrees of heights 8, 16, 24, ...  What
 * lies below height 8 is hashed again from at most 256 entries.
 */
#ifndef POSITO_LEDGER_TREE_H
#define POSITO_LEDGER_TREE_H

#include "state.h"

#include <posito/merkle.h>

struct ledger;

#define TREE_STEP 8U /* heights between two stored levels */
#define TREE_LEAVES (1U << TREE_STEP)

/* Hashes of the leaves that were read last, all of one subtree of height
 * TREE_STEP.  All zero: none. */
struct tree_leaves {
    uint64_t first;
    bool known[TREE_LEAVES];
    struct hash hash[TREE_LEAVES];
};

/* Append a leaf and store the roots of the subtrees that it completes. */
void tree_append(struct merkle *, struct state *, const struct hash *leaf);

/* As merkle_source asks: number counts the subtrees of that height from
 * the left.  0, or -1. */
int tree_full_subtree(
    void *ledger, unsigned height, uint64_t number, struct hash *);

#endif
