#include "bench_ledger.h"

#include "../ledger/journal.h"
#include "../ledger/store.h"
#include "bench_order.h"
#include "bench_play.h"
#include "files.h"
#include "found.h"
#include "keyring_folder.h"
#include "process.h"

#include <posito/client.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* Written last: the folder was prepared to the end, for so many members. */
#define MARK "bench-members"
/* While it is being prepared: for how many, and how many are there. */
#define MARK_WANTED "bench-wanted"
#define MARK_ENROLLED "bench-enrolled"
/* A body has at most 10,000 lines; so many batches are made at once. */
#define ENROL_LINES 10000U
#define ENROL_BATCHES 25U
/* LMDB's map is address space, not memory. */
#define MAP_BYTES (UINT64_C(64) << 30)
/* Steps of 20 ms: 90 s. */
#define SETTLE_STEPS 4500
/* Memory is steady when so many looks find the same; at most two seconds. */
#define STEADY_STEP_MS 70
#define STEADY_SAME 3
#define STEADY_STEPS 28

static const char founding[] =
    "currency code=USD digits=2\n"
    "book book=us country=US date=2026-03-02\n"
    "policy-set verb=key-add need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=key-revoke need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=policy-set need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=journal-entry need=1 kinds=federation.treasurer,board\n"
    "party-open party=chief kind=officer book=us country=US\n"
    "party-open party=teller0 kind=officer book=us country=US\n"
    "party-open party=teller1 kind=officer book=us country=US\n"
    "party-open party=teller2 kind=officer book=us country=US\n"
    "party-open party=teller3 kind=officer book=us country=US\n"
    "party-open party=la kind=office book=us country=US\n"
    "party-open party=fed kind=federation book=us country=US\n"
    "party-open party=club kind=club book=us parent=fed country=US\n"
    "key-add key=chief kind=federation.treasurer owner=chief country=US "
    "scope=all\n"
    "key-add key=teller0 kind=teller owner=teller0 country=US scope=us\n"
    "key-add key=teller1 kind=teller owner=teller1 country=US scope=us\n"
    "key-add key=teller2 kind=teller owner=teller2 country=US scope=us\n"
    "key-add key=teller3 kind=teller owner=teller3 country=US scope=us\n";

/* ---- the daemon ---- */

/* positod stands where this program does. */
static int find_daemon(char path[4096], struct failure *failure)
{
    ssize_t length = readlink("/proc/self/exe", path, 4000);
    if (length <= 0)
        return failure_set_errno(failure, errno, "cannot find positod");
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    (void)snprintf(slash + 1, 32, "positod");
    return 0;
}

static bool read_port(struct bench_ledger *ledger)
{
    char path[4096];
    unsigned port = 0;
    (void)snprintf(path, sizeof path, "%s/port", ledger->folder);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    int found = fscanf(file, "%5u", &port);
    (void)fclose(file);
    (void)snprintf(
        ledger->address, sizeof ledger->address, "127.0.0.1:%u", port);
    return found == 1 && port != 0;
}

static int await_port(struct bench_ledger *ledger, const char *log)
{
    const struct timespec step = {.tv_nsec = 1000 * 1000};
    for (int i = 0; i < 600000; i++) {
        int code;
        if (read_port(ledger))
            return 0;
        if (process_ended(ledger->daemon, &code)) {
            ledger->daemon = 0;
            return failure_set(&ledger->failure,
                "positod did not start (code %d), see %s", code, log);
        }
        (void)nanosleep(&step, NULL);
    }
    return failure_set(&ledger->failure, "positod was not ready in time");
}

static int learn_id(struct bench_ledger *ledger)
{
    struct client *client = NULL;
    if (client_connect(&client, ledger->address, 0, &ledger->failure) != 0)
        return -1;
    ledger->id = *client_ledger(client);
    client_close(client);
    return 0;
}

int bench_ledger_start(
    struct bench_ledger *ledger, const char *const *options)
{
    char daemon[4096], log[4096], port[4096];
    /* setpriv has the kernel end the daemon when we end. */
    const char *argv[32] = {"/usr/bin/setpriv", "--pdeathsig", "TERM", daemon,
        "-f", "-o", "listen=127.0.0.1:0", "-o", "log-level=info"};
    size_t count = 9;
    for (; options != NULL && *options != NULL && count < 28; options++) {
        argv[count++] = "-o";
        argv[count++] = *options;
    }
    argv[count++] = ledger->folder;
    argv[count] = NULL;
    (void)snprintf(log, sizeof log, "%s/positod.log", ledger->folder);
    (void)snprintf(port, sizeof port, "%s/port", ledger->folder);
    (void)unlink(port);
    if (find_daemon(daemon, &ledger->failure) != 0 ||
        process_start(&ledger->daemon, argv, log, &ledger->failure) != 0 ||
        await_port(ledger, log) != 0)
        return -1;
    return learn_id(ledger);
}

