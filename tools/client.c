#include <posito/client.h>

#include "../protocol/answer.h"
#include "../protocol/sign.h"

#include <posito/encoding.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT_MS 10000

/* What one read takes; more than any line of an answer. */
#define READ_BYTES ((size_t)256 << 10)

/*
 * Answers kept while a long queue of requests is being sent.  Beyond it the
 * rest waits in the socket, and the daemon waits with it.
 */
#define UNREAD_MAX ((size_t)64 << 20)

/* A whole answer in client_ask: the longest statement has 100,000 rows. */
#define ANSWER_MAX ((size_t)256 << 20)

/* Queued bytes beyond which client_send begins to send. */
#define QUEUE_BYTES ((size_t)256 << 10)

struct client {
    int socket;
    int timeout_ms;
    struct buffer out;
    size_t sent; /* of out */
    struct buffer in;
    size_t read; /* of in */
    struct hash ledger;
    char origin[NOTE_NAME_MAX + 1];
    struct challenge challenge;
    bool challenged; /* the challenge was not used yet */
    bool ended;      /* the daemon closed; what it said before is in `in` */
};

/* ---- waiting ---- */

static int64_t now_ms(clockid_t clock)
{
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Wait for any of events; *ready is what came.  0, or -1 also after the
 * time is up. */
static int wait_for(
    int socket, short events, int timeout_ms, short *ready,
    struct failure *failure)
{
    int64_t end = now_ms(CLOCK_MONOTONIC) + timeout_ms;
    for (;;) {
        int64_t left = end - now_ms(CLOCK_MONOTONIC);
        struct pollfd poll_fd = {.fd = socket, .events = events};
        if (timeout_ms >= 0 && left < 0)
            left = 0;
        int count = poll(&poll_fd, 1, timeout_ms < 0 ? -1 : (int)left);
        if (count > 0) {
            *ready = poll_fd.revents;
            return 0;
        }
        if (count == 0)
            return failure_set(
                failure, "no answer within %d ms", timeout_ms);
        if (errno != EINTR)
            return failure_set_errno(failure, errno, "poll");
    }
}

/* ---- addresses ---- */

/* Split "host:port" or "[host]:port" into two strings. */
static bool split_address(const char *address, char *host, size_t host_size,
    char *port, size_t port_size)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon == address || colon[1] == '\0')
        return false;
    const char *start = address;
    size_t length = (size_t)(colon - address);
    if (start[0] == '[') {
        if (length < 3 || start[length - 1] != ']')
            return false;
        start++;
        length -= 2;
    } else if (memchr(start, ':', length) != NULL) {
        return false; /* a bare IPv6 address: which colon is the port's? */
    }
    size_t port_length = strlen(colon + 1);
    if (length >= host_size || port_length >= port_size)
        return false;
    memcpy(host, start, length);
    host[length] = '\0';
    memcpy(port, colon + 1, port_length + 1);
    return true;
}

static int finish_connect(int socket, int timeout_ms, struct failure *failure)
{
    short ready;
    int error = 0;
    socklen_t length = sizeof error;
    if (wait_for(socket, POLLOUT, timeout_ms, &ready, failure) != 0)
        return -1;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        error = errno;
    if (error != 0)
        return failure_set_errno(failure, error, "connect");
    return 0;
}

/* Connect to one of the host's addresses; the socket, or -1. */
static int try_address(
    const struct addrinfo *info, int timeout_ms, struct failure *failure)
{
    int one = 1;
    int fd = socket(info->ai_family,
        info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);
    if (fd < 0)
        return failure_set_errno(failure, errno, "socket");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    if (connect(fd, info->ai_addr, info->ai_addrlen) != 0 &&
        errno != EINPROGRESS)
        (void)failure_set_errno(failure, errno, "connect");
    else if (finish_connect(fd, timeout_ms, failure) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int connect_to(
    const char *address, int timeout_ms, struct failure *failure)
{
    char host[256];
    char port[16];
    struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    struct addrinfo *list = NULL;
    struct failure last = {{0}};
    int fd = -1;
    if (!split_address(address, host, sizeof host, port, sizeof port))
        return failure_set(
            failure, "%s is not an address like 127.0.0.1:7733", address);
    int error = getaddrinfo(host, port, &hints, &list);
    if (error != 0)
        return failure_set(failure, "%s: %s", address, gai_strerror(error));
    for (struct addrinfo *at = list; at != NULL && fd < 0; at = at->ai_next) {
        last.text[0] = '\0';
        fd = try_address(at, timeout_ms, &last);
    }
    freeaddrinfo(list);
    if (fd < 0)
        return failure_set(failure, "%s: %.200s", address, last.text);
    return fd;
}

/* ---- bytes out and in ---- */

/* Take what has arrived. */
static int receive(struct client *client, struct failure *failure)
{
    if (client->read > 0) {
        buffer_drop_front(&client->in, client->read);
        client->read = 0;
    }
    if (!buffer_reserve(&client->in, READ_BYTES))
        return failure_set(failure, "out of memory");
    ssize_t got = recv(client->socket, client->in.data + client->in.length,
        READ_BYTES, 0);
    if (got > 0) {
        client->in.length += (size_t)got;
        return 0;
    }
    if (got == 0 || errno == ECONNRESET) {
        client->ended = true;
        return 0;
    }
    if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)
        return 0;
    return failure_set_errno(failure, errno, "reading from the daemon");
}

static int send_some(struct client *client, struct failure *failure)
{
    ssize_t done = send(client->socket, client->out.data + client->sent,
        client->out.length - client->sent, MSG_NOSIGNAL);
    if (done >= 0) {
        client->sent += (size_t)done;
        return 0;
    }
    if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)
        return 0;
    if (errno == EPIPE || errno == ECONNRESET) {
        /* It may have said why before it closed: reading will tell. */
        client->sent = client->out.length;
        return 0;
    }
    return failure_set_errno(failure, errno, "writing to the daemon");
}

