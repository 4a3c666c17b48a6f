#include "check_inside.h"

#include "layout.h"
#include "tree.h"

#include <inttypes.h>
#include <string.h>

/* ---- walking a table ---- */

int check_record_each(
    struct check *check, enum table table, check_one *each, uint64_t *count)
{
    struct state_scan *scan =
        state_scan_open(check->state, table, bytes_of("", 0));
    struct bytes key;
    struct bytes value;
    int result = 0;

    *count = 0;
    while (result == 0 && scan != NULL &&
        state_scan_next(scan, &key, &value)) {
        (*count)++;
        if (each != NULL)
            result = each(check, key, value);
    }
    if (scan != NULL)
        state_scan_close(scan);
    if (result == 0 && state_failed(check->state))
        return check_fail(check, "%s", state_failure(check->state)->text);
    return result;
}

int check_record_count(struct check *check, enum table table,
    const char *what, check_one *each, uint64_t expected)
{
    uint64_t count;

    if (check_record_each(check, table, each, &count) != 0)
        return -1;
    if (count != expected)
        return check_fail(check,
            "the state has %" PRIu64 " %s, the journal tells of %" PRIu64,
            count, what, expected);
    return 0;
}

/* ---- accounts and holds ---- */

int check_record_held(struct check *check, const struct account_id *id,
    int64_t debits, int64_t credits)
{
    struct account_id control = account_id_control(id);
    const struct account_id *both[2] = { id, &control };

    for (size_t i = 0; i < 2; i++) {
        struct tally_key key = tally_key_account(both[i]);
        struct tally *tally = tally_get(&check->tallies, &key);

        if (tally == NULL)
            return check_fail(check, "out of memory");
        if (!minor_add(tally->account.debits_held, debits,
                &tally->account.debits_held) ||
            !minor_add(tally->account.credits_held, credits,
                &tally->account.credits_held))
            return check_fail(check, "more is held than can be counted");
    }
    return 0;
}

static int one_hold(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key tally_key = tally_key_of(TABLE_HOLD, key);
    const struct tally *tally = tally_find(&check->tallies, &tally_key);
    struct hold hold;

    if (tally == NULL || !record_parse_hold(key, value, &hold))
        return check_fail(check, "the state has a hold that nobody placed");
    if (hold.phase != tally->phase || hold.left != tally->sum)
        return check_fail(check,
            "hold %" PRIu64 " has another phase or rest than the journal "
            "says",
            hold.index);
    if (hold.phase != HOLD_OPEN)
        return 0;
    if (hold.until.ms <= check->time.ms)
        return check_fail(
            check, "hold %" PRIu64 " should have expired", hold.index);
    check->open_holds++;
    if (check_record_held(check, &hold.from, hold.left, 0) != 0)
        return -1;
    return check_record_held(check, &hold.to, 0, hold.left);
}

static int one_expiry(
    struct check *check, struct bytes key, struct bytes value)
{
    struct instant until;
    uint64_t index;
    struct hold hold;

    (void)value;
    if (!record_parse_expiry(key, &until, &index) ||
        !record_find_hold(check->state, index, &hold) ||
        hold.phase != HOLD_OPEN || hold.until.ms != until.ms)
        return check_fail(
            check, "the state has an expiry that belongs to no open hold");
    return 0;
}

static bool same_account(const struct account *a, const struct account *b)
{
    return a->debits == b->debits && a->credits == b->credits &&
        a->debits_held == b->debits_held &&
        a->credits_held == b->credits_held && a->postings == b->postings &&
        a->opened == b->opened && a->last == b->last &&
        a->since.days == b->since.days && a->locked == b->locked &&
        a->active.days == b->active.days;
}

static int one_account(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key tally_key = tally_key_of(TABLE_ACCOUNT, key);
    const struct tally *tally = tally_find(&check->tallies, &tally_key);
    struct account_id id = { { 0 } };
    struct account account;
    uint8_t head[ACCOUNT_HEAD_MAX];
    size_t length;
    char name[CHECK_NAME_MAX];

    if (tally == NULL)
        return check_fail(
            check, "the state has an account that nothing posted to");
    memcpy(id.data, key.data, sizeof id.data);
    if (!account_load(check->state, &id, &account) ||
        !same_account(&account, &tally->account))
        return check_fail(check,
            "account %s: the state says %" PRId64 " debits, %" PRId64
            " credits, %" PRId64 " and %" PRId64 " held, the journal %" PRId64
            ", %" PRId64 ", %" PRId64 ", %" PRId64,
            check_name(check, &id, name), account.debits, account.credits,
            account.debits_held, account.credits_held,
            tally->account.debits, tally->account.credits,
            tally->account.debits_held, tally->account.credits_held);
    length = account_encode(head, &id, &account);
    if (value.length < length || memcmp(value.data, head, length) != 0)
        return check_fail(check, "account %s is written in another form",
            check_name(check, &id, name));
    if (account_id_party(&id) != ACCOUNT_CONTROL && account.postings > 0) {
        if (!history_check_account(check->state, &id))
            return check_fail(check, "account %s: blocks of its history are "
                "not where it says", check_name(check, &id, name));
        check->references_kept += history_open_references(account.postings);
    }
    if (account.balance_days != (account_earns(&id)
                ? check_earned(check, &id, &account)
                : 0))
        return check_fail(check,
            "account %s counts other balance-days than the journal gives",
            check_name(check, &id, name));
    if (account_available(&account, account_id_role(&id)) < 0 &&
        !(role_row(account_id_role(&id))->flags & ROLE_BELOW))
        return check_fail(check, "more of account %s is held than is there",
            check_name(check, &id, name));
    return 0;
}

