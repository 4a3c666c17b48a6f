#include "dormancy.h"

#include "operations.h"

/* ---- periods ---- */

struct dormancy dormancy_find(struct state *state, uint8_t book)
{
    struct dormancy dormancy = { 0, 0 };
    struct bytes value;

    if (state_get(state, TABLE_DORMANCY, bytes_of(&book, 1), &value) &&
        value.length == 2) {
        dormancy.dormant = value.data[0];
        dormancy.unclaimed = value.data[1];
    }
    return dormancy;
}

void dormancy_set(struct context *c, const struct operation *op)
{
    const struct dormancy_set_fields *f = &op->as.dormancy_set;
    const struct book *book = context_book(c, &f->book, "book");
    uint8_t value[2];

    if (f->dormant == 0 || f->dormant > DORMANCY_MONTHS_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "dormant");
    if (f->unclaimed <= f->dormant || f->unclaimed > DORMANCY_MONTHS_MAX)
        context_refuse(c, STATUS_BAD_VALUE, "unclaimed");
    if (book == NULL)
        return;
    context_need_book(c, book, "book");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    value[0] = (uint8_t)f->dormant;
    value[1] = (uint8_t)f->unclaimed;
    state_put(c->state, TABLE_DORMANCY, bytes_of(&book->number, 1),
        bytes_of(value, sizeof value));
    c->ledger->dormancy[book->number] =
        (struct dormancy){ value[0], value[1] };
    context_touch(c, book);
}

/* ---- a share ---- */

/* Have so many months gone by since? */
static bool is_over(struct date since, uint8_t months, struct date today)
{
    struct date end;

    return months != 0 && date_add_months(since, months, &end) &&
        end.days <= today.days;
}

enum dormancy_state dormancy_of(
    const struct ledger *ledger, uint8_t book, const struct account *share)
{
    struct dormancy dormancy = ledger->dormancy[book];
    struct date today = ledger->books[book].date;

    if (!is_over(share->active, dormancy.dormant, today))
        return DORMANCY_ACTIVE;
    return is_over(share->active, dormancy.unclaimed, today)
        ? DORMANCY_UNCLAIMED
        : DORMANCY_DORMANT;
}

/* Is it the plan's first share? */
static bool orders(const struct context *c, const struct leg *leg)
{
    for (const struct leg *earlier = c->legs; earlier < leg; earlier++)
        if (account_earns(&earlier->id))
            return false;
    return true;
}

/* What takes from a share, and was not set aside before. */
static bool takes(const struct leg *leg)
{
    return leg->debits_held > 0 ||
        (leg->minor > 0 && leg->debits_held == 0);
}

void dormancy_leg(struct context *c, struct leg *leg)
{
    uint8_t book = leg->party.book;
    struct date today = c->ledger->books[book].date;

    if (!account_earns(&leg->id))
        return;
    if (c->activity && leg->party.in_succession && takes(leg) &&
        orders(c, leg))
        context_refuse(c, STATUS_IN_SUCCESSION, leg->field);
    if (leg->before.postings == 0) {
        if (leg->minor != 0)
            leg->after.active = today;
        return;
    }
    if (!c->activity || leg->before.active.days == today.days ||
        !orders(c, leg))
        return;
    if (dormancy_of(c->ledger, book, &leg->before) == DORMANCY_ACTIVE)
        leg->after.active = today;
    else if (takes(leg))
        context_refuse(c, STATUS_DORMANT, leg->field);
}

/* ---- reactivating ---- */

/* The party's share in a currency; false if it was never posted to. */
static bool find_share(struct context *c, const struct party *party,
    unsigned currency, struct account_id *id, struct account *share)
{
    *id = account_id_of(
        party->book, (enum currency)currency, ROLE_SHARE, party->number);
    return account_load(c->state, id, share) && share->postings > 0;
}

static bool has_dormant(struct context *c, const struct party *party)
{
    struct account_id id;
    struct account share;

    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        if (find_share(c, party, i, &id, &share) &&
            dormancy_of(c->ledger, party->book, &share) != DORMANCY_ACTIVE)
            return true;
    return false;
}

void dormancy_reactivate(struct context *c, const struct operation *op)
{
    struct account_id id;
    struct account share;
    struct party party;

    if (!context_party(c, &op->as.reactivate.party, "party", &party))
        return;
    context_need_party(c, &party, "party");
    if (party.number == c->key.owner)
        context_refuse(c, STATUS_OWN_ACCOUNT, "party");
    if (party.closed)
        context_refuse(c, STATUS_PARTY_CLOSED, "party");
    if (party.in_succession)
        context_refuse(c, STATUS_IN_SUCCESSION, "party");
    if (!has_dormant(c, &party))
        context_refuse(c, STATUS_NOT_DORMANT, "party");
    if (context_refused(c))
        return;

    /* Accepted: nothing below can be refused. */
    for (unsigned i = 0; i < CURRENCY_COUNT; i++)
        if (find_share(c, &party, i, &id, &share)) {
            share.active = c->ledger->books[party.book].date;
            account_store(c->state, &id, &share);
        }
    context_touch(c, &c->ledger->books[party.book]);
}
