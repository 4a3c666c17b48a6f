#include "codec.h"

#include "value.h"

#include <string.h>

/* ---- the fields of a line: the verb's own, then the tail ---- */

enum tail_field { TAIL_ID, TAIL_BY, TAIL_SIG, TAIL_COUNT };

static const char *const tail_keys[TAIL_COUNT] = {"id", "by", "sig"};

/* Bytes of each verb's struct, so that only these are cleared. */
static const size_t fields_size[VERB_COUNT] = {
#define OPERATION(SYMBOL, name, ...) sizeof(struct name##_fields),
#define FIELD(...)
#define END_OPERATION(...)
#include <posito/operations.def>
};

/* The one pass over a line. */
struct decoder {
    struct operation *op;
    struct fault *fault;
    const struct operation_row *row;
    size_t count;   /* fields the line can have, tail included */
    size_t next;    /* place after the furthest field seen */
    uint32_t seen;  /* bit n: the field at place n */
};

static const char *key_at(const struct decoder *decoder, size_t place)
{
    size_t own = decoder->row->field_count;
    return place < own ? decoder->row->fields[place].key
                       : tail_keys[place - own];
}

/* Keep the fault that takes precedence; of equal ones the first. */
static void note_fault(
    struct decoder *decoder, enum status status, struct bytes field)
{
    struct fault *fault = decoder->fault;
    if (fault->status != STATUS_ACCEPTED && fault->status <= status)
        return;
    fault->status = status;
    fault->field = field;
}

static bool refuse(struct fault *fault, enum status status)
{
    fault->status = status;
    fault->field = bytes_of(NULL, 0);
    return false;
}

/* ---- bytes and words ---- */

#define EACH_BYTE(value) (UINT64_MAX / 255 * (value))

/*
 * True if every byte is 0x20 to 0x7E.  Eight at a time: adding 1 to 0x7F
 * or subtracting 0x20 from less than 0x20 sets a byte's top bit.  Carries
 * and borrows begin at bad bytes only, so they cannot hide one.
 */
static bool all_printable(struct bytes line)
{
    const uint8_t *at = line.data;
    size_t left = line.length;
    uint64_t bad = 0;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        bad |= word | (word + EACH_BYTE(0x01)) | (word - EACH_BYTE(0x20));
    }
    for (; left > 0; left--, at++)
        if (*at < 0x20 || *at > 0x7E)
            return false;
    return (bad & EACH_BYTE(0x80)) == 0;
}

static struct bytes until_space(struct bytes rest)
{
    const uint8_t *space = NULL;
    if (rest.length > 0)
        space = memchr(rest.data, ' ', rest.length);
    if (space == NULL)
        return rest;
    return bytes_of(rest.data, (size_t)(space - rest.data));
}

/* ---- one field ---- */

/* The place of a key, looked for from the expected one on; count if the
 * operation has no such key. */
static size_t find_place(const struct decoder *decoder, struct bytes key)
{
    for (size_t place = decoder->next; place < decoder->count; place++)
        if (bytes_equal_text(key, key_at(decoder, place)))
            return place;
    for (size_t place = 0; place < decoder->next; place++)
        if (bytes_equal_text(key, key_at(decoder, place)))
            return place;
    return decoder->count;
}

static enum status decode_tail(
    struct operation *op, enum tail_field field, struct bytes value)
{
    switch (field) {
    case TAIL_ID:
        return value_decode_ulid(value, &op->id);
    case TAIL_BY:
        return codec_decode_value(value, FIELD_IDENT, &op->by);
    case TAIL_SIG:
        return codec_decode_value(value, FIELD_SIGNATURE, &op->signature);
    case TAIL_COUNT:
        break;
    }
    return STATUS_BAD_VALUE;
}

static enum status decode_at(
    struct decoder *decoder, size_t place, struct bytes value)
{
    size_t own = decoder->row->field_count;
    if (place >= own)
        return decode_tail(
            decoder->op, (enum tail_field)(place - own), value);
    const struct field_row *row = &decoder->row->fields[place];
    return codec_decode_value(
        value, row->type, (uint8_t *)decoder->op + row->offset);
}

static void decode_word(struct decoder *decoder, struct bytes word)
{
    const uint8_t *equals = NULL;
    if (word.length > 0)
        equals = memchr(word.data, '=', word.length);
    if (equals == NULL || equals == word.data) {
        note_fault(decoder, STATUS_BAD_FIELD,
            equals == NULL ? word : bytes_of(word.data, 0));
        return;
    }
    struct bytes key = bytes_of(word.data, (size_t)(equals - word.data));
    size_t place = find_place(decoder, key);
    if (place == decoder->count) {
        note_fault(decoder, STATUS_UNKNOWN_KEY_WORD, key);
        return;
    }
    if ((decoder->seen >> place) & 1U)
        note_fault(decoder, STATUS_REPEATED_FIELD, key);
    else if (place < decoder->next)
        note_fault(decoder, STATUS_MISORDERED_FIELD, key);
    else
        decoder->next = place + 1;
    decoder->seen |= 1U << place;
    enum status status =
        decode_at(decoder, place, bytes_after(word, key.length + 1));
    if (status != STATUS_ACCEPTED)
        note_fault(decoder, status, key);
}

/* ---- the line ---- */

static bool takes_rest(const struct operation_row *row)
{
    return row->field_count == 1 && row->fields[0].type == FIELD_REST;
}

