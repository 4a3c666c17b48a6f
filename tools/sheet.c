#include "sheet.h"

#include "../protocol/answer.h"
#include "rolewords.h"
#include "show.h"
#include "speech.h"
#include "table.h"

#include <posito/encoding.h>

#include <stdlib.h>
#include <string.h>

#define BOOKS_MAX 40
#define CELLS_MAX 20000
#define LABEL_INDENT 2
#define COLUMN_GAP 2

/* ---- the answer, taken apart ---- */

struct cell {
    struct bytes book;
    struct bytes class;
    struct bytes role;
    struct amount amount;
};

struct sheet_view {
    enum language language;
    struct cell *cells;
    size_t count;
    struct bytes dates; /* us:2026-11-23,mx:2026-11-23 */
    struct bytes since; /* of an income statement: the same books */
    bool whole;         /* all books */
};

bool sheet_knows(enum verb verb)
{
    return verb == VERB_BALANCE_SHEET || verb == VERB_INCOME;
}

static void take_row(struct sheet_view *view, struct bytes rest)
{
    struct cell *cell = &view->cells[view->count];
    *cell = (struct cell){.book = answer_find(rest, "book"),
        .class = answer_find(rest, "class"),
        .role = answer_find(rest, "role")};
    if (amount_parse(answer_find(rest, "amount"), &cell->amount) !=
        AMOUNT_SPELLED)
        return;
    if (bytes_equal_text(cell->book, "all"))
        view->whole = true;
    view->count++;
}

static bool read_answer(struct sheet_view *view, struct bytes answer)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    view->cells = calloc(CELLS_MAX, sizeof *view->cells);
    if (view->cells == NULL)
        return false;
    while (bytes_next_line(&answer, &line)) {
        if (!answer_open(line, &kind, &rest))
            continue;
        if (kind == ANSWER_ROW && view->count < CELLS_MAX)
            take_row(view, rest);
        if (kind != ANSWER_OK)
            continue;
        view->dates = answer_find(rest, "books");
        view->since = answer_find(rest, "since");
    }
    return true;
}

static const struct cell *find_cell(const struct sheet_view *view,
    struct bytes book, struct bytes class, struct bytes role,
    enum currency currency)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct cell *cell = &view->cells[i];
        if (cell->amount.currency == currency &&
            bytes_equal(cell->role, role) &&
            bytes_equal(cell->class, class) && bytes_equal(cell->book, book))
            return cell;
    }
    return NULL;
}

/* ---- columns ---- */

struct column {
    struct bytes heading;
    struct bytes book;
    enum currency currency;
    bool eliminated;
    size_t width;
};

struct columns {
    size_t count;
    size_t label; /* width of what stands before the columns */
    struct column list[BOOKS_MAX];
};

static void add_column(struct columns *columns, struct column column)
{
    column.width = table_width(column.heading);
    if (columns->count < BOOKS_MAX)
        columns->list[columns->count++] = column;
}

static bool has_column(
    const struct columns *columns, struct bytes book, enum currency currency)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->list[i].currency == currency &&
            bytes_equal(columns->list[i].book, book))
            return true;
    return false;
}

/* One book: its currencies.  All: the books that use this currency. */
static void find_columns(const struct sheet_view *view,
    const enum currency *only, struct columns *columns)
{
    bool eliminated = false;
    columns->count = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct cell *cell = &view->cells[i];
        enum currency currency = cell->amount.currency;
        if (only != NULL && currency != *only)
            continue;
        if (bytes_equal_text(cell->class, "eliminated"))
            eliminated = !bytes_equal_text(cell->role, "unmatched");
        else if (!bytes_equal_text(cell->book, "all") &&
                 !has_column(columns, cell->book, currency))
            add_column(columns,
                (struct column){.book = cell->book, .currency = currency,
                    .heading = only != NULL
                                   ? cell->book
                                   : bytes_text(currency_code(currency))});
    }
    if (only == NULL)
        return;
    if (eliminated)
        add_column(columns,
            (struct column){.book = bytes_text("all"), .currency = *only,
                .eliminated = true,
                .heading = bytes_text(
                    say(view->language, "eliminated", "eliminado"))});
    add_column(columns,
        (struct column){.book = bytes_text("all"), .currency = *only,
            .heading = bytes_text(say(view->language, "all", "todos"))});
}

