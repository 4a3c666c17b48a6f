#include <posito/ident.h>

#include <stdlib.h>
#include <string.h>

static bool ident_is_alphanumeric(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool ident_parse(struct bytes text, struct ident *out)
{
    if (text.length == 0 || text.length > IDENT_LENGTH_MAX)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        bool inside = i > 0 && i + 1 < text.length;
        if (!ident_is_alphanumeric(c) && !(inside && (c == '.' || c == '-')))
            return false;
    }
    *out = (struct ident){ .length = (uint8_t)text.length };
    memcpy(out->text, text.data, text.length);
    return true;
}

struct ident ident_of(const char *text)
{
    struct ident ident;
    if (!ident_parse(bytes_text(text), &ident))
        abort();
    return ident;
}

struct bytes ident_bytes(const struct ident *ident)
{
    return bytes_of(ident->text, ident->length);
}

bool ident_equal(const struct ident *a, const struct ident *b)
{
    return a->length == b->length &&
        memcmp(a->text, b->text, sizeof a->text) == 0;
}

/* ---- ULIDs ---- */

/* Crockford's base 32 leaves out I, L, O and U.  26 characters are 130
 * bits, so the first one carries three. */
static const char ULID_DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Value of a digit, 32 if it is none. */
static unsigned ulid_value(uint8_t c)
{
    const char *at = c == '\0' ? NULL : strchr(ULID_DIGITS, c);
    return at == NULL ? 32 : (unsigned)(at - ULID_DIGITS);
}

bool ulid_parse(struct bytes text, struct ulid *out)
{
    struct ulid ulid = { { 0 } };
    unsigned pending = 0; /* low bits of the text not yet in a byte */
    unsigned bits = 0;
    size_t at = 0;
    if (text.length != ULID_LENGTH)
        return false;
    for (size_t i = 0; i < ULID_LENGTH; i++) {
        unsigned value = ulid_value(text.data[i]);
        if (value > (i == 0 ? 7U : 31U))
            return false;
        pending = (pending << 5 | value) & 0xfff;
        bits += i == 0 ? 3 : 5;
        if (bits >= 8) {
            bits -= 8;
            ulid.data[at++] = (uint8_t)(pending >> bits);
        }
    }
    *out = ulid;
    return true;
}

void ulid_append(struct buffer *out, const struct ulid *ulid)
{
    char text[ULID_LENGTH];
    unsigned pending = 0;
    unsigned bits = 2; /* two zero bits in front make 130 of 128 */
    size_t at = 0;
    for (size_t i = 0; i < sizeof ulid->data; i++) {
        pending = (pending << 8 | ulid->data[i]) & 0xfff;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text[at++] = ULID_DIGITS[pending >> bits & 31];
        }
    }
    buffer_append(out, bytes_of(text, sizeof text));
}

struct ulid ulid_make(uint64_t ms, const uint8_t random[10])
{
    struct ulid ulid;
    for (size_t i = 0; i < 6; i++)
        ulid.data[i] = (uint8_t)(ms >> 8 * (5 - i));
    memcpy(ulid.data + 6, random, 10);
    return ulid;
}
