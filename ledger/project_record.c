#include "project_record.h"

#include "layout.h"

#include <string.h>

#define VALUE_MAX 320

void project_record_prefix(uint8_t out[PROJECT_PREFIX], uint32_t project)
{
    layout_put_be32(out, project);
}

static void append_ident(struct buffer *out, const struct ident *name)
{
    buffer_u8(out, name->length);
    buffer_append(out, ident_bytes(name));
}

static bool take_ident(struct cursor *in, struct ident *name)
{
    return ident_parse(cursor_take(in, cursor_u8(in)), name);
}

/* ---- terms ---- */

bool project_record_parse(
    struct bytes key, struct bytes value, struct project *out)
{
    struct cursor in = cursor_open(key);
    struct bytes place;
    unsigned category;
    unsigned currency;

    memset(out, 0, sizeof *out);
    out->number = cursor_be32(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    if (!take_ident(&in, &out->agreement))
        return false;
    out->from.days = (int32_t)cursor_u32(&in);
    category = cursor_u8(&in);
    currency = cursor_u8(&in);
    out->budget = cursor_i64(&in);
    out->start.days = (int32_t)cursor_u32(&in);
    out->sources = cursor_u32(&in);
    out->pledges = cursor_u32(&in);
    out->place_length = cursor_u8(&in);
    place = cursor_take(&in, out->place_length);
    if (!cursor_done(&in) || category >= CATEGORY_COUNT ||
        currency >= CURRENCY_COUNT || place.length > sizeof out->place)
        return false;
    out->category = (enum category)category;
    out->currency = (enum currency)currency;
    memcpy(out->place, place.data, place.length);
    return true;
}

bool project_record_find(
    struct state *state, uint32_t number, struct project *out)
{
    uint8_t key[PROJECT_PREFIX];
    struct bytes value;

    layout_put_be32(key, number);
    return state_get(
               state, TABLE_PROJECT, bytes_of(key, sizeof key), &value) &&
        project_record_parse(bytes_of(key, sizeof key), value, out);
}

void project_record_put(struct state *state, const struct project *project)
{
    uint8_t key[PROJECT_PREFIX];
    uint8_t memory[VALUE_MAX];
    struct buffer value = buffer_over(memory, sizeof memory);

    layout_put_be32(key, project->number);
    append_ident(&value, &project->agreement);
    buffer_u32(&value, (uint32_t)project->from.days);
    buffer_u8(&value, (uint8_t)project->category);
    buffer_u8(&value, (uint8_t)project->currency);
    buffer_i64(&value, project->budget);
    buffer_u32(&value, (uint32_t)project->start.days);
    buffer_u32(&value, project->sources);
    buffer_u32(&value, project->pledges);
    buffer_u8(&value, project->place_length);
    buffer_append(&value, bytes_of(project->place, project->place_length));
    state_put(state, TABLE_PROJECT, bytes_of(key, sizeof key),
        buffer_bytes(&value));
}

/* ---- levels ---- */

static void named_key(
    struct buffer *key, uint32_t project, const struct ident *name)
{
    buffer_be32(key, project);
    buffer_append(key, ident_bytes(name));
}

bool project_record_parse_level(
    struct bytes key, struct bytes value, struct project_level *out)
{
    struct cursor in = cursor_open(key);

    out->project = cursor_be32(&in);
    if (!ident_parse(bytes_after(key, PROJECT_PREFIX), &out->name))
        return false;
    in = cursor_open(value);
    out->budget = cursor_i64(&in);
    out->pledged = cursor_i64(&in);
    out->out = cursor_u64(&in);
    return cursor_done(&in);
}

bool project_record_level(struct state *state, uint32_t project,
    const struct ident *name, struct project_level *out)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    named_key(&key, project, name);
    return state_get(
               state, TABLE_PROJECT_LEVEL, buffer_bytes(&key), &value) &&
        project_record_parse_level(buffer_bytes(&key), value, out);
}

void project_record_put_level(
    struct state *state, const struct project_level *level)
{
    uint8_t key_memory[STATE_KEY_MAX];
    uint8_t memory[24];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    named_key(&key, level->project, &level->name);
    buffer_i64(&value, level->budget);
    buffer_i64(&value, level->pledged);
    buffer_u64(&value, level->out);
    state_put(state, TABLE_PROJECT_LEVEL, buffer_bytes(&key),
        buffer_bytes(&value));
}

/* ---- sources ---- */

static void source_key(uint8_t key[8], uint32_t first, uint32_t second)
{
    layout_put_be32(key, first);
    layout_put_be32(key + 4, second);
}

bool project_record_parse_source(
    struct bytes key, struct bytes value, struct source *out)
{
    struct cursor in = cursor_open(key);

    out->project = cursor_be32(&in);
    out->number = cursor_be32(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    if (!take_ident(&in, &out->level))
        return false;
    out->giver = cursor_u32(&in);
    out->committed = cursor_i64(&in);
    out->received = cursor_i64(&in);
    out->drawn = cursor_i64(&in);
    out->returned = cursor_i64(&in);
    return cursor_done(&in);
}

bool project_record_source(struct state *state, uint32_t project,
    uint32_t number, struct source *out)
{
    uint8_t key[8];
    struct bytes value;

    source_key(key, project, number);
    return state_get(
               state, TABLE_SOURCE, bytes_of(key, sizeof key), &value) &&
        project_record_parse_source(bytes_of(key, sizeof key), value, out);
}

void project_record_sources(
    struct state *state, uint32_t project, struct sources *out)
{
    uint8_t prefix[PROJECT_PREFIX];
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;

