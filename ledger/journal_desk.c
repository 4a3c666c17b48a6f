#include "journal_inside.h"

#include "entry.h"

#include <stdlib.h>

void journal_desk_open(struct desk *desk)
{
    *desk = (struct desk){.text = buffer_empty()};
    (void)pthread_mutex_init(&desk->lock, NULL);
    journal_seals_open(&desk->seals);
}

void journal_desk_close(struct desk *desk)
{
    (void)pthread_mutex_destroy(&desk->lock);
    buffer_free(&desk->text);
    free(desk->offsets);
    journal_seals_close(&desk->seals);
}

static bool make_room(struct desk *desk, uint64_t count)
{
    if (count <= desk->capacity)
        return true;
    if (count > SIZE_MAX / sizeof *desk->offsets)
        return false;
    size_t *offsets =
        realloc(desk->offsets, (size_t)count * sizeof *offsets);
    if (offsets == NULL)
        return false;
    desk->offsets = offsets;
    desk->capacity = (size_t)count;
    return true;
}

int journal_desk_take(
    struct desk *desk, struct bytes text, size_t number, uint64_t offset)
{
    desk->group.count = 0;
    desk->known = 0;
    desk->number = number;
    desk->offset = offset;
    buffer_clear(&desk->text);
    buffer_append(&desk->text, text);
    struct group group;
    if (desk->text.failed ||
        !journal_group_split(buffer_bytes(&desk->text), &group) ||
        group.count > group.entries.length || !make_room(desk, group.count))
        return -1;
    desk->next = (size_t)(group.entries.data - desk->text.data);
    desk->group = group;
    return 0;
}

/* What the group has from that place in the text on. */
static struct bytes from(const struct desk *desk, size_t place)
{
    size_t before = (size_t)(desk->group.entries.data - desk->text.data);
    return bytes_after(desk->group.entries, place - before);
}

/* Find where entries are, up to that one.  False: it, or one before it, is
 * not well-formed. */
static bool know(struct desk *desk, size_t place)
{
    struct bytes rest = from(desk, desk->next);
    struct entry entry;
    while (desk->known <= place) {
        if (!entry_skip(&rest, &entry) ||
            entry.index != desk->group.first + desk->known)
            return false;
        desk->offsets[desk->known++] = desk->next;
        desk->next += entry.all.length;
    }
    return true;
}

/* What the desk has from the entry on; *found as journal_desk_read. */
static struct bytes from_entry(struct desk *desk, uint64_t index, int *found)
{
    const struct group *group = &desk->group;
    *found = 0;
    if (group->count == 0 || index < group->first ||
        index - group->first >= group->count)
        return bytes_of(NULL, 0);
    size_t place = (size_t)(index - group->first);
    *found = know(desk, place) ? 1 : -1;
    return *found < 0 ? bytes_of(NULL, 0) : from(desk, desk->offsets[place]);
}

/* Split the entry off, its roots compared, now or when it was sealed. */
static bool split_checked(
    struct desk *desk, uint64_t index, struct bytes rest, struct entry *entry)
{
    const struct seal *seal = journal_seals_find(&desk->seals, index);
    struct bytes again = rest;
    if (seal != NULL && entry_skip(&again, entry) &&
        journal_seal_fits(&desk->seals, seal, entry->all))
        return true;
    if (!entry_next(&rest, entry) || entry->index != index)
        return false;
    journal_seals_put(&desk->seals,
        &(struct seal){.index = index,
            .number = desk->number,
            .offset = desk->offset + (uint64_t)(entry->all.data -
                                         desk->text.data)},
        entry->all);
    return true;
}

int journal_desk_read(struct desk *desk, uint64_t index, struct buffer *out)
{
    int found;
    struct bytes rest = from_entry(desk, index, &found);
    struct entry entry;
    if (found != 1)
        return found;
    if (!split_checked(desk, index, rest, &entry))
        return -1;
    buffer_append(out, entry.all);
    return out->failed ? -1 : 1;
}

int journal_desk_leaf(struct desk *desk, uint64_t index, struct hash *out)
{
    int found;
    struct bytes rest = from_entry(desk, index, &found);
    struct entry entry;
    if (found != 1)
        return found;
    if (!entry_skip(&rest, &entry) || entry.index != index)
        return -1;
    *out = merkle_leaf(entry.leaf);
    return 1;
}
