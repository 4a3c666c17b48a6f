/*
 * The demonstration's season and working day over TCP: what happens in
 * which order stands in demo_season.c, demo_members.c and demo_counter.c.
 */
#ifndef POSITO_TOOLS_DEMO_PLAY_H
#define POSITO_TOOLS_DEMO_PLAY_H

#include "demo_plan.h"

/*
 * Play everything against the daemon at address, with the keys that lie
 * open in folder/keys.  Prints a line a step.  0, or -1: an order that had
 * to be accepted was refused, or the daemon could not be reached.
 */
int demo_play(struct demo_plan *, const char *folder, const char *address,
    struct failure *) WARN_UNUSED_RESULT;

/*
 * The end of the working day: each drawer is counted and closed, Chicago's
 * five cents short.  0, or -1.
 */
int demo_close(struct demo_plan *, const char *folder, const char *address,
    struct failure *) WARN_UNUSED_RESULT;

#endif