/* ---- figures ---- */

/* In the column of eliminations the sums have what is below them. */
static struct bytes eliminated_role(struct bytes class, struct bytes role)
{
    bool total = bytes_equal_text(role, "total");
    if (total && bytes_equal_text(class, "asset"))
        return bytes_text("due.from");
    if (total && (bytes_equal_text(class, "liability") ||
                     bytes_equal_text(class, "sources")))
        return bytes_text("due.to");
    return role;
}

static int64_t figure(const struct sheet_view *view,
    const struct column *column, struct bytes class, struct bytes role)
{
    const struct cell *cell = NULL;
    if (column->eliminated)
        cell = find_cell(view, column->book, bytes_text("eliminated"),
            eliminated_role(class, role), column->currency);
    else
        cell = find_cell(view, column->book, class, role, column->currency);
    return cell == NULL ? 0 : cell->amount.minor;
}

/* "1,250.00 ", "(5.00)": the digits stand below each other. */
static void format_figure(
    struct buffer *out, struct amount amount, bool total)
{
    bool below = amount.minor < 0;
    if (amount.minor == 0 && !total) {
        buffer_text(out, "- ");
        return;
    }
    /* No amount is the least int64_t: sums are checked and capped. */
    amount.minor = below ? -amount.minor : amount.minor;
    if (below)
        buffer_char(out, '(');
    show_digits(out, amount);
    buffer_char(out, below ? ')' : ' ');
}

static const char *label_of(const struct sheet_view *view, struct bytes class,
    struct bytes role)
{
    if (bytes_equal_text(role, "total"))
        return rolewords_total(class, view->language);
    return rolewords_role(role, view->language);
}

/* ---- widths ---- */

static void measure(const struct sheet_view *view, struct columns *columns)
{
    uint8_t memory[80];
    columns->label = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct cell *cell = &view->cells[i];
        const char *label = label_of(view, cell->class, cell->role);
        size_t width = label == NULL ? table_width(cell->role)
                                     : table_width(bytes_text(label));
        width += LABEL_INDENT;
        columns->label = width > columns->label ? width : columns->label;
        for (size_t c = 0; c < columns->count; c++) {
            struct column *column = &columns->list[c];
            struct buffer text = buffer_over(memory, sizeof memory);
            format_figure(&text,
                (struct amount){
                    figure(view, column, cell->class, cell->role),
                    column->currency},
                true);
            column->width =
                text.length > column->width ? text.length : column->width;
        }
    }
}

/* ---- printing ---- */

static void pad(FILE *out, size_t count)
{
    (void)fprintf(out, "%*s", (int)count, "");
}

static void print_headings(FILE *out, const struct columns *columns)
{
    pad(out, columns->label);
    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        /* The digits end one place before the column does. */
        size_t width = table_width(column->heading);
        size_t room = column->width > width ? column->width - width - 1 : 0;
        pad(out, COLUMN_GAP + room);
        (void)fprintf(out, "%.*s", (int)column->heading.length,
            (const char *)column->heading.data);
        if (i + 1 < columns->count)
            pad(out, column->width > width ? 1 : 0);
    }
    (void)fputc('\n', out);
}

static void print_rule(FILE *out, const struct columns *columns, char stroke)
{
    pad(out, columns->label);
    for (size_t i = 0; i < columns->count; i++) {
        pad(out, COLUMN_GAP);
        for (size_t n = 0; n < columns->list[i].width; n++)
            (void)fputc(stroke, out);
    }
    (void)fputc('\n', out);
}

