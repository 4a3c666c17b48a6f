/*
 * Questions about projects over a real socket, word by word as
 * protocol/FORMAT.md has them.
 */
#include "daemon_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int setup(void **state)
{
    static struct daemon_fixture fixture;

    daemon_found(&fixture);
    daemon_start(&fixture, NULL);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    daemon_remove(*state);
    return 0;
}

static void begin(struct wire *wire, struct daemon_fixture *f)
{
    static const char *const lines[] = {
        "agreement-set agreement=half from=2026-03-01 "
        "parts=club:0.5,federal:0.5",
        "project-register project=pozo book=us club=club agreement=half "
        "category=irrigation place=Jerez%20de%20Garc%C3%ADa "
        "budget=USD10.01 milestones=a:0.333,b:0.667",
        "pledge project=pozo level=club from=club amount=USD5.01 "
        "until=2026-04-01",
    };

    wire_open(wire, f);
    wire_login(wire, f, "chief");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        (void)wire_order(wire, f, lines[i], "chief");
}

static void questions_are_spelled_as_the_text_says(void **state)
{
    struct daemon_fixture *f = *state;
    struct wire wire;

    begin(&wire, f);
    /* A teller of the book may ask too. */
    wire_login(&wire, f, "ana");
    wire_ask(&wire, "project project=pozo",
        "row project=pozo book=us club=club state=open category=irrigation "
        "productive=yes place=Jerez%20de%20Garc%C3%ADa agreement=half "
        "start=2026-03-02 budget=USD10.01 pledged=USD5.01 received=USD0.00 "
        "drawn=USD0.00 returned=USD0.00 balance=USD0.00 "
        "releasable=USD0.00");
    wire_expect(&wire, "row level=club budget=USD5.01 pledged=USD5.01");
    wire_expect(&wire, "row level=federal budget=USD5.00 pledged=USD0.00");
    wire_expect(&wire,
        "row source=pozo.club level=club from=club share=100 "
        "pledged=USD5.01 received=USD0.00 drawn=USD0.00 returned=USD0.00 "
        "balance=USD0.00");
    wire_expect(&wire, "row milestone=a part=33.3");
    wire_expect(&wire, "row milestone=b part=66.7");
    wire_expect(&wire, "row pledge=3 source=pozo.club state=open "
                       "amount=USD5.01 left=USD5.01 until=2026-04-01");
    wire_expect(&wire, "row entry=3 date=2026-03-02 verb=pledge");
    wire_expect(&wire, "row entry=2 date=2026-03-02 verb=project-register");
    wire_expect(&wire, "ok rows=9");
    wire_ask(&wire, "projects party=fed",
        "row project=pozo book=us club=club state=open category=irrigation "
        "productive=yes place=* start=2026-03-02 pledged=USD5.01 "
        "received=USD0.00 drawn=USD0.00 returned=USD0.00 balance=USD0.00 "
        "opened=2");
    wire_expect(&wire, "ok rows=1");
    wire_ask(&wire, "programme book=us",
        "row year=2026 projects=1 clubs=1 places=1 invested=USD0.00 "
        "average=USD0.00 productive=1 share=100");
    wire_expect(&wire,
        "row total=USD projects=1 clubs=1 places=1 invested=USD0.00 "
        "average=USD0.00 productive=1 share=100");
    wire_expect(&wire, "row level=club year=2026 invested=USD0.00");
    wire_expect(&wire, "ok rows=3");
    wire_ask(&wire, "project project=m1", "no status=wrong-party * "
                                          "field=project *");
    wire_ask(&wire, "projects party=ana.p", "no status=wrong-party * "
                                            "field=party *");
    wire_ask(&wire, "programme book=gt", "no status=unknown-book * "
                                         "field=book *");
    wire_ask(&wire, "programme book=us from=2027 to=2026",
        "no status=bad-range * field=from *");
    wire_close(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            questions_are_spelled_as_the_text_says, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
