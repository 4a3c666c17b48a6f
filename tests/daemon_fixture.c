#include "daemon_fixture.h"

#include "scratch.h"

#include "../protocol/answer.h"
#include "../protocol/codec.h"
#include "../protocol/sign.h"
#include "../tools/found.h"
#include "../tools/keyring_folder.h"
#include "../tools/process.h"

#include <posito/encoding.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 30000
#define OPTIONS_MAX 16
#define PREFIX_MAX 16

static const char founding[] =
    "currency code=USD digits=2\n"
    "currency code=MXN digits=2\n"
    "book book=us country=US date=2026-03-02\n"
    "book book=mx country=MX date=2026-03-02\n"
    "policy-set verb=key-add need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=key-revoke need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=policy-set need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=term-set need=1 kinds=federation.treasurer\n"
    "policy-set verb=unclaimed-take need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=journal-entry need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=agreement-set need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=pool-notice need=1 kinds=federation.treasurer\n"
    "policy-set verb=product-set need=1 kinds=federation.treasurer\n"
    "policy-set verb=loan-approve need=1 kinds=federation.treasurer\n"
    "policy-set verb=dividend-declare need=1 "
    "kinds=federation.treasurer,board\n"
    "party-open party=chief.p kind=officer book=us country=US\n"
    "party-open party=ana.p kind=officer book=us country=US\n"
    "party-open party=sup.p kind=officer book=us country=US\n"
    "party-open party=aud.p kind=officer book=us country=US\n"
    "party-open party=mex.p kind=officer book=mx country=MX\n"
    "party-open party=la kind=office book=us country=US\n"
    "party-open party=fed kind=federation book=us country=US\n"
    "party-open party=club kind=club book=us parent=fed country=US\n"
    "party-open party=m1 kind=member book=us parent=club country=US\n"
    "party-open party=m2 kind=member book=us parent=club country=US\n"
    "party-open party=m3 kind=member book=us parent=club country=US\n"
    "party-open party=m4 kind=member book=us parent=club country=US\n"
    "key-add key=chief kind=federation.treasurer owner=chief.p country=US "
    "scope=all\n"
    "key-add key=ana kind=teller owner=ana.p country=US scope=us "
    "limit=USD5000.00\n"
    "key-add key=sup kind=supervisor owner=sup.p country=US scope=us\n"
    "key-add key=aud kind=auditor owner=aud.p country=US scope=all\n"
    "key-add key=mex kind=teller owner=mex.p country=MX scope=mx\n";

/* ---- the daemon ---- */

void daemon_found(struct daemon_fixture *fixture)
{
    struct failure failure = {{0}};
    struct ident founder = ident_of("chief");
    memset(fixture, 0, sizeof *fixture);
    assert_true(sodium_init() >= 0);
    (void)signal(SIGPIPE, SIG_IGN);
    scratch_make(fixture->folder);
    scratch_join(fixture->log, fixture->folder, "stderr");
    if (found_ledger(fixture->folder, "posito.example/test",
            bytes_text(founding), &founder, &failure) != 0)
        fail_msg("%s", failure.text);
}

void daemon_remove(struct daemon_fixture *fixture)
{
    daemon_kill(fixture);
    scratch_remove(fixture->folder);
}

static bool read_port(struct daemon_fixture *fixture)
{
    char path[PATH_MAX];
    scratch_join(path, fixture->folder, "port");
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    int found = fscanf(file, "%5u", &fixture->port);
    (void)fclose(file);
    return found == 1;
}

static void pause_ms(int ms)
{
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000L};
    (void)nanosleep(&wait, NULL);
}

