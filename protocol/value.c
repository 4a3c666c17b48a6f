#include "value.h"

#include <posito/encoding.h>

#include <string.h>

/* Words are read into and out of a field through an unsigned number. */
_Static_assert(sizeof(enum purpose) == sizeof(unsigned), "enum of words");
_Static_assert(sizeof(enum party_kind) == sizeof(unsigned), "enum of words");
_Static_assert(sizeof(enum language) == sizeof(unsigned), "enum of words");

static enum status accepted_if(bool parsed)
{
    return parsed ? STATUS_ACCEPTED : STATUS_BAD_VALUE;
}

/* ---- names ---- */

static enum status decode_ident(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    return accepted_if(ident_parse(value, field));
}

static void encode_ident(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    buffer_append(out, ident_bytes(field));
}

static enum status decode_account(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    return account_name_parse(value, field) ? STATUS_ACCEPTED
                                            : spelling_account(value);
}

static void encode_account(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    account_name_append(out, field);
}

static enum status decode_origin(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    if (value.length == 0 || value.length > NOTE_NAME_MAX)
        return STATUS_BAD_VALUE;
    for (size_t i = 0; i < value.length; i++) {
        uint8_t c = value.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '-' && c <= '9')))
            return STATUS_BAD_VALUE;
    }
    *(struct bytes *)field = value;
    return STATUS_ACCEPTED;
}

/* ---- views: what was read is what is written ---- */

static enum status decode_text(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    if (!text_valid(value))
        return spelling_text(value);
    *(struct bytes *)field = value;
    return STATUS_ACCEPTED;
}

static enum status decode_rest(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    *(struct bytes *)field = value;
    return accepted_if(value.length > 0);
}

static void encode_view(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    buffer_append(out, *(const struct bytes *)field);
}

/* ---- numbers and money ---- */

static enum status decode_number(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    return bytes_decimal(value, NUMBER_MAX, field)
               ? STATUS_ACCEPTED
               : spelling_number(value, NUMBER_MAX);
}

static void encode_number(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    buffer_decimal(out, *(const uint64_t *)field);
}

enum status value_of_spelling(
    enum amount_spelling spelling, struct bytes text)
{
    switch (spelling) {
    case AMOUNT_SPELLED:
        return STATUS_ACCEPTED;
    case AMOUNT_MISSPELLED:
        return spelling_amount(text);
    case AMOUNT_WRONG_DIGITS:
        return STATUS_WRONG_DIGITS;
    case AMOUNT_ABOVE_CAP:
        return STATUS_AMOUNT_ABOVE_CAP;
    case AMOUNT_OTHER_CURRENCY:
        return STATUS_UNKNOWN_CURRENCY;
    }
    return STATUS_BAD_VALUE;
}

static enum status decode_amount(
    struct bytes value, enum field_type type, void *field)
{
    struct amount *amount = field;
    enum status status = value_of_spelling(amount_parse(value, amount), value);
    if (status != STATUS_ACCEPTED)
        return status;
    if (type == FIELD_LEVEL)
        return accepted_if(amount->minor >= 0);
    return amount->minor > 0 ? STATUS_ACCEPTED : STATUS_AMOUNT_NOT_POSITIVE;
}

static void encode_amount(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    amount_append(out, *(const struct amount *)field);
}

static enum status decode_currency(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    if (currency_parse(value, field))
        return STATUS_ACCEPTED;
    return spelling_is_code(value) ? STATUS_UNKNOWN_CURRENCY
                                   : STATUS_BAD_VALUE;
}

static void encode_currency(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    buffer_text(out, currency_code(*(const enum currency *)field));
}

static enum status decode_rate(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    return rate_parse(value, field) ? STATUS_ACCEPTED : spelling_rate(value);
}

static void encode_rate(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    rate_append(out, *(const struct rate *)field);
}

/* ---- time ---- */

#define MONTH_LENGTH 7 /* 2026-11 */
#define FIRST_DAY "-01"

static enum status decode_month(
    struct bytes value, enum field_type type, void *field)
{
    char text[MONTH_LENGTH + sizeof FIRST_DAY];
    struct buffer date = buffer_over(text, sizeof text);

    (void)type;
    if (value.length != MONTH_LENGTH)
        return STATUS_BAD_VALUE;
    buffer_append(&date, value);
    buffer_text(&date, FIRST_DAY);
    return accepted_if(date_parse(buffer_bytes(&date), field));
}

static void encode_month(
    struct buffer *out, enum field_type type, const void *field)
{
    char text[32];
    struct buffer date = buffer_over(text, sizeof text);

    (void)type;
    date_append(&date, *(const struct date *)field);
    buffer_append(out, bytes_of(text, MONTH_LENGTH));
}

static enum status decode_date(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    return accepted_if(date_parse(value, field));
}

static void encode_date(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    date_append(out, *(const struct date *)field);
}

static enum status decode_instant(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    return accepted_if(instant_parse(value, field));
}

static void encode_instant(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    instant_append(out, *(const struct instant *)field);
}

/* ---- base64 ---- */

static size_t binary_length(enum field_type type)
{
    return type == FIELD_SIGNATURE ? sizeof(struct signature)
                                   : sizeof(struct hash);
}

_Static_assert(
    sizeof(struct hash) == sizeof(struct public_key), "both of 32 bytes");

static enum status decode_binary(
    struct bytes value, enum field_type type, void *field)
{
    size_t length = binary_length(type);
    return base64_decode(value, field, length)
               ? STATUS_ACCEPTED
               : spelling_base64(value, length);
}

