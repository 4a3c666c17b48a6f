/*
 * posito approve: nobody signs what they have not seen.
 */
#ifndef POSITO_TOOLS_APPROVE_H
#define POSITO_TOOLS_APPROVE_H

#include "session.h"

/*
 * On a terminal: show the proposal, what it would post, and ask.  True: go
 * on and sign, at once if --yes or --json is given or nobody is there to
 * answer.  False: *outcome says why not.
 */
bool approve_confirmed(struct session *, const char *const *words,
    size_t count, enum outcome *outcome);

#endif
