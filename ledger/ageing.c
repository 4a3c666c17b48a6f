#include "ageing.h"

#include "wide.h"

/* clang-format off */
const struct ageing_table ageing_mx_consumer = {
    .count = 8,
    .buckets = {
        { 0, { 1, 2 } },
        { 1, { 4, 2 } },
        { 8, { 15, 2 } },
        { 31, { 30, 2 } },
        { 61, { 50, 2 } },
        { 91, { 75, 2 } },
        { 121, { 90, 2 } },
        { 181, { 100, 2 } },
    },
};

const struct ageing_table ageing_mx_consumer_marginal = {
    .count = 8,
    .buckets = {
        { 0, { 1, 2 } },
        { 1, { 1, 2 } },
        { 8, { 4, 2 } },
        { 31, { 30, 2 } },
        { 61, { 60, 2 } },
        { 91, { 80, 2 } },
        { 121, { 90, 2 } },
        { 181, { 100, 2 } },
    },
};

const struct ageing_table ageing_us_5300 = {
    .count = 6,
    .buckets = {
        { 0, { 0, 0 } },
        { 30, { 0, 0 } },
        { 60, { 0, 0 } },
        { 90, { 0, 0 } },
        { 180, { 0, 0 } },
        { 360, { 0, 0 } },
    },
};

/* clang-format on */

/* As a count of 10^-12. */
static wide fine(struct rate rate)
{
    return rate.digits *
           wide_power_of_ten((unsigned)(RATE_SCALE_MAX - rate.scale));
}

bool ageing_is_sound(const struct ageing_table *table)
{
    const struct ageing_bucket *bucket = table->buckets;

    if (table->count == 0 || table->count > AGEING_BUCKETS_MAX ||
        bucket[0].from != 0)
        return false;
    for (size_t i = 0; i < table->count; i++) {
        if (bucket[i].rate.digits < 0 ||
            bucket[i].rate.scale > RATE_SCALE_MAX ||
            fine(bucket[i].rate) > wide_power_of_ten(RATE_SCALE_MAX))
            return false;
        if (i > 0 && (bucket[i].from <= bucket[i - 1].from ||
                         fine(bucket[i].rate) < fine(bucket[i - 1].rate)))
            return false;
    }
    return true;
}

uint32_t ageing_days(struct date oldest_unpaid, struct date today)
{
    return today.days > oldest_unpaid.days
               ? (uint32_t)(today.days - oldest_unpaid.days)
               : 0;
}

size_t ageing_bucket_of(const struct ageing_table *table, uint32_t days)
{
    size_t found = 0;

    for (size_t i = 1; i < table->count; i++)
        if (table->buckets[i].from <= days)
            found = i;
    return found;
}

bool ageing_provision(const struct ageing_table *table, uint32_t days,
    int64_t balance, int64_t *provision)
{
    size_t bucket = ageing_bucket_of(table, days);

    return minor_times_rate(
        balance, table->buckets[bucket].rate, ROUND_HALF_AWAY, provision);
}

bool ageing_total(const struct ageing_table *table, const int64_t *balances,
    int64_t *provision)
{
    wide sum = 0;
    wide rounded;

    for (size_t i = 0; i < table->count; i++) {
        wide part;

        if (balances[i] < 0 ||
            !wide_times(balances[i], fine(table->buckets[i].rate), &part) ||
            __builtin_add_overflow(sum, part, &sum))
            return false;
    }
    rounded =
        wide_divide(sum, wide_power_of_ten(RATE_SCALE_MAX), ROUND_HALF_AWAY);
    if (rounded > INT64_MAX)
        return false;
    *provision = (int64_t)rounded;
    return true;
}

bool ageing_at_risk(const struct ageing_table *table, const int64_t *balances,
    uint32_t days, uint32_t *hundredths)
{
    int64_t all = 0;
    int64_t late = 0;

    for (size_t i = 0; i < table->count; i++) {
        if (balances[i] < 0 || !minor_add(all, balances[i], &all))
            return false;
        if (table->buckets[i].from > days)
            late += balances[i];
    }
    if (all == 0)
        return false;
    *hundredths =
        (uint32_t)wide_divide((wide)late * 10000, all, ROUND_HALF_AWAY);
    return true;
}
