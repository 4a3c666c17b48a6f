#include "order_id.h"

#include "layout.h"

#include <string.h>

/* ---- names ---- */

/* What is told apart: the ULID and then the key's number, in hexadecimal
 * digits. */
#define ULID_BYTES 16
#define NAME_DIGITS (2 * ORDER_ID_BYTES)

/* Those of the topmost nodes: the ids of 65,536 ms. */
#define TOP_DIGITS 8

static struct order_id_name name_of(const struct ulid *id, uint32_t key)
{
    struct order_id_name name;

    memcpy(name.data, id->data, ULID_BYTES);
    layout_put_be32(name.data + ULID_BYTES, key);
    return name;
}

static unsigned digit_of(const struct order_id_name *name, unsigned place)
{
    uint8_t both = name->data[place / 2];

    return place % 2 == 0 ? both >> 4 : both & 0x0FU;
}

/* ---- what a leaf holds ---- */

/* Rest of the ULID, number of the key, entries since the one before. */
#define ITEM_MAX (ULID_BYTES - TOP_DIGITS / 2 + 5 + LAYOUT_NUMBER_MAX)

struct item {
    struct order_id_name name;
    uint64_t index;
};

/* Bytes of the ULID that all names with so many digits in common share. */
static size_t shared_bytes(unsigned digits)
{
    return digits / 2 < ULID_BYTES ? digits / 2 : ULID_BYTES;
}

static size_t put_item(
    uint8_t *at, unsigned digits, const struct item *item, uint64_t last)
{
    size_t shared = shared_bytes(digits);
    size_t length = ULID_BYTES - shared;

    memcpy(at, item->name.data + shared, length);
    length += layout_put_number(
        at + length, layout_get_be32(item->name.data + ULID_BYTES));
    return length + layout_put_number(at + length, item->index - last);
}

/* The next one; item says the one before, or what all begin with. */
static bool take_item(
    struct bytes *rest, unsigned digits, struct item *item)
{
    size_t shared = shared_bytes(digits);
    uint64_t key;
    uint64_t entries;

    if (rest->length < ULID_BYTES - shared)
        return false;
    memcpy(item->name.data + shared, rest->data, ULID_BYTES - shared);
    *rest = bytes_after(*rest, ULID_BYTES - shared);
    if (!layout_take_number(rest, &key) || key > UINT32_MAX ||
        !layout_take_number(rest, &entries))
        return false;
    layout_put_be32(item->name.data + ULID_BYTES, (uint32_t)key);
    item->index += entries;
    return true;
}

/* ---- nodes ---- */

/* A node's value begins with what it is. */
#define NODE_DIVIDED 0U /* then u16: the next digits there are */
#define NODE_LEAF 1U    /* then items */

#define DIVIDED_BYTES 3
#define LEAF_BYTES 512 /* of items: seven or eight leaves to a page */

/* The digits, the last byte filled up with 0, and how many they are. */
static void node_name(struct order_id_node *node,
    const struct order_id_name *name, unsigned digits)
{
    size_t length = (digits + 1) / 2;

    node->digits = digits;
    node->place = (struct state_place){ 0 };
    memcpy(node->key, name->data, length);
    if (digits % 2 != 0)
        node->key[length - 1] &= 0xF0;
    node->key[length] = (uint8_t)digits;
    node->key_length = length + 1;
}

static struct bytes node_key(const struct order_id_node *node)
{
    return bytes_of(node->key, node->key_length);
}

static bool node_is_divided(struct bytes value)
{
    return value.length == DIVIDED_BYTES && value.data[0] == NODE_DIVIDED;
}

static unsigned node_mask(struct bytes value)
{
    return value.data[1] | (unsigned)value.data[2] << 8;
}

static void node_put_divided(
    struct state *state, struct order_id_node *node, unsigned mask)
{
    uint8_t value[DIVIDED_BYTES] = { NODE_DIVIDED, (uint8_t)mask,
        (uint8_t)(mask >> 8) };

    state_put_at(state, TABLE_ORDER_ID, node_key(node), &node->place,
        bytes_of(value, sizeof value), 0);
}

/*
 * The leaf where the name belongs has mostly as many digits as the one
 * before: what was found there is the one that the way down leads to.
 */
static bool guess(
    struct state *state, struct order_id_place *place, struct bytes *value)
{
    unsigned digits = place->node.digits;

    if (!place->is_leaf)
        return false;
    node_name(&place->node, &place->name, digits);
    return state_get_at(state, TABLE_ORDER_ID, node_key(&place->node),
               &place->node.place, value) &&
        !node_is_divided(*value);
}

/*
 * Down to where the name belongs: to a leaf, or to where one would be,
 * under the divided node above it if there is one.  The leaf's value, or
 * nothing.
 */
