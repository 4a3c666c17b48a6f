#include "operations.h"

#include "pledge.h"
#include "posting.h"

#include <string.h>

/*
 * The money of projects.  Each source has a trust account of its own.
 *
 *     receive   debit nostro                  credit source's trust
 *               debit club's pool             credit source's trust
 *     draw      debit each source's trust     credit nostro or share
 *     return    debit each source's trust     credit nostro, clubs' pools
 *
 * with due.to and due.from between the books of a club and its project:
 * what a club of another book pays in, its book owes to the project's book;
 * what it gets back, the project's book owes to the club's.  Stakes of those
 * who contributed to the pool are not touched, as with `pool-lend`: the
 * club's treasurer spends, and what comes back is the club's again.
 */

static struct amount of(const struct project_subject *project, int64_t minor)
{
    return (struct amount){ minor, project->terms.currency };
}

/* Add to what stands in a house's account by so much; one leg an account. */
static void add_house(struct context *c, uint8_t book, enum role role,
    struct amount amount, const char *field)
{
    struct party house;

    for (size_t i = 0; i < c->leg_count; i++)
        if (c->legs[i].party.number == c->ledger->books[book].house &&
            account_id_role(&c->legs[i].id) == role) {
            c->legs[i].minor += amount.minor;
            return;
        }
    if (!record_find_party_number(
            c->state, c->ledger->books[book].house, &house)) {
        (void)context_fail(c->ledger, "a book has no house");
        return;
    }
    posting_add_party(c, &house, role, amount, field);
}

static bool is_club(const struct party *party)
{
    return party->kind == PARTY_CLUB || party->kind == PARTY_FEDERATION;
}

/* ---- receive ---- */

/* Money by a bank of the project's book, or out of the giver's own pool. */
static void plan_way_in(struct context *c, const struct receive_fields *f,
    const struct project_subject *project, const struct party *giver)
{
    uint8_t home = project->party.book;
    struct party via;

    if (!context_party(c, &f->via, "via", &via))
        return;
    context_need_party(c, &via, "via");
    if (via.number != giver->number) {
        if (via.kind != PARTY_CORRESPONDENT)
            context_refuse(c, STATUS_WRONG_PARTY, "via");
        else if (via.book != home)
            context_refuse(c, STATUS_OTHER_BOOK, "via");
        posting_add_party(c, &via, ROLE_NOSTRO, f->amount, "via");
        return;
    }
    if (!is_club(&via))
        context_refuse(c, STATUS_WRONG_PARTY, "via");
    posting_add_party(c, &via, ROLE_POOL, f->amount, "via");
    if (via.book == home)
        return;
    c->across_books = true;
    add_house(
        c, via.book, ROLE_DUE_TO, posting_credit(f->amount), "via");
    add_house(c, home, ROLE_DUE_FROM, f->amount, "via");
}

static void plan_receipt(struct context *c, const struct receive_fields *f,
    const struct project_subject *project, const struct source *source)
{
    struct party party;

    if (!record_find_party_number(c->state, source->number, &party)) {
        (void)context_fail(c->ledger, "a source has no party");
        return;
    }
    posting_add_party(
        c, &party, ROLE_TRUST, posting_credit(f->amount), "from");
    posting_add_party(
        c, &project->party, ROLE_COMMITMENT, f->amount, "project");
    posting_add_party(
        c, &party, ROLE_PLEDGE, posting_credit(f->amount), "from");
}

/* The source that the line means, with what it may still receive. */
static bool find_source(struct context *c, const struct receive_fields *f,
    const struct project_subject *project, struct party *giver,
    struct source *out)
{
    struct project_level level;
    struct sources sources;
    const struct source *source;

    if (!context_party(c, &f->from, "from", giver))
        return false;
    if (!project_record_level(
            c->state, project->party.number, &f->level, &level)) {
        context_refuse(c, STATUS_UNKNOWN_LEVEL, "level");
        return false;
    }
    project_record_sources(c->state, project->party.number, &sources);
    source = pledge_source(&sources, &f->level, giver->number);
    if (source == NULL) {
        context_refuse(c, STATUS_UNKNOWN_PLEDGE, "from");
        return false;
    }
    *out = *source;
    return true;
}

/* Fill a source's open pledges, oldest first. */
struct filling {
    struct context *c;
    struct project *terms;
    int64_t left; /* of the receipt */
};

static void fill_one(void *context, const struct pledge *given)
{
    struct filling *filling = context;
    struct pledge pledge = *given;
    int64_t part =
        pledge.left < filling->left ? pledge.left : filling->left;

    if (part == 0)
        return;
    filling->left -= part;
    pledge.left -= part;
    pledge.received += part;
    if (pledge.left == 0) {
        pledge.phase = PLEDGE_FILLED;
        filling->terms->pledges--;
    }
    pledge_record_put(filling->c->state, &pledge);
}

