#include "report_inside.h"

#include "cash.h"
#include "drawer.h"
#include "permission.h"

/* ---- a drawer ---- */

/* The name of the key of that number; few keys, seldom asked. */
static struct ident key_name(struct ledger *ledger, uint32_t number)
{
    struct state_scan *scan =
        state_scan_open(ledger->state, TABLE_KEY, bytes_of("", 0));
    struct signing_key key;
    struct ident found = { 0 };
    struct bytes name;
    struct bytes value;

    while (found.length == 0 && scan != NULL &&
        state_scan_next(scan, &name, &value))
        if (record_parse_key(name, value, &key) && key.number == number)
            found = key.name;
    if (scan != NULL)
        state_scan_close(scan);
    return found;
}

int report_drawer(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct drawer_report *out,
    void (*each)(void *context, struct amount), void *context,
    enum status *status)
{
    struct signing_key key;
    struct drawer drawer;
    struct account account;
    struct party party;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (!record_find_party(ledger->state, name, &party))
        *status = STATUS_UNKNOWN_PARTY;
    else if (!permission_reaches(ledger->state, &key.scope, &party))
        *status = STATUS_OUT_OF_SCOPE;
    else if (party.kind != PARTY_DRAWER)
        *status = STATUS_WRONG_PARTY;
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    *out = (struct drawer_report){ .open =
            drawer_find(ledger->state, party.number, &drawer) };
    if (out->open) {
        out->key = key_name(ledger, drawer.key);
        out->opened = drawer.opened;
        out->counted = drawer.counted;
    }
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        struct account_id id = account_id_of(
            party.book, (enum currency)i, ROLE_DRAWER, party.number);

        if (account_load(ledger->state, &id, &account))
            each(context,
                (struct amount){ account_balance(&account, ROLE_DRAWER),
                    (enum currency)i });
    }
    return report_end(ledger);
}

/* ---- reported cash ---- */

int report_cash(struct ledger *ledger, const struct ident *who,
    const struct ident *book_name, struct date date,
    void (*each)(void *context, const struct cash_row *), void *context,
    enum status *status)
{
    const struct book *book = context_find_book(ledger, book_name);
    struct signing_key key;
    struct cash_total total;
    struct party party;
    struct state_scan *scan;
    uint8_t prefix[CASH_DAY_LENGTH];
    struct bytes scan_key;
    struct bytes value;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (!permission_reaches_book(&key.scope, book->number))
        *status = STATUS_OUT_OF_SCOPE;
    if (*status != STATUS_ACCEPTED || book == NULL)
        return report_end(ledger);
    cash_day_key(prefix, book->number, date);
    scan = state_scan_open(
        ledger->state, TABLE_CASH, bytes_of(prefix, sizeof prefix));
    while (scan != NULL && state_scan_next(scan, &scan_key, &value))
        if (cash_parse(scan_key, value, &total) && total.reported != 0 &&
            record_find_party_number(ledger->state, total.party, &party))
            each(context,
                &(struct cash_row){ party.name, total.in,
                    { total.minor, total.currency }, total.reported });
    if (scan != NULL)
        state_scan_close(scan);
    return report_end(ledger);
}
