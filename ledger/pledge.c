#include "pledge.h"

#include "agreement.h"
#include "cycle.h"
#include "operations.h"
#include "posting.h"

#include <string.h>

/* ---- caps ---- */

static struct cap cap_of(const struct project *project,
    const struct project_level *level, uint32_t year, enum cap_span per)
{
    return (struct cap){
        .agreement = project->agreement,
        .level = level->name,
        .year = year,
        .per = per,
        .currency = project->currency,
    };
}

int64_t pledge_room(struct state *state, const struct project *project,
    const struct project_level *level, uint32_t year)
{
    struct cap cap = cap_of(project, level, year, SPAN_YEAR);
    int64_t room = AMOUNT_CAP;
    int64_t left;

    if (agreement_find_cap(state, &cap)) {
        left = cap.amount - agreement_used(state, &cap);
        room = left < room ? left : room;
    }
    cap.per = SPAN_PROJECT;
    if (agreement_find_cap(state, &cap)) {
        left = cap.amount - level->pledged;
        room = left < room ? left : room;
    }
    return room > 0 ? room : 0;
}

void pledge_count(struct state *state, const struct project *project,
    struct project_level *level, uint32_t year, int64_t change)
{
    struct cap cap = cap_of(project, level, year, SPAN_YEAR);

    level->pledged += change;
    project_record_put_level(state, level);
    agreement_put_used(state, &cap, agreement_used(state, &cap) + change);
}

struct source *pledge_source(
    struct sources *sources, const struct ident *level, uint32_t giver)
{
    for (size_t i = 0; i < sources->count; i++)
        if (sources->list[i].giver == giver &&
            ident_equal(&sources->list[i].level, level))
            return &sources->list[i];
    return NULL;
}

/* ---- pledge ---- */

/* A pledge as its line asks for it. */
struct request {
    struct project_subject project;
    struct project_level level;
    struct party giver;
    struct sources sources;
    struct source *source; /* NULL: it is the giver's first here */
    struct party party;    /* of the source */
    uint32_t year;
    struct amount amount;  /* that takes effect */
    bool waits;
    bool out; /* the level takes no part */
};

static bool is_club_level(const struct ident *level)
{
    return bytes_equal_text(ident_bytes(level), "club");
}

static void check_giver(
    struct context *c, const struct pledge_fields *f, struct party *giver)
{
    bool club;

    if (!context_party(c, &f->from, "from", giver))
        return;
    club = giver->kind == PARTY_CLUB || giver->kind == PARTY_FEDERATION;
    context_need_party(c, giver, "from");
    if (is_club_level(&f->level) ? !club : giver->kind != PARTY_FUNDER)
        context_refuse(c, STATUS_WRONG_PARTY, "from");
    if (giver->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "from");
    if (giver->frozen_out)
        context_refuse(c, STATUS_PARTY_FROZEN, "from");
}

/* PROJECT.LABEL; false if that is no ident. */
static bool source_name(const struct ident *project,
    const struct ident *label, struct ident *out)
{
    uint8_t memory[2 * IDENT_LENGTH_MAX + 1];
    struct buffer name = buffer_over(memory, sizeof memory);

    buffer_append(&name, ident_bytes(project));
    buffer_char(&name, '.');
    buffer_append(&name, ident_bytes(label));
    return ident_parse(buffer_bytes(&name), out);
}

/* The giver has no source in the project yet: can it have one? */
static void check_new_source(
    struct context *c, const struct pledge_fields *f, struct request *r)
{
    bool club = is_club_level(&f->level);

    r->party = (struct party){
        .number = c->ledger->counters.parties + 1,
        .kind = PARTY_SOURCE,
        .book = r->project.party.book,
        .parent = r->project.party.number,
        .country = r->giver.country,
    };
    for (size_t i = 0; i < r->sources.count && !club; i++)
        if (ident_equal(&r->sources.list[i].level, &f->level)) {
            context_refuse(c, STATUS_LEVEL_TAKEN, "level");
            return; /* whose source has the name */
        }
    if (r->sources.count == MATCHING_SOURCES_MAX)
        context_refuse(c, STATUS_TOO_MANY_SOURCES, "project");
    if (!source_name(&f->project, club ? &f->from : &f->level,
            &r->party.name))
        context_refuse(c, STATUS_BAD_VALUE, "project");
    else
        party_check_name(c, &r->party.name, "project");
}

