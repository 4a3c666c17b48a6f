#include "help.h"

#include "command.h"
#include "speech.h"
#include "table.h"

#include <string.h>

/* ---- the tool's own commands ---- */

struct tool {
    const char *name;
    const char *usage[2];
    const char *text[2];
};

static const struct tool tools[] = {
    {"help", {"help [OPERATION]", "help [OPERACIÓN]"},
        {"This list, or one operation with its fields.",
            "Esta lista, o una operación con sus campos."}},
    {"keygen",
        {"keygen NAME [--out FILE] [--no-passphrase]",
            "keygen NOMBRE [--out ARCHIVO] [--no-passphrase]"},
        {"Make a signing key, sealed with a passphrase.",
            "Crear una llave para firmar, sellada con contraseña."}},
    {"proof",
        {"proof key-add ... --new-key FILE [--ledger ID]",
            "proof key-add ... --new-key ARCHIVO [--ledger ID]"},
        {"Have a new key prove itself where it is; a treasurer signs what "
         "this prints.",
            "Que una llave nueva se pruebe donde está; la tesorería firma "
            "lo que esto muestra."}},
    {"send", {"send LINE [FILE]", "send LÍNEA [ARCHIVO]"},
        {"Send a line that is signed already; FILE is a batch's body.",
            "Enviar una línea ya firmada; ARCHIVO es el cuerpo de un "
            "lote."}},
    {"init",
        {"init FOLDER --origin NAME [--found FILE] [--founder KEY]",
            "init CARPETA --origin NOMBRE [--found ARCHIVO] [--founder "
            "LLAVE]"},
        {"Found a ledger: its first keys and books.",
            "Fundar un libro: sus primeras llaves y libros."}},
    {"teller", {"teller", "teller"},
        {"A teller's screen: drawer, members, deposits, withdrawals, count.",
            "La pantalla del cajero: caja, socios, depósitos, retiros, "
            "conteo."}},
    {"import-programme",
        {"import-programme FILE [year=... book=... ...]",
            "import-programme ARCHIVO [year=... book=... ...]"},
        {"Show the published three-for-one programme; send a year of it.",
            "Mostrar el programa tres por uno publicado; enviar un año."}},
    {"catch-up",
        {"catch-up book=BOOK to=DATE", "catch-up book=LIBRO to=FECHA"},
        {"Close the days that were missed, one by one, until DATE is open.",
            "Cerrar los días que faltan, uno por uno, hasta abrir FECHA."}},
    {NULL, {NULL, NULL}, {NULL, NULL}},
};

const char *const *help_tools(void)
{
    static const char *const names[] = {
        "help", "keygen", "proof", "send", "init", "teller", "catch-up",
        "import-programme", NULL};
    return names;
}

bool help_tool(FILE *out, const char *command, enum language language)
{
    for (const struct tool *tool = tools; tool->name != NULL; tool++) {
        if (strcmp(tool->name, command) != 0)
            continue;
        (void)fprintf(out, "posito %s\n%s\n", tool->usage[language],
            tool->text[language]);
        return true;
    }
    return false;
}

/* ---- all of it ---- */

static void row(struct text_table *table, const char *name, const char *text)
{
    uint8_t memory[64];
    struct buffer cell = buffer_over(memory, sizeof memory);
    buffer_format(&cell, "  %s", name);
    table_cell(table, buffer_bytes(&cell));
    table_cell(table, bytes_text(text));
}

static void print_class(
    FILE *out, enum verb_class class, enum language language)
{
    struct text_table table = table_empty(2);
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        const struct operation_row *operation =
            operation_row((enum verb)i);
        if (operation->class == class && i != VERB_GENESIS &&
            i != VERB_HELP)
            row(&table, operation->verb, operation->help[language]);
    }
    table_print(&table, out);
    table_free(&table);
}

static void print_options(FILE *out, enum language language)
{
    (void)fputs(
        say(language,
            "\nOptions (anywhere on the line):\n"
            "  --addr HOST:PORT        where positod listens "
            "(POSITO_ADDR; 127.0.0.1:7733)\n"
            "  --key FILE              your key (POSITO_KEY)\n"
            "  --passphrase-file FILE  its passphrase, for scripts "
            "(POSITO_PASSPHRASE_FILE)\n"
            "  --language en|es        (POSITO_LANGUAGE, LANG)\n"
            "  --json                  answers as JSON, an object a line\n"
            "  --csv                   rows as comma-separated values\n"
            "  --out FILE              keep a receipt, checkpoint or proof "
            "in a new file\n"
            "  --exact                 texts are given encoded (%20), as "
            "on the line\n"
            "  --yes                   don't ask before approve, catch-up\n"
            "  --timeout SECONDS       longest wait for the daemon (10)\n"
            "addr, key and language can stand in ~/.config/posito/config, "
            "as: key = FILE\n"
            "\nExit codes: 0 accepted, 1 refused, 2 wrong usage, 3 the "
            "daemon was not reached.\n",
            "\nOpciones (en cualquier lugar de la línea):\n"
            "  --addr HOST:PUERTO         dónde escucha positod "
            "(POSITO_ADDR; 127.0.0.1:7733)\n"
            "  --key ARCHIVO              su llave (POSITO_KEY)\n"
            "  --passphrase-file ARCHIVO  su contraseña, para programas "
            "(POSITO_PASSPHRASE_FILE)\n"
            "  --language en|es           (POSITO_LANGUAGE, LANG)\n"
            "  --json                     respuestas en JSON, un objeto "
            "por renglón\n"
            "  --csv                      renglones separados por comas\n"
            "  --out ARCHIVO              guardar un recibo, sello o "
            "prueba en un archivo nuevo\n"
            "  --exact                    los textos van codificados "
            "(%20), como en la línea\n"
            "  --yes                      no preguntar en approve, catch-up\n"
            "  --timeout SEGUNDOS         espera máxima al servidor (10)\n"
            "addr, key y language pueden estar en ~/.config/posito/config, "
            "así: key = ARCHIVO\n"
            "\nCódigos de salida: 0 aceptado, 1 rechazado, 2 mal uso, 3 no "
            "se alcanzó el servidor.\n"),
        out);
}

