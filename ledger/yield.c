#include "yield.h"

#include "cycle.h"
#include "earning.h"
#include "report_inside.h"

#define YEAR_DAYS 365U

/* ---- the annual percentage yield ---- */

__extension__ typedef unsigned __int128 wide;

/* mantissa x 2^exponent, the mantissa's highest bit set: 19 digits. */
struct scaled {
    uint64_t mantissa;
    int64_t exponent;
};

static struct scaled scaled_of(wide number, int64_t exponent)
{
    while (number >> 64 != 0) {
        number >>= 1;
        exponent++;
    }
    while (number >> 63 == 0) {
        number <<= 1;
        exponent--;
    }
    return (struct scaled){ (uint64_t)number, exponent };
}

/* above / below; neither is 0. */
static struct scaled ratio(uint64_t above, uint64_t below)
{
    return scaled_of(((wide)above << 64) / below, -64);
}

static struct scaled times(struct scaled a, struct scaled b)
{
    return scaled_of(
        (wide)a.mantissa * b.mantissa, a.exponent + b.exponent);
}

static struct scaled power(struct scaled base, uint32_t exponent)
{
    struct scaled result = scaled_of(1, 0);

    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1)
            result = times(result, base);
        base = times(base, base);
    }
    return result;
}

static bool is_less(struct scaled a, struct scaled b)
{
    return a.exponent != b.exponent ? a.exponent < b.exponent
                                    : a.mantissa < b.mantissa;
}

/*
 * The yield r is the smallest whose upper edge r + 1/2 is beyond what was
 * earned: (1 + edge)^days > (1 + I/P)^365.
 */
bool yield_annual(int64_t interest, int64_t balance_days, int32_t days,
    uint64_t *hundredths)
{
    struct scaled earned;
    int64_t product;
    uint64_t low = 0;
    uint64_t high = YIELD_MAX;

    if (interest < 0 || balance_days <= 0 || days <= 0 ||
        !minor_times_ratio(interest, days, 1, ROUND_DOWN, &product) ||
        !minor_add(product, balance_days, &product))
        return false;
    earned = power(
        ratio((uint64_t)product, (uint64_t)balance_days), YEAR_DAYS);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct scaled edge =
            power(ratio(20000 + 2 * middle + 1, 20000), (uint32_t)days);

        if (is_less(earned, edge))
            high = middle;
        else
            low = middle + 1;
    }
    *hundredths = low;
    return low < YIELD_MAX;
}

/* ---- a period of an account ---- */

struct period_sum {
    struct ledger *ledger;
    struct report_subject subject;
    struct yield *yield;
    struct date end;      /* the day after the period */
    struct date since;    /* first day not counted */
    int64_t balance;      /* after the row before */
    int64_t balance_days;
    bool begun;
    bool overflow;
};

static void count_days(struct period_sum *sum, struct date until)
{
    int64_t product;

    if (!minor_times_ratio(sum->balance, until.days - sum->since.days, 1,
            ROUND_DOWN, &product) ||
        !minor_add(sum->balance_days, product, &sum->balance_days))
        sum->overflow = true;
    sum->since = until;
}

/* The dividend that a month-close posted: of the month it closed. */
static void add_dividend(
    struct period_sum *sum, const struct history_row *row)
{
    uint8_t book = sum->subject.book->number;
    uint32_t first = cycle_month_of(sum->subject.book->first);
    uint32_t month = cycle_month_of(row->date);
    uint64_t entry;
    struct earning earning;

    while (month-- > first)
        if (cycle_find_period(sum->ledger->state, book, PERIOD_MONTH, month,
                &entry) &&
            entry == row->entry)
            break;
    if (!earning_find(
            sum->ledger->state, &sum->subject.id, month, &earning))
        return;
    sum->yield->dividend += earning.dividend;
    sum->yield->tax += earning.tax;
}

/* What a day-close pays counts from the day that it opens. */
static struct date counts_from(
    const struct period_sum *sum, const struct history_row *row)
{
    struct date date = row->date;

    if (row->verb == VERB_DAY_CLOSE)
        date = report_day_at(sum->ledger, sum->subject.book, row->entry + 1,
            sum->subject.book->date);
    return date.days < sum->end.days ? date : sum->end;
}

static void add_row(void *context, const struct history_row *row)
{
    struct period_sum *sum = context;

    if (!sum->begun)
        sum->balance = row->balance - row->amount;
    sum->begun = true;
    count_days(sum, counts_from(sum, row));
    sum->balance = row->balance;
    if (row->verb == VERB_MONTH_CLOSE)
        add_dividend(sum, row);
}

int yield_of_period(struct ledger *ledger, const struct ident *who,
    const struct account_name *name, struct date from, struct date to,
    struct yield *out, enum status *status)
{
    struct period_sum sum = {
        .ledger = ledger,
        .yield = out,
        .since = from,
        .end = { to.days + 1 },
    };
    int64_t opening;
    int64_t closing;

    *out = (struct yield){ 0 };
    if (!report_subject(ledger, who, name, &sum.subject, status))
        return report_end(ledger);
    if (report_statement(ledger, who, name, from, to, &opening, &closing,
            add_row, &sum, status) != 0)
        return -1;
    if (*status != STATUS_ACCEPTED || out->dividend == 0)
        return report_end(ledger);
    count_days(&sum, sum.end);
    out->has_annual = !sum.overflow &&
        yield_annual(out->dividend, sum.balance_days,
            to.days + 1 - from.days, &out->annual);
    return report_end(ledger);
}
