/*
 * Questions about the journal, and batches, over real sockets: receipts
 * and proofs are checked as a stranger would, follow goes on as the
 * journal grows.
 */
#include "daemon_fixture.h"

#include "../protocol/answer.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEPOSIT "deposit member=m1 via=la amount=USD1.00 purpose=I"

static struct daemon_fixture *fixture_of(void **state)
{
    return *state;
}

static int start(void **state)
{
    struct daemon_fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    daemon_found(fixture);
    daemon_start(fixture, NULL);
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

/* The verbatim lines of an answer, without their "| ". */
static void read_verbatim(struct wire *wire, size_t lines, struct buffer *out)
{
    struct bytes line;
    for (size_t i = 0; lines == 0 || i < lines; i++) {
        assert_true(wire_line(wire, &line));
        if (bytes_equal_text(line, "ok")) {
            assert_int_equal(lines, 0);
            return;
        }
        assert_true(bytes_start_with(line, "| "));
        buffer_append(out, bytes_after(line, 2));
        buffer_char(out, '\n');
    }
}

/* "row index=N lines=M" and M lines. */
static void read_entry(
    struct wire *wire, uint64_t index, struct buffer *lines)
{
    struct bytes line;
    uint64_t found;
    uint64_t count;
    assert_true(wire_line(wire, &line));
    assert_true(bytes_start_with(line, "row index="));
    line = bytes_after(line, 4);
    assert_true(
        bytes_decimal(answer_find(line, "index"), NUMBER_MAX, &found));
    assert_int_equal(found, index);
    assert_true(
        bytes_decimal(answer_find(line, "lines"), NUMBER_MAX, &count));
    read_verbatim(wire, (size_t)count, lines);
}

/* ---- receipts and proofs ---- */

static void ask_checkpoint(struct wire *wire,
    const struct daemon_fixture *fixture, struct checkpoint *out)
{
    struct note_key key;
    struct buffer note = buffer_empty();
    daemon_log_key(fixture, &key);
    wire_send(wire, "checkpoint\n");
    read_verbatim(wire, 0, &note);
    assert_int_equal(
        checkpoint_open(buffer_bytes(&note), &key, out), NOTE_VALID);
    buffer_free(&note);
}

static void check_receipt(struct wire *wire,
    const struct daemon_fixture *fixture, uint64_t index)
{
    char line[64];
    struct note_key key;
    struct checkpoint checkpoint;
    struct receipt receipt;
    struct buffer leaf = buffer_empty();
    struct buffer text = buffer_empty();
    daemon_log_key(fixture, &key);
    (void)snprintf(line, sizeof line, "receipt index=%u\n", (unsigned)index);
    wire_send(wire, line);
    read_entry(wire, index, &leaf);
    read_verbatim(wire, 0, &text);
    assert_true(receipt_parse(buffer_bytes(&text), &receipt));
    assert_int_equal(receipt.index, index);
    assert_int_equal(
        checkpoint_open(receipt.note, &key, &checkpoint), NOTE_VALID);
    assert_true(checkpoint.size > index);
    struct hash hash = merkle_leaf(buffer_bytes(&leaf));
    assert_true(merkle_check_inclusion(&hash, index, checkpoint.size,
        &receipt.path, &checkpoint.root));
    /* Another leaf is not in the tree. */
    leaf.data[leaf.length / 2] ^= 1;
    hash = merkle_leaf(buffer_bytes(&leaf));
    assert_false(merkle_check_inclusion(&hash, index, checkpoint.size,
        &receipt.path, &checkpoint.root));
    buffer_free(&leaf);
    buffer_free(&text);
}

static void test_receipts(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    for (int i = 0; i < 20; i++)
        (void)wire_order(&wire, fixture, DEPOSIT, "ana");
    for (uint64_t i = 0; i <= 20; i++)
        check_receipt(&wire, fixture, i);
    wire_ask(&wire, "receipt index=999999",
        "no status=beyond-end number=800 field=index *");
    wire_close(&wire);
}

/* A receipt in the same write as the order it is about: it waits until the
 * journal has the entry. */
static void test_receipt_waits(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer lines = buffer_empty();
    struct checkpoint before;
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    ask_checkpoint(&wire, fixture, &before);
    for (int i = 0; i < 10; i++) {
        struct buffer line = buffer_empty();
        buffer_text(&line, DEPOSIT);
        daemon_sign(fixture, &line, "ana");
        buffer_append(&lines, buffer_bytes(&line));
        buffer_char(&lines, '\n');
        buffer_free(&line);
    }
    buffer_format(
        &lines, "receipt index=%u\n", (unsigned)before.size + 9);
    wire_send_bytes(&wire, buffer_bytes(&lines));
    for (int i = 0; i < 10; i++)
        wire_expect(&wire, "ok index=*");
    wire_expect(&wire, "row index=* lines=*");
    assert_int_equal(wire_answer(&wire, NULL), STATUS_ACCEPTED);
    buffer_free(&lines);
    wire_close(&wire);
}

static void read_path(struct wire *wire, struct merkle_path *path)
{
    struct buffer text = buffer_empty();
    struct bytes line;
    path->count = 0;
    read_verbatim(wire, 0, &text);
    struct bytes rest = buffer_bytes(&text);
    while (bytes_next_line(&rest, &line)) {
        assert_true(path->count < MERKLE_PATH_MAX);
        assert_true(base64_decode(line, path->hash[path->count].data, 32));
        path->count++;
    }
    buffer_free(&text);
}

static void test_consistency(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct checkpoint old;
    struct checkpoint new;
    struct merkle_path path;
    char line[64];
    struct wire wire;
    wire_open(&wire, fixture);
    for (int i = 0; i < 12; i++) {
        ask_checkpoint(&wire, fixture, &old);
        for (int j = 0; j <= i; j++)
            (void)wire_order(&wire, fixture, DEPOSIT, "ana");
        ask_checkpoint(&wire, fixture, &new);
        (void)snprintf(line, sizeof line, "consistency from=%u to=%u\n",
            (unsigned)old.size, (unsigned)new.size);
        wire_send(&wire, line);
        read_path(&wire, &path);
        assert_true(merkle_check_consistency(
            old.size, &old.root, new.size, &new.root, &path));
        old.root.data[0] ^= 1;
        assert_false(merkle_check_consistency(
            old.size, &old.root, new.size, &new.root, &path));
    }
    wire_ask(&wire, "consistency from=0 to=1", "ok");
    wire_ask(&wire, "consistency from=1 to=1", "ok");
    wire_ask(&wire, "consistency from=2 to=1", "no status=bad-range *");
    wire_ask(&wire, "consistency from=1 to=99999", "no status=beyond-end *");
    wire_close(&wire);
}

/* ---- follow ---- */

static void test_follow_to_an_entry(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer lines = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "aud");
    wire_send(&wire, "follow from=0 to=3\nstatus\n");
    for (uint64_t i = 0; i <= 3; i++)
        read_entry(&wire, i, &lines);
    wire_expect(&wire, "ok");
    wire_expect(&wire, "ok size=*");
    /* The genesis came with its body. */
    assert_true(wire_fits(buffer_bytes(&lines), "0 *genesis *key-add *"));
    wire_ask(&wire, "follow from=3 to=2", "no status=bad-range *");
    wire_ask(&wire, "follow from=999999", "no status=beyond-end *");
    buffer_free(&lines);
    wire_close(&wire);
}

