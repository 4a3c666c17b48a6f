#include "key_multiples.h"

#include "edwards25519.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SCALAR_BITS 253U /* of L, the order of B */
#define DIGIT_BITS 6U
#define DIGITS (SCALAR_BITS / DIGIT_BITS + 1)
#define SHARE 3U /* digits that share a row */
#define ROWS ((DIGITS + SHARE - 1) / SHARE)
#define ROW_LENGTH (1U << (DIGIT_BITS - 1))

_Static_assert(ROW_LENGTH <= POINT_ADDENDS_MAX, "a row is made at once");

struct multiples {
    struct addend row[ROWS][ROW_LENGTH];
};

struct key_multiples {
    struct public_key key;
    struct multiples of_minus_key;
};

/* ---- making them ---- */

/* 1 to ROW_LENGTH times p */
static void fill_row(struct addend *row, const struct point *p)
{
    struct point all[ROW_LENGTH];
    struct addend once;
    point_addends(p, 1, &once);
    all[0] = *p;
    for (unsigned i = 1; i < ROW_LENGTH; i++)
        all[i] = point_plus(all[i - 1], &once);
    point_addends(all, ROW_LENGTH, row);
}

static void fill(struct multiples *multiples, struct point p)
{
    for (unsigned i = 0; i < ROWS; i++) {
        fill_row(multiples->row[i], &p);
        for (unsigned j = 0; j < DIGIT_BITS * SHARE; j++)
            p = point_double(p);
    }
}

static struct multiples of_base;
static pthread_once_t base_once = PTHREAD_ONCE_INIT;

static void fill_base(void)
{
    fill(&of_base, point_base());
}

struct key_multiples *key_multiples_new(const struct public_key *key)
{
    struct point a;
    if (!public_key_valid(key) || !point_parse(key->data, &a))
        return NULL;
    struct key_multiples *made = malloc(sizeof *made);
    if (made == NULL)
        return NULL;
    (void)pthread_once(&base_once, fill_base);
    made->key = *key;
    fill(&made->of_minus_key, point_negative(a));
    return made;
}

void key_multiples_free(struct key_multiples *multiples)
{
    free(multiples);
}

/* ---- checking ---- */

/* From 1 - ROW_LENGTH to ROW_LENGTH; nothing is carried from the last, which
 * has the highest bit alone. */
static void take_digits(const uint8_t scalar[32], int8_t digit[DIGITS])
{
    unsigned carry = 0;
    for (unsigned i = 0; i < DIGITS; i++) {
        unsigned at = i * DIGIT_BITS;
        unsigned two = scalar[at / 8];
        if (at / 8 + 1 < 32)
            two |= (unsigned)scalar[at / 8 + 1] << 8;
        unsigned value = (two >> at % 8 & ((1U << DIGIT_BITS) - 1)) + carry;
        carry = value > ROW_LENGTH;
        digit[i] = (int8_t)((int)value - (int)(carry << DIGIT_BITS));
    }
}

static struct point add_digit(
    struct point sum, const struct addend *row, int digit)
{
    if (digit > 0)
        return point_plus(sum, &row[digit - 1]);
    if (digit < 0)
        return point_minus(sum, &row[-digit - 1]);
    return sum;
}

/* s B - h A */
static struct point combine(const struct multiples *of_minus_key,
    const uint8_t s[32], const uint8_t h[32])
{
    int8_t s_digit[DIGITS];
    int8_t h_digit[DIGITS];
    struct point sum = point_neutral();
    take_digits(s, s_digit);
    take_digits(h, h_digit);
    for (unsigned turn = SHARE; turn-- > 0;) {
        for (unsigned i = turn; i < DIGITS; i += SHARE) {
            unsigned row = i / SHARE;
            sum = add_digit(sum, of_base.row[row], s_digit[i]);
            sum = add_digit(sum, of_minus_key->row[row], h_digit[i]);
        }
        for (unsigned i = 0; turn > 0 && i < DIGIT_BITS; i++)
            sum = point_double(sum);
    }
    return sum;
}

void key_multiples_sum(const struct key_multiples *multiples,
    const uint8_t s[32], const uint8_t h[32], uint8_t out[32])
{
    struct point sum = combine(&multiples->of_minus_key, s, h);
    point_spell(&sum, out);
}

/* h = SHA-512(R, A, message) modulo L */
static void hash_scalar(uint8_t out[32], const struct signature *signature,
    const struct public_key *key, struct bytes message)
{
    crypto_hash_sha512_state state;
    uint8_t hash[64];
    (void)crypto_hash_sha512_init(&state);
    (void)crypto_hash_sha512_update(&state, signature->data, 32);
    (void)crypto_hash_sha512_update(&state, key->data, sizeof key->data);
    (void)crypto_hash_sha512_update(&state, message.data, message.length);
    (void)crypto_hash_sha512_final(&state, hash);
    crypto_core_ed25519_scalar_reduce(out, hash);
}

/* Whether it is below L: else it is another one after it was reduced. */
static bool is_reduced(const uint8_t scalar[32])
{
    uint8_t wide[64] = {0};
    uint8_t reduced[32];
    memcpy(wide, scalar, 32);
    crypto_core_ed25519_scalar_reduce(reduced, wide);
    return memcmp(reduced, scalar, sizeof reduced) == 0;
}

bool key_multiples_check(const struct key_multiples *multiples,
    const struct signature *signature, struct bytes message)
{
    static const uint8_t neutral[32] = {1};
    const uint8_t *r = signature->data;
    const uint8_t *s = signature->data + 32;
    uint8_t h[32];
    uint8_t found[32];
    if (!is_reduced(s))
        return false;
    hash_scalar(h, signature, &multiples->key, message);
    key_multiples_sum(multiples, s, h, found);
    /* The sum is in the main subgroup, where only the neutral point is of
     * small order. */
    return memcmp(found, r, sizeof found) == 0 &&
           memcmp(found, neutral, sizeof found) != 0;
}
