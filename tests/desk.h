/*
 * The desk where the tests of admission work: a ring with one key,
 * la.ana's, and a line with its body to be signed, admitted and looked at.
 */
#ifndef POSITO_TESTS_DESK_H
#define POSITO_TESTS_DESK_H

#include "../protocol/admit.h"

#define ID " id=01ARZ3NDEKTSV4RRFFQ69G5FAV by="
#define DEPOSIT "deposit member=m1042 via=la amount=USD25.00 purpose=I"

struct pair {
    struct public_key public_key;
    struct secret_key secret;
};

/* The key whose seed is 32 times the same byte. */
struct pair desk_pair(uint8_t byte);

/* Counts how often it was asked for a key. */
struct ring {
    struct pair ana;
    unsigned asked;
};

struct desk {
    struct ring ring;
    struct keyring keys;
    struct hash ledger;
    struct buffer line;
    struct buffer body;
    struct order order;
};

/* Never NULL: the test fails instead. */
struct desk *desk_open(void);
void desk_close(struct desk *);

/* Append the tail with la.ana's signature, under the name by. */
void desk_sign(struct desk *, const char *by);

void desk_admit(struct desk *);

/* The test fails unless the order has this fault, in this field. */
void desk_expect(const struct desk *, enum status, const char *field);

/* A key-add line up to its proof. */
void desk_key_add(
    struct buffer *line, const char *name, const struct public_key *);

/* A point of order 8, no key of anybody's. */
extern const uint8_t desk_small_point[32];

/* For cmocka's group setup. */
int desk_start_sodium(void **state);

#endif
