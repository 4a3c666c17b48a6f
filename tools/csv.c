#include "csv.h"

#include "../protocol/answer.h"
#include "show.h"

#include <posito/encoding.h>

#include <string.h>

#define COLUMNS_MAX 64

struct columns {
    size_t count;
    struct bytes key[COLUMNS_MAX];
    struct bytes row[COLUMNS_MAX]; /* first key of the row it came in */
    bool own_currency; /* the rows tell it themselves */
    bool money;
};

static size_t column_of(const struct columns *columns, struct bytes key)
{
    size_t i = 0;
    while (i < columns->count && !bytes_equal(columns->key[i], key))
        i++;
    return i;
}

static void learn(struct columns *columns, struct bytes rest)
{
    struct bytes key;
    struct bytes value;
    struct bytes first = {0};
    struct amount amount;
    while (answer_next(&rest, &key, &value)) {
        size_t column = column_of(columns, key);
        if (first.length == 0)
            first = key;
        if (column == columns->count && column < COLUMNS_MAX) {
            columns->row[column] = first;
            columns->key[columns->count++] = key;
        }
        if (bytes_equal_text(key, "currency"))
            columns->own_currency = true;
        if (amount_parse(value, &amount) == AMOUNT_SPELLED)
            columns->money = true;
    }
}

/* Quoted only where it must be; a quote inside is doubled. */
static void put_field(FILE *out, struct bytes text)
{
    bool quote = false;
    for (size_t i = 0; i < text.length; i++)
        if (strchr(",\"\r\n", text.data[i]) != NULL)
            quote = true;
    if (quote)
        (void)fputc('"', out);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"')
            (void)fputc('"', out);
        (void)fputc(text.data[i], out);
    }
    if (quote)
        (void)fputc('"', out);
}

static void put_value(FILE *out, struct bytes key, struct bytes value)
{
    struct buffer text = buffer_empty();
    struct amount amount;
    if (amount_parse(value, &amount) == AMOUNT_SPELLED)
        amount_append_digits(&text, amount);
    else
        show_value(&text, key, value);
    put_field(out, buffer_bytes(&text));
    buffer_free(&text);
}

static void put_row(
    FILE *out, const struct columns *columns, struct bytes rest)
{
    struct bytes values[COLUMNS_MAX] = {{0}};
    struct bytes key;
    struct bytes value;
    struct amount amount;
    const char *currency = "";
    while (answer_next(&rest, &key, &value)) {
        size_t column = column_of(columns, key);
        if (column < columns->count)
            values[column] = value;
        if (amount_parse(value, &amount) == AMOUNT_SPELLED)
            currency = currency_code(amount.currency);
    }
    for (size_t i = 0; i < columns->count; i++) {
        if (i > 0)
            (void)fputc(',', out);
        if (values[i].length > 0)
            put_value(out, columns->key[i], values[i]);
    }
    if (columns->money && !columns->own_currency)
        (void)fprintf(out, ",%s", currency);
    (void)fputs("\r\n", out);
}

static void put_headings(
    FILE *out, const struct columns *columns, enum language language)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (i > 0)
            (void)fputc(',', out);
        put_field(out, show_label(
                columns->row[i], columns->key[i], language));
    }
    if (columns->money && !columns->own_currency) {
        (void)fputc(',', out);
        put_field(out, show_label(
                columns->key[0], bytes_text("currency"), language));
    }
    (void)fputs("\r\n", out);
}

/* Does the answer have a line of this kind? */
static bool has_kind(struct bytes answer, enum answer_kind wanted)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    while (bytes_next_line(&answer, &line))
        if (answer_open(line, &kind, &rest) && kind == wanted)
            return true;
    return false;
}

void csv_answer(FILE *out, struct bytes answer, enum language language)
{
    struct columns columns = {.count = 0};
    enum answer_kind wanted =
        has_kind(answer, ANSWER_ROW) ? ANSWER_ROW : ANSWER_OK;
    enum answer_kind kind;
    struct bytes line;
    struct bytes rest;
    struct bytes at = answer;
    while (bytes_next_line(&at, &line))
        if (answer_open(line, &kind, &rest) && kind == wanted)
            learn(&columns, rest);
    if (columns.count == 0)
        return;
    put_headings(out, &columns, language);
    while (bytes_next_line(&answer, &line))
        if (answer_open(line, &kind, &rest) && kind == wanted)
            put_row(out, &columns, rest);
}
