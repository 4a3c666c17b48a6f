#include "operations.h"

#include "permission.h"

/* Kinds that read, run the daemon or witness: no policy lets them sign. */
#define KINDS_NEVER_SIGN \
    (KIND_BIT(AUDITOR) | KIND_BIT(OPERATOR) | KIND_BIT(WITNESS))

/* Whoever could not add keys any more could not mend anything either. */
static bool is_government(enum verb verb)
{
    return verb == VERB_KEY_ADD || verb == VERB_KEY_REVOKE ||
        verb == VERB_POLICY_SET;
}

static bool verb_takes_policy(enum verb verb)
{
    const struct operation_row *row = operation_row(verb);

    return verb != VERB_GENESIS && !(row->flags & FLAG_PUBLIC) &&
        (row->class == CLASS_OF_SIGNED || row->class == CLASS_OF_QUESTION);
}

/* Has the verb an amount that `over` can be compared with? */
static bool verb_has_amount(enum verb verb)
{
    const struct operation_row *row = operation_row(verb);

    for (size_t i = 0; i < row->field_count; i++)
        if (row->fields[i].type == FIELD_AMOUNT)
            return true;
    return false;
}

/* The shape is there for quorums; with approvals to come, one key signs. */
static void check_quorum(
    struct context *c, const struct operation *op, const struct quorum *quorum)
{
    const struct policy_set_fields *f = &op->as.policy_set;

    if (!verb_takes_policy(quorum->verb))
        context_refuse(c, STATUS_BAD_POLICY, "verb");
    if (quorum->banded && !verb_has_amount(quorum->verb))
        context_refuse(c, STATUS_BAD_POLICY, "over");
    if (f->need != 1)
        context_refuse(c, STATUS_BAD_POLICY, "need");
    if (quorum->kinds == 0 ||
        (operation_row(quorum->verb)->class == CLASS_OF_SIGNED &&
            (quorum->kinds & KINDS_NEVER_SIGN) != 0) ||
        (is_government(quorum->verb) && !(quorum->kinds & KINDS_GOVERN)))
        context_refuse(c, STATUS_BAD_POLICY, "kinds");
    if (OPERATION_HAS(op, policy_set, each) && f->each > 1)
        context_refuse(c, STATUS_BAD_POLICY, "each");
    if (quorum->clubs)
        context_refuse(c, STATUS_BAD_POLICY, "clubs");
}

void policy_set(struct context *c, const struct operation *op)
{
    const struct policy_set_fields *f = &op->as.policy_set;
    struct quorum quorum = {
        .verb = f->verb,
        .banded = OPERATION_HAS(op, policy_set, over),
        .kinds = f->kinds,
        .clubs = OPERATION_HAS(op, policy_set, clubs) && f->clubs,
    };

    check_quorum(c, op, &quorum);
    if (!c->founding && c->key.scope.kind != SCOPE_ALL)
        context_refuse(c, STATUS_OUT_OF_SCOPE, NULL);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    quorum.need = 1;
    if (quorum.banded)
        quorum.over = f->over;
    if (OPERATION_HAS(op, policy_set, each))
        quorum.each = (uint8_t)f->each;
    record_put_quorum(c->state, &quorum);
    if (!context_reload_policy(c->ledger))
        (void)context_fail(c->ledger, "the policy cannot be read");
}
