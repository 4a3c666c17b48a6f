#include "check_loan_life.h"

#include "cycle.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * The life of a loan after it was paid out: each entry's postings must be
 * what the loan's figures changed by, no more and no less.
 */

#define ENTRY "entry %" PRIu64

static int fault(struct check *check, const char *what)
{
    return check_fail(check, ENTRY " %s", check->entry.index, what);
}

/* ---- postings that should be ---- */

static int add_expected(
    struct check *check, const struct account_id *id, int64_t minor)
{
    struct tally_key key = tally_key_account(id);
    struct tally *tally = tally_get(&check->loans->expected, &key);

    if (tally == NULL)
        return check_fail(check, "out of memory");
    return minor_add(tally->sum, minor, &tally->sum)
        ? 0
        : fault(check, "posts more than can be counted");
}

int check_loan_expect(struct check *check, const struct loan *loan,
    enum role role, uint32_t party, int64_t minor)
{
    struct account_id id =
        account_id_of(loan->book, loan->terms.currency, role, party);

    return minor == 0 ? 0 : add_expected(check, &id, minor);
}

bool check_loan_role(enum role role)
{
    return role == ROLE_LOAN || role == ROLE_INTEREST_RECEIVABLE ||
        role == ROLE_INTEREST_MEMO || role == ROLE_INCOME_INTEREST ||
        role == ROLE_ALLOWANCE || role == ROLE_EXPENSE_PROVISION;
}

static int compare_all(struct check *check)
{
    const struct tally *tally;
    size_t place = 0;
    int result = 0;

    while ((tally = tally_next(&check->loans->expected, &place)) != NULL)
        if (tally->sum != 0)
            result = fault(
                check, "does not post what its loans changed by");
    tally_free(&check->loans->expected);
    memset(&check->loans->expected, 0, sizeof check->loans->expected);
    return result;
}

/* All postings of the entry are of its loan. */
static int compare_line(struct check *check)
{
    for (size_t i = 0; i < check->line.count; i++)
        if (add_expected(check, &check->line.list[i].id,
                -check->line.list[i].minor) != 0)
            return -1;
    return compare_all(check);
}

/* ---- what figures change by ---- */

static int64_t owed(const struct loan *loan)
{
    return loan->disbursed + loan->capitalised - loan->principal_paid -
        loan->charged_off;
}

void check_loan_income(struct loan *loan)
{
    int64_t interest =
        loan->accrued.minor - loan->interest_paid - loan->capitalised;
    int64_t late = loan->late_accrued.minor - loan->late_paid;
    int64_t unpaid =
        (interest > 0 ? interest : 0) + (late > 0 ? late : 0);
    int64_t paid =
        loan->interest_paid + loan->late_paid + loan->capitalised;

    loan->receivable = 0;
    loan->memo = 0;
    if (loan->ended == 0 && loan->non_accrual)
        loan->memo = unpaid;
    else if (loan->ended == 0)
        loan->receivable = unpaid;
    loan->earned = paid + loan->receivable;
}

static int expect_pools(struct check *check, const struct check_loan *now,
    const struct check_loan *before, int64_t *interest, int64_t *recovered,
    int64_t *lost)
{
    const struct loan *l = &now->loan;

    for (size_t i = 0; i < now->pools.count; i++) {
        const struct loan_pool *a = &before->pools.list[i];
        const struct loan_pool *b = &now->pools.list[i];

        *interest += b->interest - a->interest;
        *recovered += b->recovered - a->recovered;
        *lost += b->loss - a->loss;
        if (check_loan_expect(check, l, ROLE_POOL, b->pool,
                a->interest - b->interest + a->recovered - b->recovered +
                    b->loss - a->loss + b->revolved - a->revolved) != 0 ||
            check_loan_expect(check, l, ROLE_FUND, b->pool,
                a->revolved - b->revolved) != 0)
            return -1;
    }
    return 0;
}

