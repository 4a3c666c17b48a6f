#include "programme.h"

#include "show.h"
#include "speech.h"
#include "table.h"

#include <posito/encoding.h>
#include <posito/part.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Most projects of a year. */
#define PROJECTS_MAX 100000

#define PRINTED "# Printed totals: "
#define HEADING "year,projects,investment_usd"

/* Thirds of 12 digits; the last 10^-12 is the clubs'. */
static const char THIRDS[] = "club:0.333333333334,federal:0.333333333333,"
                             "state:0.333333333333";
static const char QUARTERS[] =
    "club:0.25,federal:0.25,municipal:0.25,state:0.25";

/* ---- reading ---- */

/* Digits up to one of those bytes, or the end. */
static bool take_number(struct bytes *rest, const char *ends, uint64_t *out)
{
    size_t length = 0;
    struct bytes digits;
    while (length < rest->length && strchr(ends, rest->data[length]) == NULL)
        length++;
    digits = bytes_of(rest->data, length);
    *rest = bytes_after(*rest, length + 1);
    return bytes_decimal(digits, (uint64_t)AMOUNT_CAP / 100, out);
}

static bool parse_printed(struct bytes line, struct programme *out)
{
    struct bytes rest = bytes_after(line, sizeof PRINTED - 1);
    const char *between = "projects, ";
    uint64_t dollars;
    if (!take_number(&rest, " ", &out->printed_projects) ||
        !bytes_start_with(rest, between))
        return false;
    rest = bytes_after(rest, strlen(between));
    out->printed = take_number(&rest, ". ", &dollars);
    out->printed_investment = (int64_t)dollars * 100;
    return out->printed;
}

static bool parse_year(struct bytes line, struct programme *out)
{
    struct programme_year *year = &out->years[out->count];
    struct bytes rest = line;
    uint64_t number;
    uint64_t dollars;
    if (out->count == PROGRAMME_YEARS_MAX ||
        !take_number(&rest, ",", &number) ||
        !take_number(&rest, ",", &year->projects) ||
        !take_number(&rest, "", &dollars) || number < 1900 || number > 2999 ||
        year->projects == 0 || year->projects > PROJECTS_MAX ||
        (out->count > 0 && number <= year[-1].year))
        return false;
    year->year = (uint32_t)number;
    year->investment = (int64_t)dollars * 100;
    year->evidence = hash_of(line);
    out->count++;
    out->projects += year->projects;
    return minor_add(out->investment, year->investment, &out->investment) &&
           out->investment <= AMOUNT_CAP;
}

int programme_parse(
    struct bytes text, struct programme *out, struct failure *failure)
{
    bool heading = false;
    unsigned number = 0;
    struct bytes line;
    memset(out, 0, sizeof *out);
    while (bytes_next_line(&text, &line)) {
        bool good = true;
        number++;
        if (bytes_start_with(line, PRINTED))
            good = parse_printed(line, out);
        else if (line.length > 0 && line.data[0] != '#' && heading)
            good = parse_year(line, out);
        else if (line.length > 0 && line.data[0] != '#')
            heading = good = bytes_equal_text(line, HEADING);
        if (!good)
            return failure_set(
                failure, "line %u of the programme is wrong", number);
    }
    return text.length == 0 && out->count > 0
               ? 0
               : failure_set(failure, "the programme ends too early");
}

/* ---- showing ---- */

static void cell_number(struct text_table *table, uint64_t number)
{
    char memory[24];
    struct buffer text = buffer_over(memory, sizeof memory);
    buffer_decimal(&text, number);
    table_cell(table, buffer_bytes(&text));
}

static void cell_money(struct text_table *table, int64_t cents)
{
    char memory[40];
    struct buffer text = buffer_over(memory, sizeof memory);
    show_digits(&text, (struct amount){cents, CURRENCY_USD});
    table_cell(table, buffer_bytes(&text));
}

static void cell_text(
    struct text_table *table, enum language language, const char *english,
    const char *spanish)
{
    table_cell(table, bytes_text(say(language, english, spanish)));
}

void programme_show(
    FILE *out, const struct programme *programme, enum language language)
{
    struct text_table table = table_empty(3);
    table.right[1] = true;
    table.right[2] = true;
    cell_text(&table, language, "year", "año");
    cell_text(&table, language, "projects", "proyectos");
    cell_text(&table, language, "investment, USD", "inversión, USD");
    for (size_t i = 0; i < programme->count; i++) {
        cell_number(&table, programme->years[i].year);
        cell_number(&table, programme->years[i].projects);
        cell_money(&table, programme->years[i].investment);
    }
    cell_text(&table, language, "sum of the years", "suma de los años");
    cell_number(&table, programme->projects);
    cell_money(&table, programme->investment);
    if (programme->printed) {
        int64_t more =
            programme->printed_investment - programme->investment;
        cell_text(&table, language, "printed total", "total impreso");
        cell_number(&table, programme->printed_projects);
        cell_money(&table, programme->printed_investment);
        cell_text(&table, language, "printed less sum",
            "impreso menos suma");
        cell_text(&table, language, "", "");
        cell_money(&table, more);
    }
    table_print(&table, out);
    table_free(&table);
}

/* ---- lines ---- */

static void append_ident(
    struct buffer *out, const char *key, const struct ident *name)
{
    buffer_format(out, " %s=", key);
    buffer_append(out, ident_bytes(name));
}

static void append_amount(struct buffer *out, const char *key, int64_t cents)
{
    buffer_format(out, " %s=", key);
    amount_append(out, (struct amount){cents, CURRENCY_USD});
}

