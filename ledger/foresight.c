#include "context.h"
#include "prefetch.h"

/* The last byte that is read or written of a value. */
#define PARTY_LAST 27
#define ACCOUNT_LAST 63

/* What a line's names and amount take up of its operation. */
#define OPERATION_BYTES 256

/* Shares of one name in several currencies: in different places. */
#define CURRENCY_STEP 0x9E3779B1U

/* ---- what a line names ---- */

static void add(struct foreseen_group *g, const struct ident *name,
    enum role role, const struct amount *amount)
{
    struct foreseen *seen = &g->list[g->end++];

    seen->name = name;
    seen->role = role;
    seen->currency = amount->currency;
    seen->party_place = (struct state_place){ 0 };
    seen->account_place = (struct state_place){ 0 };
    seen->version = 0;
    seen->hash = 0;
    seen->listed = false;
}

/* The verbs that batches are made of; of others nothing is foreseen. */
static void add_line(struct foreseen_group *f, const struct operation *op)
{
    if (op->verb == VERB_TRANSFER) {
        const struct transfer_fields *t = &op->as.transfer;

        add(f, &t->from, ROLE_SHARE, &t->amount);
        add(f, &t->to, ROLE_SHARE, &t->amount);
    } else if (op->verb == VERB_DEPOSIT) {
        add(f, &op->as.deposit.member, ROLE_SHARE, &op->as.deposit.amount);
        add(f, &op->as.deposit.via, ROLE_DRAWER, &op->as.deposit.amount);
    } else if (op->verb == VERB_WITHDRAW) {
        add(f, &op->as.withdraw.member, ROLE_SHARE,
            &op->as.withdraw.amount);
        add(f, &op->as.withdraw.via, ROLE_DRAWER, &op->as.withdraw.amount);
    } else if (op->verb == VERB_CONTRIBUTE) {
        add(f, &op->as.contribute.member, ROLE_SHARE,
            &op->as.contribute.amount);
    }
}

/* The operations of lines that are far ahead. */
static void fetch_operations(const struct order *order, size_t first)
{
    for (size_t i = first; i < first + FORESIGHT_LINES; i++)
        for (size_t at = 0; i < order->line_count && at < OPERATION_BYTES;
             at += 64)
            prefetch((const uint8_t *)&order->lines[i] + at);
}

static void add_lines(
    struct foreseen_group *g, const struct order *order, size_t first)
{
    g->end = 0;
    for (size_t i = 0; i < FORESIGHT_LINES; i++) {
        g->starts[i] = g->end;
        if (first + i < order->line_count &&
            order->line_status[first + i] == STATUS_ACCEPTED)
            add_line(g, &order->lines[first + i]);
    }
    g->starts[FORESIGHT_LINES] = g->end;
}

/* ---- the stages ---- */

static struct bytes id_bytes(const struct foreseen *seen)
{
    return bytes_of(seen->id.data, sizeof seen->id.data);
}

static bool may_be_listed(const struct context *c, const struct foreseen *seen)
{
    return c->ordinary.directory != NULL && seen->role == ROLE_SHARE;
}

static void stage_directory(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++) {
        struct foreseen *seen = &g->list[i];

        if (!may_be_listed(c, seen))
            continue;
        seen->hash = state_hash(c->state, TABLE_PARTY,
                         ident_bytes(seen->name), &seen->party_place) +
            (uint32_t)seen->currency * CURRENCY_STEP;
        directory_prefetch(c->ordinary.directory, seen->hash);
    }
}

/* True: the directory knows the party; its account is being fetched. */
static bool find_listed(struct context *c, struct foreseen *seen)
{
    struct directory_entry entry;

    if (!may_be_listed(c, seen) ||
        !directory_find(
            c->ordinary.directory, seen->hash, seen->name, &entry))
        return false;
    seen->version = state_version(c->state, TABLE_PARTY);
    seen->number = entry.party;
    seen->book = entry.book;
    seen->calm = true;
    seen->id = account_id_of(
        seen->book, seen->currency, seen->role, seen->number);
    state_recall(c->state, TABLE_ACCOUNT, id_bytes(seen), entry.kept,
        ACCOUNT_LAST, &seen->account_place);
    return true;
}

