#include "follow.h"

#include "question_inside.h"

int follow_begin(struct follow *follow, const struct question *q)
{
    const struct follow_fields *f = &q->op->as.follow;
    bool has_end = OPERATION_HAS(q->op, follow, to);
    bool failed;
    if (!question_allowed(q, &failed))
        return failed ? -1 : 0;
    if (f->from > q->facts->durable)
        return question_refuse(q, STATUS_BEYOND_END, "from");
    if (has_end && f->to < f->from)
        return question_refuse(q, STATUS_BAD_RANGE, "to");
    follow->on = true;
    follow->next = f->from;
    follow->stop = has_end ? f->to + 1 : UINT64_MAX;
    return 0;
}

bool follow_has_more(
    const struct follow *follow, uint64_t durable, bool superseded)
{
    return follow->on && (follow->next < durable || superseded);
}

static int write_entries(
    struct follow *follow, const struct question *q, size_t room)
{
    struct buffer bytes = buffer_empty();
    size_t start = q->out->length;
    int result = 0;
    while (result == 0 && follow->next < follow->stop &&
           follow->next < q->facts->durable &&
           q->out->length - start < room) {
        struct entry entry;
        buffer_clear(&bytes);
        result = ledger_entry(q->ledger, follow->next, &bytes, &entry);
        if (result == 0)
            question_entry(q->out, follow->next++, entry.all);
    }
    buffer_free(&bytes);
    return result;
}

int follow_step(struct follow *follow, const struct question *q,
    size_t room, bool superseded)
{
    bool failed;
    /* A key may be revoked while it follows. */
    if (!question_allowed(q, &failed)) {
        follow->on = false;
        return failed ? -1 : 0;
    }
    if (superseded && follow->stop > q->facts->durable)
        follow->stop = q->facts->durable;
    if (write_entries(follow, q, room) != 0)
        return -1;
    if (follow->next < follow->stop)
        return 0;
    follow->on = false;
    answer_ok(q->out);
    answer_end(q->out);
    return 0;
}
