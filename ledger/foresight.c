#include "context.h"

/* The last byte that is read or written of a value. */
#define PARTY_LAST 27
#define ACCOUNT_LAST 79

/* What a line's names and amount take up of its operation. */
#define OPERATION_BYTES 256

/* ---- what a line names ---- */

static void add(struct foreseen_group *g, const struct ident *name,
    enum role role, const struct amount *amount)
{
    struct foreseen *seen = &g->list[g->end++];

    seen->name = name;
    seen->party_place = (struct state_place){ 0 };
    seen->account_place = (struct state_place){ 0 };
    seen->version = 0;
    seen->role = role;
    seen->currency = amount->currency;
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
            __builtin_prefetch((const uint8_t *)&order->lines[i] + at);
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

static void stage_names(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++)
        state_foresee(c->state, TABLE_PARTY, ident_bytes(g->list[i].name),
            &g->list[i].party_place);
}

static void stage_parties(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++)
        state_foresee_record(c->state, TABLE_PARTY, &g->list[i].party_place,
            PARTY_LAST);
}

static void stage_ids(struct context *c, struct foreseen_group *g)
{
    uint64_t version = state_version(c->state, TABLE_PARTY);

    for (size_t i = 0; i < g->end; i++) {
        struct foreseen *seen = &g->list[i];

        if (!record_find_party_at(
                c->state, seen->name, &seen->party_place, &seen->party))
            continue;
        seen->version = version;
        seen->id = account_id_of(seen->party.book, seen->currency,
            seen->role, seen->party.number);
        state_foresee(c->state, TABLE_ACCOUNT,
            bytes_of(seen->id.data, sizeof seen->id.data),
            &seen->account_place);
    }
}

static void stage_accounts(struct context *c, struct foreseen_group *g)
{
    for (size_t i = 0; i < g->end; i++)
        if (g->list[i].version != 0)
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
            __builtin_prefetch(record.data + record.length, 1);
    }
}

/* The group of that number enters, those before it have their next stage. */
static void advance(struct context *c, size_t number)
{
    static void (*const stages[FORESIGHT_STAGES])(
        struct context *, struct foreseen_group *) = { stage_names,
        stage_parties, stage_ids, stage_accounts, stage_ends };
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

void foresight_end(struct context *c)
{
    c->foresight.names = 0;
}

/* ---- using it ---- */

const struct party *foresight_party(
    const struct context *c, const struct ident *name)
{
    const struct foresight *f = &c->foresight;

    for (size_t i = 0; i < f->names; i++)
        if (f->line[i].name == name && f->line[i].version != 0 &&
            f->line[i].version == state_version(c->state, TABLE_PARTY))
            return &f->line[i].party;
    return NULL;
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
