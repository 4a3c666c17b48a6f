/* The low-level calls are deprecated since OpenSSL 3.0 in favour of EVP,
 * whose allocation and dispatch cost more than hashing a line does. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <posito/hash.h>

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

struct hasher {
    SHA256_CTX context;
};

/* These calls return 1 always: they only compute. */
static struct hash hash_finish(SHA256_CTX *context)
{
    struct hash hash;
    (void)SHA256_Final(hash.data, context);
    return hash;
}

struct hash hash_of(struct bytes bytes)
{
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, bytes.data, bytes.length);
    return hash_finish(&context);
}

struct hash hash_of_parts(struct bytes a, struct bytes b, struct bytes c)
{
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, a.data, a.length);
    (void)SHA256_Update(&context, b.data, b.length);
    (void)SHA256_Update(&context, c.data, c.length);
    return hash_finish(&context);
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->data, b->data, sizeof a->data) == 0;
}

struct hasher *hasher_new(void)
{
    struct hasher *hasher = malloc(sizeof *hasher);
    if (hasher != NULL)
        (void)SHA256_Init(&hasher->context);
    return hasher;
}

void hasher_add(struct hasher *hasher, struct bytes bytes)
{
    (void)SHA256_Update(&hasher->context, bytes.data, bytes.length);
}

struct hash hasher_end(struct hasher *hasher)
{
    struct hash hash = hash_finish(&hasher->context);
    hasher_free(hasher);
    return hash;
}

void hasher_free(struct hasher *hasher)
{
    free(hasher);
}
