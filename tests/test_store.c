/*
 * Records on disk: the bytes, creation, and what becomes of damage.
 */
#include "../ledger/store.h"
#include "../ledger/store_folder.h"
#include "../ledger/store_record.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "random_operation.h"
#include "scratch.h"

#define MAP_BYTES ((uint64_t)4 << 20)

struct place {
    char folder[PATH_MAX]; /* scratch */
    char path[PATH_MAX];   /* the store's */
    char file[PATH_MAX];   /* its data.mdb */
};

static void place_make(struct place *place)
{
    scratch_make(place->folder);
    scratch_join(place->path, place->folder, "state");
    scratch_join(place->file, place->path, STORE_FILE);
}

static int try_open(struct store **store, const struct place *place,
    bool temporary, struct failure *failure)
{
    struct state_options options = {.folder = place->path,
        .map_bytes = MAP_BYTES, .temporary = temporary};
    failure->text[0] = '\0';
    return store_open(store, &options, failure);
}

static struct store *open_store(const struct place *place)
{
    struct store *store;
    struct failure failure;
    if (try_open(&store, place, false, &failure) != 0)
        fail_msg("%s", failure.text);
    return store;
}

static void assert_refused(const struct place *place, const char *part)
{
    struct store *store;
    struct failure failure;
    assert_int_equal(try_open(&store, place, false, &failure), -1);
    assert_null(store);
    if (strstr(failure.text, part) == NULL)
        fail_msg("%s", failure.text);
}

static void commit(struct store *store, struct store_write *write)
{
    struct failure failure = {.text = ""};
    if (store_write_commit(write, &failure) != 0 ||
        store_renew(store, &failure) != 0)
        fail_msg("%s", failure.text);
}

static struct store_write *write_open(struct store *store)
{
    struct failure failure = {.text = ""};
    struct store_write *write = store_write_open(store, &failure);
    if (write == NULL)
        fail_msg("%s", failure.text);
    return write;
}

static bool file_there(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

static struct buffer file_read(const char *path)
{
    struct buffer out = buffer_empty();
    uint8_t part[4096];
    ssize_t length;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0);
    while ((length = read(file, part, sizeof part)) > 0)
        buffer_append(&out, bytes_of(part, (size_t)length));
    close(file);
    assert_false(out.failed);
    return out;
}

static void file_write(const char *path, struct bytes bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes.data, bytes.length), bytes.length);
    close(file);
}

/* ---- the bytes ---- */

/* By an independent SipHash-2-4 (python, checked with the published
 * vector a129ca6149be45e5 of its authors). */
static const uint8_t party_raw[] = {2, 'm', '1', '0', '4', '2', 1, 2, 3,
    0x9f, 0x96, 0x29, 0x1d, 0x58, 0x22, 0xad, 0xbb};
static const uint8_t child_raw[] = {4, 0, 0, 0, 1, 0, 0, 0, 2, 0x2f, 0x1e,
    0x45, 0x15, 0xd3, 0xcd, 0x59, 0xab};
static const uint8_t totals_raw[] = {0xFF, 5, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0,
    0, 2, 0, 0, 0, 0, 0, 0, 0, 0xce, 0xb4, 0x6e, 0x32, 0x2b, 0xf0, 0x06,
    0x67, 0, 0, 0, 0, 0, 0, 0, 0, 0x1f, 0x6d, 0x56, 0x9e, 0x23, 0xc6, 0x11, 0x8b};

static void write_two(struct store *store)
{
    static const uint8_t child[] = {0, 0, 0, 1, 0, 0, 0, 2};
    static const uint8_t party[] = {1, 2, 3};
    struct store_write *write = write_open(store);
    store_write_put(write, TABLE_PARTY, bytes_text("m1042"),
        bytes_of(party, sizeof party));
    store_write_put(write, TABLE_CHILD, bytes_of(child, sizeof child),
        bytes_of(NULL, 0));
    commit(store, write);
}

