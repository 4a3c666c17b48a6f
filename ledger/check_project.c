#include "check_project.h"

#include <posito/part.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY "entry %" PRIu64

__extension__ typedef __int128 wide;

/* ---- lists ---- */

int check_project_begin(struct check *check)
{
    check->projects = calloc(1, sizeof *check->projects);
    return check->projects != NULL ? 0
                                   : check_fail(check, "out of memory");
}

void check_project_free(struct check *check)
{
    struct check_projects *p = check->projects;

    if (p == NULL)
        return;
    free(p->rules.list);
    free(p->caps.list);
    free(p->projects.list);
    free(p->levels.list);
    free(p->sources.list);
    free(p->milestones.list);
    free(p->links.list);
    free(p->notes.list);
    free(p->pledges.list);
    free(p);
}

void *check_project_more(
    struct check *check, void *list, size_t *count, size_t size)
{
    void *old;
    uint8_t *more;

    memcpy(&old, list, sizeof old);
    /* Room doubles whenever the count is a power of two. */
    if ((*count & (*count - 1)) == 0) {
        more = realloc(old, (*count == 0 ? 1 : *count * 2) * size);
        if (more == NULL) {
            (void)check_fail(check, "out of memory");
            return NULL;
        }
        old = more;
        memcpy(list, &old, sizeof old);
    }
    more = (uint8_t *)old + *count * size;
    memset(more, 0, size);
    (*count)++;
    return more;
}

struct check_project *check_project_numbered(
    struct check *check, uint32_t number)
{
    struct check_project *list = check->projects->projects.list;
    size_t low = 0;
    size_t high = check->projects->projects.count;

