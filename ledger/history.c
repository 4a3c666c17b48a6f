#include "history.h"

#include "layout.h"

#include <posito/operation.h>

#include <string.h>

/* ---- bytes ----
 *
 * A position is what a full block is known by: the posting that came after
 * it, packed.  It is above zero, as entry 0 posts nothing.
 */

#define SIDES_LENGTH 16 /* in a record of its own */
#define PACKED_LENGTH 8
#define LINE_BITS 24
#define ENTRY_BITS 40
/* A reference is the entries since the last one, times 2, with 1 added if a
 * line follows; both numbers as layout.h has them. */
#define ADDED_MAX ((ENTRY_BITS + 1 + 6) / 7 + (LINE_BITS + 6) / 7)
#define ADDED_MOSTLY 4
#define REFERENCES_MAX (PACKED_LENGTH + (HISTORY_BLOCK - 1) * ADDED_MAX)
#define OPEN_LENGTH_MAX \
    (ACCOUNT_SIDES_MAX + CHAIN_MAX * PACKED_LENGTH + REFERENCES_MAX)

/* Numbers of blocks have 32 bits, and each link drops one. */
#define CHAIN_MAX 33

/* position be64, account id, number be32 */
#define KEY_LENGTH (PACKED_LENGTH + ACCOUNT_ID_LENGTH + 4)
/* sides, two positions; the references follow */
#define BLOCK_HEAD (SIDES_LENGTH + 2 * PACKED_LENGTH)

_Static_assert(BODY_LINES_MAX < 1 << LINE_BITS, "a line is packed");
_Static_assert(ACCOUNT_HEAD_MAX + OPEN_LENGTH_MAX <= STATE_VALUE_MAX,
    "an account and its open block are one record");

static uint64_t pack(struct history_reference reference)
{
    return reference.entry << LINE_BITS | reference.line;
}

static struct history_reference unpack(uint64_t packed)
{
    return (struct history_reference){ packed >> LINE_BITS,
        (uint32_t)(packed & ((1U << LINE_BITS) - 1)) };
}

/* After one made by the entry `last`. */
static size_t put_added(
    uint8_t *at, uint64_t last, struct history_reference reference)
{
    bool has_line = reference.line != 0;
    size_t length =
        layout_put_number(at, (reference.entry - last) * 2 + has_line);

    if (has_line)
        length += layout_put_number(at + length, reference.line);
    return length;
}

static bool get_added(struct bytes *rest, uint64_t last,
    struct history_reference *reference)
{
    uint64_t entries;
    uint64_t line = 0;

    if (!layout_take_number(rest, &entries) ||
        ((entries & 1) != 0 &&
            (!layout_take_number(rest, &line) || line == 0 ||
                line >> LINE_BITS != 0)))
        return false;
    *reference = (struct history_reference){ last + entries / 2,
        (uint32_t)line };
    return true;
}

/* Those that a block's count says, and no byte more. */
static bool get_references(struct bytes rest, struct history_block *block)
{
    if (rest.length < PACKED_LENGTH)
        return false;
    block->list[0] = unpack(layout_get64(rest.data));
    rest = bytes_of(
        rest.data + PACKED_LENGTH, rest.length - PACKED_LENGTH);
    for (size_t i = 1; i < block->count; i++)
        if (!get_added(&rest, block->list[i - 1].entry, &block->list[i]))
            return false;
    return rest.length == 0;
}

/* ---- how many ---- */

uint32_t history_full_blocks(uint64_t postings)
{
    return postings == 0 ? 0 : (uint32_t)((postings - 1) / HISTORY_BLOCK);
}

size_t history_open_references(uint64_t postings)
{
    return postings == 0 ? 0 : (size_t)((postings - 1) % HISTORY_BLOCK + 1);
}

/* Full blocks that an account names: the last one, and what is left of its
 * number bit by bit, down to 0. */
static size_t chain_length(uint32_t full)
{
    return full == 0 ? 0 : (size_t)__builtin_popcount(full - 1) + 1;
}

/* ---- the open block ---- */

