/*
 * Base64 (RFC 4648 section 4, padded) and lower-case hexadecimal.  Each
 * value has one spelling: the decoders refuse missing padding, non-zero
 * trailing bits, white space and any other length than the one asked for.
 */
#ifndef POSITO_ENCODING_H
#define POSITO_ENCODING_H

#include <posito/bytes.h>

/* Characters base64 needs for length bytes. */
#define BASE64_LENGTH(length) (((length) + 2) / 3 * 4)

void base64_append(struct buffer *, struct bytes);

/* Decode exactly length bytes into out.  False if misspelled. */
bool base64_decode(struct bytes text, void *out, size_t length)
    WARN_UNUSED_RESULT;

/* Decode text of unknown length; appends to out.  False if misspelled. */
bool base64_decode_any(struct bytes text, struct buffer *out)
    WARN_UNUSED_RESULT;

void hex_append(struct buffer *, struct bytes);
bool hex_decode(struct bytes text, void *out, size_t length)
    WARN_UNUSED_RESULT;

/*
 * Free text on a line.  Every byte outside 0x21-0x7E and '%' itself is
 * written %XX with upper-case digits, no other byte may be: one spelling.
 * The decoded bytes must be valid UTF-8 without control characters and
 * must not be empty.
 */
void text_encode(struct buffer *, struct bytes utf8);
bool text_valid(struct bytes encoded) WARN_UNUSED_RESULT;

/* Append the decoded text.  False if encoded is not valid. */
bool text_decode(struct bytes encoded, struct buffer *utf8)
    WARN_UNUSED_RESULT;

/* True if the bytes are well-formed UTF-8 (no surrogates, no overlongs). */
bool utf8_valid(struct bytes) WARN_UNUSED_RESULT;

#endif
