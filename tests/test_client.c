/*
 * The client against a server that does what it is told, good and bad.
 */
#include <posito/client.h>
#include <posito/encoding.h>

#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GREETING                                                 \
    "ok ledger=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= "   \
    "origin=posito.example/us "                                  \
    "challenge=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= "    \
    "version=1 time=2026-11-23T22:20:23.123Z\n"

#define PIPELINED 200000

/* One connection: for each line that comes in, the next reply. */
struct server {
    int listening;
    char address[64];
    pthread_t thread;
    const char *const *replies; /* ends in NULL: then it closes */
    bool echo;                  /* after the replies: "ok" to every line */
    bool linger; /* after the replies: stay silent instead of closing */
    uint64_t lines;
    struct buffer received;
};

static void say_all(int fd, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t done = send(fd, text, length, MSG_NOSIGNAL);
        if (done <= 0)
            return;
        text += done;
        length -= (size_t)done;
    }
}

/* Reads a line a byte at a time: the tests are small where this is used. */
static bool hear_line(int fd, struct buffer *out)
{
    char c = 0;
    while (c != '\n') {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, 5000) != 1 || recv(fd, &c, 1, 0) != 1)
            return false;
        buffer_char(out, c);
    }
    return true;
}

static void echo(struct server *server, int fd)
{
    static char block[65536];
    static char answers[3 * sizeof block];
    ssize_t got;
    while ((got = recv(fd, block, sizeof block, 0)) > 0) {
        size_t length = 0;
        for (ssize_t i = 0; i < got; i++) {
            if (block[i] != '\n')
                continue;
            server->lines++;
            memcpy(answers + length, "ok\n", 3);
            length += 3;
        }
        for (size_t done = 0; done < length;) {
            ssize_t sent =
                send(fd, answers + done, length - done, MSG_NOSIGNAL);
            if (sent <= 0)
                return;
            done += (size_t)sent;
        }
    }
}

static void *serve(void *context)
{
    struct server *server = context;
    int fd = accept(server->listening, NULL, NULL);
    if (fd < 0)
        return NULL;
    for (size_t i = 0; server->replies[i] != NULL; i++) {
        if (!hear_line(fd, &server->received))
            break;
        say_all(fd, server->replies[i]);
    }
    if (server->echo)
        echo(server, fd);
    while (server->linger && hear_line(fd, &server->received))
        ;
    (void)close(fd);
    return NULL;
}

static void start(struct server *server, const char *const *replies)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->replies = replies;
    server->received = buffer_empty();
    server->listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listening >= 0);
    assert_int_equal(bind(server->listening, (struct sockaddr *)&address,
                         sizeof address),
        0);
    assert_int_equal(listen(server->listening, 4), 0);
    assert_int_equal(getsockname(server->listening,
                         (struct sockaddr *)&address, &length),
        0);
    (void)snprintf(server->address, sizeof server->address, "127.0.0.1:%d",
        ntohs(address.sin_port));
    assert_int_equal(
        pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct server *server)
{
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    (void)close(server->listening);
    buffer_free(&server->received);
}

static struct client *connect_to(const struct server *server)
{
    struct client *client = NULL;
    struct failure failure = {{0}};
    if (client_connect(&client, server->address, 3000, &failure) != 0)
        fail_msg("%s", failure.text);
    return client;
}

/* ---- tests ---- */

