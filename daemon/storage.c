#include "storage_inside.h"

#include "textfile.h"

#include "../protocol/codec.h"

#include <sodium.h>
#include <string.h>

/* ---- opening the parts ---- */

static int read_entry(void *context, uint64_t index, struct buffer *out,
    struct failure *failure)
{
    return journal_read(context, index, out, failure);
}

static int read_leaf(void *context, uint64_t index, struct hash *out,
    struct failure *failure)
{
    return journal_leaf(context, index, out, failure);
}

static bool decode_line(
    struct operation *op, struct bytes line, bool in_body)
{
    struct fault fault;
    return codec_decode(
        line, in_body ? CODEC_BODY : CODEC_REQUEST, op, &fault);
}

static int open_parts(struct storage *storage, struct failure *failure)
{
    struct folder_path journal = folder_file(storage->folder, "journal");
    struct folder_path state = folder_file(storage->folder, "state");
    const struct journal_options journal_options = {
        .folder = journal.text,
        .segment_bytes = storage->config->segment_bytes,
    };
    const struct state_options state_options = {
        .folder = state.text,
        .map_bytes = storage->config->state_map_bytes,
        .cache_bytes = config_cache_bytes(storage->config),
    };
    if (journal_open(&storage->journal, &journal_options, failure) != 0 ||
        state_open(&storage->state, &state_options, failure) != 0)
        return -1;
    storage->archive = (struct archive){
        .read = read_entry,
        .context = storage->journal,
        .decode = decode_line,
        .leaf = read_leaf,
    };
    if (ledger_open(&storage->ledger, storage->state, &storage->archive,
            failure) != 0)
        return -1;
    storage->covered = ledger_size(storage->ledger);
    return 0;
}

/* ---- whose journal it is ---- */

/* Read the journal's first entry; its line is a view of text.  False if it
 * is not there whole: *reason says why. */
static bool read_first_line(struct storage *storage, struct buffer *text,
    struct bytes *line, struct failure *reason)
{
    struct bytes rest;
    struct entry entry;
    if (journal_genesis(storage->journal, text, reason) != 0)
        return false;
    rest = buffer_bytes(text);
    if (!entry_next(&rest, &entry)) {
        (void)failure_set(
            reason, "journal: its first entry is not well-formed");
        return false;
    }
    *line = entry.line;
    return true;
}

/*
 * Without the journal's first entry the saved state knows the key, else
 * the genesis says it (a founding was cut off before its first group was
 * whole; recovery sees to it that it was no more than that).
 */
static int find_log_key_elsewhere(struct storage *storage,
    const struct genesis_text *genesis, const struct failure *reason,
    struct note_key *key, struct failure *failure)
{
    if (ledger_founded(storage->ledger)) {
        *key = *ledger_log_key(storage->ledger);
        return 0;
    }
    if (genesis->line.length > 0)
        return genesis_log_key(genesis->line, key, failure);
    if (journal_empty(storage->journal))
        return failure_set(failure,
            "%s has neither a journal nor a genesis: make one with "
            "posito init", storage->folder->path);
    return failure_set(failure, "%s", reason->text);
}

/* The key that checkpoints must be signed with. */
static int find_log_key(struct storage *storage,
    const struct genesis_text *genesis, struct note_key *key,
    struct failure *failure)
{
    struct failure reason = {{0}};
    struct buffer text = buffer_empty();
    struct bytes line;
    int result;
    if (!journal_empty(storage->journal) &&
        read_first_line(storage, &text, &line, &reason))
        result = genesis_log_key(line, key, failure);
    else
        result = find_log_key_elsewhere(
            storage, genesis, &reason, key, failure);
    buffer_free(&text);
    return result;
}

static int take_log_key(struct storage *storage, const struct note_key *key,
    struct failure *failure)
{
    struct keyfile file;
    if (folder_log_key(storage->folder, &file, failure) != 0)
        return -1;
    bool right = memcmp(&file.public_key, &key->public_key,
                     sizeof key->public_key) == 0;
    storage->secret = sodium_malloc(sizeof *storage->secret);
    if (storage->secret != NULL)
        memcpy(storage->secret, &file.secret, sizeof file.secret);
    keyfile_forget(&file);
    if (!right)
        return failure_set(failure,
            "log.key is not the key of %s that the genesis names",
            key->name);
    if (storage->secret == NULL)
        return failure_set(failure, "out of memory");
    return 0;
}

/* ---- all together ---- */

static int bring_up(struct storage *storage, const struct genesis_text *genesis,
    struct failure *failure)
{
    struct note_key key;
    if (find_log_key(storage, genesis, &key, failure) != 0 ||
        take_log_key(storage, &key, failure) != 0)
        return -1;
    if (recovery_do(storage, &key, failure) != 0)
        return -1;
    if (!ledger_founded(storage->ledger)) {
        if (genesis->line.length == 0)
            return failure_set(failure,
                "the journal has no entry and there is no genesis");
        if (genesis_found(storage, genesis, failure) != 0)
            return -1;
    }
    /* From here on a crash is not a clean stop. */
    return textfile_remove(storage->folder->path, "stopped", failure);
}

int storage_open(struct storage *storage, const struct folder *folder,
    const struct config *config, struct failure *failure)
{
    struct genesis_text genesis;
    bool found;
    *storage = (struct storage){.folder = folder, .config = config};
    if (genesis_read(folder, &genesis, &found, failure) != 0)
        return -1;
    int result = page_keeper_start(
        &storage->keeper, config_save_bytes(config), failure);
    if (result == 0)
        result = open_parts(storage, failure);
    if (result == 0)
        result = bring_up(storage, &genesis, failure);
    buffer_free(&genesis.text);
    if (result != 0)
        storage_close(storage);
    return result;
}

int storage_finish(
    struct storage *storage, struct bytes note, struct failure *failure)
{
    const char *folder = storage->folder->path;
    ledger_settle(storage->ledger);
    if (state_save(storage->state, failure) != 0)
        return -1;
    storage->covered = ledger_size(storage->ledger);
    if (textfile_replace(folder, "checkpoint", note, failure) != 0)
        return -1;
    return textfile_replace(folder, "stopped", note, failure);
}

void storage_close(struct storage *storage)
{
    page_keeper_stop(&storage->keeper);
    ledger_close(storage->ledger);
    state_close(storage->state);
    journal_close(storage->journal);
    if (storage->secret != NULL)
        sodium_free(storage->secret);
    memset(storage, 0, sizeof *storage);
}
