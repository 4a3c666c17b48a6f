#include "report_inside.h"

#include "layout.h"
#include "notice.h"
#include "permission.h"

#include <stdlib.h>

#define HUNDRED_PERCENT 10000 /* in hundredths of a percent */

/* ---- who may ask ---- */

/* Besides those whose scope reaches the pool: who keeps a club, or is below
 * it, may see what all clubs have in its federation's pool. */
static bool may_see(struct ledger *ledger, const struct scope *scope,
    const struct party *pool)
{
    struct party own;

    if (permission_reaches(ledger->state, scope, pool))
        return true;
    return scope->kind == SCOPE_PARTY &&
        record_find_party_number(ledger->state, scope->number, &own) &&
        own.kind == PARTY_CLUB && own.parent == pool->number;
}

/* ---- what everybody has in it ---- */

struct stakes {
    size_t count;
    size_t room;
    struct pool_part *list; /* in order of the parties' numbers, currencies */
    int64_t *weights;       /* of one currency */
    int64_t *parts;
};

static bool add_stake(struct stakes *stakes, const struct pool_part *part)
{
    size_t room = stakes->room * 2 + 64;
    struct pool_part *more;

    if (stakes->count == stakes->room) {
        more = realloc(stakes->list, room * sizeof *more);
        if (more == NULL)
            return false;
        stakes->list = more;
        stakes->room = room;
    }
    stakes->list[stakes->count++] = *part;
    return true;
}

static bool read_stake(struct ledger *ledger, struct bytes key,
    struct bytes value, struct pool_part *out)
{
    struct cursor in = cursor_open(key);
    struct cursor from = cursor_open(value);
    struct party party;
    uint32_t contributor;
    unsigned currency;

    (void)cursor_be32(&in);
    contributor = cursor_be32(&in);
    currency = cursor_u8(&in);
    *out = (struct pool_part){ .stake = { cursor_i64(&from),
                                   (enum currency)currency } };
    if (!cursor_done(&in) || !cursor_done(&from) ||
        currency >= CURRENCY_COUNT ||
        !record_find_party_number(ledger->state, contributor, &party))
        return false;
    out->party = party.name;
    return true;
}

static bool read_stakes(
    struct ledger *ledger, uint32_t pool, struct stakes *out)
{
    uint8_t prefix[4];
    struct state_scan *scan;
    struct pool_part part;
    struct bytes key;
    struct bytes value;
    bool good = true;

    layout_put_be32(prefix, pool);
    scan = state_scan_open(
        ledger->state, TABLE_STAKE, bytes_of(prefix, sizeof prefix));
    while (good && scan != NULL && state_scan_next(scan, &key, &value))
        good = read_stake(ledger, key, value, &part) && add_stake(out, &part);
    if (scan != NULL)
        state_scan_close(scan);
    return good;
}

/* The parts of one currency: they sum to 100.00, if there is any. */
static bool share_out(struct stakes *stakes, enum currency currency)
{
    size_t count = 0;

    for (size_t i = 0; i < stakes->count; i++)
        if (stakes->list[i].stake.currency == currency)
            stakes->weights[count++] = stakes->list[i].stake.minor;
    if (count == 0)
        return true;
    if (!minor_allocate(
            HUNDRED_PERCENT, stakes->weights, count, stakes->parts))
        return false;
    for (size_t i = stakes->count; i-- > 0;)
        if (stakes->list[i].stake.currency == currency)
            stakes->list[i].part = stakes->parts[--count];
    return true;
}

static bool make_room(struct stakes *stakes)
{
    stakes->weights = calloc(stakes->count + 1, sizeof *stakes->weights);
    stakes->parts = calloc(stakes->count + 1, sizeof *stakes->parts);
    return stakes->weights != NULL && stakes->parts != NULL;
}

/* False: a currency's sum is more than can be shared out. */
static bool share_out_all(struct stakes *stakes)
{
    for (int i = 0; i < CURRENCY_COUNT; i++)
        if (!share_out(stakes, (enum currency)i))
            return false;
    return true;
}

static void free_stakes(struct stakes *stakes)
{
    free(stakes->list);
    free(stakes->weights);
    free(stakes->parts);
}

/* ---- notices ---- */

static void each_notice(struct ledger *ledger, uint32_t pool,
    const struct pool_callbacks *to)
{
    struct state_scan *scan =
        state_scan_open(ledger->state, TABLE_NOTICE, bytes_of("", 0));
    struct notice notice;
    struct party party;
    struct bytes key;
    struct bytes value;

    while (scan != NULL && state_scan_next(scan, &key, &value))
        if (notice_parse(key, value, &notice) && notice.pool == pool &&
            notice.left.minor > 0 &&
            record_find_party_number(
                ledger->state, notice.contributor, &party))
            to->notice(to->context,
                &(struct pool_notice_row){ notice.index, party.name,
                    notice.left, notice.due });
    if (scan != NULL)
        state_scan_close(scan);
}

/* ---- the pool itself ---- */

static void fill_balances(struct ledger *ledger, const struct party *pool,
    struct pool_report *out)
{
    for (int i = 0; i < CURRENCY_COUNT; i++) {
        enum currency currency = (enum currency)i;
        struct account_id id =
            account_id_of(pool->book, currency, ROLE_POOL, pool->number);
        struct account account;

        out->used[i] = account_load(ledger->state, &id, &account);
        if (out->used[i])
            out->balance[i] = account_balance(&account, ROLE_POOL);
        if (pool->kind == PARTY_CLUB)
            out->lent[i] = record_stake(
                ledger->state, pool->parent, pool->number, currency);
    }
}

static void tell(struct ledger *ledger, uint32_t pool,
    const struct stakes *stakes, const struct pool_callbacks *to)
{
    each_notice(ledger, pool, to);
    for (size_t i = 0; i < stakes->count; i++)
        to->part(to->context, &stakes->list[i]);
}

int report_pool(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct pool_report *out,
    const struct pool_callbacks *to, enum status *status)
{
    struct stakes stakes = { 0 };
    struct signing_key key;
    struct party pool;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (!record_find_party(ledger->state, name, &pool))
        *status = STATUS_UNKNOWN_PARTY;
    else if (!may_see(ledger, &key.scope, &pool))
        *status = STATUS_OUT_OF_SCOPE;
    else if (pool.kind != PARTY_CLUB && pool.kind != PARTY_FEDERATION)
        *status = STATUS_WRONG_PARTY;
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    *out = (struct pool_report){ .name = pool.name,
        .days = notice_days(ledger->state, pool.number) };
    fill_balances(ledger, &pool, out);
    if (!read_stakes(ledger, pool.number, &stakes) || !make_room(&stakes))
        (void)context_fail(ledger, "the stakes in a pool cannot be read");
    else if (!share_out_all(&stakes))
        *status = STATUS_BALANCE_OVERFLOW;
    else
        tell(ledger, pool.number, &stakes, to);
    free_stakes(&stakes);
    return report_end(ledger);
}
