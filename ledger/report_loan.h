/*
 * Questions about loans.  Nothing here writes; returns as in report.h.
 *
 * Whose scope reaches the borrower may see a loan, and whose scope reaches
 * a club or federation whose pool takes part in it: it is their money.  So
 * a treasurer sees what became of a loan to another club's member, but
 * nothing else of that member.
 */
#ifndef POSITO_LEDGER_REPORT_LOAN_H
#define POSITO_LEDGER_REPORT_LOAN_H

#include "concentration.h"
#include "disclosure.h"
#include "loan_standing.h"
#include "report.h"

/* ---- one loan ---- */

/* What is owed today of a loan that is open; else zeros.  Fees are withheld
 * when money is paid out, so none is ever owed. */
struct loan_owed {
    bool stands; /* the loan is open */
    int64_t principal;
    int64_t interest;
    int64_t late;
    int64_t payoff; /* all of it */
    int64_t principal_due;
    int64_t interest_due;
    uint32_t days;     /* past due */
    struct date since; /* if days > 0: overdue since */
    bool has_next;
    struct date next; /* the oldest instalment not paid */
    int64_t next_amount;
};

/* Names with length 0: there is none. */
struct loan_report {
    struct loan loan;
    struct ident borrower, book, club, project;
    struct date today; /* the book's open business date */
    struct loan_owed owed;
    size_t tranche_count;
    struct loan_tranche tranches[LOAN_TRANCHES_MAX];
    struct loan_pools pools;
    struct ident pool_names[PARTICIPATION_MAX];
    /* Those that stand, or stood until the loan ended. */
    struct loan_securities securities;
    struct ident security_names[LOAN_SECURITIES_MAX];
};

/* An entry about a loan, the date of the loan's book and what it did. */
struct loan_event {
    uint64_t entry;
    enum verb verb;
    struct date date;
};

/* UNKNOWN_LOAN, OUT_OF_SCOPE.  Calls back for the entries about it, oldest
 * first: the newest so many. */
#define REPORT_LOAN_EVENTS 200
int report_loan(struct ledger *, const struct ident *who, uint64_t loan,
    struct loan_report *,
    void (*each)(void *context, const struct loan_event *), void *context,
    enum status *) WARN_UNUSED_RESULT;

/* ---- a page of loans ---- */

struct loan_line {
    const struct loan *loan; /* borrowed */
    struct ident borrower, club;
    struct loan_owed owed;
};

/*
 * Newest first, those older than `before` (UINT64_MAX: all), at most a page.
 *
 * party  a member, project, club or federation: loans that it or somebody
 *        below it has, and those its pool takes part in; a book's house:
 *        the book's; NULL: all the asker may see
 * state  only of that phase; NULL: all
 * next   `before` to go on with; 0: that was the end
 */
#define REPORT_LOANS_ROWS 100
int report_loans(struct ledger *, const struct ident *who,
    const struct ident *party, const enum loan_phase *, uint64_t before,
    void (*each)(void *context, const struct loan_line *), void *context,
    uint64_t *next, enum status *) WARN_UNUSED_RESULT;

/* ---- schedules ---- */

enum row_state {
    ROW_COMING, /* or due today */
    ROW_PART,   /* likewise, and a part of it is paid */
    ROW_LATE,
    ROW_PAID,
    ROW_REPLACED, /* a later plan took its place */
    ROW_LOST      /* the loan was charged off */
};
const char *row_state_name(enum row_state);

struct schedule_row {
    uint32_t number; /* of the loan, from 1 */
    struct instalment planned;
    int64_t paid; /* of principal and interest of this row */
    enum row_state state;
};

struct schedule_report {
    enum currency currency;
    struct date today;
    uint32_t plan;  /* 0: nothing was paid out yet; as if it were today */
    uint32_t plans; /* how many there are */
    uint64_t made;  /* entry */
    enum loan_plan_why why;
    struct rate yearly;
    size_t count;
    struct schedule_row rows[LOAN_ROWS_MAX];
    int64_t principal, interest, fee, total, paid; /* sums of the rows */

    /* Of a loan to be, or one not paid out yet: worked out today.  Else as
     * approved. */
    bool has_disclosure;
    struct loan_disclosure disclosure;
};
const char *plan_why_name(enum loan_plan_why);

/* plan 0: the last.  UNKNOWN_LOAN, OUT_OF_SCOPE; BAD_VALUE if there is no
 * such plan. */
