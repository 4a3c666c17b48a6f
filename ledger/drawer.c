#include "drawer.h"

#include "cash.h"
#include "layout.h"
#include "operations.h"
#include "posting.h"

#include <posito/denomination.h>

/* ---- the record ---- */

bool drawer_parse(struct bytes key, struct bytes value, struct drawer *out)
{
    struct cursor in = cursor_open(key);

    out->party = cursor_be32(&in);
    if (!cursor_done(&in))
        return false;
    in = cursor_open(value);
    out->key = cursor_u32(&in);
    out->opened = cursor_u64(&in);
    out->counted = cursor_u64(&in);
    return cursor_done(&in);
}

bool drawer_find(struct state *state, uint32_t party, struct drawer *out)
{
    uint8_t key[4];
    struct bytes value;

    layout_put_be32(key, party);
    return state_get(
               state, TABLE_DRAWER, bytes_of(key, sizeof key), &value) &&
        drawer_parse(bytes_of(key, sizeof key), value, out);
}

static void put(struct state *state, const struct drawer *drawer)
{
    uint8_t key[4];
    uint8_t memory[32];
    struct buffer value = buffer_over(memory, sizeof memory);

    layout_put_be32(key, drawer->party);
    buffer_u32(&value, drawer->key);
    buffer_u64(&value, drawer->opened);
    buffer_u64(&value, drawer->counted);
    state_put(state, TABLE_DRAWER, bytes_of(key, sizeof key),
        buffer_bytes(&value));
}

static void forget(struct state *state, uint32_t party)
{
    uint8_t key[4];

    layout_put_be32(key, party);
    state_delete(state, TABLE_DRAWER, bytes_of(key, sizeof key));
}

/* ---- whose cash it is ---- */

static void check_leg(
    struct context *c, const struct leg *leg, bool counter)
{
    struct drawer drawer;

    if (leg->party.kind == PARTY_OFFICE) {
        /* Nobody but drawers stands below an office. */
        if (counter && leg->party.open_children > 0)
            context_refuse(c, STATUS_DRAWER_NEEDED, leg->field);
        return;
    }
    if (!drawer_find(c->state, leg->party.number, &drawer))
        context_refuse(c, STATUS_DRAWER_NOT_OPEN, leg->field);
    else if (counter && drawer.key != c->key.number)
        context_refuse(c, STATUS_NOT_YOUR_DRAWER, leg->field);
}

void drawer_check(struct context *c, bool counter)
{
    for (size_t i = 0; i < c->leg_count; i++)
        if (account_id_role(&c->legs[i].id) == ROLE_DRAWER &&
            c->legs[i].minor != 0)
            check_leg(c, &c->legs[i], counter);
}

/* ---- opening ---- */

static bool find_party(
    struct context *c, const struct ident *name, struct party *out)
{
    if (!context_party(c, name, "drawer", out))
        return false;
    context_need_party(c, out, "drawer");
    if (out->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "drawer");
    if (out->kind != PARTY_DRAWER) {
        context_refuse(c, STATUS_WRONG_PARTY, "drawer");
        return false;
    }
    return true;
}

void drawer_open(struct context *c, const struct operation *op)
{
    struct party party;
    struct drawer drawer;

    if (!find_party(c, &op->as.drawer_open.drawer, &party))
        return;
    if (drawer_find(c->state, party.number, &drawer))
        context_refuse(c, STATUS_DRAWER_IS_OPEN, "drawer");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    drawer = (struct drawer){ .party = party.number,
        .key = c->key.number,
        .opened = c->index };
    put(c->state, &drawer);
    context_touch(c, &c->ledger->books[party.book]);
}

/* ---- counting ---- */

struct count {
    struct party party;
    struct drawer drawer;
    bool used[CURRENCY_COUNT]; /* there is, or should be, some of it */
    int64_t counted[CURRENCY_COUNT];
    int64_t expected[CURRENCY_COUNT];
};

/* Whether the ledger keeps the currencies is asked of every line.  At most
 * 64 denominations of a million pieces: no sum can overflow. */
static void add_pieces(
    struct context *c, struct bytes pieces, struct count *count)
{
    struct amount value;
    uint64_t number;

    while (pieces_next(&pieces, &value, &number)) {
        if (denomination_find(value) == NULL) {
            context_refuse(c, STATUS_UNKNOWN_PIECE, "pieces");
            continue;
        }
        count->counted[value.currency] += value.minor * (int64_t)number;
        count->used[value.currency] = true;
    }
}

static struct account_id account_of(
    const struct count *count, enum currency currency)
{
    return account_id_of(
        count->party.book, currency, ROLE_DRAWER, count->party.number);
}

/* False if there is no such drawer to compare with. */
static bool read_count(struct context *c, const struct ident *name,
    struct bytes pieces, struct count *count)
{
    struct account account;

    *count = (struct count){ 0 };
    add_pieces(c, pieces, count);
    if (!find_party(c, name, &count->party))
        return false;
    if (!drawer_find(c->state, count->party.number, &count->drawer))
        context_refuse(c, STATUS_DRAWER_NOT_OPEN, "drawer");
    else if (count->drawer.key != c->key.number &&
        c->key.kind != KIND_SUPERVISOR)
        context_refuse(c, STATUS_NOT_YOUR_DRAWER, "drawer");
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        struct account_id id = account_of(count, (enum currency)i);

        (void)account_load(c->state, &id, &account);
        count->expected[i] = account_balance(&account, ROLE_DRAWER);
        count->used[i] = count->used[i] || count->expected[i] != 0;
    }
    return true;
}

static void show_count(struct context *c, const struct count *count)
{
    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        if (count->used[i])
            entry_append_counted(&c->ledger->effects,
                (struct amount){ count->counted[i], (enum currency)i },
                count->expected[i]);
    context_touch(c, &c->ledger->books[count->party.book]);
}

void drawer_count(struct context *c, const struct operation *op)
{
    const struct drawer_count_fields *f = &op->as.drawer_count;
    struct count count;

    if (!read_count(c, &f->drawer, f->pieces, &count) || context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    count.drawer.counted = c->index;
    put(c->state, &count.drawer);
    show_count(c, &count);
}

/* ---- closing ---- */

/* Post what is there too much, or too little, against the house. */
static void plan_differences(struct context *c, const struct count *count)
{
    struct party house;

    c->by_rule = true;
    c->only_field = "pieces";
    if (!record_find_party_number(c->state,
            c->ledger->books[count->party.book].house, &house)) {
        (void)context_fail(c->ledger, "a book has no house");
        return;
    }
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        struct amount difference = {
            count->counted[i] - count->expected[i], (enum currency)i
        };

        if (difference.minor == 0)
            continue;
        posting_add_party(
            c, &count->party, ROLE_DRAWER, difference, "pieces");
        posting_add_party(c, &house, ROLE_EXPENSE_OVERSHORT,
            posting_credit(difference), "pieces");
    }
}

void drawer_close(struct context *c, const struct operation *op)
{
    const struct drawer_close_fields *f = &op->as.drawer_close;
    struct count count;

    if (!read_count(c, &f->drawer, f->pieces, &count))
        return;
    if (!context_refused(c))
        plan_differences(c, &count);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    show_count(c, &count);
    forget(c->state, count.party.number);
    posting_commit(c, op->verb);
}
