#include "report_inside.h"

void report_fill(struct account_report *out, const struct account_name *name,
    const struct account *account)
{
    *out = (struct account_report){
        .name = *name,
        .class = role_row(name->role)->class,
        .debits = account->debits,
        .credits = account->credits,
        .debits_held = account->debits_held,
        .credits_held = account->credits_held,
        .balance = account_balance(account, name->role),
        .held = account_held(account, name->role),
        .available = account_available(account, name->role),
        .postings = account->postings,
        .opened = account->opened,
        .last = account->last,
    };
}

int report_account(struct ledger *ledger, const struct ident *who,
    const struct account_name *name, struct account_report *out,
    enum status *status)
{
    struct report_subject subject;

    if (report_subject(ledger, who, name, &subject, status))
        report_fill(out, name, &subject.account);
    return report_end(ledger);
}

/* The account as it was after entry `at`, but for what was held then. */
static int account_at(struct ledger *ledger,
    const struct report_subject *subject, uint64_t at, struct account *out)
{
    struct history_block block;
    struct report_reader *reader;
    size_t count;
    int result = 0;

    *out = (struct account){ 0 };
    if (!history_find_at(
            ledger->state, &subject->id, at, &block, &count))
        return 0;
    reader = report_reader_new(ledger);
    if (reader == NULL)
        return -1;
    out->debits = block.debits;
    out->credits = block.credits;
    for (size_t i = 0; i < count && result == 0; i++) {
        int64_t minor = 0;

        result = report_reader_amount(
            reader, &subject->id, block.list[i], &minor);
        /* No later sum of the account was above 2^63 either. */
        if (minor > 0)
            out->debits += minor;
        else
            out->credits -= minor;
    }
    out->postings = (uint64_t)block.number * HISTORY_BLOCK + count;
    out->opened = subject->account.opened;
    out->last = block.list[count - 1].entry;
    report_reader_free(reader);
    return result;
}

int report_balance_at(struct ledger *ledger, const struct ident *who,
    const struct account_name *name, uint64_t at, struct account_report *out,
    enum status *status)
{
    struct report_subject subject;
    struct account account;

    if (!report_subject(ledger, who, name, &subject, status))
        return report_end(ledger);
    if (at >= ledger_size(ledger)) {
        *status = STATUS_BEYOND_END;
        return report_end(ledger);
    }
    if (account_at(ledger, &subject, at, &account) != 0)
        return -1;
    report_fill(out, name, &account);
    out->available = 0;
    return report_end(ledger);
}

bool report_book(
    struct ledger *ledger, size_t number, struct book_report *out)
{
    const struct book *book;
    struct date year;

    if (number >= ledger->counters.books)
        return false;
    book = &ledger->books[number];
    year = date_of((int)book->open_year, 1, 1);
    if (year.days < book->first.days)
        year = book->first;
    *out = (struct book_report){
        book->name, book->country, book->date, year };
    return true;
}
