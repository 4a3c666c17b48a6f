#include "session.h"

#include "../protocol/answer.h"
#include "advice.h"
#include "approve.h"
#include "batch.h"
#include "command.h"
#include "files.h"
#include "keystore.h"
#include "newkey.h"
#include "receipt.h"
#include "speech.h"

#include <string.h>

/* ---- beginning and end ---- */

void session_begin(struct session *session, const struct settings *settings)
{
    memset(session, 0, sizeof *session);
    session->settings = settings;
    session->show = (struct show){
        .out = stdout,
        .errors = stderr,
        .language = settings->language,
        .json = settings->json,
        .csv = settings->csv,
    };
}

static void disconnect(struct session *session)
{
    client_close(session->client);
    session->client = NULL;
    session->logged_in = false;
}

void session_end(struct session *session)
{
    disconnect(session);
    keyfile_forget(&session->key);
}

enum outcome session_fail(
    const struct session *session, const struct failure *failure)
{
    show_failure(&session->show, failure->text);
    return OUTCOME_FAILED;
}

enum outcome session_usage(
    const struct session *session, enum status status, const char *text)
{
    show_fault(&session->show, status, text);
    return OUTCOME_USAGE;
}

/* ---- what is needed ---- */

enum outcome session_need_key(struct session *session)
{
    const struct settings *settings = session->settings;
    struct failure failure = {{0}};
    struct passphrase_source source = {
        .file = settings->passphrase_file, .language = settings->language};
    if (session->has_key)
        return OUTCOME_ACCEPTED;
    if (settings->key_file[0] == '\0')
        return session_usage(session, STATUS_NOT_LOGGED_IN,
            advice_for(STATUS_NOT_LOGGED_IN, settings->language));
    if (keystore_open(
            settings->key_file, &source, &session->key, &failure) != 0)
        return session_fail(session, &failure);
    if (!ident_parse(bytes_text(session->key.name), &session->by)) {
        (void)failure_set(&failure, "%s: the key's name is not that of a "
            "signing key (a daemon's log key?)", settings->key_file);
        return session_fail(session, &failure);
    }
    session->has_key = true;
    return OUTCOME_ACCEPTED;
}

/* For the sentences in rows; the verdict's we have ourselves. */
static int choose_language(struct session *session, struct failure *failure)
{
    struct buffer answer = buffer_empty();
    enum status status;
    int result = 0;
    if (session->settings->language != LANGUAGE_EN)
        result = client_ask(session->client,
            bytes_text("language code=es"), bytes_of("", 0), &answer,
            &status, failure);
    buffer_free(&answer);
    return result;
}

enum outcome session_need_client(struct session *session)
{
    const struct settings *settings = session->settings;
    struct failure failure = {{0}};
    if (session->client != NULL)
        return OUTCOME_ACCEPTED;
    if (client_connect(&session->client, settings->address,
            settings->timeout_ms, &failure) == 0 &&
        choose_language(session, &failure) == 0)
        return OUTCOME_ACCEPTED;
    disconnect(session);
    return session_fail(session, &failure);
}

static enum outcome need_login(struct session *session)
{
    struct failure failure = {{0}};
    enum status status = STATUS_ACCEPTED;
    if (session->logged_in)
        return OUTCOME_ACCEPTED;
    if (client_login(session->client, &session->by, &session->key.secret,
            &status, &failure) != 0) {
        disconnect(session);
        return session_fail(session, &failure);
    }
    if (status != STATUS_ACCEPTED) {
        const char *sentence =
            status_sentence(status, session->settings->language);
        show_fault(&session->show, status, sentence);
        return OUTCOME_REFUSED;
    }
    session->logged_in = true;
    return OUTCOME_ACCEPTED;
}

static bool needs_login(const struct operation_row *row)
{
    return row->class == CLASS_OF_QUESTION &&
           (row->flags & FLAG_PUBLIC) == 0;
}

/* Connected, and with the key and login that the verb needs. */
static enum outcome prepare(
    struct session *session, const struct operation_row *row)
{
    enum outcome outcome = OUTCOME_ACCEPTED;
    if (row->class == CLASS_OF_SIGNED || needs_login(row))
        outcome = session_need_key(session);
    if (outcome == OUTCOME_ACCEPTED)
        outcome = session_need_client(session);
    if (outcome == OUTCOME_ACCEPTED && needs_login(row))
        outcome = need_login(session);
    return outcome;
}

/* ---- asking ---- */

/* What one request needs to be asked, and asked again. */
struct request {
    const struct operation_row *row;
    enum verb verb;
    struct bytes line;
    struct bytes body;
    const struct batch_places *places; /* of the body's lines; or NULL */
};

/*
 * Ask; if the connection was lost on the way, once more on a new one.  An
 * order is sent again byte for byte: it is accepted at most once, and the
 * first answer comes again.
 */
