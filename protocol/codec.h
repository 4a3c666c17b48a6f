/*
 * Lines <-> operations, as exact inverses: for every line that decodes,
 * encoding the operation gives the same bytes, and for every operation
 * that can be encoded, decoding gives the same operation.
 *
 *     line = verb *( SP key "=" value )
 *
 * A line has no leading, trailing or double space; its keys stand in the
 * table's order; an absent optional key leaves nothing behind; every value
 * has one spelling.  A signed line ends in id= by= sig=.
 */
#ifndef POSITO_PROTOCOL_CODEC_H
#define POSITO_PROTOCOL_CODEC_H

#include <posito/order.h>

/* Where the line stands, which decides what may be there. */
enum codec_place {
    CODEC_REQUEST, /* on a connection or in the journal: signed operations
                      with id, by, sig; questions; session verbs */
    CODEC_BODY,    /* in a batch's body: FLAG_BODY verbs, unsigned */
    CODEC_GENESIS, /* in genesis' body: FLAG_GENESIS verbs, unsigned */
    CODEC_TRY      /* a signed operation's line without id, by and sig */
};

/*
 * Decode a line without its LF.  True, or false with fault set to the
 * first fault in the order of the status table's precedence; op is then
 * undefined but for op->verb, which is set if the verb was known (fault
 * status above UNKNOWN_VERB).  Views in op point into line.
 */
bool codec_decode(struct bytes line, enum codec_place, struct operation *op,
    struct fault *fault) WARN_UNUSED_RESULT;

/* Append the line without LF; signed operations with their tail. */
void codec_encode(struct buffer *, const struct operation *);

/* Append one field's value as it is spelled on a line. */
void codec_encode_value(
    struct buffer *, enum field_type, const void *field);

/*
 * Decode one value.  STATUS_ACCEPTED, or BAD_VALUE, SECOND_SPELLING,
 * WRONG_DIGITS, UNKNOWN_CURRENCY, AMOUNT_ABOVE_CAP, AMOUNT_NOT_POSITIVE.
 */
enum status codec_decode_value(
    struct bytes value, enum field_type, void *field) WARN_UNUSED_RESULT;

#endif
