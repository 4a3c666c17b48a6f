/*
 * Who may do what: kinds of key and policy, scope, the limit per operation.
 */
#ifndef POSITO_LEDGER_PERMISSION_H
#define POSITO_LEDGER_PERMISSION_H

#include "record.h"

struct ledger;
struct order;

/*
 * Kinds of key that may sign (or ask) a verb for an amount: of the policy's
 * bands that lie below the amount the narrowest; without one, the row for
 * all amounts; without that, the operation table.  amount may be NULL.
 */
uint32_t permission_kinds(
    const struct ledger *, enum verb, const struct amount *);

/* Do all lines of the verb take the same, whatever their amount? */
bool permission_asks_the_same(const struct ledger *, enum verb);

/*
 * Who must sign: the same row whole.  Where policy has none: the table's
 * kinds, two keys for a verb with FLAG_TWO, else one; one in each country
 * with FLAG_EACH; seven days.
 */
struct quorum permission_quorum(
    const struct ledger *, enum verb, const struct amount *);

/*
 * Who must sign an operation.  Of most it is its verb's quorum for its
 * amount.  policy-set needs the quorum in force for what it changes, by
 * kinds that count there or that govern, and one key more; where policy
 * says that one key may set policy, it needs no more than that quorum.
 *
 * reverse needs what the line it reverses would need now (of a line of a
 * batch also what a batch needs), and what policy asks of reverse itself:
 * the stricter in every respect.  The kinds of both count, but only one of
 * those who sign may be of a kind that does not count for what is reversed:
 * whoever asks for it.  So no reversal goes around a quorum.
 *
 * Reads the journal for it: uses the ledger's scratch.
 */
struct quorum permission_quorum_of(
    struct ledger *, const struct operation *);

/* The same for an order: a batch needs what the strictest of its lines
 * needs, in every respect. */
struct quorum permission_quorum_order(
    struct ledger *, const struct order *);

/* Distinct keys that have signed, added up. */
struct signers {
    uint32_t count;
    uint32_t clubs; /* of kind club.treasurer */
    uint32_t countries[COUNTRY_COUNT];
    uint32_t kinds; /* set of KIND_BIT */
    uint32_t of_kind[KEY_KIND_COUNT];
};

void permission_count(struct signers *, const struct signing_key *);

/* need keys, each of them in every country that has a book, more than half
 * of all who signed are clubs' treasurers if clubs is set, and core_need of
 * them are of the kinds of core. */
bool permission_met(const struct ledger *, const struct quorum *,
    const struct signers *);

/*
 * Could the unrevoked keys meet it for some whole book that all of them
 * reach, without that one (0: all of them)?  policy-set is for keys whose
 * scope is all.
 */
bool permission_can_meet(
    struct ledger *, const struct quorum *, uint32_t without);

/*
 * Could those keys add keys, revoke keys and set policy?  Of policy-set:
 * for something that takes one key, which is the least it ever needs; for
 * what needs more, keys can be added.  If not, *lacking is the first of the
 * three verbs that nobody could carry out.
 */
bool permission_can_govern(
    struct ledger *, uint32_t without, enum verb *lacking);

/* The set of countries that have a book, as 1 << country. */
uint32_t permission_countries(const struct ledger *);

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
