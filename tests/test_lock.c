/*
 * Locked savings: locked with evidence until a date, earning meanwhile.
 */
#include "cycle_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define EVIDENCE "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static void test_lock_and_unlock(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_row rows[] = {
        { "ana", "deposit member=m1 via=bank amount=USD100.00 purpose=I",
            "ok" },
        { "ana", "lock member=m1 amount=USD100.01 until=2026-12-01 " EVIDENCE,
            "insufficient-funds member" },
        { "ana", "lock member=m1 amount=USD60.00 until=2026-11-23 " EVIDENCE,
            "wrong-date until" },
        { "ana", "lock member=nobody amount=USD60.00 "
                 "until=2026-12-01 " EVIDENCE, "unknown-party member" },
        { "ana", "lock member=la amount=USD60.00 until=2026-12-01 " EVIDENCE,
            "wrong-party member" },
        { "xana", "lock member=m1 amount=USD60.00 until=2026-12-01 " EVIDENCE,
            "out-of-scope member" },
        { "club", "lock member=m1 amount=USD60.00 until=2026-12-01 " EVIDENCE,
            "wrong-kind" },
        { "ana", "lock member=m1 amount=USD60.00 until=2026-12-01 " EVIDENCE,
            "ok" },
        { "ana", "withdraw member=m1 via=bank amount=USD40.01 purpose=I",
            "insufficient-funds member" },
    };
    static const struct ledger_balance locked[] = {
        { "us/m1/share/USD", "40.00" },
        { "us/m1/share.locked/USD", "60.00" },
    };
    static const struct ledger_balance unlocked[] = {
        { "us/m1/share/USD", "100.00" },
        { "us/m1/share.locked/USD", "0.00" },
    };
    unsigned long long lock;

    ledger_table_send(f, rows, sizeof rows / sizeof *rows);
    ledger_table_balances(f, locked, sizeof locked / sizeof *locked);
    lock = ledger_size(f->ledger) - 1;
    (void)ledger_fixture_send(
        f, "sup", "party-close party=m1 reason=leaves");
    ledger_table_answer(f, "not-empty party", "party-close");
    (void)ledger_fixture_send(f, "ana", "unlock lock=1 " EVIDENCE);
    ledger_table_answer(f, "unknown-lock lock", "unlock");
    cycle_fixture_close_until(f, "us", "2026-11-30");
    (void)ledger_fixture_send(f, "ana", "unlock lock=%llu " EVIDENCE, lock);
    ledger_table_answer(f, "still-locked lock", "unlock");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "ana", "unlock lock=%llu " EVIDENCE, lock);
    assert_true(bytes_equal_text(f->decision.effects,
        "+ us/m1/share.locked/USD 60.00\n"
        "+ us/m1/share/USD -60.00\n"));
    ledger_table_balances(f, unlocked, sizeof unlocked / sizeof *unlocked);
    (void)ledger_fixture_send(f, "ana", "unlock lock=%llu " EVIDENCE, lock);
    ledger_table_answer(f, "unknown-lock lock", "unlock");
    cycle_fixture_check(f);
}

/* Savings earn the same whether they are locked or not. */
static void test_earns_on(void **state)
{
    struct ledger_fixture *f = *state;
    static const struct ledger_balance after[] = {
        { "us/m1/share/USD", "15.00" },
        { "us/m1/share.locked/USD", "90.00" },
        { "us/m2/share/USD", "105.00" },
    };

    CYCLE_SEND(f, "board",
        "journal-entry post=us/bank/nostro/USD:10.00,"
        "us/us/income.fee/USD:-10.00 reason=fees");
    CYCLE_SEND(
        f, "ana", "deposit member=m1 via=bank amount=USD100.00 purpose=I");
    CYCLE_SEND(
        f, "ana", "deposit member=m2 via=bank amount=USD100.00 purpose=I");
    cycle_fixture_close_until(f, "us", "2026-11-25");
    CYCLE_SEND(f, "ana",
        "lock member=m1 amount=USD90.00 until=2027-06-01 " EVIDENCE);
    CYCLE_SEND(f, "board",
        "dividend-declare book=us month=2026-11 amount=USD10.00 basis=daily");
    cycle_fixture_close_until(f, "us", "2026-12-01");
    CYCLE_SEND(f, "sup", "month-close book=us month=2026-11");
    ledger_table_balances(f, after, sizeof after / sizeof *after);
    cycle_fixture_check(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_lock_and_unlock),
        LEDGER_TEST(test_earns_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
