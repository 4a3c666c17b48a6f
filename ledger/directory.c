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

/* Sets stand in pieces of a large page. */
#define PIECE_SETS (PAGES_LARGE / sizeof(struct set))
#define PIECES_MOST 512

struct directory {
    struct set *pieces[PIECES_MOST];
    size_t count; /* of pieces: a power of two */
    size_t count_most;
    size_t mask; /* the number of sets less one */
    size_t entered; /* of this generation */
    uint32_t generation;
    uint32_t turns; /* which place of a full set is given up next */
    uint64_t parties;
    uint64_t layer;
};

/* False: out of memory. */
static bool add_piece(struct directory *directory, struct set *piece)
{
    if (piece == NULL)
        return false;
    directory->pieces[directory->count++] = piece;
    return true;
}

struct directory *directory_new(size_t bytes_most)
{
    struct directory *directory = calloc(1, sizeof *directory);

    if (directory == NULL)
        return NULL;
    directory->mask = PIECE_SETS - 1;
    directory->count_most = bytes_most / PAGES_LARGE;
    if (directory->count_most > PIECES_MOST)
        directory->count_most = PIECES_MOST;
    directory->generation = 1;
    /* The first one may be all that is needed, and little of it. */
    if (add_piece(directory, pages_take(PAGES_LARGE, false)))
        return directory;
    free(directory);
    return NULL;
}

void directory_free(struct directory *directory)
{
    if (directory == NULL)
        return;
    while (directory->count > 1)
        pages_piece_give(directory->pieces[--directory->count]);
    pages_give(directory->pieces[0], PAGES_LARGE);
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
        for (size_t i = 0; i < directory->count; i++)
            memset(directory->pieces[i], 0, PAGES_LARGE);
        directory->generation = 1;
    }
}

static struct set *set_of(const struct directory *directory, uint32_t hash)
{
    size_t at = hash & directory->mask;

    return &directory->pieces[at / PIECE_SETS][at % PIECE_SETS];
}

/* The set beside it takes what it has no place for. */
static struct set *beside(const struct directory *directory, uint32_t hash)
{
    return set_of(directory, hash ^ 1);
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

/* NULL: it is not there. */
static struct place *named_in(const struct directory *directory,
    struct set *set, const struct ident *name)
{
    for (size_t i = 0; i < SET_PLACES; i++)
        if (is_named(directory, &set->places[i], name))
            return &set->places[i];
    return NULL;
}

/* A place where nothing that holds is entered.  NULL: there is none. */
static struct place *free_in(
    const struct directory *directory, struct set *set)
{
    for (size_t i = 0; i < SET_PLACES; i++)
        if (set->places[i].generation != directory->generation)
            return &set->places[i];
    return NULL;
}

bool directory_find(const struct directory *directory, uint32_t hash,
    const struct ident *name, struct directory_entry *out)
{
    const struct place *place =
        named_in(directory, set_of(directory, hash), name);

    if (place == NULL)
        place = named_in(directory, beside(directory, hash), name);
    if (place == NULL)
        return false;
    *out = (struct directory_entry){
        .party = place->party, .kept = place->kept, .book = place->book };
    return true;
}

/* Three quarters are full: make twice as many sets.  Of what was entered
 * half is still found, and the rest is entered anew when it is needed. */
static void grow(struct directory *directory)
{
    size_t count = directory->count;

    directory->entered /= 2;
    if (2 * count > directory->count_most)
        return;
    while (directory->count < 2 * count)
        if (!add_piece(directory, pages_piece_zero()))
            break;
    if (directory->count == 2 * count)
        directory->mask = directory->mask * 2 + 1;
    else
        while (directory->count > count)
            pages_piece_give(directory->pieces[--directory->count]);
}

/* That of the same name, one that does not hold, or one to be given up. */
static struct place *place_for(struct directory *directory, uint32_t hash,
    const struct ident *name)
{
    struct set *set = set_of(directory, hash);
    struct set *other = beside(directory, hash);
    struct place *found = named_in(directory, set, name);

    if (found == NULL)
        found = named_in(directory, other, name);
    if (found != NULL)
        return found;
    directory->entered++;
    found = free_in(directory, set);
    if (found == NULL)
        found = free_in(directory, other);
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
    if (directory->entered / 3 > directory->mask / 2)
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
