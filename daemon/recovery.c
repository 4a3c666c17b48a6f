#include "storage_inside.h"

#include "clock.h"
#include "log.h"
#include "readahead.h"
#include "saver.h"
#include "textfile.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#define NOTE_BYTES_MAX 16384
#define PROGRESS_MS 10000

/*
 * What is trusted at a start, and what is checked.  Every group past the
 * saved state is checked against the tree: its bodies' roots, its leaves,
 * and the checkpoint that the log's own key signed.  Nobody but the holder
 * of that key can have made one, and this daemon signs none before every
 * order's signature in it was checked; so those of the members are not
 * checked a second time here.  An auditor, who trusts no log key, does
 * check them (posito-audit replay).
 */
struct replay {
    struct storage *storage;
    struct journal_recovery *recovery;
    const struct checkpoint *promise; /* size 0: none */
    struct readahead *line;
    struct saver saver;
    struct failure failure; /* of the reading thread */
    int result;             /* of the reading thread */
    bool promise_seen;      /* the replay came by its size */
    int64_t told_ms;        /* when progress was logged last */
    uint64_t save_bytes;
};

/* ---- the thread that reads ---- */

static int put_group(
    void *context, const struct group *group, struct failure *failure)
{
    struct replay *replay = context;
    return readahead_put(replay->line, group, failure);
}

/* The disk is not changed before the ledger has agreed to all of it. */
static int wait_for_ledger(void *context, struct failure *failure)
{
    struct replay *replay = context;
    if (readahead_end(replay->line) != 0)
        return failure_set(failure, "the replay has stopped");
    return 0;
}

static void *read_journal(void *context)
{
    struct replay *replay = context;
    replay->result = journal_recover(
        replay->storage->journal, replay->recovery, &replay->failure);
    readahead_close(replay->line);
    return NULL;
}

/* ---- the thread that decides ---- */

static int end_save(struct replay *replay, struct failure *failure)
{
    bool running = replay->saver.running;
    if (saver_end(&replay->saver, failure) != 0)
        return -1;
    if (running)
        replay->storage->covered = replay->saver.size;
    return 0;
}

/*
 * Keep the memory bounded.  This is done before a group is replayed, never
 * after: a last group may be in the page cache only, but all before it
 * were synced before it was begun, so the saved state is never ahead of
 * the disk.
 */
static int save_if_large(struct replay *replay, struct failure *failure)
{
    struct storage *storage = replay->storage;
    const struct state *state = storage->state;
    uint64_t most = replay->save_bytes;
    /* What is being saved counts as pending, but takes no new pages. */
    bool due = replay->saver.running
                   ? state_pending_bytes(state) / 2 >= most ||
                         state_flush_bytes(state) / STATE_FLUSH_FACTOR >= most
                   : state_is_due(state, most);
    if (!due)
        return 0;
    if (end_save(replay, failure) != 0)
        return -1;
    ledger_settle(storage->ledger);
    return saver_begin(&replay->saver, storage->state,
        ledger_size(storage->ledger), failure);
}

static int refuse_other_journal(
    const struct checkpoint *promise, struct failure *failure)
{
    return failure_set(failure,
        "the journal's first %" PRIu64 " entries are not those of the "
        "announced checkpoint: this is another journal, restore the "
        "right one", promise->size);
}

/* A checkpoint ends a group, so the replay comes by it unless the saved
 * state covers it. */
static int check_passing(struct replay *replay, struct failure *failure)
{
    const struct merkle *tree = ledger_tree(replay->storage->ledger);
    if (replay->promise->size == 0 || replay->promise->size != tree->size)
        return 0;
    struct hash root = merkle_root(tree);
    replay->promise_seen = true;
    if (hash_equal(&root, &replay->promise->root))
        return 0;
    return refuse_other_journal(replay->promise, failure);
}

static int replay_group(struct replay *replay, const struct ahead *ahead,
    struct failure *failure)
{
    struct storage *storage = replay->storage;
    if (save_if_large(replay, failure) != 0)
        return -1;
    for (size_t i = 0; i < ahead->count; i++) {
        const struct ahead_entry *at = &ahead->entries[i];
        if (ledger_replay(
                storage->ledger, &at->entry, &at->order, failure) != 0)
            return -1;
        storage->replayed++;
    }
    ledger_drop_group(storage->ledger);
    if (clock_ms() - replay->told_ms >= PROGRESS_MS) {
        replay->told_ms = clock_ms();
        log_info("replayed %" PRIu64 " entries so far", storage->replayed);
    }
    return check_passing(replay, failure);
}

static int replay_all(struct replay *replay, struct failure *failure)
{
    int result = check_passing(replay, failure);
    while (result == 0) {
        struct ahead *ahead = readahead_take(replay->line);
        if (ahead == NULL)
            return 0;
        result = replay_group(replay, ahead, failure);
        /* Not done before it is known: the reader goes on after it. */
        if (result != 0)
            readahead_abandon(replay->line);
        readahead_done(replay->line, ahead);
    }
    readahead_abandon(replay->line);
    return result;
}

/* ---- what was promised ---- */

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
static int check_promise(const struct replay *replay, struct failure *failure)
{
    struct merkle_source tree = ledger_tree_source(replay->storage->ledger);
    struct hash root;
    if (replay->promise->size == 0 || replay->promise_seen)
        return 0;
    if (merkle_root_at(&tree, replay->promise->size, &root) != 0)
        return failure_set(failure, "the tree cannot be read");
    if (!hash_equal(&root, &replay->promise->root))
        return refuse_other_journal(replay->promise, failure);
    return 0;
}

/* ---- both threads ---- */

static int run_both(struct replay *replay, struct failure *failure)
{
    pthread_t thread;
    int number = pthread_create(&thread, NULL, read_journal, replay);
    if (number != 0)
        return failure_set_errno(failure, number, "cannot start a thread");
    int result = replay_all(replay, failure);
    struct failure unsaved = {.text = ""};
    if (end_save(replay, result == 0 ? failure : &unsaved) != 0)
        result = -1;
    (void)pthread_join(thread, NULL);
    if (result != 0)
        return -1;
    if (replay->result != 0)
        return failure_set(failure, "%s", replay->failure.text);
    return 0;
}

static int run(struct replay *replay, struct failure *failure)
{
    struct storage *storage = replay->storage;
    replay->line = readahead_new();
    if (replay->line == NULL)
        return failure_set(failure, "out of memory");
    int result = run_both(replay, failure);
    readahead_free(replay->line);
    if (result != 0)
        return -1;
    if (replay->recovery->tree.size != ledger_size(storage->ledger))
        return failure_set(failure, "the replay ended at the wrong entry");
    storage->dropped_bytes = replay->recovery->dropped_bytes;
    return check_promise(replay, failure);
}

int recovery_do(struct storage *storage, const struct note_key *key,
    struct failure *failure)
{
    struct checkpoint promise;
    struct checkpoint stopped;
    struct replay replay = {.storage = storage,
        .promise = &promise,
        .told_ms = clock_ms(),
        .save_bytes = config_save_bytes(storage->config)};
    struct journal_recovery recovery = {
        .tree = *ledger_tree(storage->ledger),
        .key = key,
        .replay = put_group,
        .replayed = wait_for_ledger,
        .context = &replay,
    };
    replay.recovery = &recovery;
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
    return run(&replay, failure);
}
