/*
 * What the files of report share: who asks, the account asked about, the
 * days of a book, and the reader of past postings.
 */
#ifndef POSITO_LEDGER_REPORT_INSIDE_H
#define POSITO_LEDGER_REPORT_INSIDE_H

#include "posting.h"
#include "report.h"

/* ---- who asks, about what ---- */

/* The key that asks; UNKNOWN_KEY or KEY_REVOKED in *status otherwise. */
bool report_asker(struct ledger *, const struct ident *who,
    struct signing_key *, enum status *) WARN_UNUSED_RESULT;

/* What an account's name stands for. */
struct report_subject {
    const struct book *book;
    struct party party;
    struct account_id id;
    struct account account;
};

/* False with the first status that refuses: the asker's, OUT_OF_SCOPE,
 * UNKNOWN_BOOK, UNKNOWN_PARTY, UNKNOWN_ACCOUNT. */
bool report_subject(struct ledger *, const struct ident *who,
    const struct account_name *, struct report_subject *, enum status *)
    WARN_UNUSED_RESULT;

/* Fill in a report from a record. */
void report_fill(struct account_report *, const struct account_name *,
    const struct account *);

/* What the party has told and may claim. */
void report_fill_member(
    struct ledger *, const struct party *, struct party_report *);

/* ---- loans ---- */

struct loan;

/* Does the scope reach the borrower, or a pool that takes part? */
bool report_loan_visible(
    struct ledger *, const struct scope *, const struct loan *);

/* The loan, if the asker may see it; else the asker's status, UNKNOWN_LOAN
 * or OUT_OF_SCOPE. */
bool report_loan_open(struct ledger *, const struct ident *who,
    uint64_t index, struct loan *, enum status *) WARN_UNUSED_RESULT;

/* The name of a party by its number; length 0: 0, or storage failed. */
struct ident report_name(struct ledger *, uint32_t party);

/* ---- the end ---- */

/* What every question returns in the end: 0, or -1 if storage failed. */
int report_end(struct ledger *) WARN_UNUSED_RESULT;

/* ---- days of a book ---- */

/*
 * The first business date at or after `from`, with its first entry.  False
 * if the book has none that late.  Business dates are at most 31 days
 * apart, so this reads at most 32 records.
 */
bool report_day_next(struct ledger *, const struct book *, struct date from,
    struct date *, uint64_t *first) WARN_UNUSED_RESULT;

/* The last entry of a date that the book has come to; false if the date
 * lies before its first. */
bool report_day_last(struct ledger *, const struct book *, struct date,
    uint64_t *last) WARN_UNUSED_RESULT;

/* The book's business date when an entry was decided.  hint: a date that
 * is probably right, such as the entry's. */
struct date report_day_at(struct ledger *, const struct book *,
    uint64_t entry, struct date hint);

/* ---- past postings ---- */

/* Holds the entry it read last: the lines of a batch come in a row. */
struct report_reader {
    struct ledger *ledger;
    struct shelved *shelved; /* the entry; NULL: none yet */
    struct shelved *carried; /* whose order it carried out; NULL */
    struct entry entry;      /* with the line and body that took effect */
    struct posting_list postings;
};

struct report_reader *report_reader_new(struct ledger *);
void report_reader_free(struct report_reader *); /* NULL is harmless */

/* What the entry or line posted to the account; entry and postings of the
 * reader are that entry's then.  0, or -1. */
int report_reader_amount(struct report_reader *, const struct account_id *,
    struct history_reference, int64_t *minor) WARN_UNUSED_RESULT;

/* What an entry's effects post to the account; 0 if they do not.  However
 * many they are: a month-close has one an account.  0, or -1. */
int report_reader_effect(struct report_reader *, const struct account_id *,
    uint64_t entry, int64_t *minor) WARN_UNUSED_RESULT;

#endif
