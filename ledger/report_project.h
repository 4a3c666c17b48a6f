/*
 * Questions about projects.  They are open: any key that may ask may ask
 * about any project, since it is the clubs' own account and has nothing
 * about a person.
 *
 * Each returns 0 and sets *status, or -1 if storage failed.
 */
#ifndef POSITO_LEDGER_REPORT_PROJECT_H
#define POSITO_LEDGER_REPORT_PROJECT_H

#include "pledge_record.h"
#include "project_record.h"
#include "report.h"

#include <posito/part.h>

/* What was pledged (open or received), paid in, drawn and given back. */
struct project_sums {
    int64_t pledged;
    int64_t received;
    int64_t drawn;
    int64_t returned;
};

/* What is in trust. */
int64_t report_project_balance(const struct project_sums *);

/* A rate of two decimals: part x 100 / whole, half away from zero; 0 if the
 * whole is nothing. */
struct rate report_project_percent(int64_t part, int64_t whole);

/* ---- one project ---- */

struct source_report {
    struct ident name;
    struct ident level;
    struct ident giver;
    struct rate percent; /* its share of the weights */
    struct project_sums sums;
};

struct project_report {
    struct ident name, book, club;
    bool closed, frozen;
    struct project terms;
    struct project_sums sums;
    int64_t releasable; /* may still be drawn by the milestones */
    size_t level_count;
    struct project_level levels[PARTS_MAX];
    size_t source_count;
    struct source_report sources[MATCHING_SOURCES_MAX];
    size_t milestone_count;
    struct milestone milestones[PARTS_MAX];
};

struct project_entry {
    uint64_t index;
    struct date date;
    enum verb verb;
};

struct project_visitor {
    void *context;
    void (*pledge)(void *context, const struct ident *source,
        const struct pledge *, enum currency);
    void (*link)(void *context, const struct ident *other, enum link,
        uint64_t entry);
    void (*entry)(void *context, const struct project_entry *);
};

/* UNKNOWN_PARTY, WRONG_PARTY.  Pledges that are open or wait, links, then
 * the last 20 entries, newest first, are called back for. */
int report_project(struct ledger *, const struct ident *who,
    const struct ident *project, struct project_report *,
    const struct project_visitor *, enum status *) WARN_UNUSED_RESULT;

/* Is the entry the work of an operation on projects (or its reversal), so
 * that anybody may see it?  0, or -1. */
int report_project_entry(struct ledger *, const struct entry *, bool *)
    WARN_UNUSED_RESULT;

/* ---- many projects ---- */

struct projects_query {
    const struct ident *party; /* NULL: all */
    uint32_t year;             /* 0: any */
    uint64_t before;           /* entry; UINT64_MAX: no bound */
};

/* sums: of the party's own sources and of those of clubs below it; of all
 * sources without a party. */
struct projects_row {
    struct ident name, book, club;
    bool closed;
    uint64_t opened; /* entry */
    struct project terms;
    struct project_sums sums;
};

#define REPORT_PROJECTS_MAX 1000

/*
 * Newest first, at most REPORT_PROJECTS_MAX.  Of a party: those it leads or
 * gives to, itself or a club below it.  UNKNOWN_PARTY, WRONG_PARTY (neither
 * funder, club nor federation).
 */
int report_projects(struct ledger *, const struct ident *who,
    const struct projects_query *,
    void (*each)(void *context, const struct projects_row *), void *context,
    enum status *) WARN_UNUSED_RESULT;

/* ---- the programme ---- */

#define REPORT_LEVELS_MAX 32

/* All projects of a book that started in a year, in one currency. */
struct programme_row {
    uint32_t year; /* 0: all years asked about */
    enum currency currency;
    uint64_t projects;
    uint64_t productive;
    uint64_t clubs;  /* distinct, that lead or give */
    uint64_t places; /* distinct */
    int64_t invested; /* drawn */
    size_t level_count;
    struct {
        struct ident name;
        int64_t invested;
    } levels[REPORT_LEVELS_MAX];
};

/*
 * By year and currency, then a row of each currency with year 0.
 * UNKNOWN_BOOK, BAD_RANGE, BALANCE_OVERFLOW (a sum cannot be spelled).
 */
int report_programme(struct ledger *, const struct ident *who,
    const struct ident *book, uint32_t from, uint32_t to,
    void (*each)(void *context, const struct programme_row *),
    void *context, enum status *) WARN_UNUSED_RESULT;

#endif
