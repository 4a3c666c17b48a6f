#include "journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZERO_CHUNK (1U << 20)
#define SCAN_CHUNK (256U << 10)
#define INTERRUPTIONS_MAX 16

/* ---- the system's calls ---- */

static int system_open(
    void *context, int folder, const char *name, bool create)
{
    (void)context;
    int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    if (create)
        flags |= O_CREAT | O_EXCL;
    return openat(folder, name, flags, 0640);
}

static ssize_t system_write(void *context, int file, const void *data,
    size_t length, uint64_t offset)
{
    (void)context;
    return pwrite(file, data, length, (off_t)offset);
}

static int system_sync(void *context, int file)
{
    (void)context;
    return fsync(file);
}

static int system_sync_data(void *context, int file)
{
    (void)context;
    return fdatasync(file);
}

static int system_rename(
    void *context, int folder, const char *from, const char *to)
{
    (void)context;
    return renameat(folder, from, folder, to);
}

static int system_remove(void *context, int folder, const char *name)
{
    (void)context;
    return unlinkat(folder, name, 0);
}

const struct journal_calls *journal_file_system(void)
{
    static const struct journal_calls calls = {
        .open = system_open,
        .write = system_write,
        .sync = system_sync,
        .sync_data = system_sync_data,
        .rename = system_rename,
        .remove = system_remove,
        .sync_folder = system_sync,
    };
    return &calls;
}

/* ---- writing ---- */

int journal_file_write(const struct journal_calls *calls, int file,
    const char *name, struct bytes data, uint64_t offset,
    struct failure *failure)
{
    unsigned interruptions = 0;
    while (data.length > 0) {
        ssize_t written = calls->write(
            calls->context, file, data.data, data.length, offset);
        if (written < 0 && errno == EINTR &&
            ++interruptions <= INTERRUPTIONS_MAX)
            continue;
        if (written < 0)
            return failure_set_errno(
                failure, errno, "journal: cannot write %s", name);
        if (written == 0 || (size_t)written > data.length)
            return failure_set(
                failure, "journal: cannot write %s: no progress", name);
        offset += (uint64_t)written;
        data = bytes_of(
            data.data + written, data.length - (size_t)written);
    }
    return 0;
}

int journal_file_sync(const struct journal_calls *calls, int file,
    const char *name, struct failure *failure)
{
    if (calls->sync(calls->context, file) != 0)
        return failure_set_errno(
            failure, errno, "journal: cannot sync %s", name);
    return 0;
}

/* Written and synced by chunks: a disk that takes much at once answers
 * nobody else meanwhile. */
int journal_file_zero(const struct journal_calls *calls, int file,
    const char *name, uint64_t offset, uint64_t size,
    struct pacing *pacing, struct failure *failure)
{
    const struct pace *pace = pacing != NULL ? pacing->pace : NULL;
    int result = -1;
    uint8_t *zeros = calloc(1, ZERO_CHUNK);
    if (zeros == NULL)
        return failure_set(failure, "journal: out of memory");
    while (offset < size) {
        uint64_t left = size - offset;
        size_t length = left < ZERO_CHUNK ? (size_t)left : ZERO_CHUNK;
        int64_t began = pace_now_us(pace);
        if (journal_file_write(calls, file, name, bytes_of(zeros, length),
                offset, failure) != 0 ||
            journal_file_sync(calls, file, name, failure) != 0)
            goto out;
        offset += length;
        pacing_rest(pacing, pace_now_us(pace) - began);
    }
    result = 0;
out:
    free(zeros);
    return result;
}

int journal_file_move(const struct journal_calls *calls, int folder,
    const char *from, const char *to, struct failure *failure)
{
    if (calls->rename(calls->context, folder, from, to) != 0)
        return failure_set_errno(
            failure, errno, "journal: cannot rename %s to %s", from, to);
    if (calls->sync_folder(calls->context, folder) != 0)
        return failure_set_errno(
            failure, errno, "journal: cannot sync the folder");
    return 0;
}

/* ---- reading ---- */