void help_overview(FILE *out, enum language language)
{
    struct text_table table = table_empty(2);
    (void)fputs(
        say(language,
            "posito [OPTIONS] OPERATION field=value ...\n"
            "posito                    asks line by line\n"
            "\nOperations, signed with your key:\n",
            "posito [OPCIONES] OPERACIÓN campo=valor ...\n"
            "posito                    pregunta renglón por renglón\n"
            "\nOperaciones, firmadas con su llave:\n"),
        out);
    print_class(out, CLASS_OF_SIGNED, language);
    (void)fputs(say(language, "\nQuestions:\n", "\nPreguntas:\n"), out);
    print_class(out, CLASS_OF_QUESTION, language);
    (void)fputs(say(language, "\nThis tool's own commands:\n",
                    "\nÓrdenes de esta herramienta:\n"),
        out);
    for (const struct tool *tool = tools; tool->name != NULL; tool++)
        row(&table, tool->name, tool->text[language]);
    table_print(&table, out);
    table_free(&table);
    print_options(out, language);
}

/* ---- one operation ---- */

static void print_fields(
    FILE *out, const struct operation_row *operation, enum language language)
{
    struct text_table table = table_empty(3);
    struct buffer cell = buffer_empty();
    for (size_t i = 0; i < operation->field_count; i++) {
        const struct field_row *field = &operation->fields[i];
        const char *const *words = field_words(field->type);
        buffer_clear(&cell);
        buffer_format(&cell, "  %s%s",
            field->key[0] != '\0' ? field->key : "...",
            field->optional ? "*" : "");
        table_cell(&table, buffer_bytes(&cell));
        buffer_clear(&cell);
        if (words == NULL)
            buffer_text(&cell, field_type_name(field->type));
        for (size_t j = 0; words != NULL && words[j] != NULL; j++)
            buffer_format(&cell, "%s%s", j > 0 ? "|" : "", words[j]);
        table_cell(&table, buffer_bytes(&cell));
        table_cell(&table, bytes_text(field->help[language]));
    }
    table_print(&table, out);
    table_free(&table);
    buffer_free(&cell);
}

static void print_kinds(FILE *out, uint32_t kinds, enum language language)
{
    const char *separator = "";
    (void)fputs(say(language, "\nMay be signed by: ", "\nPuede firmarla: "),
        out);
    if (kinds == KINDS_ALL)
        (void)fputs(say(language, "any key", "cualquier llave"), out);
    for (unsigned i = 0; kinds != KINDS_ALL && i < KEY_KIND_COUNT; i++) {
        if ((kinds & (1U << i)) == 0)
            continue;
        (void)fprintf(
            out, "%s%s", separator, key_kind_name((enum key_kind)i));
        separator = ", ";
    }
    (void)fputs(say(language, " (policy may say otherwise).\n",
                    " (una regla puede cambiarlo).\n"),
        out);
}

static void print_example(FILE *out, const struct operation_row *operation,
    enum language language)
{
    (void)fprintf(out, "%s posito %s",
        say(language, "\nFor example:", "\nPor ejemplo:"), operation->verb);
    for (size_t i = 0; i < operation->field_count; i++) {
        const struct field_row *field = &operation->fields[i];
        const char *const *words = field_words(field->type);
        const char *example =
            words != NULL ? words[0] : command_example(field);
        if (field->optional || example == NULL)
            continue;
        (void)fprintf(out, " %s=%s", field->key, example);
    }
    (void)fputs("\n", out);
}

void help_verb(FILE *out, enum verb verb, enum language language)
{
    const struct operation_row *operation = operation_row(verb);
    (void)fprintf(out, "%s: %s\n", operation->verb, operation->help[language]);
    if (operation->field_count > 0)
        (void)fputs("\n", out);
    print_fields(out, operation, language);
    for (size_t i = 0; i < operation->field_count; i++) {
        if (!operation->fields[i].optional)
            continue;
        (void)fputs(say(language, "* may be left out\n",
                        "* puede omitirse\n"),
            out);
        break;
    }
    if (operation->class == CLASS_OF_SIGNED)
        print_kinds(out, operation->kinds, language);
    if (verb == VERB_BATCH)
        (void)fputs(say(language,
                        "lines= and root= are computed from a file:\n"
                        "  posito batch mode=all FILE\n",
                        "lines= y root= se calculan de un archivo:\n"
                        "  posito batch mode=all ARCHIVO\n"),
            out);
    else if (verb != VERB_TRY)
        print_example(out, operation, language);
}
