#include "agreement.h"

#include "cycle.h"
#include "operations.h"

#include <posito/part.h>

#include <string.h>

/* ---- rules ---- */

static void name_key(struct buffer *key, const struct ident *name)
{
    buffer_append(key, ident_bytes(name));
    buffer_u8(key, 0);
}

/* A sign bit turned round keeps the order of dates before 1970. */
static void date_key(struct buffer *key, struct date date)
{
    buffer_be32(key, (uint32_t)date.days ^ UINT32_C(0x80000000));
}

static bool parse_agreement(
    struct bytes key, struct bytes value, struct agreement *out)
{
    struct cursor in;
    struct bytes parts;

    memset(out, 0, sizeof *out);
    if (key.length < 6)
        return false;
    in = cursor_open(bytes_after(key, key.length - 4));
    out->from.days = (int32_t)(cursor_be32(&in) ^ UINT32_C(0x80000000));
    if (!ident_parse(bytes_of(key.data, key.length - 5), &out->name))
        return false;
    in = cursor_open(value);
    out->set = cursor_u64(&in);
    out->length = cursor_u16(&in);
    if (out->length > sizeof out->parts)
        return false;
    parts = cursor_take(&in, out->length);
    if (!cursor_done(&in))
        return false;
    memcpy(out->parts, parts.data, parts.length);
    return true;
}

bool agreement_find(struct state *state, const struct ident *name,
    struct date from, struct agreement *out)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    name_key(&key, name);
    date_key(&key, from);
    return state_get(state, TABLE_AGREEMENT, buffer_bytes(&key), &value) &&
        parse_agreement(buffer_bytes(&key), value, out);
}

/* Call back for each row of that name, oldest first, until it says no. */
static void each_row(struct state *state, const struct ident *name,
    bool (*each)(void *context, const struct agreement *), void *context)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer prefix = buffer_over(memory, sizeof memory);
    struct state_scan *scan;
    struct agreement row;
    struct bytes key;
    struct bytes value;

    name_key(&prefix, name);
    scan = state_scan_open(state, TABLE_AGREEMENT, buffer_bytes(&prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value))
        if (!parse_agreement(key, value, &row) || !each(context, &row))
            break;
    if (scan != NULL)
        state_scan_close(scan);
}

struct looked_up {
    struct date date;
    const struct ident *level;
    bool found;
    struct agreement *row;
};

static bool keep_latest(void *context, const struct agreement *row)
{
    struct looked_up *search = context;

    if (row->from.days > search->date.days)
        return false;
    *search->row = *row;
    search->found = true;
    return true;
}

bool agreement_on(struct state *state, const struct ident *name,
    struct date date, struct agreement *out)
{
    struct looked_up search = { .date = date, .row = out };

    each_row(state, name, keep_latest, &search);
    return search.found;
}

static bool note_level(void *context, const struct agreement *row)
{
    struct looked_up *search = context;
    struct bytes rest = agreement_parts(row);
    struct part part;

    search->found |= search->level == NULL;
    while (!search->found && parts_next(&rest, &part))
        search->found = ident_equal(&part.name, search->level);
    return !search->found;
}

bool agreement_exists(struct state *state, const struct ident *name)
{
    struct looked_up search = { .found = false };

    each_row(state, name, note_level, &search);
    return search.found;
}

bool agreement_has_level(struct state *state, const struct ident *name,
    const struct ident *level)
{
    struct looked_up search = { .level = level };

    each_row(state, name, note_level, &search);
    return search.found;
}

void agreement_put(struct state *state, const struct agreement *row)
{
    uint8_t key_memory[STATE_KEY_MAX];
    uint8_t memory[STATE_VALUE_MAX];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    name_key(&key, &row->name);
    date_key(&key, row->from);
    buffer_u64(&value, row->set);
    buffer_u16(&value, row->length);
    buffer_append(&value, agreement_parts(row));
    state_put(
        state, TABLE_AGREEMENT, buffer_bytes(&key), buffer_bytes(&value));
}

struct bytes agreement_parts(const struct agreement *row)
{
    return bytes_of(row->parts, row->length);
}

/* ---- caps ---- */

static void cap_key(struct buffer *key, const struct cap *cap)
{
    name_key(key, &cap->agreement);
    name_key(key, &cap->level);
    buffer_be32(key, cap->year);
}

