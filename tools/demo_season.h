/*
 * A quarter of a year: members enrolled, the clubs' collection sheets
 * signed as batches by the federations' tellers, days and months closed,
 * term shares offered, a dividend declared, pools lent to federations.
 */
#ifndef POSITO_TOOLS_DEMO_SEASON_H
#define POSITO_TOOLS_DEMO_SEASON_H

#include "demo_send.h"

/* From 2000-01-03 until 2000-04-03 is open.  0, or -1. */
int demo_season(struct play *) WARN_UNUSED_RESULT;

#endif
