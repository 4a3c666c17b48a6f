#include "found.h"

#include "../ledger/ledger.h"
#include "../protocol/admit.h"
#include "../protocol/sign.h"
#include "command.h"
#include "files.h"
#include "speech.h"
#include "words.h"

#include <posito/encoding.h>

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK_MAP_BYTES (UINT64_C(64) << 20)

/* What is being put together. */
struct work {
    const struct founding *founding;
    struct words *words;
    struct buffer body;
    uint64_t lines;
    struct ident founder; /* length 0: not found yet */
    struct keyfile founder_key;
};

static uint64_t now_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* ---- the body ---- */

static const char *value_of(const struct words *words, const char *start)
{
    for (size_t i = 1; i < words->count; i++)
        if (strncmp(words->word[i], start, strlen(start)) == 0)
            return words->word[i] + strlen(start);
    return NULL;
}

static int refuse_line(
    uint64_t number, const char *text, struct failure *failure)
{
    return failure_set(failure, "line %llu of the founding text: %.300s",
        (unsigned long long)number, text);
}

static int build_line(struct work *work, uint64_t number,
    const char *left_out, struct failure *failure)
{
    struct command_fault fault;
    struct command_options options = {.place = CODEC_GENESIS,
        .language = work->founding->language,
        .left_out = left_out};
    if (command_build(work->words->word, work->words->count, &options,
            &work->body, &fault))
        return 0;
    return refuse_line(number, fault.text, failure);
}

static int open_key(struct work *work, uint64_t number,
    struct ident *name, struct keyfile *file, struct failure *failure)
{
    const struct founding *founding = work->founding;
    const char *key = value_of(work->words, "key=");
    char path[PATH_MAX];
    if (key == NULL || !ident_parse(bytes_text(key), name))
        return refuse_line(number, "key-add needs key=NAME", failure);
    int length = snprintf(path, sizeof path, "%s/keys/%s.key",
        founding->folder, key);
    if (length < 0 || (size_t)length >= sizeof path)
        return failure_set(failure, "the folder's name is too long");
    return founding->open_key(
        founding->context, path, name, file, failure);
}

/* Add public= to the words, or compare the one given. */
static int put_public(struct work *work, uint64_t number,
    const struct keyfile *file, char *memory, size_t size,
    struct failure *failure)
{
    struct words *words = work->words;
    struct buffer text = buffer_over(memory, size - 1);
    const char *given = value_of(words, "public=");
    buffer_text(&text, "public=");
    base64_append(&text, bytes_of(file->public_key.data, 32));
    memory[text.length] = '\0';
    if (given != NULL)
        return strcmp(given, memory + strlen("public=")) == 0
                   ? 0
                   : refuse_line(number,
                         "public= is not that of the key's file", failure);
    if (words->count == WORDS_MAX)
        return refuse_line(number, "too many words", failure);
    words->word[words->count++] = memory;
    return 0;
}

/* Whether this key is the one that signs genesis. */
static bool is_founder(const struct work *work, const struct ident *name)
{
    const char *kind = value_of(work->words, "kind=");
    if (work->founding->founder != NULL)
        return ident_equal(work->founding->founder, name);
    return work->founder.length == 0 && kind != NULL &&
           (strcmp(kind, "federation.treasurer") == 0 ||
               strcmp(kind, "board") == 0);
}

static int add_key(
    struct work *work, uint64_t number, struct failure *failure)
{
    char memory[64];
    struct keyfile file;
    struct ident name;
    struct hash none = sign_no_ledger();
    if (value_of(work->words, "proof=") != NULL)
        return build_line(work, number, NULL, failure);
    if (open_key(work, number, &name, &file, failure) != 0)
        return -1;
    int result = put_public(
        work, number, &file, memory, sizeof memory, failure);
    size_t start = work->body.length;
    if (result == 0)
        result = build_line(work, number, "proof", failure);
    if (result == 0) {
        struct buffer line = buffer_empty();
        buffer_append(&line, bytes_after(buffer_bytes(&work->body), start));
        sign_proof(&line, &none, &file.secret);
        buffer_truncate(&work->body, start);
        buffer_append(&work->body, buffer_bytes(&line));
        buffer_free(&line);
    }
    if (result == 0 && is_founder(work, &name)) {
        work->founder = name;
        work->founder_key = file;
    }
    keyfile_forget(&file);
    return result;
}