/* How much of it takes effect, by what is left of budget and caps. */
static void check_amount(
    struct context *c, const struct operation *op, struct request *r)
{
    const struct pledge_fields *f = &op->as.pledge;
    bool says = OPERATION_HAS(op, pledge, over);
    int64_t room =
        pledge_room(c->state, &r->project.terms, &r->level, r->year);

    r->amount = f->amount;
    if (says && f->over == EXCESS_CLUBS && is_club_level(&f->level))
        context_refuse(c, STATUS_BAD_VALUE, "over");
    if (f->amount.minor > r->level.budget - r->level.pledged)
        context_refuse(c, STATUS_ABOVE_BUDGET, "amount");
    if (f->amount.minor <= room)
        return;
    if (!says || (f->over == EXCESS_PARTIAL && room == 0))
        context_refuse(c, STATUS_ABOVE_PROGRAMME_CAP, "amount");
    else if (f->over == EXCESS_PARTIAL)
        r->amount.minor = room;
    r->waits = says && f->over == EXCESS_QUEUE;
    r->out = says && f->over == EXCESS_CLUBS;
}

static uint32_t year_of(struct date date)
{
    return cycle_month_of(date) / CYCLE_MONTHS;
}

/* False if it cannot be looked at further. */
static bool check_place(
    struct context *c, const struct operation *op, struct request *r)
{
    const struct pledge_fields *f = &op->as.pledge;
    bool found = project_find(c, &f->project, "project", &r->project);

    check_giver(c, f, &r->giver);
    if (!found)
        return false;
    if (r->project.party.frozen_in)
        context_refuse(c, STATUS_PARTY_FROZEN, "project");
    project_check_currency(c, &r->project, f->amount);
    if (f->until.days <= r->project.book->date.days)
        context_refuse(c, STATUS_WRONG_DATE, "until");
    if (!project_record_level(
            c->state, r->project.party.number, &f->level, &r->level)) {
        context_refuse(c, STATUS_UNKNOWN_LEVEL, "level");
        return false;
    }
    if (r->level.out != 0)
        context_refuse(c, STATUS_LEVEL_OUT, "level");
    r->year = year_of(r->project.book->date);
    return r->giver.number != 0;
}

static void check_request(
    struct context *c, const struct operation *op, struct request *r)
{
    const struct pledge_fields *f = &op->as.pledge;

    if (!check_place(c, op, r))
        return;
    check_amount(c, op, r);
    project_record_sources(c->state, r->project.party.number, &r->sources);
    r->source = pledge_source(&r->sources, &f->level, r->giver.number);
    if (r->source == NULL)
        check_new_source(c, f, r);
    else if (!record_find_party_number(
                 c->state, r->source->number, &r->party))
        (void)context_fail(c->ledger, "a source has no party");
    if (r->waits || r->out)
        return;
    posting_add_party(c, &r->party, ROLE_PLEDGE, r->amount, "from");
    posting_add_party(c, &r->project.party, ROLE_COMMITMENT,
        posting_credit(r->amount), "project");
}

/* The source's record, opened with its party if there is none. */
static struct source take_source(struct context *c, struct request *r)
{
    if (r->source != NULL)
        return *r->source;
    project_open_party(c, &r->party, &r->project.party);
    r->project.terms.sources++;
    return (struct source){
        .project = r->project.party.number,
        .number = r->party.number,
        .level = r->level.name,
        .giver = r->giver.number,
    };
}

static void let_out(struct context *c, struct request *r)
{
    r->level.out = c->index;
    project_record_put_level(c->state, &r->level);
    entry_append_pledge(
        &c->ledger->effects, c->index, EFFECT_PLEDGE_OUT);
    project_keep(c, &r->project);
}

static void make(struct context *c, const struct pledge_fields *f,
    struct request *r)
{
    struct source source = take_source(c, r);
    struct pledge pledge = {
        .index = c->index,
        .phase = r->waits ? PLEDGE_WAITING : PLEDGE_OPEN,
        .book = r->project.party.book,
        .project = r->project.party.number,
        .source = source.number,
        .year = r->waits ? 0 : r->year,
        .amount = r->amount.minor,
        .left = r->waits ? 0 : r->amount.minor,
        .until = f->until,
    };

