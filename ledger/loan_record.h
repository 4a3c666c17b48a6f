/*
 * Records of loans.  Layouts in bytes stand in FORMAT.md.
 *
 * A loan is named by the entry that applied for it.
 *
 *     loan-apply
 *         |
 *      APPLIED --loan-decline--> DECLINED <--loan-decline--+
 *         |                                                |
 *         +--loan-approve--> APPROVED ---------------------+
 *                               |
 *                     the first tranche is paid
 *                               |
 *                             OPEN --nothing is owed, no tranche is to
 *                               |    come--> PAID
 *                               +--loan-charge-off--> CHARGED_OFF
 *
 * A reversal of the first tranche goes back from OPEN to APPROVED, that of
 * the last repayment from PAID to OPEN.  loan_enter changes the phase,
 * nothing else does.
 *
 * Figures of money are cumulative and never fall but by a reversal; what is
 * owed is a difference of them (loan_principal).  So each share of a figure
 * that a pool has is a function of the figure (participation.h), and every
 * split over pools is exact at every moment.
 */
#ifndef POSITO_LEDGER_LOAN_RECORD_H
#define POSITO_LEDGER_LOAN_RECORD_H

#include "participation.h"
#include "product.h"

#define LOAN_ROWS_MAX SCHEDULE_ROWS_MAX
#define LOAN_TRANCHES_MAX PARTS_MAX
#define LOAN_SECURITIES_MAX 16 /* guarantees and collateral together */
#define LOAN_MONTHS 12

enum loan_phase {
    LOAN_APPLIED,
    LOAN_APPROVED,
    LOAN_OPEN,
    LOAN_PAID,
    LOAN_CHARGED_OFF,
    LOAN_DECLINED
};

const char *loan_phase_name(enum loan_phase);

/* Is nothing owed and nothing to come?  (A charged-off loan may still be
 * recovered.) */
bool loan_phase_has_ended(enum loan_phase);

/* ---- the loan ---- */

/* What the approving entry disclosed. */
struct loan_disclosure {
    uint32_t apr;      /* hundredths of a percent */
    uint32_t cat;      /* tenths of a percent */
    int64_t finance;   /* finance charge: interest and fees */
    int64_t total;     /* of payments */
    struct hash schedule; /* of the canonical text, loan_plan.h */
};

struct loan {
    uint64_t index; /* entry that applied for it: its name */
    enum loan_phase phase;
    uint8_t book;
    uint32_t borrower;  /* party */
    uint32_t club;      /* of the borrower then, or the borrower; 0: none */
    uint32_t project;   /* party it is for; 0: none */
    enum category sector;
    enum purpose purpose;
    struct ident product;
    struct date product_from; /* the row */
    struct product_terms terms;

    /* as applied for */
    int64_t applied;
    uint16_t instalments;
    bool has_first_due;
    struct date first_due;
    uint16_t grace;
    uint16_t interest_only;
    int64_t balloon;
    uint32_t weights[LOAN_MONTHS]; /* parts of 10^6, January first */

    /* as approved */
    uint64_t approved; /* entry; 0: not yet */
    int64_t committed; /* amount; less what was declined afterwards */
    struct rate interest_part; /* of interest received, to the pools */
    struct rate loss_part;     /* of a loss, on the pools */
    uint8_t pools;
    struct loan_disclosure disclosure;

    /* cumulative figures */
    uint8_t tranches;
    uint8_t tranches_paid;
    struct date opened; /* first tranche */
    int64_t disbursed;  /* fees withheld included */
    int64_t fee_withheld;
    int64_t capitalised; /* interest that became principal */
    int64_t principal_paid;
    int64_t interest_paid;
    int64_t late_paid;
    int64_t fee_paid;
    int64_t charged_off; /* principal */
    int64_t recovered;
    int64_t revolved;

    /*
     * Interest.  accrued is all that was earned from the first tranche to
     * accrued_to (the day itself does not count), exactly; earned is what of
     * it was posted to income and has not been taken out again.
     *   receivable   now in the borrower's interest.receivable
     *   memo         now in interest.memo: while non-accrual
     */
    struct date accrued_to;
    struct interest accrued;
    struct interest late_accrued; /* late interest, likewise */
    int64_t earned;
    int64_t receivable;
    int64_t memo;
    int64_t allowance; /* its part of the house's allowance */
    bool non_accrual;
    struct date non_accrual_from;

    uint32_t plans;  /* the number of the current plan; 0: none yet */
    uint64_t ended;  /* entry it was paid, charged off or declined in; 0 */
    uint64_t last;   /* entry of its last step; one that was taken back by
                        its reversal does not count */
};

bool loan_find(struct state *, uint64_t index, struct loan *)
    WARN_UNUSED_RESULT;
bool loan_parse(struct bytes key, struct bytes value, struct loan *)
    WARN_UNUSED_RESULT; /* for scans of TABLE_LOAN */

/* The value of a record as it is kept. */
void loan_append(struct buffer *, const struct loan *);

/* The record; sets `last`, notes the entry as about the loan, and keeps its
 * rows of TABLE_LOAN_BOOK and TABLE_LOAN_PARTY. */
void loan_put(struct state *, struct loan *, uint64_t entry);

/* The same for the reversal of its last step: `last` is what it was before
 * that step. */
void loan_put_back(
    struct state *, struct loan *, uint64_t entry, uint64_t last);

