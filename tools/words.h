/*
 * A typed line taken apart into words, as a shell would: spaces separate;
 * 'single' and "double" quotes keep them; a backslash takes the next
 * character as it is (but inside single quotes).
 */
#ifndef POSITO_TOOLS_WORDS_H
#define POSITO_TOOLS_WORDS_H

#include <posito/bytes.h>

#define WORDS_MAX 64
#define WORDS_BYTES_MAX 16384

struct words {
    size_t count;
    const char *word[WORDS_MAX + 1]; /* the last one is followed by NULL */
    char store[WORDS_BYTES_MAX];
};

enum words_verdict {
    WORDS_SPLIT,
    WORDS_OPEN_QUOTE, /* a quote that does not end */
    WORDS_TOO_MANY    /* too long, or more than WORDS_MAX */
};

enum words_verdict words_split(struct words *, struct bytes line)
    WARN_UNUSED_RESULT;

#endif
