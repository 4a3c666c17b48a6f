#include "journal_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define COPY_CHUNK (1U << 20)

#define ADVICE \
    "nothing was changed; restore it from the mirror or a copy, then run " \
    "posito-audit replay"

/* ---- verifying ---- */

static int refuse_short(
    const struct journal_recovery *recovery, struct failure *failure)
{
    return failure_set(failure,
        "journal: it ends before entry %llu, but %llu entries were "
        "promised; " ADVICE,
        (unsigned long long)recovery->tree.size,
        (unsigned long long)recovery->promised);
}

/* What stands where the next group should is not one.  0 if it is what a
 * crash tore and may be dropped. */
static int judge_tail(struct journal_walk *walk,
    struct journal_recovery *recovery, const char *what,
    struct failure *failure)
{
    struct tail tail = {
        .offset = walk->at,
        .size = recovery->tree.size,
        .key = recovery->key,
    };
    const char *reason = "a later segment follows";
    bool torn = false;
    if (recovery->promised > recovery->tree.size)
        reason = "it was promised";
    else if (walk->last) {
        if (journal_reader_view(&walk->reader, walk->at,
                (size_t)(walk->limit - walk->at), 0, walk->limit,
                &tail.bytes, failure) != 0)
            return -1;
        torn = journal_tail_torn(&tail, &reason);
    }
    if (!torn)
        return failure_set(failure,
            "journal: entry %llu (%s, byte %llu): %s; %s; " ADVICE,
            (unsigned long long)walk->at_first, walk->reader.name,
            (unsigned long long)walk->at, what, reason);
    size_t length = tail.bytes.length;
    while (length > 0 && tail.bytes.data[length - 1] == 0)
        length--;
    recovery->dropped_bytes = length;
    return 0;
}

/* Verify and replay up to the journal's end, *tail. */
static int verify(struct journal_walk *walk,
    struct journal_recovery *recovery, struct failure *failure)
{
    for (;;) {
        struct group group;
        struct failure found = {.text = ""};
        struct merkle tree = recovery->tree;
        switch (journal_walk_next(walk, &group, &found)) {
        case WALK_GROUP:
            if (journal_check_group(&group, &tree, recovery->key, &found) !=
                0)
                return judge_tail(walk, recovery, found.text, failure);
            recovery->tree = tree;
            if (recovery->replay(recovery->context, &group, failure) != 0)
                return -1;
            break;
        case WALK_END:
            return 0;
        case WALK_BROKEN:
            return judge_tail(walk, recovery, walk->what, failure);
        case WALK_FAILED:
            return failure_set(failure, "%s", found.text);
        }
    }
}

/* ---- making ready ---- */

static int remove_leftovers(struct journal *journal, struct failure *failure)
{
    static const char *const names[] = {
        SEGMENT_NEXT, SEGMENT_PREPARE, SEGMENT_APPEND, SEGMENT_REWRITE};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (journal_remove_leftover(journal, names[i], failure) != 0)
            return -1;
    }
    return 0;
}

static int copy_groups(struct journal *journal,
    struct journal_reader *reader, int file, uint64_t tail,
    struct failure *failure)
{
    for (uint64_t offset = 0; offset < tail;) {
        struct bytes piece;
        if (journal_reader_view(reader, offset, COPY_CHUNK, COPY_CHUNK, tail,
                &piece, failure) != 0 ||
            journal_file_write(journal->calls, file, SEGMENT_REWRITE, piece,
                offset, failure) != 0)
            return -1;
        offset += piece.length;
    }
    return 0;
}

/*
 * Write the last segment anew up to its tail and put it in the old one's
 * place: after a failed sync the kernel may show bytes that the disk does
 * not have.  The descriptor of the new file, or -1.
 */
static int rewrite(struct journal *journal, struct journal_reader *reader,
    uint64_t tail, struct failure *failure)
{
    const struct journal_calls *calls = journal->calls;
    int file =
        calls->open(calls->context, journal->folder, SEGMENT_REWRITE, true);
    if (file < 0)
        return failure_set_errno(
            failure, errno, "journal: cannot make " SEGMENT_REWRITE);
    if (copy_groups(journal, reader, file, tail, failure) != 0 ||
        journal_file_zero(calls, file, SEGMENT_REWRITE, tail, reader->size,
            NULL, failure) != 0 ||
        journal_file_sync(calls, file, SEGMENT_REWRITE, failure) != 0 ||
        journal_file_move(calls, journal->folder, SEGMENT_REWRITE,
            reader->name, failure) != 0) {
        (void)close(file);
        return -1;
    }
    return file;
}

/* Open the last segment for appending at tail. */
static int open_last(struct journal *journal, struct journal_walk *walk,
    uint64_t tail, bool clean, struct failure *failure)
{
    const struct journal_calls *calls = journal->calls;
    if (!clean)
        return rewrite(journal, &walk->reader, tail, failure);
    int file = calls->open(
        calls->context, journal->folder, walk->reader.name, false);
    if (file < 0)
        return failure_set_errno(
            failure, errno, "journal: cannot open %s", walk->reader.name);
    return file;
}

static void set_ready(struct journal *journal, uint64_t size, uint64_t tail)
{
    (void)pthread_mutex_lock(&journal->lock);
    journal->ready = true;
    journal->size = size;
    journal->tail = tail;
    if (journal->count > 0) {
        struct segment *last = &journal->segments[journal->count - 1];
        free(last->places.list);
        last->places = (struct places){.list = NULL};
        last->indexed = false;
    }
    (void)pthread_mutex_unlock(&journal->lock);
    /* What was read before might be the group that is dropped. */
    (void)pthread_mutex_lock(&journal->desk.lock);
    journal->desk.group.count = 0;
    (void)pthread_mutex_unlock(&journal->desk.lock);
}

/* covered: entries before the recovery; what came later was not stopped
 * cleanly, whatever the caller believes. */
static int make_ready(struct journal *journal, struct journal_walk *walk,
    const struct journal_recovery *recovery, uint64_t covered,
    struct failure *failure)
{
    struct place place;
    uint64_t tail = walk->at;
    bool clean = recovery->clean && recovery->dropped_bytes == 0 &&
        recovery->tree.size == covered;
    if (remove_leftovers(journal, failure) != 0)
        return -1;
    if (journal->count == 0) {
        set_ready(journal, 0, 0);
        return 0;
    }
    int file = open_last(journal, walk, tail, clean, failure);
    if (file < 0)
        return -1;
    journal->file = file;
    set_ready(journal, recovery->tree.size, tail);
    return journal_find_place(journal, &walk->reader, journal->count - 1,
        recovery->tree.size, &place, failure);
}

int journal_recover(struct journal *journal,
    struct journal_recovery *recovery, struct failure *failure)
{
    int result = -1;
    uint64_t covered = recovery->tree.size;
    recovery->dropped_bytes = 0;
    if (journal->read_only || journal->ready)
        return failure_set(
            failure, "journal: it is not open for a first recovery");
    struct journal_walk *walk =
        journal_walk_open(journal, recovery->tree.size, failure);
    if (walk == NULL)
        return -1;
    if (verify(walk, recovery, failure) != 0)
        goto out;
    if (recovery->promised > recovery->tree.size) {
        (void)refuse_short(recovery, failure);
        goto out;
    }
    if (recovery->replayed != NULL &&
        recovery->replayed(recovery->context, failure) != 0)
        goto out;
    result = make_ready(journal, walk, recovery, covered, failure);
out:
    journal_walk_close(walk);
    return result;
}
