/* The projects of the programme, drawn around the published years. */
#include "demo_years_inside.h"

#include <posito/encoding.h>
#include <posito/part.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const years_milestones[YEARS_TRANCHES] = {
    "began", "middle", "ready"};
const int64_t years_released[YEARS_TRANCHES] = {40, 40, 20};

/* Municipalities of Zacatecas, as on a line. */
static const struct {
    const char *place, *funder;
} places[] = {
    {"Jerez", "municipality.jerez"},
    {"Jalpa", "municipality.jalpa"},
    {"Fresnillo", "municipality.fresnillo"},
    {"Nochistl%C3%A1n", "municipality.nochistlan"},
    {"Tlaltenango", "municipality.tlaltenango"},
    {"Villanueva", "municipality.villanueva"},
    {"Sombrerete", "municipality.sombrerete"},
    {"Juchipila", "municipality.juchipila"},
    {"Valpara%C3%ADso", "municipality.valparaiso"},
    {"R%C3%ADo%20Grande", "municipality.rio-grande"},
    {"Tepechitl%C3%A1n", "municipality.tepechitlan"},
    {"Monte%20Escobedo", "municipality.monte-escobedo"},
};

#define PLACES (sizeof places / sizeof places[0])

/* One in twelve is productive. */
static const enum category social[] = {CATEGORY_WATER, CATEGORY_DRAINAGE,
    CATEGORY_ELECTRICITY, CATEGORY_PAVING, CATEGORY_PAVING, CATEGORY_ROAD,
    CATEGORY_SCHOOL, CATEGORY_SCHOLARSHIP, CATEGORY_CLINIC, CATEGORY_SPORTS,
    CATEGORY_PLAZA, CATEGORY_CHURCH, CATEGORY_CEMETERY};
static const enum category productive[] = {
    CATEGORY_FARMING, CATEGORY_LIVESTOCK, CATEGORY_IRRIGATION};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

size_t years_places(void)
{
    return PLACES;
}

const char *years_place(size_t i)
{
    return places[i].place;
}

const char *years_municipality(size_t i)
{
    return places[i].funder;
}

const char *years_funder(
    const struct years_project *project, const struct ident *level)
{
    struct bytes name = ident_bytes(level);
    if (bytes_equal_text(name, "federal"))
        return "sedesol";
    if (bytes_equal_text(name, "state"))
        return "state.zacatecas";
    if (bytes_equal_text(name, "municipal"))
        return places[project->place].funder;
    return project->club->name.text;
}

int years_level(const struct years_project *project, const char *level)
{
    struct bytes parts = programme_parts(project->year->year);
    struct part part;
    for (int i = 0; parts_next(&parts, &part); i++)
        if (bytes_equal_text(ident_bytes(&part.name), level))
            return i;
    return -1;
}

/* ---- budgets ---- */

static int share_budget(struct years *years, struct years_project *project)
{
    int64_t shares[PARTS_MAX];
    struct bytes parts = programme_parts(project->year->year);
    if (parts_count(parts) > YEARS_LEVELS ||
        !parts_allocate(project->budget, parts, shares))
        return failure_set(
            years->play.failure, "a budget cannot be shared out");
    (void)memcpy(project->shares, shares,
        parts_count(parts) * sizeof *shares);
    return 0;
}

/* The largest federal share of the year's other projects: a cap that only
 * the largest project is above. */
static int64_t federal_cap(const struct years *years,
    const struct years_project *largest)
{
    int64_t most = 0;
    for (size_t i = 0; i < years->project_count; i++) {
        const struct years_project *other = &years->projects[i];
        int64_t share = other->shares[years_level(other, "federal")];
        if (other != largest && other->year == largest->year && share > most)
            most = share;
    }
    return most;
}

int64_t years_given(const struct years_project *project, size_t level)
{
    int64_t share = project->shares[level];
    if ((int)level != years_level(project, "federal"))
        return share;
    if (project->trouble == TROUBLE_ALONE)
        return 0;
    return project->trouble == TROUBLE_PARTIAL ? project->federal_cap : share;
}

/* The other levels have to come up for what the federation does not give:
 * so much must be budgeted that all of them together give the cost. */
static int make_short(struct years *years, struct years_project *project,
    enum years_trouble trouble)
{
    int64_t cap = federal_cap(years, project);
    bool quarters = project->year->year >= PROGRAMME_MUNICIPAL_YEAR;
    int64_t others = quarters ? 3 : 2;
    project->trouble = trouble;
    project->federal_cap = cap;
    if (trouble == TROUBLE_ALONE)
        project->budget = project->cents * (others + 1) / others + 4;
    else
        project->budget = (project->cents - cap) * (others + 1) / others + 8;
    return share_budget(years, project);
}

/* ---- drawing ---- */

static struct date draw_opening(struct years *years, uint32_t year)
{
    return (struct date){date_of((int)year, 1, 20).days +
        (int32_t)years_between(years, 0, 150)};
}

static enum category draw_category(struct years *years)
{
    if (years_between(years, 1, 12) == 1)
        return productive[years_between(years, 0, COUNT(productive) - 1)];
    return social[years_between(years, 0, COUNT(social) - 1)];
}