/* What an account's record says behind the account. */
struct open_part {
    uint32_t full; /* blocks */
    uint64_t chain[CHAIN_MAX]; /* their positions, block 0 first */
    size_t chained;
    struct history_block block;
    struct bytes references; /* of the block, as they are written */
};

/* False: there was no posting, or storage failed. */
static bool load_open(struct state *state, const struct account_id *id,
    struct state_place *place, struct open_part *out)
{
    struct bytes value;
    const uint8_t *at;
    size_t before;
    uint64_t postings;
    bool is_short;

    if (!account_postings_at(state, id, place, &postings, &value) ||
        postings == 0)
        return false;
    is_short = account_has_short_form(value);
    out->full = history_full_blocks(postings);
    out->chained = chain_length(out->full);
    out->block.number = out->full;
    out->block.count = history_open_references(postings);
    before = account_head_length(id, is_short) +
        account_sides_length(is_short) + out->chained * PACKED_LENGTH;
    if (value.length < before)
        return false;
    at = value.data + account_head_length(id, is_short);
    account_get_sides(at, is_short, &out->block.debits, &out->block.credits);
    at += account_sides_length(is_short);
    for (size_t i = 0; i < out->chained; i++, at += PACKED_LENGTH)
        out->chain[i] = layout_get64(at);
    out->references = bytes_of(at, value.length - before);
    return get_references(out->references, &out->block);
}

/* ---- full blocks ---- */

static void make_key(uint8_t key[KEY_LENGTH], const struct account_id *id,
    uint64_t position, uint32_t number)
{
    layout_put_be64(key, position);
    memcpy(key + PACKED_LENGTH, id->data, sizeof id->data);
    layout_put_be32(key + PACKED_LENGTH + ACCOUNT_ID_LENGTH, number);
}

/* Where a full block is, and what it names. */
struct block_link {
    uint32_t number;
    uint64_t position;
    uint64_t before;  /* position of block number - 1 */
    uint64_t shorter; /* position of block number & (number - 1) */
};

static bool parse_full(
    struct bytes value, struct block_link *link, struct history_block *block)
{
    const uint8_t *at = value.data;

    if (value.length < BLOCK_HEAD)
        return false;
    link->before = layout_get64(at + SIDES_LENGTH);
    link->shorter = layout_get64(at + SIDES_LENGTH + PACKED_LENGTH);
    block->number = link->number;
    block->count = HISTORY_BLOCK;
    block->debits = (int64_t)layout_get64(at);
    block->credits = (int64_t)layout_get64(at + 8);
    return get_references(
        bytes_of(at + BLOCK_HEAD, value.length - BLOCK_HEAD), block);
}

/* link->number and ->position say which. */
static bool load_full(struct state *state, const struct account_id *id,
    struct block_link *link, struct history_block *block)
{
    uint8_t key[KEY_LENGTH];
    struct bytes value;

    make_key(key, id, link->position, link->number);
    return state_get(
               state, TABLE_HISTORY, bytes_of(key, sizeof key), &value) &&
        parse_full(value, link, block);
}

/* ---- posting ---- */

/* Room for 4, 8 and at last 16 references: most accounts have few, and a
 * record that moves leaves its room unused.  fixed: bytes up to the first
 * one, which is among them. */
static size_t room_for(size_t fixed, size_t references)
{
    references = references <= 4 ? 4 : references <= 8 ? 8 : HISTORY_BLOCK;
    return fixed + (references - 1) * ADDED_MOSTLY;
}

