#include "account.h"

/* In its first byte: what form a record has. */
#define FORM_WIDE 0
#define FORM_SHORT 1

/* A share's record goes on with what it earns by and its activity. */
#define WIDE_LENGTH 57
#define WIDE_EARNING 24
#define SHORT_LENGTH 27
#define SHORT_EARNING 14

_Static_assert(
    WIDE_LENGTH + WIDE_EARNING == ACCOUNT_HEAD_MAX, "the longest account");

/* ---- bytes ---- */

static bool fits(uint64_t number, unsigned bits)
{
    return number >> bits == 0;
}

static bool date_fits(struct date date)
{
    return date.days >= 0 && fits((uint64_t)date.days, 24);
}

bool account_is_short(const struct account *account)
{
    return fits((uint64_t)account->debits, 48) &&
        fits((uint64_t)account->credits, 48) &&
        fits(account->postings, 32) && fits(account->opened, 40) &&
        fits(account->last, 40) && date_fits(account->since) &&
        date_fits(account->active) && account->debits_held == 0 &&
        account->credits_held == 0 && account->locked == 0;
}

size_t account_head_length(const struct account_id *id, bool is_short)
{
    if (is_short)
        return account_earns(id) ? SHORT_LENGTH + SHORT_EARNING
                                 : SHORT_LENGTH;
    return account_earns(id) ? WIDE_LENGTH + WIDE_EARNING : WIDE_LENGTH;
}

static void put_short(uint8_t *at, const struct account *account)
{
    at[0] = FORM_SHORT;
    layout_put48(at + 1, (uint64_t)account->debits);
    layout_put48(at + 7, (uint64_t)account->credits);
    layout_put32(at + 13, (uint32_t)account->postings);
    layout_put40(at + 17, account->opened);
    layout_put40(at + 22, account->last);
    layout_put24(at + 27, (uint32_t)account->since.days);
    layout_put64(at + 30, (uint64_t)account->balance_days);
    layout_put24(at + 38, (uint32_t)account->active.days);
}

static void put_wide(uint8_t *at, const struct account *account)
{
    at[0] = FORM_WIDE;
    layout_put64(at + 1, (uint64_t)account->debits);
    layout_put64(at + 9, (uint64_t)account->credits);
    layout_put64(at + 17, (uint64_t)account->debits_held);
    layout_put64(at + 25, (uint64_t)account->credits_held);
    layout_put64(at + 33, account->postings);
    layout_put64(at + 41, account->opened);
    layout_put64(at + 49, account->last);
    layout_put32(at + 57, (uint32_t)account->since.days);
    layout_put64(at + 61, (uint64_t)account->balance_days);
    layout_put64(at + 69, (uint64_t)account->locked);
    layout_put32(at + 77, (uint32_t)account->active.days);
}

size_t account_encode(uint8_t value[ACCOUNT_HEAD_MAX],
    const struct account_id *id, const struct account *account)
{
    bool is_short = account_is_short(account);

    if (is_short)
        put_short(value, account);
    else
        put_wide(value, account);
    return account_head_length(id, is_short);
}

static void get_short(
    const uint8_t *at, bool earns, struct account *account)
{
    account->debits = (int64_t)layout_get48(at + 1);
    account->credits = (int64_t)layout_get48(at + 7);
    account->postings = layout_get32(at + 13);
    account->opened = layout_get40(at + 17);
    account->last = layout_get40(at + 22);
    if (!earns)
        return;
    account->since.days = (int32_t)layout_get24(at + 27);
    account->balance_days = (int64_t)layout_get64(at + 30);
    account->active.days = (int32_t)layout_get24(at + 38);
}

static void get_wide(const uint8_t *at, bool earns, struct account *account)
{
    account->debits = (int64_t)layout_get64(at + 1);
    account->credits = (int64_t)layout_get64(at + 9);
    account->debits_held = (int64_t)layout_get64(at + 17);
    account->credits_held = (int64_t)layout_get64(at + 25);
    account->postings = layout_get64(at + 33);
    account->opened = layout_get64(at + 41);
    account->last = layout_get64(at + 49);
    if (!earns)
        return;
    account->since.days = (int32_t)layout_get32(at + 57);
    account->balance_days = (int64_t)layout_get64(at + 61);
    account->locked = (int64_t)layout_get64(at + 69);
    account->active.days = (int32_t)layout_get32(at + 77);
}

