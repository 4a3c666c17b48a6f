/*
 * The event loop: clients, signals, timers.
 */
#ifndef POSITO_DAEMON_SERVER_H
#define POSITO_DAEMON_SERVER_H

#include "listener.h"
#include "storage.h"

struct server;

/*
 * Listen and be ready to run; the port stands in FOLDER/port.  All are
 * borrowed.  0, or -1.
 */
int server_open(struct server **, const struct config *, struct storage *,
    struct listener *, struct failure *) WARN_UNUSED_RESULT;

/*
 * Serve until SIGTERM or SIGINT; then finish: what is decided is synced
 * and answered, what is not is told `stopping`, the state is saved.  0, or
 * -1: the state could not be saved (the journal is whole).
 */
int server_run(struct server *, struct failure *) WARN_UNUSED_RESULT;

void server_close(struct server *); /* NULL is harmless */

#endif
