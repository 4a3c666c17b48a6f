/*
 * A connection's bytes become requests: lines, and the bodies of batches.
 *
 *     LINE --- a batch's line ---> BODY --- its last line ---> LINE
 *       |                            |
 *       +-- too long, or a batch's --+--> DEAF: what follows is dropped
 *           line that says nothing
 */
#ifndef POSITO_DAEMON_INBOX_H
#define POSITO_DAEMON_INBOX_H

#include "request.h"

enum inbox_state { INBOX_LINE, INBOX_BODY, INBOX_DEAF };

/* Bytes of unfinished bodies of all connections together.  A batch that
 * does not fit any more is read, dropped and answered `busy`. */
struct inbox_budget {
    uint64_t used;
    uint64_t limit;
};

struct inbox {
    struct inbox_budget *budget; /* borrowed */
    enum inbox_state state;
    struct buffer line; /* a line that has no LF yet; copied only then */
    struct request *batch; /* whose body is being read */
    uint64_t lines_left;   /* of it */
    size_t line_length;    /* bytes of the body's present line */
    int64_t since_ms;      /* first byte of what is unfinished; 0: nothing */
};

void inbox_open(struct inbox *, struct inbox_budget *);
void inbox_close(struct inbox *);

/*
 * Take bytes in, and drop them from *bytes, until the list has limit
 * requests.  Finished requests are appended to it; one that carries a
 * fault is answered with it.  0, or -1: out of memory.
 */
int inbox_feed(struct inbox *, struct bytes *, int64_t now_ms,
    struct request_list *, size_t limit) WARN_UNUSED_RESULT;

#endif