void trust_receive(struct context *c, const struct operation *op)
{
    const struct receive_fields *f = &op->as.receive;
    struct project_subject project;
    struct source source;
    struct party giver;
    struct filling filling;

    if (!project_find(c, &f->project, "project", &project))
        return;
    c->own_scope = true; /* by the way in: the pool, or bank and project */
    project_check_currency(c, &project, f->amount);
    if (project.party.frozen_in)
        context_refuse(c, STATUS_PARTY_FROZEN, "project");
    if (!find_source(c, f, &project, &giver, &source))
        return;
    if (!ident_equal(&f->via, &f->from))
        context_need_party(c, &project.party, "project");
    if (f->amount.minor > pledge_record_left(c->state, source.number))
        context_refuse(c, STATUS_ABOVE_PLEDGE, "amount");
    plan_way_in(c, f, &project, &giver);
    plan_receipt(c, f, &project, &source);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    filling = (struct filling){ c, &project.terms, f->amount.minor };
    pledge_record_each(c->state, source.number, fill_one, &filling);
    source.received += f->amount.minor;
    project_record_put_source(c->state, &source);
    project_keep(c, &project);
    posting_commit(c, op->verb);
}

/* ---- draw ---- */

/* Of all weights, what the milestones release less what was drawn. */
static int64_t releasable(struct context *c,
    const struct project_subject *project, const struct sources *sources)
{
    int64_t weights = 0;
    int64_t drawn = 0;

    for (size_t i = 0; i < sources->count; i++) {
        weights += project_record_weight(&sources->list[i]);
        drawn += sources->list[i].drawn;
    }
    return matching_limit(weights, project_record_reached(c->state,
                                       project->party.number)) -
        drawn;
}

/* How much each source pays; false if nothing is pledged. */
static bool share_draw(
    const struct sources *sources, int64_t amount, int64_t *pays)
{
    struct matching_source list[MATCHING_SOURCES_MAX];

    for (size_t i = 0; i < sources->count; i++)
        list[i] = (struct matching_source){
            project_record_weight(&sources->list[i]),
            sources->list[i].drawn,
        };
    return matching_draw(list, sources->count, amount, pays);
}

static void plan_sources(struct context *c,
    const struct project_subject *project, const struct sources *sources,
    const int64_t *pays)
{
    for (size_t i = 0; i < sources->count; i++) {
        struct party party;

        if (pays[i] == 0)
            continue;
        if (!record_find_party_number(
                c->state, sources->list[i].number, &party)) {
            (void)context_fail(c->ledger, "a source has no party");
            return;
        }
        posting_add_party(
            c, &party, ROLE_TRUST, of(project, pays[i]), "amount");
    }
}

/* A bank that pays somebody, or the share of a payee in the same book. */
static void plan_way_out(struct context *c, const struct ident *name,
    const struct project_subject *project, struct amount amount)
{
    struct party via;

    if (!context_party(c, name, "via", &via))
        return;
    if (via.book != project->party.book)
        context_refuse(c, STATUS_OTHER_BOOK, "via");
    posting_add_party(c, &via,
        via.kind == PARTY_CORRESPONDENT ? ROLE_NOSTRO : ROLE_SHARE,
        posting_credit(amount), "via");
}

/* The project whose money is to leave, and all its sources. */
static bool find_paying(struct context *c, const struct ident *name,
    struct amount amount, struct project_subject *project,
    struct sources *sources)
{
    if (!project_find(c, name, "project", project))
        return false;
    c->own_scope = true; /* the project's: banks are not below a club */
    context_need_party(c, &project->party, "project");
    project_check_currency(c, project, amount);
    if (project->party.frozen_out)
        context_refuse(c, STATUS_PARTY_FROZEN, "project");
    project_record_sources(c->state, project->party.number, sources);
    return true;
}

void trust_draw(struct context *c, const struct operation *op)
{
    const struct draw_fields *f = &op->as.draw;
    struct project_subject project;
    struct sources sources;
    int64_t pays[MATCHING_SOURCES_MAX] = { 0 };

    if (!find_paying(c, &f->project, f->amount, &project, &sources))
        return;
    if (f->amount.minor > releasable(c, &project, &sources))
        context_refuse(c, STATUS_ABOVE_MILESTONES, "amount");
    else if (share_draw(&sources, f->amount.minor, pays))
        plan_sources(c, &project, &sources, pays);
    plan_way_out(c, &f->via, &project, f->amount);
    /* What is refused already has no plan that balances. */
    if (!context_refused(c))
        posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    for (size_t i = 0; i < sources.count; i++) {
        sources.list[i].drawn += pays[i];
        project_record_put_source(c->state, &sources.list[i]);
    }
    project_keep(c, &project);
    posting_commit(c, op->verb);
}

/* ---- return ---- */

static int64_t balance_of(const struct source *source)
{
    return source->received - source->drawn - source->returned;
}

static bool share_return(
    const struct sources *sources, int64_t amount, int64_t *shares)
{
    int64_t left[MATCHING_SOURCES_MAX];

    for (size_t i = 0; i < sources->count; i++)
        left[i] = balance_of(&sources->list[i]);
    return matching_return(left, sources->count, amount, shares);
}

