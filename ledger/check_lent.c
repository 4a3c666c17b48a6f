#include "check_loan_life.h"

#include <posito/part.h>

#include <inttypes.h>
#include <string.h>

/*
 * Approval, tranches and what takes them back.
 */

#define ENTRY "entry %" PRIu64

static int fault(struct check *check, const char *what)
{
    return check_fail(check, ENTRY " %s", check->entry.index, what);
}

/* ---- pools ---- */

int check_loan_share(struct check *check, const struct loan_pools *pools,
    int64_t total, int64_t *shares)
{
    int64_t rounds = total / PARTICIPATION_WHOLE;
    int64_t rest = total % PARTICIPATION_WHOLE;
    int64_t sum = 0;

    /* Of 10,000 units each has its part exactly. */
    for (size_t i = 0; i < pools->count; i++) {
        shares[i] = 0;
        sum += pools->list[i].part;
    }
    if (pools->count > 0 && sum != PARTICIPATION_WHOLE)
        return fault(check, "has pools that are not the whole");
    for (int64_t given = 1; given <= rest && pools->count > 0; given++) {
        size_t next = 0;

        for (size_t i = 1; i < pools->count; i++)
            if (given * pools->list[i].part -
                    shares[i] * PARTICIPATION_WHOLE >
                given * pools->list[next].part -
                    shares[next] * PARTICIPATION_WHOLE)
                next = i;
        shares[next]++;
    }
    for (size_t i = 0; i < pools->count; i++)
        shares[i] += rounds * pools->list[i].part;
    return 0;
}

int check_loan_share_out(struct check *check, struct check_loan *loan)
{
    const struct loan *l = &loan->loan;
    int64_t back = l->principal_paid + l->charged_off;
    int64_t shares[3][PARTICIPATION_MAX];

    if (back > l->disbursed)
        back = l->disbursed;
    if (check_loan_share(check, &loan->pools, l->committed, shares[0]) !=
            0 ||
        check_loan_share(check, &loan->pools, l->disbursed, shares[1]) !=
            0 ||
        check_loan_share(check, &loan->pools, back, shares[2]) != 0)
        return -1;
    for (size_t i = 0; i < loan->pools.count; i++) {
        loan->pools.list[i].committed = shares[0][i];
        loan->pools.list[i].funded = shares[1][i];
        loan->pools.list[i].returned = shares[2][i];
    }
    return 0;
}

/* Pools stand in order of their numbers. */
static int take_pool(struct check *check, struct check_loan *loan,
    const struct part *part)
{
    struct loan_pools *pools = &loan->pools;
    size_t place = pools->count;
    struct account_id id;
    struct party party;

    if (place == PARTICIPATION_MAX ||
        check_find_party(check, &part->name, &party) != 0)
        return -1;
    for (; place > 0 && pools->list[place - 1].pool > party.number; place--)
        pools->list[place] = pools->list[place - 1];
    memset(&pools->list[place], 0, sizeof pools->list[place]);
    pools->list[place].loan = loan->loan.index;
    pools->list[place].pool = party.number;
    pools->list[place].part =
        (uint16_t)(check_loan_part(part->rate) /
        (CHECK_LOAN_WHOLE / PARTICIPATION_WHOLE));
    pools->count++;
    id = account_id_of(party.book, loan->loan.terms.currency, ROLE_POOL,
        party.number);
    return check_touch(check, &id);
}

/* ---- loan-approve, loan-decline ---- */

/* The one line of the entry that says what the loan costs. */
static int take_disclosure(struct check *check, struct loan *loan)
{
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed = false;
    int found = 0;

    while (entry_next_effect(&effects, &effect, &malformed)) {
        if (effect.kind != EFFECT_DISCLOSURE)
            continue;
        found++;
        loan->disclosure.apr = (uint32_t)effect.apr;
        loan->disclosure.cat = (uint32_t)effect.cat;
        loan->disclosure.finance = effect.finance.minor;
        loan->disclosure.total = effect.total.minor;
        loan->disclosure.schedule = effect.schedule;
        if (effect.finance.currency != loan->terms.currency ||
            effect.total.currency != loan->terms.currency)
            return fault(check, "discloses another currency");
    }
    return found == 1 ? 0 : fault(check, "does not say what the loan costs");
}

