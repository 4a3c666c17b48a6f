#include "show_json.h"

#include "../protocol/answer.h"

#include <posito/encoding.h>

#include <json-c/json.h>

#include <string.h>

static struct json_object *string_of(struct bytes text)
{
    return json_object_new_string_len(
        (const char *)text.data, (int)text.length);
}

static void add(struct json_object *object, struct bytes key,
    struct json_object *value)
{
    char name[64];
    size_t length = key.length < sizeof name ? key.length : sizeof name - 1;
    memcpy(name, key.data, length);
    name[length] = '\0';
    (void)json_object_object_add(object, name, value);
}

/* key=value ... as an object of strings. */
static struct json_object *object_of(struct bytes rest)
{
    struct json_object *object = json_object_new_object();
    struct bytes key;
    struct bytes value;
    while (answer_next(&rest, &key, &value)) {
        struct buffer text = buffer_empty();
        /* name= is ours, added for people. */
        bool named = bytes_equal_text(key, "name") &&
                     text_decode(value, &text);
        add(object, key, string_of(named ? buffer_bytes(&text) : value));
        buffer_free(&text);
    }
    return object;
}

static void print(FILE *out, struct json_object *object)
{
    (void)fprintf(out, "%s\n",
        json_object_to_json_string_ext(object,
            JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    (void)json_object_put(object);
}

static void add_verdict(
    struct json_object *object, enum answer_kind kind, struct bytes rest)
{
    enum status status = STATUS_ACCEPTED;
    struct bytes name = answer_find(rest, "status");
    bool accepted = kind == ANSWER_OK;
    if (accepted)
        name = bytes_text(status_name(status));
    else
        (void)!status_parse(name, &status);
    add(object, bytes_text("accepted"), json_object_new_boolean(accepted));
    add(object, bytes_text("status"), string_of(name));
    add(object, bytes_text("number"), json_object_new_int((int)status));
    add(object, bytes_text("fields"), object_of(rest));
}

void show_json_answer(FILE *out, enum verb verb, struct bytes answer)
{
    struct json_object *object = json_object_new_object();
    struct json_object *rows = json_object_new_array();
    struct json_object *lines = json_object_new_array();
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    add(object, bytes_text("verb"),
        string_of(bytes_text(operation_row(verb)->verb)));
    while (bytes_next_line(&answer, &line)) {
        if (!answer_open(line, &kind, &rest))
            continue;
        if (kind == ANSWER_ROW)
            (void)json_object_array_add(rows, object_of(rest));
        else if (kind == ANSWER_VERBATIM)
            (void)json_object_array_add(lines, string_of(rest));
        else
            add_verdict(object, kind, rest);
    }
    if (json_object_array_length(rows) > 0)
        add(object, bytes_text("rows"), json_object_get(rows));
    if (json_object_array_length(lines) > 0)
        add(object, bytes_text("lines"), json_object_get(lines));
    (void)json_object_put(rows);
    (void)json_object_put(lines);
    print(out, object);
}

void show_json_fault(FILE *out, enum status status, const char *text)
{
    struct json_object *object = json_object_new_object();
    add(object, bytes_text("accepted"), json_object_new_boolean(false));
    add(object, bytes_text("status"),
        string_of(bytes_text(status_name(status))));
    add(object, bytes_text("number"), json_object_new_int((int)status));
    add(object, bytes_text("text"), string_of(bytes_text(text)));
    print(out, object);
}

void show_json_failure(FILE *out, const char *text)
{
    struct json_object *object = json_object_new_object();
    add(object, bytes_text("failure"), string_of(bytes_text(text)));
    print(out, object);
}
