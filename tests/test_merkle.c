/*
 * The Merkle tree: the known answers of RFC 6962's implementations, then
 * every tree of up to 70 leaves against the definitions of RFC 6962
 * section 2.1 written down as they stand.
 */
#include <posito/encoding.h>
#include <posito/merkle.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "random_operation.h"

#define LEAVES 70

static struct hash hash_from_hex(const char *hex)
{
    struct hash hash;
    assert_true(hex_decode(bytes_text(hex), hash.data, 32));
    return hash;
}

static struct hash hash_from_base64(const char *text)
{
    struct hash hash;
    assert_true(base64_decode(bytes_text(text), hash.data, 32));
    return hash;
}

/* ---- the definitions, with another SHA-256 ---- */

static struct hash naive_node(struct hash left, struct hash right)
{
    struct hash out;
    uint8_t both[65] = { 1 };
    memcpy(both + 1, left.data, 32);
    memcpy(both + 33, right.data, 32);
    crypto_hash_sha256(out.data, both, sizeof both);
    return out;
}

static size_t naive_split(size_t n)
{
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

static struct hash naive_root(const struct hash *leaves, size_t n)
{
    struct hash out;
    if (n == 0) {
        crypto_hash_sha256(out.data, NULL, 0);
        return out;
    }
    if (n == 1)
        return leaves[0];
    size_t k = naive_split(n);
    return naive_node(naive_root(leaves, k), naive_root(leaves + k, n - k));
}

/* PATH(m, D[n]) */
static void naive_path(
    const struct hash *leaves, size_t m, size_t n, struct merkle_path *out)
{
    if (n <= 1)
        return;
    size_t k = naive_split(n);
    if (m < k) {
        naive_path(leaves, m, k, out);
        out->hash[out->count++] = naive_root(leaves + k, n - k);
    } else {
        naive_path(leaves + k, m - k, n - k, out);
        out->hash[out->count++] = naive_root(leaves, k);
    }
}

/* SUBPROOF(m, D[n], b) */
static void naive_subproof(const struct hash *leaves, size_t m, size_t n,
    bool b, struct merkle_path *out)
{
    if (m == n) {
        if (!b)
            out->hash[out->count++] = naive_root(leaves, n);
        return;
    }
    size_t k = naive_split(n);
    if (m <= k) {
        naive_subproof(leaves, m, k, b, out);
        out->hash[out->count++] = naive_root(leaves + k, n - k);
    } else {
        naive_subproof(leaves + k, m - k, n - k, false, out);
        out->hash[out->count++] = naive_root(leaves, k);
    }
}

/* ---- a tree to prove from ---- */

struct forest {
    struct hash leaves[LEAVES];
    size_t size;     /* of the tree that is asked about */
    size_t calls;
    size_t fails_at; /* the call that fails; 0: none */
};

static int forest_subtree(
    void *context, unsigned height, uint64_t first, struct hash *out)
{
    struct forest *forest = context;
    if (++forest->calls == forest->fails_at)
        return -1;
    assert_true(height < 8);
    assert_true(((first + 1) << height) <= forest->size);
    *out = naive_root(
        forest->leaves + (first << height), (size_t)1 << height);
    return 0;
}

static void forest_plant(struct forest *forest, struct merkle_source *source)
{
    struct random_source random = { 9 };
    memset(forest, 0, sizeof *forest);
    for (size_t i = 0; i < LEAVES; i++)
        random_bytes(&random, forest->leaves[i].data, 32);
    *source = (struct merkle_source){ forest_subtree, forest };
}

static void assert_path_equal(
    const struct merkle_path *a, const struct merkle_path *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->hash, b->hash, a->count * sizeof a->hash[0]);
}

/* ---- known answers ---- */

