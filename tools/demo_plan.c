#include "demo_plan.h"


#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_CLUB 100
#define SPREAD_OF_CLUBS 165 /* 100 .. 264, mean 182 */

uint64_t demo_draw(struct demo_plan *plan, uint64_t below)
{
    /* splitmix64 (Steele, Lea, Flood 2014); the tiny bias of the remainder
     * does not matter here. */
    uint64_t z = plan->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z ^ (z >> 31)) % below;
}

int64_t demo_deposit(struct demo_plan *plan)
{
    const uint64_t third = 2 * DEMO_TRANSFER_CENTS / 3 + 1;
    uint64_t transfer = demo_draw(plan, third) + demo_draw(plan, third) +
        demo_draw(plan, third);
    return transfer < 1000 ? 100 : (int64_t)(transfer / 10);
}

int64_t demo_contribution(struct demo_plan *plan)
{
    return 1 + (int64_t)demo_draw(plan, 2 * DEMO_CONTRIBUTION_CENTS);
}

static struct ident numbered(const char *prefix, int digits, size_t number)
{
    char name[IDENT_LENGTH_MAX + 1];
    (void)snprintf(name, sizeof name, "%s%0*zu", prefix, digits, number);
    return ident_of(name);
}

struct ident demo_member(size_t number)
{
    return numbered("m", 5, number);
}

struct ident demo_hometown(size_t number)
{
    return numbered("hometown-", 2, number);
}

static bool joined(struct ident *out, const char *prefix, struct bytes slug)
{
    uint8_t room[2 * IDENT_LENGTH_MAX];
    struct buffer name = buffer_over(room, sizeof room);
    buffer_text(&name, prefix);
    buffer_append(&name, slug);
    return !name.failed && ident_parse(buffer_bytes(&name), out);
}

/* "South California" -> south-california and the names made from it. */
static bool name_federation(struct demo_federation *federation)
{
    uint8_t room[IDENT_LENGTH_MAX];
    struct buffer slug = buffer_over(room, sizeof room);
    for (const char *at = federation->title; *at != '\0'; at++)
        buffer_char(&slug,
            isalnum((unsigned char)*at) ? (char)tolower((unsigned char)*at)
                                        : '-');
    struct bytes name = buffer_bytes(&slug);
    return !slug.failed && joined(&federation->name, "", name) &&
        joined(&federation->office, "office.", name) &&
        joined(&federation->drawer, "drawer.", name) &&
        joined(&federation->teller, "teller.", name) &&
        joined(&federation->treasurer, "treasurer.", name);
}

static int read_federations(
    struct demo_plan *plan, const char *folder, struct failure *failure)
{
    char path[4096];
    char *line = NULL;
    size_t room = 0;
    bool header = true, named = true;
    (void)snprintf(path, sizeof path, "%s/federations.csv", folder);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_set_errno(failure, errno, "cannot read %s", path);
    while (named && plan->federation_count < DEMO_FEDERATIONS_MAX &&
        getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        if (header) {
            header = false;
            continue;
        }
        struct demo_federation *federation =
            &plan->federations[plan->federation_count];
        struct buffer title =
            buffer_over(federation->title, sizeof federation->title - 1);
        buffer_text(&title, line);
        named = !title.failed && name_federation(federation);
        plan->federation_count++;
    }
    free(line);
    (void)fclose(file);
    if (!named)
        return failure_set(failure, "%s: a line makes no name", path);
    if (plan->federation_count == 0)
        return failure_set(failure, "%s lists no federation", path);
    return 0;
}

static void draw_clubs(struct demo_plan *plan)
{
    size_t next = 1;
    for (size_t i = 0; i < DEMO_CLUBS; i++) {
        struct demo_club *club = &plan->clubs[i];
        size_t left = DEMO_MEMBERS + 1 - next;
        size_t clubs_left = DEMO_CLUBS - i;
        club->name = numbered("club-", 3, i + 1);
        club->federation = i % plan->federation_count;
        club->first_member = next;
        club->members =
            SMALLEST_CLUB + (size_t)demo_draw(plan, SPREAD_OF_CLUBS);
        /* The last ones take what is left, so that the sum comes out. */
        if (clubs_left == 1 || club->members > left)
            club->members = left;
        next += club->members;
    }
}

const struct demo_club *demo_club_of(
    const struct demo_plan *plan, size_t member)
{
    size_t i = 0;
    while (i + 1 < DEMO_CLUBS && plan->clubs[i + 1].first_member <= member)
        i++;
    return &plan->clubs[i];
}

