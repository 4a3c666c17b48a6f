/*
 * What the files of the programme's years share.  Functions return 0, or -1
 * with play.failure set, unless they say otherwise.
 */
#ifndef POSITO_TOOLS_DEMO_YEARS_INSIDE_H
#define POSITO_TOOLS_DEMO_YEARS_INSIDE_H

#include "demo_send.h"
#include "demo_years.h"

#include <posito/category.h>

#define YEARS_MEMBERS 12 /* of each club */
#define YEARS_LEVELS 4   /* most levels of a rule */
#define YEARS_TRANCHES 3 /* milestones of a project, and tranches of its loan */
#define YEARS_ROWS 24    /* most instalments of a loan */

/* Books by number; YEARS_BOTH: of an event that needs both. */
enum years_book { YEARS_US, YEARS_MX, YEARS_BOTH };

const char *years_book_name(enum years_book);

/* ---- the calendar: demo_years_calendar.c ---- */

/* What happens to a subject on a date. */
typedef int years_act(struct years *, void *subject, unsigned step);

struct years_event {
    enum years_book book;
    years_act *act;
    void *subject; /* borrowed */
    unsigned step;
    struct years_event *next;
};

struct years_day {
    struct years_event *first;
    struct years_event **end;
};

/*
 * Let it happen on the first date from that one on which the book, or both,
 * is worked; events of a date in the order in which they were added.  Out
 * of memory is remembered and ends the play.  A date after the last one
 * never comes.
 */
void years_on(struct years *, struct date, enum years_book, years_act *,
    void *subject, unsigned step);

/* The same, so many days from today. */
void years_later(struct years *, int32_t days, enum years_book, years_act *,
    void *subject, unsigned step);

/* The calendar-set lines of both books' holidays in those years. */
void years_holidays(const struct years *, struct buffer *lines);

/* Play and close all days before that one, and play but not close it. */
int years_run(struct years *, struct date stop) WARN_UNUSED_RESULT;

/* The last year is closed after its months, when it has been looked at. */
int years_close_last(struct years *) WARN_UNUSED_RESULT;

/* ---- sending: demo_years.c ---- */

/* Approve the proposal by the keys, the last NULL; waits until its number is
 * known. */
int years_approve(struct years *, const uint64_t *proposal,
    const char *const *keys) WARN_UNUSED_RESULT;

/* Wait until that entry's number is known. */
int years_know(struct years *, const uint64_t *entry) WARN_UNUSED_RESULT;

/* Ask; all rows into out.  A refusal is a failure. */
int years_ask(struct years *, struct buffer *out, const char *format, ...)
    PRINTF_LIKE(3, 4) WARN_UNUSED_RESULT;

/* " evidence=" and the hash of those words. */
void years_evidence(struct buffer *line, const struct ident *, const char *of);

/* " key=USD1.00" */
void years_amount(struct buffer *line, const char *key, struct amount);

/* Even on low .. high. */
int64_t years_between(struct years *, int64_t low, int64_t high);

/* ---- clubs: demo_years_clubs.c ---- */

struct years_club {
    struct ident name;
    struct ident treasurer; /* key and its owner */
    struct ident teller;    /* who takes in its collections */
    struct ident via;       /* the bank they are paid in at */
    enum years_book book;
    enum currency currency;
    int64_t needed;   /* minor units its projects need of the pool this year */
    int64_t lendable; /* of the pool, not lent */
};

/* A member of the club, from 0. */
struct ident years_member(
    const struct years *, const struct years_club *, size_t number);

/* Collections and savings: put into the calendar. */
void years_plan_clubs(struct years *);

/* ---- the houses: demo_years_house.c ---- */

/* What banks pay, dividends, what the books owe each other: likewise. */
void years_plan_house(struct years *);

/* ---- projects: demo_years_plan.c, demo_years_projects.c ---- */

