#include "operations.h"

#include "member.h"

#include <posito/part.h>

/*
 * Beneficiaries: who gets a member's savings.  The ledger knows labels and
 * parts, and a commitment to the form that says who they are.
 */
void beneficiary_set(struct context *c, const struct operation *op)
{
    const struct beneficiary_set_fields *f = &op->as.beneficiary_set;
    struct beneficiaries beneficiaries;
    struct party member;

    if (!parts_are_whole(f->parts))
        context_refuse(c, STATUS_BAD_PARTS, "parts");
    if (!context_party(c, &f->member, "member", &member))
        return;
    member_need(c, &member, "member");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    beneficiaries = (struct beneficiaries){
        .entry = c->index,
        .designation = f->designation,
        .parts = f->parts,
    };
    member_put_beneficiaries(c->state, member.number, &beneficiaries);
    context_touch(c, &c->ledger->books[member.book]);
}
