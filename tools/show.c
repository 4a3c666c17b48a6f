#include "show.h"

#include "../protocol/answer.h"
#include "../protocol/codec.h"
#include "advice.h"
#include "csv.h"
#include "loanview.h"
#include "sheet.h"
#include "show_json.h"
#include "speech.h"
#include "table.h"

#include <posito/encoding.h>

#include <string.h>

/* ---- words ---- */

/* What a key of an answer is called. */
struct label {
    const char *key;
    const char *text[2];
};

static const struct label labels[] = {
    {"project", {"project", "proyecto"}},
    {"category", {"category", "categoría"}},
    {"productive", {"productive", "productivos"}},
    {"place", {"place", "lugar"}},
    {"agreement", {"matching rule", "regla"}},
    {"start", {"start", "inicio"}},
    {"budget", {"budget", "presupuesto"}},
    {"pledged", {"pledged", "comprometido"}},
    {"received", {"received", "recibido"}},
    {"drawn", {"drawn", "dispuesto"}},
    {"returned", {"returned", "devuelto"}},
    {"releasable", {"may be drawn", "por disponer"}},
    {"level", {"level", "nivel"}},
    {"out", {"out since entry", "fuera desde el asiento"}},
    {"source", {"source", "fuente"}},
    {"from", {"from", "de"}},
    {"share", {"share %", "parte %"}},
    {"milestone", {"milestone", "avance"}},
    {"part", {"part %", "parte %"}},
    {"evidence", {"evidence", "evidencia"}},
    {"link", {"linked as", "vínculo"}},
    {"year", {"year", "año"}},
    {"projects", {"projects", "proyectos"}},
    {"places", {"places", "lugares"}},
    {"invested", {"invested", "invertido"}},
    {"average", {"average", "promedio"}},
    {"proposal", {"proposal", "propuesta"}},
    {"by", {"by", "de"}},
    {"need", {"needs", "necesita"}},
    {"have", {"has", "tiene"}},
    {"each", {"of each country", "de cada país"}},
    {"clubs", {"clubs' majority", "mayoría de clubes"}},
    {"ended", {"ended by entry", "terminó en asiento"}},
    {"may", {"may sign", "pueden firmar"}},
    {"counts", {"counts", "cuenta"}},
    {"pool", {"pool", "fondo"}},
    {"notice", {"notice", "aviso"}},
    {"left", {"left", "queda"}},
    {"stake", {"put in", "puesto"}},
    {"part", {"part %", "parte %"}},
    {"days", {"days of notice", "días de aviso"}},
    {"lent", {"lent to the federation", "prestado a la federación"}},
    {"until", {"until", "hasta"}},
    {"index", {"entry", "asiento"}},
    {"entry", {"entry", "asiento"}},
    {"line", {"line", "línea"}},
    {"time", {"time", "hora"}},
    {"date", {"date", "fecha"}},
    {"first", {"first date", "primera fecha"}},
    {"verb", {"operation", "operación"}},
    {"amount", {"amount", "importe"}},
    {"balance", {"balance", "saldo"}},
    {"before", {"before", "antes"}},
    {"after", {"after", "después"}},
    {"debits", {"debits", "cargos"}},
    {"credits", {"credits", "abonos"}},
    {"debits_held", {"debits held", "cargos retenidos"}},
    {"credits_held", {"credits held", "abonos retenidos"}},
    {"at", {"after entry", "tras el asiento"}},
    {"total", {"total", "total"}},
    {"state", {"state", "situación"}},
    {"durable", {"on disk", "en disco"}},
    {"connections", {"connections", "conexiones"}},
    {"covered", {"saved state covers", "el estado guardado cubre"}},
    {"books", {"open days", "días abiertos"}},
    {"uptime", {"seconds up", "segundos en marcha"}},
    {"version", {"version", "versión"}},
    {"lines", {"lines", "renglones"}},
    {"file-line", {"line of the file", "renglón del archivo"}},
    {"held", {"held", "retenido"}},
    {"available", {"available", "disponible"}},
    {"opening", {"opening balance", "saldo inicial"}},
    {"closing", {"closing balance", "saldo final"}},
    {"dividend", {"dividend", "dividendo"}},
    {"tax", {"tax withheld", "impuesto retenido"}},
    {"term", {"term share", "aportación a plazo"}},
    {"due", {"due", "vence"}},
    {"rate", {"rate", "tasa"}},
    {"early", {"rate if early", "tasa anticipada"}},
    {"accrued", {"accrued", "devengado"}},
    {"interest", {"interest", "interés"}},
    {"yield", {"annual yield %", "rendimiento anual %"}},
    {"apy", {"annual percentage yield", "rendimiento anual %"}},
    {"opened", {"opened", "apertura"}}, /* an entry, or a date */
    {"last", {"last entry", "último asiento"}},
    {"postings", {"postings", "movimientos"}},
    {"account", {"account", "cuenta"}},
    {"role", {"role", "rol"}},
    {"name", {"name", "concepto"}},
    {"total", {"total", "total"}},
    {"class", {"class", "clase"}},
    {"currency", {"currency", "moneda"}},
    {"party", {"party", "parte"}},
    {"parent", {"parent", "depende de"}},
    {"book", {"book", "libro"}},
    {"kind", {"kind", "tipo"}},
    {"country", {"country", "país"}},
    {"owner", {"owner", "dueño"}},
    {"scope", {"scope", "alcance"}},
    {"limit", {"limit", "límite"}},
    {"daily", {"daily limit", "límite diario"}},
    {"key", {"key", "llave"}},
    {"public", {"public key", "llave pública"}},
    {"added", {"since entry", "desde el asiento"}},
    {"revoked", {"revoked", "revocada"}},
    {"closed", {"closed", "cerrada"}},
    {"frozen", {"frozen", "congelada"}},
    {"size", {"entries", "asientos"}},
    {"accepted", {"accepted", "aceptadas"}},
    {"refused", {"refused", "rechazadas"}},
    {"status", {"status", "estado"}},
    {"number", {"number", "número"}},
    {"origin", {"origin", "origen"}},
    {"ledger", {"ledger", "libro mayor"}},
    {"rows", {"rows", "renglones"}},
    {"purpose", {"purpose", "propósito"}},
    {"reason", {"reason", "motivo"}},
    {"field", {"field", "campo"}},
    {"beneficiary", {"beneficiary", "beneficiario"}},
    {"part", {"part", "parte"}},
    {"designation", {"designation", "designación"}},
    {"split", {"of what arrives to", "de lo que llega, a"}},
    {"succession", {"succession", "sucesión"}},
    {"left", {"still to be paid", "falta pagar a"}},
    {"unclaimed", {"unclaimed", "no reclamado"}},
    {"active", {"last activity", "última actividad"}},
    {"next", {"go on with after=", "siga con after="}},
    {"loan", {"loan", "crédito"}},
    {"borrower", {"borrower", "acreditado"}},
    {"club", {"club", "club"}},
    {"sector", {"sector", "sector"}},
    {"product", {"product", "producto"}},
    {"method", {"method", "método"}},
    {"daycount", {"day count", "base de días"}},
    {"every", {"every", "cada"}},
    {"late", {"late interest", "intereses moratorios"}},
    {"fee", {"fee", "comisión"}},
    {"grace", {"grace", "gracia"}},
    {"order", {"order of payment", "orden de pago"}},
    {"table", {"provisions", "estimaciones"}},
    {"applied", {"applied for", "solicitado"}},
    {"count", {"instalments", "pagos"}},
    {"only", {"interest only", "sólo interés"}},
    {"balloon", {"balloon", "pago global"}},
    {"committed", {"committed", "comprometido"}},
    {"disbursed", {"paid out", "entregado"}},
    {"withheld", {"fee withheld", "comisión retenida"}},
    {"approved", {"approved by entry", "aprobado en asiento"}},
    {"apr", {"APR %", "APR %"}},
    {"cat", {"CAT %", "CAT %"}},
    {"finance", {"finance charge", "costo del crédito"}},
    {"schedule", {"schedule's hash", "hash de la tabla"}},
    {"owed", {"pays it off", "liquida con"}},
    {"principal", {"principal", "capital"}},
    {"principal_due", {"principal due", "capital vencido"}},
    {"interest_due", {"interest due", "interés vencido"}},
    {"since", {"since", "desde"}},
    {"due_amount", {"unpaid of it", "pendiente de ese pago"}},
    {"arrears", {"days past due", "días de atraso"}},
    {"overdue", {"overdue since", "atraso desde"}},
    {"participation", {"participation", "participación"}},
    {"accrues", {"accrues", "devenga"}},
    {"suspended", {"not accruing", "sin devengo"}},
    {"allowance", {"allowance", "estimación"}},
    {"paid", {"paid", "pagado"}},
    {"capitalised", {"capitalised", "capitalizado"}},
    {"charged_off", {"charged off", "castigado"}},
    {"recovered", {"recovered", "recuperado"}},
    {"revolved", {"revolved", "reciclado"}},
    {"tranche", {"tranche", "entrega"}},
    {"funded", {"funded", "aportado"}},
    {"loss", {"loss", "pérdida"}},
    {"interest_part", {"part of interest", "parte del interés"}},
    {"loss_part", {"part of losses", "parte de pérdidas"}},
    {"security", {"security", "garantía"}},
    {"payoff", {"pays it off", "liquida con"}},
    {"plan", {"plan", "plan"}},
    {"plans", {"plans", "planes"}},
    {"percent", {"% of the pool", "% del fondo"}},
    {"who", {"who", "quién"}},
    {"text", {"", ""}},
};