static uint8_t *find_raw(
    const struct buffer *file, const uint8_t *raw, size_t length)
{
    return memmem(file->data, file->length, raw, length);
}

static void the_bytes_on_disk_are_these(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct store *store = open_store(&place);
    write_two(store);
    struct store_totals totals = store_totals(store);
    assert_int_equal(totals.transaction, 2);
    assert_int_equal(totals.records, 2);
    assert_int_equal(totals.sum, 0x6706f02b326eb4ce);
    store_close(store);

    struct buffer file = file_read(place.file);
    assert_non_null(find_raw(&file, party_raw, sizeof party_raw));
    assert_non_null(find_raw(&file, child_raw, sizeof child_raw));
    assert_non_null(find_raw(&file, totals_raw, sizeof totals_raw));
    buffer_free(&file);
    scratch_remove(place.folder);
}

static void a_record_is_checked_byte_by_byte(void **state)
{
    (void)state;
    uint8_t raw[sizeof party_raw];
    memcpy(raw, party_raw, sizeof raw);
    struct bytes key = bytes_of(raw, 6);
    struct bytes value = bytes_of(raw + 6, sizeof raw - 6);
    struct failure failure = {.text = ""};
    assert_int_equal(store_check_record(key, value, &failure), 0);
    assert_int_equal(store_kept_value(value).length, 3);
    for (size_t bit = 0; bit < 8 * sizeof raw; bit++) {
        raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(store_check_record(key, value, &failure), -1);
        raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(store_check_record(key, value, &failure), 0);
    assert_non_null(strstr(failure.text, "does not fit its checksum"));
    /* The border between key and value is checked too. */
    assert_int_equal(store_check_record(bytes_of(raw, 7),
                         bytes_of(raw + 7, sizeof raw - 7), &failure), -1);
    assert_int_equal(store_check_record(bytes_of(raw, 0), value, &failure),
        -1);
    assert_int_equal(store_check_record(key, bytes_of(raw + 6, 7), &failure),
        -1);
    static const uint8_t large[STORE_RAW_VALUE_MAX + 1];
    assert_int_equal(store_check_record(key, bytes_of(large, sizeof large),
                         &failure), -1);
    assert_int_equal(store_check_record(bytes_of(large, 66), value,
                         &failure), -1);
}

/* ---- reading and writing ---- */

static void assert_get(struct store *store, const char *key,
    enum store_result expected, const char *text)
{
    struct bytes value;
    struct failure failure = {.text = ""};
    assert_int_equal(store_get(store, TABLE_PARTY, bytes_text(key), &value,
                         &failure), expected);
    if (expected == STORE_FOUND)
        assert_true(bytes_equal_text(value, text));
    if (expected != STORE_FAILED)
        assert_string_equal(failure.text, "");
    else
        assert_non_null(strstr(failure.text, text));
}

static void put_text(
    struct store_write *write, const char *key, const char *value)
{
    store_write_put(write, TABLE_PARTY, bytes_text(key), bytes_text(value));
}

static void a_reader_sees_what_was_there_at_its_renewal(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct store *store = open_store(&place);
    struct failure failure = {.text = ""};
    assert_get(store, "a", STORE_NONE, NULL);
    struct store_write *write = write_open(store);
    put_text(write, "a", "1");
    put_text(write, "b", "1");
    assert_int_equal(store_write_commit(write, &failure), 0);
    assert_get(store, "a", STORE_NONE, NULL);
    assert_int_equal(store_renew(store, &failure), 0);
    assert_get(store, "a", STORE_FOUND, "1");

    write = write_open(store);
    put_text(write, "a", "longer");
    put_text(write, "b", "2");
    store_write_delete(write, TABLE_PARTY, bytes_text("absent"));
    store_write_abort(write);
    assert_int_equal(store_renew(store, &failure), 0);
    assert_get(store, "a", STORE_FOUND, "1");

    write = write_open(store);
    put_text(write, "a", "longer");
    store_write_delete(write, TABLE_PARTY, bytes_text("b"));
    store_write_delete(write, TABLE_PARTY, bytes_text("b"));
    assert_int_equal(store_write_commit(write, &failure), 0);
    store_close(store);
    store = open_store(&place);
    assert_get(store, "a", STORE_FOUND, "longer");
    assert_get(store, "b", STORE_NONE, NULL);
    assert_int_equal(store_totals(store).records, 1);
    store_close(store);
    scratch_remove(place.folder);
}

static void a_write_that_failed_changes_nothing(void **state)
{
    (void)state;
    static const uint8_t value[STATE_VALUE_MAX];
    struct place place;
    place_make(&place);
    struct store *store = open_store(&place);
    struct failure failure = {.text = ""};
    struct store_write *write = write_open(store);
    put_text(write, "a", "1");
    commit(store, write);
    write = write_open(store);
    put_text(write, "a", "2");
    for (uint32_t i = 0; i < 8000; i++)
        store_write_put(write, TABLE_TREE, bytes_of(&i, sizeof i),
            bytes_of(value, sizeof value));
    assert_int_equal(store_write_commit(write, &failure), -1);
    assert_non_null(strstr(failure.text, "map of 4194304 bytes"));
    failure.text[0] = '\0';
    assert_int_equal(store_renew(store, &failure), 0);
    assert_get(store, "a", STORE_FOUND, "1");
    store_close(store);
    scratch_remove(place.folder);
}

/* ---- creation ---- */

static void touch(const char *folder, const char *name)
{
    char path[PATH_MAX];
    scratch_join(path, folder, name);
    file_write(path, bytes_text("x"));
}

static void leftovers_of_a_creation_are_removed(void **state)
{
    (void)state;
    struct place place;
    char fresh[PATH_MAX];
    char kept[PATH_MAX];
    place_make(&place);
    scratch_join(fresh, place.folder, "state.new-a1B2c3");
    scratch_join(kept, place.folder, "state.new-notours");
    assert_int_equal(mkdir(fresh, 0700), 0);
    assert_int_equal(mkdir(kept, 0700), 0);
    touch(fresh, STORE_FILE);
    touch(fresh, STORE_LOCK_FILE);
    store_close(open_store(&place));
    assert_false(file_there(fresh));
    assert_true(file_there(kept));
    assert_true(file_there(place.file));

    /* One that holds something else is nobody's to remove. */
    assert_int_equal(mkdir(fresh, 0700), 0);
    touch(fresh, "letter.txt");
    assert_refused(&place, "remove");
    scratch_remove(place.folder);
}

static void what_is_no_state_is_refused(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    assert_int_equal(mkdir(place.path, 0700), 0);
    store_close(open_store(&place)); /* an empty folder is fine */
    assert_int_equal(unlink(place.file), 0);
    assert_refused(&place, "holds files but no data.mdb");
    file_write(place.file, bytes_text(""));
    assert_refused(&place, "is empty");
    file_write(place.file, bytes_text("not LMDB"));
    assert_refused(&place, "state: ");
    scratch_remove(place.path);
    file_write(place.path, bytes_text("a file"));
    assert_refused(&place, "Not a directory");
    scratch_remove(place.folder);
    assert_refused(&place, "No such file");
    scratch_join(place.path, place.folder, "");
    assert_refused(&place, "does not name a folder");
}

static void another_format_is_refused(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct store *store = open_store(&place);
    write_two(store);
    store_close(store);
    struct buffer file = file_read(place.file);
    uint8_t *totals = find_raw(&file, totals_raw, sizeof totals_raw);
    assert_non_null(totals);
    totals[1] = 6;
    file_write(place.file, buffer_bytes(&file));
    assert_refused(&place, "has format 6, this program knows 5");
    buffer_free(&file);
    scratch_remove(place.folder);
}

static void a_temporary_store_is_new_and_goes_away(void **state)
{
    (void)state;
    struct place place;
    struct store *store;
    struct failure failure;
    place_make(&place);
    assert_int_equal(try_open(&store, &place, true, &failure), 0);
    assert_true(file_there(place.file));
    write_two(store);
    store_close(store);
    assert_false(file_there(place.path));
    store_close(open_store(&place));
    assert_int_equal(try_open(&store, &place, true, &failure), -1);
    assert_non_null(strstr(failure.text, "must be new"));
    assert_true(file_there(place.file));
    store_close(NULL);
    scratch_remove(place.folder);
}

/* ---- damage ---- */

#define RECORDS 400

/* The records of the store that is damaged: even numbers are there, odd
 * ones are not; every fourth was written once more. */
static struct bytes record_key(uint32_t number, uint8_t key[8])
{
    const uint8_t bytes[8] = {'k', (uint8_t)(number >> 8), (uint8_t)number,
        'x', 'y'};
    memcpy(key, bytes, sizeof bytes);
    return bytes_of(key, 4 + number % 5);
}

static enum table record_table(uint32_t number)
{
    return number < RECORDS / 2 ? TABLE_PARTY : TABLE_ACCOUNT;
}

static struct bytes record_value(
    uint32_t number, uint8_t version, uint8_t value[STATE_VALUE_MAX])
{
    memset(value, (int)(number % 251), STATE_VALUE_MAX);
    value[0] = version;
    return bytes_of(value, number % 50 == 0 ? 500 : 10 + number % 37);
}

static void write_version(
    struct store *store, uint32_t step, uint8_t version)
{
    uint8_t key[8];
    uint8_t value[STATE_VALUE_MAX];
    struct store_write *write = write_open(store);
    for (uint32_t i = 0; i < RECORDS; i += step)
        store_write_put(write, record_table(i), record_key(i, key),
            record_value(i, version, value));
    commit(store, write);
}

/* What came of reading a damaged store. */
enum outcome {
    OUTCOME_RIGHT,   /* every answer, or those of the write before */
    OUTCOME_FAILED,  /* a failure before any wrong answer */
    OUTCOME_SIGNAL,  /* LMDB ended the process, the same for a daemon */
    OUTCOME_NOTICED, /* a wrong "absent" or old value; the walk fails */
    OUTCOME_ABSENT,  /* the same, unnoticed: must not be */
    OUTCOME_WRONG,   /* a value that was never written: must not be */
    OUTCOME_COUNT
};

static uint8_t version_of(uint32_t number, uint64_t transaction)
{
    return number % 4 == 0 && transaction >= 3 ? 2 : 1;
}

static enum outcome read_one(struct store *store, uint32_t number)
{
    uint8_t key[8];
    uint8_t expected[STATE_VALUE_MAX];
    struct bytes value;
    struct failure failure = {.text = ""};
    uint64_t transaction = store_totals(store).transaction;
    switch (store_get(store, record_table(number), record_key(number, key),
        &value, &failure)) {
    case STORE_FAILED:
        return OUTCOME_FAILED;
    case STORE_NONE:
        return number % 2 == 1 || transaction < 2 ? OUTCOME_RIGHT
                                                  : OUTCOME_ABSENT;
    case STORE_FOUND:
        break;
    }
    if (number % 2 == 1)
        return OUTCOME_WRONG;
    if (bytes_equal(value, record_value(number,
            version_of(number, transaction), expected)))
        return OUTCOME_RIGHT;
    return bytes_equal(value, record_value(number, 1, expected))
               ? OUTCOME_ABSENT : OUTCOME_WRONG;
}

static bool walk_fails(struct store *store)
{
    struct store_record record;
    struct failure failure = {.text = ""};
    enum store_result result = STORE_FAILED;
    struct store_walk *walk = store_walk_open_all(store, &failure);
    while (walk != NULL && (result = store_walk_next(walk, &record,
                                &failure)) == STORE_FOUND)
        continue;
    store_walk_close(walk);
    return result == STORE_FAILED;
}

static enum outcome read_everything(const struct place *place)
{
    struct store *store;
    struct failure failure;
    if (try_open(&store, place, false, &failure) != 0)
        return OUTCOME_FAILED;
    enum outcome outcome = OUTCOME_RIGHT;
    for (uint32_t i = 0; i < RECORDS && outcome == OUTCOME_RIGHT; i++)
        outcome = read_one(store, i);
    if (outcome == OUTCOME_ABSENT && walk_fails(store))
        outcome = OUTCOME_NOTICED;
    store_close(store);
    return outcome;
}

/* Shared with the child that does the damage: LMDB may end it. */
struct progress {
    size_t next;
    size_t outcomes[OUTCOME_COUNT];
};

struct damage {
    struct place place;
    size_t length; /* of the file */
    size_t step;
    bool all_bits;
};

static void flip(int file, size_t at, uint8_t mask)
{
    uint8_t byte;
    if (pread(file, &byte, 1, (off_t)at) != 1)
        _exit(3);
    byte ^= mask;
    if (pwrite(file, &byte, 1, (off_t)at) != 1)
        _exit(3);
}

/* In the child: LMDB's signals end it, without a word and without cmocka's
 * handlers, which would run on with the tests. */
static void die_quietly(void)
{
    static const int signals[] = {
        SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_DFL);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)dup2(null, STDERR_FILENO);
}

