#include "loan_accrual.h"

#include "cycle.h"
#include "loan_standing.h"
#include "posting.h"
#include "posting_run.h"

#include <stdlib.h>

/* What a loan's figures become, and what that posts.  The loan itself is
 * read again when it is kept: so a book with many loans needs little room. */
struct loan_change {
    uint64_t loan;
    uint32_t borrower;
    enum currency currency;

    struct date accrued_to;
    struct interest accrued;
    struct interest late_accrued;
    int64_t capitalised;
    bool non_accrual;
    struct date non_accrual_from;
    int64_t earned;
    int64_t receivable;
    int64_t memo;
    int64_t allowance;

    /* changes */
    int64_t more_principal;
    int64_t more_earned;
    int64_t more_receivable;
    int64_t more_memo;
    int64_t more_allowance;
};

/* ---- one loan ---- */

static void decide_accrual(struct loan *loan,
    const struct loan_standing *standing)
{
    if (!loan->non_accrual &&
        standing->days >= AGEING_NON_ACCRUAL_DAYS) {
        loan->non_accrual = true;
        loan->non_accrual_from = standing->date;
    } else if (loan->non_accrual &&
        loan_standing_is_current(loan, standing)) {
        loan->non_accrual = false;
        loan->non_accrual_from = (struct date){ 0 };
    }
}

static bool advance(struct state *state, struct loan *loan, struct date end)
{
    struct date last = { end.days - 1 };
    struct loan_standing standing;

    if (!loan_standing_on(state, loan, last, end, &standing))
        return false;
    loan->accrued_to = standing.accrued_to;
    loan->accrued = standing.accrued;
    loan->late_accrued = standing.late_accrued;
    loan->capitalised = standing.capitalised;
    decide_accrual(loan, &standing);
    loan_earn(loan);
    return ageing_provision(product_ageing(loan->terms.table), standing.days,
        loan_principal(loan) + loan->receivable, &loan->allowance);
}

static struct loan_change change_of(
    const struct loan *before, const struct loan *now)
{
    return (struct loan_change){
        .loan = now->index,
        .borrower = now->borrower,
        .currency = now->terms.currency,
        .accrued_to = now->accrued_to,
        .accrued = now->accrued,
        .late_accrued = now->late_accrued,
        .capitalised = now->capitalised,
        .non_accrual = now->non_accrual,
        .non_accrual_from = now->non_accrual_from,
        .earned = now->earned,
        .receivable = now->receivable,
        .memo = now->memo,
        .allowance = now->allowance,
        .more_principal = loan_principal(now) - loan_principal(before),
        .more_earned = now->earned - before->earned,
        .more_receivable = now->receivable - before->receivable,
        .more_memo = now->memo - before->memo,
        .more_allowance = now->allowance - before->allowance,
    };
}

static void apply(struct loan *loan, const struct loan_change *change)
{
    loan->accrued_to = change->accrued_to;
    loan->accrued = change->accrued;
    loan->late_accrued = change->late_accrued;
    loan->capitalised = change->capitalised;
    loan->non_accrual = change->non_accrual;
    loan->non_accrual_from = change->non_accrual_from;
    loan->earned = change->earned;
    loan->receivable = change->receivable;
    loan->memo = change->memo;
    loan->allowance = change->allowance;
}

static bool changes(const struct loan *before, const struct loan *now)
{
    return before->accrued_to.days != now->accrued_to.days ||
        before->non_accrual != now->non_accrual ||
        before->allowance != now->allowance;
}

/* ---- all of them ---- */

struct walk {
    struct loan_accrual *accrual;
    struct context *context;
    bool good;
};

static bool grow(struct loan_accrual *accrual)
{
    size_t room = accrual->room * 2 + 64;
    struct loan_change *list =
        realloc(accrual->list, room * sizeof *accrual->list);

    if (list == NULL)
        return false;
    accrual->list = list;
    accrual->room = room;
    return true;
}

