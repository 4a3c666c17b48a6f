#include "store.h"

#include "store_folder.h"
#include "store_record.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


/*
 * All tables are in LMDB's one unnamed database, a record's key being the
 * table's number and its key.  The totals have the last key of all, so
 * there is always a record at or after any key that is looked for.
 */
#define TOTALS_KEY 0xFF
_Static_assert(TABLE_COUNT < TOTALS_KEY, "the totals must come last");

struct store {
    MDB_env *env;
    MDB_dbi dbi;
    MDB_txn *reader;
    MDB_cursor *lookup; /* of the reader */
    struct store_totals totals;
    uint64_t pages; /* of the file, as of the last renew */
    uint64_t used;  /* of those, that hold records */
    uint64_t page_bytes;
    char *folder;
    bool temporary;
    atomic_bool broken; /* a commit failed */
};

static struct store_raw_key totals_key(void)
{
    return (struct store_raw_key){.data = {TOTALS_KEY}, .length = 1};
}

static MDB_val raw_val(struct store_raw_key *raw)
{
    return (MDB_val){.mv_size = raw->length, .mv_data = raw->data};
}

static struct bytes val_bytes(MDB_val val)
{
    return bytes_of(val.mv_data, val.mv_size);
}

/* ---- failures ---- */

static int lmdb_failed(const struct store *store, int code,
    const char *what, struct failure *failure)
{
    if (code == MDB_MAP_FULL) {
        MDB_envinfo info;
        mdb_env_info(store->env, &info);
        return failure_set(failure,
            "state: %s has used up its map of %zu bytes: give it a larger "
            "one",
            store->folder, info.me_mapsize);
    }
    return failure_set(failure, "state: %s: %s: %s", store->folder, what,
        mdb_strerror(code));
}

static int check_record(MDB_val key, MDB_val value, struct failure *failure)
{
    return store_check_record(val_bytes(key), val_bytes(value), failure);
}

static int misplaced(MDB_val key, struct failure *failure)
{
    return store_record_failed(
        val_bytes(key), "stands in the wrong place", failure);
}

/* ---- totals ---- */

/* The transaction must be the one that wrote them: a page of an older one
 * that came to stand here is found out by it. */
static int totals_read(const struct store *store, MDB_txn *txn,
    uint64_t transaction, struct store_totals *totals,
    struct failure *failure)
{
    struct store_raw_key raw = totals_key();
    MDB_val key = raw_val(&raw);
    MDB_val value;
    int code = mdb_get(txn, store->dbi, &key, &value);
    if (code != 0)
        return lmdb_failed(store, code, "its totals", failure);
    struct cursor cursor = cursor_open(val_bytes(value));
    uint32_t format = cursor_u32(&cursor);
    if (!cursor.failed && format != STORE_FORMAT)
        return failure_set(failure,
            "state: %s has format %u, this program knows %u; move it away "
            "to have the state made again from the journal",
            store->folder, format, STORE_FORMAT);
    if (check_record(key, value, failure) != 0)
        return -1;
    totals->transaction = cursor_u64(&cursor);
    totals->records = cursor_u64(&cursor);
    totals->sum = cursor_u64(&cursor);
    totals->redo = cursor_u64(&cursor);
    cursor_take(&cursor, STORE_CHECKSUM_BYTES);
    if (!cursor_done(&cursor) || totals->transaction != transaction)
        return failure_set(failure,
            "state: %s: totals of another transaction than the last",
            store->folder);
    return 0;
}

/* LMDB's code. */
static int totals_write(
    MDB_txn *txn, MDB_dbi dbi, const struct store_totals *totals)
{
    struct store_raw_key raw = totals_key();
    uint8_t memory[64];
    struct buffer out = buffer_over(memory, sizeof memory);
    buffer_u32(&out, STORE_FORMAT);
    buffer_u64(&out, totals->transaction);
    buffer_u64(&out, totals->records);
    buffer_u64(&out, totals->sum);
    buffer_u64(&out, totals->redo);
    buffer_u64(&out,
        store_checksum(store_raw_key_bytes(&raw), buffer_bytes(&out)));
    MDB_val key = raw_val(&raw);
    MDB_val value = {.mv_size = out.length, .mv_data = memory};
    return mdb_put(txn, dbi, &key, &value, 0);
}

