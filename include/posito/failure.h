/*
 * A failure is ours: disk, memory, corruption.  Whoever meets it first
 * writes one line about it here; it travels up unchanged, is logged once
 * and ends the program before anybody is told "ok".
 */
#ifndef POSITO_FAILURE_H
#define POSITO_FAILURE_H

#include <posito/attributes.h>

struct failure {
    char text[400]; /* empty: none yet; one line, no LF, UTF-8 */
};

/* Keep the first text; later ones are consequences.  Always returns -1, so
 * that a function can `return failure_set(...)`. */
int failure_set(struct failure *, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with ": " and the message of the system error number. */
int failure_set_errno(struct failure *, int number, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
