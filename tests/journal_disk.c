#include "journal_disk.h"

#include "journal_maker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_HERE 40
#define FILES_MAX 4096
#define NAMES_MAX 1024
#define DESCRIPTORS_MAX 1024
#define SECTOR 512

enum kind {
    KIND_CREATE,
    KIND_WRITE,
    KIND_SYNC,
    KIND_LOST_SYNC, /* one that failed */
    KIND_RENAME,
    KIND_REMOVE,
    KIND_SYNC_FOLDER,
    KIND_OTHER /* a failed call, or one that changes nothing */
};

struct op {
    enum kind kind;
    size_t file;
    char name[NAME_MAX_HERE];
    char to[NAME_MAX_HERE];
    uint64_t offset;
    struct buffer data;
    uint64_t acknowledged; /* before the call */
};

struct name {
    char text[NAME_MAX_HERE];
    size_t file;
};

struct names {
    struct name list[NAMES_MAX];
    size_t count;
};

struct disk {
    struct journal_calls calls;
    struct op *ops;
    size_t count;
    size_t capacity;
    uint64_t acknowledged;

    struct names names; /* as the running system sees them */
    size_t files;
    size_t of_descriptor[DESCRIPTORS_MAX];

    struct names first_names; /* as it was at disk_new */
    struct buffer first_data[NAMES_MAX];

    size_t fail_in; /* 0: never */
    int fail_number;
    enum disk_fault fault;
    bool failing;
    bool has_failed;
};

static void stop(const char *what)
{
    perror(what);
    abort();
}

/* ---- names ---- */

static size_t names_find(const struct names *names, const char *text)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->list[i].text, text) == 0)
            return i;
    }
    return names->count;
}

static void names_put(struct names *names, const char *text, size_t file)
{
    size_t at = names_find(names, text);
    if (at == names->count && names->count++ == NAMES_MAX)
        stop("too many names");
    (void)snprintf(names->list[at].text, NAME_MAX_HERE, "%s", text);
    names->list[at].file = file;
}

static void names_drop(struct names *names, const char *text)
{
    size_t at = names_find(names, text);
    if (at < names->count)
        names->list[at] = names->list[--names->count];
}

static void names_apply(struct names *names, const struct op *op)
{
    if (op->kind == KIND_CREATE) {
        names_put(names, op->name, op->file);
    } else if (op->kind == KIND_REMOVE) {
        names_drop(names, op->name);
    } else if (op->kind == KIND_RENAME) {
        size_t at = names_find(names, op->name);
        if (at == names->count)
            stop(op->name);
        size_t file = names->list[at].file;
        names_drop(names, op->name);
        names_put(names, op->to, file);
    }
}

/* ---- the log ---- */

static struct op *add_op(struct disk *disk, enum kind kind, const char *name)
{
    if (disk->count == disk->capacity) {
        disk->capacity = disk->capacity == 0 ? 64 : disk->capacity * 2;
        disk->ops =
            realloc(disk->ops, disk->capacity * sizeof *disk->ops);
        if (disk->ops == NULL)
            stop("disk");
    }
    struct op *op = &disk->ops[disk->count++];
    memset(op, 0, sizeof *op);
    op->kind = kind;
    op->data = buffer_empty();
    op->acknowledged = disk->acknowledged;
    if (name != NULL)
        (void)snprintf(op->name, sizeof op->name, "%s", name);
    return op;
}

/* Whether this call is to fail; sets errno. */
static bool fails(struct disk *disk)
{
    bool now = disk->failing;
    if (disk->fail_in > 0 && --disk->fail_in == 0) {
        now = true;
        disk->failing = disk->fault == DISK_FAULT_FROM_THEN_ON;
    }
    if (now) {
        disk->has_failed = true;
        errno = disk->fail_number;
    }
    return now;
}

static size_t file_of(const struct disk *disk, int descriptor)
{
    if (descriptor < 0 || descriptor >= DESCRIPTORS_MAX)
        stop("descriptor");
    return disk->of_descriptor[descriptor];
}

/* ---- the calls ---- */

static int disk_open(
    void *context, int folder, const char *name, bool create)
{
    struct disk *disk = context;
    if (fails(disk)) {
        (void)add_op(disk, KIND_OTHER, name);
        return -1;
    }
    int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0);
    int file = openat(folder, name, flags, 0600);
    if (file < 0) {
        (void)add_op(disk, KIND_OTHER, name);
        return -1;
    }
    if (file >= DESCRIPTORS_MAX || disk->files >= FILES_MAX)
        stop("too many files");
    struct op *op = add_op(disk, create ? KIND_CREATE : KIND_OTHER, name);
    if (create) {
        op->file = disk->files++;
        names_apply(&disk->names, op);
    }
    size_t at = names_find(&disk->names, name);
    if (at == disk->names.count)
        stop(name);
    disk->of_descriptor[file] = disk->names.list[at].file;
    return file;
}

