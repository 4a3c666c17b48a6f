/*
 * Loan products: what loans of a name and book are like.
 *
 * A product is rows by date; the one in force is the latest that began by
 * then.  A loan copies its row's terms when it is applied for, so that a
 * later row changes no loan that exists.  Layouts in bytes stand in
 * FORMAT.md.
 */
#ifndef POSITO_LEDGER_PRODUCT_H
#define POSITO_LEDGER_PRODUCT_H

#include "ageing.h"
#include "record.h"
#include "schedule.h"
#include "waterfall.h"

struct product_terms {
    enum loan_method method;
    enum loan_daycount daycount;
    enum loan_period every;
    enum loan_grace grace;
    enum loan_order order;
    enum loan_provision table;
    enum loan_shift shift;
    enum loan_rounding rounding;
    enum currency currency;
    int64_t most;     /* of one loan */
    int64_t least;
    uint16_t longest; /* instalments */
    int64_t unit;     /* what an instalment is a multiple of; 1: any */
    struct rate yearly;
    struct rate late;  /* yearly, on overdue principal */
    struct rate fee;   /* part of what is disbursed, withheld from it */
    struct rate cover; /* part of the loan that must be secured */
};

struct product {
    uint8_t book;
    struct ident name;
    struct date from; /* first date it is offered on */
    uint64_t set;     /* entry */
    struct product_terms terms;
};

/* The row in force on a date, or the one that begins on a date. */
bool product_on(struct state *, uint8_t book, const struct ident *,
    struct date, struct product *) WARN_UNUSED_RESULT;
bool product_find(struct state *, uint8_t book, const struct ident *,
    struct date from, struct product *) WARN_UNUSED_RESULT;
bool product_parse(struct bytes key, struct bytes value, struct product *)
    WARN_UNUSED_RESULT; /* for scans of TABLE_PRODUCT */
void product_append(struct buffer *, const struct product *);
void product_put(struct state *, const struct product *);

/* The terms alone, where another record has them in it. */
void product_append_terms(struct buffer *, const struct product_terms *);
bool product_read_terms(struct cursor *, struct product_terms *)
    WARN_UNUSED_RESULT;

/* ---- what the words mean ---- */

enum schedule_method product_method(enum loan_method);
enum schedule_grace product_grace(enum loan_grace);
enum schedule_shift product_shift(enum loan_shift);
enum schedule_basis product_basis(enum loan_daycount);
enum daycount product_daycount(enum loan_daycount); /* of basis DAYS */
enum rounding product_rounding(enum loan_rounding);

/* Months or days of a period. */
uint16_t product_period(enum loan_period, bool *in_days);

/* The order of payment. */
struct waterfall product_waterfall(enum loan_order);

const struct ageing_table *product_ageing(enum loan_provision);

#endif
