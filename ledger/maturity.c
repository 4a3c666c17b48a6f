#include "maturity.h"

#include "cycle.h"
#include "posting.h"
#include "posting_run.h"

#include <stdlib.h>

/* Would these sums overflow the control total of a role? */
static bool fits(struct context *c, const struct book *book, enum role role,
    enum currency currency, int64_t debits, int64_t credits)
{
    struct account_id id =
        account_id_of(book->number, currency, role, ACCOUNT_CONTROL);
    struct account total;
    int64_t sum;

    (void)account_load(c->state, &id, &total);
    return minor_add(total.debits, debits, &sum) &&
        minor_add(total.credits, credits, &sum);
}

/* Add a posting of the house's to the plan, unless it is nothing. */
static void plan(struct context *c, const struct party *house,
    enum role role, struct amount amount)
{
    if (amount.minor != 0)
        posting_add_party(c, house, role, amount, NULL);
}

static bool find_house(
    struct context *c, const struct book *book, struct party *house)
{
    if (record_find_party_number(c->state, book->house, house))
        return true;
    (void)context_fail(c->ledger, "a book has no house");
    return false;
}

/* ---- month-close ---- */

/* A month can be closed late: what was opened after it has earned nothing
 * in it, and never less than was accrued before. */
static int64_t step(
    const struct accrual *accrual, const struct certificate *certificate)
{
    return certificate_earned(certificate, accrual->end) -
        certificate->accrued;
}

void accrual_open(struct accrual *accrual, struct context *c,
    const struct book *book, uint32_t month)
{
    struct state_scan *scan = certificate_scan_due(c->state, book->number);
    struct certificate certificate;
    bool good = true;

    *accrual = (struct accrual){ .book = book,
        .end = cycle_month_first(month + 1) };
    while (certificate_next_due(c->state, scan, (struct date){ INT32_MAX },
        &certificate)) {
        int64_t *sum =
            &accrual->sums[account_id_currency(&certificate.share)];

        context_pause(c);
        good &= minor_add(*sum, step(accrual, &certificate), sum);
    }
    if (scan != NULL)
        state_scan_close(scan);
    for (int i = 0; good && i < CURRENCY_COUNT; i++)
        good = fits(c, book, ROLE_EXPENSE_DIVIDEND, (enum currency)i,
                   accrual->sums[i], 0) &&
            fits(c, book, ROLE_DIVIDEND_PAYABLE, (enum currency)i, 0,
                accrual->sums[i]);
    if (!good)
        context_refuse(c, STATUS_BALANCE_OVERFLOW, "month");
}

void accrual_keep(const struct accrual *accrual, struct context *c)
{
    struct state_scan *scan =
        certificate_scan_due(c->state, accrual->book->number);
    struct certificate certificate;

    while (certificate_next_due(c->state, scan, (struct date){ INT32_MAX },
        &certificate)) {
        int64_t more = step(accrual, &certificate);

        context_pause(c);
        if (more == 0)
            continue;
        certificate.accrued += more;
        certificate_put(c->state, &certificate);
    }
    if (scan != NULL)
        state_scan_close(scan);
}

void accrual_post(const struct accrual *accrual, struct context *c,
    enum currency currency)
{
    struct amount amount = { accrual->sums[currency], currency };
    struct party house;

    context_clear(c);
    if (amount.minor == 0 || !find_house(c, accrual->book, &house))
        return;
    plan(c, &house, ROLE_EXPENSE_DIVIDEND, amount);
    plan(c, &house, ROLE_DIVIDEND_PAYABLE, posting_credit(amount));
    posting_commit_closing(c);
    context_clear(c);
}

/* ---- day-close: who is paid ---- */

static bool grow(struct maturity *maturity)
{
    size_t room = maturity->room * 2 + 64;
    struct certificate *list =
        realloc(maturity->list, room * sizeof *maturity->list);

    if (list == NULL)
        return false;
    maturity->list = list;
    maturity->room = room;
    return true;
}

static void collect(struct maturity *maturity, struct context *c)
{
    uint8_t book = maturity->book->number;
    struct rate tax = cycle_tax_on(c->state, book, maturity->date);
    struct state_scan *scan = certificate_scan_due(c->state, book);
    struct certificate certificate;

    while (certificate_next_due(
        c->state, scan, maturity->date, &certificate)) {
        context_pause(c);
        if (maturity->count == maturity->room && !grow(maturity)) {
            (void)context_fail(c->ledger, "out of memory");
            break;
        }
        certificate_settle(&certificate, maturity->date, tax, c->index);
        maturity->list[maturity->count++] = certificate;
    }
    if (scan != NULL)
        state_scan_close(scan);
}

