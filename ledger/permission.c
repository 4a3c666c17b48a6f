#include "permission.h"

#include "context.h"
#include "operations.h"
#include "prefetch.h"

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
        .need = row->flags & FLAG_CLUBS ? 3 : row->flags & FLAG_TWO ? 2 : 1,
        .each = row->flags & FLAG_EACH ? 1 : 0,
        .clubs = row->flags & FLAG_CLUBS,
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

/* What both ask for, in every respect but the kinds. */
static void take_stricter(struct quorum *all, const struct quorum *other)
{
    if (other->need > all->need)
        all->need = other->need;
    if (other->each > all->each)
        all->each = other->each;
    if (other->lapse < all->lapse)
        all->lapse = other->lapse;
    all->clubs |= other->clubs;
}

/* Who must sign the line that a reverse is about, were it signed now. */
static bool subject_quorum(
    struct ledger *ledger, const struct operation *op, struct quorum *out)
{
    struct quorum batch = permission_quorum(ledger, VERB_BATCH, NULL);
    struct operation subject;
    bool of_batch;

    if (!reversal_find(ledger, op, &subject, &of_batch))
        return false;
    *out = permission_quorum_of(ledger, &subject);
    if (of_batch) {
        take_stricter(out, &batch);
        out->kinds &= batch.kinds;
    }
    return true;
}

static struct quorum reversal_quorum(
    struct ledger *ledger, const struct operation *op)
{
    struct quorum own = permission_quorum(ledger, VERB_REVERSE, NULL);
    struct quorum subject;

    /* What one key could do a supervisor may undo. */
    if (!subject_quorum(ledger, op, &subject) || subject.need < 2)
        return own;
    take_stricter(&own, &subject);
    own.core = subject.kinds & KINDS_SIGN;
    own.core_need = (uint8_t)(subject.need - 1);
    own.kinds |= own.core;
    return own;
}

struct quorum permission_quorum_of(
    struct ledger *ledger, const struct operation *op)
{
    struct amount amount;

    if (op->verb == VERB_POLICY_SET)
        return policy_quorum(ledger, op);
    if (op->verb == VERB_REVERSE)
        return reversal_quorum(ledger, op);
    return permission_quorum(
        ledger, op->verb, operation_amount(op, &amount) ? &amount : NULL);
}

bool permission_asks_the_same(const struct ledger *ledger, enum verb verb)
{
    const struct policy_rows *policy = &ledger->policy;

    for (uint32_t i = policy->first[verb]; i < policy->first[verb + 1]; i++)
        if (policy->rows[i].banded)
            return false;
    return verb != VERB_POLICY_SET && verb != VERB_REVERSE;
}

struct quorum permission_quorum_order(
    struct ledger *ledger, const struct order *order)
{
    struct quorum all = permission_quorum_of(ledger, &order->operation);
    enum verb taken = VERB_BATCH; /* which no line is */

    if (order->operation.verb != VERB_BATCH)
        return all;
    for (size_t i = 0; i < order->line_count; i++) {
        struct quorum line;

        /* Operations are large, and only a little of each is read here. */
        if (i + 8 < order->line_count)
            prefetch(&order->lines[i + 8].as);
        if (order->line_status[i] != STATUS_ACCEPTED ||
            order->lines[i].verb == taken)
            continue;
        line = permission_quorum_of(ledger, &order->lines[i]);
        take_stricter(&all, &line);
        all.kinds &= line.kinds;
        if (permission_asks_the_same(ledger, order->lines[i].verb))
            taken = order->lines[i].verb;
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
    signers->of_kind[key->kind]++;
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

static bool enough_of_core(
    const struct quorum *quorum, const struct signers *signers)
{
    uint32_t count = 0;

    for (unsigned kind = 0; kind < KEY_KIND_COUNT; kind++)
        if (quorum->core >> kind & 1U)
            count += signers->of_kind[kind];
    return count >= quorum->core_need;
}

bool permission_met(const struct ledger *ledger, const struct quorum *quorum,
    const struct signers *signers)
{
    if (signers->count < quorum->need ||
        !enough_of_each(ledger, quorum, signers) ||
        !enough_of_core(quorum, signers))
        return false;
    return !quorum->clubs || signers->clubs * 2 > signers->count;
}

/* The same with the keys that reach all of the inner scope. */
static bool can_meet_within(struct ledger *ledger,
    const struct quorum *quorum, uint32_t without, const struct scope *inner)
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
            permission_reaches_scope(ledger->state, &key.scope, inner))
            permission_count(&signers, &key);
    if (scan != NULL)
        state_scan_close(scan);
    /* Whoever is too many for the clubs' majority need not sign. */
    return signers.count >= quorum->need &&
        enough_of_each(ledger, quorum, &signers) &&
        (!quorum->clubs || signers.clubs * 2 > quorum->need);
}

bool permission_can_meet(
    struct ledger *ledger, const struct quorum *quorum, uint32_t without)
{
    struct scope inner = { SCOPE_ALL, 0 };

    if (quorum->verb == VERB_POLICY_SET)
        return can_meet_within(ledger, quorum, without, &inner);
    inner.kind = SCOPE_BOOK;
    for (; inner.number < ledger->counters.books; inner.number++)
        if (can_meet_within(ledger, quorum, without, &inner))
            return true;
    return false;
}

bool permission_can_govern(
    struct ledger *ledger, uint32_t without, enum verb *lacking)
{
    static const enum verb verbs[] = { VERB_KEY_ADD, VERB_KEY_REVOKE,
        VERB_POLICY_SET };

    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct quorum quorum = permission_quorum(ledger, verbs[i], NULL);

        *lacking = verbs[i];
        /* As policy_quorum has it for a verb that takes one key. */
        if (verbs[i] == VERB_POLICY_SET)
            quorum.kinds |= KINDS_GOVERN;
        if (!permission_can_meet(ledger, &quorum, without))
            return false;
    }
    return true;
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
