/* How the programme's ledger is founded, and what of it is made up. */
#include "demo_years_inside.h"

#include <inttypes.h>
#include <stdio.h>

/* Who works beside those of every demonstration. */
static const struct {
    const char *name, *kind, *book, *country;
} officers[] = {
    {"committee.us", "committee", "us", "US"},
    {"committee.mx", "committee", "mx", "MX"},
    {"loans.us", "loan.officer", "us", "US"},
    {"loans.mx", "loan.officer", "mx", "MX"},
};

#define OFFICERS (sizeof officers / sizeof officers[0])

static void found_officers(struct buffer *lines)
{
    for (size_t i = 0; i < OFFICERS; i++)
        buffer_format(lines,
            "party-open party=%s kind=officer book=%s country=%s\n"
            "key-add key=%s kind=%s owner=%s country=%s scope=%s\n",
            officers[i].name, officers[i].book, officers[i].country,
            officers[i].name, officers[i].kind, officers[i].name,
            officers[i].country, officers[i].book);
}

/* Each club's treasurer, with a key that reaches the club. */
static void found_treasurers(const struct years *years, struct buffer *lines)
{
    for (size_t i = 0; i < years->club_count; i++) {
        const struct years_club *club = &years->clubs[i];
        const char *name = club->treasurer.text;
        const char *country = club->book == YEARS_US ? "US" : "MX";
        buffer_format(lines,
            "party-open party=%s kind=officer book=%s country=%s\n"
            "key-add key=%s kind=club.treasurer owner=%s country=%s "
            "scope=%s\n",
            name, years_book_name(club->book), country, name, name, country,
            club->name.text);
    }
}

static void found_members(const struct years *years, struct buffer *lines)
{
    for (size_t i = 0; i < years->club_count; i++) {
        const struct years_club *club = &years->clubs[i];
        for (size_t j = 0; j < YEARS_MEMBERS; j++) {
            struct ident member = years_member(years, club, j);
            buffer_format(lines,
                "party-open party=%.*s kind=member book=%s parent=%s "
                "country=%s\n",
                (int)member.length, member.text, years_book_name(club->book),
                club->name.text, club->book == YEARS_US ? "US" : "MX");
        }
    }
}

/* The agreement by years, and the governments. */
static void found_programme(struct buffer *lines)
{
    const struct programme_names names = {
        .book = ident_of("mx"),
        .rule = ident_of("three-for-one"),
        .federal = ident_of("sedesol"),
        .state = ident_of("state.zacatecas"),
        .municipal = ident_of(years_municipality(0)),
    };
    programme_rules(&names, lines);
    for (size_t i = 1; i < years_places(); i++)
        buffer_format(lines,
            "party-open party=%s kind=funder book=mx country=MX\n",
            years_municipality(i));
}

void demo_years_founding(const struct years *years, struct buffer *lines)
{
    static const char both[] = "need=2 kinds=federation.treasurer,board each=1";
    char first[DATE_LENGTH + 1] = "";
    struct buffer date = buffer_over(first, DATE_LENGTH);
    date_append(&date, years->first);
    demo_founding_people(years->plan, first, lines);
    demo_open_clubs(years->plan, lines);
    found_officers(lines);
    found_treasurers(years, lines);
    found_members(years, lines);
    found_programme(lines);
    buffer_format(lines,
        "policy-set verb=journal-entry %s\n"
        "policy-set verb=dividend-declare %s\n"
        "policy-set verb=product-set %s\n"
        "policy-set verb=cap-set %s\n", both, both, both, both);
    years_holidays(years, lines);
}

void demo_years_say_sources(const struct years *years)
{
    printf("The three-for-one programme of Zacatecas, day by day\n"
           "  Published: projects and investment of each year; who pays what\n"
           "  part by the rule of the year; %zu federations' names.\n"
           "  Drawn with the fixed seed %d: how a year's investment divides\n"
           "  over its projects, who leads one, what it is for, where and\n"
           "  when; what goes wrong; %d clubs of %d members on the northern\n"
           "  side and %d on the southern; their collections and all loans.\n"
           "  Ours are the loans' rates, the banks' interest and the\n"
           "  dividends.  The people are not real.\n\n",
        years->plan->federation_count, (int)DEMO_SEED, DEMO_CLUBS,
        YEARS_MEMBERS, DEMO_MX_CLUBS);
    programme_show(stdout, &years->published, LANGUAGE_EN);
    printf("\n");
}
