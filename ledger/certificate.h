/*
 * Term shares (share certificates): what a length of term pays from a date
 * on, and the term shares themselves.  Layouts in bytes stand in FORMAT.md.
 *
 * Interest is simple, by actual days over 365, and always the sum since the
 * first day, rounded once:
 *
 *     principal x rate x days / 365, half away from zero
 *
 * so that parts of it, each the difference to the sum before, add up to it
 * exactly.  A term share earns from the date it is opened to the one it is
 * due, that day itself not counted, and nothing after.
 */
#ifndef POSITO_LEDGER_CERTIFICATE_H
#define POSITO_LEDGER_CERTIFICATE_H

#include "record.h"

#define CERTIFICATE_DAYS_MAX 3650U

/* ---- products ---- */

struct term_product {
    uint8_t book;
    enum currency currency;
    uint32_t days;     /* length of the term */
    struct date from;  /* first business date it applies */
    int64_t minimum;   /* smallest principal */
    struct rate rate;  /* part per year, at most 1 */
    struct rate early; /* if closed before its date */
};

/* The one in force on a date: the last that began by then. */
bool certificate_product_on(struct state *, uint8_t book, enum currency,
    uint32_t days, struct date, struct term_product *) WARN_UNUSED_RESULT;
bool certificate_parse_product(struct bytes key, struct bytes value,
    struct term_product *) WARN_UNUSED_RESULT;
void certificate_put_product(struct state *, const struct term_product *);

/* ---- term shares ---- */

struct certificate {
    uint64_t index; /* entry that opened it: its name */
    struct account_id share; /* it came from, and goes back to */
    int64_t principal;
    struct date opened;
    struct date due; /* a calendar date, worked or not */
    struct rate rate;
    struct rate early;
    int64_t accrued;  /* posted to dividend.payable so far */
    uint64_t closed;  /* entry that paid it out; 0: none */
    int64_t interest; /* paid */
    int64_t tax;      /* withheld of it */
};

bool certificate_find(struct state *, uint64_t index, struct certificate *)
    WARN_UNUSED_RESULT;
bool certificate_parse(struct bytes key, struct bytes value,
    struct certificate *) WARN_UNUSED_RESULT; /* for scans of TABLE_TERM */

/* Also keeps TABLE_TERM_DUE: the open ones are in it. */
void certificate_put(struct state *, const struct certificate *);

/* The account its principal is in. */
struct account_id certificate_account(const struct certificate *);

/*
 * Walk over a book's open ones, soonest due first, among equals the one
 * opened first.  The walk sees them as they were when it began.  False
 * after the last that is due by that date.
 */
struct state_scan *certificate_scan_due(struct state *, uint8_t book);
bool certificate_next_due(struct state *, struct state_scan *,
    struct date until, struct certificate *) WARN_UNUSED_RESULT;

/* ---- interest ---- */

/* By its full rate, earned before a date. */
int64_t certificate_earned(const struct certificate *, struct date);

/* What closing it on a date pays, before tax: by the early rate before its
 * date, by the full rate on or after it. */
int64_t certificate_interest(const struct certificate *, struct date);

/* Close it: interest of that date, tax of it by that rate. */
void certificate_settle(struct certificate *, struct date, struct rate tax,
    uint64_t entry);

#endif
