/*
 * Holds: placed, captured in part, released, expired; and what they take
 * from the available balance meanwhile.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../ledger/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* Entry 1: m1 has 100.00. */
static const struct ledger_row funded[] = {
    { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I", "ok" },
};

static const char hold_40[] =
    "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD40.00 "
    "until=2026-12-01T00:00:00.000Z purpose=F";

static void expect(struct ledger_fixture *f, const char *account,
    int64_t balance, int64_t available)
{
    assert_true(ledger_fixture_balance(f, account) == balance);
    assert_true(ledger_fixture_available(f, account) == available);
}

/* No account has anything held, and nothing is left to expire. */
static void expect_nothing_held(struct ledger_fixture *f)
{
    struct state_scan *scan =
        state_scan_open(f->state, TABLE_EXPIRY, bytes_of("", 0));
    struct bytes key;
    struct bytes value;

    assert_non_null(scan);
    assert_false(state_scan_next(scan, &key, &value));
    state_scan_close(scan);
    expect(f, "us/m1/share/USD", ledger_fixture_balance(f, "us/m1/share/USD"),
        ledger_fixture_balance(f, "us/m1/share/USD"));
}

static enum hold_phase phase_of(struct ledger_fixture *f, uint64_t index)
{
    struct hold hold = { 0 };

    assert_true(record_find_hold(f->state, index, &hold));
    return hold.phase;
}

static void test_place_and_capture(void **state)
{
    struct ledger_fixture *f = *state;

    ledger_table_send(f, funded, COUNT(funded));
    assert_int_equal(ledger_fixture_send(f, "ana", "%s", hold_40),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.effects.length, 0);
    expect(f, "us/m1/share/USD", 10000, 6000);
    expect(f, "us/m2/share/USD", 0, 0);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "transfer from=m1 to=m3 amount=USD60.01 purpose=I"),
        STATUS_INSUFFICIENT);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "transfer from=m1 to=m3 amount=USD60.00 purpose=I"),
        STATUS_ACCEPTED);
    /* What is to come to m2 is not there yet. */
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "transfer from=m2 to=m3 amount=USD0.01 purpose=I"),
        STATUS_INSUFFICIENT);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "capture hold=2 amount=USD15.00 rest=keep"),
        STATUS_ACCEPTED);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ us/m1/share/USD 15.00\n+ us/m2/share/USD -15.00\n"));
    expect(f, "us/m1/share/USD", 2500, 0);
    expect(f, "us/m2/share/USD", 1500, 1500);
    assert_int_equal(phase_of(f, 2), HOLD_OPEN);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "capture hold=2 amount=USD25.01 rest=keep"),
        STATUS_ABOVE_HOLD);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "capture hold=2 amount=USD5.00 rest=release"),
        STATUS_ACCEPTED);
    expect(f, "us/m1/share/USD", 2000, 2000);
    expect(f, "us/m2/share/USD", 2000, 2000);
    assert_int_equal(phase_of(f, 2), HOLD_CAPTURED);
    expect_nothing_held(f);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
}

static void test_capture_whole(void **state)
{
    struct ledger_fixture *f = *state;

    ledger_table_send(f, funded, COUNT(funded));
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "hold from=us/m1/share/USD to=us/la/drawer/USD "
                         "amount=USD100.00 until=2026-12-01T00:00:00.000Z "
                         "purpose=I"), STATUS_ACCEPTED);
    /* The cash in the drawer is set aside too. */
    expect(f, "us/la/drawer/USD", 10000, 0);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "capture hold=2 amount=USD100.00 rest=keep"),
        STATUS_ACCEPTED);
    expect(f, "us/la/drawer/USD", 0, 0);
    assert_int_equal(phase_of(f, 2), HOLD_CAPTURED);
    expect_nothing_held(f);
}

static void test_release(void **state)
{
    struct ledger_fixture *f = *state;

    ledger_table_send(f, funded, COUNT(funded));
    assert_int_equal(ledger_fixture_send(f, "ana", "%s", hold_40),
        STATUS_ACCEPTED);
    /* Giving back is not money out: a freeze does not stop it. */
    assert_int_equal(ledger_fixture_send(f, "sup",
                         "party-freeze party=m1 block=all order=x"),
        STATUS_ACCEPTED);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "capture hold=2 amount=USD1.00 rest=keep"),
        STATUS_PARTY_FROZEN);
    assert_int_equal(ledger_fixture_send(f, "ana", "release hold=2"),
        STATUS_ACCEPTED);
    assert_int_equal(phase_of(f, 2), HOLD_RELEASED);
    expect(f, "us/m1/share/USD", 10000, 10000);
    expect_nothing_held(f);
    ledger_fixture_check_replay(f);
}

