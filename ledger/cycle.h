/*
 * Records of the cycle: holidays, closed periods, dividends, the rate that
 * is withheld, seals and locked savings.  Layouts in bytes stand in
 * FORMAT.md.
 *
 * A month is a number: year x 12 + month - 1.
 */
#ifndef POSITO_LEDGER_CYCLE_H
#define POSITO_LEDGER_CYCLE_H

#include "record.h"

/* ---- months ---- */

#define CYCLE_MONTHS 12U

uint32_t cycle_month_of(struct date);
struct date cycle_month_first(uint32_t month); /* its first day */
int32_t cycle_month_days(uint32_t month);      /* 28 to 31 */

/* ---- holidays ---- */

/* False if nobody said anything about that date. */
bool cycle_find_holiday(struct state *, uint8_t book, struct date,
    bool *worked) WARN_UNUSED_RESULT;
void cycle_put_holiday(
    struct state *, uint8_t book, struct date, bool worked);

/* ---- periods ---- */

enum period { PERIOD_MONTH, PERIOD_YEAR };

/* The entry that closed the period which begins with that month. */
bool cycle_find_period(struct state *, uint8_t book, enum period,
    uint32_t month, uint64_t *entry) WARN_UNUSED_RESULT;
void cycle_put_period(struct state *, uint8_t book, enum period,
    uint32_t month, uint64_t entry);

/* ---- dividends ---- */

struct dividend {
    uint8_t book;
    uint32_t month;
    struct amount amount; /* declared */
    enum basis basis;
    int64_t minimum;   /* balance that earns, 0: any; of basis average */
    uint64_t declared; /* entry */
};

bool cycle_find_dividend(struct state *, uint8_t book, uint32_t month,
    enum currency, struct dividend *) WARN_UNUSED_RESULT;
void cycle_put_dividend(struct state *, const struct dividend *);

/* ---- tax ---- */

/* Is a rate a part of a whole, 0 to 1? */
bool cycle_is_part(struct rate);

/* The rate in force on a date: the last that began by then; 0 if none. */
struct rate cycle_tax_on(struct state *, uint8_t book, struct date);
void cycle_put_tax(
    struct state *, uint8_t book, struct date from, struct rate);

/* ---- seals ---- */

/* What somebody signed to be the state's digest at a size. */
struct seal {
    uint64_t size;
    struct hash digest;
    uint32_t format; /* of the state: state_format */
    uint64_t entry;  /* the day-close that says so */
};

bool cycle_find_seal(struct state *, uint64_t size, struct seal *)
    WARN_UNUSED_RESULT;
void cycle_put_seal(struct state *, const struct seal *);

/* ---- locked savings ---- */

struct savings_lock {
    uint64_t index; /* entry that locked it: its name */
    struct account_id share; /* it came from, and goes back to */
    int64_t amount;
    struct date until;
    struct hash evidence;
    uint64_t opened; /* entry that unlocked it; 0: none */
};

bool cycle_find_lock(struct state *, uint64_t index, struct savings_lock *)
    WARN_UNUSED_RESULT;
bool cycle_parse_lock(struct bytes key, struct bytes value,
    struct savings_lock *) WARN_UNUSED_RESULT; /* for scans of TABLE_LOCK */
void cycle_put_lock(struct state *, const struct savings_lock *);

#endif