    /* Numbers are given in order, so the list is in order of them. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < check->projects->projects.count && list[low].number == number)
        return &list[low];
    (void)check_fail(check, ENTRY " is about a project that is none",
        check->entry.index);
    return NULL;
}

struct check_project *check_project_named(
    struct check *check, const struct ident *name)
{
    struct party party;

    if (check_find_party(check, name, &party) != 0)
        return NULL;
    return check_project_numbered(check, party.number);
}

struct check_level *check_project_level(
    struct check *check, uint32_t project, const struct ident *name)
{
    for (size_t i = 0; i < check->projects->levels.count; i++) {
        struct check_level *level = &check->projects->levels.list[i];

        if (level->project == project && ident_equal(&level->name, name))
            return level;
    }
    (void)check_fail(check, ENTRY " is about a level that is none",
        check->entry.index);
    return NULL;
}

struct check_source *check_project_source(
    struct check *check, uint32_t number)
{
    struct check_source *list = check->projects->sources.list;
    size_t low = 0;
    size_t high = check->projects->sources.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < check->projects->sources.count &&
            list[low].number == number
        ? &list[low]
        : NULL;
}

int check_project_note(struct check *check, uint32_t project)
{
    struct check_projects *p = check->projects;
    struct check_note *note;

    for (size_t i = p->notes.count; i > 0; i--) {
        note = &p->notes.list[i - 1];
        if (note->entry != check->entry.index)
            break;
        if (note->project == project)
            return 0;
    }
    note = CHECK_MORE(check, notes);
    if (note == NULL)
        return -1;
    *note = (struct check_note){ project, check->entry.index };
    return 0;
}

int64_t check_project_posted(
    const struct check_line *line, uint32_t party, enum role role)
{
    for (size_t i = 0; i < line->count; i++)
        if (account_id_party(&line->list[i].id) == party &&
            account_id_role(&line->list[i].id) == role)
            return line->list[i].minor;
    return 0;
}

/* ---- rules and caps: lines as text, since genesis may have them ---- */

static int rule_line(struct check *check, struct bytes line)
{
    struct bytes parts = check_value(line, "parts");
    struct check_rule *rule = CHECK_MORE(check, rules);
    struct bytes rest = parts;
    struct part part;
    wide sum = 0;

    if (rule == NULL)
        return -1;
    while (parts_next(&rest, &part)) {
        wide weight = part.rate.digits;

        for (unsigned i = part.rate.scale; i < RATE_SCALE_MAX; i++)
            weight *= 10;
        sum += weight;
    }
    if (!ident_parse(check_value(line, "agreement"), &rule->name) ||
        !date_parse(check_value(line, "from"), &rule->from) ||
        parts.length > sizeof rule->parts || sum != MATCHING_WHOLE)
        return check_fail(check, ENTRY " sets no matching rule",
            check->entry.index);
    rule->entry = check->entry.index;
    rule->length = parts.length;
    memcpy(rule->parts, parts.data, parts.length);
    return 0;
}

static int cap_line(struct check *check, struct bytes line)
{
    struct check_cap cap = { .entry = check->entry.index };
    struct check_cap *place = NULL;
    uint64_t year;

    if (!ident_parse(check_value(line, "agreement"), &cap.rule) ||
        !ident_parse(check_value(line, "level"), &cap.level) ||
        !bytes_decimal(check_value(line, "year"), 2999, &year) ||
        amount_parse(check_value(line, "amount"), &cap.amount) !=
            AMOUNT_SPELLED)
        return check_fail(
            check, ENTRY " sets no cap", check->entry.index);
    cap.year = (uint32_t)year;
    cap.project = bytes_equal_text(check_value(line, "per"), "project");
    for (size_t i = 0; i < check->projects->caps.count; i++) {
        struct check_cap *old = &check->projects->caps.list[i];

        if (ident_equal(&old->rule, &cap.rule) &&
            ident_equal(&old->level, &cap.level) && old->year == cap.year &&
            old->project == cap.project &&
            old->amount.currency == cap.amount.currency)
            place = old;
    }
    if (place == NULL)
        place = CHECK_MORE(check, caps);
    if (place == NULL)
        return -1;
    *place = cap;
    return 0;
}

int check_project_line(struct check *check, struct bytes line)
{
    if (check_has_verb(line, "agreement-set"))
        return rule_line(check, line);
    return check_has_verb(line, "cap-set") ? cap_line(check, line) : 0;
}

/* ---- sharing out, in its own way ---- */

/*
 * Share i is what total x weight / sum is, rounded down, and one more if
 * fewer than the missing units have a larger remainder or stand before it
 * with the same one.
 */
static void share_out(
    int64_t total, const int64_t *weights, size_t count, int64_t *shares)
{
    wide remainders[64];
    wide sum = 0;
    int64_t missing = total;

    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++) {
        wide product = (wide)total * weights[i];

        shares[i] = sum == 0 ? 0 : (int64_t)(product / sum);
        remainders[i] = sum == 0 ? 0 : product % sum;
        missing -= shares[i];
    }
    for (size_t i = 0; i < count; i++) {
        int64_t rank = 0;

        for (size_t k = 0; k < count; k++)
            rank += remainders[k] > remainders[i] ||
                (remainders[k] == remainders[i] && k < i);
        shares[i] += rank < missing;
    }
}

/* ---- project-register ---- */

static int64_t part_of_whole(struct rate rate)
{
    int64_t part = rate.digits;

    while (rate.scale < RATE_SCALE_MAX) {
        part *= 10;
        rate.scale++;
    }
    return part;
}

static int add_levels(struct check *check, const struct check_rule *rule,
    uint32_t project, int64_t budget)
{
    struct bytes rest = bytes_of(rule->parts, rule->length);
    int64_t weights[PARTS_MAX];
    int64_t shares[PARTS_MAX];
    struct part part;
    size_t count = 0;

    while (count < PARTS_MAX && parts_next(&rest, &part))
        weights[count++] = part_of_whole(part.rate);
    share_out(budget, weights, count, shares);
    rest = bytes_of(rule->parts, rule->length);
    for (size_t i = 0; i < count && parts_next(&rest, &part); i++) {
        struct check_level *level = CHECK_MORE(check, levels);

        if (level == NULL)
            return -1;
        level->project = project;
        level->name = part.name;
        level->budget = shares[i];
    }
    return 0;
}

static int add_milestones(
    struct check *check, uint32_t project, struct bytes parts)
{
    struct part part;

