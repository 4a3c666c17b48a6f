#include "wide.h"

bool wide_times(wide a, wide b, wide *out)
{
    wide product;

    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

wide wide_divide(wide above, wide below, enum rounding rounding)
{
    wide quotient = above / below;
    wide rest = above % below;
    bool up = false;

    /* rest against below - rest: twice the rest could overflow. */
    switch (rounding) {
    case ROUND_HALF_EVEN:
        up = rest > below - rest || (rest == below - rest && quotient % 2 != 0);
        break;
    case ROUND_HALF_AWAY:
        up = rest >= below - rest;
        break;
    case ROUND_DOWN:
        break;
    case ROUND_UP:
        up = rest > 0;
        break;
    }
    return quotient + up;
}

wide wide_power_of_ten(unsigned exponent)
{
    wide power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}
