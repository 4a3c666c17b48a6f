/*
 * Questions about members over a real socket: what they told, dormant
 * shares, what is kept as unclaimed; and about a book's calendar.
 */
#include "daemon_fixture.h"

#include <posito/date.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HASH "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/* From Monday 2026-03-02 until the book's open day is 2026-05-04. */
static void let_two_months_pass(
    struct wire *wire, const struct daemon_fixture *fixture)
{
    struct date day = date_of(2026, 3, 2);
    struct date last = date_of(2026, 5, 4);
    for (; day.days < last.days; day.days++) {
        uint8_t memory[64];
        struct buffer line = buffer_over(memory, sizeof memory);
        if (date_weekday(day) > 4)
            continue;
        buffer_text(&line, "day-close book=us date=");
        date_append(&line, day);
        buffer_u8(&line, 0);
        (void)wire_order(wire, fixture, (const char *)memory, "sup");
    }
}

static void ask_what_was_told(struct wire *wire)
{
    wire_send(wire, "party party=m1\n");
    wire_expect(wire, "row party=m1 *");
    wire_expect(wire, "row account=us/m1/share/USD balance=USD100.00 *");
    wire_expect(wire,
        "row beneficiary=b1 part=0.25 entry=* designation=" HASH);
    wire_expect(wire,
        "row beneficiary=b2 part=0.75 entry=* designation=" HASH);
    wire_expect(wire, "row split=pool part=0.1 entry=*");
    wire_expect(wire, "row split=share part=0.9 entry=*");
    wire_expect(wire, "ok rows=5");
}

static void ask_what_is_dormant(struct wire *wire)
{
    wire_send(wire, "dormant book=us\n");
    wire_expect(wire, "row account=us/m1/share/USD active=2026-03-02 "
                      "balance=USD100.00 state=unclaimed-due");
    wire_expect(wire, "row account=us/m2/share/USD active=2026-03-02 "
                      "balance=USD20.00 state=unclaimed-due");
    wire_expect(wire, "ok rows=2 book=us");
    wire_send(wire, "dormant book=us after=m1\n");
    wire_expect(wire, "row account=us/m2/share/USD *");
    wire_expect(wire, "ok rows=1 book=us");
    wire_ask(wire, "dormant book=us after=m3", "ok rows=0 book=us");
    wire_ask(wire, "dormant book=us after=nobody",
        "no status=unknown-party number=401 field=after *");
    wire_ask(wire, "dormant book=xx",
        "no status=unknown-book number=400 field=book *");
    wire_ask(wire, "dormant book=mx",
        "no status=out-of-scope number=301 field=book *");
}

static void test_members(void **state)
{
    struct daemon_fixture fixture;
    struct wire wire;
    (void)state;
    daemon_found(&fixture);
    daemon_start(&fixture, NULL);
    wire_open(&wire, &fixture);
    wire_login(&wire, &fixture, "ana");
    (void)wire_order(&wire, &fixture,
        "deposit member=m1 via=la amount=USD100.00 purpose=I", "ana");
    (void)wire_order(&wire, &fixture,
        "deposit member=m2 via=la amount=USD20.00 purpose=I", "ana");
    (void)wire_order(&wire, &fixture,
        "beneficiary-set member=m1 parts=b1:0.25,b2:0.75 designation=" HASH,
        "ana");
    (void)wire_order(&wire, &fixture,
        "split-set member=m1 parts=pool:0.1,share:0.9", "ana");
    ask_what_was_told(&wire);
    (void)wire_order(&wire, &fixture,
        "dormancy-set book=us dormant=1 unclaimed=2", "chief");
    let_two_months_pass(&wire, &fixture);
    ask_what_is_dormant(&wire);
    wire_ask(&wire, "try withdraw member=m1 via=la amount=USD1.00 purpose=I",
        "no status=dormant number=431 field=member *");
    wire_close(&wire);
    assert_int_equal(daemon_stop(&fixture), 0);
    daemon_remove(&fixture);
}

/* What a start after a crash reads again is what was: periods too. */
static void test_after_a_crash(void **state)
{
    struct daemon_fixture fixture;
    struct wire wire;
    (void)state;
    daemon_found(&fixture);
    daemon_start(&fixture, NULL);
    wire_open(&wire, &fixture);
    (void)wire_order(&wire, &fixture,
        "deposit member=m2 via=la amount=USD20.00 purpose=I", "ana");
    (void)wire_order(&wire, &fixture,
        "dormancy-set book=us dormant=1 unclaimed=2", "chief");
    let_two_months_pass(&wire, &fixture);
    wire_close(&wire);
    daemon_kill(&fixture);
    daemon_start(&fixture, NULL);
    wire_open(&wire, &fixture);
    wire_login(&wire, &fixture, "ana");
    wire_send(&wire, "dormant book=us\n");
    wire_expect(&wire, "row account=us/m2/share/USD active=2026-03-02 "
                       "balance=USD20.00 state=unclaimed-due");
    wire_expect(&wire, "ok rows=1 book=us");
    (void)wire_order(&wire, &fixture,
        "unclaimed-take member=m2 currency=USD evidence=" HASH, "chief");
    wire_ask(&wire, "dormant book=us", "ok rows=0 book=us");
    wire_send(&wire, "party party=m2\n");
    wire_expect(&wire, "row party=m2 *");
    wire_expect(&wire, "row account=us/m2/share/USD balance=USD0.00 *");
    wire_expect(&wire, "row unclaimed=USD20.00 entry=*");
    wire_expect(&wire, "ok rows=2");
    wire_close(&wire);
    assert_int_equal(daemon_stop(&fixture), 0);
    daemon_remove(&fixture);
}

