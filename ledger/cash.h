/*
 * Cash: what a person brings and takes in a day, over all offices and
 * drawers of a book, in and out apart; and the limits set on it.
 *
 * A deposit, a membership, a withdrawal, a capture or a beneficiary's part
 * that goes through a drawer, or an office's cash box, counts; what goes through a bank does
 * not.  It counts on the book's business date, or, on a Saturday, a Sunday
 * or a holiday, on the next day that is none of them.  What is reversed
 * counts no more, on the day it had counted.
 *
 * limit-set sets, for a book and currency:
 *
 *     cash-report     a total above it is reported: its entries carry a
 *                     line "+ report", and the question cash-report lists
 *                     it.  10,000.00 dollars unless it is set, as in 31 CFR
 *                     1010.311; of other currencies none
 *     withdraw-daily  cash out above it needs a supervisor's key; none
 *                     unless it is set
 */
#ifndef POSITO_LEDGER_CASH_H
#define POSITO_LEDGER_CASH_H

#include "record.h"

struct context;

#define CASH_REPORT_USD INT64_C(1000000)

/* ---- totals ---- */

struct cash_total {
    uint8_t book;
    struct date date;
    uint32_t party;
    enum currency currency;
    bool in; /* to the house; false: out to the person */
    int64_t minor;
    uint64_t reported; /* first entry that was reported; 0: none */
};

/* The key's fields of *total are set; the rest is filled in. */
void cash_find(struct state *, struct cash_total *total);
bool cash_parse(struct bytes key, struct bytes value, struct cash_total *)
    WARN_UNUSED_RESULT; /* for scans of TABLE_CASH */

/* Prefix of the keys of a book's day. */
#define CASH_DAY_LENGTH 5
void cash_day_key(
    uint8_t key[CASH_DAY_LENGTH], uint8_t book, struct date date);

/* The day on which cash of a business date counts. */
struct date cash_date(struct state *, uint8_t book, struct date);

/* ---- limits ---- */

/* False if there is none. */
bool cash_limit(struct state *, uint8_t book, enum limit, enum currency,
    int64_t *) WARN_UNUSED_RESULT;
bool cash_parse_limit(struct bytes key, struct bytes value, uint8_t *book,
    enum limit *, struct amount *) WARN_UNUSED_RESULT;

/* ---- deciding ---- */

/*
 * Of a plan: its drawers (drawer.h), and refuse OVER_MEMBER_LIMIT.  verb:
 * whose plan it is, REVERSE of a reversal.
 */
void cash_check(struct context *, enum verb);

/* Add an accepted plan to the totals; the effect line of a report. */
void cash_commit(struct context *, enum verb);

/* Take a reversed entry's cash, turned round in the plan, from the total
 * it was added to. */
void cash_undo(struct context *, uint64_t entry, struct date);

#endif
