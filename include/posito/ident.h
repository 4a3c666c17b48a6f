/*
 * Idents: the names of parties, books and keys.
 *
 *     ident = ( a-z / 0-9 ) *( a-z / 0-9 / "." / "-" )
 *
 * 1 to 31 characters, the last one a letter or digit.  A name says
 * nothing about a person: m1042, la.ana is a teller's desk, not her name
 * in a register.
 *
 * Also ULIDs (github.com/ulid/spec): 128 bits, the first 48 the
 * milliseconds since 1970, spelled in 26 characters of Crockford's
 * base 32 in upper case, the first one 0 to 7.
 */
#ifndef POSITO_IDENT_H
#define POSITO_IDENT_H

#include <posito/bytes.h>

#define IDENT_LENGTH_MAX 31

struct ident {
    uint8_t length; /* 0: none */
    char text[IDENT_LENGTH_MAX]; /* unused bytes are zero */
};

bool ident_parse(struct bytes, struct ident *) WARN_UNUSED_RESULT;

/* From a literal of ours that is known to be an ident; aborts if not. */
struct ident ident_of(const char *text);

struct bytes ident_bytes(const struct ident *);
bool ident_equal(const struct ident *, const struct ident *);

#define ULID_LENGTH 26

struct ulid {
    uint8_t data[16];
};

bool ulid_parse(struct bytes, struct ulid *) WARN_UNUSED_RESULT;
void ulid_append(struct buffer *, const struct ulid *);

/* Build one from a time and ten random bytes, both the caller's. */
struct ulid ulid_make(uint64_t ms, const uint8_t random[10]);

#endif
