#include "member.h"

#include "context.h"

#define KEY_MAX 8
#define VALUE_MAX (8 + sizeof(struct hash) + MEMBER_PARTS_MAX)

_Static_assert(VALUE_MAX <= STATE_VALUE_MAX, "sixteen parts fit a record");

static struct buffer party_key(uint8_t memory[KEY_MAX], uint32_t party)
{
    struct buffer key = buffer_over(memory, KEY_MAX);

    buffer_be32(&key, party);
    return key;
}

void member_need(
    struct context *c, const struct party *party, const char *field)
{
    context_need_party(c, party, field);
    if (party->number == c->key.owner)
        context_refuse(c, STATUS_OWN_ACCOUNT, field);
    if (party->kind != PARTY_MEMBER)
        context_refuse(c, STATUS_WRONG_PARTY, field);
    if (party->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, field);
    if (party->in_succession)
        context_refuse(c, STATUS_IN_SUCCESSION, field);
}

/* ---- beneficiaries ---- */

bool member_find_beneficiaries(
    struct state *state, uint32_t party, struct beneficiaries *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = party_key(memory, party);
    size_t fixed = 8 + sizeof out->designation.data;
    struct bytes value;
    struct cursor in;

    if (!state_get(state, TABLE_BENEFICIARY, buffer_bytes(&key), &value) ||
        value.length < fixed)
        return false;
    in = cursor_open(bytes_of(value.data, fixed));
    out->entry = cursor_u64(&in);
    cursor_copy(&in, out->designation.data, sizeof out->designation.data);
    out->parts = bytes_after(value, fixed);
    return cursor_done(&in);
}

void member_put_beneficiaries(
    struct state *state, uint32_t party, const struct beneficiaries *from)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[VALUE_MAX];
    struct buffer key = party_key(key_memory, party);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_u64(&value, from->entry);
    buffer_append(&value,
        bytes_of(from->designation.data, sizeof from->designation.data));
    buffer_append(&value, from->parts);
    state_put(
        state, TABLE_BENEFICIARY, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- the rule for what arrives ---- */

bool member_find_split(
    struct state *state, uint32_t party, struct split *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = party_key(memory, party);
    struct bytes value;
    struct cursor in;

    if (!state_get(state, TABLE_SPLIT, buffer_bytes(&key), &value) ||
        value.length < 8)
        return false;
    in = cursor_open(bytes_of(value.data, 8));
    out->entry = cursor_u64(&in);
    out->parts = bytes_after(value, 8);
    return cursor_done(&in);
}

void member_put_split(
    struct state *state, uint32_t party, const struct split *split)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[VALUE_MAX];
    struct buffer key = party_key(key_memory, party);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_u64(&value, split->entry);
    buffer_append(&value, split->parts);
    state_put(state, TABLE_SPLIT, buffer_bytes(&key), buffer_bytes(&value));
}

void member_remove_split(struct state *state, uint32_t party)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = party_key(memory, party);

    state_delete(state, TABLE_SPLIT, buffer_bytes(&key));
}

/* ---- kept by party and currency ---- */

static struct buffer currency_key(
    uint8_t memory[KEY_MAX], uint32_t party, enum currency currency)
{
    struct buffer key = party_key(memory, party);

    buffer_u8(&key, (uint8_t)currency);
    return key;
}

bool member_find_round(struct state *state, uint32_t party,
    enum currency currency, struct round *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = currency_key(memory, party, currency);
    struct bytes value;
    struct cursor in;

    if (!state_get(state, TABLE_SUCCESSION, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    out->entry = cursor_u64(&in);
    out->amount = cursor_i64(&in);
    out->paid = cursor_u32(&in);
    return cursor_done(&in);
}

void member_put_round(struct state *state, uint32_t party,
    enum currency currency, const struct round *round)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[20];
    struct buffer key = currency_key(key_memory, party, currency);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_u64(&value, round->entry);
    buffer_i64(&value, round->amount);
    buffer_u32(&value, round->paid);
    state_put(
        state, TABLE_SUCCESSION, buffer_bytes(&key), buffer_bytes(&value));
}

void member_remove_round(
    struct state *state, uint32_t party, enum currency currency)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = currency_key(memory, party, currency);

    state_delete(state, TABLE_SUCCESSION, buffer_bytes(&key));
}

bool member_find_claim(struct state *state, uint32_t party,
    enum currency currency, struct claim *out)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = currency_key(memory, party, currency);
    struct bytes value;
    struct cursor in;

    if (!state_get(state, TABLE_UNCLAIMED, buffer_bytes(&key), &value))
        return false;
    in = cursor_open(value);
    out->minor = cursor_i64(&in);
    out->since = cursor_u64(&in);
    return cursor_done(&in);
}

void member_put_claim(struct state *state, uint32_t party,
    enum currency currency, const struct claim *claim)
{
    uint8_t key_memory[KEY_MAX];
    uint8_t memory[16];
    struct buffer key = currency_key(key_memory, party, currency);
    struct buffer value = buffer_over(memory, sizeof memory);

    buffer_i64(&value, claim->minor);
    buffer_u64(&value, claim->since);
    state_put(
        state, TABLE_UNCLAIMED, buffer_bytes(&key), buffer_bytes(&value));
}

void member_remove_claim(
    struct state *state, uint32_t party, enum currency currency)
{
    uint8_t memory[KEY_MAX];
    struct buffer key = currency_key(memory, party, currency);

    state_delete(state, TABLE_UNCLAIMED, buffer_bytes(&key));
}
