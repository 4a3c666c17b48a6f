/*
 * From typed words to a line of the protocol: fields in any order, text
 * with spaces and accents, every fault named before anything is sent.
 * Driven by the operation table.
 */
#ifndef POSITO_TOOLS_COMMAND_H
#define POSITO_TOOLS_COMMAND_H

#include "../protocol/codec.h"

/* What is wrong, for a person: one or several lines without the last LF. */
struct command_fault {
    enum status status;
    char text[2000];
};

struct command_options {
    enum codec_place place;
    enum language language;
    /* A field the caller appends itself (proof), the last of its verb; it
     * may not be given.  NULL: none. */
    const char *left_out;
    /* Text fields are given as they stand on the line, %XX and all. */
    bool exact;
};

/*
 * Append to line the operation that the words spell: the verb, then
 * key=value words.  Signed operations get no tail: client_sign adds it.
 * False, with *fault filled in and nothing appended, if they spell none.
 */
bool command_build(const char *const *words, size_t count,
    const struct command_options *, struct buffer *line,
    struct command_fault *) WARN_UNUSED_RESULT;

/* The verb a first word names; false with a suggestion in *fault. */
bool command_verb(const char *word, enum language, enum verb *,
    struct command_fault *) WARN_UNUSED_RESULT;

/* How a value of the field looks: "USD25.00"; NULL for words of a list. */
const char *command_example(const struct field_row *);

#endif