static ssize_t disk_write(void *context, int file, const void *data,
    size_t length, uint64_t offset)
{
    struct disk *disk = context;
    bool failed = fails(disk);
    if (failed && (disk->fault == DISK_FAULT_SHORT_ONCE ||
                      disk->fault == DISK_FAULT_SHORT_THEN_FAIL)) {
        disk->failing = disk->fault == DISK_FAULT_SHORT_THEN_FAIL;
        disk->fault = DISK_FAULT_FROM_THEN_ON;
        failed = false;
        length = (length + 1) / 2;
    }
    struct op *op = add_op(disk, failed ? KIND_OTHER : KIND_WRITE, NULL);
    if (failed)
        return -1;
    op->file = file_of(disk, file);
    op->offset = offset;
    buffer_append(&op->data, bytes_of(data, length));
    ssize_t written = pwrite(file, data, length, (off_t)offset);
    if (written != (ssize_t)length)
        stop("write");
    return written;
}

static int disk_sync(void *context, int file)
{
    struct disk *disk = context;
    bool failed = fails(disk);
    struct op *op =
        add_op(disk, failed ? KIND_LOST_SYNC : KIND_SYNC, NULL);
    op->file = file_of(disk, file);
    return failed ? -1 : 0;
}

static int disk_rename(
    void *context, int folder, const char *from, const char *to)
{
    struct disk *disk = context;
    bool failed = fails(disk);
    struct op *op = add_op(disk, failed ? KIND_OTHER : KIND_RENAME, from);
    if (failed)
        return -1;
    (void)snprintf(op->to, sizeof op->to, "%s", to);
    names_apply(&disk->names, op);
    return renameat(folder, from, folder, to);
}

static int disk_remove(void *context, int folder, const char *name)
{
    struct disk *disk = context;
    bool failed = fails(disk);
    bool there = names_find(&disk->names, name) < disk->names.count;
    struct op *op = add_op(
        disk, failed || !there ? KIND_OTHER : KIND_REMOVE, name);
    if (failed)
        return -1;
    if (there)
        names_apply(&disk->names, op);
    return unlinkat(folder, name, 0);
}

static int disk_sync_folder(void *context, int folder)
{
    struct disk *disk = context;
    (void)folder;
    bool failed = fails(disk);
    (void)add_op(disk, failed ? KIND_OTHER : KIND_SYNC_FOLDER, NULL);
    return failed ? -1 : 0;
}

/* ---- life ---- */

struct disk *disk_new(const char *path)
{
    struct disk *disk = calloc(1, sizeof *disk);
    DIR *folder = disk == NULL ? NULL : opendir(path);
    if (folder == NULL)
        stop(path);
    disk->calls = (struct journal_calls){
        .context = disk,
        .open = disk_open,
        .write = disk_write,
        .sync = disk_sync,
        .sync_data = disk_sync,
        .rename = disk_rename,
        .remove = disk_remove,
        .sync_folder = disk_sync_folder,
    };
    for (;;) {
        const struct dirent *item = readdir(folder);
        if (item == NULL)
            break;
        if (item->d_name[0] == '.')
            continue;
        disk->first_data[disk->files] = buffer_empty();
        maker_read_file(path, item->d_name, &disk->first_data[disk->files]);
        names_put(&disk->names, item->d_name, disk->files++);
    }
    (void)closedir(folder);
    disk->first_names = disk->names;
    return disk;
}

void disk_free(struct disk *disk)
{
    if (disk == NULL)
        return;
    for (size_t i = 0; i < disk->count; i++)
        buffer_free(&disk->ops[i].data);
    for (size_t i = 0; i < disk->first_names.count; i++)
        buffer_free(&disk->first_data[i]);
    free(disk->ops);
    free(disk);
}

const struct journal_calls *disk_calls(struct disk *disk)
{
    return &disk->calls;
}

size_t disk_moments(const struct disk *disk)
{
    return disk->count;
}

void disk_acknowledge(struct disk *disk, uint64_t size)
{
    disk->acknowledged = size;
}

uint64_t disk_acknowledged(const struct disk *disk, size_t moment)
{
    return moment < disk->count ? disk->ops[moment].acknowledged
                                : disk->acknowledged;
}

void disk_fail(
    struct disk *disk, size_t call, int number, enum disk_fault fault)
{
    disk->fail_in = call;
    disk->fail_number = number;
    disk->fault = fault;
    disk->failing = false;
    disk->has_failed = false;
}

bool disk_has_failed(const struct disk *disk)
{
    return disk->has_failed;
}

void disk_heal(struct disk *disk)
{
    disk->fail_in = 0;
    disk->failing = false;
}

/* ---- what a power cut leaves ---- */

struct image {
    struct buffer data; /* what is on the platter */
    size_t *pending;    /* writes not synced, by op */
    size_t pending_count;
};

static void put(struct buffer *data, uint64_t offset, struct bytes bytes)
{
    static const uint8_t zeros[4096];
    while (data->length < offset + bytes.length) {
        uint64_t gap = offset + bytes.length - data->length;
        buffer_append(data, bytes_of(zeros, gap < 4096 ? gap : 4096));
    }
    memcpy(data->data + offset, bytes.data, bytes.length);
}

