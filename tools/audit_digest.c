#include "audit.h"

#include "../ledger/ledger.h"
#include "files.h"

#include <posito/encoding.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define MAP_BYTES (UINT64_C(64) << 30)

static int no_archive(void *context, uint64_t index, struct buffer *out,
    struct failure *failure)
{
    (void)context;
    (void)index;
    (void)out;
    return failure_set(failure, "only the state is looked at");
}

static bool no_decode(
    struct operation *operation, struct bytes line, bool in_body)
{
    (void)operation;
    (void)line;
    (void)in_body;
    return false;
}

/* The daemon's own lock: it must not run meanwhile.  -1: failure. */
static int take_lock(const char *folder, struct failure *failure)
{
    char path[PATH_MAX];
    if (!files_join(path, sizeof path, folder, "lock"))
        return failure_set(failure, "the folder's name is too long");
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return failure_set_errno(failure, errno, "%.300s", path);
    if (flock(file, LOCK_EX | LOCK_NB) == 0)
        return file;
    (void)close(file);
    return failure_set(
        failure, "%.300s: the daemon is running; stop it first", folder);
}

static int digest_of(const char *folder, struct failure *failure)
{
    struct state *state = NULL;
    struct ledger *ledger = NULL;
    struct archive archive = {.read = no_archive, .decode = no_decode};
    struct state_options options = {.folder = folder, .map_bytes = MAP_BYTES};
    struct hash digest;
    uint8_t memory[80];
    struct buffer text = buffer_over(memory, sizeof memory);
    int result = -1;
    if (state_open(&state, &options, failure) != 0 ||
        ledger_open(&ledger, state, &archive, failure) != 0 ||
        state_digest(state, &digest, failure) != 0)
        goto out;
    hex_append(&text, bytes_of(digest.data, sizeof digest.data));
    (void)printf("entries %llu digest %.*s format %u\n",
        (unsigned long long)ledger_size(ledger), (int)text.length,
        (const char *)text.data, state_format());
    result = 0;
out:
    ledger_close(ledger);
    state_close(state);
    return result;
}

enum audit_exit audit_digest(const struct audit_options *options)
{
    struct failure failure = {{0}};
    char path[PATH_MAX];
    int lock = -1;
    int result = -1;
    if (options->word_count != 1) {
        (void)fputs("posito-audit: digest FOLDER\n", stderr);
        return AUDIT_USAGE;
    }
    if (!files_join(path, sizeof path, options->words[0], "state") ||
        !files_exists(path))
        (void)failure_set(
            &failure, "%.300s: there is no state in it", options->words[0]);
    else
        lock = take_lock(options->words[0], &failure);
    if (lock >= 0) {
        result = digest_of(path, &failure);
        (void)close(lock);
    }
    if (result == 0)
        return AUDIT_SOUND;
    (void)fprintf(stderr, "posito-audit: %s\n", failure.text);
    return AUDIT_FAILED;
}
