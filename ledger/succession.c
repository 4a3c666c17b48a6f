#include "operations.h"

#include "cash.h"
#include "member.h"
#include "posting.h"

#include <posito/part.h>

/*
 * Succession: on proof of death a member's savings go to the beneficiaries.
 *
 *     succession-open    from now on the member orders nothing; money still
 *                        comes in, and locks may end before their date
 *     succession-pay     debit share    credit a party's share, or drawer or
 *                                       nostro as of a withdrawal
 *     succession-end     it was opened by mistake
 *
 * What there is is paid in rounds, in each currency by itself:
 *
 *     NONE --the first payment fixes the amount, and so all parts--> OPEN
 *     OPEN --a part is paid--> OPEN
 *     OPEN --the last part is paid--> NONE
 *
 * So the parts paid in a round sum to its amount, however long it takes;
 * what comes in meanwhile, a dividend, is for the next round.
 */

/* ---- opening and ending ---- */

static bool find_member(
    struct context *c, const struct ident *name, struct party *out)
{
    if (!context_party(c, name, "member", out))
        return false;
    context_need_party(c, out, "member");
    if (out->number == c->key.owner)
        context_refuse(c, STATUS_OWN_ACCOUNT, "member");
    if (out->kind != PARTY_MEMBER)
        context_refuse(c, STATUS_WRONG_PARTY, "member");
    if (out->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "member");
    return true;
}

static void keep_member(
    struct context *c, struct party *member, bool in_succession)
{
    member->in_succession = in_succession;
    record_put_party(c->state, member);
    context_touch(c, &c->ledger->books[member->book]);
}

void succession_open(struct context *c, const struct operation *op)
{
    struct beneficiaries beneficiaries;
    struct party member;

    if (!find_member(c, &op->as.succession_open.member, &member))
        return;
    if (member.in_succession)
        context_refuse(c, STATUS_IN_SUCCESSION, "member");
    if (!member_find_beneficiaries(c->state, member.number, &beneficiaries))
        context_refuse(c, STATUS_UNKNOWN_BENEFICIARY, "member");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    keep_member(c, &member, true);
}

static bool has_round(struct context *c, const struct party *member)
{
    struct round round;

    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        if (member_find_round(
                c->state, member->number, (enum currency)i, &round))
            return true;
    return false;
}

void succession_end(struct context *c, const struct operation *op)
{
    struct party member;

    if (!find_member(c, &op->as.succession_end.member, &member))
        return;
    if (!member.in_succession)
        context_refuse(c, STATUS_NO_SUCCESSION, "member");
    if (has_round(c, &member))
        context_refuse(c, STATUS_IN_SUCCESSION, "member");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    keep_member(c, &member, false);
}

/* ---- paying ---- */

struct payment {
    struct party member;
    struct round round;
    size_t count; /* of parts */
    size_t place; /* of the one that is paid */
    int64_t parts[PARTS_MAX];
};

/* The round that is open, or a new one over what is available now. */
static void find_round(
    struct context *c, enum currency currency, struct payment *payment)
{
    const struct party *member = &payment->member;
    struct account_id id = account_id_of(
        member->book, currency, ROLE_SHARE, member->number);
    struct account share;

    if (member_find_round(
            c->state, member->number, currency, &payment->round))
        return;
    (void)account_load(c->state, &id, &share);
    payment->round = (struct round){
        .entry = c->index,
        .amount = account_available(&share, ROLE_SHARE),
    };
}

/* Share the round out; false if that label is not to be paid. */
static bool find_part(struct context *c, const struct ident *label,
    struct bytes parts, struct payment *payment)
{
    struct part part;

    if (payment->round.amount <= 0) {
        context_refuse(c, STATUS_INSUFFICIENT, "currency");
        return false;
    }
    if (!parts_allocate(payment->round.amount, parts, payment->parts)) {
        (void)context_fail(c->ledger, "beneficiaries cannot be shared by");
        return false;
    }
    payment->place = PARTS_MAX;
    for (payment->count = 0; parts_next(&parts, &part); payment->count++) {
        if (ident_equal(&part.name, label))
            payment->place = payment->count;
        if (payment->parts[payment->count] == 0)
            payment->round.paid |= 1U << payment->count;
    }
    if (payment->place == PARTS_MAX)
        context_refuse(c, STATUS_UNKNOWN_BENEFICIARY, "label");
    else if (payment->round.paid >> payment->place & 1U)
        context_refuse(c, STATUS_ALREADY_PAID, "label");
    return payment->place < PARTS_MAX;
}

static bool find_payment(struct context *c,
    const struct succession_pay_fields *f, struct payment *payment)
{
    struct beneficiaries beneficiaries;

    if (!(c->ledger->founding.currencies >> f->currency & 1U))
        context_refuse(c, STATUS_UNKNOWN_CURRENCY, "currency");
    if (!find_member(c, &f->member, &payment->member))
        return false;
    if (!payment->member.in_succession) {
        context_refuse(c, STATUS_NO_SUCCESSION, "member");
        return false;
    }
    if (!member_find_beneficiaries(
            c->state, payment->member.number, &beneficiaries)) {
        (void)context_fail(c->ledger, "a succession has no beneficiaries");
        return false;
    }
    find_round(c, f->currency, payment);
    return find_part(c, &f->label, beneficiaries.parts, payment);
}

/* Exactly one of the two places where a part can go. */
static void plan(struct context *c, const struct operation *op,
    const struct payment *payment)
{
    const struct succession_pay_fields *f = &op->as.succession_pay;
    struct amount part = { payment->parts[payment->place], f->currency };
    bool has_to = OPERATION_HAS(op, succession_pay, to);
    bool has_via = OPERATION_HAS(op, succession_pay, via);

    posting_add_party(c, &payment->member, ROLE_SHARE, part, "member");
    if (!has_to && !has_via)
        context_refuse(c, STATUS_MISSING_FIELD, "to");
    if (has_to && has_via)
        context_refuse(c, STATUS_BAD_VALUE, "via");
    if (has_to)
        (void)posting_add(
            c, &f->to, ROLE_SHARE, posting_credit(part), "to");
    else if (has_via)
        share_add_via(c, &f->via, posting_credit(part));
}

static void keep_round(struct context *c, enum currency currency,
    struct payment *payment)
{
    uint32_t party = payment->member.number;

    payment->round.paid |= 1U << payment->place;
    if (payment->round.paid == (1U << payment->count) - 1)
        member_remove_round(c->state, party, currency);
    else
        member_put_round(c->state, party, currency, &payment->round);
}

void succession_pay(struct context *c, const struct operation *op)
{
    const struct succession_pay_fields *f = &op->as.succession_pay;
    struct payment payment = { .count = 0 };

    if (!find_payment(c, f, &payment))
        return;
    plan(c, op, &payment);
    cash_check(c, op->verb);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    keep_round(c, f->currency, &payment);
    cash_commit(c, op->verb);
    posting_commit(c, op->verb);
}
