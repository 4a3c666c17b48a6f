#include "bench_report.h"

#include "bench_cliff.h"
#include "bench_spell.h"
#include "bench_target.h"
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

static void cell(struct text_table *table, const char *text)
{
    table_cell(table, bytes_text(text));
}

/* ---- one table a work ---- */

/* What only programs read, from results.json. */
static bool is_hidden(const char *name)
{
    static const char *const hidden[] = {"refused", "resident_mib", "max_us",
        "us", "cpu_seconds", "records"};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (strcmp(name, hidden[i]) == 0)
            return true;
    return false;
}

struct columns {
    const char *at[8];
    size_t at_count;
    const char *number[BENCH_NUMBERS_MAX];
    size_t number_count;
};

static void add_column(
    const char **list, size_t *count, size_t most, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(list[i], name) == 0)
            return;
    if (*count < most)
        list[(*count)++] = name;
}

static struct columns find_columns(
    const struct bench_summary *summary, const char *work)
{
    struct columns columns = {.at_count = 0};
    for (size_t i = 0; i < summary->count; i++) {
        const struct bench_measure *measure = &summary->list[i];
        if (strcmp(measure->work, work) != 0)
            continue;
        json_object_object_foreach(measure->where, name, value)
        {
            (void)value;
            add_column(columns.at, &columns.at_count, 8, name);
        }
        for (size_t k = 0; k < measure->count; k++)
            if (!is_hidden(measure->numbers[k].name))
                add_column(columns.number, &columns.number_count, 10,
                    measure->numbers[k].name);
    }
    return columns;
}

static void print_at(struct text_table *table,
    const struct bench_measure *measure, const char *name)
{
    struct json_object *value;
    char text[48] = "";
    if (json_object_object_get_ex(measure->where, name, &value)) {
        if (json_object_is_type(value, json_type_int) &&
            json_object_get_int64(value) >= 100)
            bench_spell(text, (double)json_object_get_int64(value));
        else
            (void)snprintf(
                text, sizeof text, "%s", json_object_get_string(value));
    }
    cell(table, text);
}

/* How many times as fast we are, where both were measured. */
static void print_ratio(struct text_table *table,
    const struct bench_summary *summary, const struct bench_measure *measure)
{
    char text[48] = "";
    double ours = bench_summary_median(
        summary, measure->work, "posito", measure->at, "per_second");
    double theirs = bench_summary_median(
        summary, measure->work, measure->who, measure->at, "per_second");
    if (strcmp(measure->who, "posito") != 0 && ours > 0 && theirs > 0)
        (void)snprintf(text, sizeof text, "%.2f x", ours / theirs);
    cell(table, text);
}

static void print_measure(struct text_table *table,
    const struct columns *columns, const struct bench_summary *summary,
    const struct bench_measure *measure)
{
    for (size_t i = 0; i < columns->at_count; i++)
        print_at(table, measure, columns->at[i]);
    cell(table, measure->who);
    for (size_t i = 0; i < columns->number_count; i++) {
        const struct bench_number *number = bench_number_find(
            measure, columns->number[i]);
        char text[48] = "", low[48], high[48], spread[104] = "";
        if (number != NULL) {
            bench_spell(text, bench_median(number));
            bench_spell(low, number->value[0]);
            bench_spell(high, number->value[number->rounds - 1]);
            (void)snprintf(spread, sizeof spread, "%s-%s", low, high);
        }
        cell(table, text);
        if (i == 0)
            cell(table, spread);
    }
    print_ratio(table, summary, measure);
}

static void print_work(const struct bench_summary *summary, const char *work)
{
    struct columns columns = find_columns(summary, work);
    struct text_table table = table_empty(
        columns.at_count + columns.number_count + 3);
    for (size_t i = 0; i < columns.at_count; i++)
        cell(&table, columns.at[i]);
    cell(&table, "who");
    for (size_t i = 0; i < columns.number_count; i++) {
        cell(&table, columns.number[i]);
        if (i == 0)
            cell(&table, "min-max");
    }
    cell(&table, "posito is");
    for (size_t i = 0; i < table.columns; i++)
        table.right[i] = i != columns.at_count;
    for (size_t i = 0; i < summary->count; i++)
        if (strcmp(summary->list[i].work, work) == 0)
            print_measure(&table, &columns, summary, &summary->list[i]);
    (void)printf("\n%s\n", work);
    table_print(&table, stdout);
    table_free(&table);
}