static void test_greeting_and_answer(void **state)
{
    static const char *const replies[] = {GREETING,
        "row entry=1 amount=USD1.00\n| verbatim\nok rows=1\n",
        "no status=insufficient-funds number=500 field=amount text=Too "
        "small.\n",
        NULL};
    struct server server = {0};
    struct failure failure = {{0}};
    struct buffer answer = buffer_empty();
    enum status status;
    (void)state;
    start(&server, replies);
    struct client *client = connect_to(&server);
    assert_string_equal(client_origin(client), "posito.example/us");
    assert_int_equal(client_ledger(client)->data[31], 31);
    assert_int_equal(client_ask(client, bytes_text("history x"),
                         bytes_of(NULL, 0), &answer, &status, &failure),
        0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_true(bytes_equal_text(buffer_bytes(&answer), replies[1]));
    buffer_clear(&answer);
    assert_int_equal(client_ask(client, bytes_text("withdraw"),
                         bytes_of(NULL, 0), &answer, &status, &failure),
        0);
    assert_int_equal(status, STATUS_INSUFFICIENT);
    client_close(client);
    buffer_free(&answer);
    stop(&server);
}

/* A login over the challenge of the greeting; a second one asks anew. */
static void test_login(void **state)
{
    static const char *const replies[] = {GREETING, "ok key=a kind=teller\n",
        GREETING, "no status=bad-signature number=201 text=x\n", NULL};
    struct server server = {0};
    struct failure failure = {{0}};
    struct secret_key secret;
    struct public_key public_key;
    struct ident name = ident_of("a");
    struct challenge challenge;
    struct signature signature;
    enum status status;
    (void)state;
    (void)crypto_sign_keypair(public_key.data, secret.data);
    start(&server, replies);
    struct client *client = connect_to(&server);
    assert_int_equal(
        client_login(client, &name, &secret, &status, &failure), 0);
    assert_int_equal(status, STATUS_ACCEPTED);
    assert_int_equal(
        client_login(client, &name, &secret, &status, &failure), 0);
    assert_int_equal(status, STATUS_BAD_SIGNATURE);
    struct hash ledger = *client_ledger(client);
    client_close(client);
    assert_int_equal(pthread_join(server.thread, NULL), 0);

    struct bytes rest = buffer_bytes(&server.received);
    struct bytes line;
    assert_true(bytes_next_line(&rest, &line));
    assert_true(bytes_equal_text(line, "hello"));
    assert_true(bytes_next_line(&rest, &line));
    assert_true(bytes_start_with(line, "login key=a sig="));
    assert_true(
        base64_decode(bytes_after(line, 16), signature.data, 64));
    memset(challenge.data, 1, sizeof challenge.data);
    assert_true(sign_check_login(
        &signature, &ledger, &name, &challenge, &public_key));
    assert_true(bytes_next_line(&rest, &line));
    assert_true(bytes_equal_text(line, "hello"));
    (void)close(server.listening);
    buffer_free(&server.received);
}

static void test_sign(void **state)
{
    static const char *const replies[] = {GREETING, NULL};
    struct server server = {0};
    struct failure failure = {{0}};
    struct secret_key secret;
    struct public_key public_key;
    struct ident name = ident_of("la.ana");
    struct buffer line = buffer_empty();
    struct operation operation;
    struct fault fault;
    (void)state;
    (void)crypto_sign_keypair(public_key.data, secret.data);
    start(&server, replies);
    struct client *client = connect_to(&server);
    buffer_text(&line, "release hold=7");
    assert_int_equal(
        client_sign(client, &line, &name, &secret, &failure), 0);
    assert_true(codec_decode(
        buffer_bytes(&line), CODEC_REQUEST, &operation, &fault));
    assert_true(ident_equal(&operation.by, &name));
    assert_true(sign_check_order(buffer_bytes(&line), &operation,
        client_ledger(client), &public_key, NULL));
    buffer_clear(&line);
    for (size_t i = 0; i < LINE_LENGTH_MAX - 100; i++)
        buffer_char(&line, 'x');
    assert_int_equal(
        client_sign(client, &line, &name, &secret, &failure), -1);
    client_close(client);
    buffer_free(&line);
    stop(&server);
}

/* More requests than any socket buffers: neither side waits for ever. */
static void test_pipelining(void **state)
{
    static const char *const replies[] = {GREETING, NULL};
    struct server server = {.echo = true};
    struct failure failure = {{0}};
    struct bytes line;
    struct bytes none = bytes_of(NULL, 0);
    bool last;
    (void)state;
    start(&server, replies);
    struct client *client = connect_to(&server);
    for (size_t i = 0; i < PIPELINED; i++)
        assert_int_equal(client_send(client,
                             bytes_text("status of a line that is rather "
                                        "long, as orders are"),
                             none, &failure),
            0);
    for (size_t i = 0; i < PIPELINED; i++) {
        if (client_read(client, &line, &last, &failure) != 0)
            fail_msg("%s", failure.text);
        assert_true(last && bytes_equal_text(line, "ok"));
    }
    client_close(client);
    stop(&server);
    assert_int_equal(server.lines, PIPELINED);
}

/* What a server may do wrong, at the greeting. */
static void test_bad_greetings(void **state)
{
    /* reply, part of the failure */
    static const char *const rows[][2] = {
        {"", "closed the connection"},
        {"HTTP/1.1 400 Bad Request\n", "does not speak this protocol"},
        {"ok\n", "does not speak this protocol"},
        {"ok ledger=AA== origin=x challenge=AA==\n",
            "does not speak this protocol"},
        {"row a=1\nok origin=x\n", "does not speak this protocol"},
        {"no status=too-many-connections number=904 text=x\n",
            "too many connections"},
        {"no status=from-the-future number=999 text=x\n",
            "from-the-future"},
        {"no\n", "does not know"},
        {"ok ledger=AAECAwQ", "closed the connection"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const replies[] = {rows[i][0], NULL};
        struct server server = {0};
        struct failure failure = {{0}};
        struct client *client = NULL;
        start(&server, replies);
        assert_int_equal(
            client_connect(&client, server.address, 3000, &failure), -1);
        assert_null(client);
        if (strstr(failure.text, rows[i][1]) == NULL)
            fail_msg("%s: %s", rows[i][0], failure.text);
        stop(&server);
    }
}

static void test_silence(void **state)
{
    static const char *const replies[] = {GREETING, NULL};
    struct server server = {.linger = true};
    struct failure failure = {{0}};
    struct buffer answer = buffer_empty();
    enum status status;
    (void)state;
    start(&server, replies);
    struct client *client = connect_to(&server);
    client_set_timeout(client, 50);
    assert_int_equal(client_ask(client, bytes_text("status"),
                         bytes_of(NULL, 0), &answer, &status, &failure),
        -1);
    assert_non_null(strstr(failure.text, "within 50 ms"));
    client_close(client);
    buffer_free(&answer);
    stop(&server);
}

/* A line that never ends does not fill the memory. */
static void test_endless_line(void **state)
{
    static char endless[300000];
    const char *const replies[] = {GREETING, endless, NULL};
    struct server server = {0};
    struct failure failure = {{0}};
    struct buffer answer = buffer_empty();
    enum status status;
    (void)state;
    memset(endless, 'x', sizeof endless - 1);
    start(&server, replies);
    struct client *client = connect_to(&server);
    assert_int_equal(client_ask(client, bytes_text("status"),
                         bytes_of(NULL, 0), &answer, &status, &failure),
        -1);
    assert_non_null(strstr(failure.text, "without end"));
    client_close(client);
    buffer_free(&answer);
    stop(&server);
}

static void test_addresses(void **state)
{
    static const char *const bad[] = {"", ":", "localhost", "localhost:",
        ":7733", "::1:7733", "[::1]", "[]:7733", "127.0.0.1:99999999999999",
        "no.such.host.invalid:1"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct failure failure = {{0}};
        struct client *client = NULL;
        assert_int_equal(
            client_connect(&client, bad[i], 500, &failure), -1);
        assert_null(client);
        assert_true(failure.text[0] != '\0');
    }
    client_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greeting_and_answer),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_sign),
        cmocka_unit_test(test_pipelining),
        cmocka_unit_test(test_bad_greetings),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_endless_line),
        cmocka_unit_test(test_addresses),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
