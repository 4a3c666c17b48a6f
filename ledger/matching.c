#include "matching.h"

__extension__ typedef __int128 wide;

/* Deficits in units of one cent / W. */
struct deficits {
    size_t count;
    wide list[MATCHING_SOURCES_MAX];
    wide cent; /* W */
};

static bool in_range(int64_t minor)
{
    return minor >= 0 && minor <= AMOUNT_CAP;
}

static bool open_deficits(struct deficits *out,
    const struct matching_source *sources, size_t count, int64_t amount)
{
    wide total = amount;

    if (count > MATCHING_SOURCES_MAX || amount <= 0 || !in_range(amount))
        return false;
    out->count = count;
    out->cent = 0;
    for (size_t i = 0; i < count; i++) {
        if (!in_range(sources[i].weight) || !in_range(sources[i].paid))
            return false;
        out->cent += sources[i].weight;
        total += sources[i].paid;
    }
    for (size_t i = 0; i < count; i++)
        out->list[i] =
            total * sources[i].weight - sources[i].paid * out->cent;
    return out->cent > 0;
}

/* Cents that a source can be asked for while its deficit is at least so
 * much. */
static wide cents(const struct deficits *deficits, size_t i, wide least)
{
    if (deficits->list[i] < least)
        return 0;
    return (deficits->list[i] - least) / deficits->cent + 1;
}

static wide cents_of_all(const struct deficits *deficits, wide least)
{
    wide sum = 0;

    for (size_t i = 0; i < deficits->count; i++)
        sum += cents(deficits, i, least);
    return sum;
}

/*
 * The smallest deficit that the last cent of the draw goes to.  It is above
 * zero: all deficits, those below zero too, sum to amount x W, so those
 * above zero have room for the whole draw.
 */
static wide last_deficit(const struct deficits *deficits, int64_t amount)
{
    wide low = 1;
    wide high = 1;

    for (size_t i = 0; i < deficits->count; i++)
        if (deficits->list[i] > high)
            high = deficits->list[i];
    while (low < high) {
        wide middle = low + (high - low + 1) / 2;

        if (cents_of_all(deficits, middle) >= amount)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

bool matching_draw(const struct matching_source *sources, size_t count,
    int64_t amount, int64_t *pays)
{
    struct deficits deficits;
    wide last;
    wide left;

    if (!open_deficits(&deficits, sources, count, amount))
        return false;
    last = last_deficit(&deficits, amount);
    left = amount - cents_of_all(&deficits, last + 1);
    for (size_t i = 0; i < count; i++) {
        wide pay = cents(&deficits, i, last + 1);

        if (left > 0 && cents(&deficits, i, last) > pay) {
            pay++;
            left--;
        }
        pays[i] = (int64_t)pay;
    }
    return true;
}

bool matching_return(
    const int64_t *left, size_t count, int64_t amount, int64_t *shares)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        if (left[i] < 0 || !minor_add(sum, left[i], &sum))
            return false;
    return amount > 0 && amount <= sum &&
        minor_allocate(amount, left, count, shares);
}

int64_t matching_part(struct rate rate)
{
    int64_t part = rate.digits;

    for (unsigned i = rate.scale; i < RATE_SCALE_MAX; i++)
        part *= 10;
    return part;
}

int64_t matching_limit(int64_t weights, int64_t reached)
{
    return (int64_t)((wide)weights * reached / MATCHING_WHOLE);
}
