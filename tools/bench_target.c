#include "bench_target.h"

#include "bench_work.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
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

/* The name under which run.sh has the audit of single signatures measured
 * by posito-audit replay --libsodium. */
#define BENCH_LIBSODIUM "posito, libsodium alone"

struct sheet {
    const struct bench_summary *summary;
    struct bench_target *list;
    size_t count;
    double verify_us;    /* one raw verification on one core */
    double verify_all;   /* a second, on all cores */
    double echo_us;      /* a line there and back over the loopback */
    double decided;      /* lines a second by one thread that only decides */
    double cores;
};

static struct bench_target *add(
    struct sheet *sheet, const char *work, const char *to_reach)
{
    struct bench_target *target = &sheet->list[sheet->count++];
    *target = (struct bench_target){.work = work,
        .to_reach = to_reach,
        .measured = "",
        .why = "",
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

/* ---- what else was measured says of it ---- */

static void explain(struct bench_target *target, const char *format, ...)
    PRINTF_LIKE(2, 3);
static void explain(struct bench_target *target, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(target->why, sizeof target->why, format, arguments);
    va_end(arguments);
}

static void say(struct bench_target *target, const char *format, ...)
    PRINTF_LIKE(2, 3);
static void say(struct bench_target *target, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(
        target->measured, sizeof target->measured, format, arguments);
    va_end(arguments);
}

/* A rate or a latency beside somebody else's work is no fact of ours. */
static void flag_noise(struct bench_target *target, double others)
{
    size_t length = strlen(target->measured);
    if (isnan(others) || others <= 0.1 ||
        target->verdict == BENCH_NOT_MEASURED)
        return;
    target->noisy = true;
    (void)snprintf(target->measured + length,
        sizeof target->measured - length,
        "; NOISY: others had %.2f cores", others);
}

static double floor_of(
    const struct sheet *sheet, const char *work, const char *at,
    const char *name)
{
    return bench_summary_median(sheet->summary, work, "floor", at, name);
}

/* ---- the rows ---- */

static void add_processor_time(
    struct sheet *sheet, const char *work, const char *who)
{
    double cpu = single(sheet, who, 64, 64, "cpu_us");
    struct bench_target *target =
        add(sheet, work, "at most 1.15 x one raw verification");
    if (!judge(target, cpu, sheet->verify_us, cpu <= 1.15 * sheet->verify_us))
        return;
    say(target, "%.1f us each, raw %.1f us; %.0f/s", cpu, sheet->verify_us,
        single(sheet, who, 64, 64, "per_second"));
    explain(target,
        "%.1f us beside the verification: hashes, parsing, deciding, the "
        "journal, sockets",
        cpu - sheet->verify_us);
    flag_noise(target, single(sheet, who, 64, 64, "others_cores"));
}

static void add_singles(struct sheet *sheet)
{
    double others = single(sheet, "posito", 64, 64, "others_cores");
    add_processor_time(sheet,
        "single signed transfers, 64 connections: daemon's processor time",
        "posito");
    double daemon = single(sheet, "posito", 64, 64, "daemon_cores");
    double driver = single(sheet, "posito", 64, 64, "driver_cores");
    struct bench_target *target = add(
        sheet, "the same: all cores busy", "at least 95 % of them");
    if (judge(target, daemon + driver, sheet->cores,
            daemon + driver >= 0.95 * sheet->cores)) {
        say(target, "daemon %.2f + driver %.2f of %.0f cores", daemon, driver,
            sheet->cores);
        explain(target, "the rest waits for syncs, or others had it: %.2f",
            others);
        flag_noise(target, others);
    }
    add_processor_time(sheet,
        "the same with key-multiples = 512: daemon's processor time",
        BENCH_MULTIPLES);
}

/* Records that all saves together wrote for each transfer: of each account
 * that was touched since the save before, itself and a block of its
 * history. */
static double records_each(
    double transfers, double saves, double accounts)
{
    double each = transfers / saves;
    double touched = accounts * (1 - exp(-2 * each / accounts));
    return 2 * touched / each;
}

/* What the parts measured alone come to, if all cores shared them evenly,
 * and if the one thread that decides had nothing else to do. */
static void explain_batches(
    struct sheet *sheet, struct bench_target *target, const char *at)
{
    static const char alone[] = "{\"members\":100000,\"lines\":10000}";
    const struct bench_summary *summary = sheet->summary;
    double hash = bench_summary_median(
        summary, "decide", "posito", alone, "hash_ns");
    double decode = bench_summary_median(
        summary, "decide", "posito", alone, "decode_ns");
    double decide = bench_summary_median(
        summary, "decide", "posito", alone, "decide_ns");
    double put = floor_of(
        sheet, "state's file alone", "{\"accounts\":100000}", "cpu_ns");
    double rate = bench_summary_median(
        summary, "sustained batches", "posito", at, "per_second");
    double seconds = bench_summary_median(
        summary, "sustained batches", "posito", at, "seconds");
    double saves = bench_summary_median(
        summary, "sustained batches", "posito", at, "saves");
    double lmdb = put * records_each(rate * seconds, saves, 100000);
    double sum = hash + decode + decide + lmdb;
    if (isnan(sum))
        return;
    explain(target,
        "parts measured alone: hashes %.2f + decoding %.2f + deciding %.2f + "
        "LMDB %.2f us a line: at most %.0f/s on %.0f cores, %.0f/s by the "
        "one thread that decides",
        hash / 1e3, decode / 1e3, decide / 1e3, lmdb / 1e3,
        sheet->cores * 1e9 / sum, sheet->cores, 1e9 / decide);
}

static void add_batches(struct sheet *sheet)
{
    static const char at[] = "{\"accounts\":100000,\"lines\":10000}";
    static const char work[] = "sustained batches";
    const struct bench_summary *summary = sheet->summary;
    double rate = bench_summary_median(
        summary, work, "posito", at, "per_second");
    struct bench_target *target = add(sheet,
        "batch-signed transfers, 100,000 accounts, saves included",
        "1,000,000/s");
    double saves = bench_summary_median(
        summary, work, "posito", at, "saves");
    double saving = bench_summary_median(
        summary, work, "posito", at, "saving");
    if (!judge(target, rate, 1e6, rate >= 1e6))
        return;
    /* A slow disk may be at one all the time and not come to its end. */
    if (saves < 1 && !(saving >= 0.5))
        target->verdict = BENCH_NOT_MEASURED;
    say(target,
        "%.0f/s for %.0f s, %.0f saves ended, one under way %.0f %% of the "
        "time; %.0f/s in short cells",
        rate, bench_summary_median(summary, work, "posito", at, "seconds"),
        saves, 100 * saving, batch(sheet, 100000));
    explain_batches(sheet, target, at);
    flag_noise(target, bench_summary_median(
                           summary, work, "posito", at, "others_cores"));
}

static void add_one_at_a_time(struct sheet *sheet)
{
    double sync = floor_of(
        sheet, "fdatasync", "{\"bytes\":4096}", "p50_us");
    double floor_us = sync + sheet->verify_us;
    double p50 = single(sheet, "posito", 1, 1, "p50_us");
    double p99 = single(sheet, "posito", 1, 1, "p99_us");
    double others = single(sheet, "posito", 1, 1, "others_cores");
    struct bench_target *target = add(sheet,
        "one client, one at a time: p50",
        "at most 2 x (one fdatasync + one verification)");
    if (judge(target, p50, floor_us, p50 <= 2 * floor_us)) {
        say(target, "%.0f us, floor %.0f + %.0f us", p50, sync,
            sheet->verify_us);
        explain(target,
            "with a line there and back over the loopback (%.0f us) the "
            "floor is %.0f us",
            sheet->echo_us, floor_us + sheet->echo_us);
        flag_noise(target, others);
    }
    target = add(sheet, "the same: p99", "below 2 ms");
    if (judge(target, p99, 2000, p99 < 2000)) {
        say(target, "%.0f us", p99);
        explain(target, "one fdatasync has a p99 of %.0f us",
            floor_of(sheet, "fdatasync", "{\"bytes\":4096}", "p99_us"));
        flag_noise(target, others);
    }
}

/* What the machine gives to who verifies and syncs, and keeps no ledger. */
static void explain_peer(struct sheet *sheet, struct bench_target *target,
    double ours, unsigned connections, double wanted)
{
    double bare = single(sheet, "bare server", connections, 1, "per_second");
    if (isnan(bare))
        return;
    explain(target,
        "%sa bare server, which only verifies, syncs and answers: %.0f/s, "
        "ours %.2f of it",
        wanted > bare ? "beyond " : "", bare, ours / bare);
}

struct peer_row {
    const char *who; /* of ours */
    const char *peer;
    unsigned connections;
    double times;
    const char *work;
    const char *to_reach;
};

static void add_peer(struct sheet *sheet, const struct peer_row *row)
{
    unsigned connections = row->connections;
    double ours = single(sheet, row->who, connections, 1, "per_second");
    double theirs = single(sheet, row->peer, connections, 1, "per_second");
    struct bench_target *target = add(sheet, row->work, row->to_reach);
    if (!judge(target, ours, theirs, ours >= row->times * theirs))
        return;
    say(target, "%.0f/s, %s %.0f/s", ours, row->peer, theirs);
    explain_peer(sheet, target, ours, connections, row->times * theirs);
    flag_noise(
        target, single(sheet, row->who, connections, 1, "others_cores"));
}

static void add_peers(struct sheet *sheet)
{
    static const char redis[] = "ahead of Redis, every write synced";
    static const char postgres[] = "PostgreSQL";
    static const char multiples[] = BENCH_MULTIPLES;
    static const struct peer_row rows[] = {
        {"posito", postgres, 1, 1.5, "1 client, one at a time",
            "1.5 x PostgreSQL"},
        {"posito", postgres, 8, 2, "8 clients, one at a time each",
            "2 x PostgreSQL"},
        {"posito", postgres, 32, 2.5, "32 clients, one at a time each",
            "2.5 x PostgreSQL"},
        {"posito", "Redis", 1, 1, "1 client, one at a time", redis},
        {"posito", "Redis", 8, 1, "8 clients, one at a time each", redis},
        {"posito", "Redis", 32, 1, "32 clients, one at a time each", redis},
        {multiples, postgres, 1, 1.5, "1 client, key-multiples = 512",
            "1.5 x PostgreSQL"},
        {multiples, postgres, 8, 2, "8 clients, key-multiples = 512",
            "2 x PostgreSQL"},
        {multiples, postgres, 32, 2.5, "32 clients, key-multiples = 512",
            "2.5 x PostgreSQL"},
        {multiples, "Redis", 8, 1, "8 clients, key-multiples = 512", redis},
        {multiples, "Redis", 32, 1, "32 clients, key-multiples = 512", redis},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        add_peer(sheet, &rows[i]);
}

/* The median of a client's number, beside batches over the most accounts. */
static double beside(const struct sheet *sheet, const char *one,
    const char *saving, const char *name, uint64_t *accounts)
{
    char part[64];
    (void)snprintf(part, sizeof part, "\"one\":\"%s\",\"saving\":\"%s\"", one,
        saving);
    return largest(sheet, "beside batches", "posito", part, name, accounts);
}

static void add_others(struct sheet *sheet)
{
    uint64_t accounts;
    double transfer = beside(sheet, "transfer", "yes", "p99_us", &accounts);
    double balance = beside(sheet, "balance", "yes", "p99_us", &accounts);
    double worse = transfer > balance ? transfer : balance;
    struct bench_target *target = add(sheet,
        "others while the state is saved: p99", "below 5 ms");
    if (!judge(target, worse, 5000, worse < 5000))
        return;
    say(target,
        "transfer %.1f ms, balance %.1f ms (p50 %.1f, %.1f; max %.1f, %.1f); "
        "%.0f saves, %" PRIu64 " accounts",
        transfer / 1e3, balance / 1e3,
        beside(sheet, "transfer", "yes", "p50_us", &accounts) / 1e3,
        beside(sheet, "balance", "yes", "p50_us", &accounts) / 1e3,
        beside(sheet, "transfer", "yes", "max_us", &accounts) / 1e3,
        beside(sheet, "balance", "yes", "max_us", &accounts) / 1e3,
        beside(sheet, "transfer", "yes", "saves", &accounts), accounts);
    explain(target,
        "beside the same batches of 100 and no save: %.1f and %.1f ms",
        beside(sheet, "transfer", "no", "p99_us", &accounts) / 1e3,
        beside(sheet, "balance", "no", "p99_us", &accounts) / 1e3);
    flag_noise(target, largest(sheet, "the batches beside", "posito",
                           "accounts", "others_cores", &accounts));
}

static void add_audit_of_singles(
    struct sheet *sheet, const char *work, const char *who)
{
    static const char singles[] = "audit of single signatures";
    uint64_t size;
    double rate = largest(sheet, singles, who, "count", "per_second", &size);
    double cpu_us =
        largest(sheet, singles, who, "count", "cpu_seconds", &size) * 1e6 /
        (double)size;
    struct bench_target *target =
        add(sheet, work, "95 % of raw verification on all cores");
    if (!judge(target, rate, sheet->verify_all,
            rate >= 0.95 * sheet->verify_all))
        return;
    say(target, "%.0f signatures/s, raw %.0f/s", rate, sheet->verify_all);
    explain(target,
        "processor time %.1f us each, one raw verification %.1f: the rest "
        "are reading, hashing, decoding, deciding; cores idle: %.2f of %.0f",
        cpu_us, sheet->verify_us, sheet->cores - cpu_us * rate / 1e6,
        sheet->cores);
    flag_noise(target,
        largest(sheet, singles, who, "count", "others_cores", &size));
}

static void add_audits(struct sheet *sheet)
{
    static const char batches[] = "audit of postings in batches";
    uint64_t size;
    add_audit_of_singles(sheet, "audit replay, single-signed", "posito");
    add_audit_of_singles(
        sheet, "the same, each by libsodium alone", BENCH_LIBSODIUM);
    double memory =
        largest(sheet, batches, "posito", "count", "memory_mib", &size);
    double rate =
        largest(sheet, batches, "posito", "count", "per_second", &size);
    struct bench_target *target =
        add(sheet, "audit replay, batch-signed", "2,000,000 postings/s");
    if (!judge(target, rate, 2e6, rate >= 2e6))
        return;
    say(target, "%.0f/s of %" PRIu64 "; %.0f MiB", rate, size, memory);
    explain(target, "deciding alone, on one core: %.0f postings/s",
        2 * sheet->decided);
    flag_noise(target,
        largest(sheet, batches, "posito", "count", "others_cores", &size));
}

static void add_growth(struct sheet *sheet)
{
    static const char few_at[] = "{\"accounts\":10000}";
    static const char file[] = "state's file alone";
    uint64_t accounts;
    char at[48];
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
    say(target, "%.0f/s of 10,000, %.0f/s of %" PRIu64 "%s", few, many,
        accounts, all ? "" : " (10 million: BENCH_LONG=1)");
    (void)snprintf(at, sizeof at, "{\"accounts\":%" PRIu64 "}", accounts);
    explain(target,
        "a line's two accounts lie anywhere: one read of memory %.0f ns over "
        "10,000 accounts, %.0f ns over %" PRIu64
        "; the state's file alone, a record in order: %.2f and %.2f us",
        floor_of(sheet, "random read", few_at, "ns"),
        floor_of(sheet, "random read", at, "ns"), accounts,
        floor_of(sheet, file, few_at, "put_ns") / 1e3,
        floor_of(sheet, file, at, "put_ns") / 1e3);
}

static void add_disk(struct sheet *sheet, const char *work, const char *part)
{
    uint64_t accounts;
    char at[48];
    double bytes = largest(
        sheet, "disk", "posito", part, "bytes", &accounts);
    double journal = largest(
        sheet, "disk", "posito", part, "journal_bytes", &accounts);
    struct bench_target *target = add(
        sheet, work, "at most 300 bytes a transfer, everything included");
    if (!judge(target, bytes, 300, bytes <= 300))
        return;
    say(target,
        "%.0f bytes: journal %.0f, state %.0f; %" PRIu64
        " accounts; written %.1f x of it",
        bytes, journal, bytes - journal, accounts,
        largest(sheet, "disk", "posito", part, "amplification", &accounts));
    (void)snprintf(at, sizeof at, "{\"transfers\":\"%s\"}", part);
    explain(target,
        "%.0f of the journal's are the text that was signed, %.0f an entry's "
        "head and effects",
        bench_summary_median(sheet->summary, "signed text", "posito", at,
            "signed_bytes"),
        bench_summary_median(sheet->summary, "signed text", "posito", at,
            "added_bytes"));
}

static void add_sizes(struct sheet *sheet)
{
    static const char work[] = "larger than memory";
    uint64_t accounts;
    add_disk(sheet, "disk, transfers signed each", "signed each");
    add_disk(sheet, "disk, transfers in batches", "in batches");
    double bytes = largest(sheet, "memory", "posito", "accounts",
        "bytes_per_record", &accounts);
    struct bench_target *target = add(sheet, "memory",
        "at most 256 bytes a record changed since the last save");
    if (judge(target, bytes, 256, bytes <= 256))
        say(target, "%.0f bytes", bytes);
    double rate = largest(
        sheet, work, "posito", "accounts", "per_second", &accounts);
    target = add(sheet, "state larger than memory", "works");
    if (judge(target, rate, rate, rate > 0))
        say(target,
            "%.0f/s in batches; a state of %.0f MiB in %.0f MiB; the trial "
            "balance sums",
            rate,
            largest(sheet, work, "posito", "accounts", "state_mib",
                &accounts),
            largest(sheet, work, "posito", "accounts", "limit_mib",
                &accounts));
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
    double rate = largest(sheet, "start", "posito", "SIGKILL",
        "replayed_per_second", &accounts);
    struct bench_target *target = add(
        sheet, "start", "below 1 s, and the replay of the tail");
    if (!judge(target, clean, 1, clean < 1))
        return;
    say(target,
        "%.3f s; after SIGKILL %.2f s, replaying %.0f transfers in batches: "
        "%.0f/s, deciding alone %.0f/s, raw verification %.0f/s",
        clean, killed, replayed, rate, sheet->decided, sheet->verify_all);
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
    sheet.echo_us = bench_summary_median(
        summary, "echo", "floor", "{\"bytes\":200}", "p50_us");
    sheet.decided = bench_summary_median(summary, "decide", "posito",
        "{\"members\":100000,\"lines\":10000}", "decided_per_second");
    add_singles(&sheet);
    add_batches(&sheet);
    add_others(&sheet);
    add_one_at_a_time(&sheet);
    add_peers(&sheet);
    add_audits(&sheet);
    add_growth(&sheet);
    add_sizes(&sheet);
    add_starts(&sheet);
    return sheet.count;
}