    out->count = 0;
    layout_put_be32(prefix, project);
    scan = state_scan_open(
        state, TABLE_SOURCE, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && out->count < MATCHING_SOURCES_MAX &&
        state_scan_next(scan, &key, &value) &&
        project_record_parse_source(key, value, &out->list[out->count]))
        out->count++;
    if (scan != NULL)
        state_scan_close(scan);
}

void project_record_put_source(
    struct state *state, const struct source *source)
{
    uint8_t key[8];
    uint8_t memory[80];
    struct buffer value = buffer_over(memory, sizeof memory);

    source_key(key, source->project, source->number);
    append_ident(&value, &source->level);
    buffer_u32(&value, source->giver);
    buffer_i64(&value, source->committed);
    buffer_i64(&value, source->received);
    buffer_i64(&value, source->drawn);
    buffer_i64(&value, source->returned);
    state_put(state, TABLE_SOURCE, bytes_of(key, sizeof key),
        buffer_bytes(&value));
    source_key(key, source->giver, source->number);
    state_put(state, TABLE_SOURCE_OF, bytes_of(key, sizeof key),
        bytes_of(key, 0));
}

int64_t project_record_weight(const struct source *source)
{
    return source->committed - source->returned;
}

bool project_record_gives(struct state *state, uint32_t party)
{
    uint8_t prefix[PROJECT_PREFIX];
    struct state_scan *scan;
    struct party source;
    struct bytes key;
    struct bytes value;
    bool gives = false;

    layout_put_be32(prefix, party);
    scan = state_scan_open(
        state, TABLE_SOURCE_OF, bytes_of(prefix, sizeof prefix));
    while (!gives && scan != NULL && state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, PROJECT_PREFIX));

        gives = record_find_party_number(
                    state, cursor_be32(&in), &source) &&
            !source.closed;
    }
    if (scan != NULL)
        state_scan_close(scan);
    return gives;
}

/* ---- milestones ---- */

bool project_record_parse_milestone(
    struct bytes key, struct bytes value, struct milestone *out)
{
    struct cursor in = cursor_open(key);

    out->project = cursor_be32(&in);
    if (!ident_parse(bytes_after(key, PROJECT_PREFIX), &out->name))
        return false;
    in = cursor_open(value);
    out->part = cursor_i64(&in);
    out->reached = cursor_u64(&in);
    cursor_copy(&in, out->evidence.data, sizeof out->evidence.data);
    return cursor_done(&in);
}

bool project_record_milestone(struct state *state, uint32_t project,
    const struct ident *name, struct milestone *out)
{
    uint8_t memory[STATE_KEY_MAX];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    named_key(&key, project, name);
    return state_get(state, TABLE_MILESTONE, buffer_bytes(&key), &value) &&
        project_record_parse_milestone(buffer_bytes(&key), value, out);
}

void project_record_put_milestone(
    struct state *state, const struct milestone *milestone)
{
    uint8_t key_memory[STATE_KEY_MAX];
    uint8_t memory[48];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    named_key(&key, milestone->project, &milestone->name);
    buffer_i64(&value, milestone->part);
    buffer_u64(&value, milestone->reached);
    buffer_append(&value, bytes_of(milestone->evidence.data,
                              sizeof milestone->evidence.data));
    state_put(
        state, TABLE_MILESTONE, buffer_bytes(&key), buffer_bytes(&value));
}

int64_t project_record_reached(struct state *state, uint32_t project)
{
    uint8_t prefix[PROJECT_PREFIX];
    struct state_scan *scan;
    struct milestone milestone;
    struct bytes key;
    struct bytes value;
    int64_t sum = 0;

    layout_put_be32(prefix, project);
    scan = state_scan_open(
        state, TABLE_MILESTONE, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value))
        if (project_record_parse_milestone(key, value, &milestone) &&
            milestone.reached != 0)
            sum += milestone.part;
    if (scan != NULL)
        state_scan_close(scan);
    return sum;
}

/* ---- links ---- */

static void link_key(
    uint8_t key[9], uint32_t project, uint32_t other, enum link as)
{
    source_key(key, project, other);
    key[8] = (uint8_t)as;
}

bool project_record_parse_link(struct bytes key, struct bytes value,
    uint32_t *project, uint32_t *other, enum link *as, uint64_t *entry)
{
    struct cursor in = cursor_open(key);
    unsigned word;

    *project = cursor_be32(&in);
    *other = cursor_be32(&in);
    word = cursor_u8(&in);
    if (!cursor_done(&in) || word >= LINK_COUNT)
        return false;
    *as = (enum link)word;
    in = cursor_open(value);
    *entry = cursor_u64(&in);
    return cursor_done(&in);
}

bool project_record_linked(struct state *state, uint32_t project,
    uint32_t other, enum link as, uint64_t *entry)
{
    uint8_t key[9];
    struct bytes value;

    link_key(key, project, other, as);
    return state_get(
               state, TABLE_LINK, bytes_of(key, sizeof key), &value) &&
        project_record_parse_link(bytes_of(key, sizeof key), value,
            &project, &other, &as, entry);
}

void project_record_put_link(struct state *state, uint32_t project,
    uint32_t other, enum link as, uint64_t entry)
{
    uint8_t key[9];
    uint8_t value[8];

    link_key(key, project, other, as);
    layout_put64(value, entry);
    state_put(state, TABLE_LINK, bytes_of(key, sizeof key),
        bytes_of(value, sizeof value));
}

/* ---- entries ---- */

void project_record_note(
    struct state *state, uint32_t project, uint64_t entry)
{
    uint8_t key[12];

    layout_put_be32(key, project);
    layout_put_be64(key + 4, entry);
    state_put(state, TABLE_PROJECT_ENTRY, bytes_of(key, sizeof key),
        bytes_of(key, 0));
}
