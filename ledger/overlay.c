#include "overlay.h"

#include "pages.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_AT_FIRST 1024
#define SLOTS_AHEAD_MOST ((size_t)1 << 26)

/* ---- names ---- */

__extension__ typedef unsigned __int128 product;

static product times(uint64_t a, uint64_t b)
{
    return (product)a * b;
}

static uint64_t word_at(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Less than eight bytes as a word: of one length, each another. */
static uint64_t short_word(struct bytes key)
{
    uint32_t first;
    uint32_t last; /* overlaps the first if there are less than 8 */
    if (key.length >= sizeof first) {
        memcpy(&first, key.data, sizeof first);
        memcpy(&last, key.data + key.length - sizeof last, sizeof last);
        return (uint64_t)last << 32 | first;
    }
    if (key.length == 0)
        return 0;
    return (uint64_t)key.data[0] | (uint64_t)key.data[key.length / 2] << 8 |
           (uint64_t)key.data[key.length - 1] << 16;
}

/*
 * NH (RFC 4418, 5.2.2): the sum of products of pairs of words, a random
 * word added to each.  The first word is the length; the last one of the
 * key overlaps the one before, unless the key is shorter than that.
 */
static product sum_of_products(
    const struct overlay_seed *seed, struct bytes key)
{
    const uint64_t *random = seed->words;
    size_t tail = key.length - sizeof(uint64_t);
    if (key.length <= sizeof(uint64_t))
        return times(key.length + random[0],
            (key.length < sizeof(uint64_t) ? short_word(key)
                                           : word_at(key.data)) +
                random[1]);
    product sum =
        times(key.length + random[0], word_at(key.data) + random[1]);
    for (size_t at = 8; at < key.length; at += 16) {
        size_t next = at + 8 < tail ? at + 8 : tail;
        random += 2;
        sum += times(word_at(key.data + (at < tail ? at : tail)) + random[0],
            word_at(key.data + next) + random[1]);
    }
    return sum;
}

struct overlay_name overlay_name(
    const struct overlay_seed *seed, enum table table, struct bytes key)
{
    product sum = sum_of_products(seed, key);
    /* Near ones are parted: slots are searched one after the other. */
    product mixed = times((uint64_t)sum ^ seed->mix[0],
        (uint64_t)(sum >> 64) ^ seed->mix[1]);
    uint32_t hash = (uint32_t)((uint64_t)mixed ^ (uint64_t)(mixed >> 64));
    /* The tables' keys have much in common: part them. */
    hash += (uint32_t)table * 0x9E3779B1u;
    return (struct overlay_name){.table = table, .key = key, .hash = hash};
}

/* ---- the arena ---- */

static int add_chunk(struct overlay *overlay)
{
    if (overlay->chunks_made == overlay->chunks_room) {
        size_t room = overlay->chunks_room * 2 + 8;
        uint8_t **chunks =
            realloc(overlay->chunks, room * sizeof *overlay->chunks);
        if (chunks == NULL)
            return -1;
        overlay->chunks = chunks;
        overlay->chunks_room = room;
    }
    /* Most overlays that are small stay small. */
    uint8_t *chunk = overlay->chunks_made == 0
                         ? pages_take(OVERLAY_CHUNK_BYTES, false)
                         : pages_piece_take();
    if (chunk == NULL)
        return -1;
    overlay->chunks[overlay->chunks_made++] = chunk;
    return 0;
}

static void drop_chunk(struct overlay *overlay)
{
    uint8_t *chunk = overlay->chunks[--overlay->chunks_made];
    if (overlay->chunks_made == 0)
        pages_give(chunk, OVERLAY_CHUNK_BYTES);
    else
        pages_piece_give(chunk);
}

/* Place for that many bytes, within one chunk; 0: out of memory. */
static uint32_t arena_take(struct overlay *overlay, size_t bytes)
{
    uint32_t units = (uint32_t)((bytes + OVERLAY_UNIT - 1) / OVERLAY_UNIT);
    uint32_t at = overlay->next_unit;
    if (at % OVERLAY_CHUNK_UNITS + units > OVERLAY_CHUNK_UNITS)
        at = (at / OVERLAY_CHUNK_UNITS + 1) * OVERLAY_CHUNK_UNITS;
    if (at > UINT32_MAX - 2 * OVERLAY_CHUNK_UNITS)
        return 0;
    if (at / OVERLAY_CHUNK_UNITS >= overlay->chunks_made && add_chunk(overlay) != 0)
        return 0;
    overlay->next_unit = at + units;
    return at;
}

/* ---- making and clearing ---- */

static size_t pieces_of(size_t slots)
{
    return slots <= OVERLAY_PIECE_SLOTS ? 1 : slots >> OVERLAY_PIECE_SHIFT;
}

static void piece_free(uint64_t *piece, size_t slots)
{
    if (slots < OVERLAY_PIECE_SLOTS)
        free(piece);
    else
        pages_piece_give(piece);
}

static void slots_free(uint64_t **slots, size_t count)
{
    if (slots == NULL)
        return;
    for (size_t i = 0; i < pieces_of(count); i++)
        piece_free(slots[i], count);
    free(slots);
}

/* All free; a power of two.  NULL: out of memory. */
static uint64_t **slots_make(size_t count)
{
    size_t pieces = pieces_of(count);
    uint64_t **slots = calloc(pieces, sizeof *slots);
    for (size_t i = 0; slots != NULL && i < pieces; i++) {
        slots[i] = count < OVERLAY_PIECE_SLOTS
                       ? calloc(count, sizeof **slots)
                       : pages_piece_zero();
        if (slots[i] == NULL) {
            slots_free(slots, count);
            return NULL;
        }
    }
    return slots;
}

void overlay_clear(struct overlay *overlay)
{
    size_t count = overlay->slot_mask + 1;
    size_t each = count < OVERLAY_PIECE_SLOTS ? count : OVERLAY_PIECE_SLOTS;
    for (size_t i = 0; i < pieces_of(count); i++)
        memset(overlay->slots[i], 0, each * sizeof **overlay->slots);
    memset(overlay->heads, 0, sizeof overlay->heads);
    overlay->slots_used = 0;
    overlay->records = 0;
    overlay->next_unit = OVERLAY_FIRST;
}

struct overlay *overlay_new_for(size_t records)
{
    struct overlay *overlay = calloc(1, sizeof *overlay);
    if (overlay == NULL)
        return NULL;
    size_t count = SLOTS_AT_FIRST;
    while (records >= count / 4 * 3 && count < SLOTS_AHEAD_MOST)
        count *= 2;
    overlay->slots = slots_make(count);
    if (overlay->slots == NULL) {
        free(overlay);
        return NULL;
    }
    overlay->slot_mask = count - 1;
    overlay->next_unit = OVERLAY_FIRST;
    return overlay;
}

struct overlay *overlay_new(void)
{
    return overlay_new_for(0);
}

void overlay_free(struct overlay *overlay)
{
    if (overlay == NULL)
        return;
    while (overlay->chunks_made > 0)
        drop_chunk(overlay);
    free(overlay->chunks);
    slots_free(overlay->slots, overlay->slot_mask + 1);
    free(overlay);
}

bool overlay_free_part(struct overlay *overlay)
{
    if (overlay->chunks_made > 0) {
        drop_chunk(overlay);
        return true;
    }
    size_t pieces = pieces_of(overlay->slot_mask + 1);
    if (pieces > 1) {
        pages_piece_give(overlay->slots[pieces - 1]);
        overlay->slot_mask -= OVERLAY_PIECE_SLOTS;
        return true;
    }
    overlay_free(overlay);
    return false;
}

/* The reference of a record: a scan over the chunks, for what is rare. */
static uint32_t record_reference(
    const struct overlay *overlay, const struct overlay_record *record)
{
    const uint8_t *at = (const uint8_t *)record;
    size_t chunk = 0;
    while (at < overlay->chunks[chunk] ||
           at >= overlay->chunks[chunk] + OVERLAY_CHUNK_BYTES)
        chunk++;
    return (uint32_t)(chunk * OVERLAY_CHUNK_UNITS +
                      (size_t)(at - overlay->chunks[chunk]) / OVERLAY_UNIT);
}

/* ---- the slots ---- */

static uint64_t slot_of(uint32_t hash, uint32_t reference)
{
    return (uint64_t)hash << 32 | reference;
}

/* One that is known to be in none yet. */
static void slot_add(struct overlay *overlay, uint64_t slot)
{
    size_t at = (size_t)(slot >> 32) & overlay->slot_mask;
    while (*overlay_slot_at(overlay, at) != 0)
        at = (at + 1) & overlay->slot_mask;
    *overlay_slot_at(overlay, at) = slot;
}

static int slots_double(struct overlay *overlay)
{
    const struct overlay old = *overlay;
    size_t count = (old.slot_mask + 1) * 2;
    uint64_t **slots = slots_make(count);
    if (slots == NULL)
        return -1;
    overlay->slots = slots;
    overlay->slot_mask = count - 1;
    for (size_t i = 0; i <= old.slot_mask; i++) {
        uint64_t slot = *overlay_slot_at(&old, i);
        if (slot != 0)
            slot_add(overlay, slot);
    }
    slots_free(old.slots, old.slot_mask + 1);
    return 0;
}

/* ---- records ---- */

const struct overlay_record *overlay_find(
    const struct overlay *overlay, const struct overlay_name *name)
{
    return overlay_look(overlay, name);
}

/* A record with room for a value, not yet in any slot; 0: no memory. */
static uint32_t record_make(
    struct overlay *overlay, const struct overlay_name *name, size_t room)
{
    size_t fixed = sizeof(struct overlay_record) + name->key.length;
    uint32_t reference = arena_take(overlay, fixed + room);
    if (reference == 0)
        return 0;
    size_t rounded = (fixed + room + OVERLAY_UNIT - 1) / OVERLAY_UNIT * OVERLAY_UNIT;
    struct overlay_record *record = overlay_record_at(overlay, reference);
    *record = (struct overlay_record){
        .next = overlay->heads[name->table],
        .room = (uint16_t)(rounded - fixed),
        .table = (uint8_t)name->table,
        .key_length = (uint8_t)name->key.length,
        .presence = PRESENCE_NONE,
    };
    memcpy(record->bytes, name->key.data, name->key.length);
    overlay->heads[name->table] = reference;
    return reference;
}

/* Room for a value of that length that may grow: what grew once will grow
 * again. */
static size_t more_room(size_t length)
{
    size_t room = length + length / 2;
    return room > STATE_VALUE_MAX ? STATE_VALUE_MAX : room;
}

struct overlay_record *overlay_hold(struct overlay *overlay,
    const struct overlay_name *name, size_t length, size_t wish,
    struct overlay_record **moved)
{
    *moved = NULL;
    if (overlay->slots_used + 1 > (overlay->slot_mask + 1) / 4 * 3 &&
        slots_double(overlay) != 0)
        return NULL;
    uint64_t *slot = overlay_slot(overlay, name);
    struct overlay_record *old = NULL;
    if (*slot != 0) {
        old = overlay_record_at(overlay, (uint32_t)*slot);
        if (length <= old->room)
            return old;
    }
    size_t room = old != NULL ? more_room(length) : length;
    if (wish >= length)
        room = wish;
    uint32_t reference = record_make(overlay, name, room);
    if (reference == 0)
        return NULL;
    struct overlay_record *record = overlay_record_at(overlay, reference);
    if (old == NULL) {
        overlay->slots_used++;
    } else {
        record->presence = old->presence;
        record->length = old->length;
        memcpy(record->bytes + record->key_length,
            old->bytes + old->key_length, old->length);
        old->moved = 1;
        *moved = old;
    }
    *slot = slot_of(name->hash, reference);
    return record;
}

void overlay_move_back(struct overlay *overlay, uint32_t hash,
    struct overlay_record *record, struct overlay_record *old)
{
    size_t at = hash & overlay->slot_mask;
    uint64_t slot = slot_of(hash, record_reference(overlay, record));
    while (*overlay_slot_at(overlay, at) != slot)
        at = (at + 1) & overlay->slot_mask;
    *overlay_slot_at(overlay, at) =
        slot_of(hash, record_reference(overlay, old));
    record->moved = 1;
    old->moved = 0;
}

static void record_set_presence(struct overlay *overlay,
    struct overlay_record *record, enum presence presence)
{
    if (record->presence != PRESENCE_NONE)
        overlay->records--;
    if (presence != PRESENCE_NONE)
        overlay->records++;
    record->presence = (uint8_t)presence;
}

void overlay_write(struct overlay *overlay, struct overlay_record *record,
    struct bytes value)
{
    if (value.length > 0)
        memmove(record->bytes + record->key_length, value.data, value.length);
    record->length = (uint16_t)value.length;
    record_set_presence(overlay, record, PRESENCE_VALUE);
}

void overlay_unwrite(struct overlay *overlay, struct overlay_record *record)
{
    record_set_presence(overlay, record, PRESENCE_NONE);
}

void overlay_write_deleted(
    struct overlay *overlay, struct overlay_record *record)
{
    record->length = 0;
    record_set_presence(overlay, record, PRESENCE_DELETED);
}

const struct overlay_record *overlay_put(struct overlay *overlay,
    const struct overlay_name *name, struct bytes value)
{
    struct overlay_record *moved;
    struct overlay_record *record =
        overlay_hold(overlay, name, value.length, 0, &moved);
    if (record != NULL)
        overlay_write(overlay, record, value);
    return record;
}

const struct overlay_record *overlay_delete(
    struct overlay *overlay, const struct overlay_name *name)
{
    struct overlay_record *moved;
    struct overlay_record *record = overlay_hold(overlay, name, 0, 0, &moved);
    if (record != NULL)
        overlay_write_deleted(overlay, record);
    return record;
}

void overlay_forget(struct overlay *overlay, const struct overlay_name *name)
{
    struct overlay_record *record = overlay_find_held(overlay, name);
    if (record != NULL)
        overlay_unwrite(overlay, record);
}

void overlay_restore(struct overlay *into, const struct overlay *from)
{
    for (size_t i = 0; i <= from->slot_mask; i++) {
        uint64_t slot = *overlay_slot_at(from, i);
        if (slot == 0)
            continue;
        const struct overlay_record *record =
            overlay_record_at(from, (uint32_t)slot);
        struct overlay_name name =
            overlay_name_of(record, (uint32_t)(slot >> 32));
        struct overlay_record *there = overlay_find_held(into, &name);
        if (there == NULL)
            continue;
        if (!overlay_present(record))
            overlay_unwrite(into, there);
        else if (overlay_deleted(record))
            overlay_write_deleted(into, there);
        else
            overlay_write(into, there, overlay_value(record));
    }
}

size_t overlay_walk(const struct overlay *overlay, size_t *place,
    struct overlay_found *found, size_t count)
{
    size_t made = 0;
    for (; made < count && *place <= overlay->slot_mask; (*place)++) {
        uint64_t slot = *overlay_slot_at(overlay, *place);
        if (slot != 0)
            found[made++] = (struct overlay_found){
                .record = overlay_record_at(overlay, (uint32_t)slot),
                .hash = (uint32_t)(slot >> 32),
            };
    }
    return made;
}

size_t overlay_records(const struct overlay *overlay)
{
    return overlay->records;
}

size_t overlay_bytes(const struct overlay *overlay)
{
    /* Slots are a third to three quarters full: two for each used one. */
    return (size_t)(overlay->next_unit - OVERLAY_FIRST) * OVERLAY_UNIT +
           overlay->slots_used * 2 * sizeof **overlay->slots;
}

size_t overlay_memory(const struct overlay *overlay)
{
    return overlay->chunks_made * OVERLAY_CHUNK_BYTES +
           (overlay->slot_mask + 1) * sizeof **overlay->slots;
}

/* ---- lists ---- */

static uint64_t key_start(struct bytes key)
{
    uint64_t start = 0;
    for (size_t i = 0; i < 8; i++)
        start = start << 8 | (i < key.length ? key.data[i] : 0);
    return start;
}

int overlay_item_compare(
    const struct overlay_item *a, const struct overlay_item *b)
{
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return bytes_compare(overlay_key(a->record), overlay_key(b->record));
}

static int item_compare(const void *left, const void *right)
{
    return overlay_item_compare(left, right);
}

/* ---- the order of a list ---- */

#define DIGIT_BITS 11U
#define DIGIT_VALUES ((size_t)1 << DIGIT_BITS)
#define RADIX_FROM 256 /* items: below, qsort is as quick */

/* From `from` into `into`, in order of one digit of the starts; those that
 * are equal there stay in the order in which they are. */
static void sort_digit(const struct overlay_item *from,
    struct overlay_item *into, size_t count, unsigned shift)
{
    size_t places[DIGIT_VALUES] = {0};
    size_t next = 0;
    for (size_t i = 0; i < count; i++)
        places[from[i].start >> shift & (DIGIT_VALUES - 1)]++;
    for (size_t digit = 0; digit < DIGIT_VALUES; digit++) {
        size_t those = places[digit];
        places[digit] = next;
        next += those;
    }
    for (size_t i = 0; i < count; i++)
        into[places[from[i].start >> shift & (DIGIT_VALUES - 1)]++] = from[i];
}

/* Sort by the starts alone, digits that all share left out.  The array that
 * has the outcome; the other one is left over. */
static struct overlay_item *sort_starts(
    struct overlay_item *items, struct overlay_item *other, size_t count)
{
    uint64_t differs = 0;
    for (size_t i = 1; i < count; i++)
        differs |= items[i].start ^ items[0].start;
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        struct overlay_item *into = other;
        if ((differs >> shift & (DIGIT_VALUES - 1)) == 0)
            continue;
        sort_digit(items, into, count, shift);
        other = items;
        items = into;
    }
    return items;
}

