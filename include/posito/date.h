/*
 * Dates of the proleptic Gregorian calendar and instants of UTC.  Neither
 * knows a time zone: a book's business date is moved by its day-close, it
 * is never computed from a clock.
 */
#ifndef POSITO_DATE_H
#define POSITO_DATE_H

#include <posito/bytes.h>

/* Days since 1970-01-01; 1900-01-01 to 2999-12-31 can be spelled. */
struct date {
    int32_t days;
};

/* Milliseconds since 1970-01-01T00:00:00Z, no leap seconds; never
 * negative, and at most the last one of the year 2999. */
struct instant {
    int64_t ms;
};

#define DATE_LENGTH 10    /* 2026-11-23 */
#define INSTANT_LENGTH 24 /* 2026-11-23T22:20:23.123Z */

struct date date_of(int year, int month, int day); /* caller knows it exists */
void date_split(struct date, int *year, int *month, int *day);
bool date_exists(int year, int month, int day);

/* 0 = Monday ... 6 = Sunday, as ISO 8601 orders them. */
int date_weekday(struct date);

/* False if the result cannot be spelled. */
bool date_add_days(struct date, int32_t days, struct date *)
    WARN_UNUSED_RESULT;

/* The same day count months later, or that month's last day. */
bool date_add_months(struct date, int32_t months, struct date *)
    WARN_UNUSED_RESULT;

bool date_parse(struct bytes, struct date *) WARN_UNUSED_RESULT;
void date_append(struct buffer *, struct date);

bool instant_parse(struct bytes, struct instant *) WARN_UNUSED_RESULT;
void instant_append(struct buffer *, struct instant);
struct date instant_date(struct instant);

#endif
