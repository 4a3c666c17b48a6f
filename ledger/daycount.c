#include "daycount.h"

#include <string.h>

const char *daycount_name(enum daycount rule)
{
    static const char *const names[] = {
#define X(name, text) text,
        DAYCOUNTS(X)
#undef X
    };

    return names[rule];
}

bool daycount_parse(struct bytes text, enum daycount *out)
{
    for (unsigned i = 0; i < DAYCOUNT_COUNT; i++) {
        const char *name = daycount_name((enum daycount)i);

        if (text.length == strlen(name) &&
            memcmp(text.data, name, text.length) == 0) {
            *out = (enum daycount)i;
            return true;
        }
    }
    return false;
}

struct year_fraction year_fraction_of(int64_t numerator, int64_t denominator)
{
    int64_t a = numerator;
    int64_t b = denominator;

    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return (struct year_fraction){numerator / a, denominator / a};
}

/* Also of the years just outside those that can be spelled. */
static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int year, int month)
{
    if (month == 2)
        return is_leap(year) ? 29 : 28;
    return 30 + (month + month / 8) % 2; /* long: odd to July, even after */
}

/* ---- months of 30 days ---- */

static bool is_february_end(int year, int month, int day)
{
    return month == 2 && day == month_length(year, month);
}

struct split {
    int year;
    int month;
    int day;
};

static void us_february(struct split *from, struct split *to)
{
    if (!is_february_end(from->year, from->month, from->day))
        return;
    if (is_february_end(to->year, to->month, to->day))
        to->day = 30;
    from->day = 30;
}

static void isda_month_ends(
    struct split *from, struct split *to, bool to_is_maturity)
{
    if (from->day == month_length(from->year, from->month))
        from->day = 30;
    if (to->day == month_length(to->year, to->month) &&
        !(to_is_maturity && to->month == 2))
        to->day = 30;
}

int64_t daycount_30(
    enum daycount rule, struct date from, struct date to, struct date maturity)
{
    struct split a;
    struct split b;

    date_split(from, &a.year, &a.month, &a.day);
    date_split(to, &b.year, &b.month, &b.day);
    if (rule == DAYCOUNT_30E_360_ISDA)
        isda_month_ends(&a, &b, to.days == maturity.days);
    if (rule == DAYCOUNT_30_360_US)
        us_february(&a, &b);
    if (a.day == 31)
        a.day = 30;
    if (b.day == 31 && (rule == DAYCOUNT_30E_360 || a.day == 30))
        b.day = 30;
    return (int64_t)(b.year - a.year) * 360 + (b.month - a.month) * 30 +
           (b.day - a.day);
}

/* ---- actual days over actual years ---- */

static struct year_fraction act_act_isda(struct date from, struct date to)
{
    int year, last, month, day;
    int64_t leap = 0;
    int64_t other = 0;

    date_split(from, &year, &month, &day);
    date_split(to, &last, &month, &day);
    for (; year <= last; year++) {
        int32_t begin = date_of(year, 1, 1).days;
        int32_t end = date_of(year + 1, 1, 1).days;

        begin = begin < from.days ? from.days : begin;
        end = end > to.days ? to.days : end;
        *(is_leap(year) ? &leap : &other) += end - begin;
    }
    return year_fraction_of(leap * 365 + other * 366, 365 * 366);
}

/* years back; 28 February to 29 February where there is one. */
static struct date years_back(struct date date, int years)
{
    int year, month, day;

    date_split(date, &year, &month, &day);
    if (years > 0 && month == 2 && day >= 28)
        day = month_length(year - years, 2);
    return date_of(year - years, month, day);
}

static bool has_leap_day(struct date from, struct date to)
{
    int year, month, day;

    for (date_split(from, &year, &month, &day);
         date_of(year, 1, 1).days < to.days; year++) {
        struct date leap_day = date_of(year, 2, 29);

        if (is_leap(year) && leap_day.days >= from.days &&
            leap_day.days < to.days)
            return true;
    }
    return false;
}

