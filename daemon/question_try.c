#include "question_inside.h"

#include "../protocol/codec.h"

/* One account that the line would post to, and by how much. */
struct change {
    struct account_name account;
    int64_t minor; /* debit positive */
};

struct change_list {
    size_t count;
    bool complete;
    struct change list[POSTINGS_MAX];
};

static struct change *change_of(
    struct change_list *changes, const struct account_name *account)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct account_name *have = &changes->list[i].account;
        if (have->role == account->role &&
            have->currency == account->currency &&
            ident_equal(&have->party, &account->party) &&
            ident_equal(&have->book, &account->book))
            return &changes->list[i];
    }
    if (changes->count == POSTINGS_MAX)
        return NULL;
    struct change *change = &changes->list[changes->count++];
    *change = (struct change){.account = *account};
    return change;
}

static void collect_changes(struct bytes effects, struct change_list *changes)
{
    struct effect effect;
    bool malformed = false;
    changes->count = 0;
    changes->complete = true;
    while (entry_next_effect(&effects, &effect, &malformed)) {
        struct change *change;
        if (effect.kind != EFFECT_POSTING)
            continue;
        change = change_of(changes, &effect.account);
        if (change == NULL ||
            !minor_add(change->minor, effect.minor, &change->minor))
            changes->complete = false;
    }
}

/* An account that is not there yet begins at zero; one that the key may
 * not see gets no row.  0, or -1. */
static int write_change(
    const struct question *q, const struct change *change)
{
    const struct account_name *account = &change->account;
    struct account_report report;
    enum status status;
    int64_t before = 0;
    int64_t after = 0;
    bool debit = role_row(account->role)->normal == SIDE_DEBIT;
    if (report_account(
            q->ledger, &q->peer->key, account, &report, &status) != 0)
        return -1;
    if (status == STATUS_ACCEPTED)
        before = report.balance;
    else if (status != STATUS_UNKNOWN_ACCOUNT)
        return 0;
    if (debit ? !minor_add(before, change->minor, &after)
              : !minor_subtract(before, change->minor, &after))
        return 0;
    answer_row(q->out);
    answer_account(q->out, "account", account);
    answer_amount(
        q->out, "before", (struct amount){before, account->currency});
    answer_amount(
        q->out, "after", (struct amount){after, account->currency});
    answer_end(q->out);
    return 0;
}

int question_changes(const struct question *q, struct bytes effects)
{
    struct change_list changes;
    collect_changes(effects, &changes);
    answer_verbatim(q->out, effects);
    for (size_t i = 0; changes.complete && i < changes.count; i++)
        if (write_change(q, &changes.list[i]) != 0)
            return -1;
    return 0;
}

static int write_outcome(
    const struct question *q, const struct decision *decision)
{
    if (question_changes(q, decision->effects) != 0)
        return -1;
    answer_ok(q->out);
    if (decision->proposal != PROPOSAL_NONE)
        answer_word(
            q->out, "proposal", proposal_phase_name(decision->proposal));
    if (decision->proposal == PROPOSAL_OPEN) {
        answer_number(q->out, "need", decision->need);
        answer_number(q->out, "have", decision->have);
    }
    answer_end(q->out);
    return 0;
}

int question_try(const struct question *q)
{
    struct order order = {.line = q->op->as.try.line};
    struct decision decision;
    if (!codec_decode(
            order.line, CODEC_TRY, &order.operation, &order.fault)) {
        answer_no(q->out, &order.fault, 0, q->peer->language);
        return 0;
    }
    /* A body cannot follow here; each of its lines can be tried. */
    if (operation_row(order.operation.verb)->flags & FLAG_HAS_BODY)
        return question_refuse(q, STATUS_NOT_IN_A_BODY, "");
    order.operation.by = q->peer->key;
    if (ledger_try(
            q->ledger, &order, &q->peer->key, q->now, &decision) != 0)
        return -1;
    if (decision.status == STATUS_ACCEPTED)
        return write_outcome(q, &decision);
    const struct fault fault = {decision.status, decision.field};
    answer_no(q->out, &fault, 0, q->peer->language);
    return 0;
}
