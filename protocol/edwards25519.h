/*
 * Points of edwards25519, -x^2 + y^2 = 1 + d x^2 y^2, d = -121665/121666,
 * the curve of Ed25519 (RFC 8032 5.1).  For checking signatures only; see
 * field25519.h.
 *
 * Formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves
 * Revisited", 2008, 3.1 to 3.3.  They hold for every pair of points,
 * equal, opposite or neutral, as d is no square and -1 is one.
 */
#ifndef POSITO_PROTOCOL_EDWARDS25519_H
#define POSITO_PROTOCOL_EDWARDS25519_H

#include "field25519.h"

/* x = X/Z, y = Y/Z, T = XY/Z; all narrow. */
struct point {
    struct field x;
    struct field y;
    struct field z;
    struct field t;
};

/* A point as it is added: y + x, y - x, 2dxy; narrow. */
struct addend {
    struct field sum;
    struct field difference;
    struct field product;
};

struct point point_neutral(void);
struct point point_base(void); /* B, RFC 8032's base point */
struct point point_negative(struct point);
struct point point_double(struct point);
struct point point_plus(struct point, const struct addend *);
struct point point_minus(struct point, const struct addend *);

#define POINT_ADDENDS_MAX 32

/* So many points at once, with one inversion for all. */
void point_addends(const struct point *, size_t count, struct addend *out);

/* RFC 8032 5.1.2: y, and the lowest bit of x in the highest of the bytes. */
void point_spell(const struct point *, uint8_t out[32]);

/* False if it is not the spelling of a point. */
bool point_parse(const uint8_t in[32], struct point *out) WARN_UNUSED_RESULT;

#endif