static struct bytes descend(
    struct state *state, struct order_id_place *place)
{
    const struct order_id_name *name = &place->name;
    struct order_id_node *node = &place->node;
    unsigned mask = 0;
    struct bytes value;

    if (guess(state, place, &value))
        return value;
    place->is_leaf = false;
    place->above.digits = 0;
    for (unsigned digits = TOP_DIGITS; digits <= NAME_DIGITS; digits++) {
        node_name(node, name, digits);
        if ((digits > TOP_DIGITS &&
                (mask >> digit_of(name, digits - 1) & 1) == 0) ||
            !state_get_at(state, TABLE_ORDER_ID, node_key(node),
                &node->place, &value))
            break;
        if (!node_is_divided(value)) {
            place->is_leaf = true;
            return value;
        }
        mask = node_mask(value);
        place->above = *node;
    }
    return bytes_of("", 0);
}

/* Is it the next item, up to the key's number?  Its last byte is looked at
 * first: few that are another one agree in it. */
static bool begins_like(
    struct bytes item, const uint8_t *rest, size_t length)
{
    return length == 0 ||
        (item.data[length - 1] == rest[length - 1] &&
            memcmp(item.data, rest, length) == 0);
}

/* The leaf's items one by one; *last is the entry of the last one, or of the
 * one that was found. */
static bool find_in_leaf(struct bytes items, unsigned digits,
    const struct order_id_name *name, uint64_t *last)
{
    size_t shared = shared_bytes(digits);
    size_t length = ULID_BYTES - shared;
    uint32_t number = layout_get_be32(name->data + ULID_BYTES);
    uint64_t key;
    uint64_t entries;

    *last = 0;
    while (items.length > length) {
        bool alike = begins_like(items, name->data + shared, length);

        items = bytes_after(items, length);
        if (!layout_take_number(&items, &key) ||
            !layout_take_number(&items, &entries))
            return false;
        *last += entries;
        if (alike && key == number)
            return true;
    }
    return false;
}

bool order_id_find(struct state *state, uint32_t key, const struct ulid *id,
    struct order_id_place *place, uint64_t *index)
{
    struct bytes value;

    place->name = name_of(id, key);
    place->version = state_version(state, TABLE_ORDER_ID);
    value = descend(state, place);
    if (!find_in_leaf(bytes_after(value, 1), place->node.digits,
            &place->name, &place->last))
        return false;
    *index = place->last;
    return true;
}

/* ---- one more ---- */

/* Room to grow: twice as much, so that it moves a few times only. */
static size_t room_for(size_t length)
{
    size_t room = 2 * length;

    return room > 1 + LEAF_BYTES ? 1 + LEAF_BYTES : room;
}

static void begin_leaf(struct state *state, struct order_id_place *place,
    const struct item *item)
{
    struct order_id_node *node = &place->node;
    struct order_id_node *above = &place->above;
    uint8_t value[1 + ITEM_MAX] = { NODE_LEAF };
    size_t length = 1 + put_item(value + 1, node->digits, item, 0);
    struct bytes divided;

    if (above->digits != 0 &&
        state_get_at(state, TABLE_ORDER_ID, node_key(above), &above->place,
            &divided))
        node_put_divided(state, above,
            node_mask(divided) |
                1U << digit_of(&item->name, above->digits));
    state_put_at(state, TABLE_ORDER_ID, node_key(node), &node->place,
        bytes_of(value, length), room_for(length));
}

/* The items that have one digit next. */
struct part {
    uint64_t last;
    size_t length;
    uint8_t value[1 + LEAF_BYTES]; /* no longer than that they come from */
};

static void add_to_part(
    struct part *part, unsigned digits, const struct item *item)
{
    uint8_t bytes[ITEM_MAX];
    size_t length = put_item(bytes, digits, item, part->last);

    if (part->length == 0)
        part->value[part->length++] = NODE_LEAF;
    if (length > sizeof part->value - part->length)
        return; /* not of what this file wrote */
    memcpy(part->value + part->length, bytes, length);
    part->length += length;
    part->last = item->index;
}

/* A full leaf becomes a divided node with leaves below it. */
static void divide(struct state *state, struct order_id_node *node,
    const struct order_id_name *name, struct bytes value)
{
    struct part parts[16];
    struct item item = { .name = *name };
    struct bytes rest = bytes_after(value, 1);
    unsigned mask = 0;

    for (unsigned i = 0; i < 16; i++)
        parts[i].last = parts[i].length = 0;
    while (rest.length > 0 && take_item(&rest, node->digits, &item)) {
        unsigned digit = digit_of(&item.name, node->digits);

        add_to_part(&parts[digit], node->digits + 1, &item);
        mask |= 1U << digit;
    }
    node_put_divided(state, node, mask);
    for (unsigned i = 0; i < 16; i++) {
        struct order_id_node below;
        struct order_id_name begins = *name;
        uint8_t *byte = &begins.data[node->digits / 2];

        if (parts[i].length == 0)
            continue;
        *byte = (uint8_t)(node->digits % 2 == 0 ? i << 4
                                                : (*byte & 0xF0U) | i);
        node_name(&below, &begins, node->digits + 1);
        state_put_at(state, TABLE_ORDER_ID, node_key(&below), &below.place,
            bytes_of(parts[i].value, parts[i].length),
            room_for(parts[i].length));
    }
}

