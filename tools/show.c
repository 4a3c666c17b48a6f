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

/* What a key of an answer is called; row: only in rows that begin with it. */
struct label {
    const char *key;
    const char *text[2];
    const char *row;
};

static const struct label labels[] = {
    {"project", {"project", "proyecto"}, NULL},
    {"category", {"category", "categoría"}, NULL},
    {"productive", {"productive", "productivos"}, NULL},
    {"place", {"place", "lugar"}, NULL},
    {"agreement", {"matching rule", "regla"}, NULL},
    {"start", {"start", "inicio"}, NULL},
    {"budget", {"budget", "presupuesto"}, NULL},
    {"pledged", {"pledged", "comprometido"}, NULL},
    {"received", {"received", "recibido"}, NULL},
    {"drawn", {"drawn", "dispuesto"}, NULL},
    {"returned", {"returned", "devuelto"}, NULL},
    {"releasable", {"may be drawn", "por disponer"}, NULL},
    {"level", {"level", "nivel"}, NULL},
    {"out", {"out since entry", "fuera desde el asiento"}, NULL},
    {"source", {"source", "fuente"}, NULL},
    {"from", {"from", "de"}, NULL},
    {"share", {"share %", "parte %"}, NULL},
    {"milestone", {"milestone", "avance"}, NULL},
    {"part", {"part %", "parte %"}, "milestone"},
    {"evidence", {"evidence", "evidencia"}, NULL},
    {"link", {"linked as", "vínculo"}, NULL},
    {"pledge", {"pledge", "compromiso"}, NULL},
    {"left", {"not received", "por recibir"}, "pledge"},
    {"year", {"year", "año"}, NULL},
    {"projects", {"projects", "proyectos"}, NULL},
    {"places", {"places", "lugares"}, NULL},
    {"invested", {"invested", "invertido"}, NULL},
    {"average", {"average", "promedio"}, NULL},
    {"due", {"due", "disponible desde"}, "notice"},
    {"left", {"still to be paid", "falta pagar a"}, "succession"},
    {"part", {"part %", "parte %"}, "party"},
    {"active", {"last activity", "última actividad"}, NULL},
    {"open", {"worked", "se trabaja"}, NULL},
    {"proposal", {"proposal", "propuesta"}, NULL},
    {"by", {"by", "de"}, NULL},
    {"need", {"needs", "necesita"}, NULL},
    {"have", {"has", "tiene"}, NULL},
    {"each", {"of each country", "de cada país"}, NULL},
    {"clubs", {"clubs", "clubes"}, "year"},
    {"clubs", {"clubs", "clubes"}, "total"},
    {"clubs", {"clubs' majority", "mayoría de clubes"}, NULL},
    {"ended", {"ended by entry", "terminó en asiento"}, NULL},
    {"may", {"may sign", "pueden firmar"}, NULL},
    {"counts", {"counts", "cuenta"}, NULL},
    {"pool", {"pool", "fondo"}, NULL},
    {"notice", {"notice", "aviso"}, NULL},
    {"left", {"left", "queda"}, NULL},
    {"stake", {"put in", "puesto"}, NULL},
    {"days", {"days of notice", "días de aviso"}, NULL},
    {"lent", {"lent to the federation", "prestado a la federación"}, NULL},
    {"until", {"until", "hasta"}, NULL},
    {"state", {"state", "situación"}, NULL},
    {"index", {"entry", "asiento"}, NULL},
    {"entry", {"entry", "asiento"}, NULL},
    {"line", {"line", "línea"}, NULL},
    {"time", {"time", "hora"}, NULL},
    {"date", {"date", "fecha"}, NULL},
    {"first", {"first date", "primera fecha"}, NULL},
    {"verb", {"operation", "operación"}, NULL},
    {"amount", {"amount", "importe"}, NULL},
    {"balance", {"balance", "saldo"}, NULL},
    {"before", {"before", "antes"}, NULL},
    {"after", {"after", "después"}, NULL},
    {"debits", {"debits", "cargos"}, NULL},
    {"credits", {"credits", "abonos"}, NULL},
    {"debits_held", {"debits held", "cargos retenidos"}, NULL},
    {"credits_held", {"credits held", "abonos retenidos"}, NULL},
    {"at", {"after entry", "tras el asiento"}, NULL},
    {"total", {"total", "total"}, NULL},
    {"durable", {"on disk", "en disco"}, NULL},
    {"connections", {"connections", "conexiones"}, NULL},
    {"covered", {"saved state covers", "el estado guardado cubre"}, NULL},
    {"saving", {"being saved", "se está guardando"}, NULL},
    {"books", {"open days", "días abiertos"}, NULL},
    {"uptime", {"seconds up", "segundos en marcha"}, NULL},
    {"version", {"version", "versión"}, NULL},
    {"lines", {"lines", "renglones"}, NULL},
    {"file-line", {"line of the file", "renglón del archivo"}, NULL},
    {"held", {"held", "retenido"}, NULL},
    {"available", {"available", "disponible"}, NULL},
    {"opening", {"opening balance", "saldo inicial"}, NULL},
    {"closing", {"closing balance", "saldo final"}, NULL},
    {"dividend", {"dividend", "dividendo"}, NULL},
    {"tax", {"tax withheld", "impuesto retenido"}, NULL},
    {"term", {"term share", "aportación a plazo"}, NULL},
    {"due", {"due", "vence"}, NULL},
    {"rate", {"rate", "tasa"}, NULL},
    {"early", {"rate if early", "tasa anticipada"}, NULL},
    {"accrued", {"accrued", "devengado"}, NULL},
    {"interest", {"interest", "interés"}, NULL},
    {"yield", {"annual yield %", "rendimiento anual %"}, NULL},
    {"apy", {"annual percentage yield", "rendimiento anual %"}, NULL},
    {"opened", {"opened", "apertura"}, NULL}, /* an entry, or a date */
    {"last", {"last entry", "último asiento"}, NULL},
    {"postings", {"postings", "movimientos"}, NULL},
    {"account", {"account", "cuenta"}, NULL},
    {"role", {"role", "rol"}, NULL},
    {"name", {"name", "concepto"}, NULL},
    {"class", {"class", "clase"}, NULL},
    {"currency", {"currency", "moneda"}, NULL},
    {"party", {"party", "parte"}, NULL},
    {"parent", {"parent", "depende de"}, NULL},
    {"book", {"book", "libro"}, NULL},
    {"kind", {"kind", "tipo"}, NULL},
    {"country", {"country", "país"}, NULL},
    {"owner", {"owner", "dueño"}, NULL},
    {"scope", {"scope", "alcance"}, NULL},
    {"limit", {"limit", "límite"}, NULL},
    {"daily", {"daily limit", "límite diario"}, NULL},
    {"key", {"key", "llave"}, NULL},
    {"public", {"public key", "llave pública"}, NULL},
    {"added", {"since entry", "desde el asiento"}, NULL},
    {"revoked", {"revoked", "revocada"}, NULL},
    {"closed", {"closed", "cerrada"}, NULL},
    {"frozen", {"frozen", "congelada"}, NULL},
    {"size", {"entries", "asientos"}, NULL},
    {"accepted", {"accepted", "aceptadas"}, NULL},
    {"refused", {"refused", "rechazadas"}, NULL},
    {"status", {"status", "estado"}, NULL},
    {"number", {"number", "número"}, NULL},
    {"origin", {"origin", "origen"}, NULL},
    {"ledger", {"ledger", "libro mayor"}, NULL},
    {"rows", {"rows", "renglones"}, NULL},
    {"purpose", {"purpose", "propósito"}, NULL},
    {"reason", {"reason", "motivo"}, NULL},
    {"field", {"field", "campo"}, NULL},
    {"beneficiary", {"beneficiary", "beneficiario"}, NULL},
    {"part", {"part", "parte"}, NULL},
    {"designation", {"designation", "designación"}, NULL},
    {"split", {"of what arrives to", "de lo que llega, a"}, NULL},
    {"succession", {"succession", "sucesión"}, NULL},
    {"unclaimed", {"unclaimed", "no reclamado"}, NULL},
    {"next", {"go on with after=", "siga con after="}, NULL},
    {"loan", {"loan", "crédito"}, NULL},
    {"borrower", {"borrower", "acreditado"}, NULL},
    {"club", {"club", "club"}, NULL},
    {"sector", {"sector", "sector"}, NULL},
    {"product", {"product", "producto"}, NULL},
    {"method", {"method", "método"}, NULL},
    {"daycount", {"day count", "base de días"}, NULL},
    {"every", {"every", "cada"}, NULL},
    {"late", {"late interest", "intereses moratorios"}, NULL},
    {"fee", {"fee", "comisión"}, NULL},
    {"grace", {"grace", "gracia"}, NULL},
    {"order", {"order of payment", "orden de pago"}, NULL},
    {"table", {"provisions", "estimaciones"}, NULL},
    {"applied", {"applied for", "solicitado"}, NULL},
    {"count", {"instalments", "pagos"}, NULL},
    {"only", {"interest only", "sólo interés"}, NULL},
    {"balloon", {"balloon", "pago global"}, NULL},
    {"committed", {"committed", "comprometido"}, NULL},
    {"disbursed", {"paid out", "entregado"}, NULL},
    {"withheld", {"fee withheld", "comisión retenida"}, NULL},
    {"approved", {"approved by entry", "aprobado en asiento"}, NULL},
    {"apr", {"APR %", "APR %"}, NULL},
    {"cat", {"CAT %", "CAT %"}, NULL},
    {"finance", {"finance charge", "costo del crédito"}, NULL},
    {"schedule", {"schedule's hash", "hash de la tabla"}, NULL},
    {"owed", {"pays it off", "liquida con"}, NULL},
    {"principal", {"principal", "capital"}, NULL},
    {"principal_due", {"principal due", "capital vencido"}, NULL},
    {"interest_due", {"interest due", "interés vencido"}, NULL},
    {"since", {"since", "desde"}, NULL},
    {"due_amount", {"unpaid of it", "pendiente de ese pago"}, NULL},
    {"arrears", {"days past due", "días de atraso"}, NULL},
    {"overdue", {"overdue since", "atraso desde"}, NULL},
    {"participation", {"participation", "participación"}, NULL},
    {"accrues", {"accrues", "devenga"}, NULL},
    {"suspended", {"not accruing", "sin devengo"}, NULL},
    {"allowance", {"allowance", "estimación"}, NULL},
    {"paid", {"paid", "pagado"}, NULL},
    {"capitalised", {"capitalised", "capitalizado"}, NULL},
    {"charged_off", {"charged off", "castigado"}, NULL},
    {"recovered", {"recovered", "recuperado"}, NULL},
    {"revolved", {"revolved", "reciclado"}, NULL},
    {"tranche", {"tranche", "entrega"}, NULL},
    {"funded", {"funded", "aportado"}, NULL},
    {"loss", {"loss", "pérdida"}, NULL},
    {"interest_part", {"part of interest", "parte del interés"}, NULL},
    {"loss_part", {"part of losses", "parte de pérdidas"}, NULL},
    {"security", {"security", "garantía"}, NULL},
    {"payoff", {"pays it off", "liquida con"}, NULL},
    {"plan", {"plan", "plan"}, NULL},
    {"plans", {"plans", "planes"}, NULL},
    {"percent", {"% of the pool", "% del fondo"}, NULL},
    {"who", {"who", "quién"}, NULL},
    {"text", {"", ""}, NULL},
};

struct bytes show_label(
    struct bytes row, struct bytes key, enum language language)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (bytes_equal_text(key, labels[i].key) &&
            (labels[i].row == NULL || bytes_equal_text(row, labels[i].row)))
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

static struct bytes first_key(struct bytes rest)
{
    struct bytes key;
    struct bytes value;
    if (!answer_next(&rest, &key, &value))
        return bytes_of("", 0);
    return key;
}

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
    struct bytes first = first_key(rest);
    struct bytes key;
    struct bytes value;
    struct bytes at = rest;
    while (answer_next(&at, &key, &value)) {
        size_t one = table_width(show_label(first, key, show->language));
        width = one > width ? one : width;
    }
    while (answer_next(&rest, &key, &value))
        /* How many rows there were, anybody can see. */
        if (!bytes_equal_text(key, "rows"))
            print_field(show, width,
                show_label(first, key, show->language), key, value);
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
        table_cell(&table, show_label(rows.key[0], rows.key[i], show->language));
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
