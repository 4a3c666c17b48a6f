#include "complete.h"

#include "help.h"

#include <posito/operation.h>

#include <stdio.h>
#include <string.h>

struct completer {
    struct completion *completion;
    struct bytes typed; /* the word being typed */
    size_t used;        /* of store */
};

static void offer(struct completer *completer, const char *word)
{
    struct completion *completion = completer->completion;
    size_t length = strlen(word);
    if (completion->count == COMPLETE_MAX ||
        length < completer->typed.length ||
        (completer->typed.length > 0 &&
            memcmp(word, completer->typed.data, completer->typed.length) !=
                0))
        return;
    completion->word[completion->count++] = word;
}

static void offer_joined(
    struct completer *completer, const char *key, const char *value)
{
    struct completion *completion = completer->completion;
    char *at = completion->store + completer->used;
    size_t room = sizeof completion->store - completer->used;
    int length = snprintf(at, room, "%s=%s", key, value);
    if (length < 0 || (size_t)length >= room)
        return;
    completer->used += (size_t)length + 1;
    offer(completer, at);
}

static struct bytes take_word(struct bytes *rest)
{
    size_t length = 0;
    while (rest->length > 0 && rest->data[0] == ' ')
        *rest = bytes_after(*rest, 1);
    while (length < rest->length && rest->data[length] != ' ')
        length++;
    struct bytes word = bytes_of(rest->data, length);
    *rest = bytes_after(*rest, length);
    return word;
}

static bool is_given(struct bytes typed, const char *key)
{
    struct bytes rest = typed;
    size_t length = strlen(key);
    while (rest.length > 0) {
        struct bytes word = take_word(&rest);
        if (bytes_start_with(word, key) && word.length > length &&
            word.data[length] == '=' && rest.length > 0)
            return true;
    }
    return false;
}

static void offer_verbs(struct completer *completer)
{
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const struct operation_row *row = operation_row((enum verb)i);
        if ((row->class == CLASS_OF_SIGNED && i != VERB_GENESIS) ||
            row->class == CLASS_OF_QUESTION)
            offer(completer, row->verb);
    }
    offer(completer, "quit");
}

static void offer_fields(struct completer *completer,
    const struct operation_row *row, struct bytes line)
{
    for (size_t i = 0; i < row->field_count; i++) {
        const struct field_row *field = &row->fields[i];
        const char *const *words = field_words(field->type);
        if (field->key[0] == '\0' || is_given(line, field->key))
            continue;
        size_t length = strlen(field->key);
        bool at_value = completer->typed.length > length &&
                        bytes_start_with(completer->typed, field->key) &&
                        completer->typed.data[length] == '=';
        if (!at_value)
            offer_joined(completer, field->key, "");
        else
            for (size_t j = 0; words != NULL && words[j] != NULL; j++)
                offer_joined(completer, field->key, words[j]);
    }
}

static void find_common(struct completer *completer)
{
    struct completion *completion = completer->completion;
    size_t typed = completer->typed.length;
    if (completion->count == 0)
        return;
    const char *first = completion->word[0];
    size_t length = strlen(first);
    for (size_t i = 1; i < completion->count; i++) {
        size_t same = 0;
        while (same < length && first[same] == completion->word[i][same])
            same++;
        length = same;
    }
    size_t more = length > typed ? length - typed : 0;
    if (more >= sizeof completion->common)
        more = sizeof completion->common - 1;
    memcpy(completion->common, first + typed, more);
    completion->common[more] = '\0';
    completion->finished = completion->count == 1 && length > 0 &&
                           first[length - 1] != '=';
}

void complete_line(struct completion *completion, struct bytes typed)
{
    struct completer completer = {.completion = completion};
    struct bytes rest = typed;
    enum verb verb;
    completion->count = 0;
    completion->common[0] = '\0';
    completion->finished = false;
    struct bytes first = take_word(&rest);
    /* help and try take an operation. */
    if (rest.length > 0 && (bytes_equal_text(first, "help") ||
                               bytes_equal_text(first, "try")))
        first = take_word(&rest);
    struct bytes line = rest;
    completer.typed = rest.length == 0 ? first : bytes_of("", 0);
    while (rest.length > 0)
        completer.typed = take_word(&rest);
    if (line.length == 0)
        offer_verbs(&completer);
    else if (verb_parse(first, &verb))
        offer_fields(&completer, operation_row(verb), line);
    find_common(&completer);
}
