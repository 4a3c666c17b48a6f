#include "loanview.h"

#include "../protocol/answer.h"
#include "show.h"
#include "speech.h"
#include "table.h"

#include <string.h>

bool loanview_prints(enum verb verb)
{
    return verb == VERB_SCHEDULE || verb == VERB_PORTFOLIO;
}

bool loanview_translates(enum verb verb)
{
    return verb == VERB_LOAN || verb == VERB_LOANS || verb == VERB_EXPOSURE;
}

/* ---- words ---- */

struct word {
    const char *key;
    const char *word;
    const char *spanish;
};

static const struct word words[] = {
    {"state", "applied", "solicitado"},
    {"state", "approved", "aprobado"},
    {"state", "open", "vigente"},
    {"state", "closed", "liberada"},
    {"state", "charged-off", "castigado"},
    {"state", "declined", "rechazado"},
    {"state", "paid", "pagado"},
    {"state", "late", "vencido"},
    {"state", "part", "parcial"},
    {"state", "coming", "por vencer"},
    {"state", "replaced", "reemplazado"},
    {"state", "lost", "castigado"},
    {"why", "first", "original"},
    {"why", "prepaid", "por pago anticipado"},
    {"why", "rescheduled", "reestructurado"},
    {"security", "guarantee", "aval"},
    {"security", "collateral", "garantía"},
    {"accrues", "yes", "sí"},
    {"kind", "borrower", "acreditado"},
    {"kind", "club", "club"},
    {"kind", "sector", "sector"},
    {"group", "all", "todos"},
};

static struct bytes word_of(
    struct bytes key, struct bytes value, enum language language)
{
    if (language != LANGUAGE_ES)
        return value;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bytes_equal_text(key, words[i].key) &&
            bytes_equal_text(value, words[i].word))
            return bytes_text(words[i].spanish);
    return value;
}

static void translate_row(
    struct buffer *out, struct bytes rest, enum language language)
{
    struct bytes key;
    struct bytes value;
    buffer_text(out, "row");
    while (answer_next(&rest, &key, &value)) {
        buffer_char(out, ' ');
        buffer_append(out, key);
        buffer_char(out, '=');
        buffer_append(out, word_of(key, value, language));
    }
    buffer_char(out, '\n');
}

void loanview_translate(
    struct buffer *out, struct bytes answer, enum language language)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    while (bytes_next_line(&answer, &line)) {
        if (answer_open(line, &kind, &rest) && kind == ANSWER_ROW) {
            translate_row(out, rest, language);
            continue;
        }
        buffer_append(out, line);
        buffer_char(out, '\n');
    }
}

/* ---- tables ---- */

#define ALL "all" /* the group of the total */

enum presence { ALWAYS, IF_THERE, IF_SOMETHING /* but zeros, or ALL */ };

struct column {
    const char *key;
    const char *heading[2];
    bool right;
    enum presence presence;
};

/* Rows of an answer that begin with a key and have this currency. */
struct selection {
    struct bytes answer;
    const char *first;
    enum currency currency;
    enum language language;
};

static bool currency_of(struct bytes rest, enum currency *currency)
{
    struct bytes key;
    struct bytes value;
    struct amount amount;
    while (answer_next(&rest, &key, &value)) {
        if (amount_parse(value, &amount) != AMOUNT_SPELLED)
            continue;
        *currency = amount.currency;
        return true;
    }
    return false;
}

/* The next row of the selection; false at the end. */
static bool next_row(
    const struct selection *from, struct bytes *at, struct bytes *rest)
{
    struct bytes line;
    struct bytes key;
    struct bytes value;
    struct bytes look;
    enum answer_kind kind;
    enum currency currency;
    while (bytes_next_line(at, &line)) {
        if (!answer_open(line, &kind, rest) || kind != ANSWER_ROW)
            continue;
        look = *rest;
        if (answer_next(&look, &key, &value) &&
            bytes_equal_text(key, from->first) &&
            currency_of(*rest, &currency) && currency == from->currency)
            return true;
    }
    return false;
}

static bool is_something(struct bytes value)
{
    struct amount amount;
    if (amount_parse(value, &amount) == AMOUNT_SPELLED)
        return amount.minor != 0;
    return value.length > 0;
}

