#include "concentration.h"
#include "cycle.h"
#include "disclosure.h"
#include "loan.h"
#include "operations.h"
#include "posting.h"

#include <posito/part.h>

/*
 * loan-approve holds the pools' parts on their accounts and discloses what
 * the loan costs; loan-decline ends what was not paid out.  Neither posts.
 */

/* ---- the pools of a line ---- */

/* By number of party, as they are read back. */
static void insert(struct loan_pools *pools, const struct loan_pool *pool)
{
    size_t place = pools->count++;

    for (; place > 0 && pools->list[place - 1].pool > pool->pool; place--)
        pools->list[place] = pools->list[place - 1];
    pools->list[place] = *pool;
}

static void take_pool(struct context *c, const struct loan *loan,
    const struct part *part, struct loan_pools *pools)
{
    struct loan_pool pool = { .loan = loan->index };
    struct party party;

    if (!participation_of_rate(part->rate, &pool.part))
        context_refuse(c, STATUS_BAD_PARTS, "pools");
    if (!context_party(c, &part->name, "pools", &party))
        return;
    if (!(OWNERS_POOL >> party.kind & 1U))
        context_refuse(c, STATUS_WRONG_PARTY, "pools");
    if (party.book != loan->book)
        context_refuse(c, STATUS_OTHER_BOOK, "pools");
    pool.pool = party.number;
    insert(pools, &pool);
}

static void take_pools(struct context *c, const struct operation *op,
    struct loan *loan, struct loan_pools *pools)
{
    const struct loan_approve_fields *f = &op->as.loan_approve;
    bool has_pools = OPERATION_HAS(op, loan_approve, pools);
    bool has_interest = OPERATION_HAS(op, loan_approve, interest);
    bool has_loss = OPERATION_HAS(op, loan_approve, loss);
    enum status status =
        has_pools ? STATUS_MISSING_FIELD : STATUS_BAD_VALUE;
    struct bytes rest = f->pools;
    struct part part;

    pools->count = 0;
    if (has_interest != has_pools)
        context_refuse(c, status, "interest");
    if (has_loss != has_pools)
        context_refuse(c, status, "loss");
    if (!has_pools)
        return;
    if (!parts_are_whole(rest))
        context_refuse(c, STATUS_BAD_PARTS, "pools");
    while (parts_next(&rest, &part))
        take_pool(c, loan, &part, pools);
    if (!cycle_is_part(f->interest))
        context_refuse(c, STATUS_BAD_VALUE, "interest");
    if (!cycle_is_part(f->loss))
        context_refuse(c, STATUS_BAD_VALUE, "loss");
    loan->interest_part = f->interest;
    loan->loss_part = f->loss;
    loan->pools = (uint8_t)pools->count;
}

/* ---- limits ---- */

static void check_place(struct context *c, const struct loan *loan,
    const struct loan_pool *pool, const struct concentration_limit *limit,
    int64_t balance, enum concentration kind)
{
    static const enum status statuses[CONCENTRATION_KINDS] = {
        [CONCENTRATION_BORROWER] = STATUS_ABOVE_BORROWER_LIMIT,
        [CONCENTRATION_CLUB] = STATUS_ABOVE_CLUB_LIMIT,
        [CONCENTRATION_SECTOR] = STATUS_ABOVE_SECTOR_LIMIT,
    };
    uint32_t who = kind == CONCENTRATION_BORROWER ? loan->borrower
        : kind == CONCENTRATION_CLUB              ? loan->club
                                                  : (uint32_t)loan->sector;
    int64_t most;
    int64_t there;

    if (kind == CONCENTRATION_CLUB && who == 0)
        return;
    if (!minor_times_rate(balance, limit->most[kind], ROUND_DOWN, &most) ||
        !minor_add(concentration_exposure(c->state, pool->pool, kind, who,
                       loan->terms.currency),
            loan_pool_held(pool), &there) ||
        there > most)
        context_refuse(c, statuses[kind], "pools");
}

/* True if the pool has its part to lend. */
static bool check_pool(struct context *c, const struct loan *loan,
    const struct loan_pool *pool)
{
    struct account_id id = account_id_of(
        loan->book, loan->terms.currency, ROLE_POOL, pool->pool);
    struct concentration_limit limit;
    struct account account;
    int64_t balance;

    (void)account_load(c->state, &id, &account);
    balance = account_balance(&account, ROLE_POOL);
    if (concentration_find(c->state, pool->pool, &limit))
        for (int kind = 0; kind < CONCENTRATION_KINDS; kind++)
            check_place(c, loan, pool, &limit, balance,
                (enum concentration)kind);
    if (account_available(&account, ROLE_POOL) >= loan_pool_held(pool))
        return true;
    context_refuse(c, STATUS_ABOVE_POOL, "pools");
    return false;
}

/* Shares of the whole loan, without legs: to see what they would be. */
static void check_pools(struct context *c, const struct loan *loan,
    const struct loan_pools *pools)
{
    struct loan_pools shared = *pools;
    uint16_t parts[PARTICIPATION_MAX];
    int64_t shares[PARTICIPATION_MAX];

    for (size_t i = 0; i < shared.count; i++)
        parts[i] = shared.list[i].part;
    if (shared.count == 0 ||
        !participation_split(loan->committed, parts, shared.count, shares))
        return;
    for (size_t i = 0; i < shared.count; i++) {
        shared.list[i].committed = shares[i];
        (void)check_pool(c, loan, &shared.list[i]);
    }
}