static void spoil(
    uint8_t *bytes, size_t length, enum disk_loss loss, uint64_t *seed)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)maker_random(seed);
        if (loss == DISK_ZEROES_SOME)
            byte = 0;
        else if (loss == DISK_SPOILS_SOME)
            byte = (uint8_t)(0xa0 | (byte & 0x1f));
        bytes[i] = byte;
    }
}

/* Apply a write that was not synced, sector by sector. */
static void apply_torn(struct image *image, const struct op *op,
    enum disk_loss loss, uint64_t *seed)
{
    uint64_t end = op->offset + op->data.length;
    uint64_t sectors = end / SECTOR - op->offset / SECTOR + 1;
    uint64_t keep = maker_random(seed) % (sectors + 1);
    bool coin = maker_random(seed) % 4 != 0;
    uint64_t number = 0;
    uint64_t next;
    for (uint64_t at = op->offset; at < end; at = next, number++) {
        uint8_t piece[SECTOR];
        next = (at / SECTOR + 1) * SECTOR;
        if (next > end)
            next = end;
        size_t length = (size_t)(next - at);
        bool kept = loss == DISK_KEEPS_ALL ||
            (loss == DISK_KEEPS_PREFIX && number < keep) ||
            (loss >= DISK_KEEPS_SOME &&
                (maker_random(seed) % 2 == 0 ||
                    (coin && maker_random(seed) % 8 != 0)));
        if (!kept && loss <= DISK_KEEPS_SOME)
            continue;
        memcpy(piece, op->data.data + (at - op->offset), length);
        if (!kept)
            spoil(piece, length, loss, seed);
        put(&image->data, at, bytes_of(piece, length));
    }
}

static void replay_op(const struct disk *disk, struct image *images, size_t i)
{
    const struct op *op = &disk->ops[i];
    struct image *image = &images[op->file];
    if (op->kind == KIND_WRITE) {
        image->pending = realloc(image->pending,
            (image->pending_count + 1) * sizeof *image->pending);
        if (image->pending == NULL)
            stop("disk");
        image->pending[image->pending_count++] = i;
    } else if (op->kind == KIND_SYNC) {
        for (size_t j = 0; j < image->pending_count; j++) {
            const struct op *write = &disk->ops[image->pending[j]];
            put(&image->data, write->offset, buffer_bytes(&write->data));
        }
        image->pending_count = 0;
    } else if (op->kind == KIND_LOST_SYNC) {
        image->pending_count = 0; /* clean pages now, never written */
    }
}

static bool is_naming(const struct op *op)
{
    return op->kind == KIND_CREATE || op->kind == KIND_RENAME ||
        op->kind == KIND_REMOVE;
}

/* The names: all up to the last folder sync, then some more, in order. */
static void crash_names(const struct disk *disk, size_t moment,
    enum disk_loss loss, uint64_t *seed, struct names *names)
{
    size_t synced = 0;
    size_t pending = 0;
    for (size_t i = 0; i < moment; i++) {
        if (disk->ops[i].kind == KIND_SYNC_FOLDER)
            synced = i;
    }
    for (size_t i = synced; i < moment; i++)
        pending += is_naming(&disk->ops[i]);
    if (loss == DISK_LOSES_ALL)
        pending = 0;
    else if (loss != DISK_KEEPS_ALL)
        pending = (size_t)(maker_random(seed) % (pending + 1));
    *names = disk->first_names;
    for (size_t i = 0; i < moment; i++) {
        if (!is_naming(&disk->ops[i]))
            continue;
        if (i >= synced && pending-- == 0)
            break;
        names_apply(names, &disk->ops[i]);
    }
}

void disk_crash(const struct disk *disk, size_t moment, enum disk_loss loss,
    uint64_t *seed, const char *folder)
{
    struct image *images = calloc(disk->files + 1, sizeof *images);
    struct names *names = calloc(1, sizeof *names);
    if (images == NULL || names == NULL)
        stop("disk");
    for (size_t i = 0; i < disk->first_names.count; i++)
        buffer_append(
            &images[i].data, buffer_bytes(&disk->first_data[i]));
    for (size_t i = 0; i < moment; i++)
        replay_op(disk, images, i);
    for (size_t i = 0; i < disk->files; i++) {
        for (size_t j = 0; j < images[i].pending_count; j++)
            apply_torn(&images[i], &disk->ops[images[i].pending[j]], loss,
                seed);
    }
    crash_names(disk, moment, loss, seed, names);
    maker_empty_folder(folder);
    for (size_t i = 0; i < names->count; i++)
        maker_write_file(folder, names->list[i].text,
            buffer_bytes(&images[names->list[i].file].data));
    for (size_t i = 0; i < disk->files; i++) {
        buffer_free(&images[i].data);
        free(images[i].pending);
    }
    free(images);
    free(names);
}
