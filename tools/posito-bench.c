/*
 * posito-bench: measures the daemon, the floor it stands on, and its
 * peers.  `make bench` runs it through tools/bench/run.sh.
 */
#include "bench_bare.h"
#include "bench_decide.h"
#include "bench_export.h"
#include "bench_floor.h"
#include "bench_growth.h"
#include "bench_loopback.h"
#include "bench_parts.h"
#include "bench_report.h"
#include "bench_result.h"
#include "bench_save.h"
#include "bench_work.h"
#include "process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define EACH_MS_DEFAULT 1500
#define LONG_MS_DEFAULT 20000

static const char help[] =
    "posito-bench floor FOLDER           signatures, hashes and syncs alone\n"
    "posito-bench bare FOLDER CONNECTIONS  lines verified, synced, answered\n"
    "posito-bench prepare FOLDER MEMBERS found and enrol, once\n"
    "posito-bench fill FOLDER MEMBERS COUNT singles|batches\n"
    "                                    a journal for auditors, once\n"
    "posito-bench singles FOLDER CONNECTIONS   transfers signed each\n"
    "posito-bench multiples FOLDER CONNECTIONS   the same, key-multiples = 512\n"
    "posito-bench rates FOLDER           the same at fixed rates\n"
    "posito-bench batches FOLDER         signed batches of transfers\n"
    "posito-bench mixed FOLDER           questions and transfers\n"
    "posito-bench sustained FOLDER       batches, while the state is saved\n"
    "posito-bench others FOLDER          what others wait for meanwhile\n"
    "posito-bench confined FOLDER LIMIT [OPTION=VALUE ...]\n"
    "                                    batches, in so little memory\n"
    "posito-bench growth FOLDER accounts|postings|questions|entries|connections|\n"
    "    lines VALUE                     one thing grows, all else stays\n"
    "posito-bench grow FOLDER MEMBERS LINES SECONDS   a long journal, in parts\n"
    "posito-bench memory FOLDER BATCHES LINES   unsaved records; starts\n"
    "posito-bench decide FOLDER MEMBERS BATCHES LINES   deciding alone\n"
    "posito-bench store FOLDER ACCOUNTS RECORDS    the state's file alone\n"
    "posito-bench reads ACCOUNTS         memory at random places\n"
    "posito-bench signed FOLDER KIND     of a journal, what clients signed\n"
    "posito-bench redis ADDRESS SCRIPT CLIENTS ACCOUNTS\n"
    "posito-bench export FOLDER          transactions for ledger, hledger\n"
    "posito-bench measure WORK WHO COUNT COMMAND ...   a program's time\n"
    "posito-bench got WORK WHO CONNECTIONS NAME=VALUE ...\n"
    "posito-bench port                   a free port of the loopback\n"
    "posito-bench report FILE FOLDER     medians, ratios, targets, charts\n"
    "posito-bench rows FILE              what a results.json has, a row a line\n"
    "\n"
    "Results are lines of JSON on standard output.  BENCH_MS: how long a\n"
    "cell of a table is measured (milliseconds, 1500); BENCH_SUSTAINED_MS: how\n"
    "long what must last is (20000).\n";

static struct bench_ledger ledger;

static int each_ms(void)
{
    const char *text = getenv("BENCH_MS");
    long value = text != NULL ? strtol(text, NULL, 10) : 0;
    return value >= 10 && value <= 600000 ? (int)value : EACH_MS_DEFAULT;
}

/* Of what must last: saves have to come to an end in it. */
static int long_ms(void)
{
    const char *text = getenv("BENCH_SUSTAINED_MS");
    long value = text != NULL ? strtol(text, NULL, 10) : 0;
    return value >= 10 && value <= 600000 ? (int)value : LONG_MS_DEFAULT;
}

static uint64_t number(const char *text)
{
    uint64_t value = 0;
    if (!bytes_decimal(bytes_text(text), UINT64_C(100000000000), &value)) {
        (void)fprintf(stderr, "posito-bench: %s is no number\n", text);
        exit(2);
    }
    return value;
}

static int tell(const struct failure *failure)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "posito-bench: %s\n", failure->text);
    return 1;
}

/* ---- commands about a ledger ---- */

static int end(int result)
{
    return result == 0 ? 0 : tell(&ledger.failure);
}