int journal_reader_open(struct journal_reader *reader, int folder,
    const char *name, struct failure *failure)
{
    struct stat status;
    journal_reader_close(reader);
    (void)snprintf(reader->name, sizeof reader->name, "%s", name);
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return failure_set_errno(
            failure, errno, "journal: cannot open %s", name);
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        (void)close(file);
        return failure_set(failure, "journal: %s is not a file", name);
    }
    reader->open = true;
    reader->file = file;
    reader->size = (uint64_t)status.st_size;
    return 0;
}

void journal_reader_close(struct journal_reader *reader)
{
    if (reader->open)
        (void)close(reader->file);
    reader->open = false;
    reader->length = 0;
}

void journal_reader_free(struct journal_reader *reader)
{
    journal_reader_close(reader);
    free(reader->data);
    reader->data = NULL;
    reader->capacity = 0;
}

/* Fill the window with length bytes at offset; the file has them. */
static int fill(struct journal_reader *reader, uint64_t offset,
    size_t length, struct failure *failure)
{
    unsigned interruptions = 0;
    reader->start = offset;
    reader->length = 0;
    while (reader->length < length) {
        ssize_t got = pread(reader->file, reader->data + reader->length,
            length - reader->length, (off_t)(offset + reader->length));
        if (got < 0 && errno == EINTR &&
            ++interruptions <= INTERRUPTIONS_MAX)
            continue;
        if (got < 0)
            return failure_set_errno(
                failure, errno, "journal: cannot read %s", reader->name);
        if (got == 0)
            return failure_set(failure,
                "journal: %s became shorter while it was read",
                reader->name);
        reader->length += (size_t)got;
    }
    return 0;
}

int journal_reader_view(struct journal_reader *reader, uint64_t offset,
    size_t length, size_t ahead, uint64_t limit, struct bytes *view,
    struct failure *failure)
{
    if (limit > reader->size)
        limit = reader->size;
    uint64_t left = offset < limit ? limit - offset : 0;
    if (length > left)
        length = (size_t)left;
    bool inside = offset >= reader->start &&
        offset + length <= reader->start + reader->length;
    if (!inside) {
        size_t want = length < ahead ? ahead : length;
        if (want > left)
            want = (size_t)left;
        if (want > reader->capacity) {
            uint8_t *data = realloc(reader->data, want);
            if (data == NULL)
                return failure_set(failure, "journal: out of memory");
            reader->data = data;
            reader->capacity = want;
        }
        if (fill(reader, offset, want, failure) != 0)
            return -1;
    }
    *view = length == 0
                ? bytes_of(NULL, 0)
                : bytes_of(reader->data + (offset - reader->start), length);
    return 0;
}

/* Of at least one byte; as fast as memory is read. */
static bool is_zero(struct bytes view)
{
    return view.data[0] == 0 &&
           memcmp(view.data, view.data + 1, view.length - 1) == 0;
}

int journal_reader_skip_zeros(struct journal_reader *reader, uint64_t offset,
    uint64_t limit, uint64_t *found, struct failure *failure)
{
    struct bytes view;
    if (limit > reader->size)
        limit = reader->size;
    while (offset < limit) {
        if (journal_reader_view(reader, offset, SCAN_CHUNK, SCAN_CHUNK,
                limit, &view, failure) != 0)
            return -1;
        if (!is_zero(view)) {
            size_t i = 0;
            while (view.data[i] == 0)
                i++;
            *found = offset + i;
            return 0;
        }
        offset += view.length;
    }
    *found = limit;
    return 0;
}

int journal_reader_trim_zeros(struct journal_reader *reader, uint64_t offset,
    uint64_t limit, uint64_t *found, struct failure *failure)
{
    struct bytes view;
    if (limit > reader->size)
        limit = reader->size;
    while (limit > offset) {
        uint64_t from =
            limit - offset > SCAN_CHUNK ? limit - SCAN_CHUNK : offset;
        if (journal_reader_view(reader, from, (size_t)(limit - from), 0,
                limit, &view, failure) != 0)
            return -1;
        if (!is_zero(view)) {
            size_t end = view.length;
            while (view.data[end - 1] == 0)
                end--;
            *found = from + end;
            return 0;
        }
        limit = from;
    }
    *found = offset;
    return 0;
}
