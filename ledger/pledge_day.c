#include "pledge.h"

#include "cycle.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a new day does to pledges.  One entry posts once to an account, so
 * what lapses and what takes effect is added up first, account by account,
 * and posted in the order of their ids.
 */

struct move {
    struct account_id id;
    int64_t minor;
};

struct moves {
    struct move *list;
    size_t count;
    size_t room;
    int64_t opened[CURRENCY_COUNT]; /* what takes effect in it */
};

static void add_move(struct context *c, struct moves *moves,
    struct account_id id, int64_t minor)
{
    if (moves->count == moves->room) {
        size_t room = moves->room * 2 + 64;
        struct move *list = realloc(moves->list, room * sizeof *list);

        if (list == NULL) {
            (void)context_fail(c->ledger, "out of memory for pledges");
            return;
        }
        moves->list = list;
        moves->room = room;
    }
    moves->list[moves->count++] = (struct move){ id, minor };
}

/* minor is pledged more (below zero: less). */
static void add_pledge(struct context *c, struct moves *moves,
    const struct pledge *pledge, enum currency currency, int64_t minor)
{
    add_move(c, moves,
        account_id_of(pledge->book, currency, ROLE_PLEDGE, pledge->source),
        minor);
    add_move(c, moves,
        account_id_of(
            pledge->book, currency, ROLE_COMMITMENT, pledge->project),
        -minor);
}

/* ---- posting ---- */

static int by_account(const void *a, const void *b)
{
    const struct move *left = a;
    const struct move *right = b;

    return memcmp(left->id.data, right->id.data, sizeof left->id.data);
}

/* One account and its control total; memo accounts earn nothing. */
static void post(struct context *c, const struct book *book,
    const struct account_id *id, int64_t minor)
{
    struct account_id control = account_id_control(id);
    struct account_name name = {
        .book = book->name,
        .role = account_id_role(id),
        .currency = account_id_currency(id),
    };
    struct account total;
    struct account before;
    struct account after;
    struct party party;
    struct state_place place = { 0 };

    (void)account_load_at(c->state, id, &place, &before);
    (void)account_load(c->state, &control, &total);
    after = before;
    if (!account_post(&after, minor, c->index) ||
        !account_post(&total, minor, c->index) ||
        !record_find_party_number(
            c->state, account_id_party(id), &party)) {
        (void)context_fail(c->ledger, "a pledge cannot be posted");
        return;
    }
    history_post(c->state, id, &place, &before, &after,
        (struct history_reference){ c->index, 0 });
    account_store(c->state, &control, &total);
    name.party = party.name;
    entry_append_posting(&c->ledger->effects, &name, minor);
}

static void post_moves(
    struct context *c, const struct book *book, struct moves *moves)
{
    if (moves->count > 0)
        qsort(moves->list, moves->count, sizeof *moves->list, by_account);
    for (size_t i = 0; i < moves->count;) {
        const struct account_id *id = &moves->list[i].id;
        int64_t sum = 0;

        for (; i < moves->count &&
            account_id_equal(&moves->list[i].id, id); i++)
            sum += moves->list[i].minor;
        if (sum != 0)
            post(c, book, id, sum);
    }
}

/* ---- pledges ---- */

/* A pledge with all it belongs to.  False after a failure. */
struct place {
    struct pledge pledge;
    struct project project;
    struct source source;
    struct project_level level;
};

static bool find_place(
    struct context *c, uint64_t index, struct place *out)
{
    if (pledge_record_find(c->state, index, &out->pledge) &&
        project_record_find(
            c->state, out->pledge.project, &out->project) &&
        project_record_source(c->state, out->pledge.project,
            out->pledge.source, &out->source) &&
        project_record_level(c->state, out->pledge.project,
            &out->source.level, &out->level))
        return true;
    (void)context_fail(c->ledger, "a pledge has no project");
    return false;
}

