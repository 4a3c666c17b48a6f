/*
 * Each function spells the value anew as the one spelling would have it
 * and asks the decoder again.  None of this runs for a line that is taken.
 */
#include "value.h"

#include <posito/encoding.h>

#include <string.h>

static enum status second_if(bool means_something)
{
    return means_something ? STATUS_SECOND_SPELLING : STATUS_BAD_VALUE;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Zeros that have another digit after them. */
static struct bytes without_leading_zeros(struct bytes text)
{
    while (text.length > 1 && text.data[0] == '0' && is_digit(text.data[1]))
        text = bytes_after(text, 1);
    return text;
}

static struct bytes without_plus(struct bytes text)
{
    if (text.length > 0 && text.data[0] == '+')
        return bytes_after(text, 1);
    return text;
}

enum status spelling_number(struct bytes value, uint64_t limit)
{
    uint64_t number;
    struct bytes plain = without_leading_zeros(without_plus(value));
    return second_if(bytes_decimal(plain, limit, &number));
}

/* Digits with a sign or zeros too many; "-0.00" is another "0.00". */
enum status spelling_digits(struct bytes value, enum currency currency)
{
    char plain[32];
    struct buffer out = buffer_over(plain, sizeof plain);
    struct amount amount;
    bool minus = value.length > 0 && value.data[0] == '-';
    struct bytes digits =
        minus ? bytes_after(value, 1) : without_plus(value);
    digits = without_leading_zeros(digits);
    if (amount_parse_digits(digits, currency, &amount) == AMOUNT_SPELLED &&
        amount.minor == 0)
        minus = false;
    if (minus)
        buffer_char(&out, '-');
    buffer_append(&out, digits);
    if (out.failed)
        return STATUS_BAD_VALUE;
    return second_if(amount_parse_digits(buffer_bytes(&out), currency,
                         &amount) != AMOUNT_MISSPELLED);
}

/* Zeros that say nothing, before the digits or after the point. */
enum status spelling_rate(struct bytes value)
{
    struct rate rate;
    struct bytes plain = without_leading_zeros(without_plus(value));
    if (plain.length > 0 && memchr(plain.data, '.', plain.length) != NULL) {
        while (plain.data[plain.length - 1] == '0')
            plain.length--;
        if (plain.data[plain.length - 1] == '.')
            plain.length--;
    }
    return second_if(rate_parse(plain, &rate));
}

enum status spelling_amount(struct bytes value)
{
    enum currency currency;
    if (value.length < 3 ||
        !currency_parse(bytes_of(value.data, 3), &currency))
        return STATUS_BAD_VALUE;
    return spelling_digits(bytes_after(value, 3), currency);
}

bool spelling_is_code(struct bytes value)
{
    if (value.length != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (value.data[i] < 'A' || value.data[i] > 'Z')
            return false;
    return true;
}

enum status spelling_account(struct bytes value)
{
    char known[160];
    struct buffer out = buffer_over(known, sizeof known);
    struct account_name account;
    if (value.length < 4)
        return STATUS_BAD_VALUE;
    struct bytes code = bytes_after(value, value.length - 3);
    enum currency currency;
    if (!spelling_is_code(code) || currency_parse(code, &currency))
        return STATUS_BAD_VALUE;
    buffer_append(&out, bytes_of(value.data, value.length - 3));
    buffer_text(&out, currency_code(CURRENCY_USD));
    if (out.failed || !account_name_parse(buffer_bytes(&out), &account))
        return STATUS_BAD_VALUE;
    return STATUS_UNKNOWN_CURRENCY;
}

/* Padding left out, or bits set that the length leaves unused. */
enum status spelling_base64(struct bytes value, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    char plain[BASE64_LENGTH(sizeof(struct signature))];
    uint8_t decoded[sizeof(struct signature)];
    size_t padding = (3 - length % 3) % 3;
    size_t used = BASE64_LENGTH(length) - padding;
    if (value.length < used || value.length > BASE64_LENGTH(length) ||
        length > sizeof decoded)
        return STATUS_BAD_VALUE;
    for (size_t i = used; i < value.length; i++)
        if (value.data[i] != '=')
            return STATUS_BAD_VALUE;
    memcpy(plain, value.data, used);
    memset(plain + used, '=', padding);
    const char *last = memchr(digits, plain[used - 1], sizeof digits - 1);
    if (last == NULL)
        return STATUS_BAD_VALUE;
    size_t kept = (size_t)(last - digits) >> (2 * padding) << (2 * padding);
    plain[used - 1] = digits[kept];
    return second_if(
        base64_decode(bytes_of(plain, used + padding), decoded, length));
}

/* Crockford's base 32 may be read in lower case and with I, L and O. */
enum status spelling_ulid(struct bytes value)
{
    char plain[ULID_LENGTH];
    struct ulid ulid;
    if (value.length != ULID_LENGTH)
        return STATUS_BAD_VALUE;
    for (size_t i = 0; i < ULID_LENGTH; i++) {
        char c = (char)value.data[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c == 'I' || c == 'L')
            c = '1';
        if (c == 'O')
            c = '0';
        plain[i] = c;
    }
    return second_if(ulid_parse(bytes_of(plain, ULID_LENGTH), &ulid));
}

/* 0 to 15, or 16 if c is no hexadecimal digit of either case. */
static unsigned hex_value(uint8_t c)
{
    if (is_digit(c))
        return c - (unsigned)'0';
    if (c >= 'a' && c <= 'f')
        return c - (unsigned)'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - (unsigned)'A' + 10;
    return 16;
}

/* %41 is another "A", and %c3 another %C3. */
enum status spelling_text(struct bytes value)
{
    static const char hex[] = "0123456789ABCDEF";
    uint8_t plain[LINE_LENGTH_MAX];
    struct buffer out = buffer_over(plain, sizeof plain);
    for (size_t i = 0; i < value.length; i++) {
        uint8_t c = value.data[i];
        if (c != '%') {
            buffer_u8(&out, c);
            continue;
        }
        if (value.length - i < 3)
            return STATUS_BAD_VALUE;
        unsigned high = hex_value(value.data[i + 1]);
        unsigned low = hex_value(value.data[i + 2]);
        if (high > 15 || low > 15)
            return STATUS_BAD_VALUE;
        unsigned byte = high << 4 | low;
        i += 2;
        if (byte >= 0x21 && byte <= 0x7E && byte != '%') {
            buffer_u8(&out, (uint8_t)byte);
            continue;
        }
        buffer_char(&out, '%');
        buffer_char(&out, hex[high]);
        buffer_char(&out, hex[low]);
    }
    return second_if(!out.failed && text_valid(buffer_bytes(&out)));
}
