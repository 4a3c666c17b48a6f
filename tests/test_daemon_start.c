/*
 * Starting and stopping: one clear line and an exit code for each reason
 * not to start, the background, signals, a clean stop.
 */
#include "daemon_fixture.h"
#include "scratch.h"

#include "../tools/process.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DEPOSIT "deposit member=m1 via=la amount=USD1.00 purpose=I"
#define WRONG_USE 2
#define REFUSED 3

static int found(void **state)
{
    struct daemon_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    daemon_found(fixture);
    *state = fixture;
    return 0;
}

static int remove_all(void **state)
{
    daemon_remove(*state);
    free(*state);
    return 0;
}

/* It says exactly one line, and that has the text. */
static void expect_refusal(struct daemon_fixture *fixture,
    const char *const *options, int code, const char *text)
{
    char line[1024];
    int lines = 0;
    assert_int_equal(daemon_try_start(fixture, options), code);
    if (!daemon_said(fixture, text)) {
        FILE *show = fopen(fixture->log, "re");
        while (show != NULL && fgets(line, sizeof line, show) != NULL)
            print_message("%s", line);
        fail_msg("it did not say: %s", text);
    }
    FILE *file = fopen(fixture->log, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        assert_int_equal(strncmp(line, "positod: ", 9), 0);
        lines++;
    }
    (void)fclose(file);
    assert_int_equal(lines, 1);
}

static void copy(const char *from, const char *to)
{
    const char *const argv[] = {"/bin/cp", "-a", "--", from, to, NULL};
    struct failure failure = {{0}};
    int code;
    assert_int_equal(process_run(argv, NULL, &code, &failure), 0);
    assert_int_equal(code, 0);
}

/* Replace the first occurrence of a text in a file by one as long. */
static void patch(const char *path, const char *old, const char *new)
{
    size_t length = strlen(old);
    struct stat about;
    assert_int_equal(strlen(new), length);
    assert_int_equal(stat(path, &about), 0);
    FILE *file = fopen(path, "r+be");
    assert_non_null(file);
    char *all = malloc((size_t)about.st_size);
    assert_non_null(all);
    assert_int_equal(
        fread(all, 1, (size_t)about.st_size, file), about.st_size);
    char *at = memmem(all, (size_t)about.st_size, old, length);
    assert_non_null(at);
    assert_int_equal(fseek(file, at - all, SEEK_SET), 0);
    assert_int_equal(fwrite(new, 1, length, file), length);
    (void)fclose(file);
    free(all);
}

/* Run a daemon for some deposits, and stop it. */
static void serve_some(struct daemon_fixture *fixture, int deposits)
{
    struct wire wire;
    daemon_start(fixture, NULL);
    wire_open(&wire, fixture);
    for (int i = 0; i < deposits; i++)
        (void)wire_order(&wire, fixture, DEPOSIT, "ana");
    wire_close(&wire);
    assert_int_equal(daemon_stop(fixture), 0);
}

static uint64_t size_of(const struct daemon_fixture *fixture)
{
    struct wire wire;
    struct bytes line;
    unsigned size = 0;
    char text[64];
    wire_open(&wire, fixture);
    wire_send(&wire, "status\n");
    assert_true(wire_line(&wire, &line));
    (void)snprintf(text, sizeof text, "%.*s", (int)line.length,
        (const char *)line.data);
    assert_int_equal(sscanf(text, "ok size=%u", &size), 1);
    wire_close(&wire);
    return size;
}

/* ---- refusals ---- */

static void test_configuration(void **state)
{
    const char *unknown[] = {"colour=red", NULL};
    const char *address[] = {"listen=here", NULL};
    const char *host[] = {"listen=example.com:80", NULL};
    const char *many[] = {"max-connections=60000", NULL};
    char path[PATH_MAX];
    struct daemon_fixture *fixture = *state;
    expect_refusal(fixture, unknown, WRONG_USE, "there is no option");
    expect_refusal(fixture, address, WRONG_USE, "is not an address");
    expect_refusal(fixture, host, WRONG_USE, "is not an address");
    expect_refusal(fixture, many, WRONG_USE, "file descriptors");
    scratch_join(path, fixture->folder, "positod.conf");
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("# mine\nworkers = many\n", file);
    (void)fclose(file);
    expect_refusal(fixture, NULL, WRONG_USE, "positod.conf line 2: workers");
}