static bool is_used(
    const struct selection *from, const struct column *column)
{
    struct bytes at = from->answer;
    struct bytes rest;
    while (column->presence != ALWAYS && next_row(from, &at, &rest)) {
        struct bytes value = answer_find(rest, column->key);
        if (column->presence == IF_THERE ? value.length > 0
                                         : is_something(value) &&
                    !bytes_equal_text(value, ALL))
            return true;
    }
    return column->presence == ALWAYS;
}

/* Amounts without their currency. */
static void put_cell(struct text_table *table, struct bytes key,
    struct bytes value, enum language language)
{
    struct buffer text = buffer_empty();
    struct amount amount;
    if (amount_parse(value, &amount) == AMOUNT_SPELLED)
        show_digits(&text, amount);
    else
        buffer_append(&text, word_of(key, value, language));
    table_cell(table, buffer_bytes(&text));
    buffer_free(&text);
}

/* A table being filled; the columns that are used. */
struct view {
    struct text_table table;
    const struct column *columns[TABLE_COLUMNS_MAX];
};

static void view_open(struct view *view, const struct selection *from,
    const struct column *columns, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (is_used(from, &columns[i]))
            view->columns[used++] = &columns[i];
    view->table = table_empty(used);
    for (size_t i = 0; i < used; i++) {
        view->table.right[i] = view->columns[i]->right;
        table_cell(&view->table,
            bytes_text(view->columns[i]->heading[from->language]));
    }
}

static void view_row(
    struct view *view, struct bytes rest, enum language language)
{
    for (size_t i = 0; i < view->table.columns; i++) {
        const char *key = view->columns[i]->key;
        put_cell(&view->table, bytes_text(key), answer_find(rest, key),
            language);
    }
}

static void view_rows(struct view *view, const struct selection *from)
{
    struct bytes at = from->answer;
    struct bytes rest;
    while (next_row(from, &at, &rest))
        view_row(view, rest, from->language);
}

/* A rule as wide as each figure, then the sums: what `rest` has of the
 * columns after the first, whose place the word takes. */
static void view_sums(
    struct view *view, struct bytes rest, enum language language)
{
    char rule[64];
    struct bytes total =
        bytes_text(say(language, "total", "total"));
    struct view sums = *view;
    memset(rule, '-', sizeof rule);
    sums.table.cells = buffer_empty();
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < view->table.columns; i++) {
            struct bytes value = answer_find(rest, view->columns[i]->key);
            size_t width = sums.table.width[i];
            bool figure = i > 0 && value.length > 0;
            if (pass == 1 && i > 0)
                put_cell(&view->table, bytes_text(view->columns[i]->key),
                    value, language);
            else if (pass == 1)
                table_cell(&view->table, total);
            else {
                /* First as wide as the sums make it. */
                put_cell(&sums.table, bytes_text(view->columns[i]->key),
                    i > 0 ? value : total, language);
                if (sums.table.width[i] > width)
                    width = sums.table.width[i];
                table_cell(&view->table,
                    bytes_of(rule,
                        !figure ? 0
                        : width < sizeof rule ? width
                                              : sizeof rule));
            }
        }
    }
    buffer_free(&sums.table.cells);
}

static void view_close(struct view *view, FILE *out)
{
    table_print(&view->table, out);
    table_free(&view->table);
}

/* ---- lines below ---- */

struct line {
    const char *key;
    const char *label[2];
    const char *unit; /* behind the value */
};

static void print_text(FILE *out, struct bytes text)
{
    (void)fprintf(
        out, "%.*s", (int)text.length, (const char *)text.data);
}

static void print_lines(FILE *out, struct bytes rest,
    const struct line *lines, size_t count, enum language language)
{
    size_t width = 0;
    for (size_t i = 0; i < count; i++) {
        size_t one = table_width(bytes_text(lines[i].label[language]));
        if (answer_find(rest, lines[i].key).length > 0 && one > width)
            width = one;
    }
    for (size_t i = 0; i < count; i++) {
        struct bytes value = answer_find(rest, lines[i].key);
        struct bytes label = bytes_text(lines[i].label[language]);
        struct buffer text = buffer_empty();
        if (value.length == 0)
            continue;
        show_value(&text, bytes_text(lines[i].key), value);
        print_text(out, label);
        (void)fprintf(out, "%*s", (int)(width - table_width(label)) + 2, "");
        print_text(out, buffer_bytes(&text));
        (void)fprintf(out, "%s\n", lines[i].unit);
        buffer_free(&text);
    }
}

