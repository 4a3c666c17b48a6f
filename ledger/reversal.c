#include "operations.h"

#include "cash.h"
#include "posting.h"

/* Read what is to be reversed.  False if there is no such thing. */
static bool read_subject(struct context *c, const struct operation *op,
    struct entry *entry, struct posting_list *list)
{
    const struct reverse_fields *f = &op->as.reverse;
    bool has_line = OPERATION_HAS(op, reverse, line);
    bool found = false;

    if (f->entry >= c->index) {
        context_refuse(c, STATUS_UNKNOWN_ENTRY, "entry");
        return false;
    }
    buffer_clear(&c->ledger->scratch);
    if (ledger_entry(c->ledger, f->entry, &c->ledger->scratch, entry) != 0 ||
        posting_read(c->ledger, entry, has_line ? f->line : 0, list,
            &found) != 0)
        return false;
    found = found && !(has_line && f->line == 0);
    if (!found)
        context_refuse(c, STATUS_UNKNOWN_ENTRY, "line");
    return found;
}

static void plan_opposite(struct context *c, const struct posting_list *list)
{
    c->opposite = true;
    c->across_books = true; /* the entry was good as it was */
    c->only_field = "entry";
    for (size_t i = 0; i < list->count; i++)
        (void)posting_add_name(
            c, &list->list[i].name, list->list[i].minor, "entry");
    if (list->stake.used) {
        c->stake = list->stake;
        c->stake.change.minor = -list->stake.change.minor;
        c->stake.field = "entry";
    }
}

void reversal_reverse(struct context *c, const struct operation *op)
{
    const struct reverse_fields *f = &op->as.reverse;
    uint32_t line = OPERATION_HAS(op, reverse, line) ? (uint32_t)f->line : 0;
    const struct operation_undo *undo;
    struct posting_list list;
    struct entry entry;
    uint64_t earlier;

    if (!read_subject(c, op, &entry, &list))
        return;
    /* Then nothing is left to post, and no balance to look at. */
    if (list.waits ||
        !operations_functions(list.operation.verb)->reversible) {
        context_refuse(
            c, STATUS_NOT_REVERSIBLE, line != 0 ? "line" : "entry");
        return;
    }
    if (record_find_reversal(c->state, f->entry, line, &earlier)) {
        context_refuse(c, STATUS_ALREADY_REVERSED, "entry");
        return;
    }
    undo = operations_undo(list.operation.verb);
    plan_opposite(c, &list);
    if (undo->check != NULL)
        undo->check(c, &list, f->entry);
    cash_check(c, op->verb);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    if (list.operation.verb != VERB_CASH_MOVE)
        cash_undo(c, f->entry, entry.date);
    record_put_reversal(c->state, f->entry, line, c->index);
    if (undo->undo != NULL)
        undo->undo(c, &list);
    posting_commit(c, op->verb);
}
