/*
 * Compiler attributes the whole project uses, and nothing else.
 */
#ifndef POSITO_ATTRIBUTES_H
#define POSITO_ATTRIBUTES_H

/* The compiler warns when a caller does not look at the result. */
#define WARN_UNUSED_RESULT __attribute__((warn_unused_result))

/* The compiler checks the arguments against the printf format. */
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

#endif