static struct year_fraction act_act_afb(struct date from, struct date to)
{
    int years = 0;
    int days_in_year;

    while (years_back(to, years + 1).days >= from.days)
        years++;
    to = years_back(to, years);
    days_in_year = has_leap_day(from, to) ? 366 : 365;
    return year_fraction_of(
        (int64_t)years * days_in_year + (to.days - from.days), days_in_year);
}

/* ---- actual days over coupon periods ---- */

/* The date `index` periods from the coupon date. */
static bool coupon_date(
    const struct daycount_terms *terms, int32_t index, struct date *out)
{
    int year, month, day;

    if (!date_add_months(
            terms->coupon, index * (int32_t)terms->coupon_months, out))
        return false;
    if (terms->coupon_month_end) {
        date_split(*out, &year, &month, &day);
        *out = date_of(year, month, month_length(year, month));
    }
    return true;
}

/* The period in which a date lies: the last one that begins by then. */
static int32_t coupon_index(
    const struct daycount_terms *terms, struct date date)
{
    int year, month, day, coupon_year, coupon_month;
    int32_t index;
    struct date next;

    date_split(date, &year, &month, &day);
    date_split(terms->coupon, &coupon_year, &coupon_month, &day);
    index = ((year - coupon_year) * 12 + month - coupon_month) /
                terms->coupon_months -
            2;
    while (coupon_date(terms, index + 1, &next) && next.days <= date.days)
        index++;
    return index;
}

static struct year_fraction sum_of(
    struct year_fraction a, int64_t numerator, int64_t denominator)
{
    return year_fraction_of(
        a.numerator * denominator + numerator * a.denominator,
        a.denominator * denominator);
}

/* Only the first and the last period can be touched in part, so the
 * denominator stays below 12 x 12 x 366 x 366. */
static bool act_act_icma(struct date from, struct date to,
    const struct daycount_terms *terms, struct year_fraction *out)
{
    struct date begin;
    struct date end;
    int32_t index;

    if (terms == NULL || terms->coupon_months == 0 ||
        12 % terms->coupon_months != 0)
        return false;
    *out = (struct year_fraction){0, 1};
    index = coupon_index(terms, from);
    for (; from.days < to.days; from = end) {
        struct date period_end;

        if (!coupon_date(terms, index, &begin) ||
            !coupon_date(terms, ++index, &period_end))
            return false;
        end = period_end.days < to.days ? period_end : to;
        *out =
            sum_of(*out, (int64_t)(end.days - from.days) * terms->coupon_months,
                (int64_t)(period_end.days - begin.days) * 12);
    }
    return true;
}

bool daycount_fraction(enum daycount rule, struct date from, struct date to,
    const struct daycount_terms *terms, struct year_fraction *out)
{
    int64_t days = (int64_t)to.days - from.days;
    struct date maturity = {INT32_MAX};

    if (days < 0)
        return false;
    switch (rule) {
    case DAYCOUNT_ACT_365:
        *out = year_fraction_of(days, 365);
        return true;
    case DAYCOUNT_ACT_360:
        *out = year_fraction_of(days, 360);
        return true;
    case DAYCOUNT_30E_360_ISDA:
        if (terms == NULL)
            return false;
        maturity = terms->maturity;
        /* fall through */
    case DAYCOUNT_30_360:
    case DAYCOUNT_30_360_US:
    case DAYCOUNT_30E_360:
        days = daycount_30(rule, from, to, maturity);
        *out = year_fraction_of(days < 0 ? 0 : days, 360);
        return true;
    case DAYCOUNT_ACT_ACT:
        *out = act_act_isda(from, to);
        return true;
    case DAYCOUNT_ACT_ACT_ICMA:
        return act_act_icma(from, to, terms, out);
    case DAYCOUNT_ACT_ACT_AFB:
        *out = act_act_afb(from, to);
        return true;
    case DAYCOUNT_COUNT:
        break;
    }
    return false;
}