static int do_prepare(char **words)
{
    return end(bench_ledger_prepare(&ledger, words[0], number(words[1])));
}

/* The mark says that it was filled to the end. */
static int do_fill(char **words)
{
    char mark[4096];
    size_t count = number(words[2]);
    (void)snprintf(mark, sizeof mark, "%s/bench-filled-%zu", words[0], count);
    if (access(mark, F_OK) == 0)
        return 0;
    /* What an interrupted run left is founded anew. */
    char members[4096];
    (void)snprintf(members, sizeof members, "%s/bench-members", words[0]);
    (void)unlink(members);
    if (bench_ledger_prepare(&ledger, words[0], number(words[1])) != 0 ||
        bench_fill(&ledger, count, strcmp(words[3], "batches") == 0) != 0)
        return end(-1);
    int file = open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0)
        return end(failure_set_errno(
            &ledger.failure, errno, "cannot write %s", mark));
    return close(file) == 0 ? 0 : 1;
}

static int do_singles(char **words)
{
    uint64_t connections = number(words[1]);
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_singles(&ledger, (unsigned)connections, each_ms())
                   : -1);
}

static int do_multiples(char **words)
{
    uint64_t connections = number(words[1]);
    return end(
        bench_ledger_open(&ledger, words[0]) == 0
            ? bench_multiples(&ledger, (unsigned)connections, each_ms())
            : -1);
}

static int do_rates(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_rates(&ledger, each_ms())
                   : -1);
}

static int do_batches(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_batches(&ledger, each_ms())
                   : -1);
}

static int do_sustained(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_sustained(&ledger, long_ms())
                   : -1);
}

static int do_others(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_others(&ledger, long_ms())
                   : -1);
}

static int do_confined(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_confined(&ledger, long_ms(), number(words[1]),
                         (const char *const *)(words + 2))
                   : -1);
}

static int do_growth(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_growth(
                         &ledger, words[1], number(words[2]), each_ms())
                   : -1);
}

/* The lines go to standard error, for the script. */
static int do_grow(char **words)
{
    uint64_t lines;
    int result = bench_grow(&ledger, words[0], number(words[1]),
        number(words[2]), number(words[3]), &lines);
    if (result == 0)
        (void)fprintf(stderr, "%llu\n", (unsigned long long)lines);
    return end(result);
}

static int do_mixed(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_mixed(&ledger, each_ms())
                   : -1);
}

static int do_memory(char **words)
{
    return end(bench_ledger_open(&ledger, words[0]) == 0
                   ? bench_memory(&ledger, number(words[1]), number(words[2]))
                   : -1);
}

/* ---- the others ---- */

static int do_floor(char **words)
{
    struct failure failure = {{0}};
    return bench_floor(words[0], each_ms() / 2, &failure) == 0
               ? 0
               : tell(&failure);
}

static int do_bare(char **words)
{
    struct failure failure = {{0}};
    return bench_bare(words[0], (unsigned)number(words[1]), each_ms(),
               &failure) == 0
               ? 0
               : tell(&failure);
}

static int do_decide(char **words)
{
    struct failure failure = {{0}};
    return bench_decide(words[0], number(words[1]), (size_t)number(words[2]),
               (size_t)number(words[3]), &failure) == 0
               ? 0
               : tell(&failure);
}

static int do_store(char **words)
{
    struct failure failure = {{0}};
    return bench_store(words[0], number(words[1]), (size_t)number(words[2]),
               &failure) == 0
               ? 0
               : tell(&failure);
}

static int do_reads(char **words)
{
    struct failure failure = {{0}};
    return bench_random_reads(number(words[0]), each_ms() / 2, &failure) == 0
               ? 0
               : tell(&failure);
}

static int do_signed(char **words)
{
    struct failure failure = {{0}};
    return bench_signed_text(words[0], words[1], &failure) == 0
               ? 0
               : tell(&failure);
}

static int do_redis(char **words)
{
    struct failure failure = {{0}};
    return bench_redis(words[0], words[1], (unsigned)number(words[2]),
               number(words[3]), each_ms(), &failure) == 0
               ? 0
               : tell(&failure);
}