static bool take(void *context, const struct loan *before)
{
    struct walk *walk = context;
    struct loan_accrual *accrual = walk->accrual;
    struct loan now = *before;

    if (before->phase != LOAN_OPEN ||
        before->opened.days >= accrual->end.days)
        return true;
    if (!advance(walk->context->state, &now, accrual->end)) {
        walk->good = false;
        return true;
    }
    if (!changes(before, &now))
        return true;
    if (accrual->count == accrual->room && !grow(accrual)) {
        (void)context_fail(walk->context->ledger, "out of memory");
        return false;
    }
    accrual->list[accrual->count++] = change_of(before, &now);
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct loan_change *a = left;
    const struct loan_change *b = right;

    if (a->currency != b->currency)
        return a->currency < b->currency ? -1 : 1;
    if (a->borrower != b->borrower)
        return a->borrower < b->borrower ? -1 : 1;
    return a->loan < b->loan ? -1 : a->loan > b->loan;
}

/* ---- sums ---- */

struct sums {
    int64_t principal;
    int64_t earned;
    int64_t receivable;
    int64_t memo;
    int64_t allowance;
    int64_t moved; /* all of it, whatever its sign: for overflow */
};

static int64_t size_of(int64_t minor)
{
    return minor < 0 ? -minor : minor;
}

static bool add(struct sums *sums, const struct loan_change *change)
{
    return minor_add(sums->moved,
               size_of(change->more_principal) +
                   size_of(change->more_earned) +
                   size_of(change->more_receivable) +
                   size_of(change->more_memo) +
                   size_of(change->more_allowance),
               &sums->moved) &&
        minor_add(
            sums->principal, change->more_principal, &sums->principal) &&
        minor_add(sums->earned, change->more_earned, &sums->earned) &&
        minor_add(
            sums->receivable, change->more_receivable, &sums->receivable) &&
        minor_add(sums->memo, change->more_memo, &sums->memo) &&
        minor_add(
            sums->allowance, change->more_allowance, &sums->allowance);
}

/* The end of the run that begins at `from`: the same currency, and the same
 * borrower if asked. */
static size_t run_end(
    const struct loan_accrual *accrual, size_t from, bool same_borrower)
{
    const struct loan_change *first = &accrual->list[from];
    size_t end = from;

    while (end < accrual->count &&
        accrual->list[end].currency == first->currency &&
        (!same_borrower || accrual->list[end].borrower == first->borrower))
        end++;
    return end;
}

static bool add_run(const struct loan_accrual *accrual, size_t from,
    size_t end, struct sums *sums)
{
    bool good = true;

    *sums = (struct sums){ 0 };
    for (size_t i = from; i < end; i++)
        good &= add(sums, &accrual->list[i]);
    return good;
}

static const enum role roles[] = { ROLE_LOAN, ROLE_INTEREST_RECEIVABLE,
    ROLE_INTEREST_MEMO, ROLE_INCOME_INTEREST, ROLE_ALLOWANCE,
    ROLE_EXPENSE_PROVISION };

/* Each total has room for all that moves, on either side. */
static bool run_fits(const struct loan_accrual *accrual, struct context *c,
    size_t from, size_t end)
{
    struct sums sums;

    if (!add_run(accrual, from, end, &sums))
        return false;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        struct account_id id = account_id_of(accrual->book->number,
            accrual->list[from].currency, roles[i], ACCOUNT_CONTROL);
        struct account total;
        int64_t sum;

        (void)account_load(c->state, &id, &total);
        if (!minor_add(total.debits, sums.moved, &sum) ||
            !minor_add(total.credits, sums.moved, &sum))
            return false;
    }
    return true;
}

void loan_accrual_open(struct loan_accrual *accrual, struct context *c,
    const struct book *book, uint32_t month)
{
    struct walk walk = { accrual, c, true };
    size_t end;

    *accrual = (struct loan_accrual){
        .book = book, .end = cycle_month_first(month + 1) };
    loan_each_of_book(c->state, book->number, take, &walk);
    if (accrual->count > 1)
        qsort(accrual->list, accrual->count, sizeof *accrual->list, compare);
    for (size_t at = 0; at < accrual->count; at = end) {
        end = run_end(accrual, at, false);
        walk.good &= run_fits(accrual, c, at, end);
    }
    if (!walk.good)
        context_refuse(c, STATUS_BALANCE_OVERFLOW, "month");
}

