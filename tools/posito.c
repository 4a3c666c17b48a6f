/*
 * posito: what tellers, treasurers and auditors type.  See GUIDE.md.
 */
#include "batch.h"
#include "catch_up.h"
#include "command.h"
#include "files.h"
#include "help.h"
#include "init.h"
#include "interactive.h"
#include "newkey.h"
#include "programme_import.h"
#include "session.h"
#include "speech.h"
#include "teller_screen.h"

#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define VERSION "1"

static enum outcome run_help(
    struct session *session, const char *const *words, size_t count)
{
    enum language language = session->settings->language;
    struct command_fault fault;
    enum verb verb;
    if (count == 0) {
        help_overview(stdout, language);
        return OUTCOME_ACCEPTED;
    }
    if (help_tool(stdout, words[0], language))
        return OUTCOME_ACCEPTED;
    if (!command_verb(words[0], language, &verb, &fault))
        return session_usage(session, fault.status, fault.text);
    help_verb(stdout, verb, language);
    return OUTCOME_ACCEPTED;
}

/* posito send 'LINE' [FILE]: a line that was signed before. */
static enum outcome run_send(
    struct session *session, const char *const *words, size_t count)
{
    enum language language = session->settings->language;
    struct batch_options options = {
        .language = language, .exact = session->settings->exact};
    struct buffer text = buffer_empty();
    struct buffer body = buffer_empty();
    struct command_fault fault = {0};
    struct failure failure = {{0}};
    struct batch_places places = {0};
    enum outcome outcome = OUTCOME_ACCEPTED;
    if (count < 1 || count > 2)
        return session_usage(session, STATUS_MISSING_FIELD,
            say(language, "posito send 'LINE' [FILE]",
                "posito send 'LÍNEA' [ARCHIVO]"));
    if (count == 2 && files_read(words[1], 4 * (size_t)BODY_BYTES_MAX,
                          &text, &failure) != 0)
        outcome = session_fail(session, &failure);
    else if (count == 2 && batch_body(buffer_bytes(&text), &options, &body,
                               &places, &fault) != BATCH_BUILT)
        outcome = session_usage(session, fault.status, fault.text);
    if (outcome == OUTCOME_ACCEPTED)
        outcome = session_send(
            session, bytes_text(words[0]), buffer_bytes(&body));
    batch_places_free(&places);
    buffer_free(&text);
    buffer_free(&body);
    return outcome;
}

struct own_command {
    const char *name;
    enum outcome (*run)(
        struct session *, const char *const *words, size_t count);
};

static const struct own_command own_commands[] = {
    {"help", run_help},
    {"keygen", newkey_generate},
    {"proof", newkey_proof},
    {"send", run_send},
    {"init", init_run},
    {"teller", teller_screen_run},
    {"import-programme", programme_import_run},
    {"catch-up", catch_up_run},
};

static enum outcome run(struct session *session)
{
    const struct settings *settings = session->settings;
    if (settings->version) {
        (void)printf("posito %s\n", VERSION);
        return OUTCOME_ACCEPTED;
    }
    if (settings->help)
        return run_help(session, settings->words, settings->word_count);
    if (settings->word_count == 0 && isatty(STDIN_FILENO) != 0)
        return interactive_run(session);
    if (settings->word_count == 0) {
        help_overview(stderr, settings->language);
        return OUTCOME_USAGE;
    }
    for (size_t i = 0; i < sizeof own_commands / sizeof own_commands[0]; i++)
        if (strcmp(settings->words[0], own_commands[i].name) == 0)
            return own_commands[i].run(
                session, settings->words + 1, settings->word_count - 1);
    return session_run(session, settings->words, settings->word_count);
}

/* A core file would hold the opened key. */
static void protect_keys(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
    struct failure failure = {{0}};
    struct settings *settings = malloc(sizeof *settings);
    struct session *session = malloc(sizeof *session);
    const char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
    const char **words = calloc((size_t)argc + 1, sizeof *words);
    enum outcome outcome = OUTCOME_FAILED;

    (void)setlocale(LC_CTYPE, "");
    (void)signal(SIGPIPE, SIG_IGN);
    protect_keys();
    if (settings == NULL || session == NULL || arguments == NULL ||
        words == NULL || sodium_init() < 0)
        goto out;
    for (int i = 1; i < argc; i++)
        arguments[i - 1] = argv[i];
    if (settings_load(settings, argc > 0 ? argc - 1 : 0, arguments, words,
            &failure) != 0) {
        (void)fprintf(stderr, "posito: %s\n", failure.text);
        outcome = OUTCOME_USAGE;
        goto out;
    }
    session_begin(session, settings);
    outcome = run(session);
    session_end(session);
    /* A full disk or a closed pipe is no success. */
    if (fflush(stdout) != 0 && outcome == OUTCOME_ACCEPTED)
        outcome = OUTCOME_FAILED;
out:
    free(words);
    free(arguments);
    free(session);
    free(settings);
    return (int)outcome;
}
