/*
 * Whole numbers modulo p = 2^255 - 19, the field under Ed25519.
 *
 * For checking signatures only: all that goes in is public, and how long a
 * call takes depends on it.  Nothing here may ever touch a secret.
 *
 * A number is limb[0] + 2^51 limb[1] + 2^102 limb[2] + ... and has many
 * spellings.  Which ones a function takes and gives:
 *
 *     narrow   every limb below 2^51 + 2^18: what products, squares and
 *              field_narrow give
 *     wide     every limb below 2^54: what products and squares take
 *
 * Sums and differences carry nothing.  The sum of two narrow numbers has
 * limbs below 2^53, and the difference of two such sums is wide.
 *
 * Formulas: RFC 7748 (the field), RFC 8032 5.1 (square roots, spelling).
 */
#ifndef POSITO_PROTOCOL_FIELD25519_H
#define POSITO_PROTOCOL_FIELD25519_H

#include <posito/bytes.h>

#include <stdbool.h>
#include <stdint.h>

#define FIELD_LIMB_BITS 51
#define FIELD_LIMB_MASK ((UINT64_C(1) << FIELD_LIMB_BITS) - 1)

struct field {
    uint64_t limb[5];
};

__extension__ typedef unsigned __int128 field_product;

static inline struct field field_of(uint64_t small) /* below 2^51 */
{
    return (struct field){{small, 0, 0, 0, 0}};
}

/* Limbs of up to 2^63: to narrow. */
static inline struct field field_narrow(struct field a)
{
    const uint64_t *x = a.limb;
    return (struct field){{
        (x[0] & FIELD_LIMB_MASK) + 19 * (x[4] >> FIELD_LIMB_BITS),
        (x[1] & FIELD_LIMB_MASK) + (x[0] >> FIELD_LIMB_BITS),
        (x[2] & FIELD_LIMB_MASK) + (x[1] >> FIELD_LIMB_BITS),
        (x[3] & FIELD_LIMB_MASK) + (x[2] >> FIELD_LIMB_BITS),
        (x[4] & FIELD_LIMB_MASK) + (x[3] >> FIELD_LIMB_BITS),
    }};
}

static inline struct field field_plus(struct field a, struct field b)
{
    return (struct field){{
        a.limb[0] + b.limb[0],
        a.limb[1] + b.limb[1],
        a.limb[2] + b.limb[2],
        a.limb[3] + b.limb[3],
        a.limb[4] + b.limb[4],
    }};
}

/* a - b, where b's limbs are at most 2^53 - 76: with 4 p added, so that none
 * gets below zero.  Its limbs are at most 2^53 larger than a's. */
static inline struct field field_minus(struct field a, struct field b)
{
    const uint64_t low = 4 * (FIELD_LIMB_MASK - 18);
    const uint64_t high = 4 * FIELD_LIMB_MASK;
    return (struct field){{
        a.limb[0] + low - b.limb[0],
        a.limb[1] + high - b.limb[1],
        a.limb[2] + high - b.limb[2],
        a.limb[3] + high - b.limb[3],
        a.limb[4] + high - b.limb[4],
    }};
}

/* Columns of a product, each below 2^115, to a narrow number. */
static inline struct field field_carry(field_product c0, field_product c1,
    field_product c2, field_product c3, field_product c4)
{
    struct field out;
    c1 += (uint64_t)(c0 >> FIELD_LIMB_BITS);
    c2 += (uint64_t)(c1 >> FIELD_LIMB_BITS);
    c3 += (uint64_t)(c2 >> FIELD_LIMB_BITS);
    c4 += (uint64_t)(c3 >> FIELD_LIMB_BITS);
    uint64_t first = (uint64_t)c0 & FIELD_LIMB_MASK;
    field_product again =
        first + (field_product)19 * (uint64_t)(c4 >> FIELD_LIMB_BITS);
    out.limb[0] = (uint64_t)again & FIELD_LIMB_MASK;
    out.limb[1] =
        ((uint64_t)c1 & FIELD_LIMB_MASK) + (uint64_t)(again >> FIELD_LIMB_BITS);
    out.limb[2] = (uint64_t)c2 & FIELD_LIMB_MASK;
    out.limb[3] = (uint64_t)c3 & FIELD_LIMB_MASK;
    out.limb[4] = (uint64_t)c4 & FIELD_LIMB_MASK;
    return out;
}

/* The product of wide numbers, narrow.  2^255 is 19 modulo p, so what
 * stands above the fifth limb comes back times 19. */
static inline struct field field_times(struct field a, struct field b)
{
    const uint64_t *x = a.limb;
    const uint64_t *y = b.limb;
    uint64_t y1 = 19 * y[1];
    uint64_t y2 = 19 * y[2];
    uint64_t y3 = 19 * y[3];
    uint64_t y4 = 19 * y[4];
#define TIMES(i, j) ((field_product)(i) * (j))
    return field_carry(TIMES(x[0], y[0]) + TIMES(x[1], y4) + TIMES(x[2], y3) +
                           TIMES(x[3], y2) + TIMES(x[4], y1),
        TIMES(x[0], y[1]) + TIMES(x[1], y[0]) + TIMES(x[2], y4) +
            TIMES(x[3], y3) + TIMES(x[4], y2),
        TIMES(x[0], y[2]) + TIMES(x[1], y[1]) + TIMES(x[2], y[0]) +
            TIMES(x[3], y4) + TIMES(x[4], y3),
        TIMES(x[0], y[3]) + TIMES(x[1], y[2]) + TIMES(x[2], y[1]) +
            TIMES(x[3], y[0]) + TIMES(x[4], y4),
        TIMES(x[0], y[4]) + TIMES(x[1], y[3]) + TIMES(x[2], y[2]) +
            TIMES(x[3], y[1]) + TIMES(x[4], y[0]));
}

static inline struct field field_square(struct field a)
{
    const uint64_t *x = a.limb;
    uint64_t d0 = 2 * x[0];
    uint64_t d1 = 2 * x[1];
    uint64_t d2 = 2 * x[2];
    uint64_t x3 = 19 * x[3];
    uint64_t x4 = 19 * x[4];
    return field_carry(TIMES(x[0], x[0]) + TIMES(d1, x4) + TIMES(d2, x3),
        TIMES(d0, x[1]) + TIMES(d2, x4) + TIMES(x[3], x3),
        TIMES(d0, x[2]) + TIMES(x[1], x[1]) + TIMES(2 * x[3], x4),
        TIMES(d0, x[3]) + TIMES(d1, x[2]) + TIMES(x[4], x4),
        TIMES(d0, x[4]) + TIMES(d1, x[3]) + TIMES(x[2], x[2]));
#undef TIMES
}

/* 1 / a, and 0 of 0. */
struct field field_inverse(struct field);

/* A root of above / below; false if there is none. */
bool field_root(struct field above, struct field below,
    struct field *out) WARN_UNUSED_RESULT;

bool field_is_zero(struct field);
bool field_equal(struct field, struct field);

/* Its one spelling below p: 32 bytes, the lowest first. */
void field_spell(struct field, uint8_t out[32]);

/* The lowest bit of that spelling: RFC 8032's sign of an x. */
bool field_is_odd(struct field);

/* The lower 255 bits; whether they are below p is told by the result. */
bool field_parse(const uint8_t in[32], struct field *out) WARN_UNUSED_RESULT;

#endif
