/*
 * Inside the checker.  It reads entries and records, and shares no rule
 * with the code that decides: what a line posts is told by templates of
 * its own, as protocol/FORMAT.md states them.
 *
 *   check.c          the order of things, and what is said of a fault
 *   check_line.c     what one line posts
 *   check_entry.c    one entry after the other: sums are added up here
 *   check_party.c    genesis, books and parties along the way
 *   check_key.c      keys and policy along the way
 *   check_proposal.c proposals, their signatures, what they carry out
 *   check_cycle.c    periods, dividends, locked savings along the way
 *   check_project.c  projects, their sources and draws along the way
 *   check_pledge.c   pledges, what a new day does to them
 *   check_project_end.c   their records at the end
 *   check_term.c     term shares
 *   check_member.c   what members have said; dormant shares
 *   check_succession.c  what is paid to beneficiaries
 *   check_notice.c   rules of notice and notices given
 *   check_cash.c     drawers, persons' cash and limits
 *   check_loan.c     products, loans and what secures them along the way
 *   check_lent.c     loans approved and paid out along the way
 *   check_loan_life.c what happens to loans after that
 *   check_debt.c     what a loan owes on a day
 *   check_repay.c    what a repayment pays
 *   check_loan_end.c their records at the end
 *   check_record.c   at the end: the state's records against the sums
 *
 * Lines about money are decoded; those about parties, keys and policy are
 * compared as text, since the bodies of genesis cannot be decoded here.
 */
#ifndef POSITO_LEDGER_CHECK_INSIDE_H
#define POSITO_LEDGER_CHECK_INSIDE_H

#include "certificate.h"
#include "check.h"
#include "context.h"
#include "tally.h"

#include <posito/part.h>

/* ---- what a line posts ---- */

struct check_posting {
    struct account_id id;
    int64_t minor; /* debit positive */
};

struct check_line {
    size_t count;
    struct check_posting list[POSTINGS_MAX];
    bool staked; /* contributor's stake in pool changes by this */
    uint32_t pool;
    uint32_t contributor;
    struct amount stake;
    bool redeems; /* takes money out of a pool, by the pool's rule */
    bool noticed; /* cites this notice, or reverses a line that does */
    uint64_t notice;
};

/* ---- what is known of parties and keys ---- */

struct check_party {
    bool frozen_out;
    bool frozen_in;
    bool closed;
    bool in_succession;
    uint32_t open_children;
    uint32_t keys;
};

struct check_key {
    bool revoked;
    uint64_t revoked_at;
    struct public_key public_key;
};

struct check_proposal {
    uint64_t index;
    enum proposal_phase phase;
    struct ident by;
    struct instant until;
    uint64_t ended;
    uint64_t approvals;
};

/* A rate of tax from a date on. */
struct check_tax {
    uint8_t book;
    struct date from;
    struct rate rate;
};

/* As the entries so far make them. */
struct check_terms {
    struct certificate *list; /* by index */
    size_t count;
    struct term_product *offers;
    size_t offer_count;
    struct check_tax *taxes;
    size_t tax_count;
};
struct check_told; /* check_member.c */

struct check {
    struct ledger *ledger;
    struct state *state;
    struct failure *failure;

    /* Added up from the journal. */
    struct tallies tallies;
    struct merkle tree;
    struct instant time;
    struct counters counters;
    struct book books[RECORD_BOOKS_MAX];
    struct check_party *parties; /* by number */
    struct check_key *keys;      /* by number */
    struct quorum *policy;       /* the newest row of each band */
    size_t policy_count;
    uint64_t tree_rows;
    uint64_t references;      /* postings; what the history should have */
    uint64_t references_kept; /* what it has */
    uint64_t children;
    uint64_t open_holds;
    struct tallies pools; /* what is owed to those who put in */
    uint64_t days;
    uint64_t reversals;
    uint64_t orders;
    uint64_t periods;
    uint64_t dividends;
    uint64_t taxes;
    uint64_t seals;
    uint64_t locks;
    struct check_terms terms;
    struct check_told *told; /* what members said, in order */
    size_t told_count;
    struct check_proposal *proposals; /* by index */
    size_t proposal_count;
    uint64_t open_proposals;
    uint64_t approvals;
    struct check_projects *projects; /* check_project.h */

