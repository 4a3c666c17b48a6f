/*
 * The log: one line an event, for the operator.
 *
 *     2026-11-23T22:20:23.123Z info  listening on 127.0.0.1:7733
 *
 * Never an amount, a line, or anything about a person.  errno survives
 * every call.  Each line is one write, so any thread may log.  The level
 * and the file are the only globals of the daemon.
 */
#ifndef POSITO_DAEMON_LOG_H
#define POSITO_DAEMON_LOG_H

#include <posito/failure.h>

/* Words of the option log-level, in this order. */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG };

/*
 * Exit codes of the daemon.  A service manager may start it again after
 * EXIT_FAILED; the other two need a person first.
 */
enum exit_code {
    EXIT_STOPPED = 0,
    EXIT_FAILED = 1,    /* disk, memory or corruption while serving */
    EXIT_WRONG_USE = 2, /* arguments or configuration */
    EXIT_REFUSED = 3    /* did not start; the last line says why */
};

/*
 * Write to the file at path, made if it is not there; NULL: to standard
 * error, which is also where lines go before the first call.  0, or -1.
 */
int log_open(const char *path, enum log_level, struct failure *)
    WARN_UNUSED_RESULT;

/* Open the same path again: somebody has moved the file away.  If that
 * fails, the old file goes on and says so. */
void log_reopen(void);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warning(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * Log the failure and end the process at once with EXIT_FAILED: nothing is
 * flushed, nobody is answered.  Any thread.
 */
_Noreturn void log_fatal(const struct failure *);

#endif
