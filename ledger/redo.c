#include "redo.h"

#include "layout.h"
#include "store_folder.h"

#include <posito/hash.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Written and synced at once: a disk takes a millisecond or two for it. */
#define PIECE_BYTES ((size_t)1 << 20)

/* table u8, key length u8, value length u16, key, value */
#define HEAD_LENGTH 4
#define DELETED 0xFFFF /* for a value's length */

/* table FF, zero u8, zero u16, records u64, hash 32 */
#define END_TABLE 0xFF
#define END_LENGTH (HEAD_LENGTH + 8 + sizeof(struct hash))

_Static_assert(TABLE_COUNT < END_TABLE, "the end is no record");
_Static_assert(STATE_VALUE_MAX < DELETED, "no value looks deleted");

struct redo {
    int file;
    char path[PATH_MAX];
    const struct pace *pace;
    redo_rest *rest;
    void *context;
    struct buffer piece;
    struct hasher *hasher;
    uint64_t records;
    off_t at;
    bool failed;
    struct failure failure;
};

static int failed(const char *path, struct failure *failure)
{
    return failure_set_errno(failure, errno, "state: %s", path);
}

/* The first eight bytes of the hash, but never 0. */
static uint64_t mark_of(const struct hash *hash)
{
    uint64_t mark = layout_get64(hash->data);
    return mark == 0 ? 1 : mark;
}

/* ---- the file ---- */

/* The folder names the file durably before a transaction names its mark;
 * whoever made it may have been killed before. */
static int sync_folder(const char *folder, struct failure *failure)
{
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = file < 0 || fsync(file) != 0 ? failed(folder, failure) : 0;
    if (file >= 0)
        (void)close(file);
    return result;
}