/* Write the full block of an account to its own record. */
static void put_full(struct state *state, const struct account_id *id,
    const struct open_part *part, uint64_t position)
{
    uint8_t key[KEY_LENGTH];
    uint8_t value[BLOCK_HEAD + REFERENCES_MAX];
    uint8_t *at = value + SIDES_LENGTH;
    uint32_t number = part->full;
    /* Of block number - 1 the account names this and all with fewer bits:
     * among them, that with one bit less than number. */
    size_t shorter = number == 0 ? 0 : chain_length(number + 1) - 2;

    make_key(key, id, position, number);
    layout_put64(value, (uint64_t)part->block.debits);
    layout_put64(value + 8, (uint64_t)part->block.credits);
    layout_put64(
        at, number == 0 ? 0 : part->chain[part->chained - 1]);
    layout_put64(
        at + PACKED_LENGTH, number == 0 ? 0 : part->chain[shorter]);
    memcpy(value + BLOCK_HEAD, part->references.data,
        part->references.length);
    state_put(state, TABLE_HISTORY, bytes_of(key, sizeof key),
        bytes_of(value, BLOCK_HEAD + part->references.length));
}

/* The account, and its sides before the block that begins. */
static size_t begin_record(uint8_t *value, const struct account_id *id,
    const struct account *before, const struct account *after)
{
    bool is_short = account_is_short(after);
    size_t length = account_encode(value, id, after);

    account_put_sides(
        value + length, is_short, before->debits, before->credits);
    return length + account_sides_length(is_short);
}

/* The block in the record is full: it goes, and another one begins. */
static void begin_block(struct state *state, const struct account_id *id,
    struct state_place *place, const struct account *before,
    const struct account *after, uint64_t position)
{
    uint8_t value[ACCOUNT_HEAD_MAX + OPEN_LENGTH_MAX];
    size_t length;
    struct open_part part;
    size_t kept;

    /* It fails only after a failure of storage, which is sticky. */
    if (!load_open(state, id, place, &part))
        return;
    put_full(state, id, &part, position);
    length = begin_record(value, id, before, after);
    kept = chain_length(part.full + 1) - 1;
    part.chain[kept] = position;
    for (size_t i = 0; i <= kept; i++, length += PACKED_LENGTH)
        layout_put64(value + length, part.chain[i]);
    layout_put64(value + length, position);
    length += PACKED_LENGTH;
    state_put_at(state, TABLE_ACCOUNT, bytes_of(id->data, sizeof id->data),
        place, bytes_of(value, length), room_for(length, HISTORY_BLOCK));
}

/* The first posting: there may be a record, but it has no block. */
static void begin_history(struct state *state, const struct account_id *id,
    struct state_place *place, const struct account *before,
    const struct account *after, uint64_t position)
{
    uint8_t value[ACCOUNT_HEAD_MAX + ACCOUNT_SIDES_MAX + PACKED_LENGTH];
    size_t length = begin_record(value, id, before, after);

    layout_put64(value + length, position);
    length += PACKED_LENGTH;
    state_put_at(state, TABLE_ACCOUNT, bytes_of(id->data, sizeof id->data),
        place, bytes_of(value, length), room_for(length, 1));
}

/* One reference more in the open block. */
static void add_reference(struct state *state, const struct account_id *id,
    struct state_place *place, const struct account *before,
    const struct account *after, struct history_reference reference)
{
    uint8_t head[ACCOUNT_HEAD_MAX];
    uint8_t more[ADDED_MAX];
    size_t length = account_encode(head, id, after);
    bool is_short = account_is_short(after);
    size_t fixed = length + account_sides_length(is_short) +
        chain_length(history_full_blocks(after->postings)) * PACKED_LENGTH +
        PACKED_LENGTH;

    if (is_short != account_is_short(before))
        account_store_at(state, id, place, after);
    state_amend_at(state, TABLE_ACCOUNT,
        bytes_of(id->data, sizeof id->data), place, bytes_of(head, length),
        bytes_of(more, put_added(more, before->last, reference)),
        room_for(fixed, history_open_references(after->postings)));
}

void history_post(struct state *state, const struct account_id *id,
    struct state_place *place, const struct account *before,
    const struct account *after, struct history_reference reference)
{
    if (before->postings == 0)
        begin_history(state, id, place, before, after, pack(reference));
    else if (before->postings % HISTORY_BLOCK == 0)
        begin_block(state, id, place, before, after, pack(reference));
    else
        add_reference(state, id, place, before, after, reference);
}

/* ---- finding ---- */

