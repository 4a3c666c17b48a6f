#include "history.h"

#include "layout.h"

#include <string.h>

#define KEY_LENGTH (ACCOUNT_ID_LENGTH + 4)
#define HEAD_LENGTH 16
#define REFERENCE_LENGTH 12
#define VALUE_LENGTH_MAX (HEAD_LENGTH + HISTORY_BLOCK * REFERENCE_LENGTH)

static void make_key(
    uint8_t key[KEY_LENGTH], const struct account_id *id, uint32_t number)
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
    uint8_t key[KEY_LENGTH];
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

void history_append(struct state *state, const struct account_id *id,
    const struct account *before, struct history_reference reference)
{
    uint8_t key[KEY_LENGTH];
    uint8_t value[VALUE_LENGTH_MAX];
    size_t place = (size_t)(before->postings % HISTORY_BLOCK);
    size_t length = HEAD_LENGTH + place * REFERENCE_LENGTH;
    struct bytes old;

    make_key(key, id, (uint32_t)(before->postings / HISTORY_BLOCK));
    if (place == 0) {
        layout_put64(value, (uint64_t)before->debits);
        layout_put64(value + 8, (uint64_t)before->credits);
    } else {
        /* Not found after a storage failure only, which is sticky. */
        if (!state_get(
                state, TABLE_HISTORY, bytes_of(key, sizeof key), &old) ||
            old.length != length)
            return;
        memcpy(value, old.data, length);
    }
    layout_put64(value + length, reference.entry);
    layout_put32(value + length + 8, reference.line);
    state_put(state, TABLE_HISTORY, bytes_of(key, sizeof key),
        bytes_of(value, length + REFERENCE_LENGTH));
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
