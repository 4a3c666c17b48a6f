#include <posito/note.h>

#include <posito/encoding.h>

#include <sodium.h>
#include <string.h>

/* Key id, time and signature of a cosignature: the longest we read. */
#define BLOB_MAX (4 + 8 + 64)

/* As the reference implementation of signed-note has it. */
#define NOTE_SIGNATURES_MAX 100

/* "cosignature/v1\ntime " and 20 digits and LF before the text. */
#define COSIGNED_MAX (NOTE_COSIGNED_TEXT_MAX + 64)

/* Em dash and space. */
static const char NOTE_DASH[] = "\xe2\x80\x94 ";

bool public_key_valid(const struct public_key *key)
{
    return crypto_core_ed25519_is_valid_point(key->data) == 1;
}

void signature_make(struct signature *signature, struct bytes message,
    const struct secret_key *key)
{
    (void)crypto_sign_detached(
        signature->data, NULL, message.data, message.length, key->data);
}

bool signature_check(const struct signature *signature, struct bytes message,
    const struct public_key *key)
{
    return crypto_sign_verify_detached(signature->data, message.data,
               message.length, key->data) == 0;
}

bool signature_check_by(const struct signature_checker *checker,
    const struct signature *signature, struct bytes message,
    const struct public_key *key)
{
    if (checker == NULL)
        return signature_check(signature, message, key);
    return checker->check(checker->context, signature, message, key);
}

/* ---- names ---- */

/* The character that starts valid UTF-8; splits it off. */
static uint32_t note_next_character(struct bytes *rest)
{
    static const uint8_t masks[] = { 0x7f, 0x1f, 0x0f, 0x07 };
    uint8_t lead = rest->data[0];
    size_t more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    uint32_t character = lead & masks[more];
    for (size_t i = 1; i <= more; i++)
        character = character << 6 | (rest->data[i] & 0x3fU);
    *rest = bytes_of(rest->data + 1 + more, rest->length - 1 - more);
    return character;
}

/* The characters with Unicode's property White_Space. */
static bool note_is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 ||
        c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
        c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool note_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* What signed-note asks of any key name, in text known to be UTF-8. */
static bool note_name_allowed(struct bytes name)
{
    if (name.length == 0)
        return false;
    while (name.length > 0) {
        uint32_t c = note_next_character(&name);
        if (note_is_space(c) || c == '+')
            return false;
    }
    return true;
}

bool note_name_valid(struct bytes name)
{
    if (name.length > NOTE_NAME_MAX || !utf8_valid(name) ||
        !note_name_allowed(name))
        return false;
    while (name.length > 0)
        if (note_is_control(note_next_character(&name)))
            return false;
    return true;
}

/* ---- verifier keys ---- */

bool note_key_make(struct note_key *key, struct bytes name,
    enum note_key_type type, const struct public_key *public_key)
{
    uint8_t typed[2 + sizeof public_key->data] = { '\n', (uint8_t)type };
    if (!note_name_valid(name))
        return false;
    memset(key, 0, sizeof *key);
    memcpy(key->name, name.data, name.length);
    key->type = type;
    key->public_key = *public_key;

    memcpy(typed + 2, public_key->data, sizeof public_key->data);
    struct hash hash = hash_of_parts(
        name, bytes_of(typed, sizeof typed), bytes_of(NULL, 0));
    struct cursor cursor = cursor_open(bytes_of(hash.data, 4));
    key->id = cursor_be32(&cursor);
    return true;
}

void note_key_append(struct buffer *out, const struct note_key *key)
{
    uint8_t typed[1 + sizeof key->public_key.data] = { (uint8_t)key->type };
    memcpy(typed + 1, key->public_key.data, sizeof key->public_key.data);
    buffer_format(out, "%s+%08x+", key->name, key->id);
    base64_append(out, bytes_of(typed, sizeof typed));
}

/* Split off what stands before the separator; false if it is not there. */
static bool note_split(
    struct bytes *rest, char separator, struct bytes *part)
{
    const uint8_t *at = NULL;
    if (rest->length > 0)
        at = memchr(rest->data, separator, rest->length);
    if (at == NULL)
        return false;
    size_t length = (size_t)(at - rest->data);
    *part = bytes_of(rest->data, length);
    *rest = bytes_of(at + 1, rest->length - length - 1);
    return true;
}

