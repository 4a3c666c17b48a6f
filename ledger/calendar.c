#include "calendar.h"

#include "cycle.h"
#include "operations.h"

#define SATURDAY 5 /* as date_weekday counts */

bool calendar_is_worked(struct state *state, uint8_t book, struct date date)
{
    bool worked;

    if (cycle_find_holiday(state, book, date, &worked))
        return worked;
    return date_weekday(date) < SATURDAY;
}

bool calendar_next(struct state *state, uint8_t book, struct date after,
    struct date *next)
{
    for (int32_t step = 1; step <= CALENDAR_STEP_MAX; step++)
        if (!date_add_days(after, step, next))
            return false;
        else if (calendar_is_worked(state, book, *next))
            return true;
    return false;
}

/* The open day and those before it have been worked: only later days can
 * still be said to be holidays. */
void calendar_set(struct context *c, const struct operation *op)
{
    const struct calendar_set_fields *f = &op->as.calendar_set;
    const struct book *book = context_book(c, &f->book, "book");

    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    if (f->date.days <= book->date.days)
        context_refuse(c, STATUS_WRONG_DATE, "date");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    context_touch(c, book);
    cycle_put_holiday(c->state, book->number, f->date, f->open);
}
