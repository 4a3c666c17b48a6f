/*
 * The keys that a journal names, learned while it is read ahead of its
 * being applied, so that workers can check signatures early.
 *
 * Only a guess: nobody has decided yet whether such a line was allowed.
 * Whoever applies the entry compares with the key in force and checks
 * again if it is another one.
 *
 * Counted references; a set never changes once a worker may see it.
 */
#ifndef POSITO_TOOLS_REPLAY_KEYS_H
#define POSITO_TOOLS_REPLAY_KEYS_H

#include <posito/ident.h>
#include <posito/note.h>

struct replay_keys;

struct replay_keys *replay_keys_new(void); /* empty; NULL: out of memory */
struct replay_keys *replay_keys_hold(struct replay_keys *);
void replay_keys_drop(struct replay_keys *); /* NULL is harmless */

/*
 * Add what key-add and key-rotate lines in some entries say.  If there are
 * any, *keys becomes another set (the reference moves).  False: memory.
 */
bool replay_keys_learn(struct replay_keys **keys, struct bytes entries)
    WARN_UNUSED_RESULT;

/* For struct keyring; context is a struct replay_keys. */
bool replay_keys_find(
    void *context, const struct ident *, struct public_key *);

#endif
