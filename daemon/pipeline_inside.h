/*
 * What the files of pipeline share.
 */
#ifndef POSITO_DAEMON_PIPELINE_INSIDE_H
#define POSITO_DAEMON_PIPELINE_INSIDE_H

#include "pipeline.h"

#include "checkpointer.h"
#include "commit.h"
#include "verifier.h"

TAILQ_HEAD(connection_list, connection);

struct pipeline {
    struct storage *storage;
    struct ledger *ledger;
    const struct config *config;
    struct keycopy *keys;
    struct verifier *verifier;
    struct commit *commit;
    struct checkpointer *checkpointer;
    struct request *fresh; /* orders nobody has looked at, by next_job */
    struct request **fresh_end;
    size_t fresh_count;
    struct connection_list ready;
    struct connection_list waiting;
    struct connection_list touched;
    uint64_t request_bytes; /* of all connections */
    size_t connections;
    bool read_only;
    int64_t started_ms;
};

/* Storage failed or memory is out: nobody may be told anything. */
_Noreturn void pipeline_fail(const struct pipeline *);

/* ---- pipeline_lists.c ---- */

/* Put the connection into the list, if it is not there. */
void pipeline_make_ready(struct pipeline *, struct connection *);
void pipeline_make_waiting(struct pipeline *, struct connection *);

/* What was just written may leave when all that was decided so far is
 * durable: the answer saw no more than that. */
void pipeline_seal(struct pipeline *, struct connection *);

/* Free the connection's first request, or all of them. */
void pipeline_drop_first(struct pipeline *, struct connection *);
void pipeline_drop_all(struct pipeline *, struct connection *);

/* ---- pipeline_serve.c ---- */

/*
 * Answer what can be answered now, bounded, fair to all connections.  True
 * if there is more that could be answered at once.
 */
bool pipeline_serve(struct pipeline *);

#endif
