#include "product.h"

#include <string.h>

/* ---- terms ---- */

static void append_rate(struct buffer *out, struct rate rate)
{
    buffer_i64(out, rate.digits);
    buffer_u8(out, rate.scale);
}

static struct rate read_rate(struct cursor *in)
{
    struct rate rate;

    rate.digits = cursor_i64(in);
    rate.scale = cursor_u8(in);
    return rate;
}

void product_append_terms(
    struct buffer *out, const struct product_terms *terms)
{
    buffer_u8(out, (uint8_t)terms->method);
    buffer_u8(out, (uint8_t)terms->daycount);
    buffer_u8(out, (uint8_t)terms->every);
    buffer_u8(out, (uint8_t)terms->grace);
    buffer_u8(out, (uint8_t)terms->order);
    buffer_u8(out, (uint8_t)terms->table);
    buffer_u8(out, (uint8_t)terms->shift);
    buffer_u8(out, (uint8_t)terms->rounding);
    buffer_u8(out, (uint8_t)terms->currency);
    buffer_i64(out, terms->most);
    buffer_i64(out, terms->least);
    buffer_u16(out, terms->longest);
    buffer_i64(out, terms->unit);
    append_rate(out, terms->yearly);
    append_rate(out, terms->late);
    append_rate(out, terms->fee);
    append_rate(out, terms->cover);
}

static bool words_are_known(const uint8_t words[9])
{
    static const uint8_t counts[9] = { LOAN_METHOD_COUNT,
        LOAN_DAYCOUNT_COUNT, LOAN_PERIOD_COUNT, LOAN_GRACE_COUNT,
        LOAN_ORDER_COUNT, LOAN_PROVISION_COUNT, LOAN_SHIFT_COUNT,
        LOAN_ROUNDING_COUNT, CURRENCY_COUNT };

    for (size_t i = 0; i < sizeof counts; i++)
        if (words[i] >= counts[i])
            return false;
    return true;
}

bool product_read_terms(struct cursor *in, struct product_terms *terms)
{
    uint8_t words[9];

    cursor_copy(in, words, sizeof words);
    if (!words_are_known(words))
        return false;
    terms->method = (enum loan_method)words[0];
    terms->daycount = (enum loan_daycount)words[1];
    terms->every = (enum loan_period)words[2];
    terms->grace = (enum loan_grace)words[3];
    terms->order = (enum loan_order)words[4];
    terms->table = (enum loan_provision)words[5];
    terms->shift = (enum loan_shift)words[6];
    terms->rounding = (enum loan_rounding)words[7];
    terms->currency = (enum currency)words[8];
    terms->most = cursor_i64(in);
    terms->least = cursor_i64(in);
    terms->longest = cursor_u16(in);
    terms->unit = cursor_i64(in);
    terms->yearly = read_rate(in);
    terms->late = read_rate(in);
    terms->fee = read_rate(in);
    terms->cover = read_rate(in);
    return !in->failed;
}

/* ---- rows ---- */

static void name_key(
    struct buffer *key, uint8_t book, const struct ident *name)
{
    buffer_u8(key, book);
    buffer_append(key, ident_bytes(name));
    buffer_u8(key, 0);
}

/* A sign bit turned round keeps the order of dates before 1970. */
static void date_key(struct buffer *key, struct date date)
{
    buffer_be32(key, (uint32_t)date.days ^ UINT32_C(0x80000000));
}

#define DATE_KEY 4U

bool product_parse(struct bytes key, struct bytes value, struct product *out)
{
    struct cursor in;

    memset(out, 0, sizeof *out);
    if (key.length < 1 + 1 + DATE_KEY)
        return false;
    out->book = key.data[0];
    in = cursor_open(bytes_after(key, key.length - DATE_KEY));
    out->from.days = (int32_t)(cursor_be32(&in) ^ UINT32_C(0x80000000));
    if (!ident_parse(
            bytes_of(key.data + 1, key.length - 2 - DATE_KEY), &out->name))
        return false;
    in = cursor_open(value);
    out->set = cursor_u64(&in);
    return product_read_terms(&in, &out->terms) && cursor_done(&in);
}

bool product_find(struct state *state, uint8_t book,
    const struct ident *name, struct date from, struct product *out)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    name_key(&key, book, name);
    date_key(&key, from);
    return state_get(state, TABLE_PRODUCT, buffer_bytes(&key), &value) &&
        product_parse(buffer_bytes(&key), value, out);
}

bool product_on(struct state *state, uint8_t book, const struct ident *name,
    struct date date, struct product *out)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer prefix = buffer_over(memory, sizeof memory);
    struct state_scan *scan;
    struct product row;
    struct bytes key;
    struct bytes value;
    bool found = false;

    name_key(&prefix, book, name);
    scan = state_scan_open(state, TABLE_PRODUCT, buffer_bytes(&prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        if (!product_parse(key, value, &row) || row.from.days > date.days)
            break;
        *out = row;
        found = true;
    }
    if (scan != NULL)
        state_scan_close(scan);
    return found;
}

void product_append(struct buffer *out, const struct product *product)
{
    buffer_u64(out, product->set);
    product_append_terms(out, &product->terms);
}

