#include "folder.h"

#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

int folder_open(
    struct folder *folder, const char *path, struct failure *failure)
{
    struct stat about;
    folder->lock = -1;
    if (realpath(path, folder->path) == NULL)
        return failure_set_errno(
            failure, errno, "cannot enter the data folder %s", path);
    if (stat(folder->path, &about) != 0 || !S_ISDIR(about.st_mode))
        return failure_set(failure, "%s is not a folder", path);
    if (access(folder->path, R_OK | W_OK | X_OK) != 0)
        return failure_set_errno(
            failure, errno, "cannot write in the data folder %s", path);
    return 0;
}

struct folder_path folder_file(const struct folder *folder, const char *name)
{
    struct folder_path file;
    (void)snprintf(
        file.text, sizeof file.text, "%s/%s", folder->path, name);
    return file;
}

/* For the operator: kill -TERM $(cat FOLDER/lock).  The lock is the flock,
 * whatever the file says. */
static void write_pid(int file)
{
    char text[24];
    struct buffer pid = buffer_over(text, sizeof text);
    buffer_decimal(&pid, (uint64_t)getpid());
    buffer_char(&pid, '\n');
    if (ftruncate(file, 0) == 0)
        (void)!write(file, text, pid.length);
}

int folder_lock(struct folder *folder, struct failure *failure)
{
    struct folder_path path = folder_file(folder, "lock");
    int file = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return failure_set_errno(failure, errno, "cannot open %s", path.text);
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        int number = errno;
        (void)close(file);
        if (number == EWOULDBLOCK)
            return failure_set(failure,
                "another daemon is running in %s", folder->path);
        return failure_set_errno(
            failure, number, "cannot lock %s", path.text);
    }
    folder->lock = file;
    write_pid(file);
    return 0;
}

void folder_close(struct folder *folder)
{
    if (folder->lock >= 0)
        (void)close(folder->lock);
    folder->lock = -1;
}

static int check_mode(const char *path, struct failure *failure)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return failure_set_errno(failure, errno, "cannot read %s", path);
    if (!S_ISREG(about.st_mode))
        return failure_set(failure, "%s is not a file", path);
    if ((about.st_mode & 077) != 0)
        return failure_set(failure,
            "%s has mode %03o, others could read it: chmod 600 %s", path,
            about.st_mode & 0777U, path);
    return 0;
}

static int explain(
    enum keyfile_verdict verdict, const char *path, struct failure *failure)
{
    switch (verdict) {
    case KEYFILE_OPEN:
        return 0;
    case KEYFILE_NEEDS_PASSPHRASE:
    case KEYFILE_WRONG_PASSPHRASE:
        return failure_set(failure,
            "%s is sealed with a passphrase; the log key must be open, "
            "for the daemon starts alone", path);
    case KEYFILE_MALFORMED:
        return failure_set(failure, "%s is not a key file", path);
    case KEYFILE_NO_MEMORY:
        return failure_set(failure, "out of memory reading %s", path);
    }
    return failure_set(failure, "%s is not a key file", path);
}

int folder_log_key(const struct folder *folder, struct keyfile *key,
    struct failure *failure)
{
    struct folder_path path = folder_file(folder, "log.key");
    struct buffer text = buffer_empty();
    bool found;
    int result = check_mode(path.text, failure);
    if (result == 0)
        result = textfile_read(
            path.text, KEYFILE_TEXT_MAX, &text, &found, failure);
    if (result == 0)
        result = explain(keyfile_read(buffer_bytes(&text), NULL, key),
            path.text, failure);
    if (text.data != NULL)
        sodium_memzero(text.data, text.capacity);
    buffer_free(&text);
    return result;
}

int folder_free_bytes(
    const struct folder *folder, uint64_t *out, struct failure *failure)
{
    struct statvfs about;
    if (statvfs(folder->path, &about) != 0)
        return failure_set_errno(
            failure, errno, "cannot ask for the free space of %s",
            folder->path);
    *out = (uint64_t)about.f_bavail * about.f_frsize;
    return 0;
}