static void test_folder_missing(void **state)
{
    struct daemon_fixture missing = {.pid = 0};
    struct daemon_fixture *fixture = *state;
    scratch_join(missing.folder, fixture->folder, "nowhere");
    memcpy(missing.log, fixture->log, sizeof missing.log);
    expect_refusal(
        &missing, NULL, REFUSED, "cannot enter the data folder");
    scratch_join(missing.folder, fixture->folder, "genesis");
    expect_refusal(&missing, NULL, REFUSED, "is not a folder");
}

static void test_port_taken(void **state)
{
    struct daemon_fixture *fixture = *state;
    char option[64];
    const char *options[] = {option, NULL};
    union {
        struct sockaddr any;
        struct sockaddr_in four;
    } name;
    socklen_t length = sizeof name;
    memset(&name, 0, sizeof name);
    name.four.sin_family = AF_INET;
    name.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(taken, &name.any, sizeof name.four), 0);
    assert_int_equal(listen(taken, 1), 0);
    assert_int_equal(getsockname(taken, &name.any, &length), 0);
    (void)snprintf(option, sizeof option, "listen=127.0.0.1:%u",
        ntohs(name.four.sin_port));
    expect_refusal(fixture, options, REFUSED, "another program has that port");
    (void)close(taken);
    daemon_start(fixture, options);
    assert_int_equal(daemon_stop(fixture), 0);
}

static void test_second_daemon(void **state)
{
    struct daemon_fixture *fixture = *state;
    struct daemon_fixture second = *fixture;
    daemon_start(fixture, NULL);
    scratch_join(second.log, fixture->folder, "stderr.2");
    expect_refusal(&second, NULL, REFUSED, "another daemon is running");
    assert_true(size_of(fixture) == 1);
    assert_int_equal(daemon_stop(fixture), 0);
}

static void test_log_key(void **state)
{
    struct daemon_fixture *fixture = *state;
    struct daemon_fixture other;
    char key[PATH_MAX];
    char aside[PATH_MAX];
    char others[PATH_MAX];
    scratch_join(key, fixture->folder, "log.key");
    scratch_join(aside, fixture->folder, "aside");
    assert_int_equal(rename(key, aside), 0);
    expect_refusal(fixture, NULL, REFUSED, "log.key");
    copy(aside, key);
    assert_int_equal(chmod(key, 0640), 0);
    expect_refusal(fixture, NULL, REFUSED, "others could read it: chmod 600");
    assert_int_equal(chmod(key, 0600), 0);
    patch(key, "posito-key v1", "posito-key v9");
    expect_refusal(fixture, NULL, REFUSED, "is not a key file");
    /* Another ledger's key. */
    daemon_found(&other);
    scratch_join(others, other.folder, "log.key");
    assert_int_equal(unlink(key), 0);
    copy(others, key);
    expect_refusal(fixture, NULL, REFUSED, "is not the key of");
    daemon_remove(&other);
    assert_int_equal(unlink(key), 0);
    copy(aside, key);
    serve_some(fixture, 1);
    /* Nor once there is a journal. */
    patch(key, "public ", "public_");
    expect_refusal(fixture, NULL, REFUSED, "is not a key file");
}

static void test_genesis(void **state)
{
    struct daemon_fixture *fixture = *state;
    char genesis[PATH_MAX];
    char aside[PATH_MAX];
    scratch_join(genesis, fixture->folder, "genesis");
    scratch_join(aside, fixture->folder, "aside");
    copy(genesis, aside);
    patch(genesis, "party=m4", "party=m5");
    expect_refusal(fixture, NULL, REFUSED, "genesis was refused");
    copy(aside, genesis);
    patch(genesis, "version=1", "version=2");
    expect_refusal(fixture, NULL, REFUSED, "install the newer one");
    copy(aside, genesis);
    patch(genesis, "genesis ", "Genesis ");
    expect_refusal(fixture, NULL, REFUSED, "does not decode");
    assert_int_equal(unlink(genesis), 0);
    expect_refusal(
        fixture, NULL, REFUSED, "has neither a journal nor a genesis");
    copy(aside, genesis);
    serve_some(fixture, 0);
    /* It is read once only. */
    assert_int_equal(unlink(genesis), 0);
    daemon_start(fixture, NULL);
    assert_int_equal(daemon_stop(fixture), 0);
}

