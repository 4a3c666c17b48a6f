/*
 * Records of pledges.  Layouts in bytes stand in FORMAT.md.
 *
 *     pledged --> OPEN <----- received whole -----> FILLED
 *            \     | ^        (and reversed)
 *             \    | +-- a receipt is reversed --+
 *      over=queue  v                             |
 *              \  withdrawn, or until= came: WITHDRAWN, LAPSED
 *               v                                ^
 *              WAITING ----------------------->--+
 *                 |
 *                 +-- a day-close finds room --> OPEN
 *
 * What a pledge is worth is left + received; what lapsed or was withdrawn
 * is worth no more.  Of a source, receipts fill the oldest open pledge
 * first, and their reversals empty the newest first.
 */
#ifndef POSITO_LEDGER_PLEDGE_RECORD_H
#define POSITO_LEDGER_PLEDGE_RECORD_H

#include "record.h"

enum pledge_phase {
    PLEDGE_OPEN,
    PLEDGE_FILLED,
    PLEDGE_WAITING,
    PLEDGE_LAPSED,
    PLEDGE_WITHDRAWN
};

const char *pledge_phase_name(enum pledge_phase);

struct pledge {
    uint64_t index; /* entry that pledged it: its name */
    enum pledge_phase phase;
    uint8_t book;    /* of the project */
    uint32_t project;
    uint32_t source; /* party */
    uint32_t year;   /* whose cap it counts against; 0 while waiting */
    int64_t amount;  /* that took effect; while waiting, that shall */
    int64_t left;    /* not received; 0 unless open */
    int64_t received;
    struct date until;
    uint64_t ended; /* entry it lapsed or was withdrawn in; else 0 */
};

bool pledge_record_find(struct state *, uint64_t index, struct pledge *)
    WARN_UNUSED_RESULT;
bool pledge_record_parse(struct bytes key, struct bytes value,
    struct pledge *) WARN_UNUSED_RESULT; /* for scans of TABLE_PLEDGE */

/* Also keeps its rows of TABLE_PLEDGE_OF, TABLE_PLEDGE_DUE (while open or
 * waiting) and TABLE_PLEDGE_QUEUE (while waiting). */
void pledge_record_put(struct state *, const struct pledge *);

/* Call back for each pledge of a source, oldest first. */
void pledge_record_each(struct state *, uint32_t source,
    void (*each)(void *context, const struct pledge *), void *context);

/* What the open pledges of a source have left. */
int64_t pledge_record_left(struct state *, uint32_t source);

/* Keys of TABLE_PLEDGE_DUE and TABLE_PLEDGE_QUEUE, after the book. */
bool pledge_record_parse_due(struct bytes key, struct date *until,
    uint64_t *index) WARN_UNUSED_RESULT;
bool pledge_record_parse_queue(struct bytes key, uint64_t *index)
    WARN_UNUSED_RESULT;

#endif
