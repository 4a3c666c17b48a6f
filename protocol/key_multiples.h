/*
 * Signatures by a key that signs often, checked with multiples of the key
 * at hand: a third of the time that libsodium takes, which begins with the
 * key alone each time.
 *
 * It checks what libsodium 1.0.18's crypto_sign_verify_detached checks
 * (include/posito/note.h), by the same equation and each signature by
 * itself: R = S B - h A, compared by R's 32 bytes.  Checking many signatures
 * in one equation would leave something to chance: an R outside the main
 * subgroup, which fails alone, passes there every other time.
 *
 * A scalar of 253 bits is 43 digits from -31 to 32, six bits each; digit i
 * stands for so many times 2^(6i) A.  A row of the table has 1 to 32 times
 * 2^(18j) A; three digits share it, and between them the sum is doubled
 * six times.  So a check is 86 additions and 12 doublings where without
 * tables it is 253 doublings and some 75 additions.
 */
#ifndef POSITO_PROTOCOL_KEY_MULTIPLES_H
#define POSITO_PROTOCOL_KEY_MULTIPLES_H

#include <posito/note.h>

/* 56 KiB.  Made in the time of six checks by libsodium.  It never changes,
 * so any thread may read it. */
struct key_multiples;

/* NULL: out of memory, or a key that public_key_valid refuses. */
struct key_multiples *key_multiples_new(const struct public_key *);
void key_multiples_free(struct key_multiples *); /* NULL is harmless */

/* True: signature_check accepts it too.  False: ask signature_check. */
bool key_multiples_check(const struct key_multiples *, const struct signature *,
    struct bytes message) WARN_UNUSED_RESULT;

/* s B - h A spelled (RFC 8032 5.1.2); s and h below 2^253, lowest byte
 * first.  For tests. */
void key_multiples_sum(const struct key_multiples *, const uint8_t s[32],
    const uint8_t h[32], uint8_t out[32]);

#endif
