#include "journal_inside.h"

#include "entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_BYTES_DEFAULT (UINT64_C(64) << 20)
#define SEGMENT_SUFFIX ".posito"
#define SEGMENT_DIGITS 20

/* ---- small things that others use ---- */

void journal_segment_name(uint64_t first, char name[SEGMENT_NAME_MAX])
{
    (void)snprintf(name, SEGMENT_NAME_MAX, "%020llu" SEGMENT_SUFFIX,
        (unsigned long long)first);
}

uint64_t journal_round_up(uint64_t size)
{
    return (size + 4095) / 4096 * 4096;
}

uint64_t journal_limit(const struct journal *journal, size_t number)
{
    bool last = number + 1 == journal->count;
    return last && journal->ready ? journal->tail
                                  : journal->segments[number].size;
}

size_t journal_find_segment(const struct journal *journal, uint64_t index)
{
    size_t low = 0;
    size_t high = journal->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (journal->segments[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int journal_fail(struct journal *journal, const struct failure *failure)
{
    (void)pthread_mutex_lock(&journal->lock);
    if (!journal->failed) {
        journal->failed = true;
        journal->failure = *failure;
    }
    (void)pthread_mutex_unlock(&journal->lock);
    return -1;
}

int journal_check_failed(struct journal *journal, struct failure *failure)
{
    (void)pthread_mutex_lock(&journal->lock);
    bool failed = journal->failed;
    if (failed)
        (void)failure_set(failure, "%s", journal->failure.text);
    (void)pthread_mutex_unlock(&journal->lock);
    return failed ? -1 : 0;
}

/* ---- opening ---- */

/* A segment's name: 20 digits and the suffix. */
static bool parse_segment_name(const char *name, uint64_t *first)
{
    char again[SEGMENT_NAME_MAX];
    if (strlen(name) != SEGMENT_DIGITS + strlen(SEGMENT_SUFFIX))
        return false;
    *first = 0;
    for (size_t i = 0; i < SEGMENT_DIGITS; i++) {
        uint64_t digit = (uint64_t)(unsigned char)name[i] - '0';
        if (digit > 9 || *first > (UINT64_MAX - digit) / 10)
            return false;
        *first = *first * 10 + digit;
    }
    journal_segment_name(*first, again);
    return strcmp(name, again) == 0;
}

static bool is_leftover(const char *name)
{
    return strcmp(name, SEGMENT_NEXT) == 0 ||
        strcmp(name, SEGMENT_PREPARE) == 0 ||
        strcmp(name, SEGMENT_APPEND) == 0 ||
        strcmp(name, SEGMENT_REWRITE) == 0;
}

static int add_segment(struct journal *journal, const char *name,
    uint64_t first, struct failure *failure)
{
    struct stat status;
    if (fstatat(journal->folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return failure_set_errno(
            failure, errno, "journal: cannot look at %s", name);
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return failure_set(failure,
            "journal: %s is empty or not a file; restore it from the mirror "
            "or a copy, then run posito-audit replay",
            name);
    struct segment *segments = realloc(
        journal->segments, (journal->count + 1) * sizeof *segments);
    if (segments == NULL)
        return failure_set(failure, "journal: out of memory");
    journal->segments = segments;
    journal->segments[journal->count++] = (struct segment){
        .first = first, .size = (uint64_t)status.st_size};
    return 0;
}

static int list_names(
    struct journal *journal, DIR *folder, struct failure *failure)
{
    for (;;) {
        uint64_t first;
        errno = 0;
        const struct dirent *item = readdir(folder);
        if (item == NULL && errno != 0)
            return failure_set_errno(
                failure, errno, "journal: cannot list the folder");
        if (item == NULL)
            return 0;
        const char *name = item->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
            is_leftover(name))
            continue;
        if (!parse_segment_name(name, &first))
            return failure_set(failure,
                "journal: foreign file in the folder: %.80s; move it "
                "elsewhere",
                name);
        if (add_segment(journal, name, first, failure) != 0)
            return -1;
    }
}

static int compare_segments(const void *a, const void *b)
{
    uint64_t left = ((const struct segment *)a)->first;
    uint64_t right = ((const struct segment *)b)->first;
    return (left > right) - (left < right);
}

static int list_segments(struct journal *journal, struct failure *failure)
{
    int listing = openat(
        journal->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = listing < 0 ? NULL : fdopendir(listing);
    if (folder == NULL) {
        int number = errno;
        if (listing >= 0)
            (void)close(listing);
        return failure_set_errno(
            failure, number, "journal: cannot list the folder");
    }
    int result = list_names(journal, folder, failure);
    (void)closedir(folder);
    if (result != 0 || journal->count == 0)
        return result;
    qsort(journal->segments, journal->count, sizeof *journal->segments,
        compare_segments);
    if (journal->segments[0].first != 0)
        return failure_set(failure,
            "journal: entries 0 to %llu are missing; restore the first "
            "segments from the mirror or a copy, then run posito-audit "
            "replay",
            (unsigned long long)(journal->segments[0].first - 1));
    return 0;
}

/* How long the checkpoint at a full segment's end says the journal is; 0
 * if no checkpoint can be read there. */
static int stated_size(struct journal *journal,
    struct journal_reader *reader, uint64_t first, uint64_t *size,
    struct failure *failure)
{
    char name[SEGMENT_NAME_MAX];
    uint64_t end;
    struct bytes text;
    size_t note;
    *size = 0;
    journal_segment_name(first, name);
    if (journal_reader_open(reader, journal->folder, name, failure) != 0 ||
        journal_reader_trim_zeros(reader, 0, reader->size, &end, failure) !=
            0)
        return -1;
    uint64_t from = end > 2048 ? end - 2048 : 0;
    if (journal_reader_view(reader, from, (size_t)(end - from), 0, end,
            &text, failure) != 0)
        return -1;
    if (!journal_group_note(text, &note) ||
        !journal_group_note_size(
            bytes_of(text.data + note, text.length - note), size))
        *size = 0;
    return 0;
}

/* A missing segment in the middle shows in the last checkpoint before it. */
static int find_gaps(struct journal *journal, struct failure *failure)
{
    struct journal_reader reader = {.open = false};
    int result = -1;
    for (size_t i = 0; i + 1 < journal->count; i++) {
        uint64_t size;
        uint64_t next = journal->segments[i + 1].first;
        if (stated_size(journal, &reader, journal->segments[i].first, &size,
                failure) != 0)
            goto out;
        if (size != 0 && size < next) {
            (void)failure_set(failure,
                "journal: entries %llu to %llu are missing; restore the "
                "segment from the mirror or a copy, then run posito-audit "
                "replay",
                (unsigned long long)size, (unsigned long long)(next - 1));
            goto out;
        }
    }
    result = 0;
out:
    journal_reader_free(&reader);
    return result;
}

/* Make the folder; its name is synced before anything is put into it. */
static int make_folder(const char *path, struct failure *failure)
{
    if (mkdir(path, 0750) != 0)
        return errno == EEXIST
                   ? 0
                   : failure_set_errno(failure, errno,
                         "journal: cannot make the folder %s", path);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int parent = folder < 0 ? -1
                            : openat(folder, "..",
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = parent < 0 ? -1 : fsync(parent);
    if (result != 0)
        (void)failure_set_errno(
            failure, errno, "journal: cannot sync the folder of %s", path);
    if (folder >= 0)
        (void)close(folder);
    if (parent >= 0)
        (void)close(parent);
    return result;
}

static int open_folder(struct journal *journal, const char *path,
    struct failure *failure)
{
    if (!journal->read_only && make_folder(path, failure) != 0)
        return -1;
    journal->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (journal->folder < 0)
        return failure_set_errno(
            failure, errno, "journal: cannot open the folder %s", path);
    if (!journal->read_only && flock(journal->folder, LOCK_EX | LOCK_NB) != 0)
        return failure_set_errno(failure, errno,
            "journal: another program writes to the folder %s", path);
    if (list_segments(journal, failure) != 0)
        return -1;
    return journal->read_only ? 0 : find_gaps(journal, failure);
}

int journal_open(struct journal **out, const struct journal_options *options,
    struct failure *failure)
{
    *out = NULL;
    struct journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL)
        return failure_set(failure, "journal: out of memory");
    journal->folder = -1;
    journal->file = -1;
    journal->read_only = options->read_only;
    journal->calls =
        options->calls != NULL ? options->calls : journal_file_system();
    journal->segment_bytes = journal_round_up(
        options->segment_bytes == 0 ? SEGMENT_BYTES_DEFAULT
                                    : options->segment_bytes);
    journal_desk_open(&journal->desk);
    (void)pthread_mutex_init(&journal->lock, NULL);
    (void)pthread_mutex_init(&journal->preparing, NULL);
    if (open_folder(journal, options->folder, failure) != 0) {
        journal_close(journal);
        return -1;
    }
    *out = journal;
    return 0;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    for (size_t i = 0; i < journal->count; i++)
        free(journal->segments[i].places.list);
    free(journal->segments);
    if (journal->file >= 0)
        (void)close(journal->file);
    if (journal->folder >= 0)
        (void)close(journal->folder);
    journal_desk_close(&journal->desk);
    (void)pthread_mutex_destroy(&journal->lock);
    (void)pthread_mutex_destroy(&journal->preparing);
    free(journal);
}

bool journal_empty(const struct journal *journal)
{
    return journal->count == 0;
}

int journal_genesis(
    struct journal *journal, struct buffer *out, struct failure *failure)
{
    return journal_read(journal, 0, out, failure);
}

/* Bytes of the last segment's groups before recovery has found the tail. */
static uint64_t written_bytes(const struct journal *journal, uint64_t first)
{
    struct journal_reader reader = {.open = false};
    struct failure failure = {.text = ""};
    char name[SEGMENT_NAME_MAX];
    uint64_t end = 0;
    journal_segment_name(first, name);
    if (journal_reader_open(&reader, journal->folder, name, &failure) != 0 ||
        journal_reader_trim_zeros(&reader, 0, reader.size, &end, &failure) !=
            0)
        end = 0;
    journal_reader_free(&reader);
    return end;
}

uint64_t journal_bytes(struct journal *journal)
{
    uint64_t total = 0;
    uint64_t last = 0;
    (void)pthread_mutex_lock(&journal->lock);
    bool ready = journal->ready || journal->count == 0;
    for (size_t i = 0; i < journal->count; i++) {
        if (ready || i + 1 < journal->count)
            total += journal_limit(journal, i);
        else
            last = journal->segments[i].first;
    }
    (void)pthread_mutex_unlock(&journal->lock);
    return ready ? total : total + written_bytes(journal, last);
}
