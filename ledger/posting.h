/*
 * Postings: the plan that an operation collects, checks and commits; and
 * the postings of past entries read back.
 *
 * A plan is a list of legs, one an account.  posting_check applies to all
 * of them what no operation may break: chart, scope, own account, limits,
 * freeze, one book, zero sum, available balance, overflow, stakes.
 */
#ifndef POSITO_LEDGER_POSTING_H
#define POSITO_LEDGER_POSTING_H

#include "context.h"

/* ---- planning ---- */

/* An amount as it is credited: below zero. */
struct amount posting_credit(struct amount);

/*
 * Add a posting to the account that a party has in a role.  Debit positive.
 * Refuses UNKNOWN_PARTY, WRONG_PARTY, SAME_ACCOUNT.  Returns the party, or
 * NULL if it is unknown; valid until context_clear.
 */
const struct party *posting_add(struct context *, const struct ident *party,
    enum role, struct amount, const char *field);

/* The same for a party already found. */
void posting_add_party(struct context *, const struct party *, enum role,
    struct amount, const char *field);

/* The same for an account by its full name; also UNKNOWN_BOOK, OTHER_BOOK
 * (the party is in another book than the name says).  NULL if there is no
 * such account. */
struct leg *posting_add_name(struct context *, const struct account_name *,
    int64_t minor, const char *field);

/* The same for an account by its id.  NULL after a failure. */
struct leg *posting_add_id(struct context *, const struct account_id *,
    int64_t minor, const char *field);

/* The same for a party already found; where the plan has that account, the
 * amount is added to it.  The leg, to change what is held; NULL after a
 * failure. */
struct leg *posting_merge(struct context *, const struct party *, enum role,
    struct amount, const char *field);

/* contributor's stake in pool changes with the plan. */
void posting_add_stake(struct context *, const struct party *pool,
    const struct party *contributor, struct amount change,
    const char *field);

/* ---- deciding ---- */

void posting_check(struct context *);

/* Write accounts, totals, history, stakes, usage, and the effect lines of
 * verbs that are not LITERAL. */
void posting_commit(struct context *, enum verb);

/*
 * The same two for what the books ask for at the end of a period: no key's
 * scope, limits or use of the day, since the verb's own checks say who may
 * close it.  Checked are sums and balances; the plan that is committed may
 * be one part of several of the entry.
 */
void posting_check_closing(struct context *);
void posting_commit_closing(struct context *);

/* Write a plan that nobody ordered: the end of a hold.  Only the accounts
 * and totals change, and nothing is checked. */
void posting_commit_unasked(struct context *);

/* ---- reading back ---- */

struct posting {
    struct account_id id;
    struct account_name name;
    int64_t minor; /* debit positive */
};

struct posting_list {
    size_t count;
    struct posting list[CONTEXT_LEGS_MAX];
    bool more; /* there are more: a month-close, which nothing reverses */
    struct stake_change stake;  /* that went with them */
    struct notice_use notice;   /* that was cited */
    bool waits; /* a proposal: the entry posted nothing */
    struct operation operation; /* decoded; views into the entry, or into
                                   the ledger until the next read */
};

/*
 * The entry; or if it carries out an earlier one's line, that line and body
 * with its own effects: views into the ledger until the next such entry is
 * read.  0, or -1.
 */
int posting_find_line(struct ledger *, const struct entry *,
    struct entry *out) WARN_UNUSED_RESULT;

/*
 * The postings of an entry (line 0), or of a line of its body (from 1),
 * from its literal line or its effects.  Of an entry that carries out an
 * earlier one's line, the operation is that line's.  *found is false if the body has
 * no such line.  0, or -1: the entry is not what the ledger wrote.
 */
int posting_read(struct ledger *, const struct entry *, uint64_t line,
    struct posting_list *, bool *found) WARN_UNUSED_RESULT;

#endif
