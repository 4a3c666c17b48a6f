#include "demo_years_inside.h"

#include "../protocol/answer.h"
#include "files.h"
#include "keyring_folder.h"

#include <posito/client.h>
#include <posito/encoding.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX ((size_t)1 << 20)
#define TEXT_ROOM 512

/* ---- words of lines ---- */

void years_amount(struct buffer *line, const char *key, struct amount amount)
{
    buffer_format(line, " %s=", key);
    amount_append(line, amount);
}

void years_evidence(
    struct buffer *line, const struct ident *subject, const char *of)
{
    struct hash hash = hash_of_parts(
        ident_bytes(subject), bytes_text("/"), bytes_text(of));
    buffer_text(line, " evidence=");
    base64_append(line, bytes_of(hash.data, sizeof hash.data));
}

int64_t years_between(struct years *years, int64_t low, int64_t high)
{
    return low +
        (int64_t)demo_draw(years->plan, (uint64_t)(high - low) + 1);
}

/* ---- sending ---- */

int years_know(struct years *years, const uint64_t *entry)
{
    return *entry == 0 ? demo_send_drain(&years->play, 0) : 0;
}

int years_approve(struct years *years, const uint64_t *proposal,
    const char *const *keys)
{
    int result = years_know(years, proposal);
    for (size_t i = 0; result == 0 && keys[i] != NULL; i++)
        result = demo_send(&years->play, keys[i],
            "approve proposal=%" PRIu64, *proposal);
    return result;
}

int years_ask(
    struct years *years, struct buffer *out, const char *format, ...)
{
    char text[TEXT_ROOM];
    enum status status = STATUS_ACCEPTED;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (demo_send_drain(&years->play, 0) != 0 ||
        client_ask(years->play.client, bytes_text(text), bytes_of(NULL, 0),
            out, &status, years->play.failure) != 0)
        return -1;
    return status == STATUS_ACCEPTED
        ? 0
        : failure_set(years->play.failure, "asked %s: %s", text,
              status_name(status));
}

/* ---- the end ---- */

/* What was drawn for a year's projects, by the ledger, is what was
 * published. */
static int compare_year(struct years *years, struct bytes row)
{
    struct amount amount = {0, CURRENCY_USD};
    uint64_t year = 0, projects = 0;
    if (!bytes_decimal(answer_find(row, "year"), 9999, &year) ||
        !bytes_decimal(answer_find(row, "projects"), NUMBER_MAX, &projects))
        return 0;
    for (size_t i = 0; i < years->programme.count; i++) {
        const struct programme_year *one = &years->programme.years[i];
        if (one->year != year)
            continue;
        if (amount_parse(answer_find(row, "invested"), &amount) !=
                AMOUNT_SPELLED ||
            amount.minor != one->investment || projects != one->projects)
            return failure_set(years->play.failure,
                "%" PRIu64 " is not what was published", year);
        return 1;
    }
    return 0;
}

static int compare(struct years *years)
{
    struct buffer out = buffer_empty();
    struct bytes rest, line, row;
    enum answer_kind kind;
    size_t equal = 0;
    int result = years_ask(years, &out, "programme book=mx");
    rest = buffer_bytes(&out);
    while (result == 0 && bytes_next_line(&rest, &line))
        if (answer_open(line, &kind, &row) && kind == ANSWER_ROW) {
            int same = compare_year(years, row);
            result = same < 0 ? -1 : 0;
            equal += same > 0 ? 1 : 0;
        }
    buffer_free(&out);
    if (result == 0 && equal != years->programme.count)
        result = failure_set(
            years->play.failure, "the ledger has not all the years");
    return result;
}

static void say_played(const struct years *years, const struct timespec *start)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    printf("  %zu projects and %zu loans; %" PRIu64 " days, %" PRIu64
           " months and %" PRIu64 " years closed\n"
           "  %" PRIu64 " signed orders with %" PRIu64
           " lines in their bodies, each durable, in %.1f s\n",
        years->project_count, years->loan_count, years->closed_days,
        years->closed_months, years->closed_years, years->play.orders,
        years->play.lines,
        (double)(end.tv_sec - start->tv_sec) +
            (double)(end.tv_nsec - start->tv_nsec) / 1e9);
}

static int log_in(struct years *years)
{
    struct play *play = &years->play;
    struct ident auditor = ident_of("auditor");
    enum status status = STATUS_ACCEPTED;
    struct keyfile key;
    int result;
    if (keyring_folder_open(play->folder, "auditor", &key, play->failure) !=
        0)
        return -1;
    result = client_login(
        play->client, &auditor, &key.secret, &status, play->failure);
    keyfile_forget(&key);
    return result == 0 && status != STATUS_ACCEPTED
        ? failure_set(play->failure, "the auditor could not log in")
        : result;
}

static int connected(struct years *years, const char *address,
    struct failure *failure, int (*work)(struct years *))
{
    struct play *play = &years->play;
    int result = -1;
    play->failure = failure;
    play->window = DEMO_WINDOW_MAX;
    if (client_connect(&play->client, address, 60000, failure) == 0 &&
        log_in(years) == 0)
        result = work(years);
    client_close(play->client);
    play->client = NULL;
    return result;
}

