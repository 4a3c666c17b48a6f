/*
 * Checkpoints and receipts: golden bytes and what must be refused.
 */
#include <posito/encoding.h>
#include <posito/note.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#define DASH "\xe2\x80\x94 "
#define ROOT "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
#define ORIGIN "posito.example/ledger"
#define LOG_KEY ORIGIN "+adf3f31d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

/* Made by another implementation (Python's cryptography), seed 00..1f. */
#define GOLDEN_NOTE                                                    \
    ORIGIN "\n8\n" ROOT "\n\n" DASH ORIGIN                             \
           " rfPzHS2RMXKAiLGn84hAZcl+nOOt4Rb7slroT6VuZCN4B8lF9KZ8dpd" \
           "hBk6q0OAo0RCJ6zBL7oXmJE/OnfLA8yJR0Aw=\n"

static void log_keys(struct note_key *key, struct secret_key *secret)
{
    struct public_key public_key;
    uint8_t seed[32];
    for (size_t i = 0; i < 32; i++)
        seed[i] = (uint8_t)i;
    (void)crypto_sign_seed_keypair(public_key.data, secret->data, seed);
    assert_true(note_key_parse(bytes_text(LOG_KEY), key));
    assert_memory_equal(key->public_key.data, public_key.data, 32);
}

static void golden_checkpoints_are_written(void **state)
{
    (void)state;
    struct note_key key;
    struct secret_key secret;
    struct checkpoint checkpoint = { .origin = ORIGIN, .size = 8 }, back;
    struct buffer note = buffer_empty();
    log_keys(&key, &secret);
    assert_true(
        base64_decode(bytes_text(ROOT), checkpoint.root.data, 32));
    checkpoint_append_text(&note, &checkpoint);
    assert_true(bytes_equal_text(
        buffer_bytes(&note), ORIGIN "\n8\n" ROOT "\n"));
    buffer_clear(&note);
    checkpoint_append_note(&note, &checkpoint, &key, &secret);
    assert_true(bytes_equal_text(buffer_bytes(&note), GOLDEN_NOTE));
    assert_int_equal(
        checkpoint_open(buffer_bytes(&note), &key, &back), NOTE_VALID);
    assert_memory_equal(&back, &checkpoint, sizeof back);
    buffer_free(&note);
}

/* The text first, its signature later, behind whatever else out has. */
static void a_text_is_signed_where_it_stands(void **state)
{
    (void)state;
    static const char before[] = "group 0 8 999\nentries\n";
    struct note_key key;
    struct secret_key secret;
    struct checkpoint checkpoint = { .origin = ORIGIN, .size = 8 };
    struct buffer out = buffer_empty();
    log_keys(&key, &secret);
    assert_true(
        base64_decode(bytes_text(ROOT), checkpoint.root.data, 32));
    buffer_text(&out, before);
    checkpoint_append_text(&out, &checkpoint);
    size_t unsigned_length = out.length;
    checkpoint_sign_text(&out, sizeof before - 1, &key, &secret);
    assert_true(bytes_equal_text(
        bytes_after(buffer_bytes(&out), sizeof before - 1), GOLDEN_NOTE));
    assert_memory_equal(out.data, before, sizeof before - 1);
    assert_int_equal(
        out.length - unsigned_length, checkpoint_sign_length(&key));
    buffer_free(&out);
}

/* What would be signed in part is not called signed. */
static void a_text_too_long_is_not_signed(void **state)
{
    (void)state;
    struct note_key key;
    struct secret_key secret;
    struct buffer out = buffer_empty();
    log_keys(&key, &secret);
    for (size_t i = 0; i < NOTE_COSIGNED_TEXT_MAX; i++)
        buffer_char(&out, 'x');
    checkpoint_sign_text(&out, 0, &key, &secret);
    assert_false(out.failed);
    buffer_clear(&out);
    for (size_t i = 0; i <= NOTE_COSIGNED_TEXT_MAX; i++)
        buffer_char(&out, 'x');
    checkpoint_sign_text(&out, 0, &key, &secret);
    assert_true(out.failed);
    assert_int_equal(out.length, NOTE_COSIGNED_TEXT_MAX + 1);
    buffer_free(&out);
}

