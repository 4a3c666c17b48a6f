#include "operations.h"

#include "cycle.h"
#include "posting.h"
#include "sharing.h"

/* What may still be declared: undivided earnings and what this year has
 * brought so far, whose accounts the year-close empties into them. */
static int64_t earnings(
    struct context *c, const struct book *book, enum currency currency)
{
    int64_t sum = 0;

    for (int role = 0; role < ROLE_COUNT; role++) {
        enum account_class class = role_row((enum role)role)->class;
        struct account_id id =
            account_id_of(book->number, currency, (enum role)role,
                ACCOUNT_CONTROL);
        struct account account;

        if (role != ROLE_UNDIVIDED && class != CLASS_INCOME &&
            class != CLASS_EXPENSE)
            continue;
        (void)account_load(c->state, &id, &account);
        if (!minor_add(sum, account.credits - account.debits, &sum))
            return 0;
    }
    return sum;
}

static void check_dividend(struct context *c, const struct operation *op,
    const struct book *book, const struct dividend *dividend)
{
    const struct dividend_declare_fields *f = &op->as.dividend_declare;
    struct dividend other;

    if (dividend->month < book->open_month)
        context_refuse(c, STATUS_PERIOD_CLOSED, "month");
    if (dividend->month > cycle_month_of(book->date))
        context_refuse(c, STATUS_WRONG_DATE, "month");
    if (cycle_find_dividend(c->state, book->number, dividend->month,
            dividend->amount.currency, &other))
        context_refuse(c, STATUS_ALREADY_DECLARED, "month");
    if (OPERATION_HAS(op, dividend_declare, minimum)) {
        /* A minimum of each day cannot be told from a month's sum. */
        if (f->basis != BASIS_AVERAGE || f->minimum.minor < 0)
            context_refuse(c, STATUS_BAD_VALUE, "minimum");
        if (f->minimum.currency != f->amount.currency)
            context_refuse(c, STATUS_OTHER_CURRENCY, "minimum");
    }
    if (f->amount.minor > earnings(c, book, f->amount.currency))
        context_refuse(c, STATUS_ABOVE_EARNINGS, "amount");
    if (!context_refused(c) && !sharing_anybody(c, book, dividend))
        context_refuse(c, STATUS_NOBODY_EARNS, "month");
}

void dividend_declare(struct context *c, const struct operation *op)
{
    const struct dividend_declare_fields *f = &op->as.dividend_declare;
    const struct book *book = context_book(c, &f->book, "book");
    struct dividend dividend;

    if (book == NULL)
        return;
    dividend = (struct dividend){
        .book = book->number,
        .month = cycle_month_of(f->month),
        .amount = f->amount,
        .basis = f->basis,
        .minimum =
            OPERATION_HAS(op, dividend_declare, minimum) ? f->minimum.minor
                                                         : 0,
        .declared = c->index,
    };
    (void)posting_add(
        c, &book->name, ROLE_EXPENSE_DIVIDEND, f->amount, "amount");
    (void)posting_add(c, &book->name, ROLE_DIVIDEND_PAYABLE,
        posting_credit(f->amount), "amount");
    check_dividend(c, op, book, &dividend);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    cycle_put_dividend(c->state, &dividend);
    posting_commit(c, op->verb);
}

void dividend_tax(struct context *c, const struct operation *op)
{
    const struct tax_withhold_fields *f = &op->as.tax_withhold;
    const struct book *book = context_book(c, &f->book, "book");

    if (!cycle_is_part(f->rate))
        context_refuse(c, STATUS_BAD_VALUE, "rate");
    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    if (cycle_month_of(f->from) < book->open_month)
        context_refuse(c, STATUS_PERIOD_CLOSED, "from");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    context_touch(c, book);
    cycle_put_tax(c->state, book->number, f->from, f->rate);
}