/* The oldest full block of that number or a higher one, or the oldest that
 * was full only after an entry. */
struct wanted {
    bool by_number;
    uint64_t least;
};

static bool fits(
    const struct wanted *wanted, uint32_t number, uint64_t position)
{
    return wanted->by_number
        ? number >= wanted->least
        : unpack(position).entry > wanted->least;
}

/* From the account's chain, the oldest of it that fits.  False: none. */
static bool first_link(const struct open_part *part,
    const struct wanted *wanted, struct block_link *link)
{
    uint32_t number = part->full;
    bool found = false;

    for (size_t i = part->chained; i > 0; i--) {
        number = i == part->chained ? number - 1 : number & (number - 1);
        if (!fits(wanted, number, part->chain[i - 1]))
            break;
        *link = (struct block_link){ .number = number,
            .position = part->chain[i - 1] };
        found = true;
    }
    return found;
}

/* From a block that fits to the next older one that does.  False: none. */
static bool next_link(const struct wanted *wanted, struct block_link *link)
{
    uint32_t shorter = link->number & (link->number - 1);

    if (link->number == 0)
        return false;
    if (fits(wanted, shorter, link->shorter))
        *link = (struct block_link){ .number = shorter,
            .position = link->shorter };
    else if (fits(wanted, link->number - 1, link->before))
        *link = (struct block_link){ .number = link->number - 1,
            .position = link->before };
    else
        return false;
    return true;
}

/* The wanted full block, or else the open one.  False: storage failed. */
static bool find(struct state *state, const struct account_id *id,
    const struct open_part *part, const struct wanted *wanted,
    struct history_block *block)
{
    struct block_link link;

    if (!first_link(part, wanted, &link)) {
        *block = part->block;
        return true;
    }
    do
        if (!load_full(state, id, &link, block))
            return false;
    while (next_link(wanted, &link));
    return true;
}

bool history_load(struct state *state, const struct account_id *id,
    uint32_t number, struct history_block *out)
{
    const struct wanted wanted = { .by_number = true, .least = number };
    struct state_place place = { 0 };
    struct open_part part;

    return load_open(state, id, &place, &part) && number <= part.full &&
        find(state, id, &part, &wanted, out);
}

bool history_find_at(struct state *state, const struct account_id *id,
    uint64_t at, struct history_block *block, size_t *count)
{
    const struct wanted wanted = { .by_number = false, .least = at };
    struct state_place place = { 0 };
    struct open_part part;

    if (!load_open(state, id, &place, &part) ||
        !find(state, id, &part, &wanted, block))
        return false;
    *count = block->count;
    while (*count > 0 && block->list[*count - 1].entry > at)
        (*count)--;
    return *count > 0;
}

/* ---- checking ---- */

static bool is_there(struct state *state, const struct account_id *id,
    uint32_t number, uint64_t position)
{
    struct block_link link = { .number = number, .position = position };
    struct history_block block;

    return load_full(state, id, &link, &block);
}

bool history_check_block(struct state *state, struct bytes key,
    struct bytes value, struct account_id *id, struct history_block *block)
{
    struct block_link link = { 0 };
    uint32_t number;

    if (key.length != KEY_LENGTH)
        return false;
    memcpy(id->data, key.data + PACKED_LENGTH, sizeof id->data);
    number = layout_get_be32(key.data + PACKED_LENGTH + ACCOUNT_ID_LENGTH);
    link.number = number;
    if (!parse_full(value, &link, block))
        return false;
    if (number == 0)
        return link.before == 0 && link.shorter == 0;
    return is_there(state, id, number - 1, link.before) &&
        is_there(state, id, number & (number - 1), link.shorter);
}

bool history_check_account(struct state *state, const struct account_id *id)
{
    struct state_place place = { 0 };
    struct open_part part;
    uint32_t number;

    if (!load_open(state, id, &place, &part))
        return false;
    number = part.full - 1;
    for (size_t i = part.chained; i > 0; i--, number &= number - 1)
        if (!is_there(state, id, number, part.chain[i - 1]))
            return false;
    return true;
}
