#include "approve.h"

#include "speech.h"

#include <string.h>
#include <unistd.h>

#define ANSWER_LENGTH 32

/* The word proposal=N among those of approve; NULL if it is not there. */
static const char *find_proposal(const char *const *words, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strncmp(words[i], "proposal=", strlen("proposal=")) == 0)
            return words[i];
    return NULL;
}

static bool is_yes(const char *answer)
{
    static const char *const words[] = {"y", "yes", "s", "si", "sí"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(answer, words[i]) == 0)
            return true;
    return false;
}

/* Enter alone is no. */
static bool ask(enum language language)
{
    char answer[ANSWER_LENGTH];
    (void)fputs(say(language, "Sign this? y/n [n] ", "¿Firmar esto? s/n [n] "),
        stdout);
    (void)fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        return false;
    answer[strcspn(answer, "\r\n")] = '\0';
    return is_yes(answer);
}

bool approve_confirmed(struct session *session, const char *const *words,
    size_t count, enum outcome *outcome)
{
    const struct settings *settings = session->settings;
    const char *question[] = {"proposal", find_proposal(words, count)};
    /* What is wrong with the words is said when the line is built. */
    if (settings->yes || settings->json || question[1] == NULL ||
        isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0)
        return true;
    *outcome = session_run(session, question, 2);
    if (*outcome != OUTCOME_ACCEPTED)
        return false;
    if (ask(settings->language))
        return true;
    (void)puts(say(settings->language, "Nothing was signed.",
        "No se firmó nada."));
    *outcome = OUTCOME_USAGE;
    return false;
}
