#include "answer.h"

#include <posito/encoding.h>

#include <string.h>

/* A longer word in a key's place was never one of ours; it is left out. */
#define FIELD_NAME_MAX 31

/* ---- writing ---- */

void answer_ok(struct buffer *out)
{
    buffer_text(out, "ok");
}

void answer_row(struct buffer *out)
{
    buffer_text(out, "row");
}

static void begin_field(struct buffer *out, const char *key)
{
    buffer_char(out, ' ');
    buffer_text(out, key);
    buffer_char(out, '=');
}

void answer_word(struct buffer *out, const char *key, const char *word)
{
    begin_field(out, key);
    buffer_text(out, word);
}

void answer_bytes(struct buffer *out, const char *key, struct bytes value)
{
    begin_field(out, key);
    buffer_append(out, value);
}

void answer_ident(
    struct buffer *out, const char *key, const struct ident *ident)
{
    answer_bytes(out, key, ident_bytes(ident));
}

void answer_number(struct buffer *out, const char *key, uint64_t number)
{
    begin_field(out, key);
    buffer_decimal(out, number);
}

void answer_amount(struct buffer *out, const char *key, struct amount amount)
{
    begin_field(out, key);
    amount_append(out, amount);
}

void answer_date(struct buffer *out, const char *key, struct date date)
{
    begin_field(out, key);
    date_append(out, date);
}

void answer_instant(
    struct buffer *out, const char *key, struct instant instant)
{
    begin_field(out, key);
    instant_append(out, instant);
}

void answer_hash(struct buffer *out, const char *key, const struct hash *hash)
{
    begin_field(out, key);
    base64_append(out, bytes_of(hash->data, sizeof hash->data));
}

void answer_account(
    struct buffer *out, const char *key, const struct account_name *account)
{
    begin_field(out, key);
    account_name_append(out, account);
}

void answer_text(struct buffer *out, struct bytes utf8)
{
    begin_field(out, "text");
    for (size_t i = 0; i < utf8.length; i++) {
        uint8_t c = utf8.data[i];
        /* A line break inside would end the answer early. */
        buffer_u8(out, c < 0x20 || c == 0x7F ? ' ' : c);
    }
}

void answer_end(struct buffer *out)
{
    buffer_char(out, '\n');
}

static void append_verbatim(struct buffer *out, struct bytes line)
{
    buffer_text(out, "| ");
    buffer_append(out, line);
    buffer_char(out, '\n');
}

void answer_verbatim(struct buffer *out, struct bytes text)
{
    struct bytes line;
    while (bytes_next_line(&text, &line))
        append_verbatim(out, line);
    if (text.length > 0)
        append_verbatim(out, text);
}

void answer_no(struct buffer *out, const struct fault *fault,
    uint64_t line_number, enum language language)
{
    buffer_text(out, "no");
    answer_word(out, "status", status_name(fault->status));
    answer_number(out, "number", (uint64_t)fault->status);
    if (fault->field.length > 0 && fault->field.length <= FIELD_NAME_MAX)
        answer_bytes(out, "field", fault->field);
    if (line_number > 0)
        answer_number(out, "line", line_number);
    answer_text(out, bytes_text(status_sentence(fault->status, language)));
    answer_end(out);
}

/* ---- reading ---- */

/* The word alone, or the word, a space and more. */
static bool opens_with(
    struct bytes line, const char *word, struct bytes *rest)
{
    size_t length = strlen(word);
    if (!bytes_start_with(line, word))
        return false;
    *rest = bytes_after(line, length);
    if (rest->length == 0)
        return true;
    if (rest->data[0] != ' ')
        return false;
    *rest = bytes_after(*rest, 1);
    return true;
}

bool answer_open(
    struct bytes line, enum answer_kind *kind, struct bytes *rest)
{
    if (opens_with(line, "ok", rest))
        *kind = ANSWER_OK;
    else if (opens_with(line, "no", rest))
        *kind = ANSWER_NO;
    else if (opens_with(line, "row", rest))
        *kind = ANSWER_ROW;
    else if (bytes_start_with(line, "| ")) {
        *kind = ANSWER_VERBATIM;
        *rest = bytes_after(line, 2);
    } else
        return false;
    return true;
}

bool answer_next(
    struct bytes *rest, struct bytes *key, struct bytes *value)
{
    size_t at = 0;
    while (at < rest->length && rest->data[at] != '=' &&
           rest->data[at] != ' ')
        at++;
    if (at == 0 || at == rest->length || rest->data[at] == ' ')
        return false;
    *key = bytes_of(rest->data, at);
    struct bytes left = bytes_after(*rest, at + 1);
    size_t end = 0;
    if (bytes_equal_text(*key, "text"))
        end = left.length;
    while (end < left.length && left.data[end] != ' ')
        end++;
    *value = bytes_of(left.data, end);
    if (end < left.length)
        end++;
    *rest = bytes_after(left, end);
    return true;
}

struct bytes answer_find(struct bytes rest, const char *key)
{
    struct bytes found;
    struct bytes value;
    while (answer_next(&rest, &found, &value))
        if (bytes_equal_text(found, key))
            return value;
    return bytes_of(NULL, 0);
}
