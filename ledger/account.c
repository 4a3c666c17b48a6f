#include "account.h"

/* A share's record goes on with what it earns by and its activity. */
#define ACCOUNT_LENGTH 56
#define EARNING_LENGTH 24

_Static_assert(ACCOUNT_LENGTH + EARNING_LENGTH == ACCOUNT_HEAD_MAX,
    "the longest account");

size_t account_head_length(const struct account_id *id)
{
    return account_earns(id) ? ACCOUNT_HEAD_MAX : ACCOUNT_LENGTH;
}

bool account_load(struct state *state, const struct account_id *id,
    struct account *out)
{
    struct state_place place = { 0 };

    return account_load_at(state, id, &place, out);
}

/* What follows the account is its history. */
static bool get_at(struct state *state, const struct account_id *id,
    struct state_place *place, struct bytes *value)
{
    return state_get_at(state, TABLE_ACCOUNT,
               bytes_of(id->data, sizeof id->data), place, value) &&
        value->length >= account_head_length(id);
}

bool account_postings_at(struct state *state, const struct account_id *id,
    struct state_place *place, uint64_t *postings, struct bytes *value)
{
    if (!get_at(state, id, place, value))
        return false;
    *postings = layout_get64(value->data + 32);
    return true;
}

bool account_load_at(struct state *state, const struct account_id *id,
    struct state_place *place, struct account *out)
{
    struct bytes value;
    const uint8_t *at;

    *out = (struct account){ 0 };
    if (!get_at(state, id, place, &value))
        return false;
    at = value.data;
    out->debits = (int64_t)layout_get64(at);
    out->credits = (int64_t)layout_get64(at + 8);
    out->debits_held = (int64_t)layout_get64(at + 16);
    out->credits_held = (int64_t)layout_get64(at + 24);
    out->postings = layout_get64(at + 32);
    out->opened = layout_get64(at + 40);
    out->last = layout_get64(at + 48);
    if (!account_earns(id))
        return true;
    out->since.days = (int32_t)layout_get32(at + 56);
    out->balance_days = (int64_t)layout_get64(at + 60);
    out->locked = (int64_t)layout_get64(at + 68);
    out->active.days = (int32_t)layout_get32(at + 76);
    return true;
}

void account_store(struct state *state, const struct account_id *id,
    const struct account *account)
{
    struct state_place place = { 0 };

    account_store_at(state, id, &place, account);
}

size_t account_encode(uint8_t value[ACCOUNT_HEAD_MAX],
    const struct account_id *id, const struct account *account)
{
    layout_put64(value, (uint64_t)account->debits);
    layout_put64(value + 8, (uint64_t)account->credits);
    layout_put64(value + 16, (uint64_t)account->debits_held);
    layout_put64(value + 24, (uint64_t)account->credits_held);
    layout_put64(value + 32, account->postings);
    layout_put64(value + 40, account->opened);
    layout_put64(value + 48, account->last);
    layout_put32(value + 56, (uint32_t)account->since.days);
    layout_put64(value + 60, (uint64_t)account->balance_days);
    layout_put64(value + 68, (uint64_t)account->locked);
    layout_put32(value + 76, (uint32_t)account->active.days);
    return account_head_length(id);
}

void account_store_at(struct state *state, const struct account_id *id,
    struct state_place *place, const struct account *account)
{
    uint8_t value[ACCOUNT_HEAD_MAX];
    size_t length = account_encode(value, id, account);

    state_amend_at(state, TABLE_ACCOUNT,
        bytes_of(id->data, sizeof id->data), place,
        bytes_of(value, length), bytes_of(NULL, 0), length);
}

bool account_post(struct account *account, int64_t minor, uint64_t entry)
{
    if (account->postings == 0)
        account->opened = entry;
    account->last = entry;
    account->postings++;
    return minor > 0
        ? minor_add(account->debits, minor, &account->debits)
        : minor_subtract(account->credits, minor, &account->credits);
}

/* Both sides are in 0 .. 2^63 - 1, so neither difference can overflow. */
int64_t account_balance(const struct account *account, enum role role)
{
    if (role_row(role)->normal == SIDE_DEBIT)
        return account->debits - account->credits;
    return account->credits - account->debits;
}

int64_t account_held(const struct account *account, enum role role)
{
    return role_row(role)->normal == SIDE_DEBIT ? account->credits_held
                                                : account->debits_held;
}

int64_t account_available(const struct account *account, enum role role)
{
    int64_t balance = account_balance(account, role);
    int64_t available;

    /* Only an account that may go below zero can come near the edge. */
    if (!minor_subtract(balance, account_held(account, role), &available))
        return INT64_MIN;
    return available;
}

bool account_is_zero(const struct account *account)
{
    return account->debits == account->credits &&
        account->debits_held == 0 && account->credits_held == 0;
}
