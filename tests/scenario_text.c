#include "scenario_inside.h"

#include "../protocol/sign.h"

#include <posito/encoding.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT(view) (int)(view).length, (const char *)(view).data

bool scenario_fail(
    struct scenario *s, unsigned line, const char *format, ...)
{
    char text[sizeof s->failure->text];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)failure_set(s->failure, "%s:%u: %.300s", s->path, line, text);
    return false;
}

/* ---- words ---- */

static struct bytes trim(struct bytes text)
{
    while (text.length > 0 && text.data[0] == ' ')
        text = bytes_after(text, 1);
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

struct bytes scenario_word(struct bytes *rest)
{
    struct bytes text = trim(*rest);
    size_t length = 0;

    while (length < text.length && text.data[length] != ' ')
        length++;
    *rest = trim(bytes_after(text, length));
    return bytes_of(text.data, length);
}

bool scenario_take(struct bytes *rest, const char *word)
{
    struct bytes after = *rest;

    if (!bytes_equal_text(scenario_word(&after), word))
        return false;
    *rest = after;
    return true;
}

bool scenario_same_words(struct bytes a, struct bytes b)
{
    while (a.length > 0 || b.length > 0)
        if (!bytes_equal(scenario_word(&a), scenario_word(&b)))
            return false;
    return true;
}

/* ---- steps ---- */

static bool add_line(struct scenario *s, struct bytes text)
{
    struct scenario_step *step = &s->step;
    struct scenario_line *line = &step->lines[step->count];

    if (step->count == SCENARIO_LINES_MAX)
        return scenario_fail(s, s->number, "the step has too many lines");
    line->number = s->number;
    if (bytes_start_with(text, "->")) {
        line->mark = MARK_ANSWER;
        line->text = trim(bytes_after(text, 2));
    } else if (bytes_start_with(text, "|")) {
        line->mark = MARK_BODY;
        /* One space belongs to the mark; what follows is the line's. */
        line->text = bytes_after(text, 1);
        if (bytes_start_with(line->text, " "))
            line->text = bytes_after(line->text, 1);
    } else if (bytes_start_with(text, "+ ") || bytes_start_with(text, "- ")) {
        line->mark = MARK_EFFECT;
        line->text = text;
    } else {
        return scenario_fail(
            s, s->number, "an indented line begins with |, +, - or ->");
    }
    step->count++;
    return true;
}

bool scenario_next_step(struct scenario *s)
{
    struct bytes ahead = s->rest;
    struct bytes line;

    s->step.count = 0;
    s->step.head = bytes_of(NULL, 0);
    while (bytes_next_line(&ahead, &line)) {
        bool indented = bytes_start_with(line, " ");
        struct bytes text = trim(line);

        if (!indented && text.length > 0 && text.data[0] != '#' &&
            s->step.head.length > 0)
            return true; /* the next step begins here */
        s->rest = ahead;
        s->number++;
        if (text.length == 0 || text.data[0] == '#')
            continue;
        if (!indented) {
            s->step.head = text;
            s->step.number = s->number;
        } else if (s->step.head.length == 0) {
            return scenario_fail(s, s->number, "there is no step above");
        } else if (!add_line(s, text)) {
            return false;
        }
    }
    return s->step.head.length > 0;
}

const struct scenario_line *scenario_answer(struct scenario *s)
{
    const struct scenario_line *found = NULL;

    for (size_t i = 0; i < s->step.count; i++) {
        if (s->step.lines[i].mark != MARK_ANSWER)
            continue;
        if (found != NULL) {
            (void)scenario_fail(
                s, s->step.lines[i].number, "a second answer");
            return NULL;
        }
        found = &s->step.lines[i];
    }
    if (found == NULL)
        (void)scenario_fail(s, s->step.number, "the step has no answer (->)");
    return found;
}

bool scenario_compare(struct scenario *s, enum scenario_mark mark,
    struct bytes text, const char *what)
{
    unsigned number = s->step.number;
    struct bytes line;

