#include "certificate.h"

#define VALUE_MAX 80
#define KEY_MAX 16
#define YEAR_DAYS 365

/* ---- fields ---- */

/* A sign bit turned round keeps the order of dates before 1970. */
static void append_date(struct buffer *key, struct date date)
{
    buffer_be32(key, (uint32_t)date.days ^ UINT32_C(0x80000000));
}

static struct date cursor_key_date(struct cursor *in)
{
    return (struct date){ (int32_t)(
        cursor_be32(in) ^ UINT32_C(0x80000000)) };
}

static void append_rate(struct buffer *value, struct rate rate)
{
    buffer_i64(value, rate.digits);
    buffer_u8(value, rate.scale);
}

static struct rate cursor_rate(struct cursor *in)
{
    struct rate rate;

    rate.digits = cursor_i64(in);
    rate.scale = cursor_u8(in);
    return rate;
}

static bool is_rate(struct rate rate)
{
    return rate.digits >= 0 && rate.scale <= RATE_SCALE_MAX;
}

/* ---- products ---- */

static void product_prefix(struct buffer *key, uint8_t book,
    enum currency currency, uint32_t days)
{
    buffer_u8(key, book);
    buffer_u8(key, (uint8_t)currency);
    buffer_be32(key, days);
}

bool certificate_parse_product(
    struct bytes key, struct bytes value, struct term_product *out)
{
    struct cursor name = cursor_open(key);
    struct cursor in = cursor_open(value);
    unsigned currency;

    out->book = cursor_u8(&name);
    currency = cursor_u8(&name);
    out->currency = (enum currency)currency;
    out->days = cursor_be32(&name);
    out->from = cursor_key_date(&name);
    out->minimum = cursor_i64(&in);
    out->rate = cursor_rate(&in);
    out->early = cursor_rate(&in);
    return cursor_done(&name) && cursor_done(&in) &&
        currency < CURRENCY_COUNT && is_rate(out->rate) &&
        is_rate(out->early);
}

bool certificate_product_on(struct state *state, uint8_t book,
    enum currency currency, uint32_t days, struct date date,
    struct term_product *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer prefix = buffer_over(memory, sizeof memory);
    struct state_scan *scan;
    struct term_product product;
    struct bytes key;
    struct bytes value;
    bool found = false;

    product_prefix(&prefix, book, currency, days);
    scan = state_scan_open(state, TABLE_TERM_PRODUCT, buffer_bytes(&prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value) &&
        certificate_parse_product(key, value, &product) &&
        product.from.days <= date.days) {
        *out = product;
        found = true;
    }
    if (scan != NULL)
        state_scan_close(scan);
    return found;
}

void certificate_put_product(
    struct state *state, const struct term_product *product)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    product_prefix(&key, product->book, product->currency, product->days);
    append_date(&key, product->from);
    buffer_i64(&value, product->minimum);
    append_rate(&value, product->rate);
    append_rate(&value, product->early);
    state_put(state, TABLE_TERM_PRODUCT, buffer_bytes(&key),
        buffer_bytes(&value));
}

/* ---- term shares ---- */

bool certificate_parse(
    struct bytes key, struct bytes value, struct certificate *out)
{
    struct cursor name = cursor_open(key);
    struct cursor in = cursor_open(value);

    out->index = cursor_be64(&name);
    cursor_copy(&in, out->share.data, sizeof out->share.data);
    out->principal = cursor_i64(&in);
    out->opened.days = (int32_t)cursor_u32(&in);
    out->due.days = (int32_t)cursor_u32(&in);
    out->rate = cursor_rate(&in);
    out->early = cursor_rate(&in);
    out->accrued = cursor_i64(&in);
    out->closed = cursor_u64(&in);
    out->interest = cursor_i64(&in);
    out->tax = cursor_i64(&in);
    return cursor_done(&name) && cursor_done(&in) && is_rate(out->rate) &&
        is_rate(out->early);
}

