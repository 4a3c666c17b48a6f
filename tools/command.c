#include "command.h"

#include "speech.h"
#include "suggest.h"

#include <posito/encoding.h>

#include <string.h>

/* The values a line can have, by the place of their field. */
#define PLACES_MAX 32

struct builder {
    const struct operation_row *row;
    const struct command_options *options;
    struct command_fault *fault;
    struct bytes value[PLACES_MAX];
    bool given[PLACES_MAX];
};

/* Large enough for any type of field. */
union any_field {
#define X(type, c_type) field_##type##_t type;
    FIELD_TYPES(X)
#undef X
};

/* ---- saying what is wrong ---- */

static bool refuse(
    struct command_fault *fault, enum status status, struct buffer *text)
{
    fault->status = status;
    /* Cut where the room ends; a person can do with less. */
    fault->text[text->length < sizeof fault->text ? text->length
                                                   : sizeof fault->text - 1] =
        '\0';
    return false;
}

static struct buffer begin_text(struct command_fault *fault)
{
    return buffer_over(fault->text, sizeof fault->text - 1);
}

/* A name says more if it is one that could stand there. */
static const char *name_example(const char *key)
{
    static const char *const names[][2] = {
        {"via", "la"},
        {"club", "jomulquillo"},
        {"key", "la.ana"},
        {"owner", "la.staff"},
        {"scope", "us"},
        {"book", "us"},
        {"to", "m1043"},
        {"parent", "jomulquillo"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(key, names[i][0]) == 0)
            return names[i][1];
    return "m1042";
}

const char *command_example(const struct field_row *field)
{
    static const char *const examples[] = {
        [FIELD_ACCOUNT] = "us/m1042/share/USD",
        [FIELD_AMOUNT] = "USD25.00",
        [FIELD_LEVEL] = "USD3000.00",
        [FIELD_AMOUNTS] = "MXN9000.00,USD500.00",
        [FIELD_POSTINGS] =
            "us/us/reserve/USD:-5.00,us/us/undivided/USD:5.00",
        [FIELD_TEXT] = "\"pago de julio\"",
        [FIELD_ORIGIN] = "posito.example/us",
        [FIELD_DATE] = "2026-11-23",
        [FIELD_INSTANT] = "2026-11-23T22:20:23.123Z",
        [FIELD_NUMBER] = "17",
        [FIELD_CURRENCY] = "USD",
        [FIELD_VERB] = "deposit",
        [FIELD_KINDS] = "teller,supervisor",
        [FIELD_YESNO] = "yes",
    };
    if (field->type == FIELD_IDENT)
        return name_example(field->key);
    if ((size_t)field->type >= sizeof examples / sizeof examples[0])
        return NULL;
    return examples[field->type];
}

static void append_choices(struct buffer *text, enum field_type type)
{
    const char *const *words = field_words(type);
    if (words == NULL)
        return;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            buffer_char(text, ' ');
        buffer_text(text, words[i]);
    }
}

/* "  member  whose share grows, for example m1042" */
static void append_field_help(struct buffer *text,
    const struct field_row *field, enum language language)
{
    const char *example = command_example(field);
    buffer_format(
        text, "\n  %-10s %s", field->key, field->help[language]);
    if (field_words(field->type) != NULL) {
        buffer_text(text, ": ");
        append_choices(text, field->type);
    } else if (example != NULL) {
        buffer_format(text, say(language, ", for example %s", ", p. ej. %s"),
            example);
    }
}

bool command_verb(const char *word, enum language language, enum verb *verb,
    struct command_fault *fault)
{
    struct suggestion near = {.word = bytes_text(word)};
    if (verb_parse(bytes_text(word), verb))
        return true;
    for (unsigned i = 0; i < VERB_COUNT; i++)
        suggest_consider(&near, operation_row((enum verb)i)->verb);
    struct buffer text = begin_text(fault);
    buffer_format(&text,
        say(language, "There is no operation \"%.40s\".",
            "No existe la operación «%.40s»."),
        word);
    if (near.name != NULL)
        buffer_format(&text,
            say(language, " Did you mean \"%s\"?", " ¿Quiso decir «%s»?"),
            near.name);
    return refuse(fault, STATUS_UNKNOWN_VERB, &text);
}

static bool refuse_field(
    const struct builder *builder, enum status status, struct bytes word)
{
    enum language language = builder->options->language;
    struct suggestion near = {.word = word};
    struct buffer text = begin_text(builder->fault);
    for (size_t i = 0; i < builder->row->field_count; i++)
        suggest_consider(&near, builder->row->fields[i].key);
    buffer_format(&text, "%s: \"%.*s\": %s", builder->row->verb,
        (int)(word.length < 60 ? word.length : 60), (const char *)word.data,
        status_sentence(status, language));
    if (near.name != NULL && status == STATUS_UNKNOWN_KEY_WORD)
        buffer_format(&text,
            say(language, " Did you mean %s=?", " ¿Quiso decir %s=?"),
            near.name);
    else if (status == STATUS_UNKNOWN_KEY_WORD)
        for (size_t i = 0; i < builder->row->field_count; i++)
            append_field_help(&text, &builder->row->fields[i], language);
    return refuse(builder->fault, status, &text);
}

static bool refuse_value(const struct builder *builder,
    const struct field_row *field, enum status status, struct bytes value)
{
    enum language language = builder->options->language;
    struct buffer text = begin_text(builder->fault);
    buffer_format(&text, "%s=%.*s: %s", field->key,
        (int)(value.length < 60 ? value.length : 60),
        (const char *)value.data, status_sentence(status, language));
    append_field_help(&text, field, language);
    return refuse(builder->fault, status, &text);
}

