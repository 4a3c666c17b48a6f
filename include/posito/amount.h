/*
 * Money, exact decimal rates, and the sharing out of an amount.
 *
 * Money is a count of a currency's smallest unit.  No function here can
 * overflow unseen: each tells by its result.  No floating point.
 */
#ifndef POSITO_AMOUNT_H
#define POSITO_AMOUNT_H

#include <posito/bytes.h>

/*
 * Currencies: code and digits after the point, from ISO 4217 table A.1.
 * A ledger uses those that its genesis names.  The number is on disk:
 * append, never reorder.
 */
#define CURRENCIES(X) \
    X(USD, 2)         \
    X(MXN, 2)         \
    X(CAD, 2)         \
    X(CRC, 2)         \
    X(DOP, 2)         \
    X(EUR, 2)         \
    X(GTQ, 2)         \
    X(HNL, 2)         \
    X(JPY, 0)         \
    X(NIO, 2)         \
    X(KWD, 3)

enum currency {
#define X(code, digits) CURRENCY_##code,
    CURRENCIES(X)
#undef X
    CURRENCY_COUNT
};

const char *currency_code(enum currency);
unsigned currency_digits(enum currency);
bool currency_parse(struct bytes code, enum currency *) WARN_UNUSED_RESULT;

/* The largest amount a line may carry, in smallest units: 15 digits. */
#define AMOUNT_CAP INT64_C(999999999999999)

struct amount {
    int64_t minor;
    enum currency currency;
};

/*
 * "USD25.00": code, optional minus sign, no leading zeros, exactly the
 * currency's digits ("JPY25").  Minus zero has no spelling.
 */
enum amount_spelling {
    AMOUNT_SPELLED,
    AMOUNT_MISSPELLED,    /* not an amount, or a second spelling of one */
    AMOUNT_WRONG_DIGITS,  /* too many or too few digits after the point */
    AMOUNT_ABOVE_CAP,     /* beyond AMOUNT_CAP either way */
    AMOUNT_OTHER_CURRENCY /* three letters that are no currency of ours */
};
enum amount_spelling amount_parse(struct bytes, struct amount *)
    WARN_UNUSED_RESULT;
void amount_append(struct buffer *, struct amount);

/* The digits alone, as postings spell them: "-25.00". */
void amount_append_digits(struct buffer *, struct amount);
enum amount_spelling amount_parse_digits(
    struct bytes, enum currency, struct amount *) WARN_UNUSED_RESULT;

/* Sums of smallest units.  False on overflow; then *out is unchanged. */
static inline bool WARN_UNUSED_RESULT minor_add(
    int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

static inline bool WARN_UNUSED_RESULT minor_subtract(
    int64_t a, int64_t b, int64_t *out)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return false;
    *out = difference;
    return true;
}

/* ---- rates ---- */

/*
 * An exact decimal, digits x 10^-scale, from 0 up to 10^18 - 1 digits and
 * scale 12.  One spelling: no leading zeros but the one before the point,
 * no trailing zeros after it ("12.27", "0.01", "1").
 */
struct rate {
    int64_t digits;
    uint8_t scale;
};

#define RATE_DIGITS_MAX INT64_C(999999999999999999)
#define RATE_SCALE_MAX 12

bool rate_parse(struct bytes, struct rate *) WARN_UNUSED_RESULT;
void rate_append(struct buffer *, struct rate);

enum rounding {
    ROUND_HALF_EVEN,
    ROUND_HALF_AWAY, /* from zero: what tax tables mean by rounding */
    ROUND_DOWN,      /* toward zero */
    ROUND_UP         /* away from zero */
};

/* minor x rate, rounded once.  False on overflow. */
bool minor_times_rate(int64_t minor, struct rate, enum rounding, int64_t *out)
    WARN_UNUSED_RESULT;

/* minor x numerator / denominator (> 0), rounded once; exact in between
 * (128 bits).  False on overflow. */
bool minor_times_ratio(int64_t minor, int64_t numerator, int64_t denominator,
    enum rounding, int64_t *out) WARN_UNUSED_RESULT;

/*
 * Share out total (>= 0) over count weights (each >= 0, their sum > 0 and
 * at most 2^62) by the largest remainder (Hamilton's method); among equal
 * remainders the earlier weight goes first.  The parts sum to total.
 * False if the weights are not as said; then parts is unchanged.
 */
bool minor_allocate(int64_t total, const int64_t *weights, size_t count,
    int64_t *parts) WARN_UNUSED_RESULT;

#endif
