#include "newkey.h"

#include "../protocol/sign.h"
#include "command.h"
#include "files.h"
#include "keystore.h"
#include "speech.h"

#include <posito/encoding.h>

#include <stdio.h>
#include <string.h>

#define WORDS_WITH_KEY_MAX 32

/* The user's words, and key= and public= where they were left out. */
struct completed {
    const char *word[WORDS_WITH_KEY_MAX + 2];
    size_t count;
    char key[16 + IDENT_LENGTH_MAX];
    char public_key[64];
};

static bool has_word(
    const char *const *words, size_t count, const char *start)
{
    for (size_t i = 1; i < count; i++)
        if (strncmp(words[i], start, strlen(start)) == 0)
            return true;
    return false;
}

static void append_public(struct buffer *text, const struct keyfile *file)
{
    buffer_text(text, "public=");
    base64_append(text, bytes_of(file->public_key.data, 32));
}

static void complete_words(struct completed *completed,
    const char *const *words, size_t count, const struct keyfile *file)
{
    memset(completed, 0, sizeof *completed);
    for (size_t i = 0; i < count && i < WORDS_WITH_KEY_MAX; i++)
        completed->word[completed->count++] = words[i];
    if (!has_word(words, count, "key=")) {
        (void)snprintf(completed->key, sizeof completed->key, "key=%.*s",
            IDENT_LENGTH_MAX, file->name);
        completed->word[completed->count++] = completed->key;
    }
    if (!has_word(words, count, "public=")) {
        struct buffer text = buffer_over(
            completed->public_key, sizeof completed->public_key - 1);
        append_public(&text, file);
        completed->word[completed->count++] = completed->public_key;
    }
}

static int open_new_key(const struct session *session, struct keyfile *file,
    struct failure *failure)
{
    const struct settings *settings = session->settings;
    struct passphrase_source source = {
        .file = settings->new_passphrase_file[0] != '\0'
                    ? settings->new_passphrase_file
                    : settings->passphrase_file,
        .language = settings->language};
    return keystore_open(settings->new_key_file, &source, file, failure);
}

enum outcome newkey_line(struct session *session, const char *const *words,
    size_t count, const struct hash *ledger, struct buffer *line)
{
    struct keyfile file;
    struct failure failure = {{0}};
    struct completed completed;
    struct command_fault fault;
    struct command_options options = {.place = CODEC_REQUEST,
        .language = session->settings->language,
        .left_out = "proof"};
    if (open_new_key(session, &file, &failure) != 0)
        return session_fail(session, &failure);
    complete_words(&completed, words, count, &file);
    bool built = command_build(
        completed.word, completed.count, &options, line, &fault);
    if (built)
        sign_proof(line, ledger, &file.secret);
    keyfile_forget(&file);
    if (built && !line->failed)
        return OUTCOME_ACCEPTED;
    if (built) {
        (void)failure_set(&failure, "out of memory");
        return session_fail(session, &failure);
    }
    return session_usage(session, fault.status, fault.text);
}

/* ---- proof ---- */

static enum outcome find_ledger(struct session *session, struct hash *ledger)
{
    const char *given = session->settings->ledger;
    if (given[0] != '\0') {
        if (base64_decode(bytes_text(given), ledger->data, 32))
            return OUTCOME_ACCEPTED;
        return session_usage(session, STATUS_BAD_VALUE,
            say(session->settings->language,
                "--ledger takes the ledger's id as hello or posito init "
                "print it.",
                "--ledger lleva el id del libro como lo muestran hello o "
                "posito init."));
    }
    enum outcome outcome = session_need_client(session);
    if (outcome == OUTCOME_ACCEPTED)
        *ledger = *client_ledger(session->client);
    return outcome;
}

