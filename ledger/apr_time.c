#include "apr_inside.h"

static int last_day(int year, int month)
{
    int day = 31;

    while (!date_exists(year, month, day) && day > 28)
        day--;
    return day;
}

static bool is_last_day(struct date date)
{
    int year, month, day;

    date_split(date, &year, &month, &day);
    return day == last_day(year, month);
}

int apr_series_day(const struct cash_flow *flows, size_t count)
{
    bool all_last = count > 1;
    int greatest = 0;
    int year, month, day;

    for (size_t i = 0; i < count; i++) {
        date_split(flows[i].date, &year, &month, &day);
        all_last = all_last && is_last_day(flows[i].date);
        greatest = day > greatest ? day : greatest;
    }
    if (all_last)
        return 31;
    for (size_t i = 0; i < count; i++) {
        date_split(flows[i].date, &year, &month, &day);
        if (day != greatest && !is_last_day(flows[i].date))
            return APR_OWN_DAY;
    }
    return greatest;
}

/* months before a date, on the series' day of that month. */
static struct date months_back(struct date date, uint32_t months, int day)
{
    int year, month, own;
    int last;

    date_split(date, &year, &month, &own);
    year -= (int)(months / 12);
    month -= (int)(months % 12);
    if (month < 1) {
        month += 12;
        year--;
    }
    last = last_day(year, month);
    day = day == APR_OWN_DAY ? own : day;
    return date_of(year, month, day < last ? day : last);
}

struct apr_months apr_months_between(
    struct date begin, struct date date, int series_day)
{
    int year, month, day, begin_year, begin_month;
    uint32_t months;

    if (date.days <= begin.days)
        return (struct apr_months){0, 0};
    date_split(date, &year, &month, &day);
    date_split(begin, &begin_year, &begin_month, &day);
    months = (uint32_t)((year - begin_year) * 12 + month - begin_month);
    if (months > 0 && months_back(date, months, series_day).days < begin.days)
        months--;
    if (months > 0)
        date = months_back(date, months, series_day);
    return (struct apr_months){months, (uint32_t)(date.days - begin.days)};
}

static struct apr_position divided(uint32_t days, uint32_t period)
{
    return (struct apr_position){days / period, days % period, period};
}

static struct apr_position in_years(
    struct apr_months between, struct date begin, struct date date, int day)
{
    uint32_t years = between.months / 12;
    uint32_t days;

    if (between.days == 0)
        return (struct apr_position){years, between.months % 12, 12};
    if (years > 0)
        date = months_back(date, years * 12, day);
    days = (uint32_t)(date.days - begin.days);
    if (days >= 365) /* of a leap year: 365 / 365 is a whole one */
        return (struct apr_position){years + 1, days - 365, 365};
    return (struct apr_position){years, days, 365};
}

struct apr_position apr_position_of(
    struct apr_unit unit, struct date begin, struct date date, int series_day)
{
    struct apr_months between = apr_months_between(begin, date, series_day);
    uint32_t days = (uint32_t)(date.days - begin.days);

    switch (unit.period) {
    case APR_DAY:
        return divided(days, unit.many);
    case APR_WEEK:
        return divided(days, 7 * unit.many);
    case APR_SEMIMONTH:
        return divided(30 * between.months + between.days, 15);
    case APR_MONTH:
        if (unit.many > 1)
            return divided(30 * between.months + between.days, 30 * unit.many);
        /* 30 odd days are a month: only where months of 31 days meet. */
        if (between.days >= 30)
            return (struct apr_position){
                between.months + 1, between.days - 30, 30};
        return (struct apr_position){between.months, between.days, 30};
    case APR_YEAR:
        return in_years(between, begin, date, series_day);
    case APR_TERM:
        break;
    }
    return (struct apr_position){days > 0, 0, 1};
}

void apr_measure(struct apr_unit unit, struct date begin, struct date date,
    uint32_t *whole, uint32_t *odd, uint32_t *odd_of)
{
    struct apr_position position =
        apr_position_of(unit, begin, date, APR_OWN_DAY);

    *whole = position.whole;
    *odd = position.odd;
    *odd_of = position.odd_of;
}

struct date apr_begin(const struct cash_flows *flows)
{
    struct date advance = flows->advances[0].date;
    struct date payment = flows->payments[0].date;

    return payment.days < advance.days ? payment : advance;
}