/* Tallies of a table, and for accounts the blocks their postings need. */
static uint64_t count_tallies(
    const struct check *check, enum table table, uint64_t *blocks)
{
    const struct tally *tally;
    uint64_t count = 0;
    size_t place = 0;

    *blocks = 0;
    while ((tally = tally_next(&check->tallies, &place)) != NULL) {
        if (tally->key.table != table)
            continue;
        count += table != TABLE_STAKE || tally->sum != 0;
        if (table == TABLE_ACCOUNT &&
            memcmp(tally->key.data + 4, "\0\0\0\0", 4) != 0)
            *blocks += history_full_blocks(tally->account.postings);
    }
    return count;
}

static int one_block(
    struct check *check, struct bytes key, struct bytes value)
{
    struct account_id id;
    struct history_block block;
    struct history_block found;

    /* What stands there is what is found from its account. */
    if (!history_check_block(check->state, key, value, &id, &block) ||
        !history_load(check->state, &id, block.number, &found) ||
        found.list[0].entry != block.list[0].entry ||
        found.list[0].line != block.list[0].line)
        return check_fail(check, "a block of history is of another shape");
    check->references_kept += block.count;
    return 0;
}

/* ---- books ---- */

/* In each book and currency debits equal credits; memo accounts apart. */
static int check_books(struct check *check)
{
    int64_t sums[RECORD_BOOKS_MAX][CURRENCY_COUNT][2] = { { { 0 } } };
    const struct tally *tally;
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL) {
        const uint8_t *data = tally->key.data;
        int64_t *sum;

        if (tally->key.table != TABLE_ACCOUNT ||
            memcmp(data + 4, "\0\0\0\0", 4) != 0)
            continue;
        sum = &sums[data[0] % RECORD_BOOKS_MAX][data[1] % CURRENCY_COUNT]
                   [role_row((enum role)data[2])->class == CLASS_MEMO];
        if (!minor_add(*sum, tally->account.debits - tally->account.credits,
                sum))
            return check_fail(check, "a book's sums overflow");
    }
    for (size_t i = 0; i < check->counters.books * CURRENCY_COUNT; i++) {
        size_t book = i / CURRENCY_COUNT;
        size_t currency = i % CURRENCY_COUNT;

        if (sums[book][currency][0] != 0 || sums[book][currency][1] != 0)
            return check_fail(check, "book %.*s does not balance in %s",
                (int)check->books[book].name.length,
                check->books[book].name.text,
                currency_code((enum currency)currency));
    }
    return 0;
}

/* ---- stakes ---- */

static int one_sum(struct check *check, enum table table, struct bytes key,
    struct bytes value, const char *what)
{
    struct tally_key tally_key = tally_key_of(table, key);
    const struct tally *tally = tally_find(&check->tallies, &tally_key);
    struct cursor in = cursor_open(value);
    int64_t sum = cursor_i64(&in);

    if (tally == NULL || !cursor_done(&in) || sum != tally->sum)
        return check_fail(check,
            "the state has a %s that is not the journal's", what);
    return 0;
}

static int one_usage(
    struct check *check, struct bytes key, struct bytes value)
{
    return one_sum(check, TABLE_USAGE, key, value, "day's usage of a key");
}

int check_record_owe(struct check *check, uint32_t pool,
    enum currency currency, int64_t minor)
{
    struct tally_key key = tally_key_stake(pool, 0, currency);
    struct tally *tally = tally_get(&check->pools, &key);

    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (!minor_add(tally->sum, minor, &tally->sum))
        return check_fail(check, "the stakes in a pool overflow");
    return 0;
}

static int one_stake(
    struct check *check, struct bytes key, struct bytes value)
{
    struct cursor in = cursor_open(key);
    uint32_t pool = cursor_be32(&in);
    uint32_t contributor = cursor_be32(&in);
    enum currency currency = (enum currency)(cursor_u8(&in) % CURRENCY_COUNT);
    int64_t minor;

    if (one_sum(check, TABLE_STAKE, key, value, "stake in a pool") != 0)
        return -1;
    in = cursor_open(value);
    minor = cursor_i64(&in);
    if (check_record_owe(check, pool, currency, minor) != 0)
        return -1;
    return check_record_owe(check, contributor, currency, -minor);
}

