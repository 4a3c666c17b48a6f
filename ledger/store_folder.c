#include "store_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRESH_MARK ".new-"
#define FRESH_RANDOM "XXXXXX"

int store_folder_path(char path[PATH_MAX], const char *folder,
    const char *name, struct failure *failure)
{
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    if (length < 0 || length >= PATH_MAX)
        return failure_set(failure, "state: the path %s is too long", folder);
    return 0;
}

enum store_folder store_folder_look(
    const char *folder, struct failure *failure)
{
    DIR *open = opendir(folder);
    if (open == NULL && errno == ENOENT)
        return STORE_FOLDER_TO_MAKE;
    if (open == NULL) {
        failure_set_errno(failure, errno, "state: %s", folder);
        return STORE_FOLDER_FAILED;
    }
    enum store_folder found = STORE_FOLDER_TO_MAKE;
    errno = 0;
    for (const struct dirent *file; (file = readdir(open)) != NULL;) {
        if (strcmp(file->d_name, STORE_FILE) == 0) {
            found = STORE_FOLDER_MADE;
            break;
        }
        if (strcmp(file->d_name, ".") != 0 &&
            strcmp(file->d_name, "..") != 0)
            found = STORE_FOLDER_FAILED;
    }
    if (errno != 0) {
        failure_set_errno(failure, errno, "state: %s", folder);
        found = STORE_FOLDER_FAILED;
    }
    if (found == STORE_FOLDER_FAILED)
        failure_set(failure,
            "state: %s holds files but no %s; move it away to have the "
            "state made again from the journal",
            folder, STORE_FILE);
    closedir(open);
    return found;
}

/* Split a path into the folder it is in and its name there. */
static int path_split(const char *path, char parent[PATH_MAX],
    const char **name, struct failure *failure)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (**name == '\0' || length >= PATH_MAX)
        return failure_set(
            failure, "state: '%s' does not name a folder", path);
    if (slash == NULL) {
        path = ".";
        length = 1;
    } else if (length == 0) {
        length = 1; /* the root */
    }
    memcpy(parent, path, length);
    parent[length] = '\0';
    return 0;
}

static int path_sync(const char *path, int flags, struct failure *failure)
{
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0)
        return failure_set_errno(failure, errno, "state: %s", path);
    int result = 0;
    if (fsync(file) != 0)
        result = failure_set_errno(failure, errno, "state: sync of %s", path);
    close(file);
    return result;
}

static int file_remove(const char *folder, const char *name,
    struct failure *failure)
{
    char path[PATH_MAX];
    if (store_folder_path(path, folder, name, failure) != 0)
        return -1;
    if (unlink(path) != 0 && errno != ENOENT)
        return failure_set_errno(failure, errno, "state: remove %s", path);
    return 0;
}

int store_folder_remove(const char *folder, struct failure *failure)
{
    if (file_remove(folder, STORE_FILE, failure) != 0 ||
        file_remove(folder, STORE_REDO_FILE, failure) != 0 ||
        file_remove(folder, STORE_LOCK_FILE, failure) != 0)
        return -1;
    if (rmdir(folder) != 0 && errno != ENOENT)
        return failure_set_errno(failure, errno, "state: remove %s", folder);
    return 0;
}

/* Is this the name of a folder in the making of the folder called so? */
static bool is_fresh_name(const char *candidate, const char *name)
{
    size_t length = strlen(name);
    return strlen(candidate) ==
               length + strlen(FRESH_MARK) + strlen(FRESH_RANDOM) &&
           strncmp(candidate, name, length) == 0 &&
           strncmp(candidate + length, FRESH_MARK, strlen(FRESH_MARK)) == 0;
}

int store_folder_clear(const char *folder, struct failure *failure)
{
    char parent[PATH_MAX];
    const char *name;
    if (path_split(folder, parent, &name, failure) != 0)
        return -1;
    DIR *open = opendir(parent);
    if (open == NULL)
        return failure_set_errno(failure, errno, "state: %s", parent);
    int result = 0;
    const struct dirent *file;
    while (result == 0 && (file = readdir(open)) != NULL) {
        char path[PATH_MAX];
        if (!is_fresh_name(file->d_name, name))
            continue;
        result = store_folder_path(path, parent, file->d_name, failure);
        if (result == 0)
            result = store_folder_remove(path, failure);
    }
    closedir(open);
    return result;
}

int store_folder_begin(
    const char *folder, char fresh[PATH_MAX], struct failure *failure)
{
    int length = snprintf(
        fresh, PATH_MAX, "%s%s%s", folder, FRESH_MARK, FRESH_RANDOM);
    if (length < 0 || length >= PATH_MAX)
        return failure_set(failure, "state: the path %s is too long", folder);
    if (mkdtemp(fresh) == NULL)
        return failure_set_errno(failure, errno, "state: make %s", fresh);
    return 0;
}

int store_folder_finish(const char *folder, const char *fresh, bool sync,
    struct failure *failure)
{
    char file[PATH_MAX];
    char parent[PATH_MAX];
    const char *name;
    if (path_split(folder, parent, &name, failure) != 0 ||
        store_folder_path(file, fresh, STORE_FILE, failure) != 0 ||
        file_remove(fresh, STORE_LOCK_FILE, failure) != 0)
        return -1;
    if (sync && (path_sync(file, O_RDONLY, failure) != 0 ||
                    path_sync(fresh, O_RDONLY | O_DIRECTORY, failure) != 0))
        return -1;
    if (rename(fresh, folder) != 0)
        return failure_set_errno(
            failure, errno, "state: rename %s to %s", fresh, folder);
    if (sync && path_sync(parent, O_RDONLY | O_DIRECTORY, failure) != 0)
        return -1;
    return 0;
}
