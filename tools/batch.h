/*
 * Batch files: one operation a line, typed as on the command line; empty
 * lines and lines that begin with # are left out.
 *
 *     # collection sheet of the club Jomulquillo, July
 *     deposit member=m1042 via=la amount=USD25.00 purpose=F memo="July"
 *     contribute member=m1042 club=jomulquillo amount=USD5.00 purpose=C
 */
#ifndef POSITO_TOOLS_BATCH_H
#define POSITO_TOOLS_BATCH_H

#include "command.h"

#include <posito/failure.h>

struct batch_options {
    enum language language;
    bool exact;
};

enum batch_verdict {
    BATCH_BUILT,
    BATCH_FAULT, /* *fault: the file's line and what is wrong with it */
    BATCH_FAILED /* the file could not be read */
};

/* Which line of the file each line of the body was, from 1. */
struct batch_places {
    uint64_t *list; /* owned */
    uint64_t count;
};

void batch_places_free(struct batch_places *);

/*
 * Copy an answer to out, and say file-line= in the rows and the verdict
 * that name a line of the body.
 */
void batch_place_answer(const struct batch_places *, struct bytes answer,
    struct buffer *out);

/*
 * words: batch, mode=..., and a file's name ("-": standard input).  Builds
 * the batch's line without tail, with lines= and root= computed, and its
 * body.
 */
enum batch_verdict batch_build(const char *const *words, size_t count,
    const struct batch_options *, struct buffer *line, struct buffer *body,
    struct batch_places *, struct command_fault *, struct failure *)
    WARN_UNUSED_RESULT;

/* A file's text as a body: lines of the protocol. */
enum batch_verdict batch_body(struct bytes text,
    const struct batch_options *, struct buffer *body,
    struct batch_places *, struct command_fault *) WARN_UNUSED_RESULT;

#endif
