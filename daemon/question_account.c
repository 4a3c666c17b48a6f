#include "question_inside.h"

#include "../ledger/yield.h"

#define HISTORY_ROWS_USUAL 20

static struct amount amount_in(
    const struct account_name *account, int64_t minor)
{
    return (struct amount){.minor = minor, .currency = account->currency};
}

/* The open business date of a book. */
static struct date date_of_book(
    struct ledger *ledger, const struct ident *name)
{
    struct book_report book = {.date = {0}};
    for (size_t i = 0; report_book(ledger, i, &book); i++)
        if (ident_equal(&book.name, name))
            break;
    return book.date;
}

/* ---- balance ---- */

static int balance_now(const struct question *q)
{
    const struct account_name *account = &q->op->as.balance.account;
    struct account_report report;
    enum status status;
    if (report_account(
            q->ledger, &q->peer->key, account, &report, &status) != 0)
        return -1;
    if (status != STATUS_ACCEPTED)
        return question_refuse(q, status, "account");
    answer_ok(q->out);
    answer_account(q->out, "account", account);
    answer_amount(q->out, "balance", amount_in(account, report.balance));
    answer_amount(q->out, "held", amount_in(account, report.held));
    answer_amount(q->out, "available", amount_in(account, report.available));
    answer_number(q->out, "at", ledger_size(q->ledger) - 1);
    answer_date(q->out, "date", date_of_book(q->ledger, &account->book));
    answer_end(q->out);
    return 0;
}

/* What was held then is not kept, so it is not told. */
static void write_past_balance(const struct question *q, int64_t balance,
    const uint64_t *at, const struct date *date)
{
    const struct account_name *account = &q->op->as.balance.account;
    answer_ok(q->out);
    answer_account(q->out, "account", account);
    answer_amount(q->out, "balance", amount_in(account, balance));
    if (at != NULL)
        answer_number(q->out, "at", *at);
    if (date != NULL)
        answer_date(q->out, "date", *date);
    answer_end(q->out);
}

static int balance_at(
    const struct question *q, uint64_t at, const struct date *date)
{
    struct account_report report;
    enum status status;
    if (report_balance_at(q->ledger, &q->peer->key,
            &q->op->as.balance.account, at, &report, &status) != 0)
        return -1;
    if (status != STATUS_ACCEPTED)
        return question_refuse(
            q, status, status == STATUS_BEYOND_END ? "at" : "account");
    write_past_balance(q, report.balance, &at, date);
    return 0;
}

static int balance_on(const struct question *q)
{
    const struct balance_fields *f = &q->op->as.balance;
    struct account_report report;
    enum status status;
    uint64_t at;
    bool any;
    /* Whether they may see the account comes before whether there was
     * such a day. */
    if (report_account(
            q->ledger, &q->peer->key, &f->account, &report, &status) != 0)
        return -1;
    if (status != STATUS_ACCEPTED)
        return question_refuse(q, status, "account");
    if (report_last_entry_of(q->ledger, &f->account.book, f->date, &at, &any,
            &status) != 0)
        return -1;
    if (status != STATUS_ACCEPTED)
        return question_refuse(q, status, "date");
    if (any)
        return balance_at(q, at, &f->date);
    write_past_balance(q, 0, NULL, &f->date);
    return 0;
}

int question_balance(const struct question *q)
{
    const struct balance_fields *f = &q->op->as.balance;
    bool at = OPERATION_HAS(q->op, balance, at);
    bool date = OPERATION_HAS(q->op, balance, date);
    if (at && date)
        return question_refuse(q, STATUS_BAD_RANGE, "date");
    if (at)
        return balance_at(q, f->at, NULL);
    return date ? balance_on(q) : balance_now(q);
}

/* ---- account ---- */

