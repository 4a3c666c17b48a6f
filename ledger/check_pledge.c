#include "check_project.h"

#include "cycle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY "entry %" PRIu64

/* ---- sums ---- */

int64_t check_pledge_source(struct check *check, uint32_t source)
{
    int64_t sum = 0;

    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        const struct pledge *pledge = &check->projects->pledges.list[i];

        if (pledge->source == source)
            sum += pledge->left + pledge->received;
    }
    return sum;
}

int64_t check_pledge_level(
    struct check *check, uint32_t project, const struct ident *level)
{
    int64_t sum = 0;

    for (size_t i = 0; i < check->projects->sources.count; i++) {
        const struct check_source *source =
            &check->projects->sources.list[i];

        if (source->project == project &&
            ident_equal(&source->level, level))
            sum += check_pledge_source(check, source->number);
    }
    return sum;
}

int64_t check_pledge_year(struct check *check, const struct ident *rule,
    const struct ident *level, uint32_t year, enum currency currency)
{
    int64_t sum = 0;

    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        const struct pledge *pledge = &check->projects->pledges.list[i];
        const struct check_project *project;
        const struct check_source *source;

        if (pledge->year != year)
            continue;
        project = check_project_numbered(check, pledge->project);
        source = check_project_source(check, pledge->source);
        if (project != NULL && source != NULL &&
            ident_equal(&project->rule, rule) &&
            project->budget.currency == currency &&
            ident_equal(&source->level, level))
            sum += pledge->left + pledge->received;
    }
    return sum;
}

/* Does so much more of the level stay within the year's caps? */
static bool within_caps(struct check *check,
    const struct check_project *project, const struct ident *level,
    uint32_t year, int64_t more)
{
    for (size_t i = 0; i < check->projects->caps.count; i++) {
        const struct check_cap *cap = &check->projects->caps.list[i];
        int64_t used;

        if (!ident_equal(&cap->rule, &project->rule) ||
            !ident_equal(&cap->level, level) || cap->year != year ||
            cap->amount.currency != project->budget.currency)
            continue;
        used = cap->project
            ? check_pledge_level(check, project->number, level)
            : check_pledge_year(
                  check, &cap->rule, level, year, cap->amount.currency);
        if (used + more > cap->amount.minor)
            return false;
    }
    return true;
}

/* ---- pledge ---- */

/* The word that the effects have about a pledge, or EFFECT_POSTING. */
static enum effect_kind said_of(struct check *check, uint64_t index)
{
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed))
        if ((effect.kind == EFFECT_PLEDGE_WAITING ||
                effect.kind == EFFECT_PLEDGE_OUT) &&
            effect.number == index)
            return effect.kind;
    return EFFECT_POSTING;
}

static bool is_club_level(const struct ident *level)
{
    return bytes_equal_text(ident_bytes(level), "club");
}

/* The source of the line, opened by it if there was none. */
static struct check_source *take_source(struct check *check,
    const struct pledge_fields *f, const struct check_project *project,
    const struct party *giver)
{
    char name[80];
    const struct ident *label =
        is_club_level(&f->level) ? &f->from : &f->level;
    struct check_source *source;
    struct party party;
    int length;

    for (size_t i = 0; i < check->projects->sources.count; i++) {
        source = &check->projects->sources.list[i];
        if (source->project == project->number &&
            source->giver == giver->number &&
            ident_equal(&source->level, &f->level))
            return source;
    }
    length = snprintf(name, sizeof name, "%.*s.%.*s",
        (int)f->project.length, f->project.text, (int)label->length,
        label->text);
    if (check_party_opened(check, bytes_of(name, (size_t)length),
            project->book, project->number, &party) != 0)
        return NULL;
    if (party.kind != PARTY_SOURCE || party.country != giver->country ||
        party.has_identity) {
        (void)check_fail(
            check, ENTRY " opens no source", check->entry.index);
        return NULL;
    }
    source = CHECK_MORE(check, sources);
    if (source == NULL)
        return NULL;
    source->project = project->number;
    source->number = party.number;
    source->level = f->level;
    source->giver = giver->number;
    return source;
}

