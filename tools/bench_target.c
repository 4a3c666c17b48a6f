#include "bench_target.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *bench_verdict_text(enum bench_verdict verdict)
{
    switch (verdict) {
    case BENCH_REACHED:
        return "reached";
    case BENCH_NOT_REACHED:
        return "not reached";
    case BENCH_NOT_MEASURED:
        return "not measured";
    }
    return "";
}

struct sheet {
    const struct bench_summary *summary;
    struct bench_target *list;
    size_t count;
    double verify_us;    /* one raw verification on one core */
    double verify_all;   /* a second, on all cores */
    double cores;
};

static struct bench_target *add(
    struct sheet *sheet, const char *work, const char *to_reach)
{
    struct bench_target *target = &sheet->list[sheet->count++];
    *target = (struct bench_target){.work = work,
        .to_reach = to_reach,
        .measured = "",
        .ratio = "",
        .verdict = BENCH_NOT_MEASURED};
    return target;
}

/* True if both are known; then the ratio and the verdict are set. */
static bool judge(struct bench_target *target, double value, double against,
    bool reached)
{
    if (isnan(value) || isnan(against))
        return false;
    (void)snprintf(
        target->ratio, sizeof target->ratio, "%.2f", value / against);
    target->verdict = reached ? BENCH_REACHED : BENCH_NOT_REACHED;
    return true;
}

static double single(const struct sheet *sheet, const char *who,
    unsigned connections, unsigned window, const char *name)
{
    char at[64];
    (void)snprintf(at, sizeof at, "{\"connections\":%u,\"window\":%u}",
        connections, window);
    return bench_summary_median(sheet->summary, "single", who, at, name);
}

static double batch(const struct sheet *sheet, uint64_t accounts)
{
    char at[96];
    (void)snprintf(at, sizeof at,
        "{\"accounts\":%" PRIu64 ",\"lines\":10000,\"drawn\":\"evenly\"}",
        accounts);
    return bench_summary_median(
        sheet->summary, "batch", "posito", at, "per_second");
}

/* The median of the one measurement of that work and contender with the
 * greatest number in `at`, whatever that is. */
static double largest(const struct sheet *sheet, const char *work,
    const char *who, const char *part, const char *name, uint64_t *size)
{
    double found = (double)NAN;
    *size = 0;
    for (size_t i = 0; i < sheet->summary->count; i++) {
        const struct bench_measure *measure = &sheet->summary->list[i];
        const char *digits = strpbrk(measure->at, "0123456789");
        uint64_t number = digits != NULL ? strtoull(digits, NULL, 10) : 0;
        const struct bench_number *value = bench_number_find(measure, name);
        if (strcmp(measure->work, work) != 0 ||
            strcmp(measure->who, who) != 0 || value == NULL ||
            strstr(measure->at, part) == NULL || number <= *size)
            continue;
        *size = number;
        found = bench_median(value);
    }
    return found;
}

/* ---- the rows ---- */

static void add_singles(struct sheet *sheet)
{
    double cpu = single(sheet, "posito", 64, 64, "cpu_us");
    struct bench_target *target = add(sheet,
        "single signed transfers, 64 connections: daemon's processor time",
        "at most 1.15 x one raw verification");
    if (judge(target, cpu, sheet->verify_us, cpu <= 1.15 * sheet->verify_us))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.1f us each, raw %.1f us; %.0f/s", cpu, sheet->verify_us,
            single(sheet, "posito", 64, 64, "per_second"));
    double daemon = single(sheet, "posito", 64, 64, "daemon_cores");
    double driver = single(sheet, "posito", 64, 64, "driver_cores");
    target = add(sheet, "the same: all cores busy", "at least 95 % of them");
    if (judge(target, daemon + driver, sheet->cores,
            daemon + driver >= 0.95 * sheet->cores))
        (void)snprintf(target->measured, sizeof target->measured,
            "daemon %.2f + driver %.2f of %.0f cores", daemon, driver,
            sheet->cores);
}

static void add_batches(struct sheet *sheet)
{
    double rate = batch(sheet, 100000);
    struct bench_target *target = add(sheet,
        "batch-signed transfers, 100,000 accounts", "1,000,000/s");
    if (judge(target, rate, 1e6, rate >= 1e6))
        (void)snprintf(
            target->measured, sizeof target->measured, "%.0f/s", rate);
}

static void add_one_at_a_time(struct sheet *sheet)
{
    double sync = bench_summary_median(
        sheet->summary, "fdatasync", "floor", "{\"bytes\":4096}", "p50_us");
    double floor_us = sync + sheet->verify_us;
    double p50 = single(sheet, "posito", 1, 1, "p50_us");
    double p99 = single(sheet, "posito", 1, 1, "p99_us");
    struct bench_target *target = add(sheet,
        "one client, one at a time: p50",
        "at most 2 x (one fdatasync + one verification)");
    if (judge(target, p50, floor_us, p50 <= 2 * floor_us))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.0f us, floor %.0f + %.0f us", p50, sync, sheet->verify_us);
    target = add(sheet, "the same: p99", "below 2 ms");
    if (judge(target, p99, 2000, p99 < 2000))
        (void)snprintf(
            target->measured, sizeof target->measured, "%.0f us", p99);
}

static void add_peer(struct sheet *sheet, const char *work,
    const char *to_reach, const char *peer, unsigned connections, double times)
{
    double ours = single(sheet, "posito", connections, 1, "per_second");
    double theirs = single(sheet, peer, connections, 1, "per_second");
    struct bench_target *target = add(sheet, work, to_reach);
    if (judge(target, ours, theirs, ours >= times * theirs))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.0f/s, %s %.0f/s", ours, peer, theirs);
}

