/*
 * Recovery: whatever a crash or a power cut leaves is taken up again with
 * everything that was acknowledged; whatever else happened to the bytes is
 * refused.  POSITO_LONG=1 makes it long.
 */
#include "../ledger/journal.h"
#include "journal_disk.h"
#include "journal_maker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SEGMENT 8192
#define FIRST_SEGMENT "00000000000000000000.posito"
#define GROUPS_MAX 32

static bool is_long(void)
{
    return getenv("POSITO_LONG") != NULL;
}

/* ---- the true journal ---- */

struct truth {
    struct journal_maker maker;
    struct buffer group[GROUPS_MAX];
    uint64_t end[GROUPS_MAX]; /* entries up to and with the group */
    struct merkle tree[GROUPS_MAX];
    size_t count;
    char folder[MAKER_PATH_MAX];
};

static void truth_add(struct truth *truth, uint64_t entries, size_t bytes)
{
    assert_true(truth->count < GROUPS_MAX);
    truth->group[truth->count] = buffer_empty();
    journal_maker_group(
        &truth->maker, entries, bytes, &truth->group[truth->count]);
    truth->tree[truth->count] = truth->maker.tree;
    truth->end[truth->count++] = truth->maker.tree.size;
}

static void truth_start(struct truth *truth)
{
    memset(truth, 0, sizeof *truth);
    journal_maker_start(&truth->maker, "example.org/journal");
    maker_folder(truth->folder);
}

static void truth_end(struct truth *truth)
{
    for (size_t i = 0; i < truth->count; i++)
        buffer_free(&truth->group[i]);
    maker_remove_folder(truth->folder);
}

/* The group that ends at size, plus one; 0 if size is 0. */
static size_t truth_groups(const struct truth *truth, uint64_t size)
{
    size_t groups = 0;
    while (groups < truth->count && truth->end[groups] <= size)
        groups++;
    if (size > 0 &&
        (groups == 0 || truth->end[groups - 1] != size))
        fail_msg("no group ends at %llu", (unsigned long long)size);
    return groups;
}

/* The first groups one after the other, then zeros up to size. */
static void truth_segment(
    const struct truth *truth, size_t groups, size_t size, struct buffer *out)
{
    buffer_clear(out);
    for (size_t i = 0; i < groups; i++)
        buffer_append(out, buffer_bytes(&truth->group[i]));
    while (out->length < size)
        buffer_char(out, '\0');
}

/* ---- a start ---- */

static int no_sync(void *context, int file)
{
    (void)context;
    (void)file;
    return 0;
}

/* The system's calls without waiting for the device. */
static const struct journal_calls *quick_calls(void)
{
    static struct journal_calls calls;
    calls = *journal_file_system();
    calls.sync = no_sync;
    calls.sync_data = no_sync;
    calls.sync_folder = no_sync;
    return &calls;
}

struct start {
    const struct journal_calls *calls; /* NULL: quick ones */
    uint64_t promised;
    bool clean;
    const struct merkle *from; /* what the state covers; NULL: nothing */
    bool forked; /* groups of another history may be replayed first */
    struct journal *journal; /* out: NULL if refused */
    uint64_t size;
    uint64_t dropped;
    struct failure failure;
};

static int same_as_truth(
    void *context, const struct group *group, struct failure *failure)
{
    const struct truth *truth = context;
    size_t number = truth_groups(truth, group->first);
    if (number >= truth->count ||
        !bytes_equal(group->all, buffer_bytes(&truth->group[number])))
        fail_msg("a group that was never written was replayed");
    (void)failure;
    return 0;
}

static int anything(
    void *context, const struct group *group, struct failure *failure)
{
    (void)context;
    (void)group;
    (void)failure;
    return 0;
}

