#include "earning.h"

#include "cycle.h"

#define VALUE_LENGTH 24
#define KEY_LENGTH (ACCOUNT_ID_LENGTH + 4)

/* ---- records ---- */

static void earning_key(
    struct buffer *key, const struct account_id *id, uint32_t month)
{
    buffer_append(key, bytes_of(id->data, sizeof id->data));
    buffer_be32(key, month);
}

static bool parse_value(struct bytes value, struct earning *out)
{
    struct cursor in = cursor_open(value);

    out->balance_days = cursor_i64(&in);
    out->dividend = cursor_i64(&in);
    out->tax = cursor_i64(&in);
    return cursor_done(&in);
}

bool earning_parse(struct bytes key, struct bytes value,
    struct account_id *id, uint32_t *month, struct earning *out)
{
    struct cursor in = cursor_open(key);

    cursor_copy(&in, id->data, sizeof id->data);
    *month = cursor_be32(&in);
    return cursor_done(&in) && parse_value(value, out);
}

bool earning_find(struct state *state, const struct account_id *id,
    uint32_t month, struct earning *out)
{
    uint8_t memory[KEY_LENGTH];
    struct buffer key = buffer_over(memory, sizeof memory);
    struct bytes value;

    earning_key(&key, id, month);
    return state_get(state, TABLE_EARNING, buffer_bytes(&key), &value) &&
        parse_value(value, out);
}

void earning_put(struct state *state, const struct account_id *id,
    uint32_t month, const struct earning *earning)
{
    uint8_t key_memory[KEY_LENGTH];
    uint8_t memory[VALUE_LENGTH];
    struct buffer key = buffer_over(key_memory, sizeof key_memory);
    struct buffer value = buffer_over(memory, sizeof memory);

    earning_key(&key, id, month);
    buffer_i64(&value, earning->balance_days);
    buffer_i64(&value, earning->dividend);
    buffer_i64(&value, earning->tax);
    state_put(
        state, TABLE_EARNING, buffer_bytes(&key), buffer_bytes(&value));
}

/* ---- counting ---- */

/* Neither is below zero. */
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;

    return minor_add(a, b, &sum) ? sum : INT64_MAX;
}

/* What earns: the share and what is locked beside it, for so many days. */
static int64_t earned(const struct account *account, int32_t days)
{
    int64_t balance =
        add(account->credits - account->debits, account->locked);
    int64_t product;

    return minor_times_ratio(balance, days, 1, ROUND_DOWN, &product)
        ? product
        : INT64_MAX;
}

/* The account's balance-days of a month, if nothing is posted from `since`
 * to the end of it. */
static int64_t whole_month(const struct account *account, uint32_t month)
{
    uint32_t counted = cycle_month_of(account->since);

    if (month < counted)
        return 0;
    if (month > counted)
        return earned(account, cycle_month_days(month));
    return add(account->balance_days,
        earned(account,
            cycle_month_first(month + 1).days - account->since.days));
}

void earning_move(struct account *account, struct date today)
{
    struct date first;

    if (account->since.days == today.days)
        return;
    first = cycle_month_first(cycle_month_of(today));
    if (account->since.days >= first.days)
        account->balance_days = add(account->balance_days,
            earned(account, today.days - account->since.days));
    else
        account->balance_days = earned(account, today.days - first.days);
    account->since = today;
}

void earning_keep(struct state *state, const struct account_id *id,
    const struct account *before, struct date today, uint32_t open_month)
{
    uint32_t month;

    if (before->since.days == today.days || before->postings == 0)
        return;
    month = cycle_month_of(before->since);
    if (month < open_month)
        month = open_month;
    for (; month < cycle_month_of(today); month++) {
        struct earning earning = { whole_month(before, month), 0, 0 };

        if (earning.balance_days != 0)
            earning_put(state, id, month, &earning);
    }
}

int64_t earning_of_month(struct state *state, const struct account_id *id,
    const struct account *account, uint32_t month)
{
    struct earning earning;

    if (account->postings == 0)
        return 0;
    if (month < cycle_month_of(account->since))
        return earning_find(state, id, month, &earning)
            ? earning.balance_days
            : 0;
    return whole_month(account, month);
}
