#include "inbox.h"

#include "../protocol/admit.h"

#include <string.h>

void inbox_open(struct inbox *inbox, struct inbox_budget *budget)
{
    memset(inbox, 0, sizeof *inbox);
    inbox->budget = budget;
    inbox->line = buffer_empty();
}

/* The body is finished, or will never be. */
static struct request *end_batch(struct inbox *inbox)
{
    struct request *batch = inbox->batch;
    if (batch != NULL)
        inbox->budget->used -= batch->body.length;
    inbox->batch = NULL;
    return batch;
}

void inbox_close(struct inbox *inbox)
{
    buffer_free(&inbox->line);
    request_free(end_batch(inbox));
}

/* A fault after which nothing on the connection can be understood. */
static int go_deaf(struct inbox *inbox, struct request *request,
    const struct fault *fault, struct request_list *out)
{
    inbox->state = INBOX_DEAF;
    inbox->since_ms = 0;
    buffer_free(&inbox->line);
    request->fault = *fault;
    request->last = true;
    request->state = REQUEST_READY;
    request_list_add(out, request);
    return 0;
}

static int refuse_long(struct inbox *inbox, struct request_list *out)
{
    const struct fault fault = {.status = STATUS_LINE_TOO_LONG};
    struct request *request = end_batch(inbox);
    if (request == NULL)
        request = request_make(bytes_of(NULL, 0));
    if (request == NULL)
        return -1;
    return go_deaf(inbox, request, &fault, out);
}

/* A whole line; it may be the first of a batch. */
static int finish_line(
    struct inbox *inbox, struct bytes line, struct request_list *out)
{
    struct fault fault;
    uint64_t lines;
    struct request *request = request_make(line);
    if (request == NULL)
        return -1;
    if (!request->is_order) {
        request_list_add(out, request);
        return 0;
    }
    if (!admit_body_lines(request->line, &lines, &fault))
        return go_deaf(inbox, request, &fault, out);
    if (lines == 0) {
        request_list_add(out, request);
        return 0;
    }
    inbox->state = INBOX_BODY;
    inbox->batch = request;
    request->lines = lines;
    inbox->lines_left = lines;
    inbox->line_length = 0;
    return 0;
}

static int take_line(
    struct inbox *inbox, struct bytes *rest, struct request_list *out)
{
    const uint8_t *end = memchr(rest->data, '\n', rest->length);
    size_t length = end != NULL ? (size_t)(end - rest->data) : rest->length;
    struct bytes line = bytes_of(rest->data, length);
    /* The limit counts the LF. */
    if (inbox->line.length + length >= LINE_LENGTH_MAX)
        return refuse_long(inbox, out);
    *rest = bytes_after(*rest, end != NULL ? length + 1 : length);
    if (end == NULL || inbox->line.length > 0) {
        buffer_append(&inbox->line, line);
        if (inbox->line.failed)
            return -1;
        line = buffer_bytes(&inbox->line);
    }
    if (end == NULL)
        return 0;
    int result = finish_line(inbox, line, out);
    buffer_clear(&inbox->line);
    if (inbox->state != INBOX_BODY)
        inbox->since_ms = 0;
    return result;
}

static void drop_body(struct inbox *inbox, enum status fault)
{
    struct request *batch = inbox->batch;
    inbox->budget->used -= batch->body.length;
    batch->body_dropped = true;
    batch->fault.status = fault;
    buffer_free(&batch->body);
}

/* Keep a run of a body's bytes, or stop keeping if they are too many.  A
 * body that is too large by itself may still be refused for an earlier
 * reason, so it is no fault yet. */
static int keep_body(struct inbox *inbox, struct bytes run)
{
    struct request *batch = inbox->batch;
    if (batch->body_dropped)
        return 0;
    if (batch->body.length + run.length > BODY_BYTES_MAX) {
        drop_body(inbox, STATUS_ACCEPTED);
        return 0;
    }
    if (inbox->budget->used + run.length > inbox->budget->limit) {
        drop_body(inbox, STATUS_BUSY);
        return 0;
    }
    buffer_append(&batch->body, run);
    if (batch->body.failed)
        return -1;
    inbox->budget->used += run.length;
    return 0;
}

static int take_body(
    struct inbox *inbox, struct bytes *rest, struct request_list *out)
{
    size_t used = 0;
    while (used < rest->length && inbox->lines_left > 0) {
        const uint8_t *start = rest->data + used;
        const uint8_t *end = memchr(start, '\n', rest->length - used);
        size_t length =
            end != NULL ? (size_t)(end - start) : rest->length - used;
        inbox->line_length += length;
        if (inbox->line_length >= LINE_LENGTH_MAX)
            return refuse_long(inbox, out);
        used += length;
        if (end != NULL) {
            used++;
            inbox->line_length = 0;
            inbox->lines_left--;
        }
    }
    if (keep_body(inbox, bytes_of(rest->data, used)) != 0)
        return -1;
    *rest = bytes_after(*rest, used);
    if (inbox->lines_left > 0)
        return 0;
    request_list_add(out, end_batch(inbox));
    inbox->state = INBOX_LINE;
    inbox->since_ms = 0;
    return 0;
}

int inbox_feed(struct inbox *inbox, struct bytes *bytes, int64_t now_ms,
    struct request_list *out, size_t limit)
{
    int result = 0;
    while (result == 0 && bytes->length > 0 && out->count < limit) {
        if (inbox->since_ms == 0)
            inbox->since_ms = now_ms;
        switch (inbox->state) {
        case INBOX_LINE:
            result = take_line(inbox, bytes, out);
            break;
        case INBOX_BODY:
            result = take_body(inbox, bytes, out);
            break;
        case INBOX_DEAF:
            inbox->since_ms = 0;
            *bytes = bytes_of(NULL, 0);
            break;
        }
    }
    return result;
}
