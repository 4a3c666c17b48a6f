#include "interactive.h"

#include "command.h"
#include "complete.h"
#include "help.h"
#include "speech.h"
#include "words.h"

#include <histedit.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_LINES 2000

struct terminal {
    EditLine *line;
    History *history;
    char history_file[PATH_MAX]; /* "": none */
    struct completion completion;
};

static char *prompt(EditLine *line)
{
    static char text[] = "posito> ";
    (void)line;
    return text;
}

/* ---- completion ---- */

static void list_words(const struct completion *completion)
{
    (void)fputs("\n", stdout);
    for (size_t i = 0; i < completion->count; i++)
        (void)printf("%s%s", i > 0 ? "  " : "", completion->word[i]);
    (void)fputs("\n", stdout);
    (void)fflush(stdout);
}

static unsigned char complete(EditLine *line, int key)
{
    void *data = NULL;
    (void)key;
    if (el_get(line, EL_CLIENTDATA, &data) != 0 || data == NULL)
        return CC_ERROR;
    struct terminal *terminal = data;
    struct completion *completion = &terminal->completion;
    const LineInfo *info = el_line(line);
    complete_line(completion,
        bytes_of(info->buffer, (size_t)(info->cursor - info->buffer)));
    if (completion->common[0] != '\0')
        (void)el_insertstr(line, completion->common);
    if (completion->finished)
        (void)el_insertstr(line, " ");
    if (completion->common[0] != '\0' || completion->finished)
        return CC_REFRESH;
    if (completion->count == 0)
        return CC_ERROR;
    list_words(completion);
    return CC_REDISPLAY;
}

/* ---- the terminal ---- */

static void open_history(struct terminal *terminal)
{
    HistEvent event;
    if (!settings_state_file("history", terminal->history_file,
            sizeof terminal->history_file))
        terminal->history_file[0] = '\0';
    (void)history(terminal->history, &event, H_SETSIZE, HISTORY_LINES);
    (void)history(terminal->history, &event, H_SETUNIQUE, 1);
    if (terminal->history_file[0] != '\0')
        (void)history(
            terminal->history, &event, H_LOAD, terminal->history_file);
}

static void remember(struct terminal *terminal, const char *text)
{
    HistEvent event;
    (void)history(terminal->history, &event, H_ENTER, text);
    if (terminal->history_file[0] != '\0')
        (void)history(
            terminal->history, &event, H_SAVE, terminal->history_file);
}

static bool open_terminal(struct terminal *terminal)
{
    terminal->history = history_init();
    terminal->line = el_init("posito", stdin, stdout, stderr);
    if (terminal->history == NULL || terminal->line == NULL)
        return false;
    open_history(terminal);
    (void)el_set(terminal->line, EL_PROMPT, prompt);
    (void)el_set(terminal->line, EL_EDITOR, "emacs");
    (void)el_set(terminal->line, EL_SIGNAL, 1);
    (void)el_set(terminal->line, EL_HIST, history, terminal->history);
    (void)el_set(terminal->line, EL_CLIENTDATA, terminal);
    (void)el_set(
        terminal->line, EL_ADDFN, "posito-complete", "complete", complete);
    (void)el_set(terminal->line, EL_BIND, "^I", "posito-complete", NULL);
    return true;
}

static void close_terminal(struct terminal *terminal)
{
    if (terminal->line != NULL)
        el_end(terminal->line);
    if (terminal->history != NULL)
        history_end(terminal->history);
}

/* ---- one line ---- */

static enum outcome show_help(
    const struct session *session, const struct words *words)
{
    enum language language = session->settings->language;
    struct command_fault fault;
    enum verb verb;
    if (words->count < 2) {
        help_overview(stdout, language);
        return OUTCOME_ACCEPTED;
    }
    if (help_tool(stdout, words->word[1], language))
        return OUTCOME_ACCEPTED;
    if (!command_verb(words->word[1], language, &verb, &fault))
        return session_usage(session, fault.status, fault.text);
    help_verb(stdout, verb, language);
    return OUTCOME_ACCEPTED;
}

static bool is_quit(const struct words *words)
{
    return strcmp(words->word[0], "quit") == 0 ||
           strcmp(words->word[0], "exit") == 0 ||
           strcmp(words->word[0], "salir") == 0;
}

/* The line may have options of its own: receipt index=17 --out FILE. */
static enum outcome run_command(
    struct session *session, const struct words *words)
{
    const struct settings *before = session->settings;
    const char *rest[WORDS_MAX + 1];
    struct failure failure = {{0}};
    enum outcome outcome;
    struct settings *own = malloc(sizeof *own);
    if (own == NULL || settings_for_line(own, before, (int)words->count,
                           words->word, rest, &failure) != 0) {
        free(own);
        return session_usage(session, STATUS_BAD_FIELD,
            failure.text[0] == '\0' ? "out of memory" : failure.text);
    }
    session->settings = own;
    session->show.json = own->json;
    session->show.csv = own->csv;
    session->show.language = own->language;
    outcome = session_run(session, own->words, own->word_count);
    session->settings = before;
    session->show.json = before->json;
    session->show.csv = before->csv;
    session->show.language = before->language;
    free(own);
    return outcome;
}

static enum outcome run_line(struct session *session, struct words *words,
    struct bytes line, bool *quit)
{
    enum language language = session->settings->language;
    if (words_split(words, line) != WORDS_SPLIT)
        return session_usage(session, STATUS_BAD_FIELD,
            say(language, "A quote does not end.",
                "Falta cerrar unas comillas."));
    if (words->count == 0)
        return OUTCOME_ACCEPTED;
    if (is_quit(words)) {
        *quit = true;
        return OUTCOME_ACCEPTED;
    }
    if (strcmp(words->word[0], "help") == 0 ||
        strcmp(words->word[0], "ayuda") == 0)
        return show_help(session, words);
    return run_command(session, words);
}

/* Greet, and say to whom the lines go. */
static enum outcome greet(struct session *session)
{
    enum language language = session->settings->language;
    enum outcome outcome = OUTCOME_ACCEPTED;
    if (session->settings->key_file[0] != '\0')
        outcome = session_need_key(session);
    if (outcome == OUTCOME_ACCEPTED)
        outcome = session_need_client(session);
    if (outcome != OUTCOME_ACCEPTED)
        return outcome;
    (void)printf(
        say(language,
            "Ledger %s at %s. Tab completes; help, help deposit, quit.\n",
            "Libro %s en %s. Tab completa; help, help deposit, quit.\n"),
        client_origin(session->client), session->settings->address);
    if (session->has_key)
        (void)printf(say(language, "Signing as %s.\n",
                         "Firma como %s.\n"), session->key.name);
    return OUTCOME_ACCEPTED;
}

enum outcome interactive_run(struct session *session)
{
    struct terminal terminal = {0};
    struct words *words = malloc(sizeof *words);
    bool quit = false;
    enum outcome outcome = greet(session);
    if (words == NULL || outcome != OUTCOME_ACCEPTED)
        goto out;
    if (!open_terminal(&terminal)) {
        outcome = OUTCOME_FAILED;
        goto out;
    }
    while (!quit) {
        int length = 0;
        const char *text = el_gets(terminal.line, &length);
        if (text == NULL || length <= 0)
            break;
        if (text[0] != '\n')
            remember(&terminal, text);
        outcome = run_line(
            session, words, bytes_of(text, (size_t)length), &quit);
    }
out:
    close_terminal(&terminal);
    free(words);
    return outcome;
}