static bool refuse_missing(const struct builder *builder)
{
    enum language language = builder->options->language;
    const struct operation_row *row = builder->row;
    struct buffer text = begin_text(builder->fault);
    buffer_format(&text,
        say(language, "%s still needs:", "A %s le falta:"), row->verb);
    for (size_t i = 0; i < row->field_count; i++)
        if (!builder->given[i] && !row->fields[i].optional)
            append_field_help(&text, &row->fields[i], language);
    return refuse(builder->fault, STATUS_MISSING_FIELD, &text);
}

/* ---- taking words ---- */

static bool take_word(struct builder *builder, const char *word)
{
    const struct operation_row *row = builder->row;
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word)
        return refuse_field(builder, STATUS_BAD_FIELD, bytes_text(word));
    struct bytes key = bytes_of(word, (size_t)(equals - word));
    const char *left_out = builder->options->left_out;
    for (size_t i = 0; i < row->field_count; i++) {
        if (!bytes_equal_text(key, row->fields[i].key) ||
            (left_out != NULL && bytes_equal_text(key, left_out)))
            continue;
        if (builder->given[i])
            return refuse_field(builder, STATUS_REPEATED_FIELD, key);
        builder->given[i] = true;
        builder->value[i] = bytes_text(equals + 1);
        return true;
    }
    return refuse_field(builder, STATUS_UNKNOWN_KEY_WORD, key);
}

/* Spell one value on the line, after checking it as the daemon will. */
static bool put_value(
    struct builder *builder, size_t place, struct buffer *line)
{
    const struct field_row *field = &builder->row->fields[place];
    struct bytes typed = builder->value[place];
    union any_field decoded;
    size_t start = line->length;
    bool encode = field->type == FIELD_TEXT && !builder->options->exact;
    if (encode)
        text_encode(line, typed);
    else
        buffer_append(line, typed);
    struct bytes value = bytes_after(buffer_bytes(line), start);
    memset(&decoded, 0, sizeof decoded);
    enum status status = codec_decode_value(value, field->type, &decoded);
    if (status == STATUS_ACCEPTED)
        return true;
    return refuse_value(builder, field, status, typed);
}

static bool put_fields(struct builder *builder, struct buffer *line)
{
    const struct operation_row *row = builder->row;
    const char *left_out = builder->options->left_out;
    for (size_t i = 0; i < row->field_count; i++) {
        if (left_out != NULL && strcmp(row->fields[i].key, left_out) == 0)
            builder->given[i] = true;
        else if (!builder->given[i] && !row->fields[i].optional)
            return refuse_missing(builder);
    }
    for (size_t i = 0; i < row->field_count; i++) {
        if (!builder->given[i] || builder->value[i].data == NULL)
            continue;
        buffer_char(line, ' ');
        buffer_text(line, row->fields[i].key);
        buffer_char(line, '=');
        if (!put_value(builder, i, line))
            return false;
    }
    return true;
}

static bool refuse_place(const struct builder *builder)
{
    struct buffer text = begin_text(builder->fault);
    buffer_format(&text, "%s: %s", builder->row->verb,
        status_sentence(
            STATUS_NOT_IN_A_BODY, builder->options->language));
    return refuse(builder->fault, STATUS_NOT_IN_A_BODY, &text);
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

static bool build_fields(const char *const *words, size_t count,
    const struct operation_row *row, const struct command_options *options,
    struct buffer *line, struct command_fault *fault)
{
    struct builder builder = {
        .row = row, .options = options, .fault = fault};
    if (!stands_in(row, options->place))
        return refuse_place(&builder);
    buffer_text(line, row->verb);
    for (size_t i = 1; i < count; i++)
        if (!take_word(&builder, words[i]))
            return false;
    return put_fields(&builder, line);
}

/* try OPERATION ...: the operation's own line follows the word. */
static bool build_try(const char *const *words, size_t count,
    const struct command_options *options, struct buffer *line,
    struct command_fault *fault)
{
    struct command_options inner = *options;
    inner.place = CODEC_TRY;
    if (count < 2) {
        struct buffer text = begin_text(fault);
        buffer_text(&text,
            say(options->language, "try what? For example: try deposit ...",
                "¿Probar qué? Por ejemplo: try deposit ..."));
        return refuse(fault, STATUS_MISSING_FIELD, &text);
    }
    buffer_text(line, "try ");
    return command_build(words + 1, count - 1, &inner, line, fault);
}

static bool check_length(const struct buffer *line, size_t start,
    enum language language, struct command_fault *fault)
{
    /* Room for id=, by= and sig= as long as they can be, and the LF. */
    size_t tail = 4 + ULID_LENGTH + 4 + IDENT_LENGTH_MAX + 5 +
                  BASE64_LENGTH(64) + 1;
    if (line->length - start + tail <= LINE_LENGTH_MAX)
        return true;
    struct buffer text = begin_text(fault);
    buffer_text(&text, status_sentence(STATUS_LINE_TOO_LONG, language));
    return refuse(fault, STATUS_LINE_TOO_LONG, &text);
}

bool command_build(const char *const *words, size_t count,
    const struct command_options *options, struct buffer *line,
    struct command_fault *fault)
{
    enum verb verb;
    size_t start = line->length;
    memset(fault, 0, sizeof *fault);
    if (!command_verb(
            count > 0 ? words[0] : "", options->language, &verb, fault))
        return false;
    const struct operation_row *row = operation_row(verb);
    bool built = verb == VERB_TRY && options->place == CODEC_REQUEST
                     ? build_try(words, count, options, line, fault)
                     : build_fields(words, count, row, options, line, fault);
    if (built)
        built = check_length(line, start, options->language, fault);
    if (!built)
        buffer_truncate(line, start);
    return built;
}
