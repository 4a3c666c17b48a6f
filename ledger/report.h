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
 * the party or to somebody below it; OUT_OF_SCOPE otherwise.  Entries of
 * operations on projects are open to every key.
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

/*
 * One row a role and currency that was ever posted to, in chart order.
 * book: NULL for all books added up, with nothing taken out, which only a
 * key whose scope is all may ask (OUT_OF_SCOPE); BALANCE_OVERFLOW if that
 * is beyond what can be counted.
 */
struct trial_row {
    enum role role;
    enum currency currency;
    int64_t debits, credits;
    int64_t balance;
};
int report_trial(struct ledger *, const struct ident *who,
    const struct ident *book,
    void (*each)(void *context, const struct trial_row *), void *context,
    enum status *) WARN_UNUSED_RESULT;

/* ---- balance sheet and income statement ---- */

/*
 * What a book's accounts come to, by role and currency.  Each amount counts
 * toward its section: an allowance, which lessens the assets, is negative.
 * Memo roles stand outside.  Income and expense are what came since the
 * last year-close, which leaves them at zero.
 */
struct sheet {
    bool posted[ROLE_COUNT][CURRENCY_COUNT]; /* ever */
    int64_t amount[ROLE_COUNT][CURRENCY_COUNT];
    int64_t total[CLASS_MEMO][CURRENCY_COUNT]; /* by class; contra assets
                                                  are in the assets */
    int64_t surplus[CURRENCY_COUNT]; /* income less expense */
    int64_t equity[CURRENCY_COUNT];  /* total of the class + surplus */
    int64_t sources[CURRENCY_COUNT]; /* liabilities + equity */
};

/*
 * The sheet of one book.  The assets are checked to be the sources, in each
 * currency; a book where they are not is a failure (-1): its state is
 * damaged.  BALANCE_OVERFLOW if a sum cannot be counted.
 */
int report_sheet(struct ledger *, const struct ident *who,
    const struct ident *book, struct sheet *, enum status *)
    WARN_UNUSED_RESULT;

/* Add another book's; sum begins as zeros.  False on overflow. */
bool report_sheet_add(struct sheet *sum, const struct sheet *)
    WARN_UNUSED_RESULT;

/*
 * What books owe each other is nothing for all of them together.  In a
 * currency where the due.from of all books is the due.to of all books, both
 * are taken out.  Where they differ a book lacks an entry; which one cannot
 * be known here, so both stay and the difference is told.
 */
struct elimination {
    int64_t amount[CURRENCY_COUNT];    /* taken out of either side */
    int64_t unmatched[CURRENCY_COUNT]; /* due.from less due.to */
};
bool report_sheet_eliminate(struct sheet *, struct elimination *)
    WARN_UNUSED_RESULT;

struct claim_report {
    struct amount amount;
    uint64_t since; /* entry that first took of it */
};

/* A round of a succession that is not over: see succession.c. */
struct round_report {
    struct amount amount;
    uint64_t entry; /* of the first payment */
    uint32_t paid;  /* set of 1 << place among the beneficiaries */
};

struct party_report {
    struct ident name, book, parent; /* parent.length 0: none */
    enum party_kind kind;
    enum country country;
    bool frozen_out, frozen_in, closed;
    uint64_t opened; /* entry */

    /* What a member told, as PARTS; empty: nothing.  Views until the state
     * is written to. */
    struct bytes beneficiaries, split;
    struct hash designation; /* of beneficiaries */
    uint64_t designated;     /* entry */
    uint64_t split_set;      /* entry */

    /* What is kept of the party as unclaimed. */
    size_t claim_count;
    struct claim_report claims[CURRENCY_COUNT];

    /* If the member has died: what is being paid to the beneficiaries. */
    bool in_succession;
    size_t round_count;
    struct round_report rounds[CURRENCY_COUNT];
};
int report_party(struct ledger *, const struct ident *who,
    const struct ident *party, struct party_report *,
    void (*each)(void *context, const struct account_report *),
    void *context, enum status *) WARN_UNUSED_RESULT;

/*
 * Dormant shares of a book that have a balance (dormancy.h), in the order
 * in which their parties were opened.  A page ends behind the party whose
 * row is the thousandth, or after so many parties: then *next is the last
 * one looked at, to be asked on with as `after`; its length is 0 at the
 * end.  after: NULL, or OTHER_BOOK if it is in another.
 */
#define REPORT_DORMANT_ROWS 1000
#define REPORT_DORMANT_PARTIES 100000
struct dormant_row {
    struct account_name name;
    struct date active; /* last activity */
    int64_t balance;
    bool unclaimed; /* its time to be taken has come */
};
int report_dormant(struct ledger *, const struct ident *who,
    const struct ident *book, const struct ident *after,
    void (*each)(void *context, const struct dormant_row *), void *context,
    struct ident *next, enum status *) WARN_UNUSED_RESULT;

/*
 * Dates of a book that calendar-set named, in their order, and whether they
 * are worked.  from: NULL: the open day; to: NULL: the last that can be
 * asked for.  BAD_RANGE if the range ends before it begins or has more than
 * REPORT_CALENDAR_DAYS.  *open: the book's open day.
 */