struct demo_plan *demo_plan_new(const char *folder, struct failure *failure)
{
    struct demo_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) {
        (void)failure_set(failure, "out of memory");
        return NULL;
    }
    plan->random = DEMO_SEED;
    if (read_federations(plan, folder, failure) != 0) {
        free(plan);
        return NULL;
    }
    draw_clubs(plan);
    return plan;
}

void demo_plan_free(struct demo_plan *plan)
{
    free(plan);
}

/* ---- holidays ---- */

static const struct {
    const char *book, *date;
} holidays[] = {
    {"us", "2000-01-17"}, /* Martin Luther King's birthday */
    {"us", "2000-02-21"}, /* Washington's */
    {"mx", "2000-03-21"}, /* natalicio de Benito Juárez */
};

#define HOLIDAYS (sizeof holidays / sizeof holidays[0])

bool demo_is_holiday(const char *book, struct date date)
{
    struct date one;
    for (size_t i = 0; i < HOLIDAYS; i++)
        if (strcmp(book, holidays[i].book) == 0 &&
            date_parse(bytes_text(holidays[i].date), &one) &&
            one.days == date.days)
            return true;
    return false;
}

/* ---- text ---- */

static void officer(
    struct buffer *lines, const char *party, const char *book, const char *side)
{
    buffer_format(lines, "party-open party=%s kind=officer book=%s country=%s\n",
        party, book, side);
}

static void key(struct buffer *lines, const char *name, const char *kind,
    const char *side, const char *scope, const char *limits)
{
    buffer_format(lines, "key-add key=%s kind=%s owner=%s country=%s scope=%s%s\n",
        name, kind, name, side, scope, limits);
}

struct founding_key {
    const char *name, *kind, *book, *side, *scope, *limits;
};

static const struct founding_key founding_keys[] = {
    {"treasurer.us", "federation.treasurer", "us", "US", "all", ""},
    {"treasurer.mx", "federation.treasurer", "mx", "MX", "all", ""},
    {"board.us", "board", "us", "US", "all", ""},
    {"board.mx", "board", "mx", "MX", "all", ""},
    {"supervisor.us", "supervisor", "us", "US", "us", ""},
    {"supervisor.mx", "supervisor", "mx", "MX", "mx", ""},
    {"teller.mx", "teller", "mx", "MX", "mx",
        " limit=MXN50000.00 daily=MXN5000000.00"},
    {"auditor", "auditor", "us", "US", "all", ""},
    {"operator", "operator", "us", "US", "all", ""},
};

#define FOUNDING_KEYS (sizeof founding_keys / sizeof founding_keys[0])

static void found_parties(const struct demo_plan *plan, struct buffer *lines)
{
    for (size_t i = 0; i < FOUNDING_KEYS; i++)
        officer(lines, founding_keys[i].name, founding_keys[i].book,
            founding_keys[i].side);
    buffer_text(lines,
        "party-open party=bank.us kind=correspondent book=us country=US\n"
        "party-open party=bank.mx kind=correspondent book=mx country=MX\n"
        "party-open party=zacatecas kind=federation book=mx country=MX\n"
        "party-open party=office.zacatecas kind=office book=mx country=MX\n");
    for (size_t i = 0; i < plan->federation_count; i++) {
        const struct demo_federation *f = &plan->federations[i];
        buffer_format(lines,
            "party-open party=%s kind=federation book=us country=US\n"
            "party-open party=%s kind=office book=us country=US\n",
            f->name.text, f->office.text);
        officer(lines, f->teller.text, "us", "US");
        officer(lines, f->treasurer.text, "us", "US");
    }
}

/* Rules of ours, but for the holidays: those are the countries'. */
static void found_rules(struct buffer *lines)
{
    static const char both[] = "need=2 kinds=federation.treasurer,board each=1";
    buffer_text(lines,
        "policy-set verb=withdraw over=USD1000.00 need=1 kinds=supervisor\n"
        "policy-set verb=withdraw over=MXN10000.00 need=1 kinds=supervisor\n");
    buffer_format(lines,
        "policy-set verb=journal-entry %s\n"
        "policy-set verb=dividend-declare %s\n"
        "policy-set verb=term-set %s\n", both, both, both);
    buffer_text(lines,
        "dormancy-set book=us dormant=36 unclaimed=60\n"
        "dormancy-set book=mx dormant=2 unclaimed=36\n");
    for (size_t i = 0; i < HOLIDAYS; i++)
        buffer_format(lines, "calendar-set book=%s date=%s open=no\n",
            holidays[i].book, holidays[i].date);
}

