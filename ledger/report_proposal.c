#include "report_inside.h"

#include "proposal.h"

/* ---- one proposal ---- */

/* What is said of an open one; the order is decided to see who may. */
static void fill(struct context *c, const struct proposal *proposal,
    const struct order *order, struct proposal_report *out)
{
    struct quorum quorum = permission_quorum_order(c->ledger, order);
    uint32_t need;
    uint32_t have;

    approval_count(c, proposal, order, &need, &have);
    *out = (struct proposal_report){
        .index = proposal->index,
        .phase = proposal->phase,
        .verb = order->operation.verb,
        .by = proposal->by,
        .until = proposal->until,
        .ended = proposal->ended,
        .need = need,
        .have = have,
        .each = quorum.each,
        .clubs = quorum.clubs,
        .kinds = quorum.kinds,
    };
    if (proposal->phase == PROPOSAL_OPEN &&
        proposal->until.ms <= c->now.ms)
        out->phase = PROPOSAL_LAPSED;
}

/* May the key see it?  Its own, and those whose parties it reaches. */
static bool may_see(struct context *c, const struct proposal *proposal,
    const struct order *order, const struct signing_key *key)
{
    return ident_equal(&proposal->by, &key->name) ||
        !(approval_refusals(c, order, key) & APPROVER_OUT_OF_SCOPE);
}

/* Does it wait for this key? */
static bool waits_for(struct context *c, const struct proposal *proposal,
    const struct order *order, const struct signing_key *key)
{
    uint64_t entry;

    return !key->revoked && !ident_equal(&proposal->by, &key->name) &&
        !proposal_find_approval(
            c->state, proposal->index, &key->name, &entry) &&
        approval_refusals(c, order, key) == 0;
}

/* ---- the list ---- */

struct list {
    struct context *c;
    const struct signing_key *asker;
    const struct signing_key *only; /* what waits for this key; NULL: all */
    void (*each)(void *context, const struct proposal_report *);
    void *context;
};

static void list_one(const struct list *list, uint64_t index)
{
    struct proposal_report report;
    struct proposal proposal;
    struct waiting waiting;

    if (!proposal_find(list->c->state, index, &proposal)) {
        (void)context_fail(
            list->c->ledger, "a proposal that lapses is not there");
        return;
    }
    if (proposal_load(list->c->ledger, index, &waiting) == 0 &&
        may_see(list->c, &proposal, &waiting.order, list->asker) &&
        (list->only == NULL ||
            waits_for(list->c, &proposal, &waiting.order, list->only))) {
        fill(list->c, &proposal, &waiting.order, &report);
        if (report.phase == PROPOSAL_OPEN)
            list->each(list->context, &report);
    }
    proposal_free(&waiting);
}

static void list_all(const struct list *list)
{
    struct state_scan *scan =
        state_scan_open(list->c->state, TABLE_LAPSE, bytes_of("", 0));
    struct instant until;
    struct bytes key;
    struct bytes value;
    uint64_t index;

    while (scan != NULL && !ledger_failed(list->c->ledger) &&
        state_scan_next(scan, &key, &value))
        if (proposal_parse_lapse(key, &until, &index))
            list_one(list, index);
    if (scan != NULL)
        state_scan_close(scan);
}

int report_proposals(struct ledger *ledger, const struct ident *who,
    const struct ident *only, struct instant now,
    void (*each)(void *context, const struct proposal_report *),
    void *context, enum status *status)
{
    struct signing_key asker;
    struct signing_key other;
    struct list list = { &ledger->context, &asker, NULL, each, context };

    if (!report_asker(ledger, who, &asker, status))
        return report_end(ledger);
    if (only != NULL && !record_find_key(ledger->state, only, &other)) {
        *status = STATUS_UNKNOWN_KEY;
        return report_end(ledger);
    }
    if (only != NULL)
        list.only = &other;
    context_begin(ledger, NULL, now);
    list_all(&list);
    return report_end(ledger);
}

/* ---- one of them ---- */

struct signer_list {
    struct state *state;
    uint32_t kinds;
    void (*each)(void *context, const struct proposal_signer *);
    void *context;
};

static void one_signer(
    void *context, const struct ident *name, uint64_t entry)
{
    const struct signer_list *list = context;
    struct signing_key key;
    struct proposal_signer signer = { .name = *name, .entry = entry };

    if (!record_find_key(list->state, name, &key))
        return;
    signer.kind = key.kind;
    signer.country = key.country;
    signer.counts = !key.revoked && (list->kinds >> key.kind & 1U);
    list->each(list->context, &signer);
}

int report_proposal(struct ledger *ledger, const struct ident *who,
    uint64_t index, struct instant now, struct proposal_report *out,
    struct buffer *line,
    void (*each)(void *context, const struct proposal_signer *),
    void *context, enum status *status)
{
    struct context *c = &ledger->context;
    struct signer_list list = { ledger->state, 0, each, context };
    struct signing_key asker;
    struct proposal proposal;
    struct waiting waiting;

    if (!report_asker(ledger, who, &asker, status))
        return report_end(ledger);
    if (!proposal_find(ledger->state, index, &proposal)) {
        *status = STATUS_UNKNOWN_PROPOSAL;
        return report_end(ledger);
    }
    context_begin(ledger, NULL, now);
    if (proposal_load(ledger, index, &waiting) == 0) {
        if (!may_see(c, &proposal, &waiting.order, &asker))
            *status = STATUS_OUT_OF_SCOPE;
        fill(c, &proposal, &waiting.order, out);
        buffer_append(line, waiting.order.line);
        buffer_char(line, '\n');
        buffer_append(line, waiting.order.body);
        list.kinds = out->kinds;
        if (*status == STATUS_ACCEPTED) {
            one_signer(&list, &proposal.by, index);
            proposal_each_approval(ledger->state, index, one_signer, &list);
        }
    }
    proposal_free(&waiting);
    return report_end(ledger);
}
