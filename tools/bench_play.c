#include "bench_play.h"

#include "../protocol/sign.h"
#include "bench_result.h"

#include <posito/encoding.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SILENCE_NS (INT64_C(60) * 1000000000)
#define OPEN_WINDOW 16384U

/* One request that was sent and not yet answered. */
struct waiting {
    int64_t since;
    uint32_t units;
};

struct line {
    int socket;
    const uint8_t *out; /* not yet taken by the system */
    size_t out_length;
    struct waiting *ring; /* window of them; owned by the player */
    unsigned oldest, open;
    bool inside;   /* of a line whose first byte was seen */
    bool verdict;  /* that line ends an answer */
    bool refusal;
    bool listening; /* for room to write */
};

struct player {
    const struct bench_play *play;
    struct bench_played *played;
    struct failure *failure;
    struct line lines[BENCH_CONNECTIONS_MAX];
    struct waiting *rings;
    unsigned window;
    int poll;
    size_t next; /* request to send, of the plan */
    size_t end;
    size_t open;
    int64_t began, stop, heard;
};

/* ---- connecting ---- */

static int connect_to(const char *address, struct failure *failure)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    char host[64];
    int one = 1;
    const char *colon = strrchr(address, ':');
    if (colon == NULL || (size_t)(colon - address) >= sizeof host)
        return failure_set(failure, "%s is no address", address);
    (void)memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';
    to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
        return failure_set(failure, "%s is no address", address);
    int socket_of = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_of < 0 ||
        connect(socket_of, (const struct sockaddr *)&to, sizeof to) != 0) {
        (void)failure_set_errno(failure, errno, "cannot connect %s", address);
        if (socket_of >= 0)
            (void)close(socket_of);
        return -1;
    }
    (void)setsockopt(socket_of, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return socket_of;
}

/* Send a line and read one: only before the measurement. */
static int exchange(int socket_of, struct buffer *line, char answer[1024],
    struct failure *failure)
{
    size_t length = 0;
    if (send(socket_of, line->data, line->length, MSG_NOSIGNAL) !=
        (ssize_t)line->length)
        return failure_set(failure, "cannot send to the daemon");
    while (length < 1023) {
        ssize_t got = recv(socket_of, answer + length, 1, 0);
        if (got != 1)
            return failure_set(failure, "the daemon hung up");
        if (answer[length++] == '\n')
            break;
    }
    answer[length] = '\0';
    buffer_clear(line);
    if (strncmp(answer, "ok", 2) != 0)
        return failure_set(failure, "the daemon answered %.300s", answer);
    return 0;
}

static int log_in(const struct bench_ledger *ledger, unsigned number,
    int socket_of, struct failure *failure)
{
    static const char key[] = " challenge=";
    char answer[1024];
    char name[24];
    struct buffer line = buffer_empty();
    struct challenge challenge;
    struct signature signature;
    unsigned teller = number % BENCH_TELLERS;
    (void)snprintf(name, sizeof name, "teller%u", teller);
    struct ident by = ident_of(name);
    buffer_text(&line, "hello\n");
    int result = exchange(socket_of, &line, answer, failure);
    const char *at = result == 0 ? strstr(answer, key) : NULL;
    if (result == 0 &&
        (at == NULL || strlen(at) < sizeof key + 44 ||
            !base64_decode(bytes_of(at + sizeof key - 1, 44), challenge.data,
                sizeof challenge.data)))
        result = failure_set(failure, "no challenge in the greeting");
    if (result == 0) {
        sign_login(&signature, &ledger->id, &by, &challenge,
            &ledger->tellers[teller].secret);
        buffer_format(&line, "login key=%s sig=", name);
        base64_append(
            &line, bytes_of(signature.data, sizeof signature.data));
        buffer_char(&line, '\n');
        result = exchange(socket_of, &line, answer, failure);
    }
    buffer_free(&line);
    return result;
}

