/*
 * Many connections at once, each with many transfers under way: stopped in
 * the middle, killed in the middle, and left to finish while questions are
 * asked.
 */
#include "daemon_fixture.h"

#include "../protocol/answer.h"
#include "../protocol/sign.h"
#include "../tools/keyring_folder.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#define SENDERS 16
#define EACH ((size_t)400)

/* One connection's orders, and what was answered to each. */
struct sender {
    const struct daemon_fixture *fixture;
    pthread_t thread;
    size_t count;
    struct buffer *lines;   /* with LF */
    struct buffer *answers; /* with LF; empty: none came */
    bool broken; /* an answer that is neither ok nor stopping */
};

/* ---- preparing ---- */

struct pen {
    struct hash ledger;
    struct keyfile key;
    uint64_t next;
};

static void pen_open(struct pen *pen, const struct daemon_fixture *fixture)
{
    struct failure failure = {{0}};
    pen->ledger = daemon_ledger(fixture);
    pen->next = 1;
    assert_int_equal(
        keyring_folder_open(fixture->folder, "ana", &pen->key, &failure), 0);
}

static void pen_write(struct pen *pen, struct buffer *line)
{
    uint8_t random[10] = {0};
    uint64_t number = pen->next++;
    memcpy(random, &number, sizeof number);
    struct ulid id = ulid_make(1000, random);
    /* Round and round between three members. */
    buffer_format(line,
        "transfer from=m%d to=m%d amount=USD0.01 purpose=F id=",
        1 + (int)(number % 3), 1 + (int)((number + 1) % 3));
    ulid_append(line, &id);
    buffer_text(line, " by=ana");
    sign_order(line, &pen->ledger, &pen->key.secret);
    buffer_char(line, '\n');
}

static void prepare(struct sender *sender, struct pen *pen, size_t count,
    const struct daemon_fixture *fixture)
{
    memset(sender, 0, sizeof *sender);
    sender->fixture = fixture;
    sender->count = count;
    sender->lines = calloc(count, sizeof *sender->lines);
    sender->answers = calloc(count, sizeof *sender->answers);
    assert_true(sender->lines != NULL && sender->answers != NULL);
    for (size_t i = 0; i < count; i++) {
        sender->lines[i] = buffer_empty();
        sender->answers[i] = buffer_empty();
        pen_write(pen, &sender->lines[i]);
    }
}

static void forget(struct sender *sender)
{
    for (size_t i = 0; i < sender->count; i++) {
        buffer_free(&sender->lines[i]);
        buffer_free(&sender->answers[i]);
    }
    free(sender->lines);
    free(sender->answers);
}

/* Money to move, and the entries that brought it. */
static void fund(const struct daemon_fixture *fixture)
{
    struct wire wire;
    wire_open(&wire, fixture);
    for (int i = 1; i <= 3; i++) {
        char line[80];
        (void)snprintf(line, sizeof line,
            "deposit member=m%d via=la amount=USD5000.00 purpose=I", i);
        (void)wire_order(&wire, fixture, line, "ana");
    }
    wire_close(&wire);
}

#define FUNDED 4 /* entries: the genesis and three deposits */

/* ---- sending: no assertion, other threads ---- */

/* Keep the answer; false if it is of no kind that may come. */
static bool keep_answer(struct buffer *answer, struct bytes line)
{
    buffer_append(answer, line);
    return bytes_start_with(line, "ok index=") ||
           bytes_start_with(line, "no status=stopping ");
}

/* Take lines out of in; count them in *next. */
static void take_answers(
    struct sender *sender, struct buffer *in, size_t *next)
{
    struct bytes rest = buffer_bytes(in);
    struct bytes line;
    size_t before = rest.length;
    while (*next < sender->count && bytes_next_line(&rest, &line))
        if (!keep_answer(&sender->answers[(*next)++], line))
            sender->broken = true;
    buffer_drop_front(in, before - rest.length);
}

/* Send everything without waiting, read as it comes, until all is answered
 * or the connection is gone. */
