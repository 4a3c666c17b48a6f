/*
 * The directory: parties whose shares were posted to lately, by name, with
 * what an ordinary transfer (ordinary.h) asks of them.
 *
 * To post to a share takes the party's record for its number and then the
 * share's: two lookups, each with a slot and a record in one of several
 * layers, nine lines of memory that the processor mostly does not have.  An
 * entry here is half a line and says where the share's record stands.
 *
 * It is a copy of what the state says and no more than a hint: what is found
 * holds for the version of the parties and the layer of the state that it
 * was entered under; directory_turn_to another one forgets all.  Bounded:
 * where five entries want the same four places one is pushed out.  Names
 * longer than DIRECTORY_NAME_MAX are not entered.  One thread, as the ledger.
 */
#ifndef POSITO_LEDGER_DIRECTORY_H
#define POSITO_LEDGER_DIRECTORY_H

#include <posito/attributes.h>
#include <posito/ident.h>

#include <stddef.h>

#define DIRECTORY_NAME_MAX 18

/* What is known of a party that is neither closed, frozen nor in
 * succession, and of its share in some currency. */
struct directory_entry {
    uint32_t party; /* number */
    uint32_t kept;  /* the share's record: see state_keep */
    uint8_t book;
};

struct directory;

/* Of so many bytes at most (but not less than it begins with).  NULL: out
 * of memory. */
struct directory *directory_new(size_t bytes_most);
void directory_free(struct directory *); /* NULL is harmless */

/* From now on what is found and entered holds for these two: state_version
 * of the parties, and state_layer. */
void directory_turn_to(struct directory *, uint64_t parties, uint64_t layer);

/*
 * hash: of name and currency, the same for the same two; first the
 * processor is told to fetch the place, then it is looked at.  Of another
 * currency of the same name an entry may be found: the share's record says
 * whose it is.
 */
void directory_prefetch(const struct directory *, uint32_t hash);
bool directory_find(const struct directory *, uint32_t hash,
    const struct ident *name, struct directory_entry *) WARN_UNUSED_RESULT;

/* Enter it, or say anew what was entered of that hash and name. */
void directory_enter(struct directory *, uint32_t hash,
    const struct ident *name, const struct directory_entry *);

#endif