/* Back into the club's pool, in whichever book that is. */
static void plan_back_to_club(struct context *c,
    const struct project_subject *project, const struct party *club,
    int64_t share)
{
    uint8_t home = project->party.book;

    posting_add_party(c, club, ROLE_POOL, of(project, -share), "project");
    if (club->book == home)
        return;
    c->across_books = true;
    add_house(c, home, ROLE_DUE_TO, of(project, -share), "project");
    add_house(c, club->book, ROLE_DUE_FROM, of(project, share), "project");
}

/* Clubs to their pools; the sum of what funders get back by a bank. */
static int64_t plan_clubs(struct context *c,
    const struct project_subject *project, const struct sources *sources,
    const int64_t *shares)
{
    int64_t funders = 0;

    for (size_t i = 0; i < sources->count; i++) {
        struct party giver;

        if (shares[i] == 0)
            continue;
        if (!record_find_party_number(
                c->state, sources->list[i].giver, &giver)) {
            (void)context_fail(c->ledger, "a source has no giver");
            break;
        }
        if (is_club(&giver))
            plan_back_to_club(c, project, &giver, shares[i]);
        else
            funders += shares[i];
    }
    return funders;
}

static void plan_funders(struct context *c, const struct operation *op,
    const struct project_subject *project, int64_t minor)
{
    const struct return_money_fields *f = &op->as.return_money;
    struct party via;

    if (!OPERATION_HAS(op, return_money, via)) {
        if (minor > 0)
            context_refuse(c, STATUS_MISSING_FIELD, "via");
        return;
    }
    if (!context_party(c, &f->via, "via", &via))
        return;
    if (via.kind != PARTY_CORRESPONDENT)
        context_refuse(c, STATUS_WRONG_PARTY, "via");
    else if (via.book != project->party.book)
        context_refuse(c, STATUS_OTHER_BOOK, "via");
    if (minor > 0)
        posting_add_party(
            c, &via, ROLE_NOSTRO, of(project, -minor), "via");
}

void trust_return(struct context *c, const struct operation *op)
{
    const struct return_money_fields *f = &op->as.return_money;
    struct project_subject project;
    struct sources sources;
    int64_t shares[MATCHING_SOURCES_MAX] = { 0 };

    if (!find_paying(c, &f->project, f->amount, &project, &sources))
        return;
    if (!share_return(&sources, f->amount.minor, shares))
        context_refuse(c, STATUS_INSUFFICIENT, "amount");
    plan_sources(c, &project, &sources, shares);
    plan_funders(c, op, &project,
        plan_clubs(c, &project, &sources, shares));
    if (!context_refused(c))
        posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    for (size_t i = 0; i < sources.count; i++) {
        sources.list[i].returned += shares[i];
        project_record_put_source(c->state, &sources.list[i]);
    }
    project_keep(c, &project);
    posting_commit(c, op->verb);
}

/* ---- reversals ---- */

/* The newest pledge of a source with anything received, before another. */
struct newest {
    uint64_t before;
    bool found;
    struct pledge pledge;
};

static void keep_newest(void *context, const struct pledge *pledge)
{
    struct newest *newest = context;

    if (pledge->received == 0 || pledge->index >= newest->before)
        return;
    newest->found = true;
    newest->pledge = *pledge;
}

/* Empty a source's pledges, newest first; each is open again. */
static void unfill(struct context *c, const struct source *source,
    struct project *terms, int64_t minor)
{
    struct newest newest = { .before = UINT64_MAX };

    while (minor > 0) {
        struct pledge *pledge = &newest.pledge;
        int64_t part;

        newest.found = false;
        pledge_record_each(
            c->state, source->number, keep_newest, &newest);
        if (!newest.found) {
            (void)context_fail(c->ledger, "more was received than pledged");
            return;
        }
        part = pledge->received < minor ? pledge->received : minor;
        minor -= part;
        pledge->received -= part;
        pledge->left += part;
        terms->pledges += pledge->phase != PLEDGE_OPEN;
        pledge->phase = PLEDGE_OPEN;
        pledge->ended = 0;
        pledge_record_put(c->state, pledge);
        newest.before = pledge->index;
    }
}

static void undo_one(struct context *c, enum verb verb, int64_t minor,
    struct source *source, struct project *terms)
{
    if (verb == VERB_RECEIVE) {
        source->received += minor; /* the trust was credited: below zero */
        unfill(c, source, terms, -minor);
    } else if (verb == VERB_DRAW) {
        source->drawn -= minor;
    } else {
        source->returned -= minor;
    }
}

void trust_undo(struct context *c, const struct posting_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct posting *posting = &list->list[i];
        struct project project;
        struct source source;
        struct party party;

        if (account_id_role(&posting->id) != ROLE_TRUST)
            continue;
        if (!record_find_party_number(
                c->state, account_id_party(&posting->id), &party) ||
            !project_record_find(c->state, party.parent, &project) ||
            !project_record_source(
                c->state, party.parent, party.number, &source)) {
            (void)context_fail(c->ledger, "a trust has no source");
            return;
        }
        undo_one(c, list->operation.verb, posting->minor, &source, &project);
        project_record_put_source(c->state, &source);
        project_record_put(c->state, &project);
        project_record_note(c->state, project.number, c->index);
    }
}
