#include "apr.h"

#include "apr_inside.h"
#include "wide.h"

#define EXACT_OF_RATE 10000U /* 10^-14 of the rate in 10^-8 of a percent */
#define EXACT_OF_HUNDREDTH 1000000U

/* Unit-periods a year, as above / below. */
struct a_year {
    uint32_t above;
    uint32_t below;
};

static struct a_year term_a_year(const struct cash_flows *flows)
{
    struct date begin = apr_begin(flows);
    struct date end = flows->payments[0].date;
    struct apr_months term = apr_months_between(begin, end, APR_OWN_DAY);

    if (term.days == 0)
        return (struct a_year){12, term.months};
    return (struct a_year){365, (uint32_t)(end.days - begin.days)};
}

static struct a_year a_year_of(
    struct apr_unit unit, const struct cash_flows *flows)
{
    switch (unit.period) {
    case APR_DAY:
        return (struct a_year){365, unit.many};
    case APR_WEEK:
        return (struct a_year){52, unit.many};
    case APR_SEMIMONTH:
        return (struct a_year){24, 1};
    case APR_MONTH:
        return (struct a_year){12, unit.many};
    case APR_YEAR:
        return (struct a_year){1, 1};
    case APR_TERM:
        break;
    }
    return term_a_year(flows);
}

static bool ascend(const struct cash_flow *flows, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (flows[i].date.days < flows[i - 1].date.days)
            return false;
    return true;
}

static bool are_sound(
    const struct cash_flows *flows, const struct apr_unit *unit)
{
    bool is_single = flows->advance_count == 1 && flows->payment_count == 1;

    if (flows->advance_count == 0 || flows->payment_count == 0 ||
        flows->advance_count > DISCOUNT_FLOWS_MAX ||
        flows->payment_count > DISCOUNT_FLOWS_MAX - flows->advance_count ||
        !ascend(flows->advances, flows->advance_count) ||
        !ascend(flows->payments, flows->payment_count))
        return false;
    if (is_single &&
        flows->payments[0].date.days <= flows->advances[0].date.days)
        return false;
    if (unit == NULL)
        return true;
    if (unit->period == APR_TERM)
        return is_single;
    return unit->many >= 1 && unit->many <= 366;
}

static void place(struct discount_flow *out, struct apr_unit unit,
    struct date begin, const struct cash_flow *flows, size_t count)
{
    int day = apr_series_day(flows, count);

    for (size_t i = 0; i < count; i++) {
        struct apr_position position =
            apr_position_of(unit, begin, flows[i].date, day);

        out[i].minor = flows[i].minor;
        out[i].whole = position.whole;
        out[i].odd = position.odd;
        out[i].odd_of = position.odd_of;
    }
}

enum discount_result apr_of(const struct cash_flows *flows,
    const struct apr_unit *unit, struct apr *out)
{
    struct discount_flow placed[DISCOUNT_FLOWS_MAX];
    size_t count = flows->advance_count + flows->payment_count;
    enum discount_result result;
    struct a_year a_year;
    uint64_t rate;

    if (!are_sound(flows, unit))
        return DISCOUNT_BAD_FLOWS;
    out->unit = unit != NULL ? *unit : apr_unit_of(flows);
    a_year = a_year_of(out->unit, flows);
    place(placed, out->unit, apr_begin(flows), flows->advances,
        flows->advance_count);
    place(placed + flows->advance_count, out->unit, apr_begin(flows),
        flows->payments, flows->payment_count);
    for (size_t i = 0; i < count; i++)
        placed[i].is_payment = i >= flows->advance_count;
    result = discount_rate(placed, count, &rate);
    if (result != DISCOUNT_FOUND)
        return result;
    out->exact = (uint64_t)wide_divide((wide)rate * a_year.above,
        (wide)a_year.below * EXACT_OF_RATE, ROUND_HALF_AWAY);
    out->hundredths =
        (out->exact + EXACT_OF_HUNDREDTH / 2) / EXACT_OF_HUNDREDTH;
    return DISCOUNT_FOUND;
}