int check_loan_changes(struct check *check, const struct check_loan *now,
    const struct check_loan *before)
{
    const struct loan *b = &now->loan;
    const struct loan *a = &before->loan;
    uint32_t house = check->books[b->book].house;
    int64_t interest = 0;
    int64_t recovered = 0;
    int64_t lost = 0;
    int64_t set_aside = b->allowance - a->allowance;

    if (expect_pools(check, now, before, &interest, &recovered, &lost) != 0)
        return -1;
    if (check_loan_expect(
            check, b, ROLE_LOAN, b->borrower, owed(b) - owed(a)) != 0 ||
        check_loan_expect(check, b, ROLE_INTEREST_RECEIVABLE, b->borrower,
            b->receivable - a->receivable) != 0 ||
        check_loan_expect(check, b, ROLE_INTEREST_MEMO, b->borrower,
            b->memo - a->memo) != 0 ||
        check_loan_expect(check, b, ROLE_INTEREST_MEMO, house,
            a->memo - b->memo) != 0 ||
        check_loan_expect(check, b, ROLE_INCOME_INTEREST, house,
            a->earned - b->earned) != 0 ||
        check_loan_expect(
            check, b, ROLE_ALLOWANCE, house, -set_aside) != 0 ||
        check_loan_expect(check, b, ROLE_EXPENSE_PROVISION, house,
            set_aside + b->charged_off - a->charged_off - lost) != 0 ||
        check_loan_expect(
            check, b, ROLE_EXPENSE_DIVIDEND, house, interest) != 0)
        return -1;
    return check_loan_expect(check, b, ROLE_INCOME_RECOVERY, house,
        recovered - (b->recovered - a->recovered));
}

/* ---- pools ---- */

static int64_t of_pools(const struct loan *loan)
{
    int64_t back = loan->principal_paid + loan->charged_off;

    return back < loan->disbursed ? back : loan->disbursed;
}

static int part_of(
    struct check *check, int64_t minor, struct rate rate, int64_t *out)
{
    __extension__ typedef __int128 wide;
    wide twice = (wide)minor * check_loan_part(rate) * 2 + CHECK_LOAN_WHOLE;

    if (minor < 0)
        return fault(check, "takes a part of less than nothing");
    *out = (int64_t)(twice / (2 * (wide)CHECK_LOAN_WHOLE));
    return 0;
}

int check_loan_pools(struct check *check, struct check_loan *loan,
    const struct loan *before)
{
    const struct loan *l = &loan->loan;
    int64_t got = l->interest_paid + l->late_paid;
    int64_t shares[4][PARTICIPATION_MAX];
    int64_t interest = 0;
    int64_t loss = 0;

    if (loan->pools.count == 0)
        return 0;
    if (l->committed == l->disbursed && l->principal_paid > l->disbursed)
        got += l->principal_paid - l->disbursed;
    for (size_t i = 0; i < loan->pools.count; i++)
        loss += loan->pools.list[i].loss;
    if (l->charged_off != before->charged_off &&
        part_of(check, of_pools(l) - of_pools(before), l->loss_part,
            &loss) != 0)
        return -1;
    if (part_of(check, got, l->interest_part, &interest) != 0 ||
        check_loan_share(check, &loan->pools, interest, shares[0]) != 0 ||
        check_loan_share(check, &loan->pools, loss, shares[1]) != 0 ||
        check_loan_share(check, &loan->pools,
            l->recovered < loss ? l->recovered : loss, shares[2]) != 0 ||
        check_loan_share(check, &loan->pools, l->revolved, shares[3]) != 0)
        return -1;
    for (size_t i = 0; i < loan->pools.count; i++) {
        loan->pools.list[i].interest = shares[0][i];
        loan->pools.list[i].loss = shares[1][i];
        loan->pools.list[i].recovered = shares[2][i];
        loan->pools.list[i].revolved = shares[3][i];
    }
    return check_loan_share_out(check, loan);
}

/* ---- one step ---- */

static void end_securities(struct check *check, struct check_loan *loan)
{
    for (size_t i = 0; i < loan->security_count; i++)
        if (loan->securities[i].ended == 0)
            loan->securities[i].ended = check->entry.index;
}

/* The entry moved the loan from `before` to what it is now; cash: what came
 * in through via, NULL: nothing. */
static int finish(struct check *check, struct check_loan *loan,
    const struct check_loan *before, const struct ident *via,
    int64_t cash, bool reversible)
{
    struct party party;

    if (check_loan_pools(check, loan, &before->loan) != 0 ||
        check_loan_changes(check, loan, before) != 0)
        return -1;
    if (via != NULL) {
        enum role role;

        if (check_find_party(check, via, &party) != 0)
            return -1;
        role = party.kind == PARTY_OFFICE || party.kind == PARTY_DRAWER
            ? ROLE_DRAWER
            : party.kind == PARTY_CORRESPONDENT ? ROLE_NOSTRO
                                                : ROLE_SHARE;
        if (check_loan_expect(
                check, &loan->loan, role, party.number, cash) != 0)
            return -1;
    }
    if (reversible) {
        loan->step = before->loan;
        loan->step_entry = check->entry.index;
    }
    if (loan->loan.ended == check->entry.index)
        end_securities(check, loan);
    return check_loan_step(check, loan) != 0 ? -1 : compare_line(check);
}

static int begin(struct check *check, uint64_t index,
    struct check_loan **loan, struct check_loan *before)
{
    *loan = check_loan_find(check, index);
    if (*loan == NULL)
        return -1;
    *before = **loan;
    return 0;
}

