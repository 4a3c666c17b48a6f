#include "loan_plan.h"

#include "calendar.h"

#include <assert.h>
#include <string.h>

#define KEY_MAX 12

/* ---- the record ---- */

static void plan_key(struct buffer *key, uint64_t loan, uint32_t number)
{
    buffer_be64(key, loan);
    buffer_be32(key, number);
}

static void append_date(struct buffer *out, struct date date)
{
    buffer_u32(out, (uint32_t)date.days);
}

static struct date read_date(struct cursor *in)
{
    return (struct date){ (int32_t)cursor_u32(in) };
}

/* Shifts are left out if none is there. */
static bool has_shifts(const struct loan_plan *plan)
{
    for (size_t i = 0; i < plan->instalments; i++)
        if (plan->shifts[i] != 0)
            return true;
    return false;
}

void loan_plan_append(struct buffer *out, const struct loan_plan *plan)
{
    buffer_u64(out, plan->made);
    buffer_i64(out, plan->yearly.digits);
    buffer_u8(out, plan->yearly.scale);
    append_date(out, plan->start);
    buffer_u8(out, plan->has_first_due);
    append_date(out, plan->first_due);
    buffer_u16(out, plan->instalments);
    buffer_u16(out, plan->passed);
    buffer_u16(out, plan->grace);
    buffer_u16(out, plan->interest_only);
    buffer_i64(out, plan->balloon);
    buffer_i64(out, plan->fixed);
    buffer_i64(out, plan->carried);
    buffer_i64(out, plan->flat_base);
    buffer_u8(out, (uint8_t)plan->why);
    buffer_i64(out, plan->principal_paid);
    buffer_i64(out, plan->interest_paid);
    buffer_i64(out, plan->accrued);
    buffer_i64(out, plan->capitalised);
    buffer_u8(out, (uint8_t)plan->begin_shift);
    buffer_u8(out, plan->tranche_count);
    for (size_t i = 0; i < plan->tranche_count; i++) {
        append_date(out, plan->tranches[i].date);
        buffer_i64(out, plan->tranches[i].minor);
    }
    if (has_shifts(plan))
        buffer_append(out, bytes_of(plan->shifts, plan->instalments));
}

static bool read_plan(struct cursor *in, struct loan_plan *plan)
{
    unsigned why;

    plan->made = cursor_u64(in);
    plan->yearly.digits = cursor_i64(in);
    plan->yearly.scale = cursor_u8(in);
    plan->start = read_date(in);
    plan->has_first_due = cursor_u8(in) != 0;
    plan->first_due = read_date(in);
    plan->instalments = cursor_u16(in);
    plan->passed = cursor_u16(in);
    plan->grace = cursor_u16(in);
    plan->interest_only = cursor_u16(in);
    plan->balloon = cursor_i64(in);
    plan->fixed = cursor_i64(in);
    plan->carried = cursor_i64(in);
    plan->flat_base = cursor_i64(in);
    why = cursor_u8(in);
    plan->principal_paid = cursor_i64(in);
    plan->interest_paid = cursor_i64(in);
    plan->accrued = cursor_i64(in);
    plan->capitalised = cursor_i64(in);
    plan->begin_shift = (int8_t)cursor_u8(in);
    plan->tranche_count = cursor_u8(in);
    if (plan->tranche_count > LOAN_TRANCHES_MAX + 1 ||
        plan->instalments > LOAN_ROWS_MAX || why >= LOAN_PLAN_WHYS)
        return false;
    plan->why = (enum loan_plan_why)why;
    for (size_t i = 0; i < plan->tranche_count; i++) {
        plan->tranches[i].date = read_date(in);
        plan->tranches[i].minor = cursor_i64(in);
    }
    if (!in->failed && in->at != in->end)
        cursor_copy(in, plan->shifts, plan->instalments);
    return cursor_done(in);
}

bool loan_plan_parse(
    struct bytes key, struct bytes value, struct loan_plan *out)
{
    struct cursor in = cursor_open(key);