int check_loan_approve(struct check *check, const struct operation *op)
{
    const struct loan_approve_fields *f = &op->as.loan_approve;
    struct check_loan *loan = check_loan_find(check, f->loan);
    struct bytes rest = f->pools;
    struct part part;
    int64_t fee;

    if (loan == NULL)
        return -1;
    if (loan->loan.phase != LOAN_APPLIED ||
        f->amount.minor != loan->loan.applied)
        return fault(check, "approves another loan than was applied for");
    loan->loan.phase = LOAN_APPROVED;
    loan->loan.approved = check->entry.index;
    loan->loan.committed = f->amount.minor;
    if (OPERATION_HAS(op, loan_approve, pools)) {
        loan->loan.interest_part = f->interest;
        loan->loan.loss_part = f->loss;
        while (parts_next(&rest, &part))
            if (take_pool(check, loan, &part) != 0)
                return -1;
        loan->loan.pools = (uint8_t)loan->pools.count;
    }
    if (take_disclosure(check, &loan->loan) != 0 ||
        check_loan_share_out(check, loan) != 0)
        return -1;
    if (!minor_times_rate(f->amount.minor, loan->loan.terms.fee,
            product_rounding(loan->loan.terms.rounding), &fee) ||
        loan->loan.disclosure.finance !=
            loan->loan.disclosure.total - f->amount.minor + fee)
        return fault(check, "discloses another finance charge");
    return check_loan_step(check, loan);
}

int check_loan_decline(struct check *check, uint64_t index)
{
    struct check_loan *loan = check_loan_find(check, index);

    if (loan == NULL)
        return -1;
    loan->loan.committed = loan->loan.disbursed;
    if (loan->loan.phase == LOAN_OPEN) {
        loan->loan.tranches = loan->loan.tranches_paid;
    } else {
        loan->loan.phase = LOAN_DECLINED;
        loan->loan.ended = check->entry.index;
        for (size_t i = 0; i < loan->security_count; i++)
            if (loan->securities[i].ended == 0)
                loan->securities[i].ended = check->entry.index;
    }
    if (check_loan_share_out(check, loan) != 0)
        return -1;
    return check_loan_step(check, loan);
}

/* ---- loan-disburse ---- */

/* Days to the next worked one, or to the one before if step is -1. */
static int shift_by(
    struct check *check, uint8_t book, struct date date, int step)
{
    int days = 0;

    while (!check_is_worked(
        check, book, (struct date){ date.days + days }))
        days += step;
    return days;
}

static int shift_of(
    struct check *check, const struct loan *loan, struct date due)
{
    int year[2];
    int month[2];
    int day;
    int days;

    if (loan->terms.shift == LOAN_SHIFT_KEEP)
        return 0;
    if (loan->terms.shift == LOAN_SHIFT_PREVIOUS)
        return shift_by(check, loan->book, due, -1);
    days = shift_by(check, loan->book, due, 1);
    date_split(due, &year[0], &month[0], &day);
    date_split((struct date){ due.days + days }, &year[1], &month[1], &day);
    if (loan->terms.shift == LOAN_SHIFT_WITHIN && month[0] != month[1])
        return shift_by(check, loan->book, due, -1);
    return days;
}

int check_loan_shifts(
    struct check *check, const struct loan *loan, struct loan_plan *plan)
{
    for (int i = 0; i < plan->instalments; i++) {
        struct date due;

        if (!check_loan_due(loan, plan, plan->passed + i, &due))
            return fault(check, "makes a plan beyond all dates");
        plan->shifts[i] = (int8_t)shift_of(check, loan, due);
    }
    return 0;
}

static int first_plan(struct check *check, struct check_loan *loan)
{
    const struct loan *l = &loan->loan;
    struct loan_plan *plan = check_loan_room(
        check, loan->plans, loan->plan_count, sizeof *plan);

    if (plan == NULL)
        return -1;
    loan->plans = plan;
    plan += loan->plan_count++;
    memset(plan, 0, sizeof *plan);
    plan->loan = l->index;
    plan->number = 1;
    plan->made = check->entry.index;
    plan->yearly = l->terms.yearly;
    plan->start = check->books[l->book].date;
    plan->has_first_due = l->has_first_due;
    plan->first_due = l->first_due;
    plan->instalments = l->instalments;
    plan->grace = l->grace;
    plan->interest_only = l->interest_only;
    plan->balloon = l->balloon;
    return check_loan_shifts(check, l, plan);
}

static void plan_tranche(
    struct loan_plan *plan, struct date date, int64_t minor)
{
    size_t count = plan->tranche_count;

    if (count == 0 || plan->tranches[count - 1].date.days != date.days)
        plan->tranches[plan->tranche_count++] = (struct tranche){ date, 0 };
    plan->tranches[plan->tranche_count - 1].minor += minor;
}

