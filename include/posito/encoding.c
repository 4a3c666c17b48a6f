#include <posito/encoding.h>

/* ---- base64 ---- */

static const char BASE64_DIGITS[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define BASE64_NONE 64

/* Value of each character, BASE64_NONE if it is not a digit. */
static const uint8_t BASE64_VALUES[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};

void base64_append(struct buffer *out, struct bytes bytes)
{
    if (bytes.length > SIZE_MAX / 2 ||
        !buffer_reserve(out, BASE64_LENGTH(bytes.length))) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t three = (uint32_t)bytes.data[i] << 16;
        if (left > 1)
            three |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            three |= bytes.data[i + 2];
        const char four[4] = {
            BASE64_DIGITS[three >> 18],
            BASE64_DIGITS[three >> 12 & 63],
            left > 1 ? BASE64_DIGITS[three >> 6 & 63] : '=',
            left > 2 ? BASE64_DIGITS[three & 63] : '=',
        };
        buffer_append(out, bytes_of(four, sizeof four));
    }
}

/*
 * Decode four characters that stand for count (1 to 3) bytes: the rest of
 * them must be padding, and the bits that stand for nothing zero.
 */
static bool base64_decode_four(const uint8_t *four, uint8_t *out, size_t count)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t value = 0;
        if (i <= count)
            value = BASE64_VALUES[four[i]];
        else if (four[i] != '=')
            return false;
        if (value == BASE64_NONE)
            return false;
        bits = bits << 6 | value;
    }
    if ((bits & ((UINT32_C(1) << 8 * (3 - count)) - 1)) != 0)
        return false;
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    return true;
}

/* The same for three bytes: all but the last four characters. */
static bool base64_decode_three(const uint8_t *four, uint8_t *out)
{
    uint32_t a = BASE64_VALUES[four[0]];
    uint32_t b = BASE64_VALUES[four[1]];
    uint32_t c = BASE64_VALUES[four[2]];
    uint32_t d = BASE64_VALUES[four[3]];
    out[0] = (uint8_t)(a << 2 | b >> 4);
    out[1] = (uint8_t)(b << 4 | c >> 2);
    out[2] = (uint8_t)(c << 6 | d);
    return ((a | b | c | d) & BASE64_NONE) == 0;
}

bool base64_decode(struct bytes text, void *out, size_t length)
{
    uint8_t *to = out;
    const uint8_t *from = text.data;
    if (length > SIZE_MAX / 2 || text.length != BASE64_LENGTH(length))
        return false;
    for (; length > 3; length -= 3, from += 4, to += 3)
        if (!base64_decode_three(from, to))
            return false;
    return length == 0 || base64_decode_four(from, to, length);
}

bool base64_decode_any(struct bytes text, struct buffer *out)
{
    if (text.length % 4 != 0)
        return false;
    if (text.length == 0)
        return true;
    size_t length = text.length / 4 * 3;
    if (text.data[text.length - 1] == '=')
        length -= text.data[text.length - 2] == '=' ? 2 : 1;
    if (!buffer_reserve(out, length))
        return false;
    if (!base64_decode(text, out->data + out->length, length))
        return false;
    out->length += length;
    return true;
}

/* ---- hexadecimal ---- */

void hex_append(struct buffer *out, struct bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.length; i++) {
        const char two[2] = {
            digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15]
        };
        buffer_append(out, bytes_of(two, sizeof two));
    }
}

/* Value of a digit whose letters start at ten ('a' or 'A'); 16 if none. */
static unsigned hex_value(uint8_t c, char ten)
{
    if (c >= '0' && c <= '9')
        return c - (unsigned)'0';
    if (c >= ten && c <= ten + 5)
        return c - (unsigned)ten + 10;
    return 16;
}