bool note_key_parse(struct bytes text, struct note_key *out)
{
    struct bytes name, id_text;
    uint8_t id[4];
    uint8_t typed[1 + sizeof out->public_key.data];
    struct public_key public_key;
    struct note_key key;
    if (!note_split(&text, '+', &name) || !note_split(&text, '+', &id_text) ||
        !hex_decode(id_text, id, sizeof id) ||
        !base64_decode(text, typed, sizeof typed))
        return false;
    if (typed[0] != NOTE_LOG && typed[0] != NOTE_COSIGNATURE)
        return false;
    memcpy(public_key.data, typed + 1, sizeof public_key.data);
    if (!public_key_valid(&public_key) ||
        !note_key_make(
            &key, name, (enum note_key_type)typed[0], &public_key))
        return false;
    struct cursor cursor = cursor_open(bytes_of(id, sizeof id));
    if (cursor_be32(&cursor) != key.id)
        return false;
    *out = key;
    return true;
}

/* ---- signing ---- */

static void note_append_line(struct buffer *note, const struct note_key *key,
    const struct buffer *blob)
{
    buffer_text(note, NOTE_DASH);
    buffer_text(note, key->name);
    buffer_char(note, ' ');
    base64_append(note, buffer_bytes(blob));
    buffer_char(note, '\n');
}

void note_sign(struct buffer *note, struct bytes text,
    const struct note_key *key, const struct secret_key *secret)
{
    uint8_t memory[BLOB_MAX];
    struct buffer blob = buffer_over(memory, sizeof memory);
    struct signature signature;
    signature_make(&signature, text, secret);
    buffer_be32(&blob, key->id);
    buffer_append(&blob, bytes_of(signature.data, sizeof signature.data));
    note_append_line(note, key, &blob);
}

size_t note_sign_length(const struct note_key *key)
{
    return sizeof NOTE_DASH - 1 + strlen(key->name) + 1 +
        BASE64_LENGTH(4 + sizeof(struct signature)) + 1;
}

/* What a witness signs; message fails if text is longer than allowed. */
static void note_cosigned_message(
    struct buffer *message, struct bytes text, uint64_t posix_seconds)
{
    if (text.length > NOTE_COSIGNED_TEXT_MAX) {
        message->failed = true;
        return;
    }
    buffer_text(message, "cosignature/v1\ntime ");
    buffer_decimal(message, posix_seconds);
    buffer_char(message, '\n');
    buffer_append(message, text);
}

void note_cosign(struct buffer *note, struct bytes text,
    const struct note_key *key, const struct secret_key *secret,
    uint64_t posix_seconds)
{
    uint8_t memory[BLOB_MAX];
    uint8_t message_memory[COSIGNED_MAX];
    struct buffer blob = buffer_over(memory, sizeof memory);
    struct buffer message =
        buffer_over(message_memory, sizeof message_memory);
    struct signature signature;
    note_cosigned_message(&message, text, posix_seconds);
    if (message.failed) {
        note->failed = true;
        return;
    }
    signature_make(&signature, buffer_bytes(&message), secret);
    buffer_be32(&blob, key->id);
    buffer_be64(&blob, posix_seconds);
    buffer_append(&blob, bytes_of(signature.data, sizeof signature.data));
    note_append_line(note, key, &blob);
}

/* ---- opening ---- */

/* The decoded end of a signature line.  Those of kinds we don't know may
 * be of any length: what is beyond the room is checked and dropped. */
struct note_blob {
    uint8_t data[BLOB_MAX];
    size_t length; /* the whole one's */
};

/* Decode base64 of any length above none. */
static bool note_blob_decode(struct bytes text, struct note_blob *out)
{
    out->length = 0;
    if (text.length == 0 || text.length % 4 != 0)
        return false;
    for (size_t at = 0; at < text.length; at += 4) {
        uint8_t three[3];
        size_t count = 3;
        if (text.data[at + 3] == '=' && at + 4 == text.length)
            count = text.data[at + 2] == '=' ? 1 : 2;
        if (!base64_decode(bytes_of(text.data + at, 4), three, count))
            return false;
        for (size_t i = 0; i < count; i++, out->length++)
            if (out->length < sizeof out->data)
                out->data[out->length] = three[i];
    }
    return true;
}