/* What follows "ok". */
static struct bytes closing_of(struct bytes answer)
{
    struct bytes line;
    struct bytes rest;
    struct bytes found = bytes_of("", 0);
    enum answer_kind kind;
    while (bytes_next_line(&answer, &line))
        if (answer_open(line, &kind, &rest) && kind == ANSWER_OK)
            found = rest;
    return found;
}

/* A rate as a percentage: 0.125 is 12.5 %. */
static void print_percent(FILE *out, struct bytes value)
{
    struct buffer text = buffer_empty();
    struct rate rate;
    if (!rate_parse(value, &rate))
        return;
    if (rate.scale >= 2)
        rate.scale = (uint8_t)(rate.scale - 2);
    else
        rate = (struct rate){
            rate.scale == 0 ? rate.digits * 100 : rate.digits * 10, 0};
    rate_append(&text, rate);
    print_text(out, buffer_bytes(&text));
    (void)fputs(" %", out);
    buffer_free(&text);
}

/* ---- schedules ---- */

static const struct column schedule_columns[] = {
    {"number", {"No.", "Núm."}, true, ALWAYS},
    {"due", {"due", "vence"}, false, ALWAYS},
    {"principal", {"principal", "capital"}, true, ALWAYS},
    {"interest", {"interest", "interés"}, true, ALWAYS},
    {"fee", {"fee", "comisión"}, true, IF_SOMETHING},
    {"total", {"instalment", "pago"}, true, ALWAYS},
    {"capitalised", {"capitalised", "capitalizado"}, true, IF_SOMETHING},
    {"balance", {"balance", "saldo insoluto"}, true, ALWAYS},
    {"paid", {"paid", "pagado"}, true, IF_THERE},
    {"state", {"state", "situación"}, false, IF_THERE},
};

static const struct line schedule_lines[] = {
    {"apr", {"Annual percentage rate (APR)", "Tasa porcentual anual (APR)"},
        " %"},
    {"cat", {"Total annual cost (CAT), without tax",
                "Costo anual total (CAT), sin IVA"}, " %"},
    {"finance", {"Finance charge", "Costo del crédito (intereses y "
                                   "comisiones)"}, ""},
    {"total", {"Total of payments", "Total a pagar"}, ""},
    {"schedule", {"Hash of the schedule", "Hash de la tabla"}, ""},
};

static void print_schedule_title(
    FILE *out, struct bytes closing, enum language language)
{
    struct bytes loan = answer_find(closing, "loan");
    struct bytes plan = answer_find(closing, "plan");
    bool found = loan.length > 0;
    (void)fputs(found ? say(language, "Schedule of loan ",
                            "Tabla de pagos del crédito ")
                      : say(language, "Schedule of a loan of product ",
                            "Tabla de pagos de un crédito del producto "),
        out);
    print_text(out, found ? loan : answer_find(closing, "product"));
    if (plan.length > 0) {
        (void)fputs(", plan ", out);
        print_text(out, plan);
        (void)fputs(say(language, " of ", " de "), out);
        print_text(out, answer_find(closing, "plans"));
        (void)fputs(" (", out);
        print_text(out, word_of(bytes_text("why"),
                            answer_find(closing, "why"), language));
        (void)fputc(')', out);
    }
    (void)fputs(say(language, "\nYearly rate ", "\nTasa anual "), out);
    print_percent(out, answer_find(closing, "rate"));
    (void)fputs(say(language, ", on ", ", al "), out);
    print_text(out, answer_find(closing, "date"));
}

/* The sums stand in the closing line; but its total is of all payments,
 * also where a plan is not the first. */
static void append_sums(struct buffer *out, const struct selection *from)
{
    static const char *const keys[] = {
        "principal", "interest", "fee", "total", "paid"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct amount sum = {0, from->currency};
        struct amount amount;
        struct bytes at = from->answer;
        struct bytes rest;
        bool any = false;
        while (next_row(from, &at, &rest))
            if (amount_parse(answer_find(rest, keys[i]), &amount) ==
                    AMOUNT_SPELLED &&
                minor_add(sum.minor, amount.minor, &sum.minor))
                any = true;
        if (any)
            answer_amount(out, keys[i], sum);
    }
}