enum outcome newkey_proof(
    struct session *session, const char *const *words, size_t count)
{
    enum language language = session->settings->language;
    struct buffer line = buffer_empty();
    struct hash ledger;
    bool fits = count > 0 && (strcmp(words[0], "key-add") == 0 ||
                                 strcmp(words[0], "key-rotate") == 0);
    if (!fits || session->settings->new_key_file[0] == '\0')
        return session_usage(session, STATUS_MISSING_FIELD,
            say(language,
                "posito proof key-add ... --new-key FILE [--ledger ID]\n"
                "prints the line with the new key's proof, for a treasurer "
                "to sign.",
                "posito proof key-add ... --new-key ARCHIVO [--ledger ID]\n"
                "muestra la línea con la prueba de la llave nueva, para que "
                "la firme la tesorería."));
    enum outcome outcome = find_ledger(session, &ledger);
    if (outcome == OUTCOME_ACCEPTED)
        outcome = newkey_line(session, words, count, &ledger, &line);
    if (outcome == OUTCOME_ACCEPTED)
        (void)fprintf(session->show.out, "posito %.*s\n", (int)line.length,
            (const char *)line.data);
    buffer_free(&line);
    return outcome;
}

/* ---- keygen ---- */

static void explain_key(const struct session *session,
    const struct keyfile *file, const char *path)
{
    enum language language = session->settings->language;
    uint8_t memory[96];
    struct buffer text = buffer_over(memory, sizeof memory);
    append_public(&text, file);
    (void)fprintf(session->show.out,
        say(language,
            "Key %s, in %s (keep it, and a copy in a safe place).\n"
            "%.*s\n\n"
            "To register it, a federation treasurer or the board signs:\n"
            "  posito key-add kind=... owner=... country=... scope=... "
            "--new-key %s\n"
            "or, if the file shall not travel, first run here and hand over "
            "what it prints:\n"
            "  posito proof key-add kind=... owner=... country=... "
            "scope=... --new-key %s\n"
            "posito help key-add explains the fields.\n",
            "Llave %s, en %s (guárdela, con una copia en lugar seguro).\n"
            "%.*s\n\n"
            "Para darla de alta, la tesorería de la federación o el consejo "
            "firma:\n"
            "  posito key-add kind=... owner=... country=... scope=... "
            "--new-key %s\n"
            "o, si el archivo no debe viajar, ejecute antes aquí y entregue "
            "lo que muestre:\n"
            "  posito proof key-add kind=... owner=... country=... "
            "scope=... --new-key %s\n"
            "posito help key-add explica los campos.\n"),
        file->name, path, (int)text.length, (const char *)text.data, path,
        path);
}

enum outcome newkey_generate(
    struct session *session, const char *const *words, size_t count)
{
    const struct settings *settings = session->settings;
    struct passphrase_source source = {.file = settings->passphrase_file,
        .none = settings->no_passphrase,
        .language = settings->language};
    struct failure failure = {{0}};
    struct keyfile file;
    struct ident name;
    char path[IDENT_LENGTH_MAX + 16];
    if (count != 1 || !ident_parse(bytes_text(words[0]), &name))
        return session_usage(session, STATUS_BAD_VALUE,
            say(settings->language,
                "posito keygen NAME [--out FILE] [--no-passphrase]\n"
                "NAME has a-z, 0-9, '.' and '-', for example la.ana; it is "
                "not a person's name.",
                "posito keygen NOMBRE [--out ARCHIVO] [--no-passphrase]\n"
                "NOMBRE lleva a-z, 0-9, '.' y '-', por ejemplo la.ana; no "
                "es el nombre de una persona."));
    (void)snprintf(path, sizeof path, "%.*s.key", (int)name.length,
        name.text);
    const char *out =
        settings->out_file[0] != '\0' ? settings->out_file : path;
    keystore_generate(&file, ident_bytes(&name));
    enum outcome outcome = OUTCOME_ACCEPTED;
    if (keystore_create(out, &file, &source, &failure) != 0)
        outcome = session_fail(session, &failure);
    else
        explain_key(session, &file, out);
    keyfile_forget(&file);
    return outcome;
}
