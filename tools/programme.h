/*
 * The three-for-one programme as published (tests/data/three-for-one.csv):
 * projects and investment by year, brought into a ledger as projects.
 *
 * The source gives years, not projects.  So a year's investment is shared
 * over its projects exactly, to the cent, and each project over the levels
 * of the rule in force: thirds of clubs, federal and state governments to
 * 1998, quarters with the municipalities from 1999.  The totals printed in
 * the source are read too and shown beside the sums; where they differ
 * nothing is adjusted.
 */
#ifndef POSITO_TOOLS_PROGRAMME_H
#define POSITO_TOOLS_PROGRAMME_H

#include <posito/amount.h>
#include <posito/failure.h>
#include <posito/hash.h>
#include <posito/ident.h>
#include <posito/status.h>

#include <stdio.h>

#define PROGRAMME_YEARS_MAX 32

/* First year whose rule has the municipalities. */
#define PROGRAMME_MUNICIPAL_YEAR 1999

struct programme_year {
    uint32_t year;
    uint64_t projects;
    int64_t investment;   /* cents of USD */
    struct hash evidence; /* of its line in the file */
};

struct programme {
    size_t count;
    struct programme_year years[PROGRAMME_YEARS_MAX];
    uint64_t projects; /* sums of the years */
    int64_t investment;
    bool printed; /* the source prints totals */
    uint64_t printed_projects;
    int64_t printed_investment;
};

/*
 * Read the file's text: comments (one of them may say "Printed totals: N
 * projects, N."), a heading, a line a year in ascending order.  0, or -1
 * with the line that is wrong.
 */
int programme_parse(struct bytes text, struct programme *,
    struct failure *) WARN_UNUSED_RESULT;

/* A table of the years, the sums, what is printed and the difference. */
void programme_show(FILE *, const struct programme *, enum language);

/* ---- lines for a ledger ---- */

/* Who takes part; all of one book but the clubs. */
struct programme_names {
    struct ident book;
    struct ident rule;
    struct ident federal, state, municipal; /* funders */
    struct ident bank;                      /* correspondent of the book */
    const struct ident *clubs;              /* one after the other leads */
    size_t club_count;
};

/* agreement-set lines, then party-open lines of the three funders: for the
 * body of genesis, since the first rule began before any book of ours. */
void programme_rules(const struct programme_names *, struct buffer *lines);

/*
 * The lines of a year's projects, in the order they are to be signed; the
 * book's open day must lie in that year.  Of each project: project-register
 * and its pledges, receipts, milestone, draw, project-close.  False if the
 * year is not in the programme, or an amount cannot be shared out.
 */
bool programme_lines(const struct programme *,
    const struct programme_names *, uint32_t year, struct buffer *lines)
    WARN_UNUSED_RESULT;

#endif
