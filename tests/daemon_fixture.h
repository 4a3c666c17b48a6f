/*
 * A real positod in a temporary folder, on a free port of the loopback, and
 * raw connections to it.  Whatever goes wrong here fails the test.
 */
#ifndef POSITO_TESTS_DAEMON_FIXTURE_H
#define POSITO_TESTS_DAEMON_FIXTURE_H

#include <posito/hash.h>
#include <posito/ident.h>
#include <posito/note.h>
#include <posito/status.h>

#include <limits.h>
#include <sys/types.h>

/*
 * Founded with: books us (open on 2026-03-02) and mx; federation fed, club
 * club, members m1 to m4 and office la in us; keys chief
 * (federation.treasurer, all), ana (teller, us, limit USD5000.00), sup
 * (supervisor, us), aud (auditor, all), mex (teller, mx).
 */
struct daemon_fixture {
    char folder[PATH_MAX];
    char log[PATH_MAX]; /* what it wrote to standard error */
    unsigned port;
    pid_t pid; /* 0: not running */
    const char *const *prefix; /* words before its command, up to a NULL:
                                  what it is run under; or NULL */
};

/* Make the folder and found the ledger; the daemon is not started. */
void daemon_found(struct daemon_fixture *);

/* Kill what runs, remove the folder. */
void daemon_remove(struct daemon_fixture *);

/*
 * Start with these options ("name=value", ending in NULL; NULL: none) and
 * wait until it listens.  Returns 0, or the exit code if it refused.
 */
int daemon_try_start(
    struct daemon_fixture *, const char *const *options);

/* The same; anything but a start fails the test. */
void daemon_start(struct daemon_fixture *, const char *const *options);

/* SIGTERM; returns the exit code. */
int daemon_stop(struct daemon_fixture *);
void daemon_kill(struct daemon_fixture *); /* SIGKILL */

/* Wait for its end without asking for it; the exit code, or 128 + signal. */
int daemon_wait(struct daemon_fixture *, int timeout_ms);

/* Does its log have this text, now or within 5 s? */
bool daemon_said(const struct daemon_fixture *, const char *text);

/* The ledger's id. */
struct hash daemon_ledger(const struct daemon_fixture *);

/* Append id=, by= and sig= of the key to a line. */
void daemon_sign(const struct daemon_fixture *, struct buffer *line,
    const char *key);

/* The same with this id, so that the line can be made again. */
void daemon_sign_as(const struct daemon_fixture *, struct buffer *line,
    const char *key, const struct ulid *);

/* A batch's line, signed, for body's lines. */
void daemon_batch(const struct daemon_fixture *, struct buffer *line,
    const char *mode, struct bytes body, const char *key);

/* The log's key, to check checkpoints with. */
void daemon_log_key(const struct daemon_fixture *, struct note_key *);

/* ---- a client's end ---- */

struct wire {
    int socket;
    struct buffer in;
    size_t at; /* bytes of in that were looked at */
};

void wire_open(struct wire *, const struct daemon_fixture *);
/* The same; false if nobody listens. */
bool wire_try_open(struct wire *, const struct daemon_fixture *);
void wire_close(struct wire *);

void wire_send(struct wire *, const char *text);
void wire_send_bytes(struct wire *, struct bytes);
void wire_shut(struct wire *); /* no more input from us */

/* The next line without its LF, valid until the next call.  False at the
 * connection's end; 30 s without either fail the test. */
bool wire_line(struct wire *, struct bytes *line);

/* The lines of one answer, with LFs, appended to out (NULL: dropped); its
 * status. */
enum status wire_answer(struct wire *, struct buffer *out);

/* The next line fits the pattern, where * stands for any run of bytes. */
void wire_expect(struct wire *, const char *pattern);

/* The daemon closes without another line. */
void wire_expect_end(struct wire *);

/* Is there something to read within so many milliseconds? */
bool wire_has(struct wire *, int timeout_ms);

/* Send a line and expect a line. */
void wire_ask(struct wire *, const char *line, const char *pattern);

/* hello and login. */
void wire_login(
    struct wire *, const struct daemon_fixture *, const char *key);

/* Sign, send, and expect ok; returns the entry's index. */
uint64_t wire_order(struct wire *, const struct daemon_fixture *,
    const char *line, const char *key);

/* Does the text fit the pattern? */
bool wire_fits(struct bytes text, const char *pattern);

#endif