/* The daemon's log is made anew at each start. */
static bool log_says(const struct bench_ledger *ledger, const char *what)
{
    char path[4096], line[1024];
    bool said = false;
    (void)snprintf(path, sizeof path, "%s/positod.log", ledger->folder);
    FILE *log = fopen(path, "r");
    while (log != NULL && !said && fgets(line, sizeof line, log) != NULL)
        said = strstr(line, what) != NULL;
    if (log != NULL)
        (void)fclose(log);
    return said;
}

void bench_ledger_settle(struct bench_ledger *ledger)
{
    const struct timespec step = {.tv_nsec = 20 * 1000000};
    for (int i = 0; i < SETTLE_STEPS; i++) {
        if (log_says(ledger, "accounts are in memory"))
            return;
        (void)nanosleep(&step, NULL);
    }
}

int bench_ledger_stop(struct bench_ledger *ledger)
{
    int code = 0;
    if (ledger->daemon == 0)
        return 0;
    (void)kill(ledger->daemon, SIGTERM);
    if (process_wait(ledger->daemon, 300000, &code, &ledger->failure) != 0)
        return -1;
    ledger->daemon = 0;
    return code == 0 ? 0
                     : failure_set(&ledger->failure,
                           "positod ended with code %d", code);
}

void bench_ledger_kill(struct bench_ledger *ledger)
{
    int code;
    struct failure ignored = {{0}};
    if (ledger->daemon == 0)
        return;
    (void)kill(ledger->daemon, SIGKILL);
    (void)!process_wait(ledger->daemon, 30000, &code, &ignored);
    ledger->daemon = 0;
}

/* ---- preparing ---- */

bool bench_ledger_note(
    const struct bench_ledger *ledger, const char *name, uint64_t *number)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", ledger->folder, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    int found = fscanf(file, "%19" SCNu64, number);
    (void)fclose(file);
    return found == 1;
}

static bool read_mark(struct bench_ledger *ledger)
{
    return bench_ledger_note(ledger, MARK, &ledger->members) &&
           ledger->members > 1;
}

/* Through another name, so that an end at any time leaves one of both. */
int bench_ledger_take_note(
    struct bench_ledger *ledger, const char *name, uint64_t number)
{
    char path[4096], fresh[4096];
    (void)snprintf(path, sizeof path, "%s/%s", ledger->folder, name);
    (void)snprintf(fresh, sizeof fresh, "%s/%s.new", ledger->folder, name);
    FILE *file = fopen(fresh, "we");
    bool written = file != NULL && fprintf(file, "%" PRIu64 "\n", number) > 0;
    if (file != NULL && fclose(file) != 0)
        written = false;
    return written && rename(fresh, path) == 0
               ? 0
               : failure_set_errno(
                     &ledger->failure, errno, "cannot write %s", path);
}

static int open_keys(struct bench_ledger *ledger)
{
    for (int i = 0; i < BENCH_TELLERS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "teller%d", i);
        if (keyring_folder_open(ledger->folder, name, &ledger->tellers[i],
                &ledger->failure) != 0)
            return -1;
    }
    return 0;
}

int bench_ledger_open(struct bench_ledger *ledger, const char *folder)
{
    (void)memset(ledger, 0, sizeof *ledger);
    (void)snprintf(ledger->folder, sizeof ledger->folder, "%s", folder);
    if (!read_mark(ledger))
        return failure_set(&ledger->failure,
            "%s was not prepared: posito-bench prepare %s MEMBERS", folder,
            folder);
    return open_keys(ledger);
}

/* Members [first, end): first their names, then their money; the daemon
 * decides in the order of the one connection.  again: they may be there
 * already, and get their money once more. */
static int enrol_some(
    struct bench_ledger *ledger, uint64_t first, uint64_t end, bool again)
{
    struct bench_plan plan = bench_plan_empty();
    struct bench_played played;
    for (uint64_t at = first; at < end; at += ENROL_LINES)
        bench_plan_enrol(
            &plan, ledger, at, end - at < ENROL_LINES ? end - at : ENROL_LINES);
    struct bench_play play = {.address = ledger->address,
        .plan = &plan,
        .count = plan.count,
        .connections = 1,
        .window = 4};
    int result = bench_play(&play, &played, &ledger->failure);
    if (result == 0 && played.refused > 0 && !again)
        result = failure_set(&ledger->failure, "enrolling was refused");
    if (result == 0)
        bench_latency_free(&played.latency);
    bench_plan_free(&plan);
    return result;
}

static int found(struct bench_ledger *ledger)
{
    struct ident founder = ident_of("chief");
    files_remove_folder(ledger->folder);
    if (found_ledger(ledger->folder, "posito.example/bench",
            bytes_text(founding), &founder, &ledger->failure) != 0)
        return -1;
    return bench_ledger_take_note(ledger, MARK_WANTED, ledger->members) == 0
               ? bench_ledger_take_note(ledger, MARK_ENROLLED, 0)
               : -1;
}

