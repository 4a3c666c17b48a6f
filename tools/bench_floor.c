#include "bench_floor.h"

#include "bench_latency.h"
#include "bench_loopback.h"
#include "bench_result.h"
#include "bench_signed.h"

#include <posito/merkle.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS_MAX 256

/* ---- signatures ---- */

struct checker {
    const struct bench_signed *lines;
    int64_t until;
    uint64_t checked;
    bool sound;
    pthread_t thread;
};

static void *check_until(void *context)
{
    struct checker *checker = context;
    checker->sound = true;
    do
        for (size_t i = 0; i < BENCH_SIGNED_LINES; i++, checker->checked++)
            if (!bench_check_line(checker->lines, i))
                checker->sound = false;
    while (bench_now_ns() < checker->until);
    return NULL;
}

static int measure_verify(int threads, int each_ms, struct failure *failure)
{
    static struct bench_signed lines;
    static struct checker checkers[THREADS_MAX];
    int started = 0;
    uint64_t checked = 0;
    bool sound = true;
    bench_sign_lines(&lines);
    int64_t cpu = bench_cpu_ns();
    int64_t began = bench_now_ns();
    for (; started < threads; started++) {
        checkers[started] = (struct checker){.lines = &lines,
            .until = began + (int64_t)each_ms * 1000000};
        if (pthread_create(&checkers[started].thread, NULL, check_until,
                &checkers[started]) != 0)
            break;
    }
    for (int i = 0; i < started; i++) {
        (void)pthread_join(checkers[i].thread, NULL);
        checked += checkers[i].checked;
        sound = sound && checkers[i].sound;
    }
    if (started < threads || !sound)
        return failure_set(failure, "signatures could not be checked");
    double took = (double)(bench_now_ns() - began);
    cpu = bench_cpu_ns() - cpu;
    struct bench_result result = bench_result("verify", "floor");
    bench_at(&result, "threads", threads);
    bench_got(&result, "per_second", (double)checked * 1e9 / took);
    bench_got(&result, "us", (double)cpu / 1e3 / (double)checked);
    bench_result_print(&result);
    return 0;
}

/* ---- leaves ---- */

static void measure_leaf(int each_ms)
{
    uint8_t text[BENCH_LINE_BYTES];
    uint64_t count = 0;
    randombytes_buf(text, sizeof text);
    int64_t began = bench_now_ns();
    int64_t now;
    do {
        for (int i = 0; i < 1000; i++, count++) {
            struct hash leaf = merkle_leaf(bytes_of(text, sizeof text));
            text[i % BENCH_LINE_BYTES] ^= leaf.data[0];
        }
        now = bench_now_ns();
    } while (now < began + (int64_t)each_ms * 1000000);
    struct bench_result result = bench_result("leaf", "floor");
    bench_at(&result, "bytes", BENCH_LINE_BYTES);
    bench_got(&result, "per_second",
        (double)count * 1e9 / (double)(now - began));
    bench_got(&result, "us", (double)(now - began) / 1e3 / (double)count);
    bench_result_print(&result);
}

/* ---- a line there and back ---- */

/* Answers each line by a line; ends when its end is closed. */
static void *answer_all(void *context)
{
    int end = *(const int *)context;
    uint8_t text[4096];
    for (;;) {
        ssize_t got = recv(end, text, sizeof text, 0);
        if (got <= 0)
            return NULL;
        if (text[got - 1] == '\n' &&
            send(end, text, BENCH_ANSWER_BYTES, MSG_NOSIGNAL) != BENCH_ANSWER_BYTES)
            return NULL;
    }
}

