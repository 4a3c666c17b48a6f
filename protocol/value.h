/*
 * The values of a line, one pair of functions for each type of field.
 * Only the codec uses this; others call codec_decode_value.
 */
#ifndef POSITO_PROTOCOL_VALUE_H
#define POSITO_PROTOCOL_VALUE_H

#include <posito/operation.h>

/*
 * decode  the bytes of one value into a field of the type's C type;
 *         ACCEPTED, or the status of a value that is not taken.
 * encode  the other way; a word outside its list leaves nothing.
 */
struct value_functions {
    enum status (*decode)(struct bytes, enum field_type, void *field);
    void (*encode)(struct buffer *, enum field_type, const void *field);
};

const struct value_functions *value_functions(enum field_type);

/* The id= of a signed line, which is no field of the table. */
enum status value_decode_ulid(struct bytes, struct ulid *);

/* ---- several things joined by commas: value_list.c ---- */

enum status value_decode_amounts(struct bytes, enum field_type, void *);
void value_encode_amounts(struct buffer *, enum field_type, const void *);
enum status value_decode_postings(struct bytes, enum field_type, void *);
enum status value_decode_pieces(struct bytes, enum field_type, void *);
enum status value_decode_parts(struct bytes, enum field_type, void *);
enum status value_decode_kinds(struct bytes, enum field_type, void *);
void value_encode_kinds(struct buffer *, enum field_type, const void *);

/* What amount_parse said, as a status; text is what it parsed. */
enum status value_of_spelling(enum amount_spelling, struct bytes text);

/* ---- why a value was refused: spelling.c ---- */

/*
 * Called after a value was refused: SECOND_SPELLING if it means something
 * that has another spelling, else BAD_VALUE.  spelling_account may also
 * say UNKNOWN_CURRENCY.
 */
enum status spelling_number(struct bytes, uint64_t limit);
enum status spelling_amount(struct bytes);
enum status spelling_rate(struct bytes);
enum status spelling_digits(struct bytes, enum currency);
enum status spelling_base64(struct bytes, size_t length);
enum status spelling_ulid(struct bytes);
enum status spelling_text(struct bytes);
enum status spelling_account(struct bytes);

/* Three capital letters: they look like a currency. */
bool spelling_is_code(struct bytes);

#endif