    if (r->waits) {
        entry_append_pledge(
            &c->ledger->effects, c->index, EFFECT_PLEDGE_WAITING);
    } else {
        source.committed += r->amount.minor;
        pledge_count(c->state, &r->project.terms, &r->level, r->year,
            r->amount.minor);
    }
    project_record_put_source(c->state, &source);
    pledge_record_put(c->state, &pledge);
    r->project.terms.pledges++;
    project_keep(c, &r->project);
}

void pledge_pledge(struct context *c, const struct operation *op)
{
    struct request r;

    memset(&r, 0, sizeof r);
    c->own_scope = true; /* a club binds its own money */
    check_request(c, op, &r);
    posting_check(c);
    if (context_refused(c) || ledger_failed(c->ledger))
        return;

    /* Accepted: nothing below can be refused. */
    if (r.out)
        let_out(c, &r);
    else
        make(c, &op->as.pledge, &r);
    posting_commit(c, op->verb);
}

/* ---- pledge-withdraw ---- */

/* What an open pledge has left is pledged no more. */
static void take_back(struct context *c, const struct project *terms,
    const struct pledge *pledge)
{
    struct source source;
    struct project_level level;

    if (!project_record_source(
            c->state, pledge->project, pledge->source, &source) ||
        !project_record_level(
            c->state, pledge->project, &source.level, &level)) {
        (void)context_fail(c->ledger, "a pledge has no source");
        return;
    }
    source.committed -= pledge->left;
    project_record_put_source(c->state, &source);
    pledge_count(c->state, terms, &level, pledge->year, -pledge->left);
}

static void plan_withdrawal(struct context *c, const struct pledge *pledge,
    const struct project_subject *project, const struct party *source)
{
    struct amount left = { pledge->left, project->terms.currency };

    if (pledge->phase != PLEDGE_OPEN)
        return;
    posting_add_party(
        c, &project->party, ROLE_COMMITMENT, left, "pledge");
    posting_add_party(
        c, source, ROLE_PLEDGE, posting_credit(left), "pledge");
}

/* The pledge with its project; the key must reach who pledged it. */
static bool find_pledge(struct context *c, uint64_t index,
    struct pledge *pledge, struct project_subject *project,
    struct party *party)
{
    struct source source;
    struct party giver;

    if (!pledge_record_find(c->state, index, pledge)) {
        context_refuse(c, STATUS_UNKNOWN_PLEDGE, "pledge");
        return false;
    }
    if (!record_find_party_number(
            c->state, pledge->project, &project->party) ||
        !project_record_find(c->state, pledge->project, &project->terms) ||
        !project_record_source(
            c->state, pledge->project, pledge->source, &source) ||
        !record_find_party_number(c->state, pledge->source, party) ||
        !record_find_party_number(c->state, source.giver, &giver)) {
        (void)context_fail(c->ledger, "a pledge has no source");
        return false;
    }
    project->book = &c->ledger->books[pledge->book];
    context_need_party(c, &giver, "pledge");
    return true;
}

void pledge_withdraw(struct context *c, const struct operation *op)
{
    struct pledge pledge;
    struct project_subject project;
    struct party source;

    c->own_scope = true;
    if (!find_pledge(c, op->as.pledge_withdraw.pledge, &pledge, &project,
            &source))
        return;
    if (pledge.phase != PLEDGE_OPEN && pledge.phase != PLEDGE_WAITING)
        context_refuse(c, STATUS_PLEDGE_ENDED, "pledge");
    else
        plan_withdrawal(c, &pledge, &project, &source);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    if (pledge.phase == PLEDGE_OPEN)
        take_back(c, &project.terms, &pledge);
    pledge.phase = PLEDGE_WITHDRAWN;
    pledge.left = 0;
    pledge.ended = c->index;
    pledge_record_put(c->state, &pledge);
    project.terms.pledges--;
    project_keep(c, &project);
    posting_commit(c, op->verb);
}
