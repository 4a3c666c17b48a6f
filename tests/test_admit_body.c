/*
 * Admission of lines with a body: batches and genesis.
 */
#include "desk.h"

#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include <posito/merkle.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- batches ---- */

/* A batch line over the body as it is; lines says how many it claims. */
static void sign_batch(struct desk *desk, uint64_t lines)
{
    struct hash root = merkle_root_of_lines(buffer_bytes(&desk->body));
    buffer_clear(&desk->line);
    buffer_format(&desk->line, "batch mode=each lines=%llu root=",
        (unsigned long long)lines);
    codec_encode_value(&desk->line, FIELD_HASH, &root);
    desk_sign(desk, "la.ana");
}

static void a_batch_decodes_each_line(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    const struct order *order = &desk->order;
    buffer_text(&desk->body,
        DEPOSIT "\n"
        "deposit member=m1042\n"
        "status\n"
        "\n"
        "transfer from=m1 to=m2 amount=USD1.00 purpose=F\n");
    sign_batch(desk, 5);
    desk_admit(desk);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_int_equal(order->body_status, STATUS_ACCEPTED);
    assert_int_equal(order->line_count, 5);
    assert_int_equal(order->line_status[0], STATUS_ACCEPTED);
    assert_int_equal(order->line_status[1], STATUS_MISSING_FIELD);
    assert_int_equal(order->line_status[2], STATUS_NOT_IN_A_BODY);
    assert_int_equal(order->line_status[3], STATUS_UNKNOWN_VERB);
    assert_int_equal(order->line_status[4], STATUS_ACCEPTED);
    assert_int_equal(order->lines[0].as.deposit.amount.minor, 2500);
    assert_int_equal(order->lines[3].verb, VERB_COUNT);
    assert_int_equal(order->lines[4].verb, VERB_TRANSFER);
    desk_close(desk);
}

static void an_empty_batch_has_no_lines(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    sign_batch(desk, 0);
    desk_admit(desk);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_int_equal(desk->order.body_status, STATUS_ACCEPTED);
    assert_int_equal(desk->order.line_count, 0);
    desk_close(desk);
}

static void expect_body(struct desk *desk, enum status status)
{
    desk_admit(desk);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_int_equal(desk->order.body_status, status);
}

static void a_body_other_than_signed_is_told(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    buffer_text(&desk->body, DEPOSIT "\n" DEPOSIT "\n");
    sign_batch(desk, 2);
    expect_body(desk, STATUS_ACCEPTED);
    for (size_t i = 0; i < desk->body.length; i++) {
        desk->body.data[i] ^= 1;
        expect_body(desk, STATUS_BAD_BODY);
        desk->body.data[i] ^= 1;
    }
    /* Another number of lines, with the root of those that are there. */
    sign_batch(desk, 1);
    expect_body(desk, STATUS_BAD_BODY);
    sign_batch(desk, 3);
    expect_body(desk, STATUS_BAD_BODY);
    /* More bytes after the last line. */
    sign_batch(desk, 2);
    buffer_text(&desk->body, "x");
    expect_body(desk, STATUS_BAD_BODY);
    buffer_clear(&desk->body);
    expect_body(desk, STATUS_BAD_BODY);
    desk_close(desk);
}

/* Signed or not, a body with other bytes than text does not get into the
 * journal; one whose text is no operation does, if each line stands by
 * itself. */
static void a_body_is_text(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    static const uint8_t bad[] = {0x00, 0x09, 0x0D, 0x1F, 0x7F, 0x80, 0xFF};
    for (size_t i = 0; i < sizeof bad; i++) {
        buffer_clear(&desk->body);
        buffer_text(&desk->body, DEPOSIT "\nnonsen");
        buffer_u8(&desk->body, bad[i]);
        buffer_text(&desk->body, "e\n");
        sign_batch(desk, 2);
        expect_body(desk, STATUS_BAD_BODY);
    }
    buffer_clear(&desk->body);
    buffer_text(&desk->body, DEPOSIT "\nnonsense\n");
    sign_batch(desk, 2);
    expect_body(desk, STATUS_ACCEPTED);
    assert_int_equal(desk->order.line_status[1], STATUS_UNKNOWN_VERB);

    buffer_clear(&desk->body);
    for (size_t i = 0; i < LINE_LENGTH_MAX; i++)
        buffer_char(&desk->body, 'x');
    buffer_char(&desk->body, '\n');
    sign_batch(desk, 1);
    expect_body(desk, STATUS_BAD_BODY);
    desk_close(desk);
}

static void a_body_has_bounds(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    for (unsigned i = 0; i < BODY_LINES_MAX; i++)
        buffer_text(&desk->body, DEPOSIT "\n");
    sign_batch(desk, BODY_LINES_MAX);
    expect_body(desk, STATUS_ACCEPTED);
    assert_int_equal(desk->order.line_count, BODY_LINES_MAX);
    buffer_text(&desk->body, DEPOSIT "\n");
    sign_batch(desk, BODY_LINES_MAX + 1);
    expect_body(desk, STATUS_BODY_TOO_LARGE);
    assert_int_equal(desk->order.line_count, 0);

    buffer_clear(&desk->body);
    while (desk->body.length < BODY_BYTES_MAX)
        buffer_text(&desk->body, "xxxxxxxxxxxxxxx\n");
    sign_batch(desk, 1);
    expect_body(desk, STATUS_BAD_BODY);
    buffer_text(&desk->body, "\n");
    expect_body(desk, STATUS_BODY_TOO_LARGE);
    desk_close(desk);
}