#define REPORT_CALENDAR_DAYS 400
int report_calendar(struct ledger *, const struct ident *who,
    const struct ident *book, const struct date *from, const struct date *to,
    void (*each)(void *context, struct date, bool worked), void *context,
    struct date *open, enum status *) WARN_UNUSED_RESULT;

/* ---- pools ---- */

/* An open notice: see notice.h. */
struct pool_notice_row {
    uint64_t entry; /* that gave it */
    struct ident party;
    struct amount left;
    struct date due;
};

/* What a contributor has in the pool in a currency. */
struct pool_part {
    struct ident party;
    struct amount stake;
    int64_t part; /* hundredths of a percent of that currency's stakes */
};

struct pool_callbacks {
    void (*notice)(void *context, const struct pool_notice_row *);
    void (*part)(void *context, const struct pool_part *);
    void *context;
};

struct pool_report {
    struct ident name;
    uint32_t days; /* of notice that it asks for; 0: none */
    bool used[CURRENCY_COUNT]; /* it has an account in the currency */
    int64_t balance[CURRENCY_COUNT];
    int64_t lent[CURRENCY_COUNT]; /* of a club: to its federation's pool */
};

/*
 * A club's or federation's pool (WRONG_PARTY): open notices by their
 * entries, then everybody's part by the contributors' numbers.  The parts of
 * a currency sum to 100.00 percent: largest remainder, among equals the
 * party opened earlier.  BALANCE_OVERFLOW if the stakes of a currency sum
 * to more than 2^62.  A key whose scope is a club may also ask for the pool
 * of its federation.
 */
int report_pool(struct ledger *, const struct ident *who,
    const struct ident *party, struct pool_report *,
    const struct pool_callbacks *, enum status *) WARN_UNUSED_RESULT;

/* A drawer, and each currency it has or had, with what should be in it. */
struct drawer_report {
    bool open;
    struct ident key; /* of an open one: that opened it */
    uint64_t opened;  /* entry */
    uint64_t counted; /* entry of the last count; 0: none */
};
int report_drawer(struct ledger *, const struct ident *who,
    const struct ident *drawer, struct drawer_report *,
    void (*each)(void *context, struct amount expected), void *context,
    enum status *) WARN_UNUSED_RESULT;

/* Persons whose cash of a day is reported: cash.h.  On a day that is not
 * worked there are none; they are on the next that is. */
struct cash_row {
    struct ident party;
    bool in; /* to the house; false: out of it */
    struct amount total;
    uint64_t entry; /* first one that was reported */
};
int report_cash(struct ledger *, const struct ident *who,
    const struct ident *book, struct date,
    void (*each)(void *context, const struct cash_row *), void *context,
    enum status *) WARN_UNUSED_RESULT;

/* A term share.  Of an open one interest and tax are what it would pay on
 * its date. */
struct term_row {
    uint64_t index; /* entry that opened it */
    struct account_name account;
    int64_t amount; /* the principal */
    struct date opened, due;
    struct rate rate, early;
    bool open;
    int64_t accrued;
    int64_t interest, tax;
    bool has_annual; /* false: it was closed on the day it was opened, or
                        its yield is too high to be told */
    uint64_t annual; /* percentage yield, hundredths of a percent */
};
typedef void report_term_row(void *context, const struct term_row *);

/* More than so many rows: BAD_RANGE. */
#define REPORT_TERMS_MAX 10000U

/*
 * Of a member, club or federation: its term shares, open and closed, oldest
 * first.  Of a book's house: all the book's that are open, soonest due
 * first.  until: only those due by then; NULL: all.
 */
int report_terms(struct ledger *, const struct ident *who,
    const struct ident *party, const struct date *until, report_term_row *,
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

/* need and have as of now: policy or keys may have changed meanwhile. */
struct proposal_report {
    uint64_t index;
    enum proposal_phase phase;
    enum verb verb;
    struct ident by;
    struct instant until;
    uint64_t ended; /* entry; 0: none */
    uint64_t need, have, each;
    bool clubs;
    uint32_t kinds; /* that may sign */
};

/* What is open, soonest to lapse first, of what the asker's scope reaches
 * and its own.  only: what waits for that key; or NULL. */
int report_proposals(struct ledger *, const struct ident *who,
    const struct ident *only, struct instant now,
    void (*each)(void *context, const struct proposal_report *),
    void *context, enum status *) WARN_UNUSED_RESULT;

struct proposal_signer {
    struct ident name;
    enum key_kind kind;
    enum country country;
    uint64_t entry; /* that it signed in */
    bool counts;    /* not revoked, and of a kind that counts now */
};

/* One of any phase: appends its line and body to line; calls back for its
 * initiator and then for each approval.  UNKNOWN_PROPOSAL. */
int report_proposal(struct ledger *, const struct ident *who,
    uint64_t proposal, struct instant now, struct proposal_report *,
    struct buffer *line,
    void (*each)(void *context, const struct proposal_signer *),
    void *context, enum status *) WARN_UNUSED_RESULT;

/* Books in their order; false at the end. */
struct book_report {
    struct ident name;
    enum country country;
    struct date date;  /* the open business date */
    struct date since; /* first date of the years that are not closed */
};
bool report_book(struct ledger *, size_t number, struct book_report *);

#endif
