#include "cycle.h"
#include "operations.h"

#include "permission.h"
#include "posting.h"

/* A value date is the open day or an earlier one that is not closed. */
static void check_value_date(
    struct context *c, const struct book *book, struct date value)
{
    if (value.days > book->date.days || value.days < book->first.days)
        context_refuse(c, STATUS_WRONG_DATE, "value");
    else if (cycle_month_of(value) < book->open_month)
        context_refuse(c, STATUS_PERIOD_CLOSED, "value");
}

void book_journal_entry(struct context *c, const struct operation *op)
{
    struct bytes rest = op->as.journal_entry.post;
    struct account_name name;
    int64_t minor;

    /* due.to and due.from of two books may stand in one entry. */
    c->across_books = true;
    c->only_field = "post";
    while (postings_next(&rest, &name, &minor)) {
        if (role_row(name.role)->flags & ROLE_CONTROL)
            context_refuse(c, STATUS_CONTROL_ROLE, "post");
        (void)posting_add_name(c, &name, minor, "post");
    }
    /* Read back, the line was accepted on its day. */
    if (!OPERATION_HAS(op, journal_entry, value) || c->order == NULL)
        return;
    for (size_t i = 0; i < c->leg_count; i++)
        check_value_date(c, &c->ledger->books[c->legs[i].party.book],
            op->as.journal_entry.value);
}
