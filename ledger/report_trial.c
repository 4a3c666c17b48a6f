#include "report_inside.h"

#include "permission.h"

/* The book, if the asker's scope reaches it; else *status says why not. */
static const struct book *find_book(struct ledger *ledger,
    const struct scope *scope, const struct ident *name, enum status *status)
{
    const struct book *book = context_find_book(ledger, name);

    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (!permission_reaches_book(scope, book->number))
        *status = STATUS_OUT_OF_SCOPE;
    return book;
}

/* Add a book's control total; its postings tell whether it was used. */
static bool add_total(struct account *sum, const struct account *total)
{
    sum->postings += total->postings;
    return minor_add(sum->debits, total->debits, &sum->debits) &&
        minor_add(sum->credits, total->credits, &sum->credits);
}

/* What the books first to last have in a role and currency.  False: it is
 * beyond what can be counted. */
static bool sum_books(struct ledger *ledger, uint8_t first, uint8_t last,
    enum role role, enum currency currency, struct account *sum)
{
    *sum = (struct account){ .postings = 0 };
    for (unsigned book = first; book <= last; book++) {
        struct account_id id = account_id_of(
            (uint8_t)book, currency, role, ACCOUNT_CONTROL);
        struct account total;

        if (account_load(ledger->state, &id, &total) &&
            !add_total(sum, &total))
            return false;
    }
    return true;
}

int report_trial(struct ledger *ledger, const struct ident *who,
    const struct ident *name,
    void (*each)(void *context, const struct trial_row *), void *context,
    enum status *status)
{
    uint8_t first = 0;
    uint8_t last = (uint8_t)(ledger->counters.books - 1);
    const struct book *book;
    struct signing_key key;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (name != NULL) {
        book = find_book(ledger, &key.scope, name, status);
        if (book != NULL)
            first = last = book->number;
    } else if (key.scope.kind != SCOPE_ALL) {
        *status = STATUS_OUT_OF_SCOPE;
    }
    for (int place = 0; *status == STATUS_ACCEPTED &&
         place < ROLE_COUNT * CURRENCY_COUNT;
         place++) {
        enum role role = (enum role)(place / CURRENCY_COUNT);
        enum currency currency = (enum currency)(place % CURRENCY_COUNT);
        struct account sum;

        if (!sum_books(ledger, first, last, role, currency, &sum))
            *status = STATUS_BALANCE_OVERFLOW;
        else if (sum.postings != 0)
            each(context,
                &(struct trial_row){ role, currency, sum.debits, sum.credits,
                    account_balance(&sum, role) });
    }
    return report_end(ledger);
}