/* An account id orders by currency, then party: one book and role. */
static int compare(const void *left, const void *right)
{
    const struct certificate *a = left;
    const struct certificate *b = right;
    enum currency currency = account_id_currency(&a->share);
    uint32_t party = account_id_party(&a->share);

    if (currency != account_id_currency(&b->share))
        return currency < account_id_currency(&b->share) ? -1 : 1;
    if (party != account_id_party(&b->share))
        return party < account_id_party(&b->share) ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* ---- what they come to ---- */

/* Of some neighbours in the list. */
struct sums {
    int64_t principal;
    int64_t accrued;
    int64_t interest;
    int64_t tax;
};

/* What goes back to the share. */
static int64_t paid(const struct sums *sums)
{
    return sums->principal + sums->interest - sums->tax;
}

static bool add(struct sums *sums, const struct certificate *one)
{
    int64_t whole;

    /* Principal and interest together: then paid() cannot overflow. */
    return minor_add(sums->principal, one->principal, &sums->principal) &&
        minor_add(sums->accrued, one->accrued, &sums->accrued) &&
        minor_add(sums->interest, one->interest, &sums->interest) &&
        minor_add(sums->tax, one->tax, &sums->tax) &&
        minor_add(sums->principal, sums->interest, &whole);
}

/* The end of the run that begins at `from`: the same currency, and the same
 * party if asked. */
static size_t run_end(
    const struct maturity *maturity, size_t from, bool same_party)
{
    const struct account_id *first = &maturity->list[from].share;
    size_t end = from;

    while (end < maturity->count) {
        const struct account_id *share = &maturity->list[end].share;

        if (account_id_currency(share) != account_id_currency(first) ||
            (same_party &&
                account_id_party(share) != account_id_party(first)))
            break;
        end++;
    }
    return end;
}

static bool add_run(const struct maturity *maturity, size_t from, size_t end,
    struct sums *sums)
{
    bool good = true;

    *sums = (struct sums){ 0 };
    for (size_t i = from; i < end; i++)
        good &= add(sums, &maturity->list[i]);
    return good;
}

static bool run_fits(const struct maturity *maturity, struct context *c,
    size_t from, size_t end)
{
    const struct book *book = maturity->book;
    enum currency currency = account_id_currency(&maturity->list[from].share);
    struct sums sums;

    return add_run(maturity, from, end, &sums) &&
        fits(c, book, ROLE_SHARE_TERM, currency, sums.principal, 0) &&
        fits(c, book, ROLE_DIVIDEND_PAYABLE, currency, sums.accrued, 0) &&
        fits(c, book, ROLE_EXPENSE_DIVIDEND, currency, sums.interest, 0) &&
        fits(c, book, ROLE_ISR, currency, 0, sums.tax) &&
        fits(c, book, ROLE_SHARE, currency, 0, paid(&sums));
}

void maturity_open(struct maturity *maturity, struct context *c,
    const struct book *book, struct date date)
{
    size_t end;

    *maturity = (struct maturity){ .book = book, .date = date };
    collect(maturity, c);
    if (maturity->count > 1)
        qsort(maturity->list, maturity->count, sizeof *maturity->list,
            compare);
    for (size_t at = 0; at < maturity->count; at = end) {
        end = run_end(maturity, at, false);
        if (!run_fits(maturity, c, at, end))
            context_refuse(c, STATUS_BALANCE_OVERFLOW, "book");
    }
}

void maturity_free(struct maturity *maturity)
{
    free(maturity->list);
    *maturity = (struct maturity){ 0 };
}

/* ---- paying ---- */

/* Post to the account in a role of each member of a run. */
static void post_members(const struct maturity *maturity, struct context *c,
    enum role role, size_t from, size_t end)
{
    struct posting_run run;
    size_t next;

    posting_run_begin(&run, c, maturity->book, role,
        account_id_currency(&maturity->list[from].share));
    for (size_t at = from; at < end; at = next) {
        struct sums sums;
        struct party party;

        next = run_end(maturity, at, true);
        /* It was added up with others before: it cannot overflow. */
        if (!add_run(maturity, at, next, &sums) ||
            !record_find_party_number(c->state,
                account_id_party(&maturity->list[at].share), &party)) {
            (void)context_fail(c->ledger, "a term share has no party");
            break;
        }
        if (role == ROLE_SHARE_TERM)
            posting_run_debit(&run, &party, sums.principal);
        else
            posting_run_credit(&run, &party, paid(&sums));
    }
    posting_run_end(&run);
}

static void post_house(const struct maturity *maturity, struct context *c,
    size_t from, size_t end)
{
    enum currency currency = account_id_currency(&maturity->list[from].share);
    struct sums sums;
    struct party house;

    context_clear(c);
    if (!add_run(maturity, from, end, &sums) ||
        !find_house(c, maturity->book, &house))
        return;
    plan(c, &house, ROLE_DIVIDEND_PAYABLE,
        (struct amount){ sums.accrued, currency });
    plan(c, &house, ROLE_EXPENSE_DIVIDEND,
        (struct amount){ sums.interest - sums.accrued, currency });
    plan(c, &house, ROLE_ISR, (struct amount){ -sums.tax, currency });
    posting_commit_closing(c);
    context_clear(c);
}

void maturity_pay(const struct maturity *maturity, struct context *c)
{
    size_t end;

    for (size_t at = 0; at < maturity->count; at = end) {
        end = run_end(maturity, at, false);
        post_members(maturity, c, ROLE_SHARE_TERM, at, end);
        post_house(maturity, c, at, end);
        post_members(maturity, c, ROLE_SHARE, at, end);
    }
    for (size_t i = 0; i < maturity->count; i++) {
        context_pause(c);
        certificate_put(c->state, &maturity->list[i]);
    }
}