void product_put(struct state *state, const struct product *product)
{
    uint8_t key_memory[STATE_KEY_MAX];
    uint8_t memory[128];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    name_key(&key, product->book, &product->name);
    date_key(&key, product->from);
    product_append(&value, product);
    state_put(
        state, TABLE_PRODUCT, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- what the words mean ---- */

enum schedule_method product_method(enum loan_method method)
{
    static const enum schedule_method methods[] = {
        [LOAN_METHOD_LEVEL] = SCHEDULE_LEVEL,
        [LOAN_METHOD_EQUAL] = SCHEDULE_EQUAL_PRINCIPAL,
        [LOAN_METHOD_FLAT] = SCHEDULE_FLAT,
        [LOAN_METHOD_BULLET] = SCHEDULE_BULLET,
        [LOAN_METHOD_SEASONAL] = SCHEDULE_SEASONAL,
    };

    return methods[method];
}

enum schedule_grace product_grace(enum loan_grace grace)
{
    static const enum schedule_grace graces[] = {
        [LOAN_GRACE_NONE] = GRACE_INTEREST_PAID,
        [LOAN_GRACE_PAID] = GRACE_INTEREST_PAID,
        [LOAN_GRACE_CAPITALISED] = GRACE_CAPITALISED,
        [LOAN_GRACE_DEFERRED] = GRACE_CARRIED,
        [LOAN_GRACE_FREE] = GRACE_FREE,
    };

    return graces[grace];
}

enum schedule_shift product_shift(enum loan_shift shift)
{
    static const enum schedule_shift shifts[] = {
        [LOAN_SHIFT_KEEP] = SHIFT_NONE,
        [LOAN_SHIFT_NEXT] = SHIFT_NEXT,
        [LOAN_SHIFT_WITHIN] = SHIFT_NEXT_IN_MONTH,
        [LOAN_SHIFT_PREVIOUS] = SHIFT_PREVIOUS,
    };

    return shifts[shift];
}

enum schedule_basis product_basis(enum loan_daycount daycount)
{
    return daycount == LOAN_DAYCOUNT_MONTHS ? SCHEDULE_EQUAL : SCHEDULE_DAYS;
}

enum daycount product_daycount(enum loan_daycount daycount)
{
    static const enum daycount rules[] = {
        [LOAN_DAYCOUNT_MONTHS] = DAYCOUNT_ACT_365,
        [LOAN_DAYCOUNT_ACT_365] = DAYCOUNT_ACT_365,
        [LOAN_DAYCOUNT_ACT_360] = DAYCOUNT_ACT_360,
        [LOAN_DAYCOUNT_30_360] = DAYCOUNT_30_360,
        [LOAN_DAYCOUNT_30_360_US] = DAYCOUNT_30_360_US,
        [LOAN_DAYCOUNT_30E_360] = DAYCOUNT_30E_360,
        [LOAN_DAYCOUNT_ACT_ACT] = DAYCOUNT_ACT_ACT,
    };

    return rules[daycount];
}

enum rounding product_rounding(enum loan_rounding rounding)
{
    static const enum rounding roundings[] = {
        [LOAN_ROUNDING_EVEN] = ROUND_HALF_EVEN,
        [LOAN_ROUNDING_AWAY] = ROUND_HALF_AWAY,
        [LOAN_ROUNDING_DOWN] = ROUND_DOWN,
        [LOAN_ROUNDING_UP] = ROUND_UP,
    };

    return roundings[rounding];
}

uint16_t product_period(enum loan_period period, bool *in_days)
{
    static const struct {
        bool in_days;
        uint16_t many;
    } periods[] = {
#define X(symbol, name, in_days, many) { in_days, many },
        LOAN_PERIODS(X)
#undef X
    };

    *in_days = periods[period].in_days;
    return periods[period].many;
}

struct waterfall product_waterfall(enum loan_order order)
{
    static const struct waterfall orders[] = {
        [LOAN_ORDER_STANDARD] = { WATERFALL_OLDEST, 5,
            { WATERFALL_COST, WATERFALL_FEE, WATERFALL_LATE,
                WATERFALL_INTEREST, WATERFALL_PRINCIPAL } },
        [LOAN_ORDER_PRINCIPAL] = { WATERFALL_OLDEST, 5,
            { WATERFALL_COST, WATERFALL_FEE, WATERFALL_PRINCIPAL,
                WATERFALL_INTEREST, WATERFALL_LATE } },
        [LOAN_ORDER_INTEREST] = { WATERFALL_COMPONENT, 5,
            { WATERFALL_COST, WATERFALL_FEE, WATERFALL_LATE,
                WATERFALL_INTEREST, WATERFALL_PRINCIPAL } },
    };

    return orders[order];
}

const struct ageing_table *product_ageing(enum loan_provision table)
{
    switch (table) {
    case LOAN_PROVISION_US:
        return &ageing_us_5300;
    case LOAN_PROVISION_MX:
        return &ageing_mx_consumer;
    case LOAN_PROVISION_MX_MARGINAL:
        return &ageing_mx_consumer_marginal;
    case LOAN_PROVISION_COUNT:
        break;
    }
    return &ageing_us_5300;
}