static void texts_have_one_spelling(void **state)
{
    (void)state;
    static const char *const good[] = { ORIGIN "\n0\n" ROOT "\n",
        ORIGIN "\n9223372036854775807\n" ROOT "\n", "a\n1\n" ROOT "\n" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct checkpoint checkpoint;
        struct buffer text = buffer_empty();
        assert_true(
            checkpoint_parse_text(bytes_text(good[i]), &checkpoint));
        checkpoint_append_text(&text, &checkpoint);
        assert_true(bytes_equal_text(buffer_bytes(&text), good[i]));
        buffer_free(&text);
    }
    static const char *const bad[] = { "", "\n", "\n\n\n", ORIGIN "\n",
        ORIGIN "\n8\n", ORIGIN "\n8\n" ROOT, /* no feed at the end */
        ORIGIN "\n8\n" ROOT "\nextension\n", ORIGIN "\n8\n" ROOT "\n\n",
        ORIGIN "\n8\n" ROOT "\nx", "\n8\n" ROOT "\n",
        "a b\n8\n" ROOT "\n", "a+b\n8\n" ROOT "\n", ORIGIN "\n08\n" ROOT "\n",
        ORIGIN "\n-8\n" ROOT "\n", ORIGIN "\n+8\n" ROOT "\n",
        ORIGIN "\n\n" ROOT "\n", ORIGIN "\n8 \n" ROOT "\n",
        ORIGIN "\n9223372036854775808\n" ROOT "\n",
        ORIGIN "\n8\n" "A" ROOT "\n", ORIGIN "\n8\n\n",
        ORIGIN "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
        ORIGIN "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n",
        ORIGIN "\r\n8\r\n" ROOT "\r\n" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct checkpoint checkpoint = { .size = 42 };
        if (checkpoint_parse_text(bytes_text(bad[i]), &checkpoint))
            fail_msg("row %zu: %s", i, bad[i]);
        assert_int_equal(checkpoint.size, 42);
    }
}

/* Texts that the log's key has signed and that are none of its
 * checkpoints. */
static void other_signed_texts_are_no_checkpoints(void **state)
{
    (void)state;
    static const char *const texts[] = { "hello\n",
        "other.example/log\n8\n" ROOT "\n",
        ORIGIN "\n8\n" ROOT "\nextension\n" };
    struct note_key key;
    struct secret_key secret;
    log_keys(&key, &secret);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct checkpoint checkpoint = { .size = 42 };
        struct buffer note = buffer_empty();
        buffer_text(&note, texts[i]);
        buffer_char(&note, '\n');
        note_sign(&note, bytes_text(texts[i]), &key, &secret);
        assert_int_equal(
            checkpoint_open(buffer_bytes(&note), &key, &checkpoint),
            NOTE_MALFORMED);
        assert_int_equal(checkpoint.size, 42);
        buffer_free(&note);
    }
}

static void forged_and_foreign_notes_are_told_apart(void **state)
{
    (void)state;
    struct note_key key;
    struct secret_key secret;
    struct checkpoint checkpoint;
    struct buffer note = buffer_empty();
    log_keys(&key, &secret);
    buffer_text(&note, GOLDEN_NOTE);
    note.data[strlen(ORIGIN) + 1] = '9';
    assert_int_equal(checkpoint_open(buffer_bytes(&note), &key, &checkpoint),
        NOTE_FORGED);
    buffer_free(&note);
    assert_true(note_key_parse(bytes_text(
        "example.com/foo+530d903a+"
        "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"), &key));
    assert_int_equal(
        checkpoint_open(bytes_text(GOLDEN_NOTE), &key, &checkpoint),
        NOTE_UNKNOWN);
    assert_int_equal(
        checkpoint_open(bytes_text(ORIGIN), &key, &checkpoint),
        NOTE_MALFORMED);
}

/* ---- receipts ---- */

#define HEAD "c2sp.org/tlog-proof@v1\n"

