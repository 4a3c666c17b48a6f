#include <posito/merkle.h>

#include <assert.h>
#include <string.h>

struct hash merkle_leaf(struct bytes entry)
{
    static const uint8_t mark = 0;
    return hash_of_parts(bytes_of(&mark, 1), entry, bytes_of(NULL, 0));
}

struct hash merkle_node(const struct hash *left, const struct hash *right)
{
    /* In one piece: hashing it is all a replay's tree costs. */
    uint8_t both[1 + 2 * sizeof left->data];
    both[0] = 1;
    memcpy(both + 1, left->data, sizeof left->data);
    memcpy(both + 1 + sizeof left->data, right->data, sizeof right->data);
    return hash_of(bytes_of(both, sizeof both));
}

/* ---- the growing tree ---- */

void merkle_clear(struct merkle *tree)
{
    memset(tree, 0, sizeof *tree);
}

void merkle_append(struct merkle *tree, const struct hash *leaf)
{
    struct hash hash = *leaf;
    unsigned height = 0;
    for (uint64_t size = tree->size; (size & 1) != 0; size >>= 1)
        hash = merkle_node(&tree->slot[height++], &hash);
    tree->slot[height] = hash;
    tree->size++;
}

struct hash merkle_root(const struct merkle *tree)
{
    unsigned height = 0;
    uint64_t size = tree->size;
    if (size == 0)
        return hash_of(bytes_of(NULL, 0));
    for (; (size & 1) == 0; size >>= 1)
        height++;
    struct hash root = tree->slot[height];
    for (size >>= 1, height++; size != 0; size >>= 1, height++)
        if ((size & 1) != 0)
            root = merkle_node(&tree->slot[height], &root);
    return root;
}

struct hash merkle_root_of_lines(struct bytes lines)
{
    struct merkle tree;
    struct bytes line;
    merkle_clear(&tree);
    while (bytes_next_line(&lines, &line)) {
        struct hash leaf = merkle_leaf(line);
        merkle_append(&tree, &leaf);
    }
    return merkle_root(&tree);
}

/* ---- checking proofs ---- */

/*
 * Where a proof's walk upward is: node is the position of what we have at
 * its level, last that of the level's last node (fn and sn of RFC 9162).
 */
struct climb {
    uint64_t node;
    uint64_t last;
};

/*
 * Climb by one hash of the path.  True if that hash is a left sibling:
 * node is a right child, or it is the last one and has no sibling until
 * some levels higher, where it is a right child.
 */
static bool climb_left(struct climb *climb)
{
    bool left = (climb->node & 1) != 0 || climb->node == climb->last;
    if (left) {
        while ((climb->node & 1) == 0 && climb->node != 0) {
            climb->node >>= 1;
            climb->last >>= 1;
        }
    }
    climb->node >>= 1;
    climb->last >>= 1;
    return left;
}

bool merkle_check_inclusion(const struct hash *leaf, uint64_t index,
    uint64_t size, const struct merkle_path *path, const struct hash *root)
{
    if (index >= size || path->count > MERKLE_PATH_MAX)
        return false;
    struct climb climb = { index, size - 1 };
    struct hash hash = *leaf;
    for (size_t i = 0; i < path->count; i++) {
        if (climb.last == 0)
            return false;
        hash = climb_left(&climb) ? merkle_node(&path->hash[i], &hash)
                                  : merkle_node(&hash, &path->hash[i]);
    }
    return climb.last == 0 && hash_equal(&hash, root);
}

