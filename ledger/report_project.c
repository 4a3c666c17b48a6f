#include "report_project.h"

#include "agreement.h"
#include "cycle.h"
#include "report_inside.h"

#include <string.h>

#define ENTRIES_MAX 20

int64_t report_project_balance(const struct project_sums *sums)
{
    return sums->received - sums->drawn - sums->returned;
}

struct rate report_project_percent(int64_t part, int64_t whole)
{
    struct rate rate = { 0, 2 };

    if (whole <= 0 ||
        !minor_times_ratio(part, 10000, whole, ROUND_HALF_AWAY,
            &rate.digits))
        return (struct rate){ 0, 0 };
    while (rate.scale > 0 && rate.digits % 10 == 0) {
        rate.digits /= 10;
        rate.scale--;
    }
    return rate;
}

static struct ident name_of(struct state *state, uint32_t number)
{
    struct party party = { 0 };

    (void)!record_find_party_number(state, number, &party);
    return party.name;
}

static void add_source(
    struct project_sums *sums, const struct source *source)
{
    sums->pledged += source->committed;
    sums->received += source->received;
    sums->drawn += source->drawn;
    sums->returned += source->returned;
}

/* ---- one project ---- */

static void fill_sources(struct state *state, uint32_t project,
    struct project_report *out)
{
    struct sources sources;
    int64_t weights = 0;

    project_record_sources(state, project, &sources);
    out->source_count = sources.count;
    for (size_t i = 0; i < sources.count; i++) {
        const struct source *source = &sources.list[i];

        out->sources[i] = (struct source_report){
            .name = name_of(state, source->number),
            .level = source->level,
            .giver = name_of(state, source->giver),
        };
        add_source(&out->sources[i].sums, source);
        add_source(&out->sums, source);
        weights += project_record_weight(source);
    }
    for (size_t i = 0; i < sources.count; i++)
        out->sources[i].percent = report_project_percent(
            project_record_weight(&sources.list[i]), weights);
    out->releasable =
        matching_limit(weights, project_record_reached(state, project)) -
        out->sums.drawn;
    if (out->releasable < 0)
        out->releasable = 0;
}

static void fill_levels(struct state *state, uint32_t project,
    struct project_report *out)
{
    uint8_t prefix[PROJECT_PREFIX];
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;

    project_record_prefix(prefix, project);
    scan = state_scan_open(
        state, TABLE_PROJECT_LEVEL, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && out->level_count < PARTS_MAX &&
        state_scan_next(scan, &key, &value) &&
        project_record_parse_level(
            key, value, &out->levels[out->level_count]))
        out->level_count++;
    if (scan != NULL)
        state_scan_close(scan);
}

static void fill_milestones(struct state *state, uint32_t project,
    struct project_report *out)
{
    uint8_t prefix[PROJECT_PREFIX];
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;

    project_record_prefix(prefix, project);
    scan = state_scan_open(
        state, TABLE_MILESTONE, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && out->milestone_count < PARTS_MAX &&
        state_scan_next(scan, &key, &value) &&
        project_record_parse_milestone(
            key, value, &out->milestones[out->milestone_count]))
        out->milestone_count++;
    if (scan != NULL)
        state_scan_close(scan);
}

struct pledges {
    const struct project_visitor *visitor;
    struct ident source;
    enum currency currency;
};

static void visit_pledge(void *context, const struct pledge *pledge)
{
    const struct pledges *pledges = context;

    if (pledge->phase == PLEDGE_OPEN || pledge->phase == PLEDGE_WAITING)
        pledges->visitor->pledge(pledges->visitor->context,
            &pledges->source, pledge, pledges->currency);
}

static void visit_pledges(struct state *state, const struct project *terms,
    const struct project_visitor *visitor)
{
    struct sources sources;

    project_record_sources(state, terms->number, &sources);
    for (size_t i = 0; i < sources.count; i++) {
        struct pledges pledges = { visitor,
            name_of(state, sources.list[i].number), terms->currency };

        pledge_record_each(
            state, sources.list[i].number, visit_pledge, &pledges);
    }
}

