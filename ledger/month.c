#include "operations.h"

#include "cycle.h"
#include "loan_accrual.h"
#include "maturity.h"
#include "sharing.h"

/* Months are closed in order, once they are over. */
static void check_month(
    struct context *c, const struct book *book, uint32_t month)
{
    if (month < book->open_month)
        context_refuse(c, STATUS_PERIOD_CLOSED, "month");
    else if (month >= cycle_month_of(book->date))
        context_refuse(c, STATUS_PERIOD_OPEN, "month");
    else if (month > book->open_month)
        context_refuse(c, STATUS_WRONG_DATE, "month");
}

/* The month's dividends, one a currency at most. */
static size_t open_dividends(struct context *c, const struct book *book,
    uint32_t month, struct sharing list[CURRENCY_COUNT])
{
    struct dividend dividend;
    size_t count = 0;

    for (int i = 0; i < CURRENCY_COUNT; i++)
        if (cycle_find_dividend(c->state, book->number, month,
                (enum currency)i, &dividend))
            sharing_open(&list[count++], c, book, &dividend);
    return count;
}

/* Each currency once: what term shares have earned goes with its dividend,
 * if it has one. */
static void pay_all(struct context *c, struct sharing *dividends,
    size_t count, struct accrual *accrual)
{
    accrual_keep(accrual, c);
    for (size_t i = 0; i < count; i++) {
        enum currency currency = dividends[i].dividend.amount.currency;

        dividends[i].accrued = accrual->sums[currency];
        sharing_pay(&dividends[i], c);
        accrual->sums[currency] = 0;
    }
    for (int i = 0; i < CURRENCY_COUNT; i++)
        accrual_post(accrual, c, (enum currency)i);
}

void month_close(struct context *c, const struct operation *op)
{
    const struct month_close_fields *f = &op->as.month_close;
    struct book *book = context_book(c, &f->book, "book");
    uint32_t month = cycle_month_of(f->month);
    struct sharing dividends[CURRENCY_COUNT];
    struct accrual accrual;
    struct loan_accrual loans = { 0 };
    size_t count = 0;

    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    check_month(c, book, month);
    if (!context_refused(c)) {
        count = open_dividends(c, book, month, dividends);
        accrual_open(&accrual, c, book, month);
        loan_accrual_open(&loans, c, book, month);
    }
    if (context_refused(c) || ledger_failed(c->ledger))
        goto out;

    /* Accepted: nothing below can be refused. */
    context_touch(c, book);
    book->open_month = month + 1;
    record_put_book(c->state, book);
    cycle_put_period(c->state, book->number, PERIOD_MONTH, month, c->index);
    pay_all(c, dividends, count, &accrual);
    loan_accrual_post(&loans, c);
out:
    loan_accrual_free(&loans);
    for (size_t i = 0; i < count; i++)
        sharing_free(&dividends[i]);
}
