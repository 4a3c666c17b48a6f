/*
 * The two questions about proposals over a real socket, byte for byte: open,
 * partly signed, done, rejected, withdrawn, lapsed; who sees them.
 *
 * Nothing lapses within a test's time, so the daemon is started again by
 * this program itself, with a clock that is some days ahead: the functions
 * of daemon/clock.h below take the place of those in its archive.
 */
#include "daemon_fixture.h"

#include "../daemon/clock.h"
#include "../daemon/server.h"
#include "../protocol/answer.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY_MS INT64_C(86400000)
#define INDEX "%llu"

/* ---- a daemon whose clock is ahead ---- */

static int64_t ahead_ms;

static int64_t read_us(clockid_t which)
{
    struct timespec now = {0};
    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct instant clock_now(void)
{
    return (struct instant){read_us(CLOCK_REALTIME) / 1000 + ahead_ms};
}

int64_t clock_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

void clock_watch_start(struct clock_watch *watch)
{
    watch->offset_ms = 0;
}

int64_t clock_watch_step(struct clock_watch *watch)
{
    return watch->offset_ms;
}

static int serve(const char *path, struct failure *failure)
{
    struct config config;
    struct folder folder = {.lock = -1};
    struct listener listener = {.socket = -1};
    struct storage storage = {0};
    struct server *server = NULL;
    int result = -1;
    config_defaults(&config);
    if (config_set(&config, "listen=127.0.0.1:0", failure) == 0 &&
        folder_open(&folder, path, failure) == 0 &&
        folder_lock(&folder, failure) == 0 &&
        listener_bind(&listener, config.listen, failure) == 0 &&
        storage_open(&storage, &folder, &config, failure) == 0 &&
        server_open(&server, &config, &storage, &listener, failure) == 0)
        result = server_run(server, failure);
    server_close(server);
    storage_close(&storage);
    listener_close(&listener);
    folder_close(&folder);
    return result;
}

/* As `THIS --ahead DAYS positod ... FOLDER`. */
static int serve_ahead(int argc, char **argv)
{
    struct failure failure = {{0}};
    ahead_ms = strtol(argv[2], NULL, 10) * DAY_MS;
    (void)signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0 || serve(argv[argc - 1], &failure) != 0) {
        (void)fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    return 0;
}

/* ---- a client ---- */

struct desk {
    struct daemon_fixture fixture;
    struct wire wire;
};

static int open_desk(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    daemon_found(&desk->fixture);
    daemon_start(&desk->fixture, NULL);
    wire_open(&desk->wire, &desk->fixture);
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    struct desk *desk = *state;
    wire_close(&desk->wire);
    int code = daemon_stop(&desk->fixture);
    daemon_remove(&desk->fixture);
    free(desk);
    return code;
}

static void order(struct desk *desk, const char *key, const char *line)
{
    (void)wire_order(&desk->wire, &desk->fixture, line, key);
}

/* What was proposed: as its answer has it, and the line as it was signed. */
struct proposed {
    unsigned long long index;
    char until[32];
    char line[600];
};

static void propose(struct desk *desk, const char *key, const char *text,
    unsigned need, int days, struct proposed *out)
{
    char expected[300];
    struct buffer line = buffer_empty();
    struct buffer answer = buffer_empty();
    uint64_t index;
    struct instant time;
    struct bytes rest;
    buffer_text(&line, text);
    daemon_sign(&desk->fixture, &line, key);
    (void)snprintf(out->line, sizeof out->line, "%.*s", (int)line.length,
        (const char *)line.data);
    wire_send_bytes(&desk->wire, buffer_bytes(&line));
    wire_send(&desk->wire, "\n");
    assert_int_equal(
        wire_answer(&desk->wire, &answer), STATUS_ACCEPTED);
    rest = bytes_after(buffer_bytes(&answer), strlen("ok "));
    assert_true(bytes_decimal(
        answer_find(rest, "index"), UINT64_MAX, &index));
    assert_true(instant_parse(answer_find(rest, "time"), &time));
    out->index = index;
    (void)snprintf(expected, sizeof expected,
        "ok index=%llu time=%.*s date=2026-03-02 proposal=open need=%u "
        "have=1\n",
        out->index, (int)answer_find(rest, "time").length,
        (const char *)answer_find(rest, "time").data, need);
    assert_true(bytes_equal_text(buffer_bytes(&answer), expected));
    buffer_clear(&answer);
    time.ms += days * DAY_MS;
    instant_append(&answer, time);
    (void)snprintf(out->until, sizeof out->until, "%.*s",
        (int)answer.length, (const char *)answer.data);
    buffer_free(&line);
    buffer_free(&answer);
}

/* The whole answer is this text. */
static void PRINTF_LIKE(3, 4) answers(
    struct desk *desk, const char *question, const char *format, ...)
{
    char expected[4000];
    struct buffer answer = buffer_empty();
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    wire_send(&desk->wire, question);
    wire_send(&desk->wire, "\n");
    (void)wire_answer(&desk->wire, &answer);
    if (!bytes_equal_text(buffer_bytes(&answer), expected))
        fail_msg("%s\nexpected:\n%sgot:\n%.*s", question, expected,
            (int)answer.length, (const char *)answer.data);
    buffer_free(&answer);
}

static const char *about(const struct proposed *proposed)
{
    static char question[60];
    (void)snprintf(question, sizeof question, "proposal proposal=%llu",
        proposed->index);
    return question;
}

static const char *approval(const struct proposed *proposed)
{
    static char line[60];
    (void)snprintf(line, sizeof line, "approve proposal=%llu",
        proposed->index);
    return line;
}

static void login(struct desk *desk, const char *key)
{
    wire_login(&desk->wire, &desk->fixture, key);
}

/* Two of the counter above 100.00, three above 300.00. */
static void set_policy(struct desk *desk)
{
    order(desk, "chief",
        "policy-set verb=transfer over=USD300.00 need=3 "
        "kinds=teller,supervisor,federation.treasurer");
    order(desk, "chief",
        "policy-set verb=transfer over=USD100.00 need=2 "
        "kinds=teller,supervisor lapse=1");
    order(desk, "ana",
        "deposit member=m1 via=la amount=USD1000.00 purpose=F");
}

#define OUT_OF_SCOPE                                                       \
    "no status=out-of-scope number=301 field=proposal text=The key's scope " \
    "does not reach that party or book.\n"

/* ---- tests ---- */

static void test_nothing_waits(void **state)
{
    struct desk *desk = *state;
    wire_ask(&desk->wire, "proposals", "no status=not-logged-in *");
    wire_ask(&desk->wire, "proposal proposal=0", "no status=not-logged-in *");
    login(desk, "ana");
    answers(desk, "proposals", "ok rows=0\n");
    answers(desk, "proposals key=nobody",
        "no status=unknown-key number=200 field=key text=No key has that "
        "name.\n");
    answers(desk, "proposal proposal=0",
        "no status=unknown-proposal number=308 field=proposal text=There is "
        "no such proposal.\n");
    answers(desk, "proposal proposal=999",
        "no status=unknown-proposal number=308 field=proposal text=There is "
        "no such proposal.\n");
}

/* One that is open: its row, its line, its signer, what it would do. */
static void test_open(void **state)
{
    struct desk *desk = *state;
    struct proposed p;
    set_policy(desk);
    propose(desk, "ana",
        "transfer from=m1 to=m2 amount=USD200.00 purpose=F memo=a%20house",
        2, 1, &p);
    login(desk, "ana");
    answers(desk, "proposals",
        "row proposal=" INDEX " verb=transfer by=ana state=open need=2 "
        "have=1 until=%s may=teller,supervisor\nok rows=1\n",
        p.index, p.until);
    answers(desk, about(&p),
        "row proposal=" INDEX " verb=transfer by=ana state=open need=2 "
        "have=1 until=%s may=teller,supervisor\n"
        "| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\n"
        "| + us/m1/share/USD 200.00\n"
        "| + us/m2/share/USD -200.00\n"
        "row account=us/m1/share/USD before=USD1000.00 after=USD800.00\n"
        "row account=us/m2/share/USD before=USD0.00 after=USD200.00\n"
        "ok\n",
        p.index, p.until, p.line, p.index);
    order(desk, "sup", approval(&p));
    answers(desk, "proposals", "ok rows=0\n");
    answers(desk, about(&p),
        "row proposal=" INDEX " verb=transfer by=ana state=done need=2 "
        "have=2 until=%s ended=" INDEX " may=teller,supervisor\n"
        "| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\n"
        "row key=sup kind=supervisor country=US entry=" INDEX " counts=yes\n"
        "ok\n",
        p.index, p.until, p.index + 1, p.line, p.index, p.index + 1);
}

/* Who sees it, and for whom it waits. */
static void test_scope(void **state)
{
    struct desk *desk = *state;
    struct proposed p;
    char row[200];
    propose(desk, "sup",
        "transfer from=m1 to=m2 amount=USD150.00 purpose=F", 2, 1, &p);
    (void)snprintf(row, sizeof row,
        "row proposal=%llu verb=transfer by=sup state=open need=2 have=1 "
        "until=%s may=teller,supervisor\nok rows=1\n",
        p.index, p.until);
    login(desk, "aud");
    answers(desk, "proposals", "%s", row);
    answers(desk, "proposals key=ana", "%s", row);
    answers(desk, "proposals key=sup", "ok rows=0\n");
    answers(desk, "proposals key=chief", "ok rows=0\n");
    answers(desk, "proposals key=mex", "ok rows=0\n");
    answers(desk, "proposals key=aud", "ok rows=0\n");
    login(desk, "mex");
    answers(desk, "proposals", "ok rows=0\n");
    answers(desk, "proposals key=ana", "ok rows=0\n");
    answers(desk, about(&p), "%s", OUT_OF_SCOPE);
}

/* Three keys: after the second it waits on, and is shown with both; what
 * would be refused now is told in the reader's language. */
static void test_partly_signed(void **state)
{
    struct desk *desk = *state;
    struct proposed p;
    char row[200];
    propose(desk, "ana",
        "transfer from=m1 to=m2 amount=USD500.00 purpose=F", 3, 7, &p);
    order(desk, "sup", approval(&p));
    (void)snprintf(row, sizeof row,
        "row proposal=%llu verb=transfer by=ana state=open need=3 have=2 "
        "until=%s may=teller,supervisor,federation.treasurer\n",
        p.index, p.until);
    login(desk, "chief");
    answers(desk, "proposals key=chief", "%sok rows=1\n", row);
    answers(desk, "proposals key=sup", "ok rows=0\n");
    order(desk, "ana", "withdraw member=m1 via=la amount=USD400.00 purpose=F");
    wire_ask(&desk->wire, "language code=es", "ok language=es");
    answers(desk, about(&p),
        "%s| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\n"
        "row key=sup kind=supervisor country=US entry=" INDEX " counts=yes\n"
        "row refused=insufficient-funds text=El saldo disponible no "
        "alcanza.\nok\n",
        row, p.line, p.index, p.index + 1);
    wire_ask(&desk->wire, "language code=en", "ok language=en");
    order(desk, "ana", "deposit member=m1 via=la amount=USD400.00 purpose=F");
    order(desk, "chief", approval(&p));
    answers(desk, about(&p),
        "row proposal=" INDEX " verb=transfer by=ana state=done need=3 "
        "have=3 until=%s ended=" INDEX
        " may=teller,supervisor,federation.treasurer\n"
        "| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\n"
        "row key=chief kind=federation.treasurer country=US entry=" INDEX
        " counts=yes\n"
        "row key=sup kind=supervisor country=US entry=" INDEX " counts=yes\n"
        "ok\n",
        p.index, p.until, p.index + 4, p.line, p.index, p.index + 4,
        p.index + 1);
}

static void test_rejected_and_withdrawn(void **state)
{
    struct desk *desk = *state;
    struct proposed p;
    char line[100];
    login(desk, "ana");
    propose(desk, "ana",
        "transfer from=m1 to=m2 amount=USD101.00 purpose=F", 2, 1, &p);
    (void)snprintf(line, sizeof line, "reject proposal=%llu reason=not%%20now",
        p.index);
    order(desk, "sup", line);
    answers(desk, about(&p),
        "row proposal=" INDEX " verb=transfer by=ana state=rejected need=2 "
        "have=1 until=%s ended=" INDEX " may=teller,supervisor\n| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\nok\n",
        p.index, p.until, p.index + 1, p.line, p.index);
    propose(desk, "ana",
        "transfer from=m1 to=m2 amount=USD102.00 purpose=F", 2, 1, &p);
    (void)snprintf(
        line, sizeof line, "withdraw-proposal proposal=%llu", p.index);
    order(desk, "ana", line);
    answers(desk, about(&p),
        "row proposal=" INDEX " verb=transfer by=ana state=withdrawn need=2 "
        "have=1 until=%s ended=" INDEX " may=teller,supervisor\n| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\nok\n",
        p.index, p.until, p.index + 1, p.line, p.index);
}

/* This program, to be started in the place of positod. */
static void own_path(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    assert_true(length > 0);
    path[length] = '\0';
}

/* Two open ones, soonest to lapse first; two days later one of them has
 * lapsed, before and after an entry says so. */
static void test_lapsed(void **state)
{
    struct desk *desk = *state;
    struct proposed week;
    struct proposed day;
    char own[PATH_MAX];
    const char *prefix[] = {own, "--ahead", "2", NULL};
    order(desk, "ana", "deposit member=m1 via=la amount=USD400.00 purpose=F");
    propose(desk, "ana",
        "transfer from=m1 to=m2 amount=USD301.00 purpose=F", 3, 7, &week);
    propose(desk, "ana",
        "transfer from=m1 to=m2 amount=USD103.00 purpose=F", 2, 1, &day);
    login(desk, "chief");
    wire_send(&desk->wire, "proposals\n");
    wire_expect(&desk->wire, "row * by=sup *"); /* of test_scope */
    wire_expect(&desk->wire,
        "row proposal=* verb=transfer by=ana state=open need=2 *");
    wire_expect(&desk->wire,
        "row proposal=* verb=transfer by=ana state=open need=3 *");
    wire_expect(&desk->wire, "ok rows=3");
    wire_close(&desk->wire);
    assert_int_equal(daemon_stop(&desk->fixture), 0);
    own_path(own);
    desk->fixture.prefix = prefix;
    daemon_start(&desk->fixture, NULL);
    desk->fixture.prefix = NULL;
    wire_open(&desk->wire, &desk->fixture);
    login(desk, "chief");
    answers(desk, "proposals",
        "row proposal=" INDEX " verb=transfer by=ana state=open need=3 "
        "have=1 until=%s may=teller,supervisor,federation.treasurer\n"
        "ok rows=1\n",
        week.index, week.until);
    answers(desk, about(&day),
        "row proposal=" INDEX " verb=transfer by=ana state=lapsed need=2 "
        "have=1 until=%s may=teller,supervisor\n| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\nok\n",
        day.index, day.until, day.line, day.index);
    order(desk, "ana", "deposit member=m1 via=la amount=USD1.00 purpose=F");
    answers(desk, about(&day),
        "row proposal=" INDEX " verb=transfer by=ana state=lapsed need=2 "
        "have=1 until=%s ended=" INDEX " may=teller,supervisor\n| %s\n"
        "row key=ana kind=teller country=US entry=" INDEX " counts=yes\nok\n",
        day.index, day.until, day.index + 1, day.line, day.index);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_waits),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_partly_signed),
        cmocka_unit_test(test_rejected_and_withdrawn),
        cmocka_unit_test(test_lapsed),
    };
    if (argc > 3 && strcmp(argv[1], "--ahead") == 0)
        return serve_ahead(argc, argv);
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