static void flip_from(
    const struct damage *damage, struct progress *progress)
{
    int file = open(damage->place.file, O_RDWR | O_CLOEXEC);
    die_quietly();
    for (; progress->next < damage->length; progress->next += damage->step) {
        size_t at = progress->next;
        for (unsigned bit = 0; bit < 8; bit++) {
            if (!damage->all_bits && bit != at / damage->step % 8)
                continue;
            alarm(10);
            flip(file, at, (uint8_t)(1u << bit));
            progress->outcomes[read_everything(&damage->place)]++;
            flip(file, at, (uint8_t)(1u << bit));
        }
    }
    _exit(0);
}

static void flip_all(const struct damage *damage, struct progress *progress)
{
    struct buffer whole = file_read(damage->place.file);
    while (progress->next < damage->length) {
        int status;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            flip_from(damage, progress);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            continue;
        }
        progress->outcomes[OUTCOME_SIGNAL]++;
        progress->next += damage->step;
        file_write(damage->place.file, buffer_bytes(&whole));
    }
    buffer_free(&whole);
}

static bool is_long(void)
{
    const char *value = getenv("POSITO_LONG");
    return value != NULL && strcmp(value, "1") == 0;
}

static void damage_begin(struct damage *damage)
{
    place_make(&damage->place);
    struct store *store = open_store(&damage->place);
    write_version(store, 2, 1);
    write_version(store, 4, 2);
    assert_int_equal(store_totals(store).transaction, 3);
    store_close(store);
    struct buffer whole = file_read(damage->place.file);
    damage->length = whole.length;
    buffer_free(&whole);
    assert_int_equal(read_everything(&damage->place), OUTCOME_RIGHT);
}

