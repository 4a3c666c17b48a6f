#include "keyring_folder.h"

#include <errno.h>
#include <stdio.h>

int keyring_folder_open(const char *folder, const char *name,
    struct keyfile *key, struct failure *failure)
{
    char path[4096];
    uint8_t text[KEYFILE_TEXT_MAX];
    int length =
        snprintf(path, sizeof path, "%s/keys/%s.key", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return failure_set(failure, "the folder's name is too long");
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return failure_set_errno(failure, errno, "cannot read %s", path);
    size_t got = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    if (keyfile_read(bytes_of(text, got), NULL, key) != KEYFILE_OPEN)
        return failure_set(failure, "%s is not an open key file", path);
    return 0;
}
