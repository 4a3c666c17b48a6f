#include "report_inside.h"

#include "permission.h"

bool report_asker(struct ledger *ledger, const struct ident *who,
    struct signing_key *key, enum status *status)
{
    if (!record_find_key(ledger->state, who, key)) {
        *status = STATUS_UNKNOWN_KEY;
        return false;
    }
    if (key->revoked) {
        *status = STATUS_KEY_REVOKED;
        return false;
    }
    *status = STATUS_ACCEPTED;
    return true;
}

int report_may_ask(struct ledger *ledger, const struct ident *who,
    enum verb verb, enum status *status)
{
    struct signing_key key;

    if (report_asker(ledger, who, &key, status) &&
        !(permission_kinds(ledger, verb, NULL) >> key.kind & 1U))
        *status = STATUS_WRONG_KIND;
    return report_end(ledger);
}

static bool refuse(enum status *status, enum status why)
{
    *status = why;
    return false;
}

bool report_subject(struct ledger *ledger, const struct ident *who,
    const struct account_name *name, struct report_subject *out,
    enum status *status)
{
    struct signing_key key;
    bool party_found;

    if (!report_asker(ledger, who, &key, status))
        return false;
    out->book = context_find_book(ledger, &name->book);
    party_found = record_find_party(ledger->state, &name->party, &out->party);
    if (party_found &&
        !permission_reaches(ledger->state, &key.scope, &out->party))
        return refuse(status, STATUS_OUT_OF_SCOPE);
    if (out->book == NULL)
        return refuse(status, STATUS_UNKNOWN_BOOK);
    if (!party_found)
        return refuse(status, STATUS_UNKNOWN_PARTY);
    out->id = account_id_of(out->book->number, name->currency, name->role,
        out->party.number);
    if (!account_load(ledger->state, &out->id, &out->account))
        return refuse(status, STATUS_UNKNOWN_ACCOUNT);
    return true;
}

int report_end(struct ledger *ledger)
{
    if (ledger_failed(ledger))
        return -1;
    if (state_failed(ledger->state))
        return context_fail(
            ledger, "%s", state_failure(ledger->state)->text);
    return 0;
}