static uint32_t year_of(const struct check *check, uint8_t book)
{
    return cycle_month_of(check->books[book].date) / CYCLE_MONTHS;
}

/* What took effect is what was asked for, or all that there was room for. */
static int check_amount(struct check *check, const struct operation *op,
    const struct check_project *project, const struct check_level *level,
    int64_t took)
{
    const struct pledge_fields *f = &op->as.pledge;
    uint32_t year = year_of(check, project->book);
    int64_t pledged =
        check_pledge_level(check, project->number, &f->level);
    bool partial = OPERATION_HAS(op, pledge, over) &&
        f->over == EXCESS_PARTIAL;

    if (pledged + f->amount.minor > level->budget)
        return check_fail(
            check, ENTRY " pledges above a budget", check->entry.index);
    if (took == 0)
        return within_caps(
                   check, project, &f->level, year, f->amount.minor)
            ? check_fail(check, ENTRY " waits although there is room",
                  check->entry.index)
            : 0;
    if (took > f->amount.minor || (took < f->amount.minor && !partial) ||
        !within_caps(check, project, &f->level, year, took) ||
        (took < f->amount.minor &&
            within_caps(check, project, &f->level, year, took + 1)))
        return check_fail(check, ENTRY " pledges another amount than fits",
            check->entry.index);
    return 0;
}

static int add_pledge(struct check *check, const struct pledge_fields *f,
    const struct check_project *project, const struct check_source *source,
    int64_t took)
{
    struct pledge *pledge = CHECK_MORE(check, pledges);

    if (pledge == NULL)
        return -1;
    *pledge = (struct pledge){
        .index = check->entry.index,
        .phase = took == 0 ? PLEDGE_WAITING : PLEDGE_OPEN,
        .book = project->book,
        .project = project->number,
        .source = source->number,
        .year = took == 0 ? 0 : year_of(check, project->book),
        .amount = took == 0 ? f->amount.minor : took,
        .left = took,
        .until = f->until,
    };
    return check_project_note(check, project->number);
}

int check_pledge_made(struct check *check, const struct operation *op)
{
    const struct pledge_fields *f = &op->as.pledge;
    const struct check_project *project =
        check_project_named(check, &f->project);
    enum effect_kind said = said_of(check, check->entry.index);
    struct check_level *level;
    struct check_source *source;
    struct party giver;
    int64_t took = 0;

    if (project == NULL || check_find_party(check, &f->from, &giver) != 0)
        return -1;
    level = check_project_level(check, project->number, &f->level);
    if (level == NULL)
        return -1;
    if (said == EFFECT_PLEDGE_OUT) {
        level->out = check->entry.index;
        return check_amount(check, op, project, level, 0) != 0
            ? -1
            : check_project_note(check, project->number);
    }
    source = take_source(check, f, project, &giver);
    if (source == NULL)
        return -1;
    if (said == EFFECT_POSTING)
        took = check_project_posted(
            &check->line, source->number, ROLE_PLEDGE);
    if ((said == EFFECT_POSTING) != (took > 0))
        return check_fail(
            check, ENTRY " pledges nothing", check->entry.index);
    if (check_amount(check, op, project, level, took) != 0)
        return -1;
    return add_pledge(check, f, project, source, took);
}

/* ---- pledge-withdraw ---- */

static struct pledge *find(struct check *check, uint64_t index)
{
    for (size_t i = 0; i < check->projects->pledges.count; i++)
        if (check->projects->pledges.list[i].index == index)
            return &check->projects->pledges.list[i];
    (void)check_fail(check, ENTRY " is about a pledge that is none",
        check->entry.index);
    return NULL;
}

static bool is_pending(const struct pledge *pledge)
{
    return pledge->phase == PLEDGE_OPEN || pledge->phase == PLEDGE_WAITING;
}

int check_pledge_withdrawn(struct check *check, const struct operation *op)
{
    struct pledge *pledge = find(check, op->as.pledge_withdraw.pledge);

    if (pledge == NULL)
        return -1;
    if (!is_pending(pledge) ||
        check_project_posted(&check->line, pledge->source, ROLE_PLEDGE) !=
            -pledge->left)
        return check_fail(check, ENTRY " takes back another amount",
            check->entry.index);
    pledge->phase = PLEDGE_WITHDRAWN;
    pledge->left = 0;
    pledge->ended = check->entry.index;
    return check_project_note(check, pledge->project);
}