static int open_line(struct player *player, unsigned number)
{
    const struct bench_play *play = player->play;
    struct line *line = &player->lines[number];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    line->ring = player->rings + (size_t)number * player->window;
    line->socket = connect_to(play->address, player->failure);
    if (line->socket < 0)
        return -1;
    if (play->login != NULL &&
        log_in(play->login, number, line->socket, player->failure) != 0)
        return -1;
    if (fcntl(line->socket, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(player->poll, EPOLL_CTL_ADD, line->socket, &event) != 0)
        return failure_set_errno(player->failure, errno, "cannot poll");
    return 0;
}

static int open_lines(struct player *player)
{
    player->poll = epoll_create1(EPOLL_CLOEXEC);
    player->rings = calloc(
        (size_t)player->play->connections * player->window,
        sizeof *player->rings);
    if (player->poll < 0 || player->rings == NULL)
        return failure_set(player->failure, "no memory to play");
    for (unsigned i = 0; i < player->play->connections; i++)
        if (open_line(player, i) != 0)
            return -1;
    return 0;
}

static void close_lines(struct player *player)
{
    for (unsigned i = 0; i < player->play->connections; i++)
        if (player->lines[i].socket >= 0)
            (void)close(player->lines[i].socket);
    if (player->poll >= 0)
        (void)close(player->poll);
    free(player->rings);
}

/* ---- sending ---- */

static int listen_for_room(
    struct player *player, struct line *line, bool wanted)
{
    if (line->listening == wanted)
        return 0;
    struct epoll_event event = {
        .events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN,
        .data.u32 = (uint32_t)(line - player->lines)};
    line->listening = wanted;
    return epoll_ctl(player->poll, EPOLL_CTL_MOD, line->socket, &event) == 0
               ? 0
               : failure_set_errno(player->failure, errno, "cannot poll");
}

static int push(struct player *player, struct line *line)
{
    while (line->out_length > 0) {
        ssize_t sent = send(
            line->socket, line->out, line->out_length, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (sent < 0)
            return failure_set_errno(player->failure, errno, "cannot send");
        line->out += sent;
        line->out_length -= (size_t)sent;
    }
    return listen_for_room(player, line, line->out_length > 0);
}

/* Hand the next count requests of the plan, which lie side by side, to a
 * connection that has sent all it was given before. */
static int give(struct player *player, struct line *line, size_t count,
    int64_t now)
{
    const struct bench_request *list = player->play->plan->list;
    size_t first = player->next;
    for (size_t i = first; i < first + count; i++) {
        unsigned slot = (line->oldest + line->open++) % player->window;
        int64_t due = player->play->per_second > 0
                          ? player->began + (int64_t)((double)(i -
                                player->play->first) * 1e9 /
                                player->play->per_second)
                          : now;
        line->ring[slot] = (struct waiting){due, list[i].units};
    }
    line->out = player->play->plan->text.data + list[first].start;
    line->out_length = list[first + count].start - list[first].start;
    player->next += count;
    player->open += count;
    return push(player, line);
}

static int fill(struct player *player, struct line *line, int64_t now)
{
    size_t left = player->end - player->next;
    size_t room = player->window - line->open;
    if (line->out_length > 0 || room == 0 || left == 0 || now >= player->stop)
        return 0;
    return give(player, line, left < room ? left : room, now);
}

/* Open: whatever is due, a request a connection in turn. */
static int send_due(struct player *player, int64_t now)
{
    double passed = (double)(now - player->began) / 1e9;
    size_t due = player->play->first +
                 (size_t)(passed * player->play->per_second) + 1;
    if (due > player->end || now >= player->stop)
        due = player->end;
    if (now >= player->stop)
        return 0;
    for (unsigned tried = 0;
         player->next < due && tried < player->play->connections; tried++) {
        struct line *line =
            &player->lines[player->next % player->play->connections];
        if (line->out_length > 0 || line->open == player->window)
            break; /* it waits, and its latency grows from when it was due */
        if (give(player, line, 1, now) != 0)
            return -1;
    }
    return 0;
}

/* ---- hearing ---- */

static int end_answer(struct player *player, struct line *line, int64_t now)
{
    if (line->open == 0)
        return failure_set(player->failure, "an answer nobody asked for");
    struct waiting *waiting = &line->ring[line->oldest];
    bench_latency_add(&player->played->latency, now - waiting->since);
    if (player->play->answered != NULL)
        player->play->answered(player->play->context, waiting->since, now);
    if (line->refusal)
        player->played->refused++;
    else
        player->played->units += waiting->units;
    player->played->requests++;
    line->oldest = (line->oldest + 1) % player->window;
    line->open--;
    player->open--;
    return 0;
}

static int take(struct player *player, struct line *line,
    const uint8_t *text, size_t length, int64_t now)
{
    for (const uint8_t *end = text + length; text < end;) {
        if (!line->inside) {
            line->inside = true;
            line->verdict = memchr("on:+-", *text, 5) != NULL;
            line->refusal = *text == 'n' || *text == '-';
        }
        const uint8_t *feed = memchr(text, '\n', (size_t)(end - text));
        if (feed == NULL)
            break;
        line->inside = false;
        if (line->verdict && end_answer(player, line, now) != 0)
            return -1;
        text = feed + 1;
    }
    return 0;
}

static int hear(struct player *player, struct line *line)
{
    uint8_t text[1 << 16];
    ssize_t got = recv(line->socket, text, sizeof text, 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    if (got <= 0)
        return failure_set(player->failure, "the server hung up");
    player->heard = bench_now_ns();
    return take(player, line, text, (size_t)got, player->heard);
}

/* ---- the round ---- */

static int serve(struct player *player, const struct epoll_event *event)
{
    struct line *line = &player->lines[event->data.u32];
    if ((event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 &&
        hear(player, line) != 0)
        return -1;
    if (line->out_length > 0 && push(player, line) != 0)
        return -1;
    return player->play->per_second > 0
               ? 0
               : fill(player, line, bench_now_ns());
}

/* How long to wait: in the open mode until the next request is due. */
static struct timespec patience(const struct player *player, int64_t now)
{
    int64_t wait = 1000000000;
    if (player->play->per_second > 0 && player->next < player->end) {
        double due = (double)(player->next - player->play->first) * 1e9 /
                     player->play->per_second;
        wait = player->began + (int64_t)due - now;
        wait = wait < 0 ? 20000 : wait > 1000000000 ? 1000000000 : wait;
    }
    return (struct timespec){wait / 1000000000, wait % 1000000000};
}

static bool is_over(const struct player *player, int64_t now)
{
    return player->open == 0 &&
           (player->next == player->end || now >= player->stop);
}

static int run(struct player *player)
{
    struct epoll_event events[64];
    int64_t now = player->began;
    if (player->play->per_second <= 0)
        for (unsigned i = 0; i < player->play->connections; i++)
            if (fill(player, &player->lines[i], now) != 0)
                return -1;
    while (!is_over(player, now)) {
        if (player->play->per_second > 0 && send_due(player, now) != 0)
            return -1;
        struct timespec wait = patience(player, bench_now_ns());
        int count = epoll_pwait2(player->poll, events, 64, &wait, NULL);
        if (count < 0 && errno != EINTR)
            return failure_set_errno(player->failure, errno, "cannot poll");
        for (int i = 0; i < count; i++)
            if (serve(player, &events[i]) != 0)
                return -1;
        now = bench_now_ns();
        if (player->open > 0 && now - player->heard > SILENCE_NS)
            return failure_set(player->failure, "no answer for a minute");
    }
    return 0;
}

int bench_play(const struct bench_play *play, struct bench_played *played,
    struct failure *failure)
{
    struct player *player = calloc(1, sizeof *player);
    if (player == NULL || play->connections > BENCH_CONNECTIONS_MAX) {
        free(player);
        return failure_set(failure, "cannot play so much at once");
    }
    *played = (struct bench_played){0};
    *player = (struct player){.play = play,
        .played = played,
        .failure = failure,
        .window = play->per_second > 0 ? OPEN_WINDOW : play->window,
        .poll = -1,
        .next = play->first,
        .end = play->first + play->count};
    for (unsigned i = 0; i < play->connections; i++)
        player->lines[i].socket = -1;
    int result = open_lines(player);
    int64_t cpu = bench_cpu_ns();
    player->began = player->heard = bench_now_ns();
    player->stop = play->limit_ms > 0
                       ? player->began + play->limit_ms * 1000000
                       : INT64_MAX;
    if (result == 0)
        result = run(player);
    played->took_ns = bench_now_ns() - player->began;
    played->driver_ns = bench_cpu_ns() - cpu;
    close_lines(player);
    free(player);
    if (result != 0)
        bench_latency_free(&played->latency);
    return result;
}
