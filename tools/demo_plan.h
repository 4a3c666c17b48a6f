/*
 * What the demonstration is made of: the published federations, clubs and
 * members drawn with a fixed seed around published averages.
 *
 * Published (tests/data, from Delgado Wise and Rodriguez Ramirez):
 * eleven federations' names; some 40,000 members in over 200 clubs; 282 US
 * dollars an average transfer in 1999; 6,349,206 dollars invested in 117
 * three-for-one projects in 2000, a quarter of it the clubs'.
 *
 * Ours, and said on screen: a club's size is even between 100 and 264
 * members; a member saves a tenth of each month's transfer; the clubs'
 * quarter of a quarter of 2000's investment is shared by all members.  Term
 * shares of 30 and 60 days pay 3 and 3.6 percent a year, 1 if closed early;
 * a share is dormant after 36 months in the US, after two in Mexico, so
 * short that the season shows it.
 */
#ifndef POSITO_TOOLS_DEMO_PLAN_H
#define POSITO_TOOLS_DEMO_PLAN_H

#include <posito/amount.h>
#include <posito/date.h>
#include <posito/failure.h>
#include <posito/ident.h>

#define DEMO_SEED UINT64_C(1993)
#define DEMO_CLUBS 220
#define DEMO_MEMBERS 40000
#define DEMO_MONTHS 3
#define DEMO_FEDERATIONS_MAX 16
#define DEMO_MX_CLUBS 10

/* Cents of an average transfer in 1999; a member saves a tenth. */
#define DEMO_TRANSFER_CENTS 28200
/* 6,349,206 dollars / 4 funders / 4 quarters / 40,000 members, in cents. */
#define DEMO_CONTRIBUTION_CENTS 992

struct demo_federation {
    struct ident name;   /* south-california */
    struct ident office; /* office.south-california */
    struct ident drawer; /* drawer.south-california, the teller's till */
    struct ident teller; /* teller.south-california: key and its owner */
    struct ident treasurer;
    char title[64];      /* South California */
};

struct demo_club {
    struct ident name; /* club-001 */
    size_t federation;
    size_t first_member; /* members of a club are consecutive, from 1 */
    size_t members;
};

struct demo_plan {
    struct demo_federation federations[DEMO_FEDERATIONS_MAX];
    size_t federation_count;
    struct demo_club clubs[DEMO_CLUBS];
    int64_t saved[DEMO_MEMBERS + 1]; /* cents a member has deposited */
    uint64_t random;                 /* splitmix64 */
};

/* Read data/federations.csv and draw the clubs.  NULL with *failure. */
struct demo_plan *demo_plan_new(const char *data_folder, struct failure *);
void demo_plan_free(struct demo_plan *);

/* m00042 */
struct ident demo_member(size_t number);
/* hometown-03, a club's counterpart in the book mx */
struct ident demo_hometown(size_t number);

/* Which club a member is of. */
const struct demo_club *demo_club_of(const struct demo_plan *, size_t member);

/* The holidays of the season that the founding sets, Monday to Friday. */
bool demo_is_holiday(const char *book, struct date);

/* Even on 0 .. below - 1. */
uint64_t demo_draw(struct demo_plan *, uint64_t below);

/* Cents of this month's deposit: a tenth of a transfer drawn as the sum of
 * three even draws, so that the mean is DEMO_TRANSFER_CENTS; at least 1.00. */
int64_t demo_deposit(struct demo_plan *);
int64_t demo_contribution(struct demo_plan *);

/* ---- text the demonstration signs ---- */

/* The founding lines: books, officers, offices, federations, keys. */
void demo_founding(const struct demo_plan *, struct buffer *lines);

/* party-open lines of the clubs, and of one club's members. */
void demo_open_clubs(const struct demo_plan *, struct buffer *lines);
void demo_open_members(
    const struct demo_plan *, const struct demo_club *, struct buffer *lines);

/* party-open lines of the tellers' drawers. */
void demo_open_drawers(const struct demo_plan *, struct buffer *lines);

/* A club's collection sheet of a month (0 ...): deposits, and in the last
 * month contributions to the club's pool.  Returns cents that reach the
 * pool. */
int64_t demo_sheet(struct demo_plan *, const struct demo_club *,
    unsigned month, struct buffer *lines);

/* A sheet of a month's family savings in the book mx: deposits in pesos.
 * The last club comes in the first month only: its share grows dormant. */
void demo_sheet_mx(
    struct demo_plan *, unsigned month, struct buffer *lines);

#endif
