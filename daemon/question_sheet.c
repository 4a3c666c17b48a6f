#include "question_inside.h"

#include <stdlib.h>

#define WHOLE "all" /* in the place of a book's name */

/* One statement, of one book or of all. */
struct statement {
    struct buffer *out;
    const char *book; /* its name; WHOLE: of all books together */
    uint64_t rows;
};

/* What both questions need; large, so not on the stack. */
struct sheets {
    struct sheet book; /* the one being written */
    struct sheet whole;
    struct elimination elimination;
};

static void write_row(struct statement *to, const char *class,
    const char *role, enum currency currency, int64_t minor)
{
    to->rows++;
    answer_row(to->out);
    answer_word(to->out, "book", to->book);
    answer_word(to->out, "class", class);
    answer_word(to->out, "role", role);
    answer_word(to->out, "currency", currency_code(currency));
    answer_amount(to->out, "amount", (struct amount){minor, currency});
    answer_end(to->out);
}

/* Has the sheet anything in the currency? */
static bool uses(const struct sheet *sheet, enum currency currency)
{
    for (int r = 0; r < ROLE_COUNT; r++)
        if (sheet->posted[r][currency])
            return true;
    return false;
}

static void write_sums(struct statement *to, const struct sheet *sheet,
    const char *class, const char *role, const int64_t *sums)
{
    for (int c = 0; c < CURRENCY_COUNT; c++)
        if (uses(sheet, (enum currency)c))
            write_row(to, class, role, (enum currency)c, sums[c]);
}

static void write_roles(struct statement *to, const struct sheet *sheet,
    enum account_class class)
{
    for (int r = 0; r < ROLE_COUNT; r++) {
        const struct role_row *row = role_row((enum role)r);
        for (int c = 0; c < CURRENCY_COUNT; c++)
            if (row->class == class && sheet->posted[r][c])
                write_row(to, class_name(class), row->name,
                    (enum currency)c, sheet->amount[r][c]);
    }
}

static void write_balance_sheet(
    struct statement *to, const struct sheet *sheet)
{
    write_roles(to, sheet, CLASS_ASSET);
    write_roles(to, sheet, CLASS_CONTRA_ASSET);
    write_sums(to, sheet, "asset", "total", sheet->total[CLASS_ASSET]);
    write_roles(to, sheet, CLASS_LIABILITY);
    write_sums(to, sheet, "liability", "total", sheet->total[CLASS_LIABILITY]);
    write_roles(to, sheet, CLASS_EQUITY);
    write_sums(to, sheet, "equity", "surplus", sheet->surplus);
    write_sums(to, sheet, "equity", "total", sheet->equity);
    write_sums(to, sheet, "sources", "total", sheet->sources);
}

static void write_income(struct statement *to, const struct sheet *sheet)
{
    write_roles(to, sheet, CLASS_INCOME);
    write_sums(to, sheet, "income", "total", sheet->total[CLASS_INCOME]);
    write_roles(to, sheet, CLASS_EXPENSE);
    write_sums(to, sheet, "expense", "total", sheet->total[CLASS_EXPENSE]);
    write_sums(to, sheet, "surplus", "total", sheet->surplus);
}

/* What was taken out on both sides, and what could not be. */
static void write_elimination(
    struct statement *to, const struct elimination *elimination)
{
    for (int c = 0; c < CURRENCY_COUNT; c++) {
        enum currency currency = (enum currency)c;
        if (elimination->amount[c] != 0) {
            write_row(to, "eliminated", "due.from", currency,
                -elimination->amount[c]);
            write_row(to, "eliminated", "due.to", currency,
                -elimination->amount[c]);
        }
        if (elimination->unmatched[c] != 0)
            write_row(to, "eliminated", "unmatched", currency,
                elimination->unmatched[c]);
    }
}

static void write_sheet(
    struct statement *to, enum verb verb, const struct sheet *sheet)
{
    if (verb == VERB_INCOME)
        write_income(to, sheet);
    else
        write_balance_sheet(to, sheet);
}

/* One book's rows.  0 and *status, or -1. */
static int write_book(const struct question *q, const struct ident *book,
    struct sheets *sheets, struct statement *to, enum status *status)
{
    char name[IDENT_LENGTH_MAX + 1];
    struct buffer text = buffer_over(name, sizeof name);
    if (report_sheet(q->ledger, &q->peer->key, book, &sheets->book,
            status) != 0)
        return -1;
    if (*status != STATUS_ACCEPTED)
        return 0;
    buffer_append(&text, ident_bytes(book));
    buffer_char(&text, '\0');
    to->book = name;
    write_sheet(to, q->op->verb, &sheets->book);
    to->book = NULL;
    if (!report_sheet_add(&sheets->whole, &sheets->book))
        *status = STATUS_BALANCE_OVERFLOW;
    return 0;
}

static int write_all(const struct question *q, struct sheets *sheets,
    struct statement *to, enum status *status)
{
    struct book_report book;
    for (size_t i = 0; report_book(q->ledger, i, &book); i++) {
        if (write_book(q, &book.name, sheets, to, status) != 0)
            return -1;
        if (*status != STATUS_ACCEPTED)
            return 0;
    }
    if (!report_sheet_eliminate(&sheets->whole, &sheets->elimination)) {
        *status = STATUS_BALANCE_OVERFLOW;
        return 0;
    }
    to->book = WHOLE;
    write_sheet(to, q->op->verb, &sheets->whole);
    if (q->op->verb == VERB_BALANCE_SHEET)
        write_elimination(to, &sheets->elimination);
    return 0;
}

void question_dates(const struct question *q, const char *key,
    const struct ident *only, bool since)
{
    struct book_report book;
    bool any = false;
    answer_word(q->out, key, "");
    for (size_t i = 0; report_book(q->ledger, i, &book); i++) {
        if (only != NULL && !ident_equal(&book.name, only))
            continue;
        if (any)
            buffer_char(q->out, ',');
        buffer_append(q->out, ident_bytes(&book.name));
        buffer_char(q->out, ':');
        date_append(q->out, since ? book.since : book.date);
        any = true;
    }
}

static int answer_sheet(const struct question *q, const struct ident *book)
{
    struct buffer text = buffer_empty();
    struct statement to = {.out = &text};
    enum status status = STATUS_ACCEPTED;
    struct sheets *sheets = calloc(1, sizeof *sheets);
    int result = -1;
    if (sheets == NULL)
        goto out;
    result = book != NULL ? write_book(q, book, sheets, &to, &status)
                          : write_all(q, sheets, &to, &status);
    if (result == 0 && status != STATUS_ACCEPTED) {
        (void)question_refuse(q, status, "book");
    } else if (result == 0) {
        buffer_append(q->out, buffer_bytes(&text));
        answer_ok(q->out);
        question_dates(q, "books", book, false);
        if (q->op->verb == VERB_INCOME)
            question_dates(q, "since", book, true);
        answer_number(q->out, "rows", to.rows);
        answer_end(q->out);
    }
    if (text.failed)
        result = -1;
out:
    free(sheets);
    buffer_free(&text);
    return result;
}

int question_balance_sheet(const struct question *q)
{
    return answer_sheet(q, OPERATION_HAS(q->op, balance_sheet, book)
                               ? &q->op->as.balance_sheet.book
                               : NULL);
}

int question_income(const struct question *q)
{
    return answer_sheet(q, OPERATION_HAS(q->op, income, book)
                               ? &q->op->as.income.book
                               : NULL);
}