static void golden_receipts_are_written(void **state)
{
    (void)state;
    static const char *const rows[] = {
        HEAD "index 0\n\n" GOLDEN_NOTE,
        HEAD "index 5\n" ROOT "\n" ROOT "\n\n" GOLDEN_NOTE,
        HEAD "extra Zm9vYg==\nindex 5\n" ROOT "\n\n" GOLDEN_NOTE,
        HEAD "extra Zm9v\nindex 9223372036854775807\n\nx",
    };
    static const size_t counts[] = { 0, 2, 1, 0 };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct receipt receipt;
        struct buffer text = buffer_empty();
        assert_true(receipt_parse(bytes_text(rows[i]), &receipt));
        assert_int_equal(receipt.path.count, counts[i]);
        receipt_append(&text, &receipt);
        assert_true(bytes_equal_text(buffer_bytes(&text), rows[i]));
        buffer_free(&text);
    }
    struct receipt receipt;
    assert_true(receipt_parse(bytes_text(rows[2]), &receipt));
    assert_int_equal(receipt.index, 5);
    assert_true(bytes_equal_text(receipt.extra, "Zm9vYg=="));
    assert_true(bytes_equal_text(receipt.note, GOLDEN_NOTE));
    assert_true(receipt_parse(bytes_text(rows[0]), &receipt));
    assert_int_equal(receipt.extra.length, 0);
}

static void other_receipts_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", HEAD, HEAD "index 5\n",
        HEAD "index 5\n" ROOT "\n", HEAD "index 5\n\n",
        HEAD "index 5\n" ROOT "\n" GOLDEN_NOTE,
        "c2sp.org/tlog-proof@v2\nindex 5\n\n" GOLDEN_NOTE,
        " " HEAD "index 5\n\n" GOLDEN_NOTE, HEAD "index 05\n\n" GOLDEN_NOTE,
        HEAD "index -5\n\n" GOLDEN_NOTE, HEAD "index \n\n" GOLDEN_NOTE,
        HEAD "index 9223372036854775808\n\n" GOLDEN_NOTE,
        HEAD "Index 5\n\n" GOLDEN_NOTE, HEAD "5\n\n" GOLDEN_NOTE,
        HEAD "\n\n" GOLDEN_NOTE, HEAD "extra Zm9v\n\n" GOLDEN_NOTE,
        HEAD "extra Zm9v\n", HEAD "extra \nindex 5\n\n" GOLDEN_NOTE,
        HEAD "extra Zm9\nindex 5\n\n" GOLDEN_NOTE,
        HEAD "extra Zm9=\nindex 5\n\n" GOLDEN_NOTE,
        HEAD "extra Zg==Zg==\nindex 5\n\n" GOLDEN_NOTE,
        HEAD "extra Zm9v\nextra Zm9v\nindex 5\n\n" GOLDEN_NOTE,
        HEAD "index 5\nextra Zm9v\n\n" GOLDEN_NOTE,
        HEAD "index 5\nZm9v\n\n" GOLDEN_NOTE,
        HEAD "index 5\n" ROOT " \n\n" GOLDEN_NOTE };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct receipt receipt;
        if (receipt_parse(bytes_text(bad[i]), &receipt))
            fail_msg("row %zu: %s", i, bad[i]);
    }
}

static void receipts_hold_paths_of_any_tree(void **state)
{
    (void)state;
    for (size_t count = MERKLE_PATH_MAX; count <= MERKLE_PATH_MAX + 1;
         count++) {
        struct receipt receipt;
        struct buffer text = buffer_empty();
        buffer_text(&text, HEAD "index 1\n");
        for (size_t i = 0; i < count; i++)
            buffer_text(&text, ROOT "\n");
        buffer_text(&text, "\n" GOLDEN_NOTE);
        assert_int_equal(receipt_parse(buffer_bytes(&text), &receipt),
            count == MERKLE_PATH_MAX);
        buffer_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_checkpoints_are_written),
        cmocka_unit_test(a_text_is_signed_where_it_stands),
        cmocka_unit_test(a_text_too_long_is_not_signed),
        cmocka_unit_test(texts_have_one_spelling),
        cmocka_unit_test(other_signed_texts_are_no_checkpoints),
        cmocka_unit_test(forged_and_foreign_notes_are_told_apart),
        cmocka_unit_test(golden_receipts_are_written),
        cmocka_unit_test(other_receipts_are_refused),
        cmocka_unit_test(receipts_hold_paths_of_any_tree),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