static void print_row(FILE *out, const struct sheet_view *view,
    const struct columns *columns, struct bytes class, struct bytes role)
{
    uint8_t memory[80];
    bool total = bytes_equal_text(role, "total");
    size_t indent = total ? 0 : LABEL_INDENT;
    const char *known = label_of(view, class, role);
    struct bytes label = known == NULL ? role : bytes_text(known);
    pad(out, indent);
    (void)fprintf(
        out, "%.*s", (int)label.length, (const char *)label.data);
    pad(out, columns->label - indent - table_width(label));
    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        struct buffer text = buffer_over(memory, sizeof memory);
        format_figure(&text,
            (struct amount){
                figure(view, column, class, role), column->currency},
            total);
        pad(out, COLUMN_GAP + column->width - text.length);
        /* No space ends a line. */
        if (i + 1 == columns->count && text.data[text.length - 1] == ' ')
            buffer_truncate(&text, text.length - 1);
        (void)fprintf(out, "%.*s", (int)text.length, (char *)text.data);
    }
    (void)fputc('\n', out);
}

/* Was the row printed before, because of another book? */
static bool came_before(const struct sheet_view *view, size_t place)
{
    const struct cell *cell = &view->cells[place];
    for (size_t i = 0; i < place; i++)
        if (bytes_equal(view->cells[i].class, cell->class) &&
            bytes_equal(view->cells[i].role, cell->role))
            return true;
    return false;
}

/* A row that these columns have anything to say about. */
static bool is_used(const struct sheet_view *view,
    const struct columns *columns, const struct cell *cell)
{
    for (size_t i = 0; i < columns->count; i++)
        if (!columns->list[i].eliminated &&
            find_cell(view, columns->list[i].book, cell->class, cell->role,
                columns->list[i].currency) != NULL)
            return true;
    return false;
}

/* Chart order, whichever book has the role. */
static int place_of(struct bytes role)
{
    enum role known;
    return role_parse(role, &known) ? (int)known : ROLE_COUNT;
}

static void print_class(FILE *out, const struct sheet_view *view,
    const struct columns *columns, const char *class)
{
    for (int place = 0; place <= ROLE_COUNT; place++) {
        for (size_t i = 0; i < view->count; i++) {
            const struct cell *cell = &view->cells[i];
            if (bytes_equal_text(cell->class, class) &&
                place_of(cell->role) == place &&
                !bytes_equal_text(cell->role, "total") &&
                !came_before(view, i) && is_used(view, columns, cell))
                print_row(out, view, columns, cell->class, cell->role);
        }
    }
}

/* One part of a statement: its heading, rows, and the sum below a rule. */
struct section {
    enum verb verb;
    const char *class;
    const char *more; /* another class in it, or NULL */
    const char *heading[2];
    bool last; /* a double rule below */
};

static const struct section sections[] = {
    {VERB_BALANCE_SHEET, "asset", "contra-asset", {"ASSETS", "ACTIVO"},
        true},
    {VERB_BALANCE_SHEET, "liability", NULL, {"LIABILITIES", "PASIVO"},
        false},
    {VERB_BALANCE_SHEET, "equity", NULL, {"EQUITY", "PATRIMONIO"}, false},
    {VERB_BALANCE_SHEET, "sources", NULL, {NULL, NULL}, true},
    {VERB_INCOME, "income", NULL, {"INCOME", "INGRESOS"}, false},
    {VERB_INCOME, "expense", NULL, {"EXPENSE", "GASTOS"}, false},
    {VERB_INCOME, "surplus", NULL, {NULL, NULL}, true},
};

static void print_statement(FILE *out, enum verb verb,
    const struct sheet_view *view, struct columns *columns)
{
    measure(view, columns);
    print_headings(out, columns);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const struct section *section = &sections[i];
        if (section->verb != verb)
            continue;
        if (section->heading[0] != NULL)
            (void)fprintf(out, "%s\n", section->heading[view->language]);
        print_class(out, view, columns, section->class);
        if (section->more != NULL)
            print_class(out, view, columns, section->more);
        print_rule(out, columns, '-');
        print_row(out, view, columns, bytes_text(section->class),
            bytes_text("total"));
        if (section->last)
            print_rule(out, columns, '=');
    }
}

/* Split "us:2026-11-23" off a list of those. */
static bool next_date(
    struct bytes *rest, struct bytes *book, struct bytes *date)
{
    size_t length = 0;
    while (length < rest->length && rest->data[length] != ',')
        length++;
    const uint8_t *colon =
        length == 0 ? NULL : memchr(rest->data, ':', length);
    if (colon == NULL)
        return false;
    size_t name = (size_t)(colon - rest->data);
    *book = bytes_of(rest->data, name);
    *date = bytes_of(colon + 1, length - name - 1);
    *rest = bytes_after(*rest, length + 1);
    return true;
}