    struct check_loans *loans; /* check_loan.h; NULL: none yet */

    /* The entry at hand. */
    struct buffer bytes;
    struct entry entry;
    struct operation operation;
    struct signing_key signer;
    struct check_line line;
    bool carried; /* it carries out an earlier entry's line: entry.line,
                     body, operation and signer are that one's */
    struct buffer proposed_bytes; /* of that entry */
    bool comparing;     /* it shows postings that its line states too */
    struct bytes shown; /* effects whose postings were not compared yet */
    struct buffer carried_bytes; /* of what the reversed entry carried out */
    struct buffer other_bytes; /* of the entry it reverses */
    struct check_line other;
    enum verb other_verb;
    uint64_t other_loan; /* that it was about, if it repaid or recovered */
};

/* Say what is broken; -1. */
int check_fail(struct check *, const char *format, ...) PRINTF_LIKE(2, 3);

/* Room for the name of any account, and its zero. */
#define CHECK_NAME_MAX 128

/* us/m1042/share/USD; of a control total: us/0/share/USD. */
const char *check_name(
    struct check *, const struct account_id *, char text[CHECK_NAME_MAX]);

/* ---- lines ---- */

/* The party of that name must be there.  0, or -1. */
int check_find_party(struct check *, const struct ident *, struct party *)
    WARN_UNUSED_RESULT;
int check_account_id(struct check *, const struct account_name *,
    struct account_id *) WARN_UNUSED_RESULT;

/* Postings and stake of a LITERAL line; of any other: none.  0, or -1. */
int check_line_read(struct check *, const struct operation *,
    struct check_line *) WARN_UNUSED_RESULT;

/* Postings among effects.  0, or -1. */
int check_line_effects(struct check *, struct bytes effects,
    struct check_line *) WARN_UNUSED_RESULT;

/* Sums are zero in each book and currency. */
int check_line_balanced(struct check *, const struct check_line *)
    WARN_UNUSED_RESULT;

/* b is what reverses a. */
bool check_line_opposite(
    const struct check_line *a, const struct check_line *b);

/* ---- entries ---- */

/* The next entry: check it against its records, add it to the sums. */
int check_entry(struct check *, uint64_t index) WARN_UNUSED_RESULT;

/* ---- proposals ---- */

/* What the entry does to proposals.  *done: that is all it does.  0, or
 * -1. */
int check_proposal_line(struct check *, bool *done) WARN_UNUSED_RESULT;
int check_proposal_lapse(struct check *, uint64_t index) WARN_UNUSED_RESULT;

/* The next posting that a carried-out line shows must be this one; and at
 * the end there is none left.  0, or -1. */
int check_proposal_posting(
    struct check *, const struct check_posting *) WARN_UNUSED_RESULT;
int check_proposal_shown(struct check *) WARN_UNUSED_RESULT;
int check_proposal_end(struct check *) WARN_UNUSED_RESULT;

/* What is held makes the account, if there is none yet. */
int check_touch(struct check *, const struct account_id *)
    WARN_UNUSED_RESULT;

/* Add a posting of the entry at hand, or of that line of its body, to the
 * sums of its account. */
int check_post(struct check *, const struct check_posting *, uint32_t line)
    WARN_UNUSED_RESULT;

/* ---- the cycle ---- */

/* The next worked day by what calendars say so far. */
struct date check_next_date(struct check *, const struct book *);

/* A line that sets a day of the book's calendar. */
int check_calendar(struct check *, const struct book *, struct bytes line)
    WARN_UNUSED_RESULT;

/* The seal in a day-close, if it has one. */
int check_seal(struct check *, struct bytes line) WARN_UNUSED_RESULT;

