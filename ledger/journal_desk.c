#include "journal_inside.h"

#include "entry.h"

#include <stdlib.h>

void journal_desk_open(struct desk *desk)
{
    *desk = (struct desk){.text = buffer_empty()};
    (void)pthread_mutex_init(&desk->lock, NULL);
}

void journal_desk_close(struct desk *desk)
{
    (void)pthread_mutex_destroy(&desk->lock);
    buffer_free(&desk->text);
    free(desk->offsets);
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

int journal_desk_take(struct desk *desk, struct bytes text)
{
    desk->group.count = 0;
    desk->known = 0;
    buffer_clear(&desk->text);
    buffer_append(&desk->text, text);
    struct group group;
    if (desk->text.failed ||
        !journal_group_split(buffer_bytes(&desk->text), &group) ||
        group.count > group.entries.length || !make_room(desk, group.count))
        return -1;
    struct bytes rest = group.entries;
    struct entry entry;
    while (desk->known < group.count) {
        size_t offset = (size_t)(rest.data - desk->text.data);
        if (!entry_skip(&rest, &entry) ||
            entry.index != group.first + desk->known)
            break;
        desk->offsets[desk->known++] = offset;
    }
    desk->group = group;
    return 0;
}

/* What the desk has from the entry on; *found as journal_desk_read. */
static struct bytes from_entry(
    const struct desk *desk, uint64_t index, int *found)
{
    const struct group *group = &desk->group;
    *found = 0;
    if (group->count == 0 || index < group->first ||
        index - group->first >= group->count)
        return bytes_of(NULL, 0);
    size_t place = (size_t)(index - group->first);
    *found = place < desk->known ? 1 : -1;
    if (*found < 0)
        return bytes_of(NULL, 0);
    size_t skipped =
        desk->offsets[place] - (size_t)(group->entries.data - desk->text.data);
    return bytes_after(group->entries, skipped);
}

int journal_desk_read(struct desk *desk, uint64_t index, struct buffer *out)
{
    int found;
    struct bytes rest = from_entry(desk, index, &found);
    struct entry entry;
    if (found != 1)
        return found;
    if (!entry_next(&rest, &entry) || entry.index != index)
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