/* LMDB's code. */
static int totals_remove(MDB_txn *txn, MDB_dbi dbi)
{
    struct store_raw_key raw = totals_key();
    MDB_val key = raw_val(&raw);
    return mdb_del(txn, dbi, &key, NULL);
}

/* ---- making a store ---- */

static int env_open(struct store *store, const char *path,
    const struct state_options *options, struct failure *failure)
{
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD;
    if (options->temporary)
        flags |= MDB_NOSYNC;
    int code = mdb_env_create(&store->env);
    if (code == 0)
        code = mdb_env_set_mapsize(store->env, options->map_bytes);
    if (code == 0)
        code = mdb_env_open(store->env, path, flags, 0600);
    if (code != 0)
        return lmdb_failed(store, code, "open", failure);
    return 0;
}

static int write_first(struct store *store, struct failure *failure)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (code != 0)
        return lmdb_failed(store, code, "first write", failure);
    struct store_totals totals = {.transaction = mdb_txn_id(txn)};
    code = mdb_dbi_open(txn, NULL, 0, &store->dbi);
    if (code == 0)
        code = totals_write(txn, store->dbi, &totals);
    if (code != 0) {
        mdb_txn_abort(txn);
        return lmdb_failed(store, code, "first write", failure);
    }
    code = mdb_txn_commit(txn);
    if (code != 0)
        return lmdb_failed(store, code, "first commit", failure);
    return 0;
}

/* LMDB's own first writes are not power-safe, a rename is. */
static int store_make(struct store *store,
    const struct state_options *options, struct failure *failure)
{
    char fresh[PATH_MAX];
    if (store_folder_begin(options->folder, fresh, failure) != 0)
        return -1;
    int result = env_open(store, fresh, options, failure);
    if (result == 0)
        result = write_first(store, failure);
    mdb_env_close(store->env);
    store->env = NULL;
    if (result == 0)
        result = store_folder_finish(
            options->folder, fresh, !options->temporary, failure);
    if (result != 0) {
        struct failure consequence = {.text = ""};
        store_folder_remove(fresh, &consequence);
    }
    return result;
}

/* ---- opening ---- */

static int look_and_make(struct store *store,
    const struct state_options *options, struct failure *failure)
{
    if (store_folder_clear(options->folder, failure) != 0)
        return -1;
    switch (store_folder_look(options->folder, failure)) {
    case STORE_FOLDER_FAILED:
        return -1;
    case STORE_FOLDER_TO_MAKE:
        return store_make(store, options, failure);
    case STORE_FOLDER_MADE:
        break;
    }
    if (options->temporary)
        return failure_set(failure,
            "state: %s is there already, a temporary state must be new",
            options->folder);
    return 0;
}

/*
 * To LMDB an empty file is a new store; to us it is damage.  A file that
 * is shorter than LMDB's pages is filled up with a hole: touching what is
 * missing is then an error instead of a signal.  (LMDB may leave pages at
 * the end unwritten that it doesn't use, so the length proves nothing.)
 */
static int check_length(struct store *store, struct failure *failure)
{
    char path[PATH_MAX];
    struct stat status;
    if (store_folder_path(path, store->folder, STORE_FILE, failure) != 0)
        return -1;
    if (stat(path, &status) != 0)
        return failure_set_errno(failure, errno, "state: %s", path);
    if (status.st_size == 0)
        return failure_set(failure,
            "state: %s is empty; move its folder away to have the state "
            "made again from the journal",
            path);
    if (store->env == NULL)
        return 0;
    MDB_envinfo info;
    MDB_stat pages;
    mdb_env_info(store->env, &info);
    mdb_env_stat(store->env, &pages);
    uint64_t needed = (uint64_t)(info.me_last_pgno + 1) * pages.ms_psize;
    if ((uint64_t)status.st_size < needed &&
        truncate(path, (off_t)needed) != 0)
        return failure_set_errno(failure, errno, "state: %s", path);
    return 0;
}

