#include "confirm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_LENGTH 32

static bool is_yes(const char *answer)
{
    static const char *const words[] = {"y", "yes", "s", "si", "sí"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(answer, words[i]) == 0)
            return true;
    return false;
}

bool confirm_wanted(const struct settings *settings)
{
    return !settings->yes && !settings->json && isatty(STDIN_FILENO) != 0 &&
           isatty(STDOUT_FILENO) != 0;
}

bool confirm_ask(const char *question)
{
    char answer[ANSWER_LENGTH];
    (void)printf("%s [n] ", question);
    (void)fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        return false;
    answer[strcspn(answer, "\r\n")] = '\0';
    return is_yes(answer);
}