    while (parts_next(&parts, &part)) {
        struct check_milestone *milestone = CHECK_MORE(check, milestones);

        if (milestone == NULL)
            return -1;
        milestone->project = project;
        milestone->name = part.name;
        milestone->part = part_of_whole(part.rate);
    }
    return 0;
}

static const struct check_rule *rule_on(
    struct check *check, const struct ident *name, struct date date)
{
    const struct check_rule *best = NULL;

    for (size_t i = 0; i < check->projects->rules.count; i++) {
        const struct check_rule *rule = &check->projects->rules.list[i];

        if (ident_equal(&rule->name, name) &&
            rule->from.days <= date.days &&
            (best == NULL || rule->from.days > best->from.days))
            best = rule;
    }
    return best;
}

static const struct book *book_named(
    struct check *check, const struct ident *name)
{
    for (uint32_t i = 0; i < check->counters.books; i++)
        if (ident_equal(&check->books[i].name, name))
            return &check->books[i];
    (void)check_fail(check, ENTRY " names no book", check->entry.index);
    return NULL;
}

static int registered(struct check *check, const struct operation *op)
{
    const struct project_register_fields *f = &op->as.project_register;
    const struct book *book = book_named(check, &f->book);
    const struct check_rule *rule;
    struct check_project *project = CHECK_MORE(check, projects);
    struct party club;
    struct party party;

    if (book == NULL || project == NULL ||
        check_find_party(check, &f->club, &club) != 0 ||
        check_party_opened(check, ident_bytes(&f->project), book->number,
            club.number, &party) != 0)
        return -1;
    if (party.kind != PARTY_PROJECT || party.country != book->country ||
        party.has_identity)
        return check_fail(check, ENTRY " opens no project",
            check->entry.index);
    project->start =
        OPERATION_HAS(op, project_register, start) ? f->start : book->date;
    rule = rule_on(check, &f->agreement, project->start);
    if (rule == NULL || f->place.length > sizeof project->place)
        return check_fail(check, ENTRY " opens a project without a rule",
            check->entry.index);
    project->number = party.number;
    project->book = book->number;
    project->rule = rule->name;
    project->from = rule->from;
    project->category = f->category;
    project->budget = f->budget;
    project->place_length = f->place.length;
    memcpy(project->place, f->place.data, f->place.length);
    if (add_levels(check, rule, party.number, f->budget.minor) != 0 ||
        add_milestones(check, party.number, f->milestones) != 0)
        return -1;
    return check_project_note(check, party.number);
}

/* ---- milestones and links ---- */

static int reached(struct check *check, const struct operation *op)
{
    const struct milestone_fields *f = &op->as.milestone;
    const struct check_project *project =
        check_project_named(check, &f->project);

    if (project == NULL)
        return -1;
    for (size_t i = 0; i < check->projects->milestones.count; i++) {
        struct check_milestone *m = &check->projects->milestones.list[i];

        if (m->project != project->number ||
            !ident_equal(&m->name, &f->milestone) || m->reached != 0)
            continue;
        m->reached = check->entry.index;
        m->evidence = f->evidence;
        return check_project_note(check, project->number);
    }
    return check_fail(check, ENTRY " reaches no milestone that was open",
        check->entry.index);
}

static int linked(struct check *check, const struct operation *op)
{
    const struct project_link_fields *f = &op->as.project_link;
    const struct check_project *project =
        check_project_named(check, &f->project);
    const struct check_project *other = check_project_named(check, &f->to);
    bool buyer = f->as == LINK_BUYER;

    if (project == NULL || other == NULL)
        return -1;
    for (int way = 0; way < 2; way++) {
        struct check_linked *link = CHECK_MORE(check, links);

        if (link == NULL)
            return -1;
        *link = (struct check_linked){
            .project = way == 0 ? project->number : other->number,
            .other = way == 0 ? other->number : project->number,
            .buyer = way == 0 ? buyer : !buyer,
            .entry = check->entry.index,
        };
    }
    return check_project_note(check, project->number) != 0
        ? -1
        : check_project_note(check, other->number);
}

/* ---- draws ---- */