static bool start(const struct truth *truth, struct start *start)
{
    struct journal_options options = {
        .folder = truth->folder,
        .segment_bytes = SEGMENT,
        .calls = start->calls != NULL ? start->calls : quick_calls(),
    };
    struct journal_recovery recovery = {
        .key = &truth->maker.key,
        .promised = start->promised,
        .clean = start->clean,
        .replay = start->forked ? anything : same_as_truth,
        .context = (void *)(uintptr_t)truth,
    };
    memset(&start->failure, 0, sizeof start->failure);
    start->journal = NULL;
    merkle_clear(&recovery.tree);
    if (start->from != NULL)
        recovery.tree = *start->from;
    if (journal_open(&start->journal, &options, &start->failure) != 0)
        return false;
    if (journal_recover(start->journal, &recovery, &start->failure) != 0) {
        journal_close(start->journal);
        start->journal = NULL;
        return false;
    }
    start->size = recovery.tree.size;
    start->dropped = recovery.dropped_bytes;
    if (start->size < start->promised)
        fail_msg("a shorter journal than promised was accepted");
    return true;
}

static bool start_and_close(const struct truth *truth, struct start *options)
{
    bool started = start(truth, options);
    journal_close(options->journal);
    options->journal = NULL;
    return started;
}

static void must_refuse_start(const struct truth *truth,
    struct start *options, const char *what, size_t where)
{
    if (start_and_close(truth, options))
        fail_msg("accepted: %s at %zu", what, where);
    if (strstr(options->failure.text, "posito-audit replay") == NULL)
        fail_msg("no advice for %s at %zu: %s", what, where,
            options->failure.text);
    if (strlen(options->failure.text) > sizeof options->failure.text - 3)
        fail_msg("cut short: %s", options->failure.text);
}

static void must_refuse(const struct truth *truth, uint64_t promised,
    const struct merkle *from, const char *what, size_t where)
{
    struct start options = {.promised = promised, .from = from};
    must_refuse_start(truth, &options, what, where);
}

/* Three groups and a fourth of several sectors, in one segment. */
static void four_groups(struct truth *truth)
{
    truth_start(truth);
    truth_add(truth, 2, 0);
    truth_add(truth, 1, 0);
    truth_add(truth, 2, 0);
    truth_add(truth, 3, 2600);
}

/* ---- torn last groups ---- */

static void drops(struct truth *truth, const struct buffer *segment,
    uint64_t dropped)
{
    struct start options = {.promised = truth->end[2]};
    struct buffer found = buffer_empty();
    struct buffer expected = buffer_empty();
    maker_write_file(truth->folder, FIRST_SEGMENT, buffer_bytes(segment));
    if (!start(truth, &options))
        fail_msg("refused after %llu bytes: %s", (unsigned long long)dropped,
            options.failure.text);
    assert_int_equal(options.size, truth->end[2]);
    assert_int_equal(options.dropped, dropped);
    truth_segment(truth, 3, SEGMENT, &expected);
    maker_read_file(truth->folder, FIRST_SEGMENT, &found);
    assert_int_equal(found.length, expected.length);
    assert_memory_equal(found.data, expected.data, found.length);
    assert_int_equal(journal_append(options.journal, truth->end[2],
                         buffer_bytes(&truth->group[3]), &options.failure),
        0);
    journal_close(options.journal);
    buffer_free(&found);
    buffer_free(&expected);
}

