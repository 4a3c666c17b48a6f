#include "suggest.h"

#include <string.h>

#define WORD_MAX 31
#define FAR 99U

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned suggest_distance(struct bytes a, struct bytes b)
{
    unsigned rows[WORD_MAX + 1][WORD_MAX + 1];
    if (a.length > WORD_MAX || b.length > WORD_MAX)
        return FAR;
    for (unsigned i = 0; i <= a.length; i++)
        rows[i][0] = i;
    for (unsigned j = 0; j <= b.length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        for (size_t j = 1; j <= b.length; j++) {
            unsigned change = a.data[i - 1] == b.data[j - 1] ? 0 : 1;
            unsigned best = rows[i - 1][j - 1] + change;
            best = least(best, rows[i - 1][j] + 1);
            best = least(best, rows[i][j - 1] + 1);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1])
                best = least(best, rows[i - 2][j - 2] + 1);
            rows[i][j] = best;
        }
    }
    return rows[a.length][b.length];
}

void suggest_consider(struct suggestion *suggestion, const char *name)
{
    struct bytes other = bytes_text(name);
    unsigned distance = suggest_distance(suggestion->word, other);
    /* The beginning of a name is a good guess however long the rest is. */
    if (suggestion->word.length >= 3 &&
        suggestion->word.length < other.length &&
        memcmp(suggestion->word.data, other.data,
            suggestion->word.length) == 0)
        distance = least(distance, 1);
    /* Up to a third of the letters may be wrong. */
    if (distance > 1 + (unsigned)(suggestion->word.length / 4))
        return;
    if (suggestion->name == NULL || distance < suggestion->distance) {
        suggestion->name = name;
        suggestion->distance = distance;
    }
}