static void visit_links(struct state *state, uint32_t project,
    const struct project_visitor *visitor)
{
    uint8_t prefix[PROJECT_PREFIX];
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;
    uint32_t other;
    enum link as;
    uint64_t entry;

    project_record_prefix(prefix, project);
    scan = state_scan_open(
        state, TABLE_LINK, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value))
        if (project_record_parse_link(
                key, value, &project, &other, &as, &entry)) {
            struct ident name = name_of(state, other);

            visitor->link(visitor->context, &name, as, entry);
        }
    if (scan != NULL)
        state_scan_close(scan);
}

/* What the entry did, by its own line or the one it carries out. */
static int read_verb(struct ledger *ledger, const struct entry *entry,
    struct operation *op)
{
    struct entry effective;

    if (posting_find_line(ledger, entry, &effective) != 0)
        return -1;
    return ledger->archive.decode(op, effective.line, false)
        ? 0
        : context_fail(ledger, "an entry cannot be read back");
}

static int visit_entry(struct ledger *ledger, uint64_t index,
    const struct book *book, const struct project_visitor *visitor)
{
    struct buffer bytes = buffer_empty();
    struct operation op;
    struct entry entry;
    int result = -1;

    if (ledger_entry(ledger, index, &bytes, &entry) == 0 &&
        read_verb(ledger, &entry, &op) == 0) {
        struct project_entry row = { index,
            report_day_at(ledger, book, index, entry.date), op.verb };

        visitor->entry(visitor->context, &row);
        result = 0;
    }
    buffer_free(&bytes);
    return result;
}

/* The last entries about a project, newest first. */
static int visit_entries(struct ledger *ledger, uint32_t project,
    const struct book *book, const struct project_visitor *visitor)
{
    uint64_t last[ENTRIES_MAX];
    uint64_t count = 0;
    uint8_t prefix[PROJECT_PREFIX];
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;

    project_record_prefix(prefix, project);
    scan = state_scan_open(
        ledger->state, TABLE_PROJECT_ENTRY, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, sizeof prefix));

        last[count++ % ENTRIES_MAX] = cursor_be64(&in);
    }
    if (scan != NULL)
        state_scan_close(scan);
    for (uint64_t i = count; i > 0 && count - i < ENTRIES_MAX; i--)
        if (visit_entry(
                ledger, last[(i - 1) % ENTRIES_MAX], book, visitor) != 0)
            return -1;
    return 0;
}

/* False with *status. */
static bool find_project(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct party *party, struct project *terms,
    enum status *status)
{
    struct signing_key key;

    if (!report_asker(ledger, who, &key, status))
        return false;
    if (!record_find_party(ledger->state, name, party))
        *status = STATUS_UNKNOWN_PARTY;
    else if (!project_record_find(ledger->state, party->number, terms))
        *status = STATUS_WRONG_PARTY;
    return *status == STATUS_ACCEPTED;
}

int report_project(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct project_report *out,
    const struct project_visitor *visitor, enum status *status)
{
    const struct book *book;
    struct party party;

    memset(out, 0, sizeof *out);
    if (!find_project(ledger, who, name, &party, &out->terms, status))
        return report_end(ledger);
    book = &ledger->books[party.book];
    out->name = party.name;
    out->book = book->name;
    out->club = name_of(ledger->state, party.parent);
    out->closed = party.closed;
    out->frozen = party.frozen_in || party.frozen_out;
    fill_levels(ledger->state, party.number, out);
    fill_sources(ledger->state, party.number, out);
    fill_milestones(ledger->state, party.number, out);
    visit_pledges(ledger->state, &out->terms, visitor);
    visit_links(ledger->state, party.number, visitor);
    if (visit_entries(ledger, party.number, book, visitor) != 0)
        return -1;
    return report_end(ledger);
}

/* ---- who may see an entry ---- */

static bool is_about_projects(enum verb verb)
{
    return verb == VERB_AGREEMENT_SET || verb == VERB_CAP_SET ||
        verb == VERB_PROJECT_REGISTER || verb == VERB_PROJECT_LINK ||
        verb == VERB_PLEDGE || verb == VERB_PLEDGE_WITHDRAW ||
        verb == VERB_RECEIVE || verb == VERB_MILESTONE ||
        verb == VERB_DRAW || verb == VERB_RETURN ||
        verb == VERB_PROJECT_CLOSE;
}