/* Empty from here on: so its length is made durable with what it says. */
static int open_file(struct redo *redo, const char *folder,
    struct failure *failure)
{
    if (store_folder_path(redo->path, folder, STORE_REDO_FILE, failure) != 0)
        return -1;
    redo->file =
        open(redo->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (redo->file < 0)
        return failed(redo->path, failure);
    return sync_folder(folder, failure);
}

static void redo_free(struct redo *redo)
{
    if (redo->file >= 0)
        (void)close(redo->file);
    hasher_free(redo->hasher);
    buffer_free(&redo->piece);
    free(redo);
}

struct redo *redo_begin(const char *folder, const struct pace *pace,
    redo_rest *rest, void *context, struct failure *failure)
{
    struct redo *redo = calloc(1, sizeof *redo);
    if (redo == NULL) {
        (void)failure_set(failure, "state: out of memory");
        return NULL;
    }
    redo->file = -1;
    redo->pace = pace;
    redo->rest = rest;
    redo->context = context;
    redo->piece = buffer_empty();
    redo->hasher = hasher_new();
    if (redo->hasher == NULL ||
        !buffer_reserve(&redo->piece, PIECE_BYTES + STATE_VALUE_MAX + 256))
        (void)failure_set(failure, "state: out of memory");
    else if (open_file(redo, folder, failure) == 0)
        return redo;
    redo_free(redo);
    return NULL;
}

/* ---- writing ---- */

static int write_all(struct redo *redo)
{
    struct bytes left = buffer_bytes(&redo->piece);
    while (left.length > 0) {
        ssize_t written =
            pwrite(redo->file, left.data, left.length, redo->at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        redo->at += written;
        left = bytes_after(left, (size_t)written);
    }
    return 0;
}

static void write_piece(struct redo *redo)
{
    int64_t began = pace_now_us(redo->pace);
    if (redo->failed)
        return;
    if (write_all(redo) != 0 || fdatasync(redo->file) != 0) {
        redo->failed = true;
        (void)failed(redo->path, &redo->failure);
        return;
    }
    buffer_clear(&redo->piece);
    if (redo->rest != NULL)
        redo->rest(redo->context, pace_now_us(redo->pace) - began);
}

static void add(struct redo *redo, enum table table, struct bytes key,
    const struct bytes *value)
{
    size_t start = redo->piece.length;
    if (redo->failed)
        return;
    buffer_u8(&redo->piece, (uint8_t)table);
    buffer_u8(&redo->piece, (uint8_t)key.length);
    buffer_u16(&redo->piece,
        value == NULL ? DELETED : (uint16_t)value->length);
    buffer_append(&redo->piece, key);
    if (value != NULL)
        buffer_append(&redo->piece, *value);
    hasher_add(redo->hasher,
        bytes_after(buffer_bytes(&redo->piece), start));
    redo->records++;
    if (redo->piece.length >= PIECE_BYTES)
        write_piece(redo);
}

void redo_put(
    struct redo *redo, enum table table, struct bytes key, struct bytes value)
{
    add(redo, table, key, &value);
}

void redo_delete(struct redo *redo, enum table table, struct bytes key)
{
    add(redo, table, key, NULL);
}

int redo_end(struct redo *redo, uint64_t *mark, struct failure *failure)
{
    struct hash hash;
    buffer_u8(&redo->piece, END_TABLE);
    buffer_u8(&redo->piece, 0);
    buffer_u16(&redo->piece, 0);
    buffer_u64(&redo->piece, redo->records);
    hasher_add(redo->hasher,
        bytes_after(buffer_bytes(&redo->piece),
            redo->piece.length - HEAD_LENGTH - 8));
    hash = hasher_end(redo->hasher);
    redo->hasher = NULL;
    buffer_append(&redo->piece, bytes_of(hash.data, sizeof hash.data));
    *mark = mark_of(&hash);
    if (redo->piece.failed && !redo->failed) {
        redo->failed = true;
        (void)failure_set(&redo->failure, "state: out of memory");
    }
    write_piece(redo);
    int result = redo->failed
        ? failure_set(failure, "%s", redo->failure.text)
        : 0;
    redo_free(redo);
    return result;
}

int redo_clear(const char *folder, struct failure *failure)
{
    char path[PATH_MAX];
    if (store_folder_path(path, folder, STORE_REDO_FILE, failure) != 0)
        return -1;
    if (truncate(path, 0) != 0 && errno != ENOENT)
        return failed(path, failure);
    return 0;
}

/* ---- reading ---- */

static int lost(const char *path, struct failure *failure)
{
    return failure_set(failure,
        "state: a save was interrupted, and %s does not have it; move its "
        "folder away to have the state made again from the journal",
        path);
}

static int read_file(
    const char *path, struct buffer *out, struct failure *failure)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    size_t length;
    if (file < 0)
        return errno == ENOENT ? lost(path, failure) : failed(path, failure);
    if (fstat(file, &status) != 0) {
        (void)failed(path, failure);
        (void)close(file);
        return -1;
    }
    length = (size_t)status.st_size;
    if (!buffer_reserve(out, length + 1)) {
        (void)close(file);
        return failure_set(failure, "state: out of memory");
    }
    while (out->length < length) {
        ssize_t count = pread(file, out->data + out->length,
            length - out->length, (off_t)out->length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        out->length += (size_t)count;
    }
    (void)close(file);
    return 0;
}

static bool is_whole(struct bytes all, uint64_t mark)
{
    struct hash hash;
    size_t hashed;
    if (all.length < END_LENGTH)
        return false;
    hashed = all.length - sizeof hash;
    hash = hash_of(bytes_of(all.data, hashed));
    return memcmp(hash.data, all.data + hashed, sizeof hash.data) == 0 &&
           mark_of(&hash) == mark;
}

/* What the hash fits was written so: only the end can be missing, which
 * stands where a record would. */
static bool show_all(struct bytes all, redo_each *each, void *context)
{
    struct cursor in = cursor_open(all);
    uint64_t records = 0;
    for (;;) {
        unsigned table = cursor_u8(&in);
        size_t key_length = cursor_u8(&in);
        size_t value_length = cursor_u16(&in);
        if (in.failed || table == END_TABLE)
            break;
        struct bytes key = cursor_take(&in, key_length);
        struct bytes value =
            cursor_take(&in, value_length == DELETED ? 0 : value_length);
        if (in.failed || table >= TABLE_COUNT)
            return false;
        each(context, (enum table)table, key,
            value_length == DELETED ? NULL : &value);
        records++;
    }
    return !in.failed && cursor_u64(&in) == records && !in.failed;
}

int redo_read(const char *folder, uint64_t mark, redo_each *each,
    void *context, struct failure *failure)
{
    char path[PATH_MAX];
    struct buffer all = buffer_empty();
    int result;
    if (store_folder_path(path, folder, STORE_REDO_FILE, failure) != 0)
        return -1;
    result = read_file(path, &all, failure);
    if (result == 0 && (!is_whole(buffer_bytes(&all), mark) ||
                           !show_all(buffer_bytes(&all), each, context)))
        result = lost(path, failure);
    buffer_free(&all);
    return result;
}
