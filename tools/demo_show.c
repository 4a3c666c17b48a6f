#include "demo_show.h"

#include "process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 12

/* ---- programs ---- */

void demo_program(const struct demo_place *place, const char *name,
    char path[2 * DEMO_PATH_ROOM])
{
    (void)snprintf(
        path, 2 * DEMO_PATH_ROOM, "%s/%s", place->programs, name);
}

int demo_tool(const struct demo_place *place, const char *const words[],
    struct buffer *out, int *code, struct failure *failure)
{
    char path[2 * DEMO_PATH_ROOM];
    const char *argv[WORDS_MAX + 1] = {NULL};
    size_t count = 0;
    demo_program(place, words[0], path);
    argv[count++] = path;
    while (count < WORDS_MAX && words[count] != NULL) {
        argv[count] = words[count];
        count++;
    }
    (void)fflush(stdout);
    return process_run(argv, out, code, failure);
}

/* ---- commands ---- */

/* A command, and whose key signs it. */
struct command {
    const char *key;
    const char *words[WORDS_MAX + 1];
};

/* Show the command as a person would type it, then run it. */
static int show(const struct demo_place *place,
    const struct command *command, struct failure *failure)
{
    const char *const *words = command->words;
    char path[2 * DEMO_PATH_ROOM];
    int code = 0;
    (void)snprintf(
        path, sizeof path, "%s/keys/%s.key", place->folder, command->key);
    if (setenv("POSITO_KEY", path, 1) != 0)
        return failure_set_errno(failure, errno, "environment");
    printf("\n%s$", command->key);
    for (size_t i = 0; words[i] != NULL; i++)
        printf(strchr(words[i], ' ') != NULL ? " '%s'" : " %s", words[i]);
    printf("\n");
    if (demo_tool(place, words, NULL, &code, failure) != 0)
        return -1;
    /* Refusals (1) and typing errors (2) are shown on purpose. */
    if (code > 2)
        return failure_set(
            failure, "%s ended with code %d", words[0], code);
    return 0;
}

static int show_all(const struct demo_place *place,
    const struct command *commands, size_t count, struct failure *failure)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < count; i++)
        result = show(place, &commands[i], failure);
    return result;
}

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const struct command counter[] = {
    {"teller.chicago", {"posito", "deposit", "member=m01042",
        "via=drawer.chicago", "amount=USD25.00", "purpose=F"}},
    {"teller.chicago", {"posito", "withdraw", "member=m01042",
        "via=drawer.chicago", "amount=USD900.00", "purpose=I"}},
    {"teller.chicago", {"posito", "transfer", "from=m01042", "to=m00077",
        "amount=USD5.0", "purpose=F"}},
    {"teller.chicago", {"posito", "statement",
        "account=us/m01042/share/USD", "from=2000-01-03",
        "to=2000-04-03"}},
    {"teller.chicago", {"posito", "terms", "party=m01042"}},
    {"teller.chicago", {"posito", "--language", "es", "terms",
        "party=m01042", "until=2000-03-31"}},
    {"teller.chicago", {"posito", "--language", "es", "party",
        "party=m01042"}},
    {"treasurer.us", {"posito", "journal-entry",
        "post=us/us/expense.other/USD:50.00,us/bank.us/nostro/USD:-50.00",
        "reason=bank charges of March"}},
    {"treasurer.mx", {"posito", "proposals"}},
};

static const struct command books[] = {
    {"auditor", {"posito", "drawer", "drawer=drawer.chicago"}},
    {"auditor", {"posito", "cash-report", "book=us", "date=2000-04-03"}},
    {"auditor", {"posito", "--language", "es", "dormant", "book=mx"}},
    {"auditor", {"posito", "pool", "party=south-california"}},
    {"auditor", {"posito", "calendar", "book=us", "from=2000-01-03",
        "to=2000-04-03"}},
    {"auditor", {"posito", "trial", "book=us"}},
    {"auditor", {"posito", "balance-sheet", "book=us"}},
    {"auditor", {"posito", "income", "book=us"}},
    {"auditor", {"posito", "--language", "es", "balance-sheet",
        "book=mx"}},
};

int demo_show_counter(
    const struct demo_place *place, struct failure *failure)
{
    return show_all(place, counter, COUNT(counter), failure);
}

int demo_show_books(
    const struct demo_place *place, struct failure *failure)
{
    printf("\nThe drawers are counted and closed; Chicago's is five cents"
           " short.\n");
    return show_all(place, books, COUNT(books), failure);
}

void demo_say_what_next(const struct demo_place *place)
{
    printf("\nThe federation is served on %s; Ctrl-C stops it.\n"
           "In a second terminal, in this folder, type:\n\n"
           "  export POSITO_ADDR=%s PATH=\"%s:$PATH\"\n"
           "  export POSITO_KEY=%s/keys/teller.chicago.key\n"
           "  posito deposit member=m01042 via=drawer.chicago "
           "amount=USD25.00 purpose=F\n"
           "  posito statement account=us/m01042/share/USD "
           "from=2000-01-03 to=2000-04-03\n"
           "  posito terms party=m01042     (term shares; or party=us)\n"
           "  posito party party=m01042     (beneficiaries, standing rule)\n"
           "  posito --language es pool party=club-005\n"
           "  posito cash-report book=us date=2000-04-03\n"
           "  posito --key %s/keys/auditor.key --language es dormant "
           "book=mx\n"
           "  posito drawer drawer=drawer.chicago\n"
           "  posito proposals\n"
           "  posito trial book=us\n"
           "  posito                        (asks for commands; Tab completes)\n"
           "  less %s/journal/00000000000000000000.posito\n\n"
           "The keys of everybody are in %s/keys: a demonstration's only.\n",
        place->address, place->address, place->programs, place->folder,
        place->folder, place->folder, place->folder);
    (void)fflush(stdout);
}
