#include "directory.h"

#include "pages.h"
#include "prefetch.h"

#include <stdlib.h>
#include <string.h>

/* Half a line of memory, so that no place is in two of them. */
struct place {
    uint32_t generation; /* it holds for; 0: nothing is entered */
    uint32_t party;
    uint32_t kept;
    uint8_t book;
    uint8_t length; /* of the name */
    char name[DIRECTORY_NAME_MAX]; /* unused bytes are zero */
};

#define SET_PLACES 2
struct set {
    struct place places[SET_PLACES];
};

_Static_assert(sizeof(struct set) == 64, "a set is a line of memory");
_Static_assert(DIRECTORY_NAME_MAX <= IDENT_LENGTH_MAX, "part of an ident");

#define BYTES_AT_FIRST PAGES_LARGE

struct directory {
    struct set *sets;
    size_t mask; /* their number, a power of two, less one */
    size_t bytes_most;
    size_t entered; /* of this generation */
    uint32_t generation;
    uint32_t turns; /* which place of a full set is given up next */
    uint64_t parties;
    uint64_t layer;
};

static size_t bytes_of_sets(const struct directory *directory)
{
    return (directory->mask + 1) * sizeof(struct set);
}

struct directory *directory_new(size_t bytes_most)
{
    struct directory *directory = calloc(1, sizeof *directory);

    if (directory == NULL)
        return NULL;
    directory->sets = pages_take(BYTES_AT_FIRST, false);
    directory->mask = BYTES_AT_FIRST / sizeof(struct set) - 1;
    directory->bytes_most = bytes_most;
    directory->generation = 1;
    if (directory->sets != NULL)
        return directory;
    free(directory);
    return NULL;
}

void directory_free(struct directory *directory)
{
    if (directory == NULL)
        return;
    pages_give(directory->sets, bytes_of_sets(directory));
    free(directory);
}

void directory_turn_to(
    struct directory *directory, uint64_t parties, uint64_t layer)
{
    if (directory->parties == parties && directory->layer == layer)
        return;
    directory->parties = parties;
    directory->layer = layer;
    directory->entered = 0;
    /* Once round: what was entered long ago must not hold again. */
    if (++directory->generation == 0) {
        memset(directory->sets, 0, bytes_of_sets(directory));
        directory->generation = 1;
    }
}

static struct set *set_of(const struct directory *directory, uint32_t hash)
{
    return &directory->sets[hash & directory->mask];
}

void directory_prefetch(const struct directory *directory, uint32_t hash)
{
    prefetch(set_of(directory, hash));
}

static bool is_named(const struct directory *directory,
    const struct place *place, const struct ident *name)
{
    return place->generation == directory->generation &&
        place->length == name->length &&
        memcmp(place->name, name->text, sizeof place->name) == 0;
}

bool directory_find(const struct directory *directory, uint32_t hash,
    const struct ident *name, struct directory_entry *out)
{
    const struct set *set = set_of(directory, hash);

    for (size_t i = 0; i < SET_PLACES; i++) {
        const struct place *place = &set->places[i];

        if (!is_named(directory, place, name))
            continue;
        *out = (struct directory_entry){
            .party = place->party, .kept = place->kept, .book = place->book };
        return true;
    }
    return false;
}

/* As many entries as sets: make twice as many, which fill up anew. */
static void grow(struct directory *directory)
{
    size_t bytes = bytes_of_sets(directory);
    struct set *sets;

    directory->entered = 0;
    if (bytes > directory->bytes_most / 2)
        return;
    sets = pages_take(2 * bytes, true);
    if (sets == NULL)
        return;
    pages_give(directory->sets, bytes);
    directory->sets = sets;
    directory->mask = directory->mask * 2 + 1;
}

/* That of the same name, one that does not hold, or one to be given up. */
static struct place *place_for(struct directory *directory, uint32_t hash,
    const struct ident *name)
{
    struct set *set = set_of(directory, hash);
    struct place *found = NULL;

    for (size_t i = 0; i < SET_PLACES; i++) {
        struct place *place = &set->places[i];

        if (is_named(directory, place, name))
            return place;
        if (place->generation != directory->generation)
            found = place;
    }
    directory->entered++;
    if (found == NULL)
        found = &set->places[directory->turns++ % SET_PLACES];
    return found;
}

void directory_enter(struct directory *directory, uint32_t hash,
    const struct ident *name, const struct directory_entry *entry)
{
    struct place *place;

    if (name->length > DIRECTORY_NAME_MAX)
        return;
    if (directory->entered > directory->mask)
        grow(directory);
    place = place_for(directory, hash, name);
    *place = (struct place){
        .generation = directory->generation,
        .party = entry->party,
        .kept = entry->kept,
        .book = entry->book,
        .length = name->length,
    };
    memcpy(place->name, name->text, sizeof place->name);
}