    memset(out, 0, sizeof *out);
    out->loan = cursor_be64(&in);
    out->number = cursor_be32(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    return read_plan(&in, out);
}

bool loan_plan_find(struct state *state, uint64_t loan, uint32_t number,
    struct loan_plan *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    plan_key(&key, loan, number);
    return state_get(state, TABLE_LOAN_PLAN, buffer_bytes(&key), &value) &&
        loan_plan_parse(buffer_bytes(&key), value, out);
}

void loan_plan_put(struct state *state, const struct loan_plan *plan)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[STATE_VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    plan_key(&key, plan->loan, plan->number);
    loan_plan_append(&value, plan);
    assert(!value.failed);
    state_put(
        state, TABLE_LOAN_PLAN, buffer_bytes(&key), buffer_bytes(&value));
}

void loan_plan_remove(struct state *state, uint64_t loan, uint32_t number)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);

    plan_key(&key, loan, number);
    state_delete(state, TABLE_LOAN_PLAN, buffer_bytes(&key));
}

/* ---- making one ---- */

struct loan_plan loan_plan_first(const struct loan *loan, struct date start)
{
    return (struct loan_plan){
        .loan = loan->index,
        .number = 1,
        .yearly = loan->terms.yearly,
        .start = start,
        .has_first_due = loan->has_first_due,
        .first_due = loan->first_due,
        .instalments = loan->instalments,
        .grace = loan->grace,
        .interest_only = loan->interest_only,
        .balloon = loan->balloon,
    };
}

void loan_plan_add_tranche(
    struct loan_plan *plan, struct date date, int64_t minor)
{
    struct tranche *last = plan->tranche_count == 0
        ? NULL
        : &plan->tranches[plan->tranche_count - 1];

    /* Two on a day are one: schedules want their dates ascending. */
    if (last != NULL && last->date.days == date.days) {
        last->minor += minor;
        return;
    }
    assert(plan->tranche_count <= LOAN_TRANCHES_MAX);
    plan->tranches[plan->tranche_count++] = (struct tranche){ date, minor };
}

/* Terms without holidays and weights. */
static struct schedule_terms plain_terms(
    const struct loan *loan, const struct loan_plan *plan)
{
    const struct product_terms *product = &loan->terms;
    struct schedule_terms terms = {
        .method = product_method(product->method),
        .yearly = plan->yearly,
        .basis = product_basis(product->daycount),
        .rule = product_daycount(product->daycount),
        .tranches = plan->tranches,
        .tranche_count = plan->tranche_count,
        .start = plan->start,
        .has_first_due = plan->has_first_due,
        .first_due = plan->first_due,
        .instalments = plan->instalments,
        .passed = plan->passed,
        .shift = SHIFT_NONE,
        .grace_kind = product_grace(product->grace),
        .grace = plan->grace,
        .interest_only = plan->interest_only,
        .balloon = plan->balloon,
        .rounding = product_rounding(product->rounding),
        .unit = product->unit,
        .fixed = plan->fixed,
        .carried = plan->carried,
        .flat_base = plan->flat_base,
    };

    terms.period = product_period(product->every, &terms.period_in_days);
    return terms;
}

/* ---- weights ---- */

/* Each row's weight is that of the month it would fall due in without
 * holidays.  False if a due date leaves the calendar. */
static bool find_weights(const struct loan *loan,
    const struct schedule_terms *terms, uint32_t *weights)
{
    struct date due;
    int year;
    int month;
    int day;

    for (uint32_t i = 0; i < terms->instalments; i++) {
        if (schedule_due(terms, terms->passed + i, &due) != SCHEDULE_MADE)
            return false;
        date_split(due, &year, &month, &day);
        weights[i] = loan->weights[month - 1];
    }
    return true;
}

/* ---- holidays ---- */

struct book_calendar {
    struct state *state;
    uint8_t book;
};

static bool is_holiday_now(void *calendar, struct date date)
{
    const struct book_calendar *book = calendar;

    return !calendar_is_worked(book->state, book->book, date);
}

enum schedule_result loan_plan_settle(
    struct state *state, const struct loan *loan, struct loan_plan *plan)
{
    struct schedule_terms plain = plain_terms(loan, plan);
    struct schedule_terms shifted = plain;
    struct book_calendar calendar = { state, loan->book };

    memset(plan->shifts, 0, sizeof plan->shifts);
    shifted.shift = product_shift(loan->terms.shift);
    shifted.is_holiday = is_holiday_now;
    shifted.calendar = &calendar;
    if (plan->instalments > LOAN_ROWS_MAX)
        return SCHEDULE_BAD_COUNT;
    for (uint32_t i = 0; i < plan->instalments; i++) {
        struct date due;
        struct date kept;
        enum schedule_result result =
            schedule_due(&plain, plan->passed + i, &due);

        if (result == SCHEDULE_MADE)
            result = schedule_due(&shifted, plan->passed + i, &kept);
        if (result != SCHEDULE_MADE)
            return result;
        plan->shifts[i] = (int8_t)(kept.days - due.days);
    }
    return SCHEDULE_MADE;
}