static void count_pages(struct store *store)
{
    MDB_envinfo info;
    MDB_stat pages;
    mdb_env_info(store->env, &info);
    mdb_env_stat(store->env, &pages);
    store->pages = info.me_last_pgno + 1;
    store->used = pages.ms_branch_pages + pages.ms_leaf_pages +
                  pages.ms_overflow_pages;
    store->page_bytes = pages.ms_psize;
}

static int reader_open(struct store *store, struct failure *failure)
{
    int dead;
    int code = mdb_reader_check(store->env, &dead);
    if (code == 0)
        code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->reader);
    if (code == 0)
        code = mdb_dbi_open(store->reader, NULL, 0, &store->dbi);
    if (code == 0)
        code = mdb_cursor_open(store->reader, store->dbi, &store->lookup);
    if (code != 0)
        return lmdb_failed(store, code, "read", failure);
    count_pages(store);
    return totals_read(store, store->reader, mdb_txn_id(store->reader),
        &store->totals, failure);
}

int store_open(struct store **out, const struct state_options *options,
    struct failure *failure)
{
    *out = NULL;
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL || (store->folder = strdup(options->folder)) == NULL) {
        free(store);
        return failure_set(failure, "state: out of memory");
    }
    if (look_and_make(store, options, failure) != 0)
        goto failed;
    store->temporary = options->temporary;
    if (check_length(store, failure) != 0 ||
        env_open(store, store->folder, options, failure) != 0 ||
        check_length(store, failure) != 0 ||
        reader_open(store, failure) != 0)
        goto failed;
    *out = store;
    return 0;
failed:
    store_close(store);
    return -1;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    mdb_cursor_close(store->lookup);
    mdb_txn_abort(store->reader);
    mdb_env_close(store->env);
    if (store->temporary) {
        /* Nobody waits for it to be gone. */
        struct failure ignored = {.text = ""};
        store_folder_remove(store->folder, &ignored);
    }
    free(store->folder);
    free(store);
}

int store_renew(struct store *store, struct failure *failure)
{
    mdb_txn_reset(store->reader);
    int code = mdb_txn_renew(store->reader);
    if (code == 0)
        code = mdb_cursor_renew(store->reader, store->lookup);
    if (code != 0)
        return lmdb_failed(store, code, "renew", failure);
    count_pages(store);
    return totals_read(store, store->reader, mdb_txn_id(store->reader),
        &store->totals, failure);
}

const char *store_folder(const struct store *store)
{
    return store->folder;
}

bool store_is_temporary(const struct store *store)
{
    return store->temporary;
}

struct store_totals store_totals(const struct store *store)
{
    return store->totals;
}

uint64_t store_pages_bytes(const struct store *store)
{
    return store->pages * store->page_bytes;
}

uint64_t store_used_bytes(const struct store *store)
{
    return store->used * store->page_bytes;
}

uint64_t store_page_bytes(const struct store *store)
{
    return store->page_bytes;
}

/* LMDB's MDB_IDL_UM_MAX, which its header does not show. */
#define CHANGED_PAGES_MOST ((1U << 17) - 1)

uint64_t store_write_bytes_most(const struct store *store)
{
    return CHANGED_PAGES_MOST * store->page_bytes;
}

/* ---- reading ---- */

/* Step to the next or previous record, which must be in order with *key.
 * STORE_NONE: there is no further one. */
static enum store_result step(const struct store *store, MDB_cursor *cursor,
    MDB_cursor_op direction, MDB_val *key, struct failure *failure)
{
    MDB_val found;
    MDB_val value;
    int code = mdb_cursor_get(cursor, &found, &value, direction);
    if (code == MDB_NOTFOUND)
        return STORE_NONE;
    if (code != 0)
        return lmdb_failed(store, code, "read", failure);
    if (check_record(found, value, failure) != 0)
        return STORE_FAILED;
    int order = bytes_compare(val_bytes(found), val_bytes(*key));
    if (direction == MDB_NEXT ? order <= 0 : order >= 0)
        return misplaced(found, failure);
    *key = found;
    return STORE_FOUND;
}

/*
 * A record is absent if it should stand between two others that fit their
 * checksums and stand in order with the ones beyond them.  A damaged key,
 * or a search that was led to the wrong page or node, is found out by it.
 * The lookup cursor is on the record after the wanted one.
 */
