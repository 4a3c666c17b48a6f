#include "loan_step.h"

#include "operations.h"
#include "posting.h"

/* ---- the loan of a line ---- */

bool loan_step_open(
    struct context *c, uint64_t loan, struct loan_step *step)
{
    step->freed.count = 0;
    if (!loan_subject_find(c, loan, &step->subject))
        return false;
    step->before = step->subject.loan;
    loan_read_pools(c->state, loan, &step->pools_before);
    step->pools = step->pools_before;
    return true;
}

void loan_step_accrue(struct loan *loan, const struct loan_standing *standing)
{
    loan->accrued_to = standing->accrued_to;
    loan->accrued = standing->accrued;
    loan->late_accrued = standing->late_accrued;
    loan->capitalised = standing->capitalised;
}

static enum role way_in(const struct party *via)
{
    if (via->kind == PARTY_OFFICE || via->kind == PARTY_DRAWER)
        return ROLE_DRAWER;
    return via->kind == PARTY_CORRESPONDENT ? ROLE_NOSTRO : ROLE_SHARE;
}

void loan_step_pay_in(struct context *c, const struct loan_step *step,
    const struct ident *name, struct amount amount)
{
    struct party via;

    c->cash_person = step->subject.borrower.number;
    if (!context_party(c, name, "via", &via))
        return;
    context_need_party(c, &via, "via");
    posting_add_party(c, &via, way_in(&via), amount, "via");
}

void loan_step_free(struct context *c, struct loan_step *step)
{
    loan_read_securities(c->state, step->before.index, &step->freed);
}

/* ---- what pools get ---- */

/* What was received of interest: see the header. */
static int64_t received(const struct loan *loan)
{
    int64_t of_principal = loan->principal_paid - loan->disbursed;

    if (of_principal < 0 || loan_undisbursed(loan) > 0)
        of_principal = 0;
    return loan->interest_paid + loan->late_paid + of_principal;
}

