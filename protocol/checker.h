/*
 * Checks signatures as libsodium would, in a third of the time for a key
 * that has signed often, whose multiples are kept (key_multiples.h).  Any
 * thread may ask.
 *
 * libsodium has the last word.  It decides
 *
 *     - whatever the multiples do not accept: nobody is accused by our
 *       arithmetic alone;
 *     - the signature that a key's multiples were made for: they are kept
 *       only if they accept it too;
 *     - one in 64 of what the multiples accept, drawn so that whoever
 *       signs cannot know which: should our arithmetic accept what
 *       libsodium refuses, that comes out before long.
 *
 * Keys have places in sets of four.  A key that signs gains a use; one that
 * finds its set full takes a use from the least used there and gets the
 * place when none is left.  So keys that sign seldom do not drive out those
 * that sign often, and keys that are no longer used give way.
 */
#ifndef POSITO_PROTOCOL_CHECKER_H
#define POSITO_PROTOCOL_CHECKER_H

#include "key_multiples.h"

struct checker;

struct checker_rules {
    unsigned keys;   /* whose multiples are kept, 56 KiB each; rounded up to
                        a set */
    unsigned uses;   /* of a key before its multiples are made */
    unsigned one_in; /* of so many accepted, libsodium sees one too */
    bool (*accepts)(const struct key_multiples *, const struct signature *,
        struct bytes message); /* key_multiples_check, but in tests */
};

struct checker_counts {
    uint64_t by_multiples; /* accepted by them */
    uint64_t twice;        /* of these, libsodium's word was asked too */
    uint64_t made;         /* keys whose multiples were made */
};

/* As above, for 512 keys. */
struct checker_rules checker_usual(void);

struct checker *checker_new(const struct checker_rules *); /* NULL: memory */

/* When nobody checks any more.  NULL is harmless. */
void checker_free(struct checker *);

/* Lives as long as the checker. */
const struct signature_checker *checker_face(struct checker *);

struct checker_counts checker_count(const struct checker *);

#endif