static void stage_names(struct context *c, struct foreseen_group *g)
{
    ordinary_open_directory(c);
    for (size_t i = 0; i < g->end; i++) {
        struct foreseen *seen = &g->list[i];

        seen->listed = find_listed(c, seen);
        if (!seen->listed)
            state_foresee(c->state, TABLE_PARTY, ident_bytes(seen->name),
                &seen->party_place);
    }
}

static void stage_parties(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++)
        if (!g->list[i].listed)
            state_foresee_record(c->state, TABLE_PARTY,
                &g->list[i].party_place, PARTY_LAST);
}

static void take_party(struct context *c, struct foreseen *seen)
{
    struct party party;

    if (!record_find_party_at(
            c->state, seen->name, &seen->party_place, &party))
        return;
    seen->version = state_version(c->state, TABLE_PARTY);
    seen->number = party.number;
    seen->book = party.book;
    seen->calm = !party.closed && !party.frozen_in && !party.frozen_out &&
        !party.in_succession;
    seen->id = account_id_of(
        seen->book, seen->currency, seen->role, seen->number);
    state_foresee(
        c->state, TABLE_ACCOUNT, id_bytes(seen), &seen->account_place);
}

static void stage_ids(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++)
        if (!g->list[i].listed)
            take_party(c, &g->list[i]);
}

static void stage_accounts(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++)
        if (!g->list[i].listed && g->list[i].version != 0)
            state_foresee_record(c->state, TABLE_ACCOUNT,
                &g->list[i].account_place, ACCOUNT_LAST);
}

/* The end, where the history goes on. */
static void stage_ends(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++) {
        struct foreseen *seen = &g->list[i];
        uint64_t postings;
        struct bytes record;

        if (seen->version != 0 &&
            account_postings_at(c->state, &seen->id, &seen->account_place,
                &postings, &record))
            prefetch(record.data + record.length);
    }
}

typedef void stage(struct context *, struct foreseen_group *);

static stage *const stages[FORESIGHT_STAGES] = { stage_directory,
    stage_names, stage_parties, stage_ids, stage_accounts, stage_ends };

/* The group of that number enters, those before it have their next stage. */
static void advance(struct context *c, size_t number)
{
    struct foresight *f = &c->foresight;

    add_lines(&f->groups[number % FORESIGHT_STAGES], c->order,
        number * FORESIGHT_LINES);
    fetch_operations(c->order, (number + 2) * FORESIGHT_LINES);
    for (size_t i = 0; i < FORESIGHT_STAGES && i <= number; i++)
        stages[i](c, &f->groups[(number - i) % FORESIGHT_STAGES]);
}

void foresight_line(struct context *c, size_t i)
{
    struct foresight *f = &c->foresight;
    size_t number = i / FORESIGHT_LINES;
    const struct foreseen_group *g = &f->groups[number % FORESIGHT_STAGES];
    size_t place = i % FORESIGHT_LINES;

    if (c->ledger->plain)
        return;
    for (size_t ahead = 0; i == 0 && ahead < FORESIGHT_STAGES - 1; ahead++)
        advance(c, ahead);
    if (place == 0)
        advance(c, number + FORESIGHT_STAGES - 1);
    f->line = &g->list[g->starts[place]];
    f->names = g->starts[place + 1] - g->starts[place];
}

void foresight_orders(struct context *c, const struct order *const *orders,
    size_t count)
{
    struct foreseen_group *g = &c->foresight.groups[0];

    g->end = 0;
    for (size_t i = 0; i < count && i < FORESIGHT_LINES; i++)
        add_line(g, &orders[i]->operation);
    c->ordinary.possible = false;
    c->ordinary.directory = NULL;
    for (size_t i = 0; i < FORESIGHT_STAGES; i++)
        stages[i](c, g);
    foresight_end(c);
}

void foresight_end(struct context *c)
{
    c->foresight.names = 0;
}

/* ---- using it ---- */

struct state_place foresight_party(
    const struct context *c, const struct ident *name)
{
    const struct foresight *f = &c->foresight;

    for (size_t i = 0; i < f->names; i++)
        if (f->line[i].name == name)
            return f->line[i].party_place;
    return (struct state_place){ 0 };
}

const struct foreseen *foresight_account(
    const struct context *c, const struct account_id *id)
{
    const struct foresight *f = &c->foresight;

    for (size_t i = 0; i < f->names; i++)
        if (f->line[i].version != 0 &&
            account_id_equal(&f->line[i].id, id))
            return &f->line[i];
    return NULL;
}
