#include <posito/amount.h>

#include <string.h>

#define CODE_LENGTH 3

static const struct {
    char code[CODE_LENGTH + 1];
    uint8_t digits;
} CURRENCY_ROWS[CURRENCY_COUNT] = {
#define X(code, digits) { #code, digits },
    CURRENCIES(X)
#undef X
};

const char *currency_code(enum currency currency)
{
    return CURRENCY_ROWS[currency].code;
}

unsigned currency_digits(enum currency currency)
{
    return CURRENCY_ROWS[currency].digits;
}

bool currency_parse(struct bytes code, enum currency *out)
{
    if (code.length != CODE_LENGTH)
        return false;
    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        if (memcmp(code.data, CURRENCY_ROWS[i].code, CODE_LENGTH) == 0) {
            *out = (enum currency)i;
            return true;
        }
    return false;
}

/* ---- decimals: what amounts and rates have in common ---- */

/* "-12.50": the digits 1250, two of them after the point. */
struct decimal {
    uint64_t digits; /* beyond its limit: some number above it */
    size_t scale;
    bool negative;
    bool above; /* digits is beyond the limit */
};

static bool decimal_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static void decimal_add_digit(
    struct decimal *decimal, uint8_t c, uint64_t limit)
{
    if (decimal->above)
        return;
    decimal->digits = decimal->digits * 10 + (uint64_t)(c - '0');
    decimal->above = decimal->digits > limit;
}

/*
 * Read [-]whole[.fraction], the whole part without leading zeros and
 * neither part empty.  limit must be at most 10^18.
 */
static bool decimal_parse(
    struct bytes text, uint64_t limit, struct decimal *out)
{
    const uint8_t *at = text.data;
    const uint8_t *end = at + text.length;
    *out = (struct decimal){ 0 };
    if (at < end && *at == '-') {
        out->negative = true;
        at++;
    }
    const uint8_t *whole = at;
    while (at < end && decimal_is_digit(*at))
        decimal_add_digit(out, *at++, limit);
    if (at == whole || (*whole == '0' && at - whole > 1))
        return false;
    if (at == end)
        return true;
    if (*at++ != '.')
        return false;
    const uint8_t *fraction = at;
    while (at < end && decimal_is_digit(*at))
        decimal_add_digit(out, *at++, limit);
    out->scale = (size_t)(at - fraction);
    return at == end && out->scale > 0;
}

/* Append digits with scale of them after a point. */
static void decimal_append(struct buffer *out, uint64_t digits, size_t scale)
{
    char text[24]; /* at most 20 digits and a point; scale is at most 12 */
    size_t at = sizeof text;
    for (size_t i = 0; i < scale; i++, digits /= 10)
        text[--at] = (char)('0' + digits % 10);
    if (scale > 0)
        text[--at] = '.';
    do {
        text[--at] = (char)('0' + digits % 10);
        digits /= 10;
    } while (digits != 0);
    buffer_append(out, bytes_of(text + at, sizeof text - at));
}

/* ---- amounts ---- */

