#include "audit_trial.h"

#include "../ledger/account.h"
#include "../ledger/report.h"
#include "show.h"
#include "table.h"

static void cell_of(
    struct text_table *table, int64_t minor, enum currency currency)
{
    uint8_t memory[64];
    struct buffer cell = buffer_over(memory, sizeof memory);
    show_digits(&cell, (struct amount){minor, currency});
    table_cell(table, buffer_bytes(&cell));
}

static void print_row(struct text_table *table, const char *name,
    enum currency currency, int64_t debits, int64_t credits, int64_t balance)
{
    table_cell(table, bytes_text(name));
    table_cell(table, bytes_text(currency_code(currency)));
    cell_of(table, debits, currency);
    cell_of(table, credits, currency);
    cell_of(table, balance, currency);
}

/* Add one currency's rows and their sums.  False: out of balance. */
static bool add_currency(struct text_table *table, struct state *state,
    uint8_t book, enum currency currency)
{
    int64_t debits = 0;
    int64_t credits = 0;
    bool any = false;
    bool sound = true;
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        enum role role = (enum role)i;
        struct account_id id =
            account_id_of(book, currency, role, ACCOUNT_CONTROL);
        struct account total;
        if (!account_load(state, &id, &total) || total.postings == 0)
            continue;
        print_row(table, role_row(role)->name, currency, total.debits,
            total.credits, account_balance(&total, role));
        any = true;
        sound = minor_add(debits, total.debits, &debits) && sound;
        sound = minor_add(credits, total.credits, &credits) && sound;
    }
    sound = sound && debits == credits;
    if (any)
        print_row(table, sound ? "= balanced" : "= NOT BALANCED", currency,
            debits, credits, debits - credits);
    return sound;
}

static bool print_book(struct state *state, uint8_t number,
    const struct book_report *book, FILE *out)
{
    static const char *const headings[] = {
        "role", "currency", "debits", "credits", "balance"};
    struct buffer date = buffer_empty();
    struct text_table table = table_empty(5);
    bool sound = true;
    date_append(&date, book->date);
    (void)fprintf(out, "\nBook %.*s, open day %.*s\n",
        (int)book->name.length, book->name.text, (int)date.length,
        (const char *)date.data);
    for (size_t i = 0; i < 5; i++) {
        table.right[i] = i >= 2;
        table_cell(&table, bytes_text(headings[i]));
    }
    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        sound = add_currency(&table, state, number, (enum currency)i) &&
                sound;
    if (table.count > 5)
        table_print(&table, out);
    else
        (void)fputs("nothing was posted\n", out);
    table_free(&table);
    buffer_free(&date);
    return sound;
}

bool audit_trial(struct ledger *ledger, struct state *state, FILE *out)
{
    struct book_report book;
    bool sound = true;
    for (size_t i = 0; report_book(ledger, i, &book); i++)
        sound = print_book(state, (uint8_t)i, &book, out) && sound;
    return sound && !state_failed(state);
}
