/*
 * posito-demo: found a federation from the published data, play a season
 * and a working day over TCP, print the books, stop, audit, compare.
 *
 *     posito-demo [--data FOLDER] [--stay] [FOLDER]
 *
 * Without --stay it exits 0 after the audit, and keeps FOLDER if one was
 * given.  With --stay it serves the federation in the foreground (and
 * founds it first if FOLDER has none): what `make run` does.
 */
#include "demo_play.h"
#include "found.h"
#include "process.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_ROOM 3072
#define ORIGIN "posito.example/demonstration"
#define WORDS_MAX 12

struct demo {
    const char *data;
    bool stay;
    bool temporary;          /* remove the folder at the end */
    char folder[PATH_ROOM];
    char programs[PATH_ROOM]; /* folder our programs are in */
    char address[64];
    pid_t daemon; /* 0: not running */
    struct failure failure;
};

/* ---- programs ---- */

static void program(
    const struct demo *demo, const char *name, char path[2 * PATH_ROOM])
{
    (void)snprintf(path, 2 * PATH_ROOM, "%s/%s", demo->programs, name);
}

/* Run one of our tools, its output collected or shown. */
static int tool(struct demo *demo, const char *const words[],
    struct buffer *out, int *code)
{
    char path[2 * PATH_ROOM];
    const char *argv[WORDS_MAX + 1] = {NULL};
    size_t count = 0;
    program(demo, words[0], path);
    argv[count++] = path;
    while (count < WORDS_MAX && words[count] != NULL) {
        argv[count] = words[count];
        count++;
    }
    (void)fflush(stdout);
    return process_run(argv, out, code, &demo->failure);
}

/* Show the command as a person would type it, then run it. */
static int show(struct demo *demo, const char *key, const char *const words[])
{
    int code = 0;
    char path[2 * PATH_ROOM];
    (void)snprintf(path, sizeof path, "%s/keys/%s.key", demo->folder, key);
    if (setenv("POSITO_KEY", path, 1) != 0)
        return failure_set_errno(&demo->failure, errno, "environment");
    printf("\n%s$", key);
    for (size_t i = 0; words[i] != NULL; i++)
        printf(strchr(words[i], ' ') != NULL ? " '%s'" : " %s", words[i]);
    printf("\n");
    if (tool(demo, words, NULL, &code) != 0)
        return -1;
    /* Refusals (1) and typing errors (2) are shown on purpose. */
    if (code > 2)
        return failure_set(&demo->failure, "%s ended with code %d", words[0],
            code);
    return 0;
}

/* ---- the daemon ---- */

static int read_port(struct demo *demo)
{
    char path[2 * PATH_ROOM];
    unsigned port = 0;
    (void)snprintf(path, sizeof path, "%s/port", demo->folder);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    int found = fscanf(file, "%5u", &port);
    (void)fclose(file);
    if (found != 1 || port == 0)
        return -1;
    (void)snprintf(
        demo->address, sizeof demo->address, "127.0.0.1:%u", port);
    return setenv("POSITO_ADDR", demo->address, 1);
}

static int start_daemon(struct demo *demo, const char *listen)
{
    char path[2 * PATH_ROOM], log[2 * PATH_ROOM], port[2 * PATH_ROOM];
    program(demo, "positod", path);
    (void)snprintf(log, sizeof log, "%s/positod.log", demo->folder);
    (void)snprintf(port, sizeof port, "%s/port", demo->folder);
    (void)unlink(port);
    const char *const argv[] = {
        path, "-f", "-o", listen, demo->folder, NULL};
    if (process_start(&demo->daemon, argv, log, &demo->failure) != 0)
        return -1;
    const struct timespec step = {.tv_nsec = 20 * 1000 * 1000};
    for (int i = 0; i < 1500; i++) {
        int code;
        if (read_port(demo) == 0)
            return 0;
        if (process_ended(demo->daemon, &code)) {
            demo->daemon = 0;
            return failure_set(&demo->failure,
                "positod did not start (code %d); see %s", code, log);
        }
        (void)nanosleep(&step, NULL);
    }
    return failure_set(&demo->failure, "positod was not ready in 30 s");
}