static void append_evidence(struct buffer *out, const struct hash *evidence)
{
    buffer_text(out, " evidence=");
    base64_append(out, bytes_of(evidence->data, sizeof evidence->data));
}

void programme_rules(
    const struct programme_names *names, struct buffer *lines)
{
    const struct ident *funders[] = {
        &names->federal, &names->state, &names->municipal};
    buffer_text(lines, "agreement-set");
    append_ident(lines, "agreement", &names->rule);
    buffer_format(lines, " from=1992-01-01 parts=%s\nagreement-set", THIRDS);
    append_ident(lines, "agreement", &names->rule);
    buffer_format(lines, " from=%d-01-01 parts=%s\n",
        PROGRAMME_MUNICIPAL_YEAR, QUARTERS);
    for (size_t i = 0; i < sizeof funders / sizeof *funders; i++) {
        buffer_text(lines, "party-open");
        append_ident(lines, "party", funders[i]);
        buffer_text(lines, " kind=funder");
        append_ident(lines, "book", &names->book);
        buffer_text(lines, " country=MX\n");
    }
}

/* One project of a year, with what its lines share. */
struct imported {
    const struct programme_names *names;
    const struct programme_year *year;
    struct ident name;
    const struct ident *club;
    int64_t cents;
    struct buffer *lines;
};

static const struct ident *giver_of(
    const struct imported *project, const struct ident *level)
{
    struct bytes name = ident_bytes(level);
    if (bytes_equal_text(name, "federal"))
        return &project->names->federal;
    if (bytes_equal_text(name, "state"))
        return &project->names->state;
    if (bytes_equal_text(name, "municipal"))
        return &project->names->municipal;
    return project->club;
}

static void begin_line(const struct imported *project, const char *verb)
{
    buffer_text(project->lines, verb);
    append_ident(project->lines, "project", &project->name);
}

static void append_register(const struct imported *project)
{
    struct buffer *out = project->lines;
    begin_line(project, "project-register");
    append_ident(out, "book", &project->names->book);
    append_ident(out, "club", project->club);
    append_ident(out, "agreement", &project->names->rule);
    buffer_text(out, " category=community place=Zacatecas");
    append_amount(out, "budget", project->cents);
    buffer_text(out, " milestones=done:1\n");
}

/* pledge or receive of one level. */
static void append_level(const struct imported *project, const char *verb,
    const struct ident *level, int64_t cents, bool pledge)
{
    struct buffer *out = project->lines;
    begin_line(project, verb);
    append_ident(out, "level", level);
    append_ident(out, "from", giver_of(project, level));
    if (!pledge)
        append_ident(out, "via", &project->names->bank);
    append_amount(out, "amount", cents);
    if (pledge)
        buffer_format(out, " until=%" PRIu32 "-12-31",
            project->year->year + 1);
    buffer_char(out, '\n');
}

static bool append_levels(
    const struct imported *project, const char *verb, bool pledge)
{
    struct bytes parts = bytes_text(
        project->year->year < PROGRAMME_MUNICIPAL_YEAR ? THIRDS : QUARTERS);
    int64_t shares[PARTS_MAX];
    struct part part;
    if (!parts_allocate(project->cents, parts, shares))
        return false;
    for (size_t i = 0; parts_next(&parts, &part); i++)
        if (shares[i] > 0)
            append_level(project, verb, &part.name, shares[i], pledge);
    return true;
}

static bool append_project(const struct imported *project)
{
    struct buffer *out = project->lines;
    append_register(project);
    if (!append_levels(project, "pledge", true) ||
        !append_levels(project, "receive", false))
        return false;
    begin_line(project, "milestone");
    buffer_text(out, " milestone=done");
    append_evidence(out, &project->year->evidence);
    buffer_char(out, '\n');
    begin_line(project, "draw");
    append_amount(out, "amount", project->cents);
    append_ident(out, "via", &project->names->bank);
    append_evidence(out, &project->year->evidence);
    buffer_char(out, '\n');
    begin_line(project, "project-close");
    buffer_text(out, " reason=done\n");
    return true;
}

/* p1993-007 */
static struct ident name_project(uint32_t year, uint64_t number)
{
    char name[IDENT_LENGTH_MAX + 1];
    (void)snprintf(name, sizeof name, "p%" PRIu32 "-%03" PRIu64, year, number);
    return ident_of(name);
}

/* A year's investment over its projects: as even as cents allow. */
static int64_t *share_year(const struct programme_year *year)
{
    size_t count = (size_t)year->projects;
    int64_t *weights = calloc(count, sizeof *weights);
    int64_t *shares = calloc(count, sizeof *shares);
    bool good = weights != NULL && shares != NULL;
    for (size_t i = 0; good && i < count; i++)
        weights[i] = 1;
    good = good && minor_allocate(year->investment, weights, count, shares);
    free(weights);
    if (good)
        return shares;
    free(shares);
    return NULL;
}

bool programme_lines(const struct programme *programme,
    const struct programme_names *names, uint32_t year, struct buffer *lines)
{
    const struct programme_year *found = NULL;
    int64_t *shares;
    bool good = true;
    for (size_t i = 0; i < programme->count; i++)
        if (programme->years[i].year == year)
            found = &programme->years[i];
    if (found == NULL || names->club_count == 0)
        return false;
    shares = share_year(found);
    if (shares == NULL)
        return false;
    for (uint64_t i = 0; good && i < found->projects; i++) {
        struct imported project = {
            .names = names,
            .year = found,
            .name = name_project(year, i + 1),
            .club = &names->clubs[i % names->club_count],
            .cents = shares[i],
            .lines = lines,
        };
        good = append_project(&project);
    }
    free(shares);
    return good && !lines->failed;
}
