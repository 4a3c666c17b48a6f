#include "bench_cliff.h"

#include "bench_spell.h"
#include "files.h"
#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FALL 0.75

static const char *const kinds[] = {
    "accounts", "postings", "questions", "entries", "connections", "lines"};
#define KINDS (sizeof kinds / sizeof *kinds)

/* What stands in the table's first column. */
static const char *const titles[KINDS] = {"accounts (batches of 10,000)",
    "postings so far (batches of 1,000)", "postings so far (questions)",
    "entries so far (single transfers)", "connections (single transfers)",
    "lines of a batch"};

static const char *const numbers[] = {"per_second", "p50_us", "p99_us",
    "memory_mib", "bytes", "device_bytes", "state_mib", "journal_mib",
    "start_seconds", "others_cores"};
#define NUMBERS (sizeof numbers / sizeof *numbers)

static double median_of(
    const struct bench_measure *measure, const char *name)
{
    const struct bench_number *number = bench_number_find(measure, name);
    return number != NULL ? bench_median(number) : (double)NAN;
}

static bool is_noisy(const struct bench_measure *measure)
{
    double others = median_of(measure, "others_cores");
    return !isnan(others) && others > 0.1;
}

static int ascending(const void *left, const void *right)
{
    const struct bench_step *a = left;
    const struct bench_step *b = right;
    return (a->value > b->value) - (a->value < b->value);
}

static size_t steps_of(const struct bench_summary *summary, const char *kind,
    struct bench_step *list, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < summary->count && count < most; i++) {
        const struct bench_measure *measure = &summary->list[i];
        struct json_object *grows, *value;
        if (strcmp(measure->work, "growth") != 0 ||
            !json_object_object_get_ex(measure->where, "grows", &grows) ||
            !json_object_object_get_ex(measure->where, "value", &value) ||
            strcmp(json_object_get_string(grows), kind) != 0)
            continue;
        list[count++] = (struct bench_step){.measure = measure,
            .grows = kind,
            .value = json_object_get_uint64(value),
            .rate = median_of(measure, "per_second")};
    }
    qsort(list, count, sizeof *list, ascending);
    for (size_t i = 0; i < count; i++) {
        list[i].first = i == 0;
        list[i].from = i > 0 ? list[i - 1].value : 0;
        list[i].noisy = is_noisy(list[i].measure) ||
                        (i > 0 && is_noisy(list[i - 1].measure));
        list[i].ratio = i > 0 ? list[i].rate / list[i - 1].rate
                              : (double)NAN;
    }
    return count;
}

size_t bench_steps(const struct bench_summary *summary,
    struct bench_step list[BENCH_STEPS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < KINDS; i++)
        count += steps_of(
            summary, kinds[i], list + count, BENCH_STEPS_MAX - count);
    return count;
}

bool bench_step_falls(const struct bench_step *step)
{
    return !step->first && step->ratio < FALL;
}

/* ---- the page ---- */

static void cell(struct text_table *table, const char *text)
{
    table_cell(table, bytes_text(text));
}

static const char *title_of(const struct bench_step *step)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i], step->grows) == 0)
            return titles[i];
    return step->grows;
}

static void print_step(
    struct text_table *table, const struct bench_step *step)
{
    char text[48];
    cell(table, step->first ? title_of(step) : "");
    bench_spell_count(text, step->value);
    cell(table, text);
    for (size_t i = 0; i < NUMBERS; i++) {
        bench_spell(text, median_of(step->measure, numbers[i]));
        cell(table, text);
        if (i > 0)
            continue;
        text[0] = '\0';
        if (!step->first)
            (void)snprintf(text, sizeof text, "%.2f x%s", step->ratio,
                bench_step_falls(step) ? " FALLS" : "");
        cell(table, text);
    }
}

void bench_cliff_print(const struct bench_summary *summary)
{
    static struct bench_step list[BENCH_STEPS_MAX];
    size_t count = bench_steps(summary, list);
    size_t falls = 0;
    struct text_table table = table_empty(NUMBERS + 3);
    if (count == 0)
        return;
    cell(&table, "what grows");
    cell(&table, "to");
    for (size_t i = 0; i < NUMBERS; i++) {
        cell(&table, numbers[i]);
        if (i == 0)
            cell(&table, "of the one before");
    }
    for (size_t i = 1; i < NUMBERS + 3; i++)
        table.right[i] = true;
    for (size_t i = 0; i < count; i++)
        print_step(&table, &list[i]);
    (void)puts("\nCost as work grows (bytes are for each transfer; "
               "device_bytes has in it what others wrote)");
    table_print(&table, stdout);
    table_free(&table);
    for (size_t i = 0; i < count; i++) {
        char from[48], to[48];
        if (!bench_step_falls(&list[i]))
            continue;
        bench_spell_count(from, list[i].from);
        bench_spell_count(to, list[i].value);
        (void)printf("CLIFF: %s from %s to %s: %.2f of the rate before%s\n",
            title_of(&list[i]), from, to, list[i].ratio,
            list[i].noisy ? " (NOISY: others were at work)" : "");
        falls++;
    }
    if (falls == 0)
        (void)puts("No cliff: no rate falls by more than a quarter.");
}

/* ---- files ---- */

struct json_object *bench_cliff_json(const struct bench_summary *summary)
{
    static struct bench_step list[BENCH_STEPS_MAX];
    struct json_object *all = json_object_new_array();
    size_t count = bench_steps(summary, list);
    for (size_t i = 0; i < count; i++) {
        if (!bench_step_falls(&list[i]))
            continue;
        struct json_object *fall = json_object_new_object();
        (void)json_object_object_add(
            fall, "grows", json_object_new_string(list[i].grows));
        (void)json_object_object_add(
            fall, "from", json_object_new_uint64(list[i].from));
        (void)json_object_object_add(
            fall, "to", json_object_new_uint64(list[i].value));
        (void)json_object_object_add(
            fall, "ratio", json_object_new_double(list[i].ratio));
        (void)json_object_object_add(
            fall, "noisy", json_object_new_boolean(list[i].noisy));
        (void)json_object_array_add(all, fall);
    }
    return all;
}

static int write_kind(const struct bench_summary *summary, const char *kind,
    const char *folder, struct failure *failure)
{
    static struct bench_step list[BENCH_STEPS_MAX];
    char path[PATH_MAX], name[64], text[48];
    size_t count = steps_of(summary, kind, list, BENCH_STEPS_MAX);
    FILE *file = NULL;
    (void)snprintf(name, sizeof name, "growth-%s.dat", kind);
    if (files_join(path, sizeof path, folder, name))
        file = fopen(path, "we");
    if (file == NULL)
        return failure_set_errno(
            failure, errno, "cannot write %s in %s", name, folder);
    (void)fprintf(file, "%s per_second p99_us\n", kind);
    for (size_t i = 0; i < count; i++) {
        bench_spell_count(text, list[i].value);
        (void)fprintf(file, "%s %.1f %.1f\n", text, list[i].rate,
            median_of(list[i].measure, "p99_us"));
    }
    return fclose(file) == 0
               ? 0
               : failure_set(failure, "cannot write %s", path);
}

int bench_cliff_write(const struct bench_summary *summary,
    const char *folder, struct failure *failure)
{
    for (size_t i = 0; i < KINDS; i++)
        if (write_kind(summary, kinds[i], folder, failure) != 0)
            return -1;
    return 0;
}
