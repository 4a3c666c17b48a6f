#include "journal_truth.h"

#include "../ledger/journal_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

bool truth_is_long(void)
{
    return getenv("POSITO_LONG") != NULL;
}

/* ---- the true journal ---- */

void truth_add(struct truth *truth, uint64_t entries, size_t bytes)
{
    assert_true(truth->count < TRUTH_GROUPS_MAX);
    truth->group[truth->count] = buffer_empty();
    journal_maker_group(
        &truth->maker, entries, bytes, &truth->group[truth->count]);
    truth->tree[truth->count] = truth->maker.tree;
    truth->end[truth->count++] = truth->maker.tree.size;
}

void truth_start(struct truth *truth)
{
    memset(truth, 0, sizeof *truth);
    journal_maker_start(&truth->maker, "example.org/journal");
    maker_folder(truth->folder);
}

void truth_end(struct truth *truth)
{
    for (size_t i = 0; i < truth->count; i++)
        buffer_free(&truth->group[i]);
    maker_remove_folder(truth->folder);
}

size_t truth_groups(const struct truth *truth, uint64_t size)
{
    size_t groups = 0;
    while (groups < truth->count && truth->end[groups] <= size)
        groups++;
    if (size > 0 &&
        (groups == 0 || truth->end[groups - 1] != size))
        fail_msg("no group ends at %llu", (unsigned long long)size);
    return groups;
}

void truth_segment(
    const struct truth *truth, size_t groups, size_t size, struct buffer *out)
{
    buffer_clear(out);
    for (size_t i = 0; i < groups; i++)
        buffer_append(out, buffer_bytes(&truth->group[i]));
    while (out->length < size)
        buffer_char(out, '\0');
}

void truth_four_groups(struct truth *truth)
{
    truth_start(truth);
    truth_add(truth, 2, 0);
    truth_add(truth, 1, 0);
    truth_add(truth, 2, 0);
    truth_add(truth, 3, 2600);
}

/* ---- a start ---- */

static int no_sync(void *context, int file)
{
    (void)context;
    (void)file;
    return 0;
}

/* The system's calls without waiting for the device. */
static const struct journal_calls *quick_calls(void)
{
    static struct journal_calls calls;
    calls = *journal_file_system();
    calls.sync = no_sync;
    calls.sync_data = no_sync;
    calls.sync_folder = no_sync;
    return &calls;
}

static int same_as_truth(
    void *context, const struct group *group, struct failure *failure)
{
    const struct truth *truth = context;
    size_t number = truth_groups(truth, group->first);
    if (number >= truth->count ||
        !bytes_equal(group->all, buffer_bytes(&truth->group[number])))
        fail_msg("a group that was never written was replayed");
    (void)failure;
    return 0;
}

static int anything(
    void *context, const struct group *group, struct failure *failure)
{
    (void)context;
    (void)group;
    (void)failure;
    return 0;
}

bool truth_open(const struct truth *truth, struct start *start)
{
    struct journal_options options = {
        .folder = truth->folder,
        .segment_bytes = TRUTH_SEGMENT,
        .calls = start->calls != NULL ? start->calls : quick_calls(),
    };
    struct journal_recovery recovery = {
        .key = &truth->maker.key,
        .promised = start->promised,
        .clean = start->clean,
        .replay = start->forked ? anything : same_as_truth,
        .context = (void *)(uintptr_t)truth,
    };
    memset(&start->failure, 0, sizeof start->failure);
    start->journal = NULL;
    merkle_clear(&recovery.tree);
    if (start->from != NULL)
        recovery.tree = *start->from;
    if (journal_open(&start->journal, &options, &start->failure) != 0)
        return false;
    if (journal_recover(start->journal, &recovery, &start->failure) != 0) {
        journal_close(start->journal);
        start->journal = NULL;
        return false;
    }
    start->size = recovery.tree.size;
    start->dropped = recovery.dropped_bytes;
    if (start->size < start->promised)
        fail_msg("a shorter journal than promised was accepted");
    return true;
}

bool truth_open_and_close(const struct truth *truth, struct start *options)
{
    bool started = truth_open(truth, options);
    journal_close(options->journal);
    options->journal = NULL;
    return started;
}
