#include "operations.h"

#include "permission.h"

#define NEED_MAX 9U
#define LAPSE_DAYS 7
#define LAPSE_MAX 90U

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

/* Questions have one asker, and a signature does not wait for another. */
static bool takes_one_key(enum verb verb)
{
    return operation_row(verb)->class == CLASS_OF_QUESTION ||
        verb == VERB_APPROVE || verb == VERB_REJECT ||
        verb == VERB_WITHDRAW_PROPOSAL;
}

static void check_kinds(struct context *c, const struct quorum *quorum)
{
    if (quorum->kinds == 0 ||
        (operation_row(quorum->verb)->class == CLASS_OF_SIGNED &&
            (quorum->kinds & KINDS_NEVER_SIGN) != 0) ||
        (is_government(quorum->verb) && !(quorum->kinds & KINDS_GOVERN)))
        context_refuse(c, STATUS_BAD_POLICY, "kinds");
    if (quorum->clubs && !(quorum->kinds & KIND_BIT(CLUB_TREASURER)))
        context_refuse(c, STATUS_BAD_POLICY, "clubs");
}

/* Numbers that no set of keys could ever fulfil. */
static void check_numbers(struct context *c, const struct operation *op)
{
    const struct policy_set_fields *f = &op->as.policy_set;
    uint64_t each = OPERATION_HAS(op, policy_set, each) ? f->each : 0;
    uint32_t countries = permission_countries(c->ledger);
    uint64_t least = 0;

    for (; countries != 0; countries &= countries - 1)
        least += each <= NEED_MAX ? each : NEED_MAX;
    if (f->need == 0 || f->need > NEED_MAX ||
        (f->need > 1 && takes_one_key(f->verb)))
        context_refuse(c, STATUS_BAD_POLICY, "need");
    if (each > NEED_MAX || least > f->need)
        context_refuse(c, STATUS_BAD_POLICY, "each");
    if (OPERATION_HAS(op, policy_set, lapse) &&
        (f->lapse == 0 || f->lapse > LAPSE_MAX))
        context_refuse(c, STATUS_BAD_POLICY, "lapse");
    if (takes_one_key(f->verb) && OPERATION_HAS(op, policy_set, clubs) &&
        f->clubs)
        context_refuse(c, STATUS_BAD_POLICY, "clubs");
}

static void check_quorum(
    struct context *c, const struct operation *op, const struct quorum *quorum)
{
    if (!verb_takes_policy(quorum->verb))
        context_refuse(c, STATUS_BAD_POLICY, "verb");
    if (quorum->banded && !verb_has_amount(quorum->verb))
        context_refuse(c, STATUS_BAD_POLICY, "over");
    check_numbers(c, op);
    check_kinds(c, quorum);
    /* When the ledger is founded the keys may come after their policy. */
    if (!context_refused(c) && !c->founding && is_government(quorum->verb) &&
        !permission_can_meet(c->ledger, quorum, 0))
        context_refuse(c, STATUS_BAD_POLICY, "need");
}

void policy_set(struct context *c, const struct operation *op)
{
    const struct policy_set_fields *f = &op->as.policy_set;
    struct quorum quorum = {
        .verb = f->verb,
        .banded = OPERATION_HAS(op, policy_set, over),
        .kinds = f->kinds,
        .clubs = OPERATION_HAS(op, policy_set, clubs) && f->clubs,
        .lapse = LAPSE_DAYS,
    };

    /* A need that is no such number is refused before it is used. */
    quorum.need = (uint8_t)(f->need <= NEED_MAX ? f->need : NEED_MAX);
    if (OPERATION_HAS(op, policy_set, each))
        quorum.each = (uint8_t)(f->each <= NEED_MAX ? f->each : NEED_MAX);
    if (OPERATION_HAS(op, policy_set, lapse))
        quorum.lapse = (uint8_t)(f->lapse <= LAPSE_MAX ? f->lapse : LAPSE_MAX);
    if (quorum.banded)
        quorum.over = f->over;
    check_quorum(c, op, &quorum);
    if (!c->founding && c->key.scope.kind != SCOPE_ALL)
        context_refuse(c, STATUS_OUT_OF_SCOPE, NULL);
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    record_put_quorum(c->state, &quorum);
    if (!context_reload_policy(c->ledger))
        (void)context_fail(c->ledger, "the policy cannot be read");
}
