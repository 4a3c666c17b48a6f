#include "disclosure.h"

#include "cat.h"

bool disclosure_fee(
    const struct product_terms *terms, int64_t disbursed, int64_t *fee)
{
    return minor_times_rate(
        disbursed, terms->fee, product_rounding(terms->rounding), fee);
}

/* Payments of nothing are no payments.  False if the sum is too large. */
static bool collect(const struct instalment *rows, size_t count,
    struct cash_flow *payments, size_t *payment_count, int64_t *total)
{
    *payment_count = 0;
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].total == 0)
            continue;
        payments[(*payment_count)++] =
            (struct cash_flow){ rows[i].due, rows[i].total };
        if (!minor_add(*total, rows[i].total, total) || *total > AMOUNT_CAP)
            return false;
    }
    return true;
}

static bool find_rates(struct date date, int64_t received,
    const struct cash_flow *payments, size_t count,
    struct loan_disclosure *out)
{
    struct cash_flow advance = { date, received };
    struct cash_flows flows = { &advance, 1, payments, count };
    struct apr apr;
    struct cat cat;

    if (received <= 0 || apr_of(&flows, NULL, &apr) != DISCOUNT_FOUND ||
        cat_of(&flows, &cat) != DISCOUNT_FOUND ||
        apr.hundredths > UINT32_MAX || cat.tenths > UINT32_MAX)
        return false;
    out->apr = (uint32_t)apr.hundredths;
    out->cat = (uint32_t)cat.tenths;
    return true;
}

static bool find_hash(const struct product_terms *terms,
    const struct instalment *rows, size_t count, struct hash *out)
{
    struct buffer text = buffer_empty();
    bool made;

    loan_plan_text(&text, terms->currency, rows, count);
    made = !text.failed;
    if (made)
        *out = hash_of(buffer_bytes(&text));
    buffer_free(&text);
    return made;
}

enum disclosure_result disclosure_make(struct state *state,
    const struct loan *loan, struct date date, struct instalment *rows,
    size_t *count, struct loan_disclosure *out,
    enum schedule_result *schedule)
{
    struct loan_plan plan = loan_plan_first(loan, date);
    struct cash_flow payments[LOAN_ROWS_MAX];
    size_t payment_count;
    int64_t fee;

    loan_plan_add_tranche(&plan, date, loan->applied);
    *schedule = loan_plan_settle(state, loan, &plan);
    if (*schedule == SCHEDULE_MADE)
        *schedule = loan_plan_rows(loan, &plan, rows, LOAN_ROWS_MAX, count);
    if (*schedule != SCHEDULE_MADE)
        return DISCLOSURE_NO_SCHEDULE;
    if (!disclosure_fee(&loan->terms, loan->applied, &fee) ||
        !collect(rows, *count, payments, &payment_count, &out->total) ||
        !find_rates(
            date, loan->applied - fee, payments, payment_count, out) ||
        !find_hash(&loan->terms, rows, *count, &out->schedule))
        return DISCLOSURE_NO_RATE;
    out->finance = out->total - (loan->applied - fee);
    return DISCLOSURE_MADE;
}
