/*
 * posito init: founding a ledger, from a file or by asking.
 */
#ifndef POSITO_TOOLS_INIT_H
#define POSITO_TOOLS_INIT_H

#include "session.h"

/* words: the folder. */
enum outcome init_run(
    struct session *, const char *const *words, size_t count);

#endif
