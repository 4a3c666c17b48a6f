#include "report_inside.h"

#include "permission.h"

/* Call back for each account that a party of this kind can have and has. */
static void each_account(struct ledger *ledger, const struct party *party,
    void (*each)(void *context, const struct account_report *),
    void *context)
{
    for (int place = 0; place < ROLE_COUNT * CURRENCY_COUNT; place++) {
        struct account_name name = {
            .book = ledger->books[party->book].name,
            .party = party->name,
            .role = (enum role)(place / CURRENCY_COUNT),
            .currency = (enum currency)(place % CURRENCY_COUNT),
        };
        struct account_id id = account_id_of(
            party->book, name.currency, name.role, party->number);
        struct account account;
        struct account_report report;

        if (!(role_row(name.role)->owners >> party->kind & 1U) ||
            !(ledger->founding.currencies >> name.currency & 1U) ||
            !account_load(ledger->state, &id, &account))
            continue;
        report_fill(&report, &name, &account);
        each(context, &report);
    }
}

static void fill_party(struct ledger *ledger, const struct party *party,
    struct party_report *out)
{
    struct party parent;

    *out = (struct party_report){
        .name = party->name,
        .book = ledger->books[party->book].name,
        .kind = party->kind,
        .country = party->country,
        .frozen_out = party->frozen_out,
        .frozen_in = party->frozen_in,
        .closed = party->closed,
        .opened = party->opened,
    };
    if (party->parent != 0 &&
        record_find_party_number(ledger->state, party->parent, &parent))
        out->parent = parent.name;
    report_fill_member(ledger, party, out);
}

int report_party(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct party_report *out,
    void (*each)(void *context, const struct account_report *),
    void *context, enum status *status)
{
    struct signing_key key;
    struct party party;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (!record_find_party(ledger->state, name, &party))
        *status = STATUS_UNKNOWN_PARTY;
    else if (!permission_reaches(ledger->state, &key.scope, &party))
        *status = STATUS_OUT_OF_SCOPE;
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    fill_party(ledger, &party, out);
    each_account(ledger, &party, each, context);
    return report_end(ledger);
}

int report_key(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct key_report *out, enum status *status)
{
    struct signing_key asker;
    struct signing_key key;
    struct party owner = { 0 };

    if (!report_asker(ledger, who, &asker, status))
        return report_end(ledger);
    if (!record_find_key(ledger->state, name, &key) ||
        !record_find_party_number(ledger->state, key.owner, &owner))
        *status = STATUS_UNKNOWN_KEY;
    /* Everybody may see what their own key is for. */
    else if (key.number != asker.number &&
        !permission_reaches(ledger->state, &asker.scope, &owner))
        *status = STATUS_OUT_OF_SCOPE;
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    *out = (struct key_report){
        .name = key.name,
        .owner = owner.name,
        .scope = permission_scope_name(ledger, &key.scope),
        .kind = key.kind,
        .country = key.country,
        .public_key = key.public_key,
        .limit = key.limit,
        .daily = key.daily,
        .added = key.added,
        .revoked = key.revoked,
        .revoked_at = key.revoked_at,
    };
    return report_end(ledger);
}
