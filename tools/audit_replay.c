#include "audit.h"

#include "../ledger/check.h"
#include "audit_trial.h"
#include "files.h"
#include "replay.h"

#include <posito/encoding.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOTE_FILE_MAX ((size_t)64 << 10)
#define PROGRESS_EVERY_MS 200

static int64_t now_ms(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* ---- progress on a terminal ---- */

struct meter {
    int64_t began;
    int64_t last;
    bool shown;
};

static void show_progress(
    void *context, const struct replay_progress *progress)
{
    struct meter *meter = context;
    int64_t now = now_ms();
    int64_t took = now - meter->began;
    if (now - meter->last < PROGRESS_EVERY_MS)
        return;
    meter->last = now;
    meter->shown = true;
    uint64_t percent = progress->total_bytes == 0
                           ? 0
                           : progress->bytes * 100 / progress->total_bytes;
    (void)fprintf(stderr,
        "\r%llu entries, %llu %%, %llu entries/s, %llu signatures/s   ",
        (unsigned long long)progress->entries,
        (unsigned long long)(percent > 100 ? 100 : percent),
        (unsigned long long)(progress->entries * 1000 / (uint64_t)took),
        (unsigned long long)(progress->signatures * 1000 / (uint64_t)took));
}

static void clear_progress(const struct meter *meter)
{
    if (meter->shown)
        (void)fprintf(stderr, "\r%70s\r", "");
}

/* ---- what it is held against ---- */

/* A data folder holds the journal beside the daemon's last checkpoint. */
struct subject {
    char journal[PATH_MAX];
    char promise[PATH_MAX]; /* "": none */
    char names[AUDIT_CHECKPOINTS_MAX + 1][PATH_MAX];
    struct buffer notes[AUDIT_CHECKPOINTS_MAX + 1];
};

static int add_pin(struct subject *subject, struct replay_options *replay,
    const char *path, struct failure *failure)
{
    struct buffer *note = &subject->notes[replay->pin_count];
    *note = buffer_empty();
    if (files_read(path, NOTE_FILE_MAX, note, failure) != 0)
        return -1;
    replay->pins[replay->pin_count].name = path;
    replay->pins[replay->pin_count].note = buffer_bytes(note);
    replay->pin_count++;
    return 0;
}

static int find_subject(const struct audit_options *options,
    struct subject *subject, struct replay_options *replay,
    struct failure *failure)
{
    const char *folder = options->words[0];
    if (!files_join(
            subject->journal, sizeof subject->journal, folder, "journal") ||
        !files_join(subject->promise, sizeof subject->promise, folder,
            "checkpoint"))
        return failure_set(failure, "the folder's name is too long");
    if (!files_exists(subject->journal)) {
        (void)snprintf(
            subject->journal, sizeof subject->journal, "%s", folder);
        subject->promise[0] = '\0';
    } else if (!files_exists(subject->promise)) {
        subject->promise[0] = '\0';
    }
    replay->folder = subject->journal;
    if (subject->promise[0] != '\0' &&
        add_pin(subject, replay, subject->promise, failure) != 0)
        return -1;
    for (size_t i = 0; i < options->checkpoint_count; i++)
        if (add_pin(subject, replay, options->checkpoints[i], failure) != 0)
            return -1;
    return 0;
}

static void free_subject(
    struct subject *subject, const struct replay_options *replay)
{
    for (size_t i = 0; i < replay->pin_count; i++)
        buffer_free(&subject->notes[i]);
}

/* ---- what was found ---- */

static void print_base64(const char *label, const struct hash *hash)
{
    uint8_t memory[64];
    struct buffer text = buffer_over(memory, sizeof memory);
    base64_append(&text, bytes_of(hash->data, sizeof hash->data));
    (void)printf("%s %.*s\n", label, (int)text.length,
        (const char *)text.data);
}

static void print_digest(uint64_t entries, const struct hash *digest)
{
    uint8_t memory[80];
    struct buffer text = buffer_over(memory, sizeof memory);
    hex_append(&text, bytes_of(digest->data, sizeof digest->data));
    (void)printf("entries %llu digest %.*s format %u\n",
        (unsigned long long)entries, (int)text.length,
        (const char *)text.data, state_format());
}

static void print_identity(struct ledger *ledger)
{
    uint8_t memory[300];
    struct buffer text = buffer_over(memory, sizeof memory);
    note_key_append(&text, ledger_log_key(ledger));
    (void)printf("origin %s\n", ledger_origin(ledger));
    print_base64("ledger", ledger_id(ledger));
    (void)printf(
        "log    %.*s\n", (int)text.length, (const char *)text.data);
}

static void print_result(struct replay *replay,
    const struct audit_options *options, int64_t took_ms)
{
    const struct replay_result *result = replay_result(replay);
    uint64_t ms = took_ms > 0 ? (uint64_t)took_ms : 1;
    if (!options->quiet)
        (void)puts("");
    (void)printf("%llu entries in %llu groups, %llu bytes; %llu signatures "
        "checked, %llu by libsodium, in %llu.%03llu s (%llu/s)\n",
        (unsigned long long)result->entries,
        (unsigned long long)result->groups,
        (unsigned long long)result->bytes,
        (unsigned long long)result->signatures,
        (unsigned long long)result->by_libsodium,
        (unsigned long long)(ms / 1000), (unsigned long long)(ms % 1000),
        (unsigned long long)(result->signatures * 1000 / ms));
    if (result->seals.fitting > 0)
        (void)printf("%llu seals fit the state\n",
            (unsigned long long)result->seals.fitting);
    if (result->seals.foreign > 0)
        (void)printf("%llu seals are of another format of the state than "
                     "this program's, and were not checked\n",
            (unsigned long long)result->seals.foreign);
    print_base64("root", &result->root);
    if (result->has_digest_at)
        print_digest(options->digest_at, &result->digest_at);
    else if (options->digest_at > 0)
        (void)printf("no group ends after %llu entries: no digest there\n",
            (unsigned long long)options->digest_at);
    print_digest(result->entries, &result->digest);
}

static enum audit_exit tell_fault(const struct failure *failure)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "posito-audit: %s\n", failure->text);
    return AUDIT_FAULT;
}

