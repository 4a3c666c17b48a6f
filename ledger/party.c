#include "operations.h"

#include "drawer.h"
#include "member.h"
#include "loan.h"
#include "permission.h"
#include "posting.h"
#include "project_record.h"

/* ---- opening ---- */

/* What kind of party must stand above one of this kind; false: none may. */
static bool parent_kind(enum party_kind kind, enum party_kind *above)
{
    if (kind == PARTY_CLUB)
        *above = PARTY_FEDERATION;
    else if (kind == PARTY_MEMBER)
        *above = PARTY_CLUB;
    else if (kind == PARTY_DRAWER)
        *above = PARTY_OFFICE;
    else
        return false;
    return true;
}

/* Opened, and closed, by an operation of its own: with its book, or by
 * project-register, pledge and project-close. */
static bool has_own_operation(enum party_kind kind)
{
    return kind == PARTY_HOUSE || kind == PARTY_PROJECT ||
        kind == PARTY_SOURCE;
}

static void check_parent(struct context *c,
    const struct party_open_fields *f, const struct book *book,
    const struct party *parent)
{
    enum party_kind above;

    if (!parent_kind(f->kind, &above) || parent->kind != above)
        context_refuse(c, STATUS_WRONG_PARTY, "parent");
    if (parent->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "parent");
    if (book != NULL && parent->book != book->number)
        context_refuse(c, STATUS_OTHER_BOOK, "parent");
    context_need_party(c, parent, "parent");
}

void party_check_name(
    struct context *c, const struct ident *name, const char *field)
{
    struct party other;

    if (record_find_party(c->state, name, &other) ||
        bytes_equal_text(ident_bytes(name), "all"))
        context_refuse(c, STATUS_NAME_TAKEN, field);
}

static void open_below(struct context *c, struct party *parent)
{
    parent->open_children++;
    record_put_party(c->state, parent);
}

void party_open(struct context *c, const struct operation *op)
{
    const struct party_open_fields *f = &op->as.party_open;
    const struct book *book = context_book(c, &f->book, "book");
    struct party parent = { 0 };
    struct party party;
    enum party_kind above;

    if (has_own_operation(f->kind))
        context_refuse(c, STATUS_WRONG_PARTY, "kind");
    if (OPERATION_HAS(op, party_open, parent)) {
        if (context_party(c, &f->parent, "parent", &parent))
            check_parent(c, f, book, &parent);
    } else {
        if (parent_kind(f->kind, &above))
            context_refuse(c, STATUS_MISSING_FIELD, "parent");
        if (book != NULL)
            context_need_book(c, book, "book");
    }
    party_check_name(c, &f->party, "party");
    if (context_refused(c) || book == NULL)
        return;

    /* Accepted: nothing below can be refused. */
    party = (struct party){
        .number = ++c->ledger->counters.parties,
        .name = f->party,
        .kind = f->kind,
        .book = book->number,
        .parent = parent.number,
        .country = f->country,
        .opened = c->index,
        .has_identity = OPERATION_HAS(op, party_open, identity),
        .identity = f->identity,
    };
    meta_put_counters(c->state, &c->ledger->counters);
    record_add_party(c->state, &party);
    if (parent.number != 0)
        open_below(c, &parent);
    context_touch(c, book);
}

/* ---- freezing ---- */

/* The party an order is about, with the checks common to all of them. */
static bool find_subject(
    struct context *c, const struct ident *name, struct party *out)
{
    if (!context_party(c, name, "party", out))
        return false;
    context_need_party(c, out, "party");
    if (out->closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "party");
    return true;
}

static void keep_subject(struct context *c, const struct party *party)
{
    record_put_party(c->state, party);
    context_touch(c, &c->ledger->books[party->book]);
}

void party_freeze(struct context *c, const struct operation *op)
{
    const struct party_freeze_fields *f = &op->as.party_freeze;
    struct party party;

    if (!find_subject(c, &f->party, &party) || context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    if (f->block != BLOCK_IN)
        party.frozen_out = true;
    if (f->block != BLOCK_OUT)
        party.frozen_in = true;
    keep_subject(c, &party);
}

void party_unfreeze(struct context *c, const struct operation *op)
{
    struct party party;

    if (!find_subject(c, &op->as.party_unfreeze.party, &party))
        return;
    if (!party.frozen_out && !party.frozen_in)
        context_refuse(c, STATUS_NOT_FROZEN, "party");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    party.frozen_out = false;
    party.frozen_in = false;
    keep_subject(c, &party);
}

/* ---- closing ---- */

/* No balance and nothing held in any role of its kind, no stake above,
 * nothing of it that is kept as unclaimed or still to be paid. */
bool party_is_empty(struct context *c, const struct party *party)
{
    struct account account;
    struct claim claim;
    struct round round;

    for (unsigned currency = 0; currency < CURRENCY_COUNT; currency++) {
        if (!(c->ledger->founding.currencies >> currency & 1U))
            continue;
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            struct account_id id = account_id_of(party->book,
                (enum currency)currency, (enum role)role, party->number);

            if (account_load(c->state, &id, &account) &&
                !account_is_zero(&account))
                return false;
        }
        if (party->parent != 0 &&
            record_stake(c->state, party->parent, party->number,
                (enum currency)currency) != 0)
            return false;
        if (member_find_claim(c->state, party->number,
                (enum currency)currency, &claim) ||
            member_find_round(c->state, party->number,
                (enum currency)currency, &round))
            return false;
    }
    return true;
}

void party_close(struct context *c, const struct operation *op)
{
    struct party party;
    struct party parent;
    struct drawer drawer;

    if (!find_subject(c, &op->as.party_close.party, &party))
        return;
    if (has_own_operation(party.kind))
        context_refuse(c, STATUS_WRONG_PARTY, "party");
    if (party.frozen_out || party.frozen_in)
        context_refuse(c, STATUS_PARTY_FROZEN, "party");
    if (drawer_find(c->state, party.number, &drawer))
        context_refuse(c, STATUS_DRAWER_IS_OPEN, "party");
    if (party.open_children > 0 || party.keys > 0 ||
        !party_is_empty(c, &party) ||
        project_record_gives(c->state, party.number) ||
        loan_needs_party(c->state, party.number))
        context_refuse(c, STATUS_NOT_EMPTY, "party");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    party.closed = true;
    keep_subject(c, &party);
    if (party.parent != 0 &&
        record_find_party_number(c->state, party.parent, &parent)) {
        parent.open_children--;
        record_put_party(c->state, &parent);
    }
}
