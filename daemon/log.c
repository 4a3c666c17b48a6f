#include "log.h"

#include <posito/date.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

static atomic_int log_file = STDERR_FILENO;
static enum log_level log_limit = LOG_LEVEL_INFO;
static char log_path[4096];

static int open_path(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

int log_open(
    const char *path, enum log_level level, struct failure *failure)
{
    log_limit = level;
    if (path == NULL)
        return 0;
    if (strlen(path) >= sizeof log_path)
        return failure_set(failure, "the log file's path is too long");
    int file = open_path(path);
    if (file < 0)
        return failure_set_errno(
            failure, errno, "cannot write the log file %s", path);
    memcpy(log_path, path, strlen(path) + 1);
    atomic_store(&log_file, file);
    return 0;
}

void log_reopen(void)
{
    if (log_path[0] == '\0')
        return;
    int file = open_path(log_path);
    if (file < 0) {
        log_error("cannot open the log file %s again: %s", log_path,
            strerror(errno));
        return;
    }
    /* Another thread may be writing to the old descriptor: it is made to
     * mean the new file instead of being closed under it. */
    (void)dup3(file, atomic_load(&log_file), O_CLOEXEC);
    (void)close(file);
    log_info("log file reopened");
}

static void PRINTF_LIKE(2, 0) write_line(
    enum log_level level, const char *format, va_list arguments)
{
    static const char *const names[] = {
        "error  ", "warning", "info   ", "debug  "};
    char memory[LINE_MAX_BYTES];
    char text[LINE_MAX_BYTES - 64];
    struct timespec now = {0};
    int kept = errno;
    if (level > log_limit)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)vsnprintf(text, sizeof text, format, arguments);
    struct buffer line = buffer_over(memory, sizeof memory);
    instant_append(&line,
        (struct instant){now.tv_sec * 1000 + now.tv_nsec / 1000000});
    buffer_char(&line, ' ');
    buffer_text(&line, names[level]);
    buffer_char(&line, ' ');
    for (const char *c = text; *c != '\0'; c++)
        buffer_char(&line, *c == '\n' ? ' ' : *c);
    buffer_char(&line, '\n');
    /* A log that cannot be written must not stop a ledger that can. */
    (void)!write(atomic_load(&log_file), line.data, line.length);
    errno = kept;
}

#define DEFINE_LOG(name, level)                   \
    void name(const char *format, ...)            \
    {                                             \
        va_list arguments;                        \
        va_start(arguments, format);              \
        write_line(level, format, arguments);     \
        va_end(arguments);                        \
    }

DEFINE_LOG(log_error, LOG_LEVEL_ERROR)
DEFINE_LOG(log_warning, LOG_LEVEL_WARNING)
DEFINE_LOG(log_info, LOG_LEVEL_INFO)
DEFINE_LOG(log_debug, LOG_LEVEL_DEBUG)

void log_fatal(const struct failure *failure)
{
    log_error("stopped at once, nobody was answered: %s", failure->text);
    _exit(EXIT_FAILED);
}