static void print_refusals(const struct bench_summary *summary)
{
    for (size_t i = 0; i < summary->count; i++) {
        const struct bench_number *refused = bench_number_find(
            &summary->list[i], "refused");
        if (refused != NULL && refused->value[refused->rounds - 1] > 0)
            (void)printf("\nREFUSED: %s %s %s: %.0f requests\n",
                summary->list[i].work, summary->list[i].who,
                summary->list[i].at, refused->value[refused->rounds - 1]);
    }
}

static void print_works(const struct bench_summary *summary)
{
    for (size_t i = 0; i < summary->count; i++) {
        bool first = true;
        for (size_t k = 0; k < i && first; k++)
            first = strcmp(summary->list[k].work, summary->list[i].work) != 0;
        /* Cost as work grows has a table of its own. */
        if (first && strcmp(summary->list[i].work, "growth") != 0)
            print_work(summary, summary->list[i].work);
    }
    print_refusals(summary);
}

/* The next larger ledger that batches were measured on, or 0. */
static uint64_t next_accounts(
    const struct bench_summary *summary, uint64_t above)
{
    uint64_t found = 0;
    for (size_t i = 0; i < summary->count; i++) {
        struct json_object *value;
        if (strcmp(summary->list[i].work, "batch") != 0 ||
            !json_object_object_get_ex(
                summary->list[i].where, "accounts", &value))
            continue;
        uint64_t accounts = json_object_get_uint64(value);
        if (accounts > above && (found == 0 || accounts < found))
            found = accounts;
    }
    return found;
}

/* ---- the table of targets ---- */

/* Why a target is not reached stands behind that it is not. */
static void spell_verdict(
    char verdict[512], const struct bench_target *target)
{
    bool why = target->verdict == BENCH_NOT_REACHED && target->why[0] != '\0';
    (void)snprintf(verdict, 512, "%s%s%s",
        bench_verdict_text(target->verdict), why ? ": " : "",
        why ? target->why : "");
}

static void print_targets(const struct bench_target *list, size_t count)
{
    struct text_table table = table_empty(5);
    static const char *const headings[] = {
        "work", "to reach", "measured", "ratio", "verdict"};
    char verdict[512];
    for (size_t i = 0; i < 5; i++)
        cell(&table, headings[i]);
    table.right[3] = true;
    for (size_t i = 0; i < count; i++) {
        cell(&table, list[i].work);
        cell(&table, list[i].to_reach);
        cell(&table, list[i].measured);
        cell(&table, list[i].ratio);
        spell_verdict(verdict, &list[i]);
        cell(&table, verdict);
    }
    (void)puts("\nSpeed to reach");
    table_print(&table, stdout);
    table_free(&table);
}

/* ---- files ---- */

static FILE *create(
    const char *folder, const char *name, struct failure *failure)
{
    char path[PATH_MAX];
    FILE *file = NULL;
    if (files_join(path, sizeof path, folder, name))
        file = fopen(path, "we");
    if (file == NULL)
        (void)failure_set_errno(
            failure, errno, "cannot write %s in %s", name, folder);
    return file;
}

static int write_targets(const struct bench_target *list, size_t count,
    const char *folder, struct failure *failure)
{
    char verdict[512];
    FILE *file = create(folder, "targets.md", failure);
    if (file == NULL)
        return -1;
    (void)fputs("| Work | To reach | Measured | Ratio | |\n"
                "|---|---|---|---|---|\n",
        file);
    for (size_t i = 0; i < count; i++) {
        spell_verdict(verdict, &list[i]);
        (void)fprintf(file, "| %s | %s | %s | %s | %s |\n", list[i].work,
            list[i].to_reach, list[i].measured, list[i].ratio, verdict);
    }
    return fclose(file);
}