/* The holidays that shifts speak of: no other date is asked about, or it is
 * one that was worked. */
struct kept_calendar {
    bool within;
    size_t count;
    struct date due[LOAN_ROWS_MAX + 1]; /* before they were shifted */
    int8_t shift[LOAN_ROWS_MAX + 1];
};

static bool same_month(struct date a, struct date b)
{
    int year[2];
    int month[2];
    int day;

    date_split(a, &year[0], &month[0], &day);
    date_split(b, &year[1], &month[1], &day);
    return year[0] == year[1] && month[0] == month[1];
}

/* Was the date one that this row's due date was moved away from or over? */
static bool is_passed_over(
    const struct kept_calendar *kept, size_t i, struct date date)
{
    int32_t due = kept->due[i].days;
    int32_t moved = due + kept->shift[i];

    if (moved >= due)
        return date.days >= due && date.days < moved;
    if (date.days > moved && date.days <= due)
        return true;
    return kept->within && date.days > due &&
        same_month(date, kept->due[i]);
}

static bool was_holiday(void *calendar, struct date date)
{
    const struct kept_calendar *kept = calendar;

    for (size_t i = 0; i < kept->count; i++)
        if (kept->shift[i] != 0 && is_passed_over(kept, i, date))
            return true;
    return false;
}

/* False if a due date leaves the calendar. */
static bool keep_calendar(const struct loan *loan,
    const struct loan_plan *plan, const struct schedule_terms *plain,
    struct kept_calendar *out)
{
    uint32_t before = plan->passed > 0;

    out->within = loan->terms.shift == LOAN_SHIFT_WITHIN;
    out->count = plan->instalments + before;
    for (uint32_t i = 0; i < out->count; i++) {
        out->shift[i] = i < before ? plan->begin_shift
                                   : plan->shifts[i - before];
        if (schedule_due(plain, plan->passed - before + i, &out->due[i]) !=
            SCHEDULE_MADE)
            return false;
    }
    return true;
}

/* ---- rows ---- */

/* Terms, and what they point to. */
struct plan_terms {
    struct schedule_terms terms;
    uint32_t weights[LOAN_ROWS_MAX];
    struct kept_calendar kept;
};

static enum schedule_result take_terms(const struct loan *loan,
    const struct loan_plan *plan, struct plan_terms *out)
{
    struct schedule_terms *terms = &out->terms;

    *terms = plain_terms(loan, plan);
    if (plan->instalments > LOAN_ROWS_MAX)
        return SCHEDULE_BAD_COUNT;
    if (terms->method == SCHEDULE_SEASONAL) {
        if (!find_weights(loan, terms, out->weights))
            return SCHEDULE_BAD_DATES;
        terms->weights = out->weights;
    }
    if (plan->begin_shift != 0 || has_shifts(plan)) {
        if (!keep_calendar(loan, plan, terms, &out->kept))
            return SCHEDULE_BAD_DATES;
        terms->shift = product_shift(loan->terms.shift);
        terms->is_holiday = was_holiday;
        terms->calendar = &out->kept;
    }
    return SCHEDULE_MADE;
}

enum schedule_result loan_plan_rows(const struct loan *loan,
    const struct loan_plan *plan, struct instalment *rows, size_t room,
    size_t *count)
{
    struct plan_terms terms;
    enum schedule_result result = take_terms(loan, plan, &terms);

    return result == SCHEDULE_MADE
        ? schedule_make(&terms.terms, rows, room, count)
        : result;
}

bool loan_plan_accrued(const struct loan *loan, const struct loan_plan *plan,
    const struct instalment *rows, size_t count, struct date date,
    struct interest *out)
{
    struct plan_terms terms;

    return take_terms(loan, plan, &terms) == SCHEDULE_MADE &&
        schedule_accrued(&terms.terms, rows, count, date, out);
}

/* ---- text ---- */

static void append_money(
    struct buffer *out, enum currency currency, int64_t minor)
{
    buffer_char(out, ' ');
    amount_append_digits(out, (struct amount){ minor, currency });
}

void loan_plan_text(struct buffer *out, enum currency currency,
    const struct instalment *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        date_append(out, rows[i].due);
        append_money(out, currency, rows[i].principal);
        append_money(out, currency, rows[i].interest);
        append_money(out, currency, rows[i].fee);
        append_money(out, currency, rows[i].total);
        buffer_char(out, '\n');
    }
}
