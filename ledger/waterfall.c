#include "waterfall.h"

#include <string.h>

const char *waterfall_name(enum waterfall_component component)
{
    static const char *const names[] = {
#define X(name, text) text,
        WATERFALL_COMPONENTS(X)
#undef X
    };

    return names[component];
}

static bool find_component(struct bytes text, uint8_t *out)
{
    for (uint8_t i = 0; i < WATERFALL_COMPONENT_COUNT; i++) {
        const char *name = waterfall_name((enum waterfall_component)i);

        if (text.length == strlen(name) &&
            memcmp(text.data, name, text.length) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool has(const struct waterfall *waterfall, uint8_t component)
{
    for (size_t i = 0; i < waterfall->count; i++)
        if (waterfall->order[i] == component)
            return true;
    return false;
}

bool waterfall_parse(struct bytes text, struct waterfall *out)
{
    struct waterfall found = {.way = out->way};
    size_t begin = 0;

    for (size_t i = 0; i <= text.length; i++) {
        uint8_t component;

        if (i < text.length && text.data[i] != ',')
            continue;
        if (!find_component(
                bytes_of(text.data + begin, i - begin), &component) ||
            has(&found, component))
            return false;
        found.order[found.count++] = component;
        begin = i + 1;
    }
    *out = found;
    return true;
}

static void pay(int64_t *left, int64_t owed, int64_t *paid)
{
    *paid = owed < *left ? owed : *left;
    *left -= *paid;
}

int64_t waterfall_split(const struct waterfall *waterfall, int64_t payment,
    const struct waterfall_row *owed, size_t count, struct waterfall_row *paid)
{
    bool oldest = waterfall->way == WATERFALL_OLDEST;
    size_t outer = oldest ? count : waterfall->count;
    size_t inner = oldest ? waterfall->count : count;

    for (size_t i = 0; i < count; i++)
        paid[i] = (struct waterfall_row){{0}};
    for (size_t i = 0; i < outer; i++)
        for (size_t j = 0; j < inner; j++) {
            size_t row = oldest ? i : j;
            uint8_t component = waterfall->order[oldest ? j : i];

            pay(&payment, owed[row].parts[component],
                &paid[row].parts[component]);
        }
    return payment;
}
