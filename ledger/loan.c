#include "loan.h"

#include "concentration.h"
#include "permission.h"
#include "posting.h"

/* ---- the loan of a line ---- */

bool loan_subject_find(
    struct context *c, uint64_t index, struct loan_subject *out)
{
    if (!loan_find(c->state, index, &out->loan)) {
        context_refuse(c, STATUS_UNKNOWN_LOAN, "loan");
        return false;
    }
    if (!record_find_party_number(
            c->state, out->loan.borrower, &out->borrower)) {
        (void)context_fail(c->ledger, "a loan has no borrower");
        return false;
    }
    out->book = &c->ledger->books[out->loan.book];
    return true;
}

void loan_need_phase(
    struct context *c, const struct loan *loan, enum loan_phase phase)
{
    if (loan->phase == phase)
        return;
    context_refuse(c,
        loan_phase_has_ended(loan->phase) ? STATUS_LOAN_ENDED
                                          : STATUS_WRONG_PHASE,
        "loan");
}

static void refuse_own(struct context *c, const struct loan_subject *subject)
{
    if (c->key.owner == subject->borrower.number)
        context_refuse(c, STATUS_OWN_ACCOUNT, "loan");
}

void loan_need_borrower(
    struct context *c, const struct loan_subject *subject)
{
    context_need_party(c, &subject->borrower, "loan");
    refuse_own(c, subject);
}

void loan_need_pools(struct context *c, const struct loan_subject *subject,
    const struct loan_pools *pools)
{
    bool reached = pools->count == 0 &&
        permission_reaches(c->state, &c->key.scope, &subject->borrower);
    struct party pool;

    for (size_t i = 0; i < pools->count && !reached; i++)
        reached = record_find_party_number(
                      c->state, pools->list[i].pool, &pool) &&
            permission_reaches(c->state, &c->key.scope, &pool);
    if (!reached)
        context_refuse(c, STATUS_OUT_OF_SCOPE, "loan");
    refuse_own(c, subject);
}

void loan_refuse_schedule(struct context *c, enum schedule_result result)
{
    switch (result) {
    case SCHEDULE_MADE:
        return;
    case SCHEDULE_BAD_COUNT:
        context_refuse(c, STATUS_BAD_VALUE, "grace");
        return;
    case SCHEDULE_BAD_BALLOON:
        context_refuse(c, STATUS_BAD_VALUE, "balloon");
        return;
    case SCHEDULE_BAD_WEIGHTS:
        context_refuse(c, STATUS_BAD_VALUE, "weights");
        return;
    case SCHEDULE_BAD_DATES:
    case SCHEDULE_BAD_TRANCHE:
        context_refuse(c, STATUS_WRONG_DATE, "first");
        return;
    case SCHEDULE_NOT_AMORTISING:
    case SCHEDULE_TOO_COARSE:
        context_refuse(c, STATUS_NOT_AMORTISING, "amount");
        return;
    case SCHEDULE_BAD_AMOUNT:
    case SCHEDULE_BAD_RATE:
    case SCHEDULE_BAD_RULE:
    case SCHEDULE_NO_WORKED_DAY:
    case SCHEDULE_OVERFLOW:
        context_refuse(c, STATUS_NO_SCHEDULE, "product");
        return;
    }
}

/* ---- pools ---- */

int64_t loan_pool_held(const struct loan_pool *pool)
{
    return pool->committed - pool->returned;
}

static bool split(struct context *c, int64_t total,
    const struct loan_pools *pools, int64_t *shares)
{
    uint16_t parts[PARTICIPATION_MAX];

    for (size_t i = 0; i < pools->count; i++)
        parts[i] = pools->list[i].part;
    if (participation_split(total, parts, pools->count, shares))
        return true;
    (void)context_fail(c->ledger, "a loan's pools are not the whole of it");
    return false;
}