/* It goes on as entries become durable, until another request comes. */
static void test_follow_live(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer lines = buffer_empty();
    struct checkpoint now;
    struct wire follower;
    struct wire teller;
    char line[64];
    wire_open(&follower, fixture);
    wire_open(&teller, fixture);
    wire_login(&follower, fixture, "aud");
    ask_checkpoint(&teller, fixture, &now);
    (void)snprintf(
        line, sizeof line, "follow from=%u\n", (unsigned)now.size);
    wire_send(&follower, line);
    assert_false(wire_has(&follower, 50));
    for (uint64_t i = 0; i < 20; i++) {
        assert_int_equal(
            wire_order(&teller, fixture, DEPOSIT, "ana"), now.size + i);
        read_entry(&follower, now.size + i, &lines);
    }
    assert_false(wire_has(&follower, 50));
    wire_send(&follower, "status\n");
    wire_expect(&follower, "ok");
    wire_expect(&follower, "ok size=*");
    /* And it does not go on after that. */
    (void)wire_order(&teller, fixture, DEPOSIT, "ana");
    assert_false(wire_has(&follower, 50));
    buffer_free(&lines);
    wire_close(&follower);
    wire_close(&teller);
}

/* All that is there, then the end of input: as with nc. */
static void test_follow_to_the_end_of_input(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct checkpoint now;
    struct wire wire;
    wire_open(&wire, fixture);
    ask_checkpoint(&wire, fixture, &now);
    wire_login(&wire, fixture, "aud");
    wire_send(&wire, "follow from=0\n");
    wire_shut(&wire);
    for (uint64_t i = 0; i < now.size; i++) {
        struct buffer lines = buffer_empty();
        read_entry(&wire, i, &lines);
        buffer_free(&lines);
    }
    wire_expect(&wire, "ok");
    wire_expect_end(&wire);
    wire_close(&wire);
}