struct loan_plan *check_loan_new_plan(
    struct check *check, struct check_loan *loan)
{
    struct loan_plan *plan = check_loan_room(
        check, loan->plans, loan->plan_count, sizeof *plan);

    if (plan == NULL)
        return NULL;
    loan->plans = plan;
    plan += loan->plan_count++;
    memset(plan, 0, sizeof *plan);
    plan->loan = loan->loan.index;
    plan->number = (uint32_t)loan->plan_count;
    plan->made = check->entry.index;
    loan->loan.plans = plan->number;
    return plan;
}

/* ---- repayments and what comes after a loss ---- */

static int repay(struct check *check, const struct operation *op)
{
    const struct loan_repay_fields *f = &op->as.loan_repay;
    struct check_loan *loan;
    struct check_loan before;

    if (begin(check, f->loan, &loan, &before) != 0 ||
        check_repay(check, op) != 0)
        return -1;
    return finish(check, loan, &before, &f->via, f->amount.minor, true);
}

static int recover(struct check *check, const struct loan_recover_fields *f)
{
    struct check_loan *loan;
    struct check_loan before;

    if (begin(check, f->loan, &loan, &before) != 0)
        return -1;
    loan->loan.recovered += f->amount.minor;
    if (loan->loan.phase != LOAN_CHARGED_OFF ||
        loan->loan.recovered > loan->loan.charged_off)
        return fault(check, "recovers more than was lost");
    return finish(check, loan, &before, &f->via, f->amount.minor, true);
}

static int revolve(struct check *check, const struct revolve_fields *f)
{
    struct check_loan *loan;
    struct check_loan before;

    if (begin(check, f->loan, &loan, &before) != 0)
        return -1;
    loan->loan.revolved += f->amount.minor;
    if (loan->loan.project == 0 ||
        loan->loan.revolved > loan->loan.principal_paid ||
        loan->loan.revolved > loan->loan.disbursed)
        return fault(check, "revolves more than was repaid");
    return finish(check, loan, &before, NULL, 0, true);
}

static int charge_off(
    struct check *check, const struct loan_charge_off_fields *f)
{
    struct check_loan *loan;
    struct check_loan before;
    struct check_debt debt;
    struct loan *l;

    if (begin(check, f->loan, &loan, &before) != 0)
        return -1;
    l = &loan->loan;
    if (check_debt_find(check, loan, check->books[l->book].date,
            check->books[l->book].date, &debt) != 0)
        return -1;
    if (l->phase != LOAN_OPEN)
        return fault(check, "charges off a loan that is not open");
    l->accrued_to = debt.to;
    l->accrued = debt.accrued;
    l->late_accrued = debt.late;
    l->capitalised = debt.capitalised;
    l->charged_off = debt.principal;
    l->allowance = 0;
    l->committed = l->disbursed;
    l->tranches = l->tranches_paid;
    l->phase = LOAN_CHARGED_OFF;
    l->ended = check->entry.index;
    l->non_accrual = false;
    l->non_accrual_from = (struct date){ 0 };
    check_loan_income(l);
    return finish(check, loan, &before, NULL, 0, false);
}

static int reschedule(struct check *check, const struct operation *op)
{
    const struct loan_reschedule_fields *f = &op->as.loan_reschedule;
    bool capital = OPERATION_HAS(op, loan_reschedule, capital) && f->capital;
    struct check_loan *loan;
    struct check_loan before;
    struct check_debt debt;
    struct loan_plan *plan;
    struct rate rate;
    struct date date;
    struct loan *l;

    if (begin(check, f->loan, &loan, &before) != 0)
        return -1;
    l = &loan->loan;
    date = check->books[l->book].date;
    if (check_debt_find(check, loan, date, date, &debt) != 0)
        return -1;
    if (capital && l->non_accrual)
        return fault(check, "makes principal of interest nobody earned");
    rate = loan->plans[loan->plan_count - 1].yearly;
    plan = check_loan_new_plan(check, loan);
    if (plan == NULL)
        return -1;
    l->accrued_to = debt.to;
    l->accrued = (struct interest){ debt.earned, 0 };
    l->late_accrued = debt.late;
    l->capitalised = debt.capitalised + (capital ? debt.interest : 0);
    plan->why = LOAN_PLAN_RESCHEDULED;
    plan->yearly = OPERATION_HAS(op, loan_reschedule, rate) ? f->rate : rate;
    plan->start = date;
    plan->has_first_due = true;
    plan->first_due = f->first;
    plan->instalments = (uint16_t)f->count;
    plan->carried = capital ? 0 : debt.interest;
    plan->principal_paid = l->principal_paid;
    plan->interest_paid = debt.interest > 0
        ? l->interest_paid
        : debt.earned - debt.capitalised;
    plan->accrued = debt.earned;
    plan->capitalised = l->capitalised;
    plan->tranche_count = 1;
    plan->tranches[0] = (struct tranche){ date, owed(l) };
    check_loan_income(l);
    if (check_loan_shifts(check, l, plan) != 0)
        return -1;
    return finish(check, loan, &before, NULL, 0, false);
}