static void first_segment(struct daemon_fixture *fixture, char out[PATH_MAX])
{
    scratch_join(
        out, fixture->folder, "journal/00000000000000000000.posito");
}

static void test_newer_journal(void **state)
{
    struct daemon_fixture *fixture = *state;
    char segment[PATH_MAX];
    serve_some(fixture, 1);
    first_segment(fixture, segment);
    patch(segment, "genesis version=1", "genesis version=2");
    expect_refusal(fixture, NULL, REFUSED, "install the newer one");
}

static void test_damaged_journal(void **state)
{
    struct daemon_fixture *fixture = *state;
    char segment[PATH_MAX];
    char folder[PATH_MAX];
    serve_some(fixture, 3);
    first_segment(fixture, segment);
    scratch_join(folder, fixture->folder, "state");
    scratch_remove(folder);
    patch(segment, "USD1.00", "USD9.00");
    expect_refusal(fixture, NULL, REFUSED, "journal: entry 1");
    patch(segment, "USD9.00", "USD1.00");
    /* The state is rebuilt from the journal. */
    daemon_start(fixture, NULL);
    assert_int_equal(size_of(fixture), 4);
    assert_int_equal(daemon_stop(fixture), 0);
}

/* A backup of an hour ago in the place of the journal. */
static void test_older_journal(void **state)
{
    struct daemon_fixture *fixture = *state;
    char journal[PATH_MAX], old_journal[PATH_MAX];
    char folder[PATH_MAX], old_folder[PATH_MAX];
    scratch_join(journal, fixture->folder, "journal");
    scratch_join(old_journal, fixture->folder, "journal.old");
    scratch_join(folder, fixture->folder, "state");
    scratch_join(old_folder, fixture->folder, "state.old");
    serve_some(fixture, 2);
    copy(journal, old_journal);
    copy(folder, old_folder);
    serve_some(fixture, 2);
    scratch_remove(journal);
    scratch_remove(folder);
    copy(old_journal, journal);
    copy(old_folder, folder);
    expect_refusal(fixture, NULL, REFUSED, "5 entries were promised");
}

/* Another history of the same length: not the one that was announced. */
static void test_other_journal(void **state)
{
    struct daemon_fixture *fixture = *state;
    char journal[PATH_MAX], old_journal[PATH_MAX];
    char folder[PATH_MAX], promise[PATH_MAX], aside[PATH_MAX];
    char stopped[PATH_MAX];
    scratch_join(journal, fixture->folder, "journal");
    scratch_join(old_journal, fixture->folder, "journal.old");
    scratch_join(folder, fixture->folder, "state");
    scratch_join(promise, fixture->folder, "checkpoint");
    scratch_join(stopped, fixture->folder, "stopped");
    scratch_join(aside, fixture->folder, "aside");
    serve_some(fixture, 0);
    copy(journal, old_journal);
    serve_some(fixture, 2);
    copy(promise, aside);
    scratch_remove(journal);
    scratch_remove(folder);
    assert_int_equal(unlink(promise), 0);
    assert_int_equal(unlink(stopped), 0);
    copy(old_journal, journal);
    serve_some(fixture, 2);
    copy(aside, promise);
    expect_refusal(fixture, NULL, REFUSED, "this is another journal");
    /* And a promise that is not one. */
    patch(promise, "posito.example", "posito.exbmple");
    expect_refusal(fixture, NULL, REFUSED, "is not a checkpoint of this");
}

static void test_disk(void **state)
{
    const char *full[] = {"disk-low=4096GiB", "disk-min=4096GiB", NULL};
    const char *low[] = {"disk-low=4096GiB", "disk-min=0", NULL};
    struct daemon_fixture *fixture = *state;
    struct buffer line = buffer_empty();
    struct wire wire;
    expect_refusal(fixture, full, REFUSED, "the disk is almost full");
    daemon_start(fixture, low);
    wire_open(&wire, fixture);
    buffer_text(&line, DEPOSIT);
    daemon_sign(fixture, &line, "ana");
    buffer_char(&line, '\n');
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_expect(&wire, "no status=read-only number=903 *");
    wire_login(&wire, fixture, "ana");
    wire_ask(&wire, "party party=m1", "row party=m1 *");
    wire_close(&wire);
    buffer_free(&line);
    assert_true(daemon_said(fixture, "only questions are answered"));
    assert_int_equal(daemon_stop(fixture), 0);
}

