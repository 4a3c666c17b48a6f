/*
 * Who may do what: kinds of key and policy, scope, the limit per operation.
 */
#ifndef POSITO_LEDGER_PERMISSION_H
#define POSITO_LEDGER_PERMISSION_H

#include "record.h"

struct ledger;

/*
 * Kinds of key that may sign (or ask) a verb for an amount: of the policy's
 * bands that lie below the amount the narrowest; without one, the row for
 * all amounts; without that, the operation table.  amount may be NULL.
 */
uint32_t permission_kinds(
    const struct ledger *, enum verb, const struct amount *);

/*
 * A scope reaches a party if it is `all`, the party's book, the party, or
 * something above the party (member, club, federation).
 */
bool permission_reaches(
    struct state *, const struct scope *, const struct party *);
bool permission_reaches_book(const struct scope *, uint8_t book);

/* Whatever inner reaches, outer reaches too. */
bool permission_reaches_scope(
    struct state *, const struct scope *outer, const struct scope *inner);

/* The amount of a currency in a list of limits; false: no limit. */
bool permission_limit(
    const struct amounts *, enum currency, int64_t *minor);

/*
 * Scope from its name: `all`, a book (before the party of that name), a
 * party.  False if there is none of that name.
 */
bool permission_find_scope(struct ledger *, const struct ident *,
    struct scope *) WARN_UNUSED_RESULT;
/* The name of a scope, for people. */
struct ident permission_scope_name(struct ledger *, const struct scope *);

#endif
