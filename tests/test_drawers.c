/*
 * Drawers: pieces of cash as data, counts by denomination, differences, and
 * what the question tells.  The story of a drawer's day is in
 * tests/scenarios/drawers.txt.
 */
#include "ledger_fixture.h"
#include "ledger_table.h"

#include "../ledger/check.h"
#include "../ledger/report.h"

#include <posito/denomination.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void pieces_there_are(void **state)
{
    static const struct {
        struct amount value;
        unsigned forms; /* 0: there is none */
    } rows[] = {
        { { 10000, CURRENCY_USD }, DENOMINATION_NOTE },
        { { 200, CURRENCY_USD }, DENOMINATION_NOTE },
        { { 100, CURRENCY_USD }, DENOMINATION_NOTE | DENOMINATION_COIN },
        { { 25, CURRENCY_USD }, DENOMINATION_COIN },
        { { 300, CURRENCY_USD }, 0 },
        { { 20, CURRENCY_USD }, 0 },
        { { 100000, CURRENCY_MXN }, DENOMINATION_NOTE },
        { { 2000, CURRENCY_MXN }, DENOMINATION_NOTE | DENOMINATION_COIN },
        { { 20, CURRENCY_MXN }, DENOMINATION_COIN },
        { { 25, CURRENCY_MXN }, 0 },
        { { 100, CURRENCY_EUR }, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct denomination *found = denomination_find(rows[i].value);

        assert_int_equal(found == NULL ? 0 : found->forms, rows[i].forms);
    }
    for (size_t i = 1; denomination_at(CURRENCY_MXN, i) != NULL; i++)
        assert_true(denomination_at(CURRENCY_MXN, i)->value.minor <
            denomination_at(CURRENCY_MXN, i - 1)->value.minor);
    assert_null(denomination_at(CURRENCY_USD, 12));
    assert_null(denomination_at(CURRENCY_JPY, 0));
}

static void pieces_are_read_in_order(void **state)
{
    struct bytes rest = bytes_text("MXN0.50x999999,USD20.00x3");
    struct amount value;
    uint64_t count;

    (void)state;
    assert_true(pieces_next(&rest, &value, &count));
    assert_true(value.minor == 50 && value.currency == CURRENCY_MXN);
    assert_int_equal(count, 999999);
    assert_true(pieces_next(&rest, &value, &count));
    assert_true(value.minor == 2000 && value.currency == CURRENCY_USD);
    assert_int_equal(count, 3);
    assert_false(pieces_next(&rest, &value, &count));
    rest = bytes_text("none");
    assert_false(pieces_next(&rest, &value, &count));
}

static const struct ledger_row opened[] = {
    { "sup", "party-open party=la.1 kind=drawer book=us parent=la country=US",
        "ok" },
    { "ana", "drawer-open drawer=la.1", "ok" },
    { "ana", "deposit member=m1 via=la.1 amount=USD100.00 purpose=I", "ok" },
};

static void finish(struct ledger_fixture *f)
{
    struct failure failure = { "" };

    ledger_table_check_totals(f);
    if (check_ledger(f->ledger, &failure) != 0)
        fail_msg("%s", failure.text);
    ledger_fixture_check_replay(f);
}

static void add(void *context, struct amount amount)
{
    struct amount *sum = context;

    sum->minor += amount.minor;
}

static enum status ask(struct ledger_fixture *f, const char *name,
    struct drawer_report *report, int64_t *expected)
{
    struct ident who = ident_of("aud");
    struct ident drawer = ident_of(name);
    struct amount sum = { 0 };
    enum status status;

    assert_int_equal(report_drawer(f->ledger, &who, &drawer, report, add,
                         &sum, &status),
        0);
    *expected = sum.minor;
    return status;
}

static void the_question_tells_whose_and_how_much(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "drawer-count drawer=la.1 pieces=USD50.00x2", "ok" },
    };
    static const struct ledger_row closing[] = {
        { "ana", "drawer-close drawer=la.1 pieces=USD50.00x2", "ok" },
    };
    struct drawer_report report;
    int64_t expected;

    ledger_table_send(f, opened, COUNT(opened));
    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(ask(f, "la.1", &report, &expected), STATUS_ACCEPTED);
    assert_true(report.open);
    assert_true(bytes_equal_text(ident_bytes(&report.key), "ana"));
    assert_int_equal(report.opened, 2);
    assert_int_equal(report.counted, 4);
    assert_true(expected == 10000);
    assert_int_equal(ask(f, "la", &report, &expected), STATUS_WRONG_PARTY);
    assert_int_equal(ask(f, "zz", &report, &expected), STATUS_UNKNOWN_PARTY);
    ledger_table_send(f, closing, COUNT(closing));
    assert_int_equal(ask(f, "la.1", &report, &expected), STATUS_ACCEPTED);
    assert_false(report.open);
    finish(f);
}

/* A hold that is to be paid out of a drawer is paid by the drawer's key. */
static void captures_need_the_drawer(void **state)
{
    static const struct ledger_row rows[] = {
        { "sup", "hold from=us/m1/share/USD to=us/la.1/drawer/USD "
                 "amount=USD30.00 until=2026-12-01T00:00:00.000Z purpose=I",
            "ok" },
        { "sup", "capture hold=4 amount=USD30.00 rest=keep",
            "not-your-drawer hold" },
        { "ana", "drawer-close drawer=la.1 pieces=USD20.00x1",
            "insufficient-funds pieces" },
        { "ana", "capture hold=4 amount=USD30.00 rest=keep", "ok" },
        { "ana", "drawer-close drawer=la.1 pieces=USD50.00x1,USD20.00x1",
            "ok" },
    };
    struct ledger_fixture *f = *state;

    ledger_table_send(f, opened, COUNT(opened));
    ledger_table_send(f, rows, COUNT(rows));
    assert_int_equal(
        ledger_fixture_balance(f, "us/us/expense.overshort/USD"), 0);
    finish(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_there_are),
        cmocka_unit_test(pieces_are_read_in_order),
        LEDGER_TEST(the_question_tells_whose_and_how_much),
        LEDGER_TEST(captures_need_the_drawer),
    };

    return cmocka_run_group_tests_name("drawers", tests, NULL, NULL);
}