struct bytes show_label(struct bytes key, enum language language)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (bytes_equal_text(key, labels[i].key))
            return bytes_text(labels[i].text[language]);
    return key;
}

/* ---- values ---- */

void show_digits(struct buffer *out, struct amount amount)
{
    uint8_t memory[64];
    struct buffer plain = buffer_over(memory, sizeof memory);
    amount_append_digits(&plain, amount);
    size_t start = plain.length > 0 && plain.data[0] == '-' ? 1 : 0;
    size_t whole = start;
    while (whole < plain.length && plain.data[whole] != '.')
        whole++;
    for (size_t i = 0; i < plain.length; i++) {
        if (i > start && i < whole && (whole - i) % 3 == 0)
            buffer_char(out, ',');
        buffer_u8(out, plain.data[i]);
    }
}

static void show_amount(struct buffer *out, struct amount amount)
{
    show_digits(out, amount);
    buffer_format(out, " %s", currency_code(amount.currency));
}

/* "MXN9000.00,USD500.00"; false, and nothing written, if it is no list. */
static bool show_amounts(struct buffer *out, struct bytes value)
{
    size_t start = out->length;
    struct amounts amounts;
    if (codec_decode_value(value, FIELD_AMOUNTS, &amounts) !=
        STATUS_ACCEPTED)
        return false;
    for (size_t i = 0; i < amounts.count; i++) {
        if (i > 0)
            buffer_text(out, ", ");
        show_amount(out, amounts.list[i]);
    }
    return out->length > start;
}

