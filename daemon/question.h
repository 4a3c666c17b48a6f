/*
 * Questions: what the ledger, the journal and the daemon itself can tell.
 * Nothing here writes to the ledger.
 */
#ifndef POSITO_DAEMON_QUESTION_H
#define POSITO_DAEMON_QUESTION_H

#include "peer.h"

#include "../ledger/report.h"

/* What is known outside the ledger, as of now. */
struct service_facts {
    uint64_t durable;   /* entries in the journal */
    struct bytes note;  /* the checkpoint of that size */
    uint64_t covered;   /* entries in the saved state */
    bool saving;        /* the state is being saved */
    size_t connections;
    int64_t uptime_ms;
};

struct question {
    struct ledger *ledger;
    struct peer *peer;
    const struct operation *op;
    const struct service_facts *facts;
    struct instant now;
    struct buffer *out;
};

/*
 * Questions about the journal speak of what is durable: they are answered
 * when the journal has all that the ledger had when their turn came.
 */
bool question_waits(enum verb);

/*
 * May this peer ask it?  False: the refusal was written, or *failed is
 * true because storage failed.
 */
bool question_allowed(const struct question *, bool *failed)
    WARN_UNUSED_RESULT;

/* Answer any question but follow, which follow.h does.  0, or -1: storage
 * failed. */
int question_answer(const struct question *) WARN_UNUSED_RESULT;

#endif