static int add_line(struct work *work, struct bytes line, uint64_t number,
    struct failure *failure)
{
    if (words_split(work->words, line) != WORDS_SPLIT)
        return refuse_line(
            number, "a quote does not end, or it is too long", failure);
    if (work->words->count == 0 || work->words->word[0][0] == '#')
        return 0;
    bool is_key = strcmp(work->words->word[0], "key-add") == 0;
    int result = is_key ? add_key(work, number, failure)
                        : build_line(work, number, NULL, failure);
    buffer_char(&work->body, '\n');
    work->lines++;
    if (result == 0 && (work->lines > BODY_LINES_MAX ||
                           work->body.length > BODY_BYTES_MAX))
        return failure_set(failure, "the founding text is too long");
    return result;
}

static int add_lines(struct work *work, struct failure *failure)
{
    struct bytes text = work->founding->text;
    struct bytes line;
    for (uint64_t number = 1; text.length > 0; number++) {
        if (!bytes_next_line(&text, &line)) {
            line = text;
            text = bytes_of("", 0);
        }
        if (add_line(work, line, number, failure) != 0)
            return -1;
    }
    if (work->founder.length > 0)
        return 0;
    return failure_set(failure,
        "the founder's key is not among the key-add lines: one of kind "
        "federation.treasurer or board signs the founding");
}

/* ---- the line ---- */

/* The daemon's key: kept if it is there, so that a second try after a
 * refusal does not leave files behind that fit nothing. */
static int open_log_key(const char *folder, const char *origin,
    struct keyfile *file, struct failure *failure)
{
    char path[PATH_MAX];
    uint8_t memory[KEYFILE_TEXT_MAX];
    struct buffer text = buffer_over(memory, sizeof memory);
    int result = -1;
    if (!files_join(path, sizeof path, folder, "log.key"))
        return failure_set(failure, "the folder's name is too long");
    if (files_exists(path)) {
        struct buffer there = buffer_empty();
        if (files_read(path, KEYFILE_TEXT_MAX, &there, failure) == 0)
            result = keyfile_read(buffer_bytes(&there), NULL, file) ==
                                 KEYFILE_OPEN &&
                             strcmp(file->name, origin) == 0
                         ? 0
                         : failure_set(failure,
                               "%s: not an open key named %s", path, origin);
        if (there.data != NULL)
            sodium_memzero(there.data, there.capacity);
        buffer_free(&there);
        return result;
    }
    memset(file, 0, sizeof *file);
    memcpy(file->name, origin, strlen(origin));
    (void)crypto_sign_keypair(file->public_key.data, file->secret.data);
    if (keyfile_write(&text, file, NULL) == 0)
        result = files_create(path, 0600, buffer_bytes(&text), failure);
    sodium_memzero(memory, sizeof memory);
    return result;
}

static void append_genesis(struct buffer *line, const struct work *work,
    const struct public_key *log)
{
    struct hash root = merkle_root_of_lines(buffer_bytes(&work->body));
    struct hash none = sign_no_ledger();
    uint8_t random[10];
    randombytes_buf(random, sizeof random);
    struct ulid id = ulid_make(now_ms(), random);
    buffer_format(line, "genesis version=%d origin=%s log=", LEDGER_VERSION,
        work->founding->origin);
    base64_append(line, bytes_of(log->data, sizeof log->data));
    buffer_format(line, " chart=%d lines=%llu root=", CHART_VERSION,
        (unsigned long long)work->lines);
    base64_append(line, bytes_of(root.data, sizeof root.data));
    buffer_text(line, " id=");
    ulid_append(line, &id);
    buffer_text(line, " by=");
    buffer_append(line, ident_bytes(&work->founder));
    sign_order(line, &none, &work->founder_key.secret);
}

