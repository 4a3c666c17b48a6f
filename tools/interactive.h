/*
 * posito without a command, on a terminal: line by line, with history and
 * completion.
 */
#ifndef POSITO_TOOLS_INTERACTIVE_H
#define POSITO_TOOLS_INTERACTIVE_H

#include "session.h"

/* Until quit, Ctrl-D or a failure.  The outcome of the last command. */
enum outcome interactive_run(struct session *);

#endif
