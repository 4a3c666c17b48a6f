#include "init.h"

#include "files.h"
#include "found.h"
#include "keystore.h"
#include "speech.h"

#include <posito/encoding.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_BYTES_MAX ((size_t)4 << 20)
#define ANSWER_LENGTH 200

/* ---- keys ---- */

static int open_key(void *context, const char *path,
    const struct ident *name, struct keyfile *file, struct failure *failure)
{
    const struct session *session = context;
    const struct settings *settings = session->settings;
    struct passphrase_source source = {.file = settings->passphrase_file,
        .none = settings->no_passphrase,
        .language = settings->language};
    if (files_exists(path))
        return keystore_open(path, &source, file, failure);
    keystore_generate(file, ident_bytes(name));
    return keystore_create(path, file, &source, failure);
}

/* ---- asking ---- */

/* A line from the terminal; the default if it is empty.  False: ended. */
static bool ask(const char *question, const char *usual, char *out)
{
    (void)printf("%s [%s]: ", question, usual);
    (void)fflush(stdout);
    if (fgets(out, ANSWER_LENGTH, stdin) == NULL)
        return false;
    out[strcspn(out, "\r\n")] = '\0';
    if (out[0] == '\0')
        (void)snprintf(out, ANSWER_LENGTH, "%s", usual);
    return true;
}

static bool yes(const char *answer)
{
    return answer[0] == 'y' || answer[0] == 'Y' || answer[0] == 's' ||
           answer[0] == 'S';
}

static void today(char *out)
{
    struct timespec now;
    struct tm local;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)localtime_r(&now.tv_sec, &local);
    (void)strftime(out, ANSWER_LENGTH, "%Y-%m-%d", &local);
}

struct answers {
    char mexico[ANSWER_LENGTH];
    char date[ANSWER_LENGTH];
    char federation[ANSWER_LENGTH];
    char treasurer[ANSWER_LENGTH];
    char office[ANSWER_LENGTH];
    char teller[ANSWER_LENGTH];
    char supervisor[ANSWER_LENGTH];
};

static bool ask_all(enum language language, struct answers *answers)
{
    char date[ANSWER_LENGTH];
    today(date);
    (void)puts(say(language,
        "A few questions; the answer in brackets is taken with Enter. "
        "Names\nhave a-z, 0-9, '.' and '-', and are never a person's name.",
        "Unas preguntas; con Enter se toma la respuesta entre corchetes.\n"
        "Los nombres llevan a-z, 0-9, '.' y '-', y nunca son de personas."));
    return ask(say(language, "Also a Mexican book (mx, MXN)? y/n",
                   "¿También un libro mexicano (mx, MXN)? s/n"),
               say(language, "y", "s"), answers->mexico) &&
           ask(say(language, "First business date", "Primera fecha contable"),
               date, answers->date) &&
           ask(say(language, "First federation of clubs",
                   "Primera federación de clubes"),
               "federation", answers->federation) &&
           ask(say(language, "Key of its treasurer, who founds the ledger",
                   "Llave de su tesorería, que funda el libro"),
               "fed.tres", answers->treasurer) &&
           ask(say(language, "First office", "Primera oficina"), "office1",
               answers->office) &&
           ask(say(language, "Key of its first teller",
                   "Llave de su primera caja"),
               "teller1", answers->teller) &&
           ask(say(language, "Key of a supervisor",
                   "Llave de una persona supervisora"),
               "supervisor1", answers->supervisor);
}

static void append_text(struct buffer *text, const struct answers *answers)
{
    bool mexico = yes(answers->mexico);
    buffer_text(text, "currency code=USD digits=2\n");
    if (mexico)
        buffer_text(text, "currency code=MXN digits=2\n");
    buffer_format(text, "book book=us country=US date=%s\n", answers->date);
    if (mexico)
        buffer_format(
            text, "book book=mx country=MX date=%s\n", answers->date);
    buffer_format(text,
        "party-open party=%s kind=federation book=us country=US\n",
        answers->federation);
    buffer_format(text, "party-open party=%s kind=office book=us country=US\n",
        answers->office);
    /* There is one treasurer yet: with the default of two keys nobody
     * could add a second one. */
    buffer_text(text,
        "policy-set verb=key-add need=1 kinds=federation.treasurer,board\n"
        "policy-set verb=key-revoke need=1 kinds=federation.treasurer,board\n"
        "policy-set verb=policy-set need=1 "
        "kinds=federation.treasurer,board\n");
    /* Nobody posts to an account of their own key's owner; a teller who
     * was owned by the office could not use its drawer. */
    buffer_text(text,
        "party-open party=staff kind=officer book=us country=US\n");
    buffer_format(text,
        "key-add key=%s kind=federation.treasurer owner=%s country=US "
        "scope=all\n",
        answers->treasurer, answers->federation);
    buffer_format(text,
        "key-add key=%s kind=teller owner=staff country=US scope=us "
        "limit=USD3000.00\n",
        answers->teller);
    buffer_format(text,
        "key-add key=%s kind=supervisor owner=staff country=US scope=all\n",
        answers->supervisor);
}

