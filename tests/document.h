/*
 * Files of the checkout that tests compare with what the program says:
 * golden lines, and the generated sections of the format texts.  Tests run
 * in the top folder.
 *
 * A section stands between a line "<!-- NAME: generated -->" and a line
 * "<!-- NAME: end -->".  With POSITO_REWRITE=1 in the environment the test
 * writes what it expects instead of failing; the difference then shows in
 * `git diff`, where a person looks at it.
 */
#ifndef POSITO_TESTS_DOCUMENT_H
#define POSITO_TESTS_DOCUMENT_H

#include <posito/bytes.h>

/* Append the file; false if it cannot be read. */
bool document_read(const char *path, struct buffer *out);
bool document_write(const char *path, struct bytes);

/* Whether tests shall write rather than compare. */
bool document_rewriting(void);

/* The lines of a section; false if its marks are not there. */
bool document_section(
    struct bytes document, const char *name, struct bytes *section);

/* Fails the running test unless the section is the text. */
void document_check_section(
    const char *path, const char *name, struct bytes text);

/* Fails the running test unless the file is the text. */
void document_check(const char *path, struct bytes text);

#endif
