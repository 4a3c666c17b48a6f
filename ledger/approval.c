#include "operations.h"

#include "permission.h"
#include "proposal.h"

/*
 * Approvals: the signatures that a proposal waits for.
 *
 * Whoever approves must be of a kind that counts, and must reach every
 * party the order touches and own none of them, as if the order were
 * theirs; their own limits of amount do not matter.  The last signature
 * carries the order out in its own entry, as the initiator's, after
 * everything was looked at again.
 */

/* Refuses UNKNOWN_PROPOSAL, PROPOSAL_ENDED. */
static bool find_open(
    struct context *c, uint64_t index, struct proposal *proposal)
{
    if (!proposal_find(c->state, index, proposal)) {
        context_refuse(c, STATUS_UNKNOWN_PROPOSAL, "proposal");
        return false;
    }
    if (proposal->phase != PROPOSAL_OPEN)
        context_refuse(c, STATUS_PROPOSAL_ENDED, "proposal");
    return proposal->phase == PROPOSAL_OPEN;
}

/* ---- who may approve ---- */

/* What a decision that is only looked at must leave as it was. */
struct kept {
    const struct order *order;
    struct signing_key key;
    enum status status;
    struct bytes field;
    uint64_t accepted;
    uint64_t refused;
};

static struct kept keep(const struct context *c)
{
    return (struct kept){ c->order, c->key, c->status, c->field, c->accepted,
        c->refused };
}

static void put_back(struct context *c, const struct kept *kept)
{
    context_clear(c);
    c->order = kept->order;
    c->key = kept->key;
    c->status = kept->status;
    c->field = kept->field;
    c->accepted = kept->accepted;
    c->refused = kept->refused;
    c->line = 0;
    c->bad_line = 0;
    c->bad_line_status = STATUS_ACCEPTED;
}

/* Why this key may not approve it: a set of APPROVER_...; 0: it may. */
static uint32_t refusals_of(struct context *c, const struct order *order,
    const struct signing_key *key)
{
    struct kept kept = keep(c);
    struct context_point point = context_mark(c);

    context_clear(c);
    c->order = order;
    c->key = *key;
    c->as_approver = true;
    c->approver_refusals = 0;
    operations_decide(c, &order->operation);
    c->as_approver = false;
    context_take_back(c, &point);
    put_back(c, &kept);
    if (!(permission_quorum_order(c->ledger, order).kinds >> key->kind & 1U))
        c->approver_refusals |= APPROVER_WRONG_KIND;
    return c->approver_refusals;
}

static void check_approver(struct context *c, const struct order *order)
{
    uint32_t refusals = refusals_of(c, order, &c->key);

    if (refusals & APPROVER_WRONG_KIND)
        context_refuse(c, STATUS_WRONG_KIND, NULL);
    if (refusals & APPROVER_OUT_OF_SCOPE)
        context_refuse(c, STATUS_OUT_OF_SCOPE, "proposal");
    if (refusals & APPROVER_OWN_ACCOUNT)
        context_refuse(c, STATUS_OWN_ACCOUNT, "proposal");
}

uint32_t approval_refusals(struct context *c, const struct order *order,
    const struct signing_key *key)
{
    return refusals_of(c, order, key);
}

/* ---- counting ---- */

struct count {
    struct context *c;
    const struct order *order;
    uint32_t kinds;
    bool strict; /* ask again whether each may */
    struct signers signers;
};

/* A key revoked since, or of a kind that counts no more, is left out. */
static void count_one(void *context, const struct ident *name, uint64_t entry)
{
    struct count *count = context;
    struct signing_key key;

    (void)entry;
    if (!record_find_key(count->c->state, name, &key) || key.revoked ||
        !(count->kinds >> key.kind & 1U))
        return;
    if (count->strict && refusals_of(count->c, count->order, &key) != 0)
        return;
    permission_count(&count->signers, &key);
}

static struct signers count_signers(struct context *c,
    const struct proposal *proposal, const struct order *order,
    const struct signing_key *initiator, bool strict)
{
    struct count count = {
        .c = c,
        .order = order,
        .kinds = permission_quorum_order(c->ledger, order).kinds,
        .strict = strict,
    };

    if (!initiator->revoked)
        permission_count(&count.signers, initiator);
    proposal_each_approval(c->state, proposal->index, count_one, &count);
    return count.signers;
}

void approval_count(struct context *c, const struct proposal *proposal,
    const struct order *order, uint32_t *need, uint32_t *have)
{
    struct signing_key initiator = { 0 };
    struct signers signers = { 0 };

    if (record_find_key(c->state, &proposal->by, &initiator))
        signers = count_signers(c, proposal, order, &initiator, false);
    *need = permission_quorum_order(c->ledger, order).need;
    *have = signers.count;
}