static int stop_daemon(struct demo *demo)
{
    int code = 0;
    if (demo->daemon == 0)
        return 0;
    (void)kill(demo->daemon, SIGTERM);
    if (process_wait(demo->daemon, 60000, &code, &demo->failure) != 0)
        return -1;
    demo->daemon = 0;
    if (code != 0)
        return failure_set(&demo->failure, "positod ended with code %d", code);
    return 0;
}

/* ---- founding ---- */

static bool founded(const struct demo *demo)
{
    char path[2 * PATH_ROOM];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/journal", demo->folder);
    return stat(path, &info) == 0;
}

static void say_sources(const struct demo_plan *plan)
{
    printf("A demonstration federation\n"
           "  Published: %zu federations' names (Moctezuma 2000); some 40,000\n"
           "  members in over 200 clubs; 282 dollars an average transfer in\n"
           "  1999; 6,349,206 dollars in 117 three-for-one projects in 2000,\n"
           "  a quarter of it the clubs'.\n"
           "  Drawn around these with the fixed seed %d: %d members in %d\n"
           "  clubs; each saves a tenth of a month's transfer for %d months\n"
           "  and gives about 9.92 dollars to the club's pool.  The people\n"
           "  are not real.\n\n",
        plan->federation_count, (int)DEMO_SEED, DEMO_MEMBERS, DEMO_CLUBS,
        DEMO_MONTHS);
}

static int found(struct demo *demo, const struct demo_plan *plan)
{
    struct buffer lines = buffer_empty();
    struct ident founder = ident_of("treasurer.us");
    demo_founding(plan, &lines);
    int result = lines.failed ? failure_set(&demo->failure, "out of memory")
                              : found_ledger(demo->folder, ORIGIN,
                                    buffer_bytes(&lines), &founder,
                                    &demo->failure);
    buffer_free(&lines);
    return result;
}

static int found_and_play(
    struct demo *demo, const char *listen, struct demo_plan *plan)
{
    int result = -1;
    say_sources(plan);
    if (found(demo, plan) == 0 && start_daemon(demo, listen) == 0) {
        printf("positod listens on %s\n", demo->address);
        result = demo_play(
            plan, demo->folder, demo->address, &demo->failure);
    }
    return result;
}

/* ---- what is shown ---- */

static int show_counter(struct demo *demo)
{
    static const char *const deposit[] = {"posito", "deposit", "member=m01042",
        "via=drawer.chicago", "amount=USD25.00", "purpose=F", NULL};
    static const char *const too_much[] = {"posito", "withdraw",
        "member=m01042", "via=drawer.chicago", "amount=USD900.00",
        "purpose=I", NULL};
    static const char *const typo[] = {"posito", "transfer", "from=m01042",
        "to=m00077", "amount=USD5.0", "purpose=F", NULL};
    static const char *const statement[] = {"posito", "statement",
        "account=us/m01042/share/USD", "from=2000-01-03", "to=2000-04-03",
        NULL};
    static const char *const payment[] = {"posito", "journal-entry",
        "post=us/us/expense.other/USD:50.00,us/bank.us/nostro/USD:-50.00",
        "reason=bank charges of March", NULL};
    static const char *const waiting[] = {"posito", "proposals", NULL};
    return show(demo, "teller.chicago", deposit) != 0 ||
            show(demo, "teller.chicago", too_much) != 0 ||
            show(demo, "teller.chicago", typo) != 0 ||
            show(demo, "teller.chicago", statement) != 0 ||
            show(demo, "treasurer.us", payment) != 0 ||
            show(demo, "treasurer.mx", waiting) != 0
        ? -1
        : 0;
}

static int show_books(struct demo *demo)
{
    static const char *const drawer[] = {
        "posito", "drawer", "drawer=drawer.chicago", NULL};
    static const char *const trial[] = {"posito", "trial", "book=us", NULL};
    static const char *const sheet[] = {
        "posito", "balance-sheet", "book=us", NULL};
    static const char *const income[] = {"posito", "income", "book=us", NULL};
    static const char *const sheet_mx[] = {
        "posito", "--language", "es", "balance-sheet", "book=mx", NULL};
    printf("\nThe drawers are counted and closed; Chicago's is five cents"
           " short.\n");
    return show(demo, "auditor", drawer) != 0 ||
            show(demo, "auditor", trial) != 0 ||
            show(demo, "auditor", sheet) != 0 ||
            show(demo, "auditor", income) != 0 ||
            show(demo, "auditor", sheet_mx) != 0
        ? -1
        : 0;
}

