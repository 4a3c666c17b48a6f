/*
 * What the tests of the cycle share: days that pass, and a look at all of
 * the ledger afterwards.
 */
#ifndef POSITO_TESTS_CYCLE_FIXTURE_H
#define POSITO_TESTS_CYCLE_FIXTURE_H

#include "ledger_table.h"

#include <posito/date.h>

/* A book's open date. */
struct date cycle_fixture_date(struct ledger_fixture *, const char *book);

/* Close days of a book until one on or after `to` is open. */
void cycle_fixture_close_until(
    struct ledger_fixture *, const char *book, const char *to);

/* Every invariant, and a replay to the same digest. */
void cycle_fixture_check(struct ledger_fixture *);

/* The line must be accepted. */
#define CYCLE_SEND(f, key, ...)                                             \
    do {                                                                    \
        if (ledger_fixture_send((f), (key), __VA_ARGS__) != STATUS_ACCEPTED) \
            fail_msg("%.*s: %s", (int)(f)->line.length,                     \
                (const char *)(f)->line.data,                               \
                status_name((f)->decision.status));                         \
    } while (0)

#endif
