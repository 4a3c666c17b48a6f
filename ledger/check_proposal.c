#include "check_inside.h"

#include "proposal.h"

#include <inttypes.h>
#include <stdlib.h>

#define ENTRY "entry %" PRIu64

/* ---- what the journal tells of each ---- */

/* They are added in the order of their entries. */
static struct check_proposal *find(struct check *check, uint64_t index)
{
    size_t low = 0;
    size_t high = check->proposal_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (check->proposals[middle].index == index)
            return &check->proposals[middle];
        if (check->proposals[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int add(struct check *check, const struct effect *effect)
{
    struct check_proposal *more = realloc(check->proposals,
        (check->proposal_count + 1) * sizeof *check->proposals);

    if (more == NULL)
        return check_fail(check, "out of memory");
    check->proposals = more;
    more[check->proposal_count++] = (struct check_proposal){
        .index = check->entry.index,
        .phase = PROPOSAL_OPEN,
        .by = check->operation.by,
        .until = effect->until,
    };
    return 0;
}

/* End one that must be open.  0, or -1. */
static int end(struct check *check, uint64_t index,
    enum proposal_phase phase, struct check_proposal **out)
{
    struct check_proposal *proposal = find(check, index);

    if (proposal == NULL || proposal->phase != PROPOSAL_OPEN)
        return check_fail(check,
            ENTRY " ends proposal %" PRIu64 ", which is not open",
            check->entry.index, index);
    proposal->phase = phase;
    proposal->ended = check->entry.index;
    *out = proposal;
    return 0;
}

int check_proposal_lapse(struct check *check, uint64_t index)
{
    struct check_proposal *proposal;

    if (end(check, index, PROPOSAL_LAPSED, &proposal) != 0)
        return -1;
    if (proposal->until.ms > check->entry.time.ms)
        return check_fail(check,
            ENTRY " lets proposal %" PRIu64 " lapse too early",
            check->entry.index, index);
    return 0;
}

/* ---- signatures ---- */

/* The entry's signer signed that proposal. */
static int add_approval(struct check *check, uint64_t index)
{
    struct check_proposal *proposal = find(check, index);
    uint64_t entry;

    if (proposal == NULL || proposal->phase != PROPOSAL_OPEN ||
        proposal->until.ms <= check->entry.time.ms ||
        ident_equal(&proposal->by, &check->operation.by))
        return check_fail(check,
            ENTRY " signs proposal %" PRIu64 ", which it cannot",
            check->entry.index, index);
    if (!proposal_find_approval(
            check->state, index, &check->operation.by, &entry) ||
        entry != check->entry.index)
        return check_fail(check, ENTRY " is not kept as an approval",
            check->entry.index);
    proposal->approvals++;
    check->approvals++;
    return 0;
}

/* Put the line that was proposed in the place of the entry's own. */
static int take_proposed(struct check *check, uint64_t index)
{
    struct entry entry;

    buffer_clear(&check->proposed_bytes);
    if (index >= check->entry.index ||
        ledger_entry(
            check->ledger, index, &check->proposed_bytes, &entry) != 0 ||
        !check->ledger->archive.decode(
            &check->operation, entry.line, false) ||
        !record_find_key(
            check->state, &check->operation.by, &check->signer))
        return check_fail(check,
            ENTRY " carries out what cannot be read", check->entry.index);
    check->entry.line = entry.line;
    check->entry.body = entry.body;
    check->carried = true;
    return 0;
}

static int approve(struct check *check)
{
    uint64_t index = check->operation.as.approve.proposal;
    struct check_proposal *proposal;
    uint64_t carried;

    if (add_approval(check, index) != 0)
        return -1;
    if (!entry_carries_out(&check->entry, &carried))
        return 0;
    if (carried != index)
        return check_fail(check,
            ENTRY " carries out another proposal than it signs",
            check->entry.index);
    if (end(check, index, PROPOSAL_DONE, &proposal) != 0)
        return -1;
    return take_proposed(check, index);
}

/* ---- one entry ---- */

static bool find_effect(
    const struct check *check, enum effect_kind kind, struct effect *effect)
{
    struct bytes effects = check->entry.effects;
    bool malformed;

    while (entry_next_effect(&effects, effect, &malformed))
        if (effect->kind == kind)
            return true;
    return false;
}

int check_proposal_line(struct check *check, bool *done)
{
    const struct operation *op = &check->operation;
    struct check_proposal *proposal;
    struct effect effect;

    check->carried = false;
    *done = true;
    if (entry_waits(&check->entry))
        return find_effect(check, EFFECT_PROPOSAL, &effect)
            ? add(check, &effect)
            : -1;
    if (op->verb == VERB_REJECT)
        return end(
            check, op->as.reject.proposal, PROPOSAL_REJECTED, &proposal);
    if (op->verb == VERB_WITHDRAW_PROPOSAL)
        return end(check, op->as.withdraw_proposal.proposal,
            PROPOSAL_WITHDRAWN, &proposal);
    if (op->verb == VERB_APPROVE && approve(check) != 0)
        return -1;
    *done = op->verb == VERB_APPROVE && !check->carried;
    return 0;
}

int check_proposal_posting(
    struct check *check, const struct check_posting *posting)
{
    struct effect effect;
    struct account_id id;
    bool malformed;

    while (entry_next_effect(&check->shown, &effect, &malformed)) {
        if (effect.kind != EFFECT_POSTING)
            continue;
        if (check_account_id(check, &effect.account, &id) == 0 &&
            account_id_equal(&id, &posting->id) &&
            effect.minor == posting->minor)
            return 0;
        break;
    }
    return check_fail(check,
        ENTRY " shows other postings than those of the line it carries out",
        check->entry.index);
}

int check_proposal_shown(struct check *check)
{
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&check->shown, &effect, &malformed))
        if (effect.kind == EFFECT_POSTING)
            return check_fail(check,
                ENTRY " shows more postings than the line it carries out",
                check->entry.index);
    return 0;
}

/* ---- records at the end ---- */

static int one_proposal(
    struct check *check, struct bytes key, struct bytes value)
{
    const struct check_proposal *told;
    struct proposal proposal;

