/*
 * What a crash leaves of the group that was being written: the disk took
 * any of its 512-byte sectors, each whole, or not at all, or (a device
 * that loses power) as garbage.  So a torn group has a sector that is all
 * zero, or garbage, or zeros from some byte on to its end.  Damage done
 * later to a group that was written whole looks otherwise: every sector is
 * there, and a few bytes are wrong.  The first was never acknowledged and
 * is dropped; the second may have been, and is refused.
 */
#include "journal_inside.h"

#include <stdio.h>
#include <string.h>

#define SECTOR 512

/* More foreign bytes in a sector than this are no accident of a few bits;
 * in a piece of a sector shorter than SHORT, a quarter of it. */
#define FOREIGN_MANY 16
#define SHORT 64

enum sector {
    SECTOR_ZERO,    /* never written */
    SECTOR_TEXT,    /* as we write */
    SECTOR_CUT,     /* text, then zeros to its end */
    SECTOR_GARBAGE, /* many bytes we never write */
    SECTOR_DAMAGED  /* a few of them */
};

/* Journal text: 0x20 to 0x7E, LF, and the bytes of a note's em dash. */
static bool is_text(uint8_t byte)
{
    return (byte >= 0x20 && byte <= 0x7e) || byte == '\n' || byte == 0xe2 ||
        byte == 0x80 || byte == 0x94;
}

static enum sector classify(struct bytes piece)
{
    size_t foreign = 0;
    size_t written = 0; /* end of the last byte that is not zero */
    size_t zeros = 0;
    for (size_t i = 0; i < piece.length; i++) {
        if (piece.data[i] == 0) {
            zeros++;
            continue;
        }
        written = i + 1;
        if (!is_text(piece.data[i]))
            foreign++;
    }
    if (written == 0)
        return SECTOR_ZERO;
    if (foreign > FOREIGN_MANY)
        return SECTOR_GARBAGE;
    if (piece.length < SHORT && foreign > 1 && foreign * 4 > piece.length)
        return SECTOR_GARBAGE;
    if (foreign > 0)
        return SECTOR_DAMAGED;
    if (zeros == 0)
        return SECTOR_TEXT;
    return zeros == piece.length - written ? SECTOR_CUT : SECTOR_DAMAGED;
}

/* Where the sector ends that the tail's byte `at` is in. */
static size_t sector_end(const struct tail *tail, size_t at)
{
    return at + (SECTOR - (size_t)((tail->offset + at) % SECTOR));
}

/* Where the part of it begins that belongs to the tail. */
static size_t sector_start(const struct tail *tail, size_t at)
{
    size_t before = (size_t)((tail->offset + at) % SECTOR);
    return before > at ? 0 : at - before;
}

struct survey {
    bool torn;    /* some sector is missing, garbage or cut */
    bool damaged; /* some sector can be none of these, nor text */
};

static struct survey survey(const struct tail *tail, size_t extent)
{
    struct survey result = {false, false};
    bool cut = false;
    size_t end;
    for (size_t at = 0; at < extent; at = end) {
        end = sector_end(tail, at);
        if (end > extent)
            end = extent;
        enum sector kind =
            classify(bytes_of(tail->bytes.data + at, end - at));
        if (cut && kind != SECTOR_ZERO)
            result.damaged = true;
        switch (kind) {
        case SECTOR_TEXT:
            break;
        case SECTOR_CUT:
            cut = true;
            result.torn = true;
            break;
        case SECTOR_ZERO:
        case SECTOR_GARBAGE:
            result.torn = true;
            break;
        case SECTOR_DAMAGED:
            result.damaged = true;
            break;
        }
    }
    return result;
}

/* ---- groups and notes in the tail ---- */

/* A note signed by the log for a journal longer than what stands before
 * the tail. */
static bool note_beyond(
    const struct tail *tail, struct bytes note, uint64_t *size)
{
    struct checkpoint checkpoint;
    if (checkpoint_open(note, tail->key, &checkpoint) != NOTE_VALID)
        return false;
    *size = checkpoint.size;
    return checkpoint.size > tail->size;
}

static bool ends_in_note(const struct tail *tail, size_t length)
{
    struct bytes text = bytes_of(tail->bytes.data, length);
    size_t start;
    uint64_t size;
    return journal_group_note(text, &start) &&
        note_beyond(
            tail, bytes_of(text.data + start, length - start), &size);
}

