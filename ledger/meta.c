#include "meta.h"

#include <string.h>

#define FOUNDING_LENGTH_MAX (77 + NOTE_NAME_MAX)

bool meta_find_founding(struct state *state, struct founding *out)
{
    struct bytes value;
    struct bytes origin;
    struct cursor in;

    if (!state_get(state, TABLE_META, bytes_text("founding"), &value))
        return false;
    *out = (struct founding){ 0 };
    in = cursor_open(value);
    out->version = cursor_u32(&in);
    out->chart = cursor_u32(&in);
    out->currencies = cursor_u32(&in);
    cursor_copy(&in, out->id.data, sizeof out->id.data);
    cursor_copy(&in, out->log.data, sizeof out->log.data);
    origin = cursor_take(&in, cursor_u8(&in));
    if (!cursor_done(&in) || origin.length > NOTE_NAME_MAX)
        return false;
    memcpy(out->origin, origin.data, origin.length);
    return true;
}

void meta_put_founding(struct state *state, const struct founding *founding)
{
    uint8_t memory[FOUNDING_LENGTH_MAX];
    struct buffer value = buffer_over(memory, sizeof memory);
    struct bytes origin = bytes_text(founding->origin);

    buffer_u32(&value, founding->version);
    buffer_u32(&value, founding->chart);
    buffer_u32(&value, founding->currencies);
    buffer_append(
        &value, bytes_of(founding->id.data, sizeof founding->id.data));
    buffer_append(
        &value, bytes_of(founding->log.data, sizeof founding->log.data));
    buffer_u8(&value, (uint8_t)origin.length);
    buffer_append(&value, origin);
    state_put(
        state, TABLE_META, bytes_text("founding"), buffer_bytes(&value));
}

void meta_counters(struct state *state, struct counters *out)
{
    struct bytes value;
    struct cursor in;

    *out = (struct counters){ 0 };
    if (!state_get(state, TABLE_META, bytes_text("counters"), &value))
        return;
    in = cursor_open(value);
    out->books = cursor_u32(&in);
    out->parties = cursor_u32(&in);
    out->keys = cursor_u32(&in);
    out->keys_version = cursor_u64(&in);
}

void meta_put_counters(struct state *state, const struct counters *counters)
{
    uint8_t memory[32];
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_u32(&value, counters->books);
    buffer_u32(&value, counters->parties);
    buffer_u32(&value, counters->keys);
    buffer_u64(&value, counters->keys_version);
    state_put(
        state, TABLE_META, bytes_text("counters"), buffer_bytes(&value));
}

/* "slot" and the slot's number: a full subtree's root. */
static struct bytes slot_key(uint8_t key[5], unsigned number)
{
    memcpy(key, "slot", 4);
    key[4] = (uint8_t)number;
    return bytes_of(key, 5);
}

bool meta_find_tip(struct state *state, struct tip *out)
{
    uint8_t key[5];
    struct bytes value;
    struct cursor in;

    if (!state_get(state, TABLE_META, bytes_text("tip"), &value))
        return false;
    in = cursor_open(value);
    out->time.ms = cursor_i64(&in);
    merkle_clear(&out->tree);
    out->tree.size = cursor_u64(&in);
    if (!cursor_done(&in))
        return false;
    for (unsigned i = 0; i < 64; i++) {
        if (!(out->tree.size >> i & 1))
            continue;
        if (!state_get(state, TABLE_META, slot_key(key, i), &value) ||
            value.length != sizeof out->tree.slot[i].data)
            return false;
        memcpy(out->tree.slot[i].data, value.data, value.length);
    }
    return true;
}

void meta_put_tip(struct state *state, const struct tip *tip)
{
    uint8_t memory[16];
    uint8_t key[5];
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_i64(&value, tip->time.ms);
    buffer_u64(&value, tip->tree.size);
    state_put(state, TABLE_META, bytes_text("tip"), buffer_bytes(&value));
    /* The state's digest must not depend on when it was settled before, so
     * slots that are not of this size go. */
    for (unsigned i = 0; i < 64; i++) {
        if (tip->tree.size >> i & 1)
            state_put(state, TABLE_META, slot_key(key, i),
                bytes_of(tip->tree.slot[i].data,
                    sizeof tip->tree.slot[i].data));
        else
            state_delete(state, TABLE_META, slot_key(key, i));
    }
}