/* Its legs: the loan, what is paid out, and the fee if there is one. */
static bool pays_out(struct check *check, const struct check_loan *loan,
    const struct party *to, int64_t minor, int64_t fee)
{
    const struct check_posting *list = check->line.list;
    const struct loan *l = &loan->loan;
    uint8_t book = l->book;
    enum currency currency = l->terms.currency;
    struct account_id debited =
        account_id_of(book, currency, ROLE_LOAN, l->borrower);
    struct account_id credited = account_id_of(book, currency,
        to->kind == PARTY_CORRESPONDENT ? ROLE_NOSTRO : ROLE_SHARE,
        to->number);
    struct account_id income = account_id_of(
        book, currency, ROLE_INCOME_FEE, check->books[book].house);

    return check->line.count == (fee > 0 ? 3 : 2) &&
        account_id_equal(&list[0].id, &debited) && list[0].minor == minor &&
        account_id_equal(&list[1].id, &credited) &&
        list[1].minor == fee - minor &&
        (fee == 0 ||
            (account_id_equal(&list[2].id, &income) &&
                list[2].minor == -fee));
}

int check_loan_pay_out(
    struct check *check, const struct loan_disburse_fields *f)
{
    struct check_loan *loan = check_loan_find(check, f->loan);
    struct loan *l = loan == NULL ? NULL : &loan->loan;
    struct loan_tranche *tranche;
    struct party to;
    int64_t fee;

    if (loan == NULL || check_find_party(check, &f->to, &to) != 0)
        return -1;
    tranche = &loan->tranches[l->tranches_paid];
    if (l->tranches_paid >= l->tranches ||
        f->amount.minor != tranche->amount ||
        !minor_times_rate(l->disbursed + tranche->amount, l->terms.fee,
            product_rounding(l->terms.rounding), &fee) ||
        !pays_out(check, loan, &to, tranche->amount, fee - l->fee_withheld))
        return fault(check, "pays out another tranche than the next");
    tranche->paid = check->entry.index;
    tranche->before = l->last;
    tranche->date = check->books[l->book].date;
    if (l->plans == 0) {
        if (first_plan(check, loan) != 0)
            return -1;
        l->plans = 1;
        l->phase = LOAN_OPEN;
        l->opened = tranche->date;
        l->accrued_to = tranche->date;
    }
    plan_tranche(&loan->plans[loan->plan_count - 1], tranche->date,
        tranche->amount);
    l->tranches_paid++;
    l->disbursed += tranche->amount;
    l->fee_withheld = fee;
    if (check_loan_share_out(check, loan) != 0)
        return -1;
    return check_loan_step(check, loan);
}

/* ---- and back ---- */

static struct check_loan *find_paid(struct check *check, uint64_t entry)
{
    for (size_t i = 0; check->loans != NULL && i < check->loans->count; i++) {
        struct check_loan *loan = &check->loans->list[i];

        if (loan->loan.tranches_paid > 0 &&
            loan->tranches[loan->loan.tranches_paid - 1].paid == entry &&
            loan->loan.last == entry)
            return loan;
    }
    (void)fault(check, "takes back what was not a loan's last step");
    return NULL;
}

int check_loan_take_back(struct check *check, uint64_t entry)
{
    struct check_loan *loan = find_paid(check, entry);
    struct loan *l = loan == NULL ? NULL : &loan->loan;
    struct loan_tranche *tranche;
    struct loan_plan *plan;
    uint64_t last;

    if (loan == NULL)
        return -1;
    tranche = &loan->tranches[--l->tranches_paid];
    last = tranche->before;
    l->disbursed -= tranche->amount;
    if (!minor_times_rate(l->disbursed, l->terms.fee,
            product_rounding(l->terms.rounding), &l->fee_withheld))
        return fault(check, "takes back too much");
    plan = &loan->plans[loan->plan_count - 1];
    plan->tranches[plan->tranche_count - 1].minor -= tranche->amount;
    if (plan->tranches[plan->tranche_count - 1].minor == 0)
        plan->tranche_count--;
    if (l->tranches_paid == 0) {
        loan->plan_count--;
        l->plans = 0;
        l->phase = LOAN_APPROVED;
        l->opened = (struct date){ 0 };
        l->accrued_to = (struct date){ 0 };
    }
    tranche->paid = 0;
    tranche->before = 0;
    tranche->date = (struct date){ 0 };
    if (check_loan_share_out(check, loan) != 0 ||
        check_loan_step(check, loan) != 0)
        return -1;
    l->last = last;
    return 0;
}