size_t account_sides_length(bool is_short)
{
    return is_short ? 12 : ACCOUNT_SIDES_MAX;
}

void account_put_sides(
    uint8_t *at, bool is_short, int64_t debits, int64_t credits)
{
    if (is_short) {
        layout_put48(at, (uint64_t)debits);
        layout_put48(at + 6, (uint64_t)credits);
    } else {
        layout_put64(at, (uint64_t)debits);
        layout_put64(at + 8, (uint64_t)credits);
    }
}

void account_get_sides(
    const uint8_t *at, bool is_short, int64_t *debits, int64_t *credits)
{
    *debits = (int64_t)(is_short ? layout_get48(at) : layout_get64(at));
    *credits =
        (int64_t)(is_short ? layout_get48(at + 6) : layout_get64(at + 8));
}

/* ---- records ---- */

bool account_load(struct state *state, const struct account_id *id,
    struct account *out)
{
    struct state_place place = { 0 };

    return account_load_at(state, id, &place, out);
}

static struct bytes key_of(const struct account_id *id)
{
    return bytes_of(id->data, sizeof id->data);
}

/* What follows the account is its history. */
static bool get_at(struct state *state, const struct account_id *id,
    struct state_place *place, struct bytes *value)
{
    return state_get_at(state, TABLE_ACCOUNT, key_of(id), place, value) &&
        value->length > 0 &&
        value->length >=
        account_head_length(id, account_has_short_form(*value));
}

bool account_postings_at(struct state *state, const struct account_id *id,
    struct state_place *place, uint64_t *postings, struct bytes *value)
{
    if (!get_at(state, id, place, value))
        return false;
    *postings = account_has_short_form(*value)
        ? layout_get32(value->data + 13)
        : layout_get64(value->data + 33);
    return true;
}

bool account_load_at(struct state *state, const struct account_id *id,
    struct state_place *place, struct account *out)
{
    struct bytes value;

    *out = (struct account){ 0 };
    if (!get_at(state, id, place, &value))
        return false;
    if (account_has_short_form(value))
        get_short(value.data, account_earns(id), out);
    else
        get_wide(value.data, account_earns(id), out);
    return true;
}

void account_store(struct state *state, const struct account_id *id,
    const struct account *account)
{
    struct state_place place = { 0 };

    account_store_at(state, id, &place, account);
}

/* Its record had the other form: all of it is written anew. */
static void store_otherwise(struct state *state, const struct account_id *id,
    struct state_place *place, const struct account *account,
    struct bytes old)
{
    uint8_t value[STATE_VALUE_MAX + ACCOUNT_HEAD_MAX + ACCOUNT_SIDES_MAX];
    bool is_short = account_has_short_form(old);
    size_t length = account_encode(value, id, account);
    size_t head = account_head_length(id, is_short);
    size_t sides = head + account_sides_length(is_short);

    if (old.length >= sides) {
        int64_t debits;
        int64_t credits;

        account_get_sides(old.data + head, is_short, &debits, &credits);
        account_put_sides(value + length, !is_short, debits, credits);
        length += account_sides_length(!is_short);
        memcpy(value + length, old.data + sides, old.length - sides);
        length += old.length - sides;
    }
    state_put_at(state, TABLE_ACCOUNT, key_of(id), place,
        bytes_of(value, length), 0);
}

void account_store_at(struct state *state, const struct account_id *id,
    struct state_place *place, const struct account *account)
{
    uint8_t head[ACCOUNT_HEAD_MAX];
    size_t length = account_encode(head, id, account);
    struct bytes old;

    if (get_at(state, id, place, &old) &&
        account_has_short_form(old) !=
            account_has_short_form(bytes_of(head, length)))
        store_otherwise(state, id, place, account, old);
    else
        state_amend_at(state, TABLE_ACCOUNT, key_of(id), place,
            bytes_of(head, length), bytes_of(NULL, 0), length);
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