/* Have enough keys signed?  Sets need, have and the kinds of those. */
static bool is_complete(struct context *c, const struct proposal *proposal,
    const struct order *order, const struct signing_key *initiator)
{
    struct quorum quorum = permission_quorum_order(c->ledger, order);
    struct signers signers =
        count_signers(c, proposal, order, initiator, false);

    if (permission_met(c->ledger, &quorum, &signers))
        signers = count_signers(c, proposal, order, initiator, true);
    c->need = quorum.need;
    c->have = signers.count;
    c->signer_kinds = signers.kinds;
    return permission_met(c->ledger, &quorum, &signers);
}

/* ---- deciding ---- */

/* Decide what was proposed, as its initiator, in this entry. */
static void carry_out(struct context *c, const struct order *order,
    const struct signing_key *initiator)
{
    const struct order *own_order = c->order;
    struct signing_key own_key = c->key;

    context_clear(c);
    c->order = order;
    c->key = *initiator;
    c->show_all = true;
    operations_decide(c, &order->operation);
    c->order = own_order;
    c->key = own_key;
}

/* The initiator's key as it is now; refuses KEY_REVOKED. */
static bool find_initiator(struct context *c,
    const struct proposal *proposal, struct signing_key *out)
{
    if (!record_find_key(c->state, &proposal->by, out)) {
        (void)context_fail(c->ledger, "a proposal's key is not there");
        return false;
    }
    if (out->revoked)
        context_refuse(c, STATUS_KEY_REVOKED, "proposal");
    return true;
}

static void approve(struct context *c, struct proposal *proposal,
    const struct order *order)
{
    struct buffer *effects = &c->ledger->effects;
    struct signing_key initiator;
    uint64_t earlier;

    check_approver(c, order);
    if (ident_equal(&proposal->by, &c->key.name))
        context_refuse(c, STATUS_OWN_PROPOSAL, "proposal");
    else if (proposal_find_approval(
                 c->state, proposal->index, &c->key.name, &earlier))
        context_refuse(c, STATUS_ALREADY_APPROVED, "proposal");
    if (!find_initiator(c, proposal, &initiator) || context_refused(c))
        return;

    /* Accepted, unless what was proposed is refused now: then the mark
     * that perform set takes all of it back. */
    proposal_put_approval(
        c->state, proposal->index, &c->key.name, c->index);
    if (!is_complete(c, proposal, order, &initiator)) {
        c->proposal = PROPOSAL_OPEN;
        entry_append_approval(effects, proposal->index, c->need, c->have);
        return;
    }
    entry_append_carried_out(effects, proposal->index);
    carry_out(c, order, &initiator);
    c->proposal = PROPOSAL_DONE;
    c->need = 0;
    c->have = 0;
    if (!context_refused(c))
        proposal_end(c, proposal, PROPOSAL_DONE);
}

void approval_approve(struct context *c, const struct operation *op)
{
    struct proposal proposal;
    struct waiting waiting;

    if (!find_open(c, op->as.approve.proposal, &proposal))
        return;
    if (proposal_load(c->ledger, proposal.index, &waiting) == 0)
        approve(c, &proposal, &waiting.order);
    proposal_free(&waiting);
}

void approval_reject(struct context *c, const struct operation *op)
{
    struct proposal proposal;
    struct waiting waiting;

    if (!find_open(c, op->as.reject.proposal, &proposal))
        return;
    if (proposal_load(c->ledger, proposal.index, &waiting) == 0)
        check_approver(c, &waiting.order);
    proposal_free(&waiting);
    if (ident_equal(&proposal.by, &c->key.name))
        context_refuse(c, STATUS_OWN_PROPOSAL, "proposal");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    c->proposal = PROPOSAL_REJECTED;
    proposal_end(c, &proposal, PROPOSAL_REJECTED);
}

void approval_withdraw(struct context *c, const struct operation *op)
{
    struct proposal proposal;

    if (!find_open(c, op->as.withdraw_proposal.proposal, &proposal))
        return;
    if (!ident_equal(&proposal.by, &c->key.name))
        context_refuse(c, STATUS_NOT_OWN_PROPOSAL, "proposal");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    c->proposal = PROPOSAL_WITHDRAWN;
    proposal_end(c, &proposal, PROPOSAL_WITHDRAWN);
}

void approval_rehearse(struct context *c, uint64_t index)
{
    struct proposal proposal;
    struct waiting waiting;
    struct signing_key initiator;

    if (!find_open(c, index, &proposal))
        return;
    if (proposal_load(c->ledger, index, &waiting) == 0 &&
        find_initiator(c, &proposal, &initiator) && !context_refused(c))
        carry_out(c, &waiting.order, &initiator);
    proposal_free(&waiting);
}