struct paying {
    size_t count;
    struct check_source *list[MATCHING_SOURCES_MAX];
    int64_t pays[MATCHING_SOURCES_MAX];
};

static int64_t weight_of(
    struct check *check, const struct check_source *source)
{
    return check_pledge_source(check, source->number) - source->returned;
}

/* A project's sources and what the line takes from each one's trust. */
static int find_paying(
    struct check *check, uint32_t project, struct paying *out)
{
    out->count = 0;
    for (size_t i = 0; i < check->projects->sources.count; i++) {
        struct check_source *source = &check->projects->sources.list[i];

        if (source->project != project)
            continue;
        if (out->count == MATCHING_SOURCES_MAX)
            return check_fail(check, "a project has too many sources");
        out->list[out->count] = source;
        out->pays[out->count++] = check_project_posted(
            &check->line, source->number, ROLE_TRUST);
    }
    return 0;
}

static int64_t released(struct check *check, uint32_t project, wide weights)
{
    wide parts = 0;

    for (size_t i = 0; i < check->projects->milestones.count; i++) {
        const struct check_milestone *m =
            &check->projects->milestones.list[i];

        if (m->project == project && m->reached != 0)
            parts += m->part;
    }
    return (int64_t)(weights * parts / MATCHING_WHOLE);
}

/*
 * Nobody went first: whoever gave a cent was, before the last one, at least
 * as far behind its share as any other is after all; on a par, opened
 * earlier.
 */
static bool nobody_first(
    struct check *check, const struct paying *p, wide total, wide weights)
{
    wide behind[MATCHING_SOURCES_MAX];

    for (size_t i = 0; i < p->count; i++)
        behind[i] = total * weight_of(check, p->list[i]) -
            (wide)(p->list[i]->drawn + p->pays[i]) * weights;
    for (size_t i = 0; i < p->count; i++) {
        wide last = behind[i] + weights;

        if (p->pays[i] < 0)
            return false;
        for (size_t k = 0; k < p->count && p->pays[i] > 0; k++)
            if (k != i &&
                (last < behind[k] || (last == behind[k] && k < i)))
                return false;
        if (p->pays[i] > 0 && last <= 0)
            return false;
    }
    return true;
}

static int drawn(struct check *check, const struct operation *op)
{
    const struct draw_fields *f = &op->as.draw;
    const struct check_project *project =
        check_project_named(check, &f->project);
    struct paying p;
    wide total = 0;
    wide weights = 0;
    int64_t amount = 0;

    if (project == NULL || find_paying(check, project->number, &p) != 0)
        return -1;
    for (size_t i = 0; i < p.count; i++) {
        total += p.list[i]->drawn + p.pays[i];
        weights += weight_of(check, p.list[i]);
        amount += p.pays[i];
    }
    if (amount != f->amount.minor)
        return check_fail(check, ENTRY " draws another amount than it says",
            check->entry.index);
    if (total > released(check, project->number, weights))
        return check_fail(check, ENTRY " draws more than milestones release",
            check->entry.index);
    if (!nobody_first(check, &p, total, weights))
        return check_fail(check, ENTRY " takes somebody's money first",
            check->entry.index);
    for (size_t i = 0; i < p.count; i++)
        p.list[i]->drawn += p.pays[i];
    return check_project_note(check, project->number);
}

/* ---- returns ---- */

static int returned(struct check *check, const struct operation *op)
{
    const struct return_money_fields *f = &op->as.return_money;
    const struct check_project *project =
        check_project_named(check, &f->project);
    int64_t left[MATCHING_SOURCES_MAX] = { 0 };
    int64_t shares[MATCHING_SOURCES_MAX];
    struct paying p;

    if (project == NULL || find_paying(check, project->number, &p) != 0)
        return -1;
    for (size_t i = 0; i < p.count; i++)
        left[i] = p.list[i]->received - p.list[i]->drawn -
            p.list[i]->returned;
    share_out(f->amount.minor, left, p.count, shares);
    for (size_t i = 0; i < p.count; i++) {
        int64_t back = 0;
        struct party giver;

        if (shares[i] != p.pays[i])
            return check_fail(check, ENTRY " gives back other shares",
                check->entry.index);
        p.list[i]->returned += shares[i];
        if (!record_find_party_number(
                check->state, p.list[i]->giver, &giver) ||
            giver.kind == PARTY_FUNDER)
            continue;
        for (size_t k = 0; k < p.count; k++)
            if (p.list[k]->giver == giver.number)
                back += shares[k];
        if (check_project_posted(&check->line, giver.number, ROLE_POOL) !=
            -back)
            return check_fail(check,
                ENTRY " does not give a club back what is its own",
                check->entry.index);
    }
    return check_project_note(check, project->number);
}