/* The hexadecimal digest that follows the word in a tool's output. */
static bool find_digest(const struct buffer *text, char digest[65])
{
    static const char word[] = "digest";
    const char *at = text->data == NULL
        ? NULL
        : memmem(text->data, text->length, word, sizeof word - 1);
    if (at == NULL)
        return false;
    at += sizeof word - 1;
    const char *end = (const char *)text->data + text->length;
    while (at < end && *at == ' ')
        at++;
    if (end - at < 64)
        return false;
    (void)memcpy(digest, at, 64);
    digest[64] = '\0';
    return true;
}

/* Replay the journal with the auditor's tool; the daemon has stopped. */
static int audit(struct demo *demo)
{
    const char *const replay[] = {
        "posito-audit", "replay", demo->folder, NULL};
    const char *const digest[] = {
        "posito-audit", "digest", demo->folder, NULL};
    struct buffer replayed = buffer_empty(), kept = buffer_empty();
    char ours[65], theirs[65];
    int code = 0, result = -1;
    printf("\nThe daemon has stopped.  Now as an auditor, with no daemon and"
           " no network:\n\n$ posito-audit replay %s\n",
        demo->folder);
    if (tool(demo, replay, &replayed, &code) != 0)
        goto out;
    printf("%.*s", (int)replayed.length, (const char *)replayed.data);
    if (code != 0) {
        result = failure_set(&demo->failure, "the audit found a fault");
        goto out;
    }
    if (tool(demo, digest, &kept, &code) != 0)
        goto out;
    if (code != 0 || !find_digest(&replayed, ours) ||
        !find_digest(&kept, theirs) || strcmp(ours, theirs) != 0) {
        result = failure_set(&demo->failure,
            "the daemon's state and the replayed one differ");
        goto out;
    }
    printf("\nThe daemon's state has the same digest as the replayed one.\n");
    result = 0;
out:
    buffer_free(&replayed);
    buffer_free(&kept);
    return result;
}

static int demonstrate(struct demo *demo)
{
    if (founded(demo))
        return failure_set(&demo->failure,
            "%s has a ledger already; name an empty folder", demo->folder);
    struct demo_plan *plan = demo_plan_new(demo->data, &demo->failure);
    int result = -1;
    if (plan != NULL &&
        found_and_play(demo, "listen=127.0.0.1:0", plan) == 0 &&
        show_counter(demo) == 0 &&
        demo_close(plan, demo->folder, demo->address, &demo->failure) == 0 &&
        show_books(demo) == 0 && stop_daemon(demo) == 0)
        result = audit(demo);
    demo_plan_free(plan);
    return result;
}

static void say_what_next(const struct demo *demo)
{
    printf("\nThe federation is served on %s; Ctrl-C stops it.\n"
           "In a second terminal, in this folder, type:\n\n"
           "  export POSITO_ADDR=%s PATH=\"%s:$PATH\"\n"
           "  export POSITO_KEY=%s/keys/teller.chicago.key\n"
           "  posito deposit member=m01042 via=drawer.chicago "
           "amount=USD25.00 purpose=F\n"
           "  posito statement account=us/m01042/share/USD "
           "from=2000-01-03 to=2000-04-03\n"
           "  posito trial book=us\n"
           "  posito                        (asks for commands; Tab completes)\n"
           "  less %s/journal/00000000000000000000.posito\n\n"
           "The keys of everybody are in %s/keys: a demonstration's only.\n",
        demo->address, demo->address, demo->programs, demo->folder,
        demo->folder, demo->folder);
    (void)fflush(stdout);
}

/* The one thing a signal can tell: set by the handler, read by stay(). */
static volatile sig_atomic_t asked_to_stop;