bool merkle_check_consistency(uint64_t old_size, const struct hash *old_root,
    uint64_t new_size, const struct hash *new_root,
    const struct merkle_path *path)
{
    if (old_size > new_size || path->count > MERKLE_PATH_MAX)
        return false;
    if (old_size == new_size)
        return path->count == 0 && hash_equal(old_root, new_root);
    if (old_size == 0) {
        struct hash empty = hash_of(bytes_of(NULL, 0));
        return path->count == 0 && hash_equal(old_root, &empty);
    }
    if (path->count == 0)
        return false;

    struct climb climb = { old_size - 1, new_size - 1 };
    while ((climb.node & 1) != 0) {
        climb.node >>= 1;
        climb.last >>= 1;
    }
    /* A full old tree is itself the node the walk starts from. */
    size_t next = (old_size & (old_size - 1)) == 0 ? 0 : 1;
    struct hash old_hash = next == 0 ? *old_root : path->hash[0];
    struct hash new_hash = old_hash;
    for (; next < path->count; next++) {
        const struct hash *other = &path->hash[next];
        if (climb.last == 0)
            return false;
        if (climb_left(&climb)) {
            old_hash = merkle_node(other, &old_hash);
            new_hash = merkle_node(other, &new_hash);
        } else {
            new_hash = merkle_node(&new_hash, other);
        }
    }
    return climb.last == 0 && hash_equal(&old_hash, old_root) &&
        hash_equal(&new_hash, new_root);
}

/* ---- making proofs ---- */

/*
 * Root of the count (> 0) leaves from first on; first is a multiple of a
 * power of two that is at least count, so that the range is the full
 * subtrees of count's binary digits, the largest one leftmost.
 */
static int merkle_range(const struct merkle_source *source, uint64_t first,
    uint64_t count, struct hash *out)
{
    uint64_t end = first + count;
    bool started = false;
    for (unsigned height = 0; height < 64 && count >> height != 0; height++) {
        struct hash subtree;
        if ((count >> height & 1) == 0)
            continue;
        end -= UINT64_C(1) << height;
        if (source->full_subtree(
                source->context, height, end >> height, &subtree) != 0)
            return -1;
        *out = started ? merkle_node(&subtree, out) : subtree;
        started = true;
    }
    return 0;
}

/* Largest power of two below count (> 1), where RFC 6962 splits. */
static uint64_t merkle_split(uint64_t count)
{
    return UINT64_C(1) << (63 - __builtin_clzll(count - 1));
}

static int path_push(struct merkle_path *path,
    const struct merkle_source *source, uint64_t first, uint64_t count)
{
    assert(path->count < MERKLE_PATH_MAX);
    return merkle_range(source, first, count, &path->hash[path->count++]);
}

/* Paths are found from the root downward, and written upward. */
static void path_reverse(struct merkle_path *path)
{
    for (size_t i = 0; i < path->count / 2; i++) {
        struct hash kept = path->hash[i];
        path->hash[i] = path->hash[path->count - 1 - i];
        path->hash[path->count - 1 - i] = kept;
    }
}

int merkle_prove_inclusion(const struct merkle_source *source, uint64_t index,
    uint64_t size, struct merkle_path *path)
{
    uint64_t first = 0;
    uint64_t count = size;
    assert(index < size);
    path->count = 0;
    while (count > 1) {
        uint64_t left = merkle_split(count);
        int result;
        if (index - first < left) {
            result = path_push(path, source, first + left, count - left);
            count = left;
        } else {
            result = path_push(path, source, first, left);
            first += left;
            count -= left;
        }
        if (result != 0)
            return -1;
    }
    path_reverse(path);
    return 0;
}

int merkle_prove_consistency(const struct merkle_source *source,
    uint64_t old_size, uint64_t new_size, struct merkle_path *path)
{
    uint64_t first = 0;
    uint64_t count = new_size;
    assert(old_size <= new_size);
    path->count = 0;
    if (old_size == 0 || old_size == new_size)
        return 0;
    while (old_size - first != count) {
        uint64_t left = merkle_split(count);
        int result;
        if (old_size - first <= left) {
            result = path_push(path, source, first + left, count - left);
            count = left;
        } else {
            result = path_push(path, source, first, left);
            first += left;
            count -= left;
        }
        if (result != 0)
            return -1;
    }
    /* The checker knows the old root already if that is where we arrived. */
    if (first != 0 && path_push(path, source, first, count) != 0)
        return -1;
    path_reverse(path);
    return 0;
}

int merkle_root_at(
    const struct merkle_source *source, uint64_t size, struct hash *out)
{
    if (size == 0) {
        *out = hash_of(bytes_of(NULL, 0));
        return 0;
    }
    return merkle_range(source, 0, size, out);
}
