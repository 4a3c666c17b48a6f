#include "discount.h"

#include "scaled.h"

#define STEP_LEAST UINT64_C(10000000000) /* 10^-4 */
#define STEP_PART 32

static bool flows_are_sound(const struct discount_flow *flows, size_t count)
{
    size_t payments = 0;

    if (count > DISCOUNT_FLOWS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (flows[i].minor <= 0 || flows[i].minor > AMOUNT_CAP ||
            flows[i].odd_of == 0 || flows[i].odd >= flows[i].odd_of)
            return false;
        payments += flows[i].is_payment;
    }
    return payments > 0 && payments < count;
}

/* How the payments' worth compares with the advances' at rate 0. */
static wide undiscounted(const struct discount_flow *flows, size_t count)
{
    wide sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += flows[i].is_payment ? flows[i].minor : -(wide)flows[i].minor;
    return sum;
}

/* Powers and factors of the flow before, which the next one starts from. */
struct discounting {
    uint64_t rate;
    struct scaled step; /* 1 / (1 + i) */
    uint32_t whole;
    struct scaled power; /* step^whole */
    uint32_t odd;
    uint32_t odd_of;
    struct scaled factor; /* 1 / (1 + f i) */
};

static struct scaled discounted(
    struct discounting *d, const struct discount_flow *flow)
{
    if (flow->whole >= d->whole)
        d->power = scaled_times(
            d->power, scaled_power(d->step, flow->whole - d->whole));
    else
        d->power = scaled_power(d->step, flow->whole);
    d->whole = flow->whole;
    if (flow->odd != d->odd || flow->odd_of != d->odd_of) {
        uwide below = (uwide)flow->odd_of * DISCOUNT_PARTS;

        d->factor = scaled_ratio(below, below + (uwide)flow->odd * d->rate);
        d->odd = flow->odd;
        d->odd_of = flow->odd_of;
    }
    return scaled_times(
        scaled_times(d->power, d->factor), scaled_of((uwide)flow->minor));
}

/* Are the payments worth at least the advances at this rate? */
static bool covers(
    const struct discount_flow *flows, size_t count, uint64_t rate)
{
    struct scaled payments = scaled_of(0);
    struct scaled advances = scaled_of(0);
    struct discounting d = {
        .rate = rate,
        .step = scaled_ratio(DISCOUNT_PARTS, (uwide)DISCOUNT_PARTS + rate),
        .power = scaled_of(1),
        .odd_of = 1,
        .factor = scaled_of(1),
    };

    for (size_t i = 0; i < count; i++) {
        struct scaled worth = discounted(&d, &flows[i]);

        if (flows[i].is_payment)
            payments = scaled_plus(payments, worth);
        else
            advances = scaled_plus(advances, worth);
    }
    return scaled_compare(payments, advances) >= 0;
}

enum discount_result discount_rate(
    const struct discount_flow *flows, size_t count, uint64_t *rate)
{
    uint64_t low = 0; /* covers */
    uint64_t high = 0;
    wide sum;

    if (!flows_are_sound(flows, count))
        return DISCOUNT_BAD_FLOWS;
    sum = undiscounted(flows, count);
    *rate = 0;
    if (sum <= 0)
        return sum < 0 ? DISCOUNT_NEGATIVE : DISCOUNT_FOUND;
    while (covers(flows, count, high)) {
        uint64_t step = high / STEP_PART;

        low = high;
        if (high >= DISCOUNT_RATE_MAX)
            return DISCOUNT_TOO_HIGH;
        high += step > STEP_LEAST ? step : STEP_LEAST;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (covers(flows, count, middle))
            low = middle;
        else
            high = middle;
    }
    *rate = low;
    return DISCOUNT_FOUND;
}