/* Among those that break a rule, those that bring a hold into being. */
static const struct ledger_row refused_lines[] = {
    { "ana", "deposit member=m1 via=la amount=USD100.00 purpose=I",
        "ok" },
    { "board",
        "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "wrong-kind" },
    { "tc1",
        "hold from=us/m1/share/USD to=us/n1/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "out-of-scope to" },
    { "ana",
        "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2026-11-23T16:00:00.000Z purpose=I",
        "bad-expiry until" },
    { "ana",
        "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2027-12-29T16:00:00.000Z purpose=I",
        "bad-expiry until" },
    { "ana",
        "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD100.01 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "insufficient-funds from" },
    { "ana",
        "hold from=us/m1/pool/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "wrong-party from" },
    { "ana",
        "hold from=us/c1/pool/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "control-role from" },
    { "ana",
        "hold from=us/m1/share/USD to=us/c1/pool/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "control-role to" },
    { "ana",
        "hold from=us/m1/share/USD to=us/m1/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "same-account to" },
    { "ana",
        "hold from=us/m1/share/USD to=us/m2/share/USD amount=MXN1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "other-currency from" },
    { "ana",
        "hold from=us/m1/share/USD to=us/m2/share/MXN amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "other-currency to" },
    { "any",
        "hold from=us/m1/share/USD to=mx/x1/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "other-book to" },
    { "ana",
        "hold from=us/m9/share/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "unknown-party from" },
    { "ana",
        "hold from=es/m1/share/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "unknown-book from" },
    { "ana",
        "hold from=us/m1/share/JPY to=us/m2/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "unknown-currency from" },
    { "ana", "capture hold=9 amount=USD1.00 rest=keep",
        "unknown-hold hold" },
    { "ana", "capture hold=1 amount=USD1.00 rest=keep",
        "unknown-hold hold" },
    { "ana", "release hold=9", "unknown-hold hold" },
    { "ana",
        "hold from=us/m1/share/USD to=us/m2/share/USD amount=USD1.00 "
        "until=2026-12-01T00:00:00.000Z purpose=I",
        "ok" },
    { "ana", "capture hold=2 amount=MXN1.00 rest=keep",
        "other-currency amount" },
    { "xana", "capture hold=2 amount=USD1.00 rest=keep",
        "out-of-scope hold" },
    { "xana", "release hold=2", "out-of-scope hold" },
    { "sup", "party-close party=m2 reason=x", "not-empty party" },
    { "ana", "release hold=2", "ok" },
    { "ana", "release hold=2", "hold-ended hold" },
    { "ana", "capture hold=2 amount=USD1.00 rest=keep",
        "hold-ended hold" },
    { "sup", "party-close party=m2 reason=x", "ok" },
};

static void test_refusals(void **state)
{
    struct ledger_fixture *f = *state;

    ledger_table_send(f, refused_lines, COUNT(refused_lines));
    ledger_fixture_check_replay(f);
}

/* ---- expiry ---- */

static void place_until(struct ledger_fixture *f, const char *until)
{
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "hold from=us/m1/share/USD to=us/m2/share/USD "
                         "amount=USD10.00 until=%s purpose=I", until),
        STATUS_ACCEPTED);
}

static void set_clock(struct ledger_fixture *f, const char *instant)
{
    assert_true(instant_parse(bytes_text(instant), &f->clock));
}

static void test_expiry(void **state)
{
    struct ledger_fixture *f = *state;
    struct hash before;
    struct hash after;

    ledger_table_send(f, funded, COUNT(funded));
    place_until(f, "2026-11-25T00:00:00.000Z"); /* 2 */
    place_until(f, "2026-11-24T00:00:00.000Z"); /* 3 */
    place_until(f, "2026-11-26T00:00:00.000Z"); /* 4 */
    place_until(f, "2026-11-24T00:00:00.000Z"); /* 5 */
    expect(f, "us/m1/share/USD", 10000, 6000);

    /* A millisecond early nothing ends. */
    set_clock(f, "2026-11-23T23:59:59.999Z");
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m3 via=la amount=USD1.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_int_equal(f->decision.effects.length, 0);

    /* A refused line ends none either. */
    set_clock(f, "2026-11-25T00:00:00.000Z");
    before = ledger_fixture_snapshot(f);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m3 via=la amount=USD2.00 "
                         "purpose=I"), STATUS_INSUFFICIENT);
    assert_int_equal(ledger_fixture_try(f, "ana", "release hold=3"),
        STATUS_HOLD_ENDED);
    assert_int_equal(ledger_fixture_try(f, "ana",
                         "transfer from=m1 to=m3 amount=USD90.00 purpose=I"),
        STATUS_ACCEPTED);
    after = ledger_fixture_snapshot(f);
    assert_memory_equal(&before, &after, sizeof before);

    /* The next accepted one ends them in order of (until, index), before
     * it looks at the balance. */
    set_clock(f, "2026-11-25T00:00:00.000Z");
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "transfer from=m1 to=m3 amount=USD90.00 purpose=I"),
        STATUS_ACCEPTED);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ expire hold=3\n+ expire hold=5\n+ expire hold=2\n"));
    expect(f, "us/m1/share/USD", 1000, 0);
    assert_int_equal(phase_of(f, 2), HOLD_EXPIRED);
    assert_int_equal(phase_of(f, 4), HOLD_OPEN);
    assert_int_equal(ledger_fixture_send(f, "ana", "release hold=2"),
        STATUS_HOLD_ENDED);

    set_clock(f, "2026-11-26T00:00:00.000Z");
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "capture hold=4 amount=USD1.00 rest=keep"),
        STATUS_HOLD_ENDED);
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m1 via=la amount=USD10.00 "
                         "purpose=I"), STATUS_ACCEPTED);
    assert_true(
        bytes_equal_text(f->decision.effects, "+ expire hold=4\n"));
    expect_nothing_held(f);
    ledger_table_check_totals(f);
    ledger_fixture_check_replay(f);
}

/* More holds than effect lines fit a leaf, all ending with one entry. */
static void test_many_expire_at_once(void **state)
{
    struct ledger_fixture *f = *state;

    f->quick = true;
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "deposit member=m1 via=la amount=USD9000.00 "
                         "purpose=I"), STATUS_ACCEPTED);
    for (int i = 0; i < 500; i++)
        place_until(f, "2026-11-24T00:00:00.000Z");
    set_clock(f, "2026-11-24T00:00:00.000Z");
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m1 via=la amount=USD9000.00 "
                         "purpose=I"), STATUS_ACCEPTED);
    expect(f, "us/m1/share/USD", 0, 0);
    expect_nothing_held(f);
    ledger_fixture_check_replay(f);
}