static int draw_project(struct years *years, struct years_project *project,
    const struct programme_year *year, size_t number, int64_t cents)
{
    char name[IDENT_LENGTH_MAX + 1];
    size_t at = (size_t)(project - years->projects);
    (void)snprintf(
        name, sizeof name, "p%" PRIu32 "-%03zu", year->year, number);
    project->name = ident_of(name);
    project->year = year;
    project->opened = draw_opening(years, year->year);
    project->category = draw_category(years);
    project->place = (size_t)years_between(years, 0, PLACES - 1);
    project->cents = project->budget = cents;
    /* 37 and the number of clubs have no common divisor. */
    project->club = &years->clubs[at * 37 % DEMO_CLUBS];
    project->by_pool = at % 5 < 3;
    if (at % 3 == 0) /* of the same federation */
        project->second = &years->clubs[(at * 37 +
            years->plan->federation_count) % DEMO_CLUBS];
    if (at % 24 == 12) /* which has a second club */
        project->trouble = TROUBLE_LAPSE;
    else if (at % 8 == 4) {
        project->trouble = TROUBLE_SPARE;
        project->budget = cents + cents / 50;
    }
    return share_budget(years, project);
}

/* The year's investment over its projects: one may have four times as much
 * as another. */
static int draw_year(struct years *years, const struct programme_year *year)
{
    size_t count = (size_t)year->projects;
    int64_t *weights = calloc(count, sizeof *weights);
    int64_t *cents = calloc(count, sizeof *cents);
    int result = 0;
    for (size_t i = 0; weights != NULL && i < count; i++)
        weights[i] = years_between(years, 40, 160);
    if (weights == NULL || cents == NULL ||
        !minor_allocate(year->investment, weights, count, cents))
        result = failure_set(years->play.failure, "a year cannot be shared");
    for (size_t i = 0; result == 0 && i < count; i++)
        result = draw_project(years, &years->projects[years->project_count++],
            year, i + 1, cents[i]);
    free(weights);
    free(cents);
    return result;
}

static struct years_project *largest_of(
    const struct years *years, uint32_t year)
{
    struct years_project *best = NULL;
    for (size_t i = 0; i < years->project_count; i++)
        if (years->projects[i].year->year == year &&
            (best == NULL || years->projects[i].cents > best->cents))
            best = &years->projects[i];
    return best;
}

/* ---- caps ---- */

static int set_cap(struct years *years, const char *level, uint32_t year,
    const char *per, int64_t cents, uint64_t *proposal)
{
    struct buffer line = buffer_empty();
    buffer_format(&line, "cap-set agreement=three-for-one level=%s "
        "year=%" PRIu32 " per=%s", level, year, per);
    years_amount(&line, "amount", (struct amount){cents, CURRENCY_USD});
    int result = demo_send_for(&years->play, proposal, "board.mx", "%.*s",
        (int)line.length, (const char *)line.data);
    buffer_free(&line);
    return result;
}

enum { CAP_SET, CAP_APPROVE, CAP_RAISE };

static int approve_cap(struct years *years, const uint64_t *proposal)
{
    static const char *const second[] = {"board.us", NULL};
    return years_approve(years, proposal, second);
}

/* Of what one project may get of the federation. */
static int cap_federal(struct years *years, void *subject, unsigned step)
{
    struct years_project *project = subject;
    return step == CAP_SET
        ? set_cap(years, "federal", project->year->year, "project",
              project->federal_cap, &project->milestone)
        : approve_cap(years, &project->milestone);
}

/* Of what all get of the state: a dollar is left for the last one, until
 * the cap is raised. */
static int cap_state(struct years *years, void *subject, unsigned step)
{
    struct years_project *last = subject;
    size_t state = (size_t)years_level(last, "state");
    int64_t sum = 0;
    if (step == CAP_APPROVE)
        return approve_cap(years, &last->milestone);
    for (size_t i = 0; i < years->project_count; i++)
        if (years->projects[i].year == last->year)
            sum += years->projects[i].shares[state];
    if (step == CAP_SET)
        sum += 100 - last->shares[state];
    return set_cap(years, "state", last->year->year, "year", sum,
        &last->milestone);
}

static void plan_cap(struct years *years, struct years_project *project,
    years_act *act)
{
    struct date first = date_of((int)project->year->year, 1, 6);
    years_on(years, first, YEARS_BOTH, act, project, CAP_SET);
    first.days += 3;
    years_on(years, first, YEARS_BOTH, act, project, CAP_APPROVE);
}

/* The last project of the year waits for the state. */
static void make_wait(struct years *years, struct years_project *project)
{
    struct date raise;
    project->trouble = TROUBLE_QUEUE;
    project->opened =
        (struct date){date_of((int)project->year->year, 1, 20).days + 156};
    raise.days = project->opened.days + 20;
    plan_cap(years, project, cap_state);
    years_on(years, raise, YEARS_BOTH, cap_state, project, CAP_RAISE);
    raise.days += 3;
    years_on(years, raise, YEARS_BOTH, cap_state, project, CAP_APPROVE);
}

/* What goes wrong, in the years that are played. */
static int plan_troubles(struct years *years)
{
    struct years_project *alone = largest_of(years, 1995);
    struct years_project *partial = largest_of(years, 1999);
    struct years_project *queue = largest_of(years, 2000);
    if (alone != NULL) {
        if (make_short(years, alone, TROUBLE_ALONE) != 0)
            return -1;
        plan_cap(years, alone, cap_federal);
    }
    if (partial != NULL) {
        if (make_short(years, partial, TROUBLE_PARTIAL) != 0)
            return -1;
        plan_cap(years, partial, cap_federal);
    }
    if (queue != NULL)
        make_wait(years, queue);
    return 0;
}

int years_plan_projects(struct years *years)
{
    years->projects =
        calloc((size_t)years->programme.projects, sizeof *years->projects);
    if (years->projects == NULL)
        return failure_set(years->play.failure, "out of memory");
    for (size_t i = 0; i < years->programme.count; i++)
        if (draw_year(years, &years->programme.years[i]) != 0)
            return -1;
    if (plan_troubles(years) != 0)
        return -1;
    for (size_t i = 0; i < years->project_count; i++)
        years_begin_project(years, &years->projects[i]);
    return 0;
}
