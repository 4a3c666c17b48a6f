#include "replay.h"

#include "../protocol/admit.h"
#include "../protocol/checker.h"
#include "../protocol/codec.h"
#include "../protocol/sign.h"
#include "files.h"
#include "replay_pool.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* LMDB's map is address space, not memory. */
#define MAP_BYTES (UINT64_C(64) << 30)

/* Records kept in memory before they are written to the state's file. */
#define PENDING_BYTES_MAX ((size_t)192 << 20)

struct replay {
    const struct replay_options *options;
    struct journal *journal;
    struct journal_walk *walk;
    struct replay_pool *pool;
    struct replay_keys *keys;
    struct checker *checker; /* NULL: libsodium alone */
    struct replay_seals seals;
    struct state *state;
    struct ledger *ledger;
    struct chunk_rules rules;
    char folder[PATH_MAX]; /* the temporary one; "": none */
    uint64_t total_bytes;
    bool ended;    /* the walk has come to the end */
    struct failure walk_fault; /* reported after what was read before */
    struct replay_result result;
};

/* ---- what the ledger asks back ---- */

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
    struct operation *operation, struct bytes line, bool in_body)
{
    struct fault fault;
    return codec_decode(
        line, in_body ? CODEC_BODY : CODEC_REQUEST, operation, &fault);
}

/* ---- beginning ---- */

/* The log's key and the ledger's id, from the first entry. */
static int learn_rules(struct replay *replay, struct failure *failure)
{
    struct buffer text = buffer_empty();
    struct bytes rest;
    struct entry entry;
    struct operation op;
    struct fault fault;
    int result = -1;
    const struct hash *pinned = replay->options->ledger;
    if (journal_genesis(replay->journal, &text, failure) != 0)
        goto out;
    rest = buffer_bytes(&text);
    if (!entry_next(&rest, &entry) || entry.index != 0 ||
        !codec_decode(entry.line, CODEC_REQUEST, &op, &fault) ||
        op.verb != VERB_GENESIS ||
        !note_key_make(&replay->rules.log_key, op.as.genesis.origin,
            NOTE_LOG, &op.as.genesis.log)) {
        (void)failure_set(failure,
            "entry 0: it is no genesis, so there is nothing to trust");
        goto out;
    }
    replay->rules.ledger = sign_ledger_id(entry.line);
    if (pinned != NULL && !hash_equal(pinned, &replay->rules.ledger))
        (void)failure_set(failure,
            "entry 0: this is another ledger than the one asked for");
    else
        result = 0;
out:
    buffer_free(&text);
    return result;
}

static int make_state(struct replay *replay, struct failure *failure)
{
    const struct replay_options *options = replay->options;
    const char *parent = getenv("TMPDIR");
    struct state_options state_options = {
        .folder = options->state_folder,
        .map_bytes = MAP_BYTES,
        .temporary = options->state_folder == NULL,
    };
    struct archive archive = {.read = read_entry,
        .context = replay->journal,
        .decode = decode_line,
        .leaf = read_leaf};
    if (options->state_folder == NULL) {
        if (parent == NULL || parent[0] != '/')
            parent = "/tmp";
        if (!files_join(replay->folder, sizeof replay->folder, parent,
                "posito-audit-XXXXXX") ||
            mkdtemp(replay->folder) == NULL) {
            replay->folder[0] = '\0';
            return failure_set(
                failure, "cannot make a temporary folder in %.200s", parent);
        }
        state_options.folder = replay->folder;
    }
    if (state_open(&replay->state, &state_options, failure) != 0)
        return -1;
    if (ledger_open(&replay->ledger, replay->state, &archive, failure) != 0)
        return -1;
    if (ledger_size(replay->ledger) != 0)
        return failure_set(failure,
            "%.300s: a state is there already; give a new folder",
            state_options.folder);
    return 0;
}

/* ---- reading ahead ---- */

