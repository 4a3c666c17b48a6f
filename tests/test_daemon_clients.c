/*
 * Clients that are slow, greedy, deaf, or gone: each gets what the limits
 * say, and an honest client beside them notices nothing.
 */
#include "daemon_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DEPOSIT "deposit member=m1 via=la amount=USD1.00 purpose=I"
#define CLIENTS 20

/* Short enough for a test, long enough for a sanitizer. */
static const char *const options[] = {"line-ms=600", "body-ms=1200",
    "idle-ms=1500", "unread-ms=1000", "max-connections=20",
    "output-bytes=65536", "queue-requests=64", "queue-bytes=65536", NULL};

static struct daemon_fixture *fixture_of(void **state)
{
    return *state;
}

static int start(void **state)
{
    struct daemon_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    daemon_found(fixture);
    daemon_start(fixture, options);
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct daemon_fixture *fixture = *state;
    int code = daemon_stop(fixture);
    daemon_remove(fixture);
    free(fixture);
    return code;
}

static void pause_ms(int ms)
{
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000L};
    (void)nanosleep(&wait, NULL);
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Somebody who just works: the daemon is alive. */
static void expect_service(struct daemon_fixture *fixture)
{
    struct wire wire;
    wire_open(&wire, fixture);
    (void)wire_order(&wire, fixture, DEPOSIT, "ana");
    wire_close(&wire);
}

/* ---- time ---- */

/* A byte now and then: the line's time runs from its first byte. */
static void test_slow_line(void **state)
{
    struct wire wire;
    int64_t begun = now_ms();
    wire_open(&wire, fixture_of(state));
    wire_ask(&wire, "status", "ok *");
    while (!wire_has(&wire, 100) && now_ms() - begun < 20000)
        wire_send(&wire, "s");
    wire_expect(&wire, "no status=too-slow number=901 *");
    wire_expect_end(&wire);
    assert_true(now_ms() - begun >= 500);
    wire_close(&wire);
    expect_service(fixture_of(state));
}

static void test_slow_body(void **state)
{
    const char body[] = DEPOSIT "\n" DEPOSIT "\n";
    struct buffer line = buffer_empty();
    struct wire wire;
    int64_t begun = now_ms();
    wire_open(&wire, fixture_of(state));
    daemon_batch(
        fixture_of(state), &line, "all", bytes_text(body), "ana");
    buffer_text(&line, "\n" DEPOSIT "\n");
    wire_send_bytes(&wire, buffer_bytes(&line));
    while (!wire_has(&wire, 100) && now_ms() - begun < 20000)
        wire_send(&wire, "d");
    wire_expect(&wire, "no status=too-slow number=901 *");
    wire_expect_end(&wire);
    /* It had the time of a body, not that of a line. */
    assert_true(now_ms() - begun >= 1100);
    buffer_free(&line);
    wire_close(&wire);
}

static void test_idle(void **state)
{
    struct wire idle;
    struct wire busy;
    int64_t begun = now_ms();
    wire_open(&idle, fixture_of(state));
    wire_open(&busy, fixture_of(state));
    while (!wire_has(&idle, 200) && now_ms() - begun < 20000)
        wire_ask(&busy, "status", "ok *");
    wire_expect(&idle, "no status=too-slow number=901 *");
    wire_expect_end(&idle);
    assert_true(now_ms() - begun >= 1400);
    /* Who asks now and then is not idle. */
    wire_ask(&busy, "status", "ok *");
    wire_close(&idle);
    wire_close(&busy);
}

/* Who follows waits for others, and is not idle. */
static void test_follower_is_not_idle(void **state)
{
    struct wire wire;
    wire_open(&wire, fixture_of(state));
    wire_login(&wire, fixture_of(state), "aud");
    wire_send(&wire, "follow from=1\n");
    pause_ms(2500);
    wire_send(&wire, "status\n");
    while (wire_answer(&wire, NULL) != STATUS_ACCEPTED)
        continue;
    wire_expect(&wire, "ok size=*");
    wire_close(&wire);
}

/* ---- not reading ---- */

/* Questions without end, answers never read: closed after unread-ms, and
 * until then the daemon keeps no more than it said. */
static void test_deaf_client(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer many = buffer_empty();
    struct wire wire;
    int64_t begun = now_ms();
    int small = 4096;
    ssize_t put = 0;
    wire_open(&wire, fixture);
    (void)setsockopt(
        wire.socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 1000; i++)
        buffer_text(&many, "help\n");
    while (now_ms() - begun < 20000) {
        put = send(wire.socket, many.data, many.length,
            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && !wire_has(&wire, 0))
            break;
        if (put < 0)
            pause_ms(20);
        if (put < 0 && send(wire.socket, "x", 0, MSG_NOSIGNAL) < 0)
            break;
        int error = 0;
        socklen_t length = sizeof error;
        (void)getsockopt(
            wire.socket, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0)
            break;
        expect_service(fixture);
    }
    assert_in_range(now_ms() - begun, 900, 19999);
    buffer_free(&many);
    wire_close(&wire);
    expect_service(fixture);
}

/* Reads slowly, but reads: everything comes, in order. */
static void test_slow_reader(void **state)
{
    struct wire wire;
    int small = 4096;
    wire_open(&wire, fixture_of(state));
    (void)setsockopt(
        wire.socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 100; i++)
        wire_send(&wire, i % 2 == 0 ? "help\n" : "status\n");
    for (int i = 0; i < 100; i++) {
        struct buffer answer = buffer_empty();
        if (i % 10 == 0)
            pause_ms(100);
        assert_int_equal(wire_answer(&wire, &answer), STATUS_ACCEPTED);
        assert_true(wire_fits(buffer_bytes(&answer),
            i % 2 == 0 ? "row verb=genesis *" : "ok size=*"));
        buffer_free(&answer);
    }
    wire_close(&wire);
}

