#include "bench_bare.h"

#include "bench_floor.h"
#include "bench_loopback.h"
#include "bench_play.h"
#include "bench_result.h"
#include "bench_signed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS_MAX 64
#define EVENTS 64

/* So many lines are made.  Where more are verified, it takes less time than
 * was asked for, and the rate is the same. */
#define LINES_A_SECOND 200000

/* ---- the server, in a process of its own ---- */

/* Who waits for the next sync. */
struct waiters {
    int sockets[BENCH_CONNECTIONS_MAX];
    size_t count;
};

struct server {
    struct bench_signed lines;
    int file;
    size_t at; /* in the file, which is overwritten again and again */
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct waiters verified; /* under lock */
    struct waiters syncing;  /* the syncer's */
    bool stopping;           /* under lock */
};

struct reader {
    struct server *server;
    int poll;
    size_t open; /* connections */
    size_t verified;
    pthread_t thread;
};

/* A fault of the bench itself: its driver sees the connections close. */
static void require(bool right)
{
    if (!right)
        _exit(1);
}

static void wait_for_sync(struct server *server, int socket_of)
{
    pthread_mutex_lock(&server->lock);
    require(server->verified.count < BENCH_CONNECTIONS_MAX);
    server->verified.sockets[server->verified.count++] = socket_of;
    bool first = server->verified.count == 1;
    pthread_mutex_unlock(&server->lock);
    if (first)
        (void)pthread_cond_signal(&server->work);
}

static void read_line(struct reader *reader, int socket_of)
{
    uint8_t text[4096];
    ssize_t got = recv(socket_of, text, sizeof text, 0);
    if (got <= 0) {
        (void)close(socket_of);
        reader->open--;
    } else if (text[got - 1] == '\n') {
        require(bench_check_line(
            &reader->server->lines, reader->verified++));
        wait_for_sync(reader->server, socket_of);
    }
}

static void *run_reader(void *context)
{
    struct reader *reader = context;
    struct epoll_event events[EVENTS];
    while (reader->open > 0) {
        int count = epoll_wait(reader->poll, events, EVENTS, -1);
        require(count >= 0 || errno == EINTR);
        for (int i = 0; i < count; i++)
            read_line(reader, events[i].data.fd);
    }
    return NULL;
}

/* Take all who wait; false: nobody does, and nobody will. */
static bool take_waiters(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    while (server->verified.count == 0 && !server->stopping)
        pthread_cond_wait(&server->work, &server->lock);
    server->syncing = server->verified;
    server->verified.count = 0;
    pthread_mutex_unlock(&server->lock);
    return server->syncing.count > 0;
}

static void *run_syncer(void *context)
{
    static uint8_t text[BENCH_CONNECTIONS_MAX * BENCH_LINE_BYTES];
    struct server *server = context;
    uint8_t answer[BENCH_ANSWER_BYTES] = "ok ";
    (void)memset(answer + 3, '-', sizeof answer - 4);
    answer[sizeof answer - 1] = '\n';
    while (take_waiters(server)) {
        size_t length = server->syncing.count * BENCH_LINE_BYTES;
        if (server->at + length > BENCH_ZEROS_BYTES)
            server->at = 0;
        require(pwrite(server->file, text, length, (off_t)server->at) ==
                    (ssize_t)length &&
                fdatasync(server->file) == 0);
        server->at += length;
        for (size_t i = 0; i < server->syncing.count; i++)
            (void)send(server->syncing.sockets[i], answer, BENCH_ANSWER_BYTES,
                MSG_NOSIGNAL);
    }
    return NULL;
}

static void accept_all(
    int listener, struct reader *readers, size_t count, unsigned connections)
{
    int one = 1;
    for (unsigned i = 0; i < connections; i++) {
        struct reader *reader = &readers[i % count];
        struct epoll_event event = {.events = EPOLLIN};
        event.data.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        require(event.data.fd >= 0 &&
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one,
                    sizeof one) == 0 &&
                epoll_ctl(reader->poll, EPOLL_CTL_ADD, event.data.fd,
                    &event) == 0);
        reader->open++;
    }
}

