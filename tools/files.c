#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_BYTES ((size_t)64 << 10)

static int read_all(int fd, const char *path, size_t limit,
    struct buffer *out, struct failure *failure)
{
    size_t start = out->length;
    for (;;) {
        if (!buffer_reserve(out, STEP_BYTES))
            return failure_set(failure, "%s: no room to read it", path);
        ssize_t got = read(fd, out->data + out->length, STEP_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_set_errno(failure, errno, "%s", path);
        if (got == 0)
            return 0;
        out->length += (size_t)got;
        if (out->length - start > limit)
            return failure_set(
                failure, "%s: longer than %zu bytes", path, limit);
    }
}

int files_read(const char *path, size_t limit, struct buffer *out,
    struct failure *failure)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", limit, out, failure);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failure_set_errno(failure, errno, "%s", path);
    int result = read_all(fd, path, limit, out, failure);
    (void)close(fd);
    return result;
}

static int write_all(int fd, struct bytes rest)
{
    while (rest.length > 0) {
        ssize_t done = write(fd, rest.data, rest.length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        rest = bytes_after(rest, (size_t)done);
    }
    return 0;
}

/* Without this a power cut can forget a new file's name. */
static int sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL
                     ? snprintf(folder, sizeof folder, ".")
                     : snprintf(folder, sizeof folder, "%.*s",
                           (int)(slash - path) + 1, path);
    if (length < 0 || (size_t)length >= sizeof folder)
        return -1;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = fsync(fd);
    (void)close(fd);
    return result;
}

int files_create(const char *path, mode_t mode, struct bytes contents,
    struct failure *failure)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return failure_set_errno(failure, errno, "%s", path);
    if (write_all(fd, contents) != 0 || fsync(fd) != 0) {
        (void)failure_set_errno(failure, errno, "%s", path);
        (void)close(fd);
        (void)unlink(path);
        return -1;
    }
    if (close(fd) != 0 || sync_folder_of(path) != 0)
        return failure_set_errno(failure, errno, "%s", path);
    return 0;
}

bool files_exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

int files_make_folder(const char *path, mode_t mode, struct failure *failure)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return failure_set(failure, "not a usable folder name: %s", path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return failure_set_errno(failure, errno, "%s", part);
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind,
    struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    (void)remove(path);
    return 0;
}

void files_remove_folder(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

bool files_join(
    char *path, size_t size, const char *folder, const char *name)
{
    int length = snprintf(path, size, "%s/%s", folder, name);
    return length > 0 && (size_t)length < size;
}
