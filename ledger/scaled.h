/*
 * Numbers of 128 binary digits: what powers, discount factors and
 * instalments are computed in, the same on every machine.
 *
 * A number is mantissa x 2^exponent with the mantissa's highest bit set, or
 * zero (mantissa 0).  None is negative.  The product, quotient, sum and
 * difference are truncated, so each loses less than 2^-127 of its value; a
 * power of n loses less than 2n x 2^-127.  After 2,000 such steps a number
 * still has 34 correct decimal digits.
 */
#ifndef POSITO_LEDGER_SCALED_H
#define POSITO_LEDGER_SCALED_H

#include "wide.h"

struct scaled {
    uwide mantissa;
    int64_t exponent;
};

struct scaled scaled_of(uwide);
struct scaled scaled_ratio(uwide above, uwide below); /* below > 0 */

struct scaled scaled_times(struct scaled, struct scaled);
struct scaled scaled_over(struct scaled, struct scaled divisor); /* > 0 */
struct scaled scaled_plus(struct scaled, struct scaled);

/* a - b, or zero if b is greater. */
struct scaled scaled_minus(struct scaled a, struct scaled b);

struct scaled scaled_power(struct scaled base, uint32_t exponent);

/* Less than 0, 0, or greater than 0, as a is to b. */
int scaled_compare(struct scaled a, struct scaled b);

/* The nearest whole number, halves up.  False if it has over 126 bits. */
bool scaled_nearest(struct scaled, uwide *) WARN_UNUSED_RESULT;

#endif