/* Fill a chunk from the walk; it stays empty at the end.  False: memory. */
static bool fill_chunk(struct replay *replay, struct chunk *chunk)
{
    struct group group;
    while (!replay->ended && chunk->bytes.length < CHUNK_BYTES) {
        enum walk_result found = journal_walk_next(
            replay->walk, &group, &replay->walk_fault);
        if (found != WALK_GROUP) {
            replay->ended = true;
            break;
        }
        if (!chunk_add(chunk, &group) ||
            !replay_keys_learn(&replay->keys, group.entries))
            return false;
    }
    chunk_set_keys(chunk, replay->keys);
    return true;
}

static int read_ahead(struct replay *replay, struct failure *failure)
{
    while (!replay->ended && replay_pool_has_room(replay->pool)) {
        struct chunk *chunk = chunk_new();
        if (chunk == NULL || !fill_chunk(replay, chunk)) {
            chunk_free(chunk);
            return failure_set(failure, "out of memory");
        }
        if (chunk->group_count > 0)
            replay_pool_put(replay->pool, chunk);
        else
            chunk_free(chunk);
    }
    return 0;
}

/* ---- starting ---- */

static unsigned count_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : (unsigned)cores;
}

static int make_checker(struct replay *replay, struct failure *failure)
{
    struct checker_rules rules = checker_usual();
    if (replay->options->libsodium)
        return 0;
    replay->checker = checker_new(&rules);
    if (replay->checker == NULL)
        return failure_set(failure, "out of memory");
    replay->rules.checker = checker_face(replay->checker);
    replay->rules.log_key.checker = replay->rules.checker;
    return 0;
}

static int begin(struct replay *replay, struct failure *failure)
{
    const struct replay_options *options = replay->options;
    struct journal_options journal_options = {
        .folder = options->folder, .read_only = true};
    if (journal_open(&replay->journal, &journal_options, failure) != 0)
        return -1;
    if (journal_empty(replay->journal))
        return failure_set(
            failure, "%.300s: there is no journal in it", options->folder);
    replay->total_bytes = journal_bytes(replay->journal);
    if (learn_rules(replay, failure) != 0 ||
        make_checker(replay, failure) != 0)
        return -1;
    replay->walk = journal_walk_open(replay->journal, 0, failure);
    if (replay->walk == NULL)
        return -1;
    replay->keys = replay_keys_new();
    replay->pool = replay_pool_new(
        options->threads > 0 ? options->threads : count_cores(),
        &replay->rules);
    if (replay->keys == NULL || replay->pool == NULL)
        return failure_set(failure, "cannot start the threads");
    /* So that the threads have something to do meanwhile. */
    if (read_ahead(replay, failure) != 0 ||
        replay_seals_find(&replay->seals, replay->journal, failure) != 0)
        return -1;
    return make_state(replay, failure);
}

/* ---- applying ---- */

static int tell_fault(const struct entry *entry, const struct order *order,
    struct failure *failure)
{
    unsigned long long index = entry->index;
    enum status status = order->fault.status;
    struct bytes by = ident_bytes(&order->operation.by);
    if (status == STATUS_BAD_SIGNATURE)
        return failure_set(failure,
            "entry %llu: the signature by %.*s does not fit the line",
            index, (int)by.length, (const char *)by.data);
    if (status == STATUS_UNKNOWN_KEY)
        return failure_set(failure,
            "entry %llu: signed by %.*s, a key that nobody had registered",
            index, (int)by.length, (const char *)by.data);
    return failure_set(failure, "entry %llu: the line: %s (%.*s)", index,
        status_sentence(status, LANGUAGE_EN),
        (int)order->fault.field.length,
        (const char *)order->fault.field.data);
}

/* The worker guessed the signer's key: is it the one in force? */
static void check_key_again(struct replay *replay, struct order *order)
{
    struct public_key key;
    const struct operation *op = &order->operation;
    if (!op->is_signed || op->verb == VERB_GENESIS ||
        !ledger_find_key(replay->ledger, &op->by, &key))
        return;
    if (memcmp(key.data, order->signer.data, sizeof key.data) == 0 &&
        order->fault.status != STATUS_UNKNOWN_KEY)
        return;
    admit_again(order, &replay->rules.ledger, &key);
    replay->result.signatures++;
}

