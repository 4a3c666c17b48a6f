/*
 * Recovery: a group that a crash tore is dropped; whatever else happened to
 * the bytes is refused.  POSITO_LONG=1 makes it long.
 */
#include "../ledger/journal.h"
#include "journal_truth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void must_refuse_start(const struct truth *truth,
    struct start *options, const char *what, size_t where)
{
    if (truth_open_and_close(truth, options))
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

/* ---- torn last groups ---- */

static void drops(struct truth *truth, const struct buffer *segment,
    uint64_t dropped)
{
    struct start options = {.promised = truth->end[2]};
    struct buffer found = buffer_empty();
    struct buffer expected = buffer_empty();
    maker_write_file(truth->folder, FIRST_SEGMENT, buffer_bytes(segment));
    if (!truth_open(truth, &options))
        fail_msg("refused after %llu bytes: %s", (unsigned long long)dropped,
            options.failure.text);
    assert_int_equal(options.size, truth->end[2]);
    assert_int_equal(options.dropped, dropped);
    truth_segment(truth, 3, TRUTH_SEGMENT, &expected);
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
    truth_four_groups(&truth);
    for (size_t length = 0; length < truth.group[3].length; length++) {
        truth_segment(&truth, 3, 0, &segment);
        buffer_append(
            &segment, bytes_of(truth.group[3].data, length));
        while (segment.length < TRUTH_SEGMENT)
            buffer_char(&segment, '\0');
        drops(&truth, &segment, length);
    }
    truth_segment(&truth, 4, TRUTH_SEGMENT, &segment);
    maker_write_file(truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
    struct start options = {.promised = truth.end[2]};
    assert_true(truth_open_and_close(&truth, &options));
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
    truth_four_groups(&truth);
    truth_segment(&truth, 3, 0, &segment);
    size_t from = segment.length;
    size_t to = from + truth.group[3].length;
    size_t sectors = (to - 1) / 512 - from / 512 + 1;
    assert_in_range(sectors, 5, 8);
    for (size_t set = 0; set + 1 < (size_t)1 << sectors; set++) {
        for (int spoilt = 0; spoilt < 2; spoilt++) {
            truth_segment(&truth, 4, TRUTH_SEGMENT, &segment);
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
            if (zeros && !truth_is_long() && bit != at % 8)
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
    assert_true(truth_open_and_close(truth, &options));
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
    flip_all(&truth, 3, truth_is_long() ? 1 << 20 : 64 << 10);
    truth_end(&truth);
}

/* Even when nobody was promised the last group: it was written whole. */
static void a_flipped_bit_in_the_last_group_is_not_a_torn_write(void **state)
{
    (void)state;
    struct truth truth;
    struct buffer segment = buffer_empty();
    truth_four_groups(&truth);
    truth_segment(&truth, 3, 0, &segment);
    size_t from = segment.length;
    truth_segment(&truth, 4, TRUTH_SEGMENT, &segment);
    size_t to = from + truth.group[3].length;
    for (size_t bit = from * 8; bit < TRUTH_SEGMENT * 8; bit++) {
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
    truth_four_groups(&truth);
    truth_segment(&truth, 4, TRUTH_SEGMENT, &segment);
    size_t to = TRUTH_SEGMENT;
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
    truth_four_groups(&truth);
    size_t start = 0;
    for (size_t number = 0; number < 4; number++) {
        for (int spoilt = 0; spoilt < 2; spoilt++) {
            struct start options = {.promised = 0};
            size_t end = (start / 512 + 1) * 512;
            truth_segment(&truth, 4, TRUTH_SEGMENT, &segment);
            memset(segment.data + start, spoilt ? 0xa5 : 0, end - start);
            maker_write_file(
                truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
            if (number < 3)
                must_refuse(&truth, 0, NULL, "a lost header", number);
            else
                assert_true(truth_open_and_close(&truth, &options));
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
    truth_four_groups(&truth);
    truth_segment(&truth, 3, 0, &segment);
    size_t first = segment.length / 512 + 1;
    size_t last = (segment.length + truth.group[3].length) / 512;
    for (size_t lost = first; lost < last; lost++) {
        for (size_t wrong = first; wrong < last; wrong++) {
            truth_segment(&truth, 4, TRUTH_SEGMENT, &segment);
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
    truth_four_groups(&truth);
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
    if (truth_open_and_close(truth, &options)) {
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
    truth_four_groups(&truth);
    truth_segment(&truth, 4, TRUTH_SEGMENT, &original);
    moved_blocks(&truth, &original, 512, false);
    moved_blocks(&truth, &original, 512, true);
    moved_blocks(&truth, &original, 4096, true);
    for (size_t at = 0; at < TRUTH_SEGMENT; at += 512) {
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
    truth_four_groups(&truth);
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
        while (segment.length < TRUTH_SEGMENT)
            buffer_char(&segment, '\0');
        maker_write_file(
            truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
        struct start options = {.forked = true};
        must_refuse_start(&truth, &options, "a splice", splice);
    }
    truth_segment(&other, 4, TRUTH_SEGMENT, &segment);
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
    truth_four_groups(&truth);
    must_refuse(&truth, 1, NULL, "an empty journal", 0);
    for (size_t groups = 1; groups < 4; groups++) {
        truth_segment(&truth, groups, TRUTH_SEGMENT, &segment);
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

/* ---- what a start leaves and says ---- */

static void leftovers_are_removed(void **state)
{
    (void)state;
    struct truth truth;
    struct stat status;
    static const char *const names[] = {
        "next.posito", "prepare.tmp", "append.tmp", "rewrite.tmp"};
    truth_four_groups(&truth);
    for (size_t i = 0; i < 4; i++)
        maker_write_file(truth.folder, names[i], bytes_text("leftover"));
    struct start options = {.promised = 0};
    assert_true(truth_open_and_close(&truth, &options));
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
    truth_four_groups(&truth);
    truth_segment(&truth, 4, TRUTH_SEGMENT, &segment);
    segment.data[100] ^= 1;
    maker_write_file(truth.folder, FIRST_SEGMENT, buffer_bytes(&segment));
    struct start options = {.promised = truth.end[3]};
    assert_false(truth_open_and_close(&truth, &options));
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
        cmocka_unit_test(leftovers_are_removed),
        cmocka_unit_test(a_refusal_says_what_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