/* ---- deciding it before it is written ---- */

static int no_archive(void *context, uint64_t index, struct buffer *out,
    struct failure *failure)
{
    (void)context;
    (void)index;
    (void)out;
    return failure_set(failure, "nothing is in the archive yet");
}

static bool no_decode(
    struct operation *operation, struct bytes line, bool in_body)
{
    (void)operation;
    (void)line;
    (void)in_body;
    return false;
}

/* Keys that could never govern: what to write into the text instead. */
static const char *explain_government(enum language language)
{
    return say(language,
        "the keys of this text could never add or revoke a key, or set "
        "policy: each takes two keys of kind federation.treasurer or board "
        "with scope=all. Add a second one, or, while there is only one, "
        "lines like: policy-set verb=key-add need=1 "
        "kinds=federation.treasurer,board (the same for key-revoke and "
        "policy-set)",
        "las llaves de este texto nunca podrían dar de alta o revocar una "
        "llave ni fijar reglas: cada cosa pide dos llaves de tipo "
        "federation.treasurer o board con scope=all. Agregue otra o, "
        "mientras haya una sola, renglones como: policy-set verb=key-add "
        "need=1 kinds=federation.treasurer,board (y lo mismo para "
        "key-revoke y policy-set)");
}

static int refused(const struct decision *decision, enum language language,
    struct failure *failure)
{
    enum status status = decision->status == STATUS_LINE_REFUSED
                             ? decision->line_status
                             : decision->status;
    if (decision->status == STATUS_BAD_POLICY)
        return failure_set(failure, "%s", explain_government(language));
    if (decision->line > 0)
        return failure_set(failure,
            "the founding would be refused: operation %llu of the text: %s "
            "(%.*s)",
            (unsigned long long)decision->line,
            status_sentence(status, LANGUAGE_EN),
            (int)decision->field.length, (const char *)decision->field.data);
    return failure_set(failure, "the founding would be refused: %s (%.*s)",
        status_sentence(status, LANGUAGE_EN), (int)decision->field.length,
        (const char *)decision->field.data);
}

static int decide(const struct order *order, const char *folder,
    enum language language, struct failure *failure)
{
    struct state *state = NULL;
    struct ledger *ledger = NULL;
    struct decision decision;
    struct archive archive = {
        .read = no_archive, .decode = no_decode};
    struct state_options options = {
        .folder = folder, .map_bytes = CHECK_MAP_BYTES, .temporary = true};
    struct instant now = {(int64_t)now_ms()};
    int result = -1;
    if (state_open(&state, &options, failure) != 0 ||
        ledger_open(&ledger, state, &archive, failure) != 0)
        goto out;
    if (ledger_decide(ledger, order, now, &decision) != 0)
        (void)failure_set(failure, "%s", ledger_failure(ledger)->text);
    else if (decision.status != STATUS_ACCEPTED)
        (void)refused(&decision, language, failure);
    else
        result = 0;
out:
    ledger_close(ledger);
    state_close(state);
    return result;
}

static int check_genesis(struct bytes line, struct bytes body,
    enum language language, struct failure *failure)
{
    struct order order;
    struct keyring none = {0};
    struct hash no_ledger = sign_no_ledger();
    char folder[] = "/tmp/posito-found-XXXXXX";
    int result = -1;
    if (mkdtemp(folder) == NULL)
        return failure_set(failure, "no temporary folder in /tmp");
    if (admit_order(&order, line, body, &no_ledger, &none) != 0)
        (void)failure_set(failure, "out of memory");
    else if (order.fault.status != STATUS_ACCEPTED)
        (void)failure_set(failure, "the founding would be refused: %s (%.*s)",
            status_sentence(order.fault.status, LANGUAGE_EN),
            (int)order.fault.field.length,
            (const char *)order.fault.field.data);
    else
        result = decide(&order, folder, language, failure);
    admit_free(&order);
    files_remove_folder(folder);
    return result;
}

/* ---- all of it ---- */

