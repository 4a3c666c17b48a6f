#include "operations.h"

#include "dormancy.h"
#include "member.h"
#include "posting.h"

/*
 * Unclaimed property: what nobody moved for so long that law has it kept,
 * and in the end paid to the state's treasury, for the owner.
 *
 *     unclaimed-take      debit share              credit house's unclaimed
 *     unclaimed-return    debit house's unclaimed  credit share
 *     unclaimed-remit     debit house's unclaimed  credit via's nostro
 *
 * Each moves all there is.  What was taken is remembered as a claim of the
 * party's, one a currency, which the other two end.
 */

/* What the line is about.  False if the party is unknown, or the house,
 * after a failure. */
struct subject {
    struct party party;
    struct party house;
    enum currency currency;
};

static bool find_subject(struct context *c, const struct ident *name,
    enum currency currency, struct subject *out)
{
    out->currency = currency;
    if (!(c->ledger->founding.currencies >> currency & 1U))
        context_refuse(c, STATUS_UNKNOWN_CURRENCY, "currency");
    if (!context_party(c, name, "member", &out->party))
        return false;
    if (record_find_party_number(c->state,
            c->ledger->books[out->party.book].house, &out->house))
        return true;
    (void)context_fail(c->ledger, "a book has no house");
    return false;
}

/* debit: above zero takes from the party's share. */
static void plan_share(
    struct context *c, const struct subject *subject, int64_t debit)
{
    posting_add_party(c, &subject->party, ROLE_SHARE,
        (struct amount){ debit, subject->currency }, "member");
}

static void plan_house(
    struct context *c, const struct subject *subject, int64_t debit)
{
    posting_add_party(c, &subject->house, ROLE_UNCLAIMED,
        (struct amount){ debit, subject->currency }, "member");
}

/* ---- taking ---- */

/* All that is available of a share whose time has come; 0 if there is no
 * such thing. */
static int64_t due(struct context *c, const struct subject *subject)
{
    const struct party *party = &subject->party;
    struct account_id id = account_id_of(
        party->book, subject->currency, ROLE_SHARE, party->number);
    struct account share;

    if (!account_load(c->state, &id, &share) || share.postings == 0 ||
        dormancy_of(c->ledger, party->book, &share) != DORMANCY_UNCLAIMED)
        return 0;
    return account_available(&share, ROLE_SHARE);
}

void unclaimed_take(struct context *c, const struct operation *op)
{
    const struct unclaimed_take_fields *f = &op->as.unclaimed_take;
    struct subject subject;
    struct claim claim = { 0, c->index };
    int64_t minor;

    if (!find_subject(c, &f->member, f->currency, &subject))
        return;
    if (subject.party.in_succession)
        context_refuse(c, STATUS_IN_SUCCESSION, "member");
    minor = due(c, &subject);
    if (minor <= 0)
        context_refuse(c, STATUS_NOT_UNCLAIMED, "member");
    plan_share(c, &subject, minor);
    plan_house(c, &subject, -minor);
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    if (!member_find_claim(
            c->state, subject.party.number, subject.currency, &claim))
        claim = (struct claim){ 0, c->index };
    claim.minor += minor; /* part of the house's account, which fits */
    member_put_claim(
        c->state, subject.party.number, subject.currency, &claim);
    posting_commit(c, op->verb);
}

/* ---- giving back, paying out ---- */

/* The claim, 0 if there is none, which is refused. */
static int64_t claimed(struct context *c, const struct subject *subject)
{
    struct claim claim;

    if (member_find_claim(
            c->state, subject->party.number, subject->currency, &claim))
        return claim.minor;
    context_refuse(c, STATUS_NOTHING_UNCLAIMED, "member");
    return 0;
}

/* The claim ends with the plan that pays it. */
static void end_claim(struct context *c, const struct subject *subject,
    enum verb verb)
{
    posting_check(c);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    member_remove_claim(c->state, subject->party.number, subject->currency);
    posting_commit(c, verb);
}

void unclaimed_return(struct context *c, const struct operation *op)
{
    const struct unclaimed_return_fields *f = &op->as.unclaimed_return;
    struct subject subject;
    int64_t minor;

    if (!find_subject(c, &f->member, f->currency, &subject))
        return;
    minor = claimed(c, &subject);
    plan_house(c, &subject, minor);
    plan_share(c, &subject, -minor);
    end_claim(c, &subject, op->verb);
}

void unclaimed_remit(struct context *c, const struct operation *op)
{
    const struct unclaimed_remit_fields *f = &op->as.unclaimed_remit;
    struct subject subject;
    int64_t minor;

    if (!find_subject(c, &f->member, f->currency, &subject))
        return;
    minor = claimed(c, &subject);
    plan_house(c, &subject, minor);
    (void)posting_add(c, &f->via, ROLE_NOSTRO,
        (struct amount){ -minor, subject.currency }, "via");
    end_claim(c, &subject, op->verb);
}
