#include "receipt.h"

#include "../protocol/answer.h"
#include "files.h"

#include <string.h>

/* ---- saving ---- */

/* Where the leaf ends, counted in verbatim lines; 0: nowhere. */
static uint64_t leaf_lines(enum verb verb, struct bytes rest)
{
    uint64_t lines = 0;
    if (verb != VERB_RECEIPT ||
        !bytes_decimal(answer_find(rest, "lines"), ENTRY_LINES_MAX, &lines))
        return 0;
    return lines;
}

int receipt_save(const char *path, enum verb verb, struct bytes answer,
    struct failure *failure)
{
    struct buffer text = buffer_empty();
    struct bytes line;
    struct bytes rest;
    enum answer_kind kind;
    uint64_t until_blank = 0;
    int result;
    while (bytes_next_line(&answer, &line) &&
           answer_open(line, &kind, &rest)) {
        if (kind == ANSWER_ROW)
            until_blank = leaf_lines(verb, rest);
        if (kind != ANSWER_VERBATIM)
            continue;
        buffer_append(&text, rest);
        buffer_char(&text, '\n');
        if (until_blank > 0 && --until_blank == 0)
            buffer_char(&text, '\n');
    }
    if (text.failed)
        result = failure_set(failure, "out of memory");
    else if (text.length == 0)
        result = failure_set(failure,
            "the answer has nothing to keep in a file (--out is for "
            "receipt, checkpoint, consistency and follow)");
    else
        result = files_create(path, 0644, buffer_bytes(&text), failure);
    buffer_free(&text);
    return result;
}

/* ---- checking ---- */

/* Split at the first empty line. */
static bool split(struct bytes text, struct bytes *leaf, struct bytes *proof)
{
    struct bytes rest = text;
    struct bytes line;
    while (bytes_next_line(&rest, &line)) {
        if (line.length > 0)
            continue;
        *leaf = bytes_of(text.data, (size_t)(line.data - text.data));
        *proof = rest;
        return leaf->length > 0;
    }
    return false;
}

/* The index at the head of the leaf, and the signed line after it. */
static bool read_leaf(
    struct bytes leaf, uint64_t *index, struct bytes *line)
{
    struct bytes head;
    if (!bytes_next_line(&leaf, &head) || !bytes_next_line(&leaf, line))
        return false;
    const uint8_t *space = memchr(head.data, ' ', head.length);
    return space != NULL &&
           bytes_decimal(bytes_of(head.data, (size_t)(space - head.data)),
               NUMBER_MAX, index);
}

static int tell_note(enum note_verdict verdict, struct failure *failure)
{
    switch (verdict) {
    case NOTE_VALID:
        return 0;
    case NOTE_MALFORMED:
        return failure_set(failure, "its checkpoint is not well-formed");
    case NOTE_UNKNOWN:
        return failure_set(failure,
            "its checkpoint is not signed by the log you gave the key of");
    case NOTE_FORGED:
        break;
    }
    return failure_set(
        failure, "the log's signature on its checkpoint does not fit");
}

int receipt_check(struct bytes text, const struct note_key *log,
    struct receipt_proof *proof, struct failure *failure)
{
    struct bytes proof_text;
    struct receipt receipt;
    uint64_t index;
    memset(proof, 0, sizeof *proof);
    if (!split(text, &proof->leaf, &proof_text) ||
        !read_leaf(proof->leaf, &index, &proof->line) ||
        !receipt_parse(proof_text, &receipt))
        return failure_set(failure, "it is not a receipt, or damaged");
    if (index != receipt.index)
        return failure_set(failure,
            "it shows entry %llu but proves entry %llu",
            (unsigned long long)index, (unsigned long long)receipt.index);
    if (tell_note(checkpoint_open(receipt.note, log, &proof->checkpoint),
            failure) != 0)
        return -1;
    struct hash leaf = merkle_leaf(proof->leaf);
    if (!merkle_check_inclusion(&leaf, receipt.index,
            proof->checkpoint.size, &receipt.path, &proof->checkpoint.root))
        return failure_set(failure,
            "the entry it shows is not in the journal that the log signed");
    proof->index = receipt.index;
    return 0;
}
