/* Statements of the programme, in both languages. */
#include "demo_years_inside.h"

#include <inttypes.h>
#include <stdio.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* ---- one project, its funders, its club ---- */

/* The project that went on without a level is the one to look at; its
 * leading club is the club. */
static const struct years_project *shown_project(const struct years *years)
{
    for (size_t i = 0; i < years->project_count; i++)
        if (years->projects[i].trouble == TROUBLE_ALONE)
            return &years->projects[i];
    return &years->projects[0];
}

static int show_project(const struct years *years,
    const struct demo_place *place, struct failure *failure)
{
    const struct years_project *project = shown_project(years);
    char name[64], club[64], pool[64], year[32];
    (void)snprintf(name, sizeof name, "project=%s", project->name.text);
    (void)snprintf(club, sizeof club, "party=%s", project->club->name.text);
    (void)snprintf(pool, sizeof pool, "party=%s", project->club->name.text);
    (void)snprintf(
        year, sizeof year, "year=%" PRIu32, years->programme.years[0].year);
    const struct demo_command commands[] = {
        {"auditor", {"posito", "project", name}},
        {"auditor", {"posito", "--language", "es", "project", name}},
        {"auditor", {"posito", "projects", "party=sedesol", year}},
        {"auditor", {"posito", "--language", "es", "projects",
            "party=state.zacatecas", year}},
        {"auditor", {"posito", "projects", club}},
        {"auditor", {"posito", "--language", "es", "pool", pool}},
    };
    return demo_show_commands(place, commands, COUNT(commands), failure);
}

/* ---- the books ---- */

static const struct demo_command programme[] = {
    {"auditor", {"posito", "programme", "book=mx"}},
    {"auditor", {"posito", "--language", "es", "programme", "book=mx"}},
};

static const struct demo_command books[] = {
    {"auditor", {"posito", "portfolio", "book=us"}},
    {"auditor", {"posito", "--language", "es", "portfolio", "book=mx",
        "by=product"}},
    {"auditor", {"posito", "trial", "book=us"}},
    {"auditor", {"posito", "--language", "es", "trial", "book=mx"}},
    {"auditor", {"posito", "balance-sheet", "book=us"}},
    {"auditor", {"posito", "--language", "es", "balance-sheet", "book=us"}},
    {"auditor", {"posito", "balance-sheet", "book=mx"}},
    {"auditor", {"posito", "--language", "es", "balance-sheet", "book=mx"}},
};

static const struct demo_command income[] = {
    {"auditor", {"posito", "income", "book=us"}},
    {"auditor", {"posito", "--language", "es", "income", "book=us"}},
    {"auditor", {"posito", "income", "book=mx"}},
    {"auditor", {"posito", "--language", "es", "income", "book=mx"}},
};

int demo_years_show_income(
    const struct demo_place *place, struct failure *failure)
{
    printf("\nThe last year's income, before it is closed:\n");
    return demo_show_commands(place, income, COUNT(income), failure);
}

int demo_years_show(const struct years *years,
    const struct demo_place *place, struct failure *failure)
{
    return demo_show_commands(
               place, programme, COUNT(programme), failure) == 0 &&
            show_project(years, place, failure) == 0
        ? demo_show_commands(place, books, COUNT(books), failure)
        : -1;
}