static int apply_entry(struct replay *replay, struct chunk_entry *at,
    struct failure *failure)
{
    check_key_again(replay, &at->order);
    if (at->order.fault.status != STATUS_ACCEPTED)
        return tell_fault(&at->entry, &at->order, failure);
    if (at->order.body_status != STATUS_ACCEPTED)
        return failure_set(failure, "entry %llu: the body: %s",
            (unsigned long long)at->entry.index,
            status_sentence(at->order.body_status, LANGUAGE_EN));
    if (ledger_replay(replay->ledger, &at->entry, &at->order, failure) != 0)
        return -1;
    replay->result.entries++;
    return replay_seals_reach(
        &replay->seals, replay->ledger, replay->state, failure);
}

/* What the group's note says, against the tree that the entries gave. */
static int check_note(const struct replay *replay,
    const struct chunk_group *group, struct failure *failure)
{
    unsigned long long last = group->first + group->count - 1;
    struct hash root = merkle_root(ledger_tree(replay->ledger));
    switch (group->note_verdict) {
    case NOTE_VALID:
        break;
    case NOTE_MALFORMED:
        return failure_set(failure,
            "entry %llu: the checkpoint after it is not well-formed", last);
    case NOTE_UNKNOWN:
        return failure_set(failure,
            "entry %llu: the checkpoint after it is not signed by the log",
            last);
    case NOTE_FORGED:
        return failure_set(failure,
            "entry %llu: the log's signature on the checkpoint after it "
            "does not fit",
            last);
    }
    if (group->checkpoint.size != last + 1)
        return failure_set(failure,
            "entry %llu: the checkpoint after it says %llu entries", last,
            (unsigned long long)group->checkpoint.size);
    if (hash_equal(&group->checkpoint.root, &root))
        return 0;
    return failure_set(failure,
        "entry %llu: the checkpoint after it has another root: one of the "
        "entries %llu to %llu is not what was signed",
        last, (unsigned long long)group->first, last);
}

static int save_state(struct replay *replay, struct failure *failure)
{
    ledger_settle(replay->ledger);
    if (state_save(replay->state, failure) != 0)
        return -1;
    return 0;
}

static int end_group(struct replay *replay, const struct chunk_group *group,
    struct failure *failure)
{
    uint64_t size = ledger_size(replay->ledger);
    if (check_note(replay, group, failure) != 0)
        return -1;
    replay->result.groups++;
    ledger_drop_group(replay->ledger);
    ledger_durable(replay->ledger, size);
    if (replay->options->digest_at == size && size > 0) {
        replay->result.has_digest_at = true;
        if (save_state(replay, failure) != 0)
            return -1;
        return state_digest(
            replay->state, &replay->result.digest_at, failure);
    }
    if (state_pending_bytes(replay->state) > PENDING_BYTES_MAX)
        return save_state(replay, failure);
    return 0;
}

/* What the next entries will read is fetched from memory side by side. */
static void foresee(const struct replay *replay, const struct chunk *chunk,
    size_t first)
{
    const struct order *orders[LEDGER_FORESEEN];
    size_t count = 0;
    for (size_t i = first;
         i < chunk->entry_count && i < first + LEDGER_FORESEEN; i++) {
        const struct order *order = &chunk->entries[i].order;
        if (order->fault.status == STATUS_ACCEPTED && order->line_count == 0)
            orders[count++] = order;
    }
    if (count > 1)
        ledger_foresee(replay->ledger, orders, count);
}

static int apply_chunk(struct replay *replay, struct chunk *chunk,
    struct failure *failure)
{
    size_t next = 0;
    replay->result.signatures += chunk->signatures;
    for (size_t i = 0; i < chunk->group_count; i++) {
        const struct chunk_group *group = &chunk->groups[i];
        for (size_t j = 0; j < group->entry_count; j++) {
            if (next % LEDGER_FORESEEN == 0)
                foresee(replay, chunk, next);
            if (apply_entry(
                    replay, &chunk->entries[next++], failure) != 0)
                return -1;
        }
        if (!group->complete)
            return failure_set(failure, "%s",
                chunk->out_of_memory ? "out of memory" : chunk->fault.text);
        if (end_group(replay, group, failure) != 0)
            return -1;
        replay->result.bytes += group->length;
    }
    return 0;
}