/* A part of at most one: it cannot overflow. */
static int64_t part_of(int64_t minor, struct rate rate)
{
    int64_t part;

    return minor_times_rate(minor, rate, ROUND_HALF_AWAY, &part) ? part : 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct loan_pool sum_of(const struct loan_pools *pools)
{
    struct loan_pool sum = { 0 };

    for (size_t i = 0; i < pools->count; i++) {
        sum.interest += pools->list[i].interest;
        sum.loss += pools->list[i].loss;
        sum.recovered += pools->list[i].recovered;
        sum.revolved += pools->list[i].revolved;
    }
    return sum;
}

/* What all pools together have of the loan's figures. */
static struct loan_pool totals_of(const struct loan_step *step)
{
    const struct loan *loan = &step->subject.loan;
    struct loan_pool sum = sum_of(&step->pools_before);

    sum.interest = part_of(received(loan), loan->interest_part);
    if (loan->charged_off != step->before.charged_off)
        sum.loss = part_of(
            loan_returned(loan) - loan_returned(&step->before),
            loan->loss_part);
    sum.recovered = smaller(loan->recovered, sum.loss);
    sum.revolved = loan->revolved;
    return sum;
}

static void share_one(struct context *c, struct loan_pools *pools,
    int64_t total, size_t offset)
{
    uint16_t parts[PARTICIPATION_MAX];
    int64_t shares[PARTICIPATION_MAX];

    for (size_t i = 0; i < pools->count; i++)
        parts[i] = pools->list[i].part;
    if (!participation_split(total, parts, pools->count, shares)) {
        (void)context_fail(
            c->ledger, "a loan's pools are not the whole of it");
        return;
    }
    for (size_t i = 0; i < pools->count; i++)
        *(int64_t *)(void *)((uint8_t *)&pools->list[i] + offset) =
            shares[i];
}

static void share_all(struct context *c, struct loan_step *step)
{
    struct loan_pool totals = totals_of(step);

    if (step->pools.count == 0)
        return;
    share_one(c, &step->pools, totals.interest,
        offsetof(struct loan_pool, interest));
    share_one(
        c, &step->pools, totals.loss, offsetof(struct loan_pool, loss));
    share_one(c, &step->pools, totals.recovered,
        offsetof(struct loan_pool, recovered));
    share_one(c, &step->pools, totals.revolved,
        offsetof(struct loan_pool, revolved));
}

/* ---- legs ---- */

static void post(struct context *c, const struct loan_step *step,
    const struct party *party, enum role role, int64_t minor)
{
    struct amount amount = { minor, step->subject.loan.terms.currency };

    if (minor != 0)
        (void)posting_merge(c, party, role, amount, "loan");
}

/* The borrower's side. */
static void plan_borrower(
    struct context *c, const struct loan_step *step)
{
    const struct loan *now = &step->subject.loan;
    const struct loan *before = &step->before;
    const struct party *borrower = &step->subject.borrower;

    post(c, step, borrower, ROLE_LOAN,
        loan_principal(now) - loan_principal(before));
    post(c, step, borrower, ROLE_INTEREST_RECEIVABLE,
        now->receivable - before->receivable);
    post(c, step, borrower, ROLE_INTEREST_MEMO, now->memo - before->memo);
}

/* The house's side; lost: what pools bear of it. */
static void plan_house(struct context *c, const struct loan_step *step,
    int64_t interest, int64_t lost, int64_t recovered)
{
    const struct loan *now = &step->subject.loan;
    const struct loan *before = &step->before;
    int64_t allowance = now->allowance - before->allowance;
    int64_t loss = now->charged_off - before->charged_off - lost;
    struct party house;

    if (!record_find_party_number(
            c->state, step->subject.book->house, &house)) {
        (void)context_fail(c->ledger, "a book has no house");
        return;
    }
    post(c, step, &house, ROLE_INCOME_INTEREST,
        before->earned - now->earned);
    post(c, step, &house, ROLE_INTEREST_MEMO, before->memo - now->memo);
    post(c, step, &house, ROLE_ALLOWANCE, -allowance);
    post(c, step, &house, ROLE_EXPENSE_PROVISION, allowance + loss);
    post(c, step, &house, ROLE_EXPENSE_DIVIDEND, interest);
    post(c, step, &house, ROLE_INCOME_RECOVERY,
        recovered - (now->recovered - before->recovered));
}

static void plan_pools(struct context *c, const struct loan_step *step)
{
    for (size_t i = 0; i < step->pools.count; i++) {
        const struct loan_pool *now = &step->pools.list[i];
        const struct loan_pool *before = &step->pools_before.list[i];
        int64_t revolved = now->revolved - before->revolved;
        struct party pool;

        if (!record_find_party_number(c->state, now->pool, &pool)) {
            (void)context_fail(c->ledger, "a pool has no party");
            return;
        }
        post(c, step, &pool, ROLE_POOL,
            now->loss - before->loss + revolved -
                (now->interest - before->interest) -
                (now->recovered - before->recovered));
        post(c, step, &pool, ROLE_FUND, -revolved);
    }
}

void loan_step_plan(struct context *c, struct loan_step *step)
{
    struct loan_pool before = sum_of(&step->pools_before);
    struct loan_pool now;

    share_all(c, step);
    now = sum_of(&step->pools);
    plan_borrower(c, step);
    plan_house(c, step, now.interest - before.interest,
        now.loss - before.loss, now.recovered - before.recovered);
    plan_pools(c, step);
    loan_share_of(c, &step->subject.loan, &step->pools);
    loan_share_hold(c, &step->subject.loan, &step->pools_before,
        &step->pools, "loan");
    loan_free_plan(c, &step->subject.loan, &step->freed, "loan");
}

void loan_step_keep(
    struct context *c, struct loan_step *step, bool reversible)
{
    context_touch(c, step->subject.book);
    loan_share_keep(
        c, &step->subject.loan, &step->pools_before, &step->pools);
    loan_free_keep(c, &step->freed);
    if (reversible)
        loan_step_put(c->state, &step->before, c->index);
    loan_put(c->state, &step->subject.loan, c->index);
}

/* ---- reversal ---- */

static uint64_t loan_of(const struct operation *op)
{
    return op->verb == VERB_LOAN_REPAY ? op->as.loan_repay.loan
        : op->verb == VERB_LOAN_RECOVER ? op->as.loan_recover.loan
                                        : op->as.revolve.loan;
}

/* The loan as it was before its last step, and that step's entry. */
static bool open_undo(struct context *c, const struct posting_list *list,
    struct loan_step *step, uint64_t *entry)
{
    if (!loan_step_open(c, loan_of(&list->operation), step) ||
        !loan_step_find(c->state, &step->subject.loan, entry))
        return false;
    share_all(c, step);
    loan_share_of(c, &step->subject.loan, &step->pools);
    return true;
}

/* Collateral that ended with the step is held again. */
static void find_freed(
    struct context *c, struct loan_step *step, uint64_t entry)
{
    loan_read_securities_ended(
        c->state, step->before.index, entry, &step->freed);
}

static void hold_again(struct context *c, const struct loan_step *step)
{
    struct amount nothing = { 0, step->before.terms.currency };

    for (size_t i = 0; i < step->freed.count; i++) {
        const struct loan_security *security = &step->freed.list[i];
        struct party party;
        struct leg *leg;

        if (security->how != LOAN_PLEDGES_SHARE)
            continue;
        if (!record_find_party_number(
                c->state, security->party, &party)) {
            (void)context_fail(c->ledger, "collateral has no party");
            return;
        }
        leg = posting_merge(c, &party, ROLE_SHARE, nothing, "entry");
        if (leg != NULL)
            leg->debits_held += security->amount;
    }
}

void loan_step_check_undo(
    struct context *c, const struct posting_list *list, uint64_t entry)
{
    struct loan_step step;
    uint64_t last;

    if (!open_undo(c, list, &step, &last) || last != entry ||
        step.before.last != entry) {
        context_refuse(c, STATUS_LOAN_WENT_ON, "entry");
        return;
    }
    c->cash_person = step.subject.borrower.number;
    find_freed(c, &step, entry);
    loan_share_hold(c, &step.subject.loan, &step.pools_before, &step.pools,
        "entry");
    hold_again(c, &step);
}

static void drop_plan(struct context *c, const struct loan_step *step)
{
    if (step->before.plans != step->subject.loan.plans)
        loan_plan_remove(c->state, step->before.index, step->before.plans);
}

void loan_step_undo(struct context *c, const struct posting_list *list)
{
    struct loan_step step;
    uint64_t entry;

    if (!open_undo(c, list, &step, &entry)) {
        (void)context_fail(c->ledger, "a loan's last step is gone");
        return;
    }
    find_freed(c, &step, entry);
    loan_share_keep(
        c, &step.subject.loan, &step.pools_before, &step.pools);
    for (size_t i = 0; i < step.freed.count; i++) {
        step.freed.list[i].ended = 0;
        loan_put_security(c->state, &step.freed.list[i]);
    }
    drop_plan(c, &step);
    loan_step_remove(c->state, step.before.index);
    loan_put_back(
        c->state, &step.subject.loan, c->index, step.subject.loan.last);
}