/* Most keys are told apart by their starts; the rest is done after that. */
static int list_sort(struct overlay_list *list)
{
    size_t end;
    if (list->count >= RADIX_FROM) {
        struct overlay_item *mine = list->items;
        struct overlay_item *other = malloc(list->count * sizeof *other);
        if (other == NULL)
            return -1;
        list->items = sort_starts(mine, other, list->count);
        free(list->items == mine ? other : mine);
    }
    for (size_t at = 0; at < list->count; at = end) {
        end = list->count < RADIX_FROM ? list->count : at + 1;
        while (end < list->count &&
               list->items[end].start == list->items[at].start)
            end++;
        if (end - at > 1)
            qsort(&list->items[at], end - at, sizeof *list->items,
                item_compare);
    }
    return 0;
}

static bool record_listed(
    const struct overlay_record *record, struct bytes prefix)
{
    return !record->moved && record->presence != PRESENCE_NONE &&
           record->key_length >= prefix.length &&
           (prefix.length == 0 ||
               memcmp(record->bytes, prefix.data, prefix.length) == 0);
}

int overlay_list(const struct overlay *overlay, enum table table,
    struct bytes prefix, struct overlay_list *list)
{
    size_t room = 0;
    *list = (struct overlay_list){.items = NULL, .count = 0};
    uint32_t at = overlay->heads[table];
    while (at != 0) {
        const struct overlay_record *record = overlay_record_at(overlay, at);
        at = record->next;
        if (!record_listed(record, prefix))
            continue;
        if (list->count == room) {
            room = room * 2 + 16;
            void *items = realloc(list->items, room * sizeof *list->items);
            if (items == NULL) {
                free(list->items);
                list->items = NULL;
                return -1;
            }
            list->items = items;
        }
        list->items[list->count++] = (struct overlay_item){
            .start = key_start(overlay_key(record)), .record = record};
    }
    if (list_sort(list) == 0)
        return 0;
    free(list->items);
    list->items = NULL;
    return -1;
}
