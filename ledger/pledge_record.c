#include "pledge_record.h"

#include "layout.h"

const char *pledge_phase_name(enum pledge_phase phase)
{
    switch (phase) {
    case PLEDGE_OPEN:
        return "open";
    case PLEDGE_FILLED:
        return "filled";
    case PLEDGE_WAITING:
        return "waiting";
    case PLEDGE_LAPSED:
        return "lapsed";
    case PLEDGE_WITHDRAWN:
        return "withdrawn";
    }
    return "none";
}

bool pledge_record_parse(
    struct bytes key, struct bytes value, struct pledge *out)
{
    struct cursor in = cursor_open(key);
    unsigned phase;

    out->index = cursor_be64(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    phase = cursor_u8(&in);
    out->phase = (enum pledge_phase)phase;
    out->book = cursor_u8(&in);
    out->project = cursor_u32(&in);
    out->source = cursor_u32(&in);
    out->year = cursor_u32(&in);
    out->amount = cursor_i64(&in);
    out->left = cursor_i64(&in);
    out->received = cursor_i64(&in);
    out->until.days = (int32_t)cursor_u32(&in);
    out->ended = cursor_u64(&in);
    return cursor_done(&in) && phase <= PLEDGE_WITHDRAWN;
}

bool pledge_record_find(
    struct state *state, uint64_t index, struct pledge *out)
{
    uint8_t key[8];
    struct bytes value;

    layout_put_be64(key, index);
    return state_get(
               state, TABLE_PLEDGE, bytes_of(key, sizeof key), &value) &&
        pledge_record_parse(bytes_of(key, sizeof key), value, out);
}

/* A row while it is wanted, none otherwise. */
static void keep_row(struct state *state, enum table table, bool wanted,
    const uint8_t *key, size_t length)
{
    if (wanted)
        state_put(state, table, bytes_of(key, length), bytes_of(key, 0));
    else
        state_delete(state, table, bytes_of(key, length));
}

static void keep_rows(struct state *state, const struct pledge *pledge)
{
    bool waiting = pledge->phase == PLEDGE_WAITING;
    uint8_t due[13];
    uint8_t queue[9];
    uint8_t of[12];

    layout_put_be32(of, pledge->source);
    layout_put_be64(of + 4, pledge->index);
    keep_row(state, TABLE_PLEDGE_OF, true, of, sizeof of);
    due[0] = pledge->book;
    layout_put_be32(
        due + 1, (uint32_t)pledge->until.days ^ UINT32_C(0x80000000));
    layout_put_be64(due + 5, pledge->index);
    keep_row(state, TABLE_PLEDGE_DUE,
        waiting || pledge->phase == PLEDGE_OPEN, due, sizeof due);
    queue[0] = pledge->book;
    layout_put_be64(queue + 1, pledge->index);
    keep_row(state, TABLE_PLEDGE_QUEUE, waiting, queue, sizeof queue);
}

void pledge_record_put(struct state *state, const struct pledge *pledge)
{
    uint8_t key[8];
    uint8_t memory[64];
    struct buffer value = buffer_over(memory, sizeof memory);

    layout_put_be64(key, pledge->index);
    buffer_u8(&value, (uint8_t)pledge->phase);
    buffer_u8(&value, pledge->book);
    buffer_u32(&value, pledge->project);
    buffer_u32(&value, pledge->source);
    buffer_u32(&value, pledge->year);
    buffer_i64(&value, pledge->amount);
    buffer_i64(&value, pledge->left);
    buffer_i64(&value, pledge->received);
    buffer_u32(&value, (uint32_t)pledge->until.days);
    buffer_u64(&value, pledge->ended);
    state_put(state, TABLE_PLEDGE, bytes_of(key, sizeof key),
        buffer_bytes(&value));
    keep_rows(state, pledge);
}

void pledge_record_each(struct state *state, uint32_t source,
    void (*each)(void *context, const struct pledge *), void *context)
{
    uint8_t prefix[4];
    struct state_scan *scan;
    struct pledge pledge;
    struct bytes key;
    struct bytes value;

    layout_put_be32(prefix, source);
    scan = state_scan_open(
        state, TABLE_PLEDGE_OF, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, sizeof prefix));

        if (pledge_record_find(state, cursor_be64(&in), &pledge))
            each(context, &pledge);
    }
    if (scan != NULL)
        state_scan_close(scan);
}

static void add_left(void *context, const struct pledge *pledge)
{
    int64_t *sum = context;

    *sum += pledge->left; /* together at most the budget */
}

int64_t pledge_record_left(struct state *state, uint32_t source)
{
    int64_t sum = 0;

    pledge_record_each(state, source, add_left, &sum);
    return sum;
}

bool pledge_record_parse_due(
    struct bytes key, struct date *until, uint64_t *index)
{
    struct cursor in = cursor_open(key);

    (void)cursor_u8(&in);
    until->days = (int32_t)(cursor_be32(&in) ^ UINT32_C(0x80000000));
    *index = cursor_be64(&in);
    return cursor_done(&in);
}

bool pledge_record_parse_queue(struct bytes key, uint64_t *index)
{
    struct cursor in = cursor_open(key);

    (void)cursor_u8(&in);
    *index = cursor_be64(&in);
    return cursor_done(&in);
}
