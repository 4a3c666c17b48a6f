#include "notice.h"

#include "layout.h"

#define VALUE_MAX 32

/* ---- records ---- */

uint32_t notice_days(struct state *state, uint32_t pool)
{
    uint8_t key[4];
    struct bytes value;
    struct cursor in;
    uint32_t days;

    layout_put_be32(key, pool);
    if (!state_get(
            state, TABLE_NOTICE_RULE, bytes_of(key, sizeof key), &value))
        return 0;
    in = cursor_open(value);
    days = cursor_u32(&in);
    return cursor_done(&in) ? days : 0;
}

static void put_rule(struct state *state, uint32_t pool, uint32_t days)
{
    uint8_t key[4];
    uint8_t memory[4];
    struct buffer value = buffer_over(memory, sizeof memory);

    layout_put_be32(key, pool);
    buffer_u32(&value, days);
    if (days > 0)
        state_put(state, TABLE_NOTICE_RULE, bytes_of(key, sizeof key),
            buffer_bytes(&value));
    else
        state_delete(state, TABLE_NOTICE_RULE, bytes_of(key, sizeof key));
}

bool notice_parse(struct bytes key, struct bytes value, struct notice *out)
{
    struct cursor name = cursor_open(key);
    struct cursor in = cursor_open(value);
    unsigned currency;

    out->index = cursor_be64(&name);
    out->pool = cursor_u32(&in);
    out->contributor = cursor_u32(&in);
    currency = cursor_u8(&in);
    out->left.currency = (enum currency)currency;
    out->left.minor = cursor_i64(&in);
    out->due.days = (int32_t)cursor_u32(&in);
    return cursor_done(&name) && cursor_done(&in) &&
        currency < CURRENCY_COUNT;
}

bool notice_find(struct state *state, uint64_t index, struct notice *out)
{
    uint8_t key[8];
    struct bytes value;

    layout_put_be64(key, index);
    return state_get(
               state, TABLE_NOTICE, bytes_of(key, sizeof key), &value) &&
        notice_parse(bytes_of(key, sizeof key), value, out);
}

static void put(struct state *state, const struct notice *notice)
{
    uint8_t key[8];
    uint8_t memory[VALUE_MAX];
    struct buffer value = buffer_over(memory, sizeof memory);

    layout_put_be64(key, notice->index);
    buffer_u32(&value, notice->pool);
    buffer_u32(&value, notice->contributor);
    buffer_u8(&value, (uint8_t)notice->left.currency);
    buffer_i64(&value, notice->left.minor);
    buffer_u32(&value, (uint32_t)notice->due.days);
    state_put(state, TABLE_NOTICE, bytes_of(key, sizeof key),
        buffer_bytes(&value));
}

/* ---- redeeming ---- */

void notice_plan(struct context *c, const uint64_t *index)
{
    c->notice.redeems = true;
    c->notice.cited = index != NULL;
    c->notice.index = index != NULL ? *index : 0;
}

/* The notice that is cited, if it is of this pool, contributor and
 * currency. */
static bool find_cited(struct context *c, struct notice *out)
{
    const struct stake_change *stake = &c->stake;

    return notice_find(c->state, c->notice.index, out) &&
        out->pool == stake->pool && out->contributor == stake->contributor &&
        out->left.currency == stake->change.currency;
}

void notice_check(struct context *c)
{
    struct notice notice;
    struct party pool;

    if (!c->notice.redeems || c->notice.back || !c->stake.used)
        return;
    if (!c->notice.cited) {
        if (notice_days(c->state, c->stake.pool) > 0)
            context_refuse(c, STATUS_NOTICE_NEEDED, "notice");
        return;
    }
    if (!find_cited(c, &notice) || notice.left.minor == 0) {
        context_refuse(c, STATUS_UNKNOWN_NOTICE, "notice");
        return;
    }
    if (record_find_party_number(c->state, notice.pool, &pool) &&
        notice.due.days > c->ledger->books[pool.book].date.days)
        context_refuse(c, STATUS_NOTICE_NOT_DUE, "notice");
    if (-c->stake.change.minor > notice.left.minor)
        context_refuse(c, STATUS_ABOVE_NOTICE, "amount");
}

void notice_commit(struct context *c)
{
    struct notice notice;

    if (!c->notice.cited)
        return;
    if (!find_cited(c, &notice)) {
        (void)context_fail(c->ledger, "a notice is not there");
        return;
    }
    /* Taken out it shrinks; a reversal gives back what was taken. */
    notice.left.minor += c->stake.change.minor;
    put(c->state, &notice);
}

/* ---- verbs ---- */

/* The club of that name, reached by the signer.  Only clubs: what a club
 * has in its federation's pool comes back by pool-lend, which needs no
 * notice. */
static bool find_club(
    struct context *c, const struct ident *name, struct party *club)
{
    if (!context_party(c, name, "club", club))
        return false;
    if (club->kind != PARTY_CLUB)
        context_refuse(c, STATUS_WRONG_PARTY, "club");
    if (club->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "club");
    context_need_party(c, club, "club");
    return true;
}

void notice_set_rule(struct context *c, const struct operation *op)
{
    const struct pool_notice_fields *f = &op->as.pool_notice;
    struct party club;
    bool found = find_club(c, &f->club, &club);

    if (f->days > NOTICE_DAYS_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "days");
    if (!found || context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    put_rule(c->state, club.number, (uint32_t)f->days);
    context_touch(c, &c->ledger->books[club.book]);
}

void notice_give(struct context *c, const struct operation *op)
{
    const struct redeem_notice_fields *f = &op->as.redeem_notice;
    struct notice notice;
    struct party club;
    struct party member;
    bool found = find_club(c, &f->club, &club);

    found &= context_party(c, &f->member, "member", &member);
    if (!found)
        return;
    context_need_party(c, &member, "member");
    if (member.number == c->key.owner)
        context_refuse(c, STATUS_OWN_ACCOUNT, "member");
    if (member.kind != PARTY_MEMBER || member.parent != club.number)
        context_refuse(c, STATUS_WRONG_PARTY, "club");
    if (f->amount.minor > record_stake(c->state, club.number, member.number,
                              f->amount.currency))
        context_refuse(c, STATUS_ABOVE_STAKE, "amount");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    notice = (struct notice){
        .index = c->index,
        .pool = club.number,
        .contributor = member.number,
        .left = f->amount,
        .due = c->ledger->books[club.book].date,
    };
    notice.due.days += (int32_t)notice_days(c->state, club.number);
    put(c->state, &notice);
    context_touch(c, &c->ledger->books[club.book]);
}
