/* A project from its opening to its end. */
#include "demo_years_inside.h"

#include <posito/part.h>

#include <inttypes.h>
#include <stdio.h>

/* Days from the opening. */
#define RAISED 45 /* a pledge that is not paid has lapsed */
#define BEGAN 78  /* all money is in */

static const char *treasurer(const struct years_club *club)
{
    return club->treasurer.text;
}

/* Send what the other side will have to approve. */
static int propose(struct years *years, const struct years_project *project,
    uint64_t *entry, struct buffer *line)
{
    int result = demo_send_for(&years->play, entry, treasurer(project->club),
        "%.*s", (int)line->length, (const char *)line->data);
    buffer_free(line);
    return result;
}

static struct amount usd(int64_t cents)
{
    return (struct amount){cents, CURRENCY_USD};
}

/* ---- pledges ---- */

static int pledge(struct years *years, const struct years_project *project,
    const char *by, const char *level, const char *from, int64_t cents,
    struct date until, const char *over)
{
    struct buffer line = buffer_empty();
    int result;
    if (cents == 0)
        return 0;
    buffer_format(&line, "pledge project=%s level=%s from=%s",
        project->name.text, level, from);
    years_amount(&line, "amount", usd(cents));
    buffer_text(&line, " until=");
    date_append(&line, until);
    buffer_text(&line, over);
    result = demo_send_buffer(&years->play, by, &line);
    buffer_free(&line);
    return result;
}

static struct date end_of_pledges(const struct years_project *project)
{
    return date_of((int)project->year->year + 1, 12, 31);
}

static int64_t second_part(const struct years_project *project)
{
    return project->second == NULL ? 0 : project->shares[0] * 3 / 10;
}

static int pledge_clubs(struct years *years, struct years_project *project)
{
    struct date until = end_of_pledges(project);
    int64_t second = second_part(project);
    if (pledge(years, project, treasurer(project->club), "club",
            project->club->name.text, project->shares[0] - second, until,
            "") != 0)
        return -1;
    if (project->trouble == TROUBLE_LAPSE)
        until.days = project->opened.days + RAISED - 5;
    return project->second == NULL
        ? 0
        : pledge(years, project, treasurer(project->second), "club",
              project->second->name.text, second, until, "");
}

static const char *over_cap(
    const struct years_project *project, const struct ident *level)
{
    struct bytes name = ident_bytes(level);
    if (project->trouble == TROUBLE_ALONE && bytes_equal_text(name, "federal"))
        return " over=clubs";
    if (project->trouble == TROUBLE_PARTIAL &&
        bytes_equal_text(name, "federal"))
        return " over=partial";
    if (project->trouble == TROUBLE_QUEUE && bytes_equal_text(name, "state"))
        return " over=queue";
    return "";
}

static int pledge_governments(
    struct years *years, struct years_project *project)
{
    struct bytes parts = programme_parts(project->year->year);
    struct part part;
    int result = 0;
    for (size_t i = 0; result == 0 && parts_next(&parts, &part); i++)
        if (i > 0)
            result = pledge(years, project, "supervisor.mx", part.name.text,
                years_funder(project, &part.name), project->shares[i],
                end_of_pledges(project), over_cap(project, &part.name));
    return result;
}

static int open_project(struct years *years, void *subject, unsigned step)
{
    struct years_project *project = subject;
    struct buffer line = buffer_empty();
    int result;
    (void)step;
    buffer_format(&line,
        "project-register project=%s book=mx club=%s "
        "agreement=three-for-one category=%s place=%s",
        project->name.text, project->club->name.text,
        category_row(project->category)->name, years_place(project->place));
    years_amount(&line, "budget", usd(project->budget));
    buffer_text(&line, " milestones=" YEARS_MILESTONES);
    result =
        demo_send_buffer(&years->play, treasurer(project->club), &line);
    buffer_free(&line);
    return result == 0 && pledge_clubs(years, project) == 0
        ? pledge_governments(years, project)
        : -1;
}

/* The second club's pledge has lapsed; the first one gives that too. */
static int pledge_rest(struct years *years, void *subject, unsigned step)
{
    struct years_project *project = subject;
    (void)step;
    return pledge(years, project, treasurer(project->club), "club",
        project->club->name.text, second_part(project),
        end_of_pledges(project), "");
}

/* ---- receipts ---- */

static int receive(struct years *years, const struct years_project *project,
    const char *by, const char *level, const char *from, const char *via,
    int64_t cents)
{
    struct buffer line = buffer_empty();
    int result;
    if (cents == 0)
        return 0;
    buffer_format(&line, "receive project=%s level=%s from=%s via=%s",
        project->name.text, level, from, via);
    years_amount(&line, "amount", usd(cents));
    result = demo_send_buffer(&years->play, by, &line);
    buffer_free(&line);
    return result;
}

/* From the pool by the club's treasurer, or as the bank's advice comes. */
static int receive_clubs(struct years *years, void *subject, unsigned step)
{
    struct years_project *project = subject;
    const struct years_club *club = project->club;
    int64_t second =
        project->trouble == TROUBLE_LAPSE ? 0 : second_part(project);
    (void)step;
    if (receive(years, project,
            project->by_pool ? treasurer(club) : "supervisor.mx", "club",
            club->name.text, project->by_pool ? club->name.text : "bank.mx",
            project->shares[0] - second) != 0)
        return -1;
    return second == 0 ? 0
                       : receive(years, project, treasurer(project->second),
                             "club", project->second->name.text,
                             project->second->name.text, second);
}

