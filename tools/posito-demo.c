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
#include "demo_show.h"
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

#define ORIGIN "posito.example/demonstration"

struct demo {
    const char *data;
    bool stay;
    bool temporary; /* remove the folder at the end */
    struct demo_place place;
    pid_t daemon; /* 0: not running */
    struct failure failure;
};

/* ---- the daemon ---- */

static int read_port(struct demo *demo)
{
    char path[2 * DEMO_PATH_ROOM];
    unsigned port = 0;
    (void)snprintf(path, sizeof path, "%s/port", demo->place.folder);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    int found = fscanf(file, "%5u", &port);
    (void)fclose(file);
    if (found != 1 || port == 0)
        return -1;
    (void)snprintf(
        demo->place.address, sizeof demo->place.address, "127.0.0.1:%u", port);
    return setenv("POSITO_ADDR", demo->place.address, 1);
}

static int start_daemon(struct demo *demo, const char *listen)
{
    char path[2 * DEMO_PATH_ROOM], log[2 * DEMO_PATH_ROOM], port[2 * DEMO_PATH_ROOM];
    demo_program(&demo->place, "positod", path);
    (void)snprintf(log, sizeof log, "%s/positod.log", demo->place.folder);
    (void)snprintf(port, sizeof port, "%s/port", demo->place.folder);
    (void)unlink(port);
    const char *const argv[] = {
        path, "-f", "-o", listen, demo->place.folder, NULL};
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
    char path[2 * DEMO_PATH_ROOM];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s/journal", demo->place.folder);
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
           "  and gives about 9.92 dollars to the club's pool.  Ours are the\n"
           "  rates of term shares (3 and 3.6 percent) and the two months\n"
           "  without activity after which a share is dormant in Mexico.\n"
           "  The people are not real.\n\n",
        plan->federation_count, (int)DEMO_SEED, DEMO_MEMBERS, DEMO_CLUBS,
        DEMO_MONTHS);
}

static int found(struct demo *demo, const struct demo_plan *plan)
{
    struct buffer lines = buffer_empty();
    struct ident founder = ident_of("treasurer.us");
    demo_founding(plan, &lines);
    int result = lines.failed ? failure_set(&demo->failure, "out of memory")
                              : found_ledger(demo->place.folder, ORIGIN,
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
        printf("positod listens on %s\n", demo->place.address);
        result = demo_play(
            plan, demo->place.folder, demo->place.address, &demo->failure);
    }
    return result;
}

/* ---- the audit ---- */

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
        "posito-audit", "replay", demo->place.folder, NULL};
    const char *const digest[] = {
        "posito-audit", "digest", demo->place.folder, NULL};
    struct buffer replayed = buffer_empty(), kept = buffer_empty();
    char ours[65], theirs[65];
    int code = 0, result = -1;
    printf("\nThe daemon has stopped.  Now as an auditor, with no daemon and"
           " no network:\n\n$ posito-audit replay %s\n",
        demo->place.folder);
    if (demo_tool(&demo->place, replay, &replayed, &code,
            &demo->failure) != 0)
        goto out;
    printf("%.*s", (int)replayed.length, (const char *)replayed.data);
    if (code != 0) {
        result = failure_set(&demo->failure, "the audit found a fault");
        goto out;
    }
    if (demo_tool(&demo->place, digest, &kept, &code,
            &demo->failure) != 0)
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
            "%s has a ledger already; name an empty folder", demo->place.folder);
    struct demo_plan *plan = demo_plan_new(demo->data, &demo->failure);
    int result = -1;
    if (plan != NULL &&
        found_and_play(demo, "listen=127.0.0.1:0", plan) == 0 &&
        demo_show_counter(&demo->place, &demo->failure) == 0 &&
        demo_close(plan, demo->place.folder, demo->place.address, &demo->failure) == 0 &&
        demo_show_books(&demo->place, &demo->failure) == 0 &&
        stop_daemon(demo) == 0)
        result = audit(demo);
    demo_plan_free(plan);
    return result;
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
            demo->place.folder);
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
    demo_say_what_next(&demo->place);
    while (!asked_to_stop && !process_ended(demo->daemon, &code))
        (void)usleep(50 * 1000);
    if (asked_to_stop) {
        /* Ctrl-C reached the daemon too; asking twice does no harm. */
        (void)kill(demo->daemon, SIGTERM);
        if (process_wait(demo->daemon, 60000, &code, &demo->failure) != 0)
            return -1;
    }
    demo->daemon = 0;
    printf("\npositod has stopped; %s is kept.\n", demo->place.folder);
    return code == 0
        ? 0
        : failure_set(&demo->failure, "positod ended with code %d; see %s/%s",
              code, demo->place.folder, "positod.log");
}

/* ---- arguments ---- */

static int find_programs(struct demo *demo)
{
    char self[DEMO_PATH_ROOM];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return failure_set_errno(&demo->failure, errno, "cannot find myself");
    self[length] = '\0';
    (void)snprintf(demo->place.programs, sizeof demo->place.programs, "%s", dirname(self));
    return 0;
}

static int make_folder(struct demo *demo, const char *folder)
{
    if (folder == NULL) {
        const char *base = getenv("TMPDIR");
        (void)snprintf(demo->place.folder, sizeof demo->place.folder, "%s/posito-XXXXXX",
            base != NULL ? base : "/tmp");
        demo->temporary = true;
        if (mkdtemp(demo->place.folder) == NULL)
            return failure_set_errno(
                &demo->failure, errno, "cannot make %s", demo->place.folder);
        return 0;
    }
    char *whole = NULL;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return failure_set_errno(
            &demo->failure, errno, "cannot make %s", folder);
    whole = realpath(folder, NULL);
    if (whole == NULL || strlen(whole) >= sizeof demo->place.folder) {
        free(whole);
        return failure_set(&demo->failure, "cannot use %s", folder);
    }
    (void)snprintf(demo->place.folder, sizeof demo->place.folder, "%s", whole);
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
            "/bin/rm", "-rf", "--", demo->place.folder, NULL};
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
