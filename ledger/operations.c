#include "operations.h"

#include "cash.h"
#include "notice.h"
#include "permission.h"
#include "posting.h"
#include "proposal.h"

#include <posito/denomination.h>

/* A verb whose line states its postings: everything but the plan is common. */
static void decide_planned(struct context *c, const struct operation *op)
{
    operations_functions(op->verb)->plan(c, op);
    cash_check(c, op->verb);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    cash_commit(c, op->verb);
    posting_commit(c, op->verb);
}

static const struct operation_functions table[VERB_COUNT] = {
    [VERB_GENESIS] = { founding_genesis, NULL, false },
    [VERB_CURRENCY] = { founding_currency, NULL, false },
    [VERB_BOOK] = { founding_book, NULL, false },
    [VERB_KEY_ADD] = { key_add, NULL, false },
    [VERB_KEY_REVOKE] = { key_revoke, NULL, false },
    [VERB_KEY_ROTATE] = { key_rotate, NULL, false },
    [VERB_POLICY_SET] = { policy_set, NULL, false },
    [VERB_APPROVE] = { approval_approve, NULL, false },
    [VERB_REJECT] = { approval_reject, NULL, false },
    [VERB_WITHDRAW_PROPOSAL] = { approval_withdraw, NULL, false },
    [VERB_PARTY_OPEN] = { party_open, NULL, false },
    [VERB_PARTY_FREEZE] = { party_freeze, NULL, false },
    [VERB_PARTY_UNFREEZE] = { party_unfreeze, NULL, false },
    [VERB_PARTY_CLOSE] = { party_close, NULL, false },
    [VERB_BENEFICIARY_SET] = { beneficiary_set, NULL, false },
    [VERB_SUCCESSION_OPEN] = { succession_open, NULL, false },
    [VERB_SUCCESSION_PAY] = { succession_pay, NULL, false },
    [VERB_SUCCESSION_END] = { succession_end, NULL, false },
    [VERB_REACTIVATE] = { dormancy_reactivate, NULL, false },
    [VERB_DORMANCY_SET] = { dormancy_set, NULL, false },
    [VERB_UNCLAIMED_TAKE] = { unclaimed_take, NULL, false },
    [VERB_UNCLAIMED_RETURN] = { unclaimed_return, NULL, false },
    [VERB_UNCLAIMED_REMIT] = { unclaimed_remit, NULL, false },
    [VERB_SPLIT_SET] = { split_set, NULL, false },
    [VERB_ARRIVE] = { split_arrive, NULL, true },
    [VERB_DEPOSIT] = { decide_planned, share_deposit, true },
    [VERB_WITHDRAW] = { decide_planned, share_withdraw, true },
    [VERB_TRANSFER] = { decide_planned, share_transfer, true },
    [VERB_CONTRIBUTE] = { decide_planned, pool_contribute, true },
    [VERB_POOL_LEND] = { decide_planned, pool_lend, true },
    [VERB_POOL_REDEEM] = { decide_planned, pool_redeem, true },
    [VERB_MEMBERSHIP] = { decide_planned, share_membership, true },
    [VERB_DRAWER_OPEN] = { drawer_open, NULL, false },
    [VERB_DRAWER_COUNT] = { drawer_count, NULL, false },
    [VERB_DRAWER_CLOSE] = { drawer_close, NULL, false },
    [VERB_CASH_MOVE] = { decide_planned, cash_move, true },
    [VERB_LIMIT_SET] = { cash_set_limit, NULL, false },
    [VERB_HOLD] = { hold_place, NULL, false },
    [VERB_CAPTURE] = { hold_capture, NULL, true },
    [VERB_RELEASE] = { hold_release, NULL, false },
    [VERB_REVERSE] = { reversal_reverse, NULL, false },
    [VERB_JOURNAL_ENTRY] = { decide_planned, book_journal_entry, true },
    [VERB_CALENDAR_SET] = { calendar_set, NULL, false },
    [VERB_DAY_CLOSE] = { day_close, NULL, false },
    [VERB_MONTH_CLOSE] = { month_close, NULL, false },
    [VERB_YEAR_CLOSE] = { year_close, NULL, false },
    [VERB_DIVIDEND_DECLARE] = { dividend_declare, NULL, false },
    [VERB_TAX_WITHHOLD] = { dividend_tax, NULL, false },
    [VERB_LOCK] = { lock_lock, NULL, false },
    [VERB_UNLOCK] = { lock_unlock, NULL, false },
    [VERB_AGREEMENT_SET] = { agreement_set, NULL, false },
    [VERB_CAP_SET] = { agreement_set_cap, NULL, false },
    [VERB_PROJECT_REGISTER] = { project_register, NULL, false },
    [VERB_PROJECT_LINK] = { project_link, NULL, false },
    [VERB_PLEDGE] = { pledge_pledge, NULL, false },
    [VERB_PLEDGE_WITHDRAW] = { pledge_withdraw, NULL, false },
    [VERB_RECEIVE] = { trust_receive, NULL, true },
    [VERB_MILESTONE] = { project_milestone, NULL, false },
    [VERB_DRAW] = { trust_draw, NULL, true },
    [VERB_RETURN] = { trust_return, NULL, true },
    [VERB_PROJECT_CLOSE] = { project_close, NULL, false },
    [VERB_TERM_SET] = { term_set, NULL, false },
    [VERB_TERM_OPEN] = { term_open, NULL, false },
    [VERB_TERM_CLOSE] = { term_close, NULL, false },
    [VERB_POOL_NOTICE] = { notice_set_rule, NULL, false },
    [VERB_REDEEM_NOTICE] = { notice_give, NULL, false },
    [VERB_PRODUCT_SET] = { product_set, NULL, false },
    [VERB_CONCENTRATION_SET] = { concentration_set, NULL, false },
    [VERB_LOAN_APPLY] = { loan_apply, NULL, false },
    [VERB_GUARANTEE] = { security_guarantee, NULL, false },
    [VERB_GUARANTEE_RELEASE] = { security_release_guarantee, NULL, false },
    [VERB_COLLATERAL] = { security_collateral, NULL, false },
    [VERB_COLLATERAL_RELEASE] = { security_release_collateral, NULL, false },
    [VERB_LOAN_APPROVE] = { loan_approve, NULL, false },
    [VERB_LOAN_DECLINE] = { loan_decline, NULL, false },
    [VERB_LOAN_DISBURSE] = { loan_disburse, NULL, true },
    [VERB_LOAN_REPAY] = { loan_repay, NULL, true },
    [VERB_LOAN_RESCHEDULE] = { loan_reschedule, NULL, false },
    [VERB_LOAN_CHARGE_OFF] = { loan_charge_off, NULL, false },
    [VERB_LOAN_RECOVER] = { loan_recover, NULL, true },
    [VERB_REVOLVE] = { revolve_revolve, NULL, true },
    [VERB_BATCH] = { batch_decide, NULL, false },
};