void show_value(struct buffer *out, struct bytes key, struct bytes value)
{
    struct amount amount;
    size_t start = out->length;
    bool text = bytes_equal_text(key, "memo") ||
                bytes_equal_text(key, "reason") ||
                bytes_equal_text(key, "name") ||
                bytes_equal_text(key, "place") ||
                bytes_equal_text(key, "order");
    if (amount_parse(value, &amount) == AMOUNT_SPELLED) {
        show_amount(out, amount);
        return;
    }
    if (show_amounts(out, value) || (text && text_decode(value, out)))
        return;
    buffer_truncate(out, start);
    buffer_append(out, value);
}

static bool is_figure(struct bytes value)
{
    struct amount amount;
    uint64_t number;
    return bytes_decimal(value, NUMBER_MAX, &number) ||
           amount_parse(value, &amount) == AMOUNT_SPELLED;
}

static void print_clean(FILE *out, struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        (void)fputc(c < ' ' || c == 0x7F ? '?' : c, out);
    }
}

void show_line(const struct show *show, struct bytes line)
{
    print_clean(show->out, line);
    (void)fputc('\n', show->out);
}

/* ---- fields ---- */

static void print_field(
    const struct show *show, size_t width, struct bytes label,
    struct bytes key, struct bytes value)
{
    struct buffer text = buffer_empty();
    int gap = (int)(width - table_width(label));
    show_value(&text, key, value);
    print_clean(show->out, label);
    (void)fprintf(show->out, "%*s", gap + 2, "");
    print_clean(show->out, buffer_bytes(&text));
    (void)fputc('\n', show->out);
    buffer_free(&text);
}