/* The account of a pool may have a leg of its own in the same plan. */
static void hold(struct context *c, const struct loan *loan,
    uint32_t number, int64_t change, const char *field)
{
    struct amount nothing = { 0, loan->terms.currency };
    struct party pool;
    struct leg *leg;

    if (change == 0)
        return;
    if (!record_find_party_number(c->state, number, &pool)) {
        (void)context_fail(c->ledger, "a pool has no party");
        return;
    }
    leg = posting_merge(c, &pool, ROLE_POOL, nothing, field);
    if (leg != NULL)
        leg->debits_held += change;
}

void loan_share_of(
    struct context *c, const struct loan *now, struct loan_pools *pools)
{
    int64_t committed[PARTICIPATION_MAX];
    int64_t funded[PARTICIPATION_MAX];
    int64_t returned[PARTICIPATION_MAX];

    if (pools->count == 0)
        return;
    if (!split(c, now->committed, pools, committed) ||
        !split(c, now->disbursed, pools, funded) ||
        !split(c, loan_returned(now), pools, returned))
        return;
    for (size_t i = 0; i < pools->count; i++) {
        pools->list[i].committed = committed[i];
        pools->list[i].funded = funded[i];
        pools->list[i].returned = returned[i];
    }
}

void loan_share_hold(struct context *c, const struct loan *loan,
    const struct loan_pools *before, const struct loan_pools *now,
    const char *field)
{
    for (size_t i = 0; i < now->count; i++)
        hold(c, loan, now->list[i].pool,
            loan_pool_held(&now->list[i]) -
                loan_pool_held(&before->list[i]),
            field);
}

void loan_share_plan(struct context *c, const struct loan *now,
    struct loan_pools *pools, const char *field)
{
    struct loan_pools before = *pools;

    loan_share_of(c, now, pools);
    loan_share_hold(c, now, &before, pools, field);
}

static void expose(struct context *c, const struct loan *loan,
    uint32_t pool, enum concentration kind, uint32_t who, int64_t change)
{
    enum currency currency = loan->terms.currency;
    int64_t now;

    if (change == 0 ||
        !minor_add(concentration_exposure(
                       c->state, pool, kind, who, currency),
            change, &now))
        return;
    concentration_put_exposure(c->state, pool, kind, who, currency, now);
}

void loan_share_keep(struct context *c, const struct loan *loan,
    const struct loan_pools *before, const struct loan_pools *now)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct loan_pool *pool = &now->list[i];
        int64_t change = loan_pool_held(pool) -
            (i < before->count ? loan_pool_held(&before->list[i]) : 0);

        loan_put_pool(c->state, pool);
        expose(c, loan, pool->pool, CONCENTRATION_BORROWER, loan->borrower,
            change);
        expose(c, loan, pool->pool, CONCENTRATION_CLUB, loan->club, change);
        expose(c, loan, pool->pool, CONCENTRATION_SECTOR,
            (uint32_t)loan->sector, change);
    }
}

/* ---- what secures it ---- */

void loan_free_plan(struct context *c, const struct loan *loan,
    const struct loan_securities *securities, const char *field)
{
    struct amount nothing = { 0, loan->terms.currency };

    for (size_t i = 0; i < securities->count; i++) {
        const struct loan_security *security = &securities->list[i];
        struct party party;
        struct leg *leg;

        if (security->how != LOAN_PLEDGES_SHARE)
            continue;
        if (!record_find_party_number(
                c->state, security->party, &party)) {
            (void)context_fail(c->ledger, "collateral has no party");
            return;
        }
        leg = posting_merge(c, &party, ROLE_SHARE, nothing, field);
        if (leg != NULL)
            leg->debits_held -= security->amount;
    }
}

void loan_free_keep(
    struct context *c, const struct loan_securities *securities)
{
    for (size_t i = 0; i < securities->count; i++) {
        struct loan_security security = securities->list[i];

        security.ended = c->index;
        loan_put_security(c->state, &security);
    }
}

static bool note_need(
    void *context, const struct loan *loan, enum loan_how how)
{
    bool *needed = context;

    (void)how;
    *needed |= !loan_phase_has_ended(loan->phase);
    return !*needed;
}

bool loan_needs_party(struct state *state, uint32_t party)
{
    bool needed = false;

    loan_each_of_party(state, party, note_need, &needed);
    return needed;
}
