/*
 * posito import-programme FILE [year=... book=... ...]: show the published
 * programme; with the words that follow, send the lines of one year's
 * projects, signed by the user's key, and stop at the first refusal.
 */
#ifndef POSITO_TOOLS_PROGRAMME_IMPORT_H
#define POSITO_TOOLS_PROGRAMME_IMPORT_H

#include "session.h"

/*
 * words: FILE, or FILE with all of year= book= agreement= federal= state=
 * municipal= via= clubs=NAME,NAME... and perhaps line=N, the line of the
 * year to begin with (1): what was told when an earlier run stopped, because
 * others had to sign a milestone first.
 */
enum outcome programme_import_run(
    struct session *, const char *const *words, size_t count);

#endif
