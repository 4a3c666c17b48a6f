#include "journal_inside.h"

#include <stdlib.h>

/* Read this much at once when hopping over headers. */
#define HOP_AHEAD (64U << 10)

/* ---- places ---- */

bool journal_places_add(
    struct places *places, uint64_t first, uint64_t offset)
{
    if (places->count > 0 &&
        offset - places->list[places->count - 1].offset < PLACE_DISTANCE)
        return true;
    if (places->count == places->capacity) {
        size_t capacity = places->capacity == 0 ? 16 : places->capacity * 2;
        struct place *list =
            realloc(places->list, capacity * sizeof *list);
        if (list == NULL)
            return false;
        places->list = list;
        places->capacity = capacity;
    }
    places->list[places->count++] = (struct place){first, offset};
    return true;
}

static struct place places_find(const struct places *places, uint64_t index)
{
    size_t low = 0;
    size_t high = places->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (places->list[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return places->list[low];
}

/* ---- hopping ---- */

int journal_hop(struct journal_reader *reader, uint64_t limit,
    uint64_t index, struct group_header *header, uint64_t *offset,
    struct places *places, struct failure *failure)
{
    uint64_t next = header->first;
    for (;;) {
        struct bytes text;
        if (journal_reader_view(reader, *offset, JOURNAL_HEADER_MAX,
                HOP_AHEAD, limit, &text, failure) != 0)
            return -1;
        bool group = journal_group_header(text, header) &&
            header->first == next &&
            header->length + header->bytes <= limit - *offset;
        if (!group) {
            header->first = next;
            return 0;
        }
        if (places != NULL && !journal_places_add(places, next, *offset))
            return failure_set(failure, "journal: out of memory");
        next = header->first + header->count;
        if (index < next)
            return 1;
        *offset += header->length + header->bytes;
    }
}

/* Build the places of a segment and leave them with it. */
static int build_places(struct journal *journal,
    struct journal_reader *reader, size_t number, uint64_t first,
    uint64_t limit, struct failure *failure)
{
    struct places places = {.list = NULL};
    struct group_header header = {.first = first};
    uint64_t offset = 0;
    if (journal_hop(reader, limit, UINT64_MAX, &header, &offset, &places,
            failure) < 0) {
        free(places.list);
        return -1;
    }
    (void)pthread_mutex_lock(&journal->lock);
    struct segment *segment = &journal->segments[number];
    if (!segment->indexed) {
        segment->indexed = true;
        segment->places = places;
        places.list = NULL;
    }
    (void)pthread_mutex_unlock(&journal->lock);
    free(places.list);
    return 0;
}

int journal_find_place(struct journal *journal,
    struct journal_reader *reader, size_t number, uint64_t index,
    struct place *place, struct failure *failure)
{
    char name[SEGMENT_NAME_MAX];
    (void)pthread_mutex_lock(&journal->lock);
    uint64_t first = journal->segments[number].first;
    uint64_t limit = journal_limit(journal, number);
    bool indexed = journal->segments[number].indexed;
    (void)pthread_mutex_unlock(&journal->lock);

    journal_segment_name(first, name);
    if (journal_reader_open(reader, journal->folder, name, failure) != 0)
        return -1;
    if (!indexed &&
        build_places(journal, reader, number, first, limit, failure) != 0)
        return -1;

    (void)pthread_mutex_lock(&journal->lock);
    const struct places *places = &journal->segments[number].places;
    *place = places->count == 0 ? (struct place){first, 0}
                                : places_find(places, index);
    (void)pthread_mutex_unlock(&journal->lock);
    return 0;
}

/* ---- reading one entry ---- */

static int not_there(uint64_t index, struct failure *failure)
{
    return failure_set(failure, "journal: there is no entry %llu",
        (unsigned long long)index);
}

static int damaged(uint64_t index, struct failure *failure)
{
    return failure_set(failure,
        "journal: entry %llu is damaged; restore its segment from the "
        "mirror or a copy, then run posito-audit replay",
        (unsigned long long)index);
}

/* Bring the index's group to the desk. */
static int fetch(struct journal *journal, struct journal_reader *reader,
    uint64_t index, struct failure *failure)
{
    struct place place;
    (void)pthread_mutex_lock(&journal->lock);
    size_t number = journal_find_segment(journal, index);
    (void)pthread_mutex_unlock(&journal->lock);
    if (journal_find_place(
            journal, reader, number, index, &place, failure) != 0)
        return -1;

    (void)pthread_mutex_lock(&journal->lock);
    uint64_t limit = journal_limit(journal, number);
    bool ready = journal->ready;
    (void)pthread_mutex_unlock(&journal->lock);
    struct group_header header = {.first = place.first};
    uint64_t offset = place.offset;
    int found = journal_hop(
        reader, limit, index, &header, &offset, NULL, failure);
    if (found < 0)
        return -1;
    if (found == 0)
        return ready ? damaged(header.first, failure)
                     : not_there(index, failure);
    struct bytes text;
    if (journal_reader_view(reader, offset,
            (size_t)(header.length + header.bytes), 0, limit, &text,
            failure) != 0)
        return -1;
    return journal_desk_take(&journal->desk, text, number, offset) == 0
               ? 0
               : damaged(index, failure);
}

static bool is_durable(struct journal *journal, uint64_t index)
{
    (void)pthread_mutex_lock(&journal->lock);
    bool durable = journal->count > 0 &&
        (!journal->ready || index < journal->size);
    (void)pthread_mutex_unlock(&journal->lock);
    return durable;
}

/* What is wanted of an entry: one of them is not NULL. */
struct wanted {
    struct buffer *all;
    struct hash *leaf;
};

static int look(struct journal *journal, uint64_t index, struct wanted wanted)
{
    return wanted.all != NULL
               ? journal_desk_read(&journal->desk, index, wanted.all)
               : journal_desk_leaf(&journal->desk, index, wanted.leaf);
}

/* The bytes of a sealed entry alone.  False: it has no seal, or that does
 * not fit, or it cannot be read here; fetch tells what is wrong. */
static bool read_sealed(struct journal *journal, uint64_t index,
    struct buffer *out, struct journal_reader *reader)
{
    const struct seals *seals = &journal->desk.seals;
    const struct seal *seal = journal_seals_find(seals, index);
    char name[SEGMENT_NAME_MAX];
    struct failure failure;
    struct bytes text;
    if (seal == NULL)
        return false;
    (void)pthread_mutex_lock(&journal->lock);
    uint64_t limit = journal_limit(journal, seal->number);
    journal_segment_name(journal->segments[seal->number].first, name);
    (void)pthread_mutex_unlock(&journal->lock);
    if (journal_reader_open(reader, journal->folder, name, &failure) != 0 ||
        journal_reader_view(reader, seal->offset, seal->length, 0, limit,
            &text, &failure) != 0 ||
        !journal_seal_fits(seals, seal, text))
        return false;
    buffer_append(out, text);
    return true;
}

/* As look says, after bringing it to where it can be looked at; -2: fetch
 * has failed. */
static int bring(struct journal *journal, uint64_t index,
    struct wanted wanted, struct failure *failure)
{
    struct journal_reader reader = {.open = false};
    int found = 1;
    if (wanted.all == NULL ||
        !read_sealed(journal, index, wanted.all, &reader))
        found = fetch(journal, &reader, index, failure) == 0
                    ? look(journal, index, wanted)
                    : -2;
    journal_reader_free(&reader);
    return found;
}

static int read_at_desk(struct journal *journal, uint64_t index,
    struct wanted wanted, struct failure *failure)
{
    int found = look(journal, index, wanted);
    if (found == 0)
        found = bring(journal, index, wanted, failure);
    if (found == -2)
        return -1;
    if (wanted.all != NULL && wanted.all->failed)
        return failure_set(failure, "journal: out of memory");
    return found == 1 ? 0 : damaged(index, failure);
}

static int read_wanted(struct journal *journal, uint64_t index,
    struct wanted wanted, struct failure *failure)
{
    if (!is_durable(journal, index))
        return not_there(index, failure);
    (void)pthread_mutex_lock(&journal->desk.lock);
    int result = read_at_desk(journal, index, wanted, failure);
    (void)pthread_mutex_unlock(&journal->desk.lock);
    return result;
}

int journal_read(struct journal *journal, uint64_t index, struct buffer *out,
    struct failure *failure)
{
    return read_wanted(
        journal, index, (struct wanted){.all = out}, failure);
}

int journal_leaf(struct journal *journal, uint64_t index, struct hash *out,
    struct failure *failure)
{
    return read_wanted(
        journal, index, (struct wanted){.leaf = out}, failure);
}