int client_flush(struct client *client, struct failure *failure)
{
    while (client->sent < client->out.length && !client->ended) {
        short ready;
        short events = POLLOUT;
        /* The daemon stops reading when its answers are not taken. */
        if (client->in.length - client->read < UNREAD_MAX)
            events |= POLLIN;
        if (wait_for(client->socket, events, client->timeout_ms, &ready,
                failure) != 0)
            return -1;
        if ((ready & POLLIN) != 0 && receive(client, failure) != 0)
            return -1;
        if ((ready & ~POLLIN) != 0 && send_some(client, failure) != 0)
            return -1;
    }
    buffer_clear(&client->out);
    client->sent = 0;
    return 0;
}

int client_send(struct client *client, struct bytes line, struct bytes body,
    struct failure *failure)
{
    buffer_append(&client->out, line);
    buffer_char(&client->out, '\n');
    buffer_append(&client->out, body);
    if (client->out.failed)
        return failure_set(failure, "out of memory");
    if (client->out.length < QUEUE_BYTES)
        return 0;
    return client_flush(client, failure);
}

int client_read(struct client *client, struct bytes *line, bool *last,
    struct failure *failure)
{
    enum answer_kind kind;
    struct bytes rest;
    if (client_flush(client, failure) != 0)
        return -1;
    for (;;) {
        struct bytes unread =
            bytes_after(buffer_bytes(&client->in), client->read);
        short ready;
        if (bytes_next_line(&unread, line))
            break;
        if (client->ended)
            return failure_set(failure, "the daemon closed the connection");
        if (unread.length >= READ_BYTES)
            return failure_set(failure, "the daemon sent a line without end");
        if (wait_for(client->socket, POLLIN, client->timeout_ms, &ready,
                failure) != 0 ||
            receive(client, failure) != 0)
            return -1;
    }
    client->read += line->length + 1;
    if (!answer_open(*line, &kind, &rest))
        return failure_set(
            failure, "what answers there does not speak this protocol");
    *last = kind == ANSWER_OK || kind == ANSWER_NO;
    return 0;
}

/* ---- whole answers ---- */

/* The status that a verdict line states. */
static int verdict_status(
    struct bytes line, enum status *status, struct failure *failure)
{
    enum answer_kind kind;
    struct bytes rest;
    *status = STATUS_ACCEPTED;
    if (!answer_open(line, &kind, &rest))
        return failure_set(failure, "the daemon's answer is malformed");
    if (kind == ANSWER_OK)
        return 0;
    struct bytes name = answer_find(rest, "status");
    if (!status_parse(name, status) || *status == STATUS_ACCEPTED)
        return failure_set(failure,
            "the daemon answered a status that this program does not know: "
            "%.*s",
            (int)(name.length < 40 ? name.length : 40),
            (const char *)name.data);
    return 0;
}

static int read_answer(struct client *client, struct buffer *out,
    enum status *status, struct failure *failure)
{
    struct bytes line;
    bool last = false;
    while (!last) {
        if (client_read(client, &line, &last, failure) != 0)
            return -1;
        buffer_append(out, line);
        buffer_char(out, '\n');
        if (out->failed || out->length > ANSWER_MAX)
            return failure_set(failure, "the answer is too long");
    }
    return verdict_status(line, status, failure);
}

int client_ask(struct client *client, struct bytes line, struct bytes body,
    struct buffer *out, enum status *status, struct failure *failure)
{
    if (client_send(client, line, body, failure) != 0)
        return -1;
    return read_answer(client, out, status, failure);
}

