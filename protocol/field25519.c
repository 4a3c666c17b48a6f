#include "field25519.h"

#include <string.h>

/* a^(2^times) */
static struct field square_often(struct field a, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        a = field_square(a);
    return a;
}

/* a^(2^250 - 1), and on the way a^11: what both powers begin with. */
static struct field power_250(struct field a, struct field *eleventh)
{
    struct field a2 = field_square(a);
    struct field a9 = field_times(square_often(a2, 2), a);
    struct field a11 = field_times(a9, a2);
    struct field ones5 = field_times(field_square(a11), a9);
    struct field ones10 = field_times(square_often(ones5, 5), ones5);
    struct field ones20 = field_times(square_often(ones10, 10), ones10);
    struct field ones40 = field_times(square_often(ones20, 20), ones20);
    struct field ones50 = field_times(square_often(ones40, 10), ones10);
    struct field ones100 = field_times(square_often(ones50, 50), ones50);
    struct field ones200 = field_times(square_often(ones100, 100), ones100);
    *eleventh = a11;
    return field_times(square_often(ones200, 50), ones50);
}

/* a^(p-2), by Fermat; p - 2 = 2^255 - 21 = 2^5 (2^250 - 1) + 11. */
struct field field_inverse(struct field a)
{
    struct field eleventh;
    struct field high = power_250(a, &eleventh);
    return field_times(square_often(high, 5), eleventh);
}

/* a^((p-5)/8); (p - 5) / 8 = 2^252 - 3 = 2^2 (2^250 - 1) + 1. */
static struct field power_root(struct field a)
{
    struct field eleventh;
    struct field high = power_250(a, &eleventh);
    return field_times(square_often(high, 2), a);
}

/* 2^((p-1)/4): the square of it is -1. */
static const struct field minus_one_root = {{0x61b274a0ea0b0, 0xd5a5fc8f189d,
    0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}};

/* RFC 8032 5.1.3: u v^3 (u v^7)^((p-5)/8), times the root of -1 if its
 * square is -u/v. */
bool field_root(struct field above, struct field below, struct field *out)
{
    struct field cube = field_times(field_square(below), below);
    struct field seventh = field_times(field_square(cube), below);
    struct field root = field_times(
        field_times(above, cube), power_root(field_times(above, seventh)));
    struct field check = field_times(field_square(root), below);
    *out = root;
    if (field_equal(check, above))
        return true;
    *out = field_times(root, minus_one_root);
    return field_is_zero(field_plus(check, field_narrow(above)));
}

/* All limbs below 2^51 and the number below p. */
static struct field lowest(struct field a)
{
    struct field out = field_narrow(a); /* below 2 p */
    /* Is it p or more?  Then something is carried out at the top when 19 is
     * added. */
    uint64_t carry = 19;
    for (int i = 0; i < 5; i++)
        carry = (out.limb[i] + carry) >> FIELD_LIMB_BITS;
    carry *= 19;
    for (int i = 0; i < 5; i++) {
        carry += out.limb[i];
        out.limb[i] = carry & FIELD_LIMB_MASK;
        carry >>= FIELD_LIMB_BITS;
    }
    return out;
}

bool field_is_zero(struct field a)
{
    struct field x = lowest(a);
    return (x.limb[0] | x.limb[1] | x.limb[2] | x.limb[3] | x.limb[4]) == 0;
}

bool field_equal(struct field a, struct field b)
{
    struct field x = lowest(a);
    struct field y = lowest(b);
    return memcmp(&x, &y, sizeof x) == 0;
}

bool field_is_odd(struct field a)
{
    return (lowest(a).limb[0] & 1) != 0;
}

void field_spell(struct field a, uint8_t out[32])
{
    const struct field low = lowest(a);
    const uint64_t *x = low.limb;
    struct buffer text = buffer_over(out, 32);
    buffer_u64(&text, x[0] | x[1] << 51);
    buffer_u64(&text, x[1] >> 13 | x[2] << 38);
    buffer_u64(&text, x[2] >> 26 | x[3] << 25);
    buffer_u64(&text, x[3] >> 39 | x[4] << 12);
}

bool field_parse(const uint8_t in[32], struct field *out)
{
    struct cursor text = cursor_open(bytes_of(in, 32));
    uint64_t w0 = cursor_u64(&text);
    uint64_t w1 = cursor_u64(&text);
    uint64_t w2 = cursor_u64(&text);
    uint64_t w3 = cursor_u64(&text);
    *out = (struct field){{
        w0 & FIELD_LIMB_MASK,
        (w0 >> 51 | w1 << 13) & FIELD_LIMB_MASK,
        (w1 >> 38 | w2 << 26) & FIELD_LIMB_MASK,
        (w2 >> 25 | w3 << 39) & FIELD_LIMB_MASK,
        w3 >> 12 & FIELD_LIMB_MASK,
    }};
    struct field low = lowest(*out);
    return memcmp(&low, out, sizeof low) == 0;
}