    for (size_t i = 0; i < s->step.count; i++) {
        const struct scenario_line *expected = &s->step.lines[i];
        struct buffer row = buffer_empty();
        bool same;

        if (expected->mark != mark)
            continue;
        number = expected->number;
        if (!bytes_next_line(&text, &line))
            return scenario_fail(s, number, "there is no such %s", what);
        same = scenario_expand(s, number, expected->text, &row) &&
            scenario_same_words(buffer_bytes(&row), line);
        buffer_free(&row);
        if (!same)
            return scenario_fail(
                s, number, "the %s is: %.*s", what, TEXT(line));
    }
    if (bytes_next_line(&text, &line))
        return scenario_fail(
            s, number, "one more %s: %.*s", what, TEXT(line));
    return true;
}

/* ---- what $ stands for ---- */

struct scenario_label *scenario_find_label(
    struct scenario *s, struct bytes name)
{
    for (size_t i = 0; i < s->label_count; i++)
        if (bytes_equal_text(name, s->labels[i].name))
            return &s->labels[i];
    return NULL;
}

static bool is_name(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
        byte == '.' || byte == '-';
}

/* Take a name off the front. */
static struct bytes take_name(struct bytes *rest)
{
    struct bytes name = *rest;
    size_t length = 0;

    while (length < name.length && is_name(name.data[length]))
        length++;
    /* A name does not end in a point or a dash: those are the line's. */
    while (length > 0 && (name.data[length - 1] == '.' ||
                             name.data[length - 1] == '-'))
        length--;
    *rest = bytes_after(name, length);
    return bytes_of(name.data, length);
}

/* A function takes what follows the colon; *rest is set behind it. */
static void copy_name(struct bytes *rest, char name[32])
{
    struct bytes text = take_name(rest);

    (void)snprintf(name, 32, "%.*s", TEXT(text));
}

static bool expand_public(struct bytes *rest, struct buffer *out)
{
    char name[32];

    copy_name(rest, name);
    buffer_text(out, ledger_fixture_public(name));
    return true;
}

/* " proof=" has to stand right before it: the signature is appended. */
static bool expand_proof(
    struct scenario *s, struct bytes *rest, struct buffer *out)
{
    static const char before[] = " proof=";
    size_t length = sizeof before - 1;
    struct secret_key secret;
    char name[32];

    copy_name(rest, name);
    secret = ledger_fixture_secret(name);
    if (out->length < length ||
        memcmp(out->data + out->length - length, before, length) != 0)
        return false;
    buffer_truncate(out, out->length - length);
    sign_proof(out, ledger_id(s->fixture.ledger), &secret);
    return true;
}

/* $repeat:5000:x */
static bool expand_repeat(struct bytes *rest, struct buffer *out)
{
    struct bytes digits = take_name(rest);
    uint64_t count;

    if (!bytes_decimal(digits, BODY_BYTES_MAX, &count) || rest->length < 2 ||
        rest->data[0] != ':')
        return false;
    for (uint64_t i = 0; i < count; i++)
        buffer_u8(out, rest->data[1]);
    *rest = bytes_after(*rest, 2);
    return true;
}

/* $byte:1f */
static bool expand_byte(struct bytes *rest, struct buffer *out)
{
    uint8_t byte;

    if (rest->length < 2 ||
        !hex_decode(bytes_of(rest->data, 2), &byte, 1))
        return false;
    buffer_u8(out, byte);
    *rest = bytes_after(*rest, 2);
    return true;
}

static bool expand_one(
    struct scenario *s, struct bytes *rest, struct buffer *out)
{
    struct bytes name = take_name(rest);
    const struct scenario_label *label;

    if (bytes_start_with(*rest, ":")) {
        *rest = bytes_after(*rest, 1);
        if (bytes_equal_text(name, "public"))
            return expand_public(rest, out);
        if (bytes_equal_text(name, "proof"))
            return expand_proof(s, rest, out);
        if (bytes_equal_text(name, "repeat"))
            return expand_repeat(rest, out);
        if (bytes_equal_text(name, "byte"))
            return expand_byte(rest, out);
        return false;
    }
    label = scenario_find_label(s, name);
    if (label == NULL)
        return false;
    buffer_decimal(out, label->index);
    return true;
}

bool scenario_expand(struct scenario *s, unsigned number, struct bytes text,
    struct buffer *out)
{
    while (text.length > 0) {
        uint8_t byte = text.data[0];

        text = bytes_after(text, 1);
        if (byte != '$')
            buffer_u8(out, byte);
        else if (!expand_one(s, &text, out))
            return scenario_fail(
                s, number, "a $ that stands for nothing");
    }
    return true;
}