/* A government pays in two halves, 0 and 1. */
static int receive_governments(
    struct years *years, void *subject, unsigned half)
{
    struct years_project *project = subject;
    struct bytes parts = programme_parts(project->year->year);
    struct part part;
    int result = 0;
    for (size_t i = 0; result == 0 && parts_next(&parts, &part); i++) {
        int64_t whole = years_given(project, i);
        if (i > 0)
            result = receive(years, project, "supervisor.mx", part.name.text,
                years_funder(project, &part.name), "bank.mx",
                half == 0 ? whole / 2 : whole - whole / 2);
    }
    return result;
}

/* ---- works ---- */

/* What has been drawn after the first so many milestones. */
static int64_t drawn_after(
    const struct years_project *project, unsigned milestones)
{
    int64_t parts = 0;
    if (milestones == YEARS_TRANCHES)
        return project->cents;
    for (unsigned i = 0; i < milestones; i++)
        parts += years_released[i];
    return project->cents * parts / 100;
}

static int64_t left_over(const struct years_project *project)
{
    int64_t sum = -project->cents;
    for (size_t i = 0; i < YEARS_LEVELS; i++)
        sum += years_given(project, i);
    return sum;
}

static const char *const other_side[] = {"supervisor.mx", NULL};

/* What is left goes back; then the accounts are closed, in a later year. */
static int give_back(struct years *years, void *subject, unsigned step)
{
    struct years_project *project = subject;
    struct buffer line = buffer_empty();
    if (step == 1)
        return years_approve(years, &project->giving_back, other_side);
    buffer_format(
        &line, "return project=%s via=bank.mx", project->name.text);
    years_amount(&line, "amount", usd(left_over(project)));
    return propose(years, project, &project->giving_back, &line);
}

int years_close_project(struct years *years, void *subject, unsigned step)
{
    const struct years_project *project = subject;
    (void)step;
    return demo_send(&years->play, treasurer(project->club),
        "project-close project=%s reason=finished", project->name.text);
}

static void finish(struct years *years, struct years_project *project)
{
    struct date close = date_of((int)project->year->year + 1, 1, 3);
    if (left_over(project) > 0) {
        years_later(years, 3, YEARS_BOTH, give_back, project, 0);
        years_later(years, 6, YEARS_BOTH, give_back, project, 1);
    }
    close.days += (int32_t)years_between(years, 0, 5);
    if (close.days < years->today.days + 25)
        close.days = years->today.days + 25;
    /* One with a loan is closed when that is repaid. */
    if (project->loan == NULL)
        years_on(years, close, YEARS_BOTH, years_close_project, project, 0);
}

static int reach(struct years *years, struct years_project *project,
    unsigned milestone)
{
    struct buffer line = buffer_empty();
    buffer_format(&line, "milestone project=%s milestone=%s",
        project->name.text, years_milestones[milestone]);
    years_evidence(&line, &project->name, years_milestones[milestone]);
    return propose(years, project, &project->milestone, &line);
}

static int draw(struct years *years, struct years_project *project,
    unsigned milestone)
{
    struct buffer line = buffer_empty();
    int64_t cents = drawn_after(project, milestone + 1) -
        drawn_after(project, milestone);
    buffer_format(&line, "draw project=%s", project->name.text);
    years_amount(&line, "amount", usd(cents));
    buffer_text(&line, " via=bank.mx");
    years_evidence(&line, &project->name, "invoice");
    return propose(years, project, &project->draw, &line);
}

/* A milestone takes four steps: the clubs' signature that it is reached,
 * that of the other side; the same for the draw. */
enum { REACH, REACHED, DRAW, DRAWN, STEPS };

static int work(struct years *years, void *subject, unsigned step)
{
    struct years_project *project = subject;
    unsigned milestone = step / STEPS;
    int result = 0;
    switch (step % STEPS) {
    case REACH:
        result = reach(years, project, milestone);
        break;
    case REACHED:
        result = years_approve(years, &project->milestone, other_side);
        if (project->loan != NULL)
            years_later(years, 4, YEARS_BOTH, years_pay_tranche,
                project->loan, milestone);
        break;
    case DRAW:
        result = draw(years, project, milestone);
        break;
    default:
        result = years_approve(years, &project->draw, other_side);
        if (milestone + 1 < YEARS_TRANCHES)
            years_later(years, (int32_t)years_between(years, 20, 36),
                YEARS_BOTH, work, project, (milestone + 1) * STEPS);
        else
            finish(years, project);
        return result;
    }
    years_later(years, 1, YEARS_BOTH, work, project, step + 1);
    return result;
}

/* ---- the beginning ---- */

/* A productive project borrows besides, if the pools near it have enough. */
static int borrow(struct years *years, void *subject, unsigned step)
{
    struct years_project *project = subject;
    project->loan = years_lend_project(years, project);
    return project->loan == NULL ? 0
                                 : years_apply(years, project->loan, step);
}

void years_begin_project(struct years *years, struct years_project *project)
{
    struct date date = project->opened;
    years_on(years, date, YEARS_BOTH, open_project, project, 0);
    date.days += 20 + (int32_t)years_between(years, 0, 20);
    if (project->trouble == TROUBLE_LAPSE) {
        /* The club pays when it has pledged all that it gives. */
        date.days = project->opened.days + RAISED;
        years_on(years, date, YEARS_BOTH, pledge_rest, project, 0);
    }
    years_on(years, date, YEARS_BOTH, receive_clubs, project, 0);
    date.days =
        project->opened.days + 40 + (int32_t)years_between(years, 0, 15);
    years_on(years, date, YEARS_BOTH, receive_governments, project, 0);
    date.days += 14;
    years_on(years, date, YEARS_BOTH, receive_governments, project, 1);
    if (category_row(project->category)->productive) {
        date.days = project->opened.days + 30;
        years_on(years, date, YEARS_BOTH, borrow, project, 0);
    }
    date.days = project->opened.days + BEGAN;
    years_on(years, date, YEARS_BOTH, work, project, REACH);
}