/* A reversal of such an entry posts to a source's trust. */
static bool moves_trust(const struct entry *entry)
{
    struct bytes effects = entry->effects;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_POSTING &&
            effect.account.role == ROLE_TRUST)
            return true;
    return false;
}

int report_project_entry(
    struct ledger *ledger, const struct entry *entry, bool *open)
{
    struct operation op;

    *open = false;
    /* The bodies of genesis and of batches are no operations on them. */
    if (bytes_start_with(entry->line, "genesis "))
        return 0;
    if (read_verb(ledger, entry, &op) != 0)
        return -1;
    *open = is_about_projects(op.verb) ||
        (op.verb == VERB_REVERSE && moves_trust(entry));
    return 0;
}

/* ---- many projects ---- */

/* Is the party the one asked about, or a club below it? */
static bool belongs(
    struct state *state, uint32_t number, uint32_t asked)
{
    struct party party;

    return asked == 0 || number == asked ||
        (record_find_party_number(state, number, &party) &&
            party.parent == asked && party.kind == PARTY_CLUB);
}

/* Fill in the row; false if it is not of the party asked about. */
static bool fill_row(struct ledger *ledger, const struct project *terms,
    uint32_t asked, struct projects_row *out)
{
    struct state *state = ledger->state;
    struct sources sources;
    struct party party;
    bool theirs;

    if (!record_find_party_number(state, terms->number, &party))
        return false;
    *out = (struct projects_row){
        .name = party.name,
        .book = ledger->books[party.book].name,
        .club = name_of(state, party.parent),
        .closed = party.closed,
        .opened = party.opened,
        .terms = *terms,
    };
    theirs = belongs(state, party.parent, asked);
    project_record_sources(state, terms->number, &sources);
    for (size_t i = 0; i < sources.count; i++) {
        if (!belongs(state, sources.list[i].giver, asked))
            continue;
        theirs = true;
        add_source(&out->sums, &sources.list[i]);
    }
    return theirs;
}

static uint32_t year_of(const struct project *terms)
{
    return cycle_month_of(terms->start) / CYCLE_MONTHS;
}

/* The numbers of the newest projects that fit, oldest first, in a ring. */
struct newest {
    uint32_t list[REPORT_PROJECTS_MAX];
    uint64_t count;
};

static void collect(struct ledger *ledger,
    const struct projects_query *query, uint32_t asked,
    struct newest *newest)
{
    struct state_scan *scan =
        state_scan_open(ledger->state, TABLE_PROJECT, bytes_of("", 0));
    struct projects_row row;
    struct project terms;
    struct bytes key;
    struct bytes value;

    while (scan != NULL && state_scan_next(scan, &key, &value))
        if (project_record_parse(key, value, &terms) &&
            (query->year == 0 || year_of(&terms) == query->year) &&
            fill_row(ledger, &terms, asked, &row) &&
            row.opened < query->before)
            newest->list[newest->count++ % REPORT_PROJECTS_MAX] =
                terms.number;
    if (scan != NULL)
        state_scan_close(scan);
}

int report_projects(struct ledger *ledger, const struct ident *who,
    const struct projects_query *query,
    void (*each)(void *context, const struct projects_row *), void *context,
    enum status *status)
{
    struct signing_key key;
    struct party party = { .number = 0 };
    struct newest newest;

    newest.count = 0;
    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (query->party != NULL) {
        if (!record_find_party(ledger->state, query->party, &party))
            *status = STATUS_UNKNOWN_PARTY;
        else if (party.kind != PARTY_FUNDER && party.kind != PARTY_CLUB &&
            party.kind != PARTY_FEDERATION)
            *status = STATUS_WRONG_PARTY;
    }
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    collect(ledger, query, party.number, &newest);
    for (uint64_t i = newest.count;
         i > 0 && newest.count - i < REPORT_PROJECTS_MAX; i--) {
        struct project terms;
        struct projects_row row;

        if (project_record_find(ledger->state,
                newest.list[(i - 1) % REPORT_PROJECTS_MAX], &terms) &&
            fill_row(ledger, &terms, party.number, &row))
            each(context, &row);
    }
    return report_end(ledger);
}