/* Goes on where an interrupted run for as many members stopped. */
static int enrol(struct bench_ledger *ledger)
{
    const uint64_t step = (uint64_t)ENROL_LINES * ENROL_BATCHES;
    uint64_t wanted = 0, at = 0;
    bool again = bench_ledger_note(ledger, MARK_WANTED, &wanted) &&
                 wanted == ledger->members &&
                 bench_ledger_note(ledger, MARK_ENROLLED, &at);
    if ((!again && found(ledger) != 0) || open_keys(ledger) != 0 ||
        bench_ledger_start(ledger, NULL) != 0)
        return -1;
    for (; at < ledger->members; again = false) {
        uint64_t end = ledger->members - at < step ? ledger->members
                                                   : at + step;
        if (enrol_some(ledger, at, end, again) != 0 ||
            bench_ledger_take_note(ledger, MARK_ENROLLED, end) != 0)
            return -1;
        at = end;
    }
    if (bench_ledger_stop(ledger) != 0)
        return -1;
    /* Without this mark, and with the next one removed, it is founded anew. */
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/" MARK_WANTED, ledger->folder);
    (void)unlink(path);
    return bench_ledger_take_note(ledger, MARK, ledger->members);
}

int bench_ledger_prepare(
    struct bench_ledger *ledger, const char *folder, uint64_t members)
{
    (void)memset(ledger, 0, sizeof *ledger);
    (void)snprintf(ledger->folder, sizeof ledger->folder, "%s", folder);
    if (read_mark(ledger) && ledger->members == members)
        return open_keys(ledger);
    ledger->members = members;
    int result = enrol(ledger);
    bench_ledger_kill(ledger);
    return result;
}

int bench_ledger_warm(struct bench_ledger *ledger)
{
    static uint8_t piece[1 << 20];
    char path[4096];
    ssize_t got;
    (void)snprintf(path, sizeof path, "%s/state/data.mdb", ledger->folder);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return failure_set_errno(&ledger->failure, errno, "no %s", path);
    do
        got = read(file, piece, sizeof piece);
    while (got > 0);
    (void)close(file);
    return got == 0 ? 0
                    : failure_set_errno(
                          &ledger->failure, errno, "cannot read %s", path);
}

/* ---- what it takes ---- */

/* The number behind "Name:" in a file of /proc, or 0. */
static uint64_t read_number(const char *path, const char *name)
{
    char line[256];
    uint64_t value = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtoull(line + strlen(name), NULL, 10);
    (void)fclose(file);
    return value;
}

int bench_ledger_usage(
    struct bench_ledger *ledger, struct bench_usage *usage)
{
    char path[64];
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(ledger->daemon, &clock) != 0 ||
        clock_gettime(clock, &time) != 0)
        return failure_set(&ledger->failure, "the daemon is gone");
    usage->cpu_ns = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    (void)snprintf(path, sizeof path, "/proc/%ld/status",
        (long)ledger->daemon);
    usage->memory_bytes = read_number(path, "RssAnon:") * 1024;
    usage->resident_bytes = read_number(path, "VmRSS:") * 1024;
    return 0;
}

void bench_ledger_steady(struct bench_ledger *ledger)
{
    const struct timespec step = {.tv_nsec = STEADY_STEP_MS * 1000000};
    struct bench_usage before = {0};
    struct bench_usage now = {0};
    int same = 0;
    for (int i = 0; i < STEADY_STEPS && same < STEADY_SAME; i++) {
        if (bench_ledger_usage(ledger, &now) != 0)
            return;
        same = now.memory_bytes == before.memory_bytes ? same + 1 : 0;
        before = now;
        (void)nanosleep(&step, NULL);
    }
}

int bench_ledger_size(struct bench_ledger *ledger, struct bench_size *size)
{
    char path[4096];
    struct journal *journal = NULL;
    (void)snprintf(path, sizeof path, "%s/journal", ledger->folder);
    struct journal_options options = {.folder = path, .read_only = true};
    if (journal_open(&journal, &options, &ledger->failure) != 0)
        return -1;
    size->journal_bytes = journal_bytes(journal);
    journal_close(journal);
    (void)snprintf(path, sizeof path, "%s/state", ledger->folder);
    struct state_options state = {.folder = path, .map_bytes = MAP_BYTES};
    struct store *store = NULL;
    if (store_open(&store, &state, &ledger->failure) != 0)
        return -1;
    size->state_bytes = store_used_bytes(store);
    size->state_file_bytes = store_pages_bytes(store);
    store_close(store);
    return 0;
}

void bench_ledger_sync(const struct bench_ledger *ledger)
{
    int folder = open(ledger->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    (void)syncfs(folder);
    (void)close(folder);
}

/* Its statistics: reads, reads merged, sectors read, milliseconds, writes,
 * writes merged, sectors written (of 512 bytes), ... */
bool bench_ledger_device(const struct bench_ledger *ledger, uint64_t *bytes)
{
    char path[64];
    struct stat folder;
    uint64_t sectors = 0;
    if (stat(ledger->folder, &folder) != 0)
        return false;
    (void)snprintf(path, sizeof path, "/sys/dev/block/%u:%u/stat",
        major(folder.st_dev), minor(folder.st_dev));
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    int found = fscanf(
        file, "%*u %*u %*u %*u %*u %*u %" SCNu64, &sectors);
    (void)fclose(file);
    *bytes = sectors * 512;
    return found == 1;
}