/* ---- batches ---- */

#define GOOD "deposit member=m2 via=la amount=USD1.00 purpose=I\n"
#define POOR "transfer from=m4 to=m1 amount=USD1.00 purpose=I\n"
#define BROKEN "deposit member=m2 via=la amount=USD1 purpose=I\n"

static void send_batch(struct wire *wire,
    const struct daemon_fixture *fixture, const char *mode, const char *body)
{
    struct buffer line = buffer_empty();
    daemon_batch(fixture, &line, mode, bytes_text(body), "ana");
    buffer_char(&line, '\n');
    buffer_text(&line, body);
    wire_send_bytes(wire, buffer_bytes(&line));
    buffer_free(&line);
}

static void test_batches(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    wire_login(&wire, fixture, "ana");
    send_batch(&wire, fixture, "all", GOOD GOOD GOOD);
    wire_expect(&wire, "ok index=* time=* date=2026-03-02 accepted=3 "
                       "refused=0");
    wire_ask(&wire, "balance account=us/m2/share/USD", "* balance=USD3.00 *");
    send_batch(&wire, fixture, "all", GOOD POOR GOOD);
    wire_expect(&wire, "row line=2 status=insufficient-funds number=500 "
                       "text=The available balance is too small.");
    wire_expect(&wire, "no status=line-refused number=702 line=2 text=*");
    wire_ask(&wire, "balance account=us/m2/share/USD", "* balance=USD3.00 *");
    send_batch(&wire, fixture, "each", POOR GOOD BROKEN GOOD);
    wire_expect(&wire, "row line=1 status=insufficient-funds number=500 *");
    wire_expect(&wire, "row line=3 status=wrong-digits number=110 *");
    wire_expect(&wire, "ok index=* accepted=2 refused=2");
    wire_ask(&wire, "balance account=us/m2/share/USD", "* balance=USD5.00 *");
    wire_close(&wire);
}

/* The body of one batch may not be that of another. */
static void test_batch_with_another_body(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer line = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture);
    daemon_batch(fixture, &line, "all", bytes_text(GOOD GOOD), "ana");
    buffer_text(&line, "\n" GOOD POOR "status\n");
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_expect(&wire, "no status=bad-body number=700 *");
    wire_expect(&wire, "ok size=*");
    buffer_free(&line);
    wire_close(&wire);
}

/* What follows cannot be told apart: answered, then closed. */
static void test_batch_line_that_does_not_decode(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct wire wire;
    wire_open(&wire, fixture);
    wire_send(&wire, "status\nbatch mode=some lines=2\n" GOOD GOOD);
    wire_expect(&wire, "ok size=*");
    wire_expect(&wire, "no status=missing-field number=107 *");
    wire_expect_end(&wire);
    wire_close(&wire);
}

/* A batch that is refused, here for its signature: the body is dropped,
 * the next request answered. */