/* ---- receive, and its reversal ---- */

static struct check_source *receiving(
    struct check *check, const struct receive_fields *f)
{
    struct party project;
    struct party giver;

    if (check_find_party(check, &f->project, &project) != 0 ||
        check_find_party(check, &f->from, &giver) != 0)
        return NULL;
    for (size_t i = 0; i < check->projects->sources.count; i++) {
        struct check_source *source = &check->projects->sources.list[i];

        if (source->project == project.number &&
            source->giver == giver.number &&
            ident_equal(&source->level, &f->level))
            return source;
    }
    (void)check_fail(check, ENTRY " receives from no source",
        check->entry.index);
    return NULL;
}

int check_pledge_received(struct check *check, const struct operation *op)
{
    const struct receive_fields *f = &op->as.receive;
    struct check_source *source = receiving(check, f);
    int64_t rest = f->amount.minor;

    if (source == NULL)
        return -1;
    if (check_project_posted(&check->line, source->number, ROLE_TRUST) !=
            -rest ||
        check_project_posted(&check->line, source->number, ROLE_PLEDGE) !=
            -rest)
        return check_fail(check, ENTRY " receives another amount",
            check->entry.index);
    source->received += rest;
    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        struct pledge *pledge = &check->projects->pledges.list[i];
        int64_t part = pledge->left < rest ? pledge->left : rest;

        if (pledge->source != source->number || part == 0)
            continue;
        rest -= part;
        pledge->left -= part;
        pledge->received += part;
        if (pledge->left == 0)
            pledge->phase = PLEDGE_FILLED;
    }
    return rest == 0 ? check_project_note(check, source->project)
                     : check_fail(check, ENTRY " receives above a pledge",
                           check->entry.index);
}

int check_pledge_undone(
    struct check *check, struct check_source *source, int64_t minor)
{
    source->received -= minor;
    for (size_t i = check->projects->pledges.count; i > 0; i--) {
        struct pledge *pledge = &check->projects->pledges.list[i - 1];
        int64_t part = pledge->received < minor ? pledge->received : minor;

        if (pledge->source != source->number || part == 0)
            continue;
        minor -= part;
        pledge->received -= part;
        pledge->left += part;
        pledge->phase = PLEDGE_OPEN;
        pledge->ended = 0;
    }
    return minor == 0 ? 0
                      : check_fail(check, ENTRY " undoes what was not there",
                            check->entry.index);
}

/* ---- a new day ---- */

/* What the day changes in the pledges of each source and project. */
struct day {
    const struct book *book;
    struct date date;
    struct bytes effects; /* whose words about pledges are still to come */
    struct check_posting *sums;
    size_t count;
};

static int add_sum(struct check *check, struct day *day, uint32_t party,
    enum role role, enum currency currency, int64_t minor)
{
    struct account_id id =
        account_id_of(day->book->number, currency, role, party);
    struct check_posting *sum;

    for (size_t i = 0; i < day->count; i++)
        if (account_id_equal(&day->sums[i].id, &id)) {
            day->sums[i].minor += minor;
            return 0;
        }
    sum = check_project_more(
        check, &day->sums, &day->count, sizeof *day->sums);
    if (sum == NULL)
        return -1;
    *sum = (struct check_posting){ id, minor };
    return 0;
}

/* The next word about a pledge must be this one. */
static int expect(struct check *check, struct day *day,
    enum effect_kind kind, uint64_t index)
{
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&day->effects, &effect, &malformed))
        if (effect.kind == EFFECT_PLEDGE_LAPSED ||
            effect.kind == EFFECT_PLEDGE_OPEN) {
            if (effect.kind == kind && effect.number == index)
                return 0;
            break;
        }
    return check_fail(check,
        ENTRY " does not say what becomes of pledge %" PRIu64,
        check->entry.index, index);
}