int report_schedule(struct ledger *, const struct ident *who, uint64_t loan,
    uint32_t plan, struct schedule_report *, enum status *)
    WARN_UNUSED_RESULT;

/*
 * Of a loan to be, paid out today.  op: the question, without loan=.
 * Refuses what loan-apply refuses of the same fields; MISSING_FIELD;
 * UNKNOWN_BOOK; OUT_OF_SCOPE if the asker's scope has nothing in the book.
 * *field: of the refusal.
 */
int report_quote(struct ledger *, const struct ident *who,
    const struct operation *op, struct schedule_report *, enum status *,
    struct bytes *field) WARN_UNUSED_RESULT;

/* ---- payoff ---- */

struct payoff_report {
    enum currency currency;
    struct date date;
    int64_t principal, interest, late, payoff;
};

/* date: NULL: the open business date.  LOAN_ENDED, WRONG_PHASE,
 * TRANCHES_LEFT as loan-repay; WRONG_DATE if the date has passed; BAD_RANGE
 * if it is too far to be counted. */
int report_payoff(struct ledger *, const struct ident *who, uint64_t loan,
    const struct date *, struct payoff_report *, enum status *)
    WARN_UNUSED_RESULT;

/* ---- portfolio ---- */

/*
 * Loans of a book that are open, in one currency and one group.  Sums over
 * all groups are the trial balance's loan, interest.receivable and
 * allowance, to the unit.
 *
 * at_risk[i] is the principal of loans with more than portfolio_days[i] days
 * past due (0: one day or more), in money; over the principal it is in
 * hundredths of a percent, halves up, as ageing.h.
 */
#define PORTFOLIO_RISKS 3
extern const uint32_t portfolio_days[PORTFOLIO_RISKS]; /* 0, 30, 90 */

struct portfolio_bucket {
    uint64_t loans;
    int64_t principal;
    int64_t receivable;
    int64_t required;
};

struct portfolio_group {
    struct ident name; /* length 0: all; or what is in no group */
    bool is_total;
    enum currency currency;
    uint64_t loans; /* with by=pool, in each pool that takes part */
    int64_t principal;
    int64_t receivable; /* interest */
    int64_t required;   /* provision, by today's days past due */
    int64_t held;       /* allowance, as the last month-close left it */
    int64_t suspended;  /* principal of loans that do not accrue */
    int64_t at_risk[PORTFOLIO_RISKS];
    uint32_t percent[PORTFOLIO_RISKS]; /* hundredths; 0 without principal */
    int64_t charged_off; /* principal, since the last year-close */
    int64_t recovered;   /* since then, of loans charged off ever */
    struct portfolio_bucket
        buckets[LOAN_PROVISION_COUNT][AGEING_BUCKETS_MAX];
};

/*
 * Calls back for the groups by currency and name, that which is in none
 * last, and of each currency the total at the end.
 *
 * by    NULL: totals only.  By pool a loan counts in each pool with its
 *       share: the principal that is the pool's and has not come back; of
 *       all else its participation.  What is no pool's is in no group.
 * since first date of what was charged off and recovered
 */
int report_portfolio(struct ledger *, const struct ident *who,
    const struct ident *book, const enum loan_group *by, struct date *today,
    struct date *since,
    void (*each)(void *context, const struct portfolio_group *),
    void *context, enum status *) WARN_UNUSED_RESULT;

/* ---- exposure ---- */

struct exposure_row {
    enum concentration kind;
    struct ident name; /* borrower or club; of a sector its word */
    enum currency currency;
    int64_t amount;
    bool has_limit;
    int64_t most;  /* of the pool's balance now */
    uint32_t percent; /* of the pool's balance, hundredths */
};

struct exposure_report {
    bool has_limit;
    struct rate most[CONCENTRATION_KINDS];
    int64_t balance[CURRENCY_COUNT]; /* the pool's */
    int64_t lent[CURRENCY_COUNT];    /* held for loans */
};

/* By kind, then number; UNKNOWN_PARTY, OUT_OF_SCOPE, WRONG_PARTY. */
int report_exposure(struct ledger *, const struct ident *who,
    const struct ident *pool, struct exposure_report *,
    void (*each)(void *context, const struct exposure_row *), void *context,
    enum status *) WARN_UNUSED_RESULT;

#endif
