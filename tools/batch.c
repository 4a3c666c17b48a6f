#include "batch.h"

#include "../protocol/answer.h"
#include "files.h"
#include "speech.h"
#include "words.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Comments and friendly spelling may make the file longer than the body. */
#define FILE_BYTES_MAX (4U * BODY_BYTES_MAX)

static bool is_comment(struct bytes line)
{
    while (line.length > 0 && line.data[0] <= ' ')
        line = bytes_after(line, 1);
    return line.length == 0 || line.data[0] == '#';
}

static enum batch_verdict refuse(struct command_fault *fault,
    enum status status, uint64_t number, enum language language,
    const char *text)
{
    struct command_fault whole = {.status = status};
    if (number == 0)
        (void)snprintf(whole.text, sizeof whole.text, "%s", text);
    else
        (void)snprintf(whole.text, sizeof whole.text,
            say(language, "Line %llu of the file: %.1900s",
                "Línea %llu del archivo: %.1900s"),
            (unsigned long long)number, text);
    *fault = whole;
    return BATCH_FAULT;
}

/* One line of the file as a line of the body. */
static enum batch_verdict add_line(struct words *words, struct bytes line,
    uint64_t number, const struct command_options *options,
    struct buffer *body, struct command_fault *fault)
{
    enum language language = options->language;
    struct command_fault found;
    switch (words_split(words, line)) {
    case WORDS_SPLIT:
        break;
    case WORDS_OPEN_QUOTE:
        return refuse(fault, STATUS_BAD_FIELD, number, language,
            say(language, "A quote does not end.",
                "Falta cerrar unas comillas."));
    case WORDS_TOO_MANY:
        return refuse(fault, STATUS_LINE_TOO_LONG, number, language,
            status_sentence(STATUS_LINE_TOO_LONG, language));
    }
    if (!command_build(words->word, words->count, options, body, &found))
        return refuse(fault, found.status, number, language, found.text);
    buffer_char(body, '\n');
    return BATCH_BUILT;
}

void batch_places_free(struct batch_places *places)
{
    free(places->list);
    *places = (struct batch_places){NULL, 0};
}

enum batch_verdict batch_body(struct bytes text,
    const struct batch_options *options, struct buffer *body,
    struct batch_places *places, struct command_fault *fault)
{
    struct command_options inner = {.place = CODEC_BODY,
        .language = options->language, .exact = options->exact};
    struct words *words = malloc(sizeof *words);
    enum batch_verdict verdict = BATCH_BUILT;
    struct bytes line;
    *places = (struct batch_places){
        malloc(((size_t)BODY_LINES_MAX + 1) * sizeof *places->list), 0};
    if (words == NULL || places->list == NULL)
        verdict = BATCH_FAILED;
    for (uint64_t number = 1; verdict == BATCH_BUILT; number++) {
        if (!bytes_next_line(&text, &line)) {
            /* The last line may lack its LF. */
            line = text;
            text = bytes_of("", 0);
            if (line.length == 0)
                break;
        }
        if (is_comment(line))
            continue;
        verdict = add_line(words, line, number, &inner, body, fault);
        places->list[places->count++] = number;
        if (verdict == BATCH_BUILT && (places->count > BODY_LINES_MAX ||
                                          body->length > BODY_BYTES_MAX))
            verdict = refuse(fault, STATUS_BODY_TOO_LARGE, number,
                options->language,
                status_sentence(STATUS_BODY_TOO_LARGE, options->language));
    }
    free(words);
    if (verdict == BATCH_BUILT && places->count == 0)
        verdict = refuse(fault, STATUS_BAD_BODY, 0, options->language,
            say(options->language, "There is no operation in the file.",
                "No hay ninguna operación en el archivo."));
    return verdict;
}

void batch_place_answer(const struct batch_places *places,
    struct bytes answer, struct buffer *out)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    uint64_t number;
    while (bytes_next_line(&answer, &line)) {
        bool placed = answer_open(line, &kind, &rest) &&
                      (kind == ANSWER_ROW || kind == ANSWER_NO) &&
                      bytes_decimal(answer_find(rest, "line"),
                          places->count, &number) &&
                      number > 0;
        if (placed) {
            /* Behind the first word, for text= runs to the line's end. */
            size_t word = line.length - rest.length;
            buffer_append(out, bytes_of(line.data, word));
            buffer_format(out, "file-line=%llu ",
                (unsigned long long)places->list[number - 1]);
            buffer_append(out, rest);
        } else {
            buffer_append(out, line);
        }
        buffer_char(out, '\n');
    }
}

/* The words of the batch's own line: those typed but for the file's name,
 * then lines= and root=. */
struct heading {
    const char *word[8];
    size_t count;
    char lines[32];
    char root[64];
};

static enum batch_verdict take_words(const char *const *words, size_t count,
    struct heading *heading, const char **file, enum language language,
    struct command_fault *fault)
{
    *file = NULL;
    for (size_t i = 0; i < count; i++) {
        bool is_field = i == 0 || strchr(words[i], '=') != NULL;
        if (!is_field && *file == NULL)
            *file = words[i];
        else if (!is_field || heading->count == 4)
            return refuse(fault, STATUS_BAD_FIELD, 0, language,
                say(language, "Only one file, please.",
                    "Sólo un archivo, por favor."));
        else
            heading->word[heading->count++] = words[i];
    }
    if (*file != NULL)
        return BATCH_BUILT;
    return refuse(fault, STATUS_MISSING_FIELD, 0, language,
        say(language,
            "batch needs a file: posito batch mode=all FILE (- reads what "
            "is typed or piped)",
            "batch necesita un archivo: posito batch mode=all ARCHIVO (- "
            "lee lo que se escriba o llegue por tubería)"));
}

static void add_commitment(
    struct heading *heading, uint64_t lines, struct bytes body)
{
    struct hash root = merkle_root_of_lines(body);
    struct buffer text = buffer_over(heading->root, sizeof heading->root - 1);
    buffer_text(&text, "root=");
    base64_append(&text, bytes_of(root.data, sizeof root.data));
    heading->root[text.length] = '\0';
    (void)snprintf(heading->lines, sizeof heading->lines, "lines=%llu",
        (unsigned long long)lines);
    heading->word[heading->count++] = heading->lines;
    heading->word[heading->count++] = heading->root;
}

enum batch_verdict batch_build(const char *const *words, size_t count,
    const struct batch_options *options, struct buffer *line,
    struct buffer *body, struct batch_places *places,
    struct command_fault *fault, struct failure *failure)
{
    struct buffer text = buffer_empty();
    struct heading heading = {0};
    const char *file;
    *places = (struct batch_places){NULL, 0};
    struct command_options own = {.place = CODEC_REQUEST,
        .language = options->language, .exact = options->exact};
    enum batch_verdict verdict = take_words(
        words, count, &heading, &file, options->language, fault);
    if (verdict == BATCH_BUILT &&
        files_read(file, FILE_BYTES_MAX, &text, failure) != 0)
        verdict = BATCH_FAILED;
    if (verdict == BATCH_BUILT)
        verdict = batch_body(
            buffer_bytes(&text), options, body, places, fault);
    if (verdict == BATCH_BUILT) {
        add_commitment(&heading, places->count, buffer_bytes(body));
        if (!command_build(heading.word, heading.count, &own, line, fault))
            verdict = BATCH_FAULT;
    }
    buffer_free(&text);
    if (verdict == BATCH_FAILED)
        (void)failure_set(failure, "out of memory");
    return verdict;
}