static void *run_sender(void *context)
{
    struct sender *sender = context;
    struct wire wire;
    size_t sent = 0;
    size_t next = 0;
    wire_open(&wire, sender->fixture);
    while (next < sender->count) {
        uint8_t piece[65536];
        if (sent < sender->count) {
            struct bytes line = buffer_bytes(&sender->lines[sent]);
            ssize_t put = send(
                wire.socket, line.data, line.length, MSG_NOSIGNAL);
            sent = put == (ssize_t)line.length ? sent + 1 : sender->count;
        }
        /* Half of them go out before the first answer is waited for. */
        if (sent < sender->count / 2)
            continue;
        ssize_t got = recv(wire.socket, piece, sizeof piece,
            sent < sender->count ? MSG_DONTWAIT : 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            break;
        buffer_append(&wire.in, bytes_of(piece, (size_t)got));
        take_answers(sender, &wire.in, &next);
    }
    wire_close(&wire);
    return NULL;
}

static void start_senders(struct sender *senders, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&senders[i].thread, NULL, run_sender,
                             &senders[i]), 0);
}

static size_t join_senders(struct sender *senders, size_t count)
{
    size_t accepted = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_join(senders[i].thread, NULL), 0);
        assert_false(senders[i].broken);
        for (size_t j = 0; j < senders[i].count; j++)
            accepted += bytes_start_with(
                buffer_bytes(&senders[i].answers[j]), "ok ");
    }
    return accepted;
}

static void pause_ms(int ms)
{
    const struct timespec wait = {ms / 1000, ms % 1000 * 1000000L};
    (void)nanosleep(&wait, NULL);
}

static size_t size_of(const struct daemon_fixture *fixture)
{
    struct wire wire;
    struct bytes line;
    uint64_t size = 0;
    wire_open(&wire, fixture);
    wire_send(&wire, "status\n");
    assert_true(wire_line(&wire, &line));
    assert_true(bytes_decimal(
        answer_find(bytes_after(line, 3), "size"), NUMBER_MAX, &size));
    wire_close(&wire);
    return (size_t)size;
}

/* Send every line again: what was answered ok gets the same bytes, the
 * others are decided now. */
static void send_again(struct sender *senders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct wire wire;
        wire_open(&wire, senders[i].fixture);
        for (size_t j = 0; j < senders[i].count; j++) {
            struct bytes line;
            struct bytes first = buffer_bytes(&senders[i].answers[j]);
            wire_send_bytes(&wire, buffer_bytes(&senders[i].lines[j]));
            assert_true(wire_line(&wire, &line));
            assert_true(bytes_start_with(line, "ok index="));
            if (bytes_start_with(first, "ok "))
                assert_true(bytes_equal(first, line));
        }
        wire_close(&wire);
    }
}

/* Transfers only move money: the sum stands. */
static void expect_sum(const struct daemon_fixture *fixture)
{
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    wire_send(&wire, "trial book=us\n");
    wire_expect(&wire, "row role=drawer * balance=USD15000.00");
    wire_expect(&wire, "row role=share * balance=USD15000.00");
    wire_expect(&wire, "row total=USD *");
    wire_expect(&wire, "ok *");
    wire_close(&wire);
}

/* ---- the tests ---- */

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

/* SIGTERM in the middle: whatever was decided was answered, whatever was
 * not is not there. */
static void test_stop_under_load(void **state)
{
    struct daemon_fixture *fixture = *state;
    struct sender senders[SENDERS];
    struct pen pen;
    pen_open(&pen, fixture);
    daemon_start(fixture, NULL);
    fund(fixture);
    for (size_t i = 0; i < SENDERS; i++)
        prepare(&senders[i], &pen, EACH, fixture);
    start_senders(senders, SENDERS);
    while (size_of(fixture) <= FUNDED)
        pause_ms(1);
    assert_int_equal(kill(fixture->pid, SIGTERM), 0);
    /* A second one does not shorten the finishing. */
    (void)kill(fixture->pid, SIGTERM);
    assert_int_equal(daemon_wait(fixture, 30000), 0);
    size_t accepted = join_senders(senders, SENDERS);
    assert_in_range(accepted, 1, SENDERS * EACH - 1);
    daemon_start(fixture, NULL);
    assert_int_equal(size_of(fixture), FUNDED + accepted);
    assert_true(daemon_said(fixture, " 0 of them replayed"));
    expect_sum(fixture);
    send_again(senders, SENDERS);
    assert_int_equal(size_of(fixture), FUNDED + SENDERS * EACH);
    expect_sum(fixture);
    assert_int_equal(daemon_stop(fixture), 0);
    for (size_t i = 0; i < SENDERS; i++)
        forget(&senders[i]);
}

/* SIGKILL in the middle, several times, with small bounds so that groups,
 * segments and saves of the state are cut through. */
