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

/*
 * words: batch, mode=..., and a file's name ("-": standard input).  Builds
 * the batch's line without tail, with lines= and root= computed, and its
 * body.
 */
enum batch_verdict batch_build(const char *const *words, size_t count,
    const struct batch_options *, struct buffer *line, struct buffer *body,
    struct command_fault *, struct failure *) WARN_UNUSED_RESULT;

/* A file's text as a body: lines of the protocol.  *lines: how many. */
enum batch_verdict batch_body(struct bytes text, enum codec_place,
    const struct batch_options *, struct buffer *body, uint64_t *lines,
    struct command_fault *) WARN_UNUSED_RESULT;

#endif