/* ---- reversal ---- */

static struct check_loan *find_step(struct check *check, uint64_t entry)
{
    for (size_t i = 0; i < check->loans->count; i++) {
        struct check_loan *loan = &check->loans->list[i];

        if (loan->step_entry == entry && loan->loan.last == entry)
            return loan;
    }
    (void)fault(check, "takes back what was not a loan's last step");
    return NULL;
}

static int undo(struct check *check, uint64_t entry)
{
    struct check_loan *loan =
        check->loans == NULL ? NULL : find_step(check, entry);
    struct check_loan before;

    if (loan == NULL)
        return -1;
    before = *loan;
    loan->loan = loan->step;
    loan->plan_count = loan->loan.plans;
    loan->step_entry = 0;
    for (size_t i = 0; i < loan->security_count; i++)
        if (loan->securities[i].ended == entry)
            loan->securities[i].ended = 0;
    if (check_loan_pools(check, loan, &before.loan) != 0 ||
        check_loan_step(check, loan) != 0)
        return -1;
    loan->loan.last = loan->step.last;
    return 0; /* its postings are the opposite: that was checked */
}

/* ---- month-close ---- */

static int close_loan(
    struct check *check, struct check_loan *loan, struct date end)
{
    struct date last = { end.days - 1 };
    struct check_loan before = *loan;
    struct loan *l = &loan->loan;
    struct check_debt debt;

    if (check_debt_find(check, loan, last, end, &debt) != 0)
        return -1;
    l->accrued_to = debt.to;
    l->accrued = debt.accrued;
    l->late_accrued = debt.late;
    l->capitalised = debt.capitalised;
    if (l->non_accrual && check_debt_is_current(loan, &debt)) {
        l->non_accrual = false;
        l->non_accrual_from = (struct date){ 0 };
    } else if (!l->non_accrual && debt.days >= 90) {
        l->non_accrual = true;
        l->non_accrual_from = last;
    }
    check_loan_income(l);
    if (!ageing_provision(product_ageing(l->terms.table),
            (uint32_t)debt.days, owed(l) + l->receivable, &l->allowance))
        return fault(check, "sets aside too much");
    if (l->accrued_to.days == before.loan.accrued_to.days &&
        l->non_accrual == before.loan.non_accrual &&
        l->allowance == before.loan.allowance) {
        *loan = before;
        return 0;
    }
    return check_loan_changes(check, loan, &before) != 0
        ? -1
        : check_loan_step(check, loan);
}

static int compare_close(struct check *check)
{
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed)) {
        struct account_id id;

        if (effect.kind != EFFECT_POSTING ||
            !check_loan_role(effect.account.role))
            continue;
        if (check_account_id(check, &effect.account, &id) != 0 ||
            add_expected(check, &id, -effect.minor) != 0)
            return -1;
    }
    return compare_all(check);
}

int check_loan_month(struct check *check, uint8_t book, uint32_t month)
{
    struct date end = cycle_month_first(month + 1);

    if (check_loan_all(check) == NULL)
        return -1;
    for (size_t i = 0; i < check->loans->count; i++) {
        struct check_loan *loan = &check->loans->list[i];

        if (loan->loan.book == book && loan->loan.phase == LOAN_OPEN &&
            loan->loan.opened.days < end.days &&
            close_loan(check, loan, end) != 0)
            return -1;
    }
    return compare_close(check);
}

/* ---- entries ---- */

int check_loan_life(
    struct check *check, const struct operation *op, enum verb reversed)
{
    if (op->verb == VERB_LOAN_REPAY)
        return repay(check, op);
    if (op->verb == VERB_LOAN_RECOVER)
        return recover(check, &op->as.loan_recover);
    if (op->verb == VERB_REVOLVE)
        return revolve(check, &op->as.revolve);
    if (op->verb == VERB_LOAN_CHARGE_OFF)
        return charge_off(check, &op->as.loan_charge_off);
    if (op->verb == VERB_LOAN_RESCHEDULE)
        return reschedule(check, op);
    if (op->verb == VERB_REVERSE &&
        (reversed == VERB_LOAN_REPAY || reversed == VERB_LOAN_RECOVER ||
            reversed == VERB_REVOLVE))
        return undo(check, op->as.reverse.entry);
    return 0;
}