    if (!proposal_parse(key, value, &proposal))
        return check_fail(check, "a proposal is of another shape");
    told = find(check, proposal.index);
    if (told == NULL || told->phase != proposal.phase ||
        told->ended != proposal.ended ||
        told->until.ms != proposal.until.ms ||
        !ident_equal(&told->by, &proposal.by))
        return check_fail(check,
            "proposal %" PRIu64 " is not as the journal tells",
            proposal.index);
    if (proposal.phase != PROPOSAL_OPEN)
        return 0;
    if (proposal.until.ms <= check->time.ms)
        return check_fail(check,
            "proposal %" PRIu64 " should have lapsed", proposal.index);
    check->open_proposals++;
    return 0;
}

static int one_lapse(
    struct check *check, struct bytes key, struct bytes value)
{
    const struct check_proposal *told;
    struct instant until;
    uint64_t index;

    (void)value;
    if (!proposal_parse_lapse(key, &until, &index) ||
        (told = find(check, index)) == NULL ||
        told->phase != PROPOSAL_OPEN || told->until.ms != until.ms)
        return check_fail(
            check, "the state has a lapse that belongs to no open proposal");
    return 0;
}

int check_proposal_end(struct check *check)
{
    if (check_record_count(check, TABLE_PROPOSAL, "proposals", one_proposal,
            check->proposal_count) != 0 ||
        check_record_count(check, TABLE_LAPSE, "lapses", one_lapse,
            check->open_proposals) != 0)
        return -1;
    return check_record_count(
        check, TABLE_APPROVAL, "approvals", NULL, check->approvals);
}