/* ---- reversals ---- */

static int undone(struct check *check)
{
    for (size_t i = 0; i < check->other.count; i++) {
        const struct check_posting *posting = &check->other.list[i];
        struct check_source *source;

        if (account_id_role(&posting->id) != ROLE_TRUST)
            continue;
        source =
            check_project_source(check, account_id_party(&posting->id));
        if (source == NULL)
            return check_fail(check, ENTRY " reverses what has no source",
                check->entry.index);
        if (check->other_verb == VERB_DRAW)
            source->drawn -= posting->minor;
        else if (check->other_verb == VERB_RETURN)
            source->returned -= posting->minor;
        else if (check_pledge_undone(check, source, -posting->minor) != 0)
            return -1;
        if (check_project_note(check, source->project) != 0)
            return -1;
    }
    return 0;
}

/* ---- project-close ---- */

static int closed(struct check *check, const struct operation *op)
{
    const struct check_project *project =
        check_project_named(check, &op->as.project_close.project);
    struct party party;

    if (project == NULL ||
        check_find_party(check, &op->as.project_close.project, &party) != 0)
        return -1;
    for (size_t i = 0; i < check->projects->sources.count; i++) {
        const struct check_source *source =
            &check->projects->sources.list[i];

        if (source->project != project->number)
            continue;
        if (source->received != source->drawn + source->returned)
            return check_fail(check, ENTRY " closes a project with money",
                check->entry.index);
        check->parties[source->number].closed = true;
    }
    check->parties[project->number].closed = true;
    check->parties[project->number].open_children = 0;
    if (party.parent != 0 && party.parent <= check->counters.parties)
        check->parties[party.parent].open_children--;
    return check_project_note(check, project->number);
}

/* ---- all of them ---- */

static bool moves_trust(enum verb verb)
{
    return verb == VERB_RECEIVE || verb == VERB_DRAW || verb == VERB_RETURN;
}

/* What a pool gives to a project or gets back: those who put it in have a
 * claim to so much less or more of what is in the pool. */
static int give(struct check *check)
{
    for (size_t i = 0; i < check->line.count; i++) {
        const struct account_id *id = &check->line.list[i].id;

        if (account_id_role(id) == ROLE_POOL &&
            check_record_owe(check, account_id_party(id),
                account_id_currency(id), -check->line.list[i].minor) != 0)
            return -1;
    }
    return 0;
}

int check_project_entry(struct check *check, const struct operation *op)
{
    bool undoes = op->verb == VERB_REVERSE && moves_trust(check->other_verb);

    if ((moves_trust(op->verb) || undoes) && give(check) != 0)
        return -1;
    if (op->verb == VERB_PROJECT_REGISTER)
        return registered(check, op);
    if (op->verb == VERB_PROJECT_LINK)
        return linked(check, op);
    if (op->verb == VERB_MILESTONE)
        return reached(check, op);
    if (op->verb == VERB_PLEDGE)
        return check_pledge_made(check, op);
    if (op->verb == VERB_PLEDGE_WITHDRAW)
        return check_pledge_withdrawn(check, op);
    if (op->verb == VERB_RECEIVE)
        return check_pledge_received(check, op);
    if (op->verb == VERB_DRAW)
        return drawn(check, op);
    if (op->verb == VERB_RETURN)
        return returned(check, op);
    if (op->verb == VERB_PROJECT_CLOSE)
        return closed(check, op);
    return undoes ? undone(check) : 0;
}