static bool is_later_group(const struct tail *tail, struct bytes text)
{
    struct group_header header;
    struct group group;
    uint64_t size;
    if (!journal_group_header(text, &header) || header.first <= tail->size ||
        header.bytes > text.length - header.length)
        return false;
    struct bytes all =
        bytes_of(text.data, header.length + (size_t)header.bytes);
    return journal_group_split(all, &group) &&
        note_beyond(tail, group.note, &size) &&
        size == group.first + group.count;
}

static bool has_later_group(const struct tail *tail)
{
    static const char word[] = "group ";
    struct bytes rest = tail->bytes;
    for (;;) {
        const uint8_t *found =
            memmem(rest.data, rest.length, word, sizeof word - 1);
        if (found == NULL)
            return false;
        rest = bytes_of(
            found, rest.length - (size_t)(found - rest.data));
        if (is_later_group(tail, rest))
            return true;
        rest = bytes_of(rest.data + 1, rest.length - 1);
    }
}

/* The tail is the beginning of the header that would stand there. */
static bool is_header_beginning(const struct tail *tail, size_t length)
{
    char expected[JOURNAL_HEADER_MAX + 1];
    int written = snprintf(expected, sizeof expected, "group %llu ",
        (unsigned long long)tail->size);
    size_t known = written < 0 ? 0 : (size_t)written;
    size_t spaces = 0;
    if (length >= JOURNAL_HEADER_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = tail->bytes.data[i];
        if (i < known && byte != (uint8_t)expected[i])
            return false;
        if (i >= known && byte == ' ')
            spaces++;
        else if (i >= known && (byte < '0' || byte > '9'))
            return false;
    }
    return spaces <= 1;
}

/* ---- judging ---- */

static bool refuse(const char **reason, const char *text)
{
    *reason = text;
    return false;
}

/* The header is there and says how far the group was to reach. */
static bool judge_headed(const struct tail *tail, size_t written,
    size_t extent, const char **reason)
{
    struct survey found = survey(tail, extent);
    size_t last_sector = sector_end(tail, extent - 1);
    if (written > last_sector)
        return refuse(reason, "more bytes follow it");
    if (written > extent) {
        size_t start = sector_start(tail, extent - 1);
        if (last_sector > tail->bytes.length)
            last_sector = tail->bytes.length;
        if (classify(bytes_of(tail->bytes.data + start,
                last_sector - start)) != SECTOR_GARBAGE)
            return refuse(reason, "more bytes follow it");
    }
    if (found.damaged || !found.torn)
        return refuse(reason, "it was written whole and damaged later");
    struct survey before = survey(tail, written < extent ? written : extent);
    if (!before.torn && !before.damaged && ends_in_note(tail, written))
        return refuse(reason, "its header was damaged later");
    return true;
}

/* The header's sector is lost, or so it seems. */
static bool judge_headless(
    const struct tail *tail, size_t written, const char **reason)
{
    size_t head =
        written < JOURNAL_HEADER_MAX ? written : JOURNAL_HEADER_MAX;
    if (is_header_beginning(tail, written))
        return true;
    if (!survey(tail, head).torn)
        return refuse(reason, "its header was damaged later");
    if (survey(tail, written).damaged)
        return refuse(reason, "stray bytes where a group should begin");
    /* Text ends where a group does or where its sector does. */
    uint8_t last = tail->bytes.data[written - 1];
    bool whole_sector = sector_end(tail, written - 1) == written;
    size_t start = sector_start(tail, written - 1);
    if (last != '\n' && !whole_sector &&
        classify(bytes_of(tail->bytes.data + start, written - start)) ==
            SECTOR_TEXT)
        return refuse(reason, "stray bytes where a group should begin");
    return true;
}

bool journal_tail_torn(const struct tail *tail, const char **reason)
{
    struct group_header header;
    size_t written = tail->bytes.length;
    while (written > 0 && tail->bytes.data[written - 1] == 0)
        written--;
    *reason = "";
    if (written == 0 || tail->offset == 0)
        return refuse(reason, "no crash leaves a segment without a group");
    if (has_later_group(tail))
        return refuse(reason, "a valid group follows it");
    if (!journal_group_header(tail->bytes, &header))
        return judge_headless(tail, written, reason);
    if (header.first != tail->size ||
        header.bytes > tail->bytes.length - header.length)
        return refuse(reason, "its header was damaged later");
    return judge_headed(
        tail, written, header.length + (size_t)header.bytes, reason);
}
