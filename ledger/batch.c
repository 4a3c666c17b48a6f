#include "operations.h"

/*
 * Batches: many lines under one signature.
 *
 * Each line is decided by itself, against the state that the lines before
 * it left.  mode=each: a refused line leaves nothing and the others stand.
 * mode=all: the first refused line refuses the batch; what the lines
 * before it wrote is taken back by ledger_decide, which set a mark.
 */

/* Decide line i (from 0).  Its status and field are left in c. */
static void decide_line(struct context *c, size_t i)
{
    const struct order *order = c->order;

    context_clear(c);
    c->line = (uint32_t)i + 1;
    foresight_line(c, i);
    if (order->line_status[i] != STATUS_ACCEPTED) {
        context_refuse(c, order->line_status[i], NULL);
        return;
    }
    if (ordinary_transfer(c, &order->lines[i]))
        return;
    ordinary_settle(c);
    operations_decide(c, &order->lines[i]);
}

/* False if the batch ends here because a line was refused. */
static bool decide_lines(struct context *c, enum mode mode)
{
    for (size_t i = 0; i < c->order->line_count; i++) {
        context_pause(c);
        decide_line(c, i);
        if (!context_refused(c)) {
            c->accepted++;
            continue;
        }
        if (mode == MODE_ALL) {
            c->bad_line = i + 1;
            c->bad_line_status = c->status;
            c->status = STATUS_LINE_REFUSED;
            return false;
        }
        c->refused++;
        entry_append_refused(&c->ledger->refused, i + 1, c->status);
    }
    return true;
}

void batch_decide(struct context *c, const struct operation *op)
{
    const struct batch_fields *f = &op->as.batch;
    const struct order *order = c->order;
    struct buffer *effects = &c->ledger->effects;
    bool all;

    /* A body that is not as signed has no lines; that was refused. */
    if (order->body_status == STATUS_ACCEPTED &&
        (f->lines == 0 || f->lines != order->line_count))
        context_refuse(c, STATUS_BAD_BODY, "lines");
    if (context_refused(c))
        return;

    buffer_clear(&c->ledger->refused);
    ordinary_begin(c);
    all = decide_lines(c, f->mode);
    ordinary_settle(c);
    foresight_end(c);
    if (!all)
        return;
    context_clear(c);
    c->line = 0;
    entry_append_counts(effects, c->accepted, c->refused);
    buffer_append(effects, buffer_bytes(&c->ledger->refused));
}
