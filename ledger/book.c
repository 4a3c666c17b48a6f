#include "operations.h"

#include "permission.h"
#include "posting.h"

/* Day 0 was a Thursday; counted from Monday, 5 and 6 are the weekend. */
struct date book_next_date(struct date date)
{
    do
        date.days++;
    while ((date.days % 7 + 10) % 7 > 4);
    return date;
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
}

void book_day_close(struct context *c, const struct operation *op)
{
    const struct day_close_fields *f = &op->as.day_close;
    struct book *book = context_book(c, &f->book, "book");

    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    if (f->date.days != book->date.days)
        context_refuse(c, STATUS_WRONG_DATE, "date");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    context_touch(c, book);
    book->date = book_next_date(book->date);
    record_put_book(c->state, book);
    record_put_day(c->state, book->number, book->date, c->index + 1);
}
