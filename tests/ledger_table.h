/*
 * Scenarios as tables: who sends which line, and what is answered.
 */
#ifndef POSITO_TESTS_LEDGER_TABLE_H
#define POSITO_TESTS_LEDGER_TABLE_H

#include "ledger_fixture.h"

struct ledger_row {
    const char *key;
    const char *line;
    const char *answer; /* "ok", or the status' name, space, the field */
};

struct ledger_balance {
    const char *account;
    const char *digits; /* on the normal side */
};

/* Send each row and compare; the first wrong answer fails the test. */
void ledger_table_send(
    struct ledger_fixture *, const struct ledger_row *, size_t count);
void ledger_table_balances(
    struct ledger_fixture *, const struct ledger_balance *, size_t count);

/* Every control total is the sum of its accounts; each book and currency
 * sums to zero. */
void ledger_table_check_totals(struct ledger_fixture *);

/* Compare the last answer. */
void ledger_table_answer(
    struct ledger_fixture *, const char *answer, const char *line);

/* Setup and teardown of a founded fixture as *state. */
int ledger_table_setup(void **state);
int ledger_table_teardown(void **state);

#define LEDGER_TEST(function)                     \
    cmocka_unit_test_setup_teardown(              \
        function, ledger_table_setup, ledger_table_teardown)

#endif