/*
 * The figures and phase that a loan had before its last step that can be
 * taken back (a repayment, a recovery, money revolved), one row a loan.
 *
 * loan_step_find sets those of *into, the loan as it is now, and which entry
 * that step was; false if there is none.
 */
void loan_step_put(
    struct state *, const struct loan *before, uint64_t entry);
bool loan_step_find(struct state *, struct loan *into, uint64_t *entry)
    WARN_UNUSED_RESULT;
void loan_step_remove(struct state *, uint64_t loan);
void loan_append_step(
    struct buffer *, const struct loan *before, uint64_t entry);

/* The only way a phase changes.  entry: that does it. */
void loan_enter(struct loan *, enum loan_phase, uint64_t entry);

/* Principal owed now. */
int64_t loan_principal(const struct loan *);

/* Approved and not disbursed. */
int64_t loan_undisbursed(const struct loan *);

/* Of what was disbursed, what has come back or is lost: principal that was
 * capitalised is nobody's money, and comes back last. */
int64_t loan_returned(const struct loan *);

/* Loans of a book that have not ended, oldest first; and all loans of a
 * party (how: below).  Stops where `each` returns false. */
typedef bool loan_each(void *context, const struct loan *);
void loan_each_of_book(
    struct state *, uint8_t book, loan_each *, void *context);

/* The number is on disk: append, never reorder. */
enum loan_how { LOAN_BORROWS, LOAN_GUARANTEES, LOAN_PLEDGES_SHARE };

typedef bool loan_each_how(
    void *context, const struct loan *, enum loan_how);
void loan_each_of_party(
    struct state *, uint32_t party, loan_each_how *, void *context);

/* Entries that were about a loan, oldest first. */
void loan_each_entry(struct state *, uint64_t loan,
    void (*each)(void *context, uint64_t entry), void *context);

/* The prefix of a loan's records in tables whose key begins with it. */
#define LOAN_PREFIX 8
void loan_prefix(uint8_t out[LOAN_PREFIX], uint64_t loan);

/* ---- tranches ---- */

struct loan_tranche {
    uint64_t loan;
    uint8_t number;    /* from 1, in order of names */
    struct ident name; /* its milestone, with project= */
    int64_t amount;    /* its part, exactly */
    uint64_t paid;     /* entry; 0: not yet */
    uint64_t before;   /* loan.last before it was paid */
    struct date date;  /* it was paid on */
};

bool loan_find_tranche(struct state *, uint64_t loan, uint8_t number,
    struct loan_tranche *) WARN_UNUSED_RESULT;
bool loan_parse_tranche(struct bytes key, struct bytes value,
    struct loan_tranche *) WARN_UNUSED_RESULT;
void loan_append_tranche(struct buffer *, const struct loan_tranche *);
void loan_put_tranche(struct state *, const struct loan_tranche *);

/* ---- pools that take part ---- */

/*
 * A pool's part, and what of the loan's cumulative figures is its share.
 * Held on its account (debits held) is committed - returned: the part of
 * what is or will be lent and has not come back.
 */
struct loan_pool {
    uint64_t loan;
    uint32_t pool;      /* party */
    uint16_t part;      /* of PARTICIPATION_WHOLE */
    int64_t committed;  /* share of loan.committed */
    int64_t funded;     /* share of loan.disbursed */
    int64_t returned;   /* share of loan_returned */
    int64_t interest;   /* credited to it */
    int64_t loss;       /* debited to it */
    int64_t recovered;  /* credited to it of recoveries */
    int64_t revolved;   /* moved on to its fund */
};

struct loan_pools {
    size_t count;
    struct loan_pool list[PARTICIPATION_MAX]; /* by number of party */
};

void loan_read_pools(struct state *, uint64_t loan, struct loan_pools *);
bool loan_parse_pool(struct bytes key, struct bytes value,
    struct loan_pool *) WARN_UNUSED_RESULT;
void loan_append_pool(struct buffer *, const struct loan_pool *);
void loan_put_pool(struct state *, const struct loan_pool *);

/* ---- securities ---- */

/* A guarantee, or a share held as collateral (how: LOAN_GUARANTEES or
 * LOAN_PLEDGES_SHARE), one of each a loan and party. */
struct loan_security {
    uint64_t loan;
    uint32_t party;
    enum loan_how how;
    int64_t amount; /* in the loan's currency */
    struct hash evidence;
    uint64_t given; /* entry */
    uint64_t ended; /* entry; 0: it stands */
};

struct loan_securities {
    size_t count;
    struct loan_security list[LOAN_SECURITIES_MAX];
};

bool loan_find_security(struct state *, uint64_t loan, uint32_t party,
    enum loan_how, struct loan_security *) WARN_UNUSED_RESULT;
bool loan_parse_security(struct bytes key, struct bytes value,
    enum loan_how, struct loan_security *) WARN_UNUSED_RESULT;

void loan_append_security(struct buffer *, const struct loan_security *);

/* The record, and its row of TABLE_LOAN_PARTY while it stands. */
void loan_put_security(struct state *, const struct loan_security *);

/* Those that stand: guarantees, then collateral. */
void loan_read_securities(
    struct state *, uint64_t loan, struct loan_securities *);

/* Those that ended in that entry. */
void loan_read_securities_ended(struct state *, uint64_t loan,
    uint64_t entry, struct loan_securities *);

#endif
