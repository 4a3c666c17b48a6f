/*
 * Questions: what the state and the journal say, for people.  Nothing here
 * writes.  Amounts of an account are on its normal side: a share of 25.00
 * is +25.00 although it is a credit.
 *
 * Each returns 0 and sets *status, or -1 if storage failed.  `who` is the
 * key that asks: its scope must reach the party or book (OUT_OF_SCOPE).
 */
#ifndef POSITO_LEDGER_REPORT_H
#define POSITO_LEDGER_REPORT_H

#include "ledger.h"

struct account_report {
    struct account_name name;
    enum account_class class;
    int64_t debits, credits;           /* running totals */
    int64_t debits_held, credits_held;
    int64_t balance;   /* on the normal side */
    int64_t held;      /* what holds take from the available balance */
    int64_t available;
    uint64_t postings;
    uint64_t opened; /* entry that first posted */
    uint64_t last;   /* entry that last posted */
};

/* May the key ask this kind of question (policy, kind, not revoked)? */
int report_may_ask(struct ledger *, const struct ident *who, enum verb,
    enum status *) WARN_UNUSED_RESULT;

/*
 * May the key see this entry's leaf (for its receipt)?  A key of a book or
 * of all may: its leaf says no more than the books do.  A key of a party
 * (a club's treasurer) may if it signed the entry, or if the entry posts to
 * the party or to somebody below it; OUT_OF_SCOPE otherwise.
 */
int report_may_see(struct ledger *, const struct ident *who,
    const struct entry *, enum status *) WARN_UNUSED_RESULT;

int report_account(struct ledger *, const struct ident *who,
    const struct account_name *, struct account_report *, enum status *)
    WARN_UNUSED_RESULT;

/* After entry index `at` (BEYOND_END if not there yet); held and available
 * are of now only and zero here. */
int report_balance_at(struct ledger *, const struct ident *who,
    const struct account_name *, uint64_t at, struct account_report *,
    enum status *) WARN_UNUSED_RESULT;

/* Index of the last entry of the book's business date, for balance date=.
 * BEYOND_END if the book has not come to that date; *any is false if the
 * date lies before the book's first. */
int report_last_entry_of(struct ledger *, const struct ident *book,
    struct date, uint64_t *at, bool *any, enum status *) WARN_UNUSED_RESULT;

struct history_row {
    uint64_t entry;
    uint64_t line; /* of a batch, from 1; 0: none */
    struct instant time;
    struct date date;
    enum verb verb;
    int64_t amount;  /* on the normal side */
    int64_t balance; /* after it */
};

/* Called for each row; rows are borrowed. */
typedef void report_row(void *context, const struct history_row *);

/* Newest first, only entries below `before`, at most limit (<= 1,000). */
int report_history(struct ledger *, const struct ident *who,
    const struct account_name *, uint64_t before, uint64_t limit,
    report_row *, void *context, enum status *) WARN_UNUSED_RESULT;

/* Oldest first; at most 100,000 rows, else BAD_RANGE.  A last date that has
 * not come yet means the open day; a first one that has not, BEYOND_END. */
int report_statement(struct ledger *, const struct ident *who,
    const struct account_name *, struct date from, struct date to,
    int64_t *opening, int64_t *closing, report_row *, void *context,
    enum status *) WARN_UNUSED_RESULT;

/* One row a role and currency that was ever posted to, in chart order. */
struct trial_row {
    enum role role;
    enum currency currency;
    int64_t debits, credits;
    int64_t balance;
};
int report_trial(struct ledger *, const struct ident *who,
    const struct ident *book, struct date *,
    void (*each)(void *context, const struct trial_row *), void *context,
    enum status *) WARN_UNUSED_RESULT;

struct party_report {
    struct ident name, book, parent; /* parent.length 0: none */
    enum party_kind kind;
    enum country country;
    bool frozen_out, frozen_in, closed;
    uint64_t opened; /* entry */
};
int report_party(struct ledger *, const struct ident *who,
    const struct ident *party, struct party_report *,
    void (*each)(void *context, const struct account_report *),
    void *context, enum status *) WARN_UNUSED_RESULT;

struct key_report {
    struct ident name, owner, scope;
    enum key_kind kind;
    enum country country;
    struct public_key public_key;
    struct amounts limit, daily;
    uint64_t added;
    bool revoked;
    uint64_t revoked_at;
};
int report_key(struct ledger *, const struct ident *who,
    const struct ident *key, struct key_report *, enum status *)
    WARN_UNUSED_RESULT;

/* Books in their order; false at the end. */
struct book_report {
    struct ident name;
    enum country country;
    struct date date; /* the open business date */
};
bool report_book(struct ledger *, size_t number, struct book_report *);

#endif
