/*
 * What a connection has been answered, and how much of it may leave.
 *
 * An answer may leave when everything it saw is durable: when the journal
 * has at least as many entries as the ledger had when it was written.
 * Answers leave in the order they were written.
 */
#ifndef POSITO_DAEMON_OUTBOX_H
#define POSITO_DAEMON_OUTBOX_H

#include <posito/bytes.h>

/* Bytes up to end wait for the journal to have need entries. */
struct outbox_mark {
    size_t end;
    uint64_t need;
};

struct outbox {
    struct buffer bytes;
    size_t sent;     /* bytes from the front that have left */
    size_t released; /* bytes from the front that may leave */
    struct outbox_mark *marks; /* of what may not leave yet, both ascending */
    size_t mark_count;
    size_t mark_room;
};

void outbox_open(struct outbox *);
void outbox_close(struct outbox *);

/*
 * What was appended to outbox->bytes since the last call may leave when
 * the journal has need entries; it has durable now.  0, or -1: out of
 * memory.
 */
int outbox_seal(struct outbox *, uint64_t need, uint64_t durable)
    WARN_UNUSED_RESULT;

/* The journal has that many entries. */
void outbox_release(struct outbox *, uint64_t durable);

/* Bytes that may leave now, that wait for the journal, and both. */
size_t outbox_ready(const struct outbox *);
bool outbox_withheld(const struct outbox *);
size_t outbox_pending(const struct outbox *);

enum outbox_result {
    OUTBOX_SENT,    /* all that may leave has left */
    OUTBOX_BLOCKED, /* the socket takes no more now */
    OUTBOX_LOST     /* the client is gone */
};

/* Send what may leave.  *moved: something was taken by the socket. */
enum outbox_result outbox_send(struct outbox *, int socket, bool *moved)
    WARN_UNUSED_RESULT;

#endif
