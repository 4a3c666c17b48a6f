/*
 * Mexico's total annual cost of credit, costo anual total (CAT): Banco de
 * México, Circular 21/2009 (DOF 2009-09-04): the effective yearly rate i at
 * which
 *
 *     sum of A / (1 + i)^t = sum of B / (1 + i)^s
 *
 * for disbursements A at t and payments B (principal, interest, commissions,
 * insurance, all without value added tax) at s, in years and fractions of a
 * year from the day the contract takes effect.
 *
 * Years are counted in equal parts, `per_year` of them: 365 days, or 12
 * months, 24 half months, 26 or 52 weeks where payments are regular.  The
 * rate of a part is found to 10^-14 (discount.h), then compounded.  The
 * result is told to 10^-8 of a percent (for rates to 10,000 %) and
 * published to one decimal, halves up.
 */
#ifndef POSITO_LEDGER_CAT_H
#define POSITO_LEDGER_CAT_H

#include "apr.h"

struct cat {
    uint64_t exact;  /* 10^-8 of a percent */
    uint64_t tenths; /* of a percent, as published */
};

/* A flow `at` parts of a year after the contract takes effect. */
struct cat_flow {
    int64_t minor; /* above 0 */
    bool is_payment;
    uint32_t at;
};

/* Found up to 1,000,000 %; beyond, DISCOUNT_TOO_HIGH. */
enum discount_result cat_of_parts(const struct cat_flow *, size_t count,
    uint32_t per_year, struct cat *) WARN_UNUSED_RESULT;

/* By days / 365 from the first flow's date. */
enum discount_result cat_of(
    const struct cash_flows *, struct cat *) WARN_UNUSED_RESULT;

#endif
