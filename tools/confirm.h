/*
 * Asking before something is signed.
 */
#ifndef POSITO_TOOLS_CONFIRM_H
#define POSITO_TOOLS_CONFIRM_H

#include "settings.h"

/* Is anybody there to be asked, and shall they be (no --yes, no --json)? */
bool confirm_wanted(const struct settings *);

/*
 * Ask a question that ends in "y/n", and read a line.  Yes is y, yes, s, si
 * or sí; anything else, Enter alone and the end of input are no.
 */
bool confirm_ask(const char *question);

#endif