static enum store_result check_absent(struct store *store, MDB_val wanted,
    MDB_val after, MDB_val value, struct failure *failure)
{
    MDB_cursor *at = store->lookup;
    if (check_record(after, value, failure) != 0)
        return STORE_FAILED;
    if (bytes_compare(val_bytes(after), val_bytes(wanted)) <= 0)
        return misplaced(after, failure);
    if (val_bytes(after).data[0] != TOTALS_KEY) {
        MDB_val key = after;
        if (step(store, at, MDB_NEXT, &key, failure) != STORE_FOUND ||
            step(store, at, MDB_PREV, &key, failure) != STORE_FOUND)
            return misplaced(after, failure);
    }
    MDB_val key = wanted;
    enum store_result result = step(store, at, MDB_PREV, &key, failure);
    if (result == STORE_FOUND)
        result = step(store, at, MDB_PREV, &key, failure);
    return result == STORE_FAILED ? STORE_FAILED : STORE_NONE;
}

enum store_result store_get(struct store *store, enum table table,
    struct bytes name, struct bytes *value, struct failure *failure)
{
    struct store_raw_key raw = store_raw_key(table, name);
    MDB_val wanted = raw_val(&raw);
    MDB_val key = wanted;
    MDB_val found;
    int code = mdb_cursor_get(store->lookup, &key, &found, MDB_SET_RANGE);
    if (code != 0)
        return lmdb_failed(store, code, "read", failure);
    if (!bytes_equal(val_bytes(key), val_bytes(wanted)))
        return check_absent(store, wanted, key, found, failure);
    if (check_record(key, found, failure) != 0)
        return STORE_FAILED;
    *value = store_kept_value(val_bytes(found));
    return STORE_FOUND;
}

int store_read_on(struct store *store, enum table table, struct bytes after,
    struct store_record *out, int most, struct failure *failure)
{
    struct store_raw_key raw = store_raw_key(table, after);
    MDB_val wanted = raw_val(&raw);
    MDB_val key = wanted;
    MDB_val last = wanted;
    MDB_val value;
    int count = 0;
    int code = mdb_cursor_get(store->lookup, &key, &value, MDB_SET_RANGE);
    if (code == 0 && bytes_equal(val_bytes(key), val_bytes(wanted)))
        code = mdb_cursor_get(store->lookup, &key, &value, MDB_NEXT);
    while (code == 0 && count < most) {
        struct bytes found = val_bytes(key);
        if (check_record(key, value, failure) != 0)
            return -1;
        if (bytes_compare(found, val_bytes(last)) <= 0)
            return misplaced(key, failure);
        if (found.data[0] != (uint8_t)table)
            return count;
        last = key;
        out[count++] = (struct store_record){.table = table,
            .key = bytes_of(found.data + 1, found.length - 1),
            .value = store_kept_value(val_bytes(value))};
        if (count < most)
            code = mdb_cursor_get(store->lookup, &key, &value, MDB_NEXT);
    }
    return code == 0 ? count : lmdb_failed(store, code, "read", failure);
}

/* ---- walks ---- */

struct store_walk {
    struct store *store;
    MDB_txn *txn;
    MDB_cursor *cursor;
    struct store_raw_key prefix; /* of length 0: everything */
    MDB_val last;          /* the key seen last */
    bool begun;
    bool ended;
    struct store_totals seen; /* of a walk over everything */
    struct store_totals kept;
};

static struct store_walk *walk_open(
    struct store *store, struct store_raw_key prefix, struct failure *failure)
{
    struct store_walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL) {
        failure_set(failure, "state: out of memory");
        return NULL;
    }
    walk->store = store;
    walk->prefix = prefix;
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &walk->txn);
    if (code == 0)
        code = mdb_cursor_open(walk->txn, store->dbi, &walk->cursor);
    if (code != 0) {
        lmdb_failed(store, code, "walk", failure);
        goto failed;
    }
    if (totals_read(store, walk->txn, mdb_txn_id(walk->txn), &walk->kept,
            failure) != 0)
        goto failed;
    return walk;
failed:
    store_walk_close(walk);
    return NULL;
}

