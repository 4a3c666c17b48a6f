#include "replay_seals.h"

#include "../ledger/cycle.h"
#include "../protocol/codec.h"

#include <stdlib.h>
#include <string.h>

/* ---- finding them ---- */

static bool add_size(struct replay_seals *seals, uint64_t size)
{
    if (seals->count == seals->room) {
        size_t room = seals->room * 2 + 64;
        struct replay_seal *list =
            realloc(seals->list, room * sizeof *list);
        if (list == NULL)
            return false;
        seals->list = list;
        seals->room = room;
    }
    seals->list[seals->count++] = (struct replay_seal){.size = size};
    return true;
}

/* Most groups are seen not to have any without being split. */
static bool may_seal(struct bytes entries)
{
    static const char close[] = "\nday-close ";
    return memmem(entries.data, entries.length, close, sizeof close - 1) !=
           NULL;
}

static bool find_in_group(struct replay_seals *seals, struct bytes entries)
{
    struct entry entry;
    struct operation op;
    struct fault fault;
    if (!may_seal(entries))
        return true;
    while (entry_skip(&entries, &entry)) {
        if (!bytes_start_with(entry.line, "day-close ") ||
            !codec_decode(entry.line, CODEC_REQUEST, &op, &fault) ||
            !OPERATION_HAS(&op, day_close, sealed))
            continue;
        if (!add_size(seals, op.as.day_close.sealed))
            return false;
    }
    return true;
}

static int compare_sizes(const void *a, const void *b)
{
    const struct replay_seal *one = a;
    const struct replay_seal *other = b;
    return (one->size > other->size) - (one->size < other->size);
}

static void sort_once(struct replay_seals *seals)
{
    size_t kept = 0;
    if (seals->count == 0)
        return;
    qsort(seals->list, seals->count, sizeof *seals->list, compare_sizes);
    for (size_t i = 1; i < seals->count; i++)
        if (seals->list[i].size != seals->list[kept].size)
            seals->list[++kept] = seals->list[i];
    seals->count = kept + 1;
}

int replay_seals_find(struct replay_seals *seals, struct journal *journal,
    struct failure *failure)
{
    struct failure ignored;
    struct group group;
    struct journal_walk *walk = journal_walk_open(journal, 0, failure);
    bool good = true;
    if (walk == NULL)
        return -1;
    while (good && journal_walk_next(walk, &group, &ignored) == WALK_GROUP)
        good = find_in_group(seals, group.entries);
    journal_walk_close(walk);
    if (!good)
        return failure_set(failure, "out of memory");
    sort_once(seals);
    return 0;
}

/* ---- computing and comparing ---- */

int replay_seals_reach(struct replay_seals *seals, struct ledger *ledger,
    struct state *state, struct failure *failure)
{
    uint64_t size = ledger_size(ledger);
    struct replay_seal *seal;
    while (seals->next < seals->count &&
           seals->list[seals->next].size < size)
        seals->next++;
    if (seals->next == seals->count ||
        seals->list[seals->next].size != size)
        return 0;
    seal = &seals->list[seals->next++];
    ledger_settle(ledger);
    if (state_save(state, failure) != 0 ||
        state_digest(state, &seal->digest, failure) != 0)
        return -1;
    seal->computed = true;
    return 0;
}

int replay_seals_check(const struct replay_seals *seals, struct state *state,
    struct replay_seals_found *found, struct failure *failure)
{
    *found = (struct replay_seals_found){0};
    for (size_t i = 0; i < seals->count; i++) {
        const struct replay_seal *own = &seals->list[i];
        struct seal seal;
        /* A day-close that was proposed and never approved seals nothing. */
        if (!cycle_find_seal(state, own->size, &seal))
            continue;
        if (seal.format != state_format()) {
            found->foreign++;
            continue;
        }
        if (!own->computed || !hash_equal(&own->digest, &seal.digest))
            return failure_set(failure,
                "entry %llu: it seals another state after %llu entries "
                "than the journal gives",
                (unsigned long long)seal.entry,
                (unsigned long long)own->size);
        found->fitting++;
    }
    return 0;
}

void replay_seals_free(struct replay_seals *seals)
{
    free(seals->list);
    *seals = (struct replay_seals){0};
}
