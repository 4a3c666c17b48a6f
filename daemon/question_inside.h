/*
 * What the files of question share.
 */
#ifndef POSITO_DAEMON_QUESTION_INSIDE_H
#define POSITO_DAEMON_QUESTION_INSIDE_H

#include "question.h"

#include "../protocol/answer.h"

/* Each writes the whole answer.  0, or -1: storage or memory failed. */
typedef int question_function(const struct question *);

/* question_account.c */
question_function question_balance;
question_function question_account;
question_function question_history;
question_function question_statement;
question_function question_trial;

/* question_sheet.c */
question_function question_balance_sheet;
question_function question_income;

/* books=us:2026-11-23,mx:2026-11-23: each, or one, with its open business
 * date; or the same with the first date of what its income statement has. */
void question_dates(const struct question *, const char *key,
    const struct ident *only, bool since);

/* question_party.c */
question_function question_party;
question_function question_key;

/* question_member.c */
question_function question_dormant;

/* Rows of what the party told and may claim; how many. */
uint64_t question_told(struct buffer *out, const struct party_report *);

/* question_calendar.c */
question_function question_calendar;

/* question_pool.c */
question_function question_pool;

/* question_cash.c */
question_function question_drawer;
question_function question_cash_report;

/* question_project.c */
question_function question_project;
question_function question_projects;
question_function question_programme;
/* question_term.c */
question_function question_terms;

/* question_loan.c */
question_function question_loan;
question_function question_loans;

/* question_schedule.c */
question_function question_schedule;
question_function question_payoff;

/* question_portfolio.c */
question_function question_portfolio;
question_function question_exposure;

/* A rate as it was set, "0.2"; a percentage with so many digits of a whole
 * percent, "20.00" or "21.9". */
void question_rate(struct buffer *, const char *key, struct rate);
void question_percent(
    struct buffer *, const char *key, uint64_t value, unsigned digits);

/* What a loan costs: apr= cat= finance= total= schedule=. */
struct loan_disclosure;
void question_disclosure(
    struct buffer *, const struct loan_disclosure *, enum currency);

/* question_journal.c */
question_function question_receipt;
question_function question_consistency;
question_function question_checkpoint;

/* question_try.c */
question_function question_try;

/* question_proposal.c */
question_function question_proposals;
question_function question_proposal;

/* Postings among effects verbatim, then what the accounts they touch have
 * before and after: "row account= before= after=".  0, or -1. */
int question_changes(const struct question *, struct bytes effects);

/* question_service.c */
question_function question_status;
question_function question_help;

/* Write a refusal; field "" names none.  Always 0. */
int question_refuse(const struct question *, enum status, const char *field);

/*
 * What a report that calls back for rows writes to: rows may come before
 * what stands above them is known, so they are kept aside.
 */
struct question_rows {
    struct buffer text;
    uint64_t count;
    enum currency currency;
};

/* Append an entry: "row index= lines=" and its lines verbatim. */
void question_entry(
    struct buffer *out, uint64_t index, struct bytes lines);

#endif
