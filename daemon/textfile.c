#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static int read_all(
    int file, const char *path, struct buffer *out, size_t limit,
    struct failure *failure)
{
    size_t start = out->length;
    for (;;) {
        if (!buffer_reserve(out, 4096))
            return failure_set(failure, "out of memory");
        ssize_t got = read(file, out->data + out->length, 4096);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_set_errno(failure, errno, "cannot read %s", path);
        if (got == 0)
            return 0;
        out->length += (size_t)got;
        if (out->length - start > limit)
            return failure_set(
                failure, "%s is longer than %zu bytes", path, limit);
    }
}

int textfile_read(const char *path, size_t limit, struct buffer *out,
    bool *found, struct failure *failure)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    *found = file >= 0;
    if (file < 0 && errno == ENOENT)
        return 0;
    if (file < 0)
        return failure_set_errno(failure, errno, "cannot open %s", path);
    int result = read_all(file, path, out, limit, failure);
    (void)close(file);
    return result;
}

static int write_all(int file, struct bytes contents)
{
    while (contents.length > 0) {
        ssize_t put = write(file, contents.data, contents.length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        contents = bytes_after(contents, (size_t)put);
    }
    return fsync(file);
}

static int sync_folder(const char *folder, struct failure *failure)
{
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = file >= 0 ? fsync(file) : -1;
    if (result != 0)
        (void)failure_set_errno(failure, errno, "cannot sync %s", folder);
    if (file >= 0)
        (void)close(file);
    return result;
}

int textfile_replace(const char *folder, const char *name,
    struct bytes contents, struct failure *failure)
{
    char path[PATH_MAX];
    char temporary[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX ||
        snprintf(temporary, sizeof temporary, "%s/%s.new", folder, name) >=
            PATH_MAX)
        return failure_set(failure, "%s: the path is too long", folder);
    int file = open(
        temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return failure_set_errno(failure, errno, "cannot write %s", temporary);
    int result = write_all(file, contents);
    int number = errno;
    if (close(file) != 0 && result == 0) {
        result = -1;
        number = errno;
    }
    if (result == 0 && rename(temporary, path) != 0) {
        result = -1;
        number = errno;
    }
    if (result != 0)
        return failure_set_errno(failure, number, "cannot write %s", path);
    return sync_folder(folder, failure);
}

int textfile_remove(
    const char *folder, const char *name, struct failure *failure)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX)
        return failure_set(failure, "%s: the path is too long", folder);
    if (unlink(path) != 0 && errno != ENOENT)
        return failure_set_errno(failure, errno, "cannot remove %s", path);
    return sync_folder(folder, failure);
}