static void print_schedule(
    FILE *out, struct bytes answer, enum language language)
{
    struct selection from = {
        .answer = answer, .first = "number", .language = language};
    struct bytes closing = closing_of(answer);
    struct buffer sums = buffer_empty();
    struct view view;
    print_schedule_title(out, closing, language);
    if (!currency_of(closing, &from.currency)) {
        (void)fputc('\n', out);
        return;
    }
    (void)fprintf(out, ", %s\n\n", currency_code(from.currency));
    append_sums(&sums, &from);
    view_open(&view, &from, schedule_columns,
        sizeof schedule_columns / sizeof schedule_columns[0]);
    view_rows(&view, &from);
    view_sums(&view,
        sums.length > 0 ? bytes_after(buffer_bytes(&sums), 1) : closing,
        language);
    view_close(&view, out);
    (void)fputc('\n', out);
    print_lines(out, closing, schedule_lines,
        sizeof schedule_lines / sizeof schedule_lines[0], language);
    buffer_free(&sums);
}

/* ---- portfolios ---- */

static const struct column bucket_columns[] = {
    {"bucket", {"days past due", "días de atraso"}, false, ALWAYS},
    {"table", {"table", "tabla"}, false, ALWAYS},
    {"group", {"group", "grupo"}, false, IF_SOMETHING},
    {"loans", {"loans", "créditos"}, true, ALWAYS},
    {"principal", {"principal", "capital"}, true, ALWAYS},
    {"interest", {"interest", "interés"}, true, ALWAYS},
    {"required", {"provision", "estimación"}, true, ALWAYS},
};

static const struct column group_columns[] = {
    {"group", {"group", "grupo"}, false, ALWAYS},
    {"loans", {"loans", "créditos"}, true, ALWAYS},
    {"principal", {"principal", "capital"}, true, ALWAYS},
    {"interest", {"interest", "interés"}, true, ALWAYS},
    {"required", {"required", "requerida"}, true, ALWAYS},
    {"held", {"held", "constituida"}, true, ALWAYS},
    {"par30", {"PAR30", "CeR30"}, true, ALWAYS},
    {"par30_percent", {"%", "%"}, true, ALWAYS},
    {"par90", {"PAR90", "CeR90"}, true, ALWAYS},
    {"par90_percent", {"%", "%"}, true, ALWAYS},
};

static const struct line portfolio_lines[] = {
    {"par1", {"Past due, a day or more", "Cartera con atraso de un día o más"},
        ""},
    {"suspended", {"Of loans that do not accrue",
                      "Cartera vencida, sin devengo de intereses"}, ""},
    {"charged_off", {"Charged off in the year", "Castigado en el año"}, ""},
    {"recovered", {"Recovered in the year", "Recuperado en el año"}, ""},
};

/* The row of the total of a currency. */
static bool find_total(const struct selection *from, struct bytes *rest)
{
    struct selection totals = *from;
    struct bytes at = from->answer;
    totals.first = "total";
    return next_row(&totals, &at, rest);
}

static void print_currency(FILE *out, const struct selection *given)
{
    struct selection from = *given;
    struct bytes total;
    struct view view;
    if (!find_total(&from, &total))
        return;
    (void)fprintf(out, "\n%s\n", currency_code(from.currency));
    from.first = "bucket";
    view_open(&view, &from, bucket_columns,
        sizeof bucket_columns / sizeof bucket_columns[0]);
    view_rows(&view, &from);
    view_close(&view, out);
    (void)fputc('\n', out);
    from.first = "group";
    view_open(&view, &from, group_columns,
        sizeof group_columns / sizeof group_columns[0]);
    view_rows(&view, &from);
    view_sums(&view, total, from.language);
    view_close(&view, out);
    (void)fputc('\n', out);
    print_lines(out, total, portfolio_lines,
        sizeof portfolio_lines / sizeof portfolio_lines[0], from.language);
}

static void print_portfolio(
    FILE *out, struct bytes answer, enum language language)
{
    struct bytes closing = closing_of(answer);
    (void)fputs(say(language, "Portfolio of book ",
                    "Cartera de crédito del libro "), out);
    print_text(out, answer_find(closing, "book"));
    (void)fputs(say(language, ", business date ", ", fecha contable "), out);
    print_text(out, answer_find(closing, "date"));
    (void)fputs(say(language, "; the year from ", "; el año desde "), out);
    print_text(out, answer_find(closing, "since"));
    (void)fputc('\n', out);
    for (int c = 0; c < CURRENCY_COUNT; c++) {
        struct selection from = {.answer = answer,
            .currency = (enum currency)c,
            .language = language};
        print_currency(out, &from);
    }
}

void loanview_print(
    FILE *out, enum verb verb, struct bytes answer, enum language language)
{
    if (verb == VERB_SCHEDULE)
        print_schedule(out, answer, language);
    else
        print_portfolio(out, answer, language);
}
