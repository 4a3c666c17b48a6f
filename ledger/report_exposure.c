#include "report_loan.h"

#include "permission.h"
#include "report_inside.h"
#include "wide.h"

#include <posito/category.h>

#include <string.h>

struct listing {
    struct ledger *ledger;
    struct exposure_report *report;
    void (*each)(void *context, const struct exposure_row *);
    void *context;
};

static uint32_t percent_of(int64_t part, int64_t whole)
{
    return whole <= 0
        ? 0
        : (uint32_t)wide_divide((wide)part * 10000, whole, ROUND_HALF_AWAY);
}

static struct ident name_of(
    struct ledger *ledger, enum concentration kind, uint32_t who)
{
    struct ident name = { .length = 0 };

    if (kind != CONCENTRATION_SECTOR)
        return report_name(ledger, who);
    if (who < CATEGORY_COUNT)
        (void)!ident_parse(
            bytes_text(category_row((enum category)who)->name), &name);
    return name;
}

static void show(struct listing *listing, enum concentration kind,
    uint32_t who, enum currency currency, int64_t amount)
{
    int64_t balance = listing->report->balance[currency];
    struct exposure_row row = {
        .kind = kind,
        .name = name_of(listing->ledger, kind, who),
        .currency = currency,
        .amount = amount,
        .has_limit = listing->report->has_limit,
        .percent = percent_of(amount, balance),
    };

    if (row.has_limit &&
        !minor_times_rate(balance, listing->report->most[kind], ROUND_DOWN,
            &row.most))
        row.has_limit = false;
    listing->each(listing->context, &row);
}

static void walk(struct listing *listing, uint32_t pool)
{
    uint8_t memory[4];
    struct buffer prefix = buffer_over(memory, sizeof memory);
    struct state_scan *scan;
    struct bytes key;
    struct bytes value;

    buffer_be32(&prefix, pool);
    scan = state_scan_open(
        listing->ledger->state, TABLE_EXPOSURE, buffer_bytes(&prefix));
    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        struct cursor in = cursor_open(bytes_after(key, sizeof memory));
        uint8_t kind = cursor_u8(&in);
        uint32_t who = cursor_be32(&in);
        uint8_t currency = cursor_u8(&in);
        struct cursor amount = cursor_open(value);
        int64_t minor = cursor_i64(&amount);

        if (!cursor_done(&in) || !cursor_done(&amount) ||
            kind >= CONCENTRATION_KINDS || currency >= CURRENCY_COUNT) {
            (void)context_fail(
                listing->ledger, "an exposure cannot be read");
            break;
        }
        if (kind == CONCENTRATION_BORROWER)
            listing->report->lent[currency] += minor;
        show(listing, (enum concentration)kind, who,
            (enum currency)currency, minor);
    }
    if (scan != NULL)
        state_scan_close(scan);
}

static void read_pool(struct ledger *ledger, const struct party *party,
    struct exposure_report *out)
{
    struct concentration_limit limit;

    for (int i = 0; i < CURRENCY_COUNT; i++) {
        struct account_id id = account_id_of(
            party->book, (enum currency)i, ROLE_POOL, party->number);
        struct account account;

        if (account_load(ledger->state, &id, &account))
            out->balance[i] = account_balance(&account, ROLE_POOL);
    }
    out->has_limit =
        concentration_find(ledger->state, party->number, &limit);
    if (out->has_limit)
        memcpy(out->most, limit.most, sizeof out->most);
}

int report_exposure(struct ledger *ledger, const struct ident *who,
    const struct ident *name, struct exposure_report *out,
    void (*each)(void *context, const struct exposure_row *), void *context,
    enum status *status)
{
    struct listing listing = { ledger, out, each, context };
    struct signing_key key;
    struct party party;

    memset(out, 0, sizeof *out);
    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (!record_find_party(ledger->state, name, &party))
        *status = STATUS_UNKNOWN_PARTY;
    else if (!permission_reaches(ledger->state, &key.scope, &party))
        *status = STATUS_OUT_OF_SCOPE;
    else if (!(OWNERS_POOL >> party.kind & 1U))
        *status = STATUS_WRONG_PARTY;
    if (*status != STATUS_ACCEPTED)
        return report_end(ledger);
    read_pool(ledger, &party, out);
    walk(&listing, party.number);
    return report_end(ledger);
}