/* ---- -n, the background, signals ---- */

static int run(struct daemon_fixture *fixture, const char *first,
    const char *second)
{
    char program[PATH_MAX];
    const char *build = getenv("POSITO_BUILD");
    const char *const argv[] = {program, first,
        second != NULL ? second : fixture->folder,
        second != NULL ? fixture->folder : NULL, NULL};
    struct failure failure = {{0}};
    int code = -1;
    scratch_join(program, build != NULL ? build : "build/release", "positod");
    assert_int_equal(
        process_start(&fixture->pid, argv, fixture->log, &failure), 0);
    assert_int_equal(
        process_wait(fixture->pid, 30000, &code, &failure), 0);
    fixture->pid = 0;
    return code;
}

static void test_check_only(void **state)
{
    struct daemon_fixture *fixture = *state;
    char path[PATH_MAX];
    assert_int_equal(run(fixture, "-n", NULL), 0);
    assert_true(daemon_said(fixture, "are in order"));
    assert_int_equal(run(fixture, "-n", "-ocolour=red"), WRONG_USE);
    assert_int_equal(run(fixture, "-x", NULL), WRONG_USE);
    assert_true(daemon_said(fixture, "positod [-n] [-f]"));
    assert_int_equal(run(fixture, "-h", NULL), 0);
    assert_true(daemon_said(fixture, "max-connections"));
    scratch_join(path, fixture->folder, "log.key");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(run(fixture, "-n", NULL), REFUSED);
    assert_true(daemon_said(fixture, "chmod 600"));
    /* It has written nothing. */
    scratch_join(path, fixture->folder, "journal");
    assert_int_equal(access(path, F_OK), -1);
}

static pid_t pid_in_lock(struct daemon_fixture *fixture)
{
    char path[PATH_MAX];
    int pid = 0;
    scratch_join(path, fixture->folder, "lock");
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    (void)fclose(file);
    assert_true(pid > 1);
    return (pid_t)pid;
}

/* Nobody's child, so it cannot be waited for; it gives its lock back at
 * the very end. */
static void wait_for_lock(struct daemon_fixture *fixture)
{
    const struct timespec step = {.tv_nsec = 5 * 1000 * 1000};
    char path[PATH_MAX];
    int result = -1;
    scratch_join(path, fixture->folder, "lock");
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    for (int i = 0; i < 4000 && result != 0; i++) {
        result = flock(file, LOCK_EX | LOCK_NB);
        (void)nanosleep(&step, NULL);
    }
    assert_int_equal(result, 0);
    (void)close(file);
}

/* The parent returns when it listens, with 0; or when it was refused, with
 * the reason. */
static void test_background(void **state)
{
    struct daemon_fixture *fixture = *state;
    char port[PATH_MAX];
    char log[PATH_MAX];
    char key[PATH_MAX];
    scratch_join(port, fixture->folder, "port");
    scratch_join(log, fixture->folder, "positod.log");
    scratch_join(key, fixture->folder, "log.key");
    assert_int_equal(chmod(key, 0644), 0);
    assert_int_equal(run(fixture, "-olisten=127.0.0.1:0", NULL), REFUSED);
    assert_true(daemon_said(fixture, "chmod 600"));
    assert_int_equal(chmod(key, 0600), 0);
    assert_int_equal(run(fixture, "-olisten=127.0.0.1:0", NULL), 0);
    FILE *file = fopen(port, "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%5u", &fixture->port), 1);
    (void)fclose(file);
    assert_int_equal(size_of(fixture), 1);
    assert_int_equal(access(log, F_OK), 0);
    assert_int_equal(kill(pid_in_lock(fixture), SIGTERM), 0);
    wait_for_lock(fixture);
    assert_int_equal(access(port, F_OK), -1);
}

