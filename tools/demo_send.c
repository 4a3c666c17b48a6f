#include "demo_send.h"

#include "../protocol/answer.h"
#include "keyring_folder.h"

#include <posito/client.h>
#include <posito/encoding.h>
#include <posito/merkle.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Batches under way at once: enough to keep the daemon busy. */
#define WINDOW 8
#define LINE_ROOM 512

/* Read one whole answer; it must be "ok", with no line refused. */
static int expect_ok(struct play *play)
{
    struct bytes line;
    bool last = false;
    while (!last)
        if (client_read(play->client, &line, &last, play->failure) != 0)
            return -1;
    if (!bytes_start_with(line, "ok"))
        return failure_set(play->failure, "the daemon refused: %.*s",
            (int)line.length, (const char *)line.data);
    struct bytes rest;
    enum answer_kind kind;
    if (answer_open(line, &kind, &rest) &&
        !bytes_decimal(
            answer_find(rest, "index"), NUMBER_MAX, &play->index))
        play->index = 0;
    play->under_way--;
    play->orders++;
    return 0;
}

int demo_send_drain(struct play *play, size_t leave)
{
    while (play->under_way > leave)
        if (expect_ok(play) != 0)
            return -1;
    return 0;
}

/* At most WINDOW answers stay open. */
static int send_body(struct play *play, const char *by, struct buffer *line,
    struct bytes body)
{
    struct keyfile key;
    struct ident name = ident_of(by);
    if (keyring_folder_open(play->folder, by, &key, play->failure) != 0)
        return -1;
    int result = client_sign(
        play->client, line, &name, &key.secret, play->failure);
    keyfile_forget(&key);
    if (result != 0 ||
        client_send(play->client, buffer_bytes(line), body, play->failure) != 0)
        return -1;
    play->under_way++;
    return demo_send_drain(play, WINDOW - 1);
}

int demo_send_buffer(struct play *play, const char *by, struct buffer *line)
{
    return send_body(play, by, line, bytes_of(NULL, 0));
}

int demo_send_batch(struct play *play, const char *by, struct buffer *lines)
{
    struct bytes rest = buffer_bytes(lines), line;
    uint64_t count = 0;
    while (bytes_next_line(&rest, &line))
        count++;
    struct bytes body = buffer_bytes(lines);
    struct hash root = merkle_root_of_lines(body);
    struct buffer head = buffer_empty();
    buffer_format(&head, "batch mode=all lines=%" PRIu64 " root=", count);
    base64_append(&head, bytes_of(root.data, sizeof root.data));
    int result = send_body(play, by, &head, body);
    play->lines += count;
    buffer_free(&head);
    buffer_clear(lines);
    return result;
}

static int send_text(struct play *play, const char *by, const char *text)
{
    struct buffer line = buffer_empty();
    buffer_text(&line, text);
    int result = demo_send_buffer(play, by, &line);
    buffer_free(&line);
    return result;
}

int demo_send(struct play *play, const char *by, const char *format, ...)
{
    char text[LINE_ROOM];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return send_text(play, by, text);
}

static int send_now(struct play *play, const char *by, const char *text)
{
    return demo_send_drain(play, 0) != 0 || send_text(play, by, text) != 0
        ? -1
        : demo_send_drain(play, 0);
}

int demo_send_now(struct play *play, const char *by, const char *format, ...)
{
    char text[LINE_ROOM];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return send_now(play, by, text);
}

int demo_send_two(struct play *play, const char *by, const char *second,
    const char *format, ...)
{
    char text[LINE_ROOM];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (send_now(play, by, text) != 0)
        return -1;
    return demo_send_now(
        play, second, "approve proposal=%" PRIu64, play->index);
}
