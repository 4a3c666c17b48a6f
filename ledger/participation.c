#include "participation.h"

/* Digits after the point of a part: its rate in ten-thousandths. */
#define PART_DIGITS 4

bool participation_of_rate(struct rate rate, uint16_t *part)
{
    int64_t whole = rate.digits;

    if (rate.scale > PART_DIGITS)
        return false;
    for (unsigned i = rate.scale; i < PART_DIGITS; i++) {
        if (whole > PARTICIPATION_WHOLE)
            return false;
        whole *= 10;
    }
    if (whole <= 0 || whole > PARTICIPATION_WHOLE)
        return false;
    *part = (uint16_t)whole;
    return true;
}

static uint32_t divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Units after which every pool has its part exactly; 0: the parts are not
 * a whole. */
static uint32_t round_of(const uint16_t *parts, size_t count)
{
    uint32_t common = PARTICIPATION_WHOLE;
    uint32_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += parts[i];
        common = divisor(common, parts[i]);
    }
    return sum == PARTICIPATION_WHOLE ? PARTICIPATION_WHOLE / common : 0;
}

/* Give out `units`, fewer than a round. */
static void give_out(
    int64_t units, const uint16_t *parts, size_t count, int64_t *given)
{
    for (int64_t total = 1; total <= units; total++) {
        int64_t furthest = INT64_MIN;
        size_t next = 0;

        for (size_t i = 0; i < count; i++) {
            int64_t behind =
                total * parts[i] - given[i] * PARTICIPATION_WHOLE;

            if (behind > furthest) {
                furthest = behind;
                next = i;
            }
        }
        given[next]++;
    }
}

bool participation_split(
    int64_t total, const uint16_t *parts, size_t count, int64_t *shares)
{
    uint32_t round;
    int64_t given[PARTICIPATION_MAX] = { 0 };

    if (total < 0 || count == 0 || count > PARTICIPATION_MAX)
        return false;
    round = round_of(parts, count);
    if (round == 0)
        return false;
    give_out(total % round, parts, count, given);
    for (size_t i = 0; i < count; i++)
        shares[i] = given[i] +
            total / round * (parts[i] * (int64_t)round / PARTICIPATION_WHOLE);
    return true;
}