/* With a state opened again, the expiry is still known. */
static void test_expiry_after_a_restart(void **state)
{
    struct ledger_fixture *f = *state;
    struct archive archive = ledger_fixture_archive(f);
    struct failure failure = { "" };

    ledger_table_send(f, funded, COUNT(funded));
    place_until(f, "2026-11-24T00:00:00.000Z");
    (void)ledger_fixture_digest(f);
    ledger_close(f->ledger);
    assert_int_equal(
        ledger_open(&f->ledger, f->state, &archive, &failure), 0);
    assert_int_equal(ledger_size(f->ledger), 3);
    set_clock(f, "2026-11-24T00:00:00.000Z");
    assert_int_equal(ledger_fixture_send(f, "ana",
                         "withdraw member=m1 via=la amount=USD100.00 "
                         "purpose=I"), STATUS_ACCEPTED);
    assert_true(
        bytes_equal_text(f->decision.effects, "+ expire hold=2\n"));
    ledger_fixture_check_replay(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_place_and_capture),
        LEDGER_TEST(test_capture_whole),
        LEDGER_TEST(test_release),
        LEDGER_TEST(test_refusals),
        LEDGER_TEST(test_expiry),
        LEDGER_TEST(test_many_expire_at_once),
        LEDGER_TEST(test_expiry_after_a_restart),
    };

    return cmocka_run_group_tests_name("holds", tests, NULL, NULL);
}