/* ---- genesis ---- */

struct founding {
    struct pair board;   /* key la.ana of the body, signs */
    struct pair teller;  /* another key of the body */
    struct pair prover;  /* who really made the teller's proof */
    struct public_key log;
    const char *by;
};

static struct founding founding_of(void)
{
    struct founding founding = {.board = desk_pair(1),
        .teller = desk_pair(2),
        .prover = desk_pair(2),
        .log = desk_pair(3).public_key,
        .by = "la.ana"};
    return founding;
}

static void append_key(struct buffer *body, const char *name,
    const struct pair *key, const struct pair *prover)
{
    struct buffer line = buffer_empty();
    struct hash none = sign_no_ledger();
    desk_key_add(&line, name, &key->public_key);
    sign_proof(&line, &none, &prover->secret);
    buffer_append(body, buffer_bytes(&line));
    buffer_char(body, '\n');
    buffer_free(&line);
}

static void found(struct desk *desk, const struct founding *founding)
{
    struct hash none = sign_no_ledger();
    buffer_clear(&desk->body);
    buffer_clear(&desk->line);
    buffer_text(&desk->body, "currency code=USD digits=2\n");
    append_key(&desk->body, "la.eva", &founding->teller, &founding->prover);
    append_key(&desk->body, "la.ana", &founding->board, &founding->board);
    struct hash root = merkle_root_of_lines(buffer_bytes(&desk->body));
    buffer_text(&desk->line, "genesis version=1 origin=o log=");
    codec_encode_value(&desk->line, FIELD_PUBLIC_KEY, &founding->log);
    buffer_text(&desk->line, " chart=1 lines=3 root=");
    codec_encode_value(&desk->line, FIELD_HASH, &root);
    buffer_text(&desk->line, ID);
    buffer_text(&desk->line, founding->by);
    sign_order(&desk->line, &none, &founding->board.secret);
    desk_admit(desk);
}

static void genesis_is_signed_by_a_key_of_its_body(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    struct founding founding = founding_of();
    found(desk, &founding);
    desk_expect(desk, STATUS_ACCEPTED, "");
    assert_int_equal(desk->order.body_status, STATUS_ACCEPTED);
    assert_int_equal(desk->order.line_count, 3);
    assert_int_equal(desk->ring.asked, 0);
    assert_memory_equal(
        &desk->order.signer, &founding.board.public_key, 32);

    founding.by = "la.sol";
    found(desk, &founding);
    desk_expect(desk, STATUS_UNKNOWN_KEY, "by");
    founding.by = "la.eva";
    found(desk, &founding);
    desk_expect(desk, STATUS_BAD_SIGNATURE, "sig");
    desk_close(desk);
}

static void keys_of_genesis_prove_themselves(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    struct founding founding = founding_of();
    founding.prover = desk_pair(4);
    found(desk, &founding);
    desk_expect(desk, STATUS_BAD_PROOF, "proof");

    /* The proof comes before the log's key. */
    memcpy(founding.log.data, desk_small_point, sizeof desk_small_point);
    found(desk, &founding);
    desk_expect(desk, STATUS_BAD_PROOF, "proof");
    founding.prover = founding.teller;
    found(desk, &founding);
    desk_expect(desk, STATUS_BAD_POINT, "log");
    desk_close(desk);
}

/* ---- how many lines follow ---- */

static void expect_lines(const char *text, bool told, uint64_t expected,
    enum status status)
{
    uint64_t lines = 99;
    struct fault fault;
    assert_int_equal(
        admit_body_lines(bytes_text(text), &lines, &fault), told);
    assert_int_equal(fault.status, status);
    if (told)
        assert_int_equal(lines, expected);
}

static void the_lines_that_follow_are_known(void **state)
{
    (void)state;
    struct desk *desk = desk_open();
    char text[LINE_LENGTH_MAX];
    sign_batch(desk, 17);
    memset(text, 0, sizeof text);
    memcpy(text, desk->line.data, desk->line.length);
    expect_lines(text, true, 17, STATUS_ACCEPTED);
    text[desk->line.length - 1] = 'x';
    expect_lines(text, false, 0, STATUS_BAD_VALUE);
    sign_batch(desk, BODY_LINES_MAX + 1);
    memset(text, 0, sizeof text);
    memcpy(text, desk->line.data, desk->line.length);
    expect_lines(text, false, 0, STATUS_BODY_TOO_LARGE);

    expect_lines("", true, 0, STATUS_ACCEPTED);
    expect_lines("  ", true, 0, STATUS_ACCEPTED);
    expect_lines("status", true, 0, STATUS_ACCEPTED);
    expect_lines("try batch mode=all", true, 0, STATUS_ACCEPTED);
    expect_lines("deposit colour=red", true, 0, STATUS_ACCEPTED);
    expect_lines("batch", false, 0, STATUS_MISSING_FIELD);
    expect_lines("  genesis", false, 0, STATUS_BAD_FIELD);
    desk_close(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_decodes_each_line),
        cmocka_unit_test(an_empty_batch_has_no_lines),
        cmocka_unit_test(a_body_other_than_signed_is_told),
        cmocka_unit_test(a_body_is_text),
        cmocka_unit_test(a_body_has_bounds),
        cmocka_unit_test(genesis_is_signed_by_a_key_of_its_body),
        cmocka_unit_test(keys_of_genesis_prove_themselves),
        cmocka_unit_test(the_lines_that_follow_are_known),
    };
    return cmocka_run_group_tests(tests, desk_start_sodium, NULL);
}
