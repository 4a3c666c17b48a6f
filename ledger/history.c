#include "history.h"

#include "layout.h"

#include <string.h>

#define HEAD_LENGTH 16
#define REFERENCE_LENGTH 12
#define VALUE_LENGTH_MAX (HEAD_LENGTH + HISTORY_BLOCK * REFERENCE_LENGTH)

static void make_key(
    uint8_t key[HISTORY_KEY_LENGTH], const struct account_id *id, uint32_t number)
{
    memcpy(key, id->data, sizeof id->data);
    layout_put_be32(key + ACCOUNT_ID_LENGTH, number);
}

uint32_t history_blocks(uint64_t postings)
{
    return (uint32_t)((postings + HISTORY_BLOCK - 1) / HISTORY_BLOCK);
}

/* A value has its head and 1 to HISTORY_BLOCK whole references. */
static bool well_formed(struct bytes value)
{
    return value.length > HEAD_LENGTH && value.length <= VALUE_LENGTH_MAX &&
        (value.length - HEAD_LENGTH) % REFERENCE_LENGTH == 0;
}

bool history_load(struct state *state, const struct account_id *id,
    uint32_t number, struct history_block *out)
{
    uint8_t key[HISTORY_KEY_LENGTH];
    struct bytes value;
    const uint8_t *at;

    make_key(key, id, number);
    if (!state_get(state, TABLE_HISTORY, bytes_of(key, sizeof key), &value) ||
        !well_formed(value))
        return false;
    out->number = number;
    out->debits = (int64_t)layout_get64(value.data);
    out->credits = (int64_t)layout_get64(value.data + 8);
    out->count = (value.length - HEAD_LENGTH) / REFERENCE_LENGTH;
    at = value.data + HEAD_LENGTH;
    for (size_t i = 0; i < out->count; i++, at += REFERENCE_LENGTH) {
        out->list[i].entry = layout_get64(at);
        out->list[i].line = layout_get32(at + 8);
    }
    return true;
}

uint32_t history_key(uint8_t key[HISTORY_KEY_LENGTH],
    const struct account_id *id, uint64_t postings)
{
    uint32_t number = (uint32_t)(postings / HISTORY_BLOCK);

    make_key(key, id, number);
    return number;
}

size_t history_last(uint64_t postings)
{
    return HEAD_LENGTH +
        (size_t)(postings % HISTORY_BLOCK + 1) * REFERENCE_LENGTH - 1;
}

/* Room for 4, 8 and at last 16 references: most accounts have few, and a
 * block that moves leaves its room unused. */
static size_t room_for(size_t place)
{
    size_t references = place < 4 ? 4 : place < 8 ? 8 : HISTORY_BLOCK;

    return HEAD_LENGTH + references * REFERENCE_LENGTH;
}

void history_append(struct state *state, const struct account_id *id,
    const struct account *before, struct history_reference reference)
{
    struct state_place place = { 0 };

    history_append_at(state, id, before, reference, &place);
}

void history_append_at(struct state *state, const struct account_id *id,
    const struct account *before, struct history_reference reference,
    struct state_place *known)
{
    uint8_t key_memory[HISTORY_KEY_LENGTH];
    uint8_t value[HEAD_LENGTH + REFERENCE_LENGTH];
    size_t place = (size_t)(before->postings % HISTORY_BLOCK);
    struct bytes key = bytes_of(key_memory, sizeof key_memory);
    struct bytes more =
        bytes_of(value + HEAD_LENGTH, REFERENCE_LENGTH);
    struct bytes old;

    (void)history_key(key_memory, id, before->postings);
    layout_put64(value + HEAD_LENGTH, reference.entry);
    layout_put32(value + HEAD_LENGTH + 8, reference.line);
    if (place == 0) {
        layout_put64(value, (uint64_t)before->debits);
        layout_put64(value + 8, (uint64_t)before->credits);
        state_put_at(state, TABLE_HISTORY, key, known,
            bytes_of(value, sizeof value), room_for(place));
        return;
    }
    /* Not found after a storage failure only, which is sticky. */
    if (state_get_at(state, TABLE_HISTORY, key, known, &old) &&
        old.length == HEAD_LENGTH + place * REFERENCE_LENGTH)
        state_append_at(
            state, TABLE_HISTORY, key, known, more, room_for(place));
}

bool history_find_at(struct state *state, const struct account_id *id,
    const struct account *now, uint64_t at, struct history_block *block,
    size_t *count)
{
    uint32_t low = 0;
    uint32_t high = history_blocks(now->postings);

    /* The last block whose first reference is not after `at` lies in
     * [low, high); blocks before low begin at or before `at`. */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (!history_load(state, id, middle, block))
            return false;
        if (block->list[0].entry <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || !history_load(state, id, low - 1, block))
        return false;
    *count = block->count;
    while (block->list[*count - 1].entry > at)
        (*count)--;
    return true;
}
