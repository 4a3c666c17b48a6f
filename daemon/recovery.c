#include "storage_inside.h"

#include "clock.h"
#include "log.h"
#include "textfile.h"

#include "../protocol/admit.h"

#include <inttypes.h>
#include <string.h>

#define NOTE_BYTES_MAX 16384
#define PROGRESS_MS 10000

/* Goes along with the replay. */
struct replay {
    struct storage *storage;
    int64_t told_ms; /* when progress was logged last */
};

static int replay_entry(
    struct storage *storage, const struct entry *entry,
    struct failure *failure)
{
    struct order order;
    int result;
    if (admit_unchecked(&order, entry->line, entry->body) != 0)
        result = failure_set(failure, "out of memory");
    else
        result = ledger_replay(storage->ledger, entry, &order, failure);
    admit_free(&order);
    return result;
}

/*
 * Keep the memory bounded.  This is done before a group is replayed, never
 * after: a last group may be in the page cache only, but all before it
 * were synced before it was begun, so the saved state is never ahead of
 * the disk.
 */
static int save_if_large(struct storage *storage, struct failure *failure)
{
    if (state_pending_bytes(storage->state) < storage->config->save_bytes)
        return 0;
    ledger_settle(storage->ledger);
    if (state_save(storage->state, failure) != 0)
        return -1;
    storage->covered = ledger_size(storage->ledger);
    return 0;
}

static int replay_group(
    void *context, const struct group *group, struct failure *failure)
{
    struct replay *replay = context;
    struct storage *storage = replay->storage;
    struct bytes rest = group->entries;
    struct entry entry;
    if (save_if_large(storage, failure) != 0)
        return -1;
    while (rest.length > 0) {
        if (!entry_next(&rest, &entry))
            return failure_set(failure,
                "group %" PRIu64 " has a malformed entry", group->first);
        if (replay_entry(storage, &entry, failure) != 0)
            return -1;
        storage->replayed++;
    }
    ledger_drop_group(storage->ledger);
    if (clock_ms() - replay->told_ms >= PROGRESS_MS) {
        replay->told_ms = clock_ms();
        log_info("replayed %" PRIu64 " entries so far", storage->replayed);
    }
    return 0;
}

/* Read a signed checkpoint from a file; size 0 if there is none. */
static int read_checkpoint(const struct storage *storage, const char *name,
    const struct note_key *key, struct checkpoint *out,
    struct failure *failure)
{
    struct folder_path path = folder_file(storage->folder, name);
    struct buffer note = buffer_empty();
    bool found;
    memset(out, 0, sizeof *out);
    int result = textfile_read(
        path.text, NOTE_BYTES_MAX, &note, &found, failure);
    if (result == 0 && found &&
        checkpoint_open(buffer_bytes(&note), key, out) != NOTE_VALID)
        result = failure_set(failure,
            "%s is not a checkpoint of this ledger: if it is damaged, check "
            "the journal with posito-audit and move it away", path.text);
    buffer_free(&note);
    return result;
}

/* The journal is not only as long as we said, it is the same one. */
static int check_promise(struct storage *storage,
    const struct checkpoint *promise, struct failure *failure)
{
    struct merkle_source tree = ledger_tree_source(storage->ledger);
    struct hash root;
    if (promise->size == 0)
        return 0;
    if (merkle_root_at(&tree, promise->size, &root) != 0)
        return failure_set(failure, "the tree cannot be read");
    if (!hash_equal(&root, &promise->root))
        return failure_set(failure,
            "the journal's first %" PRIu64 " entries are not those of the "
            "announced checkpoint: this is another journal, restore the "
            "right one", promise->size);
    return 0;
}

static int run(struct storage *storage, struct journal_recovery *recovery,
    const struct checkpoint *promise, struct failure *failure)
{
    if (journal_recover(storage->journal, recovery, failure) != 0)
        return -1;
    if (recovery->tree.size != ledger_size(storage->ledger))
        return failure_set(failure, "the replay ended at the wrong entry");
    storage->dropped_bytes = recovery->dropped_bytes;
    return check_promise(storage, promise, failure);
}

int recovery_do(struct storage *storage, const struct note_key *key,
    struct failure *failure)
{
    struct checkpoint promise;
    struct checkpoint stopped;
    struct replay replay = {storage, clock_ms()};
    struct journal_recovery recovery = {
        .tree = *ledger_tree(storage->ledger),
        .key = key,
        .replay = replay_group,
        .context = &replay,
    };
    if (read_checkpoint(storage, "checkpoint", key, &promise, failure) != 0 ||
        read_checkpoint(storage, "stopped", key, &stopped, failure) != 0)
        return -1;
    recovery.promised = promise.size;
    if (recovery.promised < stopped.size)
        recovery.promised = stopped.size;
    if (recovery.promised < ledger_size(storage->ledger))
        recovery.promised = ledger_size(storage->ledger);
    recovery.clean = stopped.size > 0 &&
                     stopped.size == ledger_size(storage->ledger);
    return run(storage, &recovery, &promise, failure);
}
