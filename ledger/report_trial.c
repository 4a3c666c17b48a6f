#include "report_inside.h"

#include "permission.h"

/* The book, if the asker's scope reaches it; NULL with *status. */
static const struct book *find_book(struct ledger *ledger,
    const struct ident *who, const struct ident *name, enum status *status)
{
    struct signing_key key;
    const struct book *book;

    if (!report_asker(ledger, who, &key, status))
        return NULL;
    book = context_find_book(ledger, name);
    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (!permission_reaches_book(&key.scope, book->number))
        *status = STATUS_OUT_OF_SCOPE;
    return *status == STATUS_ACCEPTED ? book : NULL;
}

int report_trial(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct date *date,
    void (*each)(void *context, const struct trial_row *), void *context,
    enum status *status)
{
    const struct book *book = find_book(ledger, who, name, status);

    if (book == NULL)
        return report_end(ledger);
    *date = book->date;
    for (int place = 0; place < ROLE_COUNT * CURRENCY_COUNT; place++) {
        enum role role = (enum role)(place / CURRENCY_COUNT);
        enum currency currency = (enum currency)(place % CURRENCY_COUNT);
        struct account_id id = account_id_of(
            book->number, currency, role, ACCOUNT_CONTROL);
        struct account total;

        if (!account_load(ledger->state, &id, &total) || total.postings == 0)
            continue;
        each(context,
            &(struct trial_row){ role, currency, total.debits, total.credits,
                account_balance(&total, role) });
    }
    return report_end(ledger);
}
