#include "operations.h"

#include "notice.h"
#include "posting.h"

/*
 * Pools: what clubs have put together, and federations of clubs.
 *
 *     contribute    debit member's share   credit club's pool
 *     pool-redeem   debit club's pool      credit member's share
 *     pool-lend     debit pool             credit pool, club and federation
 *
 * Each pool remembers what everybody put in (the stake); nobody takes more
 * out than that, nor without the notice that the club's rule asks for.
 */

/* Is below a party of that kind and directly under above? */
static bool belongs(const struct party *below, enum party_kind kind,
    const struct party *above, enum party_kind above_kind)
{
    return below->kind == kind && above->kind == above_kind &&
        below->parent == above->number;
}

/* to_pool: how much goes from the member's share to the club's pool. */
static void plan_stake(struct context *c, const struct party *member,
    const struct party *club, struct amount to_pool)
{
    if (member == NULL || club == NULL)
        return;
    if (!belongs(member, PARTY_MEMBER, club, PARTY_CLUB))
        context_refuse(c, STATUS_WRONG_PARTY, "club");
    posting_add_stake(c, club, member, to_pool, "amount");
}

void pool_contribute(struct context *c, const struct operation *op)
{
    const struct contribute_fields *f = &op->as.contribute;
    const struct party *member =
        posting_add(c, &f->member, ROLE_SHARE, f->amount, "member");
    const struct party *club = posting_add(
        c, &f->club, ROLE_POOL, posting_credit(f->amount), "club");

    plan_stake(c, member, club, f->amount);
}

void pool_redeem(struct context *c, const struct operation *op)
{
    const struct pool_redeem_fields *f = &op->as.pool_redeem;
    const struct party *club =
        posting_add(c, &f->club, ROLE_POOL, f->amount, "club");
    const struct party *member = posting_add(
        c, &f->member, ROLE_SHARE, posting_credit(f->amount), "member");

    plan_stake(c, member, club, posting_credit(f->amount));
    notice_plan(
        c, OPERATION_HAS(op, pool_redeem, notice) ? &f->notice : NULL);
}

void pool_lend(struct context *c, const struct operation *op)
{
    const struct pool_lend_fields *f = &op->as.pool_lend;
    const struct party *from =
        posting_add(c, &f->from, ROLE_POOL, f->amount, "from");
    const struct party *to = posting_add(
        c, &f->to, ROLE_POOL, posting_credit(f->amount), "to");

    if (from == NULL || to == NULL)
        return;
    if (belongs(from, PARTY_CLUB, to, PARTY_FEDERATION))
        posting_add_stake(c, to, from, f->amount, "amount");
    else if (belongs(to, PARTY_CLUB, from, PARTY_FEDERATION))
        posting_add_stake(c, from, to, posting_credit(f->amount), "amount");
    else
        context_refuse(c, STATUS_WRONG_PARTY, "to");
}
