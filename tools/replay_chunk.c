#include "replay_chunk.h"

#include "../protocol/admit.h"

#include <stdlib.h>
#include <string.h>

struct chunk *chunk_new(void)
{
    struct chunk *chunk = calloc(1, sizeof *chunk);
    if (chunk != NULL)
        chunk->bytes = buffer_empty();
    return chunk;
}

void chunk_set_keys(struct chunk *chunk, struct replay_keys *keys)
{
    chunk->keys = replay_keys_hold(keys);
}

void chunk_free(struct chunk *chunk)
{
    if (chunk == NULL)
        return;
    for (size_t i = 0; i < chunk->entry_count; i++)
        admit_free(&chunk->entries[i].order);
    free(chunk->entries);
    free(chunk->groups);
    buffer_free(&chunk->bytes);
    replay_keys_drop(chunk->keys);
    free(chunk);
}

bool chunk_add(struct chunk *chunk, const struct group *group)
{
    if (chunk->group_count == chunk->group_capacity) {
        size_t capacity =
            chunk->group_capacity == 0 ? 16 : chunk->group_capacity * 2;
        struct chunk_group *groups =
            realloc(chunk->groups, capacity * sizeof *groups);
        if (groups == NULL)
            return false;
        chunk->groups = groups;
        chunk->group_capacity = capacity;
    }
    chunk->groups[chunk->group_count++] = (struct chunk_group){
        .start = chunk->bytes.length,
        .header = (size_t)(group->entries.data - group->all.data),
        .entries_length = group->entries.length,
        .length = group->all.length,
        .first = group->first,
        .count = group->count,
    };
    buffer_append(&chunk->bytes, group->all);
    return !chunk->bytes.failed;
}

/* ---- the worker's part ---- */

static struct chunk_entry *next_entry(struct chunk *chunk)
{
    if (chunk->entry_count == chunk->entry_capacity) {
        size_t capacity =
            chunk->entry_capacity == 0 ? 64 : chunk->entry_capacity * 2;
        struct chunk_entry *entries =
            realloc(chunk->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return NULL;
        chunk->entries = entries;
        chunk->entry_capacity = capacity;
    }
    return &chunk->entries[chunk->entry_count];
}

/* Signatures that admit_order looks at: the order's and proofs of keys. */
static uint64_t count_signatures(const struct order *order)
{
    uint64_t count = 1;
    enum verb verb = order->operation.verb;
    if (order->fault.status != STATUS_ACCEPTED)
        return count;
    if (verb == VERB_KEY_ADD || verb == VERB_KEY_ROTATE)
        count++;
    for (size_t i = 0; verb == VERB_GENESIS && i < order->line_count; i++)
        count += order->lines[i].verb == VERB_KEY_ADD;
    return count;
}

static bool check_entry(struct chunk *chunk, struct bytes *rest,
    uint64_t index, const struct chunk_rules *rules)
{
    struct keyring keyring = {.find = replay_keys_find,
        .context = chunk->keys,
        .checker = rules->checker};
    struct chunk_entry *at = next_entry(chunk);
    if (at == NULL) {
        chunk->out_of_memory = true;
        return false;
    }
    if (!entry_skip(rest, &at->entry)) {
        (void)failure_set(&chunk->fault,
            "entry %llu: it is not well-formed",
            (unsigned long long)index);
        return false;
    }
    if (at->entry.index != index) {
        (void)failure_set(&chunk->fault,
            "entry %llu: it is numbered %llu",
            (unsigned long long)index,
            (unsigned long long)at->entry.index);
        return false;
    }
    int result = admit_order(&at->order, at->entry.line, at->entry.body,
        &rules->ledger, &keyring);
    chunk->entry_count++; /* so that it is freed */
    chunk->signatures += count_signatures(&at->order);
    if (result != 0)
        chunk->out_of_memory = true;
    return result == 0;
}

static bool check_group(struct chunk *chunk, struct chunk_group *group,
    const struct chunk_rules *rules)
{
    const uint8_t *start = chunk->bytes.data + group->start;
    struct bytes rest =
        bytes_of(start + group->header, group->entries_length);
    struct bytes note =
        bytes_of(start + group->header + group->entries_length,
            group->length - group->header - group->entries_length);
    for (uint64_t i = 0; i < group->count; i++) {
        if (!check_entry(chunk, &rest, group->first + i, rules))
            return false;
        group->entry_count++;
    }
    if (rest.length > 0) {
        (void)failure_set(&chunk->fault,
            "entry %llu: there is more in its group than the group's "
            "header counts",
            (unsigned long long)(group->first + group->count - 1));
        return false;
    }
    group->note_verdict =
        checkpoint_open(note, &rules->log_key, &group->checkpoint);
    chunk->signatures++;
    group->complete = true;
    return true;
}

void chunk_check(struct chunk *chunk, const struct chunk_rules *rules)
{
    for (size_t i = 0; i < chunk->group_count; i++)
        if (!check_group(chunk, &chunk->groups[i], rules))
            return;
}
