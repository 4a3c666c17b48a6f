/*
 * Two languages: pick the one the user reads.
 */
#ifndef POSITO_TOOLS_SPEECH_H
#define POSITO_TOOLS_SPEECH_H

#include <posito/status.h>

/* Both texts take the same printf arguments, if any. */
__attribute__((format_arg(2), format_arg(3))) static inline const char *say(
    enum language language, const char *english, const char *spanish)
{
    return language == LANGUAGE_ES ? spanish : english;
}

#endif
