#include "bench_summary.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(struct json_object *all, const char *name)
{
    struct json_object *value;
    return json_object_object_get_ex(all, name, &value)
               ? json_object_get_string(value)
               : NULL;
}

const struct bench_measure *bench_measure_find(
    const struct bench_summary *summary, const char *work, const char *who,
    const char *at)
{
    for (size_t i = 0; i < summary->count; i++) {
        const struct bench_measure *measure = &summary->list[i];
        if (strcmp(measure->work, work) == 0 &&
            strcmp(measure->who, who) == 0 && strcmp(measure->at, at) == 0)
            return measure;
    }
    return NULL;
}

/* The measurement of a line, made if it is the first of its kind. */
static struct bench_measure *place(
    struct bench_summary *summary, struct json_object *all)
{
    struct json_object *where;
    const char *work = text_of(all, "work");
    const char *who = text_of(all, "who");
    if (work == NULL || who == NULL ||
        !json_object_object_get_ex(all, "at", &where))
        return NULL;
    const char *at = json_object_to_json_string_ext(
        where, JSON_C_TO_STRING_PLAIN);
    const struct bench_measure *found = bench_measure_find(
        summary, work, who, at);
    if (found != NULL)
        return &summary->list[found - summary->list];
    if (summary->count == BENCH_MEASURES_MAX)
        return NULL;
    struct bench_measure *measure = &summary->list[summary->count++];
    (void)snprintf(measure->work, sizeof measure->work, "%s", work);
    (void)snprintf(measure->who, sizeof measure->who, "%s", who);
    (void)snprintf(measure->at, sizeof measure->at, "%s", at);
    measure->where = json_object_get(where);
    return measure;
}

/* Keeps the values ascending. */
static void insert(struct bench_number *number, double value)
{
    size_t at = number->rounds;
    if (number->rounds == BENCH_ROUNDS_MAX)
        return;
    for (; at > 0 && number->value[at - 1] > value; at--)
        number->value[at] = number->value[at - 1];
    number->value[at] = value;
    number->rounds++;
}

static bool take_line(struct bench_summary *summary, const char *line)
{
    struct json_object *all = json_tokener_parse(line);
    struct json_object *got;
    struct bench_measure *measure = all != NULL ? place(summary, all) : NULL;
    bool taken = measure != NULL &&
                 json_object_object_get_ex(all, "got", &got);
    if (taken) {
        json_object_object_foreach(got, name, value)
        {
            size_t i = 0;
            while (i < measure->count &&
                   strcmp(measure->numbers[i].name, name) != 0)
                i++;
            if (i == BENCH_NUMBERS_MAX)
                continue;
            if (i == measure->count)
                (void)snprintf(measure->numbers[measure->count++].name,
                    sizeof measure->numbers[0].name, "%s", name);
            insert(&measure->numbers[i], json_object_get_double(value));
        }
    }
    (void)json_object_put(all);
    return taken;
}

int bench_summary_read(struct bench_summary *summary, const char *path,
    struct failure *failure)
{
    char line[4096];
    int result = 0;
    FILE *file = fopen(path, "re");
    (void)memset(summary, 0, sizeof *summary);
    if (file == NULL)
        return failure_set_errno(failure, errno, "cannot read %s", path);
    while (result == 0 && fgets(line, sizeof line, file) != NULL)
        if (!take_line(summary, line))
            result = failure_set(failure, "%s: no result: %.200s", path, line);
    (void)fclose(file);
    return result;
}

void bench_summary_free(struct bench_summary *summary)
{
    for (size_t i = 0; i < summary->count; i++)
        (void)json_object_put(summary->list[i].where);
    summary->count = 0;
}

double bench_median(const struct bench_number *number)
{
    size_t half = number->rounds / 2;
    if (number->rounds == 0)
        return (double)NAN;
    return number->rounds % 2 == 1
               ? number->value[half]
               : (number->value[half - 1] + number->value[half]) / 2;
}

const struct bench_number *bench_number_find(
    const struct bench_measure *measure, const char *name)
{
    for (size_t i = 0; i < measure->count; i++)
        if (strcmp(measure->numbers[i].name, name) == 0)
            return &measure->numbers[i];
    return NULL;
}

double bench_summary_median(const struct bench_summary *summary,
    const char *work, const char *who, const char *at, const char *name)
{
    const struct bench_measure *measure = bench_measure_find(
        summary, work, who, at);
    const struct bench_number *number =
        measure != NULL ? bench_number_find(measure, name) : NULL;
    return number != NULL ? bench_median(number) : (double)NAN;
}
