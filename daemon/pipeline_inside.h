/*
 * What the files of pipeline share.
 */
#ifndef POSITO_DAEMON_PIPELINE_INSIDE_H
#define POSITO_DAEMON_PIPELINE_INSIDE_H

#include "pipeline.h"

#include "checkpointer.h"
#include "commit.h"
#include "decider.h"
#include "question.h"
#include "verifier.h"

TAILQ_HEAD(connection_list, connection);

/* The request that takes long. */
struct long_job {
    struct request *request; /* NULL: none */
    struct ledger *ledger;
    uint64_t size;    /* of the ledger when it was begun */
    struct instant now;
    struct peer peer; /* a copy: the client may go */
    struct buffer answer;
};

struct pipeline {
    struct storage *storage;
    struct ledger *ledger;
    const struct config *config;
    struct keycopy *keys;
    struct verifier *verifier;
    struct commit *commit;
    struct checkpointer *checkpointer;
    struct decider *decider;
    struct long_job job;
    struct request *fresh; /* orders nobody has looked at, by next_job */
    struct request **fresh_end;
    size_t fresh_count;
    size_t gathered; /* orders checked since a group was handed over */
    bool overlaps;   /* something was under way when a group was answered */
    struct connection_list ready;
    struct connection_list waiting;
    struct connection_list touched;
    uint64_t request_bytes; /* of all connections */
    size_t connections;
    bool read_only;
    bool stopping;
    bool tends; /* the state is to be tended again soon */
    bool asked; /* a ready connection may have something other than orders */
    bool open;  /* a group, as of the last step */
    bool flooded; /* with signatures to check; see thread_be_patient */
    int64_t stepped_us; /* when that was */
    int64_t wait_us; /* as of the last step: see pipeline_wait_us */
    bool idle;
    int64_t started_ms;
};

/* Storage failed or memory is out: nobody may be told anything. */
_Noreturn void pipeline_fail(const struct pipeline *);

/* ---- pipeline_lists.c ---- */

/* Put the connection into the list, if it is not there.  Ready is one whose
 * first request can be answered, if nothing blocks it. */
void pipeline_make_ready(struct pipeline *, struct connection *);
void pipeline_make_waiting(struct pipeline *, struct connection *);

/* What was just written may leave when all that was decided so far is
 * durable: the answer saw no more than that. */
void pipeline_seal(struct pipeline *, struct connection *);

/* Free the connection's first request, or all of them. */
void pipeline_drop_first(struct pipeline *, struct connection *);
void pipeline_drop_all(struct pipeline *, struct connection *);

/* ---- pipeline_long.c ---- */

/* Does the decider have to work on it, be it an order or a question? */
bool pipeline_takes_long(struct pipeline *, const struct request *);

/* No long request can be begun now. */
bool pipeline_long_blocked(const struct pipeline *);

/* Begin the connection's first request; now is its time. */
void pipeline_begin_long(
    struct pipeline *, struct connection *, struct instant now);

/* Answer the one that has ended, if one has. */
void pipeline_collect_long(struct pipeline *);

/* The connection's first request is being worked on. */
bool pipeline_is_deciding(const struct connection *);

/* ---- pipeline_serve.c ---- */

/* The first request was answered: seal the answer, go on to the next. */
void pipeline_finish_first(struct pipeline *, struct connection *);

/*
 * Answer what can be answered now, bounded, fair to all connections.  True
 * if there is more that could be answered at once.
 */
bool pipeline_serve(struct pipeline *);

#endif
