#include "apr_inside.h"

/*
 * Every period between two flows of a series is a vote for each unit it is
 * exactly: a number of months, of weeks, a semimonth, else its days.  Votes
 * are counted by unit; the index orders units by their length.
 */
#define DAYS_MAX 366
#define WEEKS_MAX 52
#define MONTHS_MAX 11

struct votes {
    uint32_t days[DAYS_MAX + 1];
    uint32_t weeks[WEEKS_MAX + 1];
    uint32_t months[MONTHS_MAX + 1];
    uint32_t semimonth;
    uint32_t year;
    uint32_t periods;
    uint32_t days_sum;
};

static bool is_month(struct date from, struct date to, int day)
{
    struct apr_months between = apr_months_between(from, to, day);

    return between.months == 1 && between.days == 0;
}

/* Half of a month: with the period before or after it, it makes one. */
static bool is_semimonth(
    const struct date *dates, size_t count, size_t i, int day)
{
    int32_t days = dates[i + 1].days - dates[i].days;

    if (days < 13 || days > 18)
        return false;
    return (i + 2 < count && is_month(dates[i], dates[i + 2], day)) ||
           (i > 0 && is_month(dates[i - 1], dates[i + 1], day));
}

static void vote(struct votes *votes, struct date from, struct date to, int day)
{
    uint32_t days = (uint32_t)(to.days - from.days);
    struct apr_months between = apr_months_between(from, to, day);
    bool is_whole = between.days == 0 && between.months > 0;

    votes->periods++;
    votes->days_sum += days;
    if (is_whole && between.months <= MONTHS_MAX)
        votes->months[between.months]++;
    else if (between.months >= 12)
        votes->year++;
    if (days % 7 == 0 && days / 7 <= WEEKS_MAX)
        votes->weeks[days / 7]++;
    else if (!is_whole && between.months < 12)
        votes->days[days]++;
}

static void vote_series(struct votes *votes, struct date begin,
    const struct cash_flow *flows, size_t count)
{
    struct date dates[DISCOUNT_FLOWS_MAX + 1];
    int day = apr_series_day(flows, count);
    size_t found = 0;

    dates[found++] = begin;
    for (size_t i = 0; i < count && found <= DISCOUNT_FLOWS_MAX; i++)
        if (flows[i].date.days > dates[found - 1].days)
            dates[found++] = flows[i].date;
    for (size_t i = 0; i + 1 < found; i++) {
        vote(votes, dates[i], dates[i + 1], day);
        votes->semimonth += is_semimonth(dates, found, i, day);
    }
}

struct leader {
    struct apr_unit unit;
    uint32_t days;
    uint32_t votes;
};

static void lead(struct leader *leader, uint32_t votes, enum apr_period period,
    uint32_t many, uint32_t days)
{
    if (votes > leader->votes ||
        (votes == leader->votes && days < leader->days))
        *leader = (struct leader){{period, many}, days, votes};
}

static struct leader most_frequent(const struct votes *votes)
{
    struct leader leader = {{APR_YEAR, 1}, DAYS_MAX + 1, 0};

    for (uint32_t i = 1; i <= DAYS_MAX; i++)
        lead(&leader, votes->days[i], APR_DAY, i, i);
    for (uint32_t i = 1; i <= WEEKS_MAX; i++)
        lead(&leader, votes->weeks[i], APR_WEEK, i, 7 * i);
    lead(&leader, votes->semimonth, APR_SEMIMONTH, 1, 15);
    for (uint32_t i = 1; i <= MONTHS_MAX; i++)
        lead(&leader, votes->months[i], APR_MONTH, i, 30 * i);
    lead(&leader, votes->year, APR_YEAR, 1, 365);
    return leader;
}

static uint32_t distance(uint32_t sum, uint32_t periods, uint32_t days)
{
    uint32_t product = periods * days;

    return sum > product ? sum - product : product - sum;
}

static void approach(struct leader *leader, const struct votes *votes,
    enum apr_period period, uint32_t many, uint32_t days)
{
    uint32_t away = distance(votes->days_sum, votes->periods, days);

    /* leader->votes: how far its interval is from the average */
    if (away < leader->votes || (away == leader->votes && days < leader->days))
        *leader = (struct leader){{period, many}, days, away};
}

static struct apr_unit nearest_standard(const struct votes *votes)
{
    struct leader leader = {
        {APR_YEAR, 1}, 365, distance(votes->days_sum, votes->periods, 365)};

    if (votes->days_sum >= votes->periods * 365)
        return leader.unit;
    for (uint32_t i = 1; i <= MONTHS_MAX; i++)
        approach(&leader, votes, APR_MONTH, i, 30 * i);
    approach(&leader, votes, APR_SEMIMONTH, 1, 15);
    for (uint32_t i = 1; i <= WEEKS_MAX; i++)
        approach(&leader, votes, APR_WEEK, i, 7 * i);
    approach(&leader, votes, APR_DAY, 1, 1);
    return leader.unit;
}

struct apr_unit apr_unit_of(const struct cash_flows *flows)
{
    struct votes votes = {.periods = 0};
    struct date begin = apr_begin(flows);
    struct leader leader;

    if (flows->advance_count == 1 && flows->payment_count == 1) {
        struct date end = flows->payments[0].date;
        bool is_year = apr_months_between(begin, end, APR_OWN_DAY).months >= 12;

        return (struct apr_unit){is_year ? APR_YEAR : APR_TERM, 1};
    }
    vote_series(&votes, begin, flows->advances, flows->advance_count);
    vote_series(&votes, begin, flows->payments, flows->payment_count);
    leader = most_frequent(&votes);
    return leader.votes > 1 ? leader.unit : nearest_standard(&votes);
}