static void write_point(FILE *file, double value)
{
    if (isnan(value))
        (void)fputs(" ?", file);
    else
        (void)fprintf(file, " %.1f", value);
}

static int write_singles(const struct bench_summary *summary,
    const char *folder, struct failure *failure)
{
    static const unsigned connections[] = {1, 8, 32, 64};
    static const char *const who[] = {
        "posito", "PostgreSQL", "Redis", "SQLite"};
    FILE *file = create(folder, "singles.dat", failure);
    if (file == NULL)
        return -1;
    (void)fputs("clients \"pósito (signed)\" PostgreSQL Redis SQLite\n", file);
    for (size_t i = 0; i < 4; i++) {
        char at[64];
        (void)snprintf(at, sizeof at, "{\"connections\":%u,\"window\":1}",
            connections[i]);
        (void)fprintf(file, "%u", connections[i]);
        for (size_t k = 0; k < 4; k++)
            write_point(file, bench_summary_median(summary, "single", who[k],
                                  at, "per_second"));
        (void)fputc('\n', file);
    }
    return fclose(file);
}

static int write_batches(const struct bench_summary *summary,
    const char *folder, struct failure *failure)
{
    static const struct {
        unsigned lines;
        const char *drawn;
    } curves[] = {
        {100, "evenly"}, {1000, "evenly"}, {10000, "evenly"}, {10000, "zipf"}};
    FILE *file = create(folder, "batches.dat", failure);
    if (file == NULL)
        return -1;
    (void)fputs("accounts \"100 lines\" \"1,000 lines\" \"10,000 lines\" "
                "\"10,000 lines, Zipf\"\n",
        file);
    for (uint64_t accounts = next_accounts(summary, 0); accounts > 0;
         accounts = next_accounts(summary, accounts)) {
        (void)fprintf(file, "%" PRIu64, accounts);
        for (size_t k = 0; k < 4; k++) {
            char at[96];
            (void)snprintf(at, sizeof at,
                "{\"accounts\":%" PRIu64
                ",\"lines\":%u,\"drawn\":\"%s\"}",
                accounts, curves[k].lines, curves[k].drawn);
            write_point(file, bench_summary_median(summary, "batch", "posito",
                                  at, "per_second"));
        }
        (void)fputc('\n', file);
    }
    return fclose(file);
}

static struct json_object *json_of_number(const struct bench_number *number)
{
    struct json_object *all = json_object_new_object();
    (void)json_object_object_add(
        all, "median", json_object_new_double(bench_median(number)));
    (void)json_object_object_add(
        all, "min", json_object_new_double(number->value[0]));
    (void)json_object_object_add(all, "max",
        json_object_new_double(number->value[number->rounds - 1]));
    (void)json_object_object_add(
        all, "rounds", json_object_new_int64((int64_t)number->rounds));
    return all;
}

static struct json_object *json_of_measure(
    const struct bench_measure *measure)
{
    struct json_object *all = json_object_new_object();
    struct json_object *got = json_object_new_object();
    (void)json_object_object_add(
        all, "work", json_object_new_string(measure->work));
    (void)json_object_object_add(
        all, "who", json_object_new_string(measure->who));
    (void)json_object_object_add(
        all, "at", json_object_get(measure->where));
    for (size_t i = 0; i < measure->count; i++)
        (void)json_object_object_add(got, measure->numbers[i].name,
            json_of_number(&measure->numbers[i]));
    (void)json_object_object_add(all, "got", got);
    return all;
}

static struct json_object *json_of_target(const struct bench_target *target)
{
    struct json_object *all = json_object_new_object();
    (void)json_object_object_add(
        all, "work", json_object_new_string(target->work));
    (void)json_object_object_add(
        all, "to_reach", json_object_new_string(target->to_reach));
    (void)json_object_object_add(
        all, "measured", json_object_new_string(target->measured));
    (void)json_object_object_add(
        all, "ratio", json_object_new_string(target->ratio));
    (void)json_object_object_add(all, "verdict",
        json_object_new_string(bench_verdict_text(target->verdict)));
    (void)json_object_object_add(
        all, "why", json_object_new_string(target->why));
    (void)json_object_object_add(
        all, "noisy", json_object_new_boolean(target->noisy));
    return all;
}