static void every_prefix_is_dropped(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    for (size_t length = 0; length < truth.group[3].length; length++) {
        truth_segment(&truth, 3, 0, &segment);
        buffer_append(
            &segment, bytes_of(truth.group[3].data, length));
        while (segment.length < SEGMENT)
            buffer_char(&segment, '\0');
        drops(&truth, &segment, length);
    }
    truth_segment(&truth, 4, SEGMENT, &segment);
    maker_write_file(truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
    struct start options = {.promised = truth.end[2]};
    assert_true(start_and_close(&truth, &options));
    assert_int_equal(options.size, truth.end[3]);
    buffer_free(&segment);
    truth_end(&truth);
}

/* How many bytes up to the last one that is not zero, from offset on. */
static uint64_t trailing(const struct buffer *segment, size_t offset)
{
    size_t end = segment->length;
    while (end > offset && segment->data[end - 1] == 0)
        end--;
    return end - offset;
}

/* Each subset of the last group's sectors but the full one, the others
 * either not written or spoilt. */
static void every_subset_of_sectors_is_dropped(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_segment(&truth, 3, 0, &segment);
    size_t from = segment.length;
    size_t to = from + truth.group[3].length;
    size_t sectors = (to - 1) / 512 - from / 512 + 1;
    assert_in_range(sectors, 5, 8);
    for (size_t set = 0; set + 1 < (size_t)1 << sectors; set++) {
        for (int spoilt = 0; spoilt < 2; spoilt++) {
            truth_segment(&truth, 4, SEGMENT, &segment);
            for (size_t at = from; at < to; at++) {
                if ((set >> (at / 512 - from / 512) & 1) == 0)
                    segment.data[at] = (uint8_t)(spoilt ? 0xa5 : 0);
            }
            drops(&truth, &segment, trailing(&segment, from));
        }
    }
    buffer_free(&segment);
    truth_end(&truth);
}

/* ---- damage ---- */

/* With the whole journal promised, every flipped bit is refused: among the
 * groups each one, in the zeros after them one of each byte (POSITO_LONG:
 * each). */
static void flip_all(struct truth *truth, size_t groups, size_t size)
{
    struct buffer segment = buffer_empty();
    char path[MAKER_PATH_MAX * 2];
    uint64_t promised = truth->end[groups - 1];
    truth_segment(truth, groups, 0, &segment);
    size_t content = segment.length;
    truth_segment(truth, groups, size, &segment);
    maker_write_file(truth->folder, FIRST_SEGMENT, buffer_bytes(&segment));
    (void)snprintf(
        path, sizeof path, "%s/" FIRST_SEGMENT, truth->folder);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    setbuf(file, NULL);
    for (size_t at = 0; at < size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bool zeros = at >= content;
            if (zeros && !is_long() && bit != at % 8)
                continue;
            assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
            assert_int_equal(
                fputc(segment.data[at] ^ (int)(1U << bit), file),
                segment.data[at] ^ (int)(1U << bit));
            must_refuse(truth, promised,
                zeros ? &truth->tree[groups - 1] : NULL, "a flipped bit",
                at * 8 + bit);
        }
        assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
        assert_int_equal(fputc(segment.data[at], file), segment.data[at]);
    }
    assert_int_equal(fclose(file), 0);
    struct start options = {.promised = promised};
    assert_true(start_and_close(truth, &options));
    buffer_free(&segment);
}

static void every_flipped_bit_is_refused(void **state)
{
    (void)state;
    struct truth truth;
    truth_start(&truth);
    truth_add(&truth, 2, 0);
    truth_add(&truth, 1, 0);
    truth_add(&truth, 2, 0);
    flip_all(&truth, 3, is_long() ? 1 << 20 : 64 << 10);
    truth_end(&truth);
}