bool agreement_find_cap(struct state *state, struct cap *cap)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct cursor in;

    cap_key(&key, cap);
    buffer_u8(&key, (uint8_t)cap->per);
    buffer_u8(&key, (uint8_t)cap->currency);
    if (!state_get(state, TABLE_CAP, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    cap->amount = cursor_i64(&in);
    cap->set = cursor_u64(&in);
    return cursor_done(&in);
}

void agreement_put_cap(struct state *state, const struct cap *cap)
{
    uint8_t key_memory[STATE_KEY_MAX];
    uint8_t memory[16];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    cap_key(&key, cap);
    buffer_u8(&key, (uint8_t)cap->per);
    buffer_u8(&key, (uint8_t)cap->currency);
    buffer_i64(&value, cap->amount);
    buffer_u64(&value, cap->set);
    state_put(state, TABLE_CAP, buffer_bytes(&key), buffer_bytes(&value));
}

int64_t agreement_used(struct state *state, const struct cap *cap)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct cursor in;
    int64_t used;

    cap_key(&key, cap);
    buffer_u8(&key, (uint8_t)cap->currency);
    if (!state_get(state, TABLE_CAP_USED, buffer_bytes(&key), &value))
        return 0;
    in = cursor_open(value);
    used = cursor_i64(&in);
    return cursor_done(&in) ? used : 0;
}

void agreement_put_used(
    struct state *state, const struct cap *cap, int64_t used)
{
    uint8_t key_memory[STATE_KEY_MAX];
    uint8_t memory[8];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    cap_key(&key, cap);
    buffer_u8(&key, (uint8_t)cap->currency);
    buffer_i64(&value, used);
    if (used == 0)
        state_delete(state, TABLE_CAP_USED, buffer_bytes(&key));
    else
        state_put(state, TABLE_CAP_USED, buffer_bytes(&key),
            buffer_bytes(&value));
}

/* ---- operations ---- */

/* Sum to one, can be shared out, have a club, no name too long. */
static void check_parts(struct context *c, struct bytes parts)
{
    int64_t shares[PARTS_MAX];
    struct bytes rest = parts;
    struct part part;
    bool club = false;

    if (!parts_are_whole(parts) ||
        !parts_allocate(AMOUNT_CAP, parts, shares))
        context_refuse(c, STATUS_BAD_PARTS, "parts");
    while (parts_next(&rest, &part)) {
        club |= bytes_equal_text(ident_bytes(&part.name), "club");
        if (part.name.length > AGREEMENT_NAME_MAX)
            context_refuse(c, STATUS_BAD_VALUE, "parts");
    }
    if (!club)
        context_refuse(c, STATUS_UNKNOWN_LEVEL, "parts");
    if (parts.length > AGREEMENT_PARTS_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "parts");
}

/* The first month that is open in any book. */
static uint32_t first_open_month(const struct ledger *ledger)
{
    uint32_t first = UINT32_MAX;

    for (uint32_t i = 0; i < ledger->counters.books; i++)
        if (ledger->books[i].open_month < first)
            first = ledger->books[i].open_month;
    return first;
}

void agreement_set(struct context *c, const struct operation *op)
{
    const struct agreement_set_fields *f = &op->as.agreement_set;
    struct agreement row;

    check_parts(c, f->parts);
    if (f->agreement.length > AGREEMENT_NAME_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "agreement");
    else if (agreement_find(c->state, &f->agreement, f->from, &row))
        context_refuse(c, STATUS_AGREEMENT_EXISTS, "from");
    /* The founding may tell of rules that were in force before it. */
    if (!c->founding &&
        cycle_month_of(f->from) < first_open_month(c->ledger))
        context_refuse(c, STATUS_PERIOD_CLOSED, "from");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    memset(&row, 0, sizeof row);
    row.name = f->agreement;
    row.from = f->from;
    row.set = c->index;
    row.length = (uint16_t)f->parts.length;
    memcpy(row.parts, f->parts.data, f->parts.length);
    agreement_put(c->state, &row);
}

void agreement_set_cap(struct context *c, const struct operation *op)
{
    const struct cap_set_fields *f = &op->as.cap_set;
    struct cap cap;

    if (f->agreement.length > AGREEMENT_NAME_MAX ||
        !agreement_exists(c->state, &f->agreement))
        context_refuse(c, STATUS_UNKNOWN_AGREEMENT, "agreement");
    else if (f->level.length > AGREEMENT_NAME_MAX ||
        !agreement_has_level(c->state, &f->agreement, &f->level))
        context_refuse(c, STATUS_UNKNOWN_LEVEL, "level");
    if (f->year < 1900 || f->year > 2999)
        context_refuse(c, STATUS_BAD_VALUE, "year");
    else if (!c->founding &&
        f->year < first_open_month(c->ledger) / CYCLE_MONTHS)
        context_refuse(c, STATUS_PERIOD_CLOSED, "year");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    cap = (struct cap){
        .agreement = f->agreement,
        .level = f->level,
        .year = (uint32_t)f->year,
        .per = f->per,
        .currency = f->amount.currency,
        .amount = f->amount.minor,
        .set = c->index,
    };
    agreement_put_cap(c->state, &cap);
}