/* machine.txt, if the script wrote one: when, where, how loaded. */
static struct json_object *json_of_machine(const char *folder)
{
    char path[PATH_MAX];
    struct failure none = {{0}};
    struct buffer text = buffer_empty();
    struct json_object *all = json_object_new_array();
    struct bytes line, rest;
    if (files_join(path, sizeof path, folder, "machine.txt") &&
        files_read(path, 1 << 16, &text, &none) == 0) {
        rest = buffer_bytes(&text);
        while (bytes_next_line(&rest, &line))
            (void)json_object_array_add(
                all, json_object_new_string_len(
                         (const char *)line.data, (int)line.length));
    }
    buffer_free(&text);
    return all;
}

static int write_json(const struct bench_summary *summary,
    const struct bench_target *targets, size_t count, const char *folder,
    struct failure *failure)
{
    struct json_object *all = json_object_new_object();
    struct json_object *results = json_object_new_array();
    struct json_object *table = json_object_new_array();
    FILE *file = create(folder, "results.json", failure);
    for (size_t i = 0; i < summary->count; i++)
        (void)json_object_array_add(
            results, json_of_measure(&summary->list[i]));
    for (size_t i = 0; i < count; i++)
        (void)json_object_array_add(table, json_of_target(&targets[i]));
    (void)json_object_object_add(all, "machine", json_of_machine(folder));
    (void)json_object_object_add(all, "results", results);
    (void)json_object_object_add(all, "cliffs", bench_cliff_json(summary));
    (void)json_object_object_add(all, "targets", table);
    int result = file == NULL ? -1 : 0;
    if (file != NULL) {
        (void)fputs(json_object_to_json_string_ext(all,
                        JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                            JSON_C_TO_STRING_NOSLASHESCAPE),
            file);
        (void)fputc('\n', file);
        if (fclose(file) != 0)
            result = failure_set(failure, "cannot write results.json");
    }
    (void)json_object_put(all);
    return result;
}

int bench_report(
    const char *results, const char *folder, struct failure *failure)
{
    struct bench_target targets[BENCH_TARGETS_MAX];
    struct bench_summary *summary = malloc(sizeof *summary);
    if (summary == NULL)
        return failure_set(failure, "out of memory");
    int result = bench_summary_read(summary, results, failure);
    if (result == 0) {
        size_t count = bench_targets(summary, targets);
        print_works(summary);
        bench_cliff_print(summary);
        print_targets(targets, count);
        if (write_json(summary, targets, count, folder, failure) != 0 ||
            write_targets(targets, count, folder, failure) != 0 ||
            write_singles(summary, folder, failure) != 0 ||
            write_batches(summary, folder, failure) != 0 ||
            bench_cliff_write(summary, folder, failure) != 0)
            result = failure_set(
                failure, "cannot write the results in %s", folder);
    }
    bench_summary_free(summary);
    free(summary);
    return result;
}

/* ---- reading it again ---- */

static const char *text_of(struct json_object *all, const char *name)
{
    struct json_object *value;
    return json_object_object_get_ex(all, name, &value)
               ? json_object_is_type(value, json_type_string)
                     ? json_object_get_string(value)
                     : json_object_to_json_string_ext(
                           value, JSON_C_TO_STRING_PLAIN)
               : "?";
}

static void print_rows(
    struct json_object *all, const char *list, const char *last)
{
    struct json_object *rows;
    if (!json_object_object_get_ex(all, list, &rows) ||
        !json_object_is_type(rows, json_type_array))
        return;
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        struct json_object *row = json_object_array_get_idx(rows, i);
        (void)printf("%s: %s: %s\n", list, text_of(row, "work"),
            text_of(row, last));
    }
}

int bench_report_rows(const char *path, struct failure *failure)
{
    struct json_object *all = json_object_from_file(path);
    if (all == NULL)
        return failure_set(failure, "%s is no JSON", path);
    print_rows(all, "results", "at");
    print_rows(all, "targets", "verdict");
    (void)json_object_put(all);
    return 0;
}
