#include "report_inside.h"

#include "certificate.h"
#include "cycle.h"
#include "permission.h"
#include "yield.h"

#include <stdlib.h>

struct listing {
    struct ledger *ledger;
    struct date until;
    report_term_row *each;
    void *context;
    uint64_t rows;
    enum status *status;
};

/* ---- one row ---- */

/*
 * The day it was paid out: that of the term-close; or, since a day-close
 * pays what is due on the day that it opens, of the entry after it.
 * Between a term-close and the entry after it no day begins.
 */
static struct date day_paid(
    struct ledger *ledger, const struct certificate *certificate)
{
    const struct book *book =
        &ledger->books[account_id_book(&certificate->share)];

    return report_day_at(
        ledger, book, certificate->closed + 1, certificate->due);
}

/* Of an open one: as if it were paid on its date, by what is known now of
 * the tax of that date. */
static struct date settle(
    struct ledger *ledger, struct certificate *certificate)
{
    struct rate tax;

    if (certificate->closed != 0)
        return day_paid(ledger, certificate);
    tax = cycle_tax_on(ledger->state, account_id_book(&certificate->share),
        certificate->due);
    certificate_settle(certificate, certificate->due, tax, 0);
    return certificate->due;
}

static void add_annual(struct term_row *row, const struct certificate *one,
    struct date last)
{
    int32_t days = last.days < one->due.days
        ? last.days - one->opened.days
        : one->due.days - one->opened.days;
    int64_t balance_days;

    row->has_annual = minor_times_ratio(one->principal, days, 1, ROUND_DOWN,
                          &balance_days) &&
        yield_annual(one->interest, balance_days, days, &row->annual);
}

static void show(struct listing *listing, struct certificate *certificate)
{
    struct ledger *ledger = listing->ledger;
    struct account_id id = certificate_account(certificate);
    struct term_row row;
    struct party party;
    struct date last;

    if (certificate->due.days > listing->until.days)
        return;
    if (listing->rows == REPORT_TERMS_MAX) {
        *listing->status = STATUS_BAD_RANGE;
        return;
    }
    if (!record_find_party_number(
            ledger->state, account_id_party(&id), &party)) {
        (void)context_fail(ledger, "a term share has no party");
        return;
    }
    last = settle(ledger, certificate);
    row = (struct term_row){
        .index = certificate->index,
        .account = { ledger->books[party.book].name, party.name,
            ROLE_SHARE_TERM, account_id_currency(&id) },
        .amount = certificate->principal,
        .opened = certificate->opened,
        .due = certificate->due,
        .rate = certificate->rate,
        .early = certificate->early,
        .open = certificate->closed == 0,
        .accrued = certificate->accrued,
        .interest = certificate->interest,
        .tax = certificate->tax,
    };
    add_annual(&row, certificate, last);
    listing->rows++;
    listing->each(listing->context, &row);
}

/* ---- of a book ---- */

static void show_due(struct listing *listing, uint8_t book)
{
    struct state *state = listing->ledger->state;
    struct state_scan *scan = certificate_scan_due(state, book);
    struct certificate certificate;

    while (*listing->status == STATUS_ACCEPTED &&
        certificate_next_due(state, scan, listing->until, &certificate))
        show(listing, &certificate);
    if (scan != NULL)
        state_scan_close(scan);
}

/* ---- of a party ---- */

/*
 * Each term share of a party was opened by a posting to its share.term, so
 * the history of that account leads to all of them; other postings lead to
 * none.  One walk for each currency, in step: oldest first.
 */
struct walk {
    struct account_id id;
    uint64_t postings;
    uint64_t place;
    struct history_block block;
    struct certificate next;
    bool has_next;
};

static void advance(struct state *state, struct walk *walk)
{
    walk->has_next = false;
    while (!walk->has_next && walk->place < walk->postings) {
        size_t at = walk->place % HISTORY_BLOCK;

        if ((at == 0 || walk->place == 0) &&
            !history_load(state, &walk->id,
                (uint32_t)(walk->place / HISTORY_BLOCK), &walk->block))
            return;
        walk->place++;
        walk->has_next = at < walk->block.count &&
            certificate_find(
                state, walk->block.list[at].entry, &walk->next);
    }
}

static void begin(struct state *state, struct walk *walk,
    const struct party *party, enum currency currency)
{
    struct account account;

    *walk = (struct walk){ .id = account_id_of(
                               party->book, currency, ROLE_SHARE_TERM,
                               party->number) };
    if (account_load(state, &walk->id, &account))
        walk->postings = account.postings;
    advance(state, walk);
}

static void show_party(struct listing *listing, const struct party *party)
{
    struct state *state = listing->ledger->state;
    struct walk walks[CURRENCY_COUNT];

    for (int i = 0; i < CURRENCY_COUNT; i++)
        begin(state, &walks[i], party, (enum currency)i);
    while (*listing->status == STATUS_ACCEPTED) {
        struct walk *oldest = NULL;

        for (int i = 0; i < CURRENCY_COUNT; i++)
            if (walks[i].has_next &&
                (oldest == NULL ||
                    walks[i].next.index < oldest->next.index))
                oldest = &walks[i];
        if (oldest == NULL)
            return;
        show(listing, &oldest->next);
        advance(state, oldest);
    }
}

/* ---- the question ---- */

static enum status subject(struct ledger *ledger,
    const struct signing_key *key, const struct ident *name,
    struct party *party)
{
    if (!record_find_party(ledger->state, name, party))
        return STATUS_UNKNOWN_PARTY;
    if (party->kind == PARTY_HOUSE)
        return permission_reaches_book(&key->scope, party->book)
            ? STATUS_ACCEPTED
            : STATUS_OUT_OF_SCOPE;
    if (!permission_reaches(ledger->state, &key->scope, party))
        return STATUS_OUT_OF_SCOPE;
    return role_row(ROLE_SHARE_TERM)->owners >> party->kind & 1U
        ? STATUS_ACCEPTED
        : STATUS_WRONG_PARTY;
}

int report_terms(struct ledger *ledger, const struct ident *who,
    const struct ident *name, const struct date *until,
    report_term_row *each, void *context, enum status *status)
{
    struct listing listing = {
        .ledger = ledger,
        .until = { until != NULL ? until->days : INT32_MAX },
        .each = each,
        .context = context,
        .status = status,
    };
    struct signing_key key;
    struct party party;

    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    *status = subject(ledger, &key, name, &party);
    if (*status == STATUS_ACCEPTED && party.kind == PARTY_HOUSE)
        show_due(&listing, party.book);
    else if (*status == STATUS_ACCEPTED)
        show_party(&listing, &party);
    return report_end(ledger);
}
