#include "journal_inside.h"

#include "entry.h"

#include <string.h>

/* A note of ours has three lines of text, a blank and one signature line;
 * names are at most NOTE_NAME_MAX bytes. */
#define NOTE_BYTES_MAX 1024

static bool header_number(struct bytes *line, char end, uint64_t *number)
{
    const uint8_t *stop =
        line->length == 0 ? NULL : memchr(line->data, end, line->length);
    if (stop == NULL)
        return false;
    size_t length = (size_t)(stop - line->data);
    if (!bytes_decimal(bytes_of(line->data, length), UINT64_MAX, number))
        return false;
    *line = bytes_of(stop + 1, line->length - length - 1);
    return true;
}

bool journal_group_header(struct bytes text, struct group_header *header)
{
    if (text.length > JOURNAL_HEADER_MAX)
        text.length = JOURNAL_HEADER_MAX;
    struct bytes rest = text;
    if (!bytes_start_with(text, "group "))
        return false;
    rest = bytes_of(text.data + 6, text.length - 6);
    if (!header_number(&rest, ' ', &header->first) ||
        !header_number(&rest, ' ', &header->count) ||
        !header_number(&rest, '\n', &header->bytes))
        return false;
    header->length = text.length - rest.length;
    return header->count > 0 && header->bytes > 0 &&
        header->bytes <= UINT64_MAX - header->length &&
        header->first <= UINT64_MAX - header->count;
}

/* The start of the line that ends right before `end`, which follows an LF;
 * false if it would start before floor. */
static bool line_before(
    struct bytes text, size_t floor, size_t end, size_t *start)
{
    if (end <= floor)
        return false;
    size_t at = end - 1;
    while (at > floor && text.data[at - 1] != '\n')
        at--;
    *start = at;
    return at > floor;
}

bool journal_group_note(struct bytes text, size_t *start)
{
    size_t floor =
        text.length > NOTE_BYTES_MAX ? text.length - NOTE_BYTES_MAX : 0;
    size_t at = text.length;
    if (at == 0 || text.data[at - 1] != '\n')
        return false;
    /* From the end: signature, blank, root, size, origin. */
    for (int line = 0; line < 5; line++) {
        size_t end = at;
        if (!line_before(text, floor, end, &at))
            return false;
        if ((end - at == 1) != (line == 1))
            return false;
    }
    *start = at;
    return true;
}

bool journal_group_note_size(struct bytes note, uint64_t *size)
{
    struct bytes line;
    return bytes_next_line(&note, &line) && bytes_next_line(&note, &line) &&
        bytes_decimal(line, UINT64_MAX, size);
}

bool journal_group_split(struct bytes text, struct group *group)
{
    struct group_header header;
    size_t note;
    if (!journal_group_header(text, &header) ||
        header.bytes != text.length - header.length)
        return false;
    struct bytes content =
        bytes_of(text.data + header.length, text.length - header.length);
    if (!journal_group_note(content, &note))
        return false;
    group->first = header.first;
    group->count = header.count;
    group->entries = bytes_of(content.data, note);
    group->note = bytes_of(content.data + note, content.length - note);
    group->all = text;
    return true;
}

/* ---- checking ---- */

static const char *verdict_text(enum note_verdict verdict)
{
    switch (verdict) {
    case NOTE_VALID:
        break;
    case NOTE_MALFORMED:
        return "the checkpoint is malformed";
    case NOTE_UNKNOWN:
        return "the checkpoint is not signed by the log's key";
    case NOTE_FORGED:
        return "the checkpoint's signature is wrong";
    }
    return "the checkpoint is of another log";
}

static int check_entries(const struct group *group, struct merkle *tree,
    struct failure *failure)
{
    struct bytes rest = group->entries;
    struct entry entry;
    for (uint64_t i = 0; i < group->count; i++) {
        if (!entry_next(&rest, &entry))
            return failure_set(failure,
                "entry %llu is not well-formed",
                (unsigned long long)tree->size);
        if (entry.index != tree->size)
            return failure_set(failure,
                "entry %llu stands where entry %llu should",
                (unsigned long long)entry.index,
                (unsigned long long)tree->size);
        struct hash leaf = merkle_leaf(entry.leaf);
        merkle_append(tree, &leaf);
    }
    if (rest.length > 0)
        return failure_set(failure,
            "after entry %llu its group has bytes that are no entry",
            (unsigned long long)(tree->size - 1));
    return 0;
}

static int check_note(const struct group *group, const struct merkle *tree,
    const struct note_key *key, struct failure *failure)
{
    struct checkpoint checkpoint;
    unsigned long long last = (unsigned long long)(tree->size - 1);
    enum note_verdict verdict =
        checkpoint_open(group->note, key, &checkpoint);
    if (verdict != NOTE_VALID)
        return failure_set(failure, "after entry %llu %s", last,
            verdict_text(verdict));
    if (checkpoint.size != tree->size)
        return failure_set(failure,
            "after entry %llu the checkpoint is for a tree of %llu", last,
            (unsigned long long)checkpoint.size);
    struct hash root = merkle_root(tree);
    if (!hash_equal(&root, &checkpoint.root))
        return failure_set(failure,
            "entries %llu to %llu do not give the root of their checkpoint",
            (unsigned long long)group->first, last);
    return 0;
}

int journal_check_group(const struct group *group, struct merkle *tree,
    const struct note_key *key, struct failure *failure)
{
    if (group->first != tree->size)
        return failure_set(failure,
            "a group begins at entry %llu where entry %llu should follow",
            (unsigned long long)group->first,
            (unsigned long long)tree->size);
    if (check_entries(group, tree, failure) != 0)
        return -1;
    return check_note(group, tree, key, failure);
}