const struct operation_functions *operations_functions(enum verb verb)
{
    return &table[verb];
}

const struct operation_undo *operations_undo(enum verb verb)
{
    static const struct operation_undo undo[VERB_COUNT] = {
        [VERB_RECEIVE] = { NULL, trust_undo },
        [VERB_DRAW] = { NULL, trust_undo },
        [VERB_RETURN] = { NULL, trust_undo },
        [VERB_LOAN_DISBURSE] = { loan_check_undo_disburse,
            loan_undo_disburse },
        [VERB_LOAN_REPAY] = { loan_step_check_undo, loan_step_undo },
        [VERB_LOAN_RECOVER] = { loan_step_check_undo, loan_step_undo },
        [VERB_REVOLVE] = { loan_step_check_undo, loan_step_undo },
    };

    return &undo[verb];
}

/* ---- currencies ---- */

static void check_currency(
    struct context *c, enum currency currency, const char *field)
{
    if (!(c->ledger->founding.currencies >> currency & 1U))
        context_refuse(c, STATUS_UNKNOWN_CURRENCY, field);
}

static void check_field(
    struct context *c, const struct field_row *row, const void *value)
{
    const struct amounts *amounts;
    struct account_name account;
    struct bytes postings;
    struct amount piece;
    uint64_t count;
    int64_t minor;

    if (row->type == FIELD_AMOUNT || row->type == FIELD_LEVEL) {
        check_currency(
            c, ((const struct amount *)value)->currency, row->key);
    } else if (row->type == FIELD_ACCOUNT) {
        check_currency(
            c, ((const struct account_name *)value)->currency, row->key);
    } else if (row->type == FIELD_AMOUNTS) {
        amounts = value;
        for (size_t i = 0; i < amounts->count; i++)
            check_currency(c, amounts->list[i].currency, row->key);
    } else if (row->type == FIELD_POSTINGS) {
        postings = *(const struct bytes *)value;
        while (postings_next(&postings, &account, &minor))
            check_currency(c, account.currency, row->key);
    } else if (row->type == FIELD_PIECES) {
        postings = *(const struct bytes *)value;
        while (pieces_next(&postings, &piece, &count))
            check_currency(c, piece.currency, row->key);
    }
}

/* Every fields struct begins with its mask of present fields. */
static uint32_t present_fields(const struct operation *op)
{
    return op->as.transfer.present;
}

void operations_check_currencies(
    struct context *c, const struct operation *op)
{
    const struct operation_row *row = operation_row(op->verb);
    uint32_t present = present_fields(op);

    for (size_t i = 0; i < row->field_count; i++)
        if (present >> i & 1U)
            check_field(c, &row->fields[i],
                (const uint8_t *)op + row->fields[i].offset);
}

/* ---- permission ---- */

static void check_permission(struct context *c, const struct operation *op)
{
    struct amount amount;
    bool has_amount = operation_amount(op, &amount);
    uint32_t kinds = c->as_approver
        ? permission_quorum_of(c->ledger, op).kinds
        : permission_kinds(c->ledger, op->verb, has_amount ? &amount : NULL);
    int64_t limit;

    if (!(kinds >> c->key.kind & 1U))
        context_refuse(c, STATUS_WRONG_KIND, NULL);
    if (has_amount && !c->as_approver &&
        permission_limit(&c->key.limit, amount.currency, &limit) &&
        amount.minor > limit)
        context_refuse(c, STATUS_OVER_LIMIT, "amount");
}

void operations_decide(struct context *c, const struct operation *op)
{
    const struct operation_functions *functions =
        operations_functions(op->verb);

    if (functions->decide == NULL) {
        context_refuse(c, STATUS_NOT_IN_A_BODY, NULL);
        return;
    }
    c->activity = operation_row(op->verb)->flags & FLAG_ACTIVITY;
    operations_check_currencies(c, op);
    if (!c->founding)
        check_permission(c, op);
    functions->decide(c, op);
}

void operations_decide_order(struct context *c)
{
    const struct operation *op = &c->order->operation;
    struct signers signers = { 0 };
    struct quorum quorum;

    if (c->founding) {
        operations_decide(c, op);
        return;
    }
    quorum = permission_quorum_order(c->ledger, c->order);
    permission_count(&signers, &c->key);
    c->signer_kinds = signers.kinds;
    if (permission_met(c->ledger, &quorum, &signers)) {
        operations_decide(c, op);
        return;
    }
    c->pending = true;
    proposal_make(c, &quorum);
}
