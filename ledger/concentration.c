#include "concentration.h"

#include "cycle.h"
#include "operations.h"

#include <string.h>

/* ---- records ---- */

bool concentration_parse(struct bytes key, struct bytes value,
    struct concentration_limit *out)
{
    struct cursor in = cursor_open(key);

    memset(out, 0, sizeof *out);
    out->pool = cursor_be32(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    out->set = cursor_u64(&in);
    for (int i = 0; i < CONCENTRATION_KINDS; i++) {
        out->most[i].digits = cursor_i64(&in);
        out->most[i].scale = cursor_u8(&in);
    }
    return cursor_done(&in);
}

bool concentration_find(
    struct state *state, uint32_t pool, struct concentration_limit *out)
{
    uint8_t memory[4];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    buffer_be32(&key, pool);
    return state_get(
               state, TABLE_CONCENTRATION, buffer_bytes(&key), &value) &&
        concentration_parse(buffer_bytes(&key), value, out);
}

void concentration_put(
    struct state *state, const struct concentration_limit *limit)
{
    uint8_t key_memory[4];
    uint8_t memory[40];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_be32(&key, limit->pool);
    buffer_u64(&value, limit->set);
    for (int i = 0; i < CONCENTRATION_KINDS; i++) {
        buffer_i64(&value, limit->most[i].digits);
        buffer_u8(&value, limit->most[i].scale);
    }
    state_put(state, TABLE_CONCENTRATION, buffer_bytes(&key),
        buffer_bytes(&value));
}

static void exposure_key(struct buffer *key, uint32_t pool,
    enum concentration kind, uint32_t who, enum currency currency)
{
    buffer_be32(key, pool);
    buffer_u8(key, (uint8_t)kind);
    buffer_be32(key, who);
    buffer_u8(key, (uint8_t)currency);
}

int64_t concentration_exposure(struct state *state, uint32_t pool,
    enum concentration kind, uint32_t who, enum currency currency)
{
    uint8_t memory[16];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;
    struct cursor in;
    int64_t minor;

    exposure_key(&key, pool, kind, who, currency);
    if (!state_get(state, TABLE_EXPOSURE, buffer_bytes(&key), &value))
        return 0;
    in = cursor_open(value);
    minor = cursor_i64(&in);
    return cursor_done(&in) ? minor : 0;
}

void concentration_put_exposure(struct state *state, uint32_t pool,
    enum concentration kind, uint32_t who, enum currency currency,
    int64_t minor)
{
    uint8_t key_memory[16];
    uint8_t memory[8];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    exposure_key(&key, pool, kind, who, currency);
    buffer_i64(&value, minor);
    if (minor == 0)
        state_delete(state, TABLE_EXPOSURE, buffer_bytes(&key));
    else
        state_put(state, TABLE_EXPOSURE, buffer_bytes(&key),
            buffer_bytes(&value));
}

/* ---- concentration-set ---- */

void concentration_set(struct context *c, const struct operation *op)
{
    const struct concentration_set_fields *f = &op->as.concentration_set;
    struct concentration_limit limit = {
        .set = c->index,
        .most = { f->borrower, f->club, f->sector },
    };
    struct party pool;

    if (!cycle_is_part(f->borrower))
        context_refuse(c, STATUS_BAD_VALUE, "borrower");
    if (!cycle_is_part(f->club))
        context_refuse(c, STATUS_BAD_VALUE, "club");
    if (!cycle_is_part(f->sector))
        context_refuse(c, STATUS_BAD_VALUE, "sector");
    if (!context_party(c, &f->pool, "pool", &pool))
        return;
    if (!(role_row(ROLE_POOL)->owners >> pool.kind & 1U))
        context_refuse(c, STATUS_WRONG_PARTY, "pool");
    if (pool.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "pool");
    context_need_party(c, &pool, "pool");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    limit.pool = pool.number;
    context_touch(c, &c->ledger->books[pool.book]);
    concentration_put(c->state, &limit);
}
