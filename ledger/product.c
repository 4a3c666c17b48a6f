#include "product.h"

#include "cycle.h"
#include "operations.h"

static struct product_terms terms_of(const struct operation *op)
{
    const struct product_set_fields *f = &op->as.product_set;
    struct product_terms terms = {
        .method = f->method,
        .daycount = f->daycount,
        .every = f->every,
        .grace = f->grace,
        .order = f->order,
        .table = f->table,
        .shift = LOAN_SHIFT_KEEP,
        .rounding = LOAN_ROUNDING_AWAY,
        .currency = f->most.currency,
        .most = f->most.minor,
        .least = f->least.minor,
        .longest =
            (uint16_t)(f->longest <= SCHEDULE_ROWS_MAX ? f->longest : 0),
        .unit = 1,
        .yearly = f->rate,
        .late = f->late,
        .fee = f->fee,
    };

    if (OPERATION_HAS(op, product_set, cover))
        terms.cover = f->cover;
    if (OPERATION_HAS(op, product_set, holiday))
        terms.shift = f->holiday;
    if (OPERATION_HAS(op, product_set, unit))
        terms.unit = f->unit.minor;
    if (OPERATION_HAS(op, product_set, rounding))
        terms.rounding = f->rounding;
    return terms;
}

/* Rates above a hundredfold a year are slips of the pen. */
static bool is_yearly(struct rate rate)
{
    int64_t hundredths;

    return minor_times_rate(100, rate, ROUND_UP, &hundredths) &&
        hundredths <= 10000;
}

static void check_terms(struct context *c, const struct operation *op,
    const struct product_terms *terms)
{
    const struct product_set_fields *f = &op->as.product_set;

    if (f->most.minor <= 0)
        context_refuse(c, STATUS_AMOUNT_NOT_POSITIVE, "most");
    if (f->least.currency != f->most.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "least");
    if (f->least.minor < 0 || f->least.minor > f->most.minor)
        context_refuse(c, STATUS_BAD_VALUE, "least");
    if (terms->longest == 0)
        context_refuse(c, STATUS_BAD_VALUE, "longest");
    if (!is_yearly(f->rate))
        context_refuse(c, STATUS_BAD_VALUE, "rate");
    if (!is_yearly(f->late))
        context_refuse(c, STATUS_BAD_VALUE, "late");
    if (!cycle_is_part(f->fee) ||
        (f->fee.digits == 1 && f->fee.scale == 0))
        context_refuse(c, STATUS_BAD_VALUE, "fee");
    if (!cycle_is_part(terms->cover))
        context_refuse(c, STATUS_BAD_VALUE, "cover");
    if (terms->unit <= 0)
        context_refuse(c, STATUS_AMOUNT_NOT_POSITIVE, "unit");
    if (OPERATION_HAS(op, product_set, unit) &&
        f->unit.currency != f->most.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "unit");
}

void product_set(struct context *c, const struct operation *op)
{
    const struct product_set_fields *f = &op->as.product_set;
    const struct book *book = context_book(c, &f->book, "book");
    struct product product = {
        .name = f->product,
        .from = f->from,
        .set = c->index,
        .terms = terms_of(op),
    };
    struct product other;

    check_terms(c, op, &product.terms);
    if (book == NULL)
        return;
    product.book = book->number;
    context_need_book(c, book, "book");
    if (f->from.days < book->date.days)
        context_refuse(c, STATUS_WRONG_DATE, "from");
    if (product_find(c->state, book->number, &f->product, f->from, &other))
        context_refuse(c, STATUS_PRODUCT_EXISTS, "from");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    context_touch(c, book);
    product_put(c->state, &product);
}
