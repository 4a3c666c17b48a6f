#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Memory that an empty outbox keeps for the next answers. */
#define KEEP_BYTES 65536

void outbox_open(struct outbox *outbox)
{
    memset(outbox, 0, sizeof *outbox);
    outbox->bytes = buffer_empty();
}

void outbox_close(struct outbox *outbox)
{
    buffer_free(&outbox->bytes);
    free(outbox->marks);
    outbox->marks = NULL;
    outbox->mark_count = 0;
}

static int add_mark(struct outbox *outbox, uint64_t need)
{
    size_t end = outbox->bytes.length;
    if (outbox->mark_count > 0 &&
        outbox->marks[outbox->mark_count - 1].need == need) {
        outbox->marks[outbox->mark_count - 1].end = end;
        return 0;
    }
    if (outbox->mark_count == outbox->mark_room) {
        size_t room = outbox->mark_room == 0 ? 8 : outbox->mark_room * 2;
        struct outbox_mark *marks =
            realloc(outbox->marks, room * sizeof *marks);
        if (marks == NULL)
            return -1;
        outbox->marks = marks;
        outbox->mark_room = room;
    }
    outbox->marks[outbox->mark_count++] = (struct outbox_mark){end, need};
    return 0;
}

int outbox_seal(struct outbox *outbox, uint64_t need, uint64_t durable)
{
    if (outbox->bytes.failed)
        return -1;
    if (need > durable)
        return add_mark(outbox, need);
    /* Nothing before it can need more than it does. */
    outbox->mark_count = 0;
    outbox->released = outbox->bytes.length;
    return 0;
}

void outbox_release(struct outbox *outbox, uint64_t durable)
{
    size_t count = 0;
    while (count < outbox->mark_count &&
           outbox->marks[count].need <= durable)
        outbox->released = outbox->marks[count++].end;
    if (count == 0)
        return;
    outbox->mark_count -= count;
    memmove(outbox->marks, outbox->marks + count,
        outbox->mark_count * sizeof *outbox->marks);
}

size_t outbox_ready(const struct outbox *outbox)
{
    return outbox->released - outbox->sent;
}

bool outbox_withheld(const struct outbox *outbox)
{
    return outbox->mark_count > 0;
}

size_t outbox_pending(const struct outbox *outbox)
{
    return outbox->bytes.length - outbox->sent;
}

/* Forget what has left, when that is cheap. */
static void compact(struct outbox *outbox)
{
    size_t sent = outbox->sent;
    if (sent == 0 || sent < outbox->bytes.length / 2)
        return;
    if (sent == outbox->bytes.length && outbox->bytes.capacity > KEEP_BYTES)
        buffer_free(&outbox->bytes);
    else
        buffer_drop_front(&outbox->bytes, sent);
    outbox->sent = 0;
    outbox->released -= sent;
    for (size_t i = 0; i < outbox->mark_count; i++)
        outbox->marks[i].end -= sent;
}

enum outbox_result outbox_send(
    struct outbox *outbox, int socket, bool *moved)
{
    *moved = false;
    while (outbox_ready(outbox) > 0) {
        ssize_t put = send(socket, outbox->bytes.data + outbox->sent,
            outbox_ready(outbox), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (put < 0)
            return OUTBOX_LOST;
        *moved = *moved || put > 0;
        outbox->sent += (size_t)put;
    }
    compact(outbox);
    return outbox_ready(outbox) > 0 ? OUTBOX_BLOCKED : OUTBOX_SENT;
}
