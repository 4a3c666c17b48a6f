#include "bench_loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

int bench_loopback_listen(struct sockaddr_in *at, int backlog)
{
    socklen_t length = sizeof *at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return -1;
    *at = (struct sockaddr_in){.sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)at, sizeof *at) == 0 &&
        listen(listener, backlog) == 0 &&
        getsockname(listener, (struct sockaddr *)at, &length) == 0)
        return listener;
    int number = errno;
    (void)close(listener);
    errno = number;
    return -1;
}