/* Until all who connected have gone. */
_Noreturn static void serve(
    struct server *server, int listener, unsigned connections)
{
    static struct reader readers[THREADS_MAX];
    pthread_t syncer;
    size_t count = bench_threads(THREADS_MAX);
    for (size_t i = 0; i < count; i++) {
        readers[i] = (struct reader){.server = server,
            .poll = epoll_create1(EPOLL_CLOEXEC)};
        require(readers[i].poll >= 0);
    }
    accept_all(listener, readers, count, connections);
    require(pthread_create(&syncer, NULL, run_syncer, server) == 0);
    for (size_t i = 0; i < count; i++)
        require(pthread_create(
                    &readers[i].thread, NULL, run_reader, &readers[i]) == 0);
    for (size_t i = 0; i < count; i++)
        (void)pthread_join(readers[i].thread, NULL);
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    (void)pthread_cond_signal(&server->work);
    pthread_mutex_unlock(&server->lock);
    (void)pthread_join(syncer, NULL);
    _exit(0);
}

/* ---- measuring it ---- */

static struct bench_plan plan_lines(size_t count)
{
    struct bench_plan plan = bench_plan_empty();
    uint8_t line[BENCH_LINE_BYTES];
    (void)memset(line, 'x', sizeof line);
    line[BENCH_LINE_BYTES - 1] = '\n';
    for (size_t i = 0; i < count; i++)
        bench_plan_add(&plan, bytes_of(line, sizeof line), 1);
    return plan;
}

static void tell(struct bench_played *played, unsigned connections,
    const struct rusage *usage, int64_t busy_ns)
{
    double took = (double)played->took_ns;
    double cpu =
        ((double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
            (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec)) *
        1e3;
    struct bench_result out = bench_result("single", "bare server");
    bench_at(&out, "connections", connections);
    bench_at(&out, "window", 1);
    bench_got(&out, "per_second", (double)played->units * 1e9 / took);
    bench_latency_tell(&played->latency, &out);
    bench_got(&out, "cpu_us", cpu / 1e3 / (double)played->units);
    bench_got(&out, "server_cores", cpu / took);
    bench_got(&out, "driver_cores", (double)played->driver_ns / took);
    bench_got(&out, "others_cores",
        ((double)busy_ns - cpu - (double)played->driver_ns) / took);
    bench_result_print(&out);
}

static int measure(const char *address, pid_t child, unsigned connections,
    int each_ms, struct failure *failure)
{
    struct bench_plan plan = plan_lines(
        (size_t)each_ms * (LINES_A_SECOND / 1000));
    struct bench_play play = {.address = address,
        .plan = &plan,
        .count = plan.count,
        .connections = connections,
        .window = 1,
        .limit_ms = each_ms};
    struct bench_played played = {0};
    struct rusage usage;
    int status = 0;
    int64_t busy_ns = bench_busy_ns();
    int result = bench_play(&play, &played, failure);
    busy_ns = bench_busy_ns() - busy_ns;
    if (result != 0)
        (void)kill(child, SIGKILL);
    if ((wait4(child, &status, 0, &usage) != child || status != 0) &&
        result == 0)
        result = failure_set(failure, "the bare server failed");
    if (result == 0)
        tell(&played, connections, &usage, busy_ns);
    bench_latency_free(&played.latency);
    bench_plan_free(&plan);
    return result;
}

int bench_bare(const char *folder, unsigned connections, int each_ms,
    struct failure *failure)
{
    static struct server server;
    struct sockaddr_in at = {0};
    char address[32];
    if (connections < 1 || connections > BENCH_CONNECTIONS_MAX)
        return failure_set(failure, "1 to %d connections",
            BENCH_CONNECTIONS_MAX);
    server.file = bench_zeros_open(folder, failure);
    if (server.file < 0)
        return -1;
    bench_sign_lines(&server.lines);
    (void)pthread_mutex_init(&server.lock, NULL);
    (void)pthread_cond_init(&server.work, NULL);
    int listener = bench_loopback_listen(&at, BENCH_CONNECTIONS_MAX);
    (void)snprintf(address, sizeof address, "127.0.0.1:%u",
        (unsigned)ntohs(at.sin_port));
    int result = -1;
    pid_t child = listener < 0 ? -1 : fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(&server, listener, connections);
    }
    if (child > 0)
        result = measure(address, child, connections, each_ms, failure);
    else
        (void)failure_set_errno(
            failure, errno, "cannot start the bare server");
    if (listener >= 0)
        (void)close(listener);
    (void)close(server.file);
    return result;
}
