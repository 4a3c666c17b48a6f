/*
 * The question pool over a real socket, byte for byte: notices, parts,
 * balances, who may ask.
 */
#include "daemon_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct desk {
    struct daemon_fixture fixture;
    struct wire wire;
};

static int open_desk(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    daemon_found(&desk->fixture);
    daemon_start(&desk->fixture, NULL);
    wire_open(&desk->wire, &desk->fixture);
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    struct desk *desk = *state;
    wire_close(&desk->wire);
    int code = daemon_stop(&desk->fixture);
    daemon_remove(&desk->fixture);
    free(desk);
    return code;
}

static uint64_t order(struct desk *desk, const char *key, const char *line)
{
    return wire_order(&desk->wire, &desk->fixture, line, key);
}

static void answers(struct desk *desk, const char *question, const char *text)
{
    struct buffer answer = buffer_empty();
    wire_send(&desk->wire, question);
    wire_send(&desk->wire, "\n");
    (void)wire_answer(&desk->wire, &answer);
    if (!bytes_equal_text(buffer_bytes(&answer), text))
        fail_msg("%s\nexpected:\n%sgot:\n%.*s", question, text,
            (int)answer.length, (const char *)answer.data);
    buffer_free(&answer);
}

static void test_refused(void **state)
{
    struct desk *desk = *state;
    wire_ask(&desk->wire, "pool party=club", "no status=not-logged-in *");
    wire_login(&desk->wire, &desk->fixture, "mex");
    answers(desk, "pool party=club",
        "no status=out-of-scope number=301 field=party text=The key's scope "
        "does not reach that party or book.\n");
    wire_login(&desk->wire, &desk->fixture, "ana");
    answers(desk, "pool party=m1",
        "no status=wrong-party number=403 field=party text=A party of this "
        "kind cannot take that place.\n");
    answers(desk, "pool party=nobody",
        "no status=unknown-party number=401 field=party text=There is no "
        "such party.\n");
    answers(desk, "pool party=club", "ok rows=0 pool=club\n");
}

static void put_in(struct desk *desk)
{
    (void)order(desk, "ana",
        "deposit member=m1 via=la amount=USD90.00 purpose=C");
    (void)order(desk, "ana",
        "deposit member=m2 via=la amount=USD90.00 purpose=C");
    (void)order(desk, "ana",
        "deposit member=m2 via=la amount=MXN90.00 purpose=C");
    (void)order(desk, "ana",
        "contribute member=m1 club=club amount=USD10.00 purpose=C");
    (void)order(desk, "ana",
        "contribute member=m2 club=club amount=USD20.00 purpose=C");
    (void)order(desk, "ana",
        "contribute member=m2 club=club amount=MXN7.00 purpose=C");
}

static void test_pool(void **state)
{
    struct desk *desk = *state;
    uint64_t notice;
    char text[500];
    put_in(desk);
    (void)order(desk, "chief", "pool-notice club=club days=30");
    notice = order(
        desk, "ana", "redeem-notice member=m2 club=club amount=USD5.00");
    (void)order(desk, "chief",
        "pool-lend from=club to=fed amount=USD12.00 purpose=C");
    (void)snprintf(text, sizeof text,
        "row notice=%llu party=m2 left=USD5.00 due=2026-04-01\n"
        "row party=m1 stake=USD10.00 part=33.33\n"
        "row party=m2 stake=USD20.00 part=66.67\n"
        "row party=m2 stake=MXN7.00 part=100.00\n"
        "ok rows=4 pool=club days=30 balance=MXN7.00,USD18.00 "
        "lent=USD12.00\n",
        (unsigned long long)notice);
    answers(desk, "pool party=club", text);
    answers(desk, "pool party=fed",
        "row party=club stake=USD12.00 part=100.00\n"
        "ok rows=1 pool=fed balance=USD12.00\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_pool),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