static int make_folders(const char *folder, struct failure *failure)
{
    char path[PATH_MAX];
    if (!files_join(path, sizeof path, folder, "genesis"))
        return failure_set(failure, "the folder's name is too long");
    if (files_exists(path))
        return failure_set(failure,
            "%s is there: a ledger was founded here already", path);
    if (!files_join(path, sizeof path, folder, "journal"))
        return failure_set(failure, "the folder's name is too long");
    if (files_exists(path))
        return failure_set(
            failure, "%s is there: a ledger lives here already", path);
    if (!files_join(path, sizeof path, folder, "keys"))
        return failure_set(failure, "the folder's name is too long");
    return files_make_folder(path, 0700, failure);
}

static int write_genesis(struct work *work, struct buffer *line,
    struct hash *ledger, struct failure *failure)
{
    const struct founding *founding = work->founding;
    struct keyfile log;
    char path[PATH_MAX];
    if (open_log_key(
            founding->folder, founding->origin, &log, failure) != 0)
        return -1;
    append_genesis(line, work, &log.public_key);
    keyfile_forget(&log);
    if (line->failed || work->body.failed)
        return failure_set(failure, "out of memory");
    if (check_genesis(buffer_bytes(line), buffer_bytes(&work->body),
            founding->language, failure) != 0)
        return -1;
    *ledger = sign_ledger_id(buffer_bytes(line));
    buffer_char(line, '\n');
    buffer_append(line, buffer_bytes(&work->body));
    if (line->failed ||
        !files_join(path, sizeof path, founding->folder, "genesis"))
        return failure_set(failure, "out of memory");
    return files_create(path, 0644, buffer_bytes(line), failure);
}

int found_write(const struct founding *founding, struct hash *ledger,
    struct failure *failure)
{
    struct work work = {.founding = founding, .body = buffer_empty()};
    struct buffer line = buffer_empty();
    int result = -1;
    work.words = malloc(sizeof *work.words);
    if (work.words == NULL) {
        (void)failure_set(failure, "out of memory");
        goto out;
    }
    if (!note_name_valid(bytes_text(founding->origin)) ||
        strlen(founding->origin) > NOTE_NAME_MAX) {
        (void)failure_set(failure,
            "the origin is a name like posito.example/us, without spaces");
        goto out;
    }
    if (make_folders(founding->folder, failure) != 0 ||
        add_lines(&work, failure) != 0)
        goto out;
    result = write_genesis(&work, &line, ledger, failure);
out:
    keyfile_forget(&work.founder_key);
    free(work.words);
    buffer_free(&work.body);
    buffer_free(&line);
    return result;
}

/* ---- with open keys ---- */

static int open_or_make(void *context, const char *path,
    const struct ident *name, struct keyfile *file, struct failure *failure)
{
    uint8_t memory[KEYFILE_TEXT_MAX];
    struct buffer text = buffer_over(memory, sizeof memory);
    struct buffer there = buffer_empty();
    int result = -1;
    (void)context;
    if (files_exists(path)) {
        if (files_read(path, KEYFILE_TEXT_MAX, &there, failure) == 0)
            result = keyfile_read(buffer_bytes(&there), NULL, file) ==
                             KEYFILE_OPEN
                         ? 0
                         : failure_set(failure, "%s: not an open key", path);
        buffer_free(&there);
        return result;
    }
    memset(file, 0, sizeof *file);
    memcpy(file->name, name->text, name->length);
    (void)crypto_sign_keypair(file->public_key.data, file->secret.data);
    if (keyfile_write(&text, file, NULL) == 0)
        result = files_create(path, 0600, buffer_bytes(&text), failure);
    sodium_memzero(memory, sizeof memory);
    return result;
}

int found_ledger(const char *folder, const char *origin, struct bytes text,
    const struct ident *founder, struct failure *failure)
{
    struct hash ledger;
    struct founding founding = {
        .folder = folder,
        .origin = origin,
        .text = text,
        .founder = founder,
        .language = LANGUAGE_EN,
        .open_key = open_or_make,
    };
    return found_write(&founding, &ledger, failure);
}
