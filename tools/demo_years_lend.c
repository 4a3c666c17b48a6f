/* Which loans there are: to members of the us, to members of the mx until
 * the harvest, to productive projects. */
#include "demo_years_inside.h"

#include <stdlib.h>

/* Loans a month to members of the us, and a year to those of the mx. */
#define MONTHLY 3
#define HARVESTS 12

/* Which of them go wrong: one in nine is late; the sixth of the us in the
 * first year and in the last is bad, and so is the ninth harvest of the
 * first year; the fifth of the second year fails. */
#define NINE 9
#define LATE 4
#define YEARLY (12 * MONTHLY)
#define BAD_US 5
#define BAD_MX 8
#define DROUGHT (HARVESTS + 4)

static struct years_loan *add_loan(struct years *years)
{
    if (years->loan_count == years->loan_room) {
        years->failed = true;
        return NULL;
    }
    return &years->loans[years->loan_count++];
}

/* Two pools, half each, of what the amount allows: rounded down to `unit`,
 * an even number of minor units.  False: they have not enough. */
static bool fund(struct years_loan *loan, struct years_club *first,
    struct years_club *second, int64_t wanted, int64_t unit)
{
    int64_t room = first->lendable < second->lendable ? first->lendable
                                                      : second->lendable;
    int64_t minor = wanted < 2 * room ? wanted : 2 * room;
    minor -= minor % unit;
    if (minor <= 0)
        return false;
    loan->pools[0] = first < second ? first : second;
    loan->pools[1] = first < second ? second : first;
    first->lendable -= minor / 2;
    second->lendable -= minor / 2;
    loan->amount = (struct amount){minor, first->currency};
    loan->book = first->book;
    return true;
}

/* The next club of the same federation. */
static struct years_club *neighbour(
    const struct years *years, const struct years_club *club)
{
    size_t at = (size_t)(club - years->clubs);
    if (club->book == YEARS_US)
        return &years->clubs[(at + years->plan->federation_count) %
            DEMO_CLUBS];
    at = (at - DEMO_CLUBS + 1) % DEMO_MX_CLUBS;
    return &years->clubs[DEMO_CLUBS + at];
}

/* To a member of the club, another one guarantees; drawn on the day, when
 * it is known what the pools have. */
static int lend_member(struct years *years, struct years_club *club,
    size_t number, enum years_payer payer)
{
    bool harvest = club->book == YEARS_MX;
    struct years_loan one = {.payer = payer};
    struct years_loan *loan;
    int64_t wanted = harvest ? years_between(years, 3000, 8000) * 100
                             : years_between(years, 300, 2500) * 100;
    if (!fund(&one, club, neighbour(years, club), wanted, 10000))
        return 0;
    one.product = harvest ? "harvest" : "family";
    one.borrower = years_member(years, club, number % YEARS_MEMBERS);
    one.guarantor = years_member(years, club, (number + 1) % YEARS_MEMBERS);
    loan = add_loan(years);
    if (loan == NULL)
        return 0; /* remembered */
    *loan = one;
    return years_apply(years, loan, 0);
}

static int lend_us(struct years *years, void *subject, unsigned number)
{
    unsigned year = number / YEARLY;
    bool bad = number % YEARLY == BAD_US &&
        (year == 0 || year + 1 == years->programme.count);
    enum years_payer payer = bad ? PAYER_BAD
        : number % NINE == LATE  ? PAYER_LATE
                                 : PAYER_GOOD;
    (void)subject;
    /* 7 and the number of clubs have no common divisor. */
    return lend_member(
        years, &years->clubs[number * 7 % DEMO_CLUBS], number, payer);
}

static int lend_mx(struct years *years, void *subject, unsigned number)
{
    enum years_payer payer = number == BAD_MX ? PAYER_BAD
        : number == DROUGHT                   ? PAYER_RESCHEDULED
        : number % NINE == LATE               ? PAYER_LATE
                                              : PAYER_GOOD;
    (void)subject;
    return lend_member(years,
        &years->clubs[DEMO_CLUBS + number % DEMO_MX_CLUBS], number, payer);
}

struct years_loan *years_lend_project(
    struct years *years, struct years_project *project)
{
    size_t near = project->place % DEMO_MX_CLUBS;
    struct years_club *club = &years->clubs[DEMO_CLUBS + near];
    struct years_loan one = {.payer = PAYER_GOOD,
        .product = "works",
        .borrower = project->name,
        .to = "bank.mx",
        .project = project};
    struct years_loan *loan;
    /* Whole thousands, so that tranches are exact. */
    if (!fund(&one, club, neighbour(years, club),
            years_between(years, 15, 40) * 100000, 100000))
        return NULL;
    one.guarantor = club->name;
    loan = add_loan(years);
    if (loan != NULL)
        *loan = one;
    return loan;
}

/* ---- products and the calendar ---- */

static const struct {
    const char *name, *by, *second;
} products[] = {
    {"product=family book=us from=1993-01-06 method=level daycount=months "
     "every=month most=USD5000.00 least=USD50.00 longest=24 rate=0.12 "
     "late=0.18 fee=0.01 grace=none order=standard table=us holiday=next",
        "board.us", "treasurer.mx"},
    {"product=harvest book=mx from=1993-01-06 method=seasonal "
     "daycount=months every=month most=MXN50000.00 least=MXN100.00 "
     "longest=24 rate=0.18 late=0.27 fee=0 grace=deferred order=standard "
     "table=mx holiday=next",
        "board.mx", "treasurer.us"},
    {"product=works book=mx from=1993-01-06 method=equal daycount=months "
     "every=month most=MXN200000.00 least=MXN1000.00 longest=36 rate=0.15 "
     "late=0.225 fee=0 grace=none order=standard table=mx holiday=next",
        "board.mx", "treasurer.us"},
};

#define PRODUCTS (sizeof products / sizeof products[0])

/* By the boards, with a signature from the other side. */
static int offer(struct years *years, void *subject, unsigned step)
{
    (void)subject;
    (void)step;
    for (size_t i = 0; i < PRODUCTS; i++)
        if (demo_send_two(&years->play, products[i].by, products[i].second,
                "product-set %s", products[i].name) != 0)
            return -1;
    return 0;
}

static void plan_year(struct years *years, unsigned at, int year)
{
    for (unsigned i = 0; i < HARVESTS; i++)
        years_on(years, date_of(year, 1, 20 + (int)(i % 6)), YEARS_BOTH,
            lend_mx, NULL, at * HARVESTS + i);
    for (int month = 1; month <= 12; month++)
        for (unsigned i = 0; i < MONTHLY; i++)
            years_on(years, date_of(year, month, 20 + (int)i), YEARS_BOTH,
                lend_us, NULL,
                at * YEARLY + (unsigned)(month - 1) * MONTHLY + i);
}

int years_plan_loans(struct years *years)
{
    size_t of_years = years->programme.count * (YEARLY + HARVESTS);
    years->loan_room = of_years + years->project_count;
    years->loans = calloc(years->loan_room, sizeof *years->loans);
    if (years->loans == NULL)
        return failure_set(years->play.failure, "out of memory");
    years_on(years, date_of(1993, 1, 6), YEARS_BOTH, offer, NULL, 0);
    for (size_t i = 0; i < years->programme.count; i++)
        plan_year(years, (unsigned)i, (int)years->programme.years[i].year);
    return 0;
}
