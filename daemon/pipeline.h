/*
 * The way of a request, from its last byte to its answer:
 *
 *     arrived -> signatures checked -> decided in its connection's order
 *             -> group synced -> answer released
 *
 * One call of pipeline_step goes as far as is possible now without
 * waiting.  When there is nothing more to do, pipeline_help makes the loop's
 * thread one of those that check signatures.  A group is handed over to be
 * synced when the disk is free and half of the orders under way, or enough
 * of them, are in it: so the one half is synced while the other half is
 * checked.  Only the loop's thread comes here.  It is the only one that uses
 * the ledger, but for a long decision: then a thread of its own has the
 * ledger except during a step (decider.h), and questions are answered as if
 * that decision had not begun.
 *
 * Knows connections' queues, but neither sockets nor libevent.
 */
#ifndef POSITO_DAEMON_PIPELINE_H
#define POSITO_DAEMON_PIPELINE_H

#include "connection.h"
#include "storage.h"

struct bell;
struct pipeline;

/* The bell rings when a thread has something for pipeline_step.  All are
 * borrowed; the storage is up to date. */
int pipeline_open(struct pipeline **, struct storage *,
    const struct config *, struct bell *, struct failure *)
    WARN_UNUSED_RESULT;

/* Ends the threads, after the group and the flush that are under way.  All
 * connections must have been forgotten.  NULL is harmless. */
void pipeline_close(struct pipeline *);

/* ---- connections ---- */

/* Take over finished requests; the list is empty then. */
void pipeline_arrived(
    struct pipeline *, struct connection *, struct request_list *);

/* Something about it has changed: more may be decided, sent or read. */
void pipeline_touch(struct pipeline *, struct connection *);

/* It is about to be closed: forget it and its requests. */
void pipeline_forget(struct pipeline *, struct connection *);

/* Answer a connection out of turn, after everything it was answered
 * before, drop its requests, and end it. */
void pipeline_dismiss(struct pipeline *, struct connection *, enum status);

/* Refuse every request that is not decided, and end the connection: the
 * daemon stops.  One that is being decided is answered first. */
void pipeline_stop(struct pipeline *, struct connection *);

/* The next connection to look after: send, watch, end.  NULL: no more. */
struct connection *pipeline_next_touched(struct pipeline *);

/* ---- the work ---- */

/* Go on.  True if there is more to do at once, after other events. */
bool pipeline_step(struct pipeline *);

/* Nothing else is to be done: check a signature, if one waits for it.  True
 * if so, and there is more to do then. */
bool pipeline_help(struct pipeline *);

/* Microseconds until a step is needed although nothing happens; -1: none. */
int64_t pipeline_wait_us(const struct pipeline *);

/* Nothing open, nothing being synced. */
bool pipeline_idle(const struct pipeline *);

/* Too much waits for all connections together. */
bool pipeline_crowded(const struct pipeline *);

uint64_t pipeline_durable(const struct pipeline *);

/* The checkpoint of what is durable; a view until the next step. */
struct bytes pipeline_note(const struct pipeline *);

/* Have the checkpoint written to its file, in the background. */
void pipeline_promise(struct pipeline *);

/* ---- what questions tell, and what orders are refused for ---- */

void pipeline_set_connections(struct pipeline *, size_t);
void pipeline_set_read_only(struct pipeline *, bool);

#endif
