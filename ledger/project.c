#include "project.h"

#include "agreement.h"
#include "cycle.h"
#include "operations.h"
#include "pledge_record.h"

#include <posito/part.h>

#include <string.h>

/*
 * Projects: opened, linked, their milestones, closed.  Nothing here moves
 * money.
 */

/* ---- what the operations share ---- */

bool project_find(struct context *c, const struct ident *name,
    const char *field, struct project_subject *out)
{
    if (!context_party(c, name, field, &out->party))
        return false;
    if (out->party.kind != PARTY_PROJECT ||
        !project_record_find(c->state, out->party.number, &out->terms)) {
        context_refuse(c, STATUS_WRONG_PARTY, field);
        return false;
    }
    if (out->party.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, field);
    out->book = &c->ledger->books[out->party.book];
    return true;
}

void project_check_currency(struct context *c,
    const struct project_subject *project, struct amount amount)
{
    if (amount.currency != project->terms.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
}

void project_keep(struct context *c, const struct project_subject *project)
{
    project_record_put(c->state, &project->terms);
    project_record_note(c->state, project->party.number, c->index);
    context_touch(c, project->book);
}

void project_open_party(
    struct context *c, struct party *child, struct party *parent)
{
    child->number = ++c->ledger->counters.parties;
    child->parent = parent->number;
    child->opened = c->index;
    meta_put_counters(c->state, &c->ledger->counters);
    record_add_party(c->state, child);
    parent->open_children++;
    record_put_party(c->state, parent);
}

/* ---- project-register ---- */

static void check_club(struct context *c,
    const struct project_register_fields *f, struct party *club)
{
    if (!context_party(c, &f->club, "club", club))
        return;
    context_need_party(c, club, "club");
    if (club->kind != PARTY_CLUB && club->kind != PARTY_FEDERATION)
        context_refuse(c, STATUS_WRONG_PARTY, "club");
    if (club->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "club");
}

/* The rule in force on the project's first date. */
static void check_rule(struct context *c,
    const struct project_register_fields *f, const struct book *book,
    struct date start, struct agreement *rule)
{
    memset(rule, 0, sizeof *rule);
    if (book == NULL)
        return;
    if (cycle_month_of(start) < book->open_month)
        context_refuse(c, STATUS_PERIOD_CLOSED, "start");
    if (!agreement_on(c->state, &f->agreement, start, rule))
        context_refuse(c, STATUS_UNKNOWN_AGREEMENT, "agreement");
}

static void put_milestones(
    struct state *state, uint32_t project, struct bytes parts)
{
    struct part part;

    while (parts_next(&parts, &part)) {
        struct milestone milestone = {
            .project = project,
            .name = part.name,
            .part = matching_part(part.rate),
        };

        project_record_put_milestone(state, &milestone);
    }
}

/* Each level gets its part of the budget, exact to the cent. */
static void put_levels(struct context *c, uint32_t project, int64_t budget,
    struct bytes parts)
{
    int64_t shares[PARTS_MAX];
    struct part part;

    if (!parts_allocate(budget, parts, shares))
        (void)context_fail(c->ledger, "a rule's parts cannot be weighed");
    for (size_t i = 0; parts_next(&parts, &part); i++) {
        struct project_level level = {
            .project = project,
            .name = part.name,
            .budget = shares[i],
        };

        project_record_put_level(c->state, &level);
    }
}

static void put_terms(struct context *c,
    const struct project_register_fields *f, const struct party *party,
    struct date start, const struct agreement *rule)
{
    struct project terms = {
        .number = party->number,
        .agreement = rule->name,
        .from = rule->from,
        .category = f->category,
        .currency = f->budget.currency,
        .budget = f->budget.minor,
        .start = start,
        .place_length = (uint8_t)f->place.length,
    };

    memcpy(terms.place, f->place.data, f->place.length);
    project_record_put(c->state, &terms);
    put_milestones(c->state, party->number, f->milestones);
    put_levels(c, party->number, f->budget.minor, agreement_parts(rule));
    project_record_note(c->state, party->number, c->index);
}

void project_register(struct context *c, const struct operation *op)
{
    const struct project_register_fields *f = &op->as.project_register;
    const struct book *book = context_book(c, &f->book, "book");
    struct date start = { 0 };
    struct party club = { 0 };
    struct party party;
    struct agreement rule;

    if (OPERATION_HAS(op, project_register, start))
        start = f->start;
    else if (book != NULL)
        start = book->date;
    party_check_name(c, &f->project, "project");
    check_club(c, f, &club);
    check_rule(c, f, book, start, &rule);
    if (f->place.length == 0 || f->place.length > PROJECT_PLACE_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "place");
    if (!parts_are_whole(f->milestones))
        context_refuse(c, STATUS_BAD_PARTS, "milestones");
    if (context_refused(c) || book == NULL)
        return;

    /* Accepted: nothing below can be refused. */
    party = (struct party){
        .name = f->project,
        .kind = PARTY_PROJECT,
        .book = book->number,
        .country = book->country,
    };
    project_open_party(c, &party, &club);
    put_terms(c, f, &party, start, &rule);
    context_touch(c, book);
}

/* ---- project-link ---- */

static enum link other_way(enum link as)
{
    return as == LINK_SUPPLIER ? LINK_BUYER : LINK_SUPPLIER;
}

void project_link(struct context *c, const struct operation *op)
{
    const struct project_link_fields *f = &op->as.project_link;
    struct project_subject project;
    struct project_subject other;
    uint64_t entry;
    bool found = project_find(c, &f->project, "project", &project);

    found = project_find(c, &f->to, "to", &other) && found;
    if (!found)
        return;
    context_need_party(c, &project.party, "project");
    if (project.party.number == other.party.number)
        context_refuse(c, STATUS_WRONG_PARTY, "to");
    if (project_record_linked(c->state, project.party.number,
            other.party.number, f->as, &entry))
        context_refuse(c, STATUS_ALREADY_LINKED, "to");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    project_record_put_link(c->state, project.party.number,
        other.party.number, f->as, c->index);
    project_record_put_link(c->state, other.party.number,
        project.party.number, other_way(f->as), c->index);
    project_keep(c, &project);
    project_record_note(c->state, other.party.number, c->index);
}

/* ---- milestone ---- */

void project_milestone(struct context *c, const struct operation *op)
{
    const struct milestone_fields *f = &op->as.milestone;
    struct project_subject project;
    struct milestone milestone;

    if (!project_find(c, &f->project, "project", &project))
        return;
    context_need_party(c, &project.party, "project");
    if (!project_record_milestone(
            c->state, project.party.number, &f->milestone, &milestone))
        context_refuse(c, STATUS_UNKNOWN_MILESTONE, "milestone");
    else if (milestone.reached != 0)
        context_refuse(c, STATUS_MILESTONE_REACHED, "milestone");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    milestone.reached = c->index;
    milestone.evidence = f->evidence;
    project_record_put_milestone(c->state, &milestone);
    project_keep(c, &project);
}

/* ---- project-close ---- */

static void close_party(struct state *state, uint32_t number)
{
    struct party party;

    if (!record_find_party_number(state, number, &party))
        return;
    party.closed = true;
    record_put_party(state, &party);
}

static void check_one(struct context *c, const struct party *party)
{
    if (party->frozen_out || party->frozen_in)
        context_refuse(c, STATUS_PARTY_FROZEN, "project");
    if (party->keys > 0 || !party_is_empty(c, party))
        context_refuse(c, STATUS_NOT_EMPTY, "project");
}

/* Nothing in trust, nothing pledged, no freeze, no key: not of the project,
 * not of a source. */
static void check_empty(struct context *c,
    const struct project_subject *project, const struct sources *sources)
{
    check_one(c, &project->party);
    if (project->terms.pledges > 0)
        context_refuse(c, STATUS_NOT_EMPTY, "project");
    for (size_t i = 0; i < sources->count; i++) {
        struct party source;

        if (record_find_party_number(
                c->state, sources->list[i].number, &source))
            check_one(c, &source);
    }
}

void project_close(struct context *c, const struct operation *op)
{
    struct project_subject project;
    struct sources sources;
    struct party club;

    if (!project_find(c, &op->as.project_close.project, "project", &project))
        return;
    context_need_party(c, &project.party, "project");
    project_record_sources(c->state, project.party.number, &sources);
    check_empty(c, &project, &sources);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    for (size_t i = 0; i < sources.count; i++)
        close_party(c->state, sources.list[i].number);
    project.party.closed = true;
    project.party.open_children = 0;
    record_put_party(c->state, &project.party);
    if (record_find_party_number(c->state, project.party.parent, &club)) {
        club.open_children--;
        record_put_party(c->state, &club);
    }
    project_keep(c, &project);
}
