#include "recent.h"

#include <stdlib.h>
#include <string.h>

void recent_open(struct recent *recent, uint64_t next)
{
    *recent = (struct recent){ 0 };
    recent->first = next;
    recent->group_first = next;
    recent->end = next;
    recent->bytes = buffer_empty();
}

void recent_free(struct recent *recent)
{
    buffer_free(&recent->bytes);
    free(recent->starts);
    recent->starts = NULL;
}

bool recent_add(struct recent *recent)
{
    size_t count = (size_t)(recent->end - recent->first);

    if (recent->bytes.failed)
        return false;
    if (count + 2 > recent->capacity) {
        size_t capacity = recent->capacity * 2 + 64;
        uint64_t *starts =
            realloc(recent->starts, capacity * sizeof *starts);

        if (starts == NULL)
            return false;
        if (recent->starts == NULL)
            starts[0] = recent->base;
        recent->starts = starts;
        recent->capacity = capacity;
    }
    recent->starts[count + 1] = recent->base + recent->bytes.length;
    recent->end++;
    return true;
}

/* Bytes from entry `first` up to, not including, entry `end`. */
static struct bytes between(
    const struct recent *recent, uint64_t first, uint64_t end)
{
    const uint64_t *starts = recent->starts;
    uint64_t from;

    if (first >= end)
        return bytes_of(NULL, 0);
    from = starts[first - recent->first];
    return bytes_of(recent->bytes.data + (from - recent->base),
        (size_t)(starts[end - recent->first] - from));
}

struct bytes recent_find(const struct recent *recent, uint64_t index)
{
    if (index < recent->first || index >= recent->end)
        return bytes_of(NULL, 0);
    return between(recent, index, index + 1);
}

struct bytes recent_group(const struct recent *recent)
{
    return between(recent, recent->group_first, recent->end);
}

void recent_close_group(struct recent *recent)
{
    recent->group_first = recent->end;
}

void recent_forget(struct recent *recent, uint64_t size)
{
    size_t count;
    size_t kept;

    if (size > recent->group_first)
        size = recent->group_first;
    if (size <= recent->first)
        return;
    count = (size_t)(size - recent->first);
    kept = (size_t)(recent->end - size);
    buffer_drop_front(&recent->bytes,
        (size_t)(recent->starts[count] - recent->base));
    recent->base = recent->starts[count];
    memmove(recent->starts, recent->starts + count,
        (kept + 1) * sizeof *recent->starts);
    recent->first = size;
}
