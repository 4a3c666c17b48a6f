#include "context.h"

/* The last byte that is read or written of a value. */
#define PARTY_LAST 27
#define ACCOUNT_LAST 79

/* What a line's names and amount take up of its operation. */
#define OPERATION_BYTES 256

/* ---- what a line names ---- */

static void add(struct foresight *f, const struct ident *name,
    enum role role, const struct amount *amount)
{
    if (f->end == FORESIGHT_NAMES)
        return;
    f->list[f->end++] = (struct foreseen){
        .name = name, .role = role, .currency = amount->currency
    };
}

/* The verbs that batches are made of; of others nothing is foreseen. */
static void add_line(struct foresight *f, const struct operation *op)
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

static void add_lines(
    struct foresight *f, const struct order *order, size_t first)
{
    size_t lines = order->line_count - first;

    if (lines > FORESIGHT_LINES)
        lines = FORESIGHT_LINES;
    f->first = first;
    f->lines = lines;
    f->end = 0;
    for (size_t i = 0; i < lines; i++) {
        f->starts[i] = f->end;
        if (order->line_status[first + i] == STATUS_ACCEPTED)
            add_line(f, &order->lines[first + i]);
    }
    f->starts[lines] = f->end;
}

/* The run that comes after this one. */
static void fetch_operations(const struct order *order, size_t first)
{
    size_t end = first + FORESIGHT_LINES;

    if (end > order->line_count)
        end = order->line_count;
    for (size_t i = first; i < end; i++)
        for (size_t at = 0; at < OPERATION_BYTES; at += 64)
            __builtin_prefetch((const uint8_t *)&order->lines[i] + at);
}

/* ---- finding, step by step ---- */

static void find_parties(struct context *c)
{
    struct foresight *f = &c->foresight;
    uint64_t version = state_version(c->state, TABLE_PARTY);

    for (size_t i = 0; i < f->end; i++)
        state_foresee(c->state, TABLE_PARTY, ident_bytes(f->list[i].name),
            &f->list[i].party_place);
    for (size_t i = 0; i < f->end; i++)
        state_foresee_record(c->state, TABLE_PARTY,
            &f->list[i].party_place, PARTY_LAST);
    for (size_t i = 0; i < f->end; i++) {
        struct foreseen *seen = &f->list[i];

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

/* The head, and then the end, where the history goes on. */
static void find_accounts(struct context *c)
{
    struct foresight *f = &c->foresight;

    for (size_t i = 0; i < f->end; i++)
        if (f->list[i].version != 0)
            state_foresee_record(c->state, TABLE_ACCOUNT,
                &f->list[i].account_place, ACCOUNT_LAST);
    for (size_t i = 0; i < f->end; i++) {
        struct foreseen *seen = &f->list[i];
        uint64_t postings;
        struct bytes record;

        if (seen->version != 0 &&
            account_postings_at(c->state, &seen->id, &seen->account_place,
                &postings, &record))
            __builtin_prefetch(record.data + record.length, 1);
    }
}

void foresight_line(struct context *c, size_t i)
{
    struct foresight *f = &c->foresight;

    if (c->ledger->plain)
        return;
    if (i < f->first || i >= f->first + f->lines) {
        add_lines(f, c->order, i);
        find_parties(c);
        find_accounts(c);
        fetch_operations(c->order, i + FORESIGHT_LINES);
    }
    f->at = f->starts[i - f->first];
    f->end = f->starts[i - f->first + 1];
}

void foresight_end(struct context *c)
{
    c->foresight.lines = 0;
    c->foresight.at = 0;
    c->foresight.end = 0;
}

/* ---- using it ---- */

const struct party *foresight_party(
    const struct context *c, const struct ident *name)
{
    const struct foresight *f = &c->foresight;

    for (size_t i = f->at; i < f->end; i++)
        if (f->list[i].name == name && f->list[i].version != 0 &&
            f->list[i].version == state_version(c->state, TABLE_PARTY))
            return &f->list[i].party;
    return NULL;
}

const struct foreseen *foresight_account(
    const struct context *c, const struct account_id *id)
{
    const struct foresight *f = &c->foresight;

    for (size_t i = f->at; i < f->end; i++)
        if (f->list[i].version != 0 &&
            account_id_equal(&f->list[i].id, id))
            return &f->list[i];
    return NULL;
}
