#include "sharing.h"

#include "earning.h"
#include "posting.h"
#include "posting_run.h"

#include <stdlib.h>
#include <string.h>

/* ---- who earns ---- */

/* Only an account that is empty may belong to a closed party. */
static bool is_closed(struct context *c, const struct account_id *id,
    const struct account *account)
{
    struct party party;

    if (account->debits != account->credits)
        return false;
    return record_find_party_number(
               c->state, account_id_party(id), &party) &&
        party.closed;
}

/* Its balance-days, or 0 if it does not earn. */
static int64_t weight_of(struct context *c, const struct dividend *dividend,
    const struct account_id *id, const struct account *account)
{
    int64_t days =
        earning_of_month(c->state, id, account, dividend->month);
    int64_t least;

    if (days == 0 || is_closed(c, id, account))
        return 0;
    if (!minor_times_ratio(dividend->minimum,
            cycle_month_days(dividend->month), 1, ROUND_DOWN, &least) ||
        days < least)
        return 0;
    return days;
}

static bool grow(struct sharing *sharing)
{
    size_t room = sharing->room * 2 + 256;
    uint32_t *parties =
        realloc(sharing->parties, room * sizeof *sharing->parties);
    int64_t *weights;

    if (parties == NULL)
        return false;
    sharing->parties = parties;
    weights = realloc(sharing->weights, room * sizeof *sharing->weights);
    if (weights == NULL)
        return false;
    sharing->weights = weights;
    sharing->room = room;
    return true;
}

/* Take the account in, if it earns.  False: out of memory. */
static bool collect_one(
    struct sharing *sharing, struct context *c, const struct account_id *id)
{
    struct account account;
    int64_t weight;

    if (!account_earns(id) || !account_load(c->state, id, &account))
        return true;
    weight = weight_of(c, &sharing->dividend, id, &account);
    if (weight == 0)
        return true;
    if (sharing->count == sharing->room && !grow(sharing))
        return false;
    sharing->parties[sharing->count] = account_id_party(id);
    sharing->weights[sharing->count++] = weight;
    return true;
}

/*
 * Collect those who earn, at most `most` of them.  Party by party: a scan
 * would first put all accounts in memory in order, at one go.
 */
static void collect(
    struct sharing *sharing, struct context *c, size_t most)
{
    const struct dividend *dividend = &sharing->dividend;

    for (uint32_t party = 1; party <= c->ledger->counters.parties &&
         sharing->count < most && !ledger_failed(c->ledger);
         party++) {
        struct account_id id = account_id_of(dividend->book,
            dividend->amount.currency, ROLE_SHARE, party);

        context_pause(c);
        if (!collect_one(sharing, c, &id))
            (void)context_fail(c->ledger, "out of memory");
    }
}

bool sharing_anybody(struct context *c, const struct book *book,
    const struct dividend *dividend)
{
    struct sharing sharing = { .book = book, .dividend = *dividend };
    bool found;

    collect(&sharing, c, 1);
    found = sharing.count > 0;
    sharing_free(&sharing);
    return found;
}

/* ---- how much ---- */

static int64_t tax_of(const struct sharing *sharing, size_t i)
{
    int64_t tax;

    /* A rate of at most 1: it cannot overflow. */
    return minor_times_rate(
               sharing->parts[i], sharing->rate, ROUND_HALF_AWAY, &tax)
        ? tax
        : 0;
}

/* The house's side of it, as legs of the plan. */
static void plan_house(struct sharing *sharing, struct context *c)
{
    struct amount payable = sharing->dividend.amount;
    struct amount expense = { sharing->accrued, payable.currency };
    struct amount tax = { sharing->tax, payable.currency };
    struct party house;

    context_clear(c);
    if (!record_find_party_number(c->state, sharing->book->house, &house)) {
        (void)context_fail(c->ledger, "a book has no house");
        return;
    }
    if (sharing->count == 0)
        expense.minor -= payable.minor;
    payable.minor -= sharing->accrued;
    if (payable.minor != 0)
        posting_add_party(
            c, &house, ROLE_DIVIDEND_PAYABLE, payable, "month");
    if (expense.minor != 0)
        posting_add_party(
            c, &house, ROLE_EXPENSE_DIVIDEND, expense, "month");
    if (sharing->tax != 0)
        posting_add_party(
            c, &house, ROLE_ISR, posting_credit(tax), "month");
}

static bool fits(struct sharing *sharing, struct context *c)
{
    struct posting_run run;
    struct account_id isr = account_id_of(sharing->book->number,
        sharing->dividend.amount.currency, ROLE_ISR, ACCOUNT_CONTROL);
    struct account account;
    int64_t sum;

    posting_run_begin(&run, c, sharing->book, ROLE_SHARE,
        sharing->dividend.amount.currency);
    (void)account_load(c->state, &isr, &account);
    return posting_run_fits(&run, sharing->dividend.amount.minor) &&
        minor_add(account.credits, sharing->dividend.amount.minor, &sum);
}

void sharing_open(struct sharing *sharing, struct context *c,
    const struct book *book, const struct dividend *dividend)
{
    struct date last = { cycle_month_first(dividend->month + 1).days - 1 };

    *sharing = (struct sharing){ .book = book, .dividend = *dividend };
    sharing->rate = cycle_tax_on(c->state, book->number, last);
    collect(sharing, c, SIZE_MAX);
    if (!fits(sharing, c))
        context_refuse(c, STATUS_BALANCE_OVERFLOW, "month");
    if (sharing->count == 0)
        return;
    sharing->parts = malloc(sharing->count * sizeof *sharing->parts);
    if (sharing->parts == NULL) {
        (void)context_fail(c->ledger, "out of memory");
        return;
    }
    if (!minor_allocate(dividend->amount.minor, sharing->weights,
            sharing->count, sharing->parts)) {
        context_refuse(c, STATUS_BALANCE_OVERFLOW, "month");
        return;
    }
    for (size_t i = 0; i < sharing->count; i++)
        sharing->tax += tax_of(sharing, i);
}

void sharing_free(struct sharing *sharing)
{
    free(sharing->parties);
    free(sharing->weights);
    free(sharing->parts);
    *sharing = (struct sharing){ 0 };
}

/* ---- paying ---- */

static void pay_one(
    struct sharing *sharing, struct posting_run *run, size_t i)
{
    struct context *c = run->context;
    struct earning earning = {
        .balance_days = sharing->weights[i],
        .dividend = sharing->parts[i],
        .tax = tax_of(sharing, i),
    };
    struct account_id id = account_id_of(sharing->book->number,
        run->currency, run->role, sharing->parties[i]);
    struct party party;

    if (earning.dividend == 0)
        return;
    if (!record_find_party_number(c->state, sharing->parties[i], &party)) {
        (void)context_fail(c->ledger, "an account has no party");
        return;
    }
    if (earning.dividend != earning.tax)
        posting_run_credit(run, &party, earning.dividend - earning.tax);
    earning_put(c->state, &id, sharing->dividend.month, &earning);
}

void sharing_pay(struct sharing *sharing, struct context *c)
{
    struct posting_run run;

    plan_house(sharing, c);
    posting_commit_closing(c);
    posting_run_begin(&run, c, sharing->book, ROLE_SHARE,
        sharing->dividend.amount.currency);
    for (size_t i = 0; i < sharing->count; i++)
        pay_one(sharing, &run, i);
    posting_run_end(&run);
    context_clear(c);
}
