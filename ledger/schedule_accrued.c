#include "schedule.h"

#include "schedule_inside.h"

/* A walk along rows that were made. */
struct walk {
    const struct schedule_terms *terms;
    struct plan plan; /* only for schedule_part */
    size_t next_tranche;
    int64_t flat_base;
    struct interest sum;     /* of rows up to the last in which was due */
    struct interest pending; /* counted exactly since */
};

static bool add_piece(struct walk *walk, size_t row, int64_t minor,
    struct date from, struct date to)
{
    struct year_fraction part;
    struct interest piece;

    if (to.days <= from.days)
        return true;
    return schedule_part(&walk->plan, row, from, to, &part) &&
        interest_of(minor, walk->terms->yearly, part, &piece) &&
        interest_add(walk->pending, piece, &walk->pending);
}

/* Interest of the row's period up to a day in it. */
static bool count_row(
    struct walk *walk, const struct instalment *row, size_t i, struct date to)
{
    const struct schedule_terms *terms = walk->terms;
    bool is_flat = terms->method == SCHEDULE_FLAT;
    struct date begin = i == 0 ? walk->plan.begin : row[-1].due;
    bool good = add_piece(
        walk, i, is_flat ? walk->flat_base : row->opening, begin, to);

    for (; walk->next_tranche < terms->tranche_count; walk->next_tranche++) {
        const struct tranche *tranche = &terms->tranches[walk->next_tranche];
        bool goes_on = terms->flat_base > 0 && walk->next_tranche == 0;
        int64_t base =
            is_flat && goes_on ? terms->flat_base : tranche->minor;

        if (tranche->date.days >= row->due.days)
            break;
        good = good && add_piece(walk, i, base, tranche->date, to);
        walk->flat_base += base;
    }
    return good;
}

static bool is_free(const struct walk *walk, size_t row)
{
    return walk->terms->grace_kind == GRACE_FREE && row < walk->terms->grace;
}

/* The row's due date has come: its rounded figures stand for what was
 * pending, unless it waits for a later one. */
static bool close_row(
    struct walk *walk, const struct instalment *row, int64_t *carried)
{
    struct interest due = { row->interest, 0 };
    struct interest capitalised = { row->capitalised, 0 };

    if (row->total == 0 && row->capitalised == 0)
        return true;
    walk->pending = (struct interest){ 0, 0 };
    if (row->total != 0)
        *carried = 0;
    return interest_add(walk->sum, due, &walk->sum) &&
        interest_add(walk->sum, capitalised, &walk->sum);
}

bool schedule_accrued(const struct schedule_terms *terms,
    const struct instalment *rows, size_t count, struct date date,
    struct interest *out)
{
    struct instalment dates[SCHEDULE_ROWS_MAX];
    struct walk walk = { .terms = terms };
    int64_t carried = terms->carried;

    walk.plan = (struct plan){ .terms = terms, .rows = dates };
    if (terms->instalments > SCHEDULE_ROWS_MAX ||
        schedule_dates(&walk.plan) != SCHEDULE_MADE)
        return false;
    for (size_t i = 0; i < count; i++) {
        bool passed = rows[i].due.days <= date.days;

        if (!count_row(&walk, &rows[i], i, passed ? rows[i].due : date))
            return false;
        if (is_free(&walk, i))
            walk.pending = (struct interest){ 0, 0 };
        if (!passed)
            break;
        if (!close_row(&walk, &rows[i], &carried))
            return false;
    }
    return interest_add(walk.sum, walk.pending, &walk.sum) &&
        interest_add(walk.sum, (struct interest){ carried, 0 }, out);
}
