#include "permission.h"

#include "context.h"

#include <posito/order.h>

#include <string.h>

#define LAPSE_DAYS 7

/* Member, club, federation: no chain of parents is longer. */
#define DEPTH_MAX 4

/* The row of policy that applies; NULL if there is none. */
static const struct quorum *find_row(const struct ledger *ledger,
    enum verb verb, const struct amount *amount)
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
    return best;
}

struct quorum permission_quorum(const struct ledger *ledger, enum verb verb,
    const struct amount *amount)
{
    const struct quorum *found = find_row(ledger, verb, amount);
    const struct operation_row *row = operation_row(verb);

    if (found != NULL)
        return *found;
    return (struct quorum){
        .verb = verb,
        .need = row->flags & FLAG_TWO ? 2 : 1,
        .each = row->flags & FLAG_EACH ? 1 : 0,
        .lapse = LAPSE_DAYS,
        .kinds = row->kinds,
    };
}

uint32_t permission_kinds(const struct ledger *ledger, enum verb verb,
    const struct amount *amount)
{
    return permission_quorum(ledger, verb, amount).kinds;
}

/* Of the amounts whose quorum the line changes, the smallest. */
static struct quorum prior_quorum(
    const struct ledger *ledger, const struct operation *op)
{
    const struct policy_set_fields *f = &op->as.policy_set;
    struct amount amount;

    if (!OPERATION_HAS(op, policy_set, over))
        return permission_quorum(ledger, f->verb, NULL);
    amount = f->over;
    amount.minor++;
    return permission_quorum(ledger, f->verb, &amount);
}

static struct quorum policy_quorum(
    const struct ledger *ledger, const struct operation *op)
{
    struct quorum own = permission_quorum(ledger, VERB_POLICY_SET, NULL);
    struct quorum prior = prior_quorum(ledger, op);
    unsigned more = own.need == 1 ? 0 : 1;

    prior.need = (uint8_t)(prior.need + more);
    if (prior.need < own.need)
        prior.need = own.need;
    if (prior.each < own.each)
        prior.each = own.each;
    prior.clubs |= own.clubs;
    prior.lapse = own.lapse;
    prior.kinds = (prior.kinds & KINDS_SIGN) | own.kinds | KINDS_GOVERN;
    return prior;
}

struct quorum permission_quorum_of(
    const struct ledger *ledger, const struct operation *op)
{
    struct amount amount;

    if (op->verb == VERB_POLICY_SET)
        return policy_quorum(ledger, op);
    return permission_quorum(
        ledger, op->verb, operation_amount(op, &amount) ? &amount : NULL);
}

struct quorum permission_quorum_order(
    const struct ledger *ledger, const struct order *order)
{
    struct quorum all = permission_quorum_of(ledger, &order->operation);

    if (order->operation.verb != VERB_BATCH)
        return all;
    for (size_t i = 0; i < order->line_count; i++) {
        struct quorum line;

        if (order->line_status[i] != STATUS_ACCEPTED)
            continue;
        line = permission_quorum_of(ledger, &order->lines[i]);
        if (line.need > all.need)
            all.need = line.need;
        if (line.each > all.each)
            all.each = line.each;
        if (line.lapse < all.lapse)
            all.lapse = line.lapse;
        all.clubs |= line.clubs;
        all.kinds &= line.kinds;
    }
    return all;
}

/* ---- quorums ---- */

void permission_count(struct signers *signers, const struct signing_key *key)
{
    signers->count++;
    signers->clubs += key->kind == KIND_CLUB_TREASURER;
    signers->countries[key->country]++;
    signers->kinds |= UINT32_C(1) << key->kind;
}

uint32_t permission_countries(const struct ledger *ledger)
{
    uint32_t countries = 0;

    for (uint32_t i = 0; i < ledger->counters.books; i++)
        countries |= UINT32_C(1) << ledger->books[i].country;
    return countries;
}

static bool enough_of_each(const struct ledger *ledger,
    const struct quorum *quorum, const struct signers *signers)
{
    uint32_t countries = permission_countries(ledger);

    for (unsigned i = 0; i < COUNTRY_COUNT; i++)
        if ((countries >> i & 1U) && signers->countries[i] < quorum->each)
            return false;
    return true;
}

bool permission_met(const struct ledger *ledger, const struct quorum *quorum,
    const struct signers *signers)
{
    if (signers->count < quorum->need ||
        !enough_of_each(ledger, quorum, signers))
        return false;
    return !quorum->clubs || signers->clubs * 2 > signers->count;
}

bool permission_can_meet(
    struct ledger *ledger, const struct quorum *quorum, uint32_t without)
{
    struct state_scan *scan =
        state_scan_open(ledger->state, TABLE_KEY, bytes_of("", 0));
    struct signers signers = { 0 };
    struct signing_key key;
    struct bytes name;
    struct bytes value;

    while (scan != NULL && state_scan_next(scan, &name, &value))
        if (record_parse_key(name, value, &key) && !key.revoked &&
            key.number != without && (quorum->kinds >> key.kind & 1U) &&
            key.scope.kind != SCOPE_PARTY)
            permission_count(&signers, &key);
    if (scan != NULL)
        state_scan_close(scan);
    /* Whoever is too many for the clubs' majority need not sign. */
    return signers.count >= quorum->need &&
        enough_of_each(ledger, quorum, &signers) &&
        (!quorum->clubs || signers.clubs * 2 > quorum->need);
}

/* ---- scopes ---- */

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