static void test_kill_under_load(void **state)
{
    static const char *const options[] = {"segment-bytes=1MiB",
        "save-bytes=65536", "cache-bytes=1", "group-count=50", NULL};
    struct daemon_fixture *fixture = *state;
    struct sender senders[SENDERS];
    struct pen pen;
    pen_open(&pen, fixture);
    daemon_start(fixture, options);
    fund(fixture);
    for (int round = 0; round < 6; round++) {
        for (size_t i = 0; i < SENDERS; i++)
            prepare(&senders[i], &pen, 100, fixture);
        size_t before = size_of(fixture);
        start_senders(senders, SENDERS);
        pause_ms(5 + 7 * round);
        daemon_kill(fixture);
        size_t accepted = join_senders(senders, SENDERS);
        daemon_start(fixture, options);
        assert_true(size_of(fixture) >= before + accepted);
        send_again(senders, SENDERS);
        assert_int_equal(size_of(fixture), before + SENDERS * 100);
        expect_sum(fixture);
        for (size_t i = 0; i < SENDERS; i++)
            forget(&senders[i]);
    }
    assert_int_equal(daemon_stop(fixture), 0);
}

/* 64 connections with all their transfers under way, questions between;
 * a delayed group, and save after save. */
static void run_bank(struct daemon_fixture *fixture,
    const char *const *options, size_t each)
{
    enum { CONNECTIONS = 64 };
    static struct sender senders[CONNECTIONS];
    struct pen pen;
    pen_open(&pen, fixture);
    daemon_start(fixture, options);
    fund(fixture);
    for (size_t i = 0; i < CONNECTIONS; i++)
        prepare(&senders[i], &pen, each, fixture);
    start_senders(senders, CONNECTIONS);
    for (int i = 0; i < 20; i++)
        expect_sum(fixture);
    assert_int_equal(join_senders(senders, CONNECTIONS), CONNECTIONS * each);
    expect_sum(fixture);
    assert_int_equal(size_of(fixture), FUNDED + CONNECTIONS * each);
    assert_int_equal(daemon_stop(fixture), 0);
    for (size_t i = 0; i < CONNECTIONS; i++)
        forget(&senders[i]);
}

static size_t bank_size(void)
{
    return getenv("POSITO_LONG") != NULL ? 1563 : 100;
}

static void test_bank(void **state)
{
    run_bank(*state, NULL, bank_size());
}

static void test_bank_with_multiples(void **state)
{
    static const char *const options[] = {"key-multiples=8", NULL};
    run_bank(*state, options, bank_size());
}

/* A key whose signatures are checked by its multiples: each forged one of
 * those between its sound ones is refused. */
static void test_forged_beside_multiples(void **state)
{
    enum { ROUNDS = 60 };
    static const char *const options[] = {"key-multiples=8", NULL};
    struct daemon_fixture *fixture = *state;
    struct pen pen;
    struct wire wire;
    pen_open(&pen, fixture);
    daemon_start(fixture, options);
    fund(fixture);
    wire_open(&wire, fixture);
    for (size_t i = 0; i < ROUNDS; i++) {
        struct buffer line = buffer_empty();
        pen_write(&pen, &line);
        /* One of the signature's 86 digits, the last one aside. */
        uint8_t *digit = line.data + line.length - 5 - i % 85;
        uint8_t was = *digit;
        *digit = was == 'A' ? 'B' : 'A';
        wire_send_bytes(&wire, buffer_bytes(&line));
        wire_expect(&wire, "no status=bad-signature *");
        *digit = was;
        wire_send_bytes(&wire, buffer_bytes(&line));
        wire_expect(&wire, "ok index=*");
        buffer_free(&line);
    }
    wire_close(&wire);
    assert_int_equal(size_of(fixture), FUNDED + ROUNDS);
    expect_sum(fixture);
    assert_int_equal(daemon_stop(fixture), 0);
}

static void test_bank_with_small_bounds(void **state)
{
    static const char *const options[] = {"group-delay-us=500",
        "group-count=7", "save-bytes=65536", "cache-bytes=1", "save-ms=10",
        "workers=1",
        "queue-requests=3", "segment-bytes=1MiB", NULL};
    run_bank(*state, options, bank_size());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_stop_under_load, found, remove_all),
        cmocka_unit_test_setup_teardown(
            test_kill_under_load, found, remove_all),
        cmocka_unit_test_setup_teardown(test_bank, found, remove_all),
        cmocka_unit_test_setup_teardown(
            test_bank_with_multiples, found, remove_all),
        cmocka_unit_test_setup_teardown(
            test_forged_beside_multiples, found, remove_all),
        cmocka_unit_test_setup_teardown(
            test_bank_with_small_bounds, found, remove_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