static void check_cover(struct context *c, const struct loan *loan)
{
    struct loan_securities securities;
    int64_t needed;
    int64_t sum = 0;

    loan_read_securities(c->state, loan->index, &securities);
    for (size_t i = 0; i < securities.count; i++)
        if (!minor_add(sum, securities.list[i].amount, &sum))
            return; /* more than any loan */
    if (!minor_times_rate(
            loan->applied, loan->terms.cover, ROUND_UP, &needed) ||
        sum < needed)
        context_refuse(c, STATUS_NOT_COVERED, "loan");
}

/* ---- disclosure ---- */

static void disclose(
    struct context *c, struct loan *loan, struct date date)
{
    struct instalment rows[LOAN_ROWS_MAX];
    enum schedule_result schedule;
    size_t count;

    switch (disclosure_make(c->state, loan, date, rows, &count,
        &loan->disclosure, &schedule)) {
    case DISCLOSURE_MADE:
        return;
    case DISCLOSURE_NO_SCHEDULE:
        loan_refuse_schedule(c, schedule);
        return;
    case DISCLOSURE_NO_RATE:
        context_refuse(c, STATUS_NO_SCHEDULE, "product");
        return;
    }
}

/* ---- loan-approve ---- */

static void check_approval(struct context *c, const struct operation *op,
    struct loan_subject *subject, struct loan_pools *pools)
{
    const struct loan_approve_fields *f = &op->as.loan_approve;
    struct loan *loan = &subject->loan;

    loan_need_phase(c, loan, LOAN_APPLIED);
    if (subject->borrower.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "loan");
    take_pools(c, op, loan, pools);
    loan_need_pools(c, subject, pools);
    if (f->amount.currency != loan->terms.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
    if (f->amount.minor != loan->applied)
        context_refuse(c, STATUS_OTHER_AMOUNT, "amount");
    check_cover(c, loan);
    if (context_refused(c))
        return;
    loan->committed = loan->applied;
    check_pools(c, loan, pools);
    disclose(c, loan, subject->book->date);
}

void loan_approve(struct context *c, const struct operation *op)
{
    const struct loan_approve_fields *f = &op->as.loan_approve;
    struct loan_subject subject;
    struct loan_pools pools;
    static const struct loan_pools none;

    if (!loan_subject_find(c, f->loan, &subject))
        return;
    c->own_scope = true; /* clubs decide over what they lend together */
    check_approval(c, op, &subject, &pools);
    if (context_refused(c))
        return;
    loan_share_plan(c, &subject.loan, &pools, "pools");
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    context_touch(c, subject.book);
    loan_enter(&subject.loan, LOAN_APPROVED, c->index);
    loan_share_keep(c, &subject.loan, &none, &pools);
    loan_put(c->state, &subject.loan, c->index);
    entry_append_disclosure(&c->ledger->effects, subject.loan.disclosure.apr,
        subject.loan.disclosure.cat,
        (struct amount){ subject.loan.disclosure.finance,
            subject.loan.terms.currency },
        (struct amount){
            subject.loan.disclosure.total, subject.loan.terms.currency },
        &subject.loan.disclosure.schedule);
    posting_commit(c, op->verb);
}

/* ---- loan-decline ---- */

/* May what is left of the loan be declined? */
static void check_decline(
    struct context *c, const struct loan_subject *subject)
{
    const struct loan *loan = &subject->loan;

    if (loan_phase_has_ended(loan->phase))
        context_refuse(c, STATUS_LOAN_ENDED, "loan");
    else if (loan->phase == LOAN_OPEN && loan_undisbursed(loan) == 0)
        context_refuse(c, STATUS_WRONG_PHASE, "loan");
}

/* Nothing more will be paid out; the loan ends if nothing was, or nothing
 * is owed. */
static void cut_off(struct loan *loan, uint64_t entry)
{
    loan->committed = loan->disbursed;
    if (loan->phase == LOAN_OPEN)
        loan->tranches = loan->tranches_paid;
    else
        loan_enter(loan, LOAN_DECLINED, entry);
}

void loan_decline(struct context *c, const struct operation *op)
{
    struct loan_subject subject;
    struct loan_pools before;
    struct loan_pools pools;
    struct loan_securities securities = { .count = 0 };

    if (!loan_subject_find(c, op->as.loan_decline.loan, &subject))
        return;
    c->own_scope = true;
    loan_read_pools(c->state, subject.loan.index, &before);
    pools = before;
    loan_need_pools(c, &subject, &pools);
    check_decline(c, &subject);
    if (context_refused(c))
        return;
    cut_off(&subject.loan, c->index);
    loan_share_plan(c, &subject.loan, &pools, "loan");
    if (subject.loan.phase == LOAN_DECLINED) {
        loan_read_securities(c->state, subject.loan.index, &securities);
        loan_free_plan(c, &subject.loan, &securities, "loan");
    }
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    context_touch(c, subject.book);
    loan_share_keep(c, &subject.loan, &before, &pools);
    loan_free_keep(c, &securities);
    loan_put(c->state, &subject.loan, c->index);
    posting_commit(c, op->verb);
}
