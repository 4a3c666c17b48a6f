#include "context.h"
#include "permission.h"

/* Of the state's cache, in proportion to the parties there. */
#define DIRECTORY_PART 8

/* ---- the signer ---- */

/* May it sign transfers, whatever their amount, and no sum of the day is
 * kept of it? */
void ordinary_begin(struct context *c)
{
    const struct ledger *ledger = c->ledger;

    c->ordinary.has_total = false;
    c->ordinary.possible = !ledger->plain && !c->as_approver &&
        !c->show_all && c->key.daily.count == 0 &&
        permission_asks_the_same(ledger, VERB_TRANSFER) &&
        (permission_kinds(ledger, VERB_TRANSFER, NULL) >> c->key.kind & 1U);
    ordinary_open_directory(c);
}

void ordinary_open_directory(struct context *c)
{
    struct ledger *ledger = c->ledger;
    uint64_t layer = state_layer(c->state);

    c->ordinary.directory = NULL;
    if (!c->ordinary.possible || layer == 0)
        return;
    /* Without memory for it, there is none. */
    if (ledger->directory == NULL)
        ledger->directory =
            directory_new(state_cache_bytes(c->state) / DIRECTORY_PART);
    if (ledger->directory != NULL)
        directory_turn_to(ledger->directory,
            state_version(c->state, TABLE_PARTY), layer);
    c->ordinary.directory = ledger->directory;
}

static bool within_limit(const struct context *c, const struct amount *amount)
{
    int64_t limit;

    return !permission_limit(&c->key.limit, amount->currency, &limit) ||
        amount->minor <= limit;
}

/* ---- the parties ---- */

/* The two of the line, foreseen and still as they were read. */
static const struct foreseen *both_foreseen(
    const struct context *c, const struct transfer_fields *t)
{
    const struct foresight *f = &c->foresight;
    const struct foreseen *seen = f->line;
    uint64_t version = state_version(c->state, TABLE_PARTY);

    if (f->names != 2 || seen[0].name != &t->from ||
        seen[1].name != &t->to || seen[0].version != version ||
        seen[1].version != version)
        return NULL;
    return seen;
}

static bool party_is_ordinary(
    const struct context *c, const struct foreseen *seen)
{
    return seen->calm && seen->number != c->key.owner &&
        permission_reaches_book(&c->key.scope, seen->book);
}

/* ---- the accounts ---- */

struct sides {
    const struct foreseen *seen;
    struct state_place place;
    struct account before;
    struct account after;
};

/* Posted to before, so its party may have it and its currency is known; and
 * today counts already: for dividends, and as a day on which its owner was
 * active if it is the owner who orders. */
static bool load_side(struct context *c, struct sides *side, bool orders)
{
    struct date today = c->ledger->books[side->seen->book].date;

    side->place = side->seen->account_place;
    return account_load_at(
               c->state, &side->seen->id, &side->place, &side->before) &&
        side->before.postings > 0 && side->before.since.days == today.days &&
        (!orders || side->before.active.days == today.days);
}

static bool is_enough(const struct account *after)
{
    return account_available(after, ROLE_SHARE) >= 0;
}

/* ---- the control total ---- */

void ordinary_settle(struct context *c)
{
    struct ordinary *o = &c->ordinary;

    if (o->has_total)
        account_store(c->state, &o->total_id, &o->total);
    o->has_total = false;
}

static void take_total(struct context *c, const struct account_id *share)
{
    struct ordinary *o = &c->ordinary;
    struct account_id control = account_id_control(share);

    if (o->has_total && account_id_equal(&o->total_id, &control))
        return;
    ordinary_settle(c);
    o->total_id = control;
    o->has_total = account_load(c->state, &control, &o->total);
}

/* ---- all of it ---- */

static bool post_both(
    struct context *c, struct sides *from, struct sides *to, int64_t minor)
{
    struct ordinary *o = &c->ordinary;
    struct account total;

    from->after = from->before;
    to->after = to->before;
    take_total(c, &from->seen->id);
    total = o->total;
    if (!o->has_total ||
        !account_post(&from->after, minor, c->index) ||
        !account_post(&to->after, -minor, c->index) ||
        !account_post(&total, minor, c->index) ||
        !account_post(&total, -minor, c->index) || !is_enough(&from->after))
        return false;
    o->total = total;
    return true;
}

/* Where the account is now, for the next line with that name. */
static void enter(struct context *c, const struct sides *side)
{
    const struct foreseen *seen = side->seen;
    struct directory_entry entry = { .party = seen->number,
        .kept = state_keep(c->state, &side->place),
        .book = seen->book };

    if (entry.kept != 0)
        directory_enter(
            c->ordinary.directory, seen->hash, seen->name, &entry);
}

static void write_side(struct context *c, struct sides *side)
{
    history_post(c->state, &side->seen->id, &side->place, &side->before,
        &side->after, (struct history_reference){ c->index, c->line });
    if (c->ordinary.directory != NULL &&
        (!side->seen->listed ||
            side->place.record != side->seen->account_place.foreseen))
        enter(c, side);
}

bool ordinary_transfer(struct context *c, const struct operation *op)
{
    const struct transfer_fields *t = &op->as.transfer;
    struct sides from;
    struct sides to;

    if (!c->ordinary.possible || op->verb != VERB_TRANSFER)
        return false;
    from.seen = both_foreseen(c, t);
    if (from.seen == NULL)
        return false;
    to.seen = from.seen + 1;
    if (from.seen->book != to.seen->book ||
        from.seen->number == to.seen->number ||
        !party_is_ordinary(c, from.seen) ||
        !party_is_ordinary(c, to.seen) ||
        !within_limit(c, &t->amount))
        return false;
    if (!load_side(c, &from, true) || !load_side(c, &to, false) ||
        !post_both(c, &from, &to, t->amount.minor))
        return false;
    write_side(c, &from);
    write_side(c, &to);
    context_touch(c, &c->ledger->books[from.seen->book]);
    c->ledger->ordinary_lines++;
    return true;
}
