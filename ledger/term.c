#include "operations.h"

#include "certificate.h"
#include "cycle.h"
#include "posting.h"

/*
 * Term shares: savings bound until a date for a rate that the board has
 * set.
 *
 *     term-open     debit share               credit share.term
 *
 *     term-close    debit share.term          the principal
 *                   debit dividend.payable    what was accrued
 *                   debit expense.dividend    the rest of the interest; a
 *                                             credit if less is paid
 *                   credit isr                the tax withheld
 *                   credit share              the rest
 *
 * On its date a day-close pays it: maturity.h.
 */

/* ---- what is offered ---- */

/* Of rates that are at most 1: 13 digits. */
static int64_t at_full_scale(struct rate rate)
{
    for (unsigned i = rate.scale; i < RATE_SCALE_MAX; i++)
        rate.digits *= 10;
    return rate.digits;
}

static void check_rates(struct context *c, const struct term_set_fields *f)
{
    if (!cycle_is_part(f->rate))
        context_refuse(c, STATUS_BAD_VALUE, "rate");
    else if (!cycle_is_part(f->early) ||
        at_full_scale(f->early) > at_full_scale(f->rate))
        context_refuse(c, STATUS_BAD_VALUE, "early");
}

void term_set(struct context *c, const struct operation *op)
{
    const struct term_set_fields *f = &op->as.term_set;
    const struct book *book = context_book(c, &f->book, "book");
    struct term_product product;

    check_rates(c, f);
    if (f->days == 0 || f->days > CERTIFICATE_DAYS_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "days");
    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    if (f->from.days < book->date.days)
        context_refuse(c, STATUS_WRONG_DATE, "from");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    product = (struct term_product){
        .book = book->number,
        .currency = f->minimum.currency,
        .days = (uint32_t)f->days,
        .from = f->from,
        .minimum = f->minimum.minor,
        .rate = f->rate,
        .early = f->early,
    };
    context_touch(c, book);
    certificate_put_product(c->state, &product);
}

/* ---- opening ---- */

/* What is offered for so many days to a share of that book. */
static bool find_product(struct context *c, const struct term_open_fields *f,
    const struct book *book, struct term_product *product)
{
    if (f->days > CERTIFICATE_DAYS_MAX ||
        !certificate_product_on(c->state, book->number, f->amount.currency,
            (uint32_t)f->days, book->date, product)) {
        context_refuse(c, STATUS_UNKNOWN_PRODUCT, "days");
        return false;
    }
    if (f->amount.minor < product->minimum)
        context_refuse(c, STATUS_BELOW_MINIMUM, "amount");
    return true;
}

void term_open(struct context *c, const struct operation *op)
{
    const struct term_open_fields *f = &op->as.term_open;
    const struct party *member =
        posting_add(c, &f->member, ROLE_SHARE, f->amount, "member");
    const struct book *book;
    struct term_product product;
    struct certificate certificate;

    if (member == NULL)
        return;
    book = &c->ledger->books[member->book];
    (void)posting_add(c, &f->member, ROLE_SHARE_TERM,
        posting_credit(f->amount), "member");
    certificate = (struct certificate){
        .index = c->index,
        .share = c->legs[0].id,
        .principal = f->amount.minor,
        .opened = book->date,
    };
    if (find_product(c, f, book, &product) &&
        !date_add_days(
            book->date, (int32_t)product.days, &certificate.due))
        context_refuse(c, STATUS_WRONG_DATE, "days");
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    certificate.rate = product.rate;
    certificate.early = product.early;
    certificate_put(c->state, &certificate);
    posting_commit(c, op->verb);
}

/* ---- closing ---- */

static void plan_house(struct context *c, const struct certificate *closed)
{
    uint8_t book = account_id_book(&closed->share);
    enum currency currency = account_id_currency(&closed->share);
    struct amount accrued = { closed->accrued, currency };
    struct amount rest = { closed->interest - closed->accrued, currency };
    struct amount tax = { closed->tax, currency };
    struct party house;

    if (!record_find_party_number(
            c->state, c->ledger->books[book].house, &house)) {
        (void)context_fail(c->ledger, "a book has no house");
        return;
    }
    c->by_rule = true;
    if (accrued.minor != 0)
        posting_add_party(c, &house, ROLE_DIVIDEND_PAYABLE, accrued, "term");
    if (rest.minor != 0)
        posting_add_party(c, &house, ROLE_EXPENSE_DIVIDEND, rest, "term");
    if (tax.minor != 0)
        posting_add_party(c, &house, ROLE_ISR, posting_credit(tax), "term");
    c->by_rule = false;
}

/* The member's side is the signer's order; what it earns is by rule. */
static void plan_closing(struct context *c, const struct certificate *closed)
{
    struct account_id account = certificate_account(closed);

    (void)posting_add_id(c, &account, closed->principal, "term");
    plan_house(c, closed);
    (void)posting_add_id(c, &closed->share,
        closed->tax - closed->interest - closed->principal, "term");
}

void term_close(struct context *c, const struct operation *op)
{
    struct certificate certificate;
    struct party owner;
    struct date today;
    uint8_t book;

    if (!certificate_find(
            c->state, op->as.term_close.term, &certificate) ||
        certificate.closed != 0) {
        context_refuse(c, STATUS_UNKNOWN_TERM, "term");
        return;
    }
    if (!record_find_party_number(
            c->state, account_id_party(&certificate.share), &owner)) {
        (void)context_fail(c->ledger, "a term share has no owner");
        return;
    }
    /* Nobody gave it up early who has died. */
    if (owner.in_succession)
        certificate.early = certificate.rate;
    book = account_id_book(&certificate.share);
    today = c->ledger->books[book].date;
    certificate_settle(&certificate, today,
        cycle_tax_on(c->state, book, today), c->index);
    plan_closing(c, &certificate);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    certificate_put(c->state, &certificate);
    posting_commit(c, op->verb);
}