static const char *const known_leaves[] = { "", "00", "10", "2021", "3031",
    "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };

static const char *const known_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static struct hash known_leaf(size_t i)
{
    uint8_t data[16];
    size_t length = strlen(known_leaves[i]) / 2;
    assert_true(hex_decode(bytes_text(known_leaves[i]), data, length));
    return merkle_leaf(bytes_of(data, length));
}

static void known_roots_come_out(void **state)
{
    (void)state;
    struct merkle tree;
    memset(&tree, 0xff, sizeof tree);
    merkle_clear(&tree);
    for (size_t size = 0; size <= 8; size++) {
        struct hash expected = hash_from_hex(known_roots[size]);
        struct hash root = merkle_root(&tree);
        assert_int_equal(tree.size, size);
        assert_true(hash_equal(&root, &expected));
        if (size < 8) {
            struct hash leaf = known_leaf(size);
            merkle_append(&tree, &leaf);
        }
    }
    struct hash leaf = merkle_leaf(bytes_text("L123456"));
    struct hash expected = hash_from_hex(
        "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
    assert_true(hash_equal(&leaf, &expected));
}

static const char *const known_proof[] = {
    "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
    "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
    "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
};

static void known_proofs_come_out(void **state)
{
    (void)state;
    static struct forest forest;
    struct merkle_source source = { forest_subtree, &forest };
    struct merkle_path known = { .count = 3 }, path;
    struct hash root8 = hash_from_hex(known_roots[8]);
    struct hash root6 = hash_from_hex(known_roots[6]);
    for (size_t i = 0; i < 8; i++)
        forest.leaves[i] = known_leaf(i);
    forest.size = 8;
    for (size_t i = 0; i < 3; i++)
        known.hash[i] = hash_from_base64(known_proof[i]);
    assert_true(
        merkle_check_inclusion(&forest.leaves[5], 5, 8, &known, &root8));
    assert_int_equal(merkle_prove_inclusion(&source, 5, 8, &path), 0);
    assert_path_equal(&path, &known);

    known.hash[0] =
        hash_from_base64("DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=");
    assert_true(merkle_check_consistency(6, &root6, 8, &root8, &known));
    assert_int_equal(merkle_prove_consistency(&source, 6, 8, &path), 0);
    assert_path_equal(&path, &known);
}

/* ---- every tree ---- */

static void roots_agree_with_the_definition(void **state)
{
    (void)state;
    struct forest forest;
    struct merkle_source source;
    struct merkle tree;
    forest_plant(&forest, &source);
    merkle_clear(&tree);
    for (size_t size = 0; size <= LEAVES; size++) {
        struct hash expected = naive_root(forest.leaves, size);
        struct hash root = merkle_root(&tree), at;
        forest.size = size;
        assert_true(hash_equal(&root, &expected));
        assert_int_equal(merkle_root_at(&source, size, &at), 0);
        assert_true(hash_equal(&at, &expected));
        if (size < LEAVES)
            merkle_append(&tree, &forest.leaves[size]);
    }
}

/* Each change of one thing in a proof that held is refused. */
static void refuse_damaged_inclusion(const struct hash *leaf, size_t index,
    size_t size, const struct merkle_path *path, const struct hash *root)
{
    struct merkle_path other = *path;
    struct hash changed = *leaf;
    for (size_t i = 0; i < path->count; i++) {
        other.hash[i].data[(index + i) % 32] ^= (uint8_t)(1U << size % 8);
        assert_false(
            merkle_check_inclusion(leaf, index, size, &other, root));
        other.hash[i] = path->hash[i];
    }
    changed.data[31] ^= 1;
    assert_false(merkle_check_inclusion(&changed, index, size, path, root));
    changed = *root;
    changed.data[0] ^= 0x80;
    assert_false(merkle_check_inclusion(leaf, index, size, path, &changed));
    for (size_t wrong = 0; wrong <= size; wrong++)
        if (wrong != index)
            assert_false(
                merkle_check_inclusion(leaf, wrong, size, path, root));
    if (path->count > 0) {
        other.count = path->count - 1;
        assert_false(
            merkle_check_inclusion(leaf, index, size, &other, root));
    }
    other.count = path->count + 1;
    other.hash[path->count] = *root;
    assert_false(merkle_check_inclusion(leaf, index, size, &other, root));
}

static void every_leaf_is_included(void **state)
{
    (void)state;
    struct forest forest;
    struct merkle_source source;
    forest_plant(&forest, &source);
    for (size_t size = 1; size <= LEAVES; size++) {
        struct hash root = naive_root(forest.leaves, size);
        forest.size = size;
        for (size_t index = 0; index < size; index++) {
            struct merkle_path naive = { .count = 0 }, path;
            naive_path(forest.leaves, index, size, &naive);
            assert_int_equal(
                merkle_prove_inclusion(&source, index, size, &path), 0);
            assert_path_equal(&path, &naive);
            assert_true(merkle_check_inclusion(
                &forest.leaves[index], index, size, &path, &root));
            refuse_damaged_inclusion(
                &forest.leaves[index], index, size, &path, &root);
        }
    }
}

static void refuse_damaged_consistency(size_t old_size,
    const struct hash *old_root, size_t new_size, const struct hash *new_root,
    const struct merkle_path *path)
{
    struct merkle_path other = *path;
    struct hash changed = *old_root;
    for (size_t i = 0; i < path->count; i++) {
        other.hash[i].data[(old_size + i) % 32] ^=
            (uint8_t)(1U << new_size % 8);
        assert_false(merkle_check_consistency(
            old_size, old_root, new_size, new_root, &other));
        other.hash[i] = path->hash[i];
    }
    changed.data[5] ^= 4;
    assert_false(merkle_check_consistency(
        old_size, &changed, new_size, new_root, path));
    changed = *new_root;
    changed.data[5] ^= 4;
    if (old_size > 0)
        assert_false(merkle_check_consistency(
            old_size, old_root, new_size, &changed, path));
    if (path->count > 0) {
        other.count = path->count - 1;
        assert_false(merkle_check_consistency(
            old_size, old_root, new_size, new_root, &other));
    }
    other.count = path->count + 1;
    other.hash[path->count] = *new_root;
    assert_false(merkle_check_consistency(
        old_size, old_root, new_size, new_root, &other));
    if (old_size < new_size)
        assert_false(merkle_check_consistency(
            new_size, new_root, old_size, old_root, path));
}

static void every_pair_of_sizes_is_consistent(void **state)
{
    (void)state;
    struct forest forest;
    struct merkle_source source;
    forest_plant(&forest, &source);
    for (size_t new_size = 0; new_size <= LEAVES; new_size++) {
        struct hash new_root = naive_root(forest.leaves, new_size);
        forest.size = new_size;
        for (size_t old_size = 0; old_size <= new_size; old_size++) {
            struct hash old_root = naive_root(forest.leaves, old_size);
            struct merkle_path naive = { .count = 0 }, path;
            if (old_size > 0)
                naive_subproof(
                    forest.leaves, old_size, new_size, true, &naive);
            assert_int_equal(merkle_prove_consistency(
                                 &source, old_size, new_size, &path), 0);
            assert_path_equal(&path, &naive);
            assert_true(merkle_check_consistency(
                old_size, &old_root, new_size, &new_root, &path));
            refuse_damaged_consistency(
                old_size, &old_root, new_size, &new_root, &path);
        }
    }
}

static void overlong_paths_are_refused(void **state)
{
    (void)state;
    struct merkle_path path = { .count = MERKLE_PATH_MAX + 1 };
    struct hash hash = { { 0 } };
    assert_false(merkle_check_inclusion(
        &hash, 0, (UINT64_C(1) << 63) - 1, &path, &hash));
    assert_false(merkle_check_consistency(
        3, &hash, (UINT64_C(1) << 63) - 1, &hash, &path));
}

/* A hash too many, and roots made to fit it: only the size tells. */
static void paths_beyond_the_root_are_refused(void **state)
{
    (void)state;
    struct forest forest;
    struct merkle_source source;
    struct merkle_path path;
    forest_plant(&forest, &source);
    forest.size = 4;
    struct hash extra = forest.leaves[9];
    struct hash old_root = naive_node(extra, naive_root(forest.leaves, 3));
    struct hash new_root = naive_node(extra, naive_root(forest.leaves, 4));
    assert_int_equal(merkle_prove_inclusion(&source, 2, 4, &path), 0);
    path.hash[path.count++] = extra;
    assert_false(merkle_check_inclusion(
        &forest.leaves[2], 2, 4, &path, &new_root));
    assert_int_equal(merkle_prove_consistency(&source, 3, 4, &path), 0);
    path.hash[path.count++] = extra;
    assert_false(
        merkle_check_consistency(3, &old_root, 4, &new_root, &path));
}

static void failures_of_the_source_are_told(void **state)
{
    (void)state;
    struct forest forest;
    struct merkle_source source;
    struct merkle_path path;
    struct hash root;
    size_t told = 0;
    forest_plant(&forest, &source);
    forest.size = 70;
    for (forest.fails_at = 1; forest.fails_at < 20; forest.fails_at++) {
        size_t before = told;
        forest.calls = 0;
        if (merkle_prove_inclusion(&source, 5, 70, &path) != 0)
            told++;
        assert_int_equal(told - before, forest.calls >= forest.fails_at);
        before = told;
        forest.calls = 0;
        if (merkle_prove_consistency(&source, 37, 70, &path) != 0)
            told++;
        assert_int_equal(told - before, forest.calls >= forest.fails_at);
        before = told;
        forest.calls = 0;
        if (merkle_root_at(&source, 70, &root) != 0)
            told++;
        assert_int_equal(told - before, forest.calls >= forest.fails_at);
    }
    assert_true(told > 10);
}

/* ---- sizes no test can hold: all leaves are the same one ---- */

static int uniform_subtree(
    void *context, unsigned height, uint64_t first, struct hash *out)
{
    const uint64_t *size = context;
    uint64_t wide_end = first + 1;
    assert_true(height < 64 && wide_end <= *size >> height);
    *out = merkle_leaf(bytes_text("same"));
    for (unsigned i = 0; i < height; i++)
        *out = naive_node(*out, *out);
    return 0;
}

static struct hash uniform_root(uint64_t size)
{
    struct hash root = { { 0 } };
    if (size == 1)
        return merkle_leaf(bytes_text("same"));
    uint64_t k = 1;
    while (k < size - k)
        k *= 2;
    if (k * 2 == size) {
        root = uniform_root(k);
        return naive_node(root, root);
    }
    root = uniform_root(k);
    return naive_node(root, uniform_root(size - k));
}

static void huge_trees_are_proved(void **state)
{
    (void)state;
    static const uint64_t sizes[] = { UINT64_C(1) << 32,
        (UINT64_C(1) << 40) + 12345, UINT64_C(999999999999999999),
        (UINT64_C(1) << 62) + 1, INT64_MAX };
    struct hash leaf = merkle_leaf(bytes_text("same"));
    struct random_source random = { 10 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t size = sizes[i];
        struct merkle_source source = { uniform_subtree, &size };
        struct hash root = uniform_root(size), at;
        assert_int_equal(merkle_root_at(&source, size, &at), 0);
        assert_true(hash_equal(&root, &at));
        for (unsigned k = 0; k < 20; k++) {
            uint64_t index = k == 0 ? size - 1 : random_below(&random, size);
            struct merkle_path path;
            struct hash old_root = uniform_root(index + 1);
            assert_int_equal(
                merkle_prove_inclusion(&source, index, size, &path), 0);
            assert_true(
                merkle_check_inclusion(&leaf, index, size, &path, &root));
            path.hash[path.count - 1].data[3] ^= 1;
            assert_false(
                merkle_check_inclusion(&leaf, index, size, &path, &root));
            assert_int_equal(merkle_prove_consistency(
                                 &source, index + 1, size, &path), 0);
            assert_true(merkle_check_consistency(
                index + 1, &old_root, size, &root, &path));
        }
    }
}

/* ---- a batch's lines ---- */

static void lines_are_leaves_without_their_feeds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        const char *lines[5];
    } rows[] = {
        { "", 0, { NULL } },
        { "no feed", 0, { NULL } },
        { "\n", 1, { "" } },
        { "a\n", 1, { "a" } },
        { "a\nb\nc\n", 3, { "a", "b", "c" } },
        { "a\nb\nc\ntail is no line", 3, { "a", "b", "c" } },
        { "a\n\n\nb\n\n", 5, { "a", "", "", "b", "" } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hash leaves[5];
        for (size_t k = 0; k < rows[i].count; k++)
            leaves[k] = merkle_leaf(bytes_text(rows[i].lines[k]));
        struct hash expected = naive_root(leaves, rows[i].count);
        struct hash root = merkle_root_of_lines(bytes_text(rows[i].text));
        assert_true(hash_equal(&root, &expected));
    }
    struct hash empty = merkle_root_of_lines(bytes_of(NULL, 0));
    struct hash expected = hash_from_hex(known_roots[0]);
    assert_true(hash_equal(&empty, &expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_roots_come_out),
        cmocka_unit_test(known_proofs_come_out),
        cmocka_unit_test(roots_agree_with_the_definition),
        cmocka_unit_test(every_leaf_is_included),
        cmocka_unit_test(every_pair_of_sizes_is_consistent),
        cmocka_unit_test(overlong_paths_are_refused),
        cmocka_unit_test(paths_beyond_the_root_are_refused),
        cmocka_unit_test(failures_of_the_source_are_told),
        cmocka_unit_test(huge_trees_are_proved),
        cmocka_unit_test(lines_are_leaves_without_their_feeds),
    };
    return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
