#include "approve.h"

#include "confirm.h"
#include "speech.h"

#include <string.h>

/* The word proposal=N among those of approve; NULL if it is not there. */
static const char *find_proposal(const char *const *words, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strncmp(words[i], "proposal=", strlen("proposal=")) == 0)
            return words[i];
    return NULL;
}

bool approve_confirmed(struct session *session, const char *const *words,
    size_t count, enum outcome *outcome)
{
    const struct settings *settings = session->settings;
    const char *question[] = {"proposal", find_proposal(words, count)};
    /* What is wrong with the words is said when the line is built. */
    if (question[1] == NULL || !confirm_wanted(settings))
        return true;
    *outcome = session_run(session, question, 2);
    if (*outcome != OUTCOME_ACCEPTED)
        return false;
    if (confirm_ask(say(settings->language, "Sign this? y/n",
            "¿Firmar esto? s/n")))
        return true;
    (void)puts(say(settings->language, "Nothing was signed.",
        "No se firmó nada."));
    *outcome = OUTCOME_USAGE;
    return false;
}
