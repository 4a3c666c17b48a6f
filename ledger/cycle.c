#include "cycle.h"

#include <posito/date.h>

/* No record here is longer: a lock. */
#define VALUE_MAX 80
#define KEY_MAX 16

/* ---- months ---- */

uint32_t cycle_month_of(struct date date)
{
    int year;
    int month;
    int day;

    date_split(date, &year, &month, &day);
    return (uint32_t)year * CYCLE_MONTHS + (uint32_t)month - 1;
}

struct date cycle_month_first(uint32_t month)
{
    return date_of(
        (int)(month / CYCLE_MONTHS), (int)(month % CYCLE_MONTHS) + 1, 1);
}

int32_t cycle_month_days(uint32_t month)
{
    return cycle_month_first(month + 1).days - cycle_month_first(month).days;
}

/* ---- keys ---- */

/* A sign bit turned round keeps the order of dates before 1970. */
static void append_date(struct buffer *key, struct date date)
{
    buffer_be32(key, (uint32_t)date.days ^ UINT32_C(0x80000000));
}

/* ---- holidays ---- */

static void date_key(struct buffer *key, uint8_t book, struct date date)
{
    buffer_u8(key, book);
    append_date(key, date);
}

bool cycle_find_holiday(
    struct state *state, uint8_t book, struct date date, bool *worked)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    date_key(&key, book, date);
    if (!state_get(state, TABLE_CALENDAR, buffer_bytes(&key), &value) ||
        value.length != 1)
        return false;
    *worked = value.data[0] != 0;
    return true;
}

void cycle_put_holiday(
    struct state *state, uint8_t book, struct date date, bool worked)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    uint8_t value = worked;

    date_key(&key, book, date);
    state_put(
        state, TABLE_CALENDAR, buffer_bytes(&key), bytes_of(&value, 1));
}

/* ---- periods ---- */

static void period_key(
    struct buffer *key, uint8_t book, enum period period, uint32_t month)
{
    buffer_u8(key, book);
    buffer_u8(key, (uint8_t)period);
    buffer_be32(key, month);
}