static void ask_to_stop(int number)
{
    (void)number;
    asked_to_stop = 1;
}

static int stay(struct demo *demo)
{
    static const char here[] = "listen=127.0.0.1:7733";
    int code = 0;
    if (founded(demo)) {
        printf("Serving the federation that was founded in %s.\n",
            demo->folder);
        if (start_daemon(demo, here) != 0)
            return -1;
    } else {
        struct demo_plan *plan = demo_plan_new(demo->data, &demo->failure);
        int result =
            plan == NULL ? -1 : found_and_play(demo, here, plan);
        demo_plan_free(plan);
        if (result != 0)
            return -1;
    }
    say_what_next(demo);
    while (!asked_to_stop && !process_ended(demo->daemon, &code))
        (void)usleep(50 * 1000);
    if (asked_to_stop) {
        /* Ctrl-C reached the daemon too; asking twice does no harm. */
        (void)kill(demo->daemon, SIGTERM);
        if (process_wait(demo->daemon, 60000, &code, &demo->failure) != 0)
            return -1;
    }
    demo->daemon = 0;
    printf("\npositod has stopped; %s is kept.\n", demo->folder);
    return code == 0
        ? 0
        : failure_set(&demo->failure, "positod ended with code %d; see %s/%s",
              code, demo->folder, "positod.log");
}

/* ---- arguments ---- */

static int find_programs(struct demo *demo)
{
    char self[PATH_ROOM];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return failure_set_errno(&demo->failure, errno, "cannot find myself");
    self[length] = '\0';
    (void)snprintf(demo->programs, sizeof demo->programs, "%s", dirname(self));
    return 0;
}

static int make_folder(struct demo *demo, const char *folder)
{
    if (folder == NULL) {
        const char *base = getenv("TMPDIR");
        (void)snprintf(demo->folder, sizeof demo->folder, "%s/posito-XXXXXX",
            base != NULL ? base : "/tmp");
        demo->temporary = true;
        if (mkdtemp(demo->folder) == NULL)
            return failure_set_errno(
                &demo->failure, errno, "cannot make %s", demo->folder);
        return 0;
    }
    char *whole = NULL;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return failure_set_errno(
            &demo->failure, errno, "cannot make %s", folder);
    whole = realpath(folder, NULL);
    if (whole == NULL || strlen(whole) >= sizeof demo->folder) {
        free(whole);
        return failure_set(&demo->failure, "cannot use %s", folder);
    }
    (void)snprintf(demo->folder, sizeof demo->folder, "%s", whole);
    free(whole);
    return 0;
}

static void clean_up(struct demo *demo)
{
    int code;
    struct failure ignored = {.text = ""};
    if (demo->daemon != 0) {
        (void)kill(demo->daemon, SIGTERM);
        if (process_wait(demo->daemon, 20000, &code, &ignored) != 0)
            (void)kill(demo->daemon, SIGKILL);
    }
    if (demo->temporary && demo->failure.text[0] == '\0') {
        const char *const argv[] = {
            "/bin/rm", "-rf", "--", demo->folder, NULL};
        (void)!process_run(argv, NULL, &code, &ignored);
    }
}

int main(int argc, char **argv)
{
    static struct demo demo = {.data = "tests/data"};
    const char *folder = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--stay") == 0) {
            demo.stay = true;
        } else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc) {
            demo.data = argv[++i];
        } else if (argv[i][0] != '-' && folder == NULL) {
            folder = argv[i];
        } else {
            (void)fprintf(stderr,
                "usage: posito-demo [--data FOLDER] [--stay] [FOLDER]\n");
            return 2;
        }
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    if (demo.stay) {
        (void)signal(SIGINT, ask_to_stop);
        (void)signal(SIGTERM, ask_to_stop);
    }
    int result = find_programs(&demo) == 0 && make_folder(&demo, folder) == 0
        ? (demo.stay ? stay(&demo) : demonstrate(&demo))
        : -1;
    clean_up(&demo);
    if (result != 0) {
        (void)fprintf(stderr, "posito-demo: %s\n", demo.failure.text);
        return 1;
    }
    return 0;
}