static void test_log_is_reopened(void **state)
{
    char option[PATH_MAX + 16];
    char log[PATH_MAX];
    char moved[PATH_MAX];
    const char *options[] = {option, NULL};
    const struct timespec step = {.tv_nsec = 5 * 1000 * 1000};
    struct daemon_fixture *fixture = *state;
    scratch_join(log, fixture->folder, "my.log");
    scratch_join(moved, fixture->folder, "my.log.1");
    (void)snprintf(option, sizeof option, "log-file=%s", log);
    daemon_start(fixture, options);
    assert_int_equal(rename(log, moved), 0);
    assert_int_equal(kill(fixture->pid, SIGHUP), 0);
    for (int i = 0; i < 4000 && access(log, F_OK) != 0; i++)
        (void)nanosleep(&step, NULL);
    assert_int_equal(daemon_stop(fixture), 0);
    memcpy(fixture->log, log, sizeof log);
    assert_true(daemon_said(fixture, "log file reopened"));
    assert_true(daemon_said(fixture, "stopped with 1 entries"));
}

/* After a clean stop nothing has to be replayed; after a kill it is. */
static void test_restart(void **state)
{
    struct daemon_fixture *fixture = *state;
    struct wire wire;
    serve_some(fixture, 5);
    daemon_start(fixture, NULL);
    assert_true(
        daemon_said(fixture, "has 6 entries, 0 of them replayed"));
    wire_open(&wire, fixture);
    for (int i = 0; i < 3; i++)
        (void)wire_order(&wire, fixture, DEPOSIT, "ana");
    daemon_kill(fixture);
    wire_close(&wire);
    daemon_start(fixture, NULL);
    assert_true(
        daemon_said(fixture, "has 9 entries, 3 of them replayed"));
    assert_int_equal(size_of(fixture), 9);
    assert_int_equal(daemon_stop(fixture), 0);
}

/* ---- a write that fails ---- */

/* From some byte of the journal on, writes fail: the order gets no answer,
 * the daemon ends at once and says why; nothing acknowledged is lost. */
static void test_write_fails(void **state)
{
    const struct rlimit limit = {65536, 65536};
    struct daemon_fixture *fixture = *state;
    struct buffer line = buffer_empty();
    struct wire wire;
    uint64_t acknowledged = 0;
    daemon_start(fixture, NULL);
    wire_open(&wire, fixture);
    assert_int_equal(
        prlimit(fixture->pid, RLIMIT_FSIZE, &limit, NULL), 0);
    for (;;) {
        struct bytes answer;
        buffer_clear(&line);
        buffer_text(&line, DEPOSIT);
        daemon_sign(fixture, &line, "ana");
        buffer_char(&line, '\n');
        wire_send_bytes(&wire, buffer_bytes(&line));
        if (!wire_line(&wire, &answer))
            break;
        assert_true(bytes_start_with(answer, "ok index="));
        acknowledged++;
        assert_true(acknowledged < 1000);
    }
    assert_true(acknowledged > 10);
    assert_int_equal(daemon_wait(fixture, 30000), 1);
    assert_true(daemon_said(fixture, "stopped at once, nobody was answered"));
    wire_close(&wire);
    daemon_start(fixture, NULL);
    uint64_t size = size_of(fixture);
    assert_in_range(size, acknowledged + 1, acknowledged + 2);
    /* The last one is sent again: it is there once. */
    wire_open(&wire, fixture);
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_expect(&wire, "ok index=*");
    assert_int_equal(size_of(fixture), acknowledged + 2);
    wire_close(&wire);
    buffer_free(&line);
    assert_int_equal(daemon_stop(fixture), 0);
}

#define IN_A_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, found, remove_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(test_configuration),
        IN_A_FOLDER(test_folder_missing),
        IN_A_FOLDER(test_port_taken),
        IN_A_FOLDER(test_second_daemon),
        IN_A_FOLDER(test_log_key),
        IN_A_FOLDER(test_genesis),
        IN_A_FOLDER(test_newer_journal),
        IN_A_FOLDER(test_damaged_journal),
        IN_A_FOLDER(test_older_journal),
        IN_A_FOLDER(test_other_journal),
        IN_A_FOLDER(test_disk),
        IN_A_FOLDER(test_check_only),
        IN_A_FOLDER(test_background),
        IN_A_FOLDER(test_log_is_reopened),
        IN_A_FOLDER(test_restart),
        IN_A_FOLDER(test_write_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
