#include "programme_import.h"

#include "files.h"
#include "programme.h"
#include "speech.h"

#include <inttypes.h>
#include <string.h>

#define FILE_MAX ((size_t)1 << 20)
#define CLUBS_MAX 256
#define WORDS_MAX 16

/* What the words ask for. */
struct request {
    uint64_t year;
    uint64_t line;
    struct programme_names names;
    struct ident clubs[CLUBS_MAX];
};

static bool take_clubs(struct request *r, struct bytes list)
{
    while (list.length > 0 && r->names.club_count < CLUBS_MAX) {
        size_t length = 0;
        while (length < list.length && list.data[length] != ',')
            length++;
        if (!ident_parse(bytes_of(list.data, length),
                &r->clubs[r->names.club_count++]))
            return false;
        list = bytes_after(list, length + 1);
    }
    r->names.clubs = r->clubs;
    return list.length == 0 && r->names.club_count > 0;
}

/* The value of a word with that key and an equals sign; false: another. */
static bool has_key(const char *word, const char *key, struct bytes *value)
{
    size_t length = strlen(key);
    if (strncmp(word, key, length) != 0 || word[length] != '=')
        return false;
    *value = bytes_text(word + length + 1);
    return true;
}

static bool take_word(struct request *r, const char *word)
{
    const struct {
        const char *key;
        struct ident *name;
    } names[] = {
        {"book", &r->names.book},
        {"agreement", &r->names.rule},
        {"federal", &r->names.federal},
        {"state", &r->names.state},
        {"municipal", &r->names.municipal},
        {"via", &r->names.bank},
    };
    struct bytes value;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (has_key(word, names[i].key, &value))
            return ident_parse(value, names[i].name);
    if (has_key(word, "year", &value))
        return bytes_decimal(value, 2999, &r->year);
    if (has_key(word, "line", &value))
        return bytes_decimal(value, NUMBER_MAX, &r->line) && r->line > 0;
    return has_key(word, "clubs", &value) && take_clubs(r, value);
}

static bool is_complete(const struct request *r)
{
    return r->year > 0 && r->names.book.length > 0 &&
           r->names.rule.length > 0 && r->names.federal.length > 0 &&
           r->names.state.length > 0 && r->names.municipal.length > 0 &&
           r->names.bank.length > 0 && r->names.club_count > 0;
}

/* One line of the protocol, as if it had been typed. */
static enum outcome send_one(struct session *session, struct bytes line)
{
    const char *words[WORDS_MAX];
    char text[LINE_LENGTH_MAX];
    size_t count = 0;
    if (line.length >= sizeof text)
        return OUTCOME_FAILED;
    memcpy(text, line.data, line.length);
    text[line.length] = '\0';
    for (char *rest = text, *word;
         count < WORDS_MAX && (word = strsep(&rest, " ")) != NULL;)
        words[count++] = word;
    return session_run(session, words, count);
}

static enum outcome send_lines(
    struct session *session, struct bytes lines, uint64_t first)
{
    enum outcome outcome = OUTCOME_ACCEPTED;
    uint64_t number = 0;
    struct bytes line;
    while (outcome == OUTCOME_ACCEPTED && bytes_next_line(&lines, &line)) {
        number++;
        if (number >= first)
            outcome = send_one(session, line);
    }
    if (outcome != OUTCOME_ACCEPTED)
        (void)fprintf(stderr,
            say(session->settings->language,
                "Stopped at line %" PRIu64 " of the year; go on with "
                "line=%" PRIu64 ".\n",
                "Se detuvo en el renglón %" PRIu64 " del año; continúe con "
                "line=%" PRIu64 ".\n"),
            number, number);
    return outcome;
}

static enum outcome import_year(struct session *session,
    const struct programme *programme, const char *const *words,
    size_t count)
{
    enum language language = session->settings->language;
    struct request r = {.line = 1};
    struct buffer lines = buffer_empty();
    enum outcome outcome;
    for (size_t i = 0; i < count; i++)
        if (!take_word(&r, words[i]))
            return session_usage(session, STATUS_BAD_VALUE, words[i]);
    if (!is_complete(&r))
        return session_usage(session, STATUS_MISSING_FIELD,
            say(language,
                "Needed: year book agreement federal state municipal via "
                "clubs",
                "Faltan datos: year book agreement federal state municipal "
                "via clubs"));
    if (!programme_lines(
            programme, &r.names, (uint32_t)r.year, &lines))
        outcome = session_usage(session, STATUS_BAD_VALUE,
            say(language, "The file has no such year.",
                "El archivo no tiene ese año."));
    else
        outcome = send_lines(session, buffer_bytes(&lines), r.line);
    buffer_free(&lines);
    return outcome;
}

enum outcome programme_import_run(
    struct session *session, const char *const *words, size_t count)
{
    enum language language = session->settings->language;
    struct buffer text = buffer_empty();
    struct failure failure = {{0}};
    struct programme programme;
    enum outcome outcome = OUTCOME_ACCEPTED;
    if (count == 0)
        return session_usage(session, STATUS_MISSING_FIELD,
            say(language, "posito import-programme FILE [year=...]",
                "posito import-programme ARCHIVO [year=...]"));
    if (files_read(words[0], FILE_MAX, &text, &failure) != 0 ||
        programme_parse(buffer_bytes(&text), &programme, &failure) != 0) {
        outcome = session_fail(session, &failure);
    } else {
        programme_show(stdout, &programme, language);
        if (count > 1)
            outcome =
                import_year(session, &programme, words + 1, count - 1);
    }
    buffer_free(&text);
    return outcome;
}
