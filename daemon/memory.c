#include "memory.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint64_t machine_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long size = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || size <= 0)
        return UINT64_C(1) << 30;
    return (uint64_t)pages * (uint64_t)size;
}

/* The number in the file, or no limit if there is none. */
static uint64_t read_limit(const char *path)
{
    uint64_t bytes = UINT64_MAX;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return UINT64_MAX;
    /* "max" is no number. */
    if (fscanf(file, "%19" SCNu64, &bytes) != 1)
        bytes = UINT64_MAX;
    (void)fclose(file);
    return bytes;
}

/* The least limit of the group and of those above it. */
static uint64_t group_limit(
    const char *root, char *group, const char *file)
{
    uint64_t least = UINT64_MAX;
    for (;;) {
        char path[PATH_MAX];
        int length =
            snprintf(path, sizeof path, "%s%s/%s", root, group, file);
        uint64_t limit = length > 0 && length < PATH_MAX ? read_limit(path)
                                                         : UINT64_MAX;
        if (limit < least)
            least = limit;
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup: number, controllers, path. */
static uint64_t line_limit(char *line)
{
    char *controllers = strchr(line, ':');
    char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (group == NULL)
        return UINT64_MAX;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (strcmp(controllers, ":memory") == 0)
        return group_limit(
            "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
    if (strcmp(controllers, ":") == 0)
        return group_limit("/sys/fs/cgroup", group, "memory.max");
    return UINT64_MAX;
}

uint64_t memory_bytes(void)
{
    char line[PATH_MAX];
    uint64_t bytes = machine_bytes();
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        uint64_t limit = line_limit(line);
        if (limit < bytes)
            bytes = limit;
    }
    if (file != NULL)
        (void)fclose(file);
    return bytes;
}