/* What calendar-set said, within the range and the asker's scope. */
static void test_calendar(void **state)
{
    struct daemon_fixture fixture;
    struct wire wire;
    (void)state;
    daemon_found(&fixture);
    daemon_start(&fixture, NULL);
    wire_open(&wire, &fixture);
    wire_ask(&wire, "calendar book=us",
        "no status=not-logged-in number=* *");
    wire_login(&wire, &fixture, "ana");
    wire_ask(&wire, "calendar book=us", "ok rows=0 book=us date=2026-03-02");
    (void)wire_order(
        &wire, &fixture, "calendar-set book=us date=2026-03-03 open=no",
        "sup");
    (void)wire_order(
        &wire, &fixture, "calendar-set book=us date=2026-03-07 open=yes",
        "sup");
    wire_send(&wire, "calendar book=us\n");
    wire_expect(&wire, "row date=2026-03-03 open=no");
    wire_expect(&wire, "row date=2026-03-07 open=yes");
    wire_expect(&wire, "ok rows=2 book=us date=2026-03-02");
    (void)wire_order(
        &wire, &fixture, "day-close book=us date=2026-03-02", "sup");
    wire_send(&wire, "calendar book=us\n");
    wire_expect(&wire, "row date=2026-03-07 open=yes");
    wire_expect(&wire, "ok rows=1 book=us date=2026-03-04");
    wire_send(&wire, "calendar book=us from=2026-03-01 to=2026-03-06\n");
    wire_expect(&wire, "row date=2026-03-03 open=no");
    wire_expect(&wire, "ok rows=1 book=us date=2026-03-04");
    wire_ask(&wire, "calendar book=us from=2026-03-05 to=2026-03-04",
        "no status=bad-range number=801 field=to *");
    wire_ask(&wire, "calendar book=xx",
        "no status=unknown-book number=400 field=book *");
    wire_ask(&wire, "calendar book=mx",
        "no status=out-of-scope number=301 field=book *");
    wire_close(&wire);
    assert_int_equal(daemon_stop(&fixture), 0);
    daemon_remove(&fixture);
}

/* Two sign the opening; then each beneficiary is paid by label. */
static void test_succession(void **state)
{
    struct daemon_fixture fixture;
    struct wire wire;
    char approve[48];
    (void)state;
    daemon_found(&fixture);
    daemon_start(&fixture, NULL);
    wire_open(&wire, &fixture);
    wire_login(&wire, &fixture, "ana");
    (void)wire_order(&wire, &fixture,
        "deposit member=m1 via=la amount=USD100.01 purpose=I", "ana");
    (void)wire_order(&wire, &fixture,
        "beneficiary-set member=m1 parts=b1:0.5,b2:0.25,b3:0.25 "
        "designation=" HASH, "ana");
    (void)snprintf(approve, sizeof approve, "approve proposal=%u",
        (unsigned)wire_order(&wire, &fixture,
            "succession-open member=m1 evidence=" HASH, "sup"));
    wire_ask(&wire, "try succession-pay member=m1 label=b1 currency=USD "
                    "to=m2 evidence=" HASH,
        "no status=no-succession number=515 field=member *");
    (void)wire_order(&wire, &fixture, approve, "chief");
    (void)wire_order(&wire, &fixture,
        "succession-pay member=m1 label=b1 currency=USD to=m2 evidence=" HASH,
        "ana");
    wire_send(&wire, "party party=m1\n");
    wire_expect(&wire, "row party=m1 * state=open opened=0 succession=yes");
    wire_expect(&wire, "row account=us/m1/share/USD balance=USD50.00 *");
    wire_expect(&wire, "row beneficiary=b1 part=0.5 *");
    wire_expect(&wire, "row beneficiary=b2 part=0.25 *");
    wire_expect(&wire, "row beneficiary=b3 part=0.25 *");
    wire_expect(&wire, "row succession=USD100.01 entry=* left=b2,b3");
    wire_expect(&wire, "ok rows=5");
    wire_close(&wire);
    assert_int_equal(daemon_stop(&fixture), 0);
    daemon_remove(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_after_a_crash),
        cmocka_unit_test(test_succession),
        cmocka_unit_test(test_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
