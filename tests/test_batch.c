/*
 * Batches: many lines under one signature, and what refused lines leave.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char three[] =
    "deposit member=m1 via=la amount=USD5.00 purpose=I\n"
    "transfer from=m1 to=m2 amount=USD9.00 purpose=I\n"
    "transfer from=m1 to=m2 amount=USD2.00 purpose=I\n";

static void test_each(void **state)
{
    struct ledger_fixture *f = *state;

    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         "deposit member=m1 via=la amount=USD5.00 purpose=I\n"
                         "transfer from=m1 to=m2 amount=USD9.00 purpose=I\n"
                         "deposit member=m1 via=la amount=USD5 purpose=I\n"
                         "transfer from=m1 to=m2 amount=USD2.00 purpose=I\n"
                         "pool-redeem member=m1 club=c1 amount=USD2.00 "
                         "purpose=C\n"
                         "day-close book=us date=2026-11-23\n"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.accepted, 2);
    assert_int_equal(f->decision.refused, 4);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ accepted=2 refused=4\n"
        "- 2 insufficient-funds\n"
        "- 3 wrong-digits\n"
        "- 5 wrong-kind\n"
        "- 6 not-in-a-body\n"));
    assert_int_equal(ledger_fixture_balance(f, "us/m1/share/USD"), 300);
    assert_int_equal(ledger_fixture_balance(f, "us/m2/share/USD"), 200);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
}

static void test_all_refused_each(void **state)
{
    struct ledger_fixture *f = *state;

    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         "withdraw member=m1 via=la amount=USD5.00 "
                         "purpose=I\n"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.accepted, 0);
    assert_int_equal(f->decision.refused, 1);
    ledger_fixture_check_replay(f);
}

static void test_all(void **state)
{
    struct ledger_fixture *f = *state;
    struct hash before = ledger_fixture_snapshot(f);
    struct hash after;

    assert_int_equal(ledger_fixture_batch(f, "ana", "all", three),
        STATUS_LINE_REFUSED);
    assert_int_equal(f->decision.line, 2);
    assert_int_equal(f->decision.line_status, STATUS_INSUFFICIENT);
    assert_true(bytes_equal_text(f->decision.field, "from"));
    assert_int_equal(ledger_fixture_batch(f, "ana", "all",
                         "party-open party=m9 kind=member book=us parent=c1 "
                         "country=US\n"
                         "deposit member=m9 via=la amount=USD5.00 purpose=I\n"
                         "quit\n"),
        STATUS_LINE_REFUSED);
    assert_int_equal(f->decision.line, 3);
    assert_int_equal(f->decision.line_status, STATUS_NOT_IN_A_BODY);
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(ledger_size(f->ledger), 1);

    assert_int_equal(ledger_fixture_batch(f, "ana", "all",
                         "party-open party=m9 kind=member book=us parent=c1 "
                         "country=US\n"
                         "deposit member=m9 via=la amount=USD5.00 purpose=I\n"
                         "transfer from=m9 to=m1 amount=USD5.00 purpose=I\n"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.accepted, 3);
    assert_true(bytes_equal_text(
        f->decision.effects, "+ accepted=3 refused=0\n"));
    assert_int_equal(ledger_fixture_balance(f, "us/m1/share/USD"), 500);
    ledger_fixture_check_replay(f);
}

/* The numbers of parties opened in a batch that was taken back are given
 * again: a replay must come to the same. */
static void test_taken_back(void **state)
{
    struct ledger_fixture *f = *state;

    assert_int_equal(ledger_fixture_batch(f, "ana", "all",
                         "party-open party=m8 kind=member book=us parent=c1 "
                         "country=US\n"
                         "withdraw member=m8 via=la amount=USD5.00 "
                         "purpose=I\n"),
        STATUS_LINE_REFUSED);
    assert_int_equal(ledger_fixture_send(f, "ana", "party-open party=m9 "
                         "kind=member book=us parent=c1 country=US"),
        STATUS_ACCEPTED);
    ledger_fixture_check_replay(f);
}

static void test_daily_limit(void **state)
{
    struct ledger_fixture *f = *state;

    assert_int_equal(ledger_fixture_batch(f, "lim", "each",
                         "deposit member=m1 via=la amount=USD100.00 "
                         "purpose=I\n"
                         "deposit member=m1 via=la amount=USD100.01 "
                         "purpose=I\n"
                         "deposit member=m1 via=la amount=USD100.00 "
                         "purpose=I\n"
                         "deposit member=m1 via=la amount=USD50.01 "
                         "purpose=I\n"
                         "deposit member=m1 via=la amount=USD50.00 "
                         "purpose=I\n"),
        STATUS_ACCEPTED);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ accepted=3 refused=2\n"
        "- 2 over-limit\n"
        "- 4 over-daily-limit\n"));
    ledger_fixture_check_replay(f);
}

