/*
 * Notes and coins: the pieces of cash a currency has.
 *
 * A value counts once, whatever it is struck or printed on: a count of a
 * drawer says how many pieces of twenty pesos there are, coins and notes
 * together.
 *
 * Sources: United States Department of the Treasury, denominations of
 * Federal Reserve notes and of circulating coins; Banco de Mexico, families
 * of banknotes and of coins in circulation (types B and C).  Pieces that
 * circulate no more but are legal tender (notes above 100 dollars; gold
 * and silver pieces) go to the vault by journal-entry, not into a drawer.
 */
#ifndef POSITO_DENOMINATION_H
#define POSITO_DENOMINATION_H

#include <posito/amount.h>

#define DENOMINATION_NOTE 1U
#define DENOMINATION_COIN 2U

/* Currency, value in smallest units, what there is of it. */
#define DENOMINATIONS(X)                                     \
    X(USD, 10000, DENOMINATION_NOTE)                         \
    X(USD, 5000, DENOMINATION_NOTE)                          \
    X(USD, 2000, DENOMINATION_NOTE)                          \
    X(USD, 1000, DENOMINATION_NOTE)                          \
    X(USD, 500, DENOMINATION_NOTE)                           \
    X(USD, 200, DENOMINATION_NOTE)                           \
    X(USD, 100, DENOMINATION_NOTE | DENOMINATION_COIN)       \
    X(USD, 50, DENOMINATION_COIN)                            \
    X(USD, 25, DENOMINATION_COIN)                            \
    X(USD, 10, DENOMINATION_COIN)                            \
    X(USD, 5, DENOMINATION_COIN)                             \
    X(USD, 1, DENOMINATION_COIN)                             \
    X(MXN, 100000, DENOMINATION_NOTE)                        \
    X(MXN, 50000, DENOMINATION_NOTE)                         \
    X(MXN, 20000, DENOMINATION_NOTE)                         \
    X(MXN, 10000, DENOMINATION_NOTE)                         \
    X(MXN, 5000, DENOMINATION_NOTE)                          \
    X(MXN, 2000, DENOMINATION_NOTE | DENOMINATION_COIN)      \
    X(MXN, 1000, DENOMINATION_COIN)                          \
    X(MXN, 500, DENOMINATION_COIN)                           \
    X(MXN, 200, DENOMINATION_COIN)                           \
    X(MXN, 100, DENOMINATION_COIN)                           \
    X(MXN, 50, DENOMINATION_COIN)                            \
    X(MXN, 20, DENOMINATION_COIN)                            \
    X(MXN, 10, DENOMINATION_COIN)                            \
    X(MXN, 5, DENOMINATION_COIN)

struct denomination {
    struct amount value;
    unsigned forms; /* DENOMINATION_NOTE, _COIN or both */
};

/* The n-th denomination of a currency, the largest first; NULL: no more,
 * or a currency whose cash the house does not keep. */
const struct denomination *denomination_at(enum currency, size_t n);

/* NULL if the currency has no such note or coin. */
const struct denomination *denomination_find(struct amount value);

/* ---- counts ---- */

#define PIECES_MAX 64
#define PIECES_COUNT_MAX 999999
#define PIECES_NONE "none" /* the whole of an empty drawer's count */

/*
 * Read the next piece of a PIECES view.  False at its end.  The view was
 * checked when it was decoded; whether the value is a denomination is for
 * the caller to ask.
 */
bool pieces_next(
    struct bytes *rest, struct amount *value, uint64_t *count);

#endif
