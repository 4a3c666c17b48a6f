/*
 * A working day at the counters: drawers opened and closed by their
 * tellers, single signed lines, and what a counter sees now and then:
 * memberships, holds, cash that is reported, a mistake taken back, orders
 * that others refuse.
 */
#ifndef POSITO_TOOLS_DEMO_COUNTER_H
#define POSITO_TOOLS_DEMO_COUNTER_H

#include "demo_send.h"

int demo_counter(struct play *) WARN_UNUSED_RESULT;

/* The evening: each drawer is counted and closed, Chicago's five cents
 * short.  The client has logged in as who may ask for balances. */
int demo_counter_close(struct play *) WARN_UNUSED_RESULT;

#endif