/* Count a share's balance for the days until today; call before a posting
 * to it is added up. */
int check_earn(struct check *, const struct account_id *)
    WARN_UNUSED_RESULT;

/* Balance-days so far of the month in which the account was last posted to. */
int64_t check_earned(
    struct check *, const struct account_id *, const struct account *);

/* Dividends declared, rates of tax, locked savings; after their postings. */
int check_cycle_entry(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

/* A month-close or year-close with all its postings. */
int check_cycle_close(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

/* Post the entry's effects, however many they are; of a month-close also
 * note the dividends of that month. */
int check_cycle_post(struct check *, bool is_month, uint32_t month)
    WARN_UNUSED_RESULT;

/* Their records at the end. */
int check_cycle_end(struct check *) WARN_UNUSED_RESULT;

/* ---- term shares: check_term.c ---- */

/* A rate of tax begins. */
int check_term_tax(struct check *, uint8_t book, struct date from,
    struct rate) WARN_UNUSED_RESULT;

/* What is offered, opened and closed; after its postings. */
int check_term_entry(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

/* Add what a month-close accrues in each currency. */
int check_term_accrue(struct check *, uint8_t book, uint32_t month,
    int64_t sums[CURRENCY_COUNT]) WARN_UNUSED_RESULT;

/* A day-close with all it pays. */
int check_term_day(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

int check_term_end(struct check *) WARN_UNUSED_RESULT;
void check_term_free(struct check *);
/* ---- members: check_member.c ---- */

/* Before it is posted: whose activity a line is. */
int check_member_line(struct check *, const struct operation *,
    const struct check_line *) WARN_UNUSED_RESULT;

/* The stake that goes with an `arrive` whose postings are in line. */
int check_member_stake(struct check *, const struct operation *,
    struct check_line *) WARN_UNUSED_RESULT;

/* A line dormancy-set, of genesis or signed. */
int check_member_dormancy(struct check *, const struct book *,
    struct bytes line) WARN_UNUSED_RESULT;

/* Before it is posted: beneficiaries, rules, reactivations, unclaimed. */
int check_member_entry(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

int check_member_end(struct check *) WARN_UNUSED_RESULT;

/* What is posted to a share, less what open holds have set aside. */
int64_t check_member_available(struct check *, const struct account_id *);

/* An amount shared out by the rule or among the beneficiaries of a member;
 * how many parts there are. */
struct check_share {
    struct ident name;
    int64_t whole; /* smallest units */
    int64_t rest;  /* of the next one, in parts of 10^12 */
};
size_t check_member_parts(struct check *, enum table, uint32_t party,
    int64_t minor, struct check_share list[PARTS_MAX]);

/* ---- successions: check_succession.c ---- */

/* A line succession-open (open) or succession-end. */
int check_succession_line(struct check *, struct bytes line, bool open)
    WARN_UNUSED_RESULT;

/* Before it is posted: a beneficiary's part. */
int check_succession_pay(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

int check_succession_end(struct check *) WARN_UNUSED_RESULT;
/* ---- notice: check_notice.c ---- */

/* A rule set, a notice given. */
int check_notice_entry(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

/* What a line takes out of a pool, or gives back, by a notice. */
int check_notice_take(struct check *, const struct check_line *)
    WARN_UNUSED_RESULT;

int check_notice_end(struct check *) WARN_UNUSED_RESULT;

/* Is it a worked day of the book by what calendars say so far? */
bool check_is_worked(struct check *, uint8_t book, struct date);

/* ---- loans: check_loan.c, check_loan_end.c ---- */

/* What an entry does to loans; after its postings.  reversed: the verb of
 * what a REVERSE reverses. */
int check_loan_entry(struct check *, const struct operation *,
    enum verb reversed) WARN_UNUSED_RESULT;

/* Does a month-close post to accounts in that role because of loans? */
bool check_loan_role(enum role);

/* What a month-close did to the book's loans, with all its postings. */
int check_loan_month(struct check *, uint8_t book, uint32_t month)
    WARN_UNUSED_RESULT;

/* The borrower of a loan; 0: there is none. */
uint32_t check_loan_borrower(const struct check *, uint64_t loan);

/* What loans hold, before accounts are compared; and their records. */
int check_loan_held(struct check *) WARN_UNUSED_RESULT;
int check_loan_owed(struct check *) WARN_UNUSED_RESULT;
int check_loan_end(struct check *) WARN_UNUSED_RESULT;

void check_loan_free(struct check *);

/* ---- books, parties, keys, policy ---- */

/* The value of a key in a line; empty if it is not there. */
struct bytes check_value(struct bytes line, const char *key);
bool check_has_verb(struct bytes line, const char *verb);

/* A party was opened: number, name and place of its record.  0, or -1. */
int check_party_opened(struct check *, struct bytes name, uint8_t book,
    uint32_t parent, struct party *) WARN_UNUSED_RESULT;

/* Make room for as many parties and keys as the state says there are. */
int check_party_begin(struct check *) WARN_UNUSED_RESULT;

/* Genesis: its line and the lines of its body.  0, or -1. */
int check_party_founding(struct check *) WARN_UNUSED_RESULT;

/* A line that opens, freezes or closes a party, or closes a day; any other:
 * nothing.  0, or -1. */
int check_party_line(struct check *, struct bytes line) WARN_UNUSED_RESULT;

/* A line that adds, revokes or rotates a key, or sets policy. */
int check_key_line(struct check *, struct bytes line) WARN_UNUSED_RESULT;

/* Their records at the end.  0, or -1. */
int check_party_end(struct check *) WARN_UNUSED_RESULT;
int check_key_end(struct check *) WARN_UNUSED_RESULT;

/* ---- projects: check_project.c, check_pledge.c ---- */

int check_project_begin(struct check *) WARN_UNUSED_RESULT;
void check_project_free(struct check *);

/* A line that sets a matching rule or a cap, of genesis or signed. */
int check_project_line(struct check *, struct bytes line)
    WARN_UNUSED_RESULT;

/* Any other line about projects, and reversals of such; after their
 * postings. */
int check_project_entry(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;

/* A day-close of the book with all its postings; before the date moves. */
int check_pledge_day(struct check *, const struct book *)
    WARN_UNUSED_RESULT;

int check_project_end(struct check *) WARN_UNUSED_RESULT;

/* ---- cash: check_cash.c ---- */

/* Before it is posted: what a line does to drawers and to persons' cash.
 * reversed: the verb of what a REVERSE reverses.  0, or -1. */
int check_cash_line(struct check *, const struct operation *,
    const struct check_line *, enum verb reversed) WARN_UNUSED_RESULT;

/* A line limit-set, of genesis or signed. */
int check_cash_limit(struct check *, struct bytes line) WARN_UNUSED_RESULT;

/* The reports among an entry's effects. */
int check_cash_effects(struct check *) WARN_UNUSED_RESULT;

int check_cash_end(struct check *) WARN_UNUSED_RESULT;

/* ---- records ---- */

/* Call back for each record of a table; *count gets how many there are. */
typedef int check_one(
    struct check *, struct bytes key, struct bytes value);
int check_record_each(struct check *, enum table, check_one *,
    uint64_t *count) WARN_UNUSED_RESULT;

/* As many records as the journal tells of; each may be NULL.  0, or -1. */
int check_record_count(struct check *, enum table, const char *what,
    check_one *each, uint64_t expected) WARN_UNUSED_RESULT;

/* Add to what a pool owes those who put in, less what it has in another
 * pool or gave to projects, and what loans earned and lost it. */
int check_record_owe(struct check *, uint32_t pool, enum currency,
    int64_t minor) WARN_UNUSED_RESULT;

/* Add to what accounts should have held. */
int check_record_held(struct check *, const struct account_id *,
    int64_t debits, int64_t credits) WARN_UNUSED_RESULT;

int check_record_end(struct check *) WARN_UNUSED_RESULT;

#endif
