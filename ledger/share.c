#include "operations.h"

#include "posting.h"

/*
 * Shares: what members, clubs and federations have saved.
 *
 *     deposit    debit drawer or nostro    credit share
 *     withdraw   debit share               credit drawer or nostro
 *     membership debit drawer or nostro    credit capital
 *     transfer   debit share               credit share, same book
 */

/* Cash is in a drawer, or in the box of an office that has none; money at a
 * bank in its nostro account.  What of a drawer is open is cash.c's. */
void share_add_via(
    struct context *c, const struct ident *name, struct amount amount)
{
    struct party via;

    if (!context_party(c, name, "via", &via))
        return;
    if (via.kind == PARTY_OFFICE || via.kind == PARTY_DRAWER)
        posting_add_party(c, &via, ROLE_DRAWER, amount, "via");
    else
        posting_add_party(c, &via, ROLE_NOSTRO, amount, "via");
}

void share_deposit(struct context *c, const struct operation *op)
{
    const struct deposit_fields *f = &op->as.deposit;

    share_add_via(c, &f->via, f->amount);
    (void)posting_add(
        c, &f->member, ROLE_SHARE, posting_credit(f->amount), "member");
}

void share_membership(struct context *c, const struct operation *op)
{
    const struct membership_fields *f = &op->as.membership;

    share_add_via(c, &f->via, f->amount);
    (void)posting_add(
        c, &f->member, ROLE_CAPITAL, posting_credit(f->amount), "member");
}

void share_withdraw(struct context *c, const struct operation *op)
{
    const struct withdraw_fields *f = &op->as.withdraw;

    (void)posting_add(c, &f->member, ROLE_SHARE, f->amount, "member");
    share_add_via(c, &f->via, posting_credit(f->amount));
}

void share_transfer(struct context *c, const struct operation *op)
{
    const struct transfer_fields *f = &op->as.transfer;

    (void)posting_add(c, &f->from, ROLE_SHARE, f->amount, "from");
    (void)posting_add(c, &f->to, ROLE_SHARE, posting_credit(f->amount), "to");
}
