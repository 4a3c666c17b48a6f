/*
 * Power cuts, killed processes and failing calls: the next start has
 * everything that was acknowledged, and whatever it shows stays.
 * POSITO_LONG=1 makes it long.
 */
#include "../ledger/journal.h"
#include "journal_disk.h"
#include "journal_truth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

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
    bool going = truth_open(truth, &options);
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
    if (truth_open_and_close(truth, &options)) {
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
    size_t rounds = truth_is_long() ? 200 : 3;
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
    size_t rounds = truth_is_long() ? 100000 : 700;
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
    if (!truth_open_and_close(truth, &options))
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

/* The harness bites: when a start is told to trust what the running system
 * shows after a failed sync, a power cut takes back what it showed. */
static void trusting_cached_bytes_is_caught(void **state)
{
    (void)state;
    struct truth truth;
    uint64_t seed = 4;
    size_t caught = 0;
    truth_four_groups(&truth);
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
            if (!truth_open_and_close(&truth, &options))
                continue;
            disk_crash(disk, disk_moments(disk), DISK_LOSES_ALL, &seed,
                truth.folder);
            options = (struct start){.promised = truth.end[i]};
            caught += !truth_open_and_close(&truth, &options);
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
    truth_four_groups(&truth);
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
    assert_true(truth_open_and_close(&truth, &options));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_ino, before);
    /* Groups that the state did not cover: that was no clean stop. */
    options.from = &truth.tree[1];
    assert_true(truth_open_and_close(&truth, &options));
    assert_int_equal(stat(path, &status), 0);
    after = status.st_ino;
    assert_int_not_equal(after, before);
    truth_end(&truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_cuts),
        cmocka_unit_test(crashes_during_recovery),
        cmocka_unit_test(failing_calls),
        cmocka_unit_test(trusting_cached_bytes_is_caught),
        cmocka_unit_test(a_clean_start_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