bool certificate_find(
    struct state *state, uint64_t index, struct certificate *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    buffer_be64(&key, index);
    return state_get(state, TABLE_TERM, buffer_bytes(&key), &value) &&
        certificate_parse(buffer_bytes(&key), value, out);
}

static void put_due(
    struct state *state, const struct certificate *certificate)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);

    buffer_u8(&key, account_id_book(&certificate->share));
    append_date(&key, certificate->due);
    buffer_be64(&key, certificate->index);
    if (certificate->closed == 0)
        state_put(state, TABLE_TERM_DUE, buffer_bytes(&key),
            bytes_of(NULL, 0));
    else
        state_delete(state, TABLE_TERM_DUE, buffer_bytes(&key));
}

void certificate_put(
    struct state *state, const struct certificate *certificate)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_be64(&key, certificate->index);
    buffer_append(&value,
        bytes_of(certificate->share.data, sizeof certificate->share.data));
    buffer_i64(&value, certificate->principal);
    buffer_u32(&value, (uint32_t)certificate->opened.days);
    buffer_u32(&value, (uint32_t)certificate->due.days);
    append_rate(&value, certificate->rate);
    append_rate(&value, certificate->early);
    buffer_i64(&value, certificate->accrued);
    buffer_u64(&value, certificate->closed);
    buffer_i64(&value, certificate->interest);
    buffer_i64(&value, certificate->tax);
    state_put(state, TABLE_TERM, buffer_bytes(&key), buffer_bytes(&value));
    put_due(state, certificate);
}

struct account_id certificate_account(const struct certificate *certificate)
{
    const struct account_id *share = &certificate->share;

    return account_id_of(account_id_book(share), account_id_currency(share),
        ROLE_SHARE_TERM, account_id_party(share));
}

/* ---- the open ones ---- */

struct state_scan *certificate_scan_due(struct state *state, uint8_t book)
{
    return state_scan_open(state, TABLE_TERM_DUE, bytes_of(&book, 1));
}

bool certificate_next_due(struct state *state, struct state_scan *scan,
    struct date until, struct certificate *out)
{
    struct bytes key;
    struct bytes value;
    struct cursor in;
    struct date due;
    uint64_t index;

    if (scan == NULL || !state_scan_next(scan, &key, &value))
        return false;
    in = cursor_open(key);
    (void)cursor_u8(&in);
    due = cursor_key_date(&in);
    index = cursor_be64(&in);
    return cursor_done(&in) && due.days <= until.days &&
        certificate_find(state, index, out);
}

/* ---- interest ---- */

/* Principal, rate and days have bounds: 15 and 13 digits, and 3,650. */
static int64_t simple(int64_t principal, struct rate rate, int32_t days)
{
    int64_t year = YEAR_DAYS;
    int64_t interest;

    if (days <= 0)
        return 0;
    for (unsigned i = 0; i < rate.scale; i++)
        year *= 10;
    return minor_times_ratio(principal, rate.digits * days, year,
               ROUND_HALF_AWAY, &interest)
        ? interest
        : 0;
}

int64_t certificate_earned(
    const struct certificate *certificate, struct date date)
{
    if (date.days > certificate->due.days)
        date = certificate->due;
    return simple(certificate->principal, certificate->rate,
        date.days - certificate->opened.days);
}

int64_t certificate_interest(
    const struct certificate *certificate, struct date date)
{
    if (date.days >= certificate->due.days)
        return certificate_earned(certificate, date);
    return simple(certificate->principal, certificate->early,
        date.days - certificate->opened.days);
}

void certificate_settle(struct certificate *certificate, struct date date,
    struct rate tax, uint64_t entry)
{
    certificate->interest = certificate_interest(certificate, date);
    /* A rate of at most 1: it cannot overflow. */
    if (!minor_times_rate(certificate->interest, tax, ROUND_HALF_AWAY,
            &certificate->tax))
        certificate->tax = 0;
    certificate->closed = entry;
}
