/*
 * The parts of the daemon that need no daemon: the bell, bytes to requests,
 * answers that wait for the journal, small files.
 */
#include "../daemon/bell.h"
#include "../daemon/clock.h"
#include "../daemon/inbox.h"
#include "../daemon/outbox.h"
#include "../daemon/textfile.h"
#include "../daemon/thread.h"
#include "random_operation.h"
#include "scratch.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- bell ---- */

static bool would_wake(const struct bell *bell)
{
    struct pollfd file = {.fd = bell->file, .events = POLLIN};
    return poll(&file, 1, 0) == 1;
}

static void test_bell(void **state)
{
    struct bell bell;
    struct failure failure;
    (void)state;
    assert_int_equal(bell_open(&bell, &failure), 0);
    assert_false(would_wake(&bell));
    bell_ring(&bell);
    bell_ring(&bell);
    assert_true(would_wake(&bell));
    bell_answer(&bell);
    assert_false(would_wake(&bell));
    bell_attend(&bell);
    assert_false(bell_rest(&bell));
    /* Awake, it is not woken, but does not go to sleep either. */
    bell_attend(&bell);
    bell_ring(&bell);
    assert_false(would_wake(&bell));
    assert_true(bell_rest(&bell));
    bell_attend(&bell);
    assert_false(bell_rest(&bell));
    bell_ring(&bell);
    assert_true(would_wake(&bell));
    bell_close(&bell);
}

#define RINGS 20000U

struct ringer {
    struct bell bell;
    atomic_uint given; /* what the ringer has for the loop */
    atomic_uint taken;
};

/* Gives one, rings, and waits until it was taken. */
static void *ring(void *context)
{
    struct ringer *ringer = context;
    for (unsigned i = 1; i <= RINGS; i++) {
        atomic_store(&ringer->given, i);
        bell_ring(&ringer->bell);
        while (atomic_load(&ringer->taken) < i)
            sched_yield();
    }
    return NULL;
}

/* The loop never sleeps over a thing that was there before. */
static void test_bell_wakes(void **state)
{
    static struct ringer ringer;
    struct failure failure;
    pthread_t thread;
    (void)state;
    assert_int_equal(bell_open(&ringer.bell, &failure), 0);
    assert_int_equal(pthread_create(&thread, NULL, ring, &ringer), 0);
    while (atomic_load(&ringer.taken) < RINGS) {
        struct pollfd file = {.fd = ringer.bell.file, .events = POLLIN};
        bell_attend(&ringer.bell);
        atomic_store(&ringer.taken, atomic_load(&ringer.given));
        if (bell_rest(&ringer.bell) ||
            atomic_load(&ringer.taken) == RINGS)
            continue;
        assert_int_equal(poll(&file, 1, 10000), 1);
        bell_answer(&ringer.bell);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    bell_close(&ringer.bell);
}

/* ---- inbox ---- */

#define TAIL                                                              \
    " id=01ARZ3NDEKTSV4RRFFQ69G5FAV by=ana sig="                          \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAAAAAAAAAAAAAA=="
#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define BATCH(lines) "batch mode=all lines=" lines " root=" ROOT TAIL "\n"

static const char stream[] =
    "status\n"
    "\n"
    BATCH("3")
    "one\n"
    "\n"
    "three\n"
    "deposit nonsense\n"
    BATCH("0")
    "quit\n"
    BATCH("1")
    "last\n"
    "half a li";

static void expect_next(struct request_list *list, const char *line,
    const char *body, bool is_order)
{
    struct request *request = request_list_take(list);
    assert_non_null(request);
    assert_true(bytes_start_with(request->line, line));
    assert_true(bytes_equal_text(buffer_bytes(&request->body), body));
    assert_int_equal(request->is_order, is_order);
    assert_int_equal(request->fault.status, STATUS_ACCEPTED);
    assert_false(request->last);
    request_free(request);
}

static void expect_stream(struct request_list *list)
{
    expect_next(list, "status", "", false);
    expect_next(list, "", "", false);
    expect_next(list, "batch", "one\n\nthree\n", true);
    expect_next(list, "deposit nonsense", "", true);
    expect_next(list, "batch", "", true);
    expect_next(list, "quit", "", false);
    expect_next(list, "batch", "last\n", true);
    assert_null(request_list_take(list));
}

/* However the bytes are cut, the same requests come out. */
static void test_inbox_pieces(void **state)
{
    struct random_source random = {17};
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct inbox_budget budget = {.limit = 1000};
        struct inbox inbox;
        struct request_list list = {NULL, NULL, 0};
        struct bytes rest = bytes_of(stream, sizeof stream - 1);
        inbox_open(&inbox, &budget);
        while (rest.length > 0) {
            size_t length = (size_t)random_below(&random, 60) + 1;
            if (round == 0 || length > rest.length)
                length = round == 0 ? 1 : rest.length;
            struct bytes piece = bytes_of(rest.data, length);
            rest = bytes_after(rest, length);
            assert_int_equal(
                inbox_feed(&inbox, &piece, 1, &list, SIZE_MAX), 0);
            assert_int_equal(piece.length, 0);
        }
        expect_stream(&list);
        assert_int_equal(budget.used, 0);
        assert_int_equal(inbox.since_ms, 1); /* half a line */
        inbox_close(&inbox);
    }
}

