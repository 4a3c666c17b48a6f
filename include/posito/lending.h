/*
 * The words of lending: what a loan product may be, and what may be asked
 * of a loan.
 *
 * The numbers are on disk: append, never reorder.
 */
#ifndef POSITO_LENDING_H
#define POSITO_LENDING_H

/* How a loan is repaid; what each means stands in ledger/schedule.h. */
#define LOAN_METHODS(X)                                                   \
    X(LEVEL, "level")       /* every instalment the same */               \
    X(EQUAL, "equal")       /* the same principal in each */              \
    X(FLAT, "flat")         /* interest on what was lent, to the end */   \
    X(BULLET, "bullet")     /* principal at the end */                    \
    X(SEASONAL, "seasonal") /* principal by weights of calendar months */

/* What part of a year a period is; sources in ledger/daycount.h. */
#define LOAN_DAYCOUNTS(X)                                                 \
    X(MONTHS, "months") /* equal periods whatever their days */           \
    X(ACT_365, "act/365")                                                 \
    X(ACT_360, "act/360")                                                 \
    X(30_360, "30/360")                                                   \
    X(30_360_US, "30/360us")                                              \
    X(30E_360, "30e/360")                                                 \
    X(ACT_ACT, "act/act")

/* symbol, name, in days, months or days */
#define LOAN_PERIODS(X)                                                   \
    X(MONTH, "month", false, 1)                                           \
    X(BIMESTER, "bimester", false, 2)                                     \
    X(QUARTER, "quarter", false, 3)                                       \
    X(HALF_YEAR, "half-year", false, 6)                                   \
    X(YEAR, "year", false, 12)                                            \
    X(WEEK, "week", true, 7)                                              \
    X(FORTNIGHT, "fortnight", true, 14)                                   \
    X(HALF_MONTH, "half-month", true, 15)

/* What happens to interest in the instalments of grace. */
#define LOAN_GRACES(X)                                                    \
    X(NONE, "none") /* no loan of the product has grace */                \
    X(PAID, "paid")                                                       \
    X(CAPITALISED, "capitalised")                                         \
    X(DEFERRED, "deferred") /* due with the first one after */            \
    X(FREE, "free")         /* none is counted */

/*
 * What a payment pays first.  In all of them costs and fees come first.
 *   standard    an instalment after the other: late interest, interest,
 *               principal
 *   principal   an instalment after the other, principal before interest
 *   interest    all late interest, then all interest, then principal
 */
#define LOAN_ORDERS(X)                                                    \
    X(STANDARD, "standard") X(PRINCIPAL, "principal") X(INTEREST, "interest")

/* Tables of provisions by days past due; ledger/ageing.h has them. */
#define LOAN_PROVISIONS(X)                                                \
    X(US, "us") X(MX, "mx") X(MX_MARGINAL, "mx.marginal")

/* What a due date does that falls on a day nobody works. */
#define LOAN_SHIFTS(X)                                                    \
    X(KEEP, "keep")         /* it stays */                                \
    X(NEXT, "next")         /* to the next worked day */                  \
    X(WITHIN, "within")     /* likewise, but within its month */          \
    X(PREVIOUS, "previous") /* to the worked day before */

/* As enum rounding of amount.h. */
#define LOAN_ROUNDINGS(X)                                                 \
    X(EVEN, "even") X(AWAY, "away") X(DOWN, "down") X(UP, "up")

/* What is paid beyond what is due; ledger/loan_repay.c has the rules. */
#define LOAN_EXTRAS(X)                                                    \
    X(ADVANCE, "advance") /* the next instalments, as they stand */       \
    X(SHORTEN, "shorten") /* principal; the same instalments, fewer */    \
    X(LOWER, "lower")     /* principal; as many, smaller */

/* How a loan is, as questions name it; the order is that of enum loan_phase
 * of ledger/loan_record.h. */
#define LOAN_STATES(X)                                                    \
    X(APPLIED, "applied") X(APPROVED, "approved") X(OPEN, "open")         \
    X(PAID, "paid") X(CHARGED_OFF, "charged-off")                         \
    X(DECLINED, "declined")

/* What a portfolio is grouped by. */
#define LOAN_GROUPS(X)                                                    \
    X(CLUB, "club") X(SECTOR, "sector") X(PRODUCT, "product")             \
    X(POOL, "pool")

#define X(symbol, name) LOAN_METHOD_##symbol,
enum loan_method { LOAN_METHODS(X) LOAN_METHOD_COUNT };
#undef X
#define X(symbol, name) LOAN_DAYCOUNT_##symbol,
enum loan_daycount { LOAN_DAYCOUNTS(X) LOAN_DAYCOUNT_COUNT };
#undef X
#define X(symbol, name, in_days, many) LOAN_PERIOD_##symbol,
enum loan_period { LOAN_PERIODS(X) LOAN_PERIOD_COUNT };
#undef X
#define X(symbol, name) LOAN_GRACE_##symbol,
enum loan_grace { LOAN_GRACES(X) LOAN_GRACE_COUNT };
#undef X
#define X(symbol, name) LOAN_ORDER_##symbol,
enum loan_order { LOAN_ORDERS(X) LOAN_ORDER_COUNT };
#undef X
#define X(symbol, name) LOAN_PROVISION_##symbol,
enum loan_provision { LOAN_PROVISIONS(X) LOAN_PROVISION_COUNT };
#undef X
#define X(symbol, name) LOAN_SHIFT_##symbol,
enum loan_shift { LOAN_SHIFTS(X) LOAN_SHIFT_COUNT };
#undef X
#define X(symbol, name) LOAN_EXTRA_##symbol,
enum loan_extra { LOAN_EXTRAS(X) LOAN_EXTRA_COUNT };
#undef X
#define X(symbol, name) LOAN_ROUNDING_##symbol,
enum loan_rounding { LOAN_ROUNDINGS(X) LOAN_ROUNDING_COUNT };
#undef X
#define X(symbol, name) LOAN_STATE_##symbol,
enum loan_state { LOAN_STATES(X) LOAN_STATE_COUNT };
#undef X
#define X(symbol, name) LOAN_GROUP_##symbol,
enum loan_group { LOAN_GROUPS(X) LOAN_GROUP_COUNT };
#undef X

#endif
