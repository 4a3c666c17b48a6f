/*
 * The daemon's options: one typed table, from which the parser, the range
 * checks, `positod -h` and OPERATING.md's table come.
 *
 *     # a comment
 *     listen = 127.0.0.1:7733
 *     group-count = 4096
 *
 * Adding an option: a row in config.c's table and a field here.
 */
#ifndef POSITO_DAEMON_CONFIG_H
#define POSITO_DAEMON_CONFIG_H

#include "log.h"

#include <posito/bytes.h>

#define CONFIG_TEXT_MAX 256

struct config {
    char listen[CONFIG_TEXT_MAX];   /* ADDRESS:PORT; port 0: any free one */
    char log_file[CONFIG_TEXT_MAX]; /* empty: see OPERATING.md */
    enum log_level log_level;

    uint64_t workers; /* threads that check signatures; 0: one a processor */
    uint64_t key_multiples; /* keys for which protocol/checker.h keeps them;
                               0: libsodium checks each signature */

    uint64_t max_connections;
    uint64_t line_ms;   /* from a line's first byte to its last */
    uint64_t body_ms;   /* from a batch's first byte to its body's last */
    uint64_t idle_ms;   /* without a request */
    uint64_t unread_ms; /* with answers the client does not read */

    uint64_t queue_requests; /* of one connection, not yet decided */
    uint64_t queue_bytes;
    uint64_t output_bytes;  /* of one connection, not yet sent */
    uint64_t waiting_bytes; /* requests of all connections together */

    uint64_t group_count; /* entries */
    uint64_t group_bytes;
    uint64_t group_delay_us;
    uint64_t segment_bytes;

    uint64_t state_map_bytes; /* the state's file never grows beyond it */
    uint64_t cache_bytes;     /* see config_cache_bytes */
    uint64_t save_bytes;      /* see config_save_bytes */
    uint64_t save_ms;         /* the longest a change stays unsaved */

    uint64_t disk_low; /* free bytes below which orders are refused */
    uint64_t disk_min; /* free bytes below which it does not start */
};

void config_defaults(struct config *);

/*
 * Read a file's text over what is there.  source names it in messages.
 * 0, or -1: "positod.conf line 3: there is no option colour".
 */
int config_read(struct config *, struct bytes text, const char *source,
    struct failure *) WARN_UNUSED_RESULT;

/* One "name=value" of the command line. */
int config_set(struct config *, const char *assignment, struct failure *)
    WARN_UNUSED_RESULT;

/* What one option alone cannot tell: options that contradict others. */
int config_check(const struct config *, struct failure *) WARN_UNUSED_RESULT;

/*
 * Bytes of saved records kept in memory; of changed ones, beyond which they
 * are saved.  What was given, or, for 0, a quarter and a 32nd of the memory
 * there is (memory.h): as said, within bounds, in OPERATING.md, "Memory".
 */
uint64_t config_cache_bytes(const struct config *);
uint64_t config_save_bytes(const struct config *);

/* The table for people: name, default, range, meaning. */
void config_describe(struct buffer *);

#endif