/* It stops at the limit and says what it has not taken. */
static void test_inbox_limit(void **state)
{
    struct inbox_budget budget = {.limit = 1000};
    struct inbox inbox;
    struct request_list all = {NULL, NULL, 0};
    struct bytes rest = bytes_of(stream, sizeof stream - 1);
    (void)state;
    inbox_open(&inbox, &budget);
    while (rest.length > 0) {
        struct request_list list = {NULL, NULL, 0};
        assert_int_equal(inbox_feed(&inbox, &rest, 1, &list, 1), 0);
        assert_true(list.count == 1 || rest.length == 0);
        if (list.count == 1)
            request_list_add(&all, request_list_take(&list));
    }
    expect_stream(&all);
    inbox_close(&inbox);
}

/* The clock of what is unfinished: from its first byte, of a batch too. */
static void test_inbox_clock(void **state)
{
    static const struct {
        const char *text;
        int64_t since;
    } table[] = {
        {"sta", 1}, {"tus\n", 0}, {"x", 3}, {"y", 3}, {"\nz", 5},
        {"\n" BATCH("2"), 6}, {"one\n", 6}, {"tw", 6}, {"o\n", 0},
        {"\n\n", 0},
    };
    struct inbox_budget budget = {.limit = 1000};
    struct inbox inbox;
    struct request_list list = {NULL, NULL, 0};
    struct request *request;
    (void)state;
    inbox_open(&inbox, &budget);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct bytes text = bytes_text(table[i].text);
        int64_t now = (int64_t)i + 1;
        assert_int_equal(
            inbox_feed(&inbox, &text, now, &list, SIZE_MAX), 0);
        assert_int_equal(inbox.since_ms, table[i].since);
    }
    while ((request = request_list_take(&list)) != NULL)
        request_free(request);
    inbox_close(&inbox);
}