static enum audit_exit conclude(struct replay *replay,
    const struct audit_options *options, bool invariants, int64_t took_ms)
{
    struct failure failure = {{0}};
    FILE *out = options->quiet ? NULL : stdout;
    if (options->quiet)
        out = fopen("/dev/null", "w");
    if (out == NULL)
        return AUDIT_FAILED;
    if (!options->quiet)
        print_identity(replay_ledger(replay));
    bool sound =
        audit_trial(replay_ledger(replay), replay_state(replay), out);
    if (options->quiet)
        (void)fclose(out);
    if (!sound) {
        (void)failure_set(&failure,
            "entry %llu: after it a book does not balance",
            (unsigned long long)replay_result(replay)->entries - 1);
        return tell_fault(&failure);
    }
    if (invariants && check_ledger(replay_ledger(replay), &failure) != 0)
        return tell_fault(&failure);
    print_result(replay, options, took_ms);
    if (!options->quiet)
        (void)puts(invariants ? "Sound: every entry, and every invariant "
                                "of the state."
                              : "Sound: every entry.");
    return AUDIT_SOUND;
}

enum audit_exit audit_replay(
    const struct audit_options *options, bool invariants)
{
    struct replay_options run = {
        .threads = options->threads,
        .libsodium = options->libsodium,
        .state_folder = options->state_folder,
        .digest_at = options->digest_at,
    };
    struct failure failure = {{0}};
    struct replay *replay = NULL;
    struct hash ledger;
    enum audit_exit code = AUDIT_FAULT;
    struct meter meter = {.began = now_ms()};
    struct subject *subject = calloc(1, sizeof *subject);
    if (subject == NULL)
        return AUDIT_FAILED;
    if (options->ledger != NULL) {
        if (!base64_decode(bytes_text(options->ledger), ledger.data, 32)) {
            (void)fputs("posito-audit: --ledger takes an id in base64\n",
                stderr);
            free(subject);
            return AUDIT_USAGE;
        }
        run.ledger = &ledger;
    }
    if (!options->quiet && isatty(STDERR_FILENO) != 0) {
        run.progress = show_progress;
        run.context = &meter;
    }
    int result = find_subject(options, subject, &run, &failure);
    if (result == 0)
        result = replay_run(&replay, &run, &failure);
    clear_progress(&meter);
    if (result == 0)
        code = conclude(
            replay, options, invariants, now_ms() - meter.began);
    else
        (void)tell_fault(&failure);
    replay_close(replay);
    free_subject(subject, &run);
    free(subject);
    return code;
}