void demo_founding(const struct demo_plan *plan, struct buffer *lines)
{
    buffer_text(lines,
        "currency code=USD digits=2\n"
        "currency code=MXN digits=2\n"
        "book book=us country=US date=2000-01-03\n"
        "book book=mx country=MX date=2000-01-03\n");
    found_parties(plan, lines);
    for (size_t i = 0; i < FOUNDING_KEYS; i++) {
        const struct founding_key *k = &founding_keys[i];
        key(lines, k->name, k->kind, k->side, k->scope, k->limits);
    }
    for (size_t i = 0; i < plan->federation_count; i++) {
        const struct demo_federation *f = &plan->federations[i];
        key(lines, f->teller.text, "teller", "US", "us",
            " limit=USD6000.00 daily=USD1000000.00");
        key(lines, f->treasurer.text, "federation.treasurer", "US",
            f->name.text, "");
    }
    found_rules(lines);
}

void demo_open_clubs(const struct demo_plan *plan, struct buffer *lines)
{
    for (size_t i = 0; i < DEMO_CLUBS; i++)
        buffer_format(lines,
            "party-open party=%s kind=club book=us parent=%s country=US\n",
            plan->clubs[i].name.text,
            plan->federations[plan->clubs[i].federation].name.text);
    for (size_t i = 1; i <= DEMO_MX_CLUBS; i++) {
        struct ident name = demo_hometown(i);
        buffer_format(lines,
            "party-open party=%s kind=club book=mx parent=zacatecas country=MX\n",
            name.text);
    }
}

void demo_open_drawers(const struct demo_plan *plan, struct buffer *lines)
{
    for (size_t i = 0; i < plan->federation_count; i++)
        buffer_format(lines,
            "party-open party=%s kind=drawer book=us parent=%s country=US\n",
            plan->federations[i].drawer.text,
            plan->federations[i].office.text);
}

void demo_open_members(const struct demo_plan *plan,
    const struct demo_club *club, struct buffer *lines)
{
    (void)plan;
    for (size_t i = 0; i < club->members; i++) {
        struct ident name = demo_member(club->first_member + i);
        buffer_format(lines,
            "party-open party=%s kind=member book=us parent=%s country=US\n",
            name.text, club->name.text);
    }
}

static void dollars(struct buffer *lines, const char *code, int64_t cents)
{
    buffer_format(lines, "%s%" PRId64 ".%02d", code, cents / 100,
        (int)(cents % 100));
}

int64_t demo_sheet(struct demo_plan *plan, const struct demo_club *club,
    unsigned month, struct buffer *lines)
{
    const struct demo_federation *f = &plan->federations[club->federation];
    int64_t pooled = 0;
    for (size_t i = 0; i < club->members; i++) {
        size_t number = club->first_member + i;
        struct ident name = demo_member(number);
        int64_t cents = demo_deposit(plan);
        plan->saved[number] += cents;
        buffer_format(lines, "deposit member=%s via=%s amount=", name.text,
            f->office.text);
        dollars(lines, "USD", cents);
        buffer_text(lines, " purpose=F\n");
        if (month + 1 < DEMO_MONTHS)
            continue;
        int64_t given = demo_contribution(plan);
        if (given > plan->saved[number])
            given = plan->saved[number];
        plan->saved[number] -= given;
        pooled += given;
        buffer_format(lines, "contribute member=%s club=%s amount=", name.text,
            club->name.text);
        dollars(lines, "USD", given);
        buffer_text(lines, " purpose=C\n");
    }
    return pooled;
}

void demo_sheet_mx(
    struct demo_plan *plan, unsigned month, struct buffer *lines)
{
    size_t last = month == 0 ? DEMO_MX_CLUBS : DEMO_MX_CLUBS - 1;
    for (size_t i = 1; i <= last; i++) {
        struct ident name = demo_hometown(i);
        buffer_format(lines, "deposit member=%s via=office.zacatecas amount=",
            name.text);
        dollars(lines, "MXN", 100000 + (int64_t)demo_draw(plan, 400000));
        buffer_text(lines, " purpose=C\n");
    }
}
