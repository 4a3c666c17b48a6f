#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* In the child: never returns. */
static void become(const char *const argv[], int output, int errors)
{
    if (output >= 0)
        (void)dup2(output, STDOUT_FILENO);
    if (errors >= 0)
        (void)dup2(errors, STDERR_FILENO);
    /* execv takes char *const[] for history's sake; it changes nothing. */
    union {
        const char *const *ours;
        char *const *theirs;
    } arguments = {.ours = argv};
    (void)execv(argv[0], arguments.theirs);
    static const char lost[] = "cannot start the program\n";
    (void)!write(STDERR_FILENO, lost, sizeof lost - 1);
    _exit(127);
}

int process_start(pid_t *pid, const char *const argv[], const char *log,
    struct failure *failure)
{
    int file = -1;
    if (log != NULL) {
        file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file < 0)
            return failure_set_errno(failure, errno, "cannot write %s", log);
    }
    *pid = fork();
    if (*pid == 0)
        become(argv, file, file);
    if (file >= 0)
        (void)close(file);
    if (*pid < 0)
        return failure_set_errno(failure, errno, "cannot start %s", argv[0]);
    return 0;
}

static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool process_ended(pid_t pid, int *code)
{
    int status;
    if (waitpid(pid, &status, WNOHANG) != pid)
        return false;
    *code = code_of(status);
    return true;
}

int process_wait(pid_t pid, int timeout_ms, int *code, struct failure *failure)
{
    const struct timespec step = {.tv_nsec = 5 * 1000 * 1000};
    for (int waited = 0; waited <= timeout_ms; waited += 5) {
        if (process_ended(pid, code))
            return 0;
        (void)nanosleep(&step, NULL);
    }
    return failure_set(failure, "process %ld did not end in %d ms", (long)pid,
        timeout_ms);
}

int process_run(const char *const argv[], struct buffer *out, int *code,
    struct failure *failure)
{
    int ends[2] = {-1, -1};
    if (out != NULL && pipe2(ends, O_CLOEXEC) != 0)
        return failure_set_errno(failure, errno, "cannot make a pipe");
    pid_t pid = fork();
    if (pid == 0)
        become(argv, ends[1], -1);
    if (out != NULL)
        (void)close(ends[1]);
    ssize_t got = 0;
    while (out != NULL && pid > 0) {
        uint8_t piece[4096];
        got = read(ends[0], piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        buffer_append(out, bytes_of(piece, (size_t)got));
    }
    if (out != NULL)
        (void)close(ends[0]);
    if (pid < 0)
        return failure_set_errno(failure, errno, "cannot start %s", argv[0]);
    int status;
    pid_t ended;
    do
        ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended != pid)
        return failure_set_errno(failure, errno, "lost %s", argv[0]);
    *code = code_of(status);
    return 0;
}
