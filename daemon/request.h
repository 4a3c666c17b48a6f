/*
 * One request, from its last byte read to its answer written.
 *
 *     ARRIVED ----> CHECKING ----> READY ----> answered, freed
 *        |     a worker checks       ^
 *        |      the signature        |
 *        +---------------------------+
 *          a question: nothing to check
 *
 *     READY ----> DECIDING ----> READY
 *        it takes long: the decider's thread works on it
 */
#ifndef POSITO_DAEMON_REQUEST_H
#define POSITO_DAEMON_REQUEST_H

#include "keycopy.h"

#include <posito/order.h>

enum request_state {
    REQUEST_ARRIVED,  /* an order that nobody has looked at */
    REQUEST_CHECKING, /* a worker's; nobody else may touch it */
    REQUEST_READY,    /* decided when it is the first of its connection */
    REQUEST_DECIDING  /* the decider's; it stays its connection's first */
};

struct connection;

struct request {
    struct request *next;     /* of its connection, in order of arrival */
    struct request *next_job; /* while it is with the verifier */
    struct connection *connection; /* NULL: the client is gone */
    enum request_state state;

    bool is_order;
    bool last; /* what follows on the connection cannot be told apart: it
                  is closed after this answer */
    bool body_dropped;  /* the body was larger than a body may be */
    bool out_of_memory; /* the check failed, and so does the daemon */
    struct fault fault; /* found while reading; it is the answer */

    struct bytes line; /* without LF; lives as long as the request */
    struct buffer body;
    uint64_t lines; /* of the body, as the line announces them */
    struct order order;   /* of an order, once it was checked */
    struct keycopy *keys; /* it was checked with */

    uint8_t text[];
};

/* Copies the line.  NULL: out of memory. */
struct request *request_make(struct bytes line);
void request_free(struct request *); /* NULL is harmless */

/* Bytes of memory it takes as it came; and more, once it was checked: a
 * decoded line is several times as large as its text. */
size_t request_memory(const struct request *);
size_t request_memory_checked(const struct request *);

/* Decode and check the signatures, with request->keys; checker: NULL for
 * signature_check.  Any thread. */
void request_check(struct request *, const struct hash *ledger,
    const struct signature_checker *checker);

/* First in, first out; a request is in one list at a time of each kind. */
struct request_list {
    struct request *first;
    struct request *last;
    size_t count;
};

void request_list_add(struct request_list *, struct request *);
struct request *request_list_take(struct request_list *); /* NULL: empty */

#endif
