#include "operations.h"

#include "calendar.h"
#include "cycle.h"
#include "pledge.h"
#include "maturity.h"

/* All three or none; of a size that the journal has; and not another digest
 * than somebody else signed for it. */
static void check_seal(struct context *c, const struct operation *op)
{
    const struct day_close_fields *f = &op->as.day_close;
    bool sealed = OPERATION_HAS(op, day_close, sealed);
    bool digest = OPERATION_HAS(op, day_close, digest);
    bool format = OPERATION_HAS(op, day_close, format);
    struct seal seal;

    if (!sealed && !digest && !format)
        return;
    if (!digest)
        context_refuse(c, STATUS_MISSING_FIELD, "digest");
    if (!sealed)
        context_refuse(c, STATUS_MISSING_FIELD, "sealed");
    if (!format)
        context_refuse(c, STATUS_MISSING_FIELD, "format");
    if (!sealed || !digest || !format)
        return;
    if (f->sealed > c->index)
        context_refuse(c, STATUS_BEYOND_END, "sealed");
    if (f->format == 0 || f->format > UINT32_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "format");
    if (f->sealed == 0 || (cycle_find_seal(c->state, f->sealed, &seal) &&
                              (seal.format != f->format ||
                                  !hash_equal(&seal.digest, &f->digest))))
        context_refuse(c, STATUS_BAD_VALUE, "digest");
}

static void keep_seal(struct context *c, const struct operation *op)
{
    const struct day_close_fields *f = &op->as.day_close;
    struct seal seal;

    if (!OPERATION_HAS(op, day_close, sealed) ||
        cycle_find_seal(c->state, f->sealed, &seal))
        return;
    seal = (struct seal){
        f->sealed, f->digest, (uint32_t)f->format, c->index };
    cycle_put_seal(c->state, &seal);
}

void day_close(struct context *c, const struct operation *op)
{
    const struct day_close_fields *f = &op->as.day_close;
    struct book *book = context_book(c, &f->book, "book");
    struct maturity due = { 0 };
    struct date next;

    check_seal(c, op);
    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    if (f->date.days != book->date.days)
        context_refuse(c, STATUS_WRONG_DATE, "date");
    else if (!calendar_next(c->state, book->number, book->date, &next))
        context_refuse(c, STATUS_WRONG_DATE, "book");
    if (!context_refused(c))
        maturity_open(&due, c, book, next);
    if (context_refused(c) || ledger_failed(c->ledger))
        goto out;

    /* Accepted: nothing below can be refused. */
    context_touch(c, book);
    book->date = next;
    record_put_book(c->state, book);
    record_put_day(c->state, book->number, book->date, c->index + 1);
    keep_seal(c, op);
    maturity_pay(&due, c);
    pledge_begin_day(c, book);
out:
    maturity_free(&due);
}