int question_account(const struct question *q)
{
    const struct account_name *account = &q->op->as.account.account;
    struct account_report r;
    enum status status;
    if (report_account(q->ledger, &q->peer->key, account, &r, &status) != 0)
        return -1;
    if (status != STATUS_ACCEPTED)
        return question_refuse(q, status, "account");
    answer_ok(q->out);
    answer_account(q->out, "account", account);
    answer_word(q->out, "class", class_name(r.class));
    answer_amount(q->out, "debits", amount_in(account, r.debits));
    answer_amount(q->out, "credits", amount_in(account, r.credits));
    answer_amount(q->out, "debits_held", amount_in(account, r.debits_held));
    answer_amount(q->out, "credits_held", amount_in(account, r.credits_held));
    answer_amount(q->out, "balance", amount_in(account, r.balance));
    answer_amount(q->out, "available", amount_in(account, r.available));
    answer_number(q->out, "postings", r.postings);
    answer_number(q->out, "opened", r.opened);
    answer_number(q->out, "last", r.last);
    answer_end(q->out);
    return 0;
}

/* ---- history and statement ---- */

static void write_row(void *context, const struct history_row *row)
{
    struct question_rows *rows = context;
    struct buffer *out = &rows->text;
    rows->count++;
    answer_row(out);
    answer_number(out, "entry", row->entry);
    if (row->line > 0)
        answer_number(out, "line", row->line);
    answer_instant(out, "time", row->time);
    answer_date(out, "date", row->date);
    answer_word(out, "verb", operation_row(row->verb)->verb);
    answer_amount(
        out, "amount", (struct amount){row->amount, rows->currency});
    answer_amount(
        out, "balance", (struct amount){row->balance, rows->currency});
    answer_end(out);
}

/* "row opening=USD25.00" and the like. */
static void write_single(struct buffer *out, const char *key,
    const struct account_name *account, int64_t minor)
{
    answer_row(out);
    answer_amount(out, key, amount_in(account, minor));
    answer_end(out);
}

/* "row closing=USD25.00", and of a share that was paid a dividend:
 * "dividend=USD1.00 tax=USD0.10 apy=6.17". */
static void write_closing(const struct question *q,
    const struct account_name *account, int64_t minor,
    const struct yield *yield)
{
    char memory[32];
    struct buffer annual = buffer_over(memory, sizeof memory);
    answer_row(q->out);
    answer_amount(q->out, "closing", amount_in(account, minor));
    if (yield->dividend != 0) {
        answer_amount(
            q->out, "dividend", amount_in(account, yield->dividend));
        answer_amount(q->out, "tax", amount_in(account, yield->tax));
    }
    if (yield->has_annual) {
        buffer_format(&annual, "%llu.%02llu",
            (unsigned long long)(yield->annual / 100),
            (unsigned long long)(yield->annual % 100));
        answer_bytes(q->out, "apy", buffer_bytes(&annual));
    }
    answer_end(q->out);
}

static void write_count(const struct question *q, uint64_t count)
{
    answer_ok(q->out);
    answer_number(q->out, "rows", count);
    answer_end(q->out);
}

int question_history(const struct question *q)
{
    const struct history_fields *f = &q->op->as.history;
    uint64_t limit = OPERATION_HAS(q->op, history, limit)
                         ? f->limit
                         : HISTORY_ROWS_USUAL;
    uint64_t before = OPERATION_HAS(q->op, history, before) ? f->before
                                                            : UINT64_MAX;
    struct question_rows rows = {
        .text = buffer_empty(), .currency = f->account.currency};
    enum status status;
    int result = report_history(q->ledger, &q->peer->key, &f->account,
        before, limit, write_row, &rows, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(
            q, status, status == STATUS_BAD_RANGE ? "limit" : "account");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&rows.text));
        write_count(q, rows.count);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}