/* One bit in each so many bytes; a sanitizer makes this ten times slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHORT_STEP 41
#else
#define SHORT_STEP 5
#endif

static void a_flipped_bit_is_never_a_wrong_answer(void **state)
{
    (void)state;
    struct damage damage = {.step = is_long() ? 1 : SHORT_STEP,
        .all_bits = is_long()};
    struct progress *progress = mmap(NULL, sizeof *progress,
        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(progress != MAP_FAILED);
    damage_begin(&damage);
    flip_all(&damage, progress);
    print_message("%zu right, %zu failures, %zu signals, %zu found by a "
                  "walk only\n",
        progress->outcomes[OUTCOME_RIGHT], progress->outcomes[OUTCOME_FAILED],
        progress->outcomes[OUTCOME_SIGNAL],
        progress->outcomes[OUTCOME_NOTICED]);
    assert_int_equal(progress->outcomes[OUTCOME_WRONG], 0);
    assert_int_equal(progress->outcomes[OUTCOME_ABSENT], 0);
    assert_true(progress->outcomes[OUTCOME_FAILED] >
                progress->outcomes[OUTCOME_RIGHT] / 10);
    munmap(progress, sizeof *progress);
    scratch_remove(damage.place.folder);
}

static void a_cut_file_is_never_a_wrong_answer(void **state)
{
    (void)state;
    struct damage damage;
    damage_begin(&damage);
    struct buffer whole = file_read(damage.place.file);
    for (size_t length = 0; length < whole.length; length += 1024) {
        file_write(damage.place.file, bytes_of(whole.data, length));
        int status;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            die_quietly();
            _exit((int)read_everything(&damage.place));
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status))
            assert_in_range(
                WEXITSTATUS(status), OUTCOME_RIGHT, OUTCOME_FAILED);
    }
    buffer_free(&whole);
    scratch_remove(damage.place.folder);
}

/* A damaged key cannot be found any more; that is not the same as absent.*/
static void a_damaged_key_is_not_an_absent_record(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct store *store = open_store(&place);
    struct store_write *write = write_open(store);
    put_text(write, "alfa", "1");
    put_text(write, "bravo", "2");
    put_text(write, "charlie", "3");
    commit(store, write);
    store_close(store);
    struct buffer file = file_read(place.file);
    uint8_t *key = memmem(file.data, file.length, "bravo", 5);
    assert_non_null(key);
    key[2] = 'x';
    file_write(place.file, buffer_bytes(&file));
    buffer_free(&file);
    store = open_store(&place);
    assert_get(store, "bravo", STORE_FAILED, "does not fit its checksum");
    assert_get(store, "alfa", STORE_FOUND, "1");
    assert_get(store, "charlie", STORE_FOUND, "3");
    assert_true(walk_fails(store));
    store_close(store);
    scratch_remove(place.folder);
}