static int change(struct check *check, struct day *day,
    const struct pledge *pledge, int64_t minor)
{
    const struct check_project *project =
        check_project_numbered(check, pledge->project);

    if (project == NULL ||
        check_project_note(check, pledge->project) != 0 ||
        add_sum(check, day, pledge->source, ROLE_PLEDGE,
            project->budget.currency, minor) != 0)
        return -1;
    return add_sum(check, day, pledge->project, ROLE_COMMITMENT,
        project->budget.currency, -minor);
}

/* Of those due the one with the smallest (until, index). */
static struct pledge *next_due(struct check *check, const struct day *day)
{
    struct pledge *first = NULL;

    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        struct pledge *pledge = &check->projects->pledges.list[i];

        if (pledge->book == day->book->number && is_pending(pledge) &&
            pledge->until.days <= day->date.days &&
            (first == NULL || pledge->until.days < first->until.days))
            first = pledge;
    }
    return first;
}

static int lapse_due(struct check *check, struct day *day)
{
    struct pledge *pledge;

    while ((pledge = next_due(check, day)) != NULL) {
        if (expect(check, day, EFFECT_PLEDGE_LAPSED, pledge->index) != 0 ||
            change(check, day, pledge, -pledge->left) != 0)
            return -1;
        pledge->phase = PLEDGE_LAPSED;
        pledge->left = 0;
        pledge->ended = check->entry.index;
    }
    return 0;
}

static int try_one(
    struct check *check, struct day *day, struct pledge *pledge)
{
    uint32_t year = cycle_month_of(day->date) / CYCLE_MONTHS;
    const struct check_project *project =
        check_project_numbered(check, pledge->project);
    const struct check_source *source =
        check_project_source(check, pledge->source);
    const struct check_level *level;

    if (project == NULL || source == NULL)
        return -1;
    level = check_project_level(check, project->number, &source->level);
    if (level == NULL)
        return -1;
    if (level->out != 0 ||
        check_pledge_level(check, project->number, &level->name) +
                pledge->amount > level->budget ||
        !within_caps(
            check, project, &level->name, year, pledge->amount))
        return 0;
    pledge->phase = PLEDGE_OPEN;
    pledge->year = year;
    pledge->left = pledge->amount;
    return expect(check, day, EFFECT_PLEDGE_OPEN, pledge->index) != 0
        ? -1
        : change(check, day, pledge, pledge->amount);
}

/* The entry's postings to memo accounts are the sums, each account once, and
 * no others; those of money are term shares'. */
static int post_sums(struct check *check, struct day *day)
{
    struct bytes effects = check->entry.effects;
    struct check_posting posting;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed)) {
        bool found = false;

        if (effect.kind != EFFECT_POSTING)
            continue;
        posting.minor = effect.minor;
        if (role_row(effect.account.role)->class != CLASS_MEMO)
            continue;
        if (check_account_id(check, &effect.account, &posting.id) != 0)
            return -1;
        for (size_t i = 0; i < day->count && !found; i++)
            if (account_id_equal(&day->sums[i].id, &posting.id) &&
                day->sums[i].minor == posting.minor) {
                day->sums[i].minor = 0;
                found = true;
            }
        if (!found)
            return check_fail(check, ENTRY " posts what no pledge does",
                check->entry.index);
        if (check_post(check, &posting, 0) != 0)
            return -1;
    }
    for (size_t i = 0; i < day->count; i++)
        if (day->sums[i].minor != 0)
            return check_fail(check, ENTRY " does not post a pledge's end",
                check->entry.index);
    return 0;
}

static int begin_day(struct check *check, struct day *day)
{
    if (lapse_due(check, day) != 0)
        return -1;
    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        struct pledge *pledge = &check->projects->pledges.list[i];

        if (pledge->book == day->book->number &&
            pledge->phase == PLEDGE_WAITING &&
            try_one(check, day, pledge) != 0)
            return -1;
    }
    return post_sums(check, day);
}

int check_pledge_day(struct check *check, const struct book *book)
{
    struct day day = {
        .book = book,
        .date = check_next_date(check, book),
        .effects = check->entry.effects,
    };
    int result = begin_day(check, &day);

    free(day.sums);
    return result;
}