enum years_trouble {
    TROUBLE_NONE,
    TROUBLE_SPARE,   /* costs less than budgeted: the rest is returned */
    TROUBLE_LAPSE,   /* a second club pledges and does not pay */
    TROUBLE_ALONE,   /* above a cap: goes on without the federal level */
    TROUBLE_PARTIAL, /* above a cap: the federal pledge in part */
    TROUBLE_QUEUE    /* above a cap: the state's pledge waits for a raise */
};

struct years_project {
    struct ident name;
    const struct programme_year *year;
    struct date opened;
    enum years_trouble trouble;
    enum category category;
    size_t place;
    struct years_club *club;
    struct years_club *second;    /* gives three tenths, or NULL */
    int64_t cents;                /* what it costs */
    int64_t budget;
    int64_t shares[YEARS_LEVELS]; /* of the budget, by level */
    int64_t federal_cap;          /* of one with that trouble */
    bool by_pool; /* the leading club pays from its pool */
    uint64_t milestone, draw, giving_back; /* proposals */
    struct years_loan *loan;      /* a productive one's, or NULL */
};

/* Draw the projects of all years and put them into the calendar. */
int years_plan_projects(struct years *) WARN_UNUSED_RESULT;

/* The funder's name at a level, by the project's place. */
const char *years_funder(
    const struct years_project *, const struct ident *level);
size_t years_places(void);
const char *years_place(size_t);        /* R%C3%ADo%20Grande */
const char *years_municipality(size_t); /* municipality.rio-grande */

/* What comes of a drawn project: events from its opening on. */
void years_begin_project(struct years *, struct years_project *);

/* An event: nothing is owed or kept any more. */
years_act years_close_project;

/* The level's number in the rule of the project's year; -1: none. */
int years_level(const struct years_project *, const char *level);

/* What of a level's share is pledged and received in the end. */
int64_t years_given(const struct years_project *, size_t level);

/* Milestones, and tranches of a loan: as on a line, their names, and what
 * part of the money each releases, in hundredths. */
#define YEARS_MILESTONES "began:0.4,middle:0.4,ready:0.2"
extern const char *const years_milestones[YEARS_TRANCHES];
extern const int64_t years_released[YEARS_TRANCHES];

/* ---- loans: demo_years_lend.c, demo_years_loans.c ---- */

enum years_payer {
    PAYER_GOOD,
    PAYER_LATE,        /* leaves an instalment out, then catches up */
    PAYER_RESCHEDULED, /* pays nothing until it is planned anew */
    PAYER_BAD          /* stops; charged off, something is recovered */
};

struct years_row {
    struct date due;
    int64_t total;
};

struct years_loan {
    uint64_t number; /* the entry that applied for it; 0: not yet */
    uint64_t decision;
    enum years_book book;
    enum years_payer payer;
    struct ident borrower, guarantor;
    const char *product;
    const char *to; /* whose share or which bank gets it; NULL: borrower's */
    struct years_club *pools[2];
    struct years_project *project; /* or NULL */
    struct amount amount;
    unsigned paid_out; /* tranches */
    struct years_row rows[YEARS_ROWS];
    unsigned count;
};

/* Plan the loans to members, and put them into the calendar. */
int years_plan_loans(struct years *) WARN_UNUSED_RESULT;

/* Events: apply for it today; a milestone of its project was reached. */
years_act years_apply;
years_act years_pay_tranche;

/* A productive project's loan.  NULL: the pools near it have not enough,
 * or out of memory, which is remembered. */
struct years_loan *years_lend_project(struct years *, struct years_project *);

/* ---- all of it ---- */

struct years {
    struct play play;
    struct demo_plan *plan;
    struct programme published;
    struct programme programme; /* years after `until` left out */
    struct date first, today, last;
    struct years_day *days;
    bool failed; /* out of memory */
    struct years_club *clubs; /* DEMO_CLUBS of the us, then of the mx */
    size_t club_count;
    struct years_project *projects;
    size_t project_count;
    struct years_loan *loans;
    size_t loan_count, loan_room;
    uint64_t dividend[2], interest[2], settlement[2]; /* proposals */
    uint64_t closed_days, closed_months, closed_years;
};

#endif
