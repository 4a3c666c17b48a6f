/* A server's socket on a free port of the loopback. */
#ifndef POSITO_TOOLS_BENCH_LOOPBACK_H
#define POSITO_TOOLS_BENCH_LOOPBACK_H

#include <posito/attributes.h>

#include <netinet/in.h>

/* It listens; *at is its address.  The caller closes it.  -1: errno says
 * why. */
int bench_loopback_listen(struct sockaddr_in *at, int backlog)
    WARN_UNUSED_RESULT;

#endif