/* An old tree is whole, but not the last one.  In LMDB's two first pages
 * the trees stand at 40 to 135, the transaction's number at 144. */
static void an_old_tree_is_not_the_last_one(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct store *store = open_store(&place);
    write_version(store, 2, 1);
    write_version(store, 4, 2);
    store_close(store);
    struct buffer file = file_read(place.file);
    uint8_t *older = file.data; /* transaction 2 */
    uint8_t *newer = file.data + 4096;
    assert_int_equal(older[144], 2);
    assert_int_equal(newer[144], 3);
    memcpy(newer + 40, older + 40, 96);
    file_write(place.file, buffer_bytes(&file));
    assert_refused(&place, "totals of another transaction than the last");

    /* The transaction before, as such, is a state like any other. */
    newer[144] = 1;
    file_write(place.file, buffer_bytes(&file));
    store = open_store(&place);
    assert_int_equal(store_totals(store).transaction, 2);
    assert_false(walk_fails(store));
    store_close(store);
    buffer_free(&file);
    scratch_remove(place.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_on_disk_are_these),
        cmocka_unit_test(a_record_is_checked_byte_by_byte),
        cmocka_unit_test(a_reader_sees_what_was_there_at_its_renewal),
        cmocka_unit_test(a_write_that_failed_changes_nothing),
        cmocka_unit_test(leftovers_of_a_creation_are_removed),
        cmocka_unit_test(what_is_no_state_is_refused),
        cmocka_unit_test(another_format_is_refused),
        cmocka_unit_test(a_temporary_store_is_new_and_goes_away),
        cmocka_unit_test(a_flipped_bit_is_never_a_wrong_answer),
        cmocka_unit_test(a_cut_file_is_never_a_wrong_answer),
        cmocka_unit_test(a_damaged_key_is_not_an_absent_record),
        cmocka_unit_test(an_old_tree_is_not_the_last_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
