#include "journal_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* The next segment is prepared from this part of the present one on: where
 * postings come as fast as they can, one is full in half a second, and to
 * prepare one takes nearly as long. */
#define NEXT_FROM_PART 8

/* ---- files to come ---- */

int journal_remove_leftover(
    struct journal *journal, const char *name, struct failure *failure)
{
    const struct journal_calls *calls = journal->calls;
    if (calls->remove(calls->context, journal->folder, name) == 0 ||
        errno == ENOENT)
        return 0;
    return failure_set_errno(
        failure, errno, "journal: cannot remove %s", name);
}

int journal_create_zeroed(struct journal *journal, const char *name,
    uint64_t size, struct pacing *pacing, struct failure *failure)
{
    const struct journal_calls *calls = journal->calls;
    int file = calls->open(calls->context, journal->folder, name, true);
    if (file < 0)
        return failure_set_errno(
            failure, errno, "journal: cannot make %s", name);
    if (journal_file_zero(calls, file, name, 0, size, pacing, failure) != 0 ||
        journal_file_sync(calls, file, name, failure) != 0) {
        (void)close(file);
        return -1;
    }
    return file;
}

/* Caller holds the lock. */
static bool wants_next(
    const struct journal *journal, const struct segment *last)
{
    return journal->tail >= last->size / NEXT_FROM_PART;
}

/* Caller holds the preparing lock. */
static int prepare(struct journal *journal, struct failure *failure)
{
    uint64_t size = journal->segment_bytes;
    int file =
        journal_create_zeroed(
            journal, SEGMENT_PREPARE, size, &journal->pacing, failure);
    if (file < 0)
        return -1;
    (void)close(file);
    if (journal_file_move(journal->calls, journal->folder, SEGMENT_PREPARE,
            SEGMENT_NEXT, failure) != 0)
        return -1;
    journal->next_ready = true;
    journal->next_size = size;
    return 0;
}

void journal_set_pace(struct journal *journal, const struct pace *pace)
{
    journal->pacing.pace = pace;
}

bool journal_wants_next(struct journal *journal)
{
    return atomic_exchange(&journal->wants_next, false);
}

int journal_prepare(struct journal *journal, struct failure *failure)
{
    int result = journal_check_failed(journal, failure);
    if (result != 0)
        return result;
    (void)pthread_mutex_lock(&journal->preparing);
    (void)pthread_mutex_lock(&journal->lock);
    bool wanted = journal->ready && journal->count > 0 &&
        wants_next(journal, &journal->segments[journal->count - 1]);
    (void)pthread_mutex_unlock(&journal->lock);
    if (wanted && !journal->next_ready && prepare(journal, failure) != 0)
        result = journal_fail(journal, failure);
    (void)pthread_mutex_unlock(&journal->preparing);
    return result;
}

/* ---- one group ---- */

static int sync_data(
    struct journal *journal, int file, struct failure *failure)
{
    const struct journal_calls *calls = journal->calls;
    if (calls->sync_data(calls->context, file) != 0)
        return failure_set_errno(
            failure, errno, "journal: cannot sync the last segment");
    return 0;
}

static int append_here(struct journal *journal, uint64_t tail,
    struct bytes group, struct failure *failure)
{
    if (journal_file_write(journal->calls, journal->file, "the last segment",
            group, tail, failure) != 0)
        return -1;
    return sync_data(journal, journal->file, failure);
}

/* Make room in the list, so that nothing can fail after the sync. */
static int reserve_segment(struct journal *journal, struct failure *failure)
{
    (void)pthread_mutex_lock(&journal->lock);
    struct segment *segments = realloc(
        journal->segments, (journal->count + 1) * sizeof *segments);
    if (segments != NULL)
        journal->segments = segments;
    (void)pthread_mutex_unlock(&journal->lock);
    return segments != NULL
               ? 0
               : failure_set(failure, "journal: out of memory");
}

/*
 * Put the group into a prepared file, sync it, and only then give the file
 * its name: a segment without a whole first group never exists.  Caller
 * holds the preparing lock.
 */
