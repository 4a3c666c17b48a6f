#include "cat.h"

#include "apr_inside.h"
#include "scaled.h"

#define EXACT_OF_ONE UINT64_C(10000000000) /* 100 %, in 10^-8 of a percent */
#define EXACT_OF_TENTH 10000000U
#define CAT_MAX (EXACT_OF_ONE * 10000) /* 1,000,000 % */
#define PER_YEAR_MAX 366

/* (1 + rate)^per_year - 1. */
static enum discount_result compound(
    uint64_t rate, uint32_t per_year, struct cat *out)
{
    struct scaled growth = scaled_power(
        scaled_ratio((uwide)DISCOUNT_PARTS + rate, DISCOUNT_PARTS), per_year);
    uwide exact;

    if (!scaled_nearest(scaled_times(scaled_minus(growth, scaled_of(1)),
                            scaled_of(EXACT_OF_ONE)),
            &exact) ||
        exact > CAT_MAX)
        return DISCOUNT_TOO_HIGH;
    out->exact = (uint64_t)exact;
    out->tenths = (out->exact + EXACT_OF_TENTH / 2) / EXACT_OF_TENTH;
    return DISCOUNT_FOUND;
}

enum discount_result cat_of_parts(const struct cat_flow *flows, size_t count,
    uint32_t per_year, struct cat *out)
{
    struct discount_flow placed[DISCOUNT_FLOWS_MAX];
    enum discount_result result;
    uint64_t rate;

    if (count > DISCOUNT_FLOWS_MAX || per_year == 0 || per_year > PER_YEAR_MAX)
        return DISCOUNT_BAD_FLOWS;
    for (size_t i = 0; i < count; i++)
        placed[i] = (struct discount_flow){
            flows[i].minor, flows[i].is_payment, flows[i].at, 0, 1};
    result = discount_rate(placed, count, &rate);
    if (result != DISCOUNT_FOUND)
        return result;
    return compound(rate, per_year, out);
}

enum discount_result cat_of(const struct cash_flows *flows, struct cat *out)
{
    struct cat_flow dated[DISCOUNT_FLOWS_MAX];
    struct date begin;
    size_t count = 0;

    if (flows->advance_count == 0 || flows->payment_count == 0 ||
        flows->advance_count > DISCOUNT_FLOWS_MAX ||
        flows->payment_count > DISCOUNT_FLOWS_MAX - flows->advance_count)
        return DISCOUNT_BAD_FLOWS;
    begin = apr_begin(flows);
    for (size_t i = 0; i < flows->advance_count + flows->payment_count; i++) {
        bool is_payment = i >= flows->advance_count;
        const struct cash_flow *flow =
            is_payment ? &flows->payments[i - flows->advance_count]
                       : &flows->advances[i];

        if (flow->date.days < begin.days)
            return DISCOUNT_BAD_FLOWS; /* not ascending */
        dated[count++] = (struct cat_flow){
            flow->minor, is_payment, (uint32_t)(flow->date.days - begin.days)};
    }
    return cat_of_parts(dated, count, 365, out);
}
