#include "ledger_table.h"

#include "../ledger/account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void ledger_table_answer(
    struct ledger_fixture *f, const char *answer, const char *line)
{
    const struct decision *d = &f->decision;
    char found[200];

    (void)snprintf(found, sizeof found, "%s%s%.*s", status_name(d->status),
        d->field.length > 0 ? " " : "", (int)d->field.length,
        d->field.length > 0 ? (const char *)d->field.data : "");
    if (strcmp(found, answer) != 0)
        fail_msg("%s\n    answered: %s\n    expected: %s", line, found,
            answer);
}

void ledger_table_send(
    struct ledger_fixture *f, const struct ledger_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t size = ledger_size(f->ledger);

        (void)ledger_fixture_send(f, rows[i].key, "%s", rows[i].line);
        ledger_table_answer(f, rows[i].answer, rows[i].line);
        if (strcmp(rows[i].answer, "ok") == 0)
            size++;
        assert_int_equal(ledger_size(f->ledger), size);
    }
}

void ledger_table_balances(struct ledger_fixture *f,
    const struct ledger_balance *balances, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct account_name name;
        char memory[40] = "";
        struct buffer digits = buffer_over(memory, sizeof memory - 1);

        assert_true(account_name_parse(
            bytes_text(balances[i].account), &name));
        amount_append_digits(&digits,
            (struct amount){
                ledger_fixture_balance(f, balances[i].account),
                name.currency,
            });
        if (strcmp(memory, balances[i].digits) != 0)
            fail_msg("%s is %s, not %s", balances[i].account, memory,
                balances[i].digits);
    }
}

/* ---- totals ---- */

#define BOOKS 2

struct sums {
    struct account role[BOOKS][CURRENCY_COUNT][ROLE_COUNT];
    struct account control[BOOKS][CURRENCY_COUNT][ROLE_COUNT];
};

static void add(struct account *sum, const struct account *account)
{
    sum->debits += account->debits;
    sum->credits += account->credits;
    sum->debits_held += account->debits_held;
    sum->credits_held += account->credits_held;
    sum->postings += account->postings;
}

static void collect(struct ledger_fixture *f, struct sums *sums)
{
    struct state_scan *scan =
        state_scan_open(f->state, TABLE_ACCOUNT, bytes_of("", 0));
    struct bytes key;
    struct bytes value;

    assert_non_null(scan);
    while (state_scan_next(scan, &key, &value)) {
        struct account_id id;
        struct account account;
        struct account(*sum)[CURRENCY_COUNT][ROLE_COUNT];

        memcpy(id.data, key.data, sizeof id.data);
        assert_true(account_load(f->state, &id, &account));
        sum = account_id_party(&id) == ACCOUNT_CONTROL ? sums->control
                                                       : sums->role;
        add(&sum[account_id_book(&id)][account_id_currency(&id)]
                [account_id_role(&id)], &account);
    }
    state_scan_close(scan);
}

void ledger_table_check_totals(struct ledger_fixture *f)
{
    struct sums *sums = calloc(1, sizeof *sums);

    assert_non_null(sums);
    collect(f, sums);
    assert_memory_equal(sums->role, sums->control, sizeof sums->role);
    for (int book = 0; book < BOOKS; book++)
        for (int currency = 0; currency < CURRENCY_COUNT; currency++) {
            int64_t sum = 0;

            for (int role = 0; role < ROLE_COUNT; role++)
                sum += sums->role[book][currency][role].debits -
                    sums->role[book][currency][role].credits;
            assert_true(sum == 0);
        }
    free(sums);
}

/* ---- setup ---- */

int ledger_table_setup(void **state)
{
    struct ledger_fixture *f = malloc(sizeof *f);

    assert_non_null(f);
    ledger_fixture_open(f);
    ledger_fixture_found(f);
    *state = f;
    return 0;
}

int ledger_table_teardown(void **state)
{
    ledger_fixture_close(*state);
    free(*state);
    return 0;
}