static void encode_binary(
    struct buffer *out, enum field_type type, const void *field)
{
    base64_append(out, bytes_of(field, binary_length(type)));
}

enum status value_decode_ulid(struct bytes value, struct ulid *out)
{
    return ulid_parse(value, out) ? STATUS_ACCEPTED : spelling_ulid(value);
}

/* ---- words ---- */

static enum status decode_word(
    struct bytes value, enum field_type type, void *field)
{
    const char *const *words = field_words(type);
    for (unsigned i = 0; words[i] != NULL; i++)
        if (bytes_equal_text(value, words[i])) {
            memcpy(field, &i, sizeof i);
            return STATUS_ACCEPTED;
        }
    return STATUS_BAD_VALUE;
}

static void encode_word(
    struct buffer *out, enum field_type type, const void *field)
{
    const char *const *words = field_words(type);
    unsigned place;
    memcpy(&place, field, sizeof place);
    for (unsigned i = 0; words[i] != NULL; i++)
        if (i == place)
            buffer_text(out, words[i]);
}

static enum status decode_verb(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    return accepted_if(verb_parse(value, field));
}

static void encode_verb(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    buffer_text(out, operation_row(*(const enum verb *)field)->verb);
}

static enum status decode_yesno(
    struct bytes value, enum field_type type, void *field)
{
    (void)type;
    bool yes = bytes_equal_text(value, "yes");
    *(bool *)field = yes;
    return accepted_if(yes || bytes_equal_text(value, "no"));
}

static void encode_yesno(
    struct buffer *out, enum field_type type, const void *field)
{
    (void)type;
    buffer_text(out, *(const bool *)field ? "yes" : "no");
}

/* ---- the table ---- */

static const struct value_functions table[] = {
    [FIELD_IDENT] = {decode_ident, encode_ident},
    [FIELD_ACCOUNT] = {decode_account, encode_account},
    [FIELD_AMOUNT] = {decode_amount, encode_amount},
    [FIELD_LEVEL] = {decode_amount, encode_amount},
    [FIELD_AMOUNTS] = {value_decode_amounts, value_encode_amounts},
    [FIELD_POSTINGS] = {value_decode_postings, encode_view},
    [FIELD_TEXT] = {decode_text, encode_view},
    [FIELD_REST] = {decode_rest, encode_view},
    [FIELD_ORIGIN] = {decode_origin, encode_view},
    [FIELD_DATE] = {decode_date, encode_date},
    [FIELD_MONTH] = {decode_month, encode_month},
    [FIELD_RATE] = {decode_rate, encode_rate},
    [FIELD_PIECES] = {value_decode_pieces, encode_view},
    [FIELD_PARTS] = {value_decode_parts, encode_view},
    [FIELD_INSTANT] = {decode_instant, encode_instant},
    [FIELD_NUMBER] = {decode_number, encode_number},
    [FIELD_HASH] = {decode_binary, encode_binary},
    [FIELD_PUBLIC_KEY] = {decode_binary, encode_binary},
    [FIELD_SIGNATURE] = {decode_binary, encode_binary},
    [FIELD_CURRENCY] = {decode_currency, encode_currency},
    [FIELD_VERB] = {decode_verb, encode_verb},
    [FIELD_PURPOSE] = {decode_word, encode_word},
    [FIELD_COUNTRY] = {decode_word, encode_word},
    [FIELD_PARTY_KIND] = {decode_word, encode_word},
    [FIELD_KEY_KIND] = {decode_word, encode_word},
    [FIELD_KINDS] = {value_decode_kinds, value_encode_kinds},
    [FIELD_MODE] = {decode_word, encode_word},
    [FIELD_BLOCK] = {decode_word, encode_word},
    [FIELD_LIMIT] = {decode_word, encode_word},
    [FIELD_BASIS] = {decode_word, encode_word},
    [FIELD_CATEGORY] = {decode_word, encode_word},
    [FIELD_SPAN] = {decode_word, encode_word},
    [FIELD_EXCESS] = {decode_word, encode_word},
    [FIELD_LINK] = {decode_word, encode_word},
    [FIELD_LOAN_METHOD] = {decode_word, encode_word},
    [FIELD_LOAN_DAYCOUNT] = {decode_word, encode_word},
    [FIELD_LOAN_PERIOD] = {decode_word, encode_word},
    [FIELD_LOAN_GRACE] = {decode_word, encode_word},
    [FIELD_LOAN_ORDER] = {decode_word, encode_word},
    [FIELD_LOAN_PROVISION] = {decode_word, encode_word},
    [FIELD_LOAN_SHIFT] = {decode_word, encode_word},
    [FIELD_LOAN_EXTRA] = {decode_word, encode_word},
    [FIELD_LOAN_ROUNDING] = {decode_word, encode_word},
    [FIELD_LOAN_STATE] = {decode_word, encode_word},
    [FIELD_LOAN_GROUP] = {decode_word, encode_word},
    [FIELD_REMAINDER] = {decode_word, encode_word},
    [FIELD_LANGUAGE] = {decode_word, encode_word},
    [FIELD_YESNO] = {decode_yesno, encode_yesno},
};

/* A type without its row would be found here, not by a client's line. */
#define X(type, c_type) +1
_Static_assert(sizeof table / sizeof *table == 0 FIELD_TYPES(X),
    "a row for each type of field");
#undef X

const struct value_functions *value_functions(enum field_type type)
{
    return &table[type];
}