bool hex_decode(struct bytes text, void *out, size_t length)
{
    uint8_t *to = out;
    if (length > SIZE_MAX / 2 || text.length != 2 * length)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned high = hex_value(text.data[2 * i], 'a');
        unsigned low = hex_value(text.data[2 * i + 1], 'a');
        if (high > 15 || low > 15)
            return false;
        to[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* ---- UTF-8 ---- */

/*
 * A checker that is fed one byte at a time, by table 3-7 of the Unicode
 * standard: only the second byte of a sequence has bounds of its own,
 * which keep out overlong forms, surrogates and what is above U+10FFFF.
 */
struct utf8 {
    unsigned missing; /* bytes the character still lacks */
    uint8_t low;      /* bounds of the next byte */
    uint8_t high;
    uint8_t lead;
};

static bool utf8_lead(struct utf8 *state, uint8_t byte)
{
    state->lead = byte;
    state->low = 0x80;
    state->high = 0xbf;
    state->missing = byte < 0x80 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte == 0xe0)
        state->low = 0xa0;
    if (byte == 0xed)
        state->high = 0x9f;
    if (byte == 0xf0)
        state->low = 0x90;
    if (byte == 0xf4)
        state->high = 0x8f;
    return byte < 0x80 || (byte >= 0xc2 && byte <= 0xf4);
}

static bool utf8_add(struct utf8 *state, uint8_t byte)
{
    if (state->missing == 0)
        return utf8_lead(state, byte);
    if (byte < state->low || byte > state->high)
        return false;
    state->missing--;
    state->low = 0x80;
    state->high = 0xbf;
    return true;
}

bool utf8_valid(struct bytes text)
{
    struct utf8 state = { 0 };
    for (size_t i = 0; i < text.length; i++)
        if (!utf8_add(&state, text.data[i]))
            return false;
    return state.missing == 0;
}

/* ---- free text ---- */

static bool text_is_plain(uint8_t byte)
{
    return byte > 0x20 && byte < 0x7f && byte != '%';
}

void text_encode(struct buffer *out, struct bytes utf8)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < utf8.length; i++) {
        uint8_t byte = utf8.data[i];
        const char three[3] = { '%', digits[byte >> 4], digits[byte & 15] };
        if (text_is_plain(byte))
            buffer_append(out, bytes_of(&byte, 1));
        else
            buffer_append(out, bytes_of(three, sizeof three));
    }
}

/* Split off the next byte of encoded text.  False if it is misspelled. */
static bool text_next(struct bytes *rest, uint8_t *byte)
{
    size_t used = 1;
    *byte = rest->data[0];
    if (*byte == '%') {
        if (rest->length < 3)
            return false;
        unsigned high = hex_value(rest->data[1], 'A');
        unsigned low = hex_value(rest->data[2], 'A');
        if (high > 15 || low > 15)
            return false;
        *byte = (uint8_t)(high << 4 | low);
        if (text_is_plain(*byte))
            return false;
        used = 3;
    } else if (!text_is_plain(*byte)) {
        return false;
    }
    *rest = bytes_of(rest->data + used, rest->length - used);
    return true;
}

bool text_valid(struct bytes encoded)
{
    struct utf8 state = { 0 };
    struct bytes rest = encoded;
    if (encoded.length == 0)
        return false;
    while (rest.length > 0) {
        uint8_t byte;
        bool second = state.missing == 1 && state.lead == 0xc2;
        if (!text_next(&rest, &byte) || !utf8_add(&state, byte))
            return false;
        /* Controls: U+0000-001F, U+007F, and U+0080-009F, spelled C2 xx. */
        if (byte < 0x20 || byte == 0x7f || (second && byte < 0xa0))
            return false;
    }
    return state.missing == 0;
}

bool text_decode(struct bytes encoded, struct buffer *utf8)
{
    struct bytes rest = encoded;
    if (!text_valid(encoded))
        return false;
    while (rest.length > 0) {
        uint8_t byte;
        if (!text_next(&rest, &byte))
            return false;
        buffer_u8(utf8, byte);
    }
    return !utf8->failed;
}