static void tell_progress(const struct replay *replay)
{
    const struct replay_options *options = replay->options;
    struct replay_progress progress = {
        .entries = replay->result.entries,
        .signatures = replay->result.signatures,
        .bytes = replay->result.bytes,
        .total_bytes = replay->total_bytes,
    };
    if (options->progress != NULL)
        options->progress(options->context, &progress);
}

static int apply_all(struct replay *replay, struct failure *failure)
{
    for (;;) {
        if (read_ahead(replay, failure) != 0)
            return -1;
        struct chunk *chunk = replay_pool_take(replay->pool);
        if (chunk == NULL)
            break;
        int result = apply_chunk(replay, chunk, failure);
        chunk_free(chunk);
        if (result != 0)
            return -1;
        tell_progress(replay);
    }
    if (replay->walk_fault.text[0] != '\0')
        return failure_set(failure, "%s", replay->walk_fault.text);
    return 0;
}

/* ---- the end ---- */

static int check_pin(
    struct replay *replay, size_t number, struct failure *failure)
{
    const char *name = replay->options->pins[number].name;
    struct merkle_source source = ledger_tree_source(replay->ledger);
    uint64_t size = ledger_size(replay->ledger);
    struct checkpoint pin;
    struct hash root;
    if (checkpoint_open(replay->options->pins[number].note,
            &replay->rules.log_key, &pin) != NOTE_VALID)
        return failure_set(failure,
            "%.200s: not a checkpoint signed by this journal's log", name);
    if (pin.size > size)
        return failure_set(failure,
            "entry %llu: the journal ends before it, but %.200s has seen "
            "%llu entries",
            (unsigned long long)size, name, (unsigned long long)pin.size);
    if (merkle_root_at(&source, pin.size, &root) != 0)
        return failure_set(failure, "the tree could not be read");
    if (hash_equal(&root, &pin.root))
        return 0;
    return failure_set(failure,
        "entry %llu: up to it the journal is not the one that %.200s has "
        "seen",
        (unsigned long long)(pin.size == 0 ? 0 : pin.size - 1), name);
}

static uint64_t count_by_libsodium(const struct replay *replay)
{
    struct checker_counts counts = {0};
    if (replay->checker != NULL)
        counts = checker_count(replay->checker);
    return replay->result.signatures - (counts.by_multiples - counts.twice);
}

static int finish(struct replay *replay, struct failure *failure)
{
    for (size_t i = 0; i < replay->options->pin_count; i++)
        if (check_pin(replay, i, failure) != 0)
            return -1;
    replay->result.by_libsodium = count_by_libsodium(replay);
    if (replay_seals_check(&replay->seals, replay->state,
            &replay->result.seals, failure) != 0)
        return -1;
    replay->result.root = merkle_root(ledger_tree(replay->ledger));
    if (save_state(replay, failure) != 0)
        return -1;
    return state_digest(replay->state, &replay->result.digest, failure);
}

int replay_run(struct replay **out, const struct replay_options *options,
    struct failure *failure)
{
    struct replay *replay = calloc(1, sizeof *replay);
    *out = replay;
    if (replay == NULL)
        return failure_set(failure, "out of memory");
    replay->options = options;
    if (begin(replay, failure) != 0 || apply_all(replay, failure) != 0)
        return -1;
    return finish(replay, failure);
}

void replay_close(struct replay *replay)
{
    if (replay == NULL)
        return;
    replay_pool_free(replay->pool);
    replay_keys_drop(replay->keys);
    checker_free(replay->checker);
    replay_seals_free(&replay->seals);
    journal_walk_close(replay->walk);
    ledger_close(replay->ledger);
    state_close(replay->state);
    journal_close(replay->journal);
    if (replay->folder[0] != '\0')
        files_remove_folder(replay->folder);
    free(replay);
}

const struct replay_result *replay_result(const struct replay *replay)
{
    return &replay->result;
}

struct ledger *replay_ledger(struct replay *replay)
{
    return replay->ledger;
}

struct state *replay_state(struct replay *replay)
{
    return replay->state;
}