/* Even when nobody was promised the last group: it was written whole. */
static void a_flipped_bit_in_the_last_group_is_not_a_torn_write(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_segment(&truth, 3, 0, &segment);
    size_t from = segment.length;
    truth_segment(&truth, 4, SEGMENT, &segment);
    size_t to = from + truth.group[3].length;
    for (size_t bit = from * 8; bit < SEGMENT * 8; bit++) {
        if (bit >= to * 8 && bit % 61 != 0)
            continue;
        segment.data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        maker_write_file(
            truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
        must_refuse(&truth, truth.end[2], &truth.tree[2],
            "a flipped bit", bit);
        segment.data[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    buffer_free(&segment);
    truth_end(&truth);
}

/* Nor is a bad group that a whole one follows, promised or not. */
static void a_bad_group_before_a_good_one_is_refused(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_segment(&truth, 4, SEGMENT, &segment);
    size_t to = SEGMENT;
    while (segment.data[to - 1] == 0)
        to--;
    size_t last = to - truth.group[3].length;
    for (size_t sector = 0; sector * 512 < last; sector++) {
        struct buffer copy = buffer_empty();
        buffer_append(&copy, buffer_bytes(&segment));
        for (size_t at = sector * 512; at < (sector + 1) * 512; at++) {
            if (at < last)
                copy.data[at] = 0;
        }
        maker_write_file(truth.folder, FIRST_SEGMENT, buffer_bytes(&copy));
        must_refuse(&truth, 0, NULL, "a lost sector", sector);
        buffer_free(&copy);
    }
    buffer_free(&segment);
    truth_end(&truth);
}

/* The beginning of a group is lost up to its sector's end, which alone
 * would look torn, but a whole group stands behind it. */
static void a_headless_group_before_a_good_one_is_refused(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    size_t start = 0;
    for (size_t number = 0; number < 4; number++) {
        for (int spoilt = 0; spoilt < 2; spoilt++) {
            struct start options = {.promised = 0};
            size_t end = (start / 512 + 1) * 512;
            truth_segment(&truth, 4, SEGMENT, &segment);
            memset(segment.data + start, spoilt ? 0xa5 : 0, end - start);
            maker_write_file(
                truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
            if (number < 3)
                must_refuse(&truth, 0, NULL, "a lost header", number);
            else
                assert_true(start_and_close(&truth, &options));
        }
        start += truth.group[number].length;
    }
    buffer_free(&segment);
    truth_end(&truth);
}

/* A lost sector says torn, a single wrong byte in another says damaged: in
 * doubt it is damage. */
static void torn_and_damaged_is_refused(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_segment(&truth, 3, 0, &segment);
    size_t first = segment.length / 512 + 1;
    size_t last = (segment.length + truth.group[3].length) / 512;
    for (size_t lost = first; lost < last; lost++) {
        for (size_t wrong = first; wrong < last; wrong++) {
            truth_segment(&truth, 4, SEGMENT, &segment);
            memset(segment.data + lost * 512, 0, 512);
            if (wrong == lost)
                continue;
            segment.data[wrong * 512 + 77] = 0x01;
            maker_write_file(
                truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
            must_refuse(&truth, truth.end[2], &truth.tree[2],
                "torn and damaged", lost);
        }
    }
    buffer_free(&segment);
    truth_end(&truth);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_segment(&truth, 4, 0, &segment);
    for (size_t length = 0; length < segment.length; length++) {
        maker_write_file(truth.folder, FIRST_SEGMENT,
            bytes_of(segment.data, length));
        must_refuse(&truth, truth.end[3], NULL, "a truncation", length);
    }
    buffer_free(&segment);
    truth_end(&truth);
}

/* Refused, or nothing has changed. */
static void refused_or_same(struct truth *truth, const struct buffer *segment,
    const struct buffer *original, const char *what, size_t where)
{
    struct start options = {.promised = truth->end[truth->count - 1]};
    struct buffer found = buffer_empty();
    maker_write_file(truth->folder, FIRST_SEGMENT, buffer_bytes(segment));
    if (start_and_close(truth, &options)) {
        maker_read_file(truth->folder, FIRST_SEGMENT, &found);
        if (!bytes_equal(buffer_bytes(&found), buffer_bytes(original)))
            fail_msg("accepted: %s at %zu", what, where);
    }
    buffer_free(&found);
}

static void moved_blocks(struct truth *truth,
    const struct buffer *original, size_t block, bool swap)
{
    struct buffer segment = buffer_empty();
    size_t blocks = original->length / block;
    for (size_t pair = 0; pair < blocks * blocks; pair++) {
        size_t a = pair / blocks * block;
        size_t b = pair % blocks * block;
        buffer_clear(&segment);
        buffer_append(&segment, buffer_bytes(original));
        memcpy(segment.data + b, original->data + a, block);
        if (swap)
            memcpy(segment.data + a, original->data + b, block);
        refused_or_same(truth, &segment, original,
            swap ? "swapped blocks" : "a block twice", pair);
    }
    buffer_free(&segment);
}

static void moved_and_lost_blocks_are_refused(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer original = buffer_empty();
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_segment(&truth, 4, SEGMENT, &original);
    moved_blocks(&truth, &original, 512, false);
    moved_blocks(&truth, &original, 512, true);
    moved_blocks(&truth, &original, 4096, true);
    for (size_t at = 0; at < SEGMENT; at += 512) {
        buffer_clear(&segment);
        buffer_append(&segment, buffer_bytes(&original));
        memset(segment.data + at, 0, 512);
        refused_or_same(&truth, &segment, &original, "a zeroed block", at);
        memset(segment.data + at, 0xa5, 512);
        refused_or_same(&truth, &segment, &original, "a spoilt block", at);
    }
    buffer_free(&original);
    buffer_free(&segment);
    truth_end(&truth);
}

/* Groups of another ledger, of the same log's other history, and of our
 * own at the wrong place. */
static void splices_are_refused(void **state)
{
    (void)state;
    struct truth truth;
    struct truth other;
    struct truth fork;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_start(&other);
    journal_maker_start(&other.maker, "example.org/other");
    truth_start(&fork);
    for (size_t i = 0; i < 4; i++)
        truth_add(&other, i == 1 ? 1 : 2, 0);
    truth_add(&fork, 2, 900);
    truth_add(&fork, 1, 0);
    truth_add(&fork, 2, 0);
    truth_add(&fork, 3, 2600);
    const struct truth *sources[] = {&other, &fork, &truth};
    for (size_t splice = 0; splice < 3 * 16; splice++) {
        const struct truth *source = sources[splice / 16];
        size_t from = splice % 4;
        size_t to = splice / 4 % 4;
        if (source == &truth && from == to)
            continue;
        buffer_clear(&segment);
        for (size_t i = 0; i < 4; i++)
            buffer_append(&segment,
                buffer_bytes(i == to ? &source->group[from]
                                     : &truth.group[i]));
        while (segment.length < SEGMENT)
            buffer_char(&segment, '\0');
        maker_write_file(
            truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
        struct start options = {.forked = true};
        must_refuse_start(&truth, &options, "a splice", splice);
    }
    truth_segment(&other, 4, SEGMENT, &segment);
    maker_write_file(truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
    must_refuse(&truth, 0, NULL, "another ledger", 0);
    buffer_free(&segment);
    truth_end(&truth);
    truth_end(&other);
    truth_end(&fork);
}

static void shorter_than_promised_is_refused(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    must_refuse(&truth, 1, NULL, "an empty journal", 0);
    for (size_t groups = 1; groups < 4; groups++) {
        truth_segment(&truth, groups, SEGMENT, &segment);
        maker_write_file(
            truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
        must_refuse(&truth, truth.end[groups - 1] + 1, NULL,
            "a shorter journal", groups);
        must_refuse(&truth, truth.end[groups], NULL, "a shorter journal",
            groups);
    }
    buffer_free(&segment);
    truth_end(&truth);
}

/* ---- power cuts ---- */

/* Groups of all sizes over several segments, one longer than a segment. */
static void many_groups(struct truth *truth)
{
    static const size_t bytes[] = {
        0, 0, 3000, 0, 5000, 0, 0, 7000, 20000, 0, 0, 2500, 0, 4000};
    truth_start(truth);
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        truth_add(truth, 1 + i % 3, bytes[i]);
}

/* Start and append what is missing; what is durable is noted with the
 * disk.  False once something failed. */
static bool work(const struct truth *truth, struct disk *disk,
    size_t groups, uint64_t promised, bool clean)
{
    struct start options = {
        .calls = disk_calls(disk), .promised = promised, .clean = clean};
    struct failure failure = {.text = ""};
    bool going = start(truth, &options);
    if (!going)
        return false;
    disk_acknowledge(disk, options.size);
    for (size_t i = truth_groups(truth, options.size); i < groups && going;
         i++) {
        uint64_t first = i == 0 ? 0 : truth->end[i - 1];
        going = journal_prepare(options.journal, &failure) == 0 &&
            journal_append(options.journal, first,
                buffer_bytes(&truth->group[i]), &failure) == 0;
        if (going)
            disk_acknowledge(disk, truth->end[i]);
    }
    size_t calls = disk_moments(disk);
    if (!going) {
        assert_true(failure.text[0] != '\0');
        assert_int_equal(journal_append(options.journal, 0,
                             buffer_bytes(&truth->group[0]), &failure),
            -1);
        assert_int_equal(journal_prepare(options.journal, &failure), -1);
        assert_int_equal(disk_moments(disk), calls);
    }
    journal_close(options.journal);
    return going;
}

struct tally {
    size_t states;
    size_t refused;
};

/* A state after a power cut: it starts, with all that was acknowledged. */
static bool survives(const struct truth *truth, uint64_t acknowledged,
    enum disk_loss loss, const struct journal_calls *calls,
    struct tally *tally, uint64_t *size)
{
    struct start options = {.promised = acknowledged, .calls = calls};
    tally->states++;
    if (start_and_close(truth, &options)) {
        *size = options.size;
        return true;
    }
    /* Garbage can look like text, or be too little to tell: refused is
     * right then, and never anything worse. */
    if (loss < DISK_SPOILS_SOME)
        fail_msg("loss %d: %s", (int)loss, options.failure.text);
    tally->refused++;
    return false;
}

static void power_cuts(void **state)
{
    (void)state;
    struct truth truth;
    struct tally tally = {0, 0};
    uint64_t seed = 1;
    size_t rounds = is_long() ? 200 : 3;
    many_groups(&truth);
    struct disk *disk = disk_new(truth.folder);
    assert_true(work(&truth, disk, truth.count, 0, false));
    for (size_t moment = 0; moment <= disk_moments(disk); moment++) {
        for (size_t i = 0; i < rounds * DISK_LOSS_COUNT; i++) {
            enum disk_loss loss = (enum disk_loss)(i % DISK_LOSS_COUNT);
            uint64_t size;
            if (i >= DISK_LOSS_COUNT && loss <= DISK_LOSES_ALL)
                continue;
            disk_crash(disk, moment, loss, &seed, truth.folder);
            (void)survives(&truth, disk_acknowledged(disk, moment), loss,
                NULL, &tally, &size);
        }
    }
    print_message("%zu states, %zu refused for garbage\n", tally.states,
        tally.refused);
    assert_true(tally.refused * 50 < tally.states);
    disk_free(disk);
    truth_end(&truth);
}

/* Crash at a random moment of what the disk saw, recover on a new disk,
 * and so on, some levels deep. */
static void crash_again(const struct truth *truth, const struct disk *disk,
    unsigned depth, uint64_t *seed, struct tally *tally)
{
    size_t moment =
        (size_t)(maker_random(seed) % (disk_moments(disk) + 1));
    enum disk_loss loss =
        (enum disk_loss)(maker_random(seed) % DISK_SPOILS_SOME);
    uint64_t acknowledged = disk_acknowledged(disk, moment);
    uint64_t size = 0;
    disk_crash(disk, moment, loss, seed, truth->folder);
    struct disk *next = disk_new(truth->folder);
    disk_acknowledge(next, acknowledged);
    if (survives(truth, acknowledged, loss, disk_calls(next), tally, &size)) {
        assert_true(size >= acknowledged);
        disk_acknowledge(next, size);
        /* Everything it showed must outlive the next power cut. */
        disk_crash(next, disk_moments(next), DISK_LOSES_ALL, seed,
            truth->folder);
        (void)survives(truth, size, DISK_LOSES_ALL, NULL, tally, &size);
        if (depth > 1)
            crash_again(truth, next, depth - 1, seed, tally);
    }
    disk_free(next);
}

static void crashes_during_recovery(void **state)
{
    (void)state;
    struct truth truth;
    struct tally tally = {0, 0};
    uint64_t seed = 2;
    size_t rounds = is_long() ? 100000 : 700;
    many_groups(&truth);
    struct disk *disk = disk_new(truth.folder);
    assert_true(work(&truth, disk, truth.count, 0, false));
    for (size_t i = 0; i < rounds; i++)
        crash_again(&truth, disk, 3, &seed, &tally);
    print_message("%zu states\n", tally.states);
    disk_free(disk);
    truth_end(&truth);
}

/* ---- calls that fail ---- */

/*
 * The n-th call fails.  Nothing is acknowledged afterwards; the next start
 * on the same running system shows at least what was, and whatever it
 * shows survives a power cut.  False if the work was done before.
 */
static bool fail_call(const struct truth *truth, size_t call, int number,
    enum disk_fault fault, uint64_t *seed)
{
    maker_empty_folder(truth->folder);
    struct disk *disk = disk_new(truth->folder);
    struct tally tally = {0, 0};
    disk_fail(disk, call, number, fault);
    bool done = work(truth, disk, truth->count, 0, false);
    bool failed = disk_has_failed(disk);
    uint64_t acknowledged = disk_acknowledged(disk, disk_moments(disk));
    disk_heal(disk);
    struct start options = {
        .calls = disk_calls(disk), .promised = acknowledged};
    if (!start_and_close(truth, &options))
        fail_msg("call %zu: %s", call, options.failure.text);
    assert_true(options.size >= acknowledged);
    disk_acknowledge(disk, options.size);
    disk_crash(disk, disk_moments(disk), DISK_LOSES_ALL, seed,
        truth->folder);
    uint64_t size;
    (void)survives(truth, options.size, DISK_LOSES_ALL, NULL, &tally, &size);
    disk_free(disk);
    if (failed && done)
        assert_true(fault == DISK_FAULT_SHORT_ONCE || number == EINTR ||
            number == ENOENT);
    return failed;
}

static void failing_calls(void **state)
{
    (void)state;
    struct truth truth;
    uint64_t seed = 3;
    static const struct {
        int number;
        enum disk_fault fault;
    } kinds[] = {
        {EIO, DISK_FAULT_ONCE},
        {EIO, DISK_FAULT_FROM_THEN_ON},
        {ENOSPC, DISK_FAULT_ONCE},
        {EDQUOT, DISK_FAULT_FROM_THEN_ON},
        {EINTR, DISK_FAULT_ONCE},
        {EINTR, DISK_FAULT_FROM_THEN_ON},
        {EIO, DISK_FAULT_SHORT_ONCE},
        {ENOSPC, DISK_FAULT_SHORT_THEN_FAIL},
    };
    many_groups(&truth);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t call = 1;
        while (fail_call(
            &truth, call, kinds[i].number, kinds[i].fault, &seed))
            call++;
        assert_true(call > 50);
    }
    truth_end(&truth);
}

/* The harness bites: when a start is told to trust what the running system shows
 * after a failed sync, a power cut takes back what it showed. */
static void trusting_cached_bytes_is_caught(void **state)
{
    (void)state;
    struct truth truth;
    uint64_t seed = 4;
    size_t caught = 0;
    four_groups(&truth);
    for (size_t call = 1; call < 20; call++) {
        maker_empty_folder(truth.folder);
        struct disk *disk = disk_new(truth.folder);
        disk_fail(disk, call, EIO, DISK_FAULT_ONCE);
        (void)work(&truth, disk, truth.count, 0, false);
        disk_heal(disk);
        for (size_t i = truth.count; i-- > 0;) {
            struct start options = {.calls = disk_calls(disk),
                .clean = true,
                .from = &truth.tree[i]};
            if (!start_and_close(&truth, &options))
                continue;
            disk_crash(disk, disk_moments(disk), DISK_LOSES_ALL, &seed,
                truth.folder);
            options = (struct start){.promised = truth.end[i]};
            caught += !start_and_close(&truth, &options);
            break;
        }
        disk_free(disk);
    }
    assert_true(caught > 0);
    truth_end(&truth);
}

/* ---- clean and unclean starts ---- */

static void a_clean_start_writes_nothing(void **state)
{
    (void)state;
    struct truth truth;
    four_groups(&truth);
    struct disk *disk = disk_new(truth.folder);
    assert_true(work(&truth, disk, 3, 0, false));
    disk_free(disk);
    ino_t before;
    ino_t after;
    struct stat status;
    char path[MAKER_PATH_MAX * 2];
    (void)snprintf(path, sizeof path, "%s/" FIRST_SEGMENT, truth.folder);
    assert_int_equal(stat(path, &status), 0);
    before = status.st_ino;
    struct start options = {.promised = truth.end[2],
        .clean = true,
        .from = &truth.tree[2]};
    assert_true(start_and_close(&truth, &options));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_ino, before);
    /* Groups that the state did not cover: that was no clean stop. */
    options.from = &truth.tree[1];
    assert_true(start_and_close(&truth, &options));
    assert_int_equal(stat(path, &status), 0);
    after = status.st_ino;
    assert_int_not_equal(after, before);
    truth_end(&truth);
}

static void leftovers_are_removed(void **state)
{
    (void)state;
    struct truth truth;
    struct stat status;
    static const char *const names[] = {
        "next.posito", "prepare.tmp", "append.tmp", "rewrite.tmp"};
    four_groups(&truth);
    for (size_t i = 0; i < 4; i++)
        maker_write_file(truth.folder, names[i], bytes_text("leftover"));
    struct start options = {.promised = 0};
    assert_true(start_and_close(&truth, &options));
    for (size_t i = 0; i < 4; i++) {
        char path[MAKER_PATH_MAX * 2];
        (void)snprintf(
            path, sizeof path, "%s/%s", truth.folder, names[i]);
        assert_int_equal(stat(path, &status), -1);
    }
    truth_end(&truth);
}

static void a_refusal_says_what_and_where(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    four_groups(&truth);
    truth_segment(&truth, 4, SEGMENT, &segment);
    segment.data[100] ^= 1;
    maker_write_file(truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
    struct start options = {.promised = truth.end[3]};
    assert_false(start_and_close(&truth, &options));
    assert_non_null(strstr(options.failure.text,
        "journal: entry 0 (00000000000000000000.posito, byte 0): "));
    assert_non_null(
        strstr(options.failure.text, "restore it from the mirror"));
    assert_null(strchr(options.failure.text, '\n'));
    buffer_free(&segment);
    truth_end(&truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_is_dropped),
        cmocka_unit_test(every_subset_of_sectors_is_dropped),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(
            a_flipped_bit_in_the_last_group_is_not_a_torn_write),
        cmocka_unit_test(a_bad_group_before_a_good_one_is_refused),
        cmocka_unit_test(a_headless_group_before_a_good_one_is_refused),
        cmocka_unit_test(torn_and_damaged_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(moved_and_lost_blocks_are_refused),
        cmocka_unit_test(splices_are_refused),
        cmocka_unit_test(shorter_than_promised_is_refused),
        cmocka_unit_test(power_cuts),
        cmocka_unit_test(crashes_during_recovery),
        cmocka_unit_test(failing_calls),
        cmocka_unit_test(trusting_cached_bytes_is_caught),
        cmocka_unit_test(a_clean_start_writes_nothing),
        cmocka_unit_test(leftovers_are_removed),
        cmocka_unit_test(a_refusal_says_what_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
