#include "edwards25519.h"

#include <assert.h>

/* d, and twice of it */
static const struct field d_once = {{0x34dca135978a3, 0x1a8283b156ebd,
    0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
static const struct field d_twice = {{0x69b9426b2f159, 0x35050762add7a,
    0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};

struct point point_neutral(void)
{
    return (struct point){.y = field_of(1), .z = field_of(1)};
}

struct point point_negative(struct point p)
{
    p.x = field_narrow(field_minus(field_of(0), p.x));
    p.t = field_narrow(field_minus(field_of(0), p.t));
    return p;
}

/* ---- adding ---- */

/* What all the formulas end in: the sum has x = e/g and y = h/f. */
static inline struct point point_of(
    struct field e, struct field f, struct field g, struct field h)
{
    return (struct point){
        .x = field_times(e, f),
        .y = field_times(g, h),
        .z = field_times(f, g),
        .t = field_times(e, h),
    };
}

/* 3.3: four squares; the signs of e, f, g and h are all turned. */
struct point point_double(struct point p)
{
    struct field a = field_square(p.x);
    struct field b = field_square(p.y);
    struct field zz = field_square(p.z);
    struct field h = field_plus(a, b);
    struct field g = field_minus(a, b);
    struct field e = field_minus(h, field_square(field_plus(p.x, p.y)));
    struct field f = field_plus(field_plus(zz, zz), g);
    return point_of(e, f, g, h);
}

/* 3.1 with z2 = 1: y - x meets y - x, y + x meets y + x; for a difference
 * the other way round. */
static inline struct point add(struct point p, const struct field *minus,
    const struct field *plus, const struct field *product, bool negative)
{
    struct field a = field_times(field_minus(p.y, p.x), *minus);
    struct field b = field_times(field_plus(p.y, p.x), *plus);
    struct field c = field_times(p.t, *product);
    struct field d = field_plus(p.z, p.z);
    struct field low = field_minus(d, c);
    struct field high = field_plus(d, c);
    return point_of(field_minus(b, a), negative ? high : low,
        negative ? low : high, field_plus(b, a));
}

struct point point_plus(struct point p, const struct addend *q)
{
    return add(p, &q->difference, &q->sum, &q->product, false);
}

struct point point_minus(struct point p, const struct addend *q)
{
    return add(p, &q->sum, &q->difference, &q->product, true);
}

/* Montgomery's trick: the inverse of a product gives that of each factor. */
void point_addends(const struct point *points, size_t count, struct addend *out)
{
    struct field before[POINT_ADDENDS_MAX];
    struct field product = field_of(1);
    assert(count <= POINT_ADDENDS_MAX);
    for (size_t i = 0; i < count; i++) {
        before[i] = product;
        product = field_times(product, points[i].z);
    }
    struct field inverse = field_inverse(product);
    for (size_t i = count; i-- > 0;) {
        struct field over_z = field_times(inverse, before[i]);
        struct field x = field_times(points[i].x, over_z);
        struct field y = field_times(points[i].y, over_z);
        inverse = field_times(inverse, points[i].z);
        out[i] = (struct addend){
            .sum = field_narrow(field_plus(y, x)),
            .difference = field_narrow(field_minus(y, x)),
            .product = field_times(field_times(x, y), d_twice),
        };
    }
}

/* ---- spelling ---- */

void point_spell(const struct point *p, uint8_t out[32])
{
    struct field over_z = field_inverse(p->z);
    field_spell(field_times(p->y, over_z), out);
    if (field_is_odd(field_times(p->x, over_z)))
        out[31] |= 0x80;
}

/* 5.1.3: x^2 = (y^2 - 1) / (d y^2 + 1) */
bool point_parse(const uint8_t in[32], struct point *out)
{
    struct field x;
    struct field y;
    bool odd = (in[31] & 0x80) != 0;
    if (!field_parse(in, &y))
        return false;
    struct field yy = field_square(y);
    if (!field_root(field_minus(yy, field_of(1)),
            field_plus(field_times(yy, d_once), field_of(1)), &x))
        return false;
    if (field_is_zero(x) && odd)
        return false;
    if (field_is_odd(x) != odd)
        x = field_narrow(field_minus(field_of(0), x));
    *out = (struct point){x, y, field_of(1), field_times(x, y)};
    return true;
}

struct point point_base(void)
{
    /* y = 4/5, and the even x */
    struct field y = field_times(field_of(4), field_inverse(field_of(5)));
    struct point base;
    uint8_t spelled[32];
    field_spell(y, spelled);
    bool is_point = point_parse(spelled, &base);
    assert(is_point);
    (void)is_point;
    return base;
}