int daemon_try_start(
    struct daemon_fixture *fixture, const char *const *options)
{
    const char *build = getenv("POSITO_BUILD");
    char program[PATH_MAX];
    char port[PATH_MAX];
    struct failure failure = {{0}};
    const char *argv[PREFIX_MAX + 2 * OPTIONS_MAX + 8] = {NULL};
    const char *const *prefix = fixture->prefix;
    size_t count = 0;
    int code;
    for (; prefix != NULL && *prefix != NULL; prefix++) {
        assert_true(count < PREFIX_MAX);
        argv[count++] = *prefix;
    }
    argv[count++] = program;
    argv[count++] = "-f";
    argv[count++] = "-o";
    argv[count++] = "listen=127.0.0.1:0";
    scratch_join(program, build != NULL ? build : "build/release", "positod");
    scratch_join(port, fixture->folder, "port");
    (void)unlink(port);
    for (; options != NULL && *options != NULL; options++) {
        assert_true(count < PREFIX_MAX + 2 * OPTIONS_MAX + 2);
        argv[count++] = "-o";
        argv[count++] = *options;
    }
    argv[count] = fixture->folder;
    if (process_start(&fixture->pid, argv, fixture->log, &failure) != 0)
        fail_msg("%s", failure.text);
    for (int waited = 0; waited < WAIT_MS; waited += 2) {
        if (read_port(fixture))
            return 0;
        if (process_ended(fixture->pid, &code)) {
            fixture->pid = 0;
            return code;
        }
        pause_ms(2);
    }
    fail_msg("positod was not ready in time, see %s", fixture->log);
    return -1;
}

