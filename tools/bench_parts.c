#include "bench_parts.h"

#include "../ledger/entry.h"
#include "../ledger/journal.h"
#include "../ledger/store.h"
#include "bench_order.h"
#include "bench_result.h"
#include "files.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- the state's file ---- */

#define KEY_BYTES 16
#define VALUE_BYTES 100
#define MAP_BYTES (UINT64_C(16) << 30)
#define SAVES 5

/* In order, as a number's bytes are. */
static struct bytes make_key(uint8_t key[KEY_BYTES], uint64_t number)
{
    (void)memset(key, 0, KEY_BYTES);
    for (size_t i = 0; i < 8; i++)
        key[KEY_BYTES - 1 - i] = (uint8_t)(number >> (8 * i));
    return bytes_of(key, KEY_BYTES);
}

/* numbers: ascending; NULL: 0, 1, 2 ... into an empty store. */
static int put(struct store *store, const uint64_t *numbers, size_t count,
    struct failure *failure)
{
    static uint8_t value[VALUE_BYTES];
    uint8_t key[KEY_BYTES];
    struct store_write *write = store_write_open(store, failure);
    if (write == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        value[i % VALUE_BYTES]++;
        store_write_put(write, TABLE_ACCOUNT,
            make_key(key, numbers != NULL ? numbers[i] : i),
            bytes_of(value, VALUE_BYTES));
    }
    return store_write_commit(write, failure);
}