/* More than the queue holds, in tiny lines: held back, none lost. */
static void test_tiny_lines(void **state)
{
    struct wire wire;
    struct buffer many = buffer_empty();
    wire_open(&wire, fixture_of(state));
    for (int i = 0; i < 20000; i++)
        buffer_char(&many, '\n');
    wire_send_bytes(&wire, buffer_bytes(&many));
    wire_send(&wire, "status\n");
    for (int i = 0; i < 20000; i++)
        wire_expect(&wire, "no status=unknown-verb *");
    wire_expect(&wire, "ok size=*");
    buffer_free(&many);
    wire_close(&wire);
}

/* ---- too much ---- */

static void test_line_too_long(void **state)
{
    static const size_t lengths[] = {4096, 4097, 5000, 100000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct buffer line = buffer_empty();
        struct wire wire;
        wire_open(&wire, fixture_of(state));
        wire_send(&wire, "status\n");
        while (line.length < lengths[i])
            buffer_char(&line, 'x');
        buffer_text(&line, "\nstatus\n");
        wire_send_bytes(&wire, buffer_bytes(&line));
        wire_expect(&wire, "ok size=*");
        wire_expect(&wire, "no status=line-too-long number=100 *");
        wire_expect_end(&wire);
        buffer_free(&line);
        wire_close(&wire);
    }
}

/* The longest line there may be is an ordinary bad line. */
static void test_longest_line(void **state)
{
    struct buffer line = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture_of(state));
    while (line.length < 4095)
        buffer_char(&line, 'x');
    buffer_text(&line, "\nstatus\n");
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_expect(&wire, "no status=unknown-verb *");
    wire_expect(&wire, "ok size=*");
    buffer_free(&line);
    wire_close(&wire);
}

static void test_long_line_in_a_body(void **state)
{
    struct buffer body = buffer_empty();
    struct buffer line = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture_of(state));
    while (body.length < 4096)
        buffer_char(&body, 'x');
    buffer_char(&body, '\n');
    daemon_batch(
        fixture_of(state), &line, "each", buffer_bytes(&body), "ana");
    buffer_char(&line, '\n');
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_send_bytes(&wire, buffer_bytes(&body));
    wire_expect(&wire, "no status=line-too-long number=100 *");
    wire_expect_end(&wire);
    buffer_free(&body);
    buffer_free(&line);
    wire_close(&wire);
}

static void test_too_many_connections(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wires[CLIENTS];
    struct wire more;
    for (int i = 0; i < CLIENTS; i++) {
        wire_open(&wires[i], fixture);
        wire_ask(&wires[i], "status", "ok *");
    }
    wire_open(&more, fixture);
    wire_expect(&more, "no status=too-many-connections number=904 *");
    wire_expect_end(&more);
    wire_close(&more);
    wire_ask(&wires[0], "status", "ok * connections=20 *");
    wire_ask(&wires[1], "quit", "ok");
    wire_expect_end(&wires[1]);
    for (int i = 0; i < CLIENTS; i++)
        wire_close(&wires[i]);
    expect_service(fixture);
}

/* ---- gone ---- */

/* Before long all the others are gone: none is kept. */
static void expect_only_one(struct daemon_fixture *fixture)
{
    int64_t begun = now_ms();
    bool alone = false;
    while (!alone && now_ms() - begun < 10000) {
        struct wire wire;
        struct bytes line;
        wire_open(&wire, fixture);
        wire_send(&wire, "status\n");
        alone = wire_line(&wire, &line) &&
                wire_fits(line, "ok * connections=1 *");
        wire_close(&wire);
        pause_ms(10);
    }
    assert_true(alone);
}

/* Clients go at every moment there is, politely or not. */
static void test_disconnects(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    const struct linger reset = {.l_onoff = 1};
    struct buffer lines = buffer_empty();
    for (int i = 0; i < 50; i++) {
        struct buffer line = buffer_empty();
        buffer_text(&line, DEPOSIT);
        daemon_sign(fixture, &line, "ana");
        buffer_append(&lines, buffer_bytes(&line));
        buffer_text(&lines, "\nhelp\n");
        buffer_free(&line);
    }
    for (size_t cut = 1; cut < lines.length; cut += 401) {
        struct wire wire;
        wire_open(&wire, fixture);
        wire_send_bytes(&wire, bytes_of(lines.data, cut));
        if (cut % 2 == 0)
            (void)setsockopt(wire.socket, SOL_SOCKET, SO_LINGER, &reset,
                sizeof reset);
        wire_close(&wire);
    }
    buffer_free(&lines);
    expect_only_one(fixture);
    expect_service(fixture);
}

/* After quit, what still comes is not looked at. */
static void test_quit_with_more_behind(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    wire_send(&wire, "status\nquit\nstatus\nstatus\n");
    wire_expect(&wire, "ok size=*");
    wire_expect(&wire, "ok");
    wire_expect_end(&wire);
    wire_close(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_line),
        cmocka_unit_test(test_slow_body),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_follower_is_not_idle),
        cmocka_unit_test(test_deaf_client),
        cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_tiny_lines),
        cmocka_unit_test(test_line_too_long),
        cmocka_unit_test(test_longest_line),
        cmocka_unit_test(test_long_line_in_a_body),
        cmocka_unit_test(test_too_many_connections),
        cmocka_unit_test(test_disconnects),
        cmocka_unit_test(test_quit_with_more_behind),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