static int append_to_new(struct journal *journal, uint64_t first,
    struct bytes group, struct segment *segment, struct failure *failure)
{
    const struct journal_calls *calls = journal->calls;
    char name[SEGMENT_NAME_MAX];
    const char *from = SEGMENT_NEXT;
    uint64_t size = journal->next_size;
    int file;
    if (journal->next_ready && size >= group.length) {
        file = calls->open(calls->context, journal->folder, from, false);
        if (file < 0)
            return failure_set_errno(
                failure, errno, "journal: cannot open %s", from);
        journal->next_ready = false;
    } else {
        from = SEGMENT_APPEND;
        size = journal_round_up(group.length);
        if (size < journal->segment_bytes)
            size = journal->segment_bytes;
        file = journal_create_zeroed(journal, from, size, NULL, failure);
        if (file < 0)
            return -1;
    }
    journal_segment_name(first, name);
    if (journal_file_write(calls, file, from, group, 0, failure) != 0 ||
        sync_data(journal, file, failure) != 0 ||
        journal_file_move(calls, journal->folder, from, name, failure) !=
            0) {
        (void)close(file);
        return -1;
    }
    if (journal->file >= 0)
        (void)close(journal->file);
    journal->file = file;
    *segment = (struct segment){
        .first = first, .size = size, .indexed = true};
    return 0;
}

static int append_segment(struct journal *journal, uint64_t first,
    struct bytes group, struct segment *segment, struct failure *failure)
{
    if (reserve_segment(journal, failure) != 0)
        return -1;
    /* All wait for it: it is not the time for rests. */
    atomic_store(&journal->pacing.hurried, true);
    (void)pthread_mutex_lock(&journal->preparing);
    atomic_store(&journal->pacing.hurried, false);
    int result = append_to_new(journal, first, group, segment, failure);
    (void)pthread_mutex_unlock(&journal->preparing);
    return result;
}

/* Let readers see the group.  A place that finds no memory only makes a
 * later read slower. */
static void publish(struct journal *journal,
    const struct group_header *header, const struct segment *added,
    uint64_t offset, size_t length)
{
    (void)pthread_mutex_lock(&journal->lock);
    if (added != NULL)
        journal->segments[journal->count++] = *added;
    struct segment *segment = &journal->segments[journal->count - 1];
    if (!journal_places_add(&segment->places, header->first, offset))
        segment->indexed = segment->places.count > 0;
    journal->tail = offset + length;
    journal->size = header->first + header->count;
    bool wants = wants_next(journal, segment);
    if (wants && !journal->wanted)
        atomic_store(&journal->wants_next, true);
    journal->wanted = wants;
    (void)pthread_mutex_unlock(&journal->lock);
}

static int append(struct journal *journal, uint64_t first,
    struct bytes group, struct failure *failure)
{
    struct group_header header;
    struct segment added;
    (void)pthread_mutex_lock(&journal->lock);
    bool ready = journal->ready && first == journal->size;
    uint64_t tail = journal->tail;
    bool fits = journal->count > 0 &&
        group.length <= journal->segments[journal->count - 1].size - tail;
    (void)pthread_mutex_unlock(&journal->lock);
    if (!ready || !journal_group_header(group, &header) ||
        header.first != first ||
        header.bytes != group.length - header.length)
        return failure_set(failure,
            "journal: what was to be appended is not the group from entry "
            "%llu on",
            (unsigned long long)first);
    if (fits) {
        if (append_here(journal, tail, group, failure) != 0)
            return -1;
        publish(journal, &header, NULL, tail, group.length);
        return 0;
    }
    if (append_segment(journal, first, group, &added, failure) != 0)
        return -1;
    publish(journal, &header, &added, 0, group.length);
    return 0;
}

int journal_append(struct journal *journal, uint64_t first,
    struct bytes group, struct failure *failure)
{
    if (journal_check_failed(journal, failure) != 0)
        return -1;
    if (append(journal, first, group, failure) != 0)
        return journal_fail(journal, failure);
    return 0;
}
