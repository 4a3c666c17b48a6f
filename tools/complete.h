/*
 * Completion of what is typed: verbs, field names, words of choice fields.
 */
#ifndef POSITO_TOOLS_COMPLETE_H
#define POSITO_TOOLS_COMPLETE_H

#include <posito/bytes.h>

#define COMPLETE_MAX 128

struct completion {
    size_t count;
    /* Whole words that the one being typed could become: "deposit",
     * "member=", "purpose=F".  Views of tables or of store. */
    const char *word[COMPLETE_MAX];
    /* The letters all of them begin with, beyond those typed. */
    char common[64];
    bool finished; /* a single one, and it takes a space after it */
    char store[4096];
};

/* typed: the line up to the cursor. */
void complete_line(struct completion *, struct bytes typed);

#endif