/* The answer to a question: a line a field. */
static void show_fields(const struct show *show, struct bytes rest)
{
    size_t width = 0;
    struct bytes key;
    struct bytes value;
    struct bytes at = rest;
    while (answer_next(&at, &key, &value)) {
        size_t one = table_width(show_label(key, show->language));
        width = one > width ? one : width;
    }
    while (answer_next(&rest, &key, &value))
        /* How many rows there were, anybody can see. */
        if (!bytes_equal_text(key, "rows"))
            print_field(
                show, width, show_label(key, show->language), key, value);
}

/* ---- rows ---- */

/* Rows that follow each other and begin with the same key are a table. */
struct rows {
    struct bytes key[TABLE_COLUMNS_MAX];
    bool figures[TABLE_COLUMNS_MAX];
    size_t columns;
};

static size_t column_of(const struct rows *rows, struct bytes key)
{
    size_t column = 0;
    while (column < rows->columns && !bytes_equal(rows->key[column], key))
        column++;
    return column;
}

static struct bytes first_key(struct bytes rest)
{
    struct bytes key;
    struct bytes value;
    if (!answer_next(&rest, &key, &value))
        return bytes_of("", 0);
    return key;
}

/* Split off the lines of the next table; false if there is no row. */
static bool take_rows(struct bytes *answer, struct bytes *block)
{
    struct bytes at = *answer;
    struct bytes line;
    struct bytes rest;
    struct bytes first = {0};
    enum answer_kind kind;
    bool any = false;
    *block = bytes_of(at.data, 0);
    while (bytes_next_line(&at, &line) && answer_open(line, &kind, &rest) &&
           kind == ANSWER_ROW) {
        if (any && !bytes_equal(first, first_key(rest)))
            break;
        first = first_key(rest);
        any = true;
        block->length = (size_t)(at.data - block->data);
        *answer = at;
    }
    return any;
}

static void learn_columns(struct rows *rows, struct bytes block)
{
    struct bytes line;
    struct bytes rest;
    struct bytes key;
    struct bytes value;
    enum answer_kind kind;
    rows->columns = 0;
    while (bytes_next_line(&block, &line)) {
        if (!answer_open(line, &kind, &rest))
            continue;
        while (answer_next(&rest, &key, &value)) {
            size_t column = column_of(rows, key);
            if (column == TABLE_COLUMNS_MAX)
                continue;
            if (column == rows->columns) {
                rows->key[column] = key;
                rows->figures[column] = true;
                rows->columns++;
            }
            if (!is_figure(value))
                rows->figures[column] = false;
        }
    }
}