/* Faults after which it is deaf. */
static void test_inbox_faults(void **state)
{
    static const struct {
        size_t filler; /* bytes of x before the text */
        const char *text;
        enum status status;
    } table[] = {
        {4096, "\n", STATUS_LINE_TOO_LONG},
        {5000, "", STATUS_LINE_TOO_LONG},
        {0, "batch mode=all lines=2\n", STATUS_MISSING_FIELD},
        {0, "batch mode=all lines=10001 root=" ROOT TAIL "\n",
            STATUS_BODY_TOO_LARGE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct inbox_budget budget = {.limit = 1000};
        struct inbox inbox;
        struct request_list list = {NULL, NULL, 0};
        struct buffer text = buffer_empty();
        inbox_open(&inbox, &budget);
        while (text.length < table[i].filler)
            buffer_char(&text, 'x');
        buffer_text(&text, table[i].text);
        buffer_text(&text, "status\nstatus\n");
        struct bytes bytes = buffer_bytes(&text);
        assert_int_equal(inbox_feed(&inbox, &bytes, 1, &list, SIZE_MAX), 0);
        assert_int_equal(list.count, 1);
        assert_int_equal(list.first->fault.status, table[i].status);
        assert_true(list.first->last);
        assert_int_equal(inbox.state, INBOX_DEAF);
        assert_int_equal(inbox.since_ms, 0);
        request_free(request_list_take(&list));
        inbox_close(&inbox);
        buffer_free(&text);
    }
}

/* When all unfinished bodies together are too much, a batch is told busy;
 * what follows it is understood. */
static void test_inbox_budget(void **state)
{
    struct inbox_budget budget = {.used = 995, .limit = 1000};
    struct inbox inbox;
    struct request_list list = {NULL, NULL, 0};
    struct bytes text = bytes_text(BATCH("2") "one\ntwo\nstatus\n");
    struct request *request;
    (void)state;
    inbox_open(&inbox, &budget);
    assert_int_equal(inbox_feed(&inbox, &text, 1, &list, SIZE_MAX), 0);
    request = request_list_take(&list);
    assert_int_equal(request->fault.status, STATUS_BUSY);
    assert_false(request->last);
    assert_int_equal(request->body.length, 0);
    request_free(request);
    expect_next(&list, "status", "", false);
    assert_int_equal(budget.used, 995);
    inbox_close(&inbox);
}

/* ---- outbox ---- */

static void say(struct outbox *outbox, const char *text, uint64_t need,
    uint64_t durable)
{
    buffer_text(&outbox->bytes, text);
    assert_int_equal(outbox_seal(outbox, need, durable), 0);
}

static void expect_leaving(
    struct outbox *outbox, const int pair[2], const char *text)
{
    char got[256];
    bool moved;
    assert_int_equal(outbox_send(outbox, pair[0], &moved), OUTBOX_SENT);
    assert_int_equal(moved, text[0] != '\0');
    ssize_t length = recv(pair[1], got, sizeof got, MSG_DONTWAIT);
    assert_int_equal(length, text[0] != '\0' ? (ssize_t)strlen(text) : -1);
    if (length > 0)
        assert_memory_equal(got, text, (size_t)length);
}

/* An answer leaves when the journal has what it saw, not before, and never
 * before one that was written earlier. */
static void test_outbox_waits(void **state)
{
    struct outbox outbox;
    int pair[2];
    (void)state;
    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    outbox_open(&outbox);
    say(&outbox, "a\n", 5, 5);
    expect_leaving(&outbox, pair, "a\n");
    say(&outbox, "b\n", 6, 5);
    say(&outbox, "c\n", 6, 5);
    say(&outbox, "d\n", 8, 5);
    assert_true(outbox_withheld(&outbox));
    expect_leaving(&outbox, pair, "");
    outbox_release(&outbox, 5);
    expect_leaving(&outbox, pair, "");
    outbox_release(&outbox, 7);
    expect_leaving(&outbox, pair, "b\nc\n");
    say(&outbox, "e\n", 9, 7);
    outbox_release(&outbox, 8);
    expect_leaving(&outbox, pair, "d\n");
    assert_int_equal(outbox_pending(&outbox), 2);
    outbox_release(&outbox, 100);
    assert_false(outbox_withheld(&outbox));
    expect_leaving(&outbox, pair, "e\n");
    assert_int_equal(outbox_pending(&outbox), 0);
    outbox_close(&outbox);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

/* Random answers, releases and partial sends against the plain model. */
static void test_outbox_model(void **state)
{
    struct random_source random = {99};
    struct buffer said = buffer_empty();
    struct buffer got = buffer_empty();
    size_t allowed[4000];
    struct outbox outbox;
    uint64_t need = 0;
    uint64_t durable = 0;
    int pair[2];
    int small = 4096;
    (void)state;
    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    (void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    outbox_open(&outbox);
    memset(allowed, 0, sizeof allowed);
    for (int i = 0; i < 3000; i++) {
        uint8_t piece[700];
        bool moved;
        size_t length = (size_t)random_below(&random, sizeof piece) + 1;
        random_bytes(&random, piece, length);
        need += random_below(&random, 2);
        buffer_append(&outbox.bytes, bytes_of(piece, length));
        buffer_append(&said, bytes_of(piece, length));
        assert_int_equal(outbox_seal(&outbox, need, durable), 0);
        for (size_t at = (size_t)need; at < 4000; at++)
            allowed[at] = said.length;
        if (random_below(&random, 3) == 0)
            durable += random_below(&random, need - durable + 1);
        outbox_release(&outbox, durable);
        assert_int_not_equal(
            outbox_send(&outbox, pair[0], &moved), OUTBOX_LOST);
        ssize_t taken = recv(pair[1], piece, sizeof piece, MSG_DONTWAIT);
        if (taken > 0)
            buffer_append(&got, bytes_of(piece, (size_t)taken));
        assert_true(got.length <= allowed[durable]);
        assert_memory_equal(got.data, said.data, got.length);
    }
    assert_true(got.length > 0);
    outbox_close(&outbox);
    buffer_free(&said);
    buffer_free(&got);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static void test_outbox_lost(void **state)
{
    struct outbox outbox;
    bool moved;
    int pair[2];
    (void)state;
    assert_int_equal(
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    outbox_open(&outbox);
    (void)close(pair[1]);
    say(&outbox, "a\n", 0, 0);
    assert_int_equal(outbox_send(&outbox, pair[0], &moved), OUTBOX_LOST);
    outbox_close(&outbox);
    (void)close(pair[0]);
}

/* ---- small files ---- */

static void test_textfile(void **state)
{
    struct failure failure = {{0}};
    struct buffer text = buffer_empty();
    char folder[PATH_MAX];
    char path[PATH_MAX];
    bool found;
    (void)state;
    scratch_make(folder);
    scratch_join(path, folder, "note");
    assert_int_equal(textfile_read(path, 10, &text, &found, &failure), 0);
    assert_false(found);
    assert_int_equal(
        textfile_replace(folder, "note", bytes_text("one\n"), &failure), 0);
    assert_int_equal(
        textfile_replace(folder, "note", bytes_text("two\n"), &failure), 0);
    assert_int_equal(textfile_read(path, 10, &text, &found, &failure), 0);
    assert_true(found);
    assert_true(bytes_equal_text(buffer_bytes(&text), "two\n"));
    assert_int_equal(textfile_read(path, 3, &text, &found, &failure), -1);
    assert_non_null(strstr(failure.text, "longer than 3 bytes"));
    memset(&failure, 0, sizeof failure);
    assert_int_equal(textfile_remove(folder, "note", &failure), 0);
    assert_int_equal(textfile_remove(folder, "note", &failure), 0);
    assert_int_equal(access(path, F_OK), -1);
    /* No temporary file stays behind. */
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(
        textfile_replace(folder, "note", bytes_text("x"), &failure), -1);
    buffer_free(&text);
}

/* ---- clocks ---- */

/* UTC that is set back by more than five seconds is noticed, once. */
static void test_clock_watch(void **state)
{
    struct clock_watch watch;
    (void)state;
    clock_watch_start(&watch);
    assert_int_equal(clock_watch_step(&watch), 0);
    watch.offset_ms += CLOCK_STEP_BACK_MS / 2;
    assert_int_equal(clock_watch_step(&watch), 0);
    watch.offset_ms += 3 * CLOCK_STEP_BACK_MS;
    assert_in_range(clock_watch_step(&watch), 2 * CLOCK_STEP_BACK_MS,
        4 * CLOCK_STEP_BACK_MS);
    assert_int_equal(clock_watch_step(&watch), 0);
    /* Forward is no alarm. */
    watch.offset_ms -= 10 * CLOCK_STEP_BACK_MS;
    assert_int_equal(clock_watch_step(&watch), 0);
}

/* ---- threads ---- */

struct seen_in_thread {
    int nice;
    bool blocked; /* signals */
};

static void *look_around(void *argument)
{
    struct seen_in_thread *seen = argument;
    sigset_t mask;

    thread_step_back(THREAD_SAVES);
    seen->nice = getpriority(PRIO_PROCESS, (id_t)gettid());
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    seen->blocked = sigismember(&mask, SIGTERM) == 1 &&
                    sigismember(&mask, SIGHUP) == 1;
    return NULL;
}

/* A thread in the background is below the others, and signals are not its
 * own; the one that started it is as it was. */
static void threads_step_back_alone(void **unused)
{
    struct seen_in_thread seen = {.nice = 0};
    int nice = getpriority(PRIO_PROCESS, 0);
    sigset_t mask;
    pthread_t thread;

    (void)unused;
    assert_int_equal(thread_start(&thread, look_around, &seen), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(
        seen.nice, nice + THREAD_SAVES > 19 ? 19 : nice + THREAD_SAVES);
    assert_true(seen.blocked);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), nice);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_int_equal(sigismember(&mask, SIGTERM), 0);
}

/* Patience comes and goes, and changes no priority. */
static void a_thread_is_patient_for_a_while(void **unused)
{
    int nice = getpriority(PRIO_PROCESS, 0);

    (void)unused;
    thread_be_patient(true);
    assert_int_equal(sched_getscheduler(0), SCHED_BATCH);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), nice);
    thread_be_patient(false);
    assert_int_equal(sched_getscheduler(0), SCHED_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bell),
        cmocka_unit_test(test_bell_wakes),
        cmocka_unit_test(test_inbox_pieces),
        cmocka_unit_test(test_inbox_limit),
        cmocka_unit_test(test_inbox_clock),
        cmocka_unit_test(test_inbox_faults),
        cmocka_unit_test(test_inbox_budget),
        cmocka_unit_test(test_outbox_waits),
        cmocka_unit_test(test_outbox_model),
        cmocka_unit_test(test_outbox_lost),
        cmocka_unit_test(test_textfile),
        cmocka_unit_test(test_clock_watch),
        cmocka_unit_test(threads_step_back_alone),
        cmocka_unit_test(a_thread_is_patient_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
