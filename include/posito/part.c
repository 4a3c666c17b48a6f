#include <posito/part.h>

#include <string.h>

static struct bytes split(struct bytes *rest, char separator)
{
    size_t length = 0;
    while (length < rest->length && rest->data[length] != (uint8_t)separator)
        length++;
    struct bytes item = bytes_of(rest->data, length);
    *rest = bytes_after(
        *rest, length < rest->length ? length + 1 : length);
    return item;
}

bool parts_next(struct bytes *rest, struct part *part)
{
    if (rest->length == 0)
        return false;
    struct bytes rate = split(rest, ',');
    struct bytes name = split(&rate, ':');
    return ident_parse(name, &part->name) && rate_parse(rate, &part->rate);
}

size_t parts_count(struct bytes parts)
{
    struct part part;
    size_t count = 0;
    while (parts_next(&parts, &part))
        count++;
    return count;
}

/* The rate as a count of 10^-scale.  False on overflow. */
static bool weigh(struct rate rate, uint8_t scale, int64_t *weight)
{
    *weight = rate.digits;
    for (uint8_t i = rate.scale; i < scale; i++)
        if (__builtin_mul_overflow(*weight, INT64_C(10), weight))
            return false;
    return true;
}

/* All rates as counts of the finest one's unit, and their sum. */
static bool weigh_all(struct bytes parts, int64_t *weights, size_t *count,
    int64_t *sum, uint8_t *scale)
{
    struct bytes rest = parts;
    struct part part;
    *scale = 0;
    *count = 0;
    *sum = 0;
    while (parts_next(&rest, &part))
        if (part.rate.scale > *scale)
            *scale = part.rate.scale;
    while (parts_next(&parts, &part) && *count < PARTS_MAX) {
        if (!weigh(part.rate, *scale, &weights[*count]) ||
            !minor_add(*sum, weights[*count], sum))
            return false;
        (*count)++;
    }
    return true;
}

bool parts_are_whole(struct bytes parts)
{
    int64_t weights[PARTS_MAX];
    int64_t sum;
    int64_t one;
    size_t count;
    uint8_t scale;
    return weigh_all(parts, weights, &count, &sum, &scale) &&
           weigh((struct rate){1, 0}, scale, &one) && sum == one;
}

bool parts_allocate(int64_t minor, struct bytes parts, int64_t *shares)
{
    int64_t weights[PARTS_MAX];
    int64_t sum;
    size_t count;
    uint8_t scale;
    return weigh_all(parts, weights, &count, &sum, &scale) &&
           minor_allocate(minor, weights, count, shares);
}