static void fill_row(
    struct text_table *table, const struct rows *rows, struct bytes rest)
{
    struct buffer cell = buffer_empty();
    struct bytes value[TABLE_COLUMNS_MAX] = {{0}};
    struct bytes key;
    struct bytes one;
    while (answer_next(&rest, &key, &one)) {
        size_t column = column_of(rows, key);
        if (column < rows->columns)
            value[column] = one;
    }
    for (size_t i = 0; i < rows->columns; i++) {
        buffer_clear(&cell);
        if (value[i].length > 0)
            show_value(&cell, rows->key[i], value[i]);
        table_cell(table, buffer_bytes(&cell));
    }
    buffer_free(&cell);
}

static void show_rows(
    const struct show *show, enum verb verb, struct bytes block)
{
    struct rows rows = {0};
    struct bytes line = {0};
    struct bytes rest;
    struct bytes others = block;
    enum answer_kind kind;
    learn_columns(&rows, block);
    if (rows.columns == 0)
        return;
    /* A single value (an opening balance) is no table; nor is what there
     * is but once of a loan. */
    if ((rows.columns == 1 || verb == VERB_LOAN) &&
        bytes_next_line(&others, &line) && others.length == 0 &&
        answer_open(line, &kind, &rest)) {
        show_fields(show, rest);
        return;
    }
    struct text_table table = table_empty(rows.columns);
    for (size_t i = 0; i < rows.columns; i++) {
        table.right[i] = rows.figures[i];
        table_cell(&table, show_label(rows.key[i], show->language));
    }
    while (bytes_next_line(&block, &line))
        if (answer_open(line, &kind, &rest))
            fill_row(&table, &rows, rest);
    table_print(&table, show->out);
    table_free(&table);
}

/* ---- verdicts ---- */

static void print_text(FILE *out, const char *before, struct bytes text)
{
    (void)fputs(before, out);
    print_clean(out, text);
}

/* What became of a proposal, if one is concerned. */
static void show_phase(
    const struct show *show, enum verb verb, struct bytes rest)
{
    enum language language = show->language;
    struct bytes phase = answer_find(rest, "proposal");
    struct bytes index = answer_find(rest, "index");
    bool names = index.length > 0 && verb != VERB_APPROVE;
    FILE *out = show->out;
    if (bytes_equal_text(phase, "done")) {
        (void)fputs(say(language, "The proposal took effect.\n",
                        "La propuesta se ejecutó.\n"),
            out);
    } else if (bytes_equal_text(phase, "open")) {
        print_text(out,
            say(language, "It waits for signatures: ",
                "Espera firmas: "),
            answer_find(rest, "have"));
        print_text(out, say(language, " of ", " de "),
            answer_find(rest, "need"));
        print_text(out,
            names
                ? say(language, ". Others sign with: approve proposal=",
                      ". Otros firman con: approve proposal=")
                : ".",
            names ? index : bytes_of(NULL, 0));
        (void)fputc('\n', out);
    }
}

/* The answer to an order: a sentence. */
static void show_accepted(
    const struct show *show, enum verb verb, struct bytes rest)
{
    enum language language = show->language;
    struct bytes index = answer_find(rest, "index");
    struct bytes refused = answer_find(rest, "refused");
    FILE *out = show->out;
    print_text(out,
        say(language, "Done: entry ", "Hecho: asiento "), index);
    print_text(out, say(language, ", business date ", ", fecha contable "),
        answer_find(rest, "date"));
    print_text(out, ", ", answer_find(rest, "time"));
    (void)fputs(".\n", out);
    show_phase(show, verb, rest);
    if (refused.length == 0)
        return;
    print_text(out, say(language, "Lines accepted: ", "Líneas aceptadas: "),
        answer_find(rest, "accepted"));
    print_text(out, say(language, "; refused: ", "; rechazadas: "), refused);
    (void)fputs(".\n", out);
}