static void print_title(
    FILE *out, enum verb verb, const struct sheet_view *view)
{
    enum language language = view->language;
    struct bytes dates = view->dates;
    struct bytes since = view->since;
    struct bytes book;
    struct bytes date;
    struct bytes from;
    const char *title =
        verb == VERB_INCOME
            ? say(language, "Income statement", "Estado de resultados")
            : say(language, "Balance sheet", "Balance general");
    (void)fprintf(out, "%s\n", title);
    while (next_date(&dates, &book, &date)) {
        bool period = next_date(&since, &book, &from);
        (void)fprintf(out, say(language, "Book %.*s, ", "Libro %.*s, "),
            (int)book.length, (const char *)book.data);
        if (period)
            (void)fprintf(out,
                say(language, "%.*s to %.*s\n", "del %.*s al %.*s\n"),
                (int)from.length, (const char *)from.data, (int)date.length,
                (const char *)date.data);
        else
            (void)fprintf(out,
                say(language, "business date %.*s\n",
                    "fecha contable %.*s\n"),
                (int)date.length, (const char *)date.data);
    }
}

static void print_unmatched(
    FILE *out, const struct sheet_view *view, enum currency currency)
{
    struct buffer text = buffer_empty();
    const struct cell *cell = find_cell(view, bytes_text("all"),
        bytes_text("eliminated"), bytes_text("unmatched"), currency);
    if (cell == NULL)
        return;
    show_digits(&text, cell->amount);
    (void)fprintf(out,
        say(view->language,
            "Not eliminated: what books are owed by books is not what they "
            "owe: %.*s %s.\n",
            "Sin eliminar: lo que unos libros cobran no es lo que otros "
            "deben: %.*s %s.\n"),
        (int)text.length, (char *)text.data, currency_code(currency));
    buffer_free(&text);
}

static void print_whole(FILE *out, enum verb verb,
    const struct sheet_view *view, struct columns *columns)
{
    for (int c = 0; c < CURRENCY_COUNT; c++) {
        enum currency currency = (enum currency)c;
        find_columns(view, &currency, columns);
        /* Only the column of all: nobody keeps this currency. */
        if (columns->count < 2)
            continue;
        (void)fprintf(out, "\n%s\n", currency_code(currency));
        print_statement(out, verb, view, columns);
        print_unmatched(out, view, currency);
    }
}

void sheet_print(
    FILE *out, enum verb verb, struct bytes answer, enum language language)
{
    struct sheet_view view = {.language = language};
    struct columns columns = {.count = 0};
    if (!read_answer(&view, answer))
        return;
    print_title(out, verb, &view);
    if (view.whole) {
        print_whole(out, verb, &view, &columns);
    } else {
        (void)fputc('\n', out);
        find_columns(&view, NULL, &columns);
        print_statement(out, verb, &view, &columns);
    }
    free(view.cells);
}

/* ---- names for machines ---- */

static void annotate_row(
    struct buffer *out, struct bytes rest, enum language language)
{
    struct bytes role = answer_find(rest, "role");
    struct bytes class = answer_find(rest, "class");
    struct bytes key;
    struct bytes value;
    const char *name = bytes_equal_text(role, "total")
                           ? rolewords_total(class, language)
                           : rolewords_role(role, language);
    buffer_text(out, "row");
    while (answer_next(&rest, &key, &value)) {
        buffer_char(out, ' ');
        buffer_append(out, key);
        buffer_char(out, '=');
        buffer_append(out, value);
        if (name != NULL && bytes_equal_text(key, "role")) {
            buffer_text(out, " name=");
            text_encode(out, bytes_text(name));
        }
    }
    buffer_char(out, '\n');
}

void sheet_annotate(
    struct buffer *out, struct bytes answer, enum language language)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    while (bytes_next_line(&answer, &line)) {
        if (answer_open(line, &kind, &rest) && kind == ANSWER_ROW) {
            annotate_row(out, rest, language);
            continue;
        }
        buffer_append(out, line);
        buffer_char(out, '\n');
    }
}