static void keep_place(struct context *c, const struct place *place)
{
    project_record_put(c->state, &place->project);
    project_record_put_source(c->state, &place->source);
    pledge_record_put(c->state, &place->pledge);
    project_record_note(c->state, place->project.number, c->index);
}

static void lapse(struct context *c, struct moves *moves, uint64_t index)
{
    struct place p;

    if (!find_place(c, index, &p))
        return;
    if (p.pledge.phase == PLEDGE_OPEN) {
        add_pledge(
            c, moves, &p.pledge, p.project.currency, -p.pledge.left);
        p.source.committed -= p.pledge.left;
        pledge_count(c->state, &p.project, &p.level, p.pledge.year,
            -p.pledge.left);
    }
    p.pledge.phase = PLEDGE_LAPSED;
    p.pledge.left = 0;
    p.pledge.ended = c->index;
    p.project.pledges--;
    keep_place(c, &p);
    entry_append_pledge(&c->ledger->effects, index, EFFECT_PLEDGE_LAPSED);
}

static void lapse_due(
    struct context *c, const struct book *book, struct moves *moves)
{
    struct state_scan *scan = state_scan_open(
        c->state, TABLE_PLEDGE_DUE, bytes_of(&book->number, 1));
    struct date until;
    uint64_t index;
    struct bytes key;
    struct bytes value;

    while (scan != NULL && state_scan_next(scan, &key, &value)) {
        if (!pledge_record_parse_due(key, &until, &index) ||
            until.days > book->date.days)
            break;
        lapse(c, moves, index);
    }
    if (scan != NULL)
        state_scan_close(scan);
}

/* Is there room for all of it, in the budget, the caps and the accounts? */
static bool fits(struct context *c, const struct place *p, uint32_t year,
    const struct moves *moves)
{
    struct account_id control = account_id_of(p->pledge.book,
        p->project.currency, ROLE_PLEDGE, ACCOUNT_CONTROL);
    struct account total;
    int64_t sum;

    (void)account_load(c->state, &control, &total);
    return minor_add(total.debits, moves->opened[p->project.currency],
               &sum) &&
        minor_add(sum, p->pledge.amount, &sum) && p->level.out == 0 &&
        p->pledge.amount <= p->level.budget - p->level.pledged &&
        p->pledge.amount <=
            pledge_room(c->state, &p->project, &p->level, year);
}

static void try_waiting(struct context *c, const struct book *book,
    struct moves *moves, uint64_t index)
{
    uint32_t year = cycle_month_of(book->date) / CYCLE_MONTHS;
    struct place p;

    if (!find_place(c, index, &p) || !fits(c, &p, year, moves))
        return;
    add_pledge(c, moves, &p.pledge, p.project.currency, p.pledge.amount);
    moves->opened[p.project.currency] += p.pledge.amount;
    pledge_count(
        c->state, &p.project, &p.level, year, p.pledge.amount);
    p.source.committed += p.pledge.amount;
    p.pledge.phase = PLEDGE_OPEN;
    p.pledge.year = year;
    p.pledge.left = p.pledge.amount;
    keep_place(c, &p);
    entry_append_pledge(&c->ledger->effects, index, EFFECT_PLEDGE_OPEN);
}

static void try_queue(
    struct context *c, const struct book *book, struct moves *moves)
{
    struct state_scan *scan = state_scan_open(
        c->state, TABLE_PLEDGE_QUEUE, bytes_of(&book->number, 1));
    struct bytes key;
    struct bytes value;
    uint64_t index;

    while (scan != NULL && state_scan_next(scan, &key, &value) &&
        pledge_record_parse_queue(key, &index))
        try_waiting(c, book, moves, index);
    if (scan != NULL)
        state_scan_close(scan);
}

void pledge_begin_day(struct context *c, const struct book *book)
{
    struct moves moves = { .list = NULL };

    lapse_due(c, book, &moves);
    try_queue(c, book, &moves);
    post_moves(c, book, &moves);
    free(moves.list);
}