void loan_accrual_free(struct loan_accrual *accrual)
{
    free(accrual->list);
    *accrual = (struct loan_accrual){ 0 };
}

/* ---- posting ---- */

static int64_t of_role(const struct sums *sums, enum role role)
{
    return role == ROLE_LOAN      ? sums->principal
        : role == ROLE_INTEREST_MEMO ? sums->memo
                                     : sums->receivable;
}

/* Does anything of a run post to accounts in that role? */
static bool has_any(const struct loan_accrual *accrual, enum role role,
    size_t from, size_t end)
{
    bool found = false;
    size_t next;

    for (size_t at = from; at < end && !found; at = next) {
        struct sums sums;

        next = run_end(accrual, at, true);
        found = add_run(accrual, at, next, &sums) &&
            of_role(&sums, role) != 0;
    }
    return found;
}

/* To the account in a role of each borrower of a run. */
static void post_borrowers(const struct loan_accrual *accrual,
    struct context *c, enum role role, size_t from, size_t end)
{
    struct posting_run run;
    size_t next;

    if (!has_any(accrual, role, from, end))
        return; /* then the total may not even exist */
    posting_run_begin(
        &run, c, accrual->book, role, accrual->list[from].currency);
    for (size_t at = from; at < end; at = next) {
        struct sums sums;
        struct party party;

        next = run_end(accrual, at, true);
        /* It was added up with others before: it cannot overflow. */
        if (!add_run(accrual, at, next, &sums) ||
            !record_find_party_number(
                c->state, accrual->list[at].borrower, &party)) {
            (void)context_fail(c->ledger, "a loan has no borrower");
            break;
        }
        if (of_role(&sums, role) != 0)
            posting_run_debit(&run, &party, of_role(&sums, role));
    }
    posting_run_end(&run);
}

static void plan(struct context *c, const struct party *house,
    enum role role, int64_t minor, enum currency currency)
{
    if (minor != 0)
        posting_add_party(
            c, house, role, (struct amount){ minor, currency }, NULL);
}

static void post_house(const struct loan_accrual *accrual, struct context *c,
    size_t from, size_t end)
{
    enum currency currency = accrual->list[from].currency;
    struct sums sums;
    struct party house;

    context_clear(c);
    if (!add_run(accrual, from, end, &sums) ||
        !record_find_party_number(c->state, accrual->book->house, &house)) {
        (void)context_fail(c->ledger, "a book has no house");
        return;
    }
    plan(c, &house, ROLE_INCOME_INTEREST, -sums.earned, currency);
    plan(c, &house, ROLE_INTEREST_MEMO, -sums.memo, currency);
    plan(c, &house, ROLE_ALLOWANCE, -sums.allowance, currency);
    plan(c, &house, ROLE_EXPENSE_PROVISION, sums.allowance, currency);
    posting_commit_closing(c);
    context_clear(c);
}

static void keep(const struct loan_change *change, struct context *c)
{
    struct loan loan;

    if (!loan_find(c->state, change->loan, &loan)) {
        (void)context_fail(c->ledger, "a loan is gone");
        return;
    }
    apply(&loan, change);
    loan_put(c->state, &loan, c->index);
}

void loan_accrual_post(struct loan_accrual *accrual, struct context *c)
{
    size_t end;

    for (size_t at = 0; at < accrual->count; at = end) {
        end = run_end(accrual, at, false);
        post_borrowers(accrual, c, ROLE_LOAN, at, end);
        post_borrowers(accrual, c, ROLE_INTEREST_RECEIVABLE, at, end);
        /* Runs write their totals at the end; memo has the house's too. */
        post_borrowers(accrual, c, ROLE_INTEREST_MEMO, at, end);
        post_house(accrual, c, at, end);
    }
    for (size_t i = 0; i < accrual->count; i++)
        keep(&accrual->list[i], c);
}
