#include "scratch.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

void scratch_make(char path[PATH_MAX])
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || *base == '\0')
        base = "/tmp";
    int length = snprintf(path, PATH_MAX, "%s/posito-test-XXXXXX", base);
    assert_in_range(length, 1, PATH_MAX - 1);
    assert_non_null(mkdtemp(path));
}

static int remove_one(
    const char *path, const struct stat *status, int flag, struct FTW *place)
{
    (void)status;
    (void)flag;
    (void)place;
    return remove(path);
}

void scratch_remove(const char *path)
{
    assert_int_equal(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void scratch_join(char out[PATH_MAX], const char *path, const char *name)
{
    int length = snprintf(out, PATH_MAX, "%s/%s", path, name);
    assert_in_range(length, 1, PATH_MAX - 1);
}
