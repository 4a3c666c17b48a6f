/*
 * What a user's order goes through when the connection breaks: the same
 * bytes again, once; then the line is handed to the user.
 */
#include "../tools/keystore.h"
#include "../tools/session.h"

#include "scratch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GREETING                                                 \
    "ok ledger=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= "   \
    "origin=posito.example/us "                                  \
    "challenge=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= "    \
    "version=1 time=2026-11-23T22:20:23.123Z\n"

/* Two connections: each greets, hears one line, says its reply (or nothing)
 * and closes. */
struct server {
    int listening;
    pthread_t thread;
    const char *reply[2];
    struct buffer heard[2];
};

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

static void *serve(void *context)
{
    struct server *server = context;
    struct buffer hello = buffer_empty();
    for (size_t i = 0; i < 2; i++) {
        struct pollfd ready = {.fd = server->listening, .events = POLLIN};
        if (poll(&ready, 1, i == 0 ? 5000 : 1000) != 1)
            break;
        int fd = accept(server->listening, NULL, NULL);
        if (fd < 0)
            break;
        if (hear_line(fd, &hello))
            (void)send(fd, GREETING, strlen(GREETING), MSG_NOSIGNAL);
        if (hear_line(fd, &server->heard[i]) && server->reply[i] != NULL)
            (void)send(fd, server->reply[i], strlen(server->reply[i]),
                MSG_NOSIGNAL);
        (void)close(fd);
    }
    buffer_free(&hello);
    return NULL;
}

struct scene {
    struct server server;
    struct settings settings;
    struct session session;
    char folder[PATH_MAX];
    char *out;
    char *errors;
    size_t out_length;
    size_t errors_length;
};

static void listen_somewhere(struct scene *scene)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(
        bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(
        getsockname(fd, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(scene->settings.address, sizeof scene->settings.address,
        "127.0.0.1:%d", ntohs(address.sin_port));
    scene->server.listening = fd;
}

static enum outcome run(struct scene *scene)
{
    static const char *const words[] = {"deposit", "member=m1", "via=la",
        "amount=USD1.00", "purpose=F"};
    struct failure failure = {{0}};
    struct passphrase_source open_key = {.none = true};
    struct keyfile key;
    scratch_make(scene->folder);
    scratch_join(scene->settings.key_file, scene->folder, "ana.key");
    keystore_generate(&key, bytes_text("ana"));
    assert_int_equal(keystore_create(scene->settings.key_file, &key,
                         &open_key, &failure),
        0);
    listen_somewhere(scene);
    assert_int_equal(pthread_create(&scene->server.thread, NULL, serve,
                         &scene->server),
        0);
    session_begin(&scene->session, &scene->settings);
    scene->session.show.out =
        open_memstream(&scene->out, &scene->out_length);
    scene->session.show.errors =
        open_memstream(&scene->errors, &scene->errors_length);
    enum outcome outcome = session_run(&scene->session, words, 5);
    (void)fclose(scene->session.show.out);
    (void)fclose(scene->session.show.errors);
    session_end(&scene->session);
    assert_int_equal(pthread_join(scene->server.thread, NULL), 0);
    return outcome;
}

static void end_scene(struct scene *scene)
{
    (void)close(scene->server.listening);
    for (size_t i = 0; i < 2; i++)
        buffer_free(&scene->server.heard[i]);
    scratch_remove(scene->folder);
    free(scene->out);
    free(scene->errors);
}

static void test_sent_again(void **state)
{
    struct scene scene = {.server.reply = {NULL,
                              "ok index=7 time=2026-11-23T22:20:23.123Z "
                              "date=2026-11-23\n"}};
    (void)state;
    assert_int_equal(run(&scene), OUTCOME_ACCEPTED);
    assert_string_equal(scene.out,
        "Done: entry 7, business date 2026-11-23, "
        "2026-11-23T22:20:23.123Z.\n");
    assert_string_equal(scene.errors, "");
    struct bytes first = buffer_bytes(&scene.server.heard[0]);
    assert_true(bytes_start_with(first, "deposit member=m1 "));
    assert_true(
        bytes_equal(first, buffer_bytes(&scene.server.heard[1])));
    end_scene(&scene);
}

static void test_handed_over(void **state)
{
    struct scene scene = {.server.reply = {NULL, NULL}};
    char expected[600];
    (void)state;
    assert_int_equal(run(&scene), OUTCOME_FAILED);
    assert_string_equal(scene.out, "");
    struct bytes line = buffer_bytes(&scene.server.heard[1]);
    assert_true(line.length > 100);
    (void)snprintf(expected, sizeof expected, "posito send '%.*s'\n",
        (int)line.length - 1, (const char *)line.data);
    if (strstr(scene.errors, expected) == NULL)
        fail_msg("%s", scene.errors);
    end_scene(&scene);
}

/* A refusal is an answer: nothing is sent again. */
static void test_refused_once(void **state)
{
    struct scene scene = {
        .server.reply = {"no status=insufficient-funds number=500 text=x\n",
            NULL}};
    (void)state;
    assert_int_equal(run(&scene), OUTCOME_REFUSED);
    assert_int_equal(scene.server.heard[1].length, 0);
    assert_non_null(strstr(scene.errors, "insufficient-funds 500"));
    end_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent_again),
        cmocka_unit_test(test_handed_over),
        cmocka_unit_test(test_refused_once),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
