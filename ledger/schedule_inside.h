/*
 * What the files of schedule.h share.
 */
#ifndef POSITO_LEDGER_SCHEDULE_INSIDE_H
#define POSITO_LEDGER_SCHEDULE_INSIDE_H

#include "schedule.h"

/* A plan as it is made, row after row. */
struct plan {
    const struct schedule_terms *terms;
    struct instalment *rows;
    size_t last; /* the row that absorbs */
    size_t next_tranche;
    int64_t balance;
    int64_t flat_base;
    struct date begin; /* of the row's period */

    struct interest exact;   /* of the row's period */
    struct interest carried; /* unpaid of rows before */
    struct interest flat_sum;
    int64_t flat_due;

    bool is_planned; /* share_base or level is of the present balance */
    int64_t level;   /* total or principal of each row to come */
    int64_t share_base;
    uint64_t share_weights;
    enum schedule_result result;
};

/* The part of a year between two days of the row's period. */
bool schedule_part(const struct plan *, size_t row, struct date from,
    struct date to, struct year_fraction *) WARN_UNUSED_RESULT;

/* Due dates of all rows, and the begin of the first period. */
enum schedule_result schedule_dates(struct plan *) WARN_UNUSED_RESULT;

/* plan->level of a LEVEL loan from this row on. */
enum schedule_result schedule_level(
    struct plan *, size_t row) WARN_UNUSED_RESULT;

/* The principal of this row where principal is shared out. */
enum schedule_result schedule_share(
    struct plan *, size_t row, int64_t *) WARN_UNUSED_RESULT;

uint32_t schedule_weight(const struct plan *, size_t row);

#endif
