/*
 * Load on a real daemon over loopback: found a small ledger, start and kill
 * positod, send signed transfers from many connections, remember every
 * acknowledgement, and afterwards look each one up in the journal's files.
 */
#ifndef POSITO_TESTS_LOAD_H
#define POSITO_TESTS_LOAD_H

#include <posito/failure.h>
#include <posito/keyfile.h>

#include <sys/types.h>

#define LOAD_MEMBERS 1000
#define LOAD_TELLERS 4

struct load {
    char folder[256];
    char address[64];
    pid_t daemon; /* 0: not running */
    struct keyfile tellers[LOAD_TELLERS];
    struct failure failure;
};

/* Found in a new temporary folder, start, enrol LOAD_MEMBERS members with
 * 1,000.00 each.  0, or -1. */
int load_found(struct load *) WARN_UNUSED_RESULT;
/* Stop what runs and remove the folder. */
void load_remove(struct load *);

int load_start(struct load *) WARN_UNUSED_RESULT;
/* SIGTERM and wait; the exit code must be 0. */
int load_stop(struct load *) WARN_UNUSED_RESULT;
/* SIGKILL and reap. */
void load_kill(struct load *);

/* Run posito-audit with one word on the folder; its exit code must be 0. */
int load_audit(struct load *, const char *word) WARN_UNUSED_RESULT;

/* ---- one connection's transfers ---- */

enum load_fate {
    LOAD_UNSENT,
    LOAD_UNKNOWN, /* sent, no answer seen */
    LOAD_ACKED,
    LOAD_REFUSED
};

struct load_order {
    char line[320]; /* signed, without LF */
    size_t length;
    uint64_t index; /* of its entry, if acked */
    enum load_fate fate;
};

struct load_sender {
    struct load *load;
    unsigned number; /* makes its ids and its members differ from others' */
    size_t count;
    size_t window; /* answers that may be open at once */
    struct load_order *orders; /* count of them; freed by load_sender_free */
    uint64_t random;
    struct failure failure;
    bool lost; /* the connection broke: the daemon was killed */
};

/* Make count signed transfers between random members. */
int load_sender_prepare(struct load_sender *, size_t count)
    WARN_UNUSED_RESULT;
void load_sender_free(struct load_sender *);

/*
 * Connect and send every order that is not acked yet, oldest first, the
 * very same bytes as before.  0 when all are answered; -1 with lost or a
 * failure.  Suitable as a thread's whole work.
 */
int load_send(struct load_sender *);

/* Every acked order is in the journal exactly once, at the index that was
 * answered, with the very bytes; and no order is there twice. */
int load_find_all(struct load *, struct load_sender *senders, size_t count)
    WARN_UNUSED_RESULT;

#endif
