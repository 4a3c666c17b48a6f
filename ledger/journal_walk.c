#include "journal_inside.h"

#include <stdlib.h>

#define WALK_AHEAD (1U << 20)

/* Note the segment's limit, which grows while a daemon appends. */
static void refresh(struct journal_walk *walk)
{
    struct journal *journal = walk->journal;
    (void)pthread_mutex_lock(&journal->lock);
    walk->last = walk->number + 1 >= journal->count;
    walk->limit = walk->number < journal->count
                      ? journal_limit(journal, walk->number)
                      : 0;
    (void)pthread_mutex_unlock(&journal->lock);
}

/* Stand on the group that begins at first. */
static int find_start(
    struct journal_walk *walk, uint64_t first, struct failure *failure)
{
    struct journal *journal = walk->journal;
    struct place place;
    (void)pthread_mutex_lock(&journal->lock);
    size_t count = journal->count;
    walk->number = count == 0 ? 0 : journal_find_segment(journal, first);
    (void)pthread_mutex_unlock(&journal->lock);
    refresh(walk);
    walk->first = first;
    if (count == 0 && first == 0)
        return 0;
    if (count == 0)
        return failure_set(failure,
            "journal: it is empty, so no group begins at entry %llu",
            (unsigned long long)first);
    if (journal_find_place(journal, &walk->reader, walk->number, first,
            &place, failure) != 0)
        return -1;

    struct group_header header = {.first = place.first};
    walk->offset = place.offset;
    if (place.first == first)
        return 0;
    int found = journal_hop(&walk->reader, walk->limit, first, &header,
        &walk->offset, NULL, failure);
    if (found < 0)
        return -1;
    if (header.first == first)
        return 0;
    return failure_set(failure,
        "journal: no group begins at entry %llu; the nearest one begins at "
        "entry %llu in %s",
        (unsigned long long)first, (unsigned long long)header.first,
        walk->reader.name);
}

struct journal_walk *journal_walk_open(
    struct journal *journal, uint64_t first, struct failure *failure)
{
    struct journal_walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL) {
        (void)failure_set(failure, "journal: out of memory");
        return NULL;
    }
    walk->journal = journal;
    if (find_start(walk, first, failure) != 0) {
        journal_walk_close(walk);
        return NULL;
    }
    walk->at = walk->offset;
    walk->at_first = walk->first;
    return walk;
}

void journal_walk_close(struct journal_walk *walk)
{
    if (walk == NULL)
        return;
    journal_reader_free(&walk->reader);
    free(walk);
}

void journal_walk_where(const struct journal_walk *walk, struct buffer *out)
{
    buffer_text(out, "entry ");
    buffer_decimal(out, walk->at_first);
    buffer_text(out, " (");
    buffer_text(out, walk->reader.name);
    buffer_text(out, ", byte ");
    buffer_decimal(out, walk->at);
    buffer_char(out, ')');
}

uint64_t journal_walk_trailing(struct journal_walk *walk)
{
    struct failure failure = {.text = ""};
    uint64_t end;
    if (!walk->reader.open || !walk->last ||
        journal_reader_trim_zeros(&walk->reader, walk->at, walk->limit, &end,
            &failure) != 0)
        return 0;
    return end - walk->at;
}

static enum walk_result broken(
    struct journal_walk *walk, const char *what, struct failure *failure)
{
    walk->what = what;
    (void)failure_set(failure, "journal: entry %llu (%s, byte %llu): %s",
        (unsigned long long)walk->at_first, walk->reader.name,
        (unsigned long long)walk->at, what);
    return WALK_BROKEN;
}

/* The groups of a segment have ended: nothing but zeros may follow. */
static enum walk_result end_segment(
    struct journal_walk *walk, struct failure *failure)
{
    struct journal *journal = walk->journal;
    char name[SEGMENT_NAME_MAX];
    uint64_t stray;
    if (journal_reader_skip_zeros(&walk->reader, walk->offset, walk->limit,
            &stray, failure) != 0)
        return WALK_FAILED;
    if (stray < walk->limit)
        return broken(walk, "bytes that are no group", failure);
    if (walk->offset == 0)
        return broken(walk, "a segment without a group", failure);
    if (walk->last)
        return WALK_END;

    (void)pthread_mutex_lock(&journal->lock);
    uint64_t first = journal->segments[walk->number + 1].first;
    (void)pthread_mutex_unlock(&journal->lock);
    if (first != walk->first)
        return broken(walk,
            first > walk->first ? "a segment is missing after the group "
                                  "before this entry"
                                : "the next segment begins too early",
            failure);
    journal_segment_name(first, name);
    if (journal_reader_open(
            &walk->reader, journal->folder, name, failure) != 0)
        return WALK_FAILED;
    walk->number++;
    walk->offset = 0;
    return WALK_GROUP;
}

/* The group at the walk's offset. */
static enum walk_result read_group(struct journal_walk *walk,
    struct group *group, struct failure *failure)
{
    struct group_header header;
    struct bytes text;
    uint64_t left = walk->limit - walk->offset;
    if (journal_reader_view(&walk->reader, walk->offset, JOURNAL_HEADER_MAX,
            WALK_AHEAD, walk->limit, &text, failure) != 0)
        return WALK_FAILED;
    if (!journal_group_header(text, &header))
        return broken(walk, "bytes that are no group", failure);
    if (header.first != walk->first)
        return broken(walk, "a group that does not follow", failure);
    if (header.length + header.bytes > left)
        return broken(walk, "a group longer than its segment", failure);
    if (journal_reader_view(&walk->reader, walk->offset,
            (size_t)(header.length + header.bytes), WALK_AHEAD, walk->limit,
            &text, failure) != 0)
        return WALK_FAILED;
    if (!journal_group_split(text, group))
        return broken(walk, "a group without a checkpoint", failure);
    walk->offset += text.length;
    walk->first += group->count;
    return WALK_GROUP;
}

enum walk_result journal_walk_next(
    struct journal_walk *walk, struct group *group, struct failure *failure)
{
    if (!walk->reader.open)
        return WALK_END;
    for (;;) {
        struct bytes next;
        walk->at = walk->offset;
        walk->at_first = walk->first;
        refresh(walk);
        if (journal_reader_view(&walk->reader, walk->offset, 1, WALK_AHEAD,
                walk->limit, &next, failure) != 0)
            return WALK_FAILED;
        if (next.length > 0 && next.data[0] != 0)
            return read_group(walk, group, failure);
        size_t number = walk->number;
        enum walk_result result = end_segment(walk, failure);
        if (result != WALK_GROUP || walk->number == number)
            return result;
    }
}
