/*
 * Whole numbers of 128 bits: the room that exact products need before they
 * are divided and rounded once.
 */
#ifndef POSITO_LEDGER_WIDE_H
#define POSITO_LEDGER_WIDE_H

#include <posito/amount.h>

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

/* a x b, both at least 0.  False on overflow; then *out is unchanged. */
bool wide_times(wide a, wide b, wide *out) WARN_UNUSED_RESULT;

/* above / below rounded once; above >= 0, below > 0. */
wide wide_divide(wide above, wide below, enum rounding);

/* 10^exponent; exponent at most 38. */
wide wide_power_of_ten(unsigned exponent);

#endif
