/* Clubs: what their members bring. */
#include "demo_years_inside.h"

#include <stdio.h>

/* Minor units a member gives for loans in a year, and saves twice a year,
 * between two bounds: dollars of the us, pesos of the mx. */
static const struct {
    int64_t lending[2], savings[2];
} money[] = {
    {{1000, 3000}, {1000, 3000}},
    {{80000, 200000}, {10000, 60000}},
};

struct ident years_member(
    const struct years *years, const struct years_club *club, size_t number)
{
    char name[IDENT_LENGTH_MAX + 1];
    size_t at = (size_t)(club - years->clubs);
    if (club->book == YEARS_US)
        return demo_member(years->plan->clubs[at].first_member + number);
    (void)snprintf(name, sizeof name, "z%02zu-%02zu", at - DEMO_CLUBS + 1,
        number + 1);
    return ident_of(name);
}

/* ---- what members bring ---- */

static void append_line(struct buffer *lines, const struct years_club *club,
    const char *verb, const struct ident *member, int64_t minor)
{
    buffer_format(lines, "%s member=%.*s", verb, (int)member->length,
        member->text);
    if (verb[0] == 'd')
        buffer_format(lines, " via=%.*s", (int)club->via.length,
            club->via.text);
    else
        buffer_format(lines, " club=%.*s", (int)club->name.length,
            club->name.text);
    years_amount(lines, "amount", (struct amount){minor, club->currency});
    buffer_text(lines, " purpose=C\n");
}

/* In January: what the year's projects need, something to lend, savings. */
static void collect(struct years *years, struct years_club *club,
    struct buffer *lines)
{
    for (size_t i = 0; i < YEARS_MEMBERS; i++) {
        struct ident member = years_member(years, club, i);
        int64_t part = club->needed / (int64_t)(YEARS_MEMBERS - i);
        int64_t lending = years_between(years, money[club->book].lending[0],
            money[club->book].lending[1]);
        int64_t savings = years_between(years, money[club->book].savings[0],
            money[club->book].savings[1]);
        club->needed -= part;
        club->lendable += lending;
        append_line(lines, club, "deposit", &member, part + lending + savings);
        append_line(lines, club, "contribute", &member, part + lending);
    }
}

static void save(struct years *years, struct years_club *club,
    struct buffer *lines)
{
    for (size_t i = 0; i < YEARS_MEMBERS; i++) {
        struct ident member = years_member(years, club, i);
        append_line(lines, club, "deposit", &member,
            years_between(years, money[club->book].savings[0],
                money[club->book].savings[1]));
    }
}

enum { JANUARY, JULY };

/* A sheet a club, signed by the teller of its federation. */
static int sheets(struct years *years, void *subject, unsigned step)
{
    struct buffer lines = buffer_empty();
    int result = 0;
    (void)subject;
    for (size_t i = 0; result == 0 && i < years->club_count; i++) {
        struct years_club *club = &years->clubs[i];
        if (step == JANUARY)
            collect(years, club, &lines);
        else
            save(years, club, &lines);
        result = demo_send_batch(&years->play, club->teller.text, &lines);
    }
    buffer_free(&lines);
    return result;
}

/* What its projects of the year will take from a club's pool. */
static int find_need(struct years *years, void *subject, unsigned year)
{
    (void)subject;
    for (size_t i = 0; i < years->project_count; i++) {
        struct years_project *project = &years->projects[i];
        int64_t whole = project->shares[0];
        int64_t other = project->second == NULL ? 0 : whole * 3 / 10;
        if (project->year->year != year)
            continue;
        if (project->second != NULL && project->trouble != TROUBLE_LAPSE)
            project->second->needed += other;
        if (project->by_pool)
            project->club->needed +=
                project->trouble == TROUBLE_LAPSE ? whole : whole - other;
    }
    return 0;
}

void years_plan_clubs(struct years *years)
{
    for (size_t i = 0; i < years->programme.count; i++) {
        unsigned year = years->programme.years[i].year;
        years_on(years, date_of((int)year, 1, 12), YEARS_BOTH, find_need,
            NULL, year);
        years_on(years, date_of((int)year, 1, 12), YEARS_BOTH, sheets, NULL,
            JANUARY);
        years_on(years, date_of((int)year, 7, 15), YEARS_BOTH, sheets, NULL,
            JULY);
    }
}