static bool amount_is_code(struct bytes text)
{
    if (text.length < CODE_LENGTH)
        return false;
    for (size_t i = 0; i < CODE_LENGTH; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return true;
}

/* Minus zero is a second spelling of zero, however many digits it has. */
static bool amount_decimal(struct bytes text, struct decimal *out)
{
    return decimal_parse(text, AMOUNT_CAP, out) &&
        !(out->negative && out->digits == 0);
}

static enum amount_spelling amount_take(const struct decimal *decimal,
    enum currency currency, struct amount *out)
{
    if (decimal->scale != currency_digits(currency))
        return AMOUNT_WRONG_DIGITS;
    if (decimal->above)
        return AMOUNT_ABOVE_CAP;
    out->minor = decimal->negative ? -(int64_t)decimal->digits
                                   : (int64_t)decimal->digits;
    out->currency = currency;
    return AMOUNT_SPELLED;
}

enum amount_spelling amount_parse(struct bytes text, struct amount *out)
{
    enum currency currency;
    struct decimal decimal;
    if (!amount_is_code(text) ||
        !amount_decimal(bytes_of(text.data + CODE_LENGTH,
            text.length - CODE_LENGTH), &decimal))
        return AMOUNT_MISSPELLED;
    if (!currency_parse(bytes_of(text.data, CODE_LENGTH), &currency))
        return AMOUNT_OTHER_CURRENCY;
    return amount_take(&decimal, currency, out);
}

enum amount_spelling amount_parse_digits(
    struct bytes text, enum currency currency, struct amount *out)
{
    struct decimal decimal;
    if (!amount_decimal(text, &decimal))
        return AMOUNT_MISSPELLED;
    return amount_take(&decimal, currency, out);
}

void amount_append(struct buffer *out, struct amount amount)
{
    buffer_append(
        out, bytes_of(currency_code(amount.currency), CODE_LENGTH));
    amount_append_digits(out, amount);
}

void amount_append_digits(struct buffer *out, struct amount amount)
{
    /* Negated as unsigned, since -INT64_MIN is no int64_t. */
    uint64_t size = (uint64_t)amount.minor;
    if (amount.minor < 0) {
        buffer_char(out, '-');
        size = 0 - size;
    }
    decimal_append(out, size, currency_digits(amount.currency));
}

/* ---- rates ---- */

bool rate_parse(struct bytes text, struct rate *out)
{
    struct decimal decimal;
    if (!decimal_parse(text, RATE_DIGITS_MAX, &decimal) || decimal.negative ||
        decimal.above || decimal.scale > RATE_SCALE_MAX)
        return false;
    if (decimal.scale > 0 && decimal.digits % 10 == 0)
        return false;
    out->digits = (int64_t)decimal.digits;
    out->scale = (uint8_t)decimal.scale;
    return true;
}

void rate_append(struct buffer *out, struct rate rate)
{
    uint64_t digits = (uint64_t)rate.digits;
    size_t scale = rate.scale;
    while (scale > 0 && digits % 10 == 0) {
        digits /= 10;
        scale--;
    }
    decimal_append(out, digits, scale);
}

/* Wide enough for any product of two int64_t. */
__extension__ typedef __int128 wide;

/* Whether a quotient's remainder (its size) rounds away from zero. */
static bool round_away(
    enum rounding rounding, wide quotient, wide remainder, wide denominator)
{
    wide twice = remainder * 2;
    switch (rounding) {
    case ROUND_HALF_EVEN:
        return twice > denominator ||
            (twice == denominator && quotient % 2 != 0);
    case ROUND_HALF_AWAY:
        return twice >= denominator;
    case ROUND_DOWN:
        return false;
    case ROUND_UP:
        return remainder > 0;
    }
    return false;
}

bool minor_times_ratio(int64_t minor, int64_t numerator, int64_t denominator,
    enum rounding rounding, int64_t *out)
{
    if (denominator <= 0)
        return false;
    wide product = (wide)minor * numerator;
    bool negative = product < 0;
    wide size = negative ? -product : product;
    wide quotient = size / denominator;
    if (round_away(rounding, quotient, size % denominator, denominator))
        quotient++;
    if (negative)
        quotient = -quotient;
    if (quotient < INT64_MIN || quotient > INT64_MAX)
        return false;
    *out = (int64_t)quotient;
    return true;
}

bool minor_times_rate(
    int64_t minor, struct rate rate, enum rounding rounding, int64_t *out)
{
    int64_t denominator = 1;
    if (rate.scale > RATE_SCALE_MAX)
        return false;
    for (unsigned i = 0; i < rate.scale; i++)
        denominator *= 10;
    return minor_times_ratio(minor, rate.digits, denominator, rounding, out);
}

/* ---- sharing out ---- */

#define WEIGHTS_MAX (INT64_C(1) << 62)

/* Sum of the weights; 0 if they are not as minor_allocate wants them. */
static int64_t allocate_sum(const int64_t *weights, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] < 0 || weights[i] > WEIGHTS_MAX - sum)
            return 0;
        sum += weights[i];
    }
    return sum;
}

static size_t allocate_count_from(
    const int64_t *remainders, size_t count, int64_t least)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += remainders[i] >= least;
    return found;
}

/*
 * The largest remainder that at least units parts reach.  A search by
 * halves reads the list 62 times, but needs no memory that could fail.
 */
static int64_t allocate_threshold(const int64_t *remainders, size_t count,
    int64_t sum, size_t units)
{
    int64_t low = 0; /* every part reaches it */
    int64_t high = sum; /* none does */
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (allocate_count_from(remainders, count, middle) >= units)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool minor_allocate(
    int64_t total, const int64_t *weights, size_t count, int64_t *parts)
{
    int64_t sum = allocate_sum(weights, count);
    if (sum <= 0 || total < 0)
        return false;

    /* The remainders stand in parts until it is known who gets what the
     * rounding down leaves: fewer units than there are remainders. */
    int64_t left = total;
    for (size_t i = 0; i < count; i++) {
        wide product = (wide)total * weights[i];
        left -= (int64_t)(product / sum);
        parts[i] = (int64_t)(product % sum);
    }
    size_t units = (size_t)left;
    int64_t threshold = allocate_threshold(parts, count, sum, units);
    size_t equals =
        units - allocate_count_from(parts, count, threshold + 1);
    for (size_t i = 0; i < count; i++) {
        bool more = parts[i] > threshold;
        if (parts[i] == threshold && equals > 0) {
            more = true;
            equals--;
        }
        parts[i] = (int64_t)((wide)total * weights[i] / sum) + more;
    }
    return true;
}