static int play_years(struct years *years)
{
    const struct programme *p = &years->programme;
    return years_run(
        years, date_of((int)p->years[p->count - 1].year + 1, 1, 1));
}

int demo_years_play(struct years *years, const char *folder,
    const char *address, struct failure *failure)
{
    struct timespec start;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    years->play.folder = folder;
    if (connected(years, address, failure, play_years) != 0)
        return -1;
    say_played(years, &start);
    return 0;
}

static int end_years(struct years *years)
{
    return years_close_last(years) == 0 &&
            years_run(years, years->last) == 0 && compare(years) == 0
        ? 0
        : -1;
}

int demo_years_end(
    struct years *years, const char *address, struct failure *failure)
{
    if (connected(years, address, failure, end_years) != 0)
        return -1;
    printf("\n  That year too is closed, and some days of the next are"
           " played.\n"
           "  The ledger's investment of each year is the published one, to"
           " the cent.\n");
    return 0;
}

/* ---- the beginning ---- */

/* Years after `until` are left out. */
static void cut(struct programme *programme, uint32_t until)
{
    while (until != 0 && programme->count > 1 &&
        programme->years[programme->count - 1].year > until) {
        const struct programme_year *last =
            &programme->years[--programme->count];
        programme->projects -= last->projects;
        programme->investment -= last->investment;
    }
}

static int read_programme(
    struct years *years, const char *folder, struct failure *failure)
{
    char path[4096];
    struct buffer text = buffer_empty();
    (void)snprintf(path, sizeof path, "%s/three-for-one.csv", folder);
    int result = files_read(path, FILE_MAX, &text, failure);
    if (result == 0)
        result = programme_parse(
            buffer_bytes(&text), &years->published, failure);
    years->programme = years->published;
    buffer_free(&text);
    return result;
}

static void name_club(struct years *years, size_t at)
{
    struct years_club *club = &years->clubs[at];
    char name[IDENT_LENGTH_MAX + 3];
    if (at < DEMO_CLUBS) {
        struct demo_club *of = &years->plan->clubs[at];
        const struct demo_federation *f =
            &years->plan->federations[of->federation];
        of->first_member = 1 + at * YEARS_MEMBERS;
        of->members = YEARS_MEMBERS;
        *club = (struct years_club){.name = of->name,
            .teller = f->teller,
            .via = ident_of("bank.us"),
            .book = YEARS_US,
            .currency = CURRENCY_USD};
    } else {
        *club = (struct years_club){
            .name = demo_hometown(at - DEMO_CLUBS + 1),
            .teller = ident_of("teller.mx"),
            .via = ident_of("bank.mx"),
            .book = YEARS_MX,
            .currency = CURRENCY_MXN};
    }
    (void)snprintf(name, sizeof name, "t.%s", club->name.text);
    club->treasurer = ident_of(name);
}

/* From the first Monday of the first year until some days after the last. */
static int make_calendar(struct years *years)
{
    const struct programme *p = &years->programme;
    years->first = date_of((int)p->years[0].year, 1, 4);
    while (date_weekday(years->first) != 0)
        years->first.days++;
    years->today = years->first;
    years->last = date_of((int)p->years[p->count - 1].year + 1, 1, 10);
    years->days = calloc(
        (size_t)(years->last.days - years->first.days) + 1,
        sizeof *years->days);
    years->club_count = DEMO_CLUBS + DEMO_MX_CLUBS;
    years->clubs = calloc(years->club_count, sizeof *years->clubs);
    if (years->days == NULL || years->clubs == NULL)
        return failure_set(years->play.failure, "out of memory");
    for (size_t i = 0; i < years->club_count; i++)
        name_club(years, i);
    return 0;
}

struct years *demo_years_new(struct demo_plan *plan, const char *folder,
    uint32_t until, struct failure *failure)
{
    struct years *years = calloc(1, sizeof *years);
    if (years == NULL) {
        (void)failure_set(failure, "out of memory");
        return NULL;
    }
    years->plan = plan;
    years->play.plan = plan;
    years->play.failure = failure;
    if (read_programme(years, folder, failure) == 0) {
        cut(&years->programme, until);
        if (make_calendar(years) == 0) {
            years_plan_clubs(years);
            years_plan_house(years);
            if (years_plan_projects(years) == 0 &&
                years_plan_loans(years) == 0 && !years->failed)
                return years;
        }
    }
    demo_years_free(years);
    return NULL;
}

static void free_events(struct years_day *day)
{
    while (day->first != NULL) {
        struct years_event *next = day->first->next;
        free(day->first);
        day->first = next;
    }
}

void demo_years_free(struct years *years)
{
    if (years == NULL)
        return;
    for (int32_t i = 0;
         years->days != NULL && i <= years->last.days - years->first.days;
         i++)
        free_events(&years->days[i]);
    free(years->days);
    free(years->clubs);
    free(years->projects);
    free(years->loans);
    free(years);
}