static enum outcome ask(struct session *session,
    const struct request *request, struct buffer *answer,
    enum status *status, struct failure *failure)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        enum outcome outcome = prepare(session, request->row);
        if (outcome != OUTCOME_ACCEPTED)
            return outcome;
        buffer_clear(answer);
        failure->text[0] = '\0';
        if (client_ask(session->client, request->line, request->body,
                answer, status, failure) == 0)
            return *status == STATUS_ACCEPTED ? OUTCOME_ACCEPTED
                                              : OUTCOME_REFUSED;
        disconnect(session);
    }
    return session_fail(session, failure);
}

enum outcome session_ask_line(struct session *session, enum verb verb,
    struct bytes line, struct buffer *answer)
{
    struct failure failure = {{0}};
    enum status status;
    struct request request = {
        .row = operation_row(verb), .verb = verb, .line = line};
    return ask(session, &request, answer, &status, &failure);
}

enum outcome session_ask(
    struct session *session, enum verb verb, struct buffer *answer)
{
    return session_ask_line(
        session, verb, bytes_text(operation_row(verb)->verb), answer);
}

/* The user must learn that the order may have been taken. */
static void explain_lost(
    const struct session *session, const struct request *request)
{
    if (request->row->class != CLASS_OF_SIGNED)
        return;
    (void)fprintf(session->show.errors,
        say(session->settings->language,
            "It is not known whether this order was accepted. Don't type it "
            "anew: send\nexactly this line, which is taken once at most:\n"
            "posito send '%.*s'\n",
            "No se sabe si esta orden se aceptó. No la escriba de nuevo: "
            "envíe\nexactamente esta línea, que se acepta a lo más una vez:"
            "\nposito send '%.*s'%s\n"),
        (int)request->line.length, (const char *)request->line.data,
        request->body.length > 0
            ? say(session->settings->language, " FILE", " ARCHIVO")
            : "");
}

static void show_request(struct session *session,
    const struct request *request, struct bytes answer)
{
    struct buffer placed = buffer_empty();
    if (request->places != NULL) {
        batch_place_answer(request->places, answer, &placed);
        answer = buffer_bytes(&placed);
    }
    show_answer(&session->show, request->verb, answer);
    buffer_free(&placed);
}

static enum outcome ask_and_show(
    struct session *session, const struct request *request)
{
    struct buffer answer = buffer_empty();
    struct failure failure = {{0}};
    enum status status = STATUS_ACCEPTED;
    const char *out_file = session->settings->out_file;
    enum outcome outcome = ask(session, request, &answer, &status, &failure);
    if (outcome == OUTCOME_FAILED && failure.text[0] != '\0')
        explain_lost(session, request);
    if (answer.length > 0 && failure.text[0] == '\0') {
        if (out_file[0] != '\0' && status == STATUS_ACCEPTED &&
            receipt_save(out_file, request->verb,
                buffer_bytes(&answer), &failure) != 0)
            outcome = session_fail(session, &failure);
        else if (out_file[0] != '\0' && status == STATUS_ACCEPTED)
            (void)fprintf(session->show.out, "%s\n", out_file);
        else
            show_request(session, request, buffer_bytes(&answer));
    }
    buffer_free(&answer);
    return outcome;
}

enum outcome session_send(
    struct session *session, struct bytes line, struct bytes body)
{
    struct operation operation;
    struct fault fault;
    if (!codec_decode(line, CODEC_REQUEST, &operation, &fault) ||
        !operation.is_signed)
        return session_usage(session, fault.status,
            status_sentence(fault.status == STATUS_ACCEPTED
                                ? STATUS_MISSING_FIELD
                                : fault.status,
                session->settings->language));
    enum outcome outcome = session_need_client(session);
    if (outcome != OUTCOME_ACCEPTED)
        return outcome;
    /* Signed already: no key of ours is needed. */
    struct request request = {.row = operation_row(operation.verb),
        .verb = operation.verb, .line = line, .body = body};
    struct buffer answer = buffer_empty();
    struct failure failure = {{0}};
    enum status status;
    if (client_ask(session->client, line, body, &answer, &status,
            &failure) != 0) {
        outcome = session_fail(session, &failure);
        explain_lost(session, &request);
    } else {
        show_answer(&session->show, request.verb, buffer_bytes(&answer));
        outcome = status == STATUS_ACCEPTED ? OUTCOME_ACCEPTED
                                            : OUTCOME_REFUSED;
    }
    buffer_free(&answer);
    return outcome;
}

/* ---- following the journal ---- */

