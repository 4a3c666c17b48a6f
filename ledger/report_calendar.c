#include "report_inside.h"

#include "cycle.h"
#include "permission.h"

/* False if the range cannot be asked for. */
static bool complete_range(struct date open, const struct date *from_given,
    const struct date *to_given, struct date *from, struct date *to)
{
    int32_t last;

    *from = from_given != NULL ? *from_given : open;
    last = from->days + REPORT_CALENDAR_DAYS - 1;
    *to = to_given != NULL ? *to_given : (struct date){ last };
    return from->days <= to->days && to->days <= last;
}

int report_calendar(struct ledger *ledger, const struct ident *who,
    const struct ident *book_name, const struct date *from_given,
    const struct date *to_given,
    void (*each)(void *context, struct date, bool worked), void *context,
    struct date *open, enum status *status)
{
    const struct book *book = context_find_book(ledger, book_name);
    struct signing_key key;
    struct date date;
    struct date to;
    bool worked;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (!permission_reaches_book(&key.scope, book->number))
        *status = STATUS_OUT_OF_SCOPE;
    else if (!complete_range(book->date, from_given, to_given, &date, &to))
        *status = STATUS_BAD_RANGE;
    if (*status != STATUS_ACCEPTED || book == NULL)
        return report_end(ledger);
    *open = book->date;
    for (; date.days <= to.days; date.days++)
        if (cycle_find_holiday(ledger->state, book->number, date, &worked))
            each(context, date, worked);
    return report_end(ledger);
}
