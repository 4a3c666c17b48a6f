#include "inbox.h"

#include "../protocol/admit.h"

#include <string.h>

void inbox_open(struct inbox *inbox)
{
    memset(inbox, 0, sizeof *inbox);
    inbox->line = buffer_empty();
}

void inbox_close(struct inbox *inbox)
{
    buffer_free(&inbox->line);
    request_free(inbox->batch);
    inbox->batch = NULL;
}

size_t inbox_memory(const struct inbox *inbox)
{
    return inbox->line.capacity +
           (inbox->batch != NULL ? request_memory(inbox->batch) : 0);
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
    struct request *request = inbox->batch;
    inbox->batch = NULL;
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

/* Keep a run of a body's bytes, or stop keeping if they are too many. */
static int keep_body(struct request *batch, struct bytes run)
{
    if (batch->body_dropped)
        return 0;
    if (batch->body.length + run.length > BODY_BYTES_MAX) {
        batch->body_dropped = true;
        buffer_free(&batch->body);
        return 0;
    }
    buffer_append(&batch->body, run);
    return batch->body.failed ? -1 : 0;
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
    if (keep_body(inbox->batch, bytes_of(rest->data, used)) != 0)
        return -1;
    *rest = bytes_after(*rest, used);
    if (inbox->lines_left > 0)
        return 0;
    request_list_add(out, inbox->batch);
    inbox->batch = NULL;
    inbox->state = INBOX_LINE;
    inbox->since_ms = 0;
    return 0;
}

int inbox_feed(struct inbox *inbox, struct bytes bytes, int64_t now_ms,
    struct request_list *out)
{
    int result = 0;
    while (result == 0 && bytes.length > 0) {
        if (inbox->since_ms == 0 && inbox->state != INBOX_DEAF)
            inbox->since_ms = now_ms;
        switch (inbox->state) {
        case INBOX_LINE:
            result = take_line(inbox, &bytes, out);
            break;
        case INBOX_BODY:
            result = take_body(inbox, &bytes, out);
            break;
        case INBOX_DEAF:
            return 0;
        }
    }
    return result;
}