/* ---- greeting and login ---- */

/* Take ledger, origin and challenge out of hello's answer. */
static bool take_greeting(struct client *client, struct bytes line)
{
    enum answer_kind kind;
    struct bytes rest;
    if (!answer_open(line, &kind, &rest) || kind != ANSWER_OK)
        return false;
    struct bytes origin = answer_find(rest, "origin");
    if (!note_name_valid(origin) || origin.length > NOTE_NAME_MAX)
        return false;
    memset(client->origin, 0, sizeof client->origin);
    memcpy(client->origin, origin.data, origin.length);
    return base64_decode(answer_find(rest, "ledger"), client->ledger.data,
               sizeof client->ledger.data) &&
           base64_decode(answer_find(rest, "challenge"),
               client->challenge.data, sizeof client->challenge.data);
}

static int greet(struct client *client, struct failure *failure)
{
    struct hash before = client->ledger;
    bool first = client->origin[0] == '\0';
    struct buffer answer = buffer_empty();
    struct bytes line = {0};
    enum status status = STATUS_ACCEPTED;
    int result = -1;
    if (client_ask(client, bytes_text("hello"), line, &answer, &status,
            failure) != 0)
        goto out;
    if (status != STATUS_ACCEPTED) {
        (void)failure_set(failure, "the daemon does not serve us: %s",
            status_sentence(status, LANGUAGE_EN));
        goto out;
    }
    struct bytes rest = buffer_bytes(&answer);
    while (bytes_next_line(&rest, &line))
        ; /* the last one is the verdict */
    if (!take_greeting(client, line))
        (void)failure_set(
            failure, "what answers there does not speak this protocol");
    else if (!first && !hash_equal(&before, &client->ledger))
        (void)failure_set(failure, "the daemon changed its ledger's id");
    else
        result = 0;
    client->challenged = result == 0;
out:
    buffer_free(&answer);
    return result;
}

int client_connect(struct client **out, const char *address, int timeout_ms,
    struct failure *failure)
{
    struct client *client = calloc(1, sizeof *client);
    *out = NULL;
    if (client == NULL)
        return failure_set(failure, "out of memory");
    client->timeout_ms = timeout_ms == 0 ? TIMEOUT_DEFAULT_MS : timeout_ms;
    client->in = buffer_empty();
    client->out = buffer_empty();
    client->socket = connect_to(address, client->timeout_ms, failure);
    if (client->socket < 0 || greet(client, failure) != 0) {
        client_close(client);
        return -1;
    }
    *out = client;
    return 0;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    if (client->socket >= 0)
        (void)close(client->socket);
    buffer_free(&client->in);
    buffer_free(&client->out);
    free(client);
}

void client_set_timeout(struct client *client, int timeout_ms)
{
    client->timeout_ms = timeout_ms == 0 ? TIMEOUT_DEFAULT_MS : timeout_ms;
}

const struct hash *client_ledger(const struct client *client)
{
    return &client->ledger;
}

const char *client_origin(const struct client *client)
{
    return client->origin;
}

int client_login(struct client *client, const struct ident *key,
    const struct secret_key *secret, enum status *status,
    struct failure *failure)
{
    struct signature signature;
    struct buffer line = buffer_empty();
    struct buffer answer = buffer_empty();
    int result = -1;
    if (!client->challenged && greet(client, failure) != 0)
        goto out;
    client->challenged = false;
    sign_login(
        &signature, &client->ledger, key, &client->challenge, secret);
    buffer_text(&line, "login key=");
    buffer_append(&line, ident_bytes(key));
    buffer_text(&line, " sig=");
    base64_append(&line, bytes_of(signature.data, sizeof signature.data));
    if (line.failed)
        (void)failure_set(failure, "out of memory");
    else
        result = client_ask(client, buffer_bytes(&line),
            bytes_of(NULL, 0), &answer, status, failure);
out:
    buffer_free(&line);
    buffer_free(&answer);
    return result;
}

int client_sign(const struct client *client, struct buffer *line,
    const struct ident *by, const struct secret_key *secret,
    struct failure *failure)
{
    uint8_t random[10];
    randombytes_buf(random, sizeof random);
    struct ulid id = ulid_make((uint64_t)now_ms(CLOCK_REALTIME), random);
    buffer_text(line, " id=");
    ulid_append(line, &id);
    buffer_text(line, " by=");
    buffer_append(line, ident_bytes(by));
    sign_order(line, &client->ledger, secret);
    if (line->failed)
        return failure_set(failure, "out of memory");
    if (line->length >= LINE_LENGTH_MAX)
        return failure_set(
            failure, "the line is longer than %d bytes", LINE_LENGTH_MAX);
    return 0;
}
