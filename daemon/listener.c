#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

/* ---- addresses ---- */

static int not_an_address(const char *where, struct failure *failure)
{
    return failure_set(failure,
        "listen: \"%s\" is not an address and port, such as 127.0.0.1:7733",
        where);
}

/* Find the address; release with freeaddrinfo.  0, or -1. */
static int resolve(
    const char *where, struct addrinfo **out, struct failure *failure)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    char host[64];
    const char *colon = strrchr(where, ':');
    const char *start = where;
    if (colon == NULL || colon[1] == '\0')
        return not_an_address(where, failure);
    size_t length = (size_t)(colon - where);
    if (length >= 2 && where[0] == '[' && colon[-1] == ']') {
        start++;
        length -= 2;
    }
    if (length == 0 || length >= sizeof host)
        return not_an_address(where, failure);
    memcpy(host, start, length);
    host[length] = '\0';
    if (strcmp(host, "localhost") == 0)
        memcpy(host, "127.0.0.1", sizeof "127.0.0.1");
    if (getaddrinfo(host, colon + 1, &hints, out) != 0)
        return not_an_address(where, failure);
    return 0;
}

int listener_check(const char *where, struct failure *failure)
{
    struct addrinfo *found;
    if (resolve(where, &found, failure) != 0)
        return -1;
    freeaddrinfo(found);
    return 0;
}

/* What the socket is bound to, in words. */
static int describe(struct listener *listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } name;
    socklen_t length = sizeof name;
    char host[INET6_ADDRSTRLEN] = "";
    memset(&name, 0, sizeof name);
    if (getsockname(listener->socket, &name.any, &length) != 0)
        return -1;
    if (name.any.sa_family == AF_INET6) {
        (void)inet_ntop(
            AF_INET6, &name.six.sin6_addr, host, sizeof host);
        listener->port = ntohs(name.six.sin6_port);
        listener->loopback = IN6_IS_ADDR_LOOPBACK(&name.six.sin6_addr);
        (void)snprintf(listener->address, sizeof listener->address,
            "[%s]:%u", host, listener->port);
    } else {
        (void)inet_ntop(AF_INET, &name.four.sin_addr, host, sizeof host);
        listener->port = ntohs(name.four.sin_port);
        listener->loopback = ntohl(name.four.sin_addr.s_addr) >> 24 == 127;
        (void)snprintf(listener->address, sizeof listener->address, "%s:%u",
            host, listener->port);
    }
    return 0;
}

/* ---- the socket ---- */

static int refuse(
    const char *where, int number, struct failure *failure)
{
    if (number == EADDRINUSE)
        return failure_set(failure,
            "cannot listen on %s: another program has that port", where);
    return failure_set_errno(failure, number, "cannot listen on %s", where);
}

int listener_bind(
    struct listener *listener, const char *where, struct failure *failure)
{
    struct addrinfo *found;
    int one = 1;
    listener->socket = -1;
    if (resolve(where, &found, failure) != 0)
        return -1;
    int number = 0;
    listener->socket = socket(
        found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->socket < 0 ||
        setsockopt(listener->socket, SOL_SOCKET, SO_REUSEADDR, &one,
            sizeof one) != 0 ||
        bind(listener->socket, found->ai_addr, found->ai_addrlen) != 0 ||
        describe(listener) != 0)
        number = errno;
    freeaddrinfo(found);
    if (number == 0)
        return 0;
    listener_close(listener);
    return refuse(where, number, failure);
}

int listener_listen(struct listener *listener, struct failure *failure)
{
    if (listen(listener->socket, BACKLOG) != 0)
        return refuse(listener->address, errno, failure);
    return 0;
}

int listener_accept(struct listener *listener, bool *exhausted)
{
    int one = 1;
    *exhausted = false;
    int client = accept4(
        listener->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) {
        *exhausted = errno == EMFILE || errno == ENFILE ||
                     errno == ENOBUFS || errno == ENOMEM;
        return -1;
    }
    /* Answers are short and waited for. */
    (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return client;
}

void listener_close(struct listener *listener)
{
    if (listener->socket >= 0)
        (void)close(listener->socket);
    listener->socket = -1;
}
