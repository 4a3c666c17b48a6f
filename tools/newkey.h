/*
 * Proofs of possession: key-add and key-rotate lines signed by the new key.
 */
#ifndef POSITO_TOOLS_NEWKEY_H
#define POSITO_TOOLS_NEWKEY_H

#include "session.h"

/*
 * Build the key-add or key-rotate that the words spell, with the proof by
 * the key in settings->new_key_file.  key= and public= are taken from that
 * file if they are not given.  Tells the user what is wrong.
 */
enum outcome newkey_line(struct session *, const char *const *words,
    size_t count, const struct hash *ledger, struct buffer *line);

/* posito proof key-add ...: print the line for somebody else to sign. */
enum outcome newkey_proof(
    struct session *, const char *const *words, size_t count);

/* posito keygen NAME: make a key and say how to have it registered. */
enum outcome newkey_generate(
    struct session *, const char *const *words, size_t count);

#endif