/* False: the leaf was full, and is one no more. */
static bool add_to_leaf(struct state *state, struct order_id_place *place,
    const struct item *item)
{
    struct order_id_node *node = &place->node;
    uint8_t bytes[ITEM_MAX];
    size_t length = put_item(bytes, node->digits, item, place->last);
    struct bytes value;

    /* It fails only after a failure of storage, which is sticky. */
    if (!state_get_at(state, TABLE_ORDER_ID, node_key(node), &node->place,
            &value))
        return true;
    if (value.length + length > 1 + LEAF_BYTES) {
        divide(state, node, &item->name, value);
        return false;
    }
    state_amend_at(state, TABLE_ORDER_ID, node_key(node), &node->place,
        bytes_of("", 0), bytes_of(bytes, length),
        room_for(value.length + length));
    return true;
}

static bool still_there(struct state *state,
    const struct order_id_place *place, const struct order_id_name *name)
{
    return place->version == state_version(state, TABLE_ORDER_ID) &&
        memcmp(&place->name, name, sizeof *name) == 0;
}

void order_id_put(struct state *state, uint32_t key, const struct ulid *id,
    struct order_id_place *place, uint64_t index)
{
    struct item item = { .name = name_of(id, key), .index = index };
    uint64_t other;

    /* Each time round the leaf has a digit more. */
    for (;;) {
        if (!still_there(state, place, &item.name) &&
            order_id_find(state, key, id, place, &other))
            return;
        if (!place->is_leaf) {
            begin_leaf(state, place, &item);
            return;
        }
        if (add_to_leaf(state, place, &item))
            return;
    }
}

/* ---- do they hang together? ---- */

/* What a walk over the table has seen. */
struct seen {
    uint64_t nodes;
    uint64_t tops;
    uint64_t below; /* nodes that divided ones name */
    uint64_t items;
};

static const char *see_leaf(
    struct bytes rest, const struct order_id_name *name, unsigned digits,
    struct seen *seen)
{
    struct item item = { .name = *name };

    if (rest.length == 0)
        return "a leaf is empty";
    while (rest.length > 0) {
        if (!take_item(&rest, digits, &item))
            return "a leaf has half an item";
        if (digits % 2 != 0 && digit_of(&item.name, digits - 1) !=
                digit_of(name, digits - 1))
            return "an id stands in the leaf of others";
        seen->items++;
    }
    return NULL;
}

static const char *see_node(
    struct bytes key, struct bytes value, struct seen *seen)
{
    struct order_id_name name = { { 0 } };
    struct order_id_node node;
    unsigned digits = key.data[key.length - 1];

    if (digits < TOP_DIGITS || digits > NAME_DIGITS ||
        key.length != (digits + 1) / 2 + 1)
        return "a key has not the length that it tells";
    memcpy(name.data, key.data, key.length - 1);
    node_name(&node, &name, digits);
    if (!bytes_equal(node_key(&node), key))
        return "a key has a digit too many";
    seen->nodes++;
    seen->tops += digits == TOP_DIGITS;
    if (node_is_divided(value)) {
        seen->below += (uint64_t)__builtin_popcount(node_mask(value));
        return node_mask(value) != 0 ? NULL : "a divided node is empty";
    }
    if (value.length == 0 || value.data[0] != NODE_LEAF)
        return "a node is neither leaf nor divided";
    return see_leaf(bytes_after(value, 1), &name, digits, seen);
}

bool order_id_count(struct state *state, uint64_t *count, const char **why)
{
    struct state_scan *scan =
        state_scan_open(state, TABLE_ORDER_ID, bytes_of("", 0));
    struct seen seen = { 0 };
    struct bytes key;
    struct bytes value;

    *why = scan == NULL ? "the state failed" : NULL;
    while (*why == NULL && state_scan_next(scan, &key, &value))
        *why = see_node(key, value, &seen);
    if (scan != NULL)
        state_scan_close(scan);
    if (*why == NULL && state_failed(state))
        *why = "the state failed";
    if (*why == NULL && seen.nodes != seen.tops + seen.below)
        *why = "nodes are not those that the nodes above them name";
    *count = seen.items;
    return *why == NULL;
}