static void test_batch_refused_by_its_signature(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer line = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture);
    daemon_batch(fixture, &line, "all", bytes_text(GOOD), "ana");
    line.data[line.length - 10] =
        line.data[line.length - 10] == 'A' ? 'B' : 'A';
    buffer_text(&line, "\n" GOOD "status\n");
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_expect(&wire, "no status=bad-signature number=201 *");
    wire_expect(&wire, "ok size=*");
    buffer_free(&line);
    wire_close(&wire);
}

/* The client goes away in the middle of a body: nothing happens. */
static void test_batch_cut_off(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct checkpoint before;
    struct checkpoint after;
    struct wire wire;
    struct wire other;
    wire_open(&other, fixture);
    ask_checkpoint(&other, fixture, &before);
    for (size_t cut = 1; cut < 60; cut += 7) {
        struct buffer line = buffer_empty();
        wire_open(&wire, fixture);
        daemon_batch(fixture, &line, "all", bytes_text(GOOD GOOD), "ana");
        buffer_text(&line, "\n" GOOD GOOD);
        buffer_truncate(&line, line.length - cut);
        wire_send_bytes(&wire, buffer_bytes(&line));
        if (cut % 2 == 0) {
            wire_shut(&wire);
            wire_expect_end(&wire);
        }
        wire_close(&wire);
        buffer_free(&line);
    }
    ask_checkpoint(&other, fixture, &after);
    assert_int_equal(before.size, after.size);
    wire_close(&other);
}

/* 10,000 lines, above 2 MiB: read to its end, refused, and on it goes. */
static void test_body_too_large(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer body = buffer_empty();
    struct buffer line = buffer_empty();
    struct wire wire;
    wire_open(&wire, fixture);
    for (int i = 0; i < 10000; i++) {
        for (int j = 0; j < 299; j++)
            buffer_char(&body, 'x');
        buffer_char(&body, '\n');
    }
    daemon_batch(fixture, &line, "each", buffer_bytes(&body), "ana");
    buffer_char(&line, '\n');
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_send_bytes(&wire, buffer_bytes(&body));
    wire_send(&wire, "status\n");
    wire_expect(&wire, "no status=body-too-large number=701 *");
    wire_expect(&wire, "ok size=*");
    buffer_free(&body);
    buffer_free(&line);
    wire_close(&wire);
}

/* The largest body there can be, every line refused: a dense answer. */
static void test_largest_body(void **state)
{
    struct daemon_fixture *fixture = fixture_of(state);
    struct buffer body = buffer_empty();
    struct buffer line = buffer_empty();
    struct wire wire;
    struct bytes answer;
    wire_open(&wire, fixture);
    for (int i = 0; i < 10000; i++)
        buffer_text(&body, POOR);
    daemon_batch(fixture, &line, "each", buffer_bytes(&body), "ana");
    buffer_char(&line, '\n');
    wire_send_bytes(&wire, buffer_bytes(&line));
    wire_send_bytes(&wire, buffer_bytes(&body));
    for (int i = 1; i <= 10000; i++) {
        char pattern[80];
        (void)snprintf(pattern, sizeof pattern,
            "row line=%d status=insufficient-funds *", i);
        assert_true(wire_line(&wire, &answer));
        assert_true(wire_fits(answer, pattern));
    }
    wire_expect(&wire, "ok index=* accepted=0 refused=10000");
    buffer_free(&body);
    buffer_free(&line);
    wire_close(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_receipts),
        cmocka_unit_test(test_receipt_waits),
        cmocka_unit_test(test_consistency),
        cmocka_unit_test(test_follow_to_an_entry),
        cmocka_unit_test(test_follow_live),
        cmocka_unit_test(test_follow_to_the_end_of_input),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_batch_with_another_body),
        cmocka_unit_test(test_batch_line_that_does_not_decode),
        cmocka_unit_test(test_batch_refused_by_its_signature),
        cmocka_unit_test(test_batch_cut_off),
        cmocka_unit_test(test_body_too_large),
        cmocka_unit_test(test_largest_body),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
