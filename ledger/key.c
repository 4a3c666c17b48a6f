#include "operations.h"

#include "permission.h"

#include <string.h>

static void count_keys(
    struct context *c, const struct party *owner, bool one_more)
{
    struct party party = *owner;

    if (one_more)
        party.keys++;
    else
        party.keys--;
    record_put_party(c->state, &party);
}

static void count_change(struct context *c)
{
    c->ledger->counters.keys_version++;
    meta_put_counters(c->state, &c->ledger->counters);
}

/* ---- adding ---- */

static bool check_scope(
    struct context *c, const struct ident *name, struct scope *scope)
{
    struct party party;

    if (!permission_find_scope(c->ledger, name, scope)) {
        context_refuse(c, STATUS_UNKNOWN_PARTY, "scope");
        return false;
    }
    if (!c->founding &&
        !permission_reaches_scope(c->state, &c->key.scope, scope))
        context_refuse(c, STATUS_OUT_OF_SCOPE, "scope");
    if (scope->kind == SCOPE_PARTY &&
        record_find_party_number(c->state, scope->number, &party) &&
        party.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "scope");
    return true;
}

static bool check_owner(
    struct context *c, const struct ident *name, struct party *owner)
{
    if (!context_party(c, name, "owner", owner))
        return false;
    context_need_party(c, owner, "owner");
    if (owner->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "owner");
    return true;
}

void key_add(struct context *c, const struct operation *op)
{
    const struct key_add_fields *f = &op->as.key_add;
    struct signing_key key;
    struct party owner = { 0 };
    struct scope scope = { SCOPE_ALL, 0 };
    bool found = check_owner(c, &f->owner, &owner);

    found &= check_scope(c, &f->scope, &scope);
    if (record_find_key(c->state, &f->key, &key))
        context_refuse(c, STATUS_NAME_TAKEN, "key");
    if (!found || context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    key = (struct signing_key){
        .number = ++c->ledger->counters.keys,
        .name = f->key,
        .owner = owner.number,
        .kind = f->kind,
        .country = f->country,
        .scope = scope,
        .public_key = f->public_key,
        .added = c->index,
    };
    if (OPERATION_HAS(op, key_add, limit))
        key.limit = f->limit;
    if (OPERATION_HAS(op, key_add, daily))
        key.daily = f->daily;
    record_put_key(c->state, &key);
    count_keys(c, &owner, true);
    count_change(c);
}

/* ---- revoking ---- */

bool key_somebody_governs(struct context *c, uint32_t without)
{
    struct state_scan *scan =
        state_scan_open(c->state, TABLE_KEY, bytes_of("", 0));
    struct bytes name;
    struct bytes value;
    bool found = false;

    while (!found && scan != NULL && state_scan_next(scan, &name, &value)) {
        struct signing_key key;

        found = record_parse_key(name, value, &key) && !key.revoked &&
            key.number != without && (KINDS_GOVERN >> key.kind & 1U) &&
            key.scope.kind != SCOPE_PARTY;
    }
    if (scan != NULL)
        state_scan_close(scan);
    return found;
}

/* Without that key, could the others still do what mends all else? */
static bool could_govern(struct context *c, uint32_t without)
{
    enum verb lacking;

    return key_somebody_governs(c, without) &&
        permission_can_govern(c->ledger, without, &lacking);
}

/* The key an order is about; refuses one that is gone. */
static bool find_subject(
    struct context *c, const struct ident *name, struct signing_key *key)
{
    if (!record_find_key(c->state, name, key)) {
        context_refuse(c, STATUS_UNKNOWN_KEY, "key");
        return false;
    }
    if (key->revoked)
        context_refuse(c, STATUS_KEY_REVOKED, "key");
    return true;
}

void key_revoke(struct context *c, const struct operation *op)
{
    struct signing_key key;
    struct party owner;

    if (!find_subject(c, &op->as.key_revoke.key, &key))
        return;
    if (!permission_reaches_scope(c->state, &c->key.scope, &key.scope))
        context_refuse(c, STATUS_OUT_OF_SCOPE, "key");
    if (!could_govern(c, key.number))
        context_refuse(c, STATUS_LAST_KEY, "key");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    key.revoked = true;
    key.revoked_at = c->index;
    record_put_key(c->state, &key);
    if (record_find_party_number(c->state, key.owner, &owner))
        count_keys(c, &owner, false);
    count_change(c);
}

/* ---- rotating ---- */

void key_rotate(struct context *c, const struct operation *op)
{
    const struct key_rotate_fields *f = &op->as.key_rotate;
    struct signing_key key;

    if (!find_subject(c, &f->key, &key))
        return;
    if (key.number != c->key.number) {
        if (!(KINDS_GOVERN >> c->key.kind & 1U))
            context_refuse(c, STATUS_WRONG_KIND, "key");
        if (!permission_reaches_scope(c->state, &c->key.scope, &key.scope))
            context_refuse(c, STATUS_OUT_OF_SCOPE, "key");
    }
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    key.public_key = f->public_key;
    record_put_key(c->state, &key);
    count_change(c);
}