static int do_export(char **words)
{
    struct failure failure = {{0}};
    uint64_t count;
    if (bench_export(words[0], stdout, &count, &failure) != 0)
        return tell(&failure);
    (void)fprintf(stderr, "%llu\n", (unsigned long long)count);
    return 0;
}

/* In the child: the program's output is not what is measured. */
static void run_quietly(char **words)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        (void)dup2(nowhere, STDOUT_FILENO);
    (void)execvp(words[0], words);
    _exit(127);
}

static int do_measure(char **words)
{
    struct failure failure = {{0}};
    struct rusage usage;
    int status = 0;
    double count = (double)number(words[2]);
    int64_t busy_ns = bench_busy_ns();
    int64_t began = bench_now_ns();
    pid_t child = fork();
    if (child == 0)
        run_quietly(words + 3);
    if (child < 0 || wait4(child, &status, 0, &usage) != child ||
        !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)failure_set(&failure, "%s did not end well", words[3]);
        return tell(&failure);
    }
    double seconds = (double)(bench_now_ns() - began) / 1e9;
    double cpu =
        (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
        (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    struct bench_result out = bench_result(words[0], words[1]);
    bench_at(&out, "count", (int64_t)count);
    bench_got(&out, "per_second", count / seconds);
    bench_got(&out, "seconds", seconds);
    bench_got(&out, "cpu_seconds", cpu);
    bench_got(&out, "others_cores",
        ((double)(bench_busy_ns() - busy_ns) / 1e9 - cpu) / seconds);
    bench_got(&out, "memory_mib", (double)usage.ru_maxrss / 1024);
    bench_result_print(&out);
    return 0;
}

/* What a script read off a peer's own driver. */
static int do_got(char **words)
{
    struct bench_result out = bench_result(words[0], words[1]);
    bench_at(&out, "connections", (int64_t)number(words[2]));
    bench_at(&out, "window", 1);
    for (words += 3; *words != NULL; words++) {
        char *equal = strchr(*words, '=');
        if (equal == NULL)
            return 2;
        *equal = '\0';
        bench_got(&out, *words, strtod(equal + 1, NULL));
    }
    bench_result_print(&out);
    return 0;
}

static int do_port(char **words)
{
    struct sockaddr_in at;
    (void)words;
    int file = bench_loopback_listen(&at, 1);
    if (file < 0)
        return 1;
    (void)printf("%u\n", (unsigned)ntohs(at.sin_port));
    return close(file) == 0 ? 0 : 1;
}

static int do_report(char **words)
{
    struct failure failure = {{0}};
    return bench_report(words[0], words[1], &failure) == 0 ? 0
                                                           : tell(&failure);
}

static int do_rows(char **words)
{
    struct failure failure = {{0}};
    return bench_report_rows(words[0], &failure) == 0 ? 0 : tell(&failure);
}

static const struct command {
    const char *name;
    int words; /* at least */
    int (*run)(char **words);
} commands[] = {
    {"floor", 1, do_floor},
    {"bare", 2, do_bare},
    {"prepare", 2, do_prepare},
    {"fill", 4, do_fill},
    {"singles", 2, do_singles},
    {"multiples", 2, do_multiples},
    {"rates", 1, do_rates},
    {"batches", 1, do_batches},
    {"sustained", 1, do_sustained},
    {"others", 1, do_others},
    {"confined", 2, do_confined},
    {"growth", 3, do_growth},
    {"grow", 4, do_grow},
    {"mixed", 1, do_mixed},
    {"memory", 3, do_memory},
    {"decide", 4, do_decide},
    {"store", 3, do_store},
    {"reads", 1, do_reads},
    {"signed", 2, do_signed},
    {"redis", 4, do_redis},
    {"export", 1, do_export},
    {"measure", 4, do_measure},
    {"got", 4, do_got},
    {"port", 0, do_port},
    {"report", 2, do_report},
    {"rows", 1, do_rows},
};

int main(int argc, char **argv)
{
    if (sodium_init() < 0)
        return 3;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (argc > 1 && strcmp(argv[1], commands[i].name) == 0 &&
            argc - 2 >= commands[i].words)
            return commands[i].run(argv + 2);
    (void)fputs(help, argc > 1 && strcmp(argv[1], "help") == 0 ? stdout
                                                               : stderr);
    return argc > 1 && strcmp(argv[1], "help") == 0 ? 0 : 2;
}
