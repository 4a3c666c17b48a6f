#include "tree.h"

#include "context.h"
#include "layout.h"

#include <string.h>

static struct bytes make_key(uint8_t key[9], unsigned height, uint64_t number)
{
    key[0] = (uint8_t)height;
    layout_put_be64(key + 1, number);
    return bytes_of(key, 9);
}

void tree_append(
    struct merkle *tree, struct state *state, const struct hash *leaf)
{
    struct hash root = *leaf;
    uint64_t number = tree->size;
    unsigned height = 0;
    uint8_t key[9];

    /* number is that of the subtree of this height that ends here. */
    while (number & 1) {
        root = merkle_node(&tree->slot[height], &root);
        height++;
        number >>= 1;
        if (height % TREE_STEP == 0)
            state_put(state, TABLE_TREE, make_key(key, height, number),
                bytes_of(root.data, sizeof root.data));
    }
    tree->slot[height] = root;
    tree->size++;
}

static int read_leaf(struct ledger *ledger, uint64_t index, struct hash *out)
{
    const struct archive *archive = &ledger->archive;
    struct failure failure = {.text = ""};
    struct entry entry;

    if (archive->leaf != NULL && index < ledger->recent.first) {
        if (archive->leaf(archive->context, index, out, &failure) == 0)
            return 0;
        return context_fail(ledger, "%s", failure.text);
    }
    buffer_clear(&ledger->scratch);
    if (ledger_entry(ledger, index, &ledger->scratch, &entry) != 0)
        return -1;
    *out = merkle_leaf(entry.leaf);
    return 0;
}

/* Leaves never change; proofs ask for the same subtree again and again. */
static int leaf_hash(struct ledger *ledger, uint64_t index, struct hash *out)
{
    struct tree_leaves *leaves = &ledger->leaves;
    unsigned place = (unsigned)(index % TREE_LEAVES);

    if (leaves->first != index - place) {
        leaves->first = index - place;
        memset(leaves->known, 0, sizeof leaves->known);
    }
    if (!leaves->known[place]) {
        if (read_leaf(ledger, index, &leaves->hash[place]) != 0)
            return -1;
        leaves->known[place] = true;
    }
    *out = leaves->hash[place];
    return 0;
}

static int stored(struct ledger *ledger, unsigned height, uint64_t number,
    struct hash *out)
{
    uint8_t key[9];
    struct bytes value;

    if (!state_get(ledger->state, TABLE_TREE, make_key(key, height, number),
            &value) ||
        value.length != sizeof out->data)
        return context_fail(ledger,
            "the root of subtree %llu of height %u is not kept",
            (unsigned long long)number, height);
    memcpy(out->data, value.data, value.length);
    return 0;
}

/* Recurses down to the next stored level: at most TREE_STEP deep. */
int tree_full_subtree(
    void *context, unsigned height, uint64_t number, struct hash *out)
{
    struct ledger *ledger = context;
    struct hash left;
    struct hash right;

    if (height == 0)
        return leaf_hash(ledger, number, out);
    if (height % TREE_STEP == 0)
        return stored(ledger, height, number, out);
    if (tree_full_subtree(ledger, height - 1, number * 2, &left) != 0 ||
        tree_full_subtree(ledger, height - 1, number * 2 + 1, &right) != 0)
        return -1;
    *out = merkle_node(&left, &right);
    return 0;
}