static void show_refusal(const struct show *show, struct bytes rest)
{
    enum language language = show->language;
    enum status status;
    struct bytes field = answer_find(rest, "field");
    struct bytes line = answer_find(rest, "file-line");
    struct bytes name = answer_find(rest, "status");
    FILE *out = show->errors;
    (void)fflush(show->out); /* the rows come first */
    print_text(out, say(language, "Refused (", "Rechazado ("), name);
    print_text(out, " ", answer_find(rest, "number"));
    if (!status_parse(name, &status)) {
        print_text(out, "): ", answer_find(rest, "text"));
        (void)fputc('\n', out);
        return;
    }
    (void)fprintf(out, "): %s\n", status_sentence(status, language));
    if (line.length == 0)
        line = answer_find(rest, "line");
    if (line.length > 0) {
        print_text(out, say(language, "Line: ", "Renglón: "), line);
        (void)fputc('\n', out);
    }
    if (field.length > 0) {
        print_text(out, say(language, "Field: ", "Campo: "), field);
        (void)fputc('\n', out);
    }
    const char *advice = advice_for(status, language);
    if (advice != NULL)
        (void)fprintf(out, say(language, "What to do: %s\n",
                               "Qué hacer: %s\n"), advice);
}

static void show_ok(const struct show *show, enum verb verb, struct bytes rest)
{
    const struct operation_row *row = operation_row(verb);
    if (row->class == CLASS_OF_SIGNED &&
        answer_find(rest, "index").length > 0)
        show_accepted(show, verb, rest);
    else if (verb == VERB_TRY) {
        (void)fputs(say(show->language,
                        "It would be accepted; nothing was written.\n",
                        "Se aceptaría; no se escribió nada.\n"),
            show->out);
        show_phase(show, verb, rest);
    } else
        show_fields(show, rest);
}

/* Line by line, tables where rows follow each other. */
static void show_people(
    const struct show *show, enum verb verb, struct bytes answer)
{
    struct bytes block;
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    while (answer.length > 0) {
        if (take_rows(&answer, &block)) {
            show_rows(show, verb, block);
            if (verb == VERB_LOAN)
                (void)fputc('\n', show->out);
            continue;
        }
        if (!bytes_next_line(&answer, &line) ||
            !answer_open(line, &kind, &rest))
            return;
        if (kind == ANSWER_VERBATIM)
            show_line(show, rest);
        else if (kind == ANSWER_OK)
            show_ok(show, verb, rest);
        else
            show_refusal(show, rest);
    }
}

/* The last line of an answer says whether it is one of data. */
static bool is_accepted(struct bytes answer)
{
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind = ANSWER_NO;
    while (bytes_next_line(&answer, &line))
        if (!answer_open(line, &kind, &rest))
            return false;
    return kind == ANSWER_OK;
}

void show_answer(
    const struct show *show, enum verb verb, struct bytes answer)
{
    struct buffer named = buffer_empty();
    bool accepted = is_accepted(answer);
    if (accepted && sheet_knows(verb) && !show->json && !show->csv) {
        sheet_print(show->out, verb, answer, show->language);
        return;
    }
    if (accepted && loanview_prints(verb) && !show->json && !show->csv) {
        loanview_print(show->out, verb, answer, show->language);
        return;
    }
    if (loanview_translates(verb) && !show->json && !show->csv) {
        loanview_translate(&named, answer, show->language);
        answer = buffer_bytes(&named);
    }
    if (sheet_knows(verb) || verb == VERB_TRIAL) {
        sheet_annotate(&named, answer, show->language);
        answer = buffer_bytes(&named);
    }
    if (show->json)
        show_json_answer(show->out, verb, answer);
    else if (show->csv && accepted)
        csv_answer(show->out, answer, show->language);
    else
        show_people(show, verb, answer);
    buffer_free(&named);
}

void show_fault(const struct show *show, enum status status, const char *text)
{
    if (show->json) {
        show_json_fault(show->out, status, text);
        return;
    }
    (void)fprintf(show->errors, "%s\n", text);
}

void show_failure(const struct show *show, const char *text)
{
    if (show->json)
        show_json_failure(show->out, text);
    else
        (void)fprintf(show->errors, "posito: %s\n", text);
}
