/*
 * The rate at which what is received equals what is paid.
 *
 * Solves  sum of advances d = sum of payments d,  each flow's discount being
 *
 *     d = 1 / ((1 + f i) (1 + i)^t)
 *
 * with t whole periods and f a fraction of one, for the rate i of a period:
 * the general equation of Regulation Z, appendix J (b)(8), and with f = 0
 * that of Mexico's CAT.  In numbers of 128 binary digits (scaled.h).
 *
 * From 0 upwards in steps (10^-4, or 1/32 of the rate reached) to the first
 * change of sign, then by halves.  Where all advances come before all
 * payments there is one root; else the smallest one is told, unless two lie
 * within one step.
 */
#ifndef POSITO_LEDGER_DISCOUNT_H
#define POSITO_LEDGER_DISCOUNT_H

#include <posito/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISCOUNT_FLOWS_MAX 1400

/* The rate of a period is told in parts of 10^-14, up to 100,000 (that is
 * 10,000,000 %). */
#define DISCOUNT_PARTS UINT64_C(100000000000000)
#define DISCOUNT_RATE_MAX UINT64_C(10000000000000000000)

struct discount_flow {
    int64_t minor;   /* above 0; an amount's cap */
    bool is_payment; /* of the borrower; else an advance to the borrower */
    uint32_t whole;  /* t */
    uint32_t odd;    /* f = odd / odd_of, from 0 to below 1 */
    uint32_t odd_of;
};

enum discount_result {
    DISCOUNT_FOUND,
    DISCOUNT_BAD_FLOWS, /* no advance, no payment, an amount not above 0,
                           more than DISCOUNT_FLOWS_MAX */
    DISCOUNT_NEGATIVE,  /* less is paid than was advanced */
    DISCOUNT_TOO_HIGH   /* no rate up to the maximum */
};

/* The root, rounded down to 10^-14. */
enum discount_result discount_rate(const struct discount_flow *, size_t count,
    uint64_t *rate) WARN_UNUSED_RESULT;

#endif