struct store_walk *store_walk_open(struct store *store, enum table table,
    struct bytes prefix, struct failure *failure)
{
    return walk_open(store, store_raw_key(table, prefix), failure);
}

struct store_walk *store_walk_open_all(
    struct store *store, struct failure *failure)
{
    return walk_open(store, (struct store_raw_key){.length = 0}, failure);
}

void store_walk_close(struct store_walk *walk)
{
    if (walk == NULL)
        return;
    mdb_cursor_close(walk->cursor);
    mdb_txn_abort(walk->txn);
    free(walk);
}

/* Find the first record: the one before it must be before the prefix. */
static enum store_result walk_begin(struct store_walk *walk, MDB_val *key,
    MDB_val *value, struct failure *failure)
{
    MDB_val prefix = raw_val(&walk->prefix);
    MDB_cursor_op seek = prefix.mv_size == 0 ? MDB_FIRST : MDB_SET_RANGE;
    walk->begun = true;
    *key = prefix;
    int code = mdb_cursor_get(walk->cursor, key, value, seek);
    if (code == 0 && seek == MDB_SET_RANGE) {
        MDB_val before = prefix;
        if (step(walk->store, walk->cursor, MDB_PREV, &before, failure) ==
            STORE_FAILED)
            return STORE_FAILED;
        *key = prefix;
        code = mdb_cursor_get(walk->cursor, key, value, seek);
    }
    if (code != 0)
        return lmdb_failed(walk->store, code, "walk", failure);
    if (check_record(*key, *value, failure) != 0)
        return STORE_FAILED;
    if (bytes_compare(val_bytes(*key), val_bytes(prefix)) < 0)
        return misplaced(*key, failure);
    return STORE_FOUND;
}

static enum store_result walk_step(struct store_walk *walk, MDB_val *key,
    MDB_val *value, struct failure *failure)
{
    if (!walk->begun)
        return walk_begin(walk, key, value, failure);
    int code = mdb_cursor_get(walk->cursor, key, value, MDB_NEXT);
    if (code != 0)
        return lmdb_failed(walk->store, code, "walk", failure);
    if (check_record(*key, *value, failure) != 0)
        return STORE_FAILED;
    if (bytes_compare(val_bytes(*key), val_bytes(walk->last)) <= 0)
        return misplaced(*key, failure);
    return STORE_FOUND;
}

static enum store_result walk_end(
    struct store_walk *walk, struct failure *failure)
{
    walk->ended = true;
    if (walk->prefix.length == 0 &&
        (walk->seen.records != walk->kept.records ||
            walk->seen.sum != walk->kept.sum))
        return failure_set(failure,
            "state: %s: the records do not add up to the totals",
            walk->store->folder);
    return STORE_NONE;
}

enum store_result store_walk_next(struct store_walk *walk,
    struct store_record *record, struct failure *failure)
{
    MDB_val key;
    MDB_val value;
    if (walk->ended)
        return STORE_NONE;
    if (walk_step(walk, &key, &value, failure) == STORE_FAILED)
        return STORE_FAILED;
    struct bytes raw = val_bytes(key);
    size_t length = walk->prefix.length;
    if (raw.data[0] == TOTALS_KEY || raw.length < length ||
        memcmp(raw.data, walk->prefix.data, length) != 0)
        return walk_end(walk, failure);
    walk->last = key;
    walk->seen.records++;
    walk->seen.sum += store_kept_checksum(val_bytes(value));
    *record = (struct store_record){.table = (enum table)raw.data[0],
        .key = bytes_of(raw.data + 1, raw.length - 1),
        .value = store_kept_value(val_bytes(value))};
    return STORE_FOUND;
}

/* ---- writing ---- */

struct store_write {
    struct store *store;
    MDB_txn *txn;
    MDB_cursor *cursor;
    struct store_totals totals;
    bool failed;
    struct failure failure;
};

void store_write_abort(struct store_write *write)
{
    if (write == NULL)
        return;
    mdb_cursor_close(write->cursor);
    mdb_txn_abort(write->txn);
    free(write);
}