static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer line = buffer_empty();

    assert_int_equal(ledger_fixture_batch(f, "board", "each", three),
        STATUS_WRONG_KIND);
    assert_int_equal(ledger_fixture_batch(f, "ana", "each", ""),
        STATUS_BAD_BODY);
    assert_int_equal(ledger_fixture_try(f, "ana",
                         "batch mode=each lines=1 "
                         "root=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        STATUS_NOT_IN_A_BODY);
    assert_int_equal(ledger_fixture_batch(f, "ana", "all", three),
        STATUS_LINE_REFUSED);
    buffer_append(&line, buffer_bytes(&f->line));
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                         bytes_text("quit\n")), STATUS_BAD_BODY);
    assert_int_equal(ledger_size(f->ledger), 1);
    buffer_free(&line);
}

/* The same batch again: the first answer, with its rows. */
static void test_idempotency(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer line = buffer_empty();
    struct hash before;
    struct hash after;

    assert_int_equal(ledger_fixture_batch(f, "ana", "each", three),
        STATUS_ACCEPTED);
    buffer_append(&line, buffer_bytes(&f->line));
    before = ledger_fixture_snapshot(f);
    for (int durable = 0; durable < 2; durable++) {
        assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                             bytes_text(three)), STATUS_ACCEPTED);
        assert_true(f->decision.repeated);
        assert_int_equal(f->decision.index, 1);
        assert_int_equal(f->decision.accepted, 2);
        assert_int_equal(f->decision.refused, 1);
        assert_true(bytes_equal_text(f->decision.effects,
            "+ accepted=2 refused=1\n- 2 insufficient-funds\n"));
        ledger_fixture_close_group(f);
    }
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
    buffer_free(&line);
}

/* A hold that ends with the batch ends before its first line, and stays
 * open if the batch is refused. */
static void test_expiry_before_lines(void **state)
{
    struct ledger_fixture *f = *state;
    struct hash before;
    struct hash after;

    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD5.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "hold from=us/m1/share/USD to=us/m2/share/USD "
                         "amount=USD5.00 until=2026-11-24T00:00:00.000Z "
                         "purpose=I"), STATUS_ACCEPTED);
    assert_true(instant_parse(
        bytes_text("2026-11-24T00:00:00.000Z"), &f->clock));
    before = ledger_fixture_snapshot(f);
    assert_int_equal(ledger_fixture_batch(f, "ana", "all",
                         "transfer from=m1 to=m3 amount=USD5.00 purpose=I\n"
                         "transfer from=m1 to=m3 amount=USD5.00 purpose=I\n"),
        STATUS_LINE_REFUSED);
    assert_int_equal(f->decision.line, 2);
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         "transfer from=m1 to=m3 amount=USD5.00 purpose=I\n"
                         "transfer from=m1 to=m3 amount=USD5.00 purpose=I\n"),
        STATUS_ACCEPTED);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ expire hold=2\n"
        "+ accepted=1 refused=1\n"
        "- 2 insufficient-funds\n"));
    ledger_fixture_check_replay(f);
}

/* So many refused lines that the effects stand after the leaf. */
static void test_large(void **state)
{
    struct ledger_fixture *f = *state;
    struct buffer body = buffer_empty();
    struct buffer line = buffer_empty();

    f->quick = true;
    for (int i = 0; i < BODY_LINES_MAX; i++)
        buffer_format(&body, "%s member=m%d via=la amount=USD1.00 "
                             "purpose=I\n",
            i % 3 == 2 ? "withdraw" : "deposit", i % 2 == 0 ? 1 : 9);
    assert_int_equal(ledger_fixture_batch(f, "ana", "each",
                         (buffer_char(&body, '\0'),
                             (const char *)body.data)),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.accepted, 5000);
    assert_int_equal(f->decision.refused, 5000);
    buffer_append(&line, buffer_bytes(&f->line));
    ledger_fixture_close_group(f);
    assert_int_equal(ledger_fixture_again(f, buffer_bytes(&line),
                         buffer_bytes(&f->body)), STATUS_ACCEPTED);
    assert_true(f->decision.repeated);
    assert_int_equal(f->decision.refused, 5000);
    /* Every account's own reference says the line. */
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "reverse entry=1 line=9999 reason=x"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "reverse entry=1 line=10000 reason=x"),
        STATUS_UNKNOWN_ENTRY);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
    buffer_free(&body);
    buffer_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_each),
        LEDGER_TEST(test_all_refused_each),
        LEDGER_TEST(test_all),
        LEDGER_TEST(test_taken_back),
        LEDGER_TEST(test_daily_limit),
        LEDGER_TEST(test_refusals),
        LEDGER_TEST(test_idempotency),
        LEDGER_TEST(test_expiry_before_lines),
        LEDGER_TEST(test_large),
    };

    return cmocka_run_group_tests_name("batches", tests, NULL, NULL);
}
