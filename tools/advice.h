/*
 * What to do about a refusal, for the person who met it.
 */
#ifndef POSITO_TOOLS_ADVICE_H
#define POSITO_TOOLS_ADVICE_H

#include <posito/status.h>

/* A sentence, UTF-8; NULL where the status' own sentence says it all. */
const char *advice_for(enum status, enum language);

#endif