static bool note_check_log(const struct note_blob *blob, struct bytes text,
    const struct note_key *key)
{
    struct cursor cursor = cursor_open(bytes_of(blob->data, blob->length));
    struct signature signature;
    (void)cursor_be32(&cursor);
    cursor_copy(&cursor, signature.data, sizeof signature.data);
    return cursor_done(&cursor) && signature_check_by(key->checker, &signature,
                                       text, &key->public_key);
}

static bool note_check_cosignature(const struct note_blob *blob,
    struct bytes text, const struct note_key *key)
{
    uint8_t memory[COSIGNED_MAX];
    struct buffer message = buffer_over(memory, sizeof memory);
    struct cursor cursor = cursor_open(bytes_of(blob->data, blob->length));
    struct signature signature;
    (void)cursor_be32(&cursor);
    uint64_t posix_seconds = cursor_be64(&cursor);
    cursor_copy(&cursor, signature.data, sizeof signature.data);
    note_cosigned_message(&message, text, posix_seconds);
    return cursor_done(&cursor) && !message.failed &&
        signature_check_by(key->checker, &signature, buffer_bytes(&message),
            &key->public_key);
}

static bool note_check(const struct note_blob *blob, struct bytes text,
    const struct note_key *key)
{
    if (blob->length > sizeof blob->data)
        return false;
    switch (key->type) {
    case NOTE_LOG:
        return note_check_log(blob, text, key);
    case NOTE_COSIGNATURE:
        return note_check_cosignature(blob, text, key);
    }
    return false;
}

/* Take a signature line apart. */
static bool note_parse_line(
    struct bytes line, struct bytes *name, struct note_blob *blob)
{
    size_t dash = strlen(NOTE_DASH);
    if (!bytes_start_with(line, NOTE_DASH))
        return false;
    line = bytes_of(line.data + dash, line.length - dash);
    /* At least one byte must follow the key id. */
    return note_split(&line, ' ', name) && note_name_allowed(*name) &&
        note_blob_decode(line, blob) && blob->length > 4;
}

/*
 * Split a note at its last blank line.  False if there is none, or a byte
 * that no note has.
 */
static bool note_split_text(
    struct bytes note, struct bytes *text, struct bytes *lines)
{
    if (!utf8_valid(note) || note.length < 2)
        return false;
    for (size_t i = 0; i < note.length; i++)
        if (note.data[i] < 0x20 && note.data[i] != '\n')
            return false;
    for (size_t i = note.length - 1; i > 0; i--)
        if (note.data[i] == '\n' && note.data[i - 1] == '\n') {
            *text = bytes_of(note.data, i);
            *lines = bytes_of(note.data + i + 1, note.length - i - 1);
            return true;
        }
    return false;
}

enum note_verdict note_open(struct bytes note, const struct note_key *keys,
    size_t count, struct bytes *text, bool *seen)
{
    struct bytes lines, line;
    size_t signatures = 0;
    bool any = false;
    bool forged = false;
    for (size_t i = 0; seen != NULL && i < count; i++)
        seen[i] = false;
    if (!note_split_text(note, text, &lines))
        return NOTE_MALFORMED;
    while (bytes_next_line(&lines, &line)) {
        struct bytes name;
        struct note_blob blob;
        if (++signatures > NOTE_SIGNATURES_MAX ||
            !note_parse_line(line, &name, &blob))
            return NOTE_MALFORMED;
        struct cursor cursor = cursor_open(bytes_of(blob.data, 4));
        uint32_t id = cursor_be32(&cursor);
        for (size_t i = 0; i < count; i++) {
            if (keys[i].id != id || !bytes_equal_text(name, keys[i].name))
                continue;
            any = true;
            if (!note_check(&blob, *text, &keys[i]))
                forged = true;
            if (seen != NULL)
                seen[i] = true;
        }
    }
    if (lines.length > 0 || signatures == 0)
        return NOTE_MALFORMED;
    if (forged)
        return NOTE_FORGED;
    return any ? NOTE_VALID : NOTE_UNKNOWN;
}