static void add_peers(struct sheet *sheet)
{
    add_peer(sheet, "1 client, one at a time", "1.5 x PostgreSQL",
        "PostgreSQL", 1, 1.5);
    add_peer(sheet, "8 clients, one at a time each", "2 x PostgreSQL",
        "PostgreSQL", 8, 2);
    add_peer(sheet, "32 clients, one at a time each", "2.5 x PostgreSQL",
        "PostgreSQL", 32, 2.5);
    add_peer(sheet, "1 client, one at a time",
        "ahead of Redis, every write synced", "Redis", 1, 1);
    add_peer(sheet, "8 clients, one at a time each",
        "ahead of Redis, every write synced", "Redis", 8, 1);
    add_peer(sheet, "32 clients, one at a time each",
        "ahead of Redis, every write synced", "Redis", 32, 1);
}

static void add_audits(struct sheet *sheet)
{
    uint64_t size;
    double rate = largest(sheet, "audit of transfers signed each", "posito",
        "count", "per_second", &size);
    struct bench_target *target = add(sheet, "audit replay, single-signed",
        "95 % of raw verification on all cores");
    if (judge(target, rate, sheet->verify_all,
            rate >= 0.95 * sheet->verify_all))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.0f/s, raw %.0f/s", rate, sheet->verify_all);
    double memory = largest(sheet, "audit of postings in batches", "posito",
        "count", "resident_mib", &size);
    rate = largest(sheet, "audit of postings in batches", "posito", "count",
        "per_second", &size);
    target = add(sheet, "audit replay, batch-signed", "2,000,000 postings/s");
    if (judge(target, rate, 2e6, rate >= 2e6))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.0f/s of %" PRIu64 "; %.0f MiB", rate, size, memory);
}

static void add_growth(struct sheet *sheet)
{
    uint64_t accounts;
    double few = batch(sheet, 10000);
    double many = largest(sheet, "batch", "posito",
        "\"lines\":10000,\"drawn\":\"evenly\"", "per_second", &accounts);
    bool all = accounts >= 10000000;
    struct bench_target *target = add(sheet,
        "accounts: 10 thousand to 10 million",
        "batch rate falls by less than 25 %");
    if (accounts <= 10000 || !judge(target, many, few, many > 0.75 * few))
        return;
    /* It can be missed by what was measured, but not be reached. */
    if (!all && target->verdict == BENCH_REACHED)
        target->verdict = BENCH_NOT_MEASURED;
    (void)snprintf(target->measured, sizeof target->measured,
        "%.0f/s of 10,000, %.0f/s of %" PRIu64 "%s", few, many, accounts,
        all ? "" : " (10 million: BENCH_ACCOUNTS=10000000)");
}

static void add_disk(struct sheet *sheet, const char *work, const char *part)
{
    uint64_t accounts;
    double bytes = largest(
        sheet, "disk", "posito", part, "bytes", &accounts);
    double journal = largest(
        sheet, "disk", "posito", part, "journal_bytes", &accounts);
    struct bench_target *target = add(
        sheet, work, "at most 300 bytes a transfer, everything included");
    if (judge(target, bytes, 300, bytes <= 300))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.0f bytes: journal %.0f, state %.0f; %" PRIu64 " accounts",
            bytes, journal, bytes - journal, accounts);
}

static void add_sizes(struct sheet *sheet)
{
    uint64_t accounts;
    add_disk(sheet, "disk, transfers signed each", "signed each");
    add_disk(sheet, "disk, transfers in batches", "in batches");
    double bytes = largest(sheet, "memory", "posito", "accounts",
        "bytes_per_record", &accounts);
    struct bench_target *target = add(sheet, "memory",
        "at most 256 bytes a record changed since the last save");
    if (judge(target, bytes, 256, bytes <= 256))
        (void)snprintf(
            target->measured, sizeof target->measured, "%.0f bytes", bytes);
    double whole = bench_summary_median(sheet->summary, "larger than memory",
        "posito", "{}", "per_second");
    target = add(sheet, "state larger than memory", "works");
    if (judge(target, whole, whole, whole > 0))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.0f/s in batches", whole);
}

static void add_starts(struct sheet *sheet)
{
    uint64_t accounts;
    double clean = largest(sheet, "start", "posito", "a clean stop",
        "seconds", &accounts);
    double killed = largest(
        sheet, "start", "posito", "SIGKILL", "seconds", &accounts);
    double replayed = largest(sheet, "start", "posito", "SIGKILL",
        "transfers_replayed", &accounts);
    struct bench_target *target = add(
        sheet, "start", "below 1 s, and the replay of the tail");
    if (judge(target, clean, 1, clean < 1))
        (void)snprintf(target->measured, sizeof target->measured,
            "%.3f s; after SIGKILL %.2f s, replaying %.0f transfers", clean,
            killed, replayed);
}

size_t bench_targets(const struct bench_summary *summary,
    struct bench_target list[BENCH_TARGETS_MAX])
{
    char at[48];
    struct sheet sheet = {.summary = summary, .list = list};
    sheet.cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    sheet.verify_us = bench_summary_median(
        summary, "verify", "floor", "{\"threads\":1}", "us");
    (void)snprintf(at, sizeof at, "{\"threads\":%.0f}", sheet.cores);
    sheet.verify_all = bench_summary_median(
        summary, "verify", "floor", at, "per_second");
    add_singles(&sheet);
    add_batches(&sheet);
    add_one_at_a_time(&sheet);
    add_peers(&sheet);
    add_audits(&sheet);
    add_growth(&sheet);
    add_sizes(&sheet);
    add_starts(&sheet);
    return sheet.count;
}