static enum outcome follow(
    struct session *session, const struct request *request)
{
    struct failure failure = {{0}};
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    bool last = false;
    enum outcome outcome = prepare(session, request->row);
    if (outcome != OUTCOME_ACCEPTED)
        return outcome;
    /* The next entry may be hours away. */
    client_set_timeout(session->client, -1);
    if (client_send(session->client, request->line, request->body,
            &failure) != 0)
        return session_fail(session, &failure);
    while (!last) {
        if (client_read(session->client, &line, &last, &failure) != 0)
            return session_fail(session, &failure);
        if (!last && answer_open(line, &kind, &rest) &&
            kind == ANSWER_VERBATIM) {
            show_line(&session->show, rest);
            (void)fflush(session->show.out);
        }
    }
    client_set_timeout(session->client, session->settings->timeout_ms);
    if (bytes_start_with(line, "ok"))
        return OUTCOME_ACCEPTED;
    struct buffer answer = buffer_empty();
    buffer_append(&answer, line);
    buffer_char(&answer, '\n');
    show_answer(&session->show, request->verb, buffer_bytes(&answer));
    buffer_free(&answer);
    return OUTCOME_REFUSED;
}

/* ---- one command ---- */

/* line has no tail yet. */
static enum outcome finish(struct session *session, enum verb verb,
    struct buffer *line, struct bytes body,
    const struct batch_places *places)
{
    const struct operation_row *row = operation_row(verb);
    struct failure failure = {{0}};
    struct request request = {
        .row = row, .verb = verb, .body = body, .places = places};
    enum outcome outcome = prepare(session, row);
    if (outcome != OUTCOME_ACCEPTED)
        return outcome;
    if (row->class == CLASS_OF_SIGNED &&
        client_sign(session->client, line, &session->by,
            &session->key.secret, &failure) != 0)
        return session_fail(session, &failure);
    request.line = buffer_bytes(line);
    if (verb == VERB_FOLLOW && !session->settings->json &&
        session->settings->out_file[0] == '\0')
        return follow(session, &request);
    return ask_and_show(session, &request);
}

static enum outcome run_plain(struct session *session, enum verb verb,
    const char *const *words, size_t count)
{
    struct buffer line = buffer_empty();
    struct command_fault fault;
    struct command_options options = {
        .place = CODEC_REQUEST,
        .language = session->settings->language,
        .exact = session->settings->exact,
    };
    enum outcome outcome;
    if (!command_build(words, count, &options, &line, &fault))
        outcome = session_usage(session, fault.status, fault.text);
    else
        outcome = finish(session, verb, &line, bytes_of("", 0), NULL);
    buffer_free(&line);
    return outcome;
}

static enum outcome run_batch(
    struct session *session, const char *const *words, size_t count)
{
    struct buffer line = buffer_empty();
    struct buffer body = buffer_empty();
    struct command_fault fault;
    struct failure failure = {{0}};
    struct batch_options options = {
        .language = session->settings->language,
        .exact = session->settings->exact,
    };
    enum outcome outcome = OUTCOME_FAILED;
    struct batch_places places;
    switch (batch_build(words, count, &options, &line, &body, &places,
        &fault, &failure)) {
    case BATCH_BUILT:
        outcome = finish(
            session, VERB_BATCH, &line, buffer_bytes(&body), &places);
        break;
    case BATCH_FAULT:
        outcome = session_usage(session, fault.status, fault.text);
        break;
    case BATCH_FAILED:
        outcome = session_fail(session, &failure);
        break;
    }
    batch_places_free(&places);
    buffer_free(&line);
    buffer_free(&body);
    return outcome;
}

/* key-add and key-rotate whose proof is made here. */
static enum outcome run_new_key(struct session *session, enum verb verb,
    const char *const *words, size_t count)
{
    struct buffer line = buffer_empty();
    enum outcome outcome = session_need_client(session);
    if (outcome == OUTCOME_ACCEPTED)
        outcome = newkey_line(session, words, count,
            client_ledger(session->client), &line);
    if (outcome == OUTCOME_ACCEPTED)
        outcome = finish(session, verb, &line, bytes_of("", 0), NULL);
    buffer_free(&line);
    return outcome;
}

enum outcome session_run(
    struct session *session, const char *const *words, size_t count)
{
    const struct settings *settings = session->settings;
    struct command_fault fault = {0};
    enum outcome outcome = OUTCOME_ACCEPTED;
    enum verb verb;
    if (!command_verb(
            count > 0 ? words[0] : "", settings->language, &verb, &fault))
        return session_usage(session, fault.status, fault.text);
    const struct operation_row *row = operation_row(verb);
    if (row->class == CLASS_OF_SESSION || row->class == CLASS_OF_FOUNDING ||
        verb == VERB_GENESIS)
        return session_usage(session, STATUS_NOT_FOUNDING,
            row->class == CLASS_OF_SESSION
                ? say(settings->language,
                      "This tool greets and logs in by itself.",
                      "Esta herramienta saluda y se identifica sola.")
                : say(settings->language,
                      "A ledger is founded with: posito init",
                      "Un libro se funda con: posito init"));
    if (verb == VERB_APPROVE &&
        !approve_confirmed(session, words, count, &outcome))
        return outcome;
    if (verb == VERB_BATCH)
        return run_batch(session, words, count);
    if (settings->new_key_file[0] != '\0' &&
        (verb == VERB_KEY_ADD || verb == VERB_KEY_ROTATE))
        return run_new_key(session, verb, words, count);
    return run_plain(session, verb, words, count);
}