static int ascending(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static int measure_puts(struct store *store, uint64_t accounts,
    size_t records, struct failure *failure)
{
    struct bench_draw draw = bench_draw(accounts, 3, false);
    uint64_t *numbers = calloc(records, sizeof *numbers);
    int result = numbers != NULL ? 0 : failure_set(failure, "no memory");
    int64_t took = 0, cpu = 0;
    for (int save = 0; result == 0 && save < SAVES; save++) {
        for (size_t i = 0; i < records; i++)
            numbers[i] = bench_draw_below(&draw, 2 * accounts);
        qsort(numbers, records, sizeof *numbers, ascending);
        int64_t began = bench_now_ns(), began_cpu = bench_cpu_ns();
        result = put(store, numbers, records, failure);
        took += bench_now_ns() - began;
        cpu += bench_cpu_ns() - began_cpu;
    }
    free(numbers);
    if (result != 0)
        return -1;
    double count = SAVES * (double)records;
    struct bench_result out = bench_result("state's file alone", "floor");
    bench_at(&out, "accounts", (int64_t)accounts);
    bench_got(&out, "records_per_second", count * 1e9 / (double)took);
    bench_got(&out, "put_ns", (double)took / count);
    bench_got(&out, "cpu_ns", (double)cpu / count);
    bench_got(&out, "records", (double)records);
    bench_result_print(&out);
    return 0;
}

int bench_store(const char *folder, uint64_t accounts, size_t records,
    struct failure *failure)
{
    const struct state_options options = {
        .folder = folder, .map_bytes = MAP_BYTES};
    struct store *store;
    files_remove_folder(folder);
    int result = store_open(&store, &options, failure);
    if (result == 0)
        result = put(store, NULL, (size_t)(2 * accounts), failure);
    if (result == 0)
        result = measure_puts(store, accounts, records, failure);
    store_close(store);
    files_remove_folder(folder);
    return result;
}

/* ---- memory ---- */

#define RECORD_BYTES 128
#define READS_IN_A_ROW 10000

/* The next place of each record, in one ring through all of them in random
 * order (Sattolo, "An algorithm to generate a random cyclic permutation",
 * 1986). */
static uint64_t *make_ring(uint64_t count)
{
    const size_t step = RECORD_BYTES / sizeof(uint64_t);
    uint64_t *ring = calloc(count, RECORD_BYTES);
    struct bench_draw draw = bench_draw(count, 1, false);
    for (uint64_t i = 0; ring != NULL && i < count; i++)
        ring[i * step] = i * step;
    for (uint64_t i = count - 1; ring != NULL && i > 0; i--) {
        uint64_t other = bench_draw_below(&draw, i) * step;
        uint64_t kept = ring[i * step];
        ring[i * step] = ring[other];
        ring[other] = kept;
    }
    return ring;
}

int bench_random_reads(
    uint64_t accounts, int each_ms, struct failure *failure)
{
    uint64_t at = 0, count = 0;
    if (accounts == 0)
        return failure_set(failure, "1 account or more");
    uint64_t *ring = make_ring(accounts);
    if (ring == NULL)
        return failure_set(failure, "out of memory");
    int64_t began = bench_now_ns();
    int64_t now = began;
    while (now < began + (int64_t)each_ms * 1000000) {
        for (int i = 0; i < READS_IN_A_ROW; i++, count++)
            at = ring[at];
        now = bench_now_ns();
    }
    struct bench_result out = bench_result("random read", "floor");
    bench_at(&out, "accounts", (int64_t)accounts);
    bench_got(&out, "ns", (double)(now - began) / (double)count);
    bench_result_print(&out);
    free(ring);
    /* Never; but so the reads are of use, and nothing leaves them out. */
    return at < accounts * (RECORD_BYTES / sizeof at)
               ? 0
               : failure_set(failure, "the ring has a hole");
}

/* ---- what is signed ---- */

struct weight {
    uint64_t entries, transfers;
    uint64_t line, body, all;
};

static int weigh_groups(struct weight *weight, struct journal *journal,
    struct failure *failure)
{
    struct journal_walk *walk = journal_walk_open(journal, 0, failure);
    struct group group;
    int result = walk == NULL ? -1 : 0;
    enum walk_result step = WALK_END;
    while (result == 0 && (step = journal_walk_next(walk, &group, failure)) ==
                              WALK_GROUP) {
        struct bytes rest = group.entries;
        struct entry entry;
        while (result == 0 && rest.length > 0) {
            if (!entry_skip(&rest, &entry)) {
                result = failure_set(failure, "an entry is not well-formed");
                continue;
            }
            bool batch = entry.body.length > 0;
            static const char transfer[] = "transfer ";
            struct bytes first = batch ? entry.body : entry.line;
            if (first.length < sizeof transfer - 1 ||
                memcmp(first.data, transfer, sizeof transfer - 1) != 0)
                continue; /* genesis, enrolment */
            weight->entries++;
            weight->line += entry.line.length + 1;
            weight->body += entry.body.length;
            weight->all += entry.all.length;
            for (size_t i = 0; batch && i < entry.body.length; i++)
                weight->transfers += entry.body.data[i] == '\n';
            weight->transfers += batch ? 0 : 1;
        }
    }
    if (result == 0 && step != WALK_END)
        result = failure_set(failure, "the journal does not read");
    journal_walk_close(walk);
    return result;
}

int bench_signed_text(
    const char *folder, const char *kind, struct failure *failure)
{
    char path[PATH_MAX];
    struct journal *journal = NULL;
    struct weight weight = {0};
    if (!files_join(path, sizeof path, folder, "journal"))
        return failure_set(failure, "the folder's name is too long");
    struct journal_options options = {.folder = path, .read_only = true};
    int result = journal_open(&journal, &options, failure);
    if (result == 0)
        result = weigh_groups(&weight, journal, failure);
    journal_close(journal);
    if (result == 0 && weight.transfers == 0)
        result = failure_set(failure, "%s has no transfers", folder);
    if (result != 0)
        return -1;
    double transfers = (double)weight.transfers;
    struct bench_result out = bench_result("signed text", "posito");
    bench_at_text(&out, "transfers", kind);
    bench_got(&out, "entry_bytes", (double)weight.all / transfers);
    bench_got(&out, "signed_bytes",
        (double)(weight.line + weight.body) / transfers);
    bench_got(&out, "added_bytes",
        (double)(weight.all - weight.line - weight.body) / transfers);
    bench_result_print(&out);
    return 0;
}