/* Two ends of a connection over the loopback. */
static bool connect_ends(int ends[2])
{
    struct sockaddr_in at;
    int one = 1;
    int listener = bench_loopback_listen(&at, 1);
    ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ends[1] = -1;
    if (listener >= 0 && ends[0] >= 0 &&
        connect(ends[0], (struct sockaddr *)&at, sizeof at) == 0)
        ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (listener >= 0)
        (void)close(listener);
    if (ends[1] < 0)
        return false;
    for (int i = 0; i < 2; i++)
        (void)setsockopt(
            ends[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return true;
}

static bool echo_until(
    int end, int64_t until, struct bench_latency *latency)
{
    uint8_t line[BENCH_LINE_BYTES], answer[BENCH_ANSWER_BYTES];
    (void)memset(line, 'x', sizeof line);
    line[BENCH_LINE_BYTES - 1] = '\n';
    int64_t now = bench_now_ns();
    do {
        size_t heard = 0;
        if (send(end, line, sizeof line, MSG_NOSIGNAL) != sizeof line)
            return false;
        while (heard < sizeof answer) {
            ssize_t got = recv(
                end, answer + heard, sizeof answer - heard, 0);
            if (got <= 0)
                return false;
            heard += (size_t)got;
        }
        int64_t after = bench_now_ns();
        bench_latency_add(latency, after - now);
        now = after;
    } while (now < until);
    return true;
}

static int measure_echo(int each_ms, struct failure *failure)
{
    int ends[2];
    pthread_t thread;
    struct bench_latency latency = {0};
    if (!connect_ends(ends) ||
        pthread_create(&thread, NULL, answer_all, &ends[1]) != 0)
        return failure_set(failure, "cannot echo over the loopback");
    int64_t cpu = bench_cpu_ns(), began = bench_now_ns();
    bool sound = echo_until(
        ends[0], began + (int64_t)each_ms * 1000000, &latency);
    double took = (double)(bench_now_ns() - began);
    cpu = bench_cpu_ns() - cpu;
    (void)shutdown(ends[0], SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    (void)close(ends[0]);
    (void)close(ends[1]);
    if (sound) {
        struct bench_result out = bench_result("echo", "floor");
        bench_at(&out, "bytes", BENCH_LINE_BYTES);
        bench_got(&out, "per_second", (double)latency.count * 1e9 / took);
        bench_got(
            &out, "cpu_us", (double)cpu / 1e3 / (double)latency.count);
        bench_latency_tell(&latency, &out);
        bench_result_print(&out);
    }
    bench_latency_free(&latency);
    return sound ? 0 : failure_set(failure, "the echo broke off");
}

/* ---- the disk ---- */

int bench_zeros_open(const char *folder, struct failure *failure)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/floor-XXXXXX", folder);
    int file = mkostemp(path, O_CLOEXEC);
    if (file < 0)
        return failure_set_errno(failure, errno, "cannot make %s", path);
    (void)unlink(path);
    static const uint8_t zeros[1 << 16];
    for (size_t done = 0; done < BENCH_ZEROS_BYTES; done += sizeof zeros)
        if (write(file, zeros, sizeof zeros) != (ssize_t)sizeof zeros) {
            (void)failure_set_errno(
                failure, errno, "cannot write in %s", folder);
            (void)close(file);
            return -1;
        }
    if (fsync(file) != 0) {
        (void)failure_set_errno(failure, errno, "cannot sync in %s", folder);
        (void)close(file);
        return -1;
    }
    return file;
}

static int overwrite(
    int file, size_t bytes, int each_ms, struct failure *failure)
{
    static uint8_t piece[1 << 20];
    struct bench_latency latency = {0};
    size_t at = 0;
    int result = 0;
    randombytes_buf(piece, sizeof piece);
    int64_t began = bench_now_ns();
    int64_t now = began;
    while (result == 0 &&
           (now == began || now < began + (int64_t)each_ms * 1000000)) {
        if (pwrite(file, piece, bytes, (off_t)at) != (ssize_t)bytes ||
            fdatasync(file) != 0)
            result = failure_set_errno(failure, errno, "cannot sync");
        int64_t after = bench_now_ns();
        bench_latency_add(&latency, after - now);
        now = after;
        at = (at + bytes) % BENCH_ZEROS_BYTES;
    }
    struct bench_result out = bench_result("fdatasync", "floor");
    bench_at(&out, "bytes", (int64_t)bytes);
    bench_got(&out, "per_second",
        (double)latency.count * 1e9 / (double)(now - began));
    bench_latency_tell(&latency, &out);
    bench_latency_free(&latency);
    bench_result_print(&out);
    return result;
}

static int measure_disk(
    const char *folder, int each_ms, struct failure *failure)
{
    int file = bench_zeros_open(folder, failure);
    if (file < 0)
        return -1;
    int result = overwrite(file, 4096, each_ms, failure);
    if (result == 0)
        result = overwrite(file, 65536, each_ms, failure);
    if (result == 0)
        result = overwrite(file, 1 << 20, each_ms, failure);
    (void)close(file);
    return result;
}

int bench_floor(const char *folder, int each_ms, struct failure *failure)
{
    int threads = (int)bench_threads(THREADS_MAX);
    int result = measure_verify(1, each_ms, failure);
    if (result == 0 && threads > 1)
        result = measure_verify(threads, each_ms, failure);
    if (result != 0)
        return -1;
    measure_leaf(each_ms);
    if (measure_echo(each_ms, failure) != 0)
        return -1;
    return measure_disk(folder, each_ms, failure);
}
