/*
 * The three-for-one programme of 1993 to 2000, played day by day: projects
 * with the money of clubs and three governments, and loans beside them from
 * the clubs' pools; every worked day, month and year of both books closed.
 *
 * Published (tests/data/three-for-one.csv): how many projects a year had and
 * what was invested in them; thirds of clubs, federation and state until
 * 1998, quarters with the municipalities from 1999.  The federations' names.
 *
 * Ours, and said on screen: how a year's investment divides over its
 * projects, which club leads one, what it is for, where, when it is done and
 * what goes wrong; clubs of twelve members; all loans, in both currencies;
 * interest from banks and the dividends.  All drawn with one fixed seed.
 */
#ifndef POSITO_TOOLS_DEMO_YEARS_H
#define POSITO_TOOLS_DEMO_YEARS_H

#include "demo_plan.h"
#include "demo_show.h"
#include "programme.h"

struct years;

/*
 * Read three-for-one.csv in the folder and draw the years up to `until`
 * (all if 0).  The plan's clubs become smaller; it is borrowed until
 * demo_years_free.  NULL with *failure.
 */
struct years *demo_years_new(struct demo_plan *, const char *data_folder,
    uint32_t until, struct failure *);
void demo_years_free(struct years *);

/* Where the numbers come from; the published table with its sum and the
 * total that is printed beside it. */
void demo_years_say_sources(const struct years *);

/* The founding lines. */
void demo_years_founding(const struct years *, struct buffer *lines);

/*
 * Play it against the daemon at address, with the keys that lie open in
 * folder/keys.  Prints a line a year.  Afterwards every day and month is
 * closed, and every year but the last.  0, or -1.
 */
int demo_years_play(struct years *, const char *folder, const char *address,
    struct failure *) WARN_UNUSED_RESULT;

/* The last year's income statements, before it is closed.  0, or -1. */
int demo_years_show_income(const struct demo_place *, struct failure *)
    WARN_UNUSED_RESULT;

/*
 * Close the last year and play the first days of the next.  The ledger is
 * asked for each year's investment, which must be the published one.  0, or
 * -1.
 */
int demo_years_end(struct years *, const char *address, struct failure *)
    WARN_UNUSED_RESULT;

/* Statements in both languages.  0, or -1. */
int demo_years_show(const struct years *, const struct demo_place *,
    struct failure *) WARN_UNUSED_RESULT;

#endif