static enum outcome ask_text(struct session *session, struct buffer *text)
{
    enum language language = session->settings->language;
    struct answers answers;
    char answer[ANSWER_LENGTH];
    if (!ask_all(language, &answers))
        return OUTCOME_USAGE;
    append_text(text, &answers);
    (void)printf("\n%.*s\n", (int)text->length, (const char *)text->data);
    if (!ask(say(language, "Found the ledger with this? y/n",
                 "¿Fundar el libro con esto? s/n"),
            "n", answer) ||
        !yes(answer)) {
        (void)puts(say(language,
            "Nothing was done. Put the lines into a file, change them, and "
            "give --found FILE.",
            "No se hizo nada. Guarde las líneas en un archivo, cámbielas y "
            "use --found ARCHIVO."));
        return OUTCOME_USAGE;
    }
    return OUTCOME_ACCEPTED;
}

static enum outcome get_text(struct session *session, struct buffer *text)
{
    struct failure failure = {{0}};
    const char *path = session->settings->found_file;
    if (path[0] != '\0')
        return files_read(path, TEXT_BYTES_MAX, text, &failure) == 0
                   ? OUTCOME_ACCEPTED
                   : session_fail(session, &failure);
    if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0)
        return ask_text(session, text);
    return session_usage(session, STATUS_MISSING_FIELD,
        say(session->settings->language,
            "posito init FOLDER --origin NAME --found FILE",
            "posito init CARPETA --origin NOMBRE --found ARCHIVO"));
}

/* ---- the end ---- */

static void explain(
    struct session *session, const char *folder, const struct hash *ledger)
{
    uint8_t memory[64];
    struct buffer id = buffer_over(memory, sizeof memory);
    base64_append(&id, bytes_of(ledger->data, sizeof ledger->data));
    (void)fprintf(session->show.out,
        say(session->settings->language,
            "The ledger is founded. Its id is\n"
            "  %.*s\n"
            "Write it down where members can see it: auditors ask for it.\n\n"
            "%s/genesis     the signed founding\n"
            "%s/log.key     the daemon's key; only the daemon reads it\n"
            "%s/keys/       the first keys: hand each to its owner, and "
            "remove it here\n\n"
            "Next: start the daemon, in this folder, and ask it how it is:\n"
            "  positod -f %s\n"
            "  posito status\n",
            "El libro está fundado. Su id es\n"
            "  %.*s\n"
            "Anótelo donde los socios lo vean: los auditores lo piden.\n\n"
            "%s/genesis     la fundación firmada\n"
            "%s/log.key     la llave del servidor; sólo él la lee\n"
            "%s/keys/       las primeras llaves: entregue cada una a su "
            "dueño y quítela de aquí\n\n"
            "Sigue: inicie el servidor, en esta carpeta, y pregúntele cómo "
            "está:\n"
            "  positod -f %s\n"
            "  posito status\n"),
        (int)id.length, (const char *)id.data, folder, folder, folder,
        folder);
}

enum outcome init_run(
    struct session *session, const char *const *words, size_t count)
{
    const struct settings *settings = session->settings;
    struct failure failure = {{0}};
    struct buffer text = buffer_empty();
    struct ident founder;
    struct hash ledger;
    bool named = settings->founder[0] != '\0';
    if (count != 1 || settings->origin[0] == '\0' ||
        (named && !ident_parse(bytes_text(settings->founder), &founder)))
        return session_usage(session, STATUS_MISSING_FIELD,
            say(settings->language,
                "posito init FOLDER --origin NAME [--found FILE] [--founder "
                "KEY]\nNAME is the log's name for all time, for example "
                "posito.example/us",
                "posito init CARPETA --origin NOMBRE [--found ARCHIVO] "
                "[--founder LLAVE]\nNOMBRE es el nombre del registro para "
                "siempre, por ejemplo posito.example/us"));
    enum outcome outcome = get_text(session, &text);
    if (outcome == OUTCOME_ACCEPTED) {
        struct founding founding = {.folder = words[0],
            .origin = settings->origin,
            .text = buffer_bytes(&text),
            .founder = named ? &founder : NULL,
            .language = settings->language,
            .open_key = open_key,
            .context = session};
        if (found_write(&founding, &ledger, &failure) != 0)
            outcome = session_fail(session, &failure);
        else
            explain(session, words[0], &ledger);
    }
    buffer_free(&text);
    return outcome;
}
