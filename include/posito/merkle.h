/*
 * The Merkle tree of RFC 6962 section 2.1: empty = SHA-256(""), leaf =
 * SHA-256(00 || entry), node = SHA-256(01 || left || right), split at the
 * largest power of two below the size.
 */
#ifndef POSITO_MERKLE_H
#define POSITO_MERKLE_H

#include <posito/hash.h>

struct hash merkle_leaf(struct bytes entry);
struct hash merkle_node(const struct hash *left, const struct hash *right);

/* A growing tree: slot i is the root of a full subtree of 2^i leaves and
 * is valid if and only if bit i of size is set. */
struct merkle {
    uint64_t size;
    struct hash slot[64];
};

void merkle_clear(struct merkle *);
void merkle_append(struct merkle *, const struct hash *leaf);
struct hash merkle_root(const struct merkle *);

/* Root over a batch's lines, each leaf one line without its LF.  What
 * follows the last LF is no line and has no part in the root. */
struct hash merkle_root_of_lines(struct bytes lines);

/*
 * Proofs.  A path is the hashes from the leaf's sibling upward; never
 * more than 64 for trees of less than 2^63 leaves, and ours are.
 */
#define MERKLE_PATH_MAX 64

struct merkle_path {
    size_t count;
    struct hash hash[MERKLE_PATH_MAX];
};

/* RFC 9162 section 2.1.3.2. */
bool merkle_check_inclusion(const struct hash *leaf, uint64_t index,
    uint64_t size, const struct merkle_path *, const struct hash *root)
    WARN_UNUSED_RESULT;

/* RFC 9162 section 2.1.4.2. */
bool merkle_check_consistency(uint64_t old_size, const struct hash *old_root,
    uint64_t new_size, const struct hash *new_root,
    const struct merkle_path *) WARN_UNUSED_RESULT;

/*
 * Where a prover finds hashes: the root of the full subtree of 2^height
 * leaves that starts at leaf (first << height).  Only subtrees wholly
 * inside the tree are asked for.  Returns 0, or -1 if storage failed.
 */
struct merkle_source {
    int (*full_subtree)(
        void *context, unsigned height, uint64_t first, struct hash *out);
    void *context;
};

/* Both need what the checks above need (index < size; old <= new) and
 * return 0, or -1 if the source failed. */
int merkle_prove_inclusion(const struct merkle_source *, uint64_t index,
    uint64_t size, struct merkle_path *) WARN_UNUSED_RESULT;
int merkle_prove_consistency(const struct merkle_source *, uint64_t old_size,
    uint64_t new_size, struct merkle_path *) WARN_UNUSED_RESULT;

/* Root of the first size leaves.  0, or -1 if the source failed. */
int merkle_root_at(const struct merkle_source *, uint64_t size,
    struct hash *) WARN_UNUSED_RESULT;

#endif