/* rest is empty or begins with the space after the verb. */
static void decode_rest(struct decoder *decoder, struct bytes rest)
{
    struct bytes none = bytes_of(NULL, 0);
    if (rest.length == 1)
        note_fault(decoder, STATUS_BAD_FIELD, none);
    if (rest.length <= 1)
        return;
    decoder->seen = 1;
    if (decode_at(decoder, 0, bytes_after(rest, 1)) != STATUS_ACCEPTED)
        note_fault(decoder, STATUS_BAD_VALUE, none);
}

static void decode_words(struct decoder *decoder, struct bytes rest)
{
    while (rest.length > 0) {
        struct bytes word = until_space(bytes_after(rest, 1));
        decode_word(decoder, word);
        rest = bytes_after(rest, word.length + 1);
    }
}

static void note_missing(struct decoder *decoder)
{
    size_t own = decoder->row->field_count;
    for (size_t place = 0; place < decoder->count; place++) {
        if ((decoder->seen >> place) & 1U)
            continue;
        if (place < own && decoder->row->fields[place].optional)
            continue;
        note_fault(decoder, STATUS_MISSING_FIELD,
            bytes_text(key_at(decoder, place)));
    }
}

static bool stands_in(const struct operation_row *row, enum codec_place place)
{
    switch (place) {
    case CODEC_REQUEST:
        return row->class != CLASS_OF_FOUNDING;
    case CODEC_BODY:
        return (row->flags & FLAG_BODY) != 0;
    case CODEC_GENESIS:
        return (row->flags & FLAG_GENESIS) != 0;
    case CODEC_TRY:
        return row->class == CLASS_OF_SIGNED &&
               (row->flags & FLAG_HAS_BODY) == 0;
    }
    return false;
}

/* Clear what this verb uses, so that equal lines give equal structs. */
static void begin_operation(struct operation *op, enum verb verb)
{
    memset(op, 0, offsetof(struct operation, as));
    memset(&op->as, 0, fields_size[verb]);
    op->verb = verb;
}

bool codec_decode(struct bytes line, enum codec_place place,
    struct operation *op, struct fault *fault)
{
    enum verb verb;
    if (line.length >= LINE_LENGTH_MAX)
        return refuse(fault, STATUS_LINE_TOO_LONG);
    if (!all_printable(line))
        return refuse(fault, STATUS_BAD_BYTE);
    struct bytes rest = line;
    while (rest.length > 0 && rest.data[0] == ' ')
        rest = bytes_after(rest, 1);
    struct bytes name = until_space(rest);
    if (!verb_parse(name, &verb))
        return refuse(fault, STATUS_UNKNOWN_VERB);

    *fault = (struct fault){.status = STATUS_ACCEPTED};
    begin_operation(op, verb);
    const struct operation_row *row = operation_row(verb);
    op->is_signed = place == CODEC_REQUEST && row->class == CLASS_OF_SIGNED;
    struct decoder decoder = {
        .op = op,
        .fault = fault,
        .row = row,
        .count = row->field_count + (op->is_signed ? TAIL_COUNT : 0),
    };
    if (rest.length < line.length)
        note_fault(&decoder, STATUS_BAD_FIELD, bytes_of(NULL, 0));
    rest = bytes_after(rest, name.length);
    if (takes_rest(row))
        decode_rest(&decoder, rest);
    else
        decode_words(&decoder, rest);
    note_missing(&decoder);
    if (!stands_in(row, place))
        note_fault(&decoder, STATUS_NOT_IN_A_BODY, bytes_of(NULL, 0));
    /* Every verb's struct begins with this word. */
    uint32_t own = (1U << row->field_count) - 1;
    op->as.hello.present = decoder.seen & own;
    return fault->status == STATUS_ACCEPTED;
}

enum status codec_decode_value(
    struct bytes value, enum field_type type, void *field)
{
    return value_functions(type)->decode(value, type, field);
}

/* ---- the other way ---- */

void codec_encode_value(
    struct buffer *out, enum field_type type, const void *field)
{
    value_functions(type)->encode(out, type, field);
}

static void encode_key(struct buffer *out, const char *key)
{
    buffer_char(out, ' ');
    buffer_text(out, key);
    buffer_char(out, '=');
}

static void encode_tail(struct buffer *out, const struct operation *op)
{
    encode_key(out, tail_keys[TAIL_ID]);
    ulid_append(out, &op->id);
    encode_key(out, tail_keys[TAIL_BY]);
    codec_encode_value(out, FIELD_IDENT, &op->by);
    encode_key(out, tail_keys[TAIL_SIG]);
    codec_encode_value(out, FIELD_SIGNATURE, &op->signature);
}

void codec_encode(struct buffer *out, const struct operation *op)
{
    const struct operation_row *row = operation_row(op->verb);
    uint32_t present = op->as.hello.present;
    buffer_text(out, row->verb);
    for (size_t i = 0; i < row->field_count; i++) {
        const struct field_row *field = &row->fields[i];
        if (field->optional && ((present >> i) & 1U) == 0)
            continue;
        if (field->type == FIELD_REST)
            buffer_char(out, ' ');
        else
            encode_key(out, field->key);
        codec_encode_value(
            out, field->type, (const uint8_t *)op + field->offset);
    }
    if (op->is_signed)
        encode_tail(out, op);
}
