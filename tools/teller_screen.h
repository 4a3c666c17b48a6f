/*
 * The teller's screen in a terminal: posito teller.
 */
#ifndef POSITO_TOOLS_TELLER_SCREEN_H
#define POSITO_TOOLS_TELLER_SCREEN_H

#include "session.h"

enum outcome teller_screen_run(
    struct session *, const char *const *words, size_t count);

#endif
