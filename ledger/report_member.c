#include "report_inside.h"

#include "member.h"
#include "permission.h"

/* ---- what a member has told, and may claim ---- */

void report_fill_member(
    struct ledger *ledger, const struct party *party, struct party_report *out)
{
    struct beneficiaries beneficiaries;
    struct split split;
    struct claim claim;
    struct round round;

    out->in_succession = party->in_succession;
    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        if (member_find_round(
                ledger->state, party->number, (enum currency)i, &round))
            out->rounds[out->round_count++] = (struct round_report){
                { round.amount, (enum currency)i }, round.entry, round.paid
            };
    if (member_find_beneficiaries(
            ledger->state, party->number, &beneficiaries)) {
        out->beneficiaries = beneficiaries.parts;
        out->designation = beneficiaries.designation;
        out->designated = beneficiaries.entry;
    }
    if (member_find_split(ledger->state, party->number, &split)) {
        out->split = split.parts;
        out->split_set = split.entry;
    }
    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        if (member_find_claim(
                ledger->state, party->number, (enum currency)i, &claim))
            out->claims[out->claim_count++] = (struct claim_report){
                { claim.minor, (enum currency)i }, claim.since
            };
}

/* ---- dormant shares ---- */

/* Call back for each dormant share of a party that has a balance. */
static void each_dormant(struct ledger *ledger, const struct party *party,
    void (*each)(void *context, const struct dormant_row *), void *context,
    uint64_t *rows)
{
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        struct account_id id = account_id_of(
            party->book, (enum currency)i, ROLE_SHARE, party->number);
        struct account share;
        enum dormancy_state state;

        if (!(ledger->founding.currencies >> i & 1U) ||
            !account_load(ledger->state, &id, &share) ||
            share.credits == share.debits)
            continue;
        state = dormancy_of(ledger, party->book, &share);
        if (state == DORMANCY_ACTIVE)
            continue;
        (*rows)++;
        each(context,
            &(struct dormant_row){
                .name = { .book = ledger->books[party->book].name,
                    .party = party->name,
                    .role = ROLE_SHARE,
                    .currency = (enum currency)i },
                .active = share.active,
                .balance = account_balance(&share, ROLE_SHARE),
                .unclaimed = state == DORMANCY_UNCLAIMED,
            });
    }
}

/* The number to begin behind; 0 and *status if there is no such party. */
static uint32_t begin_after(struct ledger *ledger, const struct book *book,
    const struct ident *after, enum status *status)
{
    struct party party;

    if (!record_find_party(ledger->state, after, &party)) {
        *status = STATUS_UNKNOWN_PARTY;
        return 0;
    }
    if (party.book != book->number)
        *status = STATUS_OTHER_BOOK;
    return party.number;
}

/* Look at the book's parties behind `number` until the page is full. */
static void walk(struct ledger *ledger, const struct book *book,
    uint32_t number,
    void (*each)(void *context, const struct dormant_row *), void *context,
    struct ident *next)
{
    uint32_t last = ledger->counters.parties;
    uint64_t parties = 0;
    uint64_t rows = 0;
    struct party party;

    while (number < last && rows < REPORT_DORMANT_ROWS &&
        parties < REPORT_DORMANT_PARTIES) {
        if (!record_find_party_number(ledger->state, ++number, &party))
            return; /* storage failed */
        if (party.book != book->number)
            continue;
        parties++;
        *next = party.name;
        each_dormant(ledger, &party, each, context, &rows);
    }
    if (number == last)
        next->length = 0;
}

int report_dormant(struct ledger *ledger, const struct ident *who,
    const struct ident *book_name, const struct ident *after,
    void (*each)(void *context, const struct dormant_row *), void *context,
    struct ident *next, enum status *status)
{
    const struct book *book = context_find_book(ledger, book_name);
    struct signing_key key;
    uint32_t number = 0;

    next->length = 0;
    if (!report_asker(ledger, who, &key, status))
        return report_end(ledger);
    if (book == NULL)
        *status = STATUS_UNKNOWN_BOOK;
    else if (!permission_reaches_book(&key.scope, book->number))
        *status = STATUS_OUT_OF_SCOPE;
    else if (after != NULL)
        number = begin_after(ledger, book, after, status);
    if (*status == STATUS_ACCEPTED && book != NULL)
        walk(ledger, book, number, each, context, next);
    return report_end(ledger);
}
