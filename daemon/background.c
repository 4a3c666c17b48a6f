#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the parent: wait for a byte (started) or the child's end (refused;
 * it has said why).  Never returns. */
static _Noreturn void wait_for(pid_t child, int pipe)
{
    char byte;
    int status;
    ssize_t got;
    do
        got = read(pipe, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got == 1)
        _exit(0);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int background_start(struct background *background, struct failure *failure)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return failure_set_errno(failure, errno, "cannot make a pipe");
    pid_t child = fork();
    if (child < 0) {
        int number = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return failure_set_errno(failure, number, "cannot fork");
    }
    if (child > 0) {
        (void)close(ends[1]);
        wait_for(child, ends[0]);
    }
    (void)close(ends[0]);
    (void)setsid();
    background->pipe = ends[1];
    return 0;
}

void background_ready(struct background *background)
{
    if (background->pipe < 0)
        return;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        (void)dup2(nothing, STDIN_FILENO);
        (void)dup2(nothing, STDOUT_FILENO);
        (void)dup2(nothing, STDERR_FILENO);
        if (nothing > STDERR_FILENO)
            (void)close(nothing);
    }
    (void)!write(background->pipe, "+", 1);
    (void)close(background->pipe);
    background->pipe = -1;
}