static int check_pools(struct check *check)
{
    const struct tally *owed;
    size_t place = 0;

    while ((owed = tally_next(&check->pools, &place)) != NULL) {
        struct cursor in =
            cursor_open(bytes_of(owed->key.data, owed->key.length));
        uint32_t number = cursor_be32(&in);
        struct account account = { 0 };
        struct account_id id;
        struct party party;
        char name[CHECK_NAME_MAX];

        (void)cursor_be32(&in);
        if (owed->sum <= 0)
            continue; /* a member, who has no pool */
        if (!record_find_party_number(check->state, number, &party))
            return check_fail(check, "a pool belongs to nobody");
        id = account_id_of(party.book, (enum currency)cursor_u8(&in),
            ROLE_POOL, number);
        (void)account_load(check->state, &id, &account);
        if (account_balance(&account, ROLE_POOL) < owed->sum)
            return check_fail(check,
                "account %s has less than was put in and not lent or "
                "given",
                check_name(check, &id, name));
    }
    return 0;
}

/* ---- the tree and the tip ---- */

/* What the state says of where it was settled, if it was. */
static int check_tip(struct check *check, const struct hash *root)
{
    struct bytes value;
    struct tip tip;
    struct hash settled;
    uint64_t rows = check->tree.size > 0 ? 2 : 0; /* founding, counters */

    if (state_get(check->state, TABLE_META, bytes_text("tip"), &value)) {
        if (!meta_find_tip(check->state, &tip))
            return check_fail(check, "the state's tip cannot be read");
        settled = merkle_root(&tip.tree);
        if (tip.tree.size > check->tree.size ||
            tip.time.ms > check->time.ms ||
            (tip.tree.size == check->tree.size &&
                (tip.time.ms != check->time.ms ||
                    !hash_equal(&settled, root))))
            return check_fail(
                check, "the state was settled where the journal never was");
        for (rows++; tip.tree.size > 0; tip.tree.size >>= 1)
            rows += tip.tree.size & 1;
    }
    return check_record_count(check, TABLE_META, "tips", NULL, rows);
}

static int check_tree(struct check *check)
{
    struct hash root = merkle_root(&check->tree);
    struct hash kept = merkle_root(ledger_tree(check->ledger));
    uint64_t rows = 0;

    if (!hash_equal(&root, &kept))
        return check_fail(
            check, "the tree's root is not that of the journal's leaves");
    for (unsigned height = TREE_STEP; height < 64; height += TREE_STEP)
        rows += check->tree.size >> height;
    if (check->tree_rows != rows)
        return check_fail(check,
            "the state has %" PRIu64 " of the tree's %" PRIu64 " roots",
            check->tree_rows, rows);
    if (check_tip(check, &root) != 0)
        return -1;
    return check_record_count(check, TABLE_TREE, "roots", NULL, rows);
}

/* ---- ids of orders ---- */

/* Each that the journal has was found; there are no others. */
static int check_order_ids(struct check *check)
{
    uint64_t count;
    const char *why;

    if (!order_id_count(check->state, &count, &why))
        return check_fail(check, "ids of orders: %s", why);
    if (count != check->orders)
        return check_fail(check,
            "the state has %" PRIu64
            " ids of orders, the journal tells of %" PRIu64,
            count, check->orders);
    return 0;
}

/* ---- all of them ---- */

static int check_accounts(struct check *check)
{
    uint64_t blocks;
    uint64_t none;
    uint64_t holds = count_tallies(check, TABLE_HOLD, &none);

    /* Holds first: they say what accounts hold. */
    if (check_loan_held(check) != 0 ||
        check_record_count(
            check, TABLE_HOLD, "holds", one_hold, holds) != 0 ||
        check_record_count(check, TABLE_EXPIRY, "expiries", one_expiry,
            check->open_holds) != 0 ||
        check_record_count(check, TABLE_ACCOUNT, "accounts", one_account,
            count_tallies(check, TABLE_ACCOUNT, &blocks)) != 0 ||
        check_record_count(check, TABLE_HISTORY, "blocks of history",
            one_block, blocks) != 0)
        return -1;
    if (check->references_kept != check->references)
        return check_fail(check,
            "the history has %" PRIu64 " references, the journal %" PRIu64
            " postings",
            check->references_kept, check->references);
    return 0;
}

int check_record_end(struct check *check)
{
    uint64_t none;

    if (check_accounts(check) != 0 || check_books(check) != 0)
        return -1;
    if (check_record_count(check, TABLE_STAKE, "stakes", one_stake,
            count_tallies(check, TABLE_STAKE, &none)) != 0 ||
        check_loan_owed(check) != 0 || check_pools(check) != 0)
        return -1;
    if (check_record_count(check, TABLE_USAGE, "usages", one_usage,
            count_tallies(check, TABLE_USAGE, &none)) != 0 ||
        check_order_ids(check) != 0 ||
        check_record_count(check, TABLE_REVERSAL, "reversals", NULL,
            check->reversals) != 0)
        return -1;
    if (check_cycle_end(check) != 0 || check_term_end(check) != 0 ||
        check_loan_end(check) != 0)
        return -1;
    if (check_cash_end(check) != 0 || check_notice_end(check) != 0 ||
        check_project_end(check) != 0)
        return -1;
    if (check_member_end(check) != 0 || check_succession_end(check) != 0)
        return -1;
    return check_tree(check);
}
