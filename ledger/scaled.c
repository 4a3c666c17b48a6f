#include "scaled.h"

#define BITS 128
#define HIGHEST ((uwide)1 << (BITS - 1))

static struct scaled scaled_normal(uwide mantissa, int64_t exponent)
{
    uint64_t high = (uint64_t)(mantissa >> 64);
    int shift;

    if (mantissa == 0)
        return (struct scaled){0, 0};
    shift = high != 0 ? __builtin_clzll(high)
                      : 64 + __builtin_clzll((uint64_t)mantissa);
    return (struct scaled){mantissa << shift, exponent - shift};
}

struct scaled scaled_of(uwide number)
{
    return scaled_normal(number, 0);
}

struct scaled scaled_ratio(uwide above, uwide below)
{
    return scaled_over(scaled_of(above), scaled_of(below));
}

/* The product of 256 bits, by halves; its lower half leaves the highest bit
 * of precision only where the upper one is not normal. */
struct scaled scaled_times(struct scaled a, struct scaled b)
{
    uwide a_high = a.mantissa >> 64;
    uwide a_low = (uint64_t)a.mantissa;
    uwide b_high = b.mantissa >> 64;
    uwide b_low = (uint64_t)b.mantissa;
    uwide cross = a_high * b_low;
    uwide other = a_low * b_high;
    uwide low = a_low * b_low;
    uwide middle = (low >> 64) + (uint64_t)cross + (uint64_t)other;
    uwide high =
        a_high * b_high + (cross >> 64) + (other >> 64) + (middle >> 64);

    if (a.mantissa == 0 || b.mantissa == 0)
        return (struct scaled){0, 0};
    if ((high & HIGHEST) != 0)
        return (struct scaled){high, a.exponent + b.exponent + BITS};
    return (struct scaled){
        high << 1 | (middle >> 63 & 1), a.exponent + b.exponent + BITS - 1};
}

/* Long division, bit by bit: 128 bits of quotient, the first one set. */
struct scaled scaled_over(struct scaled a, struct scaled b)
{
    uwide quotient = 0;
    uwide rest = a.mantissa;
    int bits = BITS;

    if (a.mantissa == 0)
        return a;
    if (rest >= b.mantissa) {
        rest -= b.mantissa;
        quotient = 1;
        bits--;
    }
    for (int i = 0; i < bits; i++) {
        bool carry = (rest & HIGHEST) != 0;

        rest <<= 1;
        quotient <<= 1;
        if (carry || rest >= b.mantissa) {
            rest -= b.mantissa;
            quotient |= 1;
        }
    }
    return (struct scaled){quotient, a.exponent - b.exponent - bits};
}

/* The mantissa of the smaller one, moved to the greater one's exponent. */
static uwide aligned(struct scaled number, int64_t exponent)
{
    int64_t shift = exponent - number.exponent;

    return shift >= BITS ? 0 : number.mantissa >> shift;
}

struct scaled scaled_plus(struct scaled a, struct scaled b)
{
    uwide sum;

    if (scaled_compare(a, b) < 0) {
        struct scaled swap = a;
        a = b;
        b = swap;
    }
    if (b.mantissa == 0)
        return a;
    sum = a.mantissa + aligned(b, a.exponent);
    if (sum >= a.mantissa)
        return (struct scaled){sum, a.exponent};
    return (struct scaled){sum >> 1 | HIGHEST, a.exponent + 1};
}

struct scaled scaled_minus(struct scaled a, struct scaled b)
{
    if (scaled_compare(a, b) <= 0)
        return (struct scaled){0, 0};
    if (b.mantissa == 0)
        return a;
    return scaled_normal(a.mantissa - aligned(b, a.exponent), a.exponent);
}

struct scaled scaled_power(struct scaled base, uint32_t exponent)
{
    struct scaled result = scaled_of(1);

    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1)
            result = scaled_times(result, base);
        base = scaled_times(base, base);
    }
    return result;
}

int scaled_compare(struct scaled a, struct scaled b)
{
    if (a.mantissa == 0 || b.mantissa == 0)
        return (a.mantissa != 0) - (b.mantissa != 0);
    if (a.exponent != b.exponent)
        return a.exponent < b.exponent ? -1 : 1;
    return (a.mantissa > b.mantissa) - (a.mantissa < b.mantissa);
}

bool scaled_nearest(struct scaled number, uwide *out)
{
    if (number.exponent > -2 && number.mantissa != 0)
        return false;
    *out = 0;
    if (number.mantissa == 0 || number.exponent < -BITS)
        return true; /* below a half */
    /* One bit more than the whole part, to see the half. */
    *out = ((number.mantissa >> (-number.exponent - 1)) + 1) >> 1;
    return true;
}