static void show_log(const struct daemon_fixture *fixture)
{
    char line[512];
    FILE *file = fopen(fixture->log, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        print_message("%s", line);
    if (file != NULL)
        (void)fclose(file);
}

void daemon_start(struct daemon_fixture *fixture, const char *const *options)
{
    int code = daemon_try_start(fixture, options);
    if (code == 0)
        return;
    show_log(fixture);
    fail_msg("positod did not start: exit code %d", code);
}

int daemon_wait(struct daemon_fixture *fixture, int timeout_ms)
{
    struct failure failure = {{0}};
    int code = -1;
    if (process_wait(fixture->pid, timeout_ms, &code, &failure) != 0) {
        show_log(fixture);
        fail_msg("%s", failure.text);
    }
    fixture->pid = 0;
    return code;
}

int daemon_stop(struct daemon_fixture *fixture)
{
    assert_int_equal(kill(fixture->pid, SIGTERM), 0);
    return daemon_wait(fixture, WAIT_MS);
}

void daemon_kill(struct daemon_fixture *fixture)
{
    if (fixture->pid == 0)
        return;
    (void)kill(fixture->pid, SIGKILL);
    (void)daemon_wait(fixture, WAIT_MS);
}

static bool log_has(const struct daemon_fixture *fixture, const char *text)
{
    char line[1024];
    bool found = false;
    FILE *file = fopen(fixture->log, "re");
    assert_non_null(file);
    while (!found && fgets(line, sizeof line, file) != NULL)
        found = strstr(line, text) != NULL;
    (void)fclose(file);
    return found;
}

bool daemon_said(const struct daemon_fixture *fixture, const char *text)
{
    bool found = log_has(fixture, text);
    for (int i = 0; i < 500 && !found; i++) {
        pause_ms(10);
        found = log_has(fixture, text);
    }
    return found;
}

/* ---- signing ---- */

struct hash daemon_ledger(const struct daemon_fixture *fixture)
{
    char path[PATH_MAX];
    char line[LINE_LENGTH_MAX + 1];
    scratch_join(path, fixture->folder, "genesis");
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    (void)fclose(file);
    return sign_ledger_id(bytes_of(line, strcspn(line, "\n")));
}

static void open_key(const struct daemon_fixture *fixture, const char *name,
    struct keyfile *key)
{
    struct failure failure = {{0}};
    if (keyring_folder_open(fixture->folder, name, key, &failure) != 0)
        fail_msg("%s", failure.text);
}

void daemon_sign_as(const struct daemon_fixture *fixture,
    struct buffer *line, const char *key, const struct ulid *id)
{
    struct keyfile file;
    struct hash ledger = daemon_ledger(fixture);
    open_key(fixture, key, &file);
    buffer_text(line, " id=");
    ulid_append(line, id);
    buffer_format(line, " by=%s", key);
    sign_order(line, &ledger, &file.secret);
    assert_false(line->failed);
}

void daemon_sign(const struct daemon_fixture *fixture, struct buffer *line,
    const char *key)
{
    uint8_t random[10];
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    randombytes_buf(random, sizeof random);
    struct ulid id = ulid_make((uint64_t)now.tv_sec * 1000, random);
    daemon_sign_as(fixture, line, key, &id);
}

void daemon_batch(const struct daemon_fixture *fixture, struct buffer *line,
    const char *mode, struct bytes body, const char *key)
{
    struct hash root = merkle_root_of_lines(body);
    struct bytes rest = body;
    struct bytes one;
    size_t lines = 0;
    while (bytes_next_line(&rest, &one))
        lines++;
    buffer_format(line, "batch mode=%s lines=%zu root=", mode, lines);
    base64_append(line, bytes_of(root.data, sizeof root.data));
    daemon_sign(fixture, line, key);
}

void daemon_log_key(
    const struct daemon_fixture *fixture, struct note_key *out)
{
    char path[PATH_MAX];
    char text[KEYFILE_TEXT_MAX];
    struct keyfile key;
    scratch_join(path, fixture->folder, "log.key");
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    assert_int_equal(
        keyfile_read(bytes_of(text, length), NULL, &key), KEYFILE_OPEN);
    assert_true(note_key_make(
        out, bytes_text("posito.example/test"), NOTE_LOG, &key.public_key));
}

/* ---- a client's end ---- */

bool wire_try_open(struct wire *wire, const struct daemon_fixture *fixture)
{
    const struct timeval limit = {.tv_sec = WAIT_MS / 1000};
    union {
        struct sockaddr any;
        struct sockaddr_in four;
    } name;
    memset(&name, 0, sizeof name);
    name.four.sin_family = AF_INET;
    name.four.sin_port = htons((uint16_t)fixture->port);
    name.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(wire, 0, sizeof *wire);
    wire->in = buffer_empty();
    wire->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(wire->socket >= 0);
    (void)setsockopt(
        wire->socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return connect(wire->socket, &name.any, sizeof name.four) == 0;
}

void wire_open(struct wire *wire, const struct daemon_fixture *fixture)
{
    if (!wire_try_open(wire, fixture))
        fail_msg("cannot connect: %s", strerror(errno));
}

void wire_close(struct wire *wire)
{
    if (wire->socket >= 0)
        (void)close(wire->socket);
    wire->socket = -1;
    buffer_free(&wire->in);
}

void wire_send_bytes(struct wire *wire, struct bytes bytes)
{
    while (bytes.length > 0) {
        ssize_t put =
            send(wire->socket, bytes.data, bytes.length, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            fail_msg("cannot send: %s", strerror(errno));
        bytes = bytes_after(bytes, (size_t)put);
    }
}

void wire_send(struct wire *wire, const char *text)
{
    wire_send_bytes(wire, bytes_text(text));
}

void wire_shut(struct wire *wire)
{
    (void)shutdown(wire->socket, SHUT_WR);
}

bool wire_has(struct wire *wire, int timeout_ms)
{
    struct pollfd poller = {.fd = wire->socket, .events = POLLIN};
    return wire->at < wire->in.length || poll(&poller, 1, timeout_ms) > 0;
}

/* False at the end. */
static bool receive(struct wire *wire)
{
    struct pollfd poller = {.fd = wire->socket, .events = POLLIN};
    if (poll(&poller, 1, WAIT_MS) <= 0)
        fail_msg("nothing came for %d s", WAIT_MS / 1000);
    buffer_drop_front(&wire->in, wire->at);
    wire->at = 0;
    assert_true(buffer_reserve(&wire->in, 65536));
    ssize_t got =
        recv(wire->socket, wire->in.data + wire->in.length, 65536, 0);
    if (got <= 0)
        return false;
    wire->in.length += (size_t)got;
    return true;
}

bool wire_line(struct wire *wire, struct bytes *line)
{
    for (;;) {
        struct bytes rest =
            bytes_after(buffer_bytes(&wire->in), wire->at);
        size_t before = rest.length;
        if (bytes_next_line(&rest, line)) {
            wire->at += before - rest.length;
            return true;
        }
        if (!receive(wire)) {
            /* A line is whole or it is not there. */
            assert_int_equal(wire->in.length - wire->at, 0);
            return false;
        }
    }
}

enum status wire_answer(struct wire *wire, struct buffer *out)
{
    for (;;) {
        struct bytes line;
        struct bytes rest;
        enum answer_kind kind;
        enum status status = STATUS_ACCEPTED;
        if (!wire_line(wire, &line))
            fail_msg("the connection ended in the middle of an answer");
        if (out != NULL) {
            buffer_append(out, line);
            buffer_char(out, '\n');
        }
        assert_true(answer_open(line, &kind, &rest));
        if (kind == ANSWER_OK)
            return STATUS_ACCEPTED;
        if (kind != ANSWER_NO)
            continue;
        assert_true(status_parse(answer_find(rest, "status"), &status));
        return status;
    }
}

bool wire_fits(struct bytes text, const char *pattern)
{
    size_t length = strcspn(pattern, "*");
    if (text.length < length ||
        (length > 0 && memcmp(text.data, pattern, length) != 0))
        return false;
    text = bytes_after(text, length);
    if (pattern[length] == '\0')
        return text.length == 0;
    for (size_t i = 0; i <= text.length; i++)
        if (wire_fits(bytes_after(text, i), pattern + length + 1))
            return true;
    return false;
}

void wire_expect(struct wire *wire, const char *pattern)
{
    struct bytes line;
    if (!wire_line(wire, &line))
        fail_msg("the connection ended instead of: %s", pattern);
    if (!wire_fits(line, pattern))
        fail_msg("expected: %s\ngot:      %.*s", pattern, (int)line.length,
            (const char *)line.data);
}

void wire_expect_end(struct wire *wire)
{
    struct bytes line;
    if (wire_line(wire, &line))
        fail_msg("expected the end, got: %.*s", (int)line.length,
            (const char *)line.data);
}

void wire_ask(struct wire *wire, const char *line, const char *pattern)
{
    wire_send(wire, line);
    wire_send(wire, "\n");
    wire_expect(wire, pattern);
}

void wire_login(struct wire *wire, const struct daemon_fixture *fixture,
    const char *key)
{
    struct buffer text = buffer_empty();
    struct hash ledger = daemon_ledger(fixture);
    struct ident name = ident_of(key);
    struct challenge challenge;
    struct signature signature;
    struct keyfile file;
    struct bytes line;
    wire_send(wire, "hello\n");
    assert_true(wire_line(wire, &line));
    assert_true(base64_decode(answer_find(bytes_after(line, 3), "challenge"),
        challenge.data, sizeof challenge.data));
    open_key(fixture, key, &file);
    sign_login(&signature, &ledger, &name, &challenge, &file.secret);
    buffer_format(&text, "login key=%s sig=", key);
    base64_append(&text, bytes_of(signature.data, sizeof signature.data));
    buffer_char(&text, '\n');
    wire_send_bytes(wire, buffer_bytes(&text));
    buffer_free(&text);
    wire_expect(wire, "ok key=*");
}

uint64_t wire_order(struct wire *wire, const struct daemon_fixture *fixture,
    const char *text, const char *key)
{
    struct buffer line = buffer_empty();
    struct bytes answer;
    uint64_t index = 0;
    buffer_text(&line, text);
    daemon_sign(fixture, &line, key);
    buffer_char(&line, '\n');
    wire_send_bytes(wire, buffer_bytes(&line));
    buffer_free(&line);
    assert_true(wire_line(wire, &answer));
    if (!bytes_start_with(answer, "ok index="))
        fail_msg("%s: %.*s", text, (int)answer.length,
            (const char *)answer.data);
    assert_true(bytes_decimal(
        answer_find(bytes_after(answer, 3), "index"), NUMBER_MAX, &index));
    return index;
}
