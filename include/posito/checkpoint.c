#include <posito/note.h>

#include <posito/encoding.h>

#include <string.h>

/* Sizes are below 2^63, so that a proof never has more than 64 hashes. */
#define SIZE_LIMIT ((uint64_t)INT64_MAX)

/* ---- checkpoints ---- */

void checkpoint_append_text(
    struct buffer *out, const struct checkpoint *checkpoint)
{
    buffer_text(out, checkpoint->origin);
    buffer_char(out, '\n');
    buffer_decimal(out, checkpoint->size);
    buffer_char(out, '\n');
    base64_append(out,
        bytes_of(checkpoint->root.data, sizeof checkpoint->root.data));
    buffer_char(out, '\n');
}

bool checkpoint_parse_text(struct bytes text, struct checkpoint *out)
{
    struct bytes origin, size, root;
    struct checkpoint checkpoint = { 0 };
    if (!bytes_next_line(&text, &origin) || !bytes_next_line(&text, &size) ||
        !bytes_next_line(&text, &root) || text.length > 0)
        return false;
    if (!note_name_valid(origin) ||
        !bytes_decimal(size, SIZE_LIMIT, &checkpoint.size) ||
        !base64_decode(
            root, checkpoint.root.data, sizeof checkpoint.root.data))
        return false;
    memcpy(checkpoint.origin, origin.data, origin.length);
    *out = checkpoint;
    return true;
}

void checkpoint_append_note(struct buffer *out,
    const struct checkpoint *checkpoint, const struct note_key *key,
    const struct secret_key *secret)
{
    size_t start = out->length;
    checkpoint_append_text(out, checkpoint);
    checkpoint_sign_text(out, start, key, secret);
}

void checkpoint_sign_text(struct buffer *out, size_t start,
    const struct note_key *key, const struct secret_key *secret)
{
    /* A text of its own, since out may move while it grows. */
    uint8_t memory[NOTE_COSIGNED_TEXT_MAX];
    struct buffer text = buffer_over(memory, sizeof memory);
    buffer_append(&text, bytes_after(buffer_bytes(out), start));
    if (text.failed) {
        out->failed = true;
        return;
    }
    buffer_char(out, '\n');
    note_sign(out, buffer_bytes(&text), key, secret);
}

size_t checkpoint_sign_length(const struct note_key *key)
{
    return 1 + note_sign_length(key);
}

enum note_verdict checkpoint_open(struct bytes note,
    const struct note_key *key, struct checkpoint *out)
{
    struct bytes text;
    struct checkpoint checkpoint;
    enum note_verdict verdict = note_open(note, key, 1, &text, NULL);
    if (verdict != NOTE_VALID)
        return verdict;
    if (!checkpoint_parse_text(text, &checkpoint) ||
        strcmp(checkpoint.origin, key->name) != 0)
        return NOTE_MALFORMED;
    *out = checkpoint;
    return NOTE_VALID;
}

/* ---- receipts ---- */

static const char RECEIPT_HEAD[] = "c2sp.org/tlog-proof@v1";
static const char RECEIPT_EXTRA[] = "extra ";
static const char RECEIPT_INDEX[] = "index ";

void receipt_append(struct buffer *out, const struct receipt *receipt)
{
    buffer_text(out, RECEIPT_HEAD);
    buffer_char(out, '\n');
    if (receipt->extra.length > 0) {
        buffer_text(out, RECEIPT_EXTRA);
        buffer_append(out, receipt->extra);
        buffer_char(out, '\n');
    }
    buffer_text(out, RECEIPT_INDEX);
    buffer_decimal(out, receipt->index);
    buffer_char(out, '\n');
    for (size_t i = 0; i < receipt->path.count; i++) {
        const struct hash *hash = &receipt->path.hash[i];
        base64_append(out, bytes_of(hash->data, sizeof hash->data));
        buffer_char(out, '\n');
    }
    buffer_char(out, '\n');
    buffer_append(out, receipt->note);
}

/* If line starts with the word, cut it off. */
static bool receipt_after(struct bytes *line, const char *word)
{
    size_t length = strlen(word);
    if (!bytes_start_with(*line, word))
        return false;
    *line = bytes_of(line->data + length, line->length - length);
    return true;
}

/* Base64 of at least one byte. */
static bool receipt_extra_valid(struct bytes text)
{
    if (text.length == 0 || text.length % 4 != 0)
        return false;
    for (size_t at = 0; at < text.length; at += 4) {
        uint8_t memory[3];
        struct buffer three = buffer_over(memory, sizeof memory);
        struct bytes four = bytes_of(text.data + at, 4);
        bool last = at + 4 == text.length;
        if (!base64_decode_any(four, &three) ||
            (three.length < sizeof memory && !last))
            return false;
    }
    return true;
}

/* The hashes up to the blank line, which is read too. */
static bool receipt_parse_path(struct bytes *rest, struct merkle_path *path)
{
    struct bytes line;
    path->count = 0;
    while (bytes_next_line(rest, &line)) {
        if (line.length == 0)
            return true;
        if (path->count == MERKLE_PATH_MAX ||
            !base64_decode(line, path->hash[path->count].data,
                sizeof path->hash[0].data))
            return false;
        path->count++;
    }
    return false;
}

bool receipt_parse(struct bytes text, struct receipt *out)
{
    struct bytes line;
    out->extra = bytes_of(NULL, 0);
    if (!bytes_next_line(&text, &line) ||
        !bytes_equal_text(line, RECEIPT_HEAD) ||
        !bytes_next_line(&text, &line))
        return false;
    if (receipt_after(&line, RECEIPT_EXTRA)) {
        out->extra = line;
        if (!receipt_extra_valid(line) || !bytes_next_line(&text, &line))
            return false;
    }
    if (!receipt_after(&line, RECEIPT_INDEX) ||
        !bytes_decimal(line, SIZE_LIMIT, &out->index) ||
        !receipt_parse_path(&text, &out->path))
        return false;
    out->note = text;
    return text.length > 0;
}
