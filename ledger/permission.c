#include "permission.h"

#include "context.h"

#include <string.h>

/* Member, club, federation: no chain of parents is longer. */
#define DEPTH_MAX 4

uint32_t permission_kinds(const struct ledger *ledger, enum verb verb,
    const struct amount *amount)
{
    const struct policy_rows *policy = &ledger->policy;
    const struct quorum *best = NULL;

    for (uint32_t i = policy->first[verb]; i < policy->first[verb + 1]; i++) {
        const struct quorum *row = &policy->rows[i];

        if (row->banded &&
            (amount == NULL || row->over.currency != amount->currency ||
                row->over.minor >= amount->minor))
            continue;
        if (best == NULL || !best->banded ||
            (row->banded && row->over.minor > best->over.minor))
            best = row;
    }
    return best != NULL ? best->kinds : operation_row(verb)->kinds;
}

/* Is the party the one of that number, or below it? */
static bool is_below(
    struct state *state, const struct party *party, uint32_t number)
{
    struct party above;
    uint32_t next = party->parent;

    if (party->number == number)
        return true;
    for (int depth = 0; depth < DEPTH_MAX && next != 0; depth++) {
        if (next == number)
            return true;
        if (!record_find_party_number(state, next, &above))
            return false;
        next = above.parent;
    }
    return false;
}

bool permission_reaches(struct state *state, const struct scope *scope,
    const struct party *party)
{
    switch (scope->kind) {
    case SCOPE_ALL:
        return true;
    case SCOPE_BOOK:
        return scope->number == party->book;
    case SCOPE_PARTY:
        return is_below(state, party, scope->number);
    }
    return false;
}

bool permission_reaches_book(const struct scope *scope, uint8_t book)
{
    return scope->kind == SCOPE_ALL ||
        (scope->kind == SCOPE_BOOK && scope->number == book);
}

bool permission_reaches_scope(struct state *state, const struct scope *outer,
    const struct scope *inner)
{
    struct party party;

    switch (inner->kind) {
    case SCOPE_ALL:
        return outer->kind == SCOPE_ALL;
    case SCOPE_BOOK:
        return permission_reaches_book(outer, (uint8_t)inner->number);
    case SCOPE_PARTY:
        return record_find_party_number(state, inner->number, &party) &&
            permission_reaches(state, outer, &party);
    }
    return false;
}

bool permission_limit(
    const struct amounts *limits, enum currency currency, int64_t *minor)
{
    for (size_t i = 0; i < limits->count; i++) {
        if (limits->list[i].currency == currency) {
            *minor = limits->list[i].minor;
            return true;
        }
    }
    return false;
}

bool permission_find_scope(
    struct ledger *ledger, const struct ident *name, struct scope *out)
{
    const struct book *book = context_find_book(ledger, name);
    struct party party;

    if (bytes_equal_text(ident_bytes(name), "all")) {
        *out = (struct scope){ SCOPE_ALL, 0 };
        return true;
    }
    if (book != NULL) {
        *out = (struct scope){ SCOPE_BOOK, book->number };
        return true;
    }
    if (!record_find_party(ledger->state, name, &party))
        return false;
    *out = (struct scope){ SCOPE_PARTY, party.number };
    return true;
}

struct ident permission_scope_name(
    struct ledger *ledger, const struct scope *scope)
{
    struct party party = { 0 };

    switch (scope->kind) {
    case SCOPE_ALL:
        return ident_of("all");
    case SCOPE_BOOK:
        return ledger->books[scope->number % RECORD_BOOKS_MAX].name;
    case SCOPE_PARTY:
        (void)!record_find_party_number(
            ledger->state, scope->number, &party);
        break;
    }
    return party.name;
}