bool cycle_find_period(struct state *state, uint8_t book, enum period period,
    uint32_t month, uint64_t *entry)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct cursor in;

    period_key(&key, book, period, month);
    if (!state_get(state, TABLE_PERIOD, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    *entry = cursor_u64(&in);
    return cursor_done(&in);
}

void cycle_put_period(struct state *state, uint8_t book, enum period period,
    uint32_t month, uint64_t entry)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[8];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    period_key(&key, book, period, month);
    buffer_u64(&value, entry);
    state_put(
        state, TABLE_PERIOD, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- dividends ---- */

static void dividend_key(struct buffer *key, uint8_t book, uint32_t month,
    enum currency currency)
{
    buffer_u8(key, book);
    buffer_be32(key, month);
    buffer_u8(key, (uint8_t)currency);
}

bool cycle_find_dividend(struct state *state, uint8_t book, uint32_t month,
    enum currency currency, struct dividend *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct cursor in;
    unsigned basis;

    dividend_key(&key, book, month, currency);
    if (!state_get(state, TABLE_DIVIDEND, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    out->book = book;
    out->month = month;
    out->amount.currency = currency;
    out->amount.minor = cursor_i64(&in);
    basis = cursor_u8(&in);
    out->basis = (enum basis)basis;
    out->minimum = cursor_i64(&in);
    out->declared = cursor_u64(&in);
    return cursor_done(&in) && basis < BASIS_COUNT;
}

void cycle_put_dividend(struct state *state, const struct dividend *dividend)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    dividend_key(
        &key, dividend->book, dividend->month, dividend->amount.currency);
    buffer_i64(&value, dividend->amount.minor);
    buffer_u8(&value, (uint8_t)dividend->basis);
    buffer_i64(&value, dividend->minimum);
    buffer_u64(&value, dividend->declared);
    state_put(
        state, TABLE_DIVIDEND, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- tax ---- */

bool cycle_is_part(struct rate rate)
{
    int64_t one = 1;

    for (unsigned i = 0; i < rate.scale; i++)
        one *= 10;
    return rate.digits <= one;
}

/* False if the record is of another shape or begins after the date. */
static bool parse_tax(struct bytes key, struct bytes value, struct date date,
    struct rate *out)
{
    struct cursor in = cursor_open(key);
    struct cursor from = cursor_open(value);
    int32_t days;

    (void)cursor_u8(&in);
    days = (int32_t)(cursor_be32(&in) ^ UINT32_C(0x80000000));
    if (!cursor_done(&in) || days > date.days)
        return false;
    out->digits = cursor_i64(&from);
    out->scale = cursor_u8(&from);
    return cursor_done(&from) && out->scale <= RATE_SCALE_MAX;
}

struct rate cycle_tax_on(struct state *state, uint8_t book, struct date date)
{
    struct state_scan *scan =
        state_scan_open(state, TABLE_TAX, bytes_of(&book, 1));
    struct rate rate = { 0, 0 };
    struct bytes key;
    struct bytes value;

    while (scan != NULL && state_scan_next(scan, &key, &value))
        if (!parse_tax(key, value, date, &rate))
            break;
    if (scan != NULL)
        state_scan_close(scan);
    return rate;
}

void cycle_put_tax(
    struct state *state, uint8_t book, struct date from, struct rate rate)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[16];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    date_key(&key, book, from);
    buffer_i64(&value, rate.digits);
    buffer_u8(&value, rate.scale);
    state_put(state, TABLE_TAX, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- seals ---- */

bool cycle_find_seal(struct state *state, uint64_t size, struct seal *out)
{
    uint8_t memory[8];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct cursor in;

    buffer_be64(&key, size);
    if (!state_get(state, TABLE_SEAL, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    out->size = size;
    cursor_copy(&in, out->digest.data, sizeof out->digest.data);
    out->format = cursor_u32(&in);
    out->entry = cursor_u64(&in);
    return cursor_done(&in);
}

void cycle_put_seal(struct state *state, const struct seal *seal)
{
    uint8_t key_memory[8];
    uint8_t memory[VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_be64(&key, seal->size);
    buffer_append(
        &value, bytes_of(seal->digest.data, sizeof seal->digest.data));
    buffer_u32(&value, seal->format);
    buffer_u64(&value, seal->entry);
    state_put(state, TABLE_SEAL, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- locked savings ---- */

bool cycle_parse_lock(
    struct bytes key, struct bytes value, struct savings_lock *out)
{
    struct cursor name = cursor_open(key);
    struct cursor in = cursor_open(value);

    out->index = cursor_be64(&name);
    cursor_copy(&in, out->share.data, sizeof out->share.data);
    out->amount = cursor_i64(&in);
    out->until.days = (int32_t)cursor_u32(&in);
    cursor_copy(&in, out->evidence.data, sizeof out->evidence.data);
    out->opened = cursor_u64(&in);
    return cursor_done(&name) && cursor_done(&in);
}

bool cycle_find_lock(
    struct state *state, uint64_t index, struct savings_lock *out)
{
    uint8_t memory[8];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    buffer_be64(&key, index);
    return state_get(state, TABLE_LOCK, buffer_bytes(&key), &value) &&
        cycle_parse_lock(buffer_bytes(&key), value, out);
}

void cycle_put_lock(struct state *state, const struct savings_lock *lock)
{
    uint8_t key_memory[8];
    uint8_t memory[VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_be64(&key, lock->index);
    buffer_append(
        &value, bytes_of(lock->share.data, sizeof lock->share.data));
    buffer_i64(&value, lock->amount);
    buffer_u32(&value, (uint32_t)lock->until.days);
    buffer_append(
        &value, bytes_of(lock->evidence.data, sizeof lock->evidence.data));
    buffer_u64(&value, lock->opened);
    state_put(state, TABLE_LOCK, buffer_bytes(&key), buffer_bytes(&value));
}