struct store_write *store_write_open(
    struct store *store, struct failure *failure)
{
    if (atomic_load(&store->broken)) {
        failure_set(failure, "state: %s: a commit failed before",
            store->folder);
        return NULL;
    }
    struct store_write *write = calloc(1, sizeof *write);
    if (write == NULL) {
        failure_set(failure, "state: out of memory");
        return NULL;
    }
    write->store = store;
    int code = mdb_txn_begin(store->env, NULL, 0, &write->txn);
    if (code != 0) {
        lmdb_failed(store, code, "write", failure);
        free(write);
        return NULL;
    }
    code = mdb_cursor_open(write->txn, store->dbi, &write->cursor);
    if (code != 0) {
        lmdb_failed(store, code, "write", failure);
        goto failed;
    }
    if (totals_read(store, write->txn, mdb_txn_id(write->txn) - 1,
            &write->totals, failure) != 0)
        goto failed;
    /* They come back at the commit.  Meanwhile what is written after the
     * last record stands last on its page: LMDB fills such pages. */
    code = totals_remove(write->txn, store->dbi);
    if (code == 0)
        return write;
    lmdb_failed(store, code, "write", failure);
failed:
    store_write_abort(write);
    return NULL;
}

static void write_failed(struct store_write *write, int code)
{
    write->failed = true;
    lmdb_failed(write->store, code, "write", &write->failure);
}

/* Put the cursor on the record and take it out of the totals. */
static enum store_result write_seek(
    struct store_write *write, struct store_raw_key *raw)
{
    MDB_val key = raw_val(raw);
    MDB_val value;
    int code = mdb_cursor_get(write->cursor, &key, &value, MDB_SET_KEY);
    if (code == MDB_NOTFOUND)
        return STORE_NONE;
    if (code != 0) {
        write_failed(write, code);
        return STORE_FAILED;
    }
    if (check_record(key, value, &write->failure) != 0) {
        write->failed = true;
        return STORE_FAILED;
    }
    write->totals.records--;
    write->totals.sum -= store_kept_checksum(val_bytes(value));
    return STORE_FOUND;
}

void store_write_put(struct store_write *write, enum table table,
    struct bytes name, struct bytes value)
{
    if (write->failed)
        return;
    struct store_raw_key raw = store_raw_key(table, name);
    enum store_result found = write_seek(write, &raw);
    if (found == STORE_FAILED)
        return;
    uint64_t sum = store_checksum(store_raw_key_bytes(&raw), value);
    uint8_t memory[STORE_RAW_VALUE_MAX];
    struct buffer out = buffer_over(memory, sizeof memory);
    buffer_append(&out, value);
    buffer_u64(&out, sum);
    write->totals.records++;
    write->totals.sum += sum;
    MDB_val key = raw_val(&raw);
    MDB_val kept = {.mv_size = out.length, .mv_data = memory};
    int code = mdb_cursor_put(write->cursor, &key, &kept,
        found == STORE_FOUND ? MDB_CURRENT : 0);
    if (code != 0)
        write_failed(write, code);
}

void store_write_delete(
    struct store_write *write, enum table table, struct bytes name)
{
    if (write->failed)
        return;
    struct store_raw_key raw = store_raw_key(table, name);
    if (write_seek(write, &raw) != STORE_FOUND)
        return;
    int code = mdb_cursor_del(write->cursor, 0);
    if (code != 0)
        write_failed(write, code);
}

void store_write_name_redo(struct store_write *write, uint64_t mark)
{
    write->totals.redo = mark;
}

int store_write_commit(struct store_write *write, struct failure *failure)
{
    struct store *store = write->store;
    int code;
    mdb_cursor_close(write->cursor);
    if (!write->failed) {
        write->totals.transaction = mdb_txn_id(write->txn);
        code = totals_write(write->txn, store->dbi, &write->totals);
        if (code != 0)
            write_failed(write, code);
    }
    if (write->failed) {
        mdb_txn_abort(write->txn);
    } else if ((code = mdb_txn_commit(write->txn)) != 0) {
        atomic_store(&store->broken, true);
        write->failed = true;
        lmdb_failed(store, code, "commit", &write->failure);
    }
    int result = 0;
    if (write->failed)
        result = failure_set(failure, "%s", write->failure.text);
    free(write);
    return result;
}
