/*
 * "Did you mean ...?": the nearest of some names.
 */
#ifndef POSITO_TOOLS_SUGGEST_H
#define POSITO_TOOLS_SUGGEST_H

#include <posito/bytes.h>

/*
 * Letters to insert, delete, replace or swap with their neighbour to come
 * from one word to the other (optimal string alignment).  Words longer
 * than 31 bytes are far from everything: 99.
 */
unsigned suggest_distance(struct bytes, struct bytes);

/* The best name so far. */
struct suggestion {
    struct bytes word;
    const char *name; /* NULL: none is near */
    unsigned distance;
};

/* Begin with {.word = ...}; then show it each name. */
void suggest_consider(struct suggestion *, const char *name);

#endif