int question_statement(const struct question *q)
{
    const struct statement_fields *f = &q->op->as.statement;
    struct question_rows rows = {
        .text = buffer_empty(), .currency = f->account.currency};
    int64_t opening = 0;
    int64_t closing = 0;
    struct yield yield = {0};
    enum status status;
    int result = report_statement(q->ledger, &q->peer->key, &f->account,
        f->from, f->to, &opening, &closing, write_row, &rows, &status);
    if (result == 0 && status == STATUS_ACCEPTED &&
        f->account.role == ROLE_SHARE)
        result = yield_of_period(q->ledger, &q->peer->key, &f->account,
            f->from, f->to, &yield, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        bool range =
            status == STATUS_BAD_RANGE || status == STATUS_BEYOND_END;
        (void)question_refuse(q, status, range ? "to" : "account");
    } else if (result == 0) {
        write_single(q->out, "opening", &f->account, opening);
        buffer_append(q->out, buffer_bytes(&rows.text));
        write_closing(q, &f->account, closing, &yield);
        write_count(q, rows.count);
    }
    if (rows.text.failed)
        result = -1;
    buffer_free(&rows.text);
    return result;
}

/* ---- trial ---- */

struct trial {
    struct question_rows rows;
    bool used[CURRENCY_COUNT];
    bool overflow;
    int64_t debits[CURRENCY_COUNT];
    int64_t credits[CURRENCY_COUNT];
};

static void write_trial_row(void *context, const struct trial_row *row)
{
    struct trial *trial = context;
    struct buffer *out = &trial->rows.text;
    enum currency currency = row->currency;
    trial->rows.count++;
    trial->used[currency] = true;
    if (!minor_add(trial->debits[currency], row->debits,
            &trial->debits[currency]) ||
        !minor_add(trial->credits[currency], row->credits,
            &trial->credits[currency]))
        trial->overflow = true;
    answer_row(out);
    answer_word(out, "role", role_row(row->role)->name);
    answer_word(out, "class", class_name(role_row(row->role)->class));
    answer_word(out, "currency", currency_code(currency));
    answer_amount(out, "debits", (struct amount){row->debits, currency});
    answer_amount(out, "credits", (struct amount){row->credits, currency});
    answer_amount(out, "balance", (struct amount){row->balance, currency});
    answer_end(out);
}

static void write_totals(struct buffer *out, const struct trial *trial)
{
    for (int i = 0; i < CURRENCY_COUNT; i++) {
        enum currency currency = (enum currency)i;
        if (!trial->used[i])
            continue;
        answer_row(out);
        answer_word(out, "total", currency_code(currency));
        answer_amount(
            out, "debits", (struct amount){trial->debits[i], currency});
        answer_amount(
            out, "credits", (struct amount){trial->credits[i], currency});
        answer_end(out);
    }
}

/* book= and date= of one book, or books= of all. */
static void write_books(const struct question *q, const struct ident *book)
{
    struct book_report report;
    if (book == NULL) {
        question_dates(q, "books", NULL, false);
        return;
    }
    answer_ident(q->out, "book", book);
    for (size_t i = 0; report_book(q->ledger, i, &report); i++)
        if (ident_equal(&report.name, book))
            answer_date(q->out, "date", report.date);
}

int question_trial(const struct question *q)
{
    const struct ident *book =
        OPERATION_HAS(q->op, trial, book) ? &q->op->as.trial.book : NULL;
    struct trial trial = {.rows = {.text = buffer_empty()}};
    enum status status;
    int result = report_trial(q->ledger, &q->peer->key, book,
        write_trial_row, &trial, &status);
    if (result == 0 && status == STATUS_ACCEPTED && trial.overflow)
        status = STATUS_BALANCE_OVERFLOW;
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, book == NULL ? "" : "book");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&trial.rows.text));
        write_totals(q->out, &trial);
        answer_ok(q->out);
        write_books(q, book);
        answer_number(q->out, "rows", trial.rows.count);
        answer_end(q->out);
    }
    if (trial.rows.text.failed)
        result = -1;
    buffer_free(&trial.rows.text);
    return result;
}
