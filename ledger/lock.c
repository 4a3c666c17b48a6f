#include "operations.h"

#include "cycle.h"
#include "posting.h"

/*
 * Locked savings: what a temporary worker saves for the return home.
 *
 *     lock      debit share           credit share.locked
 *     unlock    debit share.locked    credit share, on or after its date,
 *                                     or when the member has died
 *
 * What is locked goes on earning dividends with the share beside it.
 */

/* Tell the share's leg, if both are there, what is locked beside it. */
static void plan_locked(struct context *c, size_t share)
{
    if (c->leg_count == 2)
        c->legs[share].locked = c->legs[share].minor;
}

void lock_lock(struct context *c, const struct operation *op)
{
    const struct lock_fields *f = &op->as.lock;
    const struct party *member =
        posting_add(c, &f->member, ROLE_SHARE, f->amount, "member");
    struct savings_lock lock;

    if (member == NULL)
        return;
    (void)posting_add(c, &f->member, ROLE_SHARE_LOCKED,
        posting_credit(f->amount), "member");
    plan_locked(c, 0);
    if (f->until.days <= c->ledger->books[member->book].date.days)
        context_refuse(c, STATUS_WRONG_DATE, "until");
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    lock = (struct savings_lock){
        .index = c->index,
        .share = c->legs[0].id,
        .amount = f->amount.minor,
        .until = f->until,
        .evidence = f->evidence,
    };
    cycle_put_lock(c->state, &lock);
    posting_commit(c, op->verb);
}

void lock_unlock(struct context *c, const struct operation *op)
{
    struct savings_lock lock;
    struct account_id locked;

    if (!cycle_find_lock(c->state, op->as.unlock.lock, &lock) ||
        lock.opened != 0) {
        context_refuse(c, STATUS_UNKNOWN_LOCK, "lock");
        return;
    }
    locked = account_id_of(account_id_book(&lock.share),
        account_id_currency(&lock.share), ROLE_SHARE_LOCKED,
        account_id_party(&lock.share));
    (void)posting_add_id(c, &locked, lock.amount, "lock");
    (void)posting_add_id(c, &lock.share, -lock.amount, "lock");
    plan_locked(c, 1);
    if (lock.until.days >
            c->ledger->books[account_id_book(&lock.share)].date.days &&
        !(c->leg_count == 2 && c->legs[1].party.in_succession))
        context_refuse(c, STATUS_STILL_LOCKED, "lock");
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    lock.opened = c->index;
    cycle_put_lock(c->state, &lock);
    posting_commit(c, op->verb);
}
