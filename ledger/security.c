#include "loan.h"
#include "operations.h"
#include "posting.h"

/*
 * What secures a loan before it is approved: guarantees of members and
 * clubs, and shares held as collateral.
 *
 * A guarantee posts and holds nothing: it is somebody's word.  Collateral
 * is held on the share (debits held) from this entry on, with no date to
 * end it: it ends when the loan is declined, paid or charged off, or is
 * given back before the loan is approved.
 */

/* The loan, still only applied for. */
static bool find_loan(
    struct context *c, uint64_t index, struct loan_subject *out)
{
    if (!loan_subject_find(c, index, out))
        return false;
    loan_need_borrower(c, out);
    loan_need_phase(c, &out->loan, LOAN_APPLIED);
    return true;
}

/* What a line says of a security; `field` names the party in it. */
static struct loan_security security_of(struct context *c,
    const struct loan_subject *subject, const struct party *party,
    enum loan_how how)
{
    return (struct loan_security){
        .loan = subject->loan.index,
        .party = party->number,
        .how = how,
        .given = c->index,
    };
}

static void check_new(struct context *c, const struct loan_subject *subject,
    const struct party *party, enum loan_how how, struct amount amount,
    const char *field)
{
    struct loan_securities securities;
    struct loan_security other;

    if (!(OWNERS_SHARE >> party->kind & 1U))
        context_refuse(c, STATUS_WRONG_PARTY, field);
    if (party->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, field);
    if (party->book != subject->loan.book)
        context_refuse(c, STATUS_OTHER_BOOK, field);
    if (amount.currency != subject->loan.terms.currency)
        context_refuse(c, STATUS_OTHER_CURRENCY, "amount");
    if (loan_find_security(
            c->state, subject->loan.index, party->number, how, &other) &&
        other.ended == 0)
        context_refuse(c, STATUS_ALREADY_SECURED, field);
    loan_read_securities(c->state, subject->loan.index, &securities);
    if (securities.count == LOAN_SECURITIES_MAX)
        context_refuse(c, STATUS_TOO_MANY_SECURITIES, "loan");
}

/* The standing security of a party. */
static bool find_standing(struct context *c,
    const struct loan_subject *subject, const struct party *party,
    enum loan_how how, const char *field, struct loan_security *out)
{
    if (loan_find_security(
            c->state, subject->loan.index, party->number, how, out) &&
        out->ended == 0)
        return true;
    context_refuse(c, STATUS_UNKNOWN_SECURITY, field);
    return false;
}

static void keep(struct context *c, struct loan_subject *subject,
    const struct loan_security *security)
{
    context_touch(c, subject->book);
    loan_put_security(c->state, security);
    loan_put(c->state, &subject->loan, c->index);
}

/* ---- guarantees ---- */

static void check_guarantor(
    struct context *c, const struct party *party)
{
    context_need_party(c, party, "guarantor");
    if (party->number == c->key.owner)
        context_refuse(c, STATUS_OWN_ACCOUNT, "guarantor");
}

void security_guarantee(struct context *c, const struct operation *op)
{
    const struct guarantee_fields *f = &op->as.guarantee;
    struct loan_subject subject;
    struct loan_security security;
    struct party party;

    if (!find_loan(c, f->loan, &subject) ||
        !context_party(c, &f->by, "guarantor", &party))
        return;
    check_guarantor(c, &party);
    if (party.number == subject.borrower.number)
        context_refuse(c, STATUS_WRONG_PARTY, "guarantor");
    check_new(c, &subject, &party, LOAN_GUARANTEES, f->amount, "guarantor");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    security = security_of(c, &subject, &party, LOAN_GUARANTEES);
    security.amount = f->amount.minor;
    security.evidence = f->evidence;
    keep(c, &subject, &security);
}

void security_release_guarantee(
    struct context *c, const struct operation *op)
{
    const struct guarantee_release_fields *f = &op->as.guarantee_release;
    struct loan_subject subject;
    struct loan_security security;
    struct party party;

    if (!find_loan(c, f->loan, &subject) ||
        !context_party(c, &f->by, "guarantor", &party) ||
        !find_standing(c, &subject, &party, LOAN_GUARANTEES, "guarantor",
            &security))
        return;
    check_guarantor(c, &party);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    security.ended = c->index;
    keep(c, &subject, &security);
}

/* ---- collateral ---- */

static void plan_hold(struct context *c, const struct loan_subject *subject,
    const struct party *party, int64_t change)
{
    struct amount nothing = { 0, subject->loan.terms.currency };
    struct leg *leg =
        posting_merge(c, party, ROLE_SHARE, nothing, "member");

    if (leg != NULL)
        leg->debits_held += change;
}

void security_collateral(struct context *c, const struct operation *op)
{
    const struct collateral_fields *f = &op->as.collateral;
    struct loan_subject subject;
    struct loan_security security;
    struct party party;

    if (!find_loan(c, f->loan, &subject) ||
        !context_party(c, &f->member, "member", &party))
        return;
    check_new(
        c, &subject, &party, LOAN_PLEDGES_SHARE, f->amount, "member");
    plan_hold(c, &subject, &party, f->amount.minor);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    security = security_of(c, &subject, &party, LOAN_PLEDGES_SHARE);
    security.amount = f->amount.minor;
    security.evidence = f->evidence;
    keep(c, &subject, &security);
    posting_commit(c, op->verb);
}

void security_release_collateral(
    struct context *c, const struct operation *op)
{
    const struct collateral_release_fields *f = &op->as.collateral_release;
    struct loan_subject subject;
    struct loan_security security;
    struct party party;

    if (!find_loan(c, f->loan, &subject) ||
        !context_party(c, &f->member, "member", &party) ||
        !find_standing(c, &subject, &party, LOAN_PLEDGES_SHARE, "member",
            &security))
        return;
    plan_hold(c, &subject, &party, -security.amount);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    security.ended = c->index;
    keep(c, &subject, &security);
    posting_commit(c, op->verb);
}
